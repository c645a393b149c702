/* exchange.c: matching and the exchange's own ledger.
 *
 * Working orders of one instrument are a list in order of arrival. A fill moves cash by price x
 * quantity, rounded half to even, and takes the commission. The account is a cash account: a buy
 * that cash cannot pay and a sale of more than is held are refused when they arrive, and a buy that
 * the next open made too dear is canceled instead of filled.
 *
 * Ids that were used are refused: those of working orders always, those of ended ones as long as
 * they are remembered. Each id has a window of places in a table, chosen by its hash; a new one
 * takes one of them that holds no working order, in turn. */
#include "exchange/exchange.h"

#include "base/check.h"
#include "base/hot.h"
#include "base/money.h"

enum { KNOWN_IDS_MIN = 512, ID_WINDOW = 16, NO_ORDER = -1 };

/* An id that was used. */
struct known_id {
    uint64_t id;
    bool working;
};

struct resting {
    uint64_t id;
    uint32_t known; /* its place among the known ids */
    int64_t qty_e9; /* signed: sales negative */
    int64_t arrived_ns;
    int32_t next; /* index, or NO_ORDER */
};

struct holding {
    int64_t qty_e9;
    int64_t whole; /* qty_e9 in whole shares when it is whole, else 0 */
    int64_t close_e9;
    int64_t value_e9;   /* qty_e9 at close_e9 */
    int64_t selling_e9; /* quantity in working sales */
    int32_t first;      /* working orders, oldest first */
    int32_t last;
};

struct exchange {
    struct exchange_plan plan;
    int64_t cash_e9;
    int64_t value_e9; /* of all positions */
    bool out_of_range;
    uint64_t last_exec_id;
    uint32_t working; /* orders */
    int32_t free;     /* unused places of `orders`, linked by next */
    struct resting *orders;
    struct holding *holdings;
    uint32_t known_mask; /* windows less one */
    uint32_t known_turn; /* spreads new ids over their window */
    struct known_id *known_ids;
};

uint32_t exchange_reports_max(const struct exchange_plan *plan)
{
    return plan->orders_max + 1;
}

struct exchange *exchange_init(struct arena *arena, const struct exchange_plan *plan)
{
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
    CHECK(plan->orders_max > 0 && plan->orders_max < INT32_MAX);
    for (uint32_t i = 0; i < plan->orders_max; i++) {
        orders[i].next = i + 1 < plan->orders_max ? (int32_t)(i + 1) : NO_ORDER;
    }
    for (uint32_t i = 0; i < plan->instrument_count; i++) {
        holdings[i].first = NO_ORDER;
        holdings[i].last = NO_ORDER;
    }
    *exchange = (struct exchange){.plan = *plan,
                                  .cash_e9 = plan->cash_e9,
                                  .free = 0,
                                  .orders = orders,
                                  .holdings = holdings,
                                  .known_mask = (uint32_t)(known_count / ID_WINDOW - 1),
                                  .known_ids = known_ids};
    return exchange;
}

/* The next report, for the caller to complete. Made in its place: see clear_slot(). */
static struct event *begin_report(struct exchange *exchange, struct exchange_reports *reports,
                                  uint8_t kind, int64_t ts_ns, uint32_t instrument,
                                  uint64_t order_id)
{
    CHECK(reports->count < reports->capacity);
    struct exchange_report *report = &reports->reports[reports->count++];
    bool known = instrument < exchange->plan.instrument_count;
    clear_slot(&report->event);
    report->event.ts_ns = ts_ns;
    report->event.src_ns = ts_ns;
    report->event.kind = kind;
    report->event.version = 1;
    report->event.slots = 1;
    report->event.instrument = instrument;
    report->event.report.order_id = order_id;
    report->cash_e9 = exchange->cash_e9;
    report->qty_e9 = known ? exchange->holdings[instrument].qty_e9 : 0;
    return &report->event;
}

/* The first of the id's places; ids differ in their middle bits. */
static uint32_t id_window(const struct exchange *exchange, uint64_t id)
{
    uint64_t spread = id * UINT64_C(0x9e3779b97f4a7c15);
    return ((uint32_t)(spread >> 32) & exchange->known_mask) * ID_WINDOW;
}

static bool is_known(const struct exchange *exchange, uint64_t id)
{
    const struct known_id *window = &exchange->known_ids[id_window(exchange, id)];
    for (uint32_t i = 0; i < ID_WINDOW; i++) {
        if (window[i].id == id) {
            return true;
        }
    }
    return false;
}

/* A place for a new id, or UINT32_MAX when its whole window is at work. */
static uint32_t free_id_place(struct exchange *exchange, uint64_t id)
{
    uint32_t window = id_window(exchange, id);
    for (uint32_t i = 0; i < ID_WINDOW; i++) {
        uint32_t place = window + (exchange->known_turn + i) % ID_WINDOW;
        if (!exchange->known_ids[place].working) {
            exchange->known_turn += i + 1;
            return place;
        }
    }
    return UINT32_MAX;
}

/* Whether cash can pay for buying qty_e9 at price_e9, commission included. */
static bool can_pay(const struct exchange *exchange, int64_t price_e9, int64_t qty_e9)
{
    int64_t cost_e9;
    return money_notional(price_e9, qty_e9, ROUND_EVEN, &cost_e9) == ERR_OK &&
           money_add(cost_e9, exchange->plan.commission_e9, &cost_e9) == ERR_OK &&
           cost_e9 <= exchange->cash_e9;
}

static enum reject_reason judge(struct exchange *exchange, const struct order_request *request)
{
    const struct event_order *order = &request->head.order;
    const struct order_leg *leg = &request->legs[0];
    if (order->leg_count != 1 || (leg->ratio != 1 && leg->ratio != -1)) {
        return REJECT_BAD_LEGS;
    }
    if (leg->instrument >= exchange->plan.instrument_count) {
        return REJECT_UNKNOWN_INSTRUMENT;
    }
    if (order->type != ORDER_TYPE_MARKET) {
        return REJECT_UNSUPPORTED;
    }
    if (order->qty_e9 <= 0) {
        return REJECT_BAD_QUANTITY;
    }
    const struct holding *holding = &exchange->holdings[leg->instrument];
    if (is_known(exchange, order->order_id)) {
        return REJECT_DUPLICATE_ID;
    }
    if (leg->ratio < 0 && order->qty_e9 > holding->qty_e9 - holding->selling_e9) {
        return REJECT_INSUFFICIENT_POSITION;
    }
    if (leg->ratio > 0 && !can_pay(exchange, holding->close_e9, order->qty_e9)) {
        return REJECT_INSUFFICIENT_CASH;
    }
    return exchange->free == NO_ORDER ? REJECT_TOO_MANY_ORDERS : REJECT_NONE;
}

static void rest(struct exchange *exchange, const struct order_request *request, uint32_t known,
                 int64_t now_ns)
{
    const struct order_leg *leg = &request->legs[0];
    struct holding *holding = &exchange->holdings[leg->instrument];
    int32_t place = exchange->free;
    struct resting *order = &exchange->orders[place];
    exchange->free = order->next;
    exchange->working++;
    *order = (struct resting){.id = request->head.order.order_id,
                              .known = known,
                              .qty_e9 = request->head.order.qty_e9 * leg->ratio,
                              .arrived_ns = now_ns,
                              .next = NO_ORDER};
    if (holding->last == NO_ORDER) {
        holding->first = place;
    } else {
        exchange->orders[holding->last].next = place;
    }
    holding->last = place;
    if (leg->ratio < 0) {
        holding->selling_e9 += request->head.order.qty_e9;
    }
    exchange->known_ids[known] = (struct known_id){.id = order->id, .working = true};
}

void exchange_on_request(struct exchange *exchange, const struct order_request *request,
                         int64_t now_ns, struct exchange_reports *reports)
{
    uint64_t order_id = request->head.order.order_id;
    enum reject_reason reason = judge(exchange, request);
    uint32_t known = UINT32_MAX;
    if (reason == REJECT_NONE) {
        known = free_id_place(exchange, order_id);
        reason = known == UINT32_MAX ? REJECT_TOO_MANY_ORDERS : REJECT_NONE;
    }
    if (reason == REJECT_NONE) {
        rest(exchange, request, known, now_ns);
    }
    begin_report(exchange, reports, reason == REJECT_NONE ? EVENT_ACCEPTED : EVENT_REJECTED, now_ns,
                 request->legs[0].instrument, order_id)
        ->flags = (uint8_t)reason;
}

/* Moves cash and position; false when the account cannot take the fill. */
static bool settle(struct exchange *exchange, struct holding *holding, int64_t qty_e9,
                   int64_t price_e9)
{
    if (qty_e9 > 0 && !can_pay(exchange, price_e9, qty_e9)) {
        return false;
    }
    int64_t value_e9;
    int64_t cash_e9;
    int64_t held_e9;
    if (money_notional(price_e9, qty_e9, ROUND_EVEN, &value_e9) != ERR_OK ||
        money_sub(exchange->cash_e9, value_e9, &cash_e9) != ERR_OK ||
        money_sub(cash_e9, exchange->plan.commission_e9, &cash_e9) != ERR_OK ||
        money_add(holding->qty_e9, qty_e9, &held_e9) != ERR_OK) {
        return false;
    }
    exchange->cash_e9 = cash_e9;
    holding->qty_e9 = held_e9;
    holding->whole = held_e9 % MONEY_E9 == 0 ? held_e9 / MONEY_E9 : 0;
    return true;
}

static void fill_first(struct exchange *exchange, const struct event *bar,
                       struct exchange_reports *reports)
{
    struct holding *holding = &exchange->holdings[bar->instrument];
    int32_t place = holding->first;
    struct resting order = exchange->orders[place];
    holding->first = order.next;
    if (holding->first == NO_ORDER) {
        holding->last = NO_ORDER;
    }
    exchange->orders[place].next = exchange->free;
    exchange->free = place;
    exchange->working--;
    exchange->known_ids[order.known].working = false;
    if (order.qty_e9 < 0) {
        holding->selling_e9 += order.qty_e9;
    }

    int64_t at_ns = order.arrived_ns > bar->src_ns ? order.arrived_ns : bar->src_ns;
    bool fills = settle(exchange, holding, order.qty_e9, bar->bar.open_e9);
    struct event *report = begin_report(exchange, reports, fills ? EVENT_FILL : EVENT_CANCELED,
                                        at_ns, bar->instrument, order.id);
    if (!fills) {
        report->flags = REJECT_INSUFFICIENT_CASH;
        return;
    }
    report->report.exec_id = ++exchange->last_exec_id;
    report->report.qty_e9 = order.qty_e9 > 0 ? order.qty_e9 : -order.qty_e9;
    report->report.price_e9 = bar->bar.open_e9;
    report->report.commission_e9 = exchange->plan.commission_e9;
}

RARELY static void fill_waiting(struct exchange *exchange, const struct event *bar,
                                struct exchange_reports *reports)
{
    const struct holding *holding = &exchange->holdings[bar->instrument];
    while (holding->first != NO_ORDER &&
           exchange->orders[holding->first].arrived_ns <= bar->src_ns + EXCHANGE_OPEN_WINDOW_NS) {
        fill_first(exchange, bar, reports);
    }
}

static inline void set_value(struct exchange *exchange, struct holding *holding, int64_t value_e9)
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

/* The same for any quantity. */
RARELY static void revalue_any(struct exchange *exchange, struct holding *holding)
{
    int64_t value_e9;
    if (money_notional(holding->close_e9, holding->qty_e9, ROUND_EVEN, &value_e9) != ERR_OK) {
        exchange->out_of_range = true;
        return;
    }
    set_value(exchange, holding, value_e9);
}

/* Values a position at its close; whole shares need no 128-bit division. */
static inline void revalue(struct exchange *exchange, struct holding *holding)
{
    int64_t value_e9;
    if (holding->whole == 0 ||
        __builtin_mul_overflow(holding->close_e9, holding->whole, &value_e9)) {
        revalue_any(exchange, holding);
        return;
    }
    set_value(exchange, holding, value_e9);
}

void exchange_on_slice(struct exchange *exchange, const struct slice *slice,
                       struct exchange_reports *reports)
{
    struct holding *const holdings = exchange->holdings;
    const uint32_t instrument_count = exchange->plan.instrument_count;
    const struct event *const end = slice->bars + slice->count;
    for (const struct event *bar = slice->bars; bar < end; bar++) {
        CHECK(bar->instrument < instrument_count);
        struct holding *holding = &holdings[bar->instrument];
        if (holding->first != NO_ORDER) {
            fill_waiting(exchange, bar, reports);
        }
        holding->close_e9 = bar->bar.close_e9;
        if ((holding->qty_e9 | holding->value_e9) != 0) {
            revalue(exchange, holding);
        }
    }
}

bool exchange_is_quiet(const struct exchange *exchange)
{
    return exchange->working == 0;
}

bool exchange_follow(struct exchange *exchange, const struct event *first, const struct event *end,
                     const int64_t *equity_e9)
{
    struct holding *const holdings = exchange->holdings;
    const int64_t cash_e9 = exchange->cash_e9;
    for (const struct event *bar = first; bar < end; bar++) {
        struct holding *holding = &holdings[bar->instrument];
        holding->close_e9 = bar->bar.close_e9;
        if (holding->qty_e9 != 0) {
            revalue(exchange, holding);
        }
        bool ends = bar + 1 == end || bar[1].ts_ns != bar->ts_ns;
        int64_t sum_e9;
        if (ends && (__builtin_add_overflow(cash_e9, exchange->value_e9, &sum_e9) ||
                     sum_e9 != *equity_e9++)) {
            return false;
        }
    }
    return true;
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
