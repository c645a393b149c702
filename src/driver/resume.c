/* resume.c: after a crash: fold the log, run the exchange again, go on behind the last slice.
 *
 * Nothing is decided again. The engine takes every record through engine_apply(); the exchange,
 * which keeps nothing on disk, sees the logged slices and requests once more and must give the
 * logged reports. A request that has no report in the log has one now, and the engine gets it as
 * the first thing. Reconciliation takes no simulated time. */
#include "base/utc.h"
#include "broker/sim.h"
#include "driver/driver_private.h"
#include "driver/gather.h"

struct fold {
    struct driver *driver;
    struct gather gather;
    bool differs; /* the exchange said something that the log does not hold */
};

static void fold_slice(struct fold *fold, const struct slice *slice)
{
    struct driver *driver = fold->driver;
    sim_on_slice(driver->sim, slice);
    fold->differs = driver->sim->waiting > 0; /* a slice is logged behind its reports */
    view_on_slice(driver->assembly.view, slice);
    engine_apply_slice(driver->assembly.engine, slice);
    driver->last_ordinal = slice->ordinal;
    driver->last_ns = slice->ts_ns;
    if (driver->first_ns == 0) {
        driver->first_ns = slice->ts_ns;
    }
}

static void fold_order(struct driver *driver, const struct event *record)
{
    engine_apply(driver->assembly.engine, record);
    const struct order_request *request = (const struct order_request *)record;
    struct output output = {.sends = &request, .send_count = 1};
    sim_carry_out(driver->sim, &output, record->ts_ns);
}

static void fold_record(struct fold *fold, const struct event *record)
{
    struct driver *driver = fold->driver;
    if (record->kind == EVENT_BAR || record->kind == EVENT_SLICE_END) {
        const struct slice *slice = gather_slice(&fold->gather, record);
        if (slice != NULL) {
            fold_slice(fold, slice);
        }
    } else if (record->kind == EVENT_ORDER) {
        fold_order(driver, record);
    } else if (event_is_report(record->kind)) {
        sim_expect(driver->sim, record);
        engine_apply(driver->assembly.engine, record);
    } else if (event_is_output(record->kind)) {
        engine_apply(driver->assembly.engine, record);
    } else {
        return; /* starts, cuts and ends are no state, and their times are the wall's */
    }
    driver->ts_ns = record->ts_ns;
}

enum err driver_resume(struct driver *driver, struct log_reader *reader, struct problem *problem)
{
    struct fold fold = {.driver = driver};
    const struct event *record;
    while (!fold.differs && sim_is_as_logged(driver->sim) &&
           (record = log_reader_next(reader)) != NULL) {
        fold_record(&fold, record);
    }
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
    if (engine->counters.slices > 0) {
        driver->plan.feed->ops->seek(driver->plan.feed, driver->last_ordinal + 1);
    }
    return ERR_OK;
}
