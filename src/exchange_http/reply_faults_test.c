/* reply_faults_test.c: each fault of requests and lists, on a running exchange over sockets: what
 * the client sees, and whether it was carried out. */
#include "exchange_http/faults_test.h"

TestSuite(reply_faults, .fini = stop);

Test(reply_faults, status)
{
    begin(
        "rules: [{route: POST /v2/orders, what: status, code: 503, nth: 1},"
        "{route: POST /v2/orders, what: status, code: 504, body: late, carried_out: yes, nth: 2}]",
        false);
    cr_expect_str_eq(ask("POST", "/v2/orders", buy_5),
                     "{\"code\":50310000,\"message\":\"Service Unavailable\"}");
    cr_expect_eq(peer_status(&running.http), 503);
    cr_expect_eq(orders(), 0, "it was not carried out");
    cr_expect_str_eq(ask("POST", "/v2/orders", buy_5), "late");
    cr_expect_eq(peer_status(&running.http), 504);
    cr_expect_eq(orders(), 1, "it was carried out");
    (void)ask("POST", "/v2/orders", buy_5);
    cr_expect_eq(peer_status(&running.http), 422, "the third is served: its id is taken");
    const char *rows = answer_of_rule();
    cr_expect_not_null(strstr(rows, "{\"rule\":1,\"what\":\"status\",\"route\":\"POST /v2/orders\","
                                    "\"occasions\":3,\"strikes\":1}"),
                       "%s", rows);
}

static void expect_silence(size_t orders_after)
{
    running_send(&running.http, "POST", "/v2/orders", buy_5);
    turns(&running.http, 20);
    cr_expect_eq(running.http.length, 0, "%s", running.http.got);
    cr_expect_not(running.http.ended, "the connection stays open");
    cr_expect_eq(orders(), orders_after);
    step_to(now() + NS_PER_HOUR);
    turns(&running.http, 20);
    cr_expect_eq(running.http.length, 0, "%s", running.http.got);
}

Test(reply_faults, timeout_before)
{
    begin("rules: [{route: POST /v2/orders, what: timeout_before}]", false);
    expect_silence(0);
}

Test(reply_faults, timeout_after)
{
    begin("rules: [{route: POST /v2/orders, what: timeout_after}]", false);
    expect_silence(1);
}

Test(reply_faults, those_who_gave_up_are_let_go)
{
    begin("rules: [{route: GET *, what: timeout_before, nth: 1}]", false);
    static struct peer patient;
    peer_connect(&patient, running.loop, server_port(running.server));
    running_send(&patient, "GET", "/v2/account", "");
    turns(&patient, 10);
    peer_close(&patient);
    int64_t end_ns = clock_mono_ns() + 3 * NS_PER_S; /* the sweep sees it within two */
    while (clock_mono_ns() < end_ns) {
        loop_turn(running.loop, true);
        server_advance_until(running.server, now());
    }
    cr_expect_eq(server_next_ns(running.server), now() + NS_PER_MIN);
    (void)ask("GET", "/v2/account", "");
    cr_expect_eq(peer_status(&running.http), 200);
}

Test(reply_faults, reset_in_the_middle)
{
    begin("rules: [{route: POST /v2/orders, what: reset, bytes: 40}]", false);
    running_send(&running.http, "POST", "/v2/orders", buy_5);
    peer_wait_end(&running.http);
    cr_expect(running.http.reset);
    cr_expect_eq(orders(), 1);
}

Test(reply_faults, cut_in_the_middle)
{
    begin("rules: [{route: POST /v2/orders, what: cut, bytes: 40}]", false);
    running_send(&running.http, "POST", "/v2/orders", buy_5);
    peer_wait_end(&running.http);
    cr_expect_not(running.http.reset);
    const char *body = strstr(running.http.got, "\r\n\r\n");
    const char *length = strstr(running.http.got, "Content-Length: ");
    cr_assert(body != NULL && length != NULL, "%s", running.http.got);
    cr_expect_eq(strlen(body + 4), 40);
    cr_expect_gt(strtoul(length + 16, NULL, 10), 500);
    cr_expect_eq(orders(), 1);
}

Test(reply_faults, garbled)
{
    begin("rules: [{route: GET /v2/clock, what: garbled, bytes: 1, nth: 2}]", false);
    char good[1024];
    (void)snprintf(good, sizeof good, "%s", ask("GET", "/v2/clock", ""));
    const char *bad = ask("GET", "/v2/clock", "");
    cr_expect_eq(peer_status(&running.http), 200);
    cr_assert_eq(strlen(bad), strlen(good));
    size_t different = 0;
    for (size_t i = 0; good[i] != '\0'; i++) {
        different += good[i] != bad[i];
        cr_expect_gt(bad[i], 0, "it is still ASCII");
    }
    cr_expect_eq(different, 1, "%s", bad);
}

Test(reply_faults, not_json)
{
    begin("rules: [{route: GET *, what: not_json, nth: 1},"
          "{route: POST *, what: not_json, code: 504, carried_out: yes}]",
          false);
    const char *page = ask("GET", "/v2/clock", "");
    cr_expect_eq(peer_status(&running.http), 502);
    cr_expect_eq(strncmp(page, "<html>", 6), 0, "%s", page);
    cr_expect_not_null(strstr(running.http.got, "Content-Type: text/html"));
    (void)ask("POST", "/v2/orders", buy_5);
    cr_expect_eq(peer_status(&running.http), 504);
    cr_expect_eq(orders(), 1);
}

Test(reply_faults, slow)
{
    begin("rules: [{route: GET /v2/clock, what: slow, bytes: 100, pause: 20ms}]", false);
    int64_t begin_ns = clock_mono_ns();
    const char *body = ask("GET", "/v2/clock", "");
    int64_t took_ns = clock_mono_ns() - begin_ns;
    cr_expect_not_null(strstr(body, "\"is_open\":true"), "%s", body);
    size_t pieces = running.http.length / 100;
    cr_expect(took_ns >= (int64_t)pieces * 20 * NS_PER_MS, "%zu pieces", pieces);
}

Test(reply_faults, huge)
{
    begin("rules: [{route: GET /v2/clock, what: huge, megabytes: 2}]", false);
    running_send(&running.http, "GET", "/v2/clock", "");
    running_wait(&running.http, "\r\n\r\n");
    const char *length = strstr(running.http.got, "Content-Length: ");
    cr_assert_not_null(length);
    size_t wanted = strtoul(length + 16, NULL, 10);
    cr_expect_gt(wanted, 2U << 20);
    size_t got =
        running.http.length - (size_t)(strstr(running.http.got, "\r\n\r\n") + 4 - running.http.got);
    char last[4096] = "";
    while (got < wanted) {
        running_forget(&running.http);
        peer_turn(&running.http);
        got += running.http.length;
        if (running.http.length > 0) {
            size_t tail = running.http.length < 500 ? running.http.length : 500;
            memcpy(last, running.http.got + running.http.length - tail, tail + 1);
        }
    }
    cr_expect_eq(got, wanted);
    cr_expect_not_null(strstr(last, "\"next_close\""), "behind the blanks lies the answer");
}

Test(reply_faults, duplicate_answer)
{
    begin("rules: [{route: GET /v2/clock, what: duplicate}]", false);
    const char *body = ask("GET", "/v2/clock", "");
    size_t half = strlen(body) / 2;
    cr_expect_eq(strncmp(body, body + half, half), 0, "%s", body);
    cr_expect_eq(strlen(body), 2 * half);
    cr_expect_eq(count_of(body, "\"is_open\""), 2);
}

Test(reply_faults, redirect)
{
    begin("rules: [{route: POST *, what: redirect, to: http://127.0.0.1:9}]", false);
    (void)ask("POST", "/v2/orders", buy_5);
    cr_expect_eq(peer_status(&running.http), 307);
    cr_expect_not_null(strstr(running.http.got, "Location: http://127.0.0.1:9/v2/orders\r\n"), "%s",
                       running.http.got);
    cr_expect_eq(orders(), 0);
}

Test(reply_faults, empty)
{
    begin("rules: [{route: POST *, what: empty}]", false);
    cr_expect_str_eq(ask("POST", "/v2/orders", buy_5), "");
    cr_expect_eq(peer_status(&running.http), 200);
    cr_expect_eq(orders(), 1);
}

Test(reply_faults, delay_of_an_answer)
{
    begin("rules: [{route: POST *, what: delay, for: 20s}]", false);
    int64_t begin_ns = now();
    running_send(&running.http, "POST", "/v2/orders", buy_5);
    turns(&running.http, 20);
    cr_expect_eq(running.http.length, 0);
    cr_expect_eq(orders(), 1, "it is carried out at once");
    cr_expect_eq(server_next_ns(running.server), begin_ns + 20 * NS_PER_S);
    server_advance_until(running.server, begin_ns + 19 * NS_PER_S);
    turns(&running.http, 20);
    cr_expect_eq(running.http.length, 0);
    server_advance_until(running.server, begin_ns + NS_PER_MIN);
    cr_expect_eq(now(), begin_ns + 20 * NS_PER_S, "time stops there");
    running_read(&running.http); /* no turn of the loop lies between */
    cr_expect_neq(running.http.length, 0, "it is out before the step returns");
    const char *body = peer_wait_answer(&running.http);
    cr_expect_not_null(strstr(body, "\"status\":\"pending_new\""), "%s", body);
    cr_expect_eq(server_next_ns(running.server), begin_ns + NS_PER_MIN);
}

Test(reply_faults, set_field)
{
    begin("rules: [{route: GET /v2/orders*, what: set_field, field: status, value: '\"surprise\"',"
          " nth: 1}, {route: GET /v2/orders*, what: set_field, field: qty, value: NaN, nth: 2},"
          " {stream: trading, what: set_field, field: event, value: '\"restated\",\"more\":{}'}]",
          false);
    running_listen(&running, &trading);
    (void)ask("POST", "/v2/orders", buy_5);
    cr_expect_eq(count_of(look("/v2/orders"), "\"status\":\"surprise\""), 1);
    cr_expect_eq(count_of(look("/v2/orders"), "\"qty\":NaN,"), 1);
    cr_expect_eq(count_of(look("/v2/orders"), "\"qty\":\"5\","), 1);
    running_wait(&trading, "\"event\":\"restated\",\"more\":{},\"timestamp\"");
    peer_close(&trading);
}

/* ---- lists ---- */

static void send_orders(int count)
{
    for (int i = 0; i < count; i++) {
        (void)ask("POST", "/v2/orders", buy_low);
        cr_assert_eq(peer_status(&running.http), 200, "%s", running.http.got);
    }
}

Test(reply_faults, list_without_newest)
{
    begin("rules: [{route: GET /v2/orders, what: list_without_newest, nth: 2}]", false);
    send_orders(2);
    const char *bracket =
        "{\"symbol\":\"AAPL\",\"qty\":\"1\",\"side\":\"buy\",\"type\":\"limit\",\"limit_price\":"
        "\"150\",\"time_in_force\":\"day\",\"order_class\":\"bracket\",\"take_profit\":"
        "{\"limit_price\":\"300\"},\"stop_loss\":{\"stop_price\":\"100\"}}";
    (void)ask("POST", "/v2/orders", bracket);
    cr_assert_eq(peer_status(&running.http), 200, "%s", running.http.got);
    cr_expect_eq(orders(), 5);
    cr_expect_eq(orders(), 2, "the newest is a group, and all of it is missing");
    cr_expect_eq(orders(), 5);
}

Test(reply_faults, page_cut)
{
    begin("rules: [{route: GET /v2/orders, what: page_cut, nth: 1},"
          "{route: GET /v2/orders, what: page_cut, rows: 3, nth: 2},"
          "{route: GET /v2/orders, what: page_cut, rows: 0, nth: 3}]",
          false);
    static struct tree tree;
    static const size_t lengths[] = {2, 3, 0, 4};
    send_orders(4);
    tree_init(&tree);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        const char *body = look("/v2/orders?status=all");
        cr_assert_eq(json_parse(&tree, body, strlen(body)), ERR_OK, "%s", body);
        cr_expect_eq(tree_root(&tree)->length, lengths[i], "%s", body);
    }
    tree_finish(&tree);
}
