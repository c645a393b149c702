/* portfolio_history_test.c: an account's equity in steps, on a market whose prices can be computed.
 */
#include "exchange_http/history_steps.h"
#include "exchange_http/served_test.h"

/* Friday at the open, 100 AAPL at 200.00 or the next bar's open; then until the given moment. */
static struct served serve_until(int64_t now_ns)
{
    struct served served = served_at(made_open_ns(0));
    const struct order_ticket ticket = {
        .type = ORDER_TYPE_MARKET, .time_in_force = TIME_IN_FORCE_DAY, .qty_e9 = 100 * MONEY_E9};
    struct served_order sent;
    struct refusal refusal = {0};
    cr_assert(account_submit(served.account, &ticket, served.venue->now_ns, &sent, &refusal), "%s",
              refusal.message);
    venue_advance(served.venue, now_ns);
    return served;
}

static uint32_t length_of(const struct served *served, const char *key)
{
    return node_member(tree_root(&served->answer), key)->length;
}

/* The element of an array, in billionths; negative: from the end. */
static int64_t element(const struct served *served, const char *key, int index)
{
    const struct node *array = node_member(tree_root(&served->answer), key);
    const struct node *at = node_first(array);
    for (int i = index < 0 ? index + (int)array->length : index; i > 0; i--) {
        at = node_next(array, at);
    }
    int64_t value_e9 = INT64_MIN;
    cr_assert_eq(node_e9(at, &value_e9), ERR_OK, "%s", key);
    return value_e9;
}

static void expect_equal_lengths(const struct served *served)
{
    uint32_t length = length_of(served, "timestamp");
    cr_expect_eq(length_of(served, "equity"), length);
    cr_expect_eq(length_of(served, "profit_loss"), length);
    cr_expect_eq(length_of(served, "profit_loss_pct"), length);
}

static int64_t seconds(int64_t ts_ns)
{
    return ts_ns / NS_PER_S * MONEY_E9;
}

/* The close of a day's AAPL is 203.90 plus the day: 200 + day + 389 cents, and one. */
static int64_t close_equity_e9(const struct served *served, int day)
{
    int64_t paid_e9 = served->account->activities[0].price_e9;
    return 100000 * MONEY_E9 + 100 * ((200 + day) * MONEY_E9 + 390 * CENT_E9 - paid_e9);
}

Test(portfolio_history, of_a_day_has_its_close_as_well)
{
    struct served served = serve_until(made_open_ns(1) + 7 * NS_PER_HOUR); /* Monday, 16:30 */
    (void)ask(&served, "GET /v2/account/portfolio/history?period=1D&timeframe=15Min");
    cr_assert_eq(served.status, 200, "%s", served.json.text);
    expect_equal_lengths(&served);
    cr_expect_eq(length_of(&served, "timestamp"), 27); /* as the vendor's example: 09:30 to 16:00 */
    cr_expect_eq(element(&served, "timestamp", 0), seconds(made_open_ns(1)));
    cr_expect_eq(element(&served, "timestamp", 1) - element(&served, "timestamp", 0),
                 900 * MONEY_E9);
    cr_expect_eq(element(&served, "timestamp", -1),
                 seconds(made_open_ns(1) + MADE_MINUTES * NS_PER_MIN));
    cr_expect_eq(element(&served, "equity", -1), close_equity_e9(&served, 1));
    cr_expect_eq(element(&served, "profit_loss", -1),
                 close_equity_e9(&served, 1) - close_equity_e9(&served, 0));
    int64_t base_e9 = 0;
    cr_assert_eq(node_e9(node_member(tree_root(&served.answer), "base_value"), &base_e9), ERR_OK);
    cr_expect_eq(base_e9, close_equity_e9(&served, 0));
    cr_expect(node_is(node_member(tree_root(&served.answer), "base_value_asof"), "2026-03-13"));
    cr_expect(node_is(node_member(tree_root(&served.answer), "timeframe"), "15Min"));
    /* 09:30 to 09:45: the bar from 09:44 closes at 201.15 */
    cr_expect_eq(element(&served, "equity", 0),
                 close_equity_e9(&served, 1) - 100 * (390 - 15) * CENT_E9);
    served_finish(&served);
}

Test(portfolio_history, in_days_is_added_at_eight_in_the_evening)
{
    int64_t evening_ns = made_open_ns(1) + 10 * NS_PER_HOUR + 30 * NS_PER_MIN;
    struct served served = serve_until(evening_ns - NS_PER_S);
    (void)ask(&served, "GET /v2/account/portfolio/history?timeframe=1D&period=3D");
    cr_expect_eq(length_of(&served, "timestamp"), 1); /* Friday; the weekend has none */
    venue_advance(served.venue, evening_ns);
    (void)ask(&served, "GET /v2/account/portfolio/history");
    expect_equal_lengths(&served);
    cr_expect_eq(length_of(&served, "timestamp"), 2);
    cr_expect(node_is(node_member(tree_root(&served.answer), "timeframe"), "1D"));
    cr_expect_eq(element(&served, "timestamp", 1), seconds(evening_ns));
    cr_expect_eq(element(&served, "equity", 1), close_equity_e9(&served, 1));
    cr_expect_eq(element(&served, "profit_loss", 0), /* since the account was opened */
                 close_equity_e9(&served, 0) - served.account->plan.cash_e9);
    int64_t gain_e9 = close_equity_e9(&served, 1) - close_equity_e9(&served, 0);
    cr_expect_eq(element(&served, "profit_loss", 1), gain_e9);
    cr_expect_eq(gain_e9, 100 * MONEY_E9);
    int64_t millionths = 0;
    cr_assert_eq(
        money_mul_div(gain_e9, 1000000, close_equity_e9(&served, 0), ROUND_EVEN, &millionths),
        ERR_OK);
    cr_expect_eq(element(&served, "profit_loss_pct", 1), millionths * 1000);
    cr_expect(millionths > 990 && millionths < 1010); /* 100 of about 100,000 */
    cr_expect_null(node_member(tree_root(&served.answer), "base_value_asof"));
    served_finish(&served);
}

Test(portfolio_history, without_resets_is_told_from_the_base)
{
    struct served served = serve_until(made_open_ns(2) + 7 * NS_PER_HOUR);
    (void)ask(&served, "GET /v2/account/portfolio/history?period=2D&timeframe=1H");
    cr_expect_eq(length_of(&served, "timestamp"), 14); /* 09:30, 10:30, ... 15:30: twice */
    cr_expect_eq(element(&served, "profit_loss", -1), 100 * MONEY_E9);
    (void)ask(&served,
              "GET /v2/account/portfolio/history?period=2D&timeframe=1H&pnl_reset=no_reset");
    cr_expect_eq(element(&served, "profit_loss", -1), 200 * MONEY_E9);
    served_finish(&served);
}

Test(portfolio_history, goes_as_far_as_now)
{
    struct served served = serve_until(made_open_ns(1) + 30 * NS_PER_MIN);
    (void)ask(&served, "GET /v2/account/portfolio/history?period=1D");
    cr_expect(node_is(node_member(tree_root(&served.answer), "timeframe"), "1Min"));
    cr_expect_eq(element(&served, "timestamp", -1), seconds(served.venue->now_ns));
    cr_expect_eq(length_of(&served, "timestamp"), 31);
    (void)ask(&served, "GET /v2/account/portfolio/history?period=1D&intraday_reporting="
                       "continuous&timeframe=1H");
    cr_expect_eq(length_of(&served, "timestamp"), 11); /* 00:00 to 10:00 */
    cr_expect_eq(element(&served, "timestamp", 0),
                 seconds(made_open_ns(1) - 9 * NS_PER_HOUR - 30 * NS_PER_MIN));
    (void)ask(&served, "GET /v2/account/portfolio/history?period=1D&extended_hours=true"
                       "&timeframe=1H");
    cr_expect_eq(length_of(&served, "timestamp"), 7); /* 04:00 to 10:00 */
    served_finish(&served);
}

/* Opened on Friday evening: its last session is one that it has not seen. */
Test(portfolio_history, of_a_fresh_account_is_worth_nothing_before_it)
{
    int64_t evening_ns = made_open_ns(0) + 9 * NS_PER_HOUR;
    struct served served = served_at(evening_ns);
    (void)ask(&served, "GET /v2/account/portfolio/history?period=1D&timeframe=15Min");
    cr_assert_eq(served.status, 200, "%s", served.json.text);
    expect_equal_lengths(&served);
    cr_expect_eq(length_of(&served, "timestamp"), 27);
    cr_expect_eq(element(&served, "timestamp", 0), seconds(made_open_ns(0)));
    for (int i = 0; i < 27; i++) {
        cr_expect_eq(element(&served, "equity", i), 0);
        cr_expect_eq(element(&served, "profit_loss", i), 0);
        cr_expect_eq(element(&served, "profit_loss_pct", i), 0);
    }
    const struct node *root = tree_root(&served.answer);
    int64_t base_e9 = -1;
    cr_assert_eq(node_e9(node_member(root, "base_value"), &base_e9), ERR_OK);
    cr_expect_eq(base_e9, 0);
    cr_expect_null(node_member(root, "base_value_asof"));
    (void)ask(&served, "GET /v2/account/portfolio/history?period=1D&timeframe=1D");
    cr_expect_eq(length_of(&served, "timestamp"), 1); /* Thursday */
    cr_expect_eq(element(&served, "equity", 0), 0);
    venue_advance(served.venue, made_open_ns(1) + NS_PER_MIN);
    (void)ask(&served, "GET /v2/account/portfolio/history?period=4D&timeframe=15Min");
    cr_expect_eq(length_of(&served, "timestamp"), 1); /* the past begins with the account */
    cr_expect_eq(element(&served, "equity", 0), 100000 * MONEY_E9);
    served_finish(&served);
}

Test(portfolio_history, between_moments)
{
    struct served served = serve_until(made_open_ns(2) + 7 * NS_PER_HOUR);
    /* a start behind the close is the next session's; one within it is its beginning */
    (void)ask(&served, "GET /v2/account/portfolio/history?timeframe=1H&start="
                       "2026-03-13T23:59:59-04:00&end=2026-03-16T11:00:00-04:00");
    cr_expect_eq(element(&served, "timestamp", 0), seconds(made_open_ns(1)));
    cr_expect_eq(length_of(&served, "timestamp"), 2);
    (void)ask(&served, "GET /v2/account/portfolio/history?timeframe=1H&start="
                       "2026-03-16T12:00:00-04:00&period=1D");
    cr_expect_eq(element(&served, "timestamp", 0), seconds(made_open_ns(1)));
    cr_expect_eq(length_of(&served, "timestamp"), 7);
    (void)ask(&served, "GET /v2/account/portfolio/history?timeframe=1H&date_end=2026-03-16"
                       "&period=1D");
    cr_expect_eq(element(&served, "timestamp", 0), seconds(made_open_ns(1)));
    cr_expect_eq(length_of(&served, "timestamp"), 7);
    (void)ask(&served, "GET /v2/account/portfolio/history?start=2027-01-01T00:00:00Z&period=1W");
    cr_expect_eq(served.status, 200);
    cr_expect_eq(length_of(&served, "timestamp"), 0);
    served_finish(&served);
}

Test(portfolio_history, tells_cash_by_type)
{
    struct served served = serve_until(made_open_ns(2) + 7 * NS_PER_HOUR);
    (void)ask(&served, "GET /v2/account/portfolio/history?period=2D&timeframe=1H"
                       "&cashflow_types=ALL");
    cr_expect_eq(length_of(&served, "cashflow"), 0); /* nothing moved */
    (void)ask(&served, "GET /v2/account/portfolio/history?period=2D&timeframe=1H"
                       "&cashflow_types=CSD,DIV");
    const struct node *flow = node_member(tree_root(&served.answer), "cashflow");
    cr_expect_eq(flow->length, 2);
    cr_expect_eq(node_member(flow, "DIV")->length, length_of(&served, "timestamp"));
    (void)ask(&served, "GET /v2/account/portfolio/history?cashflow_types=NONE");
    cr_expect_null(node_member(tree_root(&served.answer), "cashflow"));
    served_finish(&served);
}

Test(portfolio_history, refuses_what_it_cannot_read)
{
    static const struct {
        const char *query;
        int status;
    } cases[] = {
        {"period=1Y",                                    422},
        {"period=0D",                                    422},
        {"period=D",                                     422},
        {"period=99999999999999999999D",                 422},
        {"period=1D1",                                   422},
        {"timeframe=2Min",                               422},
        {"period=2M&timeframe=15Min",                    422},
        {"start=2026-01-01&end=2026-02-15&timeframe=1H", 422},
        {"start=2026-01-01&end=2026-01-15&period=1D",    422},
        {"start=2026-01-16&end=2026-01-15",              422},
        {"start=today",                                  400},
        {"intraday_reporting=always",                    422},
        {"pnl_reset=never",                              422},
        {"extended_hours=perhaps",                       400},
        {"cashflow_types=CASH",                          422},
        {"period=1M&timeframe=15min",                    200},
        {"period=1A",                                    200},
        {"period=36500D&timeframe=1D",                   200},
        {"start=1700-01-02&end=2200-01-02",              200},
        {"start=2200-01-02&period=100A",                 200},
    };
    struct served served = serve_until(made_open_ns(0) + NS_PER_HOUR);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char request[160];
        (void)snprintf(request, sizeof request, "GET /v2/account/portfolio/history?%s",
                       cases[i].query);
        (void)ask(&served, request);
        cr_expect_eq(served.status, cases[i].status, "%s: %d %s", cases[i].query, served.status,
                     served.json.text);
    }
    served_finish(&served);
}
