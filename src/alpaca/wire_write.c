/* wire_write.c: orders out, and their names.
 *
 * What is written and what is checked before sending are two pieces of code that share nothing but
 * the rules of what can be said: the check reads the body and compares it with the requests. */
#include <string.h>

#include "alpaca/wire.h"
#include "base/check.h"
#include "base/money.h"
#include "net/json.h"
#include "sys/json_writer.h"

/* ---- names ---- */

enum { TAG_MAX = 16 };

static bool tag_is_good(const char *tag)
{
    size_t length = strspn(tag, "abcdefghijklmnopqrstuvwxyz0123456789");
    return length >= 1 && length <= TAG_MAX && tag[length] == '\0';
}

/* "-1f3"; where that ends. */
static char *put_hex(char *at, uint64_t value)
{
    int digits = value == 0 ? 1 : (67 - __builtin_clzll(value)) / 4;
    *at++ = '-';
    for (int i = digits - 1; i >= 0; i--) {
        *at++ = "0123456789abcdef"[value >> (4 * i) & 0xf];
    }
    return at;
}

void wire_client_id(const char *tag, uint64_t order_id, char out[WIRE_CLIENT_ID_SIZE])
{
    CHECK(tag_is_good(tag));
    size_t length = strlen(tag);
    memcpy(out, "bw-", 3);
    memcpy(out + 3, tag, length);
    char *at = put_hex(out + 3 + length, order_id >> 16);
    at = put_hex(at, order_id >> 12 & 0xf);
    at = put_hex(at, order_id & 0xfff);
    *at = '\0';
}

/* Hexadecimal digits, at most so many, up to `end`, which is passed over too. */
static const char *take_hex(const char *text, int digits, char end, uint64_t *value)
{
    uint64_t result = 0;
    int count = 0;
    for (; count < digits; count++) {
        static const char all[] = "0123456789abcdef";
        const char *digit = *text == '\0' ? NULL : strchr(all, *text);
        if (digit == NULL) {
            break;
        }
        result = result << 4 | (uint64_t)(digit - all);
        text++;
    }
    *value = result;
    return count > 0 && *text == end ? text + (end != '\0') : NULL;
}

bool wire_client_id_read(const char *tag, const char *text, uint64_t *order_id)
{
    uint64_t trade, role, attempt;
    size_t tag_length = strlen(tag);
    char back[WIRE_CLIENT_ID_SIZE];
    if (!tag_is_good(tag) || strncmp(text, "bw-", 3) != 0 ||
        strncmp(text + 3, tag, tag_length) != 0 || text[3 + tag_length] != '-') {
        return false;
    }
    const char *at = take_hex(text + 3 + tag_length + 1, 12, '-', &trade);
    at = at == NULL ? NULL : take_hex(at, 1, '-', &role);
    at = at == NULL ? NULL : take_hex(at, 3, '\0', &attempt);
    if (at == NULL) {
        return false;
    }
    uint64_t id = trade << 16 | role << 12 | attempt;
    wire_client_id(tag, id, back);
    if (strcmp(back, text) != 0) {
        return false; /* the same in other words: zeros in front */
    }
    *order_id = id;
    return true;
}

/* ---- what can be said ---- */

enum { GROUP_MAX = 3, PPM = 1000000, PPM_PER_PERCENT = 10000 };

static bool is_limited(uint8_t type)
{
    return type == ORDER_TYPE_LIMIT || type == ORDER_TYPE_STOP_LIMIT;
}

static bool is_stopped(uint8_t type)
{
    return type == ORDER_TYPE_STOP || type == ORDER_TYPE_STOP_LIMIT;
}

static bool trails(const struct order_request *request)
{
    return request->head.order.type == ORDER_TYPE_TRAILING_STOP;
}

/* A trail fits its order, and its unit the trail: a percentage is less than the whole price. */
static bool trail_fits(const struct order_request *request)
{
    bool percent = (request->head.order.order_flags & ORDER_FLAG_TRAIL_PPM) != 0;
    return !percent || (trails(request) && request->terms.trail < PPM);
}

/* A price where the type has one, and none where not: nothing would be left unsaid. */
static bool has(int64_t price_e9, bool wanted)
{
    return wanted ? price_e9 > 0 : price_e9 == 0;
}

static bool request_is_plain(const struct order_request *request)
{
    const struct event_order *order = &request->head.order;
    const unsigned flags = ORDER_FLAG_TRAIL_PPM | ORDER_FLAG_EXTENDED;
    int32_t ratio = request->legs[0].ratio;
    return order->action == ORDER_ACTION_SUBMIT && order->leg_count == 1 &&
           (ratio == 1 || ratio == -1) && order->qty_e9 > 0 && order->type >= ORDER_TYPE_MARKET &&
           order->type <= ORDER_TYPE_TRAILING_STOP && order->time_in_force >= TIME_IN_FORCE_DAY &&
           order->time_in_force <= TIME_IN_FORCE_CLS && (order->order_flags & ~flags) == 0 &&
           has(order->limit_price_e9, is_limited(order->type)) &&
           has(request->terms.stop_price_e9, is_stopped(order->type)) &&
           has(request->terms.trail, trails(request)) && trail_fits(request) &&
           request->terms.replaces == 0;
}

/* An order of Alpaca's: the one that is sent, and what goes with it. */
struct said {
    const struct order_request *first;  /* whose name, side, quantity and time it has */
    const struct order_request *target; /* NULL: none; of an OCO it is `first` */
    const struct order_request *stop;   /* NULL: none */
};

static bool goes_with(const struct order_request *first, const struct order_request *exit,
                      bool same_side)
{
    const struct event_order *a = &first->head.order;
    const struct event_order *b = &exit->head.order;
    return b->qty_e9 == a->qty_e9 && b->time_in_force == a->time_in_force &&
           b->order_class == a->order_class && exit->terms.group == first->terms.group &&
           exit->legs[0].instrument == first->legs[0].instrument &&
           (exit->legs[0].ratio == first->legs[0].ratio) == same_side &&
           (b->order_flags & ORDER_FLAG_EXTENDED) == 0;
}

/* Which is which of an entry's exits. */
static bool sort_exits(const struct order_request *const *exits, uint32_t count, struct said *said)
{
    for (uint32_t i = 0; i < count; i++) {
        uint8_t type = exits[i]->head.order.type;
        const struct order_request **place = type == ORDER_TYPE_LIMIT ? &said->target
                                             : is_stopped(type)       ? &said->stop
                                                                      : NULL;
        if (place == NULL || *place != NULL) {
            return false; /* a stop of a group cannot trail at Alpaca */
        }
        *place = exits[i];
    }
    return true;
}

static bool group_fits(uint32_t count, struct said *said)
{
    const struct event_order *first = &said->first->head.order;
    bool enters = first->type == ORDER_TYPE_MARKET || first->type == ORDER_TYPE_LIMIT;
    switch ((enum order_class)first->order_class) {
    case ORDER_CLASS_SIMPLE:
        return count == 1;
    case ORDER_CLASS_BRACKET:
        return enters && count == 3;
    case ORDER_CLASS_OTO:
        return enters && count == 2;
    case ORDER_CLASS_OCO:
        said->target = said->target == NULL ? said->first : NULL;
        return count == 2 && said->target != NULL && first->type == ORDER_TYPE_LIMIT;
    }
    return false;
}

static bool can_be_said(const struct order_request *const *requests, uint32_t count,
                        struct said *said)
{
    if (count == 0 || count > GROUP_MAX) {
        return false;
    }
    const struct order_request *first = requests[0];
    const struct event_order *order = &first->head.order;
    bool simple = order->order_class == ORDER_CLASS_SIMPLE;
    bool oco = order->order_class == ORDER_CLASS_OCO;
    *said = (struct said){.first = first};
    for (uint32_t i = 0; i < count; i++) {
        if (!request_is_plain(requests[i]) || (i > 0 && !goes_with(first, requests[i], oco))) {
            return false;
        }
    }
    bool grouped = first->terms.group == order->order_id &&
                   (order->order_flags & ORDER_FLAG_EXTENDED) == 0 &&
                   order->time_in_force <= TIME_IN_FORCE_GTC;
    return (simple ? first->terms.group == 0 : grouped) &&
           sort_exits(requests + 1, count - 1, said) && group_fits(count, said);
}

static bool symbol_is_good(const char *symbol)
{
    return symbol[0] != '\0' && strlen(symbol) < WIRE_SYMBOL_SIZE;
}

static const char *class_text(uint8_t order_class)
{
    static const char *const texts[] = {"simple", "bracket", "oco", "oto"};
    return texts[order_class];
}

/* Parts per million, fewer than a million, as percent in e9: exact. */
static int64_t percent_e9(int64_t ppm)
{
    return ppm * (MONEY_E9 / PPM_PER_PERCENT);
}

static bool trails_by_percent(const struct order_request *request)
{
    return (request->head.order.order_flags & ORDER_FLAG_TRAIL_PPM) != 0;
}

/* ---- writing ---- */

static void write_prices(struct json_writer *json, const struct order_request *request)
{
    const struct event_order *order = &request->head.order;
    if (is_limited(order->type)) {
        json_member_decimal(json, "limit_price", order->limit_price_e9);
    }
    if (is_stopped(order->type)) {
        json_member_decimal(json, "stop_price", request->terms.stop_price_e9);
    }
    if (trails(request) && trails_by_percent(request)) {
        json_member_decimal(json, "trail_percent", percent_e9(request->terms.trail));
    } else if (trails(request)) {
        json_member_decimal(json, "trail_price", request->terms.trail);
    }
}

static void write_exit(struct json_writer *json, const char *key,
                       const struct order_request *request)
{
    if (request != NULL) {
        json_key(json, key);
        json_begin_object(json);
        write_prices(json, request);
        json_end_object(json);
    }
}

static void write_body(struct json_writer *json, const char *tag, const char *symbol,
                       const struct said *said)
{
    const struct order_request *first = said->first;
    const struct event_order *order = &first->head.order;
    char client_id[WIRE_CLIENT_ID_SIZE];
    wire_client_id(tag, order->order_id, client_id);
    json_begin_object(json);
    json_member_string(json, "symbol", symbol);
    json_member_decimal(json, "qty", order->qty_e9);
    json_member_string(json, "side", first->legs[0].ratio > 0 ? "buy" : "sell");
    json_member_string(json, "type", order_type_text(order->type));
    json_member_string(json, "time_in_force", time_in_force_text(order->time_in_force));
    if (said->target != first) { /* an OCO's price stands in take_profit alone */
        write_prices(json, first);
    }
    if ((order->order_flags & ORDER_FLAG_EXTENDED) != 0) {
        json_member_bool(json, "extended_hours", true);
    }
    if (order->order_class != ORDER_CLASS_SIMPLE) {
        json_member_string(json, "order_class", class_text(order->order_class));
    }
    write_exit(json, "take_profit", said->target);
    write_exit(json, "stop_loss", said->stop);
    json_member_string(json, "client_order_id", client_id);
    json_end_object(json);
}

size_t wire_write_order(const char *tag, const char *symbol,
                        const struct order_request *const *requests, uint32_t count, char *out,
                        size_t size)
{
    struct said said;
    struct json_writer json;
    size_t length = 0;
    if (!symbol_is_good(symbol) || !can_be_said(requests, count, &said)) {
        return 0;
    }
    json_init(&json, false);
    write_body(&json, tag, symbol, &said);
    if (json.length < size) {
        length = json.length;
        memcpy(out, json.text, length + 1);
    }
    json_finish(&json);
    return length;
}

/* ---- the last check before it is sent ---- */

/* What a body must have: every expectation is a member, and there is no other one. */
struct expected {
    const struct node *object;
    uint32_t members;
    bool differs;
};

static const struct node *expect(struct expected *expected, const char *key)
{
    const struct node *value = node_member(expected->object, key);
    expected->members++;
    expected->differs = expected->differs || value == NULL;
    return value;
}

static void expect_text(struct expected *expected, const char *key, const char *text)
{
    const struct node *value = expect(expected, key);
    expected->differs = expected->differs || !node_is(value, text);
}

static void expect_amount(struct expected *expected, const char *key, int64_t amount_e9)
{
    int64_t value_e9 = 0;
    const struct node *value = expect(expected, key);
    expected->differs =
        expected->differs || node_decimal_e9(value, &value_e9) != ERR_OK || value_e9 != amount_e9;
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
    if (request->terms.trail != 0 && trails_by_percent(request)) {
        expect_amount(expected, "trail_percent", percent_e9(request->terms.trail));
    } else if (request->terms.trail != 0) {
        expect_amount(expected, "trail_price", request->terms.trail);
    }
}

static bool is_whole(const struct expected *expected)
{
    return !expected->differs && expected->object != NULL &&
           expected->object->kind == NODE_OBJECT && expected->object->length == expected->members;
}

static void expect_exit(struct expected *around, const char *key,
                        const struct order_request *request)
{
    if (request != NULL) {
        struct expected exit = {.object = expect(around, key)};
        expect_prices(&exit, request);
        around->differs = around->differs || !is_whole(&exit);
    }
}

static void expect_name(struct expected *expected, const char *tag, uint64_t order_id)
{
    const char *text = node_text(expect(expected, "client_order_id"));
    uint64_t named = 0;
    expected->differs = expected->differs || text == NULL ||
                        !wire_client_id_read(tag, text, &named) || named != order_id;
}

static bool asks_for(const struct node *root, const char *tag, const char *symbol,
                     const struct said *said)
{
    const struct order_request *first = said->first;
    const struct event_order *order = &first->head.order;
    struct expected expected = {.object = root};
    expect_name(&expected, tag, order->order_id);
    expect_text(&expected, "symbol", symbol);
    expect_amount(&expected, "qty", order->qty_e9);
    expect_text(&expected, "side", first->legs[0].ratio > 0 ? "buy" : "sell");
    expect_text(&expected, "type", order_type_text(order->type));
    expect_text(&expected, "time_in_force", time_in_force_text(order->time_in_force));
    if (said->target != first) {
        expect_prices(&expected, first);
    }
    if ((order->order_flags & ORDER_FLAG_EXTENDED) != 0) {
        bool extended = false;
        bool said_so = node_bool(expect(&expected, "extended_hours"), &extended) == ERR_OK;
        expected.differs = expected.differs || !said_so || !extended;
    }
    if (order->order_class != ORDER_CLASS_SIMPLE) {
        expect_text(&expected, "order_class", class_text(order->order_class));
    }
    expect_exit(&expected, "take_profit", said->target);
    expect_exit(&expected, "stop_loss", said->stop);
    return is_whole(&expected);
}

bool wire_order_is_by(struct tree *tree, const char *tag, const char *symbol,
                      const struct order_request *const *requests, uint32_t count, const char *body,
                      size_t length)
{
    struct said said;
    return symbol_is_good(symbol) && can_be_said(requests, count, &said) &&
           json_parse(tree, body, length) == ERR_OK &&
           asks_for(tree_root(tree), tag, symbol, &said);
}

bool wire_order_is(const char *tag, const char *symbol, const struct order_request *const *requests,
                   uint32_t count, const char *body, size_t length)
{
    struct tree tree;
    tree_init(&tree);
    bool same = wire_order_is_by(&tree, tag, symbol, requests, count, body, length);
    tree_finish(&tree);
    return same;
}
