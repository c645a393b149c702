/* serve_assets_test.c: what can be traded, as it is told. */
#include "exchange_http/served_test.h"
#include "exchange_http/shapes.h"

Test(assets, are_listed_by_exchange_and_found_by_symbol_or_id)
{
    struct served served = served_at(made_open_ns(1));
    (void)ask(&served, "GET /v2/assets?status=active");
    const struct node *list = tree_root(&served.answer);
    cr_assert_eq(list->length, 2);
    cr_expect(node_is(node_member(node_first(list), "symbol"), "SPY"));
    cr_expect(node_is(node_member(node_first(list), "exchange"), "ARCA"));
    char id[UUID_TEXT_SIZE], request[128], expected[1024];
    asset_id(0, id);
    (void)snprintf(expected, sizeof expected,
                   "{\"id\":\"%s\",\"class\":\"us_equity\",\"exchange\":\"NASDAQ\",\"symbol\":"
                   "\"AAPL\",\"name\":\"AAPL (simulated)\",\"status\":\"active\",\"tradable\":true,"
                   "\"marginable\":true,\"shortable\":true,\"easy_to_borrow\":true,"
                   "\"borrow_status\":\"easy_to_borrow\",\"fractionable\":true,"
                   "\"maintenance_margin_requirement\":30,\"margin_requirement_long\":\"30\","
                   "\"margin_requirement_short\":\"30\",\"attributes\":[],\"cusip\":null}",
                   id);
    expect_answer(&served, "GET /v2/assets/AAPL", 200, expected);
    (void)snprintf(request, sizeof request, "GET /v2/assets/%s", id);
    expect_answer(&served, request, 200, expected);
    served_finish(&served);
}

Test(assets, that_do_not_match_are_left_out)
{
    static const struct {
        const char *query;
        uint32_t count;
    } cases[] = {
        {"",                                  2},
        {"?asset_class=us_equity",            2},
        {"?exchange=NASDAQ",                  1},
        {"?exchange=NYSE",                    0},
        {"?status=inactive",                  0},
        {"?asset_class=crypto",               0},
        {"?attributes=has_options%2Cipo",     0},
        {"?status=&asset_class=&attributes=", 2},
    };
    struct served served = served_at(made_open_ns(1));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char request[128];
        (void)snprintf(request, sizeof request, "GET /v2/assets%s", cases[i].query);
        (void)ask(&served, request);
        cr_expect_eq(tree_root(&served.answer)->length, cases[i].count, "%s", cases[i].query);
    }
    expect_answer(&served, "GET /v2/assets?status=asleep", 422,
                  "{\"code\":40010001,\"message\":\"invalid status: asleep\"}");
    expect_answer(&served, "GET /v2/assets/aapl", 404,
                  "{\"code\":40410000,\"message\":\"asset not found for aapl\"}");
    expect_answer(&served, "GET /v2/assets/b0b6dd9d-8b9b-48a9-ba46-b9d54906e415", 404,
                  "{\"code\":40410000,\"message\":\"asset not found for "
                  "b0b6dd9d-8b9b-48a9-ba46-b9d54906e415\"}");
    served_finish(&served);
}

Test(assets, that_are_inactive_are_told_apart)
{
    static const struct market_asset assets[MADE_SYMBOLS] = {{.inactive = true}};
    struct served served = served_at(made_open_ns(1));
    served.venue->market.assets = assets;
    (void)ask(&served, "GET /v2/assets?status=active");
    cr_assert_eq(tree_root(&served.answer)->length, 1);
    cr_expect(node_is(node_member(node_first(tree_root(&served.answer)), "symbol"), "SPY"));
    (void)ask(&served, "GET /v2/assets?status=inactive");
    cr_assert_eq(tree_root(&served.answer)->length, 1);
    cr_expect(node_is(node_member(node_first(tree_root(&served.answer)), "symbol"), "AAPL"));
    (void)ask(&served, "GET /v2/assets?status=all");
    cr_expect_eq(tree_root(&served.answer)->length, 2);
    served_finish(&served);
}

Test(contracts, there_are_none_yet)
{
    struct served served = served_at(made_open_ns(1));
    expect_answer(&served, "GET /v2/options/contracts?underlying_symbols=AAPL", 200,
                  "{\"option_contracts\":[],\"next_page_token\":null}");
    expect_answer(&served, "GET /v2/options/contracts/AAPL260320C00200000", 404,
                  "{\"code\":40410000,\"message\":\"option contract AAPL260320C00200000 not "
                  "found\"}");
    (void)ask(&served, "GET /v2/options/contracts?limit=10001");
    cr_expect_eq(served.status, 422);
    served_finish(&served);
}
