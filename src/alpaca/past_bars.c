/* past_bars.c: see past_bars.h. */
#include "alpaca/past_bars.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/utc.h"
#include "sys/memory.h"

enum { PAGE_LIMIT = 10000, TOKEN_MAX = 4096 };

/* Between two tries of a page: doubled up to the longest one, and drawn from its upper half. */
#define WAIT_FIRST_NS (2 * NS_PER_S)
#define WAIT_MAX_NS   (20 * NS_PER_S)

struct past_bars {
    struct past_bars_plan plan; /* its texts are in `query` and not kept */
    char *query;                /* the target without the page */
    char *token;                /* of the page under way; NULL: the first */
    struct client_call *call;
    int64_t again_ns; /* when to ask again; INT64_MAX: an answer is awaited */
    int64_t wait_ns;
    uint32_t tries;
    uint64_t random;
};

/* ---- asking ---- */

/* As a value in a query: everything but letters, digits and a few signs in hexadecimal. */
static char *encoded(const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
    static const char digits[] = "0123456789ABCDEF";
    char *out = xmalloc(3 * strlen(text) + 1);
    char *at = out;
    for (; *text != '\0'; text++) {
        if (strchr(plain, *text) != NULL) {
            *at++ = *text;
        } else {
            *at++ = '%';
            *at++ = digits[(unsigned char)*text >> 4];
            *at++ = digits[(unsigned char)*text & 15];
        }
    }
    *at = '\0';
    return out;
}

static char *make_query(const struct past_bars_plan *plan)
{
    char from[UTC_TEXT_SIZE];
    char to[UTC_TEXT_SIZE];
    (void)utc_format(plan->from_ns, from);
    (void)utc_format(plan->to_ns, to);
    char *symbols = encoded(plan->symbols);
    char *query =
        xasprintf("/v2/stocks/bars?symbols=%s&timeframe=%s&start=%s&end=%s&limit=%d"
                  "&adjustment=%s&sort=asc%s%s",
                  symbols, plan->timeframe, from, to, PAGE_LIMIT,
                  plan->adjustment == NULL ? "raw" : plan->adjustment,
                  plan->feed == NULL ? "" : "&feed=", plan->feed == NULL ? "" : plan->feed);
    free(symbols);
    return query;
}

static void on_answer(void *context, const struct client_reply *reply);

static void ask(struct past_bars *past)
{
    char *token = past->token == NULL ? NULL : encoded(past->token);
    char *target = xasprintf("%s%s%s", past->query,
                             token == NULL ? "" : "&page_token=", token == NULL ? "" : token);
    const struct client_ask request = {
        .use = CLIENT_DATA,
        .host = CLIENT_MARKET_DATA,
        .method = HTTP_GET,
        .target = target,
        .answered = on_answer,
        .context = past,
    };
    past->again_ns = INT64_MAX;
    past->call = client_ask(past->plan.client, &request);
    CHECK(past->call != NULL); /* only entries are turned away */
    free(target);
    free(token);
}

/* ---- answers ---- */

static uint64_t draw(struct past_bars *past)
{
    past->random ^= past->random << 13;
    past->random ^= past->random >> 7;
    past->random ^= past->random << 17;
    return past->random;
}

static void end(struct past_bars *past, bool whole, enum client_class class, const char *why)
{
    const struct past_bars_end ended = {whole, class, why};
    past->plan.ended(past->plan.context, &ended);
}

static void try_again(struct past_bars *past, enum client_class class, const char *why)
{
    past->tries++;
    if (past->plan.tries != 0 && past->tries >= past->plan.tries) {
        end(past, false, class, why);
        return;
    }
    int64_t half_ns = past->wait_ns / 2;
    past->again_ns = client_clock(past->plan.client)->now_ns + half_ns +
                     (int64_t)(draw(past) % (uint64_t)half_ns);
    past->wait_ns = past->wait_ns < WAIT_MAX_NS / 2 ? 2 * past->wait_ns : WAIT_MAX_NS;
    if (past->plan.failed != NULL) {
        past->plan.failed(past->plan.context, why);
    }
}

/* NULL when the page is whole: what bars it has, and whether another one follows; else what is
 * wrong with it. */
static const char *page_fault(const struct past_bars *past, const struct node *root,
                              const char **next)
{
    const struct node *bars = node_member(root, "bars");
    const struct node *token = node_member(root, "next_page_token");
    if (bars == NULL || token == NULL) {
        return "the page lacks its bars or what follows them";
    }
    if (bars->kind != NODE_OBJECT && bars->kind != NODE_NULL) {
        return "the page's bars are not ordered by symbol";
    }
    for (const struct node *key = node_first_key(bars); key != NULL;
         key = node_next_key(bars, key)) {
        enum node_kind kind = node_value(key)->kind;
        if (node_text(key) == NULL || (kind != NODE_ARRAY && kind != NODE_NULL)) {
            return "the page's bars are not a list";
        }
    }
    *next = token->kind == NODE_NULL ? NULL : node_text(token);
    if (token->kind != NODE_NULL && (*next == NULL || strlen(*next) > TOKEN_MAX)) {
        return "the page does not say what follows it";
    }
    if (*next != NULL && past->token != NULL && strcmp(*next, past->token) == 0) {
        return "the page is followed by itself";
    }
    return NULL;
}

static void hand_on(const struct past_bars *past, const struct node *bars)
{
    for (const struct node *key = node_first_key(bars); key != NULL;
         key = node_next_key(bars, key)) {
        const struct node *list = node_value(key);
        for (const struct node *bar = node_first(list); bar != NULL; bar = node_next(list, bar)) {
            struct market_message message;
            enum err err = market_read_past(bar, MARKET_WORD_BAR, &message);
            bool good = err == ERR_OK && message.word == MARKET_WORD_BAR;
            past->plan.bar(past->plan.context, node_text(key), good ? &message : NULL);
        }
    }
}

static void take_page(struct past_bars *past, const struct node *root)
{
    const char *next = NULL;
    const char *fault = page_fault(past, root, &next);
    if (fault != NULL) {
        try_again(past, CLIENT_UNKNOWN, fault);
        return;
    }
    hand_on(past, node_member(root, "bars"));
    char *token = next == NULL || next[0] == '\0' ? NULL : xstrdup(next);
    free(past->token);
    past->token = token;
    past->tries = 0;
    past->wait_ns = WAIT_FIRST_NS;
    if (past->plan.page != NULL) {
        past->plan.page(past->plan.context, token);
    }
    if (token == NULL) {
        end(past, true, CLIENT_OK, "");
    } else {
        ask(past);
    }
}

static void on_answer(void *context, const struct client_reply *reply)
{
    struct past_bars *past = context;
    past->call = NULL;
    switch (reply->class) {
    case CLIENT_OK:
        take_page(past, reply->root);
        return;
    case CLIENT_REFUSED:
    case CLIENT_EXISTS:
    case CLIENT_KEYS:
        end(past, false, reply->class, reply->message);
        return;
    case CLIENT_NOT_SENT:
    case CLIENT_UNKNOWN:
        try_again(past, reply->class, reply->message);
        return;
    }
}

/* ---- from outside ---- */

struct past_bars *past_bars_create(const struct past_bars_plan *plan)
{
    struct past_bars *past = xcalloc(1, sizeof *past);
    past->plan = *plan;
    past->query = make_query(plan);
    past->token = plan->page_token == NULL ? NULL : xstrdup(plan->page_token);
    past->wait_ns = WAIT_FIRST_NS;
    past->random = plan->seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    ask(past);
    return past;
}

void past_bars_destroy(struct past_bars *past)
{
    if (past != NULL) {
        if (past->call != NULL) {
            client_forget(past->call);
        }
        free(past->query);
        free(past->token);
        free(past);
    }
}

int64_t past_bars_deadline_ns(const struct past_bars *past)
{
    return past->again_ns;
}

void past_bars_on_time(struct past_bars *past, int64_t now_ns)
{
    if (past->again_ns <= now_ns) {
        ask(past);
    }
}
