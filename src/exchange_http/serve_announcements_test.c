/* serve_announcements_test.c: splits and dividends by the old route, from a list of actions. */
#include "exchange_http/served_test.h"

static struct action rows[] = {
    {.date = 20525,         .instrument = {"AAPL"}, .split_new = 1, .split_old = 1,                             .cash_e9 = 250000000},
    {.date = 20526,                     .instrument = {"AAPL"},                               .split_new = 4,   .split_old = 1, .cash_e9 = 500000000},
    {.date = 20527, .instrument = {"SPY"},                       .split_new = 1,                         .split_old = 8                                             }, /* 2026-03-15 */
};

static struct served serve_actions(void)
{
    static struct actions actions = {.rows = rows, .count = 3};
    struct served served = served_at(made_open_ns(1));
    served.venue->plan.actions = &actions;
    return served;
}

static uint32_t count_of(struct served *served, const char *query)
{
    char request[256];
    (void)snprintf(request, sizeof request, "GET /v2/corporate_actions/announcements?%s", query);
    (void)ask(served, request);
    cr_expect_eq(served->status, 200, "%s", served->json.text);
    return tree_root(&served->answer)->length;
}

Test(announcements, are_found_by_type_date_and_symbol)
{
    struct served served = serve_actions();
    cr_expect_eq(count_of(&served, "ca_types=dividend,split&since=2026-03-01&until=2026-03-31"), 4);
    cr_expect_eq(count_of(&served, "ca_types=Dividend&since=2026-03-01&until=2026-03-31"), 2);
    cr_expect_eq(count_of(&served, "ca_types=split&since=2026-03-14&until=2026-03-14"), 1);
    cr_expect_eq(count_of(&served, "ca_types=merger,spinoff&since=2026-03-01&until=2026-03-31"), 0);
    cr_expect_eq(count_of(&served, "ca_types=split&since=2026-03-01&until=2026-03-31&symbol=SPY"),
                 1);
    cr_expect_eq(
        count_of(&served, "ca_types=split&since=2026-03-01&until=2026-03-31&date_type=ex_date"), 2);
    cr_expect_eq(
        count_of(&served, "ca_types=split&since=2026-03-01&until=2026-03-31&date_type=record_date"),
        0);
    served_finish(&served);
}

Test(announcements, have_the_vendors_keys_and_are_found_again)
{
    struct served served = serve_actions();
    cr_expect_eq(count_of(&served, "ca_types=split&since=2026-03-15&until=2026-03-15"), 1);
    char id[UUID_TEXT_SIZE], expected[1024], request[128];
    (void)snprintf(id, sizeof id, "%s",
                   node_text(node_member(node_first(tree_root(&served.answer)), "id")));
    (void)snprintf(expected, sizeof expected,
                   "{\"id\":\"%s\",\"corporate_action_id\":\"%s\",\"ca_type\":\"split\","
                   "\"ca_sub_type\":\"reverse_split\",\"initiating_symbol\":\"SPY\","
                   "\"initiating_original_cusip\":\"\",\"target_symbol\":\"SPY\","
                   "\"target_original_cusip\":\"\",\"declaration_date\":null,\"ex_date\":"
                   "\"2026-03-15\",\"expiration_date\":null,\"record_date\":null,\"payable_date\":"
                   "null,\"cash\":\"0\","
                   "\"old_rate\":\"8\",\"new_rate\":\"1\"}",
                   id, id);
    (void)snprintf(request, sizeof request, "GET /v2/corporate_actions/announcements/%s", id);
    expect_answer(&served, request, 200, expected);
    expect_answer(&served, "GET /v2/corporate_actions/announcements/1", 404,
                  "{\"code\":40410000,\"message\":\"announcement not found for 1\"}");
    served_finish(&served);
}

Test(announcements, without_a_list_there_are_none)
{
    struct served served = served_at(made_open_ns(1));
    cr_expect_eq(count_of(&served, "ca_types=dividend&since=2026-03-01&until=2026-03-31"), 0);
    served_finish(&served);
}

Test(announcements, want_types_and_at_most_90_days)
{
    static const struct {
        const char *query, *message;
    } cases[] = {
        {"since=2026-03-01&until=2026-03-31",                   "ca_types is required"           },
        {"ca_types=dividend&until=2026-03-31",                  "since is required"              },
        {"ca_types=dividend&since=2026-03-31",                  "until is required"              },
        {"ca_types=gift&since=2026-03-01&until=2026-03-31",     "invalid ca_types: gift"         },
        {"ca_types=dividend&since=2026-01-01&until=2026-04-02", "date range must be 0 to 90 days"},
        {"ca_types=dividend&since=2026-03-02&until=2026-03-01", "date range must be 0 to 90 days"},
    };
    struct served served = serve_actions();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char request[160], expected[160];
        (void)snprintf(request, sizeof request, "GET /v2/corporate_actions/announcements?%s",
                       cases[i].query);
        (void)snprintf(expected, sizeof expected, "{\"code\":40010001,\"message\":\"%s\"}",
                       cases[i].message);
        expect_answer(&served, request, 422, expected);
    }
    cr_expect_eq(count_of(&served, "ca_types=dividend&since=2026-01-01&until=2026-04-01"), 2);
    served_finish(&served);
}
