/* driver.c: the one loop.
 *
 *   next slice -> the market place matches -> its reports -> the slice -> log -> sync -> send
 *
 * The market place comes first: its fills reach the engine before the slice's closes, so nobody
 * decides on a close that came after a fill at the open. A step is one report with what followed,
 * or one whole slice: bars, slice end and decisions. Each step is in the log before it is acted on.
 */
#include "driver/driver_private.h"

#include <stdlib.h>

#include "base/hot.h"
#include "base/utc.h"
#include "broker/sim.h"
#include "sys/clock.h"
#include "sys/memory.h"

enum { PROGRESS_SLICES = 1 << 16 };

/* The exchange has room for one working order of each book in each instrument: there are no more.
 */
static struct broker *make_broker(const struct run_config *config, uint32_t instrument_count)
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
    self->watched = plan->progress != NULL || plan->speed > 0;
    enum err err = assembly_init(&self->assembly, plan->config, plan->instrument_count, problem);
    if (err != ERR_OK) {
        driver_destroy(self);
        return err;
    }
    driver_set_log(self, plan->log);
    self->broker = make_broker(plan->config, plan->instrument_count);
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
    driver->assembly.output.without_slices = log == NULL;
}

/* ---- what comes next ---- */

/* Waits until the market moment is due at the wanted speed, or until a stop. */
RARELY static void pace(struct driver *driver, int64_t market_ns)
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

/* The next slice of the feed; false at the end of the data and at a stop. */
static bool next_slice(struct driver *driver)
{
    if (driver->plan.stop != NULL && *driver->plan.stop != 0) {
        driver->stopped = true;
        return false;
    }
    driver->slice = feed_next(driver->plan.feed);
    if (driver->slice == NULL) {
        return false;
    }
    if (driver->watched && driver->plan.speed > 0) {
        pace(driver, driver->slice->end.ts_ns);
    }
    return true;
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

/* A step is whole: durable before anything is sent, where the run wants that. */
static enum err end_step(struct driver *driver, struct problem *problem)
{
    bool sends = driver->assembly.output.send_count > 0;
    enum err err = log_end_step(driver->plan.log, driver->plan.sync && sends, problem);
    if (err == ERR_OK && driver->plan.speed > 0) {
        err = log_flush(driver->plan.log, problem); /* a watched run shows what it does */
    }
    return err;
}

RARELY static enum err log_slice(struct driver *driver, struct problem *problem)
{
    struct log *log = driver->plan.log;
    const struct slice *slice = driver->slice;
    if (driver->plan.market_log == MARKET_LOG_REF) {
        log_slice_by_ref(driver, &slice->end);
        return end_step(driver, problem);
    }
    for (uint32_t i = 0; i < slice->count; i++) {
        log_append(log, &slice->bars[i]);
    }
    log_append(log, &slice->end);
    append_output(log, &driver->assembly.output);
    return end_step(driver, problem);
}

static enum err log_report(struct driver *driver, const struct event *report,
                           struct problem *problem)
{
    refer_to_last_slice(driver);
    log_append(driver->plan.log, report);
    append_output(driver->plan.log, &driver->assembly.output);
    return end_step(driver, problem);
}

/* ---- the loop ---- */

/* What makes going on wrong: a report that cannot be, or two ledgers that disagree. */
RARELY static enum err halt(const struct driver *driver, uint8_t kind, struct problem *problem)
{
    enum engine_fault fault = driver->assembly.engine->fault;
    char when[UTC_TEXT_SIZE];
    (void)utc_format(driver->ts_ns, when);
    return problem_set(problem, ERR_DIFFERS, "halted at %s, after a %s: %s%s", when,
                       event_kind_text(kind),
                       fault != ENGINE_FAULT_NONE ? engine_fault_text(fault)
                                                  : "the exchange's ledger and ours disagree",
                       driver->plan.log != NULL ? "; the log holds all of it" : "");
}

static enum err take_report(struct driver *driver, struct problem *problem)
{
    struct assembly *assembly = &driver->assembly;
    struct event report = *driver->broker->ops->next_report(driver->broker);
    if (report.ts_ns < driver->ts_ns) {
        report.ts_ns = driver->ts_ns; /* time never runs backwards */
    }
    driver->ts_ns = report.ts_ns;
    engine_on_report(assembly->engine, &report, &assembly->output);
    if (driver->plan.log != NULL) {
        enum err err = log_report(driver, &report, problem);
        if (err != ERR_OK) {
            return err;
        }
    }
    bool agrees = driver->broker->ops->agrees_after_report(driver->broker, assembly->engine);
    return agrees && assembly->engine->fault == ENGINE_FAULT_NONE
               ? ERR_OK
               : halt(driver, report.kind, problem);
}

RARELY static enum err take_reports(struct driver *driver, struct problem *problem)
{
    enum err err = ERR_OK;
    while (driver->broker->waiting > 0 && err == ERR_OK) {
        err = take_report(driver, problem);
    }
    return err;
}

RARELY static void show_progress(const struct driver *driver)
{
    uint64_t done = driver->last_ordinal + 1;
    if (driver->plan.progress != NULL && (driver->plan.speed > 0 || done % PROGRESS_SLICES == 0)) {
        driver->plan.progress(done, driver->plan.feed->slice_count, driver->last_ns);
    }
}

static enum err take_slice(struct driver *driver, struct problem *problem)
{
    struct assembly *assembly = &driver->assembly;
    const struct slice *slice = driver->slice;
    driver->ts_ns = slice->end.ts_ns;
    view_on_slice(assembly->view, slice);
    engine_on_slice(assembly->engine, slice, &assembly->output);
    if (driver->plan.log != NULL) {
        enum err err = log_slice(driver, problem);
        if (err != ERR_OK) {
            return err;
        }
    }
    driver->last_ns = slice->end.ts_ns;
    driver->last_ordinal = slice->end.slice_end.slice;
    if (driver->watched) {
        show_progress(driver);
    }
    if (!driver->broker->ops->agrees_after_slice(driver->broker, assembly->engine, slice) ||
        assembly->engine->fault != ENGINE_FAULT_NONE) {
        return halt(driver, EVENT_SLICE_END, problem); /* before anything is sent */
    }
    if (assembly->output.send_count > 0) {
        driver->broker->ops->carry_out(driver->broker, &assembly->output, driver->ts_ns);
    }
    return ERR_OK;
}

/* The end of the run: the last equity point and how far it got. */
RARELY static enum err log_end(struct driver *driver, struct problem *problem)
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

HOT_LOOP enum err driver_run(struct driver *driver, struct problem *problem)
{
    int64_t from_ns = clock_cpu_ns();
    enum err err = take_reports(driver, problem); /* what a crash left undelivered */
    while (err == ERR_OK && next_slice(driver)) {
        driver->broker->ops->on_slice(driver->broker, driver->slice);
        if (driver->broker->waiting > 0) {
            err = take_reports(driver, problem); /* fills at the open, before the close is known */
        }
        if (driver->first_ns == 0) {
            driver->first_ns = driver->slice->end.ts_ns;
        }
        if (err == ERR_OK) {
            err = take_slice(driver, problem);
        }
        if (driver->broker->waiting > 0 && err == ERR_OK) {
            err = take_reports(driver, problem); /* what became of this slice's orders */
        }
    }
    driver->cpu_ns += clock_cpu_ns() - from_ns;
    if (err == ERR_OK && driver->first_ns != 0 &&
        !driver->broker->ops->agrees(driver->broker, driver->assembly.engine)) {
        err = halt(driver, EVENT_LOG_END, problem);
    }
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
