/* ticks_test.c: runs with quotes and trades between and beside the bars: the two ledgers agree at
 * every instant, replay and resume come to the same, exits run at quotes. */
#include "driver/driver_test.h"

#include "base/money.h"
#include "base/utc.h"
#include "data/bars_sort.h"
#include "driver/replay.h"

enum { BARS = 300, SYMBOLS = 3, QUOTED = 2, TICKS_A_BAR = 4 };

static uint64_t draw(uint64_t *state, uint64_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*state >> 33) % below;
}

/* A quote of one or two sides around the price, or a trade near it. */
static struct event random_tick(uint64_t *state, const struct event *bar, bool quoted)
{
    const int64_t cent_e9 = MONEY_E9 / 100;
    int64_t ts_ns = bar->src_ns + (int64_t)draw(state, 7) * (NS_PER_MIN / 6);
    int64_t price_e9 = bar->bar.low_e9 / cent_e9 * cent_e9 + (int64_t)draw(state, 9) * cent_e9;
    struct event tick = {
        .ts_ns = ts_ns, .src_ns = ts_ns, .version = 1, .slots = 1, .instrument = bar->instrument};
    uint64_t kind = draw(state, 8);
    if (!quoted || kind < 2) {
        tick.kind = EVENT_TRADE_TICK;
        tick.flags = kind == 0 ? TRADE_TICK_VOLUME_ONLY : 0;
        tick.trade_tick.price_e9 = kind == 0 ? 1 : price_e9;
        tick.trade_tick.size = 100;
        return tick;
    }
    tick.kind = EVENT_QUOTE;
    tick.quote = (struct event_quote){.bid_e9 = price_e9,
                                      .ask_e9 = price_e9 + (int64_t)draw(state, 4) * cent_e9,
                                      .bid_size = (int64_t)draw(state, 300),
                                      .ask_size = (int64_t)draw(state, 300)};
    if (kind == 7) {
        tick.quote.ask_e9 = tick.quote.ask_size = 0;
    } else if (kind == 6) {
        tick.quote.bid_e9 = tick.quote.bid_size = 0;
    }
    return tick;
}

/* The workload with ticks beside and between its bars; one symbol has no quotes. */
static void add_ticks(struct bars *bars, uint64_t seed)
{
    uint64_t total = bars->count * (TICKS_A_BAR + 1);
    struct event *all = xcalloc(total, sizeof *all);
    uint64_t used = 0;
    for (uint64_t i = 0; i < bars->count; i++) {
        all[used++] = bars->records[i];
        for (int k = 0; k < TICKS_A_BAR; k++) {
            const struct event *bar = &bars->records[i];
            all[used++] = random_tick(&seed, bar, bar->instrument < QUOTED);
        }
    }
    free(bars->memory);
    struct event *sorted = bars_sorted(all, total);
    free(all);
    bars->memory = sorted;
    bars->records = sorted;
    bars->count = total;
    bars->slice_count = 1;
    for (uint64_t i = 0; i < total; i++) {
        bars->slice_count += i > 0 && sorted[i].ts_ns != sorted[i - 1].ts_ns;
        bars->quote_count += sorted[i].kind == EVENT_QUOTE;
        bars->trade_count += sorted[i].kind == EVENT_TRADE_TICK;
    }
}

#define CONFIG                                                                                     \
    "mode: backtest\ncalendar: always\nsymbols: all\nbar: 1min\ncash: $1,000,000\n"                \
    "commission: $1\nexchange: {latency: %s}\nstrategies:\n  - name: ma_crossover\n"               \
    "    parameters: {fast: 2, slow: 5, trigger: level, warmup_bars: 8}\n    frame: 1min\n"        \
    "    quantity: 150\n    exits: {%s}\n"                                                         \
    "limits:\n  max_order_notional: $1,000,000,000\n  max_position_notional: $1,000,000,000\n"     \
    "  max_exposure: $1,000,000,000\n  max_open_positions: 100000 positions\n"                     \
    "  max_orders_per_session: 100000000 orders\n"                                                 \
    "  max_orders_per_strategy: 100000000 orders\n  min_time_between_entries: 0s\n"                \
    "  max_daily_loss: 100%%\n  max_portfolio_heat: $1,000,000,000\n  price_collar: 50%%\n"

static const char *const exits[] = {
    "stop: 0.1%, held_by: engine",
    "stop: 0.1%, target: 0.1%, held_by: broker",
    "trailing: 0.1%, time_limit: 5 bars, held_by: engine",
};

enum { EXITS = sizeof exits / sizeof exits[0] };

static void stage_with_ticks(struct stage *stage, const char *latency, const char *exit,
                             uint64_t seed)
{
    stage_init(stage, COMMON_SETUP(BARS, seed, SYMBOLS));
    config_finish(&stage->config);
    char *text = xasprintf(CONFIG, latency, exit);
    struct problem problem;
    enum err err = config_parse("ticks.yaml", text, strlen(text), &stage->config, &problem);
    cr_assert_eq(err, ERR_OK, "%s", problem.text);
    free(text);
    add_ticks(&stage->bars, seed);
}

static void assert_replays(const struct stage *stage, const char *dir, const struct bars *bars,
                           uint64_t hash)
{
    struct problem problem;
    struct replay_result result;
    struct preamble preamble = {.instruments = stage->bars.instrument_memory,
                                .instrument_count = stage->bars.instrument_count};
    struct log_reader *reader = reader_open(dir);
    enum err err = replay_run(reader, &preamble, &stage->config, bars, true, &result, &problem);
    log_reader_close(reader);
    cr_assert_eq(err, ERR_OK, "%s", problem.text);
    cr_assert(result.ended);
    cr_assert_eq(result.decision_hash, hash);
}

/* Writes the log up to a slot anew and goes on from there to the same end. */
static void assert_goes_on(const struct stage *stage, const struct records *records, size_t slots,
                           const char *want)
{
    char *dir = xasprintf("%s/cut", stage->folder);
    struct run run;
    records_write(records, slots, dir);
    run_rest(stage, &(struct run_options){.log_dir = dir}, &run);
    cr_assert_eq(run.err, ERR_OK, "cut at %zu: %s", slots, run.problem.text);
    char *got = dump_text(driver_engine(run.driver), stage->bars.instruments);
    cr_assert_str_eq(got, want, "cut at %zu", slots);
    free(got);
    run_finish(&run);
    char *command = xasprintf("rm -r -- '%s'", dir);
    cr_assert_eq(system(command), 0);
    free(command);
    free(dir);
}

static size_t cut_everywhere(const struct stage *stage, const struct records *records,
                             const char *want, size_t every)
{
    size_t cuts = 0;
    size_t steps = 0;
    for (size_t at = 1; at < records->count; at += record_at(records, at)->slots) {
        if (is_step_start(records, at) && steps++ % every == 0) {
            assert_goes_on(stage, records, at, want);
            cuts++;
        }
    }
    return cuts;
}

/* Every ledger comparison of the driver holds; without a log, with one of each kind, replayed and
 * taken up after cuts it is one run. */
Test(ticks, runs_are_one_run_however_they_are_kept)
{
    for (size_t i = 0; i < EXITS; i++) {
        struct stage stage;
        stage_with_ticks(&stage, i == 1 ? "2s" : "0s", exits[i], 42 + i);
        struct run plain;
        struct run full;
        struct run ref;
        char *full_dir = xasprintf("%s/full", stage.folder);
        char *ref_dir = xasprintf("%s/ref", stage.folder);
        run_whole(&stage, &(struct run_options){0}, &plain);
        run_whole(&stage, &(struct run_options){.log_dir = full_dir}, &full);
        run_whole(&stage, &(struct run_options){.log_dir = ref_dir, .market_log = MARKET_LOG_REF},
                  &ref);
        cr_assert_eq(plain.err, ERR_OK, "%s", plain.problem.text);
        cr_assert_eq(full.err, ERR_OK, "%s", full.problem.text);
        cr_assert_eq(ref.err, ERR_OK, "%s", ref.problem.text);
        const struct engine *engine = driver_engine(plain.driver);
        cr_assert_gt(engine->counters.fills, 40, "exits %zu", i);
        char *want = dump_text(engine, stage.bars.instruments);
        char *got = dump_text(driver_engine(full.driver), stage.bars.instruments);
        cr_assert_str_eq(got, want);
        assert_replays(&stage, full_dir, NULL, engine->decision_hash);
        assert_replays(&stage, ref_dir, &stage.bars, engine->decision_hash);
        struct records records = records_read(full_dir);
        cr_assert_gt(cut_everywhere(&stage, &records, want, 37), 20);
        records_finish(&records);
        free(got);
        free(want);
        free(full_dir);
        free(ref_dir);
        run_finish(&plain);
        run_finish(&full);
        run_finish(&ref);
        stage_finish(&stage);
    }
}

/* ---- one trade, told by hand ---- */

static struct event quote_at(int64_t ts_ns, int64_t bid_cents, int64_t ask_cents)
{
    const int64_t cent_e9 = MONEY_E9 / 100;
    return (struct event){
        .ts_ns = ts_ns,
        .src_ns = ts_ns,
        .kind = EVENT_QUOTE,
        .version = 1,
        .slots = 1,
        .quote = {bid_cents * cent_e9, ask_cents * cent_e9, 1000, 1000, 0}
    };
}

static struct event bar_at(int64_t minute, int64_t cents)
{
    const int64_t price_e9 = cents * (MONEY_E9 / 100);
    return (struct event){
        .ts_ns = (minute + 1) * NS_PER_MIN,
        .src_ns = minute * NS_PER_MIN,
        .kind = EVENT_BAR,
        .version = 1,
        .slots = 1,
        .bar = {price_e9, price_e9, price_e9, price_e9, 1000}
    };
}

static const struct event *find(const struct records *records, uint8_t kind, int nth)
{
    for (size_t at = 0; at < records->count; at += record_at(records, at)->slots) {
        if (record_at(records, at)->kind == kind && nth-- == 0) {
            return record_at(records, at);
        }
    }
    cr_assert_fail("no %s", event_kind_text(kind));
    return NULL;
}

/* Bars rise, so the strategy buys at the end of minute 8; the next quote's ask fills it. A bid at
 * the stop sells within the minute, at the bid of the quote after that; no bar came near it. */
Test(ticks, a_quote_fills_and_a_quote_stops)
{
    struct stage stage;
    stage_init(&stage, COMMON_SETUP(10, 1, 1));
    struct event records[32];
    uint64_t count = 0;
    records[count++] = quote_at(NS_PER_MIN, 9990, 10000);
    for (int64_t minute = 0; minute < 9; minute++) {
        records[count++] = bar_at(minute, 10000 + minute * 10);
    }
    const int64_t t_ns = 9 * NS_PER_MIN;
    records[count++] = quote_at(t_ns + NS_PER_S, 10085, 10095);     /* buys at 100.95 */
    records[count++] = quote_at(t_ns + 20 * NS_PER_S, 9996, 10100); /* the stop lies at 99.95 */
    records[count++] = quote_at(t_ns + 30 * NS_PER_S, 9980, 10100); /* the stop */
    records[count++] = quote_at(t_ns + 31 * NS_PER_S, 9975, 10100); /* sells at 99.75 */
    records[count++] = bar_at(9, 10090);
    struct bars bars = stage.bars;
    bars.records = records;
    bars.count = count;
    bars.slice_count = count - 1; /* the first quote and the first bar are of one instant */
    bars.quote_count = 5;
    struct bars whole = stage.bars;
    stage.bars = bars;
    config_finish(&stage.config);
    char *text = xasprintf(CONFIG, "0s", "stop: 1%, held_by: engine");
    struct problem problem;
    cr_assert_eq(config_parse("one.yaml", text, strlen(text), &stage.config, &problem), ERR_OK,
                 "%s", problem.text);
    char *dir = xasprintf("%s/log", stage.folder);
    struct run run;
    run_whole(&stage, &(struct run_options){.log_dir = dir}, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    struct records logged = records_read(dir);
    const struct event *bought = find(&logged, EVENT_FILL, 0);
    const struct event *sold = find(&logged, EVENT_FILL, 1);
    cr_assert_eq(bought->ts_ns, t_ns + NS_PER_S);
    cr_assert_eq(bought->report.price_e9, 10095 * (MONEY_E9 / 100));
    cr_assert_eq(sold->ts_ns, t_ns + 31 * NS_PER_S, "%" PRId64, (sold->ts_ns - t_ns) / NS_PER_S);
    cr_assert_eq(sold->report.price_e9, 9975 * (MONEY_E9 / 100));
    /* Between: 150 shares at the bid of each quote. 1,000,000 - 150 x 100.95 - 1 + 150 x bid */
    int slice = 0;
    const struct event *point;
    do {
        point = find(&logged, EVENT_SLICE, slice++);
    } while (point->ts_ns < t_ns + NS_PER_S);
    cr_assert_eq(point->slice.equity_e9,
                 (1000000 - 1) * MONEY_E9 - 150 * (10095 - 10085) * (MONEY_E9 / 100));
    records_finish(&logged);
    run_finish(&run);
    free(dir);
    free(text);
    stage.bars = whole;
    stage_finish(&stage);
}
