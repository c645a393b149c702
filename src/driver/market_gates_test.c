/* market_gates_test.c: the gates that look at the market, on real bars with real holes in them:
 * refusals found again by looking at the bars alone. */
#include "data/bars.h"
#include "driver/driver_test.h"

#include "base/utc.h"
#include "market/calendar.h"

#define FIVES "equity/minute/bars_SPY_5min_2018-2019.csv.gz"
#define DAYS  "equity/daily/bars_AAPL_1day_19980102-20210331.csv.gz"

#define CONFIG                                                                                     \
    "mode: backtest\ncalendar: %s\nsymbols: all\nbar: %s\ncash: $1,000,000\ncommission: $1\n"      \
    "strategies:\n"                                                                                \
    "  - name: ma_crossover\n"                                                                     \
    "    parameters: {fast: 2, slow: 5, trigger: level, warmup_bars: 10}\n"                        \
    "    frame: %s\n    quantity: 100\n"                                                           \
    "limits:\n  max_order_notional: $1,000,000,000\n  max_position_notional: $1,000,000,000\n"     \
    "  max_exposure: $1,000,000,000\n  max_open_positions: 1000 positions\n"                       \
    "  max_orders_per_session: 100000 orders\n  max_orders_per_strategy: 100000 orders\n"          \
    "  min_time_between_entries: 0s\n  max_daily_loss: 100%%\n"                                    \
    "  max_portfolio_heat: $1,000,000,000\n  price_collar: 50%%\n"

/* Runs the file; false where it is not there. */
static bool run_file(const char *name, const char *calendar, const char *bar, struct stage *stage,
                     struct records *records)
{
    char *path = shared_file(name);
    if (path == NULL) {
        return false;
    }
    struct problem problem;
    struct run run;
    *stage = (struct stage){.folder = folder_create()};
    char *text = xasprintf(CONFIG, calendar, bar, bar);
    cr_assert_eq(config_parse("test.yaml", text, strlen(text), &stage->config, &problem), ERR_OK,
                 "%s", problem.text);
    cr_assert_eq(bars_open(path, NULL, &stage->bars, NULL, &problem), ERR_OK, "%s", problem.text);
    char *dir = xasprintf("%s/log", stage->folder);
    run_whole(stage, &(struct run_options){.log_dir = dir, .market_log = MARKET_LOG_REF}, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    *records = records_read(dir);
    run_finish(&run);
    free(dir);
    free(text);
    free(path);
    return true;
}

/* The bar that ends then. */
static uint64_t bar_at(const struct bars *bars, int64_t ts_ns)
{
    uint64_t low = 0;
    uint64_t high = bars->count;
    while (low < high) {
        uint64_t middle = (low + high) / 2;
        if (bars->records[middle].ts_ns < ts_ns) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    cr_assert_eq(bars->records[low].ts_ns, ts_ns);
    return low;
}

/* How long there was no bar in the session before that one. */
static int64_t silence_before(const struct bars *bars, uint64_t at)
{
    struct trading_day day;
    cr_assert(calendar_day_at(CALENDAR_XNYS, bars->records[at].ts_ns, &day));
    int64_t from_ns = at > 0 ? bars->records[at - 1].ts_ns : INT64_MIN;
    from_ns = from_ns < day.open_ns ? day.open_ns : from_ns;
    return bars->records[at].src_ns - from_ns;
}

/* On 35 days the file lacks the first hour: whoever wants to buy on the first bar may not. */
Test(market_gates, an_entry_behind_a_hole_in_the_session_is_refused)
{
    struct stage stage;
    struct records records;
    if (!run_file(FIVES, "XNYS", "5min", &stage, &records)) {
        cr_skip_test("without " FIVES);
    }
    uint64_t refused = 0;
    uint64_t passed = 0;
    for (size_t at = 0; at < records.count; at += record_at(&records, at)->slots) {
        const struct event *record = record_at(&records, at);
        if (record->kind != EVENT_DECISION || record->flags != ACT_BUY) {
            continue;
        }
        int64_t silent_ns = silence_before(&stage.bars, bar_at(&stage.bars, record->ts_ns));
        bool halted = record->decision.verdict == VERDICT_HALTED;
        bool later = record->decision.verdict == VERDICT_SESSION_ENDING; /* asked before */
        cr_assert(later || halted == (silent_ns > 10 * NS_PER_MIN), "%" PRId64 " of silence",
                  silent_ns);
        refused += halted ? 1 : 0;
        passed += record->decision.verdict == VERDICT_PASS ? 1 : 0;
    }
    cr_assert_gt(refused, 3);
    cr_assert_gt(passed, 1000);
    records_finish(&records);
    stage_finish(&stage);
}

/* Raw prices and no word of the split two for one on 2000-06-21: what was $101.25 is $50.50. */
Test(market_gates, an_unexplained_jump_ends_the_entries)
{
    static const char split[] = "2000-06-21T00:00:00Z";
    struct stage stage;
    struct records records;
    int64_t split_ns = 0;
    cr_assert_eq(utc_parse(split, strlen(split), &split_ns), ERR_OK);
    if (!run_file(DAYS, "always", "1d", &stage, &records)) {
        cr_skip_test("without " DAYS);
    }
    uint64_t before = 0;
    uint64_t behind = 0;
    for (size_t at = 0; at < records.count; at += record_at(&records, at)->slots) {
        const struct event *record = record_at(&records, at);
        if (record->kind != EVENT_DECISION || record->flags != ACT_BUY) {
            continue;
        }
        if (record->ts_ns <= split_ns) {
            cr_assert_eq(record->decision.verdict, VERDICT_PASS);
            before++;
        } else {
            cr_assert_eq(record->decision.verdict, VERDICT_PRICE_GAP);
            cr_assert_geq(record->decision.value, 490000);
            cr_assert_eq(record->decision.limit, 350000);
            behind++;
        }
    }
    cr_assert_gt(before, 30);
    cr_assert_gt(behind, 1000);
    records_finish(&records);
    stage_finish(&stage);
}
