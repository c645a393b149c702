/* events_test.c: server-sent events on a running exchange: what is new as it comes, the past on
 * request, ends. */
#include "exchange_http/running_test.h"

static struct running running;
static struct peer reader;

static const char buy[] = "{\"symbol\":\"AAPL\",\"qty\":\"5\",\"side\":\"buy\",\"type\":\"market\","
                          "\"time_in_force\":\"day\"}";

static void start(void)
{
    running_plan(&running, true);
    running_start(&running);
    int64_t begin_ns = made_open_ns(1) + 31 * NS_PER_MIN;
    while (server_venue(running.server)->now_ns < begin_ns) {
        server_advance_until(running.server, begin_ns);
    }
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
    while (server_venue(running.server)->now_ns < made_open_ns(2)) {
        server_advance_until(running.server, made_open_ns(2));
    }
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
