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
#include "base/money.h"
#include "sys/memory.h"

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
    sim->waiting = sim->reports.count - sim->taken;
}

/* Everything handed out: the queue begins at its start again. */
static void make_room(struct sim *sim)
{
    if (sim->taken == sim->reports.count) {
        sim->taken = 0;
        sim->reports.count = 0;
    }
}

/* Requests sent while reports still wait: their answers stand behind those. */
RARELY static void make_more_room(struct sim *sim, uint32_t answers)
{
    struct exchange_reports *reports = &sim->reports;
    while (reports->capacity - reports->count < answers) {
        reports->capacity *= 2;
        reports->reports = xrealloc(reports->reports, reports->capacity * sizeof *reports->reports);
    }
}

/* Quotes and trades of a slice, before its bars. */
RARELY static void give_ticks(struct sim *sim, const struct slice *slice)
{
    for (const struct event *tick = slice_ticks(slice); tick < slice->bars; tick++) {
        if (tick->kind == EVENT_QUOTE) {
            const struct exchange_quote quote = {
                .bid_e9 = tick->quote.bid_e9,
                .ask_e9 = tick->quote.ask_e9,
                .bid_size_e9 = tick->quote.bid_size * MONEY_E9, /* TICK_SIZE_MAX fits */
                .ask_size_e9 = tick->quote.ask_size * MONEY_E9,
            };
            make_more_room(sim, sim->answers_max);
            exchange_on_quote(sim->exchange, tick->instrument, tick->ts_ns, &quote, &sim->reports);
        } else if ((tick->flags & TRADE_TICK_VOLUME_ONLY) == 0) {
            exchange_on_trade(sim->exchange, tick->instrument, tick->trade_tick.price_e9);
        }
    }
    make_more_room(sim, sim->answers_max);
}

void sim_on_slice(struct sim *sim, const struct slice *slice)
{
    if (sim->reports.count > 0) {
        make_room(sim);
    }
    if (slice->tick_count > 0) {
        give_ticks(sim, slice);
    }
    exchange_on_slice(sim->exchange, slice, &sim->reports);
    if (sim->reports.count > 0) {
        settle_queues(sim);
    }
}

void sim_on_action(struct sim *sim, const struct event *action)
{
    make_room(sim);
    exchange_on_action(sim->exchange, action, &sim->reports);
    settle_queues(sim);
}

bool sim_is_quiet(const struct sim *sim)
{
    return sim->waiting == 0 && exchange_is_quiet(sim->exchange);
}

bool sim_follow(struct sim *sim, uint32_t opened, const struct event *first,
                const struct event *end, const int64_t *equity_e9)
{
    if (opened > 0) {
        int64_t opened_e9;
        if (!exchange_equity_e9(sim->exchange, &opened_e9) || opened_e9 != *equity_e9) {
            return false;
        }
        first += opened;
        equity_e9++;
    }
    return first == end || exchange_follow(sim->exchange, first, end, equity_e9);
}

void sim_carry_out(struct sim *sim, const struct output *output, int64_t now_ns)
{
    uint32_t answers = sim->answers_max + output->send_count;
    make_room(sim);
    if (sim->reports.capacity - sim->reports.count < answers) {
        make_more_room(sim, answers);
    }
    exchange_on_requests(sim->exchange, output->sends, output->send_count, now_ns, &sim->reports);
    settle_queues(sim);
}

const struct event *sim_next_report(struct sim *sim, int64_t now_ns)
{
    CHECK(sim->taken < sim->reports.count);
    sim->waiting--;
    struct event *report = &sim->reports.reports[sim->taken++].event;
    report->ts_ns = report->ts_ns < now_ns ? now_ns : report->ts_ns; /* time never runs backwards */
    return report;
}

bool sim_agrees_after_report(const struct sim *sim, const struct engine *engine)
{
    CHECK(sim->taken > 0);
    const struct exchange_report *last = &sim->reports.reports[sim->taken - 1];
    uint32_t instrument = last->event.instrument;
    return instrument < engine->instrument_count &&
           last->cash_e9 == ledger_cash_e9(&engine->ledger) &&
           last->qty_e9 == engine->ledger.positions[instrument].qty_e9;
}

bool sim_agrees_on_account(const struct sim *sim, const struct engine *engine)
{
    const struct exchange *exchange = sim->exchange;
    int64_t equity_e9;
    return exchange_cash_e9(exchange) == ledger_cash_e9(&engine->ledger) &&
           exchange_equity_e9(exchange, &equity_e9) && equity_e9 == engine->equity_e9;
}

bool sim_agrees_after_slice(const struct sim *sim, const struct engine *engine,
                            const struct slice *slice)
{
    const struct exchange *const exchange = sim->exchange;
    int64_t difference = 0;
    const struct event *const end = slice_end(slice);
    for (const struct event *bar = slice_ticks(slice); bar < end; bar++) {
        difference |= exchange_qty_e9(exchange, bar->instrument) ^
                      engine->ledger.positions[bar->instrument].qty_e9;
    }
    return difference == 0 && sim_agrees_on_account(sim, engine);
}

bool sim_agrees(const struct sim *sim, const struct engine *engine)
{
    const struct exchange *exchange = sim->exchange;
    int64_t difference = 0;
    for (uint32_t i = 0; i < engine->instrument_count; i++) {
        difference |= exchange_qty_e9(exchange, i) ^ engine->ledger.positions[i].qty_e9;
    }
    return difference == 0 && sim_agrees_on_account(sim, engine);
}

void sim_destroy(struct sim *sim)
{
    if (sim == NULL) {
        return;
    }
    free(sim->expected);
    free(sim->reports.reports);
    free(sim->memory);
    free(sim);
}

struct sim *sim_create(const struct exchange_plan *plan)
{
    struct arena arena;
    arena_init_measure(&arena);
    (void)exchange_init(&arena, plan); /* NULL: it only measures */
    struct sim *sim = xcalloc(1, sizeof *sim);
    size_t size = arena.used;
    sim->memory = xcalloc_aligned(size);
    arena_init(&arena, sim->memory, size);
    sim->exchange = exchange_init(&arena, plan);
    sim->answers_max = exchange_reports_max(plan);
    sim->reports.capacity = 3 * sim->answers_max;
    sim->reports.reports = xcalloc(sim->reports.capacity, sizeof *sim->reports.reports);
    return sim;
}

void sim_expect(struct sim *sim, const struct event *logged)
{
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

bool sim_is_behind(const struct sim *sim)
{
    return sim->expected_first < sim->expected_count;
}

bool sim_is_as_logged(const struct sim *sim)
{
    return !sim->differs;
}
