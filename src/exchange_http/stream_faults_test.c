/* stream_faults_test.c: each fault of streams, on a running exchange over sockets: what a client
 * hears. */
#include "exchange_http/faults_test.h"

TestSuite(stream_faults, .fini = stop);

Test(stream_faults, drop)
{
    watch("rules: [{stream: data, what: drop, nth: 2}]");
    minutes(3);
    cr_expect_eq(bars_of(0), 2, "of both symbols");
    cr_expect_eq(bars_of(1), 0);
    cr_expect_eq(bars_of(2), 2);
    peer_close(&data);
}

Test(stream_faults, duplicate_message)
{
    watch("rules: [{stream: data, what: duplicate, nth: 2}]");
    minutes(3);
    cr_expect_eq(bars_of(0), 2);
    cr_expect_eq(bars_of(1), 4);
    cr_expect_eq(bars_of(2), 2);
    peer_close(&data);
}

Test(stream_faults, reorder)
{
    watch("rules: [{stream: data, what: reorder, nth: 2}]");
    minutes(2);
    cr_expect_eq(bars_of(1), 0, "it waits for the next one");
    minutes(2);
    cr_expect(place_of(0) < place_of(2) && place_of(2) < place_of(1) && place_of(1) < place_of(3));
    cr_expect_eq(bars_of(1), 2);
    peer_close(&data);
}

Test(stream_faults, delay_of_a_message)
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

Test(stream_faults, fragment)
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

Test(stream_faults, garble)
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

Test(stream_faults, mute)
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

Test(stream_faults, null_data)
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

Test(stream_faults, disconnect)
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

Test(stream_faults, ghost_session_of_data)
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

Test(stream_faults, ghost_session_of_trading)
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
