/* client.h: one account at Alpaca, or at an exchange served in Alpaca's shapes: where it is, who we
 * are there, and the one budget of requests that all who ask share.
 *
 * Time comes from the clock that it is given: the machine's, or the exchange's own where that moves
 * by steps. Deadlines and waits are kept by that clock (client_on_time()). */
#ifndef ALPACA_CLIENT_H
#define ALPACA_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "alpaca/clock.h"
#include "net/http_client.h"
#include "sys/problem.h"

/* What a request is for. The budget keeps shares for the first ones (reliability W3): an entry may
 * not take what exits and reconciliation may need. */
enum client_use {
    CLIENT_EXIT,      /* exits, cancels, protection */
    CLIENT_RECONCILE, /* look-ups, lists */
    CLIENT_ENTRY,
    CLIENT_DATA, /* market data: a budget of its own */
};

enum client_host { CLIENT_TRADING, CLIENT_MARKET_DATA };

/* Where everything is; "http://127.0.0.1:8080" and the like, without a slash at the end. */
struct client_addresses {
    const char *trading;        /* https://paper-api.alpaca.markets */
    const char *data;           /* https://data.alpaca.markets */
    const char *trading_stream; /* wss://paper-api.alpaca.markets/stream */
    const char *data_stream;    /* wss://stream.data.alpaca.markets/v2/iex */
};

/* A key pair; the secret is wiped by client_destroy(). */
struct client_keys {
    const char *key;
    const char *secret;
};

struct client_plan {
    struct loop *loop;
    const struct alpaca_clock *clock;  /* borrowed */
    struct client_addresses addresses; /* copied */
    struct client_keys keys;           /* copied into locked memory */
    const char *ca_file;               /* NULL: the system's */
    unsigned requests_per_minute;      /* 0: 200, as Alpaca allows */
    unsigned data_requests_per_minute; /* 0: 200 */
    int64_t timeout_ns;                /* of one request, by the clock; 0: 10 s */
    bool prompt;                       /* a connection is kept ready for orders and cancels */
};

struct client;
struct client_call;

struct client *client_create(const struct client_plan *plan);
void client_destroy(struct client *client);

/* What became of a request, by the table of O4: the last row is the default. */
enum client_class {
    CLIENT_OK,       /* 2xx with a body that parses (or none) */
    CLIENT_NOT_SENT, /* no byte was written; or 429 with rate headers, after which it waits */
    CLIENT_EXISTS,   /* 409, or 422 with 40010001 and `client_order_id must be unique` */
    CLIENT_REFUSED,  /* 400, 403, 404, 422 with the broker's error body */
    CLIENT_KEYS,     /* 401, or 403 of a gateway: no key of this host */
    CLIENT_UNKNOWN,  /* anything else: 5xx, timeout, reset, cut, not JSON, a redirect */
};

struct client_reply {
    enum client_class class;
    int status;              /* 0: none came */
    const struct node *root; /* of the body; NULL: no body, or it does not parse */
    int64_t code;            /* of the broker's error body; 0: none */
    const char *message;     /* its words, or ours about what went wrong; never NULL */
    int64_t asked_ns;        /* when the first byte may have been written, by the clock */
};

typedef void client_answered(void *context, const struct client_reply *reply);

struct client_ask {
    enum client_use use;
    enum client_host host;
    enum http_method method;
    const char *target;        /* "/v2/orders?status=open"; copied */
    const char *body;          /* JSON; NULL: none; copied */
    client_answered *answered; /* exactly once, from the loop or from client_on_time() */
    void *context;
};

/* Asks as soon as the budget allows, the uses in their order, within one use as they came. NULL:
 * an entry while the budget has nothing for entries (nothing is queued then; entries do not wait).
 */
struct client_call *client_ask(struct client *client, const struct client_ask *ask);

/* Nobody wants the answer any more; a request under way may still be carried out. */
void client_forget(struct client_call *call);

/* When client_on_time() wants to be called next, by the clock; INT64_MAX: never. */
int64_t client_deadline_ns(const struct client *client);
void client_on_time(struct client *client, int64_t now_ns);

/* Requests asked and not answered yet, waiting ones included. */
unsigned client_pending(const struct client *client);

/* Messages of the other side so far: answers, and what the streams of this client count in. */
uint64_t client_messages(const struct client *client);
void client_count_message(struct client *client);

const struct alpaca_clock *client_clock(const struct client *client);
struct loop *client_loop(const struct client *client);
const struct client_addresses *client_addresses(const struct client *client);
const char *client_ca_file(const struct client *client);

/* "APCA-API-KEY-ID: ...", "APCA-API-SECRET-KEY: ...", NULL: for the handshake of streams. */
const char *const *client_key_headers(const struct client *client);
/* {"action":"authenticate",...} or {"action":"auth",...} into a buffer that is wiped by the caller.
 */
enum client_auth { CLIENT_AUTH_TRADING, CLIENT_AUTH_DATA };
size_t client_auth_message(const struct client *client, enum client_auth kind, char *out,
                           size_t size);

/* Our clock less the broker's, from the Date header of the last answer, whole seconds; 0 before the
 * first and where the exchange's time is ours. */
int64_t client_skew_ns(const struct client *client);

#endif
