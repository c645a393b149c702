/* cmd_preflight.c: `bellwether preflight`: everything that a paper run needs from outside, looked
 * at one by one, without sending an order. In bellwether-net. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alpaca/keys.h"
#include "alpaca/stream.h"
#include "alpaca/wire.h"
#include "base/money.h"
#include "base/utc.h"
#include "cmd/addresses.h"
#include "cmd/cmd.h"
#include "cmd/run_arguments.h"
#include "sys/clock.h"
#include "sys/memory.h"
#include "sys/plugin.h"

#define ANSWER_NS (15 * NS_PER_S)
#define SKEW_NS   (2 * NS_PER_S)

enum { TEXT_SIZE = 512 };

struct preflight {
    struct run_arguments *arguments;
    struct run_config config;
    struct addresses addresses;
    struct key_pair *keys;
    struct loop *loop;
    struct loop_timer *timer;
    struct alpaca_clock clock;
    struct client *client;
    uint32_t passed;
    uint32_t failed;
    bool json;
};

/* ---- what is printed ---- */

static void print_line(struct preflight *preflight, bool ok, const char *what, const char *text)
{
    *(ok ? &preflight->passed : &preflight->failed) += 1;
    if (preflight->json) {
        struct json_writer json;
        json_init(&json, false);
        json_begin_object(&json);
        json_member_string(&json, "check", what);
        json_member_bool(&json, "ok", ok);
        json_member_string(&json, "says", text);
        json_end_object(&json);
        printf("%s%s", preflight->passed + preflight->failed > 1 ? ",\n" : "", json.text);
        json_finish(&json);
    } else {
        printf("%-7s %-16s %s\n", ok ? "ok" : "NOT OK", what, text);
    }
    (void)fflush(stdout);
}

/* ---- asking ---- */

static void wake(void *context)
{
    (void)context;
}

/* The network for a moment; time goes on. */
static void turn(struct preflight *preflight)
{
    preflight->clock.now_ns = clock_utc_ns();
    client_on_time(preflight->client, preflight->clock.now_ns);
    loop_timer_start(preflight->timer, 20 * NS_PER_MS, 0);
    loop_turn(preflight->loop, true);
    loop_timer_stop(preflight->timer);
    preflight->clock.now_ns = clock_utc_ns();
    client_on_time(preflight->client, preflight->clock.now_ns);
}

struct answer {
    bool came;
    bool ok;
    char text[TEXT_SIZE]; /* unless ok: what was said */
    void *out;
    enum err (*read)(const struct node *node, void *out);
};

static void take_answer(void *context, const struct client_reply *reply)
{
    struct answer *answer = context;
    answer->came = true;
    answer->ok = reply->class == CLIENT_OK && reply->root != NULL &&
                 answer->read(reply->root, answer->out) == ERR_OK;
    (void)snprintf(answer->text, sizeof answer->text, "%s%s",
                   reply->class == CLIENT_OK ? "an answer that is not what Alpaca's documents say"
                                             : reply->message,
                   reply->class == CLIENT_KEYS
                       ? ": the keys are not of this host (paper or live?) or no longer valid"
                       : "");
}

static bool ask(struct preflight *preflight, enum client_host host, const char *target,
                struct answer *answer)
{
    struct client_ask ask = {.use = host == CLIENT_TRADING ? CLIENT_RECONCILE : CLIENT_DATA,
                             .host = host,
                             .method = HTTP_GET,
                             .target = target,
                             .answered = take_answer,
                             .context = answer};
    struct client_call *call = client_ask(preflight->client, &ask);
    int64_t until_ns = clock_mono_ns() + ANSWER_NS;
    while (!answer->came && clock_mono_ns() < until_ns) {
        turn(preflight);
    }
    if (!answer->came) {
        client_forget(call);
        (void)snprintf(answer->text, sizeof answer->text, "no answer within 15 s");
    }
    return answer->came && answer->ok;
}

/* ---- each check ---- */

static enum err read_account(const struct node *node, void *out)
{
    return wire_read_account(node, out);
}

static bool check_account(struct preflight *preflight)
{
    struct wire_account account = {0};
    struct answer answer = {.out = &account, .read = read_account};
    char text[2 * TEXT_SIZE];
    char cash[MONEY_TEXT_SIZE];
    char power[MONEY_TEXT_SIZE];
    if (!ask(preflight, CLIENT_TRADING, "/v2/account", &answer)) {
        print_line(preflight, false, "account", answer.text);
        return false;
    }
    (void)money_format(account.cash_e9, cash);
    (void)money_format(account.buying_power_e9, power);
    (void)snprintf(text, sizeof text, "%s, %s%s; cash $%s, buying power $%s, multiplier %" PRId64,
                   account.number, account.status, account.blocked ? ", BLOCKED" : "", cash, power,
                   account.multiplier);
    print_line(preflight, account.active && !account.blocked, "account", text);
    return true;
}

static enum err read_clock(const struct node *node, void *out)
{
    return wire_read_clock(node, out);
}

static void check_clock(struct preflight *preflight)
{
    struct wire_clock clock = {0};
    struct answer answer = {.out = &clock, .read = read_clock};
    char text[2 * TEXT_SIZE];
    char next[UTC_TEXT_SIZE];
    if (!ask(preflight, CLIENT_TRADING, "/v2/clock", &answer)) {
        print_line(preflight, false, "clock", answer.text);
        return;
    }
    int64_t off_ns = preflight->clock.now_ns - clock.ts_ns;
    (void)utc_format(clock.is_open ? clock.next_close_ns : clock.next_open_ns, next);
    (void)snprintf(text, sizeof text, "ours is %.1f s %s the broker's; the market is %s until %s",
                   (double)(off_ns < 0 ? -off_ns : off_ns) / 1e9,
                   off_ns < 0 ? "behind" : "ahead of", clock.is_open ? "open" : "closed", next);
    bool served = addresses_are_here(&preflight->addresses); /* it may have a time of its own */
    print_line(preflight, served || (off_ns <= SKEW_NS && off_ns >= -SKEW_NS), "clock", text);
}

static enum err read_asset(const struct node *node, void *out)
{
    return wire_read_asset(node, out);
}

static void check_assets(struct preflight *preflight)
{
    char text[2 * TEXT_SIZE];
    uint32_t good = 0;
    for (uint32_t i = 0; i < preflight->config.symbol_count; i++) {
        const char *symbol = preflight->config.symbols[i].symbol;
        struct wire_asset asset = {0};
        struct answer answer = {.out = &asset, .read = read_asset};
        char target[64];
        (void)snprintf(target, sizeof target, "/v2/assets/%s", symbol);
        bool ok = ask(preflight, CLIENT_TRADING, target, &answer);
        if (ok && asset.active && asset.tradable) {
            good++;
            continue;
        }
        (void)snprintf(text, sizeof text, "%s: %s", symbol,
                       ok ? "cannot be traded at the broker" : answer.text);
        print_line(preflight, false, "symbol", text);
    }
    (void)snprintf(text, sizeof text, "%" PRIu32 " of %" PRIu32 " can be traded", good,
                   preflight->config.symbol_count);
    print_line(preflight, good == preflight->config.symbol_count, "symbols", text);
}

/* Something, in the shape of latest bars. */
static enum err read_bars(const struct node *node, void *out)
{
    const struct node *bars = node_member(node, "bars");
    *(uint32_t *)out = bars != NULL && bars->kind == NODE_OBJECT ? bars->length : 0;
    return bars != NULL ? ERR_OK : ERR_FORMAT;
}

static void check_data(struct preflight *preflight)
{
    uint32_t count = 0;
    char text[2 * TEXT_SIZE];
    struct answer answer = {.out = &count, .read = read_bars};
    char *target = xasprintf("/v2/stocks/bars/latest?symbols=%s&feed=%s",
                             preflight->config.symbols[0].symbol, preflight->arguments->feed);
    bool ok = ask(preflight, CLIENT_MARKET_DATA, target, &answer);
    (void)snprintf(text, sizeof text, "feed %s: %s", preflight->arguments->feed,
                   ok ? count > 0 ? "the latest bar of the first symbol is there"
                                  : "it answers, without a bar of the first symbol"
                      : answer.text);
    print_line(preflight, ok, "market data", text);
    free(target);
}

struct stream_watch {
    struct preflight *preflight;
    enum stream_state state;
    char why[TEXT_SIZE];
};

static void on_changed(void *context, enum stream_state state, const char *why)
{
    struct stream_watch *watch = context;
    watch->state = state;
    (void)snprintf(watch->why, sizeof watch->why, "%s", why == NULL ? "" : why);
}

static void on_message(void *context, const struct node *root)
{
    (void)context;
    (void)root; /* that it is up is all that is asked */
}

static size_t subscribe(void *context, char *out, size_t size)
{
    const struct stream_watch *watch = context;
    int length = snprintf(out, size, "{\"action\":\"subscribe\",\"bars\":[\"%s\"]}",
                          watch->preflight->config.symbols[0].symbol);
    return length > 0 && (size_t)length < size ? (size_t)length : 0;
}

static void check_stream(struct preflight *preflight, enum stream_kind kind, const char *what)
{
    struct stream_watch watch = {.preflight = preflight};
    struct stream_plan plan = {.kind = kind,
                               .client = preflight->client,
                               .seed = 1,
                               .context = &watch,
                               .subscribe = kind == STREAM_DATA ? subscribe : NULL,
                               .message = on_message,
                               .changed = on_changed};
    struct stream *stream = stream_create(&plan);
    int64_t until_ns = clock_mono_ns() + ANSWER_NS;
    while (stream_state(stream) != STREAM_UP && stream_state(stream) != STREAM_REFUSED &&
           clock_mono_ns() < until_ns) {
        turn(preflight);
        stream_on_time(stream, preflight->clock.now_ns);
    }
    bool up = stream_state(stream) == STREAM_UP;
    print_line(preflight, up, what,
               up                     ? "authorized and subscribed"
               : watch.why[0] != '\0' ? watch.why
                                      : "not up within 15 s");
    stream_destroy(stream);
}

/* ---- the whole ---- */

static enum err open_all(struct preflight *preflight, struct problem *problem)
{
    const struct run_arguments *arguments = preflight->arguments;
    const char *path = arguments->trading.config_path;
    struct key_source source = {.file = arguments->keys_path, .beside = path};
    if (path == NULL) {
        return problem_set(problem, ERR_USAGE, "give the config that shall be run: -c FILE");
    }
    enum err err = config_read_with(path, plugin_strategy, &preflight->config, problem);
    if (err == ERR_OK && preflight->config.symbol_count == 0) {
        err =
            problem_set(problem, ERR_USAGE,
                        "%s: a paper run wants its symbols by name (`symbols: [SPY, QQQ]`)", path);
    }
    if (err == ERR_OK) {
        err = addresses_resolve(arguments, &preflight->addresses, problem);
    }
    return err == ERR_OK ? key_pair_read(&source, &preflight->keys, problem) : err;
}

static void look(struct preflight *preflight)
{
    char text[2 * TEXT_SIZE];
    (void)snprintf(text, sizeof text, "%s: %" PRIu32 " strategies, %" PRIu32 " symbols",
                   preflight->arguments->trading.config_path, preflight->config.book_count,
                   preflight->config.symbol_count);
    print_line(preflight, true, "config", text);
    (void)snprintf(text, sizeof text, "a pair from %s", key_pair_origin(preflight->keys));
    print_line(preflight, true, "keys", text);
    print_line(preflight, true, "address", preflight->addresses.at.trading);
    struct client_plan plan = {.loop = preflight->loop,
                               .clock = &preflight->clock,
                               .addresses = preflight->addresses.at,
                               .keys = key_pair_keys(preflight->keys),
                               .ca_file = preflight->arguments->ca_file};
    preflight->client = client_create(&plan);
    if (check_account(preflight)) {
        check_clock(preflight);
        check_assets(preflight);
        check_data(preflight);
        check_stream(preflight, STREAM_TRADING, "order stream");
        check_stream(preflight, STREAM_DATA, "data stream");
    }
}

int cmd_preflight(int argc, char **argv)
{
    struct run_arguments arguments;
    struct problem problem;
    run_arguments_parse(argc, argv, &arguments);
    struct preflight preflight = {.arguments = &arguments,
                                  .json = arguments.trading.json,
                                  .clock = {.now_ns = clock_utc_ns()}};
    enum err err = open_all(&preflight, &problem);
    if (err == ERR_OK) {
        preflight.loop = loop_create();
        preflight.timer = loop_timer_create(preflight.loop, wake, NULL);
        (void)fputs(preflight.json ? "[" : "", stdout);
        look(&preflight);
        (void)fputs(preflight.json ? "]\n" : "", stdout);
        if (!preflight.json) {
            printf("%s\n", preflight.failed == 0
                               ? "ready: `bellwether run --mode paper` with the same options"
                               : "not ready");
        }
        client_destroy(preflight.client);
        loop_timer_destroy(preflight.timer);
        loop_destroy(preflight.loop);
        err = cmd_flush(&problem);
    }
    int code = err != ERR_OK ? cmd_fail(&problem) : preflight.failed > 0 ? EXIT_FAILED : EXIT_DONE;
    key_pair_destroy(preflight.keys);
    addresses_finish(&preflight.addresses);
    if (preflight.config.path != NULL) {
        config_finish(&preflight.config);
    }
    source_finish(&arguments.trading.source);
    return code;
}
