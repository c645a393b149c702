/* account.c: the exchange's own ledger: cash, positions, what they cost, what orders may take.
 *
 * An order closes when it is opposite to the position at its arrival, and opens otherwise. What
 * closes needs that much of the position, less what other orders close already; no order turns a
 * position over. What opens needs buying power. In a cash account that is the cash (only what is
 * settled, where the plan says so); in a margin account it is the multiplier times the equity, less
 * the positions at their last closes, long and short alike. Margin calls are not simulated, nor
 * interest, nor a cost of borrowing shares. */
#include "base/check.h"
#include "base/money.h"
#include "base/utc.h"
#include "exchange/exchange_private.h"
#include "market/fees.h"
#include "market/weekday.h"

#define SHORT_MARGIN_PPM                                                                           \
    INT64_C(1030000) /* a short sale counts 3 % above the market, as at Alpaca */

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t size(int64_t qty_e9)
{
    return qty_e9 < 0 ? -qty_e9 : qty_e9;
}

/* ---- settlement ---- */

/* Business days between a trade and its settlement: three, from 2017-09-05 on two, from 2024-05-28
 * on one. */
static int days_to_settle(int64_t day)
{
    return day >= utc_days((struct utc_date){2024, 5, 28})  ? 1
           : day >= utc_days((struct utc_date){2017, 9, 5}) ? 2
                                                            : 3;
}

/* When the proceeds of a sale are settled cash: at the beginning of a day in UTC. The calendar's
 * trading days count; `always` has none, there every day but weekends does. */
static int64_t settles_ns(const struct exchange *exchange, int64_t trade_ns)
{
    enum calendar_id calendar = exchange->plan.calendar;
    struct trading_day trading;
    int64_t day = utc_day_of(trade_ns);
    if (calendar != CALENDAR_ALWAYS && calendar_day_after(calendar, trade_ns - 1, &trading)) {
        int days_left = days_to_settle(trading.date);
        while (days_left > 0 && calendar_day_after(calendar, trading.close_ns, &trading)) {
            days_left--;
        }
        return trading.date * NS_PER_DAY;
    }
    int days_left = days_to_settle(day);
    while (days_left > 0) {
        enum weekday weekday = weekday_of((int32_t)++day);
        days_left -= weekday != SATURDAY && weekday != SUNDAY;
    }
    return day * NS_PER_DAY;
}

/* Sum of what is not settled at now_ns; what has settled is dropped. */
static int64_t unsettled_e9(struct exchange *exchange, int64_t now_ns)
{
    int64_t sum_e9 = 0;
    for (size_t i = 0; i < SETTLEMENTS_MAX; i++) {
        struct settlement *settlement = &exchange->settlements[i];
        if (settlement->settles_ns <= now_ns) {
            settlement->amount_e9 = 0;
        }
        sum_e9 += settlement->amount_e9; /* parts of the cash */
    }
    return sum_e9;
}

/* Sales of one day settle together, so there are never more than four days at once. */
static void settle_later(struct exchange *exchange, int64_t trade_ns, int64_t amount_e9)
{
    (void)unsettled_e9(exchange, trade_ns);
    int64_t at_ns = settles_ns(exchange, trade_ns);
    struct settlement *unused = NULL;
    for (size_t i = 0; i < SETTLEMENTS_MAX; i++) {
        struct settlement *settlement = &exchange->settlements[i];
        if (settlement->amount_e9 != 0 && settlement->settles_ns == at_ns) {
            settlement->amount_e9 += amount_e9;
            return;
        }
        unused = settlement->amount_e9 == 0 ? settlement : unused;
    }
    CHECK(unused != NULL);
    *unused = (struct settlement){.settles_ns = at_ns, .amount_e9 = amount_e9};
}

/* ---- prices ---- */

/* What the quantity, the price and the day add to it. */
RARELY static bool add_fees(const struct exchange *exchange, bool buys, int64_t qty_e9,
                            int64_t price_e9, int64_t at_ns, int64_t *commission_e9)
{
    const struct exchange_plan *plan = &exchange->plan;
    int64_t part_e9;
    if (money_notional(plan->commission_per_share_e9, qty_e9, ROUND_EVEN, &part_e9) != ERR_OK ||
        money_add(*commission_e9, part_e9, commission_e9) != ERR_OK) {
        return false;
    }
    *commission_e9 = greater(*commission_e9, plan->commission_min_e9);
    return !plan->fees || (fees_of_fill(at_ns, buys, qty_e9, price_e9, &part_e9) == ERR_OK &&
                           money_add(*commission_e9, part_e9, commission_e9) == ERR_OK);
}

/* Commission and fees of one fill; false when they leave int64. */
static inline bool commission(const struct exchange *exchange, bool buys, int64_t qty_e9,
                              int64_t price_e9, int64_t at_ns, int64_t *commission_e9)
{
    const struct exchange_plan *plan = &exchange->plan;
    *commission_e9 = greater(plan->commission_e9, plan->commission_min_e9);
    if (plan->commission_per_share_e9 == 0 && !plan->fees) {
        return true;
    }
    *commission_e9 = plan->commission_e9;
    return add_fees(exchange, buys, qty_e9, price_e9, at_ns, commission_e9);
}

/* What buying (or selling short) costs in buying power. */
static bool cost(const struct exchange *exchange, bool buys, int64_t qty_e9, int64_t price_e9,
                 int64_t at_ns, int64_t *cost_e9)
{
    int64_t commission_e9;
    int64_t sum_e9;
    if (!commission(exchange, buys, qty_e9, price_e9, at_ns, &commission_e9) ||
        money_notional(price_e9, qty_e9, ROUND_EVEN, &sum_e9) != ERR_OK ||
        money_add(sum_e9, commission_e9, &sum_e9) != ERR_OK) {
        return false;
    }
    *cost_e9 = sum_e9;
    return true;
}

/* The price at which an opening order is counted before it fills. */
static int64_t counted_price_e9(const struct holding *holding, const struct resting *order)
{
    const struct match_order *match = &order->match;
    int64_t market_e9 = holding->close_e9;
    if (!match->buys) {
        (void)money_mul_div(market_e9, SHORT_MARGIN_PPM, 1000000, ROUND_UP, &market_e9);
        return greater(match->limit_e9, market_e9);
    }
    switch ((enum order_type)match->type) {
    case ORDER_TYPE_MARKET:
        return market_e9;
    case ORDER_TYPE_LIMIT:
    case ORDER_TYPE_STOP_LIMIT:
        return match->limit_e9;
    case ORDER_TYPE_STOP:
    case ORDER_TYPE_TRAILING_STOP:
        return greater(match->stop_e9, market_e9);
    }
    CHECK(!"an order type");
    return 0;
}

/* ---- buying power ---- */

/* Of a margin account: multiplier x equity - positions. Only on the way of an order or a fill. */
RARELY static bool margin_power_e9(const struct exchange *exchange, int64_t *power_e9)
{
    int64_t equity_e9 = exchange->cash_e9;
    int64_t gross_e9 = 0;
    int64_t all_e9;
    uint32_t multiplier = exchange->plan.account.multiplier;
    for (uint32_t i = 0; i < exchange->plan.instrument_count; i++) {
        const struct holding *holding = &exchange->holdings[i];
        int64_t value_e9 = 0;
        if (holding->qty_e9 != 0 &&
            (money_notional(holding->close_e9, holding->qty_e9, ROUND_EVEN, &value_e9) != ERR_OK ||
             money_add(equity_e9, value_e9, &equity_e9) != ERR_OK ||
             money_add(gross_e9, size(value_e9), &gross_e9) != ERR_OK)) {
            return false;
        }
    }
    return money_mul_div(equity_e9, multiplier == 0 ? 1 : multiplier, 1, ROUND_EVEN, &all_e9) ==
               ERR_OK &&
           money_sub(all_e9, gross_e9, power_e9) == ERR_OK;
}

/* Before what working orders hold. */
static int64_t power_e9(struct exchange *exchange, int64_t now_ns)
{
    const struct account_plan *account = &exchange->plan.account;
    if (account->kind == ACCOUNT_KIND_CASH) {
        return exchange->cash_e9 - (account->settled_only ? unsettled_e9(exchange, now_ns) : 0);
    }
    int64_t margin_e9 = 0; /* beyond what numbers hold nothing is lent */
    (void)margin_power_e9(exchange, &margin_e9);
    return margin_e9;
}

int64_t exchange_buying_power_e9(struct exchange *exchange, int64_t now_ns)
{
    int64_t left_e9 = power_e9(exchange, now_ns);
    (void)money_sub(left_e9, exchange->held_e9, &left_e9);
    return left_e9;
}

/* Why cost_e9 cannot be had, when cash_e9 would pay it but for what is not settled. */
static enum reject_reason too_dear(const struct exchange *exchange, int64_t cost_e9)
{
    const struct account_plan *account = &exchange->plan.account;
    return account->kind == ACCOUNT_KIND_CASH && account->settled_only &&
                   cost_e9 <= exchange->cash_e9 - exchange->held_e9
               ? REJECT_UNSETTLED_CASH
               : REJECT_INSUFFICIENT_CASH;
}

static bool may_short(const struct exchange *exchange)
{
    const struct account_plan *account = &exchange->plan.account;
    return account->kind == ACCOUNT_KIND_MARGIN && account->shorting;
}

static bool closes(const struct holding *holding, bool buys)
{
    return buys ? holding->qty_e9 < 0 : holding->qty_e9 > 0;
}

int64_t account_closable_e9(const struct holding *holding, bool buys)
{
    return closes(holding, buys) ? size(holding->qty_e9) - holding->closing_e9 : 0;
}

static enum reject_reason judge_opening(struct exchange *exchange, struct resting *order,
                                        int64_t now_ns)
{
    const struct holding *holding = &exchange->holdings[order->instrument];
    int64_t cost_e9;
    if (!order->match.buys && !may_short(exchange)) {
        return exchange->plan.account.kind == ACCOUNT_KIND_MARGIN ? REJECT_SHORTING_OFF
                                                                  : REJECT_INSUFFICIENT_POSITION;
    }
    order->hold_price_e9 = counted_price_e9(holding, order);
    if (!cost(exchange, order->match.buys, order->left_e9, order->hold_price_e9, now_ns,
              &cost_e9)) {
        return REJECT_INSUFFICIENT_CASH;
    }
    return cost_e9 <= exchange_buying_power_e9(exchange, now_ns) ? REJECT_NONE
                                                                 : too_dear(exchange, cost_e9);
}

enum reject_reason account_judge(struct exchange *exchange, struct resting *order, int64_t now_ns)
{
    const struct holding *holding = &exchange->holdings[order->instrument];
    order->closing_e9 = 0;
    order->hold_price_e9 = 0;
    if (!closes(holding, order->match.buys)) {
        return judge_opening(exchange, order, now_ns);
    }
    order->closing_e9 = order->left_e9;
    return order->left_e9 <= account_closable_e9(holding, order->match.buys)
               ? REJECT_NONE
               : REJECT_INSUFFICIENT_POSITION;
}

void account_hold_power(struct exchange *exchange, struct resting *order)
{
    if (cost(exchange, order->match.buys, order->left_e9, order->hold_price_e9, order->works_ns,
             &order->held_e9)) {
        exchange->held_e9 += order->held_e9;
    }
}

/* ---- fills ---- */

/* judge_fill() for a cash account that waits for no settlement: a purchase opens as much as it
 * fills, and its cost leaves cash_e9. */
static inline enum reject_reason judge_cash_fill(int64_t after_e9, int64_t cash_e9, bool buys)
{
    if (buys) {
        return cash_e9 >= 0 ? REJECT_NONE : REJECT_INSUFFICIENT_CASH;
    }
    return after_e9 >= 0 ? REJECT_NONE : REJECT_INSUFFICIENT_POSITION;
}

/* Whether the account can take a fill that leaves it with after_e9 shares. */
RARELY static enum reject_reason judge_fill(struct exchange *exchange,
                                            const struct holding *holding, int64_t after_e9,
                                            int64_t price_e9, int64_t commission_e9, int64_t at_ns)
{
    bool buys = after_e9 > holding->qty_e9;
    bool turns = (after_e9 < 0) != (holding->qty_e9 < 0);
    if (!buys && after_e9 < 0 && !may_short(exchange)) {
        return REJECT_INSUFFICIENT_POSITION;
    }
    bool cash = exchange->plan.account.kind == ACCOUNT_KIND_CASH;
    int64_t opened_e9 = turns || cash ? size(after_e9) : size(after_e9) - size(holding->qty_e9);
    if (cash) {
        opened_e9 = buys ? after_e9 - holding->qty_e9 : 0;
    }
    if (opened_e9 <= 0) {
        return REJECT_NONE;
    }
    int64_t cost_e9;
    if (money_notional(price_e9, opened_e9, ROUND_EVEN, &cost_e9) != ERR_OK ||
        money_add(cost_e9, commission_e9, &cost_e9) != ERR_OK) {
        return REJECT_INSUFFICIENT_CASH;
    }
    return cost_e9 <= power_e9(exchange, at_ns) ? REJECT_NONE : too_dear(exchange, cost_e9);
}

/* The cost of a position that goes from qty_e9 to after_e9 by a fill worth value_e9. */
static int64_t cost_after_e9(const struct holding *holding, int64_t after_e9, int64_t price_e9,
                             int64_t value_e9)
{
    int64_t cost_e9 = 0;
    if (after_e9 == 0) {
        return 0;
    }
    bool same_side = (after_e9 < 0) == (holding->qty_e9 < 0);
    if (holding->qty_e9 == 0 || (same_side && size(after_e9) > size(holding->qty_e9))) {
        (void)money_add(holding->cost_e9, value_e9, &cost_e9);
    } else if (same_side) {
        (void)money_mul_div(holding->cost_e9, after_e9, holding->qty_e9, ROUND_EVEN, &cost_e9);
    } else {
        (void)money_notional(price_e9, after_e9, ROUND_EVEN, &cost_e9);
    }
    return cost_e9;
}

void account_set_qty(struct holding *holding, int64_t qty_e9)
{
    holding->qty_e9 = qty_e9;
    holding->whole = qty_e9 % MONEY_E9 == 0 ? qty_e9 / MONEY_E9 : 0;
}

enum reject_reason account_fill(struct exchange *exchange, const struct resting *order,
                                int64_t qty_e9, int64_t price_e9, int64_t at_ns,
                                int64_t *commission_e9)
{
    struct holding *holding = &exchange->holdings[order->instrument];
    bool buys = order->match.buys;
    int64_t value_e9;
    int64_t cash_e9;
    int64_t after_e9;
    if (money_notional(price_e9, buys ? qty_e9 : -qty_e9, ROUND_EVEN, &value_e9) != ERR_OK ||
        !commission(exchange, buys, qty_e9, price_e9, at_ns, commission_e9) ||
        money_sub(exchange->cash_e9, value_e9, &cash_e9) != ERR_OK ||
        money_sub(cash_e9, *commission_e9, &cash_e9) != ERR_OK ||
        money_add(holding->qty_e9, buys ? qty_e9 : -qty_e9, &after_e9) != ERR_OK) {
        return REJECT_INSUFFICIENT_CASH;
    }
    const struct account_plan *account = &exchange->plan.account;
    bool plain = account->kind == ACCOUNT_KIND_CASH && !account->settled_only;
    enum reject_reason reason =
        plain ? judge_cash_fill(after_e9, cash_e9, buys)
              : judge_fill(exchange, holding, after_e9, price_e9, *commission_e9, at_ns);
    if (reason != REJECT_NONE) {
        return reason;
    }
    if (!buys && account->settled_only && cash_e9 > exchange->cash_e9) {
        settle_later(exchange, at_ns, cash_e9 - exchange->cash_e9);
    }
    holding->cost_e9 = cost_after_e9(holding, after_e9, price_e9, value_e9);
    exchange->cash_e9 = cash_e9;
    account_set_qty(holding, after_e9);
    return REJECT_NONE;
}

int64_t exchange_cost_e9(const struct exchange *exchange, uint32_t instrument)
{
    return exchange->holdings[instrument].cost_e9;
}

int64_t exchange_price_e9(const struct exchange *exchange, uint32_t instrument)
{
    return exchange->holdings[instrument].close_e9;
}

int64_t exchange_average_cost_e9(const struct exchange *exchange, uint32_t instrument)
{
    const struct holding *holding = &exchange->holdings[instrument];
    int64_t average_e9 = 0;
    if (holding->qty_e9 != 0) {
        (void)money_mul_div(holding->cost_e9, MONEY_E9, holding->qty_e9, ROUND_EVEN, &average_e9);
    }
    return average_e9;
}

int64_t exchange_closing_e9(const struct exchange *exchange, uint32_t instrument)
{
    return exchange->holdings[instrument].closing_e9;
}
