/* synth_symbols.c: see synth_symbols.h. */
#include "data/synth_symbols.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "data/symbol_table.h"
#include "data/synth_random.h"
#include "sys/memory.h"

enum { STREAM_TRAITS = 1 };

const struct synth_symbol synth_cast[SYNTH_CAST_COUNT] = {
    {{"SPY"},  SYNTH_INDUSTRY,        1.00, 0.05, 0.0100, 60e6,  520, 0    },
    {{"QQQ"},  SYNTH_TECHNOLOGY,      1.10, 0.70, 0.0127, 40e6,  440, 0    },
    {{"AAPL"}, SYNTH_TECHNOLOGY,      1.10, 0.90, 0.0165, 55e6,  190, 0.040},
    {{"MSFT"}, SYNTH_TECHNOLOGY,      1.05, 1.00, 0.0155, 22e6,  420, 0.040},
    {{"NVDA"}, SYNTH_TECHNOLOGY,      1.70, 1.40, 0.0290, 250e6, 120, 0.070},
    {{"TSLA"}, SYNTH_CONSUMER,        1.60, 0.80, 0.0340, 95e6,  240, 0.080},
    {{"AMZN"}, SYNTH_CONSUMER,        1.20, 0.90, 0.0190, 42e6,  180, 0.060},
    {{"IWM"},  SYNTH_SMALL_COMPANIES, 1.10, 1.00, 0.0135, 30e6,  205, 0    },
};

const char *synth_sector_text(enum synth_sector sector)
{
    static const char *const texts[SYNTH_SECTOR_COUNT] = {
#define X(name, text) text,
        SYNTH_SECTOR_LIST(X)
#undef X
    };
    CHECK(sector < SYNTH_SECTOR_COUNT);
    return texts[sector];
}

/* A log-normal number around `middle`; `spread` is the deviation of its logarithm, cut at two. */
static double spread_around(struct synth_random *random, double middle, double spread)
{
    double z = synth_random_normal(random);
    z = z > 2.0 ? 2.0 : z < -2.0 ? -2.0 : z;
    return middle * fmath_exp(spread * z);
}

static struct synth_symbol make_up(uint64_t seed, const struct instrument *instrument)
{
    struct synth_random random = synth_random_start(seed, instrument->symbol, STREAM_TRAITS);
    struct synth_symbol symbol = {.instrument = *instrument};
    symbol.sector = (enum synth_sector)(synth_random_next(&random) % SYNTH_SECTOR_COUNT);
    symbol.beta = spread_around(&random, 1.0, 0.25);
    symbol.sector_beta = spread_around(&random, 1.0, 0.2);
    symbol.daily_volatility = spread_around(&random, 0.019, 0.25) * (0.5 + 0.5 * symbol.beta);
    symbol.daily_volume = spread_around(&random, 4e6, 0.9);
    symbol.price = spread_around(&random, 80.0, 0.7);
    symbol.earnings = 2.5 * symbol.daily_volatility;
    return symbol;
}

struct synth_symbol synth_symbol_make(uint64_t seed, const struct instrument *instrument)
{
    for (size_t i = 0; i < SYNTH_CAST_COUNT; i++) {
        if (symbol_compare(&synth_cast[i].instrument, instrument) == 0) {
            return synth_cast[i];
        }
    }
    return make_up(seed, instrument);
}

static int compare_symbols(const void *a, const void *b)
{
    const struct synth_symbol *x = a;
    const struct synth_symbol *y = b;
    return symbol_compare(&x->instrument, &y->instrument);
}

struct synth_symbol *synth_symbols_named(uint64_t seed, const struct instrument *instruments,
                                         uint32_t count)
{
    struct synth_symbol *symbols = xcalloc(count, sizeof *symbols);
    for (uint32_t i = 0; i < count; i++) {
        symbols[i] = synth_symbol_make(seed, &instruments[i]);
    }
    qsort(symbols, count, sizeof *symbols, compare_symbols);
    return symbols;
}

struct synth_symbol *synth_symbols_first(uint64_t seed, uint32_t count)
{
    CHECK(count > 0 && count <= INSTRUMENTS_MAX);
    struct instrument *names = xcalloc(count, sizeof *names);
    for (uint32_t i = 0; i < count; i++) {
        if (i < SYNTH_CAST_COUNT) {
            names[i] = synth_cast[i].instrument;
        } else {
            (void)snprintf(names[i].symbol, SYMBOL_SIZE, "S%03u", i); /* it fits */
        }
    }
    struct synth_symbol *symbols = synth_symbols_named(seed, names, count);
    free(names);
    return symbols;
}
