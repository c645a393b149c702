/* sizing.h: how many shares an entry asks for. Sizing never refuses: it may come to zero shares,
 * and then the decision is refused with the numbers that led there. */
#ifndef CORE_SIZING_H
#define CORE_SIZING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/exit_plan.h"

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

/* From how many closed trades on half-Kelly trusts their statistics, what it stakes before, the
 * most it ever stakes, and the win rate below which it sees no edge. */
#define KELLY_TRADES_MIN    30
#define KELLY_FIRST_PPM     10000
#define KELLY_SHARE_PPM_MAX 250000
#define KELLY_WIN_PPM_MIN   400000

/* What a book's closed trades came to, after commissions. */
struct sizing_record {
    uint32_t wins, losses; /* a trade that earned nothing is a loss of 0 */
    int64_t won_e9;        /* sum over the wins, >= 0 */
    int64_t lost_e9;       /* sum over the losses, >= 0 */
};

struct sizing_input {
    int64_t equity_e9;     /* the account's */
    int64_t price_e9;      /* reference */
    int64_t stop_price_e9; /* of the plan; 0: none */
    int64_t atr_e9;        /* of the plan's window; 0: not known */
    struct sizing_record record;
};

/* Why a size is what it is; all but FULL and CAPPED give no shares. */
#define SIZING_REASON_LIST(X)                                                                      \
    X(FULL, "as the rule asks")                                                                    \
    X(CAPPED, "cut to the cap")                                                                    \
    X(NO_EQUITY, "the book has no equity")                                                         \
    X(NO_STOP, "the plan has no stop, or it lies at the price")                                    \
    X(NO_ATR, "the average true range is not known yet, or zero")                                  \
    X(NO_EDGE, "the book's closed trades show no edge")                                            \
    X(TOO_SMALL, "the amount buys less than the smallest quantity")                                \
    X(RANGE, "a number is out of range")

enum sizing_reason {
#define X(name, text) SIZING_REASON_##name,
    SIZING_REASON_LIST(X)
#undef X
};

/* The size and the numbers it came from. */
struct sizing_result {
    int64_t qty_e9; /* >= 0 */
    enum sizing_reason reason;
    int64_t capital_e9; /* E; 0 for FIXED without a cap */
    int64_t share_ppm;  /* of E, as configured or by Kelly; 0 for FIXED */
    int64_t risk_e9;    /* D, or 2 x A: what one share is taken to risk; else 0 */
    int64_t spend_e9;   /* what the quantity, before it was rounded, is worth */
    int64_t cap_e9;     /* most that it may be worth; 0: no cap */
};

/* How many shares an entry asks for. */
void sizing_quantity(const struct sizing *sizing, const struct sizing_input *input,
                     struct sizing_result *result);

/* Half of Kelly's share of E in parts per million, 0 where there is no edge. */
int64_t sizing_half_kelly_ppm(const struct sizing_record *record);

/* "as the rule asks", ...; "unknown" for a number that is no reason. */
const char *sizing_reason_text(enum sizing_reason reason);

/* NULL when the two go together, else a text that names what is wrong. */
const char *sizing_fault(const struct sizing *sizing, const struct exit_plan *exits);

#endif
