/* match.c: price logic.
 *
 * A limit order fills at its limit or better: better only where the market stands beyond the limit
 * at once. A stop fills where it is reached, or at the open when the market went past it between
 * two bars. A stop-limit order is a limit order from the moment its stop is reached; what the bar
 * did after that moment is unknown but for the close, so a limit that is not met at once is met in
 * the same bar only when the close lies beyond it. */
#include "exchange/match.h"

#include "base/check.h"
#include "market/order.h"

/* Whether the price is as low as a buyer wants it, as high as a seller does. */
static bool is_good(bool buys, int64_t price_e9, int64_t limit_e9)
{
    return buys ? price_e9 <= limit_e9 : price_e9 >= limit_e9;
}

struct match match_at(const struct match_order *order, int64_t price_e9)
{
    bool triggered = is_good(!order->buys, price_e9, order->stop_e9);
    bool good = is_good(order->buys, price_e9, order->limit_e9);
    switch ((enum order_type)order->type) {
    case ORDER_TYPE_MARKET:
        return (struct match){.price_e9 = price_e9};
    case ORDER_TYPE_LIMIT:
        return (struct match){.price_e9 = good ? price_e9 : 0};
    case ORDER_TYPE_STOP:
    case ORDER_TYPE_TRAILING_STOP:
        return (struct match){.triggered = triggered, .price_e9 = triggered ? price_e9 : 0};
    case ORDER_TYPE_STOP_LIMIT:
        return (struct match){.triggered = triggered, .price_e9 = triggered && good ? price_e9 : 0};
    }
    CHECK(!"an order type");
    return (struct match){0};
}

static struct match stop_limit_inside(const struct match_order *order, const struct event_bar *bar)
{
    struct match match = {.triggered = true};
    if (is_good(order->buys, order->stop_e9, order->limit_e9)) {
        match.price_e9 = order->stop_e9;
    } else if (is_good(order->buys, bar->close_e9, order->limit_e9)) {
        match.price_e9 = order->limit_e9;
    }
    return match;
}

struct match match_inside(const struct match_order *order, const struct event_bar *bar)
{
    int64_t best_e9 = order->buys ? bar->low_e9 : bar->high_e9;
    int64_t worst_e9 = order->buys ? bar->high_e9 : bar->low_e9;
    bool triggered = is_good(!order->buys, worst_e9, order->stop_e9);
    switch ((enum order_type)order->type) {
    case ORDER_TYPE_MARKET:
        return (struct match){0};
    case ORDER_TYPE_LIMIT:
        return (struct match){
            .price_e9 = is_good(order->buys, best_e9, order->limit_e9) ? order->limit_e9 : 0};
    case ORDER_TYPE_STOP:
    case ORDER_TYPE_TRAILING_STOP:
        return (struct match){.triggered = triggered, .price_e9 = triggered ? order->stop_e9 : 0};
    case ORDER_TYPE_STOP_LIMIT:
        return triggered ? stop_limit_inside(order, bar) : (struct match){0};
    }
    CHECK(!"an order type");
    return (struct match){0};
}
