/* order_rules_replace.c: see order_rules.h: the rules for a change of an order. */
#include "base/money.h"
#include "venue/account_figures.h"
#include "venue/order_checks.h"
#include "venue/order_refusals.h"
#include "venue/order_rules.h"

/* A change before its judges. */
struct change_hearing {
    const struct account *account;
    const struct served_order *old;
    const struct order_change *change;
    struct served_order wanted; /* the old order as it would be */
    struct order_terms_seen terms;
    int64_t now_ns;
    struct refusal *refusal;
};

static bool unacceptable(struct change_hearing *hearing, const char *words)
{
    return refuse(hearing->refusal, 422, CODE_UNACCEPTABLE, "%s", words);
}

static bool judge_status(struct change_hearing *hearing)
{
    const char *status = order_status_text(hearing->old->status);
    switch ((enum order_status)hearing->old->status) {
    case ORDER_STATUS_NEW:
    case ORDER_STATUS_HELD:
    case ORDER_STATUS_PARTIALLY_FILLED:
        return true;
    case ORDER_STATUS_PENDING_NEW:
    case ORDER_STATUS_ACCEPTED:
    case ORDER_STATUS_PENDING_CANCEL:
    case ORDER_STATUS_PENDING_REPLACE:
        return refuse(hearing->refusal, 422, CODE_UNACCEPTABLE, "cannot replace order in %s status",
                      status);
    case ORDER_STATUS_REPLACED:
        return unacceptable(hearing, "order already replaced");
    case ORDER_STATUS_FILLED:
    case ORDER_STATUS_CANCELED:
    case ORDER_STATUS_EXPIRED:
    case ORDER_STATUS_REJECTED:
        break;
    }
    return unacceptable(hearing, "unable to replace order, order is not open");
}

/* A stop that was reached is another order to the exchange. */
static bool judge_trigger(struct change_hearing *hearing)
{
    struct exchange_order state;
    return !exchange_order(hearing->account->exchange, (uint64_t)hearing->old->number + 1,
                           &state) ||
           state.type == hearing->old->type ||
           unacceptable(hearing, "unable to replace order, stop price was reached");
}

static bool judge_client_id(struct change_hearing *hearing)
{
    const char *id = hearing->change->client_order_id;
    return id[0] == '\0' || account_order_by_client(hearing->account, id) == NULL ||
           refuse(hearing->refusal, 422, CODE_BAD_VALUE, "client_order_id must be unique");
}

static bool judge_account(struct change_hearing *hearing)
{
    return check_account(hearing->account, hearing->refusal);
}

static bool judge_quantity(struct change_hearing *hearing)
{
    const struct served_order *old = hearing->old;
    int64_t qty_e9 = hearing->change->qty_e9;
    bool fraction = old->qty_e9 % MONEY_E9 != 0 || qty_e9 % MONEY_E9 != 0;
    if (old->notional_e9 != 0) {
        return unacceptable(hearing, "notional orders cannot be replaced");
    }
    if (old->order_class == SERVED_CLASS_OTO) {
        return unacceptable(hearing, "oto orders cannot be replaced");
    }
    if (qty_e9 == 0 || qty_e9 == old->qty_e9) {
        return true;
    }
    if (fraction) {
        return unacceptable(hearing, "qty of fractional orders cannot be changed");
    }
    if (old->order_class > SERVED_CLASS_SIMPLE) {
        return refuse(hearing->refusal, 422, CODE_UNACCEPTABLE,
                      "qty of %s orders cannot be changed", served_class_text(old->order_class));
    }
    return qty_e9 > served_order_executed_e9(old) ||
           unacceptable(hearing, "qty must be > filled_qty");
}

static bool judge_difference(struct change_hearing *hearing)
{
    const struct served_order *a = hearing->old;
    const struct served_order *b = &hearing->wanted;
    bool same = a->qty_e9 == b->qty_e9 && a->limit_price_e9 == b->limit_price_e9 &&
                a->stop_price_e9 == b->stop_price_e9 && a->trail_price_e9 == b->trail_price_e9 &&
                a->trail_ppm == b->trail_ppm && a->time_in_force == b->time_in_force;
    return !same || unacceptable(hearing, "order parameters are not changed");
}

static bool judge_ticks(struct change_hearing *hearing)
{
    return check_tick("limit_price", hearing->change->limit_price_e9, hearing->refusal) &&
           check_tick("stop_price", hearing->change->stop_price_e9, hearing->refusal);
}

static bool judge_time(struct change_hearing *hearing)
{
    bool changed = hearing->change->time_in_force != 0;
    if (!changed) {
        return true;
    }
    if (hearing->wanted.time_in_force != TIME_IN_FORCE_DAY &&
        hearing->wanted.qty_e9 % MONEY_E9 != 0) {
        return unacceptable(hearing, "fractional orders must be DAY orders");
    }
    return check_time(&hearing->terms, hearing->refusal) &&
           check_hours(hearing->account->market, &hearing->terms, hearing->now_ns,
                       hearing->refusal);
}

/* The price that an exit waits for; 0 for an order that is none. */
static int64_t exit_price_e9(const struct served_order *order)
{
    return order == NULL                    ? 0
           : order->role == ORDER_ROLE_STOP ? order->stop_price_e9
                                            : order->limit_price_e9;
}

/* An entry and its exits, as they would be. */
static bool judge_entry(struct change_hearing *hearing)
{
    const struct served_order *order = &hearing->wanted;
    int64_t target_e9 = exit_price_e9(account_order(hearing->account, order->legs[0]));
    int64_t stop_e9 = exit_price_e9(account_order(hearing->account, order->legs[1]));
    return check_base(!order->sells, order->limit_price_e9, target_e9, stop_e9, hearing->refusal);
}

/* Two exits of one trade, as they would be. */
static bool judge_exits(struct change_hearing *hearing, const struct served_order *other)
{
    const struct served_order *order = &hearing->wanted;
    bool stop = order->role == ORDER_ROLE_STOP;
    return check_pair(order->sells, exit_price_e9(stop ? other : order),
                      exit_price_e9(stop ? order : other), hearing->refusal);
}

static bool judge_group(struct change_hearing *hearing)
{
    const struct account *account = hearing->account;
    const struct served_order *order = &hearing->wanted;
    const struct served_order *parent = account_order(account, order->parent);
    if (order->order_class == SERVED_CLASS_OCO) {
        return judge_exits(hearing,
                           parent != NULL ? parent : account_order(account, order->legs[0]));
    }
    if (order->order_class != SERVED_CLASS_BRACKET) {
        return true;
    }
    return parent == NULL
               ? judge_entry(hearing)
               : judge_exits(
                     hearing,
                     account_order(account,
                                   parent->legs[parent->legs[0] == hearing->old->number ? 1 : 0]));
}

static bool judge_wash(struct change_hearing *hearing)
{
    return check_wash(hearing->account, &hearing->terms, hearing->old->number, hearing->refusal);
}

static struct order_size size_of(const struct served_order *order)
{
    return (struct order_size){.instrument = order->instrument,
                               .sells = order->sells,
                               .qty_e9 = order->qty_e9 - served_order_executed_e9(order),
                               .limit_price_e9 = order->limit_price_e9,
                               .stop_price_e9 = order->stop_price_e9};
}

/* What the old order holds is there for the new one. */
static bool judge_amounts(struct change_hearing *hearing)
{
    const struct account *account = hearing->account;
    const struct order_size old = size_of(hearing->old);
    const struct order_size wanted = size_of(&hearing->wanted);
    uint8_t intent = hearing->old->intent;
    struct account_figures figures;
    if (hearing->old->parent != NO_SERVED_ORDER) {
        return true; /* the group has the shares */
    }
    if (intent == INTENT_BUY_TO_CLOSE || intent == INTENT_SELL_TO_CLOSE) {
        int64_t available_e9 = account_available_e9(account, wanted.instrument);
        available_e9 = available_e9 < 0 ? -available_e9 : available_e9;
        return wanted.qty_e9 - old.qty_e9 <= available_e9 ||
               refuse_for_position(account, &wanted, hearing->refusal);
    }
    account_figures(account, hearing->now_ns, &figures);
    return order_cost_e9(account, &wanted) - order_cost_e9(account, &old) <=
               figures.buying_power_e9 ||
           refuse_for_power(account, &wanted, figures.buying_power_e9, hearing->refusal);
}

bool order_rules_replace(const struct account *account, uint32_t number,
                         const struct order_change *change, int64_t now_ns, struct refusal *refusal)
{
    static bool (*const rules[])(struct change_hearing *) = {
        judge_status,   judge_trigger,    judge_client_id, judge_account,
        judge_quantity, judge_difference, judge_ticks,     judge_time,
        judge_group,    judge_wash,       judge_amounts,
    };
    const struct served_order *old = account_order(account, number);
    struct change_hearing hearing = {.account = account,
                                     .old = old,
                                     .change = change,
                                     .wanted = *old,
                                     .now_ns = now_ns,
                                     .refusal = refusal};
    struct served_order *wanted = &hearing.wanted;
    account_apply_change(wanted, change);
    hearing.terms = (struct order_terms_seen){.instrument = wanted->instrument,
                                              .sells = wanted->sells,
                                              .extended_hours = wanted->extended_hours,
                                              .type = wanted->type,
                                              .time_in_force = wanted->time_in_force,
                                              .order_class = wanted->order_class,
                                              .limit_price_e9 = wanted->limit_price_e9,
                                              .stop_price_e9 = wanted->stop_price_e9};
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (!rules[i](&hearing)) {
            return false;
        }
    }
    return true;
}
