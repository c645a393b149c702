/* alpaca_strangers_test.c: an account at Alpaca in which somebody else trades as well: what is not
 * ours is said once and stops nothing, readable or not; what could be ours has to be read. */
#include "broker/alpaca_bench_test.h"

#define ODD "\"0.1234567891\"" /* ten decimals */

#define ODD_POSITION(symbol)                                                                       \
    "[{\"symbol\":\"" symbol "\",\"qty\":" ODD ",\"side\":\"long\",\"avg_entry_price\":\"10\"}]"

#define ODD_FILL(id, symbol, order)                                                                \
    "{\"id\":\"" id "\",\"activity_type\":\"FILL\",\"side\":\"buy\",\"price\":\"10\",\"qty\":" ODD \
    ",\"cum_qty\":" ODD ",\"transaction_time\":\"2024-01-01T00:00:00Z\",\"symbol\":\"" symbol      \
    "\",\"order_id\":\"" order "\"}"

#define ODD_ORDER(id, client_id)                                                                   \
    "{\"id\":\"" id "\",\"client_order_id\":\"" client_id "\",\"symbol\":\"A\",\"qty\":" ODD "}"

/* The list of open orders: ours, and another one or "". */
static void list_with(const char *other)
{
    static char list[8300];
    uint64_t entry = order_id_make(1, ORDER_ROLE_ENTRY, 1);
    (void)snprintf(list, sizeof list, "[%.4000s%s%.4000s]",
                   desk_order("a", entry, "market", true, "new", 0, NULL),
                   other[0] != '\0' ? "," : "", other);
    desk.orders = list;
}

static const struct {
    const char *order, *positions, *executions, *said; /* NULL: it could be ours */
} rows[] = {
    {"",                        ODD_POSITION("COIN"), "[]",
     "the account holds COIN, which this run does not trade and cannot read"                                                     },
    {     "",                     "[]",     "[" ODD_FILL("f",                                                            "COIN", "s") "]",
     "executions of COIN by order s, which is not ours, cannot be read"},
    {                                                                 ODD_ORDER("s",             "somebodys"),         "[]",                                                              "[]",
     "an order that is not ours cannot be read: s (somebodys)"},
    {                                                                          "",                        ODD_POSITION("A"),    "[]",                                                              NULL    },
    {"",      "[{\"qty\":\"1\"}]",                 "[]",                                                              NULL        },
    {    "",         "[]",                          "[" ODD_FILL("f",                                                          "A",     "s") "]", NULL},
    {     "",                     "[]",     "[" ODD_FILL("f",                                                            "COIN", "a") "]", NULL},
    { "",                        "[]",                 "[{\"id\":\"f\",\"activity_type\":\"FILL\",\"symbol\":\"COIN\"}]", NULL    },
    {    ODD_ORDER("s",           "bw-t1-1-1-1"),                 "[]",                                                              "[]",     NULL},
    {     ODD_ORDER("a", "of-the-brokers-making"),                 "[]",                                                              "[]",     NULL},
};

Test(alpaca_strangers, what_cannot_be_read_is_no_answer_unless_it_is_not_ours)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        desk_begin();
        (void)accepted();
        list_with(rows[i].order);
        desk.positions = rows[i].positions;
        desk.executions = rows[i].executions;
        pass(120);
        const char *told = desk_told();
        cr_expect_str_eq(told, rows[i].said == NULL ? "+reconciling" : "", "%zu: %s\n%s", i, told,
                         desk.said);
        if (rows[i].said != NULL) {
            cr_expect_eq(said(rows[i].said), 1, "%zu: %s", i, desk.said);
        }
        cr_expect_eq(said("could not be read"), rows[i].said == NULL ? 1 : 0, "%zu: %s", i,
                     desk.said);
        desk_end();
    }
}

Test(alpaca_strangers, pages_go_on_behind_what_is_passed_over)
{
    desk_begin();
    static char page[100 * 400];
    size_t used = 0;
    for (int i = 0; i < 100; i++) {
        used += (size_t)snprintf(page + used, sizeof page - used, "%s%s", i == 0 ? "[" : ",",
                                 i < 99 ? ODD_FILL("f", "COIN", "s") : ODD_FILL("z", "COIN", "s"));
    }
    (void)snprintf(page + used, sizeof page - used, "]");
    desk_later(31);
    cr_assert(desk_answer("GET /v2/orders?status=open", CLIENT_OK, 200, "[]"));
    cr_assert(desk_answer("GET /v2/account/activities", CLIENT_OK, 200, page));
    const char *next = desk.asked[desk.asked_count - 1].target;
    cr_expect_not_null(strstr(next, "&page_token=z"), "%s", next);
    cr_assert(desk_answer("GET /v2/account/activities", CLIENT_OK, 200, page));
    cr_expect_eq(desk_open("/v2/account/activities"), 0, "the same again would never end");
    desk_end();
}

Test(alpaca_strangers, an_order_where_we_trade_is_said_once_and_left_alone)
{
    desk_begin();
    (void)accepted();
    list_with(desk_order("s", 0, "limit", false, "new", 0, NULL));
    pass(60);
    list_with(desk_order("t", 0, "limit", true, "new", 0, NULL));
    pass(60);
    ASSERT_DESK_TOLD("");
    cr_expect_eq(said("alarm: an order that is not ours works at the broker: s, sell 100 of A (s)"),
                 1, "%s", desk.said);
    cr_expect_eq(said("works at the broker: t, buy 100 of A (t)"), 1, "%s", desk.said);
    cr_expect_eq(said("works at the broker"), 2, "%s", desk.said);
    cr_expect_eq(desk_open("/v2/orders/"), 0);
    desk_end();
}

/* A child of ours has a name of the broker's making: while it is looked for it is no stranger. */
Test(alpaca_strangers, our_children_are_none)
{
    begin_with_bracket();
    (void)desk_buy();
    cr_assert(desk_answer(POST, CLIENT_OK, 200, bracket("new", 0, "held", 0, "held")));
    desk_update_of("fill", bracket("filled", 100, "new", 0, "held"), 100);
    desk_settle();
    (void)desk_told();
    restart();
    char list[8300];
    (void)snprintf(list, sizeof list, "[%.4000s,%.4000s]",
                   desk_order("b", 0, "limit", false, "new", 0, NULL),
                   desk_order("c", 0, "stop", false, "held", 0, NULL));
    desk.orders = list;
    desk_settle();
    const char *exits = bracket("filled", 100, "new", 0, "held");
    while (desk_answer(LOOK, CLIENT_OK, 200, exits) ||
           desk_not_found("GET /v2/orders:by_client_order_id")) {
    }
    pass(60);
    cr_expect_eq(said("not ours"), 0, "%s", desk.said);
    desk_end();
}
