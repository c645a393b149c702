/* sim.h: our own exchange in process as a broker: the default, and what fills backtests. */
#ifndef BROKER_SIM_H
#define BROKER_SIM_H

#include "core/engine.h"
#include "exchange/exchange.h"

struct sim {
    uint32_t waiting; /* reports not yet taken */
    struct exchange *exchange;
    void *memory;
    struct exchange_reports reports;
    uint32_t answers_max; /* to requests, one for each of them left out */
    uint32_t taken;       /* reports before this index are handed out */
    bool differs;
    struct event *expected; /* logged reports not seen from the exchange yet */
    size_t expected_count;
    size_t expected_first;
    size_t expected_capacity;
};

/* The caller ends it with sim_destroy(). */
struct sim *sim_create(const struct exchange_plan *plan);

/* In simulation the market moves here: a slice reaches the market place before the engine. */
void sim_on_slice(struct sim *sim, const struct slice *slice);

/* A split or a dividend, before the first slice that it is effective for. */
void sim_on_action(struct sim *sim, const struct event *action);

/* Sends every request of the step. What became of each comes back as a report. */
void sim_carry_out(struct sim *sim, const struct output *output, int64_t now_ns);

/* The oldest report not yet taken, received now or when the market place said it, if that is later;
 * valid until the next call; only while `waiting` > 0. */
const struct event *sim_next_report(struct sim *sim, int64_t now_ns);

/* Whether the exchange's ledger right after the last report taken is the engine's now. */
bool sim_agrees_after_report(const struct sim *sim, const struct engine *engine);

/* Whether nothing can happen at the market place until it gets a request. */
bool sim_is_quiet(const struct sim *sim);

/* Takes the bars of whole slices while it is quiet; whether its equity at the end of each is the
 * given one. `opened`: so many bars, the first slice's, it has taken before. */
bool sim_follow(struct sim *sim, uint32_t opened, const struct event *first,
                const struct event *end, const int64_t *equity_e9);

/* Whether cash and equity are the same at a slice's end. Quantities only change by reports, after
 * each of which they were compared. */
bool sim_agrees_on_account(const struct sim *sim, const struct engine *engine);

/* Whether cash, equity and the positions of the slice's instruments are the same at its end. */
bool sim_agrees_after_slice(const struct sim *sim, const struct engine *engine,
                            const struct slice *slice);

/* Whether cash, equity and every position are the same now, after a slice. */
bool sim_agrees(const struct sim *sim, const struct engine *engine);

void sim_destroy(struct sim *sim);

/* Recovery: the log holds this report, so the exchange, run again, must give the same one, and it
 * is not handed out a second time. Reports are expected in the log's order. */
void sim_expect(struct sim *sim, const struct event *logged);

/* Whether the log holds reports that the exchange has not given yet. */
bool sim_is_behind(const struct sim *sim);

/* Whether every report so far was the expected one. */
bool sim_is_as_logged(const struct sim *sim);

#endif
