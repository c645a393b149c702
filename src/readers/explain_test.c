/* explain_test.c: explanations against the log that they explain: every decision, every answer. */
#include "readers/explain.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "driver/driver_test.h"
#include "driver/replay.h"
#include "readers/explain_decisions.h"
#include "readers/explain_signals.h"
#include "readers/explain_summary.h"
#include "readers/explain_words.h"

/* A run whose log is read again. */
struct told {
    struct stage stage;
    struct preamble preamble;
    struct log_reader *reader;
    struct lookup *lookup;
    uint64_t evaluations;
};

/* What driver_test.h's logs lack: a log begins with its preamble. */
static void write_preamble(const struct stage *stage, struct log *log, enum market_log market)
{
    char source[] = "workload seed=1 bars=1 symbols=1";
    char build[] = "test";
    struct preamble preamble = {
        .mode = MODE_BACKTEST,
        .market_full = market == MARKET_LOG_FULL,
        .bar_ns = stage->bars.bar_ns,
        .slice_count = stage->bars.slice_count,
        .source = source,
        .build = build,
        .config_path = stage->config.path,
        .config_bytes = stage->config.bytes,
        .config_length = stage->config.length,
        .instruments = (struct instrument *)stage->bars.instruments,
        .instrument_count = stage->bars.instrument_count,
    };
    memcpy(preamble.data_hash, stage->bars.data_hash, sizeof preamble.data_hash);
    preamble_write(log, &preamble);
    cr_assert_eq(log_end_step(log, false, NULL), ERR_OK);
}

static void told_init(struct told *told, const char *config, struct run_setup setup,
                      enum market_log market)
{
    struct problem problem;
    struct run run = {0};
    struct log *log;
    memset(told, 0, sizeof *told);
    stage_init(&told->stage, setup);
    if (config != NULL) {
        config_finish(&told->stage.config);
        cr_assert_eq(
            config_parse("test.yaml", config, strlen(config), &told->stage.config, &problem),
            ERR_OK, "%s", problem.text);
    }
    struct run_options options = {.market_log = market, .every_slice = true};
    struct driver_plan plan = run_plan(&told->stage, &options, &run);
    cr_assert_eq(driver_create(&plan, &run.driver, &problem), ERR_OK);
    char *dir = xasprintf("%s/log", told->stage.folder);
    cr_assert_eq(log_create(dir, NULL, NULL, &log, &problem), ERR_OK, "%s", problem.text);
    write_preamble(&told->stage, log, market);
    driver_set_log(run.driver, log);
    cr_assert_eq(driver_begin(run.driver, &problem), ERR_OK);
    cr_assert_eq(driver_run(run.driver, &problem), ERR_OK, "%s", problem.text);
    told->evaluations = driver_engine(run.driver)->counters.evaluations;
    cr_assert_eq(log_close(log, NULL), ERR_OK);
    run_finish(&run);
    told->reader = reader_open(dir);
    free(dir);
    cr_assert_eq(preamble_read(told->reader, &told->preamble, &problem), ERR_OK, "%s",
                 problem.text);
    cr_assert_eq(lookup_create(&told->preamble, &told->lookup, &problem), ERR_OK);
}

static void told_finish(struct told *told)
{
    lookup_destroy(told->lookup);
    preamble_finish(&told->preamble);
    log_reader_close(told->reader);
    stage_finish(&told->stage);
}

static const struct bars *told_bars(const struct told *told)
{
    return told->preamble.market_full ? NULL : &told->stage.bars;
}

static void replay_with(struct told *told, const struct replay_watch *watch)
{
    struct preamble again = {0};
    struct problem problem = {0};
    log_reader_rewind(told->reader);
    cr_assert_eq(preamble_read(told->reader, &again, &problem), ERR_OK);
    preamble_finish(&again);
    cr_assert_eq(replay_watched(told->reader, &told->preamble, &told->stage.config, told_bars(told),
                                watch, &problem),
                 ERR_OK, "%s", problem.text);
}

static void explain_at(struct told *told, uint32_t instrument, int64_t bar_ns,
                       struct explanation *explanation)
{
    explain_init(explanation, told->lookup, NULL, instrument);
    explanation->asked_ns = bar_ns;
    explanation->bar_ns = bar_ns;
    const struct gate_trace gates = {.context = explanation, .take = explain_gates};
    const struct replay_watch watch = {.context = explanation,
                                       .gate_trace = &gates,
                                       .before = explain_before,
                                       .after = explain_after};
    replay_with(told, &watch);
    cr_assert(explanation->seen);
    explain_follow(explanation, told->reader);
}

/* The gates' answers must be those of the record: all passed, or the first refusal is its own. */
static void check_gates(const struct explain_book *book)
{
    uint8_t first = VERDICT_PASS;
    for (uint8_t i = 0; i < GATE_COUNT && first == VERDICT_PASS; i++) {
        if (!book->gates[i].passes) {
            first = (uint8_t)(GATE_FIRST + i);
            cr_assert_eq(book->gates[i].value, book->decision.decision.value);
            cr_assert_eq(book->gates[i].limit, book->decision.decision.limit);
        }
    }
    cr_assert_eq(first, book->decision.decision.verdict);
}

static void check_decision(struct told *told, const struct event *record, bool ordered)
{
    struct explanation explanation;
    explain_at(told, record->instrument, record->ts_ns, &explanation);
    cr_assert_eq(explanation.book_count, 1);
    const struct explain_book *book = &explanation.books[0];
    struct decision_inputs inputs;
    memcpy(&inputs, record + 1, sizeof inputs);
    cr_assert_eq(book->outcome, ordered ? EXPLAIN_ORDERED : EXPLAIN_REFUSED);
    cr_assert_eq(book->said.act, record->flags);
    cr_assert_eq(book->said.reason, record->decision.reason);
    cr_assert_eq(memcmp(&book->decision, record, sizeof *record), 0);
    cr_assert_eq(book->series_count, inputs.count);
    for (uint32_t i = 0; i < book->series_count; i++) {
        cr_assert(book->series[i].full);
        cr_assert_eq(book->series[i].value_e9, lookup_input_e9(told->lookup, 1, i, inputs.bits[i]));
    }
    if (record->flags == ACT_BUY) {
        cr_assert(book->gated);
        check_gates(book);
    }
    cr_assert_eq(book->order_count, ordered ? 1 : 0);
    explain_finish(&explanation);
}

/* Every few decisions of the log, explained. */
static uint64_t check_decisions(struct told *told, uint64_t every)
{
    uint64_t seen = 0;
    struct records records = {0};
    const struct event *record;
    log_reader_rewind(told->reader);
    while ((record = log_reader_next(told->reader)) != NULL) {
        if (record->kind == EVENT_DECISION) {
            records_add(&records, record);
        }
    }
    for (size_t at = 0; at < records.count; at += record_at(&records, at)->slots) {
        if (seen++ % every == 0) {
            record = record_at(&records, at);
            check_decision(told, record, record->decision.order_id != 0);
        }
    }
    records_finish(&records);
    return seen;
}

Test(explain, tells_each_decision_as_it_is_logged)
{
    static const enum market_log markets[] = {MARKET_LOG_REF, MARKET_LOG_FULL};
    for (size_t i = 0; i < 2; i++) {
        struct told told;
        told_init(&told, NULL, COMMON_SETUP(3000, 42, 2), markets[i]);
        cr_assert_gt(check_decisions(&told, 7), 50);
        told_finish(&told);
    }
}

#define TIGHT_CONFIG                                                                               \
    "mode: backtest\ncalendar: always\nsymbols: all\nbar: 1min\ncash: $100,000\n"                  \
    "commission: $1\nstrategies:\n"                                                                \
    "  - name: ma_crossover\n"                                                                     \
    "    parameters: {fast: 2, slow: 3, trigger: cross, warmup_bars: 5}\n"                         \
    "    frame: 1min\n    quantity: 100\n"                                                         \
    "limits:\n"                                                                                    \
    "  max_order_notional: $10,000\n"                                                              \
    "  max_position_notional: 60%\n"                                                               \
    "  max_open_positions: 1 position\n"                                                           \
    "  max_orders_per_session: 20 orders\n"                                                        \
    "  max_daily_loss: 2%\n"                                                                       \
    "  max_exposure: 100%\n  max_orders_per_strategy: 20 orders\n"                                 \
    "  min_time_between_entries: 0s\n  max_portfolio_heat: 100%\n  price_collar: 1%\n"

Test(explain, tells_each_refusal_with_the_numbers_of_its_gate)
{
    struct told told;
    told_init(&told, TIGHT_CONFIG, COMMON_SETUP(1500, 7, 3), MARKET_LOG_REF);
    cr_assert_gt(check_decisions(&told, 5), 50);
    told_finish(&told);
}

/* Each bar of each symbol has one answer, and those asked are the engine's evaluations. */
static void check_summary(struct told *told)
{
    struct explain_summary summary;
    uint64_t asked = 0;
    uint64_t warming = 0;
    explain_summary_init(&summary, told->lookup, NULL, INSTRUMENT_NONE);
    const struct replay_watch watch = {
        .context = &summary, .before = explain_summary_before, .after = explain_summary_after};
    replay_with(told, &watch);
    for (size_t i = 0; i < summary.row_count; i++) {
        bool warms = summary.rows[i].outcome == EXPLAIN_WARMING_UP;
        *(warms ? &warming : &asked) += summary.rows[i].count;
    }
    cr_assert_eq(asked, told->evaluations);
    cr_assert_eq(asked + warming, told->stage.bars.count);
    explain_summary_finish(&summary);
}

Test(explain, counts_every_answer_once)
{
    struct told told;
    told_init(&told, TIGHT_CONFIG, COMMON_SETUP(1500, 7, 3), MARKET_LOG_REF);
    check_summary(&told);
    told_finish(&told);
    told_init(&told, NULL, COMMON_SETUP(1000, 3, 2), MARKET_LOG_FULL);
    check_summary(&told);
    told_finish(&told);
}

Test(explain, finds_the_bar_before_a_moment)
{
    struct told told;
    told_init(&told, NULL, COMMON_SETUP(200, 42, 1), MARKET_LOG_FULL);
    const struct bars *bars = &told.stage.bars;
    const struct event *last = &bars->records[bars->count - 1];
    for (size_t i = 0; i < 2; i++) {
        const struct event *records = i == 0 ? NULL : bars->records;
        struct run_span span = explain_span(told.reader, records, bars->count);
        cr_assert_eq(span.first_ns, bars->records[0].ts_ns);
        cr_assert_eq(span.last_ns, last->ts_ns);
        int64_t tenth_ns = bars->records[9].ts_ns;
        cr_assert_eq(explain_bar_at(told.reader, records, bars->count, 0, tenth_ns), tenth_ns);
        cr_assert_eq(explain_bar_at(told.reader, records, bars->count, 0, tenth_ns + 1), tenth_ns);
        cr_assert_eq(explain_bar_at(told.reader, records, bars->count, 0, tenth_ns - 1),
                     bars->records[8].ts_ns);
        cr_assert_eq(explain_bar_at(told.reader, records, bars->count, 0, 1), 0);
        cr_assert_eq(explain_bar_at(told.reader, records, bars->count, 1, tenth_ns), 0);
    }
    told_finish(&told);
}

/* The streams have a line for each decision, the signals one for each order. */
Test(explain, writes_a_line_for_each_decision)
{
    struct told told;
    told_init(&told, TIGHT_CONFIG, COMMON_SETUP(1500, 7, 3), MARKET_LOG_REF);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct decision_counts decisions = decisions_write(told.reader, told.lookup, out);
    cr_assert_eq(fclose(out), 0);
    uint64_t lines = 0;
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++) {
        lines++;
    }
    free(text);
    struct signal_rows rows = signal_rows_read(told.reader);
    uint64_t ordered = 0;
    for (size_t i = 0; i < rows.count; i++) {
        ordered += rows.rows[i].order_id != 0 ? 1 : 0;
        cr_assert_eq(rows.rows[i].order_id != 0, rows.rows[i].verdict == VERDICT_PASS);
        cr_assert(rows.rows[i].filled_e9 == 0 ||
                  rows.rows[i].filled_e9 == rows.rows[i].qty_e9); /* the exchange fills whole */
    }
    free(rows.rows);
    cr_assert_gt(decisions.ordered, 0);
    cr_assert_gt(decisions.refused, 0);
    cr_assert_eq(lines, decisions.ordered + decisions.refused);
    cr_assert_eq(rows.count, lines);
    cr_assert_eq(ordered, decisions.ordered);
    told_finish(&told);
}

Test(explain, says_how_far_a_fill_went)
{
    static const struct {
        const char *what;
        bool buys;
        int64_t reference, price;
        const char *says;
    } cases[] = {
        {"bought dearer",  true,  100, 101, "100.0 bps worse than" },
        {"bought cheaper", true,  100, 99,  "100.0 bps better than"},
        {"sold dearer",    false, 200, 201, "50.0 bps better than" },
        {"sold cheaper",   false, 103, 102, "97.1 bps worse than"  },
        {"as decided",     true,  100, 100, "at"                   },
        {"no reference",   true,  0,   100, "far from"             },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[SHOWN_SIZE];
        int64_t reference_e9 = cases[i].reference * MONEY_E9;
        int64_t slippage_e9 =
            explain_slippage_e9(cases[i].buys, reference_e9, cases[i].price * MONEY_E9);
        cr_expect_str_eq(explain_slippage(slippage_e9, reference_e9, text), cases[i].says, "%s",
                         cases[i].what);
    }
}

Test(explain, shows_the_clock_of_new_york)
{
    char text[SHOWN_SIZE];
    cr_assert_str_eq(explain_time(INT64_C(1704205860000000000), text), /* 2024-01-02T14:31Z */
                     "2024-01-02 09:31 New York");
    cr_assert_str_eq(explain_time(INT64_C(1719927060000000000), text), /* 2024-07-02T13:31Z */
                     "2024-07-02 09:31 New York");
}
