#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/code_text.h"
#include "base/money.h"
#include "base/utc.h"
#include "market/new_york.h"
#include "sys/memory.h"
#include "venue/account_private.h"
#include "venue/watchlists.h"

#define MOMENT(name, text) CASE_TEXT(CHECK_MOMENT_##name, text)
CODE_TEXT(check_moment_text, enum check_moment, CHECK_MOMENT_LIST(MOMENT), "unknown")

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

static struct exchange_quote quote_of(const struct event *tick)
{
    return (struct exchange_quote){
        .bid_e9 = tick->quote.bid_e9,
        .ask_e9 = tick->quote.ask_e9,
        .bid_size_e9 = tick->quote.bid_size * MONEY_E9, /* TICK_SIZE_MAX fits */
        .ask_size_e9 = tick->quote.ask_size * MONEY_E9,
    };
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

/* What the market shows now stands for this account, too. */
static void take_standing_quotes(struct account *account)
{
    for (uint32_t i = 0; i < account->plan.instrument_count; i++) {
        const struct event *quote = &account->market->symbols[i].quote;
        if (quote->kind == EVENT_QUOTE) {
            account->standing[i].quote = quote_of(quote);
        }
    }
}

static int64_t midnight_after(enum calendar_id calendar, int64_t ts_ns)
{
    return calendar == CALENDAR_ALWAYS ? (utc_day_of(ts_ns) + 1) * NS_PER_DAY
                                       : new_york_utc(new_york_date(ts_ns) + 1, 0);
}

static void make_books(struct account *account)
{
    account->books = xcalloc(account->plan.instrument_count, sizeof *account->books);
    for (uint32_t i = 0; i < account->plan.instrument_count; i++) {
        account->books[i].first_open = NO_SERVED_ORDER;
        account->books[i].last_open = NO_SERVED_ORDER;
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
    account->faults = plan->faults;
    account->plan = plan->exchange;
    (void)snprintf(account->key, sizeof account->key, "%s", plan->key);
    (void)snprintf(account->secret, sizeof account->secret, "%s", plan->secret);
    uuid_write(plan->seed, UUID_ACCOUNT, plan->index, account->id);
    (void)snprintf(account->number, sizeof account->number, "PA%08" PRIX32, plan->index + 1);
    make_exchange(account);
    tell_prices(account);
    account->standing = xcalloc(plan->exchange.instrument_count, sizeof *account->standing);
    take_standing_quotes(account);
    make_books(account);
    account_make_room(account, 0);
    account->client_mask = 63;
    account->client_ids = xcalloc(account->client_mask + 1, sizeof *account->client_ids);
    account->last_equity_e9 = plan->exchange.cash_e9;
    account->gtc_due_ns = INT64_MAX;
    account->day_ends_ns = midnight_after(plan->market->calendar, plan->created_ns);
    account->market_was_open = market_is_open(plan->market);
    account->late_was_open = market_is_extended(plan->market);
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
    free(account->books);
    free(account->reports.reports);
    free(account->orders);
    free(account->client_ids);
    free(account->activities);
    free(account->equity);
    watchlists_destroy(account->watchlists);
    account_faults_finish(account);
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
        .next_open = NO_SERVED_ORDER,
        .previous_open = NO_SERVED_ORDER,
    };
    return order;
}

void account_drop_orders(struct account *account, uint32_t first)
{
    account->order_count = first;
}

void account_open_order(struct account *account, struct served_order *order)
{
    struct account_book *book = &account->books[order->instrument];
    order->previous_open = book->last_open;
    order->next_open = NO_SERVED_ORDER;
    if (book->last_open == NO_SERVED_ORDER) {
        book->first_open = order->number;
    } else {
        account->orders[book->last_open].next_open = order->number;
    }
    book->last_open = order->number;
    account->open_count++;
    account->trailing_count += order->type == ORDER_TYPE_TRAILING_STOP ? 1 : 0;
    if (order->time_in_force == TIME_IN_FORCE_GTC && order->expires_ns < account->gtc_due_ns) {
        account->gtc_due_ns = order->expires_ns;
    }
}

void account_end_order(struct account *account, struct served_order *order,
                       enum order_status status)
{
    struct account_book *book = &account->books[order->instrument];
    CHECK(account->open_count > 0 && order_status_is_open(order->status));
    if (order->previous_open == NO_SERVED_ORDER) {
        book->first_open = order->next_open;
    } else {
        account->orders[order->previous_open].next_open = order->next_open;
    }
    if (order->next_open == NO_SERVED_ORDER) {
        book->last_open = order->previous_open;
    } else {
        account->orders[order->next_open].previous_open = order->previous_open;
    }
    account->open_count--;
    account->trailing_count -= order->type == ORDER_TYPE_TRAILING_STOP ? 1 : 0;
    order->status = (uint8_t)status;
}

const struct served_order *account_first_open(const struct account *account, uint32_t instrument)
{
    return account_order(account, account->books[instrument].first_open);
}

const struct served_order *account_next_open(const struct account *account,
                                             const struct served_order *order)
{
    return account_order(account, order->next_open);
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
    standing->quote = quote_of(tick);
    account_split_next(account, tick->instrument);
    account_meet_standing_quote(account, tick->instrument, tick->ts_ns);
}

void account_meet_standing_quote(struct account *account, uint32_t instrument, int64_t now_ns)
{
    struct exchange_quote quote = account->standing[instrument].quote;
    bool trading = (market_is_open(account->market) || market_is_extended(account->market)) &&
                   !account->market->symbols[instrument].halted;
    if ((quote.bid_e9 == 0 && quote.ask_e9 == 0) || !trading) {
        return; /* at night no quote stands */
    }
    account_split_quote(account, instrument, &quote);
    exchange_on_quote(account->exchange, instrument, now_ns, &quote, &account->reports);
    account_take_reports(account);
    if (account->trailing_count > 0) {
        account_follow_trails(account, instrument);
    }
}

static void let_in(struct account *account, uint32_t instrument, bool only_extended, int64_t ts_ns)
{
    uint32_t i = account->books[instrument].first_open;
    for (; i != NO_SERVED_ORDER; i = account->orders[i].next_open) {
        struct served_order *order = &account->orders[i];
        if (order->status == ORDER_STATUS_ACCEPTED && (order->extended_hours || !only_extended)) {
            order->status = ORDER_STATUS_NEW;
            account_tell(account, order, ORDER_EVENT_NEW, ts_ns, NULL);
        }
    }
}

void account_roll_day(struct account *account, int64_t now_ns)
{
    if (now_ns < account->day_ends_ns) {
        return;
    }
    account->day_ends_ns = midnight_after(account->market->calendar, now_ns);
    for (uint32_t i = 0; i < account->plan.instrument_count; i++) {
        account->books[i].overnight_e9 = exchange_qty_e9(account->exchange, i);
        account->books[i].opened_e9 = 0;
        account->books[i].opened_value_e9 = 0;
    }
}

/* Orders that waited for a session are let in when it opens. */
static void open_session(struct account *account, int64_t ts_ns)
{
    bool open = market_is_open(account->market);
    bool late_open = market_is_extended(account->market);
    bool opens = open && !account->market_was_open;
    if (opens || (late_open && !account->late_was_open)) {
        for (uint32_t i = 0; i < account->plan.instrument_count && account->open_count > 0; i++) {
            let_in(account, i, !opens, ts_ns);
        }
    }
    account->market_was_open = open;
    account->late_was_open = late_open;
}

/* The first order until canceled that has become too old; of the others, when the next one will. */
static uint32_t find_old(struct account *account, uint32_t instrument, int64_t ts_ns)
{
    uint32_t i = account->books[instrument].first_open;
    for (; i != NO_SERVED_ORDER; i = account->orders[i].next_open) {
        const struct served_order *order = &account->orders[i];
        if (order->time_in_force != TIME_IN_FORCE_GTC ||
            order->status == ORDER_STATUS_PENDING_CANCEL ||
            order->status == ORDER_STATUS_PENDING_NEW) {
            continue;
        }
        if (order->expires_ns <= ts_ns) {
            return i;
        }
        account->gtc_due_ns =
            order->expires_ns < account->gtc_due_ns ? order->expires_ns : account->gtc_due_ns;
    }
    return NO_SERVED_ORDER;
}

static void cancel_old(struct account *account, int64_t ts_ns)
{
    if (ts_ns < account->gtc_due_ns) {
        return;
    }
    account->gtc_due_ns = INT64_MAX;
    for (uint32_t i = 0; i < account->plan.instrument_count; i++) {
        uint32_t number;
        while ((number = find_old(account, i, ts_ns)) != NO_SERVED_ORDER) {
            struct refusal refusal; /* there is none: it is open */
            (void)account_ask_cancel(account, number, ts_ns, &refusal);
        }
    }
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
    account_roll_day(account, slice->ts_ns);
    account_do_due(account, slice->ts_ns);
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
    for (uint32_t i = 0; i < account->plan.instrument_count && account->trailing_count > 0; i++) {
        account_follow_trails(account, i);
    }
    cancel_old(account, slice->ts_ns);
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
            money_notional(exchange_price_e9(account->exchange, i), qty_e9 < 0 ? -qty_e9 : qty_e9,
                           ROUND_EVEN, &value_e9) == ERR_OK &&
            money_mul_div(value_e9, 30, 100, ROUND_EVEN, &part_e9) == ERR_OK) {
            (void)money_add(sum_e9, part_e9, &sum_e9);
        }
    }
    return sum_e9;
}

/* ---- splits and dividends ---- */

static void cancel_all_of(struct account *account, uint32_t instrument, int64_t now_ns)
{
    uint32_t number = account->books[instrument].first_open;
    while (number != NO_SERVED_ORDER) {
        struct refusal refusal = {0};
        uint32_t next = account->orders[number].next_open;
        (void)account_ask_cancel(account, number, now_ns, &refusal);
        bool went_along = next != NO_SERVED_ORDER && /* with its group */
                          !order_status_is_open(account->orders[next].status);
        number = went_along ? account->books[instrument].first_open : next;
    }
}

void account_on_action(struct account *account, const struct event *action)
{
    bool splits = action->action.split_new != action->action.split_old;
    struct account_book *book = &account->books[action->instrument];
    if (splits) {
        cancel_all_of(account, action->instrument, action->ts_ns);
        account->standing[action->instrument] = (struct standing_quote){0};
    }
    account_make_room(account, 0);
    exchange_on_action(account->exchange, action, &account->reports);
    account_take_reports(account);
    if (splits) { /* all of it is of the day before */
        book->overnight_e9 = exchange_qty_e9(account->exchange, action->instrument);
        book->opened_e9 = 0;
        book->opened_value_e9 = 0;
    }
}
