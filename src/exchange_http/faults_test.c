/* faults_test.c: each kind of fault, on a running exchange over sockets, strikes as it is said to:
 * what the client sees, and what the exchange's own books hold. */
#include "exchange_http/running_test.h"
#include "net/json.h"
#include "venue/faults_file.h"

static struct running running;
static struct peer trading;
static struct peer data;
static struct peer other; /* asks what is so while `running.http` waits */

static const char buy_5[] = "{\"symbol\":\"AAPL\",\"qty\":\"5\",\"side\":\"buy\","
                            "\"type\":\"market\",\"time_in_force\":\"day\","
                            "\"client_order_id\":\"mine\"}";
static const char buy_low[] = "{\"symbol\":\"AAPL\",\"qty\":\"5\",\"side\":\"buy\",\"type\":"
                              "\"limit\",\"limit_price\":\"150\",\"time_in_force\":\"day\"}";

static void begin(const char *text, bool along_bars)
{
    struct fault_script script;
    struct problem problem = {0};
    cr_assert_eq(fault_script_parse("test", text, strlen(text), &script, &problem), ERR_OK, "%s",
                 problem.text);
    running_plan(&running, along_bars);
    running.plan.venue.faults = &script;
    running_start(&running);
    fault_script_finish(&script);
    peer_connect(&other, running.loop, server_port(running.server));
}

static void stop(void)
{
    peer_close(&other);
    running_stop(&running);
}

TestSuite(exchange_faults, .fini = stop);

static const char *ask(const char *method, const char *target, const char *body)
{
    return running_ask(&running.http, method, target, body);
}

/* The same on another connection. */
static const char *look(const char *target)
{
    return running_ask(&other, "GET", target, "");
}

static size_t count_of(const char *text, const char *word)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, word)) != NULL; at++) {
        count++;
    }
    return count;
}

static size_t orders(void)
{
    return count_of(look("/v2/orders?status=all"), "\"client_order_id\"");
}

static void turns(struct peer *peer, int count)
{
    for (int i = 0; i < count; i++) {
        peer_turn(peer);
    }
}

static const char *answer_of_rule(void)
{
    static char text[4096];
    (void)snprintf(text, sizeof text, "%s", running_ask(&running.admin, "GET", "/faults", ""));
    return text;
}

static void step_to(int64_t to_ns)
{
    while (server_venue(running.server)->now_ns < to_ns) {
        server_advance_until(running.server, to_ns);
    }
}

static int64_t now(void)
{
    return server_venue(running.server)->now_ns;
}

/* ---- requests ---- */

Test(exchange_faults, status)
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

Test(exchange_faults, timeout_before)
{
    begin("rules: [{route: POST /v2/orders, what: timeout_before}]", false);
    expect_silence(0);
}

Test(exchange_faults, timeout_after)
{
    begin("rules: [{route: POST /v2/orders, what: timeout_after}]", false);
    expect_silence(1);
}

Test(exchange_faults, those_who_gave_up_are_let_go)
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

Test(exchange_faults, reset_in_the_middle)
{
    begin("rules: [{route: POST /v2/orders, what: reset, bytes: 40}]", false);
    running_send(&running.http, "POST", "/v2/orders", buy_5);
    peer_wait_end(&running.http);
    cr_expect(running.http.reset);
    cr_expect_eq(orders(), 1);
}

Test(exchange_faults, cut_in_the_middle)
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

Test(exchange_faults, garbled)
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

Test(exchange_faults, not_json)
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

Test(exchange_faults, slow)
{
    begin("rules: [{route: GET /v2/clock, what: slow, bytes: 100, pause: 20ms}]", false);
    int64_t begin_ns = clock_mono_ns();
    const char *body = ask("GET", "/v2/clock", "");
    int64_t took_ns = clock_mono_ns() - begin_ns;
    cr_expect_not_null(strstr(body, "\"is_open\":true"), "%s", body);
    size_t pieces = running.http.length / 100;
    cr_expect(took_ns >= (int64_t)pieces * 20 * NS_PER_MS, "%zu pieces", pieces);
}

Test(exchange_faults, huge)
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

Test(exchange_faults, duplicate_answer)
{
    begin("rules: [{route: GET /v2/clock, what: duplicate}]", false);
    const char *body = ask("GET", "/v2/clock", "");
    size_t half = strlen(body) / 2;
    cr_expect_eq(strncmp(body, body + half, half), 0, "%s", body);
    cr_expect_eq(strlen(body), 2 * half);
    cr_expect_eq(count_of(body, "\"is_open\""), 2);
}

Test(exchange_faults, redirect)
{
    begin("rules: [{route: POST *, what: redirect, to: http://127.0.0.1:9}]", false);
    (void)ask("POST", "/v2/orders", buy_5);
    cr_expect_eq(peer_status(&running.http), 307);
    cr_expect_not_null(strstr(running.http.got, "Location: http://127.0.0.1:9/v2/orders\r\n"), "%s",
                       running.http.got);
    cr_expect_eq(orders(), 0);
}

Test(exchange_faults, empty)
{
    begin("rules: [{route: POST *, what: empty}]", false);
    cr_expect_str_eq(ask("POST", "/v2/orders", buy_5), "");
    cr_expect_eq(peer_status(&running.http), 200);
    cr_expect_eq(orders(), 1);
}

Test(exchange_faults, delay_of_an_answer)
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

Test(exchange_faults, set_field)
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

Test(exchange_faults, list_without_newest)
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

Test(exchange_faults, page_cut)
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

Test(exchange_faults, lookup_lag)
{
    begin("rules: [{what: lookup_lag, for: 20s, nth: 1}]", false);
    const char *by_client = "/v2/orders:by_client_order_id?client_order_id=mine";
    (void)ask("POST", "/v2/orders", buy_5);
    (void)look(by_client);
    cr_expect_eq(peer_status(&other), 404);
    cr_expect_eq(orders(), 0);
    (void)ask("POST", "/v2/orders", buy_5);
    cr_expect_eq(peer_status(&running.http), 422, "though it is there: its id is taken");
    server_advance_until(running.server, now() + 20 * NS_PER_S);
    (void)look(by_client);
    cr_expect_eq(peer_status(&other), 200);
    cr_expect_eq(orders(), 1);
}

/* ---- streams ---- */

/* Frames of the minute's bars are one message; `t` tells them apart. */
static void watch(const char *script)
{
    begin(script, false);
    running_watch(&running, &data);
}

static void minutes(int count)
{
    for (int i = 0; i < count; i++) {
        server_advance_until(running.server, now() + NS_PER_MIN);
        running_read(&data);
    }
    turns(&data, 3);
}

/* How often the bar of a minute after ten came. */
static size_t bars_of(int minute)
{
    char text[64];
    (void)snprintf(text, sizeof text, "\"t\":\"2026-03-16T14:%02d:00Z\"", minute);
    size_t count = 0;
    const char *at = data.got;
    const char *end = data.got + data.length;
    while ((at = memmem(at, (size_t)(end - at), text, strlen(text))) != NULL) {
        at++;
        count++;
    }
    return count;
}

/* Where it came; SIZE_MAX: not at all. */
static size_t place_of(int minute)
{
    char text[64];
    (void)snprintf(text, sizeof text, "\"t\":\"2026-03-16T14:%02d:00Z\"", minute);
    const char *at = memmem(data.got, data.length, text, strlen(text));
    return at == NULL ? SIZE_MAX : (size_t)(at - data.got);
}

Test(exchange_faults, drop)
{
    watch("rules: [{stream: data, what: drop, nth: 2}]");
    minutes(3);
    cr_expect_eq(bars_of(0), 2, "of both symbols");
    cr_expect_eq(bars_of(1), 0);
    cr_expect_eq(bars_of(2), 2);
    peer_close(&data);
}

Test(exchange_faults, duplicate_message)
{
    watch("rules: [{stream: data, what: duplicate, nth: 2}]");
    minutes(3);
    cr_expect_eq(bars_of(0), 2);
    cr_expect_eq(bars_of(1), 4);
    cr_expect_eq(bars_of(2), 2);
    peer_close(&data);
}

Test(exchange_faults, reorder)
{
    watch("rules: [{stream: data, what: reorder, nth: 2}]");
    minutes(2);
    cr_expect_eq(bars_of(1), 0, "it waits for the next one");
    minutes(2);
    cr_expect(place_of(0) < place_of(2) && place_of(2) < place_of(1) && place_of(1) < place_of(3));
    cr_expect_eq(bars_of(1), 2);
    peer_close(&data);
}

Test(exchange_faults, delay_of_a_message)
{
    watch("rules: [{stream: data, what: delay, for: 90s, nth: 1}]");
    int64_t begin_ns = now();
    minutes(2);
    cr_expect_eq(data.length, 0, "what comes behind it waits, too");
    cr_expect_eq(server_next_ns(running.server), begin_ns + 150 * NS_PER_S);
    minutes(1);
    cr_expect_eq(now(), begin_ns + 150 * NS_PER_S, "time stops there");
    cr_expect(place_of(0) < place_of(1));
    cr_expect_eq(bars_of(1), 2);
    minutes(1);
    cr_expect_eq(bars_of(2), 2, "nothing waits any more");
    peer_close(&data);
}

Test(exchange_faults, fragment)
{
    watch("rules: [{stream: data, what: fragment, bytes: 5}]");
    minutes(1);
    /* FIN is not set on the first, the opcode is 1; the next ones have 0; the last is empty. */
    const unsigned char *bytes = (const unsigned char *)data.got;
    cr_assert_gt(data.length, 14);
    cr_expect_eq(bytes[0], 0x01);
    cr_expect_eq(bytes[1], 5);
    cr_expect_eq(bytes[7], 0x00);
    cr_expect_eq(bytes[8], 5);
    cr_expect_eq(bytes[data.length - 2], 0x80);
    cr_expect_eq(bytes[data.length - 1], 0);
    peer_close(&data);
}

Test(exchange_faults, garble)
{
    static char good[1 << 14];
    watch("rules: [{stream: data, what: garble, bytes: 1, nth: 2}]");
    minutes(1);
    size_t length = data.length;
    memcpy(good, data.got, length);
    running_forget(&data);
    minutes(1);
    cr_assert_eq(data.length, length, "bars of two minutes are as long here");
    static struct tree tree;
    tree_init(&tree);
    cr_expect_eq(json_parse(&tree, good + 4, length - 4), ERR_OK);
    bool same = json_parse(&tree, data.got + 4, length - 4) == ERR_OK && bars_of(1) == 2 &&
                running_has(&data, "\"S\":\"AAPL\"") && running_has(&data, "\"S\":\"SPY\"") &&
                running_has(&data, "\"T\":\"b\",\"S\":\"AAPL\",\"o\":201.31,");
    cr_expect_not(same, "%s", data.got + 4);
    for (size_t i = 4; i < data.length; i++) {
        cr_expect_gt(data.got[i], 0, "still UTF-8");
    }
    tree_finish(&tree);
    peer_close(&data);
}

Test(exchange_faults, mute)
{
    static const unsigned char ping[] = {0x89, 0x80, 0, 0, 0, 0};
    watch("rules: [{stream: data, what: mute, for: 2min, nth: 1}]");
    minutes(2);
    cr_expect_eq(data.length, 0);
    cr_expect_not(data.ended);
    peer_send(&data, ping, sizeof ping);
    peer_wait_bytes(&data, 2);
    cr_expect_eq((unsigned char)data.got[0], 0x8a, "pings are answered");
    minutes(1);
    cr_expect_eq(bars_of(0) + bars_of(1), 0, "what was not sent is lost");
    cr_expect_eq(bars_of(2), 2);
    peer_close(&data);
}

Test(exchange_faults, null_data)
{
    watch("rules: [{stream: data, what: 'null_data', nth: 1}, {stream: trading, what: null_data,"
          " nth: 1}]");
    running_listen(&running, &trading);
    minutes(1);
    cr_expect(running_has(&data, "[null]"));
    (void)ask("POST", "/v2/orders", buy_low);
    running_wait(&trading, "{\"stream\":\"trade_updates\",\"data\":null}");
    cr_expect_not(running_has(&trading, "\"event\""));
    peer_close(&data);
    peer_close(&trading);
}

Test(exchange_faults, disconnect)
{
    watch("rules: [{stream: data, what: disconnect, nth: 1}]");
    minutes(1);
    peer_wait_end(&data);
    peer_close(&data);
    running_watch(&running, &data); /* comes back at once */
    minutes(1);
    cr_expect_eq(bars_of(1), 2);
    peer_close(&data);
}

Test(exchange_faults, ghost_session_of_data)
{
    watch("rules: [{stream: data, what: disconnect, for: 90s, nth: 1}]");
    minutes(1);
    peer_wait_end(&data);
    peer_close(&data);
    running_upgrade(&running, &data, "/v2/iex");
    cr_assert_eq(peer_status(&data), 101);
    running_say(&data, "{\"action\":\"auth\",\"key\":\"PKTEST\",\"secret\":\"secret\"}");
    running_wait(&data, "{\"T\":\"error\",\"code\":406,\"msg\":\"connection limit exceeded\"}");
    step_to(now() + 90 * NS_PER_S);
    running_say(&data, "{\"action\":\"auth\",\"key\":\"PKTEST\",\"secret\":\"secret\"}");
    running_wait(&data, "\"authenticated\"");
    peer_close(&data);
}

Test(exchange_faults, ghost_session_of_trading)
{
    begin("rules: [{stream: trading, what: disconnect, for: 90s, refuse: 429, nth: 1}]", false);
    running_listen(&running, &trading);
    (void)ask("POST", "/v2/orders", buy_low);
    peer_wait_end(&trading);
    peer_close(&trading);
    running_upgrade(&running, &trading, "/stream");
    cr_expect_eq(peer_status(&trading), 429);
    peer_close(&trading);
    step_to(now() + 90 * NS_PER_S);
    running_listen(&running, &trading);
    peer_close(&trading);
}

/* ---- orders ---- */

static void hear(const char *script, bool along_bars)
{
    begin(script, along_bars);
    running_listen(&running, &trading);
}

/* The events of the trading stream so far: "new partial_fill fill". */
static const char *events(void)
{
    static char text[1024];
    static const char key[] = "\"event\":\"";
    size_t used = 0;
    running_read(&trading);
    turns(&trading, 3);
    const char *at = trading.got;
    const char *end = trading.got + trading.length;
    text[0] = '\0';
    while ((at = memmem(at, (size_t)(end - at), key, sizeof key - 1)) != NULL) {
        at += sizeof key - 1;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.*s", used > 0 ? " " : "",
                                 (int)strcspn(at, "\""), at);
    }
    return text;
}

/* The number behind a key of the operator's ledger. */
static double ledger(const char *key)
{
    char text[64];
    const char *body = running_ask(&running.admin, "GET", "/ledger", "");
    (void)snprintf(text, sizeof text, "\"%s\":\"", key);
    const char *at = strstr(body, text);
    return at == NULL ? 0 : strtod(at + strlen(text), NULL);
}

/* Sends an order; its id. */
static const char *submit(const char *body)
{
    static char id[64];
    const char *answer = ask("POST", "/v2/orders", body);
    cr_assert_eq(peer_status(&running.http), 200, "%s", answer);
    const char *at = strstr(answer, "\"id\":\"");
    cr_assert_not_null(at);
    (void)snprintf(id, sizeof id, "%.36s", at + 6);
    return id;
}

Test(exchange_faults, partial)
{
    hear("rules: [{what: partial, parts: [20%, 20%, 60%], nth: 1}]", true);
    server_advance_until(running.server, now() + NS_PER_MIN);
    (void)submit(buy_5);
    cr_expect_str_eq(events(), "new partial_fill");
    cr_expect_float_eq(ledger("qty"), 1, 0);
    for (int i = 0; i < 40 && ledger("qty") < 2; i++) {
        server_advance_until(running.server, now() + NS_PER_MIN);
    }
    cr_expect_float_eq(ledger("qty"), 2, 0);
    for (int i = 0; i < 40 && ledger("qty") < 5; i++) {
        server_advance_until(running.server, now() + NS_PER_MIN);
    }
    cr_expect_str_eq(events(), "new partial_fill partial_fill fill");
    (void)submit("{\"symbol\":\"SPY\",\"qty\":\"5\",\"side\":\"buy\",\"type\":\"market\","
                 "\"time_in_force\":\"day\"}");
    cr_expect_str_eq(events(), "new partial_fill partial_fill fill new fill");
    peer_close(&trading);
}

Test(exchange_faults, partial_at_random)
{
    hear("{seed: 3, rules: [{what: partial}]}", true);
    server_advance_until(running.server, now() + NS_PER_MIN);
    (void)submit("{\"symbol\":\"AAPL\",\"qty\":\"100\",\"side\":\"buy\",\"type\":\"market\","
                 "\"time_in_force\":\"day\"}");
    double first = ledger("qty");
    cr_expect(first >= 1 && first < 100, "%g", first);
    step_to(now() + 10 * NS_PER_MIN);
    cr_expect_float_eq(ledger("qty"), 100, 0);
    cr_expect_geq(count_of(events(), "partial_fill"), 1);
    peer_close(&trading);
}

Test(exchange_faults, reject_after_accept)
{
    hear("rules: [{what: reject_after_accept, nth: 1}]", true);
    server_advance_until(running.server, now() + NS_PER_MIN);
    const char *id = submit(buy_5);
    char target[128];
    (void)snprintf(target, sizeof target, "/v2/orders/%s", id);
    cr_expect_str_eq(events(), "new rejected");
    const char *order = look(target);
    cr_expect_not_null(strstr(order, "\"status\":\"rejected\""), "%s", order);
    cr_expect_null(strstr(order, "\"failed_at\":null"), "%s", order);
    cr_expect_float_eq(ledger("qty"), 0, 0);
    cr_expect_float_eq(ledger("buying_power"), 200000, 0, "nothing is held for it");
    peer_close(&trading);
}

Test(exchange_faults, fill_during_cancel)
{
    hear("rules: [{what: fill_during_cancel, nth: 1}]", false);
    char target[128];
    (void)snprintf(target, sizeof target, "/v2/orders/%s", submit(buy_low));
    (void)ask("DELETE", target, "");
    cr_expect_eq(peer_status(&running.http), 204);
    cr_expect_str_eq(events(), "new pending_cancel fill");
    const char *order = look(target);
    cr_expect_not_null(strstr(order, "\"status\":\"filled\""), "%s", order);
    cr_expect_not_null(strstr(order, "\"filled_avg_price\":\"150\""), "%s", order);
    cr_expect_float_eq(ledger("cash"), 100000 - 5 * 150, 0);
    (void)snprintf(target, sizeof target, "/v2/orders/%s", submit(buy_low));
    (void)ask("DELETE", target, "");
    cr_expect_str_eq(events(), "new pending_cancel fill new canceled");
    peer_close(&trading);
}

Test(exchange_faults, fill_during_replace)
{
    hear("rules: [{what: fill_during_replace, nth: 1}]", false);
    char target[128];
    (void)snprintf(target, sizeof target, "/v2/orders/%s", submit(buy_low));
    const char *answer = ask("PATCH", target, "{\"limit_price\":\"151\"}");
    cr_assert_eq(peer_status(&running.http), 200, "%s", answer);
    cr_expect_not_null(strstr(answer, "\"status\":\"pending_new\""), "%s", answer);
    cr_expect_not_null(strstr(answer, "\"limit_price\":\"151\""), "%s", answer);
    cr_expect_str_eq(events(), "new pending_replace fill rejected order_replace_rejected");
    const char *order = look(target);
    cr_expect_not_null(strstr(order, "\"status\":\"filled\""), "%s", order);
    cr_expect_not_null(strstr(order, "\"replaced_by\":null"), "%s", order);
    cr_expect_float_eq(ledger("qty"), 5, 0);
    peer_close(&trading);
}

Test(exchange_faults, bust)
{
    hear("rules: [{what: bust, for: 30s, nth: 2}]", true);
    server_advance_until(running.server, now() + NS_PER_MIN);
    (void)submit(buy_5);
    double cash = ledger("cash");
    char target[128];
    (void)snprintf(target, sizeof target, "/v2/orders/%s",
                   submit("{\"symbol\":\"AAPL\",\"qty\":\"2\",\"side\":\"buy\",\"type\":\"market\","
                          "\"time_in_force\":\"day\"}"));
    cr_expect_float_eq(ledger("qty"), 7, 0);
    step_to(now() + 30 * NS_PER_S);
    cr_expect_str_eq(events(), "new fill new fill trade_bust");
    cr_expect_float_eq(ledger("qty"), 5, 0);
    cr_expect_float_eq(ledger("cash"), cash, 0, "to the last cent");
    const char *order = look(target);
    cr_expect_not_null(strstr(order, "\"filled_qty\":\"0\""), "%s", order);
    const char *fills = look("/v2/account/activities/FILL");
    cr_expect_eq(count_of(fills, "\"activity_type\":\"FILL\""), 1, "%s", fills);
    cr_expect(running_has(&trading, "\"position_qty\":\"5\""));
    peer_close(&trading);
}

/* ---- the market ---- */

Test(exchange_faults, halt)
{
    begin("rules: [{what: halt, symbol: AAPL, for: 150s, after: 2026-03-16T14:02:00Z, nth: 1}]",
          false);
    running_watch(&running, &data);
    running_say(&data, "{\"action\":\"subscribe\",\"statuses\":[\"AAPL\"]}");
    running_wait(&data, "\"statuses\":[\"AAPL\"]");
    running_forget(&data);
    int64_t begin_ns = now();
    minutes(1);
    (void)ask("POST", "/v2/orders", buy_5);
    cr_expect_eq(peer_status(&running.http), 200);
    minutes(1);
    cr_expect(running_has(&data, "\"T\":\"s\",\"S\":\"AAPL\""));
    cr_expect(running_has(&data, "\"sc\":\"H\""));
    minutes(2); /* until 14:04 */
    cr_expect_eq(now(), begin_ns + 4 * NS_PER_MIN);
    cr_expect_float_eq(ledger("qty"), 0, 0, "nothing trades");
    cr_expect_eq(bars_of(0), 2);
    cr_expect_eq(bars_of(1), 1, "of the other symbol alone");
    cr_expect_eq(bars_of(3), 1);
    minutes(1);
    cr_expect_eq(now(), begin_ns + 270 * NS_PER_S, "time stops when it ends");
    cr_expect(running_has(&data, "\"sc\":\"T\""));
    minutes(1);
    cr_expect_float_eq(ledger("qty"), 5, 0);
    cr_expect_eq(bars_of(4), 2);
    peer_close(&data);
}

Test(exchange_faults, notices_of_the_market)
{
    begin("rules: [{what: luld, symbol: AAPL, nth: 1}, {what: cancel_trade, symbol: SPY, nth: 1},"
          "{what: correct_trade, symbol: SPY, nth: 1}]",
          false);
    running_watch(&running, &data);
    running_say(&data, "{\"action\":\"subscribe\",\"trades\":[\"SPY\"],\"lulds\":[\"*\"]}");
    running_wait(&data, "\"lulds\":[\"*\"]");
    running_forget(&data);
    minutes(1); /* AAPL closed at 201.31, SPY at 501.31 */
    cr_expect(running_has(&data, "{\"T\":\"l\",\"S\":\"AAPL\",\"u\":211.3755,\"d\":191.2445,"));
    cr_expect(running_has(&data, "{\"T\":\"x\",\"S\":\"SPY\""));
    cr_expect(running_has(&data, "\"op\":501.31"));
    cr_expect(running_has(&data, "\"cp\":501.32"));
    peer_close(&data);
}

Test(exchange_faults, bad_bars)
{
    begin("rules: [{what: bad_data, symbol: AAPL, as: spike, nth: 1},"
          "{what: bad_data, symbol: AAPL, as: crash, nth: 2},"
          "{what: bad_data, symbol: AAPL, as: zero, nth: 3},"
          "{what: bad_data, symbol: AAPL, as: negative, nth: 4},"
          "{what: bad_data, symbol: AAPL, as: crossed, nth: 5},"
          "{what: bad_data, symbol: AAPL, as: stale, nth: 6},"
          "{what: bad_data, symbol: AAPL, as: future, nth: 7}]",
          false);
    static const char *const bars[] = {
        "\"o\":2013,\"h\":2013.2,\"l\":2012.9,\"c\":2013.1,",
        "\"o\":2.0131,",
        "\"o\":0,\"h\":0,\"l\":0,\"c\":0,",
        "\"o\":-201.33,",
        "\"h\":201.33,\"l\":203.3736,",
        "\"t\":\"2026-03-16T13:05:00Z\"",
        "\"t\":\"2026-03-16T15:06:00Z\"",
    };
    running_watch(&running, &data);
    int64_t end_ns = clock_mono_ns() + 1200 * NS_PER_MS;
    while (clock_mono_ns() < end_ns) { /* the test feed goes by the wall clock: no occasion */
        loop_turn(running.loop, true);
    }
    for (size_t i = 0; i < sizeof bars / sizeof bars[0]; i++) {
        running_forget(&data);
        minutes(1);
        cr_expect(running_has(&data, bars[i]), "%s", data.got + 4);
        cr_expect(running_has(&data, "\"o\":501.3"), "the other one is as it was");
    }
    peer_close(&data);
}

Test(exchange_faults, bad_quotes)
{
    begin("rules: [{what: bad_data, symbol: SPY, as: crossed}]", true);
    running_watch(&running, &data);
    running_say(&data, "{\"action\":\"subscribe\",\"quotes\":[\"SPY\"]}");
    running_wait(&data, "\"quotes\":[\"SPY\"]");
    running_forget(&data);
    minutes(1);
    const char *quote = memmem(data.got, data.length, "\"T\":\"q\"", 7);
    cr_assert_not_null(quote);
    const char *bid = strstr(quote, "\"bp\":");
    const char *ask = strstr(quote, "\"ap\":");
    cr_assert(bid != NULL && ask != NULL);
    cr_expect_gt(strtod(bid + 5, NULL), strtod(ask + 5, NULL));
    (void)submit("{\"symbol\":\"SPY\",\"qty\":\"1\",\"side\":\"buy\",\"type\":\"market\","
                 "\"time_in_force\":\"day\"}");
    cr_expect_float_eq(ledger("avg_entry_price"), 501.3, 0.5, "orders meet the true ones");
    peer_close(&data);
}

Test(exchange_faults, suspend)
{
    begin("rules: [{what: suspend, for: 90s, nth: 1}]", false);
    cr_expect_not_null(strstr(look("/v2/account"), "\"trading_blocked\":false"));
    server_advance_until(running.server, now() + NS_PER_MIN);
    cr_expect_not_null(strstr(look("/v2/account"), "\"trading_blocked\":true"));
    cr_expect_str_eq(ask("POST", "/v2/orders", buy_5),
                     "{\"code\":40310000,\"message\":\"trading is blocked\"}");
    cr_expect_eq(peer_status(&running.http), 403);
    step_to(now() + 90 * NS_PER_S);
    (void)ask("POST", "/v2/orders", buy_5);
    cr_expect_eq(peer_status(&running.http), 200);
}

Test(exchange_faults, external_order)
{
    hear("rules: [{what: external_order, symbol: SPY, qty: 3, nth: 2}]", true);
    step_to(now() + 2 * NS_PER_MIN);
    cr_expect_str_eq(events(), "new fill");
    cr_expect_eq(orders(), 1);
    const char *positions = look("/v2/positions");
    cr_expect_not_null(strstr(positions, "\"symbol\":\"SPY\""), "%s", positions);
    cr_expect_not_null(strstr(positions, "\"qty\":\"3\""), "%s", positions);
    peer_close(&trading);
}

Test(exchange_faults, revoke_keys)
{
    begin("rules: [{what: revoke_keys, for: 90s, nth: 1}]", false);
    (void)look("/v2/account");
    cr_expect_eq(peer_status(&other), 200);
    server_advance_until(running.server, now() + NS_PER_MIN);
    (void)look("/v2/account");
    cr_expect_eq(peer_status(&other), 401);
    running_upgrade(&running, &trading, "/stream");
    running_say(&trading, "{\"action\":\"auth\",\"key\":\"PKTEST\",\"secret\":\"secret\"}");
    running_wait(&trading, "\"unauthorized\"");
    peer_close(&trading);
    step_to(now() + 90 * NS_PER_S);
    (void)look("/v2/account");
    cr_expect_eq(peer_status(&other), 200);
}

/* ---- the operator's side ---- */

Test(exchange_faults, scripts_come_and_go)
{
    begin("rules: [{route: GET *, what: empty}]", false);
    cr_expect_str_eq(look("/v2/clock"), "");
    (void)running_ask(&running.admin, "POST", "/faults", "{\"on\":false}");
    cr_expect_str_neq(look("/v2/clock"), "");
    (void)running_ask(&running.admin, "POST", "/faults", "{\"on\":true}");
    cr_expect_str_eq(look("/v2/clock"), "");
    const char *rows = running_ask(&running.admin, "POST", "/faults",
                                   "{\"script\":\"seed: 9\\nrules:\\n- {route: GET *, what: "
                                   "status, code: 500}\\n\"}");
    cr_expect_str_eq(rows, "{\"on\":true,\"seed\":9,\"rules\":[{\"rule\":1,\"what\":\"status\","
                           "\"route\":\"GET *\",\"occasions\":0,\"strikes\":0}]}");
    (void)look("/v2/clock");
    cr_expect_eq(peer_status(&other), 500);
    const char *refusal = running_ask(&running.admin, "POST", "/faults",
                                      "{\"script\":\"rules:\\n- {route: GET *, what: emty}\\n\"}");
    cr_expect_eq(peer_status(&running.admin), 422);
    cr_expect_not_null(strstr(refusal, "script:2:24: error"), "%s", refusal);
    cr_expect_not_null(strstr(refusal, "did you mean empty?"), "%s", refusal);
    refusal = running_ask(&running.admin, "POST", "/faults",
                          "{\"script\":\"rules: [{what: halt, symbol: XYZ}]\"}");
    cr_expect_not_null(strstr(refusal, "XYZ is not in this market"), "%s", refusal);
    (void)look("/v2/clock");
    cr_expect_eq(peer_status(&other), 500, "the old script is still at work");
    (void)running_ask(&running.admin, "POST", "/faults", "{\"script\":\"rules: []\"}");
    (void)look("/v2/clock");
    cr_expect_eq(peer_status(&other), 200);
}

Test(exchange_faults, a_reset_begins_them_again)
{
    begin("rules: [{route: GET *, what: empty, nth: 1}, {route: POST *, what: timeout_after},"
          " {what: halt, symbol: SPY, nth: 1}]",
          false);
    cr_expect_str_eq(look("/v2/clock"), "");
    cr_expect_str_neq(look("/v2/clock"), "");
    running_send(&running.http, "POST", "/v2/orders", buy_5);
    turns(&running.http, 10);
    server_advance_until(running.server, now() + NS_PER_MIN);
    cr_expect(server_venue(running.server)->market.symbols[1].halted);
    (void)running_ask(&running.admin, "POST", "/reset", "{}");
    cr_expect_not(server_venue(running.server)->market.symbols[1].halted);
    peer_wait_end(&running.http);
    cr_expect_str_eq(look("/v2/clock"), "");
}

Test(exchange_faults, an_unknown_symbol_is_refused_at_the_start)
{
    begin("rules: []", false);
    struct fault_script script;
    struct problem problem = {0};
    static const char text[] = "rules: [{what: halt, symbol: XYZ}]";
    struct server *none = NULL;
    cr_assert_eq(fault_script_parse("test", text, strlen(text), &script, &problem), ERR_OK);
    running.plan.venue.faults = &script;
    cr_expect_eq(server_create(running.loop, &running.plan, &none, &problem), ERR_USAGE);
    cr_expect_not_null(strstr(problem.text, "XYZ"));
    fault_script_finish(&script);
}

/* Two runs of the same script and the same requests: the same strikes, the same books. */
static void run_once(char *rows, size_t size)
{
    begin("{seed: 5, rules: [{route: POST *, what: status, code: 500, probability: 30%},"
          "{what: partial, probability: 50%}, {what: reject_after_accept, probability: 20%},"
          "{what: bust, probability: 20%}, {what: halt, symbol: SPY, for: 3min, probability: 5%},"
          "{what: external_order, symbol: SPY, qty: 1, probability: 1%}]}",
          true);
    for (int i = 0; i < 30; i++) {
        (void)ask("POST", "/v2/orders",
                  "{\"symbol\":\"AAPL\",\"qty\":\"7\",\"side\":\"buy\",\"type\":\"market\","
                  "\"time_in_force\":\"day\"}");
        step_to(now() + NS_PER_MIN);
    }
    size_t used = (size_t)snprintf(rows, size, "%s\n", answer_of_rule());
    (void)snprintf(rows + used, size - used, "%s",
                   running_ask(&running.admin, "GET", "/ledger", ""));
}

Test(exchange_faults, the_same_run_strikes_the_same)
{
    static char first[16384];
    static char second[16384];
    run_once(first, sizeof first);
    stop();
    run_once(second, sizeof second);
    cr_expect_str_eq(first, second);
    cr_expect_null(strstr(first, "\"strikes\":0}"), "each of them struck: %s", first);
}
