/* events_test.c: server-sent events on a running exchange: what is new as it comes, the past on
 * request, ends. */
#include "exchange_http/running_test.h"

static struct running running;
static struct peer reader;

static const char buy[] = "{\"symbol\":\"AAPL\",\"qty\":\"5\",\"side\":\"buy\",\"type\":\"market\","
                          "\"time_in_force\":\"day\"}";

/* Friday, Monday and Tuesday; the last is still to come. */
static struct action action_rows[] = {
    {.date = 20525,         .instrument = {"SPY"}, .split_new = 1, .split_old = 1,                             .cash_e9 = 1500000000},
    {.date = 20528,                     .instrument = {"AAPL"},                              .split_new = 4,  .split_old = 1, .cash_e9 = 250000000},
    {.date = 20529, .instrument = {"SPY"},                      .split_new = 1,                        .split_old = 8                                            },
};
static const struct actions actions = {.rows = action_rows, .count = 3};

static void go_to(int64_t ts_ns)
{
    while (server_venue(running.server)->now_ns < ts_ns) {
        server_advance_until(running.server, ts_ns);
    }
}

static void start_plan(void)
{
    running_start(&running);
    go_to(made_open_ns(1) + 31 * NS_PER_MIN);
}

static void start(void)
{
    running_plan(&running, true);
    start_plan();
}

static void start_with_actions(void)
{
    running_plan(&running, true);
    running.plan.venue.actions = &actions;
    start_plan();
}

static void stop(void)
{
    if (reader.fd > 0) {
        peer_close(&reader);
    }
    running_stop(&running);
}

TestSuite(events, .init = start, .fini = stop);

static void open_stream(const char *target)
{
    peer_connect(&reader, running.loop, server_port(running.server));
    running_send(&reader, "GET", target, "");
    running_wait(&reader, "\r\n\r\n");
}

static size_t count(const char *text)
{
    size_t found = 0;
    for (const char *at = reader.got; (at = strstr(at, text)) != NULL; at++) {
        found++;
    }
    return found;
}

static void submit(void)
{
    (void)running_ask(&running.http, "POST", "/v2/orders", buy);
    cr_assert_eq(peer_status(&running.http), 200, "%s", running.http.got);
}

static void turns(int number)
{
    for (int i = 0; i < number; i++) {
        peer_turn(&reader);
    }
}

Test(events, trades_as_they_come)
{
    submit();
    open_stream("/v2/events/trades");
    cr_assert_eq(peer_status(&reader), 200, "%s", reader.got);
    cr_expect_not_null(strstr(reader.got, "Content-Type: text/event-stream"));
    running_wait(&reader, ": heartbeat\n\n");
    cr_expect_eq(count("data: "), 0, "the past was not asked for: %s", reader.got);
    submit();
    running_wait(&reader, "\"event\":\"fill\"");
    cr_expect_eq(count("data: {\"event_id\":\"01"), 2, "new and fill: %s", reader.got);
    cr_expect_lt(strstr(reader.got, "\"event\":\"new\""), strstr(reader.got, "\"event\":\"fill\""));
    cr_expect_not_null(strstr(reader.got, "\"execution_id\":\""));
    cr_expect_not_null(strstr(reader.got, "\"position_qty\":\"10\""), "%s", reader.got);
}

Test(events, what_a_step_causes_is_out_before_it_returns)
{
    open_stream("/v2/events/trades");
    running_wait(&reader, ": heartbeat\n\n");
    (void)running_ask(&running.http, "POST", "/v2/orders",
                      "{\"symbol\":\"AAPL\",\"qty\":\"5\",\"side\":\"buy\",\"type\":\"limit\","
                      "\"limit_price\":\"150\",\"time_in_force\":\"day\"}");
    running_wait(&reader, "\"event\":\"new\"");
    turns(5);
    running_forget(&reader);
    go_to(made_open_ns(2));
    running_read(&reader); /* no turn of the loop lies between */
    cr_expect(running_has(&reader, "\"event\":\"expired\""), "%s", reader.got);
}

Test(events, activities)
{
    submit();
    open_stream("/v2beta1/events/activities?since=2026-03-16");
    running_wait(&reader, "data: {\"event_id\":\"01");
    submit();
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (count("data: ") < 2 && clock_mono_ns() < end_ns) {
        peer_turn(&reader);
    }
    cr_expect_eq(count("data: "), 2, "%s", reader.got);
    cr_expect_eq(count("\"FILL\""), 2, "%s", reader.got);
}

/* The id of the `number`th event that came. */
static const char *id_of(size_t number)
{
    static char id[27];
    const char *at = reader.got;
    for (size_t i = 0; i <= number; i++) {
        at = strstr(at, "\"event_id\":\"");
        cr_assert_not_null(at);
        at += 12;
    }
    (void)snprintf(id, sizeof id, "%.26s", at);
    return id;
}

Test(events, the_past_up_to_an_end)
{
    char target[256];
    submit();
    submit();
    open_stream("/v2/events/trades?since=2026-03-16&until=2026-03-16T14:00:59Z");
    running_wait(&reader, "\r\n0\r\n\r\n");
    cr_expect_eq(count("data: "), 0, "the end lies before all of it: %s", reader.got);
    peer_close(&reader);
    open_stream("/v2/events/trades?since=2026-03-16");
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (count("data: ") < 4 && clock_mono_ns() < end_ns) {
        peer_turn(&reader);
    }
    cr_assert_eq(count("data: "), 4, "%s", reader.got);
    char second[27];
    (void)snprintf(second, sizeof second, "%s", id_of(1));
    (void)snprintf(target, sizeof target, "/v2/events/trades?since_id=%s&until_id=%s", second,
                   id_of(2));
    peer_close(&reader);
    open_stream(target);
    running_wait(&reader, "\r\n0\r\n\r\n");
    cr_expect_eq(count("data: "), 2, "both ends are in it: %s", reader.got);
    cr_expect_str_eq(id_of(0), second);
}

Test(events, wrong_questions)
{
    open_stream("/v2/events/trades?until=2026-03-16");
    cr_expect_eq(peer_status(&reader), 422);
    cr_expect_not_null(strstr(reader.got, "since is required"), "%s", reader.got);
    peer_close(&reader);
    open_stream("/v2beta1/events/activities?since_id=nothing");
    cr_expect_eq(peer_status(&reader), 422);
    peer_close(&reader);
    peer_connect(&reader, running.loop, server_port(running.server));
    peer_say(&reader, "GET /v2/events/trades HTTP/1.1\r\nHost: a\r\n\r\n");
    running_wait(&reader, "\r\n\r\n");
    cr_expect_eq(peer_status(&reader), 401);
}

#define FEED "/v1beta1/events/corporate-actions"

TestSuite(action_feed, .init = start_with_actions, .fini = stop);

static void open_feed(const char *query)
{
    if (reader.fd > 0) {
        peer_close(&reader);
    }
    char target[512];
    (void)snprintf(target, sizeof target, FEED "?%s", query);
    open_stream(target);
}

static void expect_feed(const char *query, size_t events)
{
    open_feed(query);
    running_wait(&reader, ": heartbeat\n\n");
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (count("data: ") < events && clock_mono_ns() < end_ns) {
        peer_turn(&reader);
    }
    turns(3);
    cr_expect_eq(count("data: "), events, "%s: %s", query, reader.got);
}

static void expect_refusal(const char *query, const char *words)
{
    open_feed(query);
    turns(3);
    cr_expect_eq(peer_status(&reader), 400, "%s: %s", query, reader.got);
    cr_expect(running_has(&reader, words), "%s: %s", query, reader.got);
}

Test(action_feed, tells_each_when_its_day_begins)
{
    expect_feed("", 0);
    go_to(made_open_ns(2));
    running_wait(&reader, "data: {\"event_id\":\"01");
    cr_expect_eq(count("data: "), 1);
    cr_expect(running_has(&reader, "\"at\":\"2026-03-17T04:00:00Z\",\"action\":\"insert\","
                                   "\"event_type\":\"reverse_split_corporateaction_event\","
                                   "\"region\":\"us\",\"ca\":{\"id\":\""),
              "%s", reader.got);
    cr_expect(running_has(&reader, "\"symbol\":\"SPY\",\"old_cusip\":\"\",\"new_cusip\":\"\","
                                   "\"new_rate\":\"1\",\"old_rate\":\"8\","
                                   "\"ex_date\":\"2026-03-17\",\"process_date\":\"2026-03-17\"}}"),
              "%s", reader.got);
}

Test(action_feed, tells_the_past_as_the_list_does)
{
    expect_feed("since=2026-03-01", 3);
    cr_expect(running_has(&reader, "\"symbol\":\"SPY\",\"cusip\":\"\",\"rate\":\"1.5\","
                                   "\"special\":false,\"foreign\":false,"
                                   "\"ex_date\":\"2026-03-13\""),
              "%s", reader.got);
    cr_expect(running_has(&reader, "\"new_rate\":\"4\",\"old_rate\":\"1\""), "%s", reader.got);
    const char *at = strstr(reader.got, "\"ca\":{\"id\":\"");
    char id[64];
    (void)snprintf(id, sizeof id, "\"id\":\"%.36s\"", at + strlen("\"ca\":{\"id\":\""));
    (void)running_ask(&running.http, "GET", "/v1/corporate-actions?start=2026-03-01", "");
    cr_expect_not_null(strstr(running.http.got, id), "%s: %s", id, running.http.got);
}

Test(action_feed, tells_what_is_asked_for_alone)
{
    expect_feed("since=2026-03-01&type=forward_split_corporateaction_event", 1);
    cr_expect_eq(count("\"symbol\":\"AAPL\""), 1);
    expect_feed("since=2026-03-01&type=spin_off_corporateaction_event,"
                "cash_dividend_corporateaction_event&region=US",
                2);
    expect_feed("since=2026-03-01&type=equity_partial_call_corporateaction_event", 0);
    expect_feed("since=2026-03-01&type=&region=all", 3);
    expect_feed("since=2026-03-01&region=non_us", 0);
    expect_feed("since=2026-03-01&until=2026-03-14", 1);
    running_wait(&reader, "\r\n0\r\n\r\n");
}

Test(action_feed, goes_on_where_a_client_was)
{
    expect_feed("since=2026-03-01", 3);
    char second[27], text[512], query[128];
    (void)snprintf(second, sizeof second, "%s", id_of(1));
    (void)snprintf(query, sizeof query, "since_id=%s&until_id=%s", id_of(0), second);
    (void)snprintf(text, sizeof text,
                   "GET " FEED "?since_id=%s HTTP/1.1\r\nHost: a\r\n" RUNNING_KEYS
                   "Last-Event-ID: %s\r\n\r\n",
                   id_of(0), second);
    expect_feed(query, 2);
    running_wait(&reader, "\r\n0\r\n\r\n");
    peer_close(&reader);
    peer_connect(&reader, running.loop, server_port(running.server));
    peer_say(&reader, text);
    running_wait(&reader, "\"symbol\":\"AAPL\"");
    turns(3);
    cr_expect_eq(count("data: "), 2, "%s", reader.got);
    cr_expect_str_eq(id_of(0), second);
}

Test(action_feed, refuses_what_cannot_be_meant)
{
    expect_refusal("type=gift", "invalid type: gift; valid: cash_dividend_corporateaction_event, ");
    expect_refusal("type=gift", ", reorganization_corporateaction_event\"}");
    expect_refusal("region=mars", "invalid region: mars; valid: all, us, non_us");
    expect_refusal("until=2026-03-14", "since is required");
    expect_refusal("since=2026-03-14&until=2026-03-17", "cannot be in the future");
    expect_refusal("since_id=01J9RPMV5TKB8WX3M4F1KZ7QH2&until_id=7ZZZZZZZZZKB8WX3M4F1KZ7QH2",
                   "cannot be in the future");
    expect_refusal("since_id=gift", "invalid since_id");
}

Test(events, end_with_the_accounts)
{
    open_stream("/v2/events/trades");
    running_wait(&reader, ": heartbeat\n\n");
    submit();
    running_wait(&reader, "\"event\":\"fill\"");
    (void)running_ask(&running.admin, "POST", "/reset", "{}");
    running_wait(&reader, "\r\n0\r\n\r\n");
    peer_close(&reader);
    open_stream("/v2/events/trades?since=2026-03-16");
    running_wait(&reader, ": heartbeat\n\n");
    turns(5);
    cr_expect_eq(count("data: "), 0);
}

Test(events, are_an_accounts_own)
{
    open_stream("/v2/events/trades");
    running_wait(&reader, ": heartbeat\n\n");
    running_forget(&running.http);
    char text[512];
    (void)snprintf(text, sizeof text,
                   "POST /v2/orders HTTP/1.1\r\nHost: a\r\nAPCA-API-KEY-ID: OTHER\r\n"
                   "APCA-API-SECRET-KEY: x\r\nContent-Length: %zu\r\n\r\n%s",
                   strlen(buy), buy);
    (void)peer_ask(&running.http, text);
    cr_expect_eq(peer_status(&running.http), 200);
    turns(20);
    cr_expect_eq(count("data: "), 0, "%s", reader.got);
}

Test(events, a_reader_that_goes_is_forgotten)
{
    open_stream("/v2/events/trades");
    running_wait(&reader, ": heartbeat\n\n");
    peer_close(&reader);
    reader.fd = -1;
    int64_t end_ns = clock_mono_ns() + 3 * NS_PER_S; /* seen within two */
    while (clock_mono_ns() < end_ns) {
        loop_turn(running.loop, true);
    }
    submit(); /* nobody is written to */
    cr_expect_eq(peer_status(&running.http), 200);
}
