/* trading_stream_test.c: a connection of the trading stream, message by message: section 10 of the
 * API's description. */
#include "exchange_http/repack.h"
#include "exchange_http/served_test.h"
#include "exchange_http/trading_stream.h"

#define AUTHORIZED                                                                                 \
    "{\"stream\":\"authorization\",\"data\":{\"status\":\"authorized\",\"action\":"                \
    "\"authenticate\"}}"
#define UNAUTHORIZED(action)                                                                       \
    "{\"stream\":\"authorization\",\"data\":{\"status\":\"unauthorized\",\"action\":\"" action     \
    "\"}}"
#define LISTENING(streams) "{\"stream\":\"listening\",\"data\":{\"streams\":[" streams "]}}"
#define AUTHENTICATE(key, secret)                                                                  \
    "{\"action\":\"authenticate\",\"data\":{\"key_id\":\"" key "\",\"secret_key\":\"" secret "\"}" \
    "}"
#define LISTEN(streams) "{\"action\":\"listen\",\"data\":{\"streams\":[" streams "]}}"

struct heard {
    uint32_t count;
    bool binary;
    char text[1024]; /* the last message */
    size_t length;
};

static void hear(void *context, const void *bytes, size_t length, bool binary)
{
    struct heard *heard = context;
    cr_assert_lt(length, sizeof heard->text);
    memcpy(heard->text, bytes, length);
    heard->text[length] = '\0';
    heard->length = length;
    heard->binary = binary;
    heard->count++;
}

static struct trading_session *connect_to(struct served *served, struct heard *heard, bool msgpack,
                                          bool binary)
{
    *heard = (struct heard){0};
    const struct trading_session_plan plan = {.venue = served->venue,
                                              .msgpack = msgpack,
                                              .binary_json = binary,
                                              .context = heard,
                                              .send = hear};
    return trading_session_create(&plan);
}

static const char *tell(struct trading_session *session, struct heard *heard, const char *message)
{
    uint32_t before = heard->count;
    (void)trading_session_message(session, message, strlen(message));
    cr_expect_eq(heard->count, before + 1, "%s", message);
    return heard->text;
}

Test(trading_stream, authenticates_and_listens)
{
    struct served served = served_at(made_open_ns(1));
    struct heard heard;
    struct trading_session *session = connect_to(&served, &heard, false, true);
    cr_expect_str_eq(tell(session, &heard, LISTEN("\"trade_updates\"")), UNAUTHORIZED("listen"));
    cr_expect(heard.binary);
    cr_expect_str_eq(tell(session, &heard, AUTHENTICATE("PKTEST", "wrong")),
                     UNAUTHORIZED("authenticate"));
    cr_expect_null(trading_session_account(session));
    cr_expect_str_eq(tell(session, &heard, AUTHENTICATE("PKTEST", "secret")), AUTHORIZED);
    cr_expect_eq(trading_session_account(session), served.account);
    trading_session_publish(session, served.account, "{\"event\":\"new\"}");
    cr_expect_eq(heard.count, 3, "nobody listens yet");
    cr_expect_str_eq(tell(session, &heard, LISTEN("\"account_updates\",\"trade_updates\"")),
                     LISTENING("\"trade_updates\""));
    trading_session_publish(session, served.account, "{\"event\":\"new\"}");
    cr_expect_str_eq(heard.text, "{\"stream\":\"trade_updates\",\"data\":{\"event\":\"new\"}}");
    cr_expect_str_eq(tell(session, &heard, LISTEN("")), LISTENING(""));
    trading_session_publish(session, served.account, "{\"event\":\"new\"}");
    cr_expect_eq(heard.count, 6, "an empty list is the end of it");
    trading_session_destroy(session);
    served_finish(&served);
}

Test(trading_stream, takes_the_newer_form_of_authentication)
{
    struct served served = served_at(made_open_ns(1));
    struct heard heard;
    struct trading_session *session = connect_to(&served, &heard, false, false);
    cr_expect_str_eq(
        tell(session, &heard, "{\"action\":\"auth\",\"key\":\"PKTEST\",\"secret\":\"secret\"}"),
        AUTHORIZED);
    cr_expect(!heard.binary);
    cr_expect_str_eq(
        tell(session, &heard, "{\"action\":\"authenticate\",\"data\":{\"oauth_token\":\"x\"}}"),
        UNAUTHORIZED("authenticate"));
    trading_session_destroy(session);
    served_finish(&served);
}

Test(trading_stream, tells_each_account_its_own)
{
    struct served served = served_at(made_open_ns(1));
    struct heard heard;
    struct trading_session *session = connect_to(&served, &heard, false, false);
    (void)tell(session, &heard, AUTHENTICATE("PKOTHER", "secret"));
    (void)tell(session, &heard, LISTEN("\"trade_updates\""));
    trading_session_publish(session, served.account, "{\"event\":\"new\"}");
    cr_expect_eq(heard.count, 2);
    (void)tell(session, &heard, AUTHENTICATE("PKTEST", "secret"));
    trading_session_publish(session, served.account, "{\"event\":\"new\"}");
    cr_expect_eq(heard.count, 3, "another account is listened to anew");
    trading_session_destroy(session);
    served_finish(&served);
}

Test(trading_stream, speaks_messagepack_where_it_was_asked)
{
    struct served served = served_at(made_open_ns(1));
    struct heard heard;
    struct trading_session *session = connect_to(&served, &heard, true, false);
    /* {"action":"auth","key":"PKTEST","secret":"secret"}, written out by hand */
    static const char hello[] = "\x83\xa6"
                                "action\xa4"
                                "auth\xa3"
                                "key\xa6"
                                "PKTEST\xa6"
                                "secret\xa6"
                                "secret";
    cr_assert(trading_session_message(session, hello, sizeof hello - 1));
    static const char welcome[] = "\x82\xa6"
                                  "stream\xad"
                                  "authorization\xa4"
                                  "data\x82\xa6"
                                  "status\xaa"
                                  "authorized\xa6"
                                  "action\xac"
                                  "authenticate";
    cr_expect_eq(heard.length, sizeof welcome - 1);
    cr_expect_arr_eq(heard.text, welcome, sizeof welcome - 1);
    cr_expect(heard.binary);
    (void)tell(session, &heard, LISTEN("\"trade_updates\"")); /* JSON is read all the same */
    trading_session_publish(session, served.account,
                            "{\"event\":\"fill\",\"n\":1.5,\"i\":7,\"t\":true,\"x\":null,"
                            "\"l\":[\"a\"]}");
    struct tree tree;
    tree_init(&tree);
    cr_assert_eq(msgpack_parse(&tree, heard.text, heard.length), ERR_OK);
    const struct node *data = node_member(tree_root(&tree), "data");
    cr_expect(node_is(node_member(data, "event"), "fill"));
    cr_expect_eq(node_member(data, "n")->kind, NODE_DOUBLE);
    cr_expect_eq(node_member(data, "i")->kind, NODE_INT);
    cr_expect_eq(node_member(data, "x")->kind, NODE_NULL);
    cr_expect(node_is(node_first(node_member(data, "l")), "a"));
    tree_finish(&tree);
    trading_session_destroy(session);
    served_finish(&served);
}

Test(trading_stream, ends_with_what_it_does_not_know)
{
    static const struct {
        const char *message, *error;
    } cases[] = {
        {"",                       "invalid message"},
        {"hello",                  "invalid message"},
        {"{\"action\":\"listen\"", "invalid message"},
        {"{}",                     "invalid action" },
        {"[1]",                    "invalid action" },
        {"{\"action\":\"dance\"}", "invalid action" },
        {"{\"action\":{\"a\":1}}", "invalid action" },
    };
    struct served served = served_at(made_open_ns(1));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct heard heard;
        struct trading_session *session = connect_to(&served, &heard, false, false);
        char expected[128];
        (void)snprintf(expected, sizeof expected,
                       "{\"action\":\"error\",\"data\":{\"error_message\":\"%s\"}}",
                       cases[i].error);
        cr_expect(!trading_session_message(session, cases[i].message, strlen(cases[i].message)));
        cr_expect_str_eq(heard.text, expected);
        trading_session_destroy(session);
    }
    served_finish(&served);
}
