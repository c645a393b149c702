/* serve_orders_test.c: orders through their lives as a client of the API sees them. */
#include "exchange_http/served_test.h"

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

static int ask_of(struct served *served, const char *method, const char *id, const char *rest,
                  const char *body)
{
    char target[128];
    (void)snprintf(target, sizeof target, "/v2/orders/%s%s", id, rest);
    return served_ask(served, method, target, body);
}

static void look(struct served *served, const char *id)
{
    cr_assert_eq(ask_of(served, "GET", id, "?nested=True", NULL), 200);
}

/* Keeps the id of the order that was posted. */
static void post(struct served *served, const char *body, char id[UUID_TEXT_SIZE])
{
    (void)snprintf(id, UUID_TEXT_SIZE, "%s", served_post(served, body));
}

/* The client ids of the orders listed, with blanks between. */
static const char *listed(struct served *served, const char *query)
{
    static char text[512];
    char target[256];
    text[0] = '\0';
    (void)snprintf(target, sizeof target, "/v2/orders%s", query);
    cr_assert_eq(served_ask(served, "GET", target, NULL), 200, "%s", served->json.text);
    for (int i = 0;; i++) {
        char path[32];
        (void)snprintf(path, sizeof path, "%d.client_order_id", i);
        if (served_node(served, path) == NULL) {
            return text;
        }
        size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "%s%s", used > 0 ? " " : "",
                       served_text(served, path));
    }
}

#define LIMIT_205                                                                                  \
    "{'symbol':'AAPL','side':'buy','type':'limit','limit_price':'205','qty':'10',"                 \
    "'time_in_force':'day','client_order_id':'a'}"
#define MARKET_10 "{'symbol':'AAPL','side':'buy','type':'market','qty':'10','time_in_force':'day'}"
#define BRACKET                                                                                    \
    "{'symbol':'AAPL','side':'buy','type':'market','qty':'10','time_in_force':'gtc',"              \
    "'order_class':'bracket','take_profit':{'limit_price':'219'},"                                 \
    "'stop_loss':{'stop_price':'205','limit_price':204.5}}"

Test(serve_orders, an_order_has_every_key)
{
    static const char *const keys[] = {
        "id",
        "client_order_id",
        "created_at",
        "updated_at",
        "submitted_at",
        "filled_at",
        "expired_at",
        "canceled_at",
        "failed_at",
        "replaced_at",
        "replaced_by",
        "replaces",
        "asset_id",
        "symbol",
        "asset_class",
        "notional",
        "qty",
        "filled_qty",
        "order_class",
        "order_type",
        "type",
        "side",
        "filled_avg_price",
        "time_in_force",
        "position_intent",
        "limit_price",
        "stop_price",
        "status",
        "legs",
        "extended_hours",
        "trail_percent",
        "trail_price",
        "hwm",
        "subtag",
        "source",
        "expires_at",
        "ratio_qty",
    };
    struct served *served = start();
    served_start(served);
    (void)served_post(served, LIMIT_205);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        cr_expect_not_null(served_node(served, keys[i]), "%s", keys[i]);
    }
    cr_expect_eq(tree_root(&served->answer)->length, sizeof keys / sizeof keys[0]);
    ASSERT_ANSWER(served, "status", "pending_new");
    ASSERT_ANSWER(served, "qty", "10");
    ASSERT_ANSWER(served, "filled_qty", "0");
    ASSERT_ANSWER(served, "limit_price", "205");
    ASSERT_ANSWER(served, "notional", "null");
    ASSERT_ANSWER(served, "order_class", "");
    ASSERT_ANSWER(served, "position_intent", "buy_to_open");
    ASSERT_ANSWER(served, "submitted_at", "2026-03-16T13:30:02Z");
    ASSERT_ANSWER(served, "expires_at", "2026-03-16T20:00:00Z");
    finish(served);
}

Test(serve_orders, a_market_order_fills_and_is_found_by_either_id)
{
    struct served *served = start();
    char id[UUID_TEXT_SIZE];
    served_start(served);
    post(served,
         "{'symbol':'AAPL','side':'buy','type':'market','qty':'10','time_in_force':'day',"
         "'client_order_id':'mine'}",
         id);
    ASSERT_ANSWER(served, "status", "pending_new");
    cr_assert_str_eq(served->told, "0 new, 0 fill");
    look(served, id);
    ASSERT_ANSWER(served, "status", "filled");
    ASSERT_ANSWER(served, "filled_avg_price", "212");
    ASSERT_ANSWER(served, "filled_at", "2026-03-16T13:30:02Z");
    cr_assert_eq(
        served_ask(served, "GET", "/v2/orders:by_client_order_id?client_order_id=mine", NULL), 200);
    ASSERT_ANSWER(served, "id", id);
    cr_assert_eq(served_ask(served, "GET", "/v2/orders:by_client_order_id?client_order_id=x", NULL),
                 404);
    cr_assert_eq(served_ask(served, "GET", "/v2/orders:by_client_order_id", NULL), 422);
    finish(served);
}

Test(serve_orders, an_asset_id_is_as_good_as_a_symbol)
{
    struct served *served = start();
    char body[256], id[UUID_TEXT_SIZE];
    served_start(served);
    (void)served_post(served, LIMIT_205);
    (void)snprintf(id, sizeof id, "%s", served_text(served, "asset_id"));
    (void)snprintf(body, sizeof body,
                   "{'symbol':'%s','side':'buy','type':'market','qty':1,'time_in_force':'day'}",
                   id);
    (void)served_post(served, body);
    ASSERT_ANSWER(served, "symbol", "AAPL");
    finish(served);
}

Test(serve_orders, an_amount_buys_parts_of_shares)
{
    struct served *served = start();
    char id[UUID_TEXT_SIZE];
    served_start(served);
    post(served,
         "{'symbol':'AAPL','side':'buy','type':'market','notional':100,'time_in_force':'day'}", id);
    ASSERT_ANSWER(served, "notional", "100");
    ASSERT_ANSWER(served, "qty", "null");
    look(served, id);
    ASSERT_ANSWER(served, "status", "filled");
    ASSERT_ANSWER(served, "filled_qty", "0.471698113"); /* 100 / 212, rounded down */
    finish(served);
}

Test(serve_orders, a_bracket_is_held_until_its_entry_fills)
{
    struct served *served = start();
    char id[UUID_TEXT_SIZE], stop[UUID_TEXT_SIZE];
    served_quote(served, AAPL, served_time(9, 31, 0), 220.00, 220.02, 500);
    served_start(served);
    post(served, BRACKET, id);
    ASSERT_ANSWER(served, "order_class", "bracket");
    ASSERT_ANSWER(served, "legs.0.status", "held");
    ASSERT_ANSWER(served, "legs.0.type", "limit");
    ASSERT_ANSWER(served, "legs.0.side", "sell");
    ASSERT_ANSWER(served, "legs.0.limit_price", "219");
    ASSERT_ANSWER(served, "legs.0.position_intent", "sell_to_close");
    ASSERT_ANSWER(served, "legs.1.status", "held");
    ASSERT_ANSWER(served, "legs.1.type", "stop_limit");
    ASSERT_ANSWER(served, "legs.1.stop_price", "205");
    ASSERT_ANSWER(served, "legs.1.limit_price", "204.5");
    ASSERT_ANSWER(served, "legs.1.legs", "null");
    ASSERT_ANSWER(served, "legs.1.expires_at", "2026-06-14T20:15:00Z"); /* 90 days, 16:15 */
    (void)snprintf(stop, sizeof stop, "%s", served_text(served, "legs.1.id"));
    look(served, id);
    ASSERT_ANSWER(served, "status", "filled");
    ASSERT_ANSWER(served, "legs.0.status", "new");
    cr_assert(venue_step(served->venue));
    cr_assert_str_eq(served->told,
                     "0 new, 1 held, 2 held, 0 fill, 1 new, 2 new, 1 fill, 2 canceled");
    look(served, stop);
    ASSERT_ANSWER(served, "status", "canceled");
    finish(served);
}

Test(serve_orders, canceling_a_held_exit_cancels_its_group)
{
    struct served *served = start();
    char id[UUID_TEXT_SIZE], target[UUID_TEXT_SIZE];
    served_start(served);
    post(served,
         "{'symbol':'AAPL','side':'buy','type':'limit','limit_price':210,'qty':'10',"
         "'time_in_force':'gtc','order_class':'bracket','take_profit':{'limit_price':'219'},"
         "'stop_loss':{'stop_price':'205'}}",
         id);
    (void)snprintf(target, sizeof target, "%s", served_text(served, "legs.0.id"));
    cr_assert_eq(ask_of(served, "DELETE", target, "", NULL), 204);
    look(served, id);
    ASSERT_ANSWER(served, "status", "canceled");
    ASSERT_ANSWER(served, "legs.0.status", "canceled");
    ASSERT_ANSWER(served, "legs.1.status", "canceled");
    finish(served);
}

Test(serve_orders, a_leg_of_a_bracket_is_replaced_in_its_place)
{
    struct served *served = start();
    char id[UUID_TEXT_SIZE], stop[UUID_TEXT_SIZE], next[UUID_TEXT_SIZE];
    served_quote(served, AAPL, served_time(9, 31, 0), 207.00, 207.02, 500);
    served_start(served);
    post(served,
         "{'symbol':'AAPL','side':'buy','type':'market','qty':'10','time_in_force':'gtc',"
         "'order_class':'bracket','take_profit':{'limit_price':'219'},"
         "'stop_loss':{'stop_price':'205'}}",
         id);
    (void)snprintf(stop, sizeof stop, "%s", served_text(served, "legs.1.id"));
    cr_assert_eq(ask_of(served, "PATCH", stop, "", "{\"stop_price\":\"208\"}"), 200, "%s",
                 served->json.text);
    ASSERT_ANSWER(served, "replaces", stop);
    (void)snprintf(next, sizeof next, "%s", served_text(served, "id"));
    look(served, stop);
    ASSERT_ANSWER(served, "status", "replaced");
    ASSERT_ANSWER(served, "replaced_by", next);
    look(served, id);
    ASSERT_ANSWER(served, "legs.1.id", next);
    ASSERT_ANSWER(served, "legs.1.stop_price", "208");
    cr_assert_eq(ask_of(served, "PATCH", next, "", "{\"stop_price\":\"219\"}"), 422);
    ASSERT_ANSWER(served, "message", "take_profit.limit_price must be > stop_loss.stop_price");
    cr_assert(venue_step(served->venue));
    look(served, id);
    ASSERT_ANSWER(served, "legs.0.status", "canceled");
    ASSERT_ANSWER(served, "legs.1.status", "filled");
    ASSERT_ANSWER(served, "legs.1.filled_avg_price", "207");
    finish(served);
}

Test(serve_orders, an_oco_closes_its_shares_once)
{
    struct served *served = start();
    char id[UUID_TEXT_SIZE];
    served_quote(served, AAPL, served_time(9, 31, 0), 219.00, 219.02, 4);
    served_quote(served, AAPL, served_time(9, 32, 0), 204.00, 204.02, 500);
    served_start(served);
    (void)served_post(served, MARKET_10);
    post(served,
         "{'symbol':'AAPL','side':'sell','type':'limit','qty':'10','time_in_force':'gtc',"
         "'order_class':'oco','take_profit':{'limit_price':'219'},'stop_loss':{'stop_price':205}}",
         id);
    ASSERT_ANSWER(served, "limit_price", "219");
    ASSERT_ANSWER(served, "legs.0.type", "stop");
    ASSERT_ANSWER(served, "legs.0.status", "held");
    cr_assert_eq(served_ask(served, "GET", "/v2/positions/AAPL", NULL), 200);
    ASSERT_ANSWER(served, "qty", "10");
    ASSERT_ANSWER(served, "qty_available", "0");
    cr_assert(venue_step(served->venue));
    look(served, id);
    ASSERT_ANSWER(served, "status", "partially_filled");
    ASSERT_ANSWER(served, "filled_qty", "4");
    ASSERT_ANSWER(served, "legs.0.qty", "6");
    ASSERT_ANSWER(served, "legs.0.status", "held");
    cr_assert(venue_step(served->venue));
    look(served, id);
    ASSERT_ANSWER(served, "status", "canceled");
    ASSERT_ANSWER(served, "legs.0.status", "filled");
    ASSERT_ANSWER(served, "legs.0.filled_qty", "6");
    cr_assert_eq(served_ask(served, "GET", "/v2/positions/AAPL", NULL), 404);
    finish(served);
}

Test(serve_orders, a_trailing_stop_shows_how_it_moves)
{
    struct served *served = start();
    char id[UUID_TEXT_SIZE];
    served_quote(served, AAPL, served_time(9, 31, 0), 220.00, 220.02, 500);
    served_quote(served, AAPL, served_time(9, 32, 0), 217.00, 217.02, 500);
    served_start(served);
    (void)served_post(served, MARKET_10);
    post(served,
         "{'symbol':'AAPL','side':'sell','type':'trailing_stop','trail_percent':'1.25','qty':10,"
         "'time_in_force':'gtc'}",
         id);
    ASSERT_ANSWER(served, "trail_percent", "1.25");
    ASSERT_ANSWER(served, "trail_price", "null");
    look(served, id);
    ASSERT_ANSWER(served, "hwm", "211.98");
    ASSERT_ANSWER(served, "stop_price", "209.33025");
    cr_assert(venue_step(served->venue));
    look(served, id);
    ASSERT_ANSWER(served, "hwm", "220");
    ASSERT_ANSWER(served, "stop_price", "217.25");
    cr_assert_eq(ask_of(served, "PATCH", id, "", "{\"trail\":2}"), 200);
    (void)snprintf(id, sizeof id, "%s", served_text(served, "id"));
    look(served, id);
    ASSERT_ANSWER(served, "hwm", "220");
    ASSERT_ANSWER(served, "stop_price", "215.6");
    cr_assert_eq(ask_of(served, "PATCH", id, "", "{\"trail\":1}"), 200);
    (void)snprintf(id, sizeof id, "%s", served_text(served, "id"));
    cr_assert(venue_step(served->venue));
    look(served, id);
    ASSERT_ANSWER(served, "status", "filled");
    ASSERT_ANSWER(served, "stop_price", "217.8");
    ASSERT_ANSWER(served, "filled_avg_price", "217");
    finish(served);
}

Test(serve_orders, a_queued_order_is_let_in_by_its_session)
{
    struct served *served = start();
    char id[UUID_TEXT_SIZE];
    served->data->count = 3; /* Friday's bars alone, then: */
    served->data->quote_count = 0;
    served_quote(served, AAPL, served_time(8, 0, 0), 211.00, 211.10, 500);
    served_quote(served, AAPL, served_time(9, 30, 0), 212.00, 212.10, 500);
    served->plan.start_ns = served_time(8, 0, 0);
    served_start(served);
    post(served, MARKET_10, id);
    ASSERT_ANSWER(served, "status", "accepted");
    cr_assert_eq(ask_of(served, "PATCH", id, "", "{\"qty\":\"11\"}"), 422);
    ASSERT_ANSWER(served, "message", "cannot replace order in accepted status");
    venue_advance(served->venue, served_time(9, 30, 0));
    look(served, id);
    ASSERT_ANSWER(served, "status", "filled");
    ASSERT_ANSWER(served, "filled_avg_price", "212.1");
    cr_assert_str_eq(served->told, "0 accepted, 0 new, 0 fill");
    finish(served);
}

Test(serve_orders, an_order_until_canceled_ends_after_90_days)
{
    struct served *served = start();
    char id[UUID_TEXT_SIZE];
    int64_t late_ns = served_time(9, 31, 0) + 91 * NS_PER_DAY;
    served_quote(served, AAPL, late_ns, 199.00, 199.02, 500);
    served_start(served);
    post(served,
         "{'symbol':'AAPL','side':'buy','type':'limit','limit_price':'150','qty':'10',"
         "'time_in_force':'gtc'}",
         id);
    ASSERT_ANSWER(served, "expires_at", "2026-06-14T20:15:00Z");
    cr_assert(venue_step(served->venue));
    look(served, id);
    ASSERT_ANSWER(served, "status", "canceled");
    finish(served);
}

Test(serve_orders, a_day_order_expires)
{
    struct served *served = start();
    char id[UUID_TEXT_SIZE];
    served_quote(served, AAPL, served_time(9, 31, 0) + NS_PER_DAY, 199.00, 199.02, 500);
    served_start(served);
    post(served, LIMIT_205, id);
    cr_assert(venue_step(served->venue));
    look(served, id);
    ASSERT_ANSWER(served, "status", "expired");
    ASSERT_ANSWER(served, "expired_at", "2026-03-16T20:00:00Z");
    finish(served);
}

/* ---- replaced and canceled ---- */

Test(serve_orders, changes_that_cannot_be_are_refused)
{
    static const struct {
        const char *order;
        const char *change;
        const char *message;
        int status;
    } cases[] = {
        {LIMIT_205, "{}",                                    "order parameters are not changed",           422},
        {LIMIT_205, "{\"limit_price\":\"205.00\"}",          "order parameters are not changed",           422},
        {LIMIT_205, "[]",                                    "request body format is invalid",             400},
        {LIMIT_205, "{\"limit_price\":206.001}",
         "invalid limit_price 206.001. sub-penny increment does not fulfill minimum pricing "
         "criteria",                                                                                       422},
        {LIMIT_205, "{\"qty\":0}",                           "qty must be > 0",                            422},
        {LIMIT_205, "{\"qty\":\"1.5\"}",                     "qty of fractional orders cannot be changed", 422},
        {LIMIT_205, "{\"stop_price\":5}",                    "limit orders require no stop price",         422},
        {LIMIT_205, "{\"trail\":5}",                         "only trailing stop orders take trail",       422},
        {LIMIT_205, "{\"notional\":5}",                      "notional is only accepted for IPO orders",   422},
        {LIMIT_205, "{\"time_in_force\":\"x\"}",             "invalid time_in_force",                      422},
        {LIMIT_205, "{\"time_in_force\":\"opg\"}",
         "opg orders must be submitted after 7:00pm and before 9:28am",                                    403},
        {LIMIT_205, "{\"qty\":5,\"client_order_id\":\"a\"}", "client_order_id must be unique",             422},
        {LIMIT_205, "{\"qty\":10000}",                       "insufficient buying power",                  403},
        {MARKET_10, "{\"qty\":20}",                          "unable to replace order, order is not open", 422},
        {BRACKET,   "{\"qty\":20}",                          "unable to replace order, order is not open", 422},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct served *served = start();
        char id[UUID_TEXT_SIZE];
        served_start(served);
        post(served, cases[i].order, id);
        cr_expect_eq(ask_of(served, "PATCH", id, "", cases[i].change), cases[i].status, "%s: %s",
                     cases[i].change, served->json.text);
        cr_expect_str_eq(served_text(served, "message"), cases[i].message, "%s", cases[i].change);
        finish(served);
    }
}

Test(serve_orders, a_replacement_goes_on_where_its_order_stopped)
{
    struct served *served = start();
    char first[UUID_TEXT_SIZE], next[UUID_TEXT_SIZE];
    served_quote(served, AAPL, served_time(9, 31, 0), 204.90, 205.00, 4);
    served_quote(served, AAPL, served_time(9, 32, 0), 205.90, 206.00, 500);
    served_start(served);
    post(served, LIMIT_205, first);
    cr_assert(venue_step(served->venue));
    cr_assert_eq(ask_of(served, "PATCH", first, "", "{\"qty\":\"4\"}"), 422);
    ASSERT_ANSWER(served, "message", "qty must be > filled_qty");
    cr_assert_eq(ask_of(served, "PATCH", first, "", "{\"qty\":\"12\",\"limit_price\":206}"), 200);
    (void)snprintf(next, sizeof next, "%s", served_text(served, "id"));
    ASSERT_ANSWER(served, "qty", "12");
    ASSERT_ANSWER(served, "filled_qty", "4");
    cr_assert_eq(ask_of(served, "PATCH", first, "", "{\"qty\":\"13\"}"), 422);
    ASSERT_ANSWER(served, "message", "order already replaced");
    cr_assert_eq(ask_of(served, "DELETE", first, "", NULL), 422);
    ASSERT_ANSWER(served, "message", "order is already in \"replaced\" state");
    cr_assert(venue_step(served->venue));
    look(served, next);
    ASSERT_ANSWER(served, "status", "filled");
    ASSERT_ANSWER(served, "filled_qty", "12");
    ASSERT_ANSWER(served, "filled_avg_price", "205.666666667");
    finish(served);
}

Test(serve_orders, requests_take_their_time)
{
    struct served *served = start();
    char first[UUID_TEXT_SIZE], next[UUID_TEXT_SIZE];
    served->plan.exchange.latency_ns = NS_PER_S;
    served_quote(served, AAPL, served_time(9, 31, 0), 210.00, 210.02, 500);
    served_quote(served, AAPL, served_time(9, 32, 0), 210.00, 210.02, 500);
    served_start(served);
    post(served, LIMIT_205, first);
    cr_assert_eq(ask_of(served, "PATCH", first, "", "{\"limit_price\":206}"), 200);
    (void)snprintf(next, sizeof next, "%s", served_text(served, "id"));
    look(served, first);
    ASSERT_ANSWER(served, "status", "pending_replace");
    cr_assert_eq(ask_of(served, "PATCH", first, "", "{\"limit_price\":207}"), 422);
    ASSERT_ANSWER(served, "message", "cannot replace order in pending_replace status");
    cr_assert(venue_step(served->venue));
    look(served, first);
    ASSERT_ANSWER(served, "status", "replaced");
    look(served, next);
    ASSERT_ANSWER(served, "status", "new");
    cr_assert_eq(ask_of(served, "DELETE", next, "", NULL), 204);
    look(served, next);
    ASSERT_ANSWER(served, "status", "pending_cancel");
    cr_assert(venue_step(served->venue));
    look(served, next);
    ASSERT_ANSWER(served, "status", "canceled");
    cr_assert_str_eq(served->told, "0 new, 0 pending_replace, 0 replaced, 1 new, 1 pending_cancel, "
                                   "1 canceled");
    finish(served);
}

Test(serve_orders, a_fill_wins_against_a_replacement_and_a_cancel_on_their_way)
{
    struct served *served = start();
    char first[UUID_TEXT_SIZE], next[UUID_TEXT_SIZE];
    served->plan.exchange.latency_ns = 2 * NS_PER_S;
    served_quote(served, AAPL, served_time(9, 30, 10), 210.00, 210.02, 500);
    served_quote(served, AAPL, served_time(9, 30, 12), 204.00, 204.02, 500);
    served_quote(served, AAPL, served_time(9, 30, 20), 204.00, 204.02, 500);
    served_start(served);
    post(served, LIMIT_205, first);
    cr_assert(venue_step(served->venue));
    venue_advance(served->venue, served_time(9, 30, 11));
    cr_assert_eq(ask_of(served, "PATCH", first, "", "{\"limit_price\":206}"), 200);
    (void)snprintf(next, sizeof next, "%s", served_text(served, "id"));
    cr_assert_eq(ask_of(served, "DELETE", first, "", NULL), 204);
    cr_assert(venue_step(served->venue));
    look(served, first);
    ASSERT_ANSWER(served, "status", "filled");
    ASSERT_ANSWER(served, "replaced_by", "null");
    look(served, next);
    ASSERT_ANSWER(served, "status", "rejected");
    cr_assert_str_eq(served->told, "0 new, 0 pending_replace, 0 pending_cancel, 0 fill, "
                                   "0 order_cancel_rejected, 1 rejected, 0 order_replace_rejected");
    finish(served);
}

Test(serve_orders, some_are_rejected_after_they_were_taken)
{
    struct served *served = start();
    char id[UUID_TEXT_SIZE];
    served->plan.exchange.reject_ppm = 1000000;
    served_start(served);
    post(served, BRACKET, id);
    ASSERT_ANSWER(served, "status", "pending_new");
    look(served, id);
    ASSERT_ANSWER(served, "status", "rejected");
    ASSERT_ANSWER(served, "failed_at", "2026-03-16T13:30:02Z");
    ASSERT_ANSWER(served, "legs.1.status", "rejected");
    cr_assert_str_eq(listed(served, ""), "");
    finish(served);
}

Test(serve_orders, ids_that_are_none)
{
    struct served *served = start();
    served_start(served);
    cr_assert_eq(served_ask(served, "GET", "/v2/orders/17", NULL), 422);
    ASSERT_ANSWER(served, "message", "order_id is missing");
    cr_assert_eq(
        served_ask(served, "DELETE", "/v2/orders/61e69015-8549-4bfd-b9c3-01e75843f47d", NULL), 404);
    ASSERT_ANSWER(served, "message", "order not found for 61e69015-8549-4bfd-b9c3-01e75843f47d");
    ASSERT_ANSWER(served, "code", "40410000");
    finish(served);
}

/* ---- lists ---- */

/* a: AAPL, filled; b, c: SPY, open, a second apart; d: AAPL, canceled; e and its legs: open. */
static void fill_list(struct served *served, char ids[2][UUID_TEXT_SIZE])
{
    static const char form[] = "{'symbol':'%s','side':'buy','type':'%s',%s'qty':1,"
                               "'time_in_force':'day','client_order_id':'%s'}";
    char body[256];
    (void)snprintf(body, sizeof body, form, "AAPL", "market", "", "a");
    (void)served_post(served, body);
    (void)snprintf(body, sizeof body, form, "SPY", "limit", "'limit_price':400,", "b");
    post(served, body, ids[0]);
    venue_advance(served->venue, served_time(9, 30, 3));
    (void)snprintf(body, sizeof body, form, "SPY", "limit", "'limit_price':401,", "c");
    (void)served_post(served, body);
    (void)snprintf(body, sizeof body, form, "AAPL", "limit", "'limit_price':100,", "d");
    post(served, body, ids[1]);
    cr_assert_eq(ask_of(served, "DELETE", ids[1], "", NULL), 204);
    (void)snprintf(body, sizeof body, form, "AAPL", "market",
                   "'order_class':'bracket','take_profit':{'limit_price':300},"
                   "'stop_loss':{'stop_price':100},",
                   "e");
    (void)served_post(served, body);
}

/* How many orders are listed. */
static int count_of(struct served *served, const char *query)
{
    (void)listed(served, query);
    return (int)tree_root(&served->answer)->length;
}

Test(serve_orders, lists_are_what_was_asked_for)
{
    struct served *served = start();
    char ids[2][UUID_TEXT_SIZE], query[128];
    served_start(served);
    fill_list(served, ids);
    cr_expect_eq(count_of(served, ""), 4); /* b, c, and the legs of e, which is filled */
    cr_expect_str_eq(listed(served, "?nested=TRUE"), "e c b");
    ASSERT_ANSWER(served, "0.legs.0.status", "new");
    cr_expect_str_eq(listed(served, "?status=closed"), "e d a");
    cr_expect_eq(count_of(served, "?status=all"), 7);
    cr_expect_str_eq(listed(served, "?status=all&nested=true"), "e d c b a");
    cr_expect_str_eq(listed(served, "?status=all&nested=true&direction=asc"), "a b c d e");
    cr_expect_str_eq(listed(served, "?status=all&nested=true&limit=2"), "e d");
    cr_expect_str_eq(listed(served, "?symbols=SPY,XYZ"), "c b");
    cr_expect_str_eq(listed(served, "?symbols=SP"), "");
    cr_expect_str_eq(listed(served, "?status=all&nested=true&side=sell"), "");
    cr_expect_eq(count_of(served, "?status=all&side=sell"), 2);
    cr_expect_str_eq(listed(served, "?asset_class=us_option"), "");
    cr_expect_str_eq(listed(served, "?asset_class=us_option,us_equity&symbols=SPY"), "c b");
    cr_expect_str_eq(listed(served, "?status=all&until=2026-03-16T09:30:03-04:00"), "b a");
    cr_expect_str_eq(listed(served, "?nested=true&after=2026-03-16T13:30:02Z"),
                     "e c b"); /* b came a nanosecond after a: no two have the same time */
    cr_expect_str_eq(listed(served, "?nested=true&after=2026-03-16T13:30:02.000000001Z"), "e c");
    cr_expect_str_eq(listed(served, "?status=all&until=2026-03-16"), "");
    (void)snprintf(query, sizeof query, "?status=all&nested=true&after_order_id=%s", ids[0]);
    cr_expect_str_eq(listed(served, query), "e d c");
    (void)snprintf(query, sizeof query, "?status=all&before_order_id=%s", ids[1]);
    cr_expect_str_eq(listed(served, query), "c b a");
    finish(served);
}

Test(serve_orders, questions_that_are_none)
{
    static const struct {
        const char *query;
        int status;
        const char *message;
    } cases[] = {
        {"?status=dead",                                         422, "invalid status"                 },
        {"?direction=up",                                        422, "invalid direction"              },
        {"?side=long",                                           422, "invalid side"                   },
        {"?limit=0",                                             422, "limit must be between 1 and 500"},
        {"?limit=501",                                           422, "limit must be between 1 and 500"},
        {"?limit=ten",                                           400, "failed to parse limit"          },
        {"?nested=maybe",                                        400, "failed to parse nested"         },
        {"?after=yesterday",                                     400, "failed to parse after"          },
        {"?until=2026-03-16T09:30:03",                           400, "failed to parse until"          },
        {"?after_order_id=61e69015-8549-4bfd-b9c3-01e75843f47d", 404,
         "order not found for 61e69015-8549-4bfd-b9c3-01e75843f47d"                                    },
    };
    struct served *served = start();
    served_start(served);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char target[128];
        (void)snprintf(target, sizeof target, "/v2/orders%s", cases[i].query);
        cr_expect_eq(served_ask(served, "GET", target, NULL), cases[i].status, "%s",
                     cases[i].query);
        cr_expect_str_eq(served_text(served, "message"), cases[i].message);
    }
    finish(served);
}

Test(serve_orders, all_are_canceled_at_once)
{
    struct served *served = start();
    char ids[2][UUID_TEXT_SIZE];
    served_start(served);
    fill_list(served, ids);
    cr_assert_eq(served_ask(served, "DELETE", "/v2/orders", NULL), 207);
    cr_assert_eq(tree_root(&served->answer)->length, 4);
    ASSERT_ANSWER(served, "0.id", ids[0]);
    ASSERT_ANSWER(served, "0.status", "200");
    cr_assert_eq(served->account->open_count, 0);
    cr_assert_eq(served_ask(served, "DELETE", "/v2/orders", NULL), 207);
    cr_assert_str_eq(served->json.text, "[]");
    finish(served);
}
