/* past_bars_test.c: pages against a server that is told what to say: each is asked for until it is
 * whole, in order, and none of what is not whole is handed on. */
#include "alpaca/past_bars.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/script_test.h"

#define BAR(minute)                                                                                \
    "{\"t\":\"2026-03-16T13:" #minute ":00Z\",\"o\":1,\"h\":2,\"l\":1,\"c\":2,\"v\":10,\"n\":1,"   \
    "\"vw\":1.5}"
#define WHOLE "{\"bars\":{\"AAPL\":[" BAR(30) "," BAR(31) "]},\"next_page_token\":null}"

static struct loop *loop;
static struct alpaca_clock now;
static struct client *client;
static struct script script;
static struct past_bars *past;

/* What was told. */
static struct {
    char text[1024]; /* bars, pages and failures in order */
    int failures;
    bool ended;
    struct past_bars_end end;
    char why[256];
} told;

static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void add(const char *format, ...)
{
    size_t length = strlen(told.text);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(told.text + length, sizeof told.text - length, format, arguments);
    va_end(arguments);
}

static void on_bar(void *context, const char *symbol, const struct market_message *message)
{
    (void)context;
    if (message == NULL) {
        add("%s bad ", symbol);
    } else {
        add("%s %" PRId64 " ", symbol, message->ts_ns / NS_PER_MIN % 60);
    }
}

static void on_page(void *context, const char *next)
{
    (void)context;
    add("(%s) ", next == NULL ? "end" : next);
}

static void on_failed(void *context, const char *why)
{
    (void)context;
    (void)snprintf(told.why, sizeof told.why, "%s", why);
    told.failures++;
}

static void on_ended(void *context, const struct past_bars_end *end)
{
    (void)context;
    told.ended = true;
    told.end = *end;
    (void)snprintf(told.why, sizeof told.why, "%s", end->why);
    past_bars_destroy(past); /* which it may */
    past = NULL;
}

static void start(const char *token, uint32_t tries)
{
    char address[64];
    now = (struct alpaca_clock){.now_ns = 1000 * NS_PER_DAY};
    memset(&told, 0, sizeof told);
    loop = loop_create();
    script_listen(&script, loop, 8);
    (void)snprintf(address, sizeof address, "http://127.0.0.1:%u", script.port);
    client = client_create(&(struct client_plan){
        .loop = loop,
        .clock = &now,
        .addresses = {address,   address, "ws://a", "ws://b"},
        .keys = {"PKTEST", "secret"       },
    });
    past = past_bars_create(&(struct past_bars_plan){
        .client = client,
        .symbols = "AAPL,BRK.B",
        .timeframe = "1Min",
        .feed = "iex",
        .from_ns = 20 * NS_PER_DAY,
        .to_ns = 21 * NS_PER_DAY,
        .page_token = token,
        .tries = tries,
        .seed = 5,
        .bar = on_bar,
        .page = on_page,
        .failed = on_failed,
        .ended = on_ended,
    });
}

static void stop(void)
{
    past_bars_destroy(past);
    past = NULL;
    client_destroy(client);
    script_finish(&script);
    loop_destroy(loop);
}

/* Waits for the question, which has that text in it, and answers; the connection goes on. */
static void answer(const char *asked, int status, const char *body)
{
    char head[128];
    script_wait(&script, "\r\n\r\n");
    cr_assert_not_null(strstr(script.got, asked), "%s", script.got);
    script_forget(&script);
    (void)snprintf(head, sizeof head, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n\r\n", status,
                   strlen(body));
    script_say(&script, head);
    script_say(&script, body);
}

#define WAIT_FOR(condition)                                                                        \
    do {                                                                                           \
        int64_t end_ns = clock_mono_ns() + patience_ns;                                            \
        while (!(condition) && clock_mono_ns() < end_ns) {                                         \
            script_turn(&script);                                                                  \
        }                                                                                          \
        cr_assert(condition, #condition ": %s %s", told.text, told.why);                           \
    } while (0)

/* Time passes to when it asks again, which is not at once and not late. */
static void wait_again(int failures)
{
    WAIT_FOR(told.failures == failures);
    int64_t wait_ns = past_bars_deadline_ns(past) - now.now_ns;
    cr_assert(wait_ns >= NS_PER_S && wait_ns <= 20 * NS_PER_S, "%" PRId64 " ns", wait_ns);
    past_bars_on_time(past, now.now_ns + wait_ns - 1);
    cr_assert_eq(client_pending(client), 0);
    now.now_ns += wait_ns;
    client_on_time(client, now.now_ns);
    past_bars_on_time(past, now.now_ns);
    cr_assert_eq(client_pending(client), 1);
}

Test(past_bars, come_page_by_page_until_none_follows)
{
    start(NULL, 0);
    answer("GET /v2/stocks/bars?symbols=AAPL%2CBRK.B&timeframe=1Min&start=1970-01-21T00:00:00Z"
           "&end=1970-01-22T00:00:00Z&limit=10000&adjustment=raw&sort=asc&feed=iex HTTP",
           200, "{\"bars\":{\"AAPL\":[" BAR(30) "],\"BRK.B\":null},\"next_page_token\":\"a=b+/\"}");
    answer("&page_token=a%3Db%2B%2F HTTP", 200, "{\"bars\":{},\"next_page_token\":\"c\"}");
    answer("&page_token=c HTTP", 200,
           "{\"bars\":{\"BRK.B\":[" BAR(31) ",{\"t\":\"noon\"}," BAR(
               32) "]},\"next_page_token\":null,\"currency\":\"USD\"}");
    WAIT_FOR(told.ended);
    cr_expect(told.end.whole);
    cr_expect_str_eq(told.text, "AAPL 30 (a=b+/) (c) BRK.B 31 BRK.B bad BRK.B 32 (end) ");
    stop();
}

Test(past_bars, go_on_with_a_page)
{
    start("c", 0);
    answer("&page_token=c HTTP", 200, "{\"bars\":null,\"next_page_token\":null}");
    WAIT_FOR(told.ended);
    cr_expect(told.end.whole);
    cr_expect_str_eq(told.text, "(end) ");
    stop();
}

Test(past_bars, of_a_page_that_is_not_whole_nothing_is_handed_on_and_it_is_asked_for_again)
{
    static const struct {
        int status;
        const char *body;
    } cases[] = {
        {200, "{\"bars\":{\"AAPL\":[" BAR(30) "]}}"                                     },
        {200, "{\"next_page_token\":null}"                                              },
        {200, "{\"bars\":{\"AAPL\":[" BAR(30) "],\"BRK.B\":7},\"next_page_token\":null}"},
        {200, "{\"bars\":{\"AAPL\":[" BAR(30) "]},\"next_page_token\":7}"               },
        {200, "{\"bars\":[" BAR(30) "],\"next_page_token\":null}"                       },
        {200, "{\"bars\":{\"AAPL\":[" BAR(30)                                           },
        {200, ""                                                                        },
        {200, "<html>"                                                                  },
        {500, WHOLE                                                                     },
        {504, "late"                                                                    },
        {302, ""                                                                        },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        start(NULL, 0);
        answer("GET /v2/stocks/bars", cases[i].status, cases[i].body);
        wait_again(1);
        cr_expect_str_eq(told.text, "", "%s", cases[i].body);
        answer("GET /v2/stocks/bars", 200, WHOLE);
        WAIT_FOR(told.ended);
        cr_expect_str_eq(told.text, "AAPL 30 AAPL 31 (end) ");
        stop();
    }
}

Test(past_bars, that_follow_themselves_would_never_end)
{
    start("c", 2);
    answer("&page_token=c HTTP", 200,
           "{\"bars\":{\"AAPL\":[" BAR(30) "]},\"next_page_token\":\"c\"}");
    wait_again(1);
    cr_expect_str_eq(told.text, "");
    answer("&page_token=c HTTP", 200, "{\"bars\":{},\"next_page_token\":\"c\"}");
    WAIT_FOR(told.ended);
    cr_expect_not(told.end.whole);
    cr_expect_not_null(strstr(told.why, "followed by itself"), "%s", told.why);
    stop();
}

Test(past_bars, end_with_a_refusal_and_after_their_tries)
{
    start(NULL, 0);
    answer("GET", 401, "{\"message\":\"unauthorized.\"}");
    WAIT_FOR(told.ended);
    cr_expect(!told.end.whole && told.end.class == CLIENT_KEYS);
    stop();
    start(NULL, 0);
    answer("GET", 400, "{\"code\":40010001,\"message\":\"invalid symbol: brk\"}");
    WAIT_FOR(told.ended);
    cr_expect(!told.end.whole && told.end.class == CLIENT_REFUSED);
    cr_expect_not_null(strstr(told.why, "invalid symbol: brk"), "%s", told.why);
    stop();
    start(NULL, 3);
    answer("GET", 500, "");
    wait_again(1);
    answer("GET", 500, "");
    wait_again(2);
    answer("GET", 500, "");
    WAIT_FOR(told.ended);
    cr_expect(!told.end.whole && told.end.class == CLIENT_UNKNOWN);
    cr_expect_eq(told.failures, 2);
    stop();
}
