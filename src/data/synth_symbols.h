/* synth_symbols.h: the cast of the synthetic market: what each SIMULATED symbol is like.
 *
 * The eight of the cast bear the names of liquid US stocks and funds and have about their levels of
 * price, volatility and volume, so that a run looks familiar; nothing else ties them to those. Any
 * other name is a made-up stock whose traits are drawn from the seed and its name. */
#ifndef DATA_SYNTH_SYMBOLS_H
#define DATA_SYNTH_SYMBOLS_H

#include <stdint.h>

#include "market/instrument.h"

#define SYNTH_SECTOR_LIST(X)                                                                       \
    X(TECHNOLOGY, "technology")                                                                    \
    X(COMMUNICATION, "communication")                                                              \
    X(CONSUMER, "consumer")                                                                        \
    X(STAPLES, "staples")                                                                          \
    X(HEALTH, "health")                                                                            \
    X(FINANCE, "finance")                                                                          \
    X(INDUSTRY, "industry")                                                                        \
    X(ENERGY, "energy")                                                                            \
    X(UTILITIES, "utilities")                                                                      \
    X(SMALL_COMPANIES, "small companies")

enum synth_sector {
#define X(name, text) SYNTH_##name,
    SYNTH_SECTOR_LIST(X)
#undef X
        SYNTH_SECTOR_COUNT,
};

struct synth_symbol {
    struct instrument instrument;
    enum synth_sector sector;
    double beta;             /* to the market */
    double sector_beta;      /* to its sector */
    double daily_volatility; /* deviation of a day's return in the long run, about; 0.01 is 1 % */
    double daily_volume;     /* mean shares a session, about */
    double price;            /* at the first open, about */
    double earnings;         /* deviation of the gap after its quarterly report; 0 for funds */
};

enum { SYNTH_CAST_COUNT = 8 };

/* SPY, QQQ, AAPL, MSFT, NVDA, TSLA, AMZN, IWM. */
extern const struct synth_symbol synth_cast[SYNTH_CAST_COUNT];

/* "technology", ... */
const char *synth_sector_text(enum synth_sector sector);

/* The symbol of that name: one of the cast, or a made-up stock. */
struct synth_symbol synth_symbol_make(uint64_t seed, const struct instrument *instrument);

/* The first `count` symbols: the cast, then S008, S009, ... Alphabetical, as data sets want them;
 * 1..INSTRUMENTS_MAX. The caller free()s them. */
struct synth_symbol *synth_symbols_first(uint64_t seed, uint32_t count);

/* Symbols by name, put in alphabetical order. The caller free()s them. */
struct synth_symbol *synth_symbols_named(uint64_t seed, const struct instrument *instruments,
                                         uint32_t count);

#endif
