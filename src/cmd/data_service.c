/* data_service.c: see data_service.h. */
#include "cmd/data_service.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alpaca/keys.h"
#include "base/utc.h"
#include "cmd/addresses.h"
#include "cmd/cmd_data.h"
#include "data/symbol_table.h"
#include "net/loop.h"
#include "sys/clock.h"
#include "sys/memory.h"

#define MARKET_DATA   "https://data.alpaca.markets"
#define PAPER_TRADING "https://paper-api.alpaca.markets"

enum { REQUESTS_USUAL = 200, REQUESTS_MAX = 100000 };

struct data_service {
    struct alpaca_clock clock;
    struct loop *loop;
    struct loop_timer *timer;
    struct key_pair *keys;
    struct addresses addresses;
    struct client *client;
};

/* ---- the command line ---- */

static void add_symbols(struct argp_state *state, struct data_service_arguments *arguments,
                        const char *list)
{
    for (const char *at = list;;) {
        size_t length = strcspn(at, ",");
        uint32_t count = arguments->symbol_count;
        arguments->symbols = xrealloc(arguments->symbols, (count + 1) * sizeof *arguments->symbols);
        if (!symbol_parse(at, length, &arguments->symbols[count])) {
            argp_error(state, "--symbols: `%.*s` is no symbol: " SYMBOL_ALLOWED, (int)length, at);
        }
        arguments->symbol_count++;
        if (at[length] == '\0') {
            return;
        }
        at += length + 1;
    }
}

/* In order, and each once. */
static void order_symbols(struct data_service_arguments *arguments)
{
    uint32_t kept = 0;
    qsort(arguments->symbols, arguments->symbol_count, sizeof *arguments->symbols, symbol_compare);
    for (uint32_t i = 0; i < arguments->symbol_count; i++) {
        if (kept == 0 ||
            symbol_compare(&arguments->symbols[i], &arguments->symbols[kept - 1]) != 0) {
            arguments->symbols[kept++] = arguments->symbols[i];
        }
    }
    arguments->symbol_count = kept;
}

static void end_arguments(struct argp_state *state, struct data_service_arguments *arguments)
{
    if (arguments->symbol_count == 0) {
        argp_error(state, "--symbols are needed, e.g. --symbols AAPL,SPY");
    }
    order_symbols(arguments);
    arguments->feed = arguments->feed == NULL ? "iex" : arguments->feed;
    if (arguments->requests_per_minute == 0) {
        arguments->requests_per_minute = REQUESTS_USUAL;
    }
}

error_t data_service_parse(int key, char *text, struct argp_state *state,
                           struct data_service_arguments *arguments)
{
    switch (key) {
    case SERVICE_OPTION_SYMBOLS:
        add_symbols(state, arguments, text);
        return 0;
    case SERVICE_OPTION_FEED:
        if (strcmp(text, "iex") != 0 && strcmp(text, "sip") != 0) {
            argp_error(state, "--feed is iex or sip, not `%s`", text);
        }
        arguments->feed = text;
        return 0;
    case SERVICE_OPTION_KEYS:
        arguments->keys_path = text;
        return 0;
    case SERVICE_OPTION_DATA_URL:
        arguments->data_url = text;
        return 0;
    case SERVICE_OPTION_CA_FILE:
        arguments->ca_file = text;
        return 0;
    case SERVICE_OPTION_REQUESTS:
        arguments->requests_per_minute =
            (uint32_t)data_parse_number(state, "--requests-per-minute", text, 1, REQUESTS_MAX);
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "`%s` is not expected", text);
        return 0;
    case ARGP_KEY_END:
        end_arguments(state, arguments);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void data_service_arguments_finish(struct data_service_arguments *arguments)
{
    free(arguments->symbols);
    arguments->symbols = NULL;
}

char *data_service_list(const struct data_service_arguments *arguments, uint32_t first,
                        uint32_t count)
{
    char *list = xcalloc(count, SYMBOL_SIZE + 1);
    char *at = list;
    for (uint32_t i = 0; i < count; i++) {
        const char *symbol = arguments->symbols[first + i].symbol;
        size_t length = strlen(symbol);
        memcpy(at, symbol, length);
        at += length;
        *at++ = i + 1 < count ? ',' : '\0';
    }
    return list;
}

/* ---- the client ---- */

static enum err find_addresses(const struct data_service_arguments *arguments,
                               struct addresses *addresses, struct problem *problem)
{
    const char *set = getenv("APCA_API_DATA_URL");
    const struct run_arguments where = {
        .trading_url = PAPER_TRADING, /* nothing is asked there */
        .data_url = arguments->data_url != NULL     ? arguments->data_url
                    : set != NULL && set[0] != '\0' ? set
                                                    : MARKET_DATA,
        .feed = arguments->feed,
    };
    return addresses_resolve(&where, addresses, problem);
}

static void wake(void *context)
{
    (void)context; /* the loop came back: that is all */
}

enum err data_service_open(const struct data_service_arguments *arguments,
                           struct data_service **out, struct problem *problem)
{
    const struct key_source source = {.file = arguments->keys_path, .beside = "./"};
    struct data_service *service = xcalloc(1, sizeof *service);
    enum err err = find_addresses(arguments, &service->addresses, problem);
    if (err == ERR_OK) {
        err = key_pair_read(&source, &service->keys, problem);
    }
    if (err != ERR_OK) {
        data_service_close(service);
        return err;
    }
    service->clock.now_ns = clock_utc_ns();
    service->loop = loop_create();
    service->timer = loop_timer_create(service->loop, wake, service);
    const struct client_plan plan = {
        .loop = service->loop,
        .clock = &service->clock,
        .addresses = service->addresses.at,
        .keys = key_pair_keys(service->keys),
        .ca_file = arguments->ca_file,
        .data_requests_per_minute = arguments->requests_per_minute,
    };
    service->client = client_create(&plan);
    *out = service;
    return ERR_OK;
}

void data_service_close(struct data_service *service)
{
    if (service == NULL) {
        return;
    }
    if (service->loop != NULL) {
        client_destroy(service->client);
        loop_timer_destroy(service->timer);
        loop_destroy(service->loop);
    }
    key_pair_destroy(service->keys);
    addresses_finish(&service->addresses);
    free(service);
}

struct client *data_service_client(const struct data_service *service)
{
    return service->client;
}

const char *data_service_url(const struct data_service *service)
{
    return service->addresses.data;
}

bool data_service_is_alpaca(const struct data_service *service)
{
    return strcasecmp(service->addresses.data, MARKET_DATA) == 0;
}

int64_t data_service_now_ns(const struct data_service *service)
{
    return service->clock.now_ns;
}

void data_service_turn(struct data_service *service, int64_t due_ns)
{
    int64_t wait_ns = NS_PER_S;
    int64_t now_ns = clock_utc_ns();
    int64_t client_ns = client_deadline_ns(service->client);
    due_ns = client_ns < due_ns ? client_ns : due_ns;
    if (due_ns != INT64_MAX && due_ns - now_ns < wait_ns) {
        wait_ns = due_ns > now_ns ? due_ns - now_ns : 0;
    }
    loop_timer_start(service->timer, wait_ns, 0);
    loop_turn(service->loop, true);
    loop_timer_stop(service->timer);
    now_ns = clock_utc_ns();
    if (now_ns > service->clock.now_ns) { /* set back: it stands until it is caught up with */
        service->clock.now_ns = now_ns;
    }
    client_on_time(service->client, service->clock.now_ns);
}
