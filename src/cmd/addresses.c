/* addresses.c: see addresses.h. */
#include "cmd/addresses.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sys/memory.h"

#define PAPER_TRADING "https://paper-api.alpaca.markets"
#define LIVE_TRADING  "https://api.alpaca.markets"
#define MARKET_DATA   "https://data.alpaca.markets"
#define DATA_STREAM   "wss://stream.data.alpaca.markets"

static bool begins_with(const char *text, const char *with)
{
    return strncasecmp(text, with, strlen(with)) == 0;
}

/* Whether the host of a plain address is this machine: no name, so that no resolver decides. */
static bool is_loopback(const char *url)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]"};
    const char *host = strstr(url, "://") + 3;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        size_t length = strlen(hosts[i]);
        if (strncasecmp(host, hosts[i], length) == 0 &&
            (host[length] == ':' || host[length] == '\0')) {
            return true;
        }
    }
    return false;
}

/* The address without a slash or /v2 at its end. The caller frees it. */
static char *trimmed(const char *url)
{
    char *text = xstrdup(url);
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == '/') {
        text[--length] = '\0';
    }
    if (length > 3 && strcmp(text + length - 3, "/v2") == 0) {
        text[length - 3] = '\0';
    }
    return text;
}

static enum err check(const char *url, const char *alpaca, const char *what,
                      struct problem *problem)
{
    if (!begins_with(url, "http://") && !begins_with(url, "https://")) {
        return problem_set(problem, ERR_USAGE,
                           "%s: `%s` is no address; write http://127.0.0.1:8080 "
                           "or leave it out for Alpaca's own",
                           what, url);
    }
    if (strcasecmp(url, LIVE_TRADING) == 0) {
        return problem_set(problem, ERR_REFUSED,
                           "%s is where real money is traded, and this is a paper run; leave the "
                           "address out, or write " PAPER_TRADING,
                           url);
    }
    if (strchr(url + 8, '@') != NULL || (strcasecmp(url, alpaca) != 0 && !is_loopback(url))) {
        return problem_set(problem, ERR_REFUSED,
                           "%s: keys are sent to %s or to this machine (127.0.0.1), not to %s",
                           what, alpaca, url);
    }
    return ERR_OK;
}

/* http -> ws, https -> wss, and a path. */
static char *stream_url(const char *url, const char *path)
{
    bool tls = begins_with(url, "https://");
    return xasprintf("%s%s%s", tls ? "wss://" : "ws://", url + (tls ? 8 : 7), path);
}

static const char *first_of(const char *option, const char *variable, const char *usual)
{
    const char *set = getenv(variable);
    return option != NULL ? option : set != NULL && set[0] != '\0' ? set : usual;
}

enum err addresses_resolve(const struct run_arguments *arguments, struct addresses *addresses,
                           struct problem *problem)
{
    const char *trading = first_of(arguments->trading_url, "APCA_API_BASE_URL", PAPER_TRADING);
    const char *usual_data = arguments->trading_url != NULL ? arguments->trading_url : MARKET_DATA;
    *addresses = (struct addresses){0};
    addresses->trading = trimmed(trading);
    addresses->data = trimmed(first_of(arguments->data_url, "APCA_API_DATA_URL", usual_data));
    enum err err = check(addresses->trading, PAPER_TRADING, "the trading address", problem);
    if (err == ERR_OK && strcasecmp(addresses->data, MARKET_DATA) != 0) {
        err = check(addresses->data, MARKET_DATA, "the market data's address", problem);
    }
    if (err != ERR_OK) {
        addresses_finish(addresses);
        return err;
    }
    addresses->trading_stream = stream_url(addresses->trading, "/stream");
    char *path = xasprintf("/v2/%s", arguments->feed);
    addresses->data_stream = strcasecmp(addresses->data, MARKET_DATA) == 0
                                 ? xasprintf(DATA_STREAM "%s", path)
                                 : stream_url(addresses->data, path);
    free(path);
    addresses->at = (struct client_addresses){.trading = addresses->trading,
                                              .data = addresses->data,
                                              .trading_stream = addresses->trading_stream,
                                              .data_stream = addresses->data_stream};
    return ERR_OK;
}

bool addresses_are_here(const struct addresses *addresses)
{
    return is_loopback(addresses->trading);
}

void addresses_finish(struct addresses *addresses)
{
    free(addresses->trading);
    free(addresses->data);
    free(addresses->trading_stream);
    free(addresses->data_stream);
    *addresses = (struct addresses){0};
}
