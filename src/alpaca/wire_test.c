/* wire_test.c: orders and updates, read: the vendor's examples, real answers where the shared data
 * is there, and what is to be refused. */
#include "alpaca/wire_test.h"

#include <stdio.h>

#include "data/data_test.h"

/* The order of the vendor's reference. */
#define ORDER                                                                                      \
    "{'id':'61e69015-8549-4bfd-b9c3-01e75843f47d','client_order_id':'desk-1-000017',"              \
    "'created_at':'2026-03-16T18:38:01.937734Z','updated_at':'2026-03-16T18:38:01.942282Z',"       \
    "'submitted_at':'2026-03-16T18:38:01.936911Z','filled_at':null,'expired_at':null,"             \
    "'canceled_at':null,'failed_at':null,'replaced_at':null,'replaced_by':null,'replaces':null,"   \
    "'asset_id':'b0b6dd9d-8b9b-48a9-ba46-b9d54906e415','symbol':'AAPL','asset_class':'us_equity'," \
    "'notional':null,'qty':'10','filled_qty':'0','filled_avg_price':null,'order_class':'',"        \
    "'order_type':'limit','type':'limit','side':'buy','position_intent':'buy_to_open',"            \
    "'time_in_force':'day','limit_price':'212.4','stop_price':null,'status':'accepted',"           \
    "'extended_hours':false,'legs':null,'trail_percent':null,'trail_price':null,'hwm':null,"       \
    "'subtag':null,'source':null,'expires_at':'2026-03-16T20:00:00Z'}"

#define MLEG_LEG(id, symbol, side, qty, price)                                                     \
    "{'id':'" id "','client_order_id':'own-" id "','symbol':'" symbol "','order_class':'mleg',"    \
    "'order_type':'','type':'','side':'" side "','qty':'" qty "','filled_qty':'" qty               \
    "','filled_avg_price':'" price "','limit_price':null,'status':'filled','legs':null,"           \
    "'time_in_force':'day'}"

#define MLEG                                                                                       \
    "{'id':'9a1f','client_order_id':'desk-1-000018','symbol':'','asset_id':'','asset_class':'',"   \
    "'side':'','order_class':'mleg','order_type':'limit','type':'limit','time_in_force':'day',"    \
    "'qty':'1','filled_qty':'1','limit_price':'1.3','filled_avg_price':'1.28','status':'filled',"  \
    "'legs':[" MLEG_LEG("aa01", "AAPL260320C00250000", "buy", "3", "0.43") "," MLEG_LEG(           \
        "aa02", "AAPL260320C00260000", "sell", "1", "0.01") "]}"

/* ---- orders ---- */

Test(wire, an_order)
{
    struct wire_group group;
    cr_assert_eq(wire_read_order(said(ORDER), &group), ERR_OK);
    const struct wire_order *order = &group.order;
    cr_expect_str_eq(order->id, "61e69015-8549-4bfd-b9c3-01e75843f47d");
    cr_expect_str_eq(order->client_id, "desk-1-000017");
    cr_expect_str_eq(order->symbol, "AAPL");
    cr_expect_str_eq(order->replaced_by, "");
    cr_expect_str_eq(order->replaces, "");
    cr_expect_eq(order->status, WIRE_ACCEPTED);
    cr_expect_eq(order->type, ORDER_TYPE_LIMIT);
    cr_expect_eq(order->time_in_force, TIME_IN_FORCE_DAY);
    cr_expect(order->buys);
    cr_expect_eq(order->qty_e9, E9(10, 0));
    cr_expect_eq(order->filled_qty_e9, 0);
    cr_expect_eq(order->filled_avg_price_e9, 0);
    cr_expect_eq(order->limit_price_e9, E9(212, 400000000));
    cr_expect_eq(order->stop_price_e9, 0);
    cr_expect_eq(order->submitted_ns, at("2026-03-16T18:38:01.936911Z"));
    cr_expect_eq(order->updated_ns, at("2026-03-16T18:38:01.942282Z"));
    cr_expect_eq(order->filled_ns, 0);
    cr_expect_eq(order->ended_ns, 0);
    cr_expect_eq(group.leg_count, 0);
}

Test(wire, an_order_of_several_legs)
{
    struct wire_group group;
    cr_assert_eq(wire_read_order(said(MLEG), &group), ERR_OK);
    cr_expect_str_eq(group.order.symbol, "");
    cr_expect_eq(group.order.filled_avg_price_e9, E9(1, 280000000));
    cr_assert_eq(group.leg_count, 2);
    cr_expect_eq(group.legs[0].type, 0);
    cr_expect(group.legs[0].buys);
    cr_expect(!group.legs[1].buys);
    cr_expect_str_eq(group.legs[1].symbol, "AAPL260320C00260000");
    cr_expect_eq(group.legs[1].filled_avg_price_e9, 10000000);
}

Test(wire, every_status_is_read_and_only_the_vendors_final_ones_are_final)
{
    static const char *const final[] = {"filled", "canceled", "expired", "rejected", "replaced"};
    for (int status = WIRE_UNKNOWN; status <= WIRE_CALCULATED; status++) {
        const char *text = wire_status_text((enum wire_status)status);
        char value[64];
        struct wire_group group;
        (void)snprintf(value, sizeof value, "'status':'%s'", text);
        cr_assert_eq(READ_WITH(wire_read_order, ORDER, "'status':'accepted'", value, &group),
                     ERR_OK);
        cr_expect_eq((int)group.order.status, status, "%s", text);
        bool listed = false;
        for (size_t i = 0; i < 5; i++) {
            listed = listed || strcmp(final[i], text) == 0;
        }
        cr_expect_eq(wire_status_is_final((enum wire_status)status), listed, "%s", text);
    }
}

Test(wire, words_we_do_not_know)
{
    struct wire_group group;
    cr_assert_eq(
        READ_WITH(wire_read_order, ORDER, "'status':'accepted'", "'status':'haunted'", &group),
        ERR_OK);
    cr_expect_eq(group.order.status, WIRE_UNKNOWN);
    cr_assert_eq(READ_WITH(wire_read_order, ORDER, "'type':'limit'", "'type':'peg'", &group),
                 ERR_OK);
    cr_expect_eq(group.order.type, 0);
    cr_assert_eq(READ_WITH(wire_read_order, ORDER, "'time_in_force':'day'",
                           "'time_in_force':'moon','x':{'y':[1,2]}", &group),
                 ERR_OK);
    cr_expect_eq(group.order.time_in_force, 0);
    cr_expect_eq(READ_WITH(wire_read_order, ORDER, "'side':'buy'", "'side':'hold'", &group),
                 ERR_FORMAT);
    cr_expect_eq(READ_WITH(wire_read_order, ORDER, "'side':'buy'", "'side':''", &group),
                 ERR_FORMAT);
}

Test(wire, the_average_is_rounded_half_to_even_and_nothing_else_of_an_order)
{
    static const struct {
        const char *text;
        int64_t expected_e9;
    } cases[] = {
        {"'212.37'",                       212370000000},
        {"212.37",                         212370000000},
        {"'0.0000000005'",                 0           },
        {"'0.0000000015'",                 2           },
        {"'0.0000000025'",                 2           },
        {"'0.00000000250000000000001'",    3           },
        {"'0.0000000024999999999999'",     2           },
        {"'101.333333333333333333333333'", 101333333333},
        {"'101.666666666666666666666666'", 101666666667},
        {"'0.9999999999'",                 1000000000  },
        {"'-0.0000000006'",                -1          },
        {"'-0.0000000005'",                0           },
        {"'-1.28'",                        -1280000000 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *value = xasprintf("'filled_avg_price':%s", cases[i].text);
        struct wire_group group;
        cr_assert_eq(READ_WITH(wire_read_order, ORDER, "'filled_avg_price':null", value, &group),
                     ERR_OK, "%s", cases[i].text);
        cr_expect_eq(group.order.filled_avg_price_e9, cases[i].expected_e9, "%s: %ld",
                     cases[i].text, (long)group.order.filled_avg_price_e9);
        free(value);
    }
    struct wire_group group;
    cr_expect_eq(READ_WITH(wire_read_order, ORDER, "'qty':'10'", "'qty':'10.0000000001'", &group),
                 ERR_RANGE);
    cr_expect_eq(READ_WITH(wire_read_order, ORDER, "'filled_qty':'0'",
                           "'filled_qty':'0.0000000001'", &group),
                 ERR_RANGE);
    cr_expect_eq(READ_WITH(wire_read_order, ORDER, "'212.4'", "'212.4000000001'", &group),
                 ERR_RANGE);
}

/* One piece of the order replaced: the order is refused. */
Test(wire, orders_that_are_refused)
{
    static const char *const cases[][2] = {
        {"'id':'61e69015-8549-4bfd-b9c3-01e75843f47d',", ""                                           },
        {"'id':'61e69015-8549-4bfd-b9c3-01e75843f47d'",  "'id':''"                                    },
        {"'id':'61e69015-8549-4bfd-b9c3-01e75843f47d'",  "'id':17"                                    },
        {"'id':'61e69015-8549-4bfd-b9c3-01e75843f47d'",  "'id':'a\\u0000b'"                           },
        {"'id':'61e69015-8549-4bfd-b9c3-01e75843f47d'",
         "'id':'0123456789012345678901234567890123456789012345678901234567890123'"                    },
        {"'client_order_id':'desk-1-000017'",            "'client_order_id':null"                     },
        {"'symbol':'AAPL'",                              "'symbol':''"                                },
        {"'symbol':'AAPL'",                              "'symbol':'ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF'"},
        {"'symbol':'AAPL',",                             ""                                           },
        {"'side':'buy',",                                ""                                           },
        {"'status':'accepted',",                         ""                                           },
        {"'status':'accepted'",                          "'status':null"                              },
        {"'type':'limit',",                              ""                                           },
        {"'type':'limit'",                               "'type':7"                                   },
        {"'time_in_force':'day',",                       ""                                           },
        {"'qty':'10'",                                   "'qty':null"                                 },
        {"'qty':'10'",                                   "'qty':'-10'"                                },
        {"'qty':'10'",                                   "'qty':'1e1'"                                },
        {"'qty':'10'",                                   "'qty':1e1"                                  },
        {"'qty':'10'",                                   "'qty':'NaN'"                                },
        {"'qty':'10'",                                   "'qty':'Infinity'"                           },
        {"'qty':'10'",                                   "'qty':''"                                   },
        {"'qty':'10'",                                   "'qty':' 10'"                                },
        {"'qty':'10'",                                   "'qty':'0x10'"                               },
        {"'qty':'10'",                                   "'qty':'1,000'"                              },
        {"'qty':'10'",                                   "'qty':true"                                 },
        {"'qty':'10'",                                   "'qty':['10']"                               },
        {"'qty':'10'",                                   "'qty':'99999999999'"                        },
        {"'filled_qty':'0'",                             "'filled_qty':null"                          },
        {"'filled_qty':'0',",                            ""                                           },
        {"'filled_qty':'0'",                             "'filled_qty':'-1'"                          },
        {"'filled_avg_price':null",                      "'filled_avg_price':'1.12345678901x'"        },
        {"'filled_avg_price':null",                      "'filled_avg_price':'1.1234567890e1'"        },
        {"'filled_avg_price':null",                      "'filled_avg_price':'9223372036.8547758075'" },
        {"'limit_price':'212.4'",                        "'limit_price':'212.'"                       },
        {"'stop_price':null",                            "'stop_price':{}"                            },
        {"'updated_at':'2026-03-16T18:38:01.942282Z'",   "'updated_at':'yesterday'"                   },
        {"'updated_at':'2026-03-16T18:38:01.942282Z'",   "'updated_at':'2026-02-30T18:38:01Z'"        },
        {"'updated_at':'2026-03-16T18:38:01.942282Z'",   "'updated_at':'2026-03-16T18:38:01'"         },
        {"'updated_at':'2026-03-16T18:38:01.942282Z'",   "'updated_at':'2026-03-16T18:38:01-0400'"    },
        {"'updated_at':'2026-03-16T18:38:01.942282Z'",   "'updated_at':'2026-03-16T18:38:01-24:00'"   },
        {"'updated_at':'2026-03-16T18:38:01.942282Z'",   "'updated_at':'-04:00'"                      },
        {"'updated_at':'2026-03-16T18:38:01.942282Z'",   "'updated_at':1773686281"                    },
        {"'legs':null",                                  "'legs':{}"                                  },
        {"'legs':null",                                  "'legs':[null]"                              },
        {"'legs':null",                                  "'legs':[{}]"                                },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire_group group;
        cr_expect_neq(READ_WITH(wire_read_order, ORDER, cases[i][0], cases[i][1], &group), ERR_OK,
                      "%s", cases[i][1]);
    }
    struct wire_group group;
    cr_expect_eq(wire_read_order(NULL, &group), ERR_FORMAT);
    cr_expect_eq(wire_read_order(said("[]"), &group), ERR_FORMAT);
    cr_expect_eq(wire_read_order(said("null"), &group), ERR_FORMAT);
}

Test(wire, at_most_four_legs)
{
    struct wire_group group;
    char *four = xasprintf("'legs':[%s,%s,%s,%s]", ORDER, ORDER, ORDER, ORDER);
    char *five = xasprintf("'legs':[%s,%s,%s,%s,%s]", ORDER, ORDER, ORDER, ORDER, ORDER);
    cr_expect_eq(READ_WITH(wire_read_order, ORDER, "'legs':null", four, &group), ERR_OK);
    cr_expect_eq(group.leg_count, 4);
    cr_expect_eq(READ_WITH(wire_read_order, ORDER, "'legs':null", five, &group), ERR_RANGE);
    free(four);
    free(five);
}

Test(wire, when_an_order_ended)
{
    static const char *const keys[] = {"canceled_at", "expired_at", "failed_at", "replaced_at"};
    struct wire_group group;
    for (size_t i = 0; i < 4; i++) {
        char from[32], to[64];
        (void)snprintf(from, sizeof from, "'%s':null", keys[i]);
        (void)snprintf(to, sizeof to, "'%s':'2026-03-16T16:00:00-04:00'", keys[i]);
        cr_assert_eq(READ_WITH(wire_read_order, ORDER, from, to, &group), ERR_OK);
        cr_expect_eq(group.order.ended_ns, at("2026-03-16T20:00:00Z"), "%s", keys[i]);
    }
    cr_assert_eq(READ_WITH(wire_read_order, ORDER, "'filled_at':null",
                           "'filled_at':'2026-03-16T18:39:00Z'", &group),
                 ERR_OK);
    cr_expect_eq(group.order.ended_ns, 0, "it has filled in part: accepted is not an end");
    cr_expect_eq(group.order.filled_ns, at("2026-03-16T18:39:00Z"));
}

/* ---- updates ---- */

#define FILL                                                                                       \
    "{'event':'fill','execution_id':'2c1d9b1e-64f5-4b0d-9c5e-0d6a1a7b2c3d',"                       \
    "'timestamp':'2026-03-16T18:38:01.942282Z','price':'212.37','qty':'10','position_qty':'10',"   \
    "'order':" ORDER "}"

Test(wire, an_update)
{
    struct wire_update update;
    cr_assert_eq(wire_read_update(said(FILL), &update), ERR_OK);
    cr_expect_eq(update.event, WIRE_UPDATE_FILL);
    cr_expect_str_eq(update.execution_id, "2c1d9b1e-64f5-4b0d-9c5e-0d6a1a7b2c3d");
    cr_expect_eq(update.timestamp_ns, at("2026-03-16T18:38:01.942282Z"));
    cr_expect_eq(update.price_e9, E9(212, 370000000));
    cr_expect_eq(update.qty_e9, E9(10, 0));
    cr_expect_eq(update.position_qty_e9, E9(10, 0));
    cr_expect(update.has_position);
    cr_expect_str_eq(update.group.order.client_id, "desk-1-000017");
    cr_assert_eq(
        READ_WITH(wire_read_update, FILL, "'position_qty':'10'", "'position_qty':'-3'", &update),
        ERR_OK);
    cr_expect_eq(update.position_qty_e9, -E9(3, 0));
    cr_assert_eq(
        wire_read_update(said("{'event':'new','execution_id':null,'order':" ORDER "}"), &update),
        ERR_OK);
    cr_expect_eq(update.event, WIRE_UPDATE_NEW);
    cr_expect_eq(update.timestamp_ns, 0);
    cr_expect(!update.has_position);
    cr_assert_eq(
        wire_read_update(said("{'event':'new','at':'2026-03-16T18:38:01Z','order':" ORDER "}"),
                         &update),
        ERR_OK);
    cr_expect_eq(update.timestamp_ns, at("2026-03-16T18:38:01Z"));
}

Test(wire, every_event_is_read)
{
#define TEXT(name, text) text,
    static const char *const texts[] = {WIRE_UPDATE_LIST(TEXT)};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char event[64];
        struct wire_update update;
        (void)snprintf(event, sizeof event, "'event':'%s'", texts[i]);
        cr_assert_eq(READ_WITH(wire_read_update, FILL, "'event':'fill'", event, &update), ERR_OK);
        cr_expect_eq((size_t)update.event, i, "%s", texts[i]);
    }
    struct wire_update update;
    cr_assert_eq(READ_WITH(wire_read_update, FILL, "'event':'fill'", "'event':'filled'", &update),
                 ERR_OK);
    cr_expect_eq(update.event, WIRE_UPDATE_UNKNOWN);
}

Test(wire, updates_that_are_refused)
{
    static const char *const cases[][2] = {
        {"'event':'fill',",                             ""                         },
        {"'event':'fill'",                              "'event':null"             },
        {"'event':'fill'",                              "'event':1"                },
        {"'price':'212.37',",                           ""                         },
        {"'price':'212.37'",                            "'price':null"             },
        {"'price':'212.37'",                            "'price':'2e2'"            },
        {"'qty':'10','position_qty'",                   "'position_qty'"           },
        {"'qty':'10','position_qty'",                   "'qty':'0','position_qty'" },
        {"'qty':'10','position_qty'",                   "'qty':'-1','position_qty'"},
        {"'position_qty':'10'",                         "'position_qty':'x'"       },
        {"'timestamp':'2026-03-16T18:38:01.942282Z'",   "'timestamp':''"           },
        {"'id':'61e69015-8549-4bfd-b9c3-01e75843f47d'", "'id':null"                },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire_update update;
        cr_expect_neq(READ_WITH(wire_read_update, FILL, cases[i][0], cases[i][1], &update), ERR_OK,
                      "%s", cases[i][1]);
    }
    struct wire_update update;
    cr_expect_eq(wire_read_update(said("{'event':'new'}"), &update), ERR_FORMAT);
    cr_expect_eq(wire_read_update(said("{'event':'new','order':null}"), &update), ERR_FORMAT);
    cr_expect_eq(wire_read_update(NULL, &update), ERR_FORMAT);
}

Test(wire, whether_an_order_is_the_one_that_was_sent)
{
    struct wire_group group;
    struct order_request request = {
        .head = {.order = {.qty_e9 = E9(10, 0),
                           .limit_price_e9 = E9(212, 400000000),
                           .type = ORDER_TYPE_LIMIT,
                           .time_in_force = TIME_IN_FORCE_DAY,
                           .leg_count = 1}},
        .legs = {{0, 1}},
    };
    cr_assert_eq(wire_read_order(said(ORDER), &group), ERR_OK);
    cr_expect(wire_order_matches(&group.order, "AAPL", &request));
    cr_expect(!wire_order_matches(&group.order, "AAP", &request));
    struct order_request other = request;
    other.legs[0].ratio = -1;
    cr_expect(!wire_order_matches(&group.order, "AAPL", &other));
    other = request;
    other.head.order.qty_e9 += 1;
    cr_expect(!wire_order_matches(&group.order, "AAPL", &other));
    other = request;
    other.head.order.limit_price_e9 += 1;
    cr_expect(!wire_order_matches(&group.order, "AAPL", &other));
    other = request;
    other.terms.stop_price_e9 = 1;
    cr_expect(!wire_order_matches(&group.order, "AAPL", &other));
    other = request;
    other.head.order.type = ORDER_TYPE_STOP;
    cr_expect(!wire_order_matches(&group.order, "AAPL", &other));
}

Test(wire, the_stop_price_of_a_trailing_stop_is_the_markets)
{
    struct wire_group group;
    struct order_request request = {
        .head = {.order = {.qty_e9 = E9(10, 0), .type = ORDER_TYPE_TRAILING_STOP}},
        .legs = {{0, -1}},
        .terms = {.trail = E9(1, 0)}};
    cr_assert_eq(wire_read_order(said("{'id':'a','client_order_id':'b','symbol':'AAPL','qty':10,"
                                      "'filled_qty':0,'type':'trailing_stop','side':'sell',"
                                      "'time_in_force':'gtc','stop_price':'211.5','status':'new'}"),
                                 &group),
                 ERR_OK);
    cr_expect(wire_order_matches(&group.order, "AAPL", &request));
}

/* ---- real answers ---- */

/* Which reader the object is for, by a key that only its kind has. */
static void read_real(const struct node *body, unsigned counts[4])
{
    struct wire_group group;
    struct wire_account account;
    struct wire_position position;
    struct wire_asset asset;
    if (node_member(body, "client_order_id") != NULL) {
        counts[0]++;
        cr_expect_eq(wire_read_order(body, &group), ERR_OK);
        cr_expect(group.order.status == WIRE_ACCEPTED || group.order.status == WIRE_NEW);
        cr_expect(group.order.type != 0 && group.order.time_in_force != 0);
        cr_expect(group.order.qty_e9 == MONEY_E9 || node_is(node_member(body, "notional"), "500"));
    } else if (node_member(body, "account_number") != NULL) {
        counts[1]++;
        cr_expect_eq(wire_read_account(body, &account), ERR_OK);
        cr_expect_eq(account.cash_e9, -E9(23140, 200000000));
        cr_expect_eq(account.multiplier, 4);
        cr_expect(account.active && !account.blocked);
    } else if (node_member(body, "avg_entry_price") != NULL) {
        counts[2]++;
        cr_expect_eq(wire_read_position(body, &position), ERR_OK);
        cr_expect_eq(position.qty_e9, E9(5, 0));
        cr_expect_eq(position.average_price_e9, E9(100, 0));
    } else if (node_member(body, "tradable") != NULL) {
        counts[3]++;
        cr_expect_eq(wire_read_asset(body, &asset), ERR_OK);
        cr_expect(asset.active && asset.tradable);
    }
}

Test(wire, real_answers)
{
    enum { LINE_MAX_BYTES = 1 << 20 };
    char *path = shared_file("alpaca/api_responses.jsonl");
    if (path == NULL) {
        cr_skip_test("no shared data: alpaca/api_responses.jsonl");
    }
    FILE *file = fopen(path, "re");
    char *line = xmalloc(LINE_MAX_BYTES);
    struct tree tree;
    unsigned counts[4] = {0};
    cr_assert_not_null(file);
    tree_init(&tree);
    while (fgets(line, LINE_MAX_BYTES, file) != NULL) {
        cr_assert_eq(json_parse(&tree, line, strcspn(line, "\n")), ERR_OK);
        const struct node *body = node_member(tree_root(&tree), "body");
        read_real(body->kind == NODE_ARRAY ? node_first(body) : body, counts);
    }
    cr_expect_geq(counts[0], 10);
    cr_expect_eq(counts[1], 1);
    cr_expect_geq(counts[2], 1);
    cr_expect_geq(counts[3], 4);
    tree_finish(&tree);
    free(line);
    free(path);
    cr_assert_eq(fclose(file), 0);
}
