/* actions_test.c: splits and dividends in a run: with a log and without, cut, and as they should
 * not be. What they come to in numbers is in core/engine_split_test.c, over random plans in
 * driver/closer_test.c. */
#include "driver/driver_test.h"

#include "base/money.h"
#include "base/utc.h"
#include "driver/replay.h"

enum { BARS = 3000 };

/* Three symbols in a plain view, so that a run without a log goes ahead; some of the actions fall
 * inside of a stretch, two at one moment, and one lies behind the end of the data. */
static void stage_with_actions(struct stage *stage)
{
    stage_init(stage, COMMON_SETUP(BARS, 77, 3));
    static const struct {
        uint64_t slice;
        uint32_t instrument;
        int64_t split_new, split_old, cash_e9;
    } rows[] = {
        {40,   0, 2, 1, 0           },
        {41,   1, 1, 1, MONEY_E9 / 3},
        {700,  2, 7, 1, MONEY_E9    },
        {700,  1, 1, 4, 0           },
        {1501, 0, 3, 2, 0           },
        {2999, 0, 5, 1, 0           },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t ts_ns = stage->bars.records[3 * rows[i].slice].ts_ns;
        stage_add_action(stage, ts_ns, rows[i].instrument, rows[i].split_new, rows[i].split_old,
                         rows[i].cash_e9);
        stage_split_bars(stage, ts_ns, rows[i].instrument, rows[i].split_new, rows[i].split_old);
    }
}

static uint64_t count_kind(const struct records *records, uint8_t kind)
{
    uint64_t count = 0;
    for (size_t at = 0; at < records->count; at += record_at(records, at)->slots) {
        count += record_at(records, at)->kind == kind ? 1 : 0;
    }
    return count;
}

static struct preamble preamble_of(const struct stage *stage)
{
    return (struct preamble){.instruments = stage->bars.instrument_memory,
                             .instrument_count = stage->bars.instrument_count};
}

Test(actions, a_run_that_goes_ahead_is_the_run_with_a_log)
{
    static const enum market_log logs[] = {MARKET_LOG_FULL, MARKET_LOG_REF};
    struct stage stage;
    struct run bare;
    stage_with_actions(&stage);
    run_whole(&stage, &(struct run_options){0}, &bare);
    cr_assert_eq(bare.err, ERR_OK, "%s", bare.problem.text);
    char *want = dump_text(driver_engine(bare.driver), stage.bars.instruments);
    for (size_t i = 0; i < 2; i++) {
        char *dir = xasprintf("%s/log%zu", stage.folder, i);
        struct run run;
        run_whole(&stage, &(struct run_options){.log_dir = dir, .market_log = logs[i]}, &run);
        cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
        char *got = dump_text(driver_engine(run.driver), stage.bars.instruments);
        cr_assert_str_eq(got, want);
        struct records records = records_read(dir);
        cr_assert_eq(count_kind(&records, EVENT_ACTION), 5, "the one behind the end is not taken");
        cr_assert_gt(count_kind(&records, EVENT_ACCOUNT_CASH), 0);
        struct replay_result result;
        struct problem problem;
        struct preamble preamble = preamble_of(&stage);
        struct log_reader *reader = reader_open(dir);
        enum err err = replay_run(reader, &preamble, &stage.config, i == 0 ? NULL : &stage.bars,
                                  true, &result, &problem);
        log_reader_close(reader);
        cr_assert_eq(err, ERR_OK, "%s", problem.text);
        cr_assert_eq(result.decision_hash, driver_engine(run.driver)->decision_hash);
        records_finish(&records);
        free(got);
        free(dir);
        run_finish(&run);
    }
    free(want);
    run_finish(&bare);
    stage_finish(&stage);
}

Test(actions, folding_gives_the_state_of_the_run)
{
    struct stage stage;
    struct run run;
    stage_with_actions(&stage);
    char *dir = xasprintf("%s/log", stage.folder);
    run_whole(&stage, &(struct run_options){.log_dir = dir}, &run);
    char *want = dump_text(driver_engine(run.driver), stage.bars.instruments);
    char *got = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&got, &size);
    struct preamble preamble = preamble_of(&stage);
    struct log_reader *reader = reader_open(dir);
    cr_assert_eq(replay_dump(reader, &preamble, &stage.config, out, NULL), ERR_OK);
    log_reader_close(reader);
    cr_assert_eq(fclose(out), 0);
    cr_assert_str_eq(got, want);
    free(got);
    free(want);
    free(dir);
    run_finish(&run);
    stage_finish(&stage);
}

/* Resumes a run of two thirds of the log; what comes of it. */
static enum err resume(const struct stage *stage, const struct records *records,
                       struct problem *problem)
{
    char *dir = xasprintf("%s/cut", stage->folder);
    size_t at = 0;
    size_t end = 0;
    while (at < records->count * 2 / 3) {
        end = is_step_start(records, at) ? at : end;
        at += record_at(records, at)->slots;
    }
    records_write(records, end, dir);
    struct run run = {0};
    struct driver_plan plan = run_plan(stage, &(struct run_options){.log_dir = dir}, &run);
    cr_assert_eq(driver_create(&plan, &run.driver, problem), ERR_OK);
    struct log_reader *reader = reader_open(dir);
    problem->text[0] = '\0';
    enum err err = driver_resume(run.driver, reader, problem);
    log_reader_close(reader);
    run_finish(&run);
    char *command = xasprintf("rm -r -- '%s'", dir);
    cr_assert_eq(system(command), 0);
    free(command);
    free(dir);
    return err;
}

Test(actions, a_run_goes_on_only_with_the_actions_it_began_with)
{
    struct stage stage;
    struct run run;
    struct problem problem;
    stage_with_actions(&stage);
    char *dir = xasprintf("%s/log", stage.folder);
    run_whole(&stage, &(struct run_options){.log_dir = dir}, &run);
    struct records records = records_read(dir);
    cr_assert_eq(resume(&stage, &records, &problem), ERR_OK, "%s", problem.text);

    stage.actions[0].action.split_new = 3;
    cr_assert_eq(resume(&stage, &records, &problem), ERR_REFUSED, "another ratio");
    cr_assert_not_null(strstr(problem.text, "other splits and dividends"), "%s", problem.text);
    stage.actions[0].action.split_new = 2;

    size_t count = stage.action_count;
    stage.action_count = 1;
    cr_assert_eq(resume(&stage, &records, &problem), ERR_REFUSED, "one is missing");
    stage.action_count = count;

    struct event first = stage.actions[0];
    memmove(&stage.actions[0], &stage.actions[1], (count - 1) * sizeof first);
    stage.action_count--;
    cr_assert_eq(resume(&stage, &records, &problem), ERR_REFUSED, "the first is gone");
    records_finish(&records);
    free(dir);
    run_finish(&run);
    stage_finish(&stage);
}

Test(actions, a_split_that_makes_no_sense_ends_the_run)
{
    struct stage stage;
    struct run run;
    stage_init(&stage, COMMON_SETUP(100, 77, 1));
    char path[] = "splits.csv";
    stage.config.actions_path = path;
    stage_add_action(&stage, stage.bars.records[50].ts_ns, 0, 1, 100000, 0);
    run_whole(&stage, &(struct run_options){0}, &run);
    cr_assert_eq(run.err, ERR_FORMAT);
    cr_assert_not_null(
        strstr(run.problem.text, "splits.csv: the split of 1 for 100000 on 2024-01-"), "%s",
        run.problem.text);
    run_finish(&run);
    stage.config.actions_path = NULL;
    stage_finish(&stage);
}

/* ---- the same market, told in two ways ---- */

static struct records decisions_of(const struct stage *stage, const char *name)
{
    char *dir = xasprintf("%s/%s", stage->folder, name);
    struct run run;
    run_whole(stage, &(struct run_options){.log_dir = dir}, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    struct records all = records_read(dir);
    struct records kept = {0};
    for (size_t at = 0; at < all.count; at += record_at(&all, at)->slots) {
        if (record_at(&all, at)->kind == EVENT_DECISION) {
            records_add(&kept, record_at(&all, at));
        }
    }
    records_finish(&all);
    run_finish(&run);
    free(dir);
    return kept;
}

#define EVERY_KIND                                                                                 \
    "mode: backtest\ncalendar: always\nsymbols: all\nbar: 1min\ncash: $10,000,000\n"               \
    "commission: $0\nstrategies:\n"                                                                \
    "  - {name: rsi_mean_reversion, frame: 1min, size: {equity: 2%%}, fractional: yes}\n"          \
    "  - {name: mean_reversion, frame: 5min, size: {equity: 2%%}, fractional: yes}\n"              \
    "  - {name: momentum, frame: 1min, size: {equity: 2%%}, fractional: yes}\n"                    \
    "  - {name: volatility_breakout, frame: 5min, size: {equity: 2%%}, fractional: yes}\n"         \
    "  - {name: multi_timeframe, frame: 5min, size: {equity: 2%%}, fractional: yes}\n"             \
    "limits:\n  max_order_notional: $1,000,000,000\n  max_position_notional: $1,000,000,000\n"     \
    "  max_exposure: $1,000,000,000\n  max_open_positions: 1000 positions\n"                       \
    "  max_orders_per_session: 100000 orders\n  max_orders_per_strategy: 100000 orders\n"          \
    "  min_time_between_entries: 0s\n  max_daily_loss: 100%%\n"                                    \
    "  max_portfolio_heat: $1,000,000,000\n  price_collar: 50%%\n"

/* Prices that fall to a quarter by a split of four for one decide as prices that are a quarter from
 * the beginning: dollars of whole cents stay exact when divided by four. Every strategy but those
 * of other tests, and with them most kernels and longer frames that are half grown at the split. */
Test(actions, strategies_see_one_continuous_series)
{
    struct problem problem;
    struct stage stage = {0};
    char *text = xasprintf(EVERY_KIND);
    enum err err = config_parse("every.yaml", text, strlen(text), &stage.config, &problem);
    cr_assert_eq(err, ERR_OK, "%s", problem.text);
    stage.folder = folder_create();
    workload_create(6000, 5, 2, &stage.bars);
    int64_t ts_ns = stage.bars.records[2 * 3333].ts_ns; /* inside of five minutes */
    for (uint32_t instrument = 0; instrument < 2; instrument++) {
        stage_split_bars(&stage, INT64_MIN, instrument, 4, 1);
    }
    struct records adjusted = decisions_of(&stage, "adjusted");
    cr_assert_gt(adjusted.count, 100);

    struct event *bars = stage.bars.memory;
    for (uint64_t i = 0; i < stage.bars.count && bars[i].ts_ns <= ts_ns; i++) {
        struct event_bar *bar = &bars[i].bar;
        bar->open_e9 *= 4;
        bar->high_e9 *= 4;
        bar->low_e9 *= 4;
        bar->close_e9 *= 4;
        bar->volume /= 4;
    }
    for (uint64_t i = 0; i < stage.bars.count && bars[i].ts_ns <= ts_ns; i++) {
        cr_assert_eq(event_bar_fault(&bars[i].bar), NULL);
    }
    stage_add_action(&stage, ts_ns, 0, 4, 1, 0);
    stage_add_action(&stage, ts_ns, 1, 4, 1, 0);
    struct records split = decisions_of(&stage, "split");
    cr_assert_eq(split.count, adjusted.count);
    for (size_t at = 0; at < split.count; at += record_at(&split, at)->slots) {
        const struct event *a = record_at(&adjusted, at);
        const struct event *b = record_at(&split, at);
        cr_assert_eq(a->ts_ns, b->ts_ns, "decision %zu", at / 2);
        cr_assert_eq(a->flags, b->flags, "decision %zu", at / 2);
        cr_assert_eq(a->decision.book, b->decision.book, "decision %zu", at / 2);
        cr_assert_eq(a->decision.reason, b->decision.reason, "decision %zu", at / 2);
    }
    records_finish(&adjusted);
    records_finish(&split);
    free(text);
    stage_finish(&stage);
}
