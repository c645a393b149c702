#include "venue/market.h"

#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "sys/memory.h"

static struct record_list *list_of(struct market_symbol *symbol, uint8_t kind)
{
    return kind == EVENT_BAR     ? &symbol->bars
           : kind == EVENT_QUOTE ? &symbol->quotes
                                 : &symbol->trades;
}

static void count_records(struct market *market)
{
    const struct bars *data = market->data;
    for (uint64_t i = 0; i < data->count; i++) {
        const struct event *record = &data->records[i];
        list_of(&market->symbols[record->instrument], record->kind)->count++;
    }
}

/* Gives a list its part of the memory; returns what is left. */
static const struct event **place_list(struct record_list *list, const struct event **place)
{
    uint64_t count = list->count;
    *list = (struct record_list){.items = place};
    return place + count;
}

/* Each symbol's records lie side by side, kind by kind. */
static void list_records(struct market *market)
{
    const struct bars *data = market->data;
    count_records(market);
    market->memory = xcalloc(data->count + 1, sizeof(const struct event *));
    const struct event **place = market->memory;
    for (uint32_t i = 0; i < data->instrument_count; i++) {
        place = place_list(&market->symbols[i].bars, place);
        place = place_list(&market->symbols[i].quotes, place);
        place = place_list(&market->symbols[i].trades, place);
    }
    for (uint64_t i = 0; i < data->count; i++) {
        const struct event *record = &data->records[i];
        struct record_list *list = list_of(&market->symbols[record->instrument], record->kind);
        list->items[list->count++] = record;
    }
}

void market_init(struct market *market, const struct bars *data, enum calendar_id calendar)
{
    *market = (struct market){.data = data, .calendar = calendar, .now_ns = INT64_MIN};
    market->symbols = xcalloc(data->instrument_count, sizeof *market->symbols);
    list_records(market);
}

void market_finish(struct market *market)
{
    free(market->symbols);
    free(market->memory);
    *market = (struct market){0};
}

/* A day's bar takes one more. */
static void add_to_day(struct market_day *day, const struct event_bar *bar)
{
    if (day->bar_count++ == 0) {
        day->bar = *bar;
        return;
    }
    day->bar.high_e9 = bar->high_e9 > day->bar.high_e9 ? bar->high_e9 : day->bar.high_e9;
    day->bar.low_e9 = bar->low_e9 < day->bar.low_e9 ? bar->low_e9 : day->bar.low_e9;
    day->bar.close_e9 = bar->close_e9;
    day->bar.volume += bar->volume;
}

static void show_bar(const struct market *market, struct market_symbol *symbol,
                     const struct event *bar)
{
    symbol->bar = *bar;
    if (symbol->trade.kind == EVENT_NONE ||
        (market->data->trade_count == 0 && symbol->trade.ts_ns < bar->ts_ns)) {
        symbol->trade = *bar;
        symbol->trade.kind = EVENT_TRADE_TICK;
        symbol->trade.trade_tick =
            (struct event_trade_tick){.price_e9 = bar->bar.close_e9, .size = bar->bar.volume};
    }
    struct trading_day day;
    if (!calendar_day_at(market->calendar, bar->ts_ns, &day) ||
        !calendar_is_regular(&day, bar->ts_ns)) {
        return;
    }
    if (symbol->today.bar_count > 0 && symbol->today.date != day.date) {
        symbol->yesterday = symbol->today;
        symbol->today = (struct market_day){0};
    }
    symbol->today.date = day.date;
    add_to_day(&symbol->today, &bar->bar);
}

void market_show(struct market *market, const struct slice *slice)
{
    market->now_ns = slice->ts_ns;
    for (const struct event *event = slice_ticks(slice); event < slice_end(slice); event++) {
        struct market_symbol *symbol = &market->symbols[event->instrument];
        if (event->kind == EVENT_QUOTE) {
            symbol->quote = *event;
        } else if (event->kind == EVENT_TRADE_TICK) {
            symbol->trade = *event;
        } else {
            show_bar(market, symbol, event);
        }
    }
}

uint64_t record_list_until(const struct record_list *list, int64_t ts_ns)
{
    uint64_t low = 0;
    uint64_t high = list->count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (list->items[middle]->ts_ns <= ts_ns) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void split_price(int64_t *price_e9, const struct event_action *split)
{
    (void)money_mul_div(*price_e9, split->split_old, split->split_new, ROUND_EVEN, price_e9);
}

static void split_bar(struct event_bar *bar, const struct event_action *split)
{
    split_price(&bar->open_e9, split);
    split_price(&bar->high_e9, split);
    split_price(&bar->low_e9, split);
    split_price(&bar->close_e9, split);
    (void)money_mul_div(bar->volume, split->split_new, split->split_old, ROUND_DOWN, &bar->volume);
}

void market_split(struct market *market, const struct event *action)
{
    struct market_symbol *symbol = &market->symbols[action->instrument];
    split_bar(&symbol->today.bar, &action->action);
    split_bar(&symbol->yesterday.bar, &action->action);
    split_price(&symbol->trade.trade_tick.price_e9, &action->action);
    symbol->quote = (struct event){0}; /* of old shares */
}

uint64_t market_bars(const struct market *market, uint32_t instrument,
                     const struct event *const **bars)
{
    const struct record_list *list = &market->symbols[instrument].bars;
    *bars = (const struct event *const *)list->items;
    return record_list_until(list, market->now_ns);
}

int64_t market_price_e9(const struct market *market, uint32_t instrument)
{
    const struct market_symbol *symbol = &market->symbols[instrument];
    return symbol->trade.kind == EVENT_NONE ? symbol->bar.bar.close_e9
                                            : symbol->trade.trade_tick.price_e9;
}

int64_t market_side_e9(const struct market *market, uint32_t instrument, bool buys)
{
    const struct event *quote = &market->symbols[instrument].quote;
    int64_t side_e9 = buys ? quote->quote.ask_e9 : quote->quote.bid_e9;
    return quote->kind != EVENT_NONE && side_e9 > 0 ? side_e9 : market_price_e9(market, instrument);
}

int64_t market_previous_close_e9(const struct market *market, uint32_t instrument)
{
    return market->symbols[instrument].yesterday.bar.close_e9;
}

bool market_find(const struct market *market, const char *symbol, uint32_t *instrument)
{
    for (uint32_t i = 0; i < market->data->instrument_count; i++) {
        if (strcmp(market->data->instruments[i].symbol, symbol) == 0) {
            *instrument = i;
            return true;
        }
    }
    return false;
}

struct market_asset market_asset(const struct market *market, uint32_t instrument)
{
    return market->assets != NULL ? market->assets[instrument] : (struct market_asset){0};
}

bool market_is_open(const struct market *market)
{
    struct trading_day day;
    return calendar_day_after(market->calendar, market->now_ns, &day) &&
           day.open_ns <= market->now_ns;
}

bool market_is_extended(const struct market *market)
{
    struct trading_day day;
    return calendar_day_at(market->calendar, market->now_ns + 1, &day);
}
