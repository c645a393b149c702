/* serve_account_test.c: positions, the account and its settings as a client of the API sees them.
 */
#include "data/data_test.h"
#include "exchange_http/served_test.h"
#include "exchange_http/shapes.h"

static struct served *start(void)
{
    struct served *served = xcalloc(1, sizeof *served);
    served_init(served);
    return served;
}

static void finish(struct served *served)
{
    served_finish(served);
    free(served);
}

static int request(struct served *served, const char *method, const char *target)
{
    return served_ask(served, method, target, NULL);
}

#define BUY_10  "{'symbol':'AAPL','side':'buy','type':'market','qty':10,'time_in_force':'day'}"
#define SHORT_5 "{'symbol':'SPY','side':'sell','type':'market','qty':5,'time_in_force':'day'}"

/* ---- positions ---- */

Test(serve_account, a_position_is_measured_against_its_cost_and_the_day_before)
{
    struct served *served = start();
    served_quote(served, AAPL, served_time(9, 31, 0), 214.30, 214.32, 500);
    served_start(served);
    (void)served_post(served, BUY_10);
    (void)served_post(served,
                      "{'symbol':'AAPL','side':'sell','type':'limit','limit_price':300,'qty':3,"
                      "'time_in_force':'day'}");
    cr_assert(venue_step(served->venue));
    cr_assert_eq(request(served, "GET", "/v2/positions/AAPL"), 200);
    ASSERT_ANSWER(served, "qty", "10");
    ASSERT_ANSWER(served, "qty_available", "7");
    ASSERT_ANSWER(served, "side", "long");
    ASSERT_ANSWER(served, "avg_entry_price", "212");
    ASSERT_ANSWER(served, "cost_basis", "2120");
    ASSERT_ANSWER(served, "current_price", "214.3");
    ASSERT_ANSWER(served, "market_value", "2143");
    ASSERT_ANSWER(served, "unrealized_pl", "23");
    ASSERT_ANSWER(served, "unrealized_plpc", "0.0108490566037736"); /* 23 / 2120 */
    ASSERT_ANSWER(served, "unrealized_intraday_pl", "23");
    ASSERT_ANSWER(served, "lastday_price", "210");
    ASSERT_ANSWER(served, "change_today", "0.0204761904761905"); /* 4.3 / 210 */
    ASSERT_ANSWER(served, "exchange", "NASDAQ");
    ASSERT_ANSWER(served, "asset_marginable", "true");
    finish(served);
}

Test(serve_account, what_was_held_overnight_begins_the_day_at_the_last_close)
{
    struct served *served = start();
    served_bar(served, AAPL, served_time(16, 0, 0), 213);
    served_quote(served, AAPL, served_time(9, 31, 0) + NS_PER_DAY, 215.00, 215.02, 500);
    served_start(served);
    (void)served_post(served, BUY_10); /* at 212.00 */
    venue_advance(served->venue, served_time(9, 31, 0) + NS_PER_DAY);
    (void)served_post(served, BUY_10); /* at 215.02 */
    cr_assert_eq(request(served, "GET", "/v2/positions/AAPL"), 200);
    ASSERT_ANSWER(served, "lastday_price", "213");
    ASSERT_ANSWER(served, "unrealized_pl", "29.8");          /* 20 x 215 - 2120 - 2150.2 */
    ASSERT_ANSWER(served, "unrealized_intraday_pl", "19.8"); /* 20 x 215 - 2130 - 2150.2 */
    (void)served_post(served, "{'symbol':'AAPL','side':'sell','type':'market','qty':15,"
                              "'time_in_force':'day'}");
    cr_assert_eq(request(served, "GET", "/v2/positions/AAPL"), 200);
    ASSERT_ANSWER(served, "qty", "5");
    ASSERT_ANSWER(served, "unrealized_intraday_pl", "-0.1"); /* the first ten left first */
    finish(served);
}

Test(serve_account, a_short_position_is_negative)
{
    struct served *served = start();
    served_start(served);
    (void)served_post(served, SHORT_5);
    ASSERT_ANSWER(served, "position_intent", "sell_to_open");
    cr_assert_eq(request(served, "GET", "/v2/positions"), 200);
    ASSERT_ANSWER(served, "0.symbol", "SPY");
    ASSERT_ANSWER(served, "0.side", "short");
    ASSERT_ANSWER(served, "0.qty", "-5");
    ASSERT_ANSWER(served, "0.qty_available", "-5");
    ASSERT_ANSWER(served, "0.avg_entry_price", "500");
    ASSERT_ANSWER(served, "0.cost_basis", "-2500");
    ASSERT_ANSWER(served, "0.market_value", "-2500.1"); /* at the ask */
    ASSERT_ANSWER(served, "0.unrealized_pl", "-0.1");
    ASSERT_ANSWER(served, "0.unrealized_plpc", "-0.00004");
    ASSERT_ANSWER(served, "1", "(none)");
    finish(served);
}

Test(serve_account, positions_are_closed_in_parts_and_as_a_whole)
{
    struct served *served = start();
    served_start(served);
    (void)served_post(served, BUY_10);
    cr_assert_eq(request(served, "DELETE", "/v2/positions/AAPL?percentage=25.5"), 200);
    ASSERT_ANSWER(served, "qty", "2"); /* whole shares stay whole */
    ASSERT_ANSWER(served, "side", "sell");
    ASSERT_ANSWER(served, "type", "market");
    ASSERT_ANSWER(served, "position_intent", "sell_to_close");
    cr_assert_eq(request(served, "DELETE", "/v2/positions/AAPL?qty=3"), 200);
    ASSERT_ANSWER(served, "qty", "3");
    cr_assert_eq(request(served, "DELETE", "/v2/positions/AAPL"), 200);
    ASSERT_ANSWER(served, "qty", "5");
    cr_assert_eq(request(served, "DELETE", "/v2/positions/AAPL"), 404);
    ASSERT_ANSWER(served, "message", "position does not exist");
    (void)served_post(served, "{'symbol':'AAPL','side':'buy','type':'market','qty':1.5,"
                              "'time_in_force':'day'}");
    cr_assert_eq(request(served, "DELETE", "/v2/positions/AAPL?percentage=50"), 200);
    ASSERT_ANSWER(served, "qty", "0.75");
    finish(served);
}

Test(serve_account, closings_that_cannot_be)
{
    static const struct {
        const char *target;
        int status;
        const char *message;
    } cases[] = {
        {"/v2/positions/XYZ",                      404, "symbol not found: XYZ"  },
        {"/v2/positions/SPY",                      404, "position does not exist"},
        {"/v2/positions/AAPL?qty=0",               422, "qty must be > 0"        },
        {"/v2/positions/AAPL?qty=x",               422, "invalid qty"            },
        {"/v2/positions/AAPL?percentage=101",      422, "invalid percentage"     },
        {"/v2/positions/AAPL?percentage=1",        422, "qty must be > 0"        },
        {"/v2/positions/AAPL?qty=1&percentage=50", 422,
         "only one of qty or percentage is accepted"                             },
        {"/v2/positions/AAPL?qty=11",              403,
         "insufficient qty available for order (requested: 11, available: 10)"   },
    };
    struct served *served = start();
    served_start(served);
    (void)served_post(served, BUY_10);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(request(served, "DELETE", cases[i].target), cases[i].status, "%s",
                     cases[i].target);
        cr_expect_str_eq(served_text(served, "message"), cases[i].message, "%s", cases[i].target);
    }
    cr_assert_eq(request(served, "POST", "/v2/positions/AAPL/exercise"), 404);
    cr_assert_eq(request(served, "POST", "/v2/positions/AAPL/do-not-exercise"), 404);
    ASSERT_ANSWER(served, "message", "long position not found: AAPL");
    finish(served);
}

Test(serve_account, all_are_closed_and_what_stands_against_it_is_told)
{
    struct served *served = start();
    served_start(served);
    (void)served_post(served, BUY_10);
    (void)served_post(served, SHORT_5);
    const char *id = served_post(served, "{'symbol':'AAPL','side':'sell','type':'limit',"
                                         "'limit_price':300,'qty':3,'time_in_force':'day'}");
    cr_assert_eq(request(served, "DELETE", "/v2/positions"), 207);
    ASSERT_ANSWER(served, "0.symbol", "AAPL");
    ASSERT_ANSWER(served, "0.status", "403");
    ASSERT_ANSWER(served, "0.body.code", "40310000");
    ASSERT_ANSWER(served, "0.body.existing_qty", "10");
    ASSERT_ANSWER(served, "0.body.held_for_orders", "3");
    ASSERT_ANSWER(served, "0.body.available", "7");
    ASSERT_ANSWER(served, "0.body.related_orders.0", id);
    ASSERT_ANSWER(served, "1.symbol", "SPY");
    ASSERT_ANSWER(served, "1.status", "200");
    ASSERT_ANSWER(served, "1.body.side", "buy");
    cr_assert_eq(request(served, "DELETE", "/v2/positions?cancel_orders=True"), 207);
    ASSERT_ANSWER(served, "0.status", "200");
    ASSERT_ANSWER(served, "0.body.qty", "10");
    cr_assert_eq(request(served, "GET", "/v2/positions"), 200);
    cr_assert_str_eq(served->json.text, "[]");
    finish(served);
}

Test(serve_account, refusals_carry_what_a_client_needs)
{
    struct served *served = start();
    served_start(served);
    cr_assert_eq(
        served_ask(served, "POST", "/v2/orders",
                   "{\"symbol\":\"AAPL\",\"side\":\"buy\",\"type\":\"market\",\"qty\":1000,"
                   "\"time_in_force\":\"day\"}"),
        403);
    ASSERT_ANSWER(served, "buying_power", "200000");
    ASSERT_ANSWER(served, "cost_basis", "212000");
    (void)served_post(served, BUY_10);
    const char *id = served_post(served, "{'symbol':'AAPL','side':'sell','type':'stop',"
                                         "'stop_price':200,'qty':3,'time_in_force':'day'}");
    cr_assert_eq(served_ask(served, "POST", "/v2/orders",
                            "{\"symbol\":\"AAPL\",\"side\":\"buy\",\"type\":\"market\",\"qty\":1,"
                            "\"time_in_force\":\"day\"}"),
                 403);
    ASSERT_ANSWER(served, "existing_order_id", id);
    ASSERT_ANSWER(served, "reject_reason", "opposite side market/stop order exists");
    cr_assert_eq(
        served_ask(served, "POST", "/v2/orders",
                   "{\"symbol\":\"SPY\",\"side\":\"buy\",\"type\":\"limit\",\"qty\":1,"
                   "\"limit_price\":490,\"time_in_force\":\"day\",\"order_class\":\"bracket\","
                   "\"take_profit\":{\"limit_price\":480},\"stop_loss\":{\"stop_price\":470}}"),
        422);
    ASSERT_ANSWER(served, "base_price", "490");
    finish(served);
}

/* ---- the account ---- */

Test(serve_account, the_formulas_are_the_vendors)
{
    struct served *served = start();
    served_start(served);
    (void)served_post(served, BUY_10);
    cr_assert_eq(request(served, "GET", "/v2/account"), 200);
    ASSERT_ANSWER(served, "cash", "97880");
    ASSERT_ANSWER(served, "long_market_value", "2119.8");
    ASSERT_ANSWER(served, "equity", "99999.8");
    ASSERT_ANSWER(served, "portfolio_value", "99999.8");
    ASSERT_ANSWER(served, "initial_margin", "1059.9");
    ASSERT_ANSWER(served, "maintenance_margin", "635.94");
    ASSERT_ANSWER(served, "buying_power", "197879.8"); /* 2 x (equity - initial margin) */
    ASSERT_ANSWER(served, "regt_buying_power", "197879.8");
    ASSERT_ANSWER(served, "options_buying_power", "98939.9");
    ASSERT_ANSWER(served, "non_marginable_buying_power", "97880");
    ASSERT_ANSWER(served, "multiplier", "2");
    ASSERT_ANSWER(served, "last_equity", "100000");
    ASSERT_ANSWER(served, "balance_asof", "2026-03-13");
    ASSERT_ANSWER(served, "daytrade_count", "0");
    ASSERT_ANSWER(served, "shorting_enabled", "true");
    (void)served_post(served, "{'symbol':'SPY','side':'buy','type':'limit','limit_price':400,"
                              "'qty':10,'time_in_force':'day'}");
    cr_assert_eq(request(served, "GET", "/v2/account"), 200);
    ASSERT_ANSWER(served, "buying_power", "193879.8"); /* what the order holds is gone */
    ASSERT_ANSWER(served, "non_marginable_buying_power", "93880");
    finish(served);
}

/* The vendor's own example; here its positions are one share of 126,960.76. */
Test(serve_account, the_vendors_example)
{
    struct served *served = start();
    served->plan.exchange.account.multiplier = 4;
    served->plan.exchange.cash_e9 = E9(103820.56);
    served_quote(served, SPY, served_time(9, 31, 0), 126960.76, 126960.76, 1);
    served_start(served);
    cr_assert(venue_step(served->venue));
    (void)served_post(served, "{'symbol':'SPY','side':'buy','type':'market','qty':1,"
                              "'time_in_force':'day'}");
    served->account->last_equity_e9 = E9(103529.24);
    served->account->last_maintenance_e9 = E9(38000.83) + 2 * MONEY_E9 / 1000;
    cr_assert_eq(request(served, "GET", "/v2/account"), 200);
    ASSERT_ANSWER(served, "cash", "-23140.2");
    ASSERT_ANSWER(served, "equity", "103820.56");
    ASSERT_ANSWER(served, "long_market_value", "126960.76");
    ASSERT_ANSWER(served, "initial_margin", "63480.38");
    ASSERT_ANSWER(served, "maintenance_margin", "38088.228");
    ASSERT_ANSWER(served, "regt_buying_power", "80680.36");
    ASSERT_ANSWER(served, "buying_power", "262113.632");
    ASSERT_ANSWER(served, "daytrading_buying_power", "262113.632");
    ASSERT_ANSWER(served, "multiplier", "4");
    finish(served);
}

Test(serve_account, settings_are_changed_in_part)
{
    struct served *served = start();
    served_start(served);
    cr_assert_eq(served_ask(served, "PATCH", "/v2/account/configurations",
                            "{\"no_shorting\":true,\"max_margin_multiplier\":\"1\","
                            "\"trade_confirm_email\":\"none\",\"dtbp_check\":\"exit\","
                            "\"max_options_trading_level\":2,\"unknown\":7}"),
                 200);
    ASSERT_ANSWER(served, "no_shorting", "true");
    ASSERT_ANSWER(served, "fractional_trading", "true");
    cr_assert_eq(request(served, "GET", "/v2/account/configurations"), 200);
    ASSERT_ANSWER(served, "max_margin_multiplier", "1");
    ASSERT_ANSWER(served, "trade_confirm_email", "none");
    ASSERT_ANSWER(served, "dtbp_check", "exit");
    ASSERT_ANSWER(served, "pdt_check", "both");
    ASSERT_ANSWER(served, "max_options_trading_level", "2");
    cr_assert_eq(request(served, "GET", "/v2/account"), 200);
    ASSERT_ANSWER(served, "multiplier", "1");
    ASSERT_ANSWER(served, "buying_power", "100000");
    ASSERT_ANSWER(served, "shorting_enabled", "false");
    cr_assert_eq(served_ask(served, "PATCH", "/v2/account/configurations",
                            "{\"max_options_trading_level\":null}"),
                 200);
    ASSERT_ANSWER(served, "max_options_trading_level", "null");
    finish(served);
}

Test(serve_account, settings_that_cannot_be_change_nothing)
{
    static const struct {
        const char *body;
        int status;
        const char *message;
    } cases[] = {
        {"{\"suspend_trade\":true,\"max_margin_multiplier\":\"3\"}",  422,
         "invalid max_margin_multiplier"                                                                   },
        {"{\"suspend_trade\":true,\"trade_confirm_email\":\"some\"}", 422,
         "invalid trade_confirm_email"                                                                     },
        {"{\"suspend_trade\":true,\"pdt_check\":\"never\"}",          422, "invalid pdt_check"             },
        {"{\"suspend_trade\":true,\"max_options_trading_level\":4}",  422,
         "invalid max_options_trading_level"                                                               },
        {"{\"suspend_trade\":\"yes\"}",                               400, "request body format is invalid"},
        {"7",                                                         400, "request body format is invalid"},
    };
    struct served *served = start();
    served_start(served);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(served_ask(served, "PATCH", "/v2/account/configurations", cases[i].body),
                     cases[i].status, "%s", cases[i].body);
        cr_expect_str_eq(served_text(served, "message"), cases[i].message, "%s", cases[i].body);
        cr_expect(!served->account->settings.suspend_trade);
    }
    finish(served);
}

/* ---- trade updates ---- */

static void keep_last(void *context, struct account *account, const struct served_order *order,
                      enum order_event event, int64_t ts_ns, const struct activity *activity)
{
    struct served *served = context;
    json_reset(&served->json);
    shape_trade_update(&served->json, account, order, event, ts_ns, activity);
}

Test(serve_account, a_trade_update_carries_the_order_after_it)
{
    struct served *served = start();
    served_start(served);
    (void)served_post(served, BUY_10);
    served->venue->order_watcher.on_event = keep_last;
    const struct order_ticket ticket = {.instrument = AAPL,
                                        .sells = true,
                                        .type = ORDER_TYPE_MARKET,
                                        .time_in_force = TIME_IN_FORCE_DAY,
                                        .qty_e9 = 4 * MONEY_E9};
    struct served_order sent;
    struct refusal refusal = {0};
    cr_assert(account_submit(served->account, &ticket, served->venue->now_ns, &sent, &refusal));
    cr_assert_eq(json_parse(&served->answer, served->json.text, served->json.length), ERR_OK);
    ASSERT_ANSWER(served, "event", "fill");
    ASSERT_ANSWER(served, "price", "211.98");
    ASSERT_ANSWER(served, "qty", "4");
    ASSERT_ANSWER(served, "position_qty", "6");
    ASSERT_ANSWER(served, "timestamp", "2026-03-16T13:30:02Z");
    ASSERT_ANSWER(served, "order.status", "filled");
    ASSERT_ANSWER(served, "order.filled_qty", "4");
    cr_assert_eq(strlen(served_text(served, "execution_id")), UUID_TEXT_SIZE - 1);
    finish(served);
}

/* ---- what real answers have ---- */

/* Every key of a recorded object is in ours; `but` names one that Alpaca's other API has. */
static void expect_keys(const struct node *recorded, const struct node *ours, const char *what,
                        const char *but)
{
    for (const struct node *key = node_first_key(recorded); key != NULL;
         key = node_next_key(recorded, key)) {
        cr_expect(strcmp(key->as.text, but) == 0 || node_member(ours, key->as.text) != NULL,
                  "%s: %s", what, key->as.text);
    }
}

Test(serve_account, the_keys_are_those_of_recorded_answers)
{
    static const struct {
        const char *test;
        const char *target;
        const char *but;
        bool list; /* both are lists: their first elements are compared */
    } cases[] = {
        {"test_get_account",                "/v2/account",                "",           false},
        {"test_get_account_configurations", "/v2/account/configurations", "",           false},
        {"test_get_all_positions",          "/v2/positions",              "usd",        true },
        {"test_get_orders",                 "/v2/orders?status=all",      "",           true },
        {"test_get_order_by_id",            "/v2/orders?status=all",      "commission", true },
    };
    char *path = shared_file("alpaca/api_responses.jsonl");
    if (path == NULL) {
        cr_skip_test("the shared data is not here");
    }
    struct served *served = start();
    served_start(served);
    (void)served_post(served, BUY_10);
    size_t size, compared = 0;
    char *text = (char *)file_read(path, &size);
    text[size] = '\0';
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        cr_assert_eq(json_parse(&served->asked, line, (size_t)(end - line)), ERR_OK);
        const struct node *root = tree_root(&served->asked);
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            if (!node_is(node_member(root, "test"), cases[i].test)) {
                continue;
            }
            const struct node *recorded = node_member(root, "body");
            recorded = recorded->kind == NODE_ARRAY ? node_first(recorded) : recorded;
            cr_assert_eq(request(served, "GET", cases[i].target), 200);
            const struct node *ours = tree_root(&served->answer);
            expect_keys(recorded, cases[i].list ? node_first(ours) : ours, cases[i].test,
                        cases[i].but);
            compared++;
        }
    }
    cr_assert_geq(compared, sizeof cases / sizeof cases[0]);
    free(text);
    free(path);
    finish(served);
}
