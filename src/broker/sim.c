/* sim.c: glue between the driver and the exchange in process: a queue of reports.
 *
 * After a crash the exchange is run again over the logged slices and requests. Its reports and the
 * logged ones are two queues that must agree: equal heads cancel out; what only the exchange has is
 * news for the engine; what only the log has will come once the feed goes on. */
#include "broker/sim.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/hot.h"
#include "sys/memory.h"

struct sim {
    struct broker broker; /* first */
    struct exchange *exchange;
    void *memory;
    struct exchange_reports reports;
    uint32_t taken; /* reports before this index are handed out */
    bool differs;
    struct event *expected; /* logged reports not seen from the exchange yet */
    size_t expected_count;
    size_t expected_first;
    size_t expected_capacity;
};

/* The same report; the moment at which we received it is ours, not the exchange's. */
static bool same_report(const struct event *a, const struct event *b)
{
    return a->src_ns == b->src_ns && a->kind == b->kind && a->flags == b->flags &&
           a->instrument == b->instrument && memcmp(&a->report, &b->report, sizeof a->report) == 0;
}

RARELY static void settle_queues(struct sim *sim)
{
    while (sim->expected_first < sim->expected_count && sim->taken < sim->reports.count) {
        const struct event *ours = &sim->reports.reports[sim->taken].event;
        if (!same_report(ours, &sim->expected[sim->expected_first])) {
            sim->differs = true;
            return;
        }
        sim->taken++;
        sim->expected_first++;
    }
    sim->broker.waiting = sim->reports.count - sim->taken;
}

/* Everything handed out: the queue begins at its start again. */
static void make_room(struct sim *sim)
{
    if (sim->taken == sim->reports.count) {
        sim->taken = 0;
        sim->reports.count = 0;
    }
}

static void sim_on_slice(struct broker *broker, const struct slice *slice)
{
    struct sim *sim = (struct sim *)broker;
    if (sim->reports.count > 0) {
        make_room(sim);
    }
    exchange_on_slice(sim->exchange, slice, &sim->reports);
    if (sim->reports.count > 0) {
        settle_queues(sim);
    }
}

static void sim_carry_out(struct broker *broker, const struct output *output, int64_t now_ns)
{
    struct sim *sim = (struct sim *)broker;
    make_room(sim);
    exchange_on_requests(sim->exchange, output->sends, output->send_count, now_ns, &sim->reports);
    settle_queues(sim);
}

static const struct event *sim_next_report(struct broker *broker)
{
    struct sim *sim = (struct sim *)broker;
    CHECK(sim->taken < sim->reports.count);
    broker->waiting--;
    return &sim->reports.reports[sim->taken++].event;
}

static bool sim_agrees_after_report(const struct broker *broker, const struct engine *engine)
{
    const struct sim *sim = (const struct sim *)broker;
    CHECK(sim->taken > 0);
    const struct exchange_report *last = &sim->reports.reports[sim->taken - 1];
    uint32_t instrument = last->event.instrument;
    return instrument < engine->instrument_count &&
           last->cash_e9 == ledger_cash_e9(&engine->ledger) &&
           last->qty_e9 == engine->ledger.positions[instrument].qty_e9;
}

static bool same_account(const struct exchange *exchange, const struct engine *engine)
{
    int64_t equity_e9;
    return exchange_cash_e9(exchange) == ledger_cash_e9(&engine->ledger) &&
           exchange_equity_e9(exchange, &equity_e9) && equity_e9 == engine->equity_e9;
}

static bool sim_agrees_after_slice(const struct broker *broker, const struct engine *engine,
                                   const struct slice *slice)
{
    const struct exchange *exchange = ((const struct sim *)broker)->exchange;
    int64_t difference = 0;
    const struct event *const end = slice->bars + slice->count;
    for (const struct event *bar = slice->bars; bar < end; bar++) {
        difference |= exchange_qty_e9(exchange, bar->instrument) ^
                      engine->ledger.positions[bar->instrument].qty_e9;
    }
    return difference == 0 && same_account(exchange, engine);
}

static bool sim_agrees(const struct broker *broker, const struct engine *engine)
{
    const struct exchange *exchange = ((const struct sim *)broker)->exchange;
    int64_t difference = 0;
    for (uint32_t i = 0; i < engine->instrument_count; i++) {
        difference |= exchange_qty_e9(exchange, i) ^ engine->ledger.positions[i].qty_e9;
    }
    return difference == 0 && same_account(exchange, engine);
}

static void sim_destroy(struct broker *broker)
{
    struct sim *sim = (struct sim *)broker;
    free(sim->expected);
    free(sim->reports.reports);
    free(sim->memory);
    free(sim);
}

static const struct broker_ops sim_ops = {
    .on_slice = sim_on_slice,
    .carry_out = sim_carry_out,
    .next_report = sim_next_report,
    .agrees_after_report = sim_agrees_after_report,
    .agrees_after_slice = sim_agrees_after_slice,
    .agrees = sim_agrees,
    .destroy = sim_destroy,
};

struct broker *sim_create(const struct exchange_plan *plan)
{
    struct arena arena;
    arena_init_measure(&arena);
    (void)exchange_init(&arena, plan); /* NULL: it only measures */
    struct sim *sim = xcalloc(1, sizeof *sim);
    size_t size = arena.used;
    sim->memory = xcalloc_aligned(size);
    arena_init(&arena, sim->memory, size);
    sim->exchange = exchange_init(&arena, plan);
    sim->broker.ops = &sim_ops;
    /* A slice's fills are taken before requests come, so two rounds are the most that wait. */
    sim->reports.capacity = 2 * exchange_reports_max(plan);
    sim->reports.reports = xcalloc(sim->reports.capacity, sizeof *sim->reports.reports);
    return &sim->broker;
}

void sim_expect(struct broker *broker, const struct event *logged)
{
    struct sim *sim = (struct sim *)broker;
    if (sim->expected_first == sim->expected_count) {
        sim->expected_first = 0;
        sim->expected_count = 0;
    }
    if (sim->expected_count == sim->expected_capacity) {
        sim->expected_capacity = sim->expected_capacity == 0 ? 64 : 2 * sim->expected_capacity;
        sim->expected = xrealloc(sim->expected, sim->expected_capacity * sizeof *sim->expected);
    }
    sim->expected[sim->expected_count++] = *logged;
    settle_queues(sim);
}

bool sim_is_as_logged(const struct broker *broker)
{
    return !((const struct sim *)broker)->differs;
}
