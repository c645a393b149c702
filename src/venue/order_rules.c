#include "venue/order_rules.h"

#include "base/money.h"
#include "venue/account_figures.h"
#include "venue/order_checks.h"
#include "venue/order_refusals.h"

/* A new order before its judges. */
struct hearing {
    const struct account *account;
    const struct order_ticket *ticket;
    const char *symbol;
    struct market_asset asset;
    enum position_intent intent; /* what it would be */
    int64_t price_e9;            /* the market now; 0: none known */
    int64_t now_ns;
    struct account_figures figures;
    struct order_terms_seen terms;
    struct refusal *refusal;
};

static bool unacceptable(struct hearing *hearing, const char *words)
{
    return refuse(hearing->refusal, 422, CODE_UNACCEPTABLE, "%s", words);
}

static bool forbidden(struct hearing *hearing, const char *words)
{
    return refuse(hearing->refusal, 403, CODE_FORBIDDEN, "%s", words);
}

static bool opens(enum position_intent intent)
{
    return intent == INTENT_BUY_TO_OPEN || intent == INTENT_SELL_TO_OPEN;
}

static bool is_fractional(const struct order_ticket *ticket)
{
    return ticket->notional_e9 != 0 || ticket->qty_e9 % MONEY_E9 != 0;
}

static bool in_group(const struct order_ticket *ticket)
{
    return ticket->order_class > SERVED_CLASS_SIMPLE;
}

/* ---- the rules, in the order of the table at the end ---- */

static bool judge_client_id(struct hearing *hearing)
{
    const char *id = hearing->ticket->client_order_id;
    return id[0] == '\0' || account_order_by_client(hearing->account, id) == NULL ||
           refuse(hearing->refusal, 422, CODE_BAD_VALUE, "client_order_id must be unique");
}

static bool judge_account(struct hearing *hearing)
{
    return check_account(hearing->account, hearing->refusal);
}

static bool judge_asset(struct hearing *hearing)
{
    const char *fault = hearing->asset.inactive       ? "is not active"
                        : hearing->asset.not_tradable ? "is not tradable"
                                                      : NULL;
    return fault == NULL || refuse(hearing->refusal, 422, CODE_UNACCEPTABLE, "asset \"%s\" %s",
                                   hearing->symbol, fault);
}

static bool judge_time(struct hearing *hearing)
{
    return check_time(&hearing->terms, hearing->refusal);
}

static bool judge_fraction(struct hearing *hearing)
{
    const struct order_ticket *ticket = hearing->ticket;
    if (!is_fractional(ticket)) {
        return true;
    }
    if (ticket->time_in_force != TIME_IN_FORCE_DAY) {
        return unacceptable(hearing, "fractional orders must be DAY orders");
    }
    if (in_group(ticket)) {
        return unacceptable(hearing, "fractional orders must be simple orders");
    }
    if (ticket->notional_e9 != 0 && ticket->type != ORDER_TYPE_MARKET) {
        return unacceptable(hearing, "notional orders must be market orders");
    }
    if (ticket->type == ORDER_TYPE_TRAILING_STOP) {
        return unacceptable(hearing, "fractional orders cannot be trailing stop orders");
    }
    return hearing->intent != INTENT_SELL_TO_OPEN ||
           unacceptable(hearing, "fractional orders cannot be sold short");
}

static bool judge_ticks(struct hearing *hearing)
{
    const struct order_ticket *ticket = hearing->ticket;
    struct refusal *refusal = hearing->refusal;
    return check_tick("limit_price", ticket->limit_price_e9, refusal) &&
           check_tick("stop_price", ticket->stop_price_e9, refusal) &&
           check_tick("trail_price", ticket->trail_price_e9, refusal) &&
           check_tick("take_profit.limit_price", ticket->take_profit_e9, refusal) &&
           check_tick("stop_loss.stop_price", ticket->stop_loss_e9, refusal) &&
           check_tick("stop_loss.limit_price", ticket->stop_loss_limit_e9, refusal);
}

static bool judge_group(struct hearing *hearing)
{
    const struct order_ticket *ticket = hearing->ticket;
    const char *name = served_class_text(ticket->order_class);
    bool oco = ticket->order_class == SERVED_CLASS_OCO;
    if (!in_group(ticket)) {
        return true;
    }
    if (opens(hearing->intent) == oco) {
        return refuse(hearing->refusal, 422, CODE_UNACCEPTABLE, "%s orders must be %s orders", name,
                      oco ? "exit" : "entry");
    }
    return check_pair(ticket->sells == oco, ticket->take_profit_e9, ticket->stop_loss_e9,
                      hearing->refusal);
}

/* The exits of an entry lie a cent or more on their sides of its price. */
static bool judge_base(struct hearing *hearing)
{
    const struct order_ticket *ticket = hearing->ticket;
    if (!in_group(ticket) || ticket->order_class == SERVED_CLASS_OCO) {
        return true;
    }
    int64_t base_e9 = ticket->limit_price_e9 != 0  ? ticket->limit_price_e9
                      : ticket->stop_price_e9 != 0 ? ticket->stop_price_e9
                                                   : hearing->price_e9;
    return check_base(!ticket->sells, base_e9, ticket->take_profit_e9, ticket->stop_loss_e9,
                      hearing->refusal);
}

/* A stop to sell waits below the market. */
static bool judge_stop(struct hearing *hearing)
{
    const struct order_ticket *ticket = hearing->ticket;
    int64_t stop_e9 =
        ticket->order_class == SERVED_CLASS_OCO ? ticket->stop_loss_e9 : ticket->stop_price_e9;
    return !ticket->sells || stop_e9 == 0 || hearing->price_e9 == 0 ||
           stop_e9 < hearing->price_e9 ||
           unacceptable(hearing, "stop price must be less than current price");
}

static bool judge_intent(struct hearing *hearing)
{
    uint8_t given = hearing->ticket->intent;
    return given == INTENT_NONE || given == (uint8_t)hearing->intent ||
           refuse(hearing->refusal, 422, CODE_UNACCEPTABLE,
                  "position intent mismatch, inferred: %s, specified: %s",
                  position_intent_text((uint8_t)hearing->intent), position_intent_text(given));
}

static bool judge_shortable(struct hearing *hearing)
{
    return hearing->intent != INTENT_SELL_TO_OPEN || !hearing->asset.not_shortable ||
           refuse(hearing->refusal, 422, CODE_UNACCEPTABLE, "asset \"%s\" cannot be sold short",
                  hearing->symbol);
}

/* An open order of the instrument with that intent. */
static bool has_open(const struct hearing *hearing, enum position_intent intent)
{
    const struct served_order *order =
        account_first_open(hearing->account, hearing->ticket->instrument);
    while (order != NULL && (order->intent != intent || order->status == ORDER_STATUS_HELD)) {
        order = account_next_open(hearing->account, order);
    }
    return order != NULL;
}

static bool judge_notional(struct hearing *hearing)
{
    return hearing->ticket->notional_e9 == 0 || hearing->intent != INTENT_BUY_TO_OPEN ||
           !has_open(hearing, INTENT_SELL_TO_CLOSE) ||
           unacceptable(hearing, "unable to open new notional orders while having open closing "
                                 "position orders");
}

static bool judge_fractionable(struct hearing *hearing)
{
    if (!is_fractional(hearing->ticket)) {
        return true;
    }
    if (hearing->asset.not_fractionable) {
        return refuse(hearing->refusal, 403, CODE_FORBIDDEN, "asset \"%s\" is not fractionable",
                      hearing->symbol);
    }
    return hearing->account->settings.fractional_trading || !opens(hearing->intent) ||
           forbidden(hearing, "account is not allowed to trade fractional shares");
}

static bool judge_hours(struct hearing *hearing)
{
    return check_hours(hearing->account->market, &hearing->terms, hearing->now_ns,
                       hearing->refusal);
}

static bool judge_quote(struct hearing *hearing)
{
    return hearing->price_e9 != 0 || hearing->ticket->limit_price_e9 != 0 ||
           forbidden(hearing, "order has been rejected due to no available quote for symbol. "
                              "please reenter with a limit");
}

static bool judge_short(struct hearing *hearing)
{
    if (hearing->intent == INTENT_SELL_TO_OPEN && !hearing->figures.may_short) {
        return forbidden(hearing, "account is not allowed to short");
    }
    if (hearing->intent == INTENT_SELL_TO_OPEN && has_open(hearing, INTENT_BUY_TO_OPEN)) {
        return forbidden(hearing, "cannot open a short sell while a long buy order is open");
    }
    return hearing->intent != INTENT_BUY_TO_OPEN || !has_open(hearing, INTENT_SELL_TO_OPEN) ||
           forbidden(hearing, "cannot open a long buy while a short sell order is open");
}

static bool judge_wash(struct hearing *hearing)
{
    return check_wash(hearing->account, &hearing->terms, NO_SERVED_ORDER, hearing->refusal);
}

/* What it asks for in shares at the market's price: that of an amount is rounded down. */
static struct order_size size_of(const struct hearing *hearing)
{
    const struct order_ticket *ticket = hearing->ticket;
    struct order_size size = {.instrument = ticket->instrument,
                              .sells = ticket->sells,
                              .qty_e9 = ticket->qty_e9,
                              .limit_price_e9 = ticket->limit_price_e9,
                              .stop_price_e9 = ticket->stop_price_e9};
    int64_t price_e9 = market_side_e9(hearing->account->market, ticket->instrument, !ticket->sells);
    if (ticket->notional_e9 != 0 && price_e9 > 0) {
        (void)money_mul_div(ticket->notional_e9, MONEY_E9, price_e9, ROUND_DOWN, &size.qty_e9);
    }
    return size;
}

static bool judge_position(struct hearing *hearing)
{
    const struct order_size size = size_of(hearing);
    int64_t available_e9 = account_available_e9(hearing->account, size.instrument);
    available_e9 = available_e9 < 0 ? -available_e9 : available_e9;
    return opens(hearing->intent) || size.qty_e9 <= available_e9 ||
           refuse_for_position(hearing->account, &size, hearing->refusal);
}

static bool judge_power(struct hearing *hearing)
{
    const struct order_size size = size_of(hearing);
    if (!opens(hearing->intent)) {
        return true;
    }
    int64_t cost_e9 = order_cost_e9(hearing->account, &size);
    int64_t amount_e9 = hearing->ticket->notional_e9;
    if (is_fractional(hearing->ticket) && (amount_e9 != 0 ? amount_e9 : cost_e9) < MONEY_E9) {
        return forbidden(hearing, "cost basis must be >= minimal amount of order 1");
    }
    return cost_e9 <= hearing->figures.buying_power_e9 ||
           refuse_for_power(hearing->account, &size, hearing->figures.buying_power_e9,
                            hearing->refusal);
}

bool order_rules_submit(const struct account *account, const struct order_ticket *ticket,
                        int64_t now_ns, struct refusal *refusal)
{
    static bool (*const rules[])(struct hearing *) = {
        judge_client_id, judge_account,   judge_asset,        /* who and what */
        judge_time,      judge_fraction,  judge_ticks,        /* the order by itself: 422 */
        judge_group,     judge_base,      judge_stop,         /* beside the market's price */
        judge_intent,    judge_shortable, judge_notional,     /* beside the position */
        judge_hours,     judge_quote,     judge_fractionable, /* now and here: 403 */
        judge_short,     judge_wash,      judge_position,     /* beside other orders */
        judge_power,
    };
    struct hearing hearing = {
        .account = account,
        .ticket = ticket,
        .symbol = account->market->data->instruments[ticket->instrument].symbol,
        .asset = market_asset(account->market, ticket->instrument),
        .intent = account_intent(account, ticket->instrument, ticket->sells),
        .price_e9 = exchange_price_e9(account->exchange, ticket->instrument),
        .now_ns = now_ns,
        .terms = {.instrument = ticket->instrument,
                  .sells = ticket->sells,
                  .extended_hours = ticket->extended_hours,
                  .type = ticket->type,
                  .time_in_force = ticket->time_in_force,
                  .order_class = ticket->order_class,
                  .limit_price_e9 = ticket->limit_price_e9,
                  .stop_price_e9 = ticket->stop_price_e9},
        .refusal = refusal,
    };
    account_figures(account, now_ns, &hearing.figures);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (!rules[i](&hearing)) {
            return false;
        }
    }
    return true;
}
