/* alpaca_ask.c: requests under way, and lists of more than one page. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/alpaca_private.h"
#include "sys/clock.h"
#include "sys/memory.h"

enum {
    ORDERS_A_PAGE = 500,
    ACTIVITIES_A_PAGE = 100,
    PAGES_MAX = 1000, /* a list that does not end is no answer */
    NOT_FOUND_STATUS = 404,
    NOT_FOUND_CODE = 40410000,
};

#define RETRY_NS     (3 * NS_PER_S)
#define RETRY_MAX_NS (30 * NS_PER_S)
#define KEYS_NS      (60 * NS_PER_S) /* while the keys are refused: it is no use to ask often */

/* ---- one request ---- */

static void unlink_call(struct call *call)
{
    *call->link = call->next;
    if (call->next != NULL) {
        call->next->link = call->link;
    }
    call->alpaca->call_count--;
}

static void on_answer(void *context, const struct client_reply *reply)
{
    struct call *call = context;
    struct alpaca *alpaca = call->alpaca;
    unlink_call(call);
    alpaca->broker.received_mono_ns = clock_mono_ns();
    /* A call that is accepted later does not end it: a round does. */
    if (reply->class == CLIENT_KEYS) {
        alpaca->reconcile.round.keys_refused = true;
        alpaca_condition(alpaca, STATUS_KEYS, true, reply->status);
    }
    call->answered(alpaca, call, reply);
    if (reply->class == CLIENT_OK || reply->class == CLIENT_REFUSED ||
        reply->class == CLIENT_EXISTS) {
        alpaca_sign_of_life(alpaca, false);
    }
    free(call);
    alpaca_tend(alpaca);
}

bool alpaca_ask(struct alpaca *alpaca, enum client_use use, enum http_method method,
                const char *target, const char *body, const struct call *about)
{
    struct call *call = xmalloc(sizeof *call);
    *call = *about;
    call->alpaca = alpaca;
    const struct client_ask ask = {
        .use = use,
        .host = CLIENT_TRADING,
        .method = method,
        .target = target,
        .body = body,
        .answered = on_answer,
        .context = call,
    };
    call->handle = client_ask(alpaca->plan.client, &ask);
    if (call->handle == NULL) {
        free(call);
        return false;
    }
    call->next = alpaca->calls;
    call->link = &alpaca->calls;
    if (call->next != NULL) {
        call->next->link = &call->next;
    }
    alpaca->calls = call;
    alpaca->call_count++;
    return true;
}

void alpaca_forget_calls(struct alpaca *alpaca)
{
    struct call *next;
    for (struct call *call = alpaca->calls; call != NULL; call = next) {
        next = call->next;
        client_forget(call->handle);
        free(call->context);
        free(call);
    }
    alpaca->calls = NULL;
    alpaca->call_count = 0;
}

/* splitmix64, as the streams have it */
static uint64_t next_random(struct alpaca *alpaca)
{
    uint64_t z = alpaca->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

int64_t alpaca_wait_ns(struct alpaca *alpaca, uint32_t failures)
{
    int64_t most_ns = RETRY_NS;
    for (uint32_t i = 1; i < failures && most_ns < RETRY_MAX_NS; i++) {
        most_ns *= 2;
    }
    most_ns = most_ns < RETRY_MAX_NS ? most_ns : RETRY_MAX_NS;
    uint64_t span = (uint64_t)(most_ns - RETRY_NS) + 1;
    bool keys = (alpaca->shut & 1U << STATUS_KEYS) != 0;
    return keys ? KEYS_NS : RETRY_NS + (int64_t)(next_random(alpaca) % span);
}

bool alpaca_says_not_found(const struct client_reply *reply)
{
    return reply->class == CLIENT_REFUSED && reply->status == NOT_FOUND_STATUS &&
           reply->code == NOT_FOUND_CODE;
}

void alpaca_say_unread(struct alpaca *alpaca, const char *what, const struct client_reply *reply)
{
    char words[UNREAD_SIZE];
    (void)snprintf(words, sizeof words, "%s could not be read: %s", what,
                   reply->message[0] != '\0' ? reply->message : "not of the expected form");
    if (strcmp(words, alpaca->reconcile.unread) != 0) {
        (void)memcpy(alpaca->reconcile.unread, words, sizeof words);
        alpaca_say(alpaca, "reconcile", "%s", words);
    }
}

/* ---- lists ---- */

/* A list on its way. */
struct listing {
    struct list_plan plan;
    char token[96];  /* the last activity's id; "": the first page */
    int64_t last_ns; /* when the last order was sent */
    uint32_t pages;
};

static void ask_page(struct alpaca *alpaca, struct listing *listing);

static void end_list(struct alpaca *alpaca, struct listing *listing, bool complete)
{
    listing->plan.done(alpaca, &listing->plan, complete);
    free(listing);
}

/* An order that cannot be read, and is nobody's but another's, does not matter here; said once. */
static bool is_strange_order(struct alpaca *alpaca, const struct node *node)
{
    uint64_t ours;
    const char *id = node_text(node_member(node, "id"));
    const char *client_id = node_text(node_member(node, "client_order_id"));
    if (client_id == NULL || wire_client_id_read(alpaca->plan.tag, client_id, &ours) ||
        (id != NULL && orders_find_broker(&alpaca->orders, id) != NULL)) {
        return false;
    }
    if (alpaca_is_news(alpaca, "unread order", client_id)) {
        alpaca_say(alpaca, "holding", "an order that is not ours cannot be read: %.64s (%.128s)",
                   id == NULL ? "without an id" : id, client_id);
    }
    return true;
}

/* The same of an execution: its order is none that we know, and its symbol none of the run's. One
 * without either could be ours. */
static bool is_strange_activity(struct alpaca *alpaca, const struct node *node)
{
    const char *order = node_text(node_member(node, "order_id"));
    const char *symbol = node_text(node_member(node, "symbol"));
    if (order == NULL || symbol == NULL || orders_find_broker(&alpaca->orders, order) != NULL ||
        orders_instrument(&alpaca->orders, symbol) != INSTRUMENT_NONE) {
        return false;
    }
    if (alpaca_is_news(alpaca, "unread executions", order)) {
        alpaca_say(alpaca, "holding",
                   "executions of %.32s by order %.64s, which is not ours, cannot be read", symbol,
                   order);
    }
    return true;
}

/* Orders sent in the same moment as a page's last one are asked for again: they are the same. */
static bool take_orders(struct alpaca *alpaca, struct listing *listing, const struct node *root,
                        uint32_t *count)
{
    int64_t before_ns = listing->last_ns;
    for (const struct node *at = node_first(root); at != NULL; at = node_next(root, at)) {
        struct wire_group group;
        (*count)++;
        if (wire_read_order(at, &group) != ERR_OK || group.order.submitted_ns == 0) {
            if (!is_strange_order(alpaca, at)) {
                return false;
            }
            continue;
        }
        listing->last_ns = group.order.submitted_ns;
        listing->plan.take_order(alpaca, &listing->plan, &group);
    }
    return *count < ORDERS_A_PAGE || listing->last_ns > before_ns;
}

/* The next page begins behind the last activity of this one that has an id. */
static bool take_activities(struct alpaca *alpaca, struct listing *listing, const struct node *root,
                            uint32_t *count)
{
    char before[sizeof listing->token];
    (void)memcpy(before, listing->token, sizeof before);
    for (const struct node *at = node_first(root); at != NULL; at = node_next(root, at)) {
        struct wire_activity activity;
        bool read = wire_read_activity(at, &activity) == ERR_OK;
        if (!read && !is_strange_activity(alpaca, at)) {
            return false;
        }
        const char *id = node_text(node_member(at, "id"));
        if (id != NULL && strlen(id) < sizeof listing->token) {
            (void)snprintf(listing->token, sizeof listing->token, "%s", id);
        }
        if (read) {
            listing->plan.take_activity(alpaca, &listing->plan, &activity);
        }
        (*count)++;
    }
    return *count < ACTIVITIES_A_PAGE || strcmp(before, listing->token) != 0;
}

/* A page that failed, or an element that cannot be read: the list is no answer, not a shorter one.
 */
static void on_page(struct alpaca *alpaca, const struct call *call,
                    const struct client_reply *reply)
{
    struct listing *listing = call->context;
    uint32_t count = 0;
    bool orders = listing->plan.kind <= LIST_ALL_ORDERS;
    bool whole = reply->class == CLIENT_OK && reply->root != NULL &&
                 reply->root->kind == NODE_ARRAY &&
                 (orders ? take_orders(alpaca, listing, reply->root, &count)
                         : take_activities(alpaca, listing, reply->root, &count));
    uint32_t full = orders ? ORDERS_A_PAGE : ACTIVITIES_A_PAGE;
    if (!whole || ++listing->pages == PAGES_MAX) {
        alpaca_say_unread(alpaca, orders ? "a list of orders" : "a list of activities", reply);
        end_list(alpaca, listing, false);
    } else if (count < full) {
        end_list(alpaca, listing, true);
    } else {
        ask_page(alpaca, listing);
    }
}

/* "&after=..." where there is a moment, else "". */
static void write_after(int64_t after_ns, char text[64])
{
    char moment[UTC_TEXT_SIZE];
    text[0] = '\0';
    if (after_ns > 0) {
        (void)utc_format(after_ns, moment);
        (void)snprintf(text, 64, "&after=%s", moment);
    }
}

static void ask_page(struct alpaca *alpaca, struct listing *listing)
{
    const struct list_plan *plan = &listing->plan;
    char target[TARGET_SIZE];
    char after[64];
    bool orders = plan->kind <= LIST_ALL_ORDERS;
    bool on = orders && listing->last_ns != 0;
    write_after(on ? listing->last_ns - 1 : plan->after_ns, after);
    if (orders) {
        (void)snprintf(target, sizeof target,
                       "/v2/orders?status=%s&nested=%s&direction=asc&limit=%d%s",
                       plan->kind == LIST_ALL_ORDERS ? "all" : "open",
                       plan->kind == LIST_OPEN_ROWS ? "false" : "true", (int)ORDERS_A_PAGE, after);
    } else {
        const char *token = listing->token;
        (void)snprintf(
            target, sizeof target, "/v2/account/activities?%s&direction=asc&page_size=%d%s%s%s%s%s",
            plan->kind == LIST_OTHER ? "category=non_trade_activity" : "activity_types=FILL",
            (int)ACTIVITIES_A_PAGE, after, plan->order[0] != '\0' ? "&order_id=" : "", plan->order,
            token[0] != '\0' ? "&page_token=" : "", token);
    }
    const struct call about = {.answered = on_page, .context = listing};
    (void)alpaca_ask(alpaca, CLIENT_RECONCILE, HTTP_GET, target, NULL, &about); /* it waits */
}

void alpaca_list(struct alpaca *alpaca, const struct list_plan *plan)
{
    struct listing *listing = xcalloc(1, sizeof *listing);
    listing->plan = *plan;
    ask_page(alpaca, listing);
}
