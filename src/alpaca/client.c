/* client.c: see client.h.
 *
 * A request passes two gates. The budget: how many a minute; entries take theirs when they are
 * asked, or are refused, the others wait. Then the slots: how many at a time, so that an exit never
 * stands behind a row of polls. Both let the uses through in their order. */
#include "alpaca/client.h"

#include <stdlib.h>
#include <string.h>

#include "alpaca/budget.h"
#include "alpaca/classify.h"
#include "alpaca/locked_keys.h"
#include "base/check.h"
#include "base/utc.h"
#include "net/json.h"
#include "sys/memory.h"

enum {
    USES = CLIENT_DATA + 1,
    REQUESTS_PER_MINUTE = 200,
    TIMEOUT_S = 10,
    SLOTS = 8,       /* requests to one host at a time ... */
    SLOTS_EXIT = 12, /* ... and with exits among them */
    HOLD_MAX_S = 60, /* a quota of a minute begins anew within one */
    HOLD_S = 3,      /* after a 429 that does not say how long */
};

/* In percent of the budget: what a use leaves to those before it. */
static const uint32_t kept_percent[USES] = {
    [CLIENT_EXIT] = 0, [CLIENT_RECONCILE] = 20, [CLIENT_ENTRY] = 50, [CLIENT_DATA] = 0};

struct client_call {
    struct client *client;
    struct client_call *next, *previous;
    struct call_list *list;
    enum client_use use;
    enum client_host host;
    enum http_method method;
    char *url;
    char *body;
    bool paid; /* counted by the budget */
    struct http_call *http;
    bool written; /* of one whose time was over: bytes of it had gone out */
    int64_t asked_ns;
    int64_t deadline_ns;       /* INT64_MAX: none yet */
    client_answered *answered; /* NULL: nobody wants it any more */
    void *context;
};

struct call_list {
    struct client_call *first, *last;
    unsigned count;
};

struct client {
    struct loop *loop;
    const struct alpaca_clock *clock;
    struct http_client *http;
    struct locked_keys keys;
    struct client_addresses addresses;
    char *ca_file;
    int64_t timeout_ns;
    int64_t skew_ns;
    struct budget budgets[2]; /* by host */
    unsigned under_way_at[2]; /* by host */
    struct call_list waiting[USES];
    struct call_list under_way;
    struct tree tree;
    uint64_t messages;
};

/* Lists. */

static void list_add(struct call_list *list, struct client_call *call)
{
    call->list = list;
    call->next = NULL;
    call->previous = list->last;
    if (list->last != NULL) {
        list->last->next = call;
    } else {
        list->first = call;
    }
    list->last = call;
    list->count++;
}

static void list_remove(struct client_call *call)
{
    struct call_list *list = call->list;
    *(call->previous != NULL ? &call->previous->next : &list->first) = call->next;
    *(call->next != NULL ? &call->next->previous : &list->last) = call->previous;
    list->count--;
    call->list = NULL;
}

static struct client_call *list_pop(struct call_list *list)
{
    struct client_call *call = list->first;
    list->first = call->next;
    *(call->next != NULL ? &call->next->previous : &list->last) = NULL;
    list->count--;
    call->list = NULL;
    return call;
}

static void free_call(struct client_call *call)
{
    if (call->list != NULL) {
        list_remove(call);
    }
    if (call->http != NULL) {
        call->client->under_way_at[call->host]--;
    }
    free(call->url);
    free(call->body);
    free(call);
}

/* Budget and slots. */

static struct budget *budget_of(struct client *client, enum client_use use)
{
    return &client->budgets[use == CLIENT_DATA ? CLIENT_MARKET_DATA : CLIENT_TRADING];
}

static uint32_t kept_by(const struct budget *budget, enum client_use use)
{
    uint32_t kept = (uint32_t)((uint64_t)budget->limit * kept_percent[use] / 100);
    return kept < budget->limit ? kept : budget->limit - 1;
}

static bool pay(struct client_call *call)
{
    struct client *client = call->client;
    struct budget *budget = budget_of(client, call->use);
    call->paid =
        call->paid || budget_take(budget, kept_by(budget, call->use), client->clock->now_ns);
    return call->paid;
}

/* Answers. */

static void tell(struct client_call *call, struct client_reply *reply)
{
    client_answered *answered = call->answered;
    void *context = call->context;
    reply->asked_ns = call->asked_ns;
    free_call(call);
    if (answered != NULL) {
        answered(context, reply);
    }
}

/* What the headers tell of the broker's count and of its clock. Its moments are taken relative to
 * its own Date, so that neither our clock nor a market time matters. */
static bool read_headers(struct client_call *call, const struct http_answer *answer)
{
    struct client *client = call->client;
    struct budget *budget = budget_of(client, call->use);
    int64_t now_ns = client->clock->now_ns;
    int64_t date_s, remaining, reset_s, wait_s;
    bool dated = http_date_read(http_answer_header(answer, "Date"), &date_s);
    bool rated = header_number(http_answer_header(answer, "X-RateLimit-Remaining"), &remaining) &&
                 header_number(http_answer_header(answer, "X-RateLimit-Reset"), &reset_s);
    if (dated && !client->clock->stepped && !client->clock->offset) {
        client->skew_ns = (now_ns / NS_PER_S - date_s) * NS_PER_S;
    }
    if (!dated) {
        date_s = now_ns / NS_PER_S;
    }
    wait_s = HOLD_S;
    if (rated) {
        wait_s = reset_s > date_s ? reset_s - date_s : 1;
        wait_s = wait_s < HOLD_MAX_S ? wait_s : HOLD_MAX_S;
        unsigned others = client->under_way_at[call->host] - 1;
        remaining = remaining > others ? remaining - others : 0;
        budget_told(budget, remaining < UINT32_MAX ? (uint32_t)remaining : UINT32_MAX,
                    now_ns + wait_s * NS_PER_S);
    }
    if (answer->status == 429) {
        int64_t after_s;
        if (header_number(http_answer_header(answer, "Retry-After"), &after_s)) {
            wait_s = after_s > wait_s ? after_s : wait_s;
            wait_s = wait_s < HOLD_MAX_S ? wait_s : HOLD_MAX_S;
        }
        budget_hold(budget, now_ns + wait_s * NS_PER_S);
    }
    return rated;
}

static void pump(struct client *client);

static void on_http_answer(void *context, const struct http_answer *answer)
{
    struct client_call *call = context;
    struct client *client = call->client;
    struct client_reply reply = {.status = answer->status};
    client->messages++;
    struct answer_facts facts = {.outcome = answer->outcome,
                                 .host = call->host,
                                 .status = answer->status,
                                 .has_body = answer->length > 0};
    if (answer->outcome == HTTP_ANSWERED) {
        facts.rate_headers = read_headers(call, answer);
        if (facts.has_body && json_parse(&client->tree, answer->body, answer->length) == ERR_OK) {
            facts.root = tree_root(&client->tree);
        }
    }
    classify(&facts, &reply);
    reply.root = facts.root;
    if (answer->outcome != HTTP_ANSWERED) {
        reply.message = answer->why;
    }
    tell(call, &reply);
    pump(client);
}

/* Sending. */

static void send_call(struct client_call *call)
{
    static const char type[] = "Content-Type: application/json";
    struct client *client = call->client;
    const char *const *keys = client->keys.headers;
    const char *headers[] = {keys[0], keys[1], call->body != NULL ? type : NULL, NULL};
    struct http_ask ask = {
        .method = call->method,
        .url = call->url,
        .headers = headers,
        .body = call->body,
        .body_length = call->body != NULL ? strlen(call->body) : 0,
        /* The machine's clock needs nobody to say that time has passed. */
        .timeout_ns = client->clock->stepped ? 0 : client->timeout_ns,
        .prompt = call->use == CLIENT_EXIT || call->use == CLIENT_ENTRY,
        .answered = on_http_answer,
        .context = call,
    };
    list_remove(call);
    list_add(&client->under_way, call);
    client->under_way_at[call->host]++;
    call->asked_ns = client->clock->now_ns;
    call->deadline_ns = call->asked_ns + client->timeout_ns;
    call->http = http_ask(client->http, &ask);
}

/* Sends of a use what may be sent; false: something of it has to wait for the budget. */
static bool pump_use(struct client *client, enum client_use use)
{
    unsigned slots = use == CLIENT_EXIT ? SLOTS_EXIT : SLOTS;
    struct client_call *next;
    for (struct client_call *call = client->waiting[use].first; call != NULL; call = next) {
        next = call->next;
        if (client->under_way_at[call->host] >= slots) {
            continue;
        }
        if (!pay(call)) {
            return false;
        }
        send_call(call);
    }
    return true;
}

static void pump(struct client *client)
{
    (void)pump_use(client, CLIENT_EXIT);
    (void)pump_use(client, CLIENT_RECONCILE);
    (void)pump_use(client, CLIENT_ENTRY);
    (void)pump_use(client, CLIENT_DATA);
}

static char *joined(const char *address, const char *target)
{
    size_t length = strlen(address);
    size_t size = strlen(target) + 1;
    char *url = xmalloc(length + size);
    memcpy(url, address, length);
    memcpy(url + length, target, size);
    return url;
}

struct client_call *client_ask(struct client *client, const struct client_ask *ask)
{
    struct client_call *call = xcalloc(1, sizeof *call);
    const struct client_addresses *addresses = &client->addresses;
    call->client = client;
    call->use = ask->use;
    call->host = ask->host;
    call->method = ask->method;
    call->asked_ns = client->clock->now_ns;
    call->deadline_ns = INT64_MAX;
    call->answered = ask->answered;
    call->context = ask->context;
    if (ask->use == CLIENT_ENTRY) {
        if (!pay(call)) {
            free(call);
            return NULL;
        }
        call->deadline_ns = call->asked_ns + client->timeout_ns; /* it does not grow old here */
    }
    call->url =
        joined(ask->host == CLIENT_TRADING ? addresses->trading : addresses->data, ask->target);
    call->body = ask->body != NULL ? xstrdup(ask->body) : NULL;
    list_add(&client->waiting[call->use], call);
    pump(client);
    return call;
}

void client_forget(struct client_call *call)
{
    call->answered = NULL;
    if (call->http == NULL) {
        free_call(call);
    }
}

/* Time. */

/* Moves those whose time is over from one list to another; what of them is under way ends. */
static void take_expired(struct call_list *list, struct call_list *expired, int64_t now_ns)
{
    struct client_call *next;
    for (struct client_call *call = list->first; call != NULL; call = next) {
        next = call->next;
        if (call->deadline_ns > now_ns) {
            continue;
        }
        if (call->http != NULL) {
            call->written = http_call_cancel(call->http);
            call->http = NULL;
            call->client->under_way_at[call->host]--;
        }
        list_remove(call);
        list_add(expired, call);
    }
}

void client_on_time(struct client *client, int64_t now_ns)
{
    struct call_list expired = {0}; /* who is told may forget another of them */
    take_expired(&client->under_way, &expired, now_ns);
    take_expired(&client->waiting[CLIENT_ENTRY], &expired, now_ns);
    while (expired.first != NULL) {
        struct client_call *call = list_pop(&expired);
        struct client_reply reply = {
            .class = call->written ? CLIENT_UNKNOWN : CLIENT_NOT_SENT,
            .message = call->written ? "no answer in time" : "could not be sent in time",
        };
        tell(call, &reply);
    }
    pump(client);
}

int64_t client_deadline_ns(const struct client *client)
{
    int64_t deadline_ns = INT64_MAX;
    const struct call_list *lists[] = {&client->under_way, &client->waiting[CLIENT_ENTRY]};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        for (const struct client_call *call = lists[i]->first; call != NULL; call = call->next) {
            deadline_ns = call->deadline_ns < deadline_ns ? call->deadline_ns : deadline_ns;
        }
    }
    for (int use = 0; use < USES; use++) {
        const struct client_call *call = client->waiting[use].first;
        if (call != NULL && !call->paid) {
            const struct budget *budget =
                &client->budgets[use == CLIENT_DATA ? CLIENT_MARKET_DATA : CLIENT_TRADING];
            int64_t next_ns = budget_next_ns(budget, kept_by(budget, (enum client_use)use),
                                             client->clock->now_ns);
            /* Where the budget has something now, it is a slot that is waited for. */
            if (next_ns > client->clock->now_ns && next_ns < deadline_ns) {
                deadline_ns = next_ns;
            }
        }
    }
    return deadline_ns;
}

/* The life of a client. */

static const char *copy(const char *text)
{
    return text != NULL ? xstrdup(text) : NULL;
}

struct client *client_create(const struct client_plan *plan)
{
    struct client *client = xcalloc(1, sizeof *client);
    struct http_client_options options = {
        .user_agent = "bellwether", .ca_file = plan->ca_file, .connections_max = SLOTS_EXIT};
    unsigned trading = plan->requests_per_minute;
    unsigned data = plan->data_requests_per_minute;
    client->loop = plan->loop;
    client->clock = plan->clock;
    client->http = http_client_create(plan->loop, &options);
    client->addresses.trading = copy(plan->addresses.trading);
    client->addresses.data = copy(plan->addresses.data);
    client->addresses.trading_stream = copy(plan->addresses.trading_stream);
    client->addresses.data_stream = copy(plan->addresses.data_stream);
    client->ca_file = plan->ca_file != NULL ? xstrdup(plan->ca_file) : NULL;
    client->timeout_ns = plan->timeout_ns > 0 ? plan->timeout_ns : TIMEOUT_S * NS_PER_S;
    locked_keys_init(&client->keys, &plan->keys);
    budget_init(&client->budgets[CLIENT_TRADING], trading > 0 ? trading : REQUESTS_PER_MINUTE);
    budget_init(&client->budgets[CLIENT_MARKET_DATA], data > 0 ? data : REQUESTS_PER_MINUTE);
    tree_init(&client->tree);
    if (plan->prompt) {
        http_client_keep_ready(client->http, client->addresses.trading);
    }
    return client;
}

static void end_calls(struct call_list *list)
{
    struct client_call *next;
    for (struct client_call *call = list->first; call != NULL; call = next) {
        next = call->next;
        if (call->http != NULL) {
            (void)http_call_cancel(call->http); /* nobody asks any more */
        }
        free_call(call);
    }
}

void client_destroy(struct client *client)
{
    if (client == NULL) {
        return;
    }
    for (int use = 0; use < USES; use++) {
        end_calls(&client->waiting[use]);
    }
    end_calls(&client->under_way);
    http_client_destroy(client->http);
    locked_keys_finish(&client->keys);
    budget_finish(&client->budgets[CLIENT_TRADING]);
    budget_finish(&client->budgets[CLIENT_MARKET_DATA]);
    tree_finish(&client->tree);
    free((char *)(uintptr_t)client->addresses.trading); /* ours, here and below */
    free((char *)(uintptr_t)client->addresses.data);
    free((char *)(uintptr_t)client->addresses.trading_stream);
    free((char *)(uintptr_t)client->addresses.data_stream);
    free(client->ca_file);
    free(client);
}

uint64_t client_messages(const struct client *client)
{
    return client->messages;
}

void client_count_message(struct client *client)
{
    client->messages++;
}

unsigned client_pending(const struct client *client)
{
    unsigned pending = client->under_way.count;
    for (int use = 0; use < USES; use++) {
        pending += client->waiting[use].count;
    }
    return pending;
}

const struct alpaca_clock *client_clock(const struct client *client)
{
    return client->clock;
}

struct loop *client_loop(const struct client *client)
{
    return client->loop;
}

const struct client_addresses *client_addresses(const struct client *client)
{
    return &client->addresses;
}

const char *client_ca_file(const struct client *client)
{
    return client->ca_file;
}

const char *const *client_key_headers(const struct client *client)
{
    return client->keys.headers;
}

size_t client_auth_message(const struct client *client, enum client_auth kind, char *out,
                           size_t size)
{
    return locked_keys_auth_message(&client->keys, kind, out, size);
}

int64_t client_skew_ns(const struct client *client)
{
    return client->skew_ns;
}
