/* data_stream.c: see data_stream.h. From slices and the passing of time to items. */
#include "exchange_http/data_stream_private.h"

#include <stdlib.h>
#include <string.h>

#include "exchange_http/data_query.h"
#include "exchange_http/test_feed.h"
#include "sys/memory.h"

#define BIT(endpoint) (UINT32_C(1) << (endpoint))

static const struct {
    const char *path;
    enum data_endpoint endpoint;
} paths[] = {
    {"/v2/iex",            DATA_ENDPOINT_IEX        },
    {"/v2/sip",            DATA_ENDPOINT_SIP        },
    {"/v2/delayed_sip",    DATA_ENDPOINT_DELAYED_SIP},
    {"/v1beta1/boats",     DATA_ENDPOINT_BOATS      },
    {"/v1beta1/overnight", DATA_ENDPOINT_OVERNIGHT  },
    {"/v2/test",           DATA_ENDPOINT_TEST       },
};

bool data_endpoint_of(const char *path, enum data_endpoint *endpoint)
{
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        if (strcmp(paths[i].path, path) == 0) {
            *endpoint = paths[i].endpoint;
            return true;
        }
    }
    return false;
}

/* ---- life ---- */

struct data_stream *data_stream_create(const struct data_stream_plan *plan)
{
    struct data_stream *stream = xcalloc(1, sizeof *stream);
    const struct bars *data = plan->venue->plan.data;
    stream->plan = *plan;
    symbol_index_init(&stream->symbols, data->instruments, data->instrument_count);
    symbol_index_init(&stream->test_symbols, &test_feed_symbol, 1);
    tree_init(&stream->tree);
    json_init(&stream->control_json, false);
    json_init(&stream->json, false);
    msgpack_init(&stream->control_msgpack);
    msgpack_init(&stream->msgpack);
    stream->live.endpoints = BIT(DATA_ENDPOINT_IEX) | BIT(DATA_ENDPOINT_SIP);
    stream->delayed.endpoints = BIT(DATA_ENDPOINT_DELAYED_SIP);
    data_stream_reset(stream);
    stream->test_ns = INT64_MIN;
    return stream;
}

void data_stream_destroy(struct data_stream *stream)
{
    if (stream == NULL) {
        return;
    }
    while (stream->session_count > 0) {
        data_session_close(stream->sessions[0]);
    }
    free(stream->sessions);
    symbol_index_finish(&stream->symbols);
    symbol_index_finish(&stream->test_symbols);
    tree_finish(&stream->tree);
    json_finish(&stream->control_json);
    json_finish(&stream->json);
    msgpack_finish(&stream->control_msgpack);
    msgpack_finish(&stream->msgpack);
    tape_destroy(stream->delayed_tape);
    free(stream->items);
    free(stream->selected);
    for (int i = 0; i < ENCODING_COUNT; i++) {
        batch_finish(&stream->batches[i]);
    }
    free(stream);
}

static void reset_lane(struct data_lane *lane)
{
    lane->last_ns = INT64_MIN;
    lane->open_known = false;
}

void data_stream_reset(struct data_stream *stream)
{
    reset_lane(&stream->live);
    reset_lane(&stream->delayed);
    tape_destroy(stream->delayed_tape);
    stream->delayed_tape = NULL;
}

uint64_t data_stream_encoded(const struct data_stream *stream)
{
    return stream->encoded;
}

/* ---- openings and closings ---- */

static bool is_open(const struct data_stream *stream, int64_t ts_ns, struct trading_day *day)
{
    return calendar_day_after(stream->plan.venue->plan.calendar, ts_ns, day) &&
           day->open_ns <= ts_ns;
}

/* Says so when the session has opened or closed since the last time. */
static void follow_session(struct data_stream *stream, struct data_lane *lane, int64_t now_ns)
{
    struct trading_day day;
    bool open = is_open(stream, now_ns, &day);
    bool turned = lane->open_known && open != lane->open;
    lane->open = open;
    lane->open_known = true;
    if (!turned) {
        return;
    }
    int64_t ts_ns = day.open_ns;
    if (!open && calendar_day_before(stream->plan.venue->plan.calendar, now_ns, &day)) {
        ts_ns = day.close_ns;
    }
    const struct market_symbol *symbols = stream->plan.venue->market.symbols;
    for (uint32_t i = 0; i < stream->symbols.count; i++) {
        if (open && lane == &stream->live && symbols[i].halted) {
            continue; /* it does not open with the others */
        }
        items_add(stream, CHANNEL_STATUSES, i)->status =
            (struct data_status){.ts_ns = ts_ns,
                                 .halted = !open,
                                 .reason_code = "",
                                 .reason = open ? "Market Open" : "Market Closed"};
    }
    items_send(stream, lane->endpoints);
}

/* ---- slices ---- */

/* The bar of the data that just ended, and its day. */
static void add_bar(struct data_stream *stream, const struct event *bar)
{
    items_add(stream, CHANNEL_BARS, bar->instrument)->bar.one = bar;
    items_add(stream, CHANNEL_DAILY_BARS, bar->instrument)->bar.end_ns = bar->ts_ns;
}

/* Bars finer than a minute: when it is over, those of all symbols that traded in it. */
static void add_minutes(struct data_stream *stream, int64_t end_ns)
{
    const struct market *market = &stream->plan.venue->market;
    for (uint32_t i = 0; i < stream->symbols.count; i++) {
        const struct record_list *bars = &market->symbols[i].bars;
        uint64_t count = record_list_until(bars, end_ns);
        if (count > 0 && bars->items[count - 1]->src_ns >= end_ns - NS_PER_MIN) {
            items_add(stream, CHANNEL_BARS, i)->bar.end_ns = end_ns;
            items_add(stream, CHANNEL_DAILY_BARS, i)->bar.end_ns = end_ns;
        }
    }
}

/* The first end of a minute at or behind a moment. */
static int64_t minute_end(int64_t ts_ns)
{
    return (ts_ns + NS_PER_MIN - 1) / NS_PER_MIN * NS_PER_MIN;
}

/* What is told late is told as it was. */
static void send_market(struct data_stream *stream, const struct data_lane *lane)
{
    if (lane == &stream->live) {
        items_damage(stream);
    }
    items_send(stream, lane->endpoints);
}

static void publish(struct data_stream *stream, struct data_lane *lane, const struct slice *slice)
{
    int64_t bar_ns = stream->plan.venue->plan.data->bar_ns;
    bool finer = bar_ns > 0 && bar_ns < NS_PER_MIN;
    follow_session(stream, lane, slice->ts_ns - 1);
    if (finer && lane->last_ns != INT64_MIN && minute_end(lane->last_ns) != lane->last_ns &&
        minute_end(lane->last_ns) < slice->ts_ns) {
        add_minutes(stream, minute_end(lane->last_ns)); /* nothing ended with the minute itself */
        send_market(stream, lane);
    }
    for (const struct event *event = slice_ticks(slice); event < slice_end(slice); event++) {
        if (event->kind == EVENT_QUOTE) {
            items_add(stream, CHANNEL_QUOTES, event->instrument)->tick = event;
        } else if (event->kind == EVENT_TRADE_TICK) {
            items_add(stream, CHANNEL_TRADES, event->instrument)->tick = event;
        } else if (!finer) {
            add_bar(stream, event);
        }
    }
    if (finer && minute_end(slice->ts_ns) == slice->ts_ns) {
        add_minutes(stream, slice->ts_ns);
    }
    send_market(stream, lane);
    lane->last_ns = slice->ts_ns;
}

void data_stream_publish(struct data_stream *stream, const struct slice *slice)
{
    publish(stream, &stream->live, slice);
}

/* ---- time ---- */

static bool has_listener(const struct data_stream *stream, enum data_endpoint endpoint)
{
    for (uint32_t i = 0; i < stream->session_count; i++) {
        if (stream->sessions[i]->authenticated && stream->sessions[i]->plan.endpoint == endpoint) {
            return true;
        }
    }
    return false;
}

/* Somebody began to listen: the past begins a quarter of an hour ago. */
static void start_delayed(struct data_stream *stream, int64_t now_ns)
{
    const struct venue_plan *plan = &stream->plan.venue->plan;
    const struct tape_plan tape = {
        .data = plan->data, .seed = plan->seed, .along_bars = plan->ticks_along_bars};
    stream->delayed_tape = tape_create(&tape);
    tape_seek(stream->delayed_tape, now_ns);
    reset_lane(&stream->delayed);
}

static void advance_delayed(struct data_stream *stream, int64_t now_ns)
{
    int64_t ts_ns;
    if (!has_listener(stream, DATA_ENDPOINT_DELAYED_SIP)) {
        tape_destroy(stream->delayed_tape);
        stream->delayed_tape = NULL;
        return;
    }
    if (stream->delayed_tape == NULL) {
        start_delayed(stream, now_ns);
    }
    while (tape_peek(stream->delayed_tape, &ts_ns) && ts_ns <= now_ns) {
        struct slice slice;
        tape_take(stream->delayed_tape, &slice);
        publish(stream, &stream->delayed, &slice);
    }
    follow_session(stream, &stream->delayed, now_ns);
}

void data_stream_advance(struct data_stream *stream, int64_t now_ns)
{
    follow_session(stream, &stream->live, now_ns);
    advance_delayed(stream, now_ns - DATA_DELAY_NS);
}

/* ---- by hand ---- */

void data_stream_halt(struct data_stream *stream, uint32_t instrument, bool halted,
                      const char *reason_code, const char *reason)
{
    items_add(stream, CHANNEL_STATUSES, instrument)->status =
        (struct data_status){stream->plan.venue->now_ns, halted, reason_code, reason};
    items_send(stream, stream->live.endpoints);
}

void data_stream_luld(struct data_stream *stream, uint32_t instrument, int64_t up_e9,
                      int64_t down_e9)
{
    struct data_item *item = items_add(stream, CHANNEL_LULDS, instrument);
    item->luld.ts_ns = stream->plan.venue->now_ns;
    item->luld.up_e9 = up_e9;
    item->luld.down_e9 = down_e9;
    items_send(stream, stream->live.endpoints);
}

void data_stream_cancel_trade(struct data_stream *stream, const struct past_tick *trade, bool error)
{
    struct data_item *item = items_add(stream, CHANNEL_CANCEL_ERRORS, trade->event.instrument);
    item->change.original = trade;
    item->change.error = error;
    items_send(stream, stream->live.endpoints);
}

void data_stream_correct_trade(struct data_stream *stream, const struct past_tick *original,
                               const struct past_tick *corrected)
{
    struct data_item *item = items_add(stream, CHANNEL_CORRECTIONS, original->event.instrument);
    item->change.original = original;
    item->change.corrected = corrected;
    items_send(stream, stream->live.endpoints);
}
