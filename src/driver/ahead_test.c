/* ahead_test.c: a run whose engine goes ahead of a market place that has nothing to say is the run
 * that takes slice by slice, and so is its log; and what goes wrong ahead is noticed. */
#include "base/money.h"
#include "driver/driver_private.h"
#include "driver/driver_test.h"

/* ---- a feed in pieces ---- */

/* Brings so many slices at a time. */
struct pieces {
    struct feed feed; /* first */
    struct feed *inner;
    uint64_t slices; /* of a piece */
};

static bool pieces_more(struct feed *feed)
{
    struct pieces *self = (struct pieces *)feed;
    struct slice slice;
    uint64_t count = 0;
    while (count < self->slices && feed_next(self->inner, &slice)) {
        feed->end = slice.bars + slice.count;
        count++;
    }
    return count > 0;
}

static const struct feed_ops pieces_ops = {.more = pieces_more};

static struct pieces pieces_of(const struct bars *bars, uint64_t slices)
{
    return (struct pieces){
        .feed = {.ops = &pieces_ops, .next = bars->records, .end = bars->records},
        .inner = feed_bars_create(bars),
        .slices = slices
    };
}

/* ---- set-ups ---- */

struct setup {
    const char *what;
    struct run_setup run;
    const int64_t *qty_e9; /* of each book, 0 at the end. Windows grow with the book's number */
    uint64_t missing;      /* one bar in so many is missing; 0: none */
    uint64_t fills_min;
};

#define SHARES(amount) ((int64_t)(amount)*MONEY_E9)
#define USD(amount)    ((int64_t)(amount)*MONEY_E9)

static const int64_t hundred[] = {SHARES(100), 0};
static const int64_t two_books[] = {SHARES(100), SHARES(70), 0};
static const int64_t three_books[] = {SHARES(100), SHARES(70), SHARES(1), 0};
static const int64_t fraction[] = {123456789, 0};
static const int64_t fractions[] = {MONEY_E9 / 4, 3 * MONEY_E9 / 4, 333333333, 0};

/* Leaves out bars at random: whole slices, too. The first bar stays. */
static void leave_out(struct bars *bars, uint64_t one_in)
{
    struct event *records = bars->memory;
    uint64_t state = 99;
    uint64_t kept = 1;
    uint64_t slices = 1;
    cr_assert_eq(records, bars->records);
    for (uint64_t i = 1; i < bars->count; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        if ((state >> 33) % one_in != 0) {
            slices += records[i].ts_ns != records[kept - 1].ts_ns ? 1 : 0;
            records[kept++] = records[i];
        }
    }
    cr_assert_lt(kept, bars->count);
    bars->count = kept;
    bars->slice_count = slices;
}

static void setup_stage(const struct setup *setup, struct stage *stage)
{
    stage_init(stage, setup->run);
    struct run_config *config = &stage->config;
    for (uint32_t i = 0; setup->qty_e9[i] != 0; i++) {
        config->books[i] = config->books[0];
        config->books[i].parameters[1] += i; /* fast */
        config->books[i].parameters[2] += 3 * i;
        config->books[i].sizing.qty_e9 = setup->qty_e9[i];
        config->book_count = i + 1;
    }
    if (setup->missing != 0) {
        leave_out(&stage->bars, setup->missing);
    }
}

static const struct setup setups[] = {
    {"one symbol",                      {20000, 42, 1, 10, 30, 30, "level"},   hundred,     0, 700 },
    {"one symbol, crosses",             {20000, 42, 1, 10, 30, 50, "cross"},   hundred,     0, 700 },
    {"at nearly every bar",             {3000, 7, 1, 2, 3, 3, "level"},        hundred,     0, 900 },
    {"rarely",                          {20000, 7, 1, 400, 900, 900, "level"}, hundred,     0, 10  },
    {"never",                           {700, 7, 1, 10, 30, 5000, "level"},    hundred,     0, 0   },
    {"four symbols",                    {3000, 1000, 4, 10, 30, 30, "level"},  hundred,     0, 400 },
    {"more symbols than bars go ahead", {60, 1000, 300, 2, 7, 7, "level"},     hundred,     0, 2000},
    {"two books in one instrument",     {6000, 42, 1, 10, 30, 30, "level"},    two_books,   0, 300 },
    {"three books, bars missing",       {3000, 1000, 3, 5, 12, 12, "cross"},   three_books, 4, 900 },
    {"a fraction of a share",           {6000, 42, 1, 10, 30, 30, "level"},    fraction,    0, 200 },
    {"fractions that make a share",     {6000, 1000, 2, 10, 30, 30, "level"},  fractions,   0, 900 },
    {"bars missing",                    {4000, 1000, 5, 10, 30, 30, "level"},  hundred,     3, 500 },
    {"half of all bars missing",        {9000, 1000, 2, 3, 9, 9, "level"},     hundred,     2, 500 },
};

/* ---- the same run ---- */

static void assert_same_run(const struct stage *stage, const struct run *run,
                            const struct run *logged, const char *what)
{
    const struct engine *got = driver_engine(run->driver);
    const struct engine *want = driver_engine(logged->driver);
    cr_assert_eq(run->err, ERR_OK, "%s: %s", what, run->problem.text);
    cr_assert_eq(got->decision_hash, want->decision_hash, "%s: decision hash", what);
    cr_assert_eq(got->counters.fills, want->counters.fills, "%s: fills", what);
    cr_assert_eq(got->equity_e9, want->equity_e9, "%s: equity", what);
    cr_assert_eq(got->max_drawdown_e9, want->max_drawdown_e9, "%s: drawdown", what);
    cr_assert_eq(memcmp(&got->counters, &want->counters, sizeof got->counters), 0, "%s: counters",
                 what);
    cr_assert_eq(got->session_equity_e9, want->session_equity_e9, "%s: session", what);
    cr_assert_eq(got->session.open_ns, want->session.open_ns, "%s: session", what);
    cr_assert_eq(driver_first_ns(run->driver), driver_first_ns(logged->driver), "%s", what);
    cr_assert_eq(driver_last_ns(run->driver), driver_last_ns(logged->driver), "%s", what);
    char *got_text = dump_text(got, stage->bars.instruments);
    char *want_text = dump_text(want, stage->bars.instruments);
    cr_assert_str_eq(got_text, want_text, "%s", what);
    free(got_text);
    free(want_text);
}

/* Runs the stage with a log (the caller ends that run), then without one, by every kind of feed. */
static void assert_ahead_is_as_logged(const struct stage *stage, const char *setup,
                                      struct run *logged)
{
    static const uint64_t sizes[] = {1, 2, 7, 255, 256, 257};
    struct run run;
    char *dir = xasprintf("%s/log", stage->folder);
    run_whole(stage, &(struct run_options){.log_dir = dir}, logged);
    cr_assert_eq(logged->err, ERR_OK, "%s: %s", setup, logged->problem.text);
    cr_assert_eq(driver_engine(logged->driver)->counters.slices, stage->bars.slice_count);
    run_whole(stage, &(struct run_options){0}, &run);
    assert_same_run(stage, &run, logged, setup);
    run_finish(&run);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char *what = xasprintf("%s, %" PRIu64 " slices at a time", setup, sizes[i]);
        struct pieces pieces = pieces_of(&stage->bars, sizes[i]);
        run_whole(stage, &(struct run_options){.feed = &pieces.feed}, &run);
        assert_same_run(stage, &run, logged, what);
        run_finish(&run);
        pieces.inner->ops->destroy(pieces.inner);
        free(what);
    }
    free(dir);
}

Test(ahead, a_run_without_a_log_is_the_run_with_one)
{
    for (size_t i = 0; i < sizeof setups / sizeof setups[0]; i++) {
        struct stage stage;
        struct run logged;
        setup_stage(&setups[i], &stage);
        assert_ahead_is_as_logged(&stage, setups[i].what, &logged);
        uint64_t fills = driver_engine(logged.driver)->counters.fills;
        cr_assert_geq(fills, setups[i].fills_min, "%s: %" PRIu64, setups[i].what, fills);
        run_finish(&logged);
        stage_finish(&stage);
    }
}

/* ---- frames, exits and kernels ---- */

static const char rich_config[] =
    "mode: sim\ncalendar: always\nsymbols: all\nbar: 1min\ncash: $1,000,000\n"
    "commission: {per_share: $0.005, minimum: $1}\nexchange: {slippage: 2bps}\nstrategies:\n"
    "  - name: multi_timeframe\n"
    "    parameters: {daily_window: 2, hourly_window: 4, window_5min: 5, warmup_bars: 10}\n"
    "    frame: 1min\n    size: {risk: 0.01%, cap: 10%}\n"
    "    exits: {target: 0.5%, stop: 2ATR, trailing: 0.4%, time_limit: 3h, atr: 14}\n"
    "  - name: volatility_breakout\n"
    "    parameters: {lookback: 10, multiplier: 0.2, volume_confirmation: no}\n"
    "    frame: 15min\n    quantity: 10\n"
    "    exits: {stop: 1%, time_limit: 20 bars}\n"
    "limits:\n"
    "  max_order_notional: $200,000\n  max_position_notional: $200,000\n"
    "  max_open_positions: 10 positions\n  max_orders_per_session: 1000 orders\n"
    "  max_daily_loss: 10%\n  max_exposure: $900,000\n  max_orders_per_strategy: 1000 orders\n"
    "  min_time_between_entries: 10min\n  max_portfolio_heat: 50%\n  price_collar: 100%\n";

static void rich_stage(struct stage *stage, uint64_t bars, uint32_t symbols)
{
    struct problem problem;
    *stage = (struct stage){0};
    enum err err =
        config_parse("test.yaml", rich_config, sizeof rich_config - 1, &stage->config, &problem);
    cr_assert_eq(err, ERR_OK, "%s", problem.text);
    workload_create(bars, 42, symbols, &stage->bars);
    stage->folder = folder_create();
}

Test(ahead, frames_exits_and_kernels_are_the_same_with_and_without_a_log)
{
    for (uint32_t symbols = 1; symbols <= 3; symbols++) {
        struct stage stage;
        struct run logged;
        rich_stage(&stage, 12000, symbols);
        assert_ahead_is_as_logged(&stage, "frames", &logged);
        cr_assert_gt(driver_engine(logged.driver)->counters.fills, 100);
        run_finish(&logged);
        stage_finish(&stage);
    }
}

/* ---- a log of few slices ---- */

/* Whoever attends a run sees each slice, so that the engine goes nowhere ahead. */
static enum err look_on(void *context, int64_t until_mono_ns, struct problem *problem)
{
    (void)until_mono_ns;
    (void)problem;
    (*(uint64_t *)context)++;
    return ERR_OK;
}

/* A log that has nothing of idle slices, or each slice by itself, is the same, slot by slot, when
 * the engine goes ahead. */
static void assert_same_log(const struct stage *stage, bool every_slice, const char *what)
{
    uint64_t looks = 0;
    struct run run;
    char *ahead = xasprintf("%s/ahead", stage->folder);
    char *single = xasprintf("%s/single", stage->folder);
    struct run_options options = {
        .log_dir = ahead, .market_log = MARKET_LOG_REF, .every_slice = every_slice};
    run_whole(stage, &options, &run);
    cr_assert_eq(run.err, ERR_OK, "%s: %s", what, run.problem.text);
    run_finish(&run);
    options.log_dir = single;
    options.attend = look_on;
    options.attend_context = &looks;
    run_whole(stage, &options, &run);
    cr_assert_eq(run.err, ERR_OK, "%s: %s", what, run.problem.text);
    cr_assert_geq(looks, stage->bars.slice_count);
    cr_assert_gt(driver_engine(run.driver)->counters.slices, 0);
    run_finish(&run);
    struct records got = records_read(ahead);
    struct records want = records_read(single);
    cr_assert_eq(got.count, want.count, "%s: %zu slots, not %zu", what, got.count, want.count);
    cr_assert_eq(memcmp(got.slots, want.slots, got.count * EVENT_SIZE), 0, "%s", what);
    records_finish(&got);
    records_finish(&want);
    folder_remove(ahead);
    folder_remove(single);
}

Test(ahead, a_log_without_idle_slices_is_the_same)
{
    for (size_t i = 0; i < sizeof setups / sizeof setups[0]; i++) {
        struct stage stage;
        setup_stage(&setups[i], &stage);
        assert_same_log(&stage, false, setups[i].what);
        assert_same_log(&stage, true, setups[i].what);
        stage_finish(&stage);
    }
    for (uint32_t symbols = 1; symbols <= 3; symbols++) {
        struct stage stage;
        rich_stage(&stage, 12000, symbols);
        assert_same_log(&stage, false, "frames");
        assert_same_log(&stage, true, "frames, every slice");
        stage_finish(&stage);
    }
}

/* Gates that look at cash, at the session and at its first equity; orders that come too dear. */
Test(ahead, gates_see_the_same_with_and_without_a_log)
{
    static const struct {
        const char *what;
        enum verdict verdict;
        int64_t cash_e9;
        int64_t orders_per_session;
        int64_t daily_loss_e9;
    } cases[] = {
        {"cash for two of four",    VERDICT_BUYING_POWER,       USD(20050),    1000000, USD(1000000)},
        {"few orders in a session", VERDICT_ORDERS_PER_SESSION, USD(10000000), 5,       USD(1000000)},
        {"little to lose in a day", VERDICT_DAILY_LOSS,         USD(10000000), 1000000, USD(50)     },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stage stage;
        struct run logged;
        stage_init(&stage, COMMON_SETUP(5000, 1000, 4));
        stage.config.cash_e9 = cases[i].cash_e9;
        stage.config.limits.orders_per_session.value = cases[i].orders_per_session;
        stage.config.limits.daily_loss = (struct limit){LIMIT_CASH, cases[i].daily_loss_e9};
        assert_ahead_is_as_logged(&stage, cases[i].what, &logged);
        const struct engine_counters *counters = &driver_engine(logged.driver)->counters;
        cr_assert_gt(counters->refused_by[cases[i].verdict], 50, "%s", cases[i].what);
        cr_assert_gt(counters->fills, 10, "%s", cases[i].what);
        run_finish(&logged);
        stage_finish(&stage);
    }
}

/* ---- a strategy that looks behind the scenes ---- */

static struct {
    struct engine *engine;
    uint64_t asked;
    uint64_t farthest;    /* slices asked about that the engine has not counted yet */
    uint64_t buy_at;      /* that call says BUY */
    uint64_t wrong_at;    /* that call falsifies the position for the next mark only; 0: none */
    uint64_t wrong_slice; /* the slice, from 1, at whose end the equity is a wrong one */
} scene;

/* The number of a call is that of the bar, from 1: there is one instrument and no warm-up. */
static struct decision scene_decide(const struct strategy_context *context)
{
    struct position *position = &scene.engine->ledger.positions[context->instrument];
    uint64_t call = ++scene.asked;
    uint64_t ahead = call - scene.engine->counters.slices;
    scene.farthest = ahead > scene.farthest ? ahead : scene.farthest;
    if (scene.wrong_at != 0 && call == scene.wrong_at) {
        cr_assert_gt(position->whole, 0, "held at call %" PRIu64, call);
        position->whole++;
        scene.wrong_slice = call + 1;
    } else if (call == scene.wrong_slice) {
        position->whole--;
    }
    return (struct decision){.act = call == scene.buy_at ? ACT_BUY : ACT_HOLD};
}

static uint32_t scene_declare(const int64_t *parameters, struct series_def *series)
{
    (void)parameters;
    (void)series;
    return 0;
}

static const char *const scene_reasons[] = {"hold", NULL};
static const struct parameter_def scene_parameters[] = {
    {"warmup_bars", PARAMETER_COUNT, 0, 0, 1000, NULL, "finished bars before the first act"},
    {0           },
};

static const struct strategy_def strategy_scene = {
    .name = "scene",
    .summary = "buys once and looks behind the scenes",
    .parameters = scene_parameters,
    .reasons = scene_reasons,
    .default_frame_ns = 1,
    .scope = SCOPE_EACH,
    .declare = scene_declare,
    .decide = scene_decide,
};

static void scene_stage(struct stage *stage, uint64_t bars)
{
    stage_init(stage, COMMON_SETUP(bars, 42, 1));
    stage->config.books[0].strategy = &strategy_scene;
    stage->config.books[0].parameters[PARAMETER_WARMUP_BARS] = 0;
}

/* Buys at that call, and falsifies the slice behind that other call. The caller ends the run. */
static void scene_run(const struct stage *stage, const char *log_dir, uint64_t buy_at,
                      uint64_t wrong_at, struct run *run)
{
    *run = (struct run){0};
    struct log *log = NULL;
    struct driver_plan plan = run_plan(stage, &(struct run_options){0}, run);
    cr_assert_eq(driver_create(&plan, &run->driver, &run->problem), ERR_OK);
    memset(&scene, 0, sizeof scene);
    scene.engine = run->driver->assembly.engine;
    scene.buy_at = buy_at;
    scene.wrong_at = wrong_at;
    if (log_dir != NULL) {
        cr_assert_eq(log_create(log_dir, NULL, NULL, &log, &run->problem), ERR_OK);
        driver_set_log(run->driver, log);
    }
    cr_assert_eq(driver_begin(run->driver, &run->problem), ERR_OK);
    run->err = driver_run(run->driver, &run->problem);
    if (log != NULL) {
        cr_assert_eq(log_close(log, NULL), ERR_OK);
    }
}

/* Else the tests here would test nothing: it goes as far as it may, and not where a log is kept,
 * an order works or the feed has brought no more. */
Test(ahead, goes_ahead_only_where_nothing_is_logged)
{
    struct stage stage;
    struct run run;
    scene_stage(&stage, 1000);
    char *dir = xasprintf("%s/log", stage.folder);
    scene_run(&stage, NULL, 0, 0, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    cr_assert_eq(scene.asked, 1000);
    cr_assert_eq(scene.farthest, AHEAD_MAX);
    run_finish(&run);
    scene_run(&stage, dir, 0, 0, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    cr_assert_eq(scene.asked, 1000);
    cr_assert_eq(scene.farthest, 1);
    run_finish(&run);
    free(dir);
    stage_finish(&stage);
}

static void assert_halts(const struct run *run, const char *why, uint64_t slice)
{
    cr_assert_eq(run->err, ERR_DIFFERS, "slice %" PRIu64 " is not missed", slice);
    cr_assert_not_null(strstr(run->problem.text, why), "%s", run->problem.text);
    cr_assert_eq(scene.wrong_slice, slice);
}

/* The engine's equity is wrong at the end of one slice only, anywhere in a stretch; at the next it
 * is right again. Bought at call 5, filled at slice 6, then nothing happens any more. */
Test(ahead, a_wrong_equity_inside_a_stretch_halts_the_run)
{
    struct stage stage;
    struct run run;
    scene_stage(&stage, 600);
    scene_run(&stage, NULL, 5, 0, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    cr_assert_eq(driver_engine(run.driver)->counters.fills, 1);
    cr_assert_eq(scene.farthest, AHEAD_MAX);
    run_finish(&run);
    for (uint64_t call = 6; call < 600; call++) {
        scene_run(&stage, NULL, 5, call, &run);
        assert_halts(&run, "the exchange's ledger and ours disagree", call + 1);
        run_finish(&run);
    }
    stage_finish(&stage);
}

/* With a log it stops at that very slice; without one the stretch is over first. */
Test(ahead, a_wrong_equity_halts_a_logged_run_at_once)
{
    struct stage stage;
    struct run run;
    scene_stage(&stage, 600);
    char *dir = xasprintf("%s/log", stage.folder);
    scene_run(&stage, dir, 5, 100, &run);
    assert_halts(&run, "the exchange's ledger and ours disagree", 101);
    cr_assert_eq(driver_engine(run.driver)->counters.slices, 101);
    run_finish(&run);
    free(dir);
    stage_finish(&stage);
}

/* One close inside a stretch takes an amount out of the range; the next is as before. */
static void assert_range_is_kept(int64_t cash_e9, int64_t qty_e9, int64_t close_e9)
{
    struct stage stage;
    struct run run;
    scene_stage(&stage, 600);
    stage.config.cash_e9 = cash_e9;
    stage.config.books[0].sizing.qty_e9 = qty_e9;
    scene_run(&stage, NULL, 5, 0, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    cr_assert_eq(driver_engine(run.driver)->counters.fills, 1);
    run_finish(&run);
    struct event *records = stage.bars.memory;
    for (uint64_t bar = 5; bar < 600; bar += 17) {
        const struct event_bar kept = records[bar].bar;
        records[bar].bar.high_e9 = close_e9;
        records[bar].bar.close_e9 = close_e9;
        scene_run(&stage, NULL, 5, 0, &run);
        assert_halts(&run, "left the range", 0);
        const struct engine *engine = driver_engine(run.driver);
        cr_assert_lt(engine->max_drawdown_e9, cash_e9 / 100, "no wrapped sum came into it");
        cr_assert_gt(engine->equity_e9, 0);
        records[bar].bar = kept;
        run_finish(&run);
    }
    stage_finish(&stage);
}

Test(ahead, a_position_out_of_range_inside_a_stretch_halts_the_run)
{
    assert_range_is_kept(USD(1000000000), SHARES(2000000), USD(8000));
}

Test(ahead, equity_out_of_range_inside_a_stretch_halts_the_run)
{
    assert_range_is_kept(USD(9000000000), SHARES(100), USD(8000000));
}

/* A stop asked for while the engine is ahead takes effect when the stretch is over, and the run is
 * a whole one up to there. */
static volatile sig_atomic_t stop;

static bool stopping_more(struct feed *feed)
{
    stop = ((struct pieces *)feed)->feed.ordinal >= 500;
    return pieces_more(feed);
}

Test(ahead, a_stop_leaves_a_run_of_whole_slices)
{
    static const struct feed_ops stopping_ops = {.more = stopping_more};
    struct stage stage;
    struct stage shorter;
    struct run run;
    struct run want;
    stage_init(&stage, COMMON_SETUP(1000, 1000, 3));
    stage_init(&shorter, COMMON_SETUP(600, 1000, 3));
    struct pieces pieces = pieces_of(&stage.bars, 100);
    pieces.feed.ops = &stopping_ops;
    stop = 0;
    run_whole(&stage, &(struct run_options){.feed = &pieces.feed, .stop = &stop}, &run);
    cr_assert(driver_stopped(run.driver));
    uint64_t slices = driver_engine(run.driver)->counters.slices;
    cr_assert_gt(slices, 500);
    cr_assert_leq(slices, 600);
    shorter.bars.count = slices * 3;
    shorter.bars.slice_count = slices;
    run_whole(&shorter, &(struct run_options){0}, &want);
    assert_same_run(&stage, &run, &want, "stopped");
    run_finish(&run);
    run_finish(&want);
    pieces.inner->ops->destroy(pieces.inner);
    stage_finish(&stage);
    stage_finish(&shorter);
}
