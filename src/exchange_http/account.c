#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/money.h"
#include "exchange_http/account_private.h"
#include "sys/memory.h"

/* ---- opening ---- */

static void make_exchange(struct account *account)
{
    struct arena arena;
    arena_init_measure(&arena);
    (void)exchange_init(&arena, &account->plan); /* NULL: it only measures */
    size_t size = arena.used;
    account->memory = xcalloc_aligned(size);
    arena_init(&arena, account->memory, size);
    account->exchange = exchange_init(&arena, &account->plan);
}

/* Positions and orders are judged by prices that the exchange has seen. */
static void tell_prices(struct account *account)
{
    for (uint32_t i = 0; i < account->plan.instrument_count; i++) {
        int64_t price_e9 = market_price_e9(account->market, i);
        if (price_e9 > 0) {
            exchange_on_trade(account->exchange, i, price_e9);
        }
    }
}

struct account *account_create(const struct account_plan_served *plan)
{
    struct account *account = xcalloc(1, sizeof *account);
    account->index = plan->index;
    account->seed = plan->seed + plan->index * UINT64_C(0x9e3779b97f4a7c15);
    account->created_ns = plan->created_ns;
    account->market = plan->market;
    account->watcher = plan->watcher;
    account->plan = plan->exchange;
    (void)snprintf(account->key, sizeof account->key, "%s", plan->key);
    (void)snprintf(account->secret, sizeof account->secret, "%s", plan->secret);
    uuid_write(plan->seed, UUID_ACCOUNT, plan->index, account->id);
    (void)snprintf(account->number, sizeof account->number, "PA%08" PRIX32, plan->index + 1);
    make_exchange(account);
    tell_prices(account);
    account->standing = xcalloc(plan->exchange.instrument_count, sizeof *account->standing);
    account_make_room(account, 0);
    account->client_mask = 63;
    account->client_ids = xcalloc(account->client_mask + 1, sizeof *account->client_ids);
    account->last_equity_e9 = plan->exchange.cash_e9;
    account->market_was_open = market_is_open(plan->market);
    account->settings = (struct account_settings){
        .fractional_trading = true,
        .trade_confirm_all = true,
        .max_margin_multiplier = (uint8_t)plan->exchange.account.multiplier,
        .max_options_trading_level = -1,
    };
    return account;
}

void account_destroy(struct account *account)
{
    if (account == NULL) {
        return;
    }
    free(account->memory);
    free(account->standing);
    free(account->reports.reports);
    free(account->orders);
    free(account->client_ids);
    free(account->activities);
    free(account->equity);
    free(account);
}

/* ---- the list of orders ---- */

struct served_order *account_add_order(struct account *account, int64_t now_ns)
{
    if (account->order_count == account->order_capacity) {
        account->order_capacity = account->order_capacity == 0 ? 64 : 2 * account->order_capacity;
        account->orders =
            xrealloc(account->orders, account->order_capacity * sizeof *account->orders);
    }
    uint32_t number = account->order_count++;
    struct served_order *order = &account->orders[number];
    *order = (struct served_order){
        .number = number,
        .status = ORDER_STATUS_PENDING_NEW,
        .created_ns = now_ns,
        .updated_ns = now_ns,
        .replaced_by = NO_SERVED_ORDER,
        .replaces = NO_SERVED_ORDER,
        .parent = NO_SERVED_ORDER,
        .legs = {NO_SERVED_ORDER, NO_SERVED_ORDER},
    };
    return order;
}

void account_drop_orders(struct account *account, uint32_t first)
{
    account->order_count = first;
}

static uint32_t hash_text(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (; *text != '\0'; text++) {
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    }
    return (uint32_t)(hash ^ hash >> 32);
}

static void put_client(struct account *account, const struct served_order *order)
{
    uint32_t i = hash_text(order->client_order_id) & account->client_mask;
    while (account->client_ids[i] != 0) {
        i = (i + 1) & account->client_mask;
    }
    account->client_ids[i] = order->number + 1;
}

void account_index_client(struct account *account, const struct served_order *order)
{
    if (2 * account->order_count > account->client_mask) {
        account->client_mask = 4 * account->client_mask + 3;
        free(account->client_ids);
        account->client_ids = xcalloc((size_t)account->client_mask + 1, sizeof(uint32_t));
        for (uint32_t i = 0; i < order->number; i++) {
            put_client(account, &account->orders[i]);
        }
    }
    put_client(account, order);
}

const struct served_order *account_order(const struct account *account, uint32_t number)
{
    return number < account->order_count ? &account->orders[number] : NULL;
}

void account_order_id(const struct account *account, uint32_t number, char text[UUID_TEXT_SIZE])
{
    uuid_write(account->seed, UUID_ORDER, number, text);
}

const struct served_order *account_order_by_id(const struct account *account, const char *id,
                                               size_t length)
{
    uint64_t number;
    return uuid_read(account->seed, UUID_ORDER, id, length, &number) &&
                   number < account->order_count
               ? &account->orders[number]
               : NULL;
}

const struct served_order *account_order_by_client(const struct account *account,
                                                   const char *client_order_id)
{
    uint32_t i = hash_text(client_order_id) & account->client_mask;
    while (account->client_ids[i] != 0) {
        const struct served_order *order = &account->orders[account->client_ids[i] - 1];
        if (strcmp(order->client_order_id, client_order_id) == 0) {
            return order;
        }
        i = (i + 1) & account->client_mask;
    }
    return NULL;
}

int64_t account_available_e9(const struct account *account, uint32_t instrument)
{
    int64_t qty_e9 = exchange_qty_e9(account->exchange, instrument);
    int64_t closing_e9 = exchange_closing_e9(account->exchange, instrument);
    return qty_e9 < 0 ? qty_e9 + closing_e9 : qty_e9 - closing_e9;
}

/* ---- the market ---- */

void account_make_room(struct account *account, uint32_t requests)
{
    uint32_t most = exchange_reports_max(&account->plan) + requests;
    if (account->reports.capacity < most) {
        account->reports.capacity = most;
        account->reports.reports =
            xrealloc(account->reports.reports, most * sizeof *account->reports.reports);
    }
}

static void take_quote(struct account *account, const struct event *tick)
{
    struct standing_quote *standing = &account->standing[tick->instrument];
    standing->quote = (struct exchange_quote){
        .bid_e9 = tick->quote.bid_e9,
        .ask_e9 = tick->quote.ask_e9,
        .bid_size_e9 = tick->quote.bid_size * MONEY_E9, /* TICK_SIZE_MAX fits */
        .ask_size_e9 = tick->quote.ask_size * MONEY_E9,
    };
    account_meet_standing_quote(account, tick->instrument, tick->ts_ns);
}

void account_meet_standing_quote(struct account *account, uint32_t instrument, int64_t now_ns)
{
    const struct exchange_quote quote = account->standing[instrument].quote;
    if (quote.bid_e9 == 0 && quote.ask_e9 == 0) {
        return;
    }
    exchange_on_quote(account->exchange, instrument, now_ns, &quote, &account->reports);
    account_take_reports(account);
}

/* Orders that waited for the session are let in when it opens. */
static void open_session(struct account *account, int64_t ts_ns)
{
    bool open = market_is_open(account->market);
    if (open && !account->market_was_open) {
        for (uint32_t i = 0; i < account->order_count && account->open_count > 0; i++) {
            if (account->orders[i].status == ORDER_STATUS_ACCEPTED) {
                account->orders[i].status = ORDER_STATUS_NEW;
                account_tell(account, &account->orders[i], ORDER_EVENT_NEW, ts_ns, NULL);
            }
        }
    }
    account->market_was_open = open;
}

static void note_equity(struct account *account, int64_t ts_ns)
{
    int64_t equity_e9;
    if (!exchange_equity_e9(account->exchange, &equity_e9)) {
        return;
    }
    if (account->equity_count == account->equity_capacity) {
        account->equity_capacity =
            account->equity_capacity == 0 ? 512 : 2 * account->equity_capacity;
        account->equity =
            xrealloc(account->equity, account->equity_capacity * sizeof *account->equity);
    }
    account->equity[account->equity_count++] = (struct equity_point){ts_ns, equity_e9};
    struct trading_day day;
    if (calendar_day_at(account->market->calendar, ts_ns, &day) && ts_ns == day.close_ns) {
        account->last_equity_e9 = equity_e9;
        account->last_date = day.date;
        account->last_maintenance_e9 = account_maintenance_e9(account);
    }
}

void account_on_slice(struct account *account, const struct slice *slice)
{
    open_session(account, slice->ts_ns);
    for (const struct event *tick = slice_ticks(slice); tick < slice->bars; tick++) {
        if (tick->kind == EVENT_QUOTE) {
            take_quote(account, tick);
        } else if ((tick->flags & TRADE_TICK_VOLUME_ONLY) == 0) {
            exchange_on_trade(account->exchange, tick->instrument, tick->trade_tick.price_e9);
        }
    }
    exchange_on_slice(account->exchange, slice, &account->reports);
    account_take_reports(account);
    if (slice->count > 0) {
        note_equity(account, slice->ts_ns);
    }
}

/* 30 % of long, 30 % of short value, as the vendor's own example has it. */
int64_t account_maintenance_e9(const struct account *account)
{
    int64_t sum_e9 = 0;
    for (uint32_t i = 0; i < account->plan.instrument_count; i++) {
        int64_t value_e9;
        int64_t part_e9 = 0;
        int64_t qty_e9 = exchange_qty_e9(account->exchange, i);
        if (qty_e9 != 0 &&
            money_notional(market_price_e9(account->market, i), qty_e9 < 0 ? -qty_e9 : qty_e9,
                           ROUND_EVEN, &value_e9) == ERR_OK &&
            money_mul_div(value_e9, 30, 100, ROUND_EVEN, &part_e9) == ERR_OK) {
            (void)money_add(sum_e9, part_e9, &sum_e9);
        }
    }
    return sum_e9;
}
