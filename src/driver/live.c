/* live.c: the loop where market and broker are outside of this process.
 *
 *   the network has its turn -> what the broker said -> what became of streams and data
 *   -> the moments that the engine waits for -> the next whole slice -> log -> sync -> send
 *
 * The steps are those of every other run: one input with what followed from it, in the log and
 * durable before anything is sent. Reports come before slices, so that nobody decides on a close
 * without the fills that came before it. Time is the market's: it stands at a slice's end until
 * that slice is given; what comes in between has the time of its receipt, but none beyond that.
 * Where the exchange moves by steps, it has the time when it happened, so that the same day gives
 * the same log.
 */
#include "driver/driver_private.h"

#include "base/check.h"
#include "driver/fold.h"
#include "sys/clock.h"
#include "sys/memory.h"

/* Somebody may look on as often as that. */
#define LOOK_NS (50 * NS_PER_MS)

void driver_set_world(struct driver *driver, const struct driver_world *world)
{
    driver->world = world;
    if (driver->latency == NULL) {
        driver->latency = xcalloc(1, sizeof *driver->latency);
    }
}

const struct latency *driver_latency(const struct driver *driver)
{
    return driver->latency;
}

/* When an input was received; time never runs backwards. */
static int64_t received_ns(const struct driver *driver, int64_t src_ns)
{
    const struct driver_world *world = driver->world;
    int64_t horizon_ns = world->feed->ops->horizon_ns(world->feed);
    int64_t at_ns = world->stepped && src_ns < *world->now_ns ? src_ns : *world->now_ns;
    at_ns = at_ns > horizon_ns ? horizon_ns : at_ns;
    return at_ns < driver->ts_ns ? driver->ts_ns : at_ns;
}

static void give(struct driver *driver, const struct event *input)
{
    struct assembly *assembly = &driver->assembly;
    if (input->kind == EVENT_STATUS || input->kind == EVENT_HOLDING) {
        engine_on_condition(assembly->engine, input, &assembly->output);
    } else {
        engine_on_report(assembly->engine, input, &assembly->output);
    }
}

/* What is in the log goes out; without one, what may. `kind`: of the step's input. */
static enum err send_step(struct driver *driver, struct latency_step *step, uint8_t kind,
                          struct problem *problem)
{
    struct assembly *assembly = &driver->assembly;
    struct broker *broker = driver->world->broker;
    step->logged_ns = clock_mono_ns();
    if (assembly->engine->fault != ENGINE_FAULT_NONE) {
        return driver_halt(driver, kind, problem);
    }
    if (assembly->output.send_count > 0) {
        broker->ops->carry_out(broker, &assembly->output);
    }
    latency_end(driver->latency, step, &assembly->output, clock_mono_ns());
    return ERR_OK;
}

/* One input of the broker's, or about the world, as a step of its own. */
static enum err take_input(struct driver *driver, const struct event *input,
                           int64_t received_mono_ns, struct problem *problem)
{
    struct event event = *input;
    struct latency_step step = latency_begin(driver->latency, received_mono_ns);
    latency_take_report(driver->latency, &step, input);
    event.ts_ns = received_ns(driver, input->src_ns);
    driver->ts_ns = event.ts_ns;
    give(driver, &event);
    step.decided_ns = clock_mono_ns();
    if (driver_log_input(driver, &event, problem) != ERR_OK) {
        live_step_failed(driver, problem);
    }
    return send_step(driver, &step, event.kind, problem);
}

static enum err take_inputs(struct driver *driver, bool *took, struct problem *problem)
{
    struct broker *broker = driver->world->broker;
    struct live_feed *feed = driver->world->feed;
    const struct event *input;
    enum err err = ERR_OK;
    while (err == ERR_OK && (input = live_storage_next(driver)) != NULL) {
        *took = true;
        err = take_input(driver, input, 0, problem);
    }
    while (err == ERR_OK && (input = broker->ops->next_report(broker)) != NULL) {
        *took = true;
        err = take_input(driver, input, broker->received_mono_ns, problem);
    }
    while (err == ERR_OK && (input = feed->ops->next_status(feed)) != NULL) {
        *took = true;
        err = take_input(driver, input, 0, problem);
    }
    return err;
}

static enum err take_slice(struct driver *driver, const struct slice *slice,
                           struct problem *problem)
{
    struct assembly *assembly = &driver->assembly;
    struct latency_step step = {0}; /* the past comes in bunches: nobody waits for it */
    if (!slice->past) {
        step = latency_begin(driver->latency, driver->world->feed->received_mono_ns);
    }
    CHECK(slice->ts_ns >= driver->ts_ns);
    driver->slice = *slice;
    driver->ts_ns = slice->ts_ns;
    driver->first_ns = driver->first_ns == 0 ? slice->ts_ns : driver->first_ns;
    driver->last_ns = slice->ts_ns;
    driver->last_ordinal = slice->ordinal;
    view_on_slice(assembly->view, slice);
    engine_on_slice(assembly->engine, slice, &assembly->output);
    step.decided_ns = clock_mono_ns();
    if (driver_log_slice(driver, problem) != ERR_OK) {
        live_step_failed(driver, problem);
    }
    return send_step(driver, &step, EVENT_SLICE_END, problem);
}

/* The moments that the engine waits for. None beyond the market's time: a slice that is due by then
 * has its own. */
static enum err take_timers(struct driver *driver, bool *took, struct problem *problem)
{
    const struct driver_world *world = driver->world;
    const struct engine *engine = driver->assembly.engine;
    enum err err = ERR_OK;
    while (err == ERR_OK && engine->timer_ns <= *world->now_ns &&
           engine->timer_ns < world->feed->ops->horizon_ns(world->feed)) {
        struct latency_step step = latency_begin(driver->latency, 0);
        *took = true;
        if (driver_give_timer(driver, received_ns(driver, engine->timer_ns), problem) != ERR_OK) {
            live_step_failed(driver, problem);
        }
        step.decided_ns = clock_mono_ns();
        err = send_step(driver, &step, EVENT_TIMER, problem);
        if (err == ERR_OK) {
            err = take_inputs(driver, took, problem);
        }
    }
    return err;
}

/* Everything that has come; a slice only when no report waits. */
static enum err take_all(struct driver *driver, bool *took, struct problem *problem)
{
    struct live_feed *feed = driver->world->feed;
    struct slice slice;
    *took = false;
    enum err err = take_inputs(driver, took, problem);
    if (err == ERR_OK) {
        err = take_timers(driver, took, problem);
    }
    while (err == ERR_OK && feed->ops->next(feed, &slice)) {
        *took = true;
        err = take_slice(driver, &slice, problem);
        if (err == ERR_OK) {
            err = take_inputs(driver, took, problem);
        }
    }
    return err;
}

/* Where the log's last slice stands; starts, cuts and ends have the wall's time. */
static void note_place(struct driver *driver, const struct event *record)
{
    if (event_is_input(record->kind) || event_is_output(record->kind)) {
        driver->ts_ns = record->ts_ns;
    }
    if (record->kind == EVENT_SLICE_END) {
        driver->first_ns = driver->first_ns == 0 ? record->ts_ns : driver->first_ns;
        driver->last_ns = record->ts_ns;
        driver->last_ordinal = record->slice_end.slice;
    }
}

enum err live_resume(struct driver *driver, struct log_reader *reader, struct problem *problem)
{
    struct gather gather = {0};
    const struct event *record;
    uint64_t number = 0;
    enum err err = ERR_OK;
    while (err == ERR_OK && (record = log_reader_next(reader)) != NULL) {
        err = fold_record(&driver->assembly, &gather, record, ++number, problem);
        note_place(driver, record);
    }
    const struct engine *engine = driver->assembly.engine;
    if (err == ERR_OK && (engine->fault != ENGINE_FAULT_NONE || !engine_is_consistent(engine))) {
        return problem_set(problem, ERR_DIFFERS,
                           "the log folds to a state that cannot be (%s); nothing was changed: "
                           "look at it with `bellwether verify`",
                           engine_fault_text(engine->fault));
    }
    driver->logged_session = engine->session.open_ns;
    return err;
}

enum err driver_catch_up(struct driver *driver, const struct event *input, struct problem *problem)
{
    struct event event = *input;
    event.version = 1;
    event.slots = 1;
    event.ts_ns = driver->ts_ns; /* the slices since are still to come */
    give(driver, &event);
    driver->assembly.output.send_count = 0;
    enum err err = driver_log_input(driver, &event, problem);
    if (err == ERR_OK && driver->assembly.engine->fault != ENGINE_FAULT_NONE) {
        err = driver_halt(driver, event.kind, problem);
    }
    return err;
}

enum err driver_caught_up(struct driver *driver, struct problem *problem)
{
    return log_end_step(driver->plan.log, driver->plan.sync, problem);
}

enum err live_run(struct driver *driver, struct problem *problem)
{
    const struct driver_plan *plan = &driver->plan;
    const struct driver_world *world = driver->world;
    bool ended = false;
    bool took = true;
    enum err err = ERR_OK;
    live_storage_begin(driver);
    while (err == ERR_OK && !ended && !driver_stop_asked(driver)) {
        driver->latency->began_ns = clock_mono_ns();
        err =
            world->turn(world->context, driver->latency->began_ns + LOOK_NS, took, &ended, problem);
        driver->latency->turn_ns = clock_mono_ns();
        if (err == ERR_OK) {
            err = take_all(driver, &took, problem);
        }
        if (err == ERR_OK && plan->sync && !took && !live_log_is_lost(driver) &&
            log_make_ready(plan->log, problem) != ERR_OK) {
            live_log_failed(driver, problem);
        }
        live_storage_look(driver, clock_mono_ns());
        if (err == ERR_OK && plan->attend != NULL) {
            err = plan->attend(plan->attend_context, clock_mono_ns(), problem);
        }
    }
    if (err == ERR_OK && live_log_is_lost(driver)) {
        *problem = driver->storage.why;
        err = problem->err;
    }
    return err;
}
