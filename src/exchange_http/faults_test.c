/* faults_test.c: each fault of orders and of the market, on a running exchange over sockets: what
 * is heard of it, and what the exchange's own books hold; and how scripts come and go. */
#include "exchange_http/faults_test.h"

TestSuite(exchange_faults, .fini = stop);

/* ---- orders ---- */

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
