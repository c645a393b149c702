/* paper_outage_test.c: a paper run over real sockets whose market data fail for a while, against
 * the same run without that: every bar of the exchange is in the log once and in order, the series
 * end as they would have, the next session is decided alike, and the log verifies and folds. */
#include <inttypes.h>

#include "cmd/paper_run_test.h"
#include "driver/fold.h"
#include "driver/replay.h"
#include "log/contents.h"
#include "sys/memory.h"

static const char config_text[] = "mode: paper\n"
                                  "calendar: XNYS\n"
                                  "symbols: [AAPL, QQQ, SPY]\n"
                                  "bar: 1min\n"
                                  "cash: $100,000\n"
                                  "commission: $0\n"
                                  "exchange: {account: margin 2x}\n"
                                  "strategies:\n"
                                  "  - name: quick_test\n"
                                  "    parameters: {threshold: 0.0002, warmup_bars: 5}\n"
                                  "    frame: 1min\n"
                                  "    size: {shares: 5}\n"
                                  "    exits: {stop: 0.3%, target: 0.3%, held_by: engine, "
                                  "time_limit: 20 bars, flat_before_close: 5min}\n"
                                  "  - name: momentum\n"
                                  "    parameters: {lookback: 5, warmup_bars: 10}\n"
                                  "    frame: 5min\n"
                                  "    size: {shares: 3}\n"
                                  "    exits: {stop: 0.5%, held_by: engine, "
                                  "flat_before_close: 5min}\n"
                                  "limits:\n"
                                  "  max_order_notional: 100%\n"
                                  "  max_position_notional: 100%\n"
                                  "  max_exposure: 200%\n"
                                  "  max_open_positions: 10 positions\n"
                                  "  max_orders_per_session: 100000 orders\n"
                                  "  max_orders_per_strategy: 100000 orders\n"
                                  "  min_time_between_entries: 0s\n"
                                  "  max_daily_loss: 100%\n"
                                  "  max_portfolio_heat: 100%\n"
                                  "  price_collar: 500bps\n";

enum { SESSIONS = 2, DECISIONS_MAX = 20000 };

/* In the first session of Tuesday, 2024-01-02; the second one begins here. */
#define NOON       "2024-01-02T17:00:20Z"
#define SECOND_DAY (INT64_C(19725) * NS_PER_DAY)

static void say(void *context, const char *what, const char *text)
{
    (void)context;
    if (getenv("BELLWETHER_LOUD") != NULL) {
        (void)fprintf(stderr, "# %s: %s\n", what, text);
    }
}

/* A whole run; `faults`: of the exchange, NULL: none. */
static struct paper_run *run_with(const char *faults)
{
    struct paper_run *run = xcalloc(1, sizeof *run);
    struct problem problem;
    paper_run_make(run, "outage.yaml", config_text, 9, SESSIONS);
    paper_run_serve(run, false, faults);
    const struct paper_plan outside = {
        .admin_url = run->admin, .stream_symbols = 2, .patience_ns = 10 * NS_PER_MS, .say = say};
    paper_run_meet(run, &outside, &(struct driver_plan){0}, "outage");
    cr_assert_eq(driver_begin(run->driver, &problem), ERR_OK);
    cr_assert_eq(driver_run(run->driver, &problem), ERR_OK, "%s", problem.text);
    cr_assert_eq(log_flush(run->log, &problem), ERR_OK);
    return run;
}

static void finish(struct paper_run *run)
{
    paper_run_finish(run);
    free(run);
}

static struct log_reader *read_log(const struct paper_run *run)
{
    struct log_reader *reader = NULL;
    struct problem problem;
    cr_assert_eq(log_reader_open_in_memory(run->log, &reader, &problem), ERR_OK);
    return reader;
}

/* ---- what the log has to hold ---- */

/* Each instrument's bars are the exchange's, from its first to its last. */
static void expect_all_bars(const struct paper_run *run)
{
    struct log_reader *reader = read_log(run);
    const struct event *record;
    uint64_t next[INSTRUMENTS_MAX] = {0};
    while ((record = log_reader_next(reader)) != NULL) {
        if (record->kind != EVENT_BAR) {
            continue;
        }
        uint64_t *at = &next[record->instrument];
        while (*at < run->bars.count && run->bars.records[*at].instrument != record->instrument) {
            (*at)++;
        }
        cr_assert_lt(*at, run->bars.count, "one too many");
        const struct event *want = &run->bars.records[(*at)++];
        cr_assert_eq(record->ts_ns, want->ts_ns, "%" PRId64 " s off: a hole or a double",
                     (record->ts_ns - want->ts_ns) / NS_PER_S);
        cr_assert_eq(memcmp(&record->bar, &want->bar, sizeof want->bar), 0);
    }
    for (uint32_t i = 0; i < run->bars.instrument_count; i++) {
        for (; next[i] < run->bars.count; next[i]++) {
            const struct event *left = &run->bars.records[next[i]];
            cr_assert_neq(left->instrument, i, "the last ones are missing: %" PRId64 " s",
                          (run->bars.records[run->bars.count - 1].ts_ns - left->ts_ns) / NS_PER_S);
        }
    }
    log_reader_close(reader);
}

struct counted {
    uint64_t late; /* bars behind the slices before them */
    uint64_t prices;
    uint64_t begins, ends;             /* of the condition market-data */
    int64_t shut_ns;                   /* its length */
    uint64_t entries_shut, exits_shut; /* what went out meanwhile */
};

static void count_condition(struct counted *counted, const struct event *record, int64_t *since_ns)
{
    bool begins = record->status.begins == 1;
    counted->begins += begins;
    counted->ends += !begins;
    counted->shut_ns += begins ? 0 : record->ts_ns - *since_ns;
    *since_ns = begins ? record->ts_ns : 0;
}

static struct counted count(const struct paper_run *run)
{
    struct log_reader *reader = read_log(run);
    const struct event *record;
    struct counted counted = {0};
    int64_t since_ns = 0;
    int64_t last_ns = 0;
    while ((record = log_reader_next(reader)) != NULL) {
        counted.late += record->kind == EVENT_BAR && record->ts_ns <= last_ns;
        counted.prices += record->kind == EVENT_LAST_PRICE;
        if (record->kind == EVENT_SLICE_END && record->ts_ns > last_ns) {
            last_ns = record->ts_ns;
        }
        if (record->kind == EVENT_STATUS && record->flags == STATUS_MARKET_DATA) {
            count_condition(&counted, record, &since_ns);
        }
        if (record->kind == EVENT_ORDER && since_ns != 0) {
            bool entry = event_order_role(record) == ORDER_ROLE_ENTRY &&
                         record->order.action == ORDER_ACTION_SUBMIT;
            counted.entries_shut += entry;
            counted.exits_shut += !entry;
        }
    }
    log_reader_close(reader);
    return counted;
}

/* What every reader of a log asks of it, then the fold, then every decision anew. */
static void expect_verifies(const struct paper_run *run)
{
    const struct preamble preamble = {
        .instrument_count = run->bars.instrument_count, .bar_ns = NS_PER_MIN, .market_full = true};
    struct log_reader *reader = read_log(run);
    const struct event *record;
    struct problem problem = {0};
    struct contents contents;
    struct assembly assembly;
    struct gather gather = {0};
    uint64_t number = 0;
    contents_begin(&contents, preamble.instrument_count);
    cr_assert_eq(assembly_init(&assembly, &run->config, preamble.instrument_count, &problem),
                 ERR_OK);
    while ((record = log_reader_next(reader)) != NULL) {
        const char *fault = contents_fault(&contents, record);
        cr_assert_null(fault, "record %" PRIu64 ": %s", number, fault);
        cr_assert_eq(fold_record(&assembly, &gather, record, ++number, &problem), ERR_OK, "%s",
                     problem.text);
    }
    const struct engine *engine = driver_engine(run->driver);
    cr_expect_eq(assembly.engine->decision_hash, engine->decision_hash);
    cr_expect_eq(assembly.engine->equity_e9, engine->equity_e9);
    cr_expect_eq(assembly.engine->counters.bars, engine->counters.bars, "the past counts, too");
    cr_expect_eq(assembly.engine->ts_ns, engine->ts_ns);
    assembly_finish(&assembly);
    log_reader_close(reader);
    struct replay_result result;
    reader = read_log(run);
    cr_expect_eq(replay_run(reader, &preamble, &run->config, NULL, true, &result, &problem), ERR_OK,
                 "%s", problem.text);
    cr_expect_eq(result.decision_hash, engine->decision_hash);
    log_reader_close(reader);
}

/* ---- against the run without an outage ---- */

static void expect_same_series(const struct paper_run *a, const struct paper_run *b)
{
    const struct engine *one = driver_engine(a->driver);
    const struct engine *other = driver_engine(b->driver);
    for (uint32_t i = 0; i < one->book_count * one->instrument_count; i++) {
        const struct strategy_context *x = &one->seats[i].context;
        const struct strategy_context *y = &other->seats[i].context;
        for (uint32_t k = 0; k < one->seats[i].series_count; k++) {
            cr_expect_eq(x->series[k]->now.bits, y->series[k]->now.bits, "seat %" PRIu32, i);
            cr_expect_eq(x->series[k]->row->bars, y->series[k]->row->bars, "seat %" PRIu32, i);
        }
    }
}

/* A decision as the strategy took it: by which book, when, on what, and what became of it. */
struct decided {
    int64_t ts_ns;
    uint32_t instrument;
    uint16_t book;
    uint8_t act, reason, verdict;
    struct decision_inputs inputs;
};

static size_t decisions_of_the_second_day(const struct paper_run *run, struct decided *out)
{
    struct log_reader *reader = read_log(run);
    const struct event *record;
    size_t n = 0;
    while ((record = log_reader_next(reader)) != NULL) {
        if (record->kind != EVENT_DECISION || record->ts_ns < SECOND_DAY) {
            continue;
        }
        cr_assert_lt(n, DECISIONS_MAX);
        memset(&out[n], 0, sizeof out[n]);
        out[n].ts_ns = record->ts_ns;
        out[n].instrument = record->instrument;
        out[n].book = record->decision.book;
        out[n].act = record->flags;
        out[n].reason = record->decision.reason;
        out[n].verdict = record->decision.verdict;
        out[n++].inputs = *(const struct decision_inputs *)(record + 1);
    }
    log_reader_close(reader);
    return n;
}

static void expect_same_decisions(const struct paper_run *a, const struct paper_run *b)
{
    struct decided *one = xcalloc(DECISIONS_MAX, sizeof *one);
    struct decided *other = xcalloc(DECISIONS_MAX, sizeof *other);
    size_t n = decisions_of_the_second_day(a, one);
    cr_assert_eq(n, decisions_of_the_second_day(b, other));
    cr_assert_gt(n, 20);
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(memcmp(&one[i], &other[i], sizeof one[i]), 0, "decision %zu", i);
    }
    free(one);
    free(other);
}

Test(paper_outage, leaves_series_and_decisions_as_they_would_have_been, .timeout = 900)
{
    /* Streams and past alone and together; for long, and over the close. */
    static const char *const cases[] = {
        "{stream: data, what: disconnect, for: 20min, refuse: 406, nth: 1, after: " NOON "}, "
        "{route: 'GET /v2/stocks/*', what: status, code: 503, after: " NOON
        ", until: 2024-01-02T17:20:20Z}",
        "{stream: data, what: disconnect, for: 5min, refuse: 406, nth: 1, after: " NOON "}, "
        "{route: 'GET /v2/stocks/*', what: status, code: 503, after: " NOON
        ", until: 2024-01-02T17:40:20Z}",
        "{route: 'GET /v2/stocks/*', what: status, code: 503, after: " NOON
        ", until: 2024-01-02T17:10:20Z}",
        "{stream: data, what: disconnect, for: 40min, refuse: 406, nth: 1, "
        "after: 2024-01-02T20:40:20Z}, {route: 'GET /v2/stocks/*', what: status, code: 503, "
        "after: 2024-01-02T20:40:20Z, until: 2024-01-02T21:20:20Z}",
    };
    struct paper_run *without = run_with(NULL);
    struct counted none = count(without);
    expect_all_bars(without);
    expect_verifies(without);
    cr_expect_eq(none.late + none.begins + none.prices, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[1024];
        (void)snprintf(text, sizeof text, "seed: 1\nrules: [%s]", cases[i]);
        struct paper_run *with = run_with(text);
        struct counted counted = count(with);
        (void)fprintf(stderr,
                      "# case %zu: %" PRIu64 " bars late, %" PRIu64 " prices, shut for %" PRId64
                      " s, %" PRIu64 " exits meanwhile\n",
                      i, counted.late, counted.prices, counted.shut_ns / NS_PER_S,
                      counted.exits_shut);
        expect_all_bars(with);
        expect_verifies(with);
        cr_expect_geq(counted.late, 5, "case %zu", i);
        cr_expect_eq(counted.begins, 1, "case %zu", i);
        cr_expect_eq(counted.ends, 1, "case %zu", i);
        cr_expect_geq(counted.shut_ns, 4 * NS_PER_MIN, "case %zu", i);
        cr_expect_eq(counted.entries_shut, 0, "case %zu", i);
        cr_expect(i != 1 || counted.prices > 0, "what the stream says is told");
        expect_same_series(with, without);
        expect_same_decisions(with, without);
        finish(with);
    }
    finish(without);
}
