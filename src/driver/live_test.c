/* live_test.c: the loop of a run outside, where market and broker are stood in for by a set of bars
 * and our exchange behind their ports: it decides what a backtest decides, and measures itself. */
#include "driver/driver_test.h"

#include "base/utc.h"
#include "broker/sim.h"
#include "driver/latency.h"
#include "driver/replay.h"
#include "driver/world.h"
#include "sys/clock.h"

#include <signal.h>
#include <sys/resource.h>

/* How long a message takes from its stamp until the turn is over. */
#define WAY_NS (NS_PER_MS / 5)

enum { BARS = 2000 };

struct outside {
    struct broker broker; /* first */
    struct live_feed feed;
    struct sim *sim;
    struct feed *bars;
    struct slice slice;
    struct driver_world world;
    int64_t now_ns;
    int64_t horizon_ns;
    const struct engine *engine; /* it is told the time between slices; NULL: it is not */
    bool shown;                  /* the slice at hand was not taken yet */
    bool stamps;                 /* its owners say when something came */
    uint64_t fail_at; /* after so many slices the log can be written no more; 0: it can */
    uint64_t turns;
    uint32_t alarms;

    /* A broker that fills more than was asked for, and an account in which others trade. */
    bool moody;
    struct event said[8]; /* beside what the exchange reports, the next one at said_at */
    unsigned said_at, said_count;
    uint64_t fills, slices;
    struct event last;
};

static struct outside *of_broker(struct broker *broker)
{
    return (struct outside *)broker;
}

static struct outside *of_feed(const struct live_feed *feed)
{
    return (struct outside *)((const char *)feed - offsetof(struct outside, feed));
}

static void carry_out(struct broker *broker, const struct output *output)
{
    struct outside *outside = of_broker(broker);
    bool stepped = outside->world.stepped; /* then it has the time of the step */
    sim_carry_out(outside->sim, output, stepped ? output->sends[0]->head.ts_ns : outside->now_ns);
}

static void say(struct outside *outside, struct event event)
{
    if (outside->said_at == outside->said_count) {
        outside->said_at = outside->said_count = 0;
    }
    cr_assert_lt(outside->said_count, sizeof outside->said / sizeof outside->said[0]);
    event.src_ns = outside->now_ns;
    event.version = 1;
    event.slots = 1;
    outside->said[outside->said_count++] = event;
}

static void say_holding(struct outside *outside, uint32_t instrument, int64_t shares)
{
    say(outside, (struct event){.kind = EVENT_HOLDING,
                                .instrument = instrument,
                                .holding = {.qty_e9 = shares * MONEY_E9}});
}

/* Every third exit fills 30 shares more; after every fifth entry a person sells 60 of ours. */
static const struct event *moody_report(struct outside *outside)
{
    if (outside->said_at < outside->said_count) {
        return &outside->said[outside->said_at++];
    }
    if (outside->sim->waiting == 0) {
        return NULL;
    }
    struct event *last = &outside->last;
    *last = *sim_next_report(outside->sim, outside->now_ns);
    if (last->kind == EVENT_FILL) {
        bool entry = order_id_role(last->report.order_id) == ORDER_ROLE_ENTRY;
        last->report.exec_id *= 2;
        outside->fills++;
        if (entry && outside->fills % 5 == 0) {
            say_holding(outside, last->instrument, -60);
        } else if (!entry && outside->fills % 3 == 0) {
            struct event more = *last;
            more.report.exec_id++;
            more.report.qty_e9 = 30 * MONEY_E9;
            say(outside, more);
        }
    }
    return last;
}

static const struct event *next_report(struct broker *broker)
{
    struct outside *outside = of_broker(broker);
    if (outside->moody) {
        return moody_report(outside);
    }
    return outside->sim->waiting > 0 ? sim_next_report(outside->sim, outside->now_ns) : NULL;
}

static bool next_slice(struct live_feed *feed, struct slice *slice)
{
    struct outside *outside = of_feed(feed);
    bool shown = outside->shown;
    outside->shown = false;
    *slice = outside->slice;
    return shown;
}

static int64_t horizon_ns(const struct live_feed *feed)
{
    return of_feed(feed)->horizon_ns;
}

static const struct event *next_status(struct live_feed *feed)
{
    (void)feed;
    return NULL;
}

/* The log has failed: the exits that were sent since, and the entries, of which there is none. */
static uint32_t exits_without_log, entries_without_log;

static void count_carried_out(struct broker *broker, const struct output *output)
{
    struct rlimit limit;
    cr_assert(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    for (uint32_t i = 0; i < output->send_count && limit.rlim_cur != RLIM_INFINITY; i++) {
        const struct event_order *head = &output->sends[i]->head.order;
        bool enters = order_id_role(head->order_id) == ORDER_ROLE_ENTRY;
        entries_without_log += enters ? 1 : 0;
        exits_without_log += enters ? 0 : 1;
    }
    carry_out(broker, output);
}

static const struct broker_ops counting_ops = {.carry_out = count_carried_out,
                                               .next_report = next_report};

static const struct broker_ops broker_ops = {.carry_out = carry_out, .next_report = next_report};
static const struct live_feed_ops feed_ops = {
    .next = next_slice, .horizon_ns = horizon_ns, .next_status = next_status};

/* One slice a turn: the market place sees it, and then it is there. */
static enum err turn(void *context, int64_t until_mono_ns, bool took, bool *ended,
                     struct problem *problem)
{
    struct outside *outside = context;
    (void)until_mono_ns;
    (void)took;
    (void)problem;
    *ended = !feed_ready(outside->bars);
    if (*ended) {
        return ERR_OK;
    }
    if (++outside->turns == outside->fail_at) {
        struct rlimit limit = {.rlim_cur = 512, .rlim_max = RLIM_INFINITY};
        cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    }
    int64_t came_ns = clock_mono_ns();
    (void)feed_peek(outside->bars, &outside->slice);
    outside->horizon_ns = outside->slice.ts_ns;
    if (outside->engine != NULL && outside->engine->timer_ns < outside->horizon_ns) {
        outside->now_ns = outside->engine->timer_ns;
        return ERR_OK;
    }
    feed_skip(outside->bars, outside->slice.bars + outside->slice.count, 1);
    outside->now_ns = outside->slice.ts_ns;
    sim_on_slice(outside->sim, &outside->slice);
    outside->shown = true;
    if (outside->moody && outside->slices++ % 7 == 0) { /* all is as it should be again */
        say_holding(outside, 0, 0);
        say_holding(outside, 1, 0);
    }
    if (outside->stamps) {
        outside->broker.received_mono_ns = came_ns;
        outside->feed.received_mono_ns = came_ns;
        while (clock_mono_ns() < came_ns + WAY_NS) {
        }
    }
    return ERR_OK;
}

static struct outside *outside_create(const struct stage *stage, bool stamps)
{
    struct outside *outside = xcalloc(1, sizeof *outside);
    struct exchange_plan plan = driver_exchange_plan(&stage->config, stage->bars.instrument_count);
    outside->broker.ops = &broker_ops;
    outside->feed.ops = &feed_ops;
    outside->sim = sim_create(&plan);
    outside->bars = feed_bars_create(&stage->bars);
    outside->stamps = stamps;
    outside->world = (struct driver_world){.broker = &outside->broker,
                                           .feed = &outside->feed,
                                           .now_ns = &outside->now_ns,
                                           .first_ns = stage->bars.records[0].src_ns,
                                           .cash_e9 = stage->config.cash_e9,
                                           .context = outside,
                                           .turn = turn};
    return outside;
}

static void outside_destroy(struct outside *outside)
{
    sim_destroy(outside->sim);
    outside->bars->ops->destroy(outside->bars);
    free(outside);
}

/* The whole run, with a log that is synced before anything is sent. */
static struct driver *run_outside(const struct stage *stage, struct outside *outside)
{
    struct driver_plan plan = {.config = &stage->config,
                               .instrument_count = stage->bars.instrument_count,
                               .outside = true,
                               .start_ns = stage->bars.records[0].src_ns,
                               .sync = true};
    struct driver *driver;
    struct log *log;
    struct problem problem;
    char *dir = xasprintf("%s/live%d", stage->folder, outside->stamps);
    cr_assert_eq(driver_create(&plan, &driver, &problem), ERR_OK, "%s", problem.text);
    cr_assert_null(driver_latency(driver));
    outside->engine = outside->world.stepped ? driver_engine(driver) : NULL;
    cr_assert_eq(log_create(dir, NULL, NULL, &log, &problem), ERR_OK, "%s", problem.text);
    driver_set_log(driver, log);
    driver_set_world(driver, &outside->world);
    cr_assert_eq(driver_begin(driver, &problem), ERR_OK, "%s", problem.text);
    cr_assert_eq(driver_run(driver, &problem), ERR_OK, "%s", problem.text);
    cr_assert_eq(log_close(log, NULL), ERR_OK);
    free(dir);
    return driver;
}

static const struct histogram *stage_of(const struct driver *driver, enum latency_stage stage)
{
    return &driver_latency(driver)->stages[stage];
}

Test(live, decides_what_a_backtest_decides)
{
    struct stage stage;
    struct run backtest;
    stage_init(&stage, BUSY_SETUP(BARS, 42, 2));
    char *dir = xasprintf("%s/backtest", stage.folder);
    run_whole(&stage, &(struct run_options){.log_dir = dir}, &backtest);
    struct outside *outside = outside_create(&stage, false);
    struct driver *driver = run_outside(&stage, outside);
    const struct engine *live = driver_engine(driver);
    const struct engine *past = driver_engine(backtest.driver);
    cr_expect_eq(live->decision_hash, past->decision_hash);
    cr_expect_eq(live->equity_e9, past->equity_e9);
    cr_expect_eq(live->counters.fills, past->counters.fills);
    cr_expect_gt(live->counters.fills, 1000);
    driver_destroy(driver);
    outside_destroy(outside);
    run_finish(&backtest);
    free(dir);
    stage_finish(&stage);
}

Test(live, every_step_and_order_is_measured)
{
    struct stage stage;
    stage_init(&stage, BUSY_SETUP(BARS, 42, 2));
    for (int stamps = 0; stamps < 2; stamps++) {
        struct outside *outside = outside_create(&stage, stamps == 1);
        struct driver *driver = run_outside(&stage, outside);
        const struct engine_counters *counters = &driver_engine(driver)->counters;
        uint64_t steps = counters->slices + counters->accepted + counters->fills;
        cr_expect_eq(stage_of(driver, LATENCY_DECIDE)->count, steps);
        cr_expect_eq(stage_of(driver, LATENCY_LOG)->count, steps);
        cr_expect_eq(stage_of(driver, LATENCY_ACK)->count, counters->orders);
        cr_expect_eq(stage_of(driver, LATENCY_FILL)->count, counters->fills);
        cr_expect_gt(counters->orders, 1000);
        const struct histogram *total = stage_of(driver, LATENCY_TOTAL);
        cr_expect(total->count > 0 && total->count <= counters->orders);
        cr_expect_eq(stage_of(driver, LATENCY_SEND)->count, total->count);
        /* From the stamp on, where there is one: the way there is in the figure. */
        cr_expect(stamps == 1 ? total->min_ns >= WAY_NS
                              : stage_of(driver, LATENCY_DECIDE)->min_ns < WAY_NS);
        cr_expect_gt(stage_of(driver, LATENCY_LOG)->max_ns, stage_of(driver, LATENCY_LOG)->min_ns);
        driver_destroy(driver);
        outside_destroy(outside);
    }
    stage_finish(&stage);
}

/* Surpluses and missing shares are inputs as any other: the log is taken up again, and decided
 * again, to the same state. */
Test(live, a_log_with_surpluses_folds_and_replays)
{
    struct stage stage;
    stage_init(&stage, BUSY_SETUP(BARS, 42, 2));
    struct outside *outside = outside_create(&stage, false);
    outside->moody = true;
    struct driver *driver = run_outside(&stage, outside);
    const struct engine *live = driver_engine(driver);
    cr_expect_gt(live->counters.surpluses, 20);
    cr_expect_gt(live->counters.refused_by[VERDICT_MISSING], 20);
    cr_expect_gt(live->counters.refused_by[VERDICT_FOREIGN], 20);
    cr_expect_gt(live->books[0].trades_closed, 100);

    char *dir = xasprintf("%s/live0", stage.folder);
    struct driver_plan plan = {.config = &stage.config,
                               .instrument_count = stage.bars.instrument_count,
                               .outside = true,
                               .start_ns = stage.bars.records[0].src_ns};
    struct driver *again;
    struct problem problem;
    cr_assert_eq(driver_create(&plan, &again, &problem), ERR_OK, "%s", problem.text);
    struct log_reader *reader = reader_open(dir);
    cr_assert_eq(driver_resume(again, reader, &problem), ERR_OK, "%s", problem.text);
    char *decided = dump_text(live, stage.bars.instrument_memory);
    char *folded = dump_text(driver_engine(again), stage.bars.instrument_memory);
    cr_expect_str_eq(decided, folded);

    struct preamble preamble = {.instruments = stage.bars.instrument_memory,
                                .instrument_count = stage.bars.instrument_count};
    struct replay_result result;
    log_reader_rewind(reader);
    cr_expect_eq(replay_run(reader, &preamble, &stage.config, NULL, true, &result, &problem),
                 ERR_OK, "%s", problem.text);
    cr_expect_eq(result.decision_hash, live->decision_hash);
    log_reader_close(reader);
    free(decided);
    free(folded);
    free(dir);
    driver_destroy(again);
    driver_destroy(driver);
    outside_destroy(outside);
    stage_finish(&stage);
}

/* ---- a log that fails ---- */

static void hear(void *context, const char *what, const char *text)
{
    struct outside *outside = context;
    outside->alarms += strcmp(what, "alarm") == 0 && strstr(text, "STORAGE FAULT") != NULL ? 1 : 0;
}

/* Wherever it fails, the run goes on to its end: what is held is sold, and nothing is bought. */
static uint64_t run_with_failing_log(const struct stage *stage, uint64_t fail_at)
{
    struct driver_plan plan = {.config = &stage->config,
                               .instrument_count = stage->bars.instrument_count,
                               .outside = true,
                               .start_ns = stage->bars.records[0].src_ns,
                               .sync = true};
    struct outside *outside = outside_create(stage, false);
    struct driver *driver;
    struct log *log;
    struct problem problem;
    char *dir = xasprintf("%s/fails%llu", stage->folder, (unsigned long long)fail_at);
    outside->fail_at = fail_at;
    outside->broker.ops = &counting_ops;
    outside->world.say = hear;
    outside->world.say_context = outside;
    cr_assert_eq(driver_create(&plan, &driver, &problem), ERR_OK, "%s", problem.text);
    cr_assert_eq(log_create(dir, NULL, NULL, &log, &problem), ERR_OK, "%s", problem.text);
    driver_set_log(driver, log);
    driver_set_world(driver, &outside->world);
    cr_assert_eq(driver_begin(driver, &problem), ERR_OK, "%s", problem.text);
    cr_expect_eq(driver_run(driver, &problem), ERR_FULL, "it is told when the run has ended");
    cr_expect_not_null(strstr(problem.text, "takes nothing more"));
    cr_expect_eq(driver_command(driver, COMMAND_UNPAUSE, 0, 0, &problem), ERR_OK);
    cr_expect_eq(outside->alarms, 1);
    const struct engine *engine = driver_engine(driver);
    uint64_t withheld = engine->counters.rejected;
    cr_expect(engine->shut & 1U << STATUS_STORAGE);
    cr_expect_eq(engine->exposed_count, 0, "nothing is open any more");
    cr_expect_eq(engine->counters.slices, BARS);
    cr_expect_eq(log_close(log, NULL), ERR_FULL);
    struct rlimit limit = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    free(dir);
    driver_destroy(driver);
    outside_destroy(outside);
    return withheld;
}

Test(live, goes_on_without_a_log_and_without_entries)
{
    struct stage stage;
    uint64_t withheld = 0;
    (void)signal(SIGXFSZ, SIG_IGN);
    stage_init(&stage, BUSY_SETUP(BARS, 42, 2));
    for (uint64_t fail_at = 300; fail_at < 320; fail_at++) {
        withheld += run_with_failing_log(&stage, fail_at);
    }
    cr_expect_eq(entries_without_log, 0);
    cr_expect_gt(exits_without_log, 20);
    cr_expect_gt(withheld, 5, "steps failed that had an entry in them");
    stage_finish(&stage);
}

/* An exchange that refuses every fifth order, exits and protection among them: steps are tried
 * again by time, in a backtest and outside at the same moments. */
#define REFUSED                                                                                    \
    "mode: backtest\ncalendar: always\nsymbols: all\nbar: 1min\ncash: $1,000,000\n"                \
    "commission: $1\nexchange: {seed: 7, rejects: 20%}\nstrategies:\n"                             \
    "  - {name: ma_crossover, parameters: {fast: 2, slow: 3, trigger: level, warmup_bars: 3},\n"   \
    "     frame: 1min, quantity: 1000, entry: {order: market, time_in_force: ioc},\n"              \
    "     exits: {target: $0.1, stop: $0.1, held_by: broker}}\n"                                   \
    "  - {name: ma_crossover, parameters: {fast: 2, slow: 4, trigger: cross, warmup_bars: 4},\n"   \
    "     frame: 1min, quantity: 100, exits: {stop: 0.5ATR, trailing: $0.15, time_limit: 4 "       \
    "bars,\n"                                                                                      \
    "     atr: 3}}\n"                                                                              \
    "limits:\n  max_order_notional: $1,000,000,000\n  max_position_notional: $1,000,000,000\n"     \
    "  max_exposure: $1,000,000,000\n  max_open_positions: 1000 positions\n"                       \
    "  max_orders_per_session: 100000 orders\n  max_orders_per_strategy: 100000 orders\n"          \
    "  min_time_between_entries: 0s\n  max_daily_loss: 100%\n"                                     \
    "  max_portfolio_heat: $1,000,000,000\n  price_collar: 50%\n"

Test(live, refusals_are_met_at_the_same_moments_as_in_a_backtest)
{
    struct stage stage = {0};
    struct run backtest;
    struct problem problem;
    enum err err = config_parse("refused.yaml", REFUSED, strlen(REFUSED), &stage.config, &problem);
    cr_assert_eq(err, ERR_OK, "%s", problem.text);
    workload_create(BARS, 42, 2, &stage.bars);
    stage.folder = folder_create();
    char *dir = xasprintf("%s/backtest", stage.folder);
    run_whole(&stage, &(struct run_options){.log_dir = dir}, &backtest);
    cr_assert_eq(backtest.err, ERR_OK, "%s", backtest.problem.text);
    struct outside *outside = outside_create(&stage, false);
    outside->world.stepped = true;
    struct driver *driver = run_outside(&stage, outside);
    char *live = dump_text(driver_engine(driver), stage.bars.instruments);
    char *past = dump_text(driver_engine(backtest.driver), stage.bars.instruments);
    cr_expect_str_eq(live, past);
    const struct engine_counters *counters = &driver_engine(driver)->counters;
    cr_expect(counters->unprotected > 50 && counters->rejected > 200, "%" PRIu64 ", %" PRIu64,
              counters->unprotected, counters->rejected);
    struct records records = records_read(dir);
    uint64_t timers = 0;
    for (size_t at = 0; at < records.count; at += record_at(&records, at)->slots) {
        timers += record_at(&records, at)->kind == EVENT_TIMER ? 1 : 0;
    }
    cr_expect_gt(timers, 100, "%" PRIu64, timers);
    records_finish(&records);
    free(live);
    free(past);
    driver_destroy(driver);
    outside_destroy(outside);
    run_finish(&backtest);
    free(dir);
    stage_finish(&stage);
}
