/* explain.h: why a run did what it did at one bar of one symbol.
 *
 * Whoever asks replays the run's log (driver/replay.h) with the hooks here. At the slice in
 * question every book's strategy is asked once more on the const state that the engine is about to
 * decide on, the gates' numbers are noted while it decides, and its records are kept. What became
 * of the orders stands further on in the log (explain_follow). So an explanation is made of the
 * run's own numbers, holds included, and a run pays nothing for being explainable. */
#ifndef READERS_EXPLAIN_H
#define READERS_EXPLAIN_H

#include <stdio.h>

#include "core/engine.h"
#include "log/log.h"
#include "readers/lookup.h"

/* The part of the market that a run saw. */
struct run_span {
    int64_t first_ns; /* end of its first bar; 0: it saw none */
    int64_t last_ns;  /* end of its last bar */
};

/* Reads a whole log for it. A log that refers to its data needs the data's bars; else NULL. */
struct run_span explain_span(struct log_reader *reader, const struct event *bars, uint64_t count);

/* End of the instrument's last bar at or before ts_ns; 0 when there was none. */
int64_t explain_bar_at(struct log_reader *reader, const struct event *bars, uint64_t count,
                       uint32_t instrument, int64_t ts_ns);

struct explain_series {
    char name[24];
    int64_t value_e9;
    bool full; /* its window is */
};

#define EXPLAIN_ORDERS_MAX 4

struct explain_order {
    struct order_request request;
    struct event *reports; /* of the broker, in the order they came */
    size_t report_count;
};

#define EXPLAIN_OUTCOME_LIST(X)                                                                    \
    X(OUTSIDE, "other-symbols") /* the book does not trade this one */                             \
    X(NO_BAR, "no-bar")         /* it decides on longer frames, or on other hours */               \
    X(WARMING_UP, "warming-up")                                                                    \
    X(HOLD, "hold")                                                                                \
    X(HELD_ALREADY, "held-already")       /* says buy, and the book holds it */                    \
    X(NOTHING_TO_SELL, "nothing-to-sell") /* says sell, and the book is flat */                    \
    X(ORDER_PENDING, "order-pending")     /* says either while an order is on its way */           \
    X(REFUSED, "refused")                                                                          \
    X(ORDERED, "ordered")

enum explain_outcome {
#define X(name, text) EXPLAIN_##name,
    EXPLAIN_OUTCOME_LIST(X)
#undef X
        EXPLAIN_OUTCOME_COUNT
};

const char *explain_outcome_text(enum explain_outcome outcome);

/* Whether an answer asks for something that its book can do: then the engine decides it. */
static inline bool explain_can_act(struct decision said, enum holding holding)
{
    return (said.act == ACT_BUY && holding == HOLDING_FLAT) ||
           (said.act == ACT_SELL && holding == HOLDING_LONG);
}

/* What there is to say of an answer that the engine does not decide. */
enum explain_outcome explain_outcome(struct decision said, enum holding holding);

/* What one strategy made of the bar. */
struct explain_book {
    uint16_t book; /* from 1 */
    enum explain_outcome outcome;
    uint64_t bars;        /* finished ones of its frame */
    uint64_t warmup_bars; /* it is asked once there are more */
    struct explain_series series[SERIES_PER_STRATEGY_MAX];
    uint32_t series_count;
    struct decision said; /* unless it is warming up */
    enum holding holding;
    int64_t held_qty_e9; /* before the decision */
    int64_t held_cost_e9;
    int64_t held_since_ns;
    int64_t price_e9; /* what the gates weighed: reference price and quantity; 0: nothing */
    int64_t qty_e9;
    bool gated; /* it met the gates: that of the verdict GATE_FIRST + i says gates[i] */
    struct gate_use gates[GATE_COUNT];
    bool decided;
    struct event decision; /* its DECISION */
    struct explain_order orders[EXPLAIN_ORDERS_MAX];
    uint32_t order_count;
    uint64_t trade_id;  /* 0: none */
    struct event trade; /* its last TRADE record; kind NONE while there is none */
    struct trade_detail trade_detail;
};

struct explanation {
    const struct lookup *lookup; /* borrowed */
    uint32_t instrument;
    int64_t asked_ns;
    struct run_span span;
    int64_t bar_ns; /* end of the bar explained */
    struct event bar;
    uint64_t bars;     /* of the instrument so far, this one included */
    int64_t equity_e9; /* at the slice's end */
    int64_t cash_e9;
    bool seen;
    struct explain_book *books; /* those asked for, by number */
    uint32_t book_count;
};

/* Begins an explanation. `strategy`: only the books of that name; NULL: all. The caller fills span,
 * asked_ns and bar_ns before the replay and ends it with explain_finish(). */
void explain_init(struct explanation *explanation, const struct lookup *lookup,
                  const char *strategy, uint32_t instrument);
void explain_finish(struct explanation *explanation);

/* Hooks of the replay; `context` is the struct explanation. */
void explain_before(void *context, const struct engine *engine, const struct slice *slice);
void explain_gates(void *context, uint32_t book, uint32_t instrument, int64_t price_e9,
                   int64_t qty_e9, const struct gate_input *input);
bool explain_after(void *context, const struct engine *engine, const struct slice *slice,
                   const struct output *output);

/* Reads the log for what became of the orders and their trades. */
void explain_follow(struct explanation *explanation, struct log_reader *reader);

/* In plain words, and as JSON (money is decimal text). `run` names the run. */
void explain_print(const struct explanation *explanation, const char *run, FILE *out);
void explain_print_json(const struct explanation *explanation, const char *run, FILE *out);

#endif
