/* alpaca_calendar_test.c: the broker's sessions beside ours, hour after hour. */
#include "broker/alpaca_bench_test.h"

#define ASK "GET /v2/calendar?start=2024-11-25&end=2024-12-05"

/* The sessions of those days as the exchange published them: Thanksgiving and half a day behind it.
 */
static const struct {
    const char *date, *close;
} published[] = {
    {"2024-11-25", "16:00"},
    {"2024-11-26", "16:00"},
    {"2024-11-27", "16:00"},
    {"2024-11-29", "13:00"},
    {"2024-12-02", "16:00"},
    {"2024-12-03", "16:00"},
    {"2024-12-04", "16:00"},
    {"2024-12-05", "16:00"},
};

/* They, with one day's close changed (NULL: that day left out), or with one day more. */
static const char *listed(const char *date, const char *close, const char *more)
{
    static char json[2048];
    size_t length = (size_t)snprintf(json, sizeof json, "[");
    for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
        bool changed = date != NULL && strcmp(published[i].date, date) == 0;
        if (changed && close == NULL) {
            continue;
        }
        length += (size_t)snprintf(json + length, sizeof json - length,
                                   "%s{\"date\":\"%s\",\"open\":\"09:30\",\"close\":\"%s\"}",
                                   length > 1 ? "," : "", published[i].date,
                                   changed ? close : published[i].close);
    }
    (void)snprintf(json + length, sizeof json - length, "%s]", more);
    return json;
}

/* Monday, an hour before the open. */
static void begin(void)
{
    struct bench_plan plan = bench_plan_simple(1);
    plan.calendar = CALENDAR_XNYS;
    desk = (struct desk){.orders = "[]", .positions = "[]", .cash = "1000000", .executions = "[]"};
    tree_init(&desk.tree);
    bench_init(&desk.bench, &plan);
    cr_assert_eq(utc_parse("2024-11-25T13:30:00Z", 20, &desk.bench.ts_ns), ERR_OK);
    desk_open_account(false);
    desk_stream(STREAM_UP);
    desk_settle();
    ASSERT_DESK_TOLD("+reconciling, +order-stream, -reconciling, -order-stream");
    cr_expect_eq(desk_open("/v2/calendar"), 0, "nobody watches it");
    desk.alpaca->plan.watches_calendar = true;
    desk_later(1);
}

/* Minute by minute, until it is asked for again. */
static void next_hour(void)
{
    struct broker *broker = alpaca_broker(desk.alpaca);
    cr_assert_eq(desk_open("/"), 0);
    desk.asked_count = 0;
    for (int i = 0; i < 60 && desk_open("/v2/calendar") == 0; i++) {
        desk.client.clock.now_ns += NS_PER_MIN;
        broker->ops->on_time(broker, desk.client.clock.now_ns);
        desk_settle();
    }
}

static void answer(const char *json)
{
    cr_assert(desk_answer(ASK, CLIENT_OK, 200, json));
    desk_take_reports();
}

Test(alpaca_calendar, the_same_sessions_say_nothing)
{
    begin();
    answer(listed(NULL, NULL, ""));
    ASSERT_DESK_TOLD("");
    next_hour();
    answer(listed(NULL, NULL, ""));
    ASSERT_DESK_TOLD("");
    cr_expect_null(strstr(desk.said, "alarm"), "%s", desk.said);
    desk_end();
}

Test(alpaca_calendar, an_early_close_that_is_announced_late_shuts_entries_until_it_is_gone)
{
    begin();
    answer(listed("2024-11-25", "13:00", ""));
    ASSERT_DESK_TOLD("+calendar");
    const char *words = strstr(desk.said, "on 2024-11-25 the broker's session is 14:30:00Z to "
                                          "18:00:00Z, and ours is 14:30:00Z to 21:00:00Z");
    cr_assert_not_null(words, "%s", desk.said);
    next_hour();
    answer(listed("2024-11-25", "13:00", ""));
    ASSERT_DESK_TOLD("");
    cr_expect_null(strstr(words + 1, "on 2024-11-25"), "it is said once: %s", desk.said);
    next_hour();
    answer(listed(NULL, NULL, ""));
    ASSERT_DESK_TOLD("-calendar");
    desk_end();
}

Test(alpaca_calendar, days_that_one_of_both_does_not_have)
{
    begin();
    answer(listed("2024-11-26", NULL, ""));
    ASSERT_DESK_TOLD("+calendar");
    cr_expect_not_null(strstr(desk.said, "on 2024-11-26 the broker's session is closed"));
    next_hour();
    answer(listed(NULL, NULL, ",{\"date\":\"2024-12-07\",\"open\":\"09:30\",\"close\":\"16:00\"}"));
    ASSERT_DESK_TOLD("-calendar");
    cr_expect_not_null(strstr(desk.said, "to 21:00:00Z, and ours is closed"), "%s", desk.said);
    desk_end();
}

Test(alpaca_calendar, a_difference_days_ahead_is_said_and_shuts_nothing_yet)
{
    begin();
    answer(listed("2024-12-03", "13:00", ""));
    ASSERT_DESK_TOLD("");
    cr_expect_not_null(strstr(desk.said, "alarm: on 2024-12-03"), "%s", desk.said);
    desk_end();
}

Test(alpaca_calendar, what_cannot_be_read_is_no_calendar)
{
    static const char *const bodies[] = {
        "{}", "[{}]", "[{\"date\":\"2024-11-25\",\"open\":\"16:00\",\"close\":\"09:30\"}]", NULL};
    begin();
    for (int hour = 0; hour < 24; hour++) {
        if (hour % 4 == 3) {
            cr_assert(desk_answer("GET /v2/calendar", CLIENT_UNKNOWN, 500, NULL));
        } else {
            cr_assert(desk_answer("GET /v2/calendar", CLIENT_OK, 200, bodies[hour % 4]));
        }
        desk_take_reports();
        ASSERT_DESK_TOLD("");
        next_hour();
    }
    cr_assert(desk_answer("GET /v2/calendar", CLIENT_UNKNOWN, 500, NULL));
    next_hour();
    ASSERT_DESK_TOLD("+calendar");
    desk_end();
}
