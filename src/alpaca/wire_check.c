/* wire_check.c: the last look at an order before it is sent (G1): the body is read, and every
 * member of it held against the requests.
 *
 * Nothing here is shared with what wrote it but the rules of what can be said. The reader knows
 * JSON only as plain as an order needs it: objects of texts, `true` and objects, without blanks and
 * escapes. Anything else is not the order. */
#include <string.h>

#include "alpaca/wire_said.h"
#include "base/hot.h"
#include "base/money.h"

/* ---- reading ---- */

enum kind { KIND_TEXT, KIND_TRUE, KIND_OBJECT };

enum { MEMBERS_MAX = 16 };

/* A stretch of the body. */
struct stretch {
    const char *at;
    size_t length;
};

struct member {
    struct stretch key;
    struct stretch value; /* of a text what is between its marks, of an object with its braces */
    enum kind kind;
};

struct object {
    struct member members[MEMBERS_MAX];
    uint32_t count;
};

/* What stands between two quotation marks; where it goes on behind them, NULL: it is no text. */
static const char *read_text(const char *at, const char *end, struct stretch *text)
{
    if (at == end || *at != '"') {
        return NULL;
    }
    const char *close = memchr(at + 1, '"', (size_t)(end - at - 1));
    if (close == NULL) {
        return NULL;
    }
    *text = (struct stretch){at + 1, (size_t)(close - at - 1)};
    return close + 1;
}

/* Up to its closing brace; no object within an order has another one in it. */
static const char *read_inner(const char *at, const char *end, struct stretch *object)
{
    const char *close = memchr(at, '}', (size_t)(end - at));
    if (close == NULL) {
        return NULL;
    }
    *object = (struct stretch){at, (size_t)(close + 1 - at)};
    return close + 1;
}

static const char *read_value(const char *at, const char *end, struct member *member)
{
    static const char yes[] = "true";
    size_t length = sizeof yes - 1;
    if (at != end && *at == '{') {
        member->kind = KIND_OBJECT;
        return read_inner(at, end, &member->value);
    }
    if ((size_t)(end - at) >= length && memcmp(at, yes, length) == 0) {
        member->kind = KIND_TRUE;
        member->value = (struct stretch){at, length};
        return at + length;
    }
    member->kind = KIND_TEXT;
    return read_text(at, end, &member->value);
}

/* Where it goes on behind the member; NULL: it is none, or one too many. */
static const char *read_member(const char *at, const char *end, struct object *object)
{
    if (object->count == MEMBERS_MAX) {
        return NULL;
    }
    struct member *member = &object->members[object->count++];
    at = read_text(at, end, &member->key);
    return at == NULL || at == end || *at != ':' ? NULL : read_value(at + 1, end, member);
}

/* An object that fills the whole stretch. */
static bool read_object(const struct stretch *stretch, struct object *object)
{
    const char *at = stretch->at;
    const char *end = at + stretch->length;
    object->count = 0;
    if (stretch->length < 2 || *at != '{') {
        return false;
    }
    do {
        at = read_member(at + 1, end, object);
        if (at == NULL || at == end) {
            return false;
        }
    } while (*at == ',');
    return *at == '}' && at + 1 == end;
}

/* ---- comparing ---- */

/* What a body must have: every expectation is a member, and there is no other one. */
struct expected {
    struct object object;
    uint32_t members;
    bool differs;
};

static bool is_word(const struct stretch *stretch, const char *word)
{
    return strlen(word) == stretch->length && memcmp(stretch->at, word, stretch->length) == 0;
}

/* NULL: there is none of that kind. */
static const struct stretch *expect(struct expected *expected, const char *key, enum kind kind)
{
    expected->members++;
    for (uint32_t i = 0; i < expected->object.count; i++) {
        const struct member *member = &expected->object.members[i];
        if (member->kind == kind && is_word(&member->key, key)) {
            return &member->value;
        }
    }
    expected->differs = true;
    return NULL;
}

static void expect_word(struct expected *expected, const char *key, const char *word)
{
    const struct stretch *value = expect(expected, key, KIND_TEXT);
    expected->differs = expected->differs || !is_word(value, word);
}

static void expect_amount(struct expected *expected, const char *key, int64_t amount_e9)
{
    int64_t value_e9 = 0;
    const struct stretch *value = expect(expected, key, KIND_TEXT);
    expected->differs = expected->differs ||
                        money_parse(value->at, value->length, &value_e9) != ERR_OK ||
                        value_e9 != amount_e9;
}

static void expect_prices(struct expected *expected, const struct order_request *request)
{
    int64_t limit_e9 = request->head.order.limit_price_e9;
    int64_t stop_e9 = request->terms.stop_price_e9;
    if (limit_e9 != 0) {
        expect_amount(expected, "limit_price", limit_e9);
    }
    if (stop_e9 != 0) {
        expect_amount(expected, "stop_price", stop_e9);
    }
    if (request->terms.trail != 0 && wire_trails_by_percent(request)) {
        expect_amount(expected, "trail_percent", wire_percent_e9(request->terms.trail));
    } else if (request->terms.trail != 0) {
        expect_amount(expected, "trail_price", request->terms.trail);
    }
}

static bool is_whole(const struct expected *expected)
{
    return !expected->differs && expected->object.count == expected->members;
}

static void expect_exit(struct expected *around, const char *key,
                        const struct order_request *request)
{
    if (request != NULL) {
        UNSET struct expected exit;
        const struct stretch *stretch = expect(around, key, KIND_OBJECT);
        exit.members = 0;
        exit.differs = stretch == NULL || !read_object(stretch, &exit.object);
        if (!exit.differs) {
            expect_prices(&exit, request);
        }
        around->differs = around->differs || !is_whole(&exit);
    }
}

static void expect_name(struct expected *expected, const char *tag, uint64_t order_id)
{
    char name[WIRE_CLIENT_ID_SIZE];
    uint64_t named = 0;
    const struct stretch *value = expect(expected, "client_order_id", KIND_TEXT);
    if (value == NULL || value->length >= sizeof name) {
        expected->differs = true;
        return;
    }
    memcpy(name, value->at, value->length);
    name[value->length] = '\0';
    expected->differs =
        expected->differs || !wire_client_id_read(tag, name, &named) || named != order_id;
}

static bool asks_for(struct expected *expected, const char *tag, const char *symbol,
                     const struct wire_said *said)
{
    const struct order_request *first = said->first;
    const struct event_order *order = &first->head.order;
    expect_name(expected, tag, order->order_id);
    expect_word(expected, "symbol", symbol);
    expect_amount(expected, "qty", order->qty_e9);
    expect_word(expected, "side", first->legs[0].ratio > 0 ? "buy" : "sell");
    expect_word(expected, "type", order_type_text(order->type));
    expect_word(expected, "time_in_force", time_in_force_text(order->time_in_force));
    if (said->target != first) {
        expect_prices(expected, first);
    }
    if ((order->order_flags & ORDER_FLAG_EXTENDED) != 0) {
        (void)expect(expected, "extended_hours", KIND_TRUE);
    }
    if (order->order_class != ORDER_CLASS_SIMPLE) {
        expect_word(expected, "order_class", wire_class_text(order->order_class));
    }
    expect_exit(expected, "take_profit", said->target);
    expect_exit(expected, "stop_loss", said->stop);
    return is_whole(expected);
}

bool wire_order_is(const char *tag, const char *symbol, const struct order_request *const *requests,
                   uint32_t count, const char *body, size_t length)
{
    struct wire_said said;
    UNSET struct expected expected;
    const struct stretch whole = {body, length};
    expected.members = 0;
    expected.differs = false;
    return wire_can_be_said(symbol, requests, count, &said) &&
           read_object(&whole, &expected.object) && asks_for(&expected, tag, symbol, &said);
}
