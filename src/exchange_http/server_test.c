/* The served exchange with its network: time by hand, and that what came of it is out before the
 * answer. */
#include "exchange_http/running_test.h"

static struct running running;

static const char market_order[] = "{\"symbol\":\"AAPL\",\"qty\":\"5\",\"side\":\"buy\","
                                   "\"type\":\"market\",\"time_in_force\":\"day\"}";

static void start(void)
{
    running_plan(&running, false);
    running_start(&running);
}

static void stop(void)
{
    running_stop(&running);
}

TestSuite(server, .init = start, .fini = stop);

Test(server, until_stops_at_the_next_slice)
{
    const char *answer = running_ask(&running.admin, "GET", "/status", "");
    cr_assert_not_null(strstr(answer, "\"now\":\"2026-03-16T14:00:00Z\""), "%s", answer);
    cr_assert_not_null(strstr(answer, "\"next\":\"2026-03-16T14:01:00Z\""), "%s", answer);
    answer = running_ask(&running.admin, "POST", "/advance",
                         "{\"until\":\"2026-03-16T14:00:30.000000007Z\"}");
    cr_assert_not_null(strstr(answer, "\"now\":\"2026-03-16T14:00:30.000000007Z\""), "%s", answer);
    cr_assert_not_null(strstr(answer, "\"next\":\"2026-03-16T14:01:00Z\""), "%s", answer);
    answer =
        running_ask(&running.admin, "POST", "/advance", "{\"until\":\"2026-03-16T18:00:00Z\"}");
    cr_assert_not_null(strstr(answer, "\"now\":\"2026-03-16T14:01:00Z\""), "%s", answer);
    cr_assert_not_null(strstr(answer, "\"next\":\"2026-03-16T14:02:00Z\""), "%s", answer);
}

Test(server, time_never_goes_back)
{
    const char *answer =
        running_ask(&running.admin, "POST", "/advance", "{\"until\":\"2026-03-16T12:00:00Z\"}");
    cr_assert_not_null(strstr(answer, "\"now\":\"2026-03-16T14:00:00Z\""), "%s", answer);
    answer = running_ask(&running.admin, "POST", "/advance", "{\"until\":12}");
    cr_assert_eq(peer_status(&running.admin), 422, "%s", answer);
}

Test(server, at_the_end_of_the_data_nothing_is_next)
{
    int64_t end_ns = made_open_ns(2) + MADE_MINUTES * NS_PER_MIN;
    uint32_t steps = 0;
    while (server_next_ns(running.server) != VENUE_NEVER) {
        server_advance_until(running.server, end_ns + NS_PER_HOUR);
        steps++;
    }
    cr_assert_eq(steps, 2 * MADE_MINUTES - 30, "%u steps: one for each minute", steps);
    cr_assert_eq(server_venue(running.server)->now_ns, end_ns);
    const char *answer =
        running_ask(&running.admin, "POST", "/advance", "{\"until\":\"2026-03-20T00:00:00Z\"}");
    cr_assert_not_null(strstr(answer, "\"now\":\"2026-03-20T00:00:00Z\",\"next\":null"), "%s",
                       answer);
}

Test(server, what_a_step_causes_is_out_before_it_returns)
{
    static struct peer trading;
    static struct peer data;
    running_listen(&running, &trading);
    running_watch(&running, &data);
    (void)running_ask(&running.http, "POST", "/v2/orders", market_order);
    cr_assert_eq(peer_status(&running.http), 200, "%s", running.http.got);
    server_advance_until(running.server, made_open_ns(2));
    running_read(&trading); /* no turn of the loop lies between */
    running_read(&data);
    cr_assert(running_has(&trading, "\"event\":\"fill\""));
    cr_assert(running_has(&data, "\"T\":\"b\",\"S\":\"AAPL\""));
    cr_assert(running_has(&data, "\"T\":\"b\",\"S\":\"SPY\""));
    peer_close(&trading);
    peer_close(&data);
}

/* The answer is read byte by byte from one socket, the streams from others: once the first byte of
 * the answer is there, all of the streams must be. */
Test(server, the_answer_of_a_step_comes_last)
{
    static struct peer trading;
    running_listen(&running, &trading);
    (void)running_ask(&running.http, "POST", "/v2/orders", market_order);
    running_send(&running.admin, "POST", "/advance", "{\"until\":\"2026-03-17T14:00:00Z\"}");
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (running.admin.length == 0 && clock_mono_ns() < end_ns) {
        peer_turn(&running.admin);
    }
    running_read(&trading);
    cr_assert_gt(running.admin.length, 0);
    cr_assert(running_has(&trading, "\"event\":\"fill\""));
    peer_close(&trading);
}
