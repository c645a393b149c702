/* wire_said.c: see wire_said.h. */
#include "alpaca/wire_said.h"

#include "base/money.h"

enum { PPM = 1000000, PPM_PER_PERCENT = 10000 };

bool wire_is_limited(uint8_t type)
{
    return type == ORDER_TYPE_LIMIT || type == ORDER_TYPE_STOP_LIMIT;
}

bool wire_is_stopped(uint8_t type)
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
           has(order->limit_price_e9, wire_is_limited(order->type)) &&
           has(request->terms.stop_price_e9, wire_is_stopped(order->type)) &&
           has(request->terms.trail, trails(request)) && trail_fits(request) &&
           request->terms.replaces == 0;
}

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
static bool sort_exits(const struct order_request *const *exits, uint32_t count,
                       struct wire_said *said)
{
    for (uint32_t i = 0; i < count; i++) {
        uint8_t type = exits[i]->head.order.type;
        const struct order_request **place = type == ORDER_TYPE_LIMIT ? &said->target
                                             : wire_is_stopped(type)  ? &said->stop
                                                                      : NULL;
        if (place == NULL || *place != NULL) {
            return false; /* a stop of a group cannot trail at Alpaca */
        }
        *place = exits[i];
    }
    return true;
}

static bool group_fits(uint32_t count, struct wire_said *said)
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

/* Letters, digits and signs that stand for themselves between quotation marks. */
static bool symbol_is_good(const char *symbol)
{
    size_t length = 0;
    while (symbol[length] > ' ' && symbol[length] < 0x7f && symbol[length] != '"' &&
           symbol[length] != '\\') {
        length++;
    }
    return symbol[length] == '\0' && length > 0 && length < WIRE_SYMBOL_SIZE;
}

bool wire_can_be_said(const char *symbol, const struct order_request *const *requests,
                      uint32_t count, struct wire_said *said)
{
    if (!symbol_is_good(symbol) || count == 0 || count > WIRE_GROUP_MAX) {
        return false;
    }
    const struct order_request *first = requests[0];
    const struct event_order *order = &first->head.order;
    bool simple = order->order_class == ORDER_CLASS_SIMPLE;
    bool oco = order->order_class == ORDER_CLASS_OCO;
    *said = (struct wire_said){.first = first};
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

const char *wire_class_text(uint8_t order_class)
{
    static const char *const texts[] = {"simple", "bracket", "oco", "oto"};
    return texts[order_class];
}

/* Parts per million, fewer than a million, as percent in e9: exact. */
int64_t wire_percent_e9(int64_t ppm)
{
    return ppm * (MONEY_E9 / PPM_PER_PERCENT);
}

bool wire_trails_by_percent(const struct order_request *request)
{
    return (request->head.order.order_flags & ORDER_FLAG_TRAIL_PPM) != 0;
}
