/* account_faults.c: see account_private.h. What a script of faults makes of an account's orders:
 * fills in parts, races that the client loses, rejections that come late, executions that are taken
 * back, orders that are not found for a while. */
#include <stdlib.h>

#include "base/money.h"
#include "sys/memory.h"
#include "venue/account_private.h"

/* An order that fills in parts: the next part may fill from the next quote on. */
struct split_order {
    uint32_t order;
    uint32_t instrument;
    uint32_t part; /* the present one */
    uint32_t count;
    bool sells;
    bool waits; /* for the next quote */
    int64_t left_e9[FAULT_PARTS_MAX];
    struct split_order *next;
};

struct waiting_bust {
    uint32_t activity;
    int64_t due_ns;
    struct waiting_bust *next;
};

static bool strikes(struct account *account, enum fault_kind kind, uint32_t instrument,
                    int64_t now_ns, struct fault *fault)
{
    const struct fault_occasion occasion = {
        .now_ns = now_ns, .symbol = account->market->data->instruments[instrument].symbol};
    return faults_strike_kind(account->faults, kind, &occasion, fault);
}

void account_faults_finish(struct account *account)
{
    while (account->splits != NULL) {
        struct split_order *split = account->splits;
        account->splits = split->next;
        free(split);
    }
    while (account->busts != NULL) {
        struct waiting_bust *bust = account->busts;
        account->busts = bust->next;
        free(bust);
    }
}

bool account_shows(const struct served_order *order, int64_t now_ns)
{
    return order->hidden_until_ns <= now_ns;
}

/* ---- fills in parts ---- */

/* The parts that the rule gives, or two to four of any size; whole shares stay whole. */
static void cut_parts(struct split_order *split, const struct fault *fault, int64_t qty_e9)
{
    const struct fault_rule *rule = &fault->rule;
    int64_t unit_e9 = qty_e9 % MONEY_E9 == 0 ? MONEY_E9 : 1;
    int64_t left_e9 = qty_e9;
    split->count =
        rule->part_count > 0 ? rule->part_count : (uint32_t)(2 + fault_draw(fault, 0, 3));
    for (uint32_t i = 0; i + 1 < split->count; i++) {
        int64_t part_e9 = 0;
        if (rule->part_count > 0) {
            (void)money_mul_div(qty_e9, rule->parts_ppm[i], 1000000, ROUND_DOWN, &part_e9);
        } else {
            part_e9 = (int64_t)fault_draw(fault, 1 + i, (uint64_t)left_e9);
        }
        part_e9 = part_e9 / unit_e9 * unit_e9;
        part_e9 = part_e9 == 0 ? unit_e9 : part_e9;
        split->left_e9[i] = part_e9 < left_e9 ? part_e9 : left_e9;
        left_e9 -= split->left_e9[i];
        if (left_e9 == 0) {
            split->count = i + 1;
        }
    }
}

static void split_order(struct account *account, const struct served_order *order,
                        const struct fault *fault)
{
    struct split_order *split = xcalloc(1, sizeof *split);
    split->order = order->number;
    split->instrument = order->instrument;
    split->sells = order->sells;
    cut_parts(split, fault, order->qty_e9);
    split->next = account->splits;
    account->splits = split;
}

/* What the last part is does not matter: it is all that is left. */
static bool is_last(const struct split_order *split)
{
    return split->part + 1 >= split->count;
}

void account_split_quote(const struct account *account, uint32_t instrument,
                         struct exchange_quote *quote)
{
    for (const struct split_order *split = account->splits; split != NULL; split = split->next) {
        if (split->instrument != instrument || (is_last(split) && !split->waits) ||
            !order_status_is_open(account->orders[split->order].status)) {
            continue;
        }
        int64_t most_e9 = split->waits ? 0 : split->left_e9[split->part];
        int64_t *size_e9 = split->sells ? &quote->bid_size_e9 : &quote->ask_size_e9;
        *size_e9 = most_e9 < *size_e9 ? most_e9 : *size_e9;
    }
}

void account_split_fill(struct account *account, const struct served_order *order, int64_t qty_e9)
{
    for (struct split_order *split = account->splits; split != NULL; split = split->next) {
        if (split->order == order->number && !is_last(split)) {
            split->left_e9[split->part] -= qty_e9;
            if (split->left_e9[split->part] <= 0) {
                split->part++;
                split->waits = true;
            }
        }
    }
}

void account_split_next(struct account *account, uint32_t instrument)
{
    for (struct split_order **at = &account->splits; *at != NULL;) {
        struct split_order *split = *at;
        split->waits = split->waits && split->instrument != instrument;
        if (order_status_is_open(account->orders[split->order].status)) {
            at = &split->next;
        } else {
            *at = split->next;
            free(split);
        }
    }
}

/* ---- new orders ---- */

void account_strike_new(struct account *account, uint32_t number, int64_t now_ns)
{
    struct served_order *order = &account->orders[number];
    struct fault fault;
    if (strikes(account, FAULT_PARTIAL, order->instrument, now_ns, &fault) &&
        order->time_in_force != TIME_IN_FORCE_FOK) {
        split_order(account, order, &fault);
    }
    if (strikes(account, FAULT_LOOKUP_LAG, order->instrument, now_ns, &fault)) {
        for (uint32_t i = number; i < account->order_count; i++) { /* its exits, too */
            account->orders[i].hidden_until_ns = fault_end_ns(&fault, now_ns);
        }
    }
    order->rejects_late =
        strikes(account, FAULT_REJECT_AFTER_ACCEPT, order->instrument, now_ns, &fault);
}

void account_strike_accepted(struct account *account, uint32_t number, int64_t now_ns)
{
    struct refusal refusal; /* of one that has ended already: nothing is left to be done */
    if (account->orders[number].rejects_late) {
        (void)account_ask_cancel(account, number, now_ns, &refusal);
    }
}

/* ---- races ---- */

/* What an order would fill at that nobody's quote explains. */
static int64_t price_of(const struct account *account, const struct served_order *order)
{
    bool limited = order->type == ORDER_TYPE_LIMIT || order->type == ORDER_TYPE_STOP_LIMIT;
    return limited ? order->limit_price_e9
                   : market_side_e9(account->market, order->instrument, !order->sells);
}

/* Lets the exchange fill it; the report waits to be taken. */
static bool fill(struct account *account, const struct served_order *order, int64_t now_ns)
{
    account_make_room(account, 1);
    return exchange_fill_by_hand(account->exchange, exchange_id_of(order->number),
                                 price_of(account, order), now_ns, &account->reports);
}

bool account_strike_cancel(struct account *account, uint32_t number, int64_t now_ns)
{
    struct served_order *order = &account->orders[number];
    struct fault fault;
    if (!order_status_is_open(order->status) ||
        !strikes(account, FAULT_FILL_DURING_CANCEL, order->instrument, now_ns, &fault) ||
        !fill(account, order, now_ns)) {
        return false;
    }
    order->status = ORDER_STATUS_PENDING_CANCEL;
    account_tell(account, order, ORDER_EVENT_PENDING_CANCEL, now_ns, NULL);
    account_take_reports(account);
    return true;
}

bool account_strike_replace(struct account *account, uint32_t number, uint32_t by, int64_t now_ns,
                            struct served_order *sent)
{
    struct served_order *old = &account->orders[number];
    struct fault fault;
    if (!strikes(account, FAULT_FILL_DURING_REPLACE, old->instrument, now_ns, &fault) ||
        !fill(account, old, now_ns)) {
        return false;
    }
    account_make_known(account, by);
    *sent = account->orders[by];
    old->replaced_by = by;
    old->status = ORDER_STATUS_PENDING_REPLACE;
    account_tell(account, old, ORDER_EVENT_PENDING_REPLACE, now_ns, NULL);
    account_take_reports(account);
    account_reject_order(account, &account->orders[by], now_ns);
    return true;
}

/* ---- executions that are taken back ---- */

void account_strike_fill(struct account *account, uint32_t number, uint32_t activity)
{
    int64_t now_ns = account->activities[activity].ts_ns;
    struct fault fault;
    if (strikes(account, FAULT_BUST, account->orders[number].instrument, now_ns, &fault)) {
        struct waiting_bust *bust = xcalloc(1, sizeof *bust);
        *bust = (struct waiting_bust){
            .activity = activity, .due_ns = fault_end_ns(&fault, now_ns), .next = account->busts};
        account->busts = bust;
    }
}

/* Also of the orders that took its place, and its fills with it. */
static void unfill(struct account *account, struct served_order *order, int64_t qty_e9,
                   int64_t value_e9)
{
    for (;;) {
        order->filled_e9 -= qty_e9;
        order->value_e9 -= value_e9;
        order->busted_e9 += qty_e9;
        if (order->status != ORDER_STATUS_REPLACED) {
            return;
        }
        order = &account->orders[order->replaced_by];
    }
}

static void take_back(struct account *account, uint32_t number, int64_t now_ns)
{
    struct activity *activity = &account->activities[number];
    struct served_order *order = &account->orders[activity->order];
    const struct event trade = {
        .kind = EVENT_FILL,
        .instrument = activity->instrument,
        .report = {.qty_e9 = activity->qty_e9,
                   .price_e9 = activity->price_e9,
                   .commission_e9 = -activity->amount_e9}
    };
    int64_t value_e9;
    if (money_notional(activity->price_e9, activity->qty_e9, ROUND_EVEN, &value_e9) != ERR_OK ||
        !exchange_bust(account->exchange, &trade, !order->sells)) {
        return;
    }
    activity->busted = true;
    unfill(account, order, activity->qty_e9, value_e9);
    struct activity told = *activity;
    told.position_e9 = exchange_qty_e9(account->exchange, activity->instrument);
    account_book_fill(&account->books[activity->instrument], !order->sells, &trade,
                      told.position_e9);
    account_tell(account, order, ORDER_EVENT_TRADE_BUST, now_ns, &told);
}

int64_t account_due_ns(const struct account *account)
{
    int64_t due_ns = INT64_MAX;
    for (const struct waiting_bust *bust = account->busts; bust != NULL; bust = bust->next) {
        due_ns = bust->due_ns < due_ns ? bust->due_ns : due_ns;
    }
    return due_ns;
}

void account_do_due(struct account *account, int64_t now_ns)
{
    for (struct waiting_bust **at = &account->busts; *at != NULL;) {
        struct waiting_bust *bust = *at;
        if (bust->due_ns > now_ns) {
            at = &bust->next;
            continue;
        }
        *at = bust->next;
        take_back(account, bust->activity, bust->due_ns);
        free(bust);
    }
}
