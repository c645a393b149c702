/* driver.c: the one loop.
 *
 *   next event -> log it -> view and engine -> log what came out -> sync -> send
 *
 * Within a slice the market place comes first: its fills reach the engine before the slice's bars,
 * so nobody decides on a close that came after a fill at the open. A step is one report with what
 * followed, or one whole slice: bars, slice end and decisions. */
#include "driver/driver_private.h"

#include <stdlib.h>

#include "base/utc.h"
#include "broker/sim.h"
#include "sys/clock.h"
#include "sys/memory.h"

enum { PROGRESS_SLICES = 1 << 16 };

struct broker *driver_sim_broker(const struct run_config *config, uint32_t instrument_count)
{
    struct exchange_plan plan = {
        .instrument_count = instrument_count,
        .orders_max = config->book_count * instrument_count,
        .cash_e9 = config->cash_e9,
        .commission_e9 = config->commission_e9,
    };
    return sim_create(&plan);
}

enum err driver_create(const struct driver_plan *plan, struct driver **driver,
                       struct problem *problem)
{
    struct driver *self = xcalloc(1, sizeof *self);
    self->plan = *plan;
    self->ts_ns = INT64_MIN;
    self->logged_session = INT64_MIN;
    self->last_ref = UINT64_MAX;
    enum err err = assembly_init(&self->assembly, plan->config, plan->instrument_count, problem);
    if (err != ERR_OK) {
        driver_destroy(self);
        return err;
    }
    self->broker = driver_sim_broker(plan->config, plan->instrument_count);
    *driver = self;
    return ERR_OK;
}

void driver_destroy(struct driver *driver)
{
    if (driver == NULL) {
        return;
    }
    if (driver->broker != NULL) {
        driver->broker->ops->destroy(driver->broker);
    }
    assembly_finish(&driver->assembly);
    free(driver);
}

void driver_set_log(struct driver *driver, struct log *log)
{
    driver->plan.log = log;
}

/* ---- what comes next ---- */

/* Waits until the market moment is due at the wanted speed, or until a stop. */
static void pace(struct driver *driver, int64_t market_ns)
{
    if (driver->pace_mono_ns == 0) {
        driver->pace_mono_ns = clock_mono_ns();
        driver->pace_from_ns = market_ns;
    }
    double wait_ns = (double)(market_ns - driver->pace_from_ns) / driver->plan.speed;
    int64_t due_ns = driver->pace_mono_ns + (int64_t)wait_ns;
    while (clock_mono_ns() < due_ns && !(driver->plan.stop != NULL && *driver->plan.stop != 0)) {
        clock_sleep_until(due_ns);
    }
}

static bool next_slice(struct driver *driver)
{
    if (driver->plan.stop != NULL && *driver->plan.stop != 0) {
        driver->stopped = true;
        return false;
    }
    if (!feed_next(driver->plan.feed, &driver->slice)) {
        return false;
    }
    if (driver->plan.speed > 0) {
        pace(driver, driver->slice.end.ts_ns);
    }
    driver->next_bar = 0;
    driver->slice_open = true;
    driver->broker->ops->on_slice(driver->broker, &driver->slice);
    return true;
}

/* The next event in the order of time, or NULL at the end. */
static const struct event *driver_next(struct driver *driver)
{
    while (true) {
        if (driver->broker->waiting > 0) {
            driver->report = *driver->broker->ops->next_report(driver->broker);
            if (driver->report.ts_ns < driver->ts_ns) {
                driver->report.ts_ns = driver->ts_ns; /* time never runs backwards */
            }
            return &driver->report;
        }
        if (driver->next_bar < driver->slice.count) {
            return &driver->slice.bars[driver->next_bar++];
        }
        if (driver->slice_open) {
            driver->slice_open = false;
            return &driver->slice.end;
        }
        if (!next_slice(driver)) {
            return NULL;
        }
    }
}

/* ---- the log ---- */

static void append_output(struct log *log, const struct output *output)
{
    for (uint32_t at = 0; at < output->slots; at += output->records[at].slots) {
        log_append(log, &output->records[at]);
    }
}

static void append_slice_ref(struct log *log, int64_t ts_ns, uint64_t ordinal)
{
    struct event ref = {.ts_ns = ts_ns,
                        .src_ns = ts_ns,
                        .kind = EVENT_LOG_SLICE_REF,
                        .version = 1,
                        .slots = 1,
                        .instrument = INSTRUMENT_NONE,
                        .slice_end = {.slice = ordinal}};
    log_append(log, &ref);
}

/* A slice of a log that refers to the data: only what was decided, and an equity point where one is
 * due. The latest SLICE is kept back for the end of the run. */
static void log_slice_by_ref(struct driver *driver, const struct event *slice_end)
{
    const struct output *output = &driver->assembly.output;
    const struct event *slice = &output->records[output->slots - 1];
    int64_t session = driver->assembly.engine->session.open_ns;
    bool decided = output->slots > slice->slots;
    bool due = driver->plan.every_slice || session != driver->logged_session || slice->flags != 0;
    driver->last_slice = *slice;
    if (decided || due) {
        append_slice_ref(driver->plan.log, slice_end->ts_ns, slice_end->slice_end.slice);
        driver->last_ref = slice_end->slice_end.slice;
        append_output(driver->plan.log, output);
        driver->logged_session = session;
        driver->last_slice.kind = EVENT_NONE;
    }
}

/* A report between slices: a log that refers to the data has to say between which. */
static void refer_to_last_slice(struct driver *driver)
{
    bool sliced = driver->first_ns != 0;
    if (driver->plan.market_log == MARKET_LOG_REF && sliced &&
        driver->last_ref != driver->last_ordinal) {
        append_slice_ref(driver->plan.log, driver->last_ns, driver->last_ordinal);
        driver->last_ref = driver->last_ordinal;
    }
}

static enum err log_step(struct driver *driver, const struct event *event, struct problem *problem)
{
    struct log *log = driver->plan.log;
    const struct output *output = &driver->assembly.output;
    if (event->kind == EVENT_BAR) {
        if (driver->plan.market_log == MARKET_LOG_FULL) {
            log_append(log, event);
        }
        return ERR_OK; /* the step ends with its slice */
    }
    if (event->kind == EVENT_SLICE_END && driver->plan.market_log == MARKET_LOG_REF) {
        log_slice_by_ref(driver, event);
    } else {
        refer_to_last_slice(driver);
        log_append(log, event);
        append_output(log, output);
    }
    enum err err = log_end_step(log, driver->plan.sync && output->send_count > 0, problem);
    if (err == ERR_OK && driver->plan.speed > 0) {
        err = log_flush(log, problem); /* a watched run shows what it does */
    }
    return err;
}

/* ---- the loop ---- */

/* What makes going on wrong: a report that cannot be, or two ledgers that disagree. */
static enum err audit(const struct driver *driver, const struct event *event,
                      struct problem *problem)
{
    const struct engine *engine = driver->assembly.engine;
    const struct broker_ops *ops = driver->broker->ops;
    bool agrees = true;
    if (event->kind == EVENT_SLICE_END) {
        agrees = ops->agrees_after_slice(driver->broker, engine);
    } else if (event_is_report(event->kind)) {
        agrees = ops->agrees_after_report(driver->broker, engine);
    }
    if (engine->fault == ENGINE_FAULT_NONE && agrees) {
        return ERR_OK;
    }
    char when[UTC_TEXT_SIZE];
    (void)utc_format(event->ts_ns, when);
    return problem_set(problem, ERR_DIFFERS, "halted at %s, on a %s: %s; the log holds all of it",
                       when, event_kind_text(event->kind),
                       engine->fault != ENGINE_FAULT_NONE
                           ? engine_fault_text(engine->fault)
                           : "the exchange's ledger and ours disagree");
}

static enum err take(struct driver *driver, const struct event *event, struct problem *problem)
{
    struct assembly *assembly = &driver->assembly;
    driver->ts_ns = event->ts_ns;
    view_on_event(assembly->view, event);
    engine_on_event(assembly->engine, event, &assembly->output);
    if (driver->plan.log != NULL) {
        enum err err = log_step(driver, event, problem);
        if (err != ERR_OK) {
            return err;
        }
    }
    if (assembly->output.send_count > 0) {
        driver->broker->ops->carry_out(driver->broker, &assembly->output, event->ts_ns);
    }
    return event->kind == EVENT_BAR ? ERR_OK : audit(driver, event, problem);
}

static void after_slice(struct driver *driver, const struct event *slice_end)
{
    driver->last_ns = slice_end->ts_ns;
    driver->last_ordinal = slice_end->slice_end.slice;
    if (driver->first_ns == 0) {
        driver->first_ns = slice_end->ts_ns;
    }
    uint64_t done = slice_end->slice_end.slice + 1;
    bool now = driver->plan.speed > 0 || done % PROGRESS_SLICES == 0;
    if (driver->plan.progress != NULL && now) {
        driver->plan.progress(done, driver->plan.feed->slice_count, slice_end->ts_ns);
    }
}

/* The end of the run: the last equity point and how far it got. */
static enum err log_end(struct driver *driver, struct problem *problem)
{
    struct log *log = driver->plan.log;
    if (driver->last_slice.kind != EVENT_NONE) {
        append_slice_ref(log, driver->last_slice.ts_ns, driver->last_ordinal);
        log_append(log, &driver->last_slice);
    }
    struct event end = {
        .ts_ns = driver->ts_ns,
        .src_ns = driver->ts_ns,
        .kind = EVENT_LOG_END,
        .version = 1,
        .slots = 1,
        .flags = driver->stopped ? 1 : 0,
        .instrument = INSTRUMENT_NONE,
        .slice = {.decision_hash = driver->assembly.engine->decision_hash,
                  .equity_e9 = driver->assembly.engine->equity_e9,
                  .cash_e9 = ledger_cash_e9(&driver->assembly.engine->ledger),
                  .fills = (uint32_t)driver->assembly.engine->counters.fills}
    };
    log_append(log, &end);
    enum err err = log_end_step(log, false, problem);
    return err != ERR_OK ? err : log_flush(log, problem);
}

enum err driver_begin(struct driver *driver, struct problem *problem)
{
    struct assembly *assembly = &driver->assembly;
    engine_deposit(assembly->engine, driver->plan.start_ns, driver->plan.config->cash_e9,
                   &assembly->output);
    if (driver->plan.log == NULL) {
        return ERR_OK;
    }
    append_output(driver->plan.log, &assembly->output);
    return log_end_step(driver->plan.log, driver->plan.sync, problem);
}

enum err driver_run(struct driver *driver, struct problem *problem)
{
    int64_t from_ns = clock_cpu_ns();
    enum err err = ERR_OK;
    const struct event *event;
    while (err == ERR_OK && (event = driver_next(driver)) != NULL) {
        err = take(driver, event, problem);
        if (event->kind == EVENT_SLICE_END) {
            after_slice(driver, event);
        }
    }
    driver->cpu_ns += clock_cpu_ns() - from_ns;
    if (err == ERR_OK && driver->plan.log != NULL) {
        err = log_end(driver, problem);
    }
    return err;
}

const struct engine *driver_engine(const struct driver *driver)
{
    return driver->assembly.engine;
}

bool driver_stopped(const struct driver *driver)
{
    return driver->stopped;
}

double driver_engine_cpu_s(const struct driver *driver)
{
    return (double)driver->cpu_ns / 1e9;
}

int64_t driver_first_ns(const struct driver *driver)
{
    return driver->first_ns;
}

int64_t driver_last_ns(const struct driver *driver)
{
    return driver->last_ns;
}
