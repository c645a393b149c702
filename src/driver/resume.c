/* resume.c: after a crash: fold the log, run the exchange again, go on behind the last slice.
 *
 * Nothing is decided again. The engine takes every record through engine_apply(); the exchange,
 * which keeps nothing on disk, sees the logged slices and requests once more and must give the
 * logged reports. A slice is logged behind the reports that it led to; when one of those led to a
 * request, the exchange takes the slice from the feed, before the request. A request that has no
 * report in the log has one now, and the engine gets it as the first thing. Reconciliation takes no
 * simulated time. */
#include <inttypes.h>

#include "base/utc.h"
#include "broker/sim.h"
#include "core/fold_check.h"
#include "driver/driver_private.h"
#include "driver/gather.h"
#include "log/contents.h"

/* An entry and its two exits. */
enum { GROUP_MAX = 3 };

struct fold {
    struct driver *driver;
    struct gather gather;
    bool differs;       /* the exchange said something that the log does not hold */
    bool other_actions; /* the log holds others than the plan */
    const char *fault;  /* what is wrong with the record at hand; NULL: nothing */
    uint64_t number;    /* its number, from 1 */
    struct order_request group[GROUP_MAX]; /* requests that go together */
    uint32_t group_count;
};

/* The market place is shown the next slice, which the log may hold only behind what followed from
 * its reports, or not at all. */
static void open_slice(struct driver *driver)
{
    struct slice slice;
    uint64_t next = driver->assembly.engine->counters.slices == 0 ? 0 : driver->last_ordinal + 1;
    driver->plan.feed->ops->seek(driver->plan.feed, next);
    if (!driver->opened && feed_peek(driver->plan.feed, &slice)) {
        sim_on_slice(driver->sim, &slice);
        driver->opened = true;
    }
}

/* Sends what was gathered. A request behind a report that the market place has not given was sent
 * after the slice that gave it. */
static void flush_group(struct fold *fold)
{
    if (fold->group_count > 0 && sim_is_behind(fold->driver->sim)) {
        open_slice(fold->driver);
    }
    const struct order_request *requests[GROUP_MAX];
    for (uint32_t i = 0; i < fold->group_count; i++) {
        requests[i] = &fold->group[i];
    }
    struct output output = {.sends = requests, .send_count = fold->group_count};
    if (fold->group_count > 0) {
        sim_carry_out(fold->driver->sim, &output, fold->group[0].head.ts_ns);
    }
    fold->group_count = 0;
}

static void fold_slice(struct fold *fold, const struct slice *slice)
{
    struct driver *driver = fold->driver;
    if (!driver->opened) {
        sim_on_slice(driver->sim, slice);
    }
    driver->opened = false;
    fold->other_actions = driver->action_ns < slice->ts_ns;
    fold->differs = driver->sim->waiting > 0; /* a slice is logged behind its reports */
    view_on_slice(driver->assembly.view, slice);
    engine_apply_slice(driver->assembly.engine, slice);
    driver->last_ordinal = slice->ordinal;
    driver->last_ns = slice->ts_ns;
    if (driver->first_ns == 0) {
        driver->first_ns = slice->ts_ns;
    }
}

/* Orders of one group follow each other and reach the market place together. */
static void fold_order(struct fold *fold, const struct event *record)
{
    const struct order_request *request = (const struct order_request *)record;
    bool joins = fold->group_count > 0 && fold->group_count < GROUP_MAX &&
                 request->terms.group != 0 && request->terms.group == fold->group[0].terms.group &&
                 record->order.action == ORDER_ACTION_SUBMIT;
    if (!joins) {
        flush_group(fold);
    }
    engine_apply(fold->driver->assembly.engine, record);
    fold->group[fold->group_count++] = *request;
}

static void fold_record(struct fold *fold, const struct event *record)
{
    struct driver *driver = fold->driver;
    fold->number++;
    fold->fault = fold_fault(driver->assembly.engine, record);
    if (fold->fault != NULL) {
        return;
    }
    if (record->kind != EVENT_ORDER) {
        flush_group(fold);
    }
    if (record->kind == EVENT_BAR || event_is_tick(record->kind) ||
        record->kind == EVENT_SLICE_END) {
        const struct slice *slice = gather_slice(&fold->gather, record);
        if (slice != NULL) {
            fold_slice(fold, slice);
        }
    } else if (record->kind == EVENT_ORDER) {
        fold_order(fold, record);
    } else if (record->kind == EVENT_ACTION) {
        fold->other_actions = !actions_fold(driver, record);
    } else if (event_is_report(record->kind)) {
        sim_expect(driver->sim, record);
        engine_apply(driver->assembly.engine, record);
    } else if (event_is_output(record->kind) || record->kind == EVENT_TIMER ||
               record->kind == EVENT_COMMAND || record->kind == EVENT_STATUS ||
               record->kind == EVENT_HOLDING) {
        engine_apply(driver->assembly.engine, record);
    } else {
        return; /* starts, cuts and ends are no state, and their times are the wall's */
    }
    driver->ts_ns = record->ts_ns;
}

enum err driver_resume(struct driver *driver, struct log_reader *reader, struct problem *problem)
{
    if (driver->plan.outside) {
        return live_resume(driver, reader, problem);
    }
    struct fold fold = {.driver = driver};
    const struct event *record;
    while (!fold.differs && !fold.other_actions && sim_is_as_logged(driver->sim) &&
           (record = log_reader_next(reader)) != NULL) {
        fold_record(&fold, record);
        if (fold.fault != NULL) {
            return contents_refuse(record, fold.number, fold.fault, problem);
        }
    }
    if (fold.other_actions) {
        return problem_set(problem, ERR_REFUSED,
                           "the run began with other splits and dividends than %s holds now; put "
                           "the old file back, or begin another run",
                           driver->plan.config->actions_path != NULL
                               ? driver->plan.config->actions_path
                               : "the config");
    }
    flush_group(&fold);
    const struct engine *engine = driver->assembly.engine;
    if (engine->fault != ENGINE_FAULT_NONE || !engine_is_consistent(engine)) {
        return problem_set(problem, ERR_DIFFERS,
                           "the log folds to a state that cannot be (%s); nothing was changed: "
                           "look at it with `bellwether verify`",
                           engine_fault_text(engine->fault));
    }
    if (fold.differs || !sim_is_as_logged(driver->sim)) {
        return problem_set(problem, ERR_DIFFERS,
                           "the exchange, run again over the log, reports something else than was "
                           "logged; nothing was changed: was the program exchanged in between?");
    }
    driver->logged_session = engine->session.open_ns;
    const uint64_t slice_count = driver->plan.feed->slice_count; /* 0: not known */
    if (engine->counters.slices > 0 && slice_count > 0 && driver->last_ordinal >= slice_count) {
        return problem_set(problem, ERR_DAMAGED,
                           "the log refers to slice %" PRIu64 " of the data, which has %" PRIu64
                           "; nothing was changed: is it the data that ran?",
                           driver->last_ordinal, slice_count);
    }
    if (engine->counters.slices > 0) {
        driver->plan.feed->ops->seek(driver->plan.feed, driver->last_ordinal + 1);
    }
    return ERR_OK;
}
