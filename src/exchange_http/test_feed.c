#include "exchange_http/test_feed.h"

#include "base/money.h"
#include "base/utc.h"
#include "data/synth_random.h"
#include "exchange_http/data_stream_private.h"

#define CENT_E9 INT64_C(10000000)

const struct instrument test_feed_symbol = {"FAKEPACA"};

enum { STREAM_PRICE = 96, STREAM_BAR };

/* ---- prices ---- */

/* Up and down by `height` cents within `length` minutes. */
static int64_t wave(int64_t minute, int64_t length, int64_t height)
{
    int64_t at = minute % length;
    int64_t up = at < length / 2 ? at : length - at;
    return up * 2 * height / length;
}

static uint64_t draw(int64_t minute, uint64_t purpose, uint64_t range)
{
    struct synth_random random =
        synth_random_start(TEST_FEED_SEED ^ (uint64_t)minute, test_feed_symbol.symbol, purpose);
    return synth_random_next(&random) % range;
}

/* The price at which a minute begins, and the one before it ended. */
static int64_t price_at(int64_t minute)
{
    int64_t cents = 14800 + wave(minute, 1440, 300) + wave(minute, 97, 80) +
                    (int64_t)draw(minute, STREAM_PRICE, 21);
    return cents * CENT_E9;
}

struct event test_feed_bar(int64_t ts_ns)
{
    int64_t minute = ts_ns / NS_PER_MIN;
    int64_t open_e9 = price_at(minute);
    int64_t close_e9 = price_at(minute + 1);
    uint64_t more = draw(minute, STREAM_BAR, 64);
    int64_t high_e9 = (open_e9 > close_e9 ? open_e9 : close_e9) + (int64_t)(more % 8) * CENT_E9;
    int64_t low_e9 = (open_e9 < close_e9 ? open_e9 : close_e9) - (int64_t)(more / 8) * CENT_E9;
    return (struct event){
        .ts_ns = (minute + 1) * NS_PER_MIN,
        .src_ns = minute * NS_PER_MIN,
        .kind = EVENT_BAR,
        .version = 1,
        .slots = 1,
        .bar = {open_e9, high_e9, low_e9, close_e9, 6000 + 100 * (int64_t)more}
    };
}

/* ---- bars ---- */

static struct frame_bar frame_of(const struct event *bar)
{
    const struct event_bar *prices = &bar->bar;
    return (struct frame_bar){
        .period = {bar->src_ns, bar->ts_ns},
        .bar = *prices,
        .trades = bar_ticks_trade_count(bar),
        .average_e9 =
            (double)(prices->open_e9 + prices->high_e9 + prices->low_e9 + prices->close_e9) / 4.0,
    };
}

struct frame_bar test_feed_minute(int64_t ts_ns)
{
    const struct event bar = test_feed_bar(ts_ns);
    return frame_of(&bar);
}

struct frame_bar test_feed_day(int64_t ts_ns)
{
    static const struct timeframe one_day = {.unit = TIMEFRAME_DAY, .count = 1};
    const struct period period = timeframe_period(&one_day, ts_ns);
    struct frame_bar day = {0};
    for (int64_t at = period.start_ns; at <= ts_ns; at += NS_PER_MIN) {
        const struct event bar = test_feed_bar(at);
        const struct frame_bar minute = frame_of(&bar);
        frame_add(&day, &minute);
    }
    day.period = period;
    return day;
}

/* ---- the stream ---- */

static struct data_item *add_item(struct data_stream *stream, enum data_channel channel)
{
    struct data_item *item = items_add(stream, channel, 0);
    item->symbol = test_feed_symbol.symbol;
    return item;
}

/* One second of a minute, and at its end the minute itself. */
static void send_second(struct data_stream *stream, const struct bar_tick *tick)
{
    const uint32_t test = UINT32_C(1) << DATA_ENDPOINT_TEST;
    const struct event quote = bar_tick_quote(tick, 0);
    const struct event trade = bar_tick_trade(tick, 0);
    add_item(stream, CHANNEL_QUOTES)->tick = &quote;
    add_item(stream, CHANNEL_TRADES)->tick = &trade;
    if (tick->ts_ns % NS_PER_MIN != 0) {
        items_send(stream, test);
        return;
    }
    const struct frame_bar minute = test_feed_minute(tick->ts_ns - 1);
    const struct frame_bar day = test_feed_day(tick->ts_ns - 1);
    add_item(stream, CHANNEL_BARS)->bar.frame = &minute;
    add_item(stream, CHANNEL_DAILY_BARS)->bar.frame = &day;
    items_send(stream, test);
}

/* The part of a minute behind from_ns, up to to_ns. */
static void send_minute(struct data_stream *stream, int64_t from_ns, int64_t to_ns)
{
    struct bar_tick ticks[BAR_TICKS_MAX];
    const struct event bar = test_feed_bar(to_ns - 1);
    const struct event before = test_feed_bar(bar.src_ns - 1);
    uint32_t count =
        bar_ticks_make(TEST_FEED_SEED, &test_feed_symbol, &bar, before.bar.close_e9, ticks);
    for (uint32_t i = 0; i < count; i++) {
        if (ticks[i].ts_ns > from_ns && ticks[i].ts_ns <= to_ns) {
            send_second(stream, &ticks[i]);
        }
    }
}

void data_stream_test(struct data_stream *stream, int64_t now_ns)
{
    int64_t from_ns = stream->test_ns;
    if (from_ns == INT64_MIN) {
        stream->test_ns = now_ns;
        return;
    }
    if (now_ns / NS_PER_S <= from_ns / NS_PER_S) {
        return;
    }
    from_ns = from_ns < now_ns - NS_PER_MIN ? now_ns - NS_PER_MIN : from_ns;
    int64_t boundary_ns = now_ns / NS_PER_MIN * NS_PER_MIN;
    if (from_ns < boundary_ns) {
        send_minute(stream, from_ns, boundary_ns);
        from_ns = boundary_ns;
    }
    if (now_ns > from_ns) {
        send_minute(stream, from_ns, now_ns);
    }
    stream->test_ns = now_ns;
}
