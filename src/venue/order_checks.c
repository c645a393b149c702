#include "venue/order_checks.h"

#include "base/money.h"
#include "base/utc.h"
#include "market/new_york.h"

#define CENT_E9 (MONEY_E9 / 100)

bool check_account(const struct account *account, struct refusal *refusal)
{
    const char *fault = account->settings.suspend_trade ? "new orders are rejected by user request"
                        : account->blocks.account       ? "account is blocked"
                        : account->blocks.trading || account->blocks.suspended
                            ? "trading is blocked"
                            : NULL;
    return fault == NULL || refuse(refusal, 403, CODE_FORBIDDEN, "%s", fault);
}

/* ---- prices ---- */

bool check_tick(const char *name, int64_t price_e9, struct refusal *refusal)
{
    int64_t tick_e9 = price_e9 >= MONEY_E9 ? CENT_E9 : CENT_E9 / 100;
    if (price_e9 % tick_e9 == 0) {
        return true;
    }
    char text[MONEY_TEXT_SIZE];
    (void)money_format(price_e9, text);
    return refuse(refusal, 422, CODE_UNACCEPTABLE,
                  "invalid %s %s. sub-penny increment does not fulfill minimum pricing criteria",
                  name, text);
}

bool check_pair(bool long_trade, int64_t target_e9, int64_t stop_e9, struct refusal *refusal)
{
    if (target_e9 == 0 || stop_e9 == 0 ||
        (long_trade ? target_e9 > stop_e9 : target_e9 < stop_e9)) {
        return true;
    }
    return refuse(refusal, 422, CODE_UNACCEPTABLE,
                  "take_profit.limit_price must be %c stop_loss.stop_price",
                  long_trade ? '>' : '<');
}

static bool refuse_base(const char *field, bool above, int64_t base_e9, struct refusal *refusal)
{
    (void)refuse(refusal, 422, CODE_UNACCEPTABLE, "%s must be %s base_price %c 0.01", field,
                 above ? ">=" : "<=", above ? '+' : '-');
    refusal_add_amount(refusal, "base_price", base_e9);
    return false;
}

bool check_base(bool long_trade, int64_t base_e9, int64_t target_e9, int64_t stop_e9,
                struct refusal *refusal)
{
    int64_t least_above_e9 = base_e9 + CENT_E9;
    int64_t most_below_e9 = base_e9 - CENT_E9;
    if (base_e9 == 0) {
        return true;
    }
    if (target_e9 != 0 && (long_trade ? target_e9 < least_above_e9 : target_e9 > most_below_e9)) {
        return refuse_base("take_profit.limit_price", long_trade, base_e9, refusal);
    }
    if (stop_e9 != 0 && (long_trade ? stop_e9 > most_below_e9 : stop_e9 < least_above_e9)) {
        return refuse_base("stop_loss.stop_price", !long_trade, base_e9, refusal);
    }
    return true;
}

/* ---- times ---- */

static bool waits(uint8_t time_in_force)
{
    return time_in_force == TIME_IN_FORCE_DAY || time_in_force == TIME_IN_FORCE_GTC;
}

static bool in_group(uint8_t order_class)
{
    return order_class == SERVED_CLASS_BRACKET || order_class == SERVED_CLASS_OCO ||
           order_class == SERVED_CLASS_OTO;
}

bool check_time(const struct order_terms_seen *order, struct refusal *refusal)
{
    bool plain = order->type == ORDER_TYPE_MARKET || order->type == ORDER_TYPE_LIMIT;
    if (!waits(order->time_in_force) && in_group(order->order_class)) {
        return refuse(refusal, 422, CODE_UNACCEPTABLE, "%s orders must be DAY or GTC orders",
                      served_class_text(order->order_class));
    }
    if (!waits(order->time_in_force) && !plain) {
        return refuse(refusal, 422, CODE_BAD_VALUE, "invalid time_in_force");
    }
    bool fits_extended = order->type == ORDER_TYPE_LIMIT && waits(order->time_in_force) &&
                         !in_group(order->order_class);
    return !order->extended_hours || fits_extended ||
           refuse(refusal, 422, CODE_UNACCEPTABLE,
                  "extended hours order must be DAY or GTC limit orders");
}

bool check_hours(const struct market *market, const struct order_terms_seen *order, int64_t now_ns,
                 struct refusal *refusal)
{
    static const struct {
        uint8_t time_in_force;
        int64_t until_ns; /* after 00:00 in New York */
        const char *words;
    } windows[] = {
        {TIME_IN_FORCE_OPG, 9 * NS_PER_HOUR + 28 * NS_PER_MIN,
         "opg orders must be submitted after 7:00pm and before 9:28am"},
        {TIME_IN_FORCE_CLS, 15 * NS_PER_HOUR + 50 * NS_PER_MIN,
         "cls orders must be submitted after 7:00pm and before 3:55pm"},
    };
    int64_t wall_ns = now_ns + new_york_offset_ns(now_ns);
    int64_t time_ns = wall_ns - utc_day_of(wall_ns) * NS_PER_DAY;
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        if (windows[i].time_in_force == order->time_in_force && market->calendar == CALENDAR_XNYS &&
            time_ns >= windows[i].until_ns && time_ns < 19 * NS_PER_HOUR) {
            return refuse(refusal, 403, CODE_FORBIDDEN, "%s", windows[i].words);
        }
    }
    return true;
}

/* ---- the account's own orders on the other side ---- */

static bool is_exempt(uint8_t type, uint8_t order_class)
{
    return type == ORDER_TYPE_TRAILING_STOP || in_group(order_class);
}

static bool has_limit(uint8_t type)
{
    return type == ORDER_TYPE_LIMIT || type == ORDER_TYPE_STOP_LIMIT;
}

static bool could_trade(const struct order_terms_seen *order, const struct served_order *other)
{
    if (order->sells == other->sells || is_exempt(other->type, other->order_class)) {
        return false;
    }
    int64_t buy_e9 = order->sells ? other->limit_price_e9 : order->limit_price_e9;
    int64_t sell_e9 = order->sells ? order->limit_price_e9 : other->limit_price_e9;
    return !has_limit(order->type) || !has_limit(other->type) || buy_e9 >= sell_e9;
}

bool check_wash(const struct account *account, const struct order_terms_seen *order,
                uint32_t except, struct refusal *refusal)
{
    if (is_exempt(order->type, order->order_class)) {
        return true;
    }
    const struct served_order *other = account_first_open(account, order->instrument);
    while (other != NULL && (other->number == except || !could_trade(order, other))) {
        other = account_next_open(account, other);
    }
    if (other == NULL) {
        return true;
    }
    char id[UUID_TEXT_SIZE];
    account_order_id(account, other->number, id);
    (void)refuse(refusal, 403, CODE_FORBIDDEN, "potential wash trade detected. use complex orders");
    refusal_add(refusal, "existing_order_id", id);
    refusal_add(refusal, "reject_reason",
                has_limit(other->type) ? "opposite side limit order exists"
                                       : "opposite side market/stop order exists");
    return false;
}
