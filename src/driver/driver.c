/* driver.c: the one loop.
 *
 *   next slice -> the market place matches -> its reports -> the slice -> log -> sync -> send
 *
 * The market place comes first: its fills reach the engine before the slice's closes, so nobody
 * decides on a close that came after a fill at the open. A step is one report with what followed,
 * or one whole slice: ticks, bars, slice end and decisions. Each step is in the log before it is
 * acted on.
 */
#include "driver/driver_private.h"

#include <stdlib.h>

#include "base/hot.h"
#include "base/utc.h"
#include "core/engine_pass.h"
#include "sys/clock.h"
#include "sys/memory.h"

enum { PROGRESS_SLICES = 1 << 16 };

/* Orders of one book in one instrument that may work at once: an entry and the two exits that go
 * with it where the broker holds them, else the entry or the exit. */
static uint32_t orders_at_once(const struct run_config *config)
{
    uint32_t orders = 0;
    for (uint32_t i = 0; i < config->book_count; i++) {
        orders += config->books[i].exits.at_broker ? 3 : 1;
    }
    return orders;
}

struct exchange_plan driver_exchange_plan(const struct run_config *config,
                                          uint32_t instrument_count)
{
    const struct exchange_config *as = &config->exchange;
    return (struct exchange_plan){
        .instrument_count = instrument_count,
        .orders_max = orders_at_once(config) * instrument_count,
        .cash_e9 = config->cash_e9,
        .commission_e9 = config->commission_e9,
        .commission_per_share_e9 = as->commission_per_share_e9,
        .commission_min_e9 = as->commission_min_e9,
        .fees = as->fees,
        .round_to_cents = as->round_to_cents,
        .seed = as->seed,
        .latency_ns = as->latency_ns,
        .volume_share_ppm = as->volume_share_ppm,
        .reject_ppm = as->reject_ppm,
        .calendar = config->calendar,
        .intrabar = (enum intrabar)as->intrabar,
        .slippage = {.kind = (enum slippage_kind)as->slippage.kind,
                     .ppm = as->slippage.ppm,
                     .tick_e9 = as->slippage.tick_e9,
                     .level_qty_e9 = as->slippage.level_qty_e9},
        .account = {.kind = as->margin ? ACCOUNT_KIND_MARGIN : ACCOUNT_KIND_CASH,
                     .multiplier = as->multiplier,
                     .shorting = as->shorting,
                     .settled_only = as->settled_only         },
    };
}

static struct sim *make_sim(const struct driver *driver)
{
    const struct exchange_plan plan =
        driver_exchange_plan(driver->plan.config, driver->assembly.engine->instrument_count);
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
    self->watched = plan->progress != NULL || plan->speed > 0 || plan->attend != NULL;
    actions_set_next(self, 0);
    self->pace = (struct pace){.speed = plan->speed, .gap_max_ns = plan->gap_max_ns};
    enum err err = assembly_init(&self->assembly, plan->config, plan->instrument_count, problem);
    if (err != ERR_OK) {
        driver_destroy(self);
        return err;
    }
    driver_set_log(self, plan->log);
    if (!plan->outside) {
        self->sim = make_sim(self);
    }
    *driver = self;
    return ERR_OK;
}

void driver_destroy(struct driver *driver)
{
    if (driver == NULL) {
        return;
    }
    sim_destroy(driver->sim);
    assembly_finish(&driver->assembly);
    free(driver->latency);
    free(driver->storage.waiting);
    free(driver);
}

void driver_renew_exchange(struct driver *driver)
{
    if (driver->sim == NULL) {
        return;
    }
    sim_destroy(driver->sim);
    driver->sim = make_sim(driver);
}

void driver_set_log(struct driver *driver, struct log *log)
{
    driver->plan.log = log;
    driver->assembly.output.without_slices = log == NULL;
}

/* ---- what comes next ---- */

bool driver_stop_asked(struct driver *driver)
{
    driver->stopped = driver->stopped || (driver->plan.stop != NULL && *driver->plan.stop != 0);
    return driver->stopped;
}

/* Waits until the market moment is due at the wanted speed, or until a stop; whoever attends the
 * run is let in meanwhile. */
RARELY static enum err wait_for(struct driver *driver, int64_t market_ns, struct problem *problem)
{
    const struct driver_plan *plan = &driver->plan;
    int64_t due_ns;
    do {
        due_ns = pace_due(&driver->pace, market_ns, clock_mono_ns());
        if (plan->attend != NULL) {
            enum err err = plan->attend(plan->attend_context, due_ns, problem);
            if (err != ERR_OK) {
                return err;
            }
            due_ns = pace_due(&driver->pace, market_ns, clock_mono_ns()); /* it may have changed */
        } else if (due_ns != INT64_MIN) {
            clock_sleep_until(due_ns);
        }
    } while (clock_mono_ns() < due_ns && !driver_stop_asked(driver));
    pace_reach(&driver->pace, market_ns, clock_mono_ns());
    return ERR_OK;
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
static void log_slice_by_ref(struct driver *driver)
{
    const struct output *output = &driver->assembly.output;
    const struct event *slice = &output->records[output->slots - 1];
    int64_t session = driver->assembly.engine->session.open_ns;
    bool decided = output->slots > slice->slots;
    bool due =
        slice->flags != 0 || (driver->slice.count > 0 &&
                              (driver->plan.every_slice || session != driver->logged_session));
    if (decided || due) {
        append_slice_ref(driver->plan.log, driver->slice.ts_ns, driver->slice.ordinal);
        driver->last_ref = driver->slice.ordinal;
        append_output(driver->plan.log, output);
        driver->logged_session = session;
        driver->last_slice.kind = EVENT_NONE;
    } else {
        driver->last_slice = *slice;
    }
}

void driver_refer_to_last_slice(struct driver *driver)
{
    bool sliced = driver->first_ns != 0;
    if (driver->plan.market_log == MARKET_LOG_REF && sliced &&
        driver->last_ref != driver->last_ordinal) {
        append_slice_ref(driver->plan.log, driver->last_ns, driver->last_ordinal);
        driver->last_ref = driver->last_ordinal;
    }
}

enum err driver_end_step(struct driver *driver, struct problem *problem)
{
    bool sends = driver->assembly.output.send_count > 0;
    enum err err = log_end_step(driver->plan.log, driver->plan.sync && sends, problem);
    if (err == ERR_OK && driver->pace.speed > 0) {
        err = log_flush(driver->plan.log, problem); /* a watched run shows what it does */
    }
    return err;
}

RARELY enum err driver_log_slice(struct driver *driver, struct problem *problem)
{
    struct log *log = driver->plan.log;
    const struct slice *slice = &driver->slice;
    if (driver->plan.market_log == MARKET_LOG_REF) {
        log_slice_by_ref(driver);
        return driver_end_step(driver, problem);
    }
    for (const struct event *record = slice_ticks(slice); record < slice_end(slice); record++) {
        log_append(log, record);
    }
    const struct event end = slice_end_event(slice);
    log_append(log, &end);
    append_output(log, &driver->assembly.output);
    return driver_end_step(driver, problem);
}

RARELY enum err driver_log_input(struct driver *driver, const struct event *input,
                                 struct problem *problem)
{
    driver_refer_to_last_slice(driver);
    log_append(driver->plan.log, input);
    append_output(driver->plan.log, &driver->assembly.output);
    return driver_end_step(driver, problem);
}

/* ---- the operator ---- */

static enum err log_command(struct driver *driver, const struct event *command,
                            struct problem *problem)
{
    if (driver->plan.log == NULL) {
        return ERR_OK;
    }
    driver_refer_to_last_slice(driver);
    log_append(driver->plan.log, command);
    enum err err = log_end_step(driver->plan.log, driver->plan.sync, problem);
    return err != ERR_OK ? err : log_flush(driver->plan.log, problem);
}

enum err driver_command(struct driver *driver, enum command command, int64_t value, int64_t wall_ns,
                        struct problem *problem)
{
    struct event event = {.ts_ns = driver->ts_ns > driver->plan.start_ns ? driver->ts_ns
                                                                         : driver->plan.start_ns,
                          .src_ns = wall_ns,
                          .kind = EVENT_COMMAND,
                          .version = 1,
                          .slots = 1,
                          .flags = (uint8_t)command,
                          .instrument = INSTRUMENT_NONE,
                          .command = {.value = value}};
    struct assembly *assembly = &driver->assembly;
    engine_on_command(assembly->engine, &event, &assembly->output);
    if (command == COMMAND_SPEED) {
        pace_set_speed(&driver->pace, (double)value / 1e9, clock_mono_ns());
    } else if (command == COMMAND_HOLD || command == COMMAND_RELEASE) {
        pace_hold(&driver->pace, command == COMMAND_HOLD, clock_mono_ns());
    } else if (command == COMMAND_STOP) {
        driver->stopped = true;
    }
    enum err err = log_command(driver, &event, problem);
    if (err == ERR_OK || driver->world == NULL) {
        return err;
    }
    live_log_failed(driver, problem); /* it is carried out, and forgotten by the next start */
    return ERR_OK;
}

/* ---- the loop ---- */

RARELY enum err driver_halt(const struct driver *driver, uint8_t kind, struct problem *problem)
{
    enum engine_fault fault = driver->assembly.engine->fault;
    char when[UTC_TEXT_SIZE];
    (void)utc_format(driver->ts_ns, when);
    return problem_set(
        problem, ERR_DIFFERS, "halted at %s, after a %s: %s%s", when, event_kind_text(kind),
        fault != ENGINE_FAULT_NONE ? engine_fault_text(fault)
                                   : "the exchange's ledger and ours disagree",
        driver->plan.log != NULL && !live_log_is_lost(driver) ? "; the log holds all of it" : "");
}

static enum err take_report(struct driver *driver, struct problem *problem)
{
    struct assembly *assembly = &driver->assembly;
    const struct event *report = sim_next_report(driver->sim, driver->ts_ns);
    driver->ts_ns = report->ts_ns;
    engine_on_report(assembly->engine, report, &assembly->output);
    if (driver->plan.log != NULL) {
        enum err err = driver_log_input(driver, report, problem);
        if (err != ERR_OK) {
            return err;
        }
    }
    if (!sim_agrees_after_report(driver->sim, assembly->engine) ||
        assembly->engine->fault != ENGINE_FAULT_NONE) {
        return driver_halt(driver, report->kind, problem);
    }
    if (assembly->output.send_count > 0) { /* a step of the Closer */
        sim_carry_out(driver->sim, &assembly->output, driver->ts_ns);
    }
    return ERR_OK;
}

RARELY enum err driver_take_reports(struct driver *driver, struct problem *problem)
{
    enum err err = ERR_OK;
    while (driver->sim->waiting > 0 && err == ERR_OK) {
        err = take_report(driver, problem);
    }
    return err;
}

/* The moments that the engine waits for, before what comes at before_ns. */
RARELY static enum err take_timers(struct driver *driver, int64_t before_ns,
                                   struct problem *problem)
{
    struct assembly *assembly = &driver->assembly;
    enum err err = ERR_OK;
    while (err == ERR_OK && assembly->engine->timer_ns < before_ns) {
        err = driver_give_timer(driver, assembly->engine->timer_ns, problem);
        if (err == ERR_OK && assembly->output.send_count > 0) {
            sim_carry_out(driver->sim, &assembly->output, driver->ts_ns);
            err = driver_take_reports(driver, problem);
        }
    }
    return err;
}

enum err driver_give_timer(struct driver *driver, int64_t ts_ns, struct problem *problem)
{
    struct assembly *assembly = &driver->assembly;
    driver->ts_ns = ts_ns > driver->ts_ns ? ts_ns : driver->ts_ns;
    const struct event timer = {.ts_ns = driver->ts_ns,
                                .src_ns = driver->ts_ns,
                                .kind = EVENT_TIMER,
                                .version = 1,
                                .slots = 1,
                                .instrument = INSTRUMENT_NONE};
    engine_on_timer(assembly->engine, &timer, &assembly->output);
    return driver->plan.log != NULL ? driver_log_input(driver, &timer, problem) : ERR_OK;
}

RARELY static void show_progress(const struct driver *driver)
{
    uint64_t done = driver->last_ordinal + 1;
    if (driver->plan.progress != NULL && (driver->pace.speed > 0 || done % PROGRESS_SLICES == 0)) {
        driver->plan.progress(done, driver->plan.feed->slice_count, driver->last_ns);
    }
}

/* After a slice, or the last of several: nothing is sent while the two ledgers disagree. */
RARELY static enum err end_slice(struct driver *driver, bool agrees, struct problem *problem)
{
    const struct assembly *assembly = &driver->assembly;
    driver->last_ns = driver->slice.ts_ns;
    driver->last_ordinal = driver->slice.ordinal;
    if (!agrees || assembly->engine->fault != ENGINE_FAULT_NONE) {
        return driver_halt(driver, EVENT_SLICE_END, problem);
    }
    if (assembly->output.send_count > 0) {
        sim_carry_out(driver->sim, &assembly->output, driver->ts_ns);
    }
    return driver_take_reports(driver, problem); /* what became of the orders */
}

/* The next slice through the market place: fills at its open, before its close is known. */
static enum err open_slice(struct driver *driver, struct problem *problem)
{
    (void)feed_peek(driver->plan.feed, &driver->slice); /* there is one */
    if (!driver->opened) {
        sim_on_slice(driver->sim, &driver->slice);
    }
    driver->opened = false;
    enum err err = driver_take_reports(driver, problem);
    const int64_t ts_ns = driver->slice.ts_ns;
    bool due = driver->assembly.engine->timer_ns < ts_ns;
    return err == ERR_OK && due ? take_timers(driver, ts_ns, problem) : err;
}

/* What happens between the last slice and the one that ends at ts_ns, which the market place may
 * have seen already, or be about to be shown by what the log holds of it (resume.c). */
RARELY static enum err take_between(struct driver *driver, int64_t ts_ns, struct problem *problem)
{
    const bool apart = !driver->opened && !sim_is_behind(driver->sim);
    enum err err = ERR_OK;
    while (err == ERR_OK && ts_ns > driver->action_ns) {
        err = apart ? take_timers(driver, driver->action_ns, problem) : ERR_OK;
        if (err == ERR_OK) {
            err = actions_take(driver, driver->action_ns + 1, problem);
        }
    }
    return err == ERR_OK && apart ? take_timers(driver, ts_ns, problem) : err;
}

/* The same slice through view and engine. */
static enum err close_slice(struct driver *driver, struct problem *problem)
{
    struct assembly *assembly = &driver->assembly;
    const struct slice *slice = &driver->slice;
    feed_skip(driver->plan.feed, slice->bars + slice->count, 1);
    driver->ts_ns = slice->ts_ns;
    view_on_slice(assembly->view, slice);
    engine_on_slice(assembly->engine, slice, &assembly->output);
    if (driver->plan.log != NULL) {
        enum err err = driver_log_slice(driver, problem);
        if (err != ERR_OK) {
            return err;
        }
    }
    if (driver->watched) {
        show_progress(driver);
    }
    return end_slice(driver, sim_agrees_after_slice(driver->sim, assembly->engine, slice), problem);
}

/* How far the engine went ahead. */
struct stretch {
    const struct event *slice; /* its last slice */
    const struct event *end;
    uint32_t slices;
    uint64_t evaluations; /* before the last slice */
};

/* Slices from `bar` on, at least one and none behind `enough`, until strategies want something. */
static inline void pass_slices(struct driver *driver, bool plain, const struct event *bar,
                               const struct event *enough, struct stretch *stretch)
{
    const struct view *const view = driver->assembly.view;
    const struct event *const end = driver->plan.feed->end;
    struct engine_pass *const pass = &driver->pass;
    const struct event *slice;
    uint32_t slices = 0;
    uint64_t evaluations;
    uint32_t instrument = bar->instrument;
    struct view_instrument *row = view_row(view, instrument);
    engine_pass_open(pass, instrument);
    do {
        const int64_t ts_ns = bar->ts_ns;
        slice = bar;
        evaluations = pass->evaluations;
        engine_pass_slice(pass, ts_ns);
        do {
            event_prefetch(bar);
            if (bar->instrument != instrument) {
                instrument = bar->instrument;
                row = view_row(view, instrument);
                engine_pass_close(pass);
                engine_pass_open(pass, instrument);
            }
            if (plain) {
                view_take_close(row, bar->bar.close_e9);
                engine_pass_bar(pass, bar, row->bars);
            } else {
                view_take_rich(row, bar);
                engine_pass_bar_rich(pass, bar);
            }
            bar++;
        } while (bar < end && bar->ts_ns == ts_ns);
        engine_pass_end(pass);
        driver->equity_e9[slices++] = pass->equity_e9;
    } while (bar < enough && engine_pass_goes_on(pass, bar->ts_ns));
    engine_pass_close(pass);
    *stretch =
        (struct stretch){.slice = slice, .end = bar, .slices = slices, .evaluations = evaluations};
}

/* The same in a plain view of one instrument, without a log: each bar is a slice. */
static inline void pass_bars(struct driver *driver, const struct event *bar,
                             const struct event *enough, struct stretch *stretch)
{
    struct engine_pass *const pass = &driver->pass;
    struct view_instrument *const row = view_row(driver->assembly.view, 0);
    int64_t *equity_e9 = driver->equity_e9;
    engine_pass_open(pass, 0);
    do {
        event_prefetch(bar);
        engine_pass_slice(pass, bar->ts_ns);
        view_take_close(row, bar->bar.close_e9);
        engine_pass_bar(pass, bar, row->bars);
        engine_pass_end(pass);
        *equity_e9++ = pass->equity_e9;
        bar++;
    } while (bar < enough && engine_pass_goes_on(pass, bar->ts_ns));
    engine_pass_close(pass);
    *stretch = (struct stretch){
        .slice = bar - 1, .end = bar, .slices = (uint32_t)(equity_e9 - driver->equity_e9)};
}

/* One slice, or many where it may go far: while no order works at the market place it has nothing
 * to say, so the engine goes ahead until it has, and the market place follows; what each made of
 * every slice's equity is compared. Nothing depends on how far that goes. The first slice may have
 * been opened already: `opened` bars of it; one alone is. `plain`: in a plain view. `logged`: of a
 * log that has nothing of slices in which nothing happens but the last one, which may have decided.
 */
static inline enum err go_ahead(struct driver *driver, bool plain, bool logged, bool far,
                                uint32_t opened, struct problem *problem)
{
    struct feed *const feed = driver->plan.feed;
    struct engine *const engine = driver->assembly.engine;
    struct output *const output = &driver->assembly.output;
    const struct event *const first = feed->next;
    const ptrdiff_t bars_max = far ? AHEAD_MAX : 1;
    const struct event *enough = feed->end - first > bars_max ? first + bars_max : feed->end;
    const bool filled = engine->filled;
    /* A bar so far ahead is not in the cache yet: it is looked at only where it matters. */
    if (driver->action_ns != INT64_MAX && enough[-1].ts_ns > driver->action_ns) {
        enough = actions_cut(driver, first, enough);
    }
    UNSET struct stretch stretch;
    engine_pass_begin(&driver->pass, engine, output);
    engine_pass_turn(&driver->pass, first->ts_ns);
    if (plain && !logged && engine->instrument_count == 1) {
        pass_bars(driver, first, enough, &stretch);
    } else {
        pass_slices(driver, plain, first, enough, &stretch);
    }
    engine_pass_stop(&driver->pass, stretch.slices, (uint64_t)(stretch.end - first));
    if (driver->pass.says) {
        engine_decide_slice(engine, output);
    }
    feed_skip(feed, stretch.end, stretch.slices);
    driver->slice = slice_of(stretch.slice, stretch.end, feed->ordinal - 1);
    driver->ts_ns = driver->slice.ts_ns;
    if (logged) {
        engine_add_slice(engine, filled, stretch.evaluations, output);
        enum err err = driver_log_slice(driver, problem);
        if (err != ERR_OK) {
            return err;
        }
    }
    bool agrees = sim_follow(driver->sim, opened, first, stretch.end, driver->equity_e9) &&
                  sim_agrees_on_account(driver->sim, driver->assembly.engine);
    return end_slice(driver, agrees, problem);
}

typedef enum err ahead_way(struct driver *driver, bool far, uint32_t opened,
                           struct problem *problem);

/* The ways of it, each with all that it calls inside. */
HOT_LOOP static enum err ahead_plain(struct driver *driver, bool far, uint32_t opened,
                                     struct problem *problem)
{
    return go_ahead(driver, true, false, far, opened, problem);
}

HOT_LOOP static enum err ahead_rich(struct driver *driver, bool far, uint32_t opened,
                                    struct problem *problem)
{
    return go_ahead(driver, false, false, far, opened, problem);
}

HOT_LOOP static enum err ahead_plain_logged(struct driver *driver, bool far, uint32_t opened,
                                            struct problem *problem)
{
    return go_ahead(driver, true, true, far, opened, problem);
}

HOT_LOOP static enum err ahead_rich_logged(struct driver *driver, bool far, uint32_t opened,
                                           struct problem *problem)
{
    return go_ahead(driver, false, true, far, opened, problem);
}

/* The way of this run, or NULL: somebody looks on, the log holds the market, or some slices hold
 * more than bars. */
static ahead_way *way_ahead(const struct driver *driver)
{
    const struct driver_plan *plan = &driver->plan;
    bool plain = driver->assembly.view->plain;
    if (driver->watched || plan->feed->has_ticks ||
        (plan->log != NULL && plan->market_log != MARKET_LOG_REF)) {
        return NULL;
    }
    if (plan->log != NULL) {
        return plain ? ahead_plain_logged : ahead_rich_logged;
    }
    return plain ? ahead_plain : ahead_rich;
}

/* Whether the log wants the next slice by itself: each, the first of a session, or one with fills.
 */
static bool is_logged_alone(const struct driver *driver)
{
    const struct engine *engine = driver->assembly.engine;
    return driver->plan.log != NULL && (driver->plan.every_slice || engine->filled ||
                                        driver->logged_session != engine->session.open_ns ||
                                        driver->plan.feed->next->ts_ns > engine->session.close_ns);
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
    const struct driver_world *world = driver->world;
    engine_deposit(assembly->engine, world != NULL ? world->first_ns : driver->plan.start_ns,
                   world != NULL ? world->cash_e9 : driver->plan.config->cash_e9,
                   &assembly->output);
    if (driver->plan.log == NULL) {
        return ERR_OK;
    }
    append_output(driver->plan.log, &assembly->output);
    return log_end_step(driver->plan.log, driver->plan.sync, problem);
}

/* The run by our exchange in process. */
static enum err run_inside(struct driver *driver, struct problem *problem)
{
    ahead_way *way = way_ahead(driver);
    enum err err = driver_take_reports(driver, problem); /* what a crash left undelivered */
    while (err == ERR_OK && !driver_stop_asked(driver) && feed_ready(driver->plan.feed)) {
        if (driver->watched) {
            err = wait_for(driver, driver->plan.feed->next->ts_ns, problem);
            if (err != ERR_OK || driver_stop_asked(driver)) {
                break;
            }
        }
        if (driver->first_ns == 0) {
            driver->first_ns = driver->plan.feed->next->ts_ns;
        }
        const int64_t next_ns = driver->plan.feed->next->ts_ns;
        if (next_ns > driver->action_ns || next_ns > driver->assembly.engine->timer_ns) {
            err = take_between(driver, next_ns, problem);
        }
        bool opens = way == NULL || !sim_is_quiet(driver->sim) || is_logged_alone(driver);
        if (err == ERR_OK && opens) {
            err = open_slice(driver, problem);
        }
        if (err == ERR_OK) {
            bool far = way != NULL && sim_is_quiet(driver->sim) && !is_logged_alone(driver);
            err = way != NULL ? way(driver, far, opens ? driver->slice.count : 0, problem)
                              : close_slice(driver, problem);
        }
    }
    if (err == ERR_OK && driver->first_ns != 0 &&
        !sim_agrees(driver->sim, driver->assembly.engine)) {
        err = driver_halt(driver, EVENT_LOG_END, problem);
    }
    return err;
}

enum err driver_run(struct driver *driver, struct problem *problem)
{
    int64_t from_ns = clock_cpu_ns();
    enum err err = driver->world != NULL ? live_run(driver, problem) : run_inside(driver, problem);
    driver->cpu_ns += clock_cpu_ns() - from_ns;
    if (err == ERR_OK && driver->plan.log != NULL) {
        err = log_end(driver, problem);
    }
    return err;
}

const struct pace *driver_pace(const struct driver *driver)
{
    return &driver->pace;
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
