/* data_stream_test.c: sessions of the data stream over clients that only keep what they are sent.
 */
#include "exchange_http/data_stream.h"

#include <stdio.h>

#include "exchange_http/asking_test.h"
#include "exchange_http/routes_data.h"
#include "exchange_http/test_feed.h"
#include "net/msgpack.h"

#define AUTH        "{\"action\":\"auth\",\"key\":\"PK\",\"secret\":\"s\"}"
#define GREETED     "[{\"T\":\"success\",\"msg\":\"connected\"}]"
#define WELCOME     "[{\"T\":\"success\",\"msg\":\"authenticated\"}]"
#define ERROR(c, m) "[{\"T\":\"error\",\"code\":" #c ",\"msg\":\"" m "\"}]"

/* The last message, and how many there were. */
struct client {
    struct data_session *session;
    char *bytes;
    size_t length;
    size_t length_max; /* of all of them */
    unsigned count;
    unsigned objects; /* in all of them */
    bool slow;
    struct tree tree;
};

static struct bars data;
static struct venue *venue;
static struct data_stream *stream;

static bool take(void *context, bool binary, const void *bytes, size_t length)
{
    struct client *client = context;
    free(client->bytes);
    client->bytes = xcalloc(1, length + 1);
    memcpy(client->bytes, bytes, length);
    client->length = length;
    client->length_max = length > client->length_max ? length : client->length_max;
    client->count++;
    cr_assert_eq(tree_read(&client->tree, bytes, length), ERR_OK);
    cr_assert_eq(binary, ((const unsigned char *)bytes)[0] != '[');
    for (uint32_t i = 0; i < length_of(tree_root(&client->tree)); i++) {
        const struct node *object = element(tree_root(&client->tree), i);
        cr_assert(node_is(node_first_key(object), "T"));
    }
    client->objects += tree_root(&client->tree)->length;
    return !client->slow;
}

static enum data_error judge(void *context, struct data_session *session, const char *key,
                             const char *secret)
{
    (void)context;
    (void)session;
    return strcmp(key, "BUSY") == 0   ? DATA_ERROR_CONNECTION_LIMIT
           : strcmp(secret, "s") == 0 ? DATA_OK
                                      : DATA_ERROR_AUTH_FAILED;
}

static void on_slice(void *context, const struct slice *slice)
{
    (void)context;
    data_stream_publish(stream, slice);
}

static void start_over(int64_t start_ns, bool along_bars, uint32_t symbols_max)
{
    venue = made_venue(&data, start_ns, along_bars);
    const struct data_stream_plan plan = {
        .venue = venue, .symbols_max = symbols_max, .authenticate = judge};
    stream = data_stream_create(&plan);
    venue->market_watcher.on_slice = on_slice;
}

static void start(bool along_bars, uint32_t symbols_max)
{
    data = made_bars();
    start_over(made_open_ns(1) + 10 * NS_PER_MIN, along_bars, symbols_max);
}

static void stop(void)
{
    data_stream_destroy(stream);
    venue_destroy(venue);
    bars_finish(&data);
}

static void open_client(struct client *client, enum data_endpoint endpoint, bool msgpack)
{
    *client = (struct client){0};
    tree_init(&client->tree);
    const struct data_session_plan plan = {
        .endpoint = endpoint, .msgpack = msgpack, .context = client, .send = take};
    client->session = data_session_open(stream, &plan);
}

static void close_client(struct client *client)
{
    data_session_close(client->session);
    free(client->bytes);
    tree_finish(&client->tree);
}

static void say(struct client *client, const char *text)
{
    data_session_message(client->session, text, strlen(text));
}

static void say_expect(struct client *client, const char *text, const char *answer)
{
    unsigned count = client->count;
    say(client, text);
    cr_assert_eq(client->count, count + 1);
    cr_assert_str_eq(client->bytes, answer, "%s: %s", text, client->bytes);
}

static void listen_to(struct client *client, enum data_endpoint endpoint, bool msgpack,
                      const char *subscribe)
{
    open_client(client, endpoint, msgpack);
    say(client, AUTH);
    cr_assert(data_session_is_authenticated(client->session));
    say(client, subscribe);
    client->count = 0;
    client->objects = 0;
}

/* ---- sessions ---- */

Test(data_stream, a_session_is_greeted_and_authenticates)
{
    struct client client;
    start(false, 0);
    open_client(&client, DATA_ENDPOINT_IEX, false);
    cr_assert_str_eq(client.bytes, GREETED);
    say_expect(&client, "{\"action\":\"subscribe\",\"bars\":[\"AAPL\"]}",
               ERROR(401, "not authenticated"));
    say_expect(&client, "{\"action\":\"auth\",\"key\":\"PK\",\"secret\":\"wrong\"}",
               ERROR(402, "auth failed"));
    say_expect(&client, "{\"action\":\"auth\",\"key\":\"PK\"}", ERROR(402, "auth failed"));
    say_expect(&client, "{\"action\":\"auth\",\"key\":\"BUSY\",\"secret\":\"s\"}",
               ERROR(406, "connection limit exceeded"));
    say_expect(&client, AUTH, WELCOME);
    say_expect(&client, AUTH, ERROR(403, "already authenticated"));
    close_client(&client);
    open_client(&client, DATA_ENDPOINT_IEX, false);
    data_session_error(client.session, DATA_ERROR_AUTH_TIMEOUT);
    cr_assert_str_eq(client.bytes, ERROR(404, "auth timeout"));
    close_client(&client);
    open_client(&client, DATA_ENDPOINT_SIP, false);
    data_session_authenticate(client.session, "PK", "s");
    cr_assert_str_eq(client.bytes, WELCOME);
    close_client(&client);
    venue->plan.free_plan = true;
    open_client(&client, DATA_ENDPOINT_SIP, false);
    say_expect(&client, AUTH, ERROR(409, "insufficient subscription"));
    close_client(&client);
    stop();
}

Test(data_stream, nonsense_is_answered_and_changes_nothing)
{
    static const char *const bad[] = {
        "",
        "hello",
        "[]",
        "{}",
        "{\"action\":\"dance\"}",
        "{\"action\":1}",
        "{\"action\":\"subscribe\",\"bars\":\"AAPL\"}",
        "{\"action\":\"subscribe\",\"bars\":[1]}",
        "{\"action\":\"subscribe\",\"bars\":[\"\"]}",
        "{\"action\":\"subscribe\",\"bars\":[\"AAPL\"],\"trades\":[\"A234567890123456\"]}",
    };
    struct client client;
    start(false, 0);
    open_client(&client, DATA_ENDPOINT_IEX, false);
    say(&client, AUTH);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        say_expect(&client, bad[i], ERROR(400, "invalid syntax"));
    }
    say_expect(&client, "{\"action\":\"subscribe\",\"news\":[\"*\"]}",
               ERROR(410, "invalid subscribe action for this feed"));
    say_expect(
        &client,
        "{\"action\":\"subscribe\",\"bars\":null,\"imbalances\":null,\"news\":null,"
        "\"orderbooks\":null,\"pricing\":null}",
        "[{\"T\":\"subscription\",\"trades\":[],\"quotes\":[],\"bars\":[],\"updatedBars\":[],"
        "\"dailyBars\":[],\"statuses\":[],\"lulds\":[],\"corrections\":[],"
        "\"cancelErrors\":[]}]");
    close_client(&client);
    stop();
}

Test(data_stream, a_subscription_is_confirmed_as_a_whole)
{
    struct client client;
    start(false, 0);
    open_client(&client, DATA_ENDPOINT_IEX, false);
    say(&client, AUTH);
    say_expect(&client,
               "{\"action\":\"subscribe\",\"trades\":[\"SPY\",\"AAPL\"],\"quotes\":[\"ZZZ\"],"
               "\"bars\":[\"*\"]}",
               "[{\"T\":\"subscription\",\"trades\":[\"AAPL\",\"SPY\"],\"quotes\":[\"ZZZ\"],"
               "\"bars\":[\"*\"],\"updatedBars\":[],\"dailyBars\":[],\"statuses\":[],\"lulds\":[],"
               "\"corrections\":[\"AAPL\",\"SPY\"],\"cancelErrors\":[\"AAPL\",\"SPY\"]}]");
    say_expect(&client,
               "{\"action\":\"unsubscribe\",\"trades\":[\"SPY\",\"NONE\"],\"quotes\":[\"ZZZ\"],"
               "\"bars\":[\"*\"]}",
               "[{\"T\":\"subscription\",\"trades\":[\"AAPL\"],\"quotes\":[],\"bars\":[],"
               "\"updatedBars\":[],\"dailyBars\":[],\"statuses\":[],\"lulds\":[],"
               "\"corrections\":[\"AAPL\"],\"cancelErrors\":[\"AAPL\"]}]");
    close_client(&client);
    stop();
}

Test(data_stream, beyond_the_limit_a_subscription_stays_as_it_was)
{
    struct client client;
    start(false, 3);
    open_client(&client, DATA_ENDPOINT_IEX, false);
    say(&client, AUTH);
    say(&client, "{\"action\":\"subscribe\",\"trades\":[\"SPY\",\"AAPL\"],\"quotes\":[\"SPY\"],"
                 "\"bars\":[\"*\"]}");
    say_expect(&client, "{\"action\":\"subscribe\",\"quotes\":[\"AAPL\"],\"bars\":[\"X\"]}",
               ERROR(405, "symbol limit exceeded"));
    say_expect(&client, "{\"action\":\"subscribe\",\"trades\":[\"*\"]}",
               ERROR(405, "symbol limit exceeded"));
    say_expect(
        &client, "{\"action\":\"unsubscribe\",\"trades\":[\"AAPL\"]}",
        "[{\"T\":\"subscription\",\"trades\":[\"SPY\"],\"quotes\":[\"SPY\"],\"bars\":[\"*\"],"
        "\"updatedBars\":[],\"dailyBars\":[],\"statuses\":[],\"lulds\":[],"
        "\"corrections\":[\"SPY\"],\"cancelErrors\":[\"SPY\"]}]");
    say(&client, "{\"action\":\"subscribe\",\"quotes\":[\"AAPL\"]}");
    cr_assert(node_is(node_member(element(tree_root(&client.tree), 0), "T"), "subscription"));
    close_client(&client);
    stop();
}

Test(data_stream, messagepack_is_understood_and_spoken)
{
    struct client client;
    struct msgpack message;
    start(false, 0);
    open_client(&client, DATA_ENDPOINT_IEX, true);
    msgpack_init(&message);
    msgpack_map(&message, 3);
    msgpack_string(&message, "action");
    msgpack_string(&message, "auth");
    msgpack_string(&message, "key");
    msgpack_string(&message, "PK");
    msgpack_string(&message, "secret");
    msgpack_string(&message, "s");
    data_session_message(client.session, message.bytes, message.length);
    const struct node *answer = element(tree_root(&client.tree), 0);
    cr_assert(node_is(node_member(answer, "msg"), "authenticated"));
    msgpack_finish(&message);
    close_client(&client);
    stop();
}

Test(data_stream, a_slow_client_is_told_once)
{
    struct client client;
    start(true, 0);
    listen_to(&client, DATA_ENDPOINT_IEX, false, "{\"action\":\"subscribe\",\"quotes\":[\"*\"]}");
    client.slow = true;
    cr_assert(venue_step(venue));
    cr_assert_eq(client.count, 2);
    cr_assert_str_eq(client.bytes, ERROR(407, "slow client"));
    cr_assert(venue_step(venue));
    cr_assert_eq(client.count, 3);
    close_client(&client);
    stop();
}

/* ---- data ---- */

Test(data_stream, what_passes_at_one_instant_is_one_message)
{
    struct client client;
    start(false, 0);
    listen_to(&client, DATA_ENDPOINT_IEX, false,
              "{\"action\":\"subscribe\",\"bars\":[\"*\"],\"dailyBars\":[\"SPY\"]}");
    cr_assert(venue_step(venue));
    cr_assert_eq(client.count, 1);
    cr_assert_str_eq(client.bytes,
                     "[{\"T\":\"b\",\"S\":\"AAPL\",\"t\":\"2026-03-16T13:40:00Z\",\"o\":201.1,"
                     "\"h\":201.12,\"l\":201.09,\"c\":201.11,\"v\":1010,\"n\":60,\"vw\":201.105},"
                     "{\"T\":\"b\",\"S\":\"SPY\",\"t\":\"2026-03-16T13:40:00Z\",\"o\":501.1,"
                     "\"h\":501.12,\"l\":501.09,\"c\":501.11,\"v\":1010,\"n\":60,\"vw\":501.105},"
                     "{\"T\":\"d\",\"S\":\"SPY\",\"t\":\"2026-03-16T04:00:00Z\",\"o\":501,"
                     "\"h\":501.12,\"l\":500.99,\"c\":501.11,\"v\":11055,\"n\":660,"
                     "\"vw\":501.0551}]");
    close_client(&client);
    stop();
}

Test(data_stream, quotes_and_trades_go_to_who_asked)
{
    struct client quotes, trades, none;
    start(true, 0);
    listen_to(&quotes, DATA_ENDPOINT_SIP, false, "{\"action\":\"subscribe\",\"quotes\":[\"SPY\"]}");
    listen_to(&trades, DATA_ENDPOINT_IEX, false, "{\"action\":\"subscribe\",\"trades\":[\"*\"]}");
    listen_to(&none, DATA_ENDPOINT_BOATS, false, "{\"action\":\"subscribe\",\"trades\":[\"*\"]}");
    cr_assert(venue_step(venue));
    cr_assert_eq(quotes.objects, 1);
    cr_assert_eq(trades.objects, 2);
    cr_assert_eq(none.objects, 0);
    const struct node *quote = element(tree_root(&quotes.tree), 0);
    cr_assert(node_is(node_member(quote, "T"), "q"));
    cr_assert_eq(e9_of(quote, "bp"), venue->market.symbols[1].quote.quote.bid_e9);
    cr_assert_eq(e9_of(quote, "as"), venue->market.symbols[1].quote.quote.ask_size * MONEY_E9);
    const struct node *trade = element(tree_root(&trades.tree), 1);
    cr_assert(node_is(node_member(trade, "S"), "SPY"));
    cr_assert_eq(e9_of(trade, "p"), venue->market.symbols[1].trade.trade_tick.price_e9);
    /* the same id as by REST */
    struct answer answer = ask(venue, serve_latest_trades, "SPY", "");
    uint64_t id, sent;
    cr_assert_eq(node_uint(node_member(node_member(answer.root, "trade"), "i"), &id), ERR_OK);
    cr_assert_eq(node_uint(node_member(trade, "i"), &sent), ERR_OK);
    cr_assert_eq(id, sent);
    answer_finish(&answer);
    close_client(&quotes);
    close_client(&trades);
    close_client(&none);
    stop();
}

/* Two messages of the two encodings say the same. */
static void check_same(const struct node *json, const struct node *msgpack)
{
    cr_assert_eq(length_of(json), length_of(msgpack));
    for (uint32_t i = 0; i < length_of(json); i++) {
        const struct node *first = element(json, i);
        const struct node *second = element(msgpack, i);
        const struct node *other = node_first_key(second);
        cr_assert_eq(first->length, second->length);
        for (const struct node *key = node_first_key(first); key != NULL;
             key = node_next_key(first, key), other = node_next_key(second, other)) {
            const struct node *value = node_value(key);
            cr_assert(node_is(other, key->as.text));
            if (strcmp(key->as.text, "t") == 0) {
                cr_assert_eq(node_value(other)->kind, NODE_TIME);
                cr_assert_eq(time_of(first, "t"), node_value(other)->as.ts_ns);
            } else if (strcmp(key->as.text, "i") == 0 && value->kind == NODE_NUMBER) {
                uint64_t id, same;
                cr_assert_eq(node_uint(value, &id), ERR_OK);
                cr_assert_eq(node_uint(node_value(other), &same), ERR_OK);
                cr_assert_eq(id, same);
            } else if (value->kind == NODE_NUMBER) {
                cr_assert_eq(e9_of(first, key->as.text), e9_of(second, key->as.text));
            } else if (value->kind == NODE_STRING) {
                cr_assert(node_is(node_value(other), value->as.text));
            } else {
                cr_assert_eq(length_of(value), length_of(node_value(other)));
            }
        }
    }
}

Test(data_stream, both_encodings_say_the_same)
{
    static const char *const all =
        "{\"action\":\"subscribe\",\"trades\":[\"*\"],\"quotes\":[\"*\"],"
        "\"bars\":[\"*\"],\"dailyBars\":[\"*\"],\"statuses\":[\"*\"],"
        "\"lulds\":[\"*\"]}";
    struct client json, msgpack;
    start(true, 0);
    listen_to(&json, DATA_ENDPOINT_IEX, false, all);
    listen_to(&msgpack, DATA_ENDPOINT_IEX, true, all);
    for (int i = 0; i < 130; i++) {
        cr_assert(venue_step(venue));
        check_same(tree_root(&json.tree), tree_root(&msgpack.tree));
    }
    data_stream_halt(stream, 0, true, "T12", "Trading Halted; information requested");
    check_same(tree_root(&json.tree), tree_root(&msgpack.tree));
    data_stream_luld(stream, 1, 525 * MONEY_E9, 475 * MONEY_E9);
    check_same(tree_root(&json.tree), tree_root(&msgpack.tree));
    close_client(&json);
    close_client(&msgpack);
    stop();
}

Test(data_stream, a_bar_is_encoded_once_for_two_hundred_sessions)
{
    static struct client clients[200];
    start(false, 0);
    for (int i = 0; i < 200; i++) {
        listen_to(&clients[i], DATA_ENDPOINT_IEX, i % 2 == 1,
                  i % 4 < 2 ? "{\"action\":\"subscribe\",\"bars\":[\"*\"]}"
                            : "{\"action\":\"subscribe\",\"bars\":[\"SPY\"]}");
    }
    uint64_t before = data_stream_encoded(stream);
    cr_assert(venue_step(venue));
    cr_assert_eq(data_stream_encoded(stream) - before, 4); /* two bars in two encodings */
    for (int i = 0; i < 200; i++) {
        cr_assert_eq(clients[i].count, 1);
        cr_assert_eq(clients[i].objects, i % 4 < 2 ? 2 : 1);
        close_client(&clients[i]);
    }
    before = data_stream_encoded(stream);
    cr_assert(venue_step(venue));
    cr_assert_eq(data_stream_encoded(stream), before); /* nobody listens */
    stop();
}

Test(data_stream, the_day_so_far_is_what_rest_says)
{
    struct client client;
    start(false, 0);
    listen_to(&client, DATA_ENDPOINT_IEX, false,
              "{\"action\":\"subscribe\",\"dailyBars\":[\"AAPL\"]}");
    for (int i = 0; i < 5; i++) {
        cr_assert(venue_step(venue));
    }
    struct answer answer = ask(venue, serve_bars, "AAPL", "timeframe=1Day&sort=desc&limit=1");
    const struct node *day = element(node_member(answer.root, "bars"), 0);
    const struct node *sent = element(tree_root(&client.tree), 0);
    static const char *const numbers[] = {"o", "h", "l", "c", "v", "n", "vw"};
    for (size_t i = 0; i < 7; i++) {
        cr_assert_eq(e9_of(day, numbers[i]), e9_of(sent, numbers[i]));
    }
    cr_assert_eq(time_of(day, "t"), time_of(sent, "t"));
    answer_finish(&answer);
    close_client(&client);
    stop();
}

/* Three thousand symbols in one slice. */
Test(data_stream, long_slices_go_out_in_pieces)
{
    enum { MANY = 3000 };
    static struct instrument names[MANY];
    struct event *records = xcalloc(MANY, sizeof *records);
    for (uint32_t i = 0; i < MANY; i++) {
        (void)snprintf(names[i].symbol, sizeof names[i].symbol, "S%05u", i);
        records[i] = made_bar(1, 10, 0);
        records[i].instrument = i;
    }
    data = (struct bars){.records = records,
                         .count = MANY,
                         .instruments = names,
                         .instrument_count = MANY,
                         .bar_ns = NS_PER_MIN,
                         .memory = records};
    start_over(made_open_ns(1), false, 0);
    for (int msgpack = 0; msgpack < 2; msgpack++) {
        struct client client;
        listen_to(&client, DATA_ENDPOINT_IEX, msgpack == 1,
                  "{\"action\":\"subscribe\",\"bars\":[\"*\"]}");
        client.length_max = 0;
        const struct slice slice = slice_of(records, records + MANY, 0);
        data_stream_publish(stream, &slice);
        cr_assert_eq(client.objects, MANY);
        cr_assert_gt(client.count, 2);
        cr_assert_lt(client.length_max, (64 << 10) + 16);
        close_client(&client);
    }
    stop();
}

/* ---- other bars than minutes ---- */

/* Two symbols by half minutes; SPY has no bar at the end of the second minute, nobody one in the
 * third. */
Test(data_stream, finer_bars_become_minutes)
{
    struct event *records = xcalloc(16, sizeof *records);
    uint64_t count = 0;
    for (int half = 0; half < 8; half++) {
        for (uint32_t instrument = 0; instrument < MADE_SYMBOLS; instrument++) {
            if ((half == 3 && instrument == 1) || half == 5 || half == 4) {
                continue;
            }
            struct event *bar = &records[count++];
            *bar = made_bar(1, half, instrument);
            bar->src_ns = made_open_ns(1) + half * NS_PER_MIN / 2;
            bar->ts_ns = bar->src_ns + NS_PER_MIN / 2;
        }
    }
    data = (struct bars){.records = records,
                         .count = count,
                         .instruments = made_instruments,
                         .instrument_count = MADE_SYMBOLS,
                         .bar_ns = NS_PER_MIN / 2,
                         .memory = records};
    start_over(made_open_ns(1), false, 0);
    struct client client;
    listen_to(&client, DATA_ENDPOINT_IEX, false, "{\"action\":\"subscribe\",\"bars\":[\"*\"]}");
    static const unsigned objects[] = {0, 2, 2, 4, 4, 6};
    for (int i = 0; i < 6; i++) {
        cr_assert(venue_step(venue));
        cr_assert_eq(client.objects, objects[i], "%d: %u", i, client.objects);
        if (i == 3) {
            const struct node *spy = element(tree_root(&client.tree), 1);
            cr_assert(node_is(node_member(spy, "S"), "SPY"));
            cr_assert_eq(time_of(spy, "t"), made_open_ns(1) + NS_PER_MIN);
            cr_assert_eq(e9_of(spy, "v"), 1002 * MONEY_E9);
        }
    }
    cr_assert_eq(time_of(element(tree_root(&client.tree), 0), "t"),
                 made_open_ns(1) + 3 * NS_PER_MIN);
    close_client(&client);
    stop();
}

/* ---- sessions of the market ---- */

Test(data_stream, what_is_halted_does_not_open_with_the_others)
{
    struct client client;
    data = made_bars();
    start_over(made_open_ns(1) - NS_PER_MIN, false, 0);
    listen_to(&client, DATA_ENDPOINT_IEX, false, "{\"action\":\"subscribe\",\"statuses\":[\"*\"]}");
    data_stream_advance(stream, venue->now_ns);
    venue->market.symbols[0].halted = true;
    venue_advance(venue, made_open_ns(1) + 30 * NS_PER_S);
    data_stream_advance(stream, venue->now_ns);
    cr_expect_null(strstr(client.bytes, "AAPL"));
    cr_expect_not_null(strstr(client.bytes, "\"S\":\"SPY\",\"sc\":\"T\""));
    close_client(&client);
    stop();
}

Test(data_stream, openings_closings_and_halts_are_told)
{
    struct client client;
    data = made_bars();
    start_over(made_open_ns(1) - NS_PER_MIN, false, 0);
    listen_to(&client, DATA_ENDPOINT_IEX, false,
              "{\"action\":\"subscribe\",\"statuses\":[\"SPY\"]}");
    data_stream_advance(stream, venue->now_ns);
    cr_assert_eq(client.count, 0);
    venue_advance(venue, made_open_ns(1) + 30 * NS_PER_S);
    data_stream_advance(stream, venue->now_ns);
    cr_assert_str_eq(client.bytes,
                     "[{\"T\":\"s\",\"S\":\"SPY\",\"sc\":\"T\",\"sm\":\"Trading Resumption\","
                     "\"rc\":\"\",\"rm\":\"Market Open\",\"t\":\"2026-03-16T13:30:00Z\","
                     "\"z\":\"C\"}]");
    venue_advance(venue, made_open_ns(2) - NS_PER_HOUR);
    data_stream_advance(stream, venue->now_ns);
    cr_assert_eq(client.count, 2);
    cr_assert_str_eq(client.bytes,
                     "[{\"T\":\"s\",\"S\":\"SPY\",\"sc\":\"H\",\"sm\":\"Trading Halt\",\"rc\":\"\","
                     "\"rm\":\"Market Closed\",\"t\":\"2026-03-16T20:00:00Z\",\"z\":\"C\"}]");
    data_stream_halt(stream, 0, true, "T12", "Trading Halted");
    cr_assert_eq(client.count, 2);
    data_stream_halt(stream, 1, true, "T12", "Trading Halted");
    cr_assert_eq(client.count, 3);
    close_client(&client);
    stop();
}

Test(data_stream, busts_come_with_trades)
{
    struct client client;
    start(true, 0);
    listen_to(&client, DATA_ENDPOINT_IEX, false, "{\"action\":\"subscribe\",\"trades\":[\"SPY\"]}");
    struct past_tick trade, corrected;
    cr_assert(past_trade(venue, 1, venue->now_ns, &trade));
    corrected = trade;
    corrected.id++;
    corrected.event.trade_tick.price_e9 += CENT_E9;
    data_stream_cancel_trade(stream, &trade, false);
    const struct node *sent = element(tree_root(&client.tree), 0);
    cr_assert(node_is(node_member(sent, "T"), "x"));
    cr_assert(node_is(node_member(sent, "a"), "C"));
    cr_assert_eq(e9_of(sent, "p"), trade.event.trade_tick.price_e9);
    data_stream_correct_trade(stream, &trade, &corrected);
    sent = element(tree_root(&client.tree), 0);
    cr_assert(node_is(node_member(sent, "T"), "c"));
    cr_assert_eq(e9_of(sent, "cp") - e9_of(sent, "op"), CENT_E9);
    close_client(&client);
    stop();
}

/* ---- late, and always ---- */

Test(data_stream, the_delayed_stream_is_a_quarter_of_an_hour_late)
{
    struct client live, delayed;
    char *sent[3];
    start(true, 0);
    listen_to(&live, DATA_ENDPOINT_IEX, false, "{\"action\":\"subscribe\",\"trades\":[\"*\"]}");
    for (int i = 0; i < 3; i++) {
        cr_assert(venue_step(venue));
        sent[i] = xstrdup(live.bytes);
    }
    int64_t from_ns = venue->now_ns - 3 * NS_PER_S;
    close_client(&live);
    venue_advance(venue, from_ns + 15 * NS_PER_MIN);
    listen_to(&delayed, DATA_ENDPOINT_DELAYED_SIP, false,
              "{\"action\":\"subscribe\",\"trades\":[\"*\"]}");
    data_stream_advance(stream, venue->now_ns);
    cr_assert_eq(delayed.count, 0);
    for (int i = 0; i < 3; i++) {
        cr_assert(venue_step(venue));
        data_stream_advance(stream, venue->now_ns);
        cr_assert_eq(delayed.count, (unsigned)i + 1);
        cr_assert_str_eq(delayed.bytes, sent[i]);
        free(sent[i]);
    }
    close_client(&delayed);
    stop();
}

Test(data_stream, the_test_stream_never_sleeps)
{
    struct client client;
    start(false, 3);
    listen_to(&client, DATA_ENDPOINT_TEST, true,
              "{\"action\":\"subscribe\",\"trades\":[\"FAKEPACA\"],\"quotes\":[\"FAKEPACA\"],"
              "\"bars\":[\"FAKEPACA\"],\"dailyBars\":[\"FAKEPACA\"]}");
    int64_t night_ns = made_open_ns(0) + 30 * NS_PER_HOUR + 20 * NS_PER_S;
    int64_t bar_e9 = 0, last_e9 = 0;
    data_stream_test(stream, night_ns);
    for (int i = 1; i <= 100; i++) {
        data_stream_test(stream, night_ns + i * NS_PER_S / 2);
        if (i % 2 == 0) {
            const struct node *first = element(tree_root(&client.tree), 0);
            const struct node *second = element(tree_root(&client.tree), 1);
            cr_assert_eq(client.count, (unsigned)i / 2);
            cr_assert_eq(time_of(first, "t"), night_ns + i * NS_PER_S / 2);
            cr_assert(node_is(node_member(second, "T"), "t"));
            last_e9 = i <= 80 ? e9_of(second, "p") : last_e9;
        }
        if (i == 80) {
            const struct node *bar = element(tree_root(&client.tree), 2);
            cr_assert(node_is(node_member(bar, "T"), "b"));
            bar_e9 = e9_of(bar, "c");
            cr_assert(node_is(node_member(element(tree_root(&client.tree), 3), "T"), "d"));
        }
    }
    cr_assert_eq(bar_e9, last_e9);
    client.count = 0;
    data_stream_test(stream, night_ns + NS_PER_HOUR);
    cr_assert_eq(client.count, 60);
    close_client(&client);
    stop();
}

Test(data_stream, the_test_symbol_opens_where_it_closed)
{
    for (int64_t minute = 0; minute < 3000; minute++) {
        const struct event bar = test_feed_bar(minute * NS_PER_MIN);
        const struct event next = test_feed_bar((minute + 1) * NS_PER_MIN);
        cr_assert_null(event_bar_fault(&bar.bar));
        cr_assert_eq(bar.bar.close_e9, next.bar.open_e9);
        cr_assert_eq(bar.ts_ns, next.src_ns);
    }
}

Test(data_stream, paths_lead_to_streams)
{
    enum data_endpoint endpoint;
    cr_assert(data_endpoint_of("/v2/test", &endpoint) && endpoint == DATA_ENDPOINT_TEST);
    cr_assert(data_endpoint_of("/v1beta1/overnight", &endpoint));
    cr_assert(!data_endpoint_of("/v2/otc", &endpoint));
}
