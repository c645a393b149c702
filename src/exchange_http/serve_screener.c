/* serve_screener.c: which symbols trade most, and which move most, in the day so far.
 *
 * Symbols without anything are in neither list; of equal ones the first by the alphabet leads. */
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "exchange_http/data_query.h"
#include "exchange_http/routes_data.h"
#include "sys/memory.h"
#include "venue/frames.h"

#define TOP_DEFAULT 10

static const struct timeframe one_day = {.unit = TIMEFRAME_DAY, .count = 1};

/* A symbol's day. */
struct ranked {
    const char *symbol;
    int64_t rank; /* the larger, the earlier */
    uint64_t volume;
    uint64_t trades;
    int64_t price_e9;
    int64_t change_e9;
    int64_t percent_e9;
};

static int by_rank(const void *a, const void *b)
{
    const struct ranked *first = a;
    const struct ranked *second = b;
    if (first->rank != second->rank) {
        return first->rank > second->rank ? -1 : 1;
    }
    return strcmp(first->symbol, second->symbol);
}

static bool read_top(struct call *call, int64_t highest, int64_t *top)
{
    const char *text = call_query(call, "top");
    char *end = NULL;
    *top = text == NULL ? TOP_DEFAULT : strtol(text, &end, 10);
    if (*top < 1 || *top > highest || (end != NULL && *end != '\0')) {
        return data_fail(call, 400, "invalid top: %s: it must be between 1 and %d",
                         text != NULL ? text : "", (int)highest);
    }
    return true;
}

/* The last day with trades, if it is the one that is under way or the last that was. */
static bool day_so_far(const struct venue *venue, uint32_t instrument, struct ranked *ranked)
{
    int64_t now_ns = venue->now_ns;
    struct frames frames =
        frames_of(&venue->market, instrument, &one_day, INT64_MIN, now_ns, now_ns, true);
    struct frame_bar day;
    struct frame_bar before;
    if (!frames_next(&frames, &day)) {
        return false;
    }
    *ranked = (struct ranked){.symbol = venue->plan.data->instruments[instrument].symbol,
                              .volume = (uint64_t)day.bar.volume,
                              .trades = day.trades,
                              .price_e9 = market_price_e9(&venue->market, instrument)};
    if (frames_next(&frames, &before)) {
        int64_t share_e9;
        ranked->change_e9 = ranked->price_e9 - before.bar.close_e9;
        if (money_mul_div(ranked->change_e9, 100 * MONEY_E9, before.bar.close_e9, ROUND_EVEN,
                          &share_e9) == ERR_OK) {
            const int64_t hundredth = MONEY_E9 / 100;
            ranked->percent_e9 =
                (share_e9 + (share_e9 < 0 ? -hundredth : hundredth) / 2) / hundredth * hundredth;
        }
    }
    return true;
}

static struct ranked *all_days(const struct venue *venue, uint32_t *count)
{
    struct ranked *days = xcalloc(venue->plan.data->instrument_count, sizeof *days);
    *count = 0;
    for (uint32_t i = 0; i < venue->plan.data->instrument_count; i++) {
        *count += day_so_far(venue, i, &days[*count]);
    }
    return days;
}

void serve_most_actives(struct call *call)
{
    const char *by = call_query(call, "by");
    struct json_writer *json = call->json;
    int64_t top;
    uint32_t count;
    bool trades = by != NULL && strcmp(by, "trades") == 0;
    if (by != NULL && !trades && strcmp(by, "volume") != 0) {
        (void)data_fail(call, 400, "invalid by: %s: it is volume or trades", by);
        return;
    }
    if (!read_top(call, 100, &top)) {
        return;
    }
    struct ranked *days = all_days(call->venue, &count);
    for (uint32_t i = 0; i < count; i++) {
        days[i].rank = (int64_t)(trades ? days[i].trades : days[i].volume);
    }
    qsort(days, count, sizeof *days, by_rank);
    json_begin_object(json);
    json_key(json, "most_actives");
    json_begin_array(json);
    for (uint32_t i = 0; i < count && i < top; i++) {
        json_begin_object(json);
        json_member_string(json, "symbol", days[i].symbol);
        json_member_uint(json, "trade_count", days[i].trades);
        json_member_uint(json, "volume", days[i].volume);
        json_end_object(json);
    }
    json_end_array(json);
    json_member_time(json, "last_updated", call->venue->now_ns);
    json_end_object(json);
    free(days);
}

/* Those that went one way, the farthest first. */
static void write_movers(struct json_writer *json, const char *key, struct ranked *days,
                         uint32_t count, int64_t top, int64_t way)
{
    for (uint32_t i = 0; i < count; i++) {
        days[i].rank = way * days[i].percent_e9;
    }
    qsort(days, count, sizeof *days, by_rank);
    json_key(json, key);
    json_begin_array(json);
    for (uint32_t i = 0; i < count && i < top && days[i].rank > 0; i++) {
        json_begin_object(json);
        json_member_money(json, "change", days[i].change_e9);
        json_member_money(json, "percent_change", days[i].percent_e9);
        json_member_money(json, "price", days[i].price_e9);
        json_member_string(json, "symbol", days[i].symbol);
        json_end_object(json);
    }
    json_end_array(json);
}

void serve_movers(struct call *call)
{
    struct json_writer *json = call->json;
    int64_t top;
    uint32_t count;
    if (!read_top(call, 50, &top)) {
        return;
    }
    struct ranked *days = all_days(call->venue, &count);
    json_begin_object(json);
    write_movers(json, "gainers", days, count, top, 1);
    write_movers(json, "losers", days, count, top, -1);
    json_member_string(json, "market_type", "stocks");
    json_member_time(json, "last_updated", call->venue->now_ns);
    json_end_object(json);
    free(days);
}
