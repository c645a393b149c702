/* sizing.h: how many shares an entry asks for. Sizing never refuses: it may come to zero shares,
 * and then the decision is refused with the numbers that led there. */
#ifndef CORE_SIZING_H
#define CORE_SIZING_H

#include <stdbool.h>
#include <stdint.h>

/* One row per way to size: code, config key, what it is told in, a sentence for people.
 * E is the account's equity times the book's capital share, P the reference price, D the distance
 * from P to the plan's stop, A the ATR of the plan's window. */
#define SIZING_LIST(X)                                                                             \
    X(FIXED, "shares", "a quantity", "always the same quantity")                                   \
    X(EQUITY, "equity", "a share of equity", "share x E / P")                                      \
    X(RISK, "risk", "a share of equity", "share x E / D: what is lost at the stop")                \
    X(VOLATILITY, "volatility", "a share of equity", "share x E / (2 x A)")                        \
    X(HALF_KELLY, "half_kelly", "nothing",                                                         \
      "half of (b p - q) / b x E / P from the book's closed trades; 1 % of E below 30 of them")

enum sizing_kind {
#define X(name, key, unit, help) SIZING_##name,
    SIZING_LIST(X)
#undef X
        SIZING_COUNT
};

struct sizing {
    enum sizing_kind kind;
    int64_t qty_e9;      /* FIXED */
    int64_t share_ppm;   /* EQUITY, RISK, VOLATILITY */
    int64_t cap_ppm;     /* most of E that one entry may be worth; 0: no cap here */
    int64_t capital_ppm; /* the book's share of the account's equity; 1,000,000: all */
    bool fractional;     /* else whole shares, rounded down */
};

#endif
