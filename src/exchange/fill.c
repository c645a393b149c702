/* fill.c: a bar meets the working orders of its instrument.
 *
 * Three phases: the open, the course of the bar, the close. At the open and at the close orders act
 * by arrival; inside the bar by the plan's intrabar policy, then by arrival. An order acts once in
 * a bar, and all of them share the part of its volume that may fill. An exit whose entry filled at
 * the open sees the whole bar. One whose entry filled inside sees what may have come after: a stop
 * is measured from the entry's price on, a target waits for the next bar, unless targets come
 * first. */
#include "base/check.h"
#include "base/money.h"
#include "exchange/exchange_private.h"
#include "exchange/slippage.h"

enum phase {
    PHASE_OPEN,
    PHASE_INSIDE,
    PHASE_CLOSE,
};

/* One bar's way through the orders. */
struct visit {
    struct exchange *exchange;
    const struct event *bar;
    struct holding *holding;
    struct session session; /* of the bar; close 0: not asked for yet */
    struct exchange_reports *reports;
    int64_t most_e9; /* shares that may still fill */
    enum phase phase;
};

/* ---- one fill ---- */

void fill_trigger(struct resting *order)
{
    if (order->match.type == ORDER_TYPE_STOP_LIMIT) {
        order->match.type = ORDER_TYPE_LIMIT;
    } else if (order->match.type == ORDER_TYPE_STOP ||
               order->match.type == ORDER_TYPE_TRAILING_STOP) {
        order->match.type = ORDER_TYPE_MARKET;
    }
}

RARELY static int64_t price_after_slippage(const struct exchange *exchange,
                                           const struct resting *order,
                                           const struct execution *execution, int64_t qty_e9)
{
    const struct slip slip = {.buys = order->match.buys,
                              .price_e9 = execution->price_e9,
                              .qty_e9 = qty_e9,
                              .volume = execution->volume,
                              .spread_e9 = exchange->holdings[order->instrument].spread_e9,
                              .order_id = order->id,
                              .attempt = order->fills};
    return slippage_price_e9(&exchange->plan, &slip);
}

/* How much fills now; 0: nothing. */
static int64_t fill_qty_e9(const struct exchange *exchange, const struct resting *order,
                           const struct execution *execution)
{
    int64_t qty_e9 = order->left_e9 < *execution->most_e9 ? order->left_e9 : *execution->most_e9;
    if (execution->slips && exchange->plan.slippage.kind == SLIPPAGE_BOOK) {
        qty_e9 = slippage_qty_e9(&exchange->plan.slippage, qty_e9);
    }
    return order->time_in_force == TIME_IN_FORCE_FOK && qty_e9 < order->left_e9 ? 0 : qty_e9;
}

/* What a fill leaves of an order, and what it means for its group. True when the order has ended.
 */
RARELY static bool take_fill(struct exchange *exchange, int32_t place, int64_t qty_e9,
                             const struct execution *execution, struct exchange_reports *reports)
{
    struct resting *order = &exchange->orders[place];
    account_free(exchange, order);
    order->left_e9 -= qty_e9;
    order->filled_e9 += qty_e9;
    order->fills++;
    account_hold(exchange, order);
    if (order_in_group(order)) {
        groups_on_fill(exchange, place, qty_e9, execution->price_e9, execution->inside,
                       execution->at_ns, reports);
    }
    if (order->left_e9 == 0) {
        order_end(exchange, place, EVENT_FILL, REJECT_NONE, execution->at_ns, reports);
        return true;
    }
    return false;
}

bool fill_order(struct exchange *exchange, int32_t place, const struct execution *execution,
                struct exchange_reports *reports)
{
    struct resting *order = &exchange->orders[place];
    int64_t qty_e9 = fill_qty_e9(exchange, order, execution);
    int64_t price_e9 = execution->price_e9;
    int64_t commission_e9;
    if (qty_e9 == 0) {
        return false;
    }
    if (execution->slips &&
        (exchange->plan.slippage.kind != SLIPPAGE_NONE || exchange->plan.round_to_cents)) {
        price_e9 = price_after_slippage(exchange, order, execution, qty_e9);
    }
    enum reject_reason reason =
        account_fill(exchange, order, qty_e9, price_e9, execution->at_ns, &commission_e9);
    if (reason != REJECT_NONE) {
        order_end(exchange, place, EVENT_CANCELED, reason, execution->at_ns, reports);
        return true;
    }
    struct event *fill = report(exchange, reports, EVENT_FILL, REJECT_NONE, execution->at_ns,
                                order->instrument, order->id);
    fill->report.exec_id = ++exchange->last_exec_id;
    fill->report.qty_e9 = qty_e9;
    fill->report.price_e9 = price_e9;
    fill->report.commission_e9 = commission_e9;
    *execution->most_e9 -= qty_e9;
    if (order->left_e9 == qty_e9 && order_ends_plainly(order)) {
        order_end_plain(exchange, place);
        return true;
    }
    return take_fill(exchange, place, qty_e9, execution, reports);
}

/* ---- who may act ---- */

static bool arrived(const struct visit *visit, const struct resting *order)
{
    return order->works_ns <= visit->bar->src_ns + EXCHANGE_OPEN_WINDOW_NS;
}

static const struct session *session(struct visit *visit)
{
    if (visit->session.close_ns == 0) {
        visit->session = session_of(visit->exchange, visit->bar->src_ns);
    }
    return &visit->session;
}

/* An order for the open works in the first bar of a session that began with it waiting. */
static bool in_time_for_open(struct visit *visit, const struct resting *order)
{
    return order->works_ns <= session(visit)->open_ns + EXCHANGE_OPEN_WINDOW_NS;
}

/* Orders for a session learn which one it is from the first bar they could fill in. */
static void join_session(struct visit *visit, struct resting *order)
{
    if (order->life == ORDER_WORKING && order->expires_ns == INT64_MIN && arrived(visit, order) &&
        (order->time_in_force != TIME_IN_FORCE_OPG || in_time_for_open(visit, order))) {
        order->expires_ns = session(visit)->close_ns;
        order_note_due(visit->exchange, order->expires_ns);
    }
}

static void join_sessions(struct visit *visit)
{
    for (int32_t i = visit->holding->first; i != NO_ORDER; i = visit->exchange->orders[i].next) {
        join_session(visit, &visit->exchange->orders[i]);
    }
}

static bool armed_inside(const struct visit *visit, const struct resting *order)
{
    return order->armed_visit == visit->exchange->visits && order->armed_at_e9 != 0;
}

/* Whether the bar is of the regular session, not of the hours around it. */
static bool in_session(struct visit *visit)
{
    return visit->exchange->plan.calendar == CALENDAR_ALWAYS ||
           visit->bar->src_ns >= session(visit)->open_ns;
}

static bool may_act(struct visit *visit, const struct resting *order)
{
    if (order->life != ORDER_WORKING || order->visit == visit->exchange->visits ||
        !arrived(visit, order) ||
        (order->match.type == ORDER_TYPE_TRAILING_STOP && order->mark_e9 == 0)) {
        return false;
    }
    if (!in_session(visit) && !order->extended) {
        return false;
    }
    bool at_open = order->time_in_force == TIME_IN_FORCE_OPG;
    bool at_close = order->time_in_force == TIME_IN_FORCE_CLS;
    if (visit->holding->quoted && !at_open && !at_close) {
        return false;
    }
    switch (visit->phase) {
    case PHASE_OPEN:
        return !at_close && !armed_inside(visit, order) &&
               (!at_open || in_time_for_open(visit, order));
    case PHASE_INSIDE:
        return !at_open && !at_close;
    case PHASE_CLOSE:
        return at_close && visit->bar->ts_ns >= session(visit)->close_ns;
    }
    return false;
}

/* ---- what it meets ---- */

static bool is_limit(const struct resting *order)
{
    return order->match.type == ORDER_TYPE_LIMIT;
}

/* An exit that began to work at its entry's price, inside the bar. */
static struct match match_rest(const struct visit *visit, const struct resting *order)
{
    if (is_limit(order) && visit->exchange->plan.intrabar != INTRABAR_TARGET_FIRST) {
        return (struct match){0};
    }
    struct match match = match_at(&order->match, order->armed_at_e9);
    return match.triggered || match.price_e9 != 0 ? match
                                                  : match_inside(&order->match, &visit->bar->bar);
}

static struct match match_now(const struct visit *visit, const struct resting *order)
{
    switch (visit->phase) {
    case PHASE_OPEN:
        return match_at(&order->match, visit->bar->bar.open_e9);
    case PHASE_INSIDE:
        return armed_inside(visit, order) ? match_rest(visit, order)
                                          : match_inside(&order->match, &visit->bar->bar);
    case PHASE_CLOSE:
        return match_at(&order->match, visit->bar->bar.close_e9);
    }
    CHECK(!"a phase");
    return (struct match){0};
}

/* Which of two orders comes first inside a bar: the smaller. */
static int64_t rank(const struct visit *visit, const struct resting *order)
{
    if (visit->phase != PHASE_INSIDE) {
        return 0;
    }
    switch (visit->exchange->plan.intrabar) {
    case INTRABAR_STOP_FIRST:
        return is_limit(order) ? 1 : 0;
    case INTRABAR_TARGET_FIRST:
        return is_limit(order) ? 0 : 1;
    case INTRABAR_NEAREST_TO_OPEN: {
        int64_t from_e9 = armed_inside(visit, order) ? order->armed_at_e9 : visit->bar->bar.open_e9;
        int64_t at_e9 = is_limit(order) ? order->match.limit_e9 : order->match.stop_e9;
        return at_e9 < from_e9 ? from_e9 - at_e9 : at_e9 - from_e9;
    }
    }
    return 0;
}

/* Orders that end with the moment, filled or not. */
static bool now_or_never(const struct resting *order)
{
    return order_is_immediate(order) || order->time_in_force == TIME_IN_FORCE_OPG ||
           order->time_in_force == TIME_IN_FORCE_CLS;
}

/* The next order to act in this phase. */
static int32_t pick(struct visit *visit, struct match *match)
{
    int32_t best = NO_ORDER;
    int64_t best_rank = INT64_MAX;
    for (int32_t i = visit->holding->first; i != NO_ORDER; i = visit->exchange->orders[i].next) {
        const struct resting *order = &visit->exchange->orders[i];
        if (!may_act(visit, order)) {
            continue;
        }
        struct match found = match_now(visit, order);
        int64_t found_rank = rank(visit, order);
        if ((found.triggered || found.price_e9 != 0 || now_or_never(order)) &&
            found_rank < best_rank) {
            best = i;
            best_rank = found_rank;
            *match = found;
        }
    }
    return best;
}

static int64_t fill_time_ns(const struct visit *visit, const struct resting *order)
{
    if (visit->phase != PHASE_OPEN) {
        return visit->bar->ts_ns;
    }
    return order->works_ns > visit->bar->src_ns ? order->works_ns : visit->bar->src_ns;
}

static void act(struct visit *visit, int32_t place, struct match match)
{
    struct exchange *exchange = visit->exchange;
    struct resting *order = &exchange->orders[place];
    struct execution execution = {.price_e9 = match.price_e9,
                                  .at_ns = fill_time_ns(visit, order),
                                  .volume = visit->bar->bar.volume,
                                  .most_e9 = &visit->most_e9,
                                  .inside = visit->phase == PHASE_INSIDE};
    if (match.triggered) {
        fill_trigger(order);
    }
    execution.slips = order->match.type == ORDER_TYPE_MARKET;
    bool waits_behind_open = visit->phase == PHASE_OPEN && match.price_e9 == 0;
    order->visit = waits_behind_open && !now_or_never(order) ? order->visit : exchange->visits;
    bool ended = match.price_e9 != 0 && fill_order(exchange, place, &execution, visit->reports);
    if (!ended && now_or_never(order)) {
        order_end(exchange, place, EVENT_CANCELED, REJECT_NONE, execution.at_ns, visit->reports);
    }
}

/* ---- the bar ---- */

static int64_t most_of_volume_e9(const struct exchange *exchange, int64_t volume)
{
    int64_t shares;
    int64_t most_e9;
    if (exchange->plan.volume_share_ppm == 0 ||
        money_mul_div(volume, exchange->plan.volume_share_ppm, 1000000, ROUND_DOWN, &shares) !=
            ERR_OK ||
        __builtin_mul_overflow(shares, MONEY_E9, &most_e9)) {
        return INT64_MAX;
    }
    return most_e9;
}

/* A finished bar moves the marks of trailing stops; of a bar in which the stop began to work, only
 * the close surely came after. */
static void move_marks(struct visit *visit)
{
    const struct event_bar *bar = &visit->bar->bar;
    for (int32_t i = visit->holding->first; i != NO_ORDER; i = visit->exchange->orders[i].next) {
        struct resting *order = &visit->exchange->orders[i];
        if (order->life != ORDER_WORKING || order->match.type != ORDER_TYPE_TRAILING_STOP ||
            !arrived(visit, order) || visit->holding->quoted || !in_session(visit)) {
            continue;
        }
        int64_t best_e9 = order->match.buys ? bar->low_e9 : bar->high_e9;
        best_e9 = armed_inside(visit, order) ? bar->close_e9 : best_e9;
        if (order->mark_e9 == 0 ||
            (order->match.buys ? best_e9 < order->mark_e9 : best_e9 > order->mark_e9)) {
            order->mark_e9 = best_e9;
        }
        order_set_trail(order);
    }
}

/* Whether nothing but one plain order waits for the bar. */
static bool one_plain_waits(const struct exchange *exchange, const struct holding *holding,
                            const struct event *bar)
{
    if (holding->first == NO_ORDER || holding->first != holding->last || holding->quoted ||
        exchange->plan.calendar != CALENDAR_ALWAYS) {
        return false;
    }
    const struct resting *order = &exchange->orders[holding->first];
    return order_is_plain(order) && order->works_ns <= bar->src_ns + EXCHANGE_OPEN_WINDOW_NS;
}

/* It fills at the open, as far as the volume goes: all of the phases come to that. */
static void fill_plain(struct exchange *exchange, struct holding *holding, const struct event *bar,
                       struct exchange_reports *reports)
{
    int32_t place = holding->first;
    struct resting *order = &exchange->orders[place];
    int64_t most_e9 = most_of_volume_e9(exchange, bar->bar.volume);
    const struct execution execution = {.price_e9 = bar->bar.open_e9,
                                        .at_ns = order->works_ns > bar->src_ns ? order->works_ns
                                                                               : bar->src_ns,
                                        .volume = bar->bar.volume,
                                        .most_e9 = &most_e9,
                                        .slips = true};
    order->visit = ++exchange->visits;
    if (fill_order(exchange, place, &execution, reports)) {
        holding->wake_low_e9 = 0;
    }
}

/* All that a bar can mean to the orders of its instrument. */
RARELY static void fill_phases(struct exchange *exchange, const struct event *bar,
                               struct exchange_reports *reports)
{
    struct visit visit = {.exchange = exchange,
                          .bar = bar,
                          .holding = &exchange->holdings[bar->instrument],
                          .reports = reports,
                          .most_e9 = most_of_volume_e9(exchange, bar->bar.volume)};
    exchange->visits++;
    join_sessions(&visit);
    for (visit.phase = PHASE_OPEN; visit.phase <= PHASE_CLOSE && visit.holding->first != NO_ORDER;
         visit.phase++) {
        struct match match;
        int32_t place;
        while ((place = pick(&visit, &match)) != NO_ORDER) {
            act(&visit, place, match);
        }
    }
    join_sessions(&visit); /* exits that began to work */
    move_marks(&visit);
    orders_set_wake(exchange, visit.holding);
}

RARELY void fill_bar(struct exchange *exchange, const struct event *bar,
                     struct exchange_reports *reports)
{
    struct holding *holding = &exchange->holdings[bar->instrument];
    if (one_plain_waits(exchange, holding, bar)) {
        fill_plain(exchange, holding, bar, reports);
    } else {
        fill_phases(exchange, bar, reports);
    }
}
