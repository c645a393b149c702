/* faults_test.h: a running exchange with a script of faults, and short words for what is asked of
 * it, heard from it and held by its own books. */
#ifndef EXCHANGE_HTTP_FAULTS_TEST_H
#define EXCHANGE_HTTP_FAULTS_TEST_H

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

static inline void begin(const char *text, bool along_bars)
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

static inline void stop(void)
{
    peer_close(&other);
    running_stop(&running);
}

static inline const char *ask(const char *method, const char *target, const char *body)
{
    return running_ask(&running.http, method, target, body);
}

/* The same on another connection. */
static inline const char *look(const char *target)
{
    return running_ask(&other, "GET", target, "");
}

static inline size_t count_of(const char *text, const char *word)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, word)) != NULL; at++) {
        count++;
    }
    return count;
}

static inline size_t orders(void)
{
    return count_of(look("/v2/orders?status=all"), "\"client_order_id\"");
}

static inline void turns(struct peer *peer, int count)
{
    for (int i = 0; i < count; i++) {
        peer_turn(peer);
    }
}

static inline const char *answer_of_rule(void)
{
    static char text[4096];
    (void)snprintf(text, sizeof text, "%s", running_ask(&running.admin, "GET", "/faults", ""));
    return text;
}

static inline void step_to(int64_t to_ns)
{
    while (server_venue(running.server)->now_ns < to_ns) {
        server_advance_until(running.server, to_ns);
    }
}

static inline int64_t now(void)
{
    return server_venue(running.server)->now_ns;
}

/* Frames of the minute's bars are one message; `t` tells them apart. */
static inline void watch(const char *script)
{
    begin(script, false);
    running_watch(&running, &data);
}

static inline void minutes(int count)
{
    for (int i = 0; i < count; i++) {
        server_advance_until(running.server, now() + NS_PER_MIN);
        running_read(&data);
    }
    turns(&data, 3);
}

/* How often the bar of a minute after ten came. */
static inline size_t bars_of(int minute)
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
static inline size_t place_of(int minute)
{
    char text[64];
    (void)snprintf(text, sizeof text, "\"t\":\"2026-03-16T14:%02d:00Z\"", minute);
    const char *at = memmem(data.got, data.length, text, strlen(text));
    return at == NULL ? SIZE_MAX : (size_t)(at - data.got);
}

static inline void hear(const char *script, bool along_bars)
{
    begin(script, along_bars);
    running_listen(&running, &trading);
}

/* The events of the trading stream so far: "new partial_fill fill". */
static inline const char *events(void)
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
static inline double ledger(const char *key)
{
    char text[64];
    const char *body = running_ask(&running.admin, "GET", "/ledger", "");
    (void)snprintf(text, sizeof text, "\"%s\":\"", key);
    const char *at = strstr(body, text);
    return at == NULL ? 0 : strtod(at + strlen(text), NULL);
}

/* Sends an order; its id. */
static inline const char *submit(const char *body)
{
    static char id[64];
    const char *answer = ask("POST", "/v2/orders", body);
    cr_assert_eq(peer_status(&running.http), 200, "%s", answer);
    const char *at = strstr(answer, "\"id\":\"");
    cr_assert_not_null(at);
    (void)snprintf(id, sizeof id, "%.36s", at + 6);
    return id;
}

#endif
