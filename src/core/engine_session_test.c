/* engine_session_test.c: the engine's session is the calendar's trading day: what it counts, and
 * what a day's loss is measured from, over changes of the clocks, half days and holidays. */
#include "core/engine_test.h"

static int64_t at(const char *text)
{
    int64_t ts_ns = 0;
    cr_assert_eq(utc_parse(text, strlen(text), &ts_ns), ERR_OK, "%s", text);
    return ts_ns;
}

static void begin(struct bench *bench, enum calendar_id calendar, bool extended)
{
    struct bench_plan plan = bench_plan_simple(1);
    plan.calendar = calendar;
    plan.extended_hours = extended;
    bench_init(bench, &plan);
}

/* A bar of a minute that ends then. */
static void slice_at(struct bench *bench, const char *end, int64_t price_e9)
{
    bench->ts_ns = at(end) - NS_PER_MIN;
    bench_slice_at(bench, price_e9);
}

struct row {
    const char *what, *end, *open, *close; /* a bar's end, and the session that it is of */
};

static void assert_sessions(const struct row *rows, size_t count, enum calendar_id calendar,
                            bool extended)
{
    struct bench bench;
    begin(&bench, calendar, extended);
    const struct session *session = &bench.decides.engine->session;
    for (size_t i = 0; i < count; i++) {
        slice_at(&bench, rows[i].end, USD(10));
        cr_expect_eq(session->open_ns, at(rows[i].open), "%s", rows[i].what);
        cr_expect_eq(session->close_ns, at(rows[i].close), "%s", rows[i].what);
    }
    bench_finish(&bench);
}

/* New York's clocks went back on Sunday, 2024-11-03, and forward on Sunday, 2025-03-09. */
Test(engine_session, is_the_regular_session_up_to_its_close)
{
    static const struct row rows[] = {
        {"before an open", "2024-11-01T13:00:00Z", "2024-11-01T13:30:00Z", "2024-11-01T20:00:00Z"},
        {"first bar",      "2024-11-01T13:31:00Z", "2024-11-01T13:30:00Z", "2024-11-01T20:00:00Z"},
        {"last bar",       "2024-11-01T20:00:00Z", "2024-11-01T13:30:00Z", "2024-11-01T20:00:00Z"},
        {"in the evening", "2024-11-01T20:01:00Z", "2024-11-04T14:30:00Z", "2024-11-04T21:00:00Z"},
        {"winter, early",  "2024-11-04T14:31:00Z", "2024-11-04T14:30:00Z", "2024-11-04T21:00:00Z"},
        {"winter, late",   "2024-11-04T21:00:00Z", "2024-11-04T14:30:00Z", "2024-11-04T21:00:00Z"},
        {"Thanksgiving",   "2024-11-28T16:00:00Z", "2024-11-29T14:30:00Z", "2024-11-29T18:00:00Z"},
        {"half day",       "2024-11-29T18:00:00Z", "2024-11-29T14:30:00Z", "2024-11-29T18:00:00Z"},
        {"behind it",      "2024-11-29T18:01:00Z", "2024-12-02T14:30:00Z", "2024-12-02T21:00:00Z"},
        {"New Year's Day", "2025-01-01T15:00:00Z", "2025-01-02T14:30:00Z", "2025-01-02T21:00:00Z"},
        {"a mourning day", "2025-01-09T15:00:00Z", "2025-01-10T14:30:00Z", "2025-01-10T21:00:00Z"},
        {"winter's last",  "2025-03-07T21:00:00Z", "2025-03-07T14:30:00Z", "2025-03-07T21:00:00Z"},
        {"summer's first", "2025-03-10T13:31:00Z", "2025-03-10T13:30:00Z", "2025-03-10T20:00:00Z"},
        {"no calendar",    "2060-01-05T15:00:00Z", "2060-01-05T00:00:00Z", "2060-01-06T00:00:00Z"},
    };
    assert_sessions(rows, sizeof rows / sizeof rows[0], CALENDAR_XNYS, false);
}

/* In winter the evening reaches over midnight in UTC. */
Test(engine_session, is_the_whole_day_with_extended_hours)
{
    static const struct row rows[] = {
        {"early",         "2024-11-01T08:01:00Z", "2024-11-01T08:00:00Z", "2024-11-02T00:00:00Z"},
        {"late",          "2024-11-02T00:00:00Z", "2024-11-01T08:00:00Z", "2024-11-02T00:00:00Z"},
        {"Saturday",      "2024-11-02T00:01:00Z", "2024-11-04T09:00:00Z", "2024-11-05T01:00:00Z"},
        {"past midnight", "2024-11-05T00:30:00Z", "2024-11-04T09:00:00Z", "2024-11-05T01:00:00Z"},
        {"its last",      "2024-11-05T01:00:00Z", "2024-11-04T09:00:00Z", "2024-11-05T01:00:00Z"},
        {"next",          "2024-11-05T09:01:00Z", "2024-11-05T09:00:00Z", "2024-11-06T01:00:00Z"},
        {"a half day's",  "2024-11-29T22:00:00Z", "2024-11-29T09:00:00Z", "2024-11-29T22:00:00Z"},
    };
    assert_sessions(rows, sizeof rows / sizeof rows[0], CALENDAR_XNYS, true);
}

Test(engine_session, is_a_utc_day_where_the_market_never_closes)
{
    static const struct row rows[] = {
        {"a Friday", "2024-11-01T20:01:00Z", "2024-11-01T00:00:00Z", "2024-11-02T00:00:00Z"},
        {"its last", "2024-11-02T00:00:00Z", "2024-11-01T00:00:00Z", "2024-11-02T00:00:00Z"},
        {"Saturday", "2024-11-02T00:01:00Z", "2024-11-02T00:00:00Z", "2024-11-03T00:00:00Z"},
    };
    assert_sessions(rows, sizeof rows / sizeof rows[0], CALENDAR_ALWAYS, false);
}

/* What falls after the close is a loss of the next session, measured from the close. */
Test(engine_session, counts_entries_and_losses_from_close_to_close)
{
    struct bench bench;
    begin(&bench, CALENDAR_XNYS, false);
    const struct engine *engine = bench.decides.engine;
    slice_at(&bench, "2024-11-29T17:57:00Z", USD(100));
    bench_wish(0, 0, ACT_BUY);
    slice_at(&bench, "2024-11-29T17:58:00Z", USD(100));
    const struct event *order = bench_answer(&bench, EVENT_ORDER, 0);
    cr_assert_not_null(order);
    bench_fill(&bench, 0, order->order.order_id, SHARES(100), USD(100));
    slice_at(&bench, "2024-11-29T17:59:00Z", USD(103));
    slice_at(&bench, "2024-11-29T18:00:00Z", USD(105)); /* the close of a half day */
    cr_assert_eq(engine->counters.session_entries, 1);
    cr_assert_eq(engine->session_equity_e9, USD(1000000), "as the session before left it");
    slice_at(&bench, "2024-11-29T18:01:00Z", USD(90));
    cr_assert_eq(engine->counters.session_entries, 0);
    cr_assert_eq(engine->session_equity_e9, USD(1000000 + 500 - 1));
    slice_at(&bench, "2024-12-02T14:31:00Z", USD(80));
    cr_assert_eq(engine->session_equity_e9, USD(1000000 + 500 - 1), "still the same session");
    cr_assert_eq(engine->equity_e9, USD(1000000 - 2000 - 1));
    slice_at(&bench, "2024-12-03T14:31:00Z", USD(80));
    cr_assert_eq(engine->session_equity_e9, USD(1000000 - 2000 - 1));
    bench_finish(&bench);
}

/* ---- cash that is moved beside our orders ---- */

static void bench_init_careful(struct bench *bench)
{
    struct bench_plan plan = bench_plan_simple(2);
    plan.cash_e9 = USD(10000);
    plan.limits.daily_loss.value = USD(500);
    bench_init(bench, &plan);
    bench_fill(bench, 0, bench_buy(bench, 0, 0, USD(10)), SHARES(100), USD(10));
}

static uint8_t verdict_at(struct bench *bench, int64_t price_e9)
{
    bench_wish(0, 1, ACT_BUY);
    bench_slice_at(bench, price_e9);
    return bench_answer(bench, EVENT_DECISION, 0)->decision.verdict;
}

Test(engine_session, a_withdrawal_is_no_loss)
{
    struct bench bench;
    bench_init_careful(&bench);
    bench_cash(&bench, INSTRUMENT_NONE, CASH_RECONCILED, -USD(3000), 0);
    const struct engine *engine = bench.decides.engine;
    cr_expect_eq(engine->equity_e9 - engine->session_equity_e9, 0, "nor does it look like one");
    cr_expect_eq(verdict_at(&bench, USD(10)), VERDICT_PASS);
    cr_expect_eq(engine->session_equity_e9, USD(7000));
    cr_expect_eq(engine->max_drawdown_e9, USD(1), "the commission");
    bench_finish(&bench);
}

Test(engine_session, a_payment_hides_no_loss)
{
    struct bench bench;
    bench_init_careful(&bench);
    bench_cash(&bench, INSTRUMENT_NONE, CASH_RECONCILED, USD(3000), 0);
    cr_expect_eq(verdict_at(&bench, USD(5)), VERDICT_DAILY_LOSS);
    cr_expect_eq(bench_answer(&bench, EVENT_DECISION, 0)->decision.value, USD(501));
    cr_expect_eq(bench.decides.engine->max_drawdown_e9, USD(501));
    bench_finish(&bench);
}

/* Moved over night: after the last slice of one session, before the first of the next. */
Test(engine_session, a_transfer_between_sessions_is_of_the_next_ones_beginning)
{
    struct bench bench;
    bench_init_careful(&bench);
    bench_slice_at(&bench, USD(10));
    bench_cash(&bench, INSTRUMENT_NONE, CASH_RECONCILED, -USD(3000), 0);
    bench.ts_ns += NS_PER_DAY;
    cr_expect_eq(verdict_at(&bench, USD(10)), VERDICT_PASS);
    cr_expect_eq(bench.decides.engine->session_equity_e9, USD(7000 - 1));
    bench_finish(&bench);
}

/* Dividends, interest and their like are the account's own result. */
Test(engine_session, a_dividend_is_a_gain)
{
    struct bench bench;
    bench_init_careful(&bench);
    bench_cash(&bench, 0, CASH_DIVIDEND, USD(25), 0);
    cr_expect_eq(bench.decides.engine->session_equity_e9, USD(10000));
    bench_finish(&bench);
}
