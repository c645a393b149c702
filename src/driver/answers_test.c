/* answers_test.c: a strategy whose answer follows from its series is not asked again while they
 * stand still, and the run is the one in which it is asked at every bar. */
#include "base/money.h"
#include "driver/driver_test.h"

static const char config_text[] =
    "mode: sim\ncalendar: always\nsymbols: all\nbar: 1min\ncash: $1,000,000\n"
    "commission: {per_share: $0.005, minimum: $1}\nexchange: {slippage: 2bps}\nstrategies:\n"
    "  - name: multi_timeframe\n"
    "    parameters: {daily_window: 2, hourly_window: 4, window_5min: 5, warmup_bars: 10}\n"
    "    frame: 1min\n    size: {risk: 0.01%, cap: 10%}\n"
    "    exits: {target: 0.5%, stop: 2ATR, trailing: 0.4%, time_limit: 3h, atr: 14}\n"
    "  - name: multi_timeframe\n"
    "    parameters: {daily_window: 3, hourly_window: 7, window_5min: 3, warmup_bars: 10}\n"
    "    frame: 5min\n    quantity: 10\n    exits: {stop: 1%}\n"
    "limits:\n"
    "  max_order_notional: $200,000\n  max_position_notional: $200,000\n"
    "  max_open_positions: 10 positions\n  max_orders_per_session: 1000 orders\n"
    "  max_daily_loss: 10%\n  max_exposure: $900,000\n  max_orders_per_strategy: 1000 orders\n"
    "  min_time_between_entries: 10min\n  max_portfolio_heat: 50%\n  price_collar: 100%\n";

enum { BARS = 12000 };

static uint64_t asked;
static const struct strategy_def *real;

static struct decision count_and_decide(const struct strategy_context *context)
{
    asked++;
    return real->decide(context);
}

/* What a run of it came to. */
struct outcome {
    uint64_t asked;
    uint64_t decision_hash;
    struct engine_counters counters;
    char *dump;
    uint64_t said[2 * SAID_MAX];
};

static void run_it(const struct stage *stage, const struct run_options *options,
                   struct outcome *outcome)
{
    struct run run;
    asked = 0;
    run_whole(stage, options, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    const struct engine *engine = driver_engine(run.driver);
    *outcome = (struct outcome){.asked = asked,
                                .decision_hash = engine->decision_hash,
                                .counters = engine->counters,
                                .dump = dump_text(engine, stage->bars.instruments)};
    memcpy(outcome->said, engine->said, sizeof outcome->said);
    run_finish(&run);
}

static void assert_same(const struct outcome *got, const struct outcome *want)
{
    cr_assert_eq(got->decision_hash, want->decision_hash);
    cr_assert_eq(memcmp(&got->counters, &want->counters, sizeof got->counters), 0, "counters");
    cr_assert_eq(memcmp(got->said, want->said, sizeof got->said), 0, "tallies of reasons");
    cr_assert_str_eq(got->dump, want->dump);
}

static void stage_strategy(struct stage *stage, const struct strategy_def *strategy)
{
    for (uint32_t i = 0; i < stage->config.book_count; i++) {
        real = stage->config.books[i].strategy;
        stage->config.books[i].strategy = strategy;
    }
}

/* Splits change every series between two bars; stops take the strategy's word from it for a while.
 */
Test(answers, that_stand_are_those_that_would_be_given)
{
    struct problem problem;
    struct stage stage = {0};
    enum err err =
        config_parse("test.yaml", config_text, sizeof config_text - 1, &stage.config, &problem);
    cr_assert_eq(err, ERR_OK, "%s", problem.text);
    workload_create(BARS, 42, 2, &stage.bars);
    stage.folder = folder_create();
    for (uint64_t at = 7001; at < 2 * BARS; at += 3000) {
        int64_t ts_ns = stage.bars.records[at].ts_ns;
        stage_add_action(&stage, ts_ns, at / 1000 % 2, 3, 2, 0);
        stage_split_bars(&stage, ts_ns, at / 1000 % 2, 3, 2);
    }
    struct strategy_def counted = *stage.config.books[0].strategy;
    cr_assert(counted.by_series);
    counted.decide = count_and_decide;
    struct strategy_def always = counted;
    always.by_series = false;
    stage_strategy(&stage, &counted);
    const struct strategy_def *const told = real;
    struct outcome stands;
    struct outcome logged;
    struct outcome again;
    char *dir = xasprintf("%s/log", stage.folder);
    run_it(&stage, &(struct run_options){0}, &stands);
    run_it(&stage, &(struct run_options){.log_dir = dir}, &logged);
    stage_strategy(&stage, &always);
    real = told;
    run_it(&stage, &(struct run_options){0}, &again);
    assert_same(&stands, &again);
    assert_same(&logged, &again);
    cr_assert_eq(again.asked, again.counters.evaluations);
    cr_assert_lt(2 * stands.asked, again.asked, "%" PRIu64 " of %" PRIu64, stands.asked,
                 again.asked);
    cr_assert_gt(again.counters.fills, 100);
    free(dir);
    free(stands.dump);
    free(logged.dump);
    free(again.dump);
    stage_finish(&stage);
}
