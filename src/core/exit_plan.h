/* exit_plan.h: how a trade is to end, decided with its entry. The Closer carries it out.
 *
 * Every trade has a plan from its first fill. Distances are measured from the trade's average entry
 * price; prices are rounded to the tick in the direction that exits earlier. Rules that the broker
 * can hold (target, stop, trailing) rest there as one protective group when `at_broker` is set; the
 * engine holds all others, and these too when it is not. */
#ifndef CORE_EXIT_PLAN_H
#define CORE_EXIT_PLAN_H

#include <stdbool.h>
#include <stdint.h>

enum exit_unit {
    EXIT_NONE = 0,
    EXIT_PRICE, /* value in e9 per share */
    EXIT_PPM,   /* value in parts per million of the entry price */
    EXIT_ATR,   /* value in millionths of an ATR (atr_window) at the entry decision */
};

struct exit_distance {
    enum exit_unit unit;
    int64_t value; /* > 0 unless EXIT_NONE */
};

struct exit_plan {
    struct exit_distance target;
    struct exit_distance stop;
    struct exit_distance trailing; /* from the best finished close since the entry */
    int64_t time_limit_ns;         /* from the first fill; 0: none */
    uint32_t time_limit_bars;      /* bars of the book's frame; 0: none */
    int64_t
        flat_before_close_ns; /* flat so long before the session's close; 0: may stay overnight */
    bool opposite_signal;     /* the strategy's SELL closes */
    bool at_broker;
    uint32_t atr_window; /* 1..1000; used where a distance or the sizing asks for an ATR */
};

/* Why a trade was closed, in its ORDER and TRADE records. */
#define EXIT_CAUSE_LIST(X)                                                                         \
    X(NONE, "none")                                                                                \
    X(SIGNAL, "signal")                                                                            \
    X(TARGET, "target")                                                                            \
    X(STOP, "stop")                                                                                \
    X(TRAILING, "trailing-stop")                                                                   \
    X(TIME, "time-limit")                                                                          \
    X(FLAT, "flat-before-close")                                                                   \
    X(REPAIR, "no-plan-repaired")                                                                  \
    X(OPERATOR, "operator")                                                                        \
    X(SPLIT, "split")       /* it left no whole share: paid in cash */                             \
    X(UNLOGGED, "unlogged") /* by an order that the log could not take, found at the broker */

enum exit_cause {
#define X(name, text) EXIT_CAUSE_##name,
    EXIT_CAUSE_LIST(X)
#undef X
};

#endif
