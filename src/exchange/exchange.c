/* exchange.c: the door of the market place, and what its positions are worth.
 *
 * A bar that no order waits for costs two comparisons here and, when its instrument is held, one
 * product: each instrument knows how low and how high a price must come to concern an order. */
#include "exchange/exchange.h"

#include "base/check.h"
#include "base/money.h"
#include "base/utc.h"
#include "exchange/exchange_private.h"

enum { KNOWN_IDS_MIN = 128, ID_WINDOW = 16, PPM = 1000000 };

#define BOOK_LEVEL_MAX (INT64_C(100000000) * MONEY_E9)

void exchange_profile_mock(struct exchange_plan *plan)
{
    plan->latency_ns = 2 * NS_PER_S;
    plan->reject_ppm = 50000;
    plan->slippage = (struct slippage){.kind = SLIPPAGE_UNIFORM, .ppm = 200};
    plan->round_to_cents = true;
    plan->account.multiplier = 1;
}

static bool is_share(int64_t ppm)
{
    return ppm >= 0 && ppm <= PPM;
}

static const char *slippage_fault(const struct slippage *slippage)
{
    if (slippage->ppm < 0 || slippage->ppm > 100 * PPM) {
        return "slippage is outside 0..100 times the price";
    }
    if (slippage->kind == SLIPPAGE_BOOK &&
        (slippage->level_qty_e9 <= 0 || slippage->level_qty_e9 > BOOK_LEVEL_MAX ||
         slippage->tick_e9 < 0 || slippage->tick_e9 > PRICE_E9_MAX)) {
        return "the book's levels need a quantity and a tick";
    }
    return NULL;
}

const char *exchange_plan_fault(const struct exchange_plan *plan)
{
    const struct account_plan *account = &plan->account;
    if (plan->orders_max == 0 || plan->orders_max >= INT32_MAX / 8) {
        return "room for no orders, or for too many";
    }
    if (plan->commission_e9 < 0 || plan->commission_per_share_e9 < 0 ||
        plan->commission_min_e9 < 0) {
        return "a commission is negative";
    }
    if (plan->latency_ns < 0) {
        return "latency is negative";
    }
    if (!is_share(plan->volume_share_ppm) || !is_share(plan->reject_ppm)) {
        return "a share is outside 0..1";
    }
    if (account->multiplier == 3 || account->multiplier > 4) {
        return "the multiplier is none of 1, 2, 4";
    }
    if (account->kind == ACCOUNT_KIND_CASH && (account->shorting || account->multiplier > 1)) {
        return "a cash account neither sells short nor borrows";
    }
    if (account->kind == ACCOUNT_KIND_MARGIN && account->settled_only) {
        return "only a cash account waits for settlement";
    }
    return slippage_fault(&plan->slippage);
}

/* Each place of an order can give a fill, an end, the answer to a late request, and what the order
 * replacing it is taken with; an action adds cash. */
uint32_t exchange_reports_max(const struct exchange_plan *plan)
{
    return 4 * plan->orders_max + 2;
}

static void link_places(const struct exchange_plan *plan, struct resting *orders,
                        struct holding *holdings)
{
    for (uint32_t i = 0; i < plan->orders_max; i++) {
        orders[i].next = i + 1 < plan->orders_max ? (int32_t)(i + 1) : NO_ORDER;
    }
    for (uint32_t i = 0; i < plan->instrument_count; i++) {
        holdings[i].first = NO_ORDER;
        holdings[i].last = NO_ORDER;
        holdings[i].wake_high_e9 = INT64_MAX;
    }
}

struct exchange *exchange_init(struct arena *arena, const struct exchange_plan *plan)
{
    CHECK(exchange_plan_fault(plan) == NULL);
    struct exchange *exchange = arena_take(arena, 1, sizeof *exchange);
    struct resting *orders = arena_take(arena, plan->orders_max, sizeof *orders);
    struct holding *holdings = arena_take(arena, plan->instrument_count, sizeof *holdings);
    size_t known_count = KNOWN_IDS_MIN;
    while (known_count < 4 * (size_t)plan->orders_max) {
        known_count *= 2;
    }
    struct known_id *known_ids = arena_take(arena, known_count, sizeof *known_ids);
    if (exchange == NULL) {
        return NULL;
    }
    link_places(plan, orders, holdings);
    *exchange = (struct exchange){.plan = *plan,
                                  .cash_e9 = plan->cash_e9,
                                  .due_ns = NEVER_NS,
                                  .free = 0,
                                  .free_count = plan->orders_max,
                                  .orders = orders,
                                  .holdings = holdings,
                                  .known_mask = (uint32_t)(known_count / ID_WINDOW - 1),
                                  .known_ids = known_ids};
    return exchange;
}

static inline void take_value(struct exchange *exchange, struct holding *holding, int64_t value_e9)
{
    int64_t sum_e9;
    if (__builtin_sub_overflow(exchange->value_e9, holding->value_e9, &sum_e9) ||
        __builtin_add_overflow(sum_e9, value_e9, &sum_e9)) {
        exchange->out_of_range = true;
        return;
    }
    exchange->value_e9 = sum_e9;
    holding->value_e9 = value_e9;
}

RARELY void account_revalue(struct exchange *exchange, struct holding *holding)
{
    int64_t value_e9;
    if (money_notional(holding->close_e9, holding->qty_e9, ROUND_EVEN, &value_e9) == ERR_OK) {
        take_value(exchange, holding, value_e9);
    } else {
        exchange->out_of_range = true;
    }
}

/* Values a position at its close; whole shares need no 128-bit division. */
static inline void revalue(struct exchange *exchange, struct holding *holding)
{
    int64_t value_e9;
    if (holding->whole != 0 &&
        !__builtin_mul_overflow(holding->close_e9, holding->whole, &value_e9)) {
        take_value(exchange, holding, value_e9);
    } else {
        account_revalue(exchange, holding);
    }
}

void exchange_on_slice(struct exchange *exchange, const struct slice *slice,
                       struct exchange_reports *reports)
{
    struct holding *const holdings = exchange->holdings;
    const uint32_t instrument_count = exchange->plan.instrument_count;
    const struct event *const end = slice->bars + slice->count;
    if (slice->count == 0) {
        return;
    }
    if (slice->bars->src_ns >= exchange->due_ns) {
        orders_due(exchange, slice->bars->src_ns, reports);
    }
    for (const struct event *bar = slice->bars; bar < end; bar++) {
        CHECK(bar->instrument < instrument_count);
        struct holding *holding = &holdings[bar->instrument];
        if (bar->bar.low_e9 <= holding->wake_low_e9 || bar->bar.high_e9 >= holding->wake_high_e9) {
            fill_bar(exchange, bar, reports);
        }
        holding->close_e9 = bar->bar.close_e9;
        if ((holding->qty_e9 | holding->value_e9) != 0) {
            revalue(exchange, holding);
        }
    }
    if (slice->bars->ts_ns >= exchange->due_ns) {
        orders_due(exchange, slice->bars->ts_ns, reports);
    }
}

void exchange_on_trade(struct exchange *exchange, uint32_t instrument, int64_t price_e9)
{
    CHECK(instrument < exchange->plan.instrument_count);
    struct holding *holding = &exchange->holdings[instrument];
    holding->close_e9 = price_e9;
    if ((holding->qty_e9 | holding->value_e9) != 0) {
        account_revalue(exchange, holding);
    }
}

bool exchange_is_quiet(const struct exchange *exchange)
{
    return exchange->free_count == exchange->plan.orders_max;
}

/* Whole slices of any instruments. */
static bool follow_slices(struct exchange *exchange, const struct event *bar,
                          const struct event *end, const int64_t *equity_e9)
{
    struct holding *const holdings = exchange->holdings;
    const int64_t cash_e9 = exchange->cash_e9;
    while (bar < end) {
        const int64_t ts_ns = bar->ts_ns;
        int64_t sum_e9;
        do {
            struct holding *holding = &holdings[bar->instrument];
            holding->close_e9 = bar->bar.close_e9;
            if (holding->qty_e9 != 0) {
                revalue(exchange, holding);
            }
            bar++;
        } while (bar < end && bar->ts_ns == ts_ns);
        if (__builtin_add_overflow(cash_e9, exchange->value_e9, &sum_e9) ||
            sum_e9 != *equity_e9++) {
            return false;
        }
    }
    return true;
}

/* The same where there is one instrument, of which whole shares are held: each bar is a slice, and
 * only the last close and value need to be kept. */
RARELY static bool follow_bars(struct exchange *exchange, const struct event *bar,
                               const struct event *end, const int64_t *equity_e9)
{
    struct holding *const holding = exchange->holdings;
    const int64_t cash_e9 = exchange->cash_e9;
    const int64_t whole = holding->whole;
    int64_t value_e9 = 0;
    if (whole == 0) { /* all of it is cash */
        for (; bar < end; bar++, equity_e9++) {
            if (*equity_e9 != cash_e9) {
                return false;
            }
        }
    }
    for (; bar < end; bar++, equity_e9++) {
        int64_t sum_e9;
        if (__builtin_mul_overflow(bar->bar.close_e9, whole, &value_e9) ||
            __builtin_add_overflow(cash_e9, value_e9, &sum_e9) || sum_e9 != *equity_e9) {
            return false;
        }
    }
    holding->close_e9 = bar[-1].bar.close_e9;
    holding->value_e9 = value_e9;
    exchange->value_e9 = value_e9;
    return true;
}

bool exchange_follow(struct exchange *exchange, const struct event *first, const struct event *end,
                     const int64_t *equity_e9)
{
    const struct holding *holding = exchange->holdings;
    bool one = exchange->plan.instrument_count == 1 && first < end &&
               holding->qty_e9 == holding->whole * MONEY_E9;
    return one ? follow_bars(exchange, first, end, equity_e9)
               : follow_slices(exchange, first, end, equity_e9);
}

int64_t exchange_cash_e9(const struct exchange *exchange)
{
    return exchange->cash_e9;
}

int64_t exchange_qty_e9(const struct exchange *exchange, uint32_t instrument)
{
    return exchange->holdings[instrument].qty_e9;
}

bool exchange_equity_e9(const struct exchange *exchange, int64_t *equity_e9)
{
    int64_t sum_e9;
    if (exchange->out_of_range ||
        __builtin_add_overflow(exchange->cash_e9, exchange->value_e9, &sum_e9)) {
        return false;
    }
    *equity_e9 = sum_e9;
    return true;
}

bool exchange_order(const struct exchange *exchange, uint64_t order_id,
                    struct exchange_order *order)
{
    const struct known_id *known = order_find(exchange, order_id);
    if (known == NULL || known_place(known) == NO_ORDER) {
        return false;
    }
    const struct resting *resting = &exchange->orders[known_place(known)];
    if (resting->life == ORDER_REPLACEMENT) {
        return false;
    }
    *order = (struct exchange_order){
        .id = resting->id,
        .instrument = resting->instrument,
        .qty_e9 = resting->match.buys ? resting->left_e9 : -resting->left_e9,
        .filled_e9 = resting->filled_e9,
        .limit_price_e9 = resting->match.limit_e9,
        .stop_price_e9 = resting->match.stop_e9,
        .mark_e9 = resting->mark_e9,
        .type = resting->match.type,
        .held = resting->life == ORDER_HELD,
    };
    return true;
}
