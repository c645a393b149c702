/* signals_file.h: the row of signals_file, and the signals that its book's plan brings. */
#ifndef STRATEGY_SIGNALS_FILE_H
#define STRATEGY_SIGNALS_FILE_H

#include "core/strategy.h"

#define SIGNAL_UNKNOWN        UINT32_MAX /* a confidence that the file does not tell */
#define SIGNAL_UNKNOWN_PROFIT INT64_MIN

struct signal {
    int64_t ts_ns;
    int64_t price_e9;  /* what the maker saw; 0: not told. For people: nothing is decided on it */
    int64_t qty_e9;    /* likewise: quantities are the book's sizing */
    int64_t profit_e9; /* expected, as a fraction, or SIGNAL_UNKNOWN_PROFIT */
    uint32_t confidence_ppm; /* 0..1,000,000 or SIGNAL_UNKNOWN */
    uint32_t instrument;
    bool buys;
};

/* Sorted by instrument, then time, then their order in the file. */
struct signal_list {
    const struct signal *signals;
    uint32_t count;
};

/* The strategy's `data` is a struct signal_list. */
extern const struct strategy_def strategy_signals_file;

#endif
