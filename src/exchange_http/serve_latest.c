/* serve_latest.c: the last bar, quote and trade of each symbol, and its snapshot: all of them with
 * the day's bar and the one of the day before. */
#include <string.h>

#include "exchange_http/data_query.h"
#include "exchange_http/data_shapes.h"
#include "exchange_http/routes_data.h"
#include "venue/past_ticks.h"

enum latest_kind { LATEST_BAR, LATEST_QUOTE, LATEST_TRADE, LATEST_SNAPSHOT };

static const struct timeframe one_minute = {.unit = TIMEFRAME_MINUTE, .count = 1};
static const struct timeframe one_day = {.unit = TIMEFRAME_DAY, .count = 1};

/* The last minute with trades; where the data's bars are longer, the last of them. */
static bool last_bar(const struct venue *venue, uint32_t instrument, int64_t until_ns,
                     struct frame_bar *out)
{
    const struct market *market = &venue->market;
    const struct record_list *bars = &market->symbols[instrument].bars;
    if (timeframe_holds(&one_minute, market->data->bar_ns)) {
        struct frames frames =
            frames_of(market, instrument, &one_minute, INT64_MIN, until_ns, until_ns, true);
        return frames_next(&frames, out);
    }
    uint64_t count = record_list_until(bars, until_ns);
    if (count == 0) {
        return false;
    }
    *out = frame_of_bar(market, bars->items[count - 1]);
    return true;
}

/* What a symbol shows at a moment. */
struct latest {
    bool has_bar, has_quote, has_trade;
    uint32_t day_count; /* today, and the one before it */
    struct frame_bar bar, days[2];
    struct past_tick quote, trade;
};

static void find_days(const struct venue *venue, uint32_t instrument, int64_t until_ns,
                      struct latest *latest)
{
    struct frames frames =
        frames_of(&venue->market, instrument, &one_day, INT64_MIN, until_ns, until_ns, true);
    while (latest->day_count < 2 && frames_next(&frames, &latest->days[latest->day_count])) {
        latest->day_count++;
    }
}

static void find_latest(const struct venue *venue, uint32_t instrument, int64_t until_ns,
                        enum latest_kind kind, struct latest *latest)
{
    bool all = kind == LATEST_SNAPSHOT;
    *latest = (struct latest){0};
    if (all || kind == LATEST_BAR) {
        latest->has_bar = last_bar(venue, instrument, until_ns, &latest->bar);
    }
    if (all || kind == LATEST_QUOTE) {
        latest->has_quote = past_quote(venue, instrument, until_ns, &latest->quote);
    }
    if (all || kind == LATEST_TRADE) {
        latest->has_trade = past_trade(venue, instrument, until_ns, &latest->trade);
    }
    if (all) {
        find_days(venue, instrument, until_ns, latest);
    }
}

static void member_bar(struct json_writer *json, const char *key, const struct frame_bar *bar)
{
    json_key(json, key);
    shape_bar(json, bar);
}

static void snapshot_members(struct json_writer *json, const struct latest *latest)
{
    if (latest->has_trade) {
        json_key(json, "latestTrade");
        shape_trade(json, &latest->trade.event, latest->trade.id);
    }
    if (latest->has_quote) {
        json_key(json, "latestQuote");
        shape_quote(json, &latest->quote.event);
    }
    if (latest->has_bar) {
        member_bar(json, "minuteBar", &latest->bar);
    }
    if (latest->day_count > 0) {
        member_bar(json, "dailyBar", &latest->days[0]);
    }
    if (latest->day_count > 1) {
        member_bar(json, "prevDailyBar", &latest->days[1]);
    }
}

/* Whether there is anything of that kind; then as a member with that key, or of a snapshot without
 * a key its members alone. */
static bool write_latest(struct json_writer *json, const char *key, enum latest_kind kind,
                         const struct latest *latest)
{
    bool found = latest->has_bar || latest->has_quote || latest->has_trade || latest->day_count > 0;
    if (!found) {
        return false;
    }
    if (key != NULL) {
        json_key(json, key);
    }
    switch (kind) {
    case LATEST_BAR:
        shape_bar(json, &latest->bar);
        break;
    case LATEST_QUOTE:
        shape_quote(json, &latest->quote.event);
        break;
    case LATEST_TRADE:
        shape_trade(json, &latest->trade.event, latest->trade.id);
        break;
    case LATEST_SNAPSHOT:
        if (key != NULL) {
            json_begin_object(json);
        }
        snapshot_members(json, latest);
        if (key != NULL) {
            json_end_object(json);
        }
        break;
    }
    return true;
}

static const struct {
    const char *one;  /* the key of one in the answer; NULL: its members stand there themselves */
    const char *many; /* the key of the map; NULL: the answer is the map */
} keys[] = {
    [LATEST_BAR] = {"bar",   "bars"  },
    [LATEST_QUOTE] = {"quote", "quotes"},
    [LATEST_TRADE] = {"trade", "trades"},
    [LATEST_SNAPSHOT] = {NULL,    NULL    },
};

static void serve_one(struct call *call, enum latest_kind kind, const struct data_query *query)
{
    struct latest latest = {0};
    if (query->instrument_count > 0) {
        find_latest(call->venue, query->instruments[0], query->until_ns, kind, &latest);
    }
    json_begin_object(call->json);
    json_member_string(call->json, "symbol", call->arguments[0]);
    if (!write_latest(call->json, keys[kind].one, kind, &latest)) {
        (void)data_fail(call, 404, "no %s found for %s",
                        keys[kind].one != NULL ? keys[kind].one : "snapshot", call->arguments[0]);
        return;
    }
    if (query->currency != NULL) {
        json_member_string(call->json, "currency", query->currency);
    }
    json_end_object(call->json);
}

static void serve_many(struct call *call, enum latest_kind kind, const struct data_query *query)
{
    const struct instrument *names = call->venue->plan.data->instruments;
    json_begin_object(call->json);
    if (keys[kind].many != NULL) {
        json_key(call->json, keys[kind].many);
        json_begin_object(call->json);
    }
    for (uint32_t i = 0; i < query->instrument_count; i++) {
        struct latest latest;
        uint32_t instrument = query->instruments[i];
        find_latest(call->venue, instrument, query->until_ns, kind, &latest);
        (void)write_latest(call->json, names[instrument].symbol, kind, &latest);
    }
    if (keys[kind].many != NULL) {
        json_end_object(call->json);
        if (query->currency != NULL) {
            json_member_string(call->json, "currency", query->currency);
        }
    }
    json_end_object(call->json);
}

static void serve(struct call *call, enum latest_kind kind)
{
    struct data_query query;
    if (!data_query_latest(call, &query)) {
        return;
    }
    if (call->arguments[0] != NULL) {
        serve_one(call, kind, &query);
    } else {
        serve_many(call, kind, &query);
    }
    data_query_finish(&query);
}

void serve_latest_bars(struct call *call)
{
    serve(call, LATEST_BAR);
}

void serve_latest_quotes(struct call *call)
{
    serve(call, LATEST_QUOTE);
}

void serve_latest_trades(struct call *call)
{
    serve(call, LATEST_TRADE);
}

void serve_snapshots(struct call *call)
{
    serve(call, LATEST_SNAPSHOT);
}
