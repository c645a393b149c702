/* alpaca_live.c: the feed's stream: what it is asked for, what it brings, and whether it lives. */
#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "feed/alpaca_private.h"
#include "sys/clock.h"

/* Alpaca's code for more symbols than the plan streams. */
enum { SYMBOL_LIMIT = 405 };

/* A stream that brings nothing for so long, or for two bars, is asked about ... */
#define SILENCE_NS (90 * NS_PER_S)

/* ... and one that brings nothing for so long is begun again even where nobody has traded. */
#define LONG_SILENCE_NS (10 * NS_PER_MIN)

/* The exchange's clock is ahead of ours by no more. */
#define AHEAD_NS (10 * NS_PER_S)

/* ---- what it is asked for ---- */

/* `"NAME":["AAPL",...]` behind what is there; 0 where it does not fit. */
static size_t put_channel(const struct alpaca_feed *feed, const char *name, char *out, size_t size,
                          size_t length)
{
    int more = snprintf(out + length, size - length, ",\"%s\":[", name);
    for (uint32_t i = 0; i < feed->stream_count && more >= 0; i++) {
        length += (size_t)more;
        if (length >= size) {
            return 0;
        }
        more = snprintf(out + length, size - length, "%s\"%s\"", i == 0 ? "" : ",",
                        feed->plan.instruments[i].symbol);
    }
    length += more < 0 ? size : (size_t)more;
    if (length + 2 > size) {
        return 0;
    }
    out[length++] = ']';
    out[length] = '\0';
    return length;
}

/* Bars that are put together can still take a minute that was told anew. */
static size_t subscribe(void *context, char *out, size_t size)
{
    const struct alpaca_feed *feed = context;
    static const char *const channels[] = {"bars", "statuses", "updatedBars"};
    size_t count = feed->plan.bar_ns > NS_PER_MIN ? 3 : 2;
    size_t length = (size_t)snprintf(out, size, "{\"action\":\"subscribe\"");
    for (size_t i = 0; i < count && length != 0 && length < size; i++) {
        length = put_channel(feed, channels[i], out, size, length);
    }
    if (length == 0 || length + 2 > size) {
        return 0;
    }
    out[length++] = '}';
    out[length] = '\0';
    return length;
}

/* The plan has room for fewer. */
static void stream_fewer(struct alpaca_feed *feed)
{
    if (feed->stream_count <= 1) {
        return;
    }
    feed->stream_count /= 2;
    feed_say(feed, "market-data",
             "the plan does not stream so many symbols: %u are streamed, the other %u asked for "
             "every minute",
             feed->stream_count, feed->plan.instrument_count - feed->stream_count);
    stream_restart(feed->stream, "with fewer symbols");
}

/* ---- halts ---- */

/* Whether what begins at ts_ns lies in a session of the run. */
static bool is_inside(const struct alpaca_feed *feed, int64_t ts_ns)
{
    int64_t open_ns;
    return schedule_open_ns(&feed->unit, ts_ns + 1, &open_ns);
}

/* The end of regular hours, at which all trading ends, or goes on in the extended ones. */
static bool is_close(const struct alpaca_feed *feed, int64_t ts_ns)
{
    struct trading_day day;
    return calendar_day_at(feed->plan.calendar, ts_ns, &day) && ts_ns == day.close_ns;
}

/* When it was said, by the exchange's clock, which may be a little ahead of ours, and by steps as
 * far as it likes; a time that no clock can have is now. */
static int64_t said_ns(const struct alpaca_feed *feed, const struct market_message *message)
{
    const struct alpaca_clock *clock = client_clock(feed->plan.client);
    bool can_be = clock->stepped || message->ts_ns <= clock->now_ns + AHEAD_NS;
    return can_be ? message->ts_ns : clock->now_ns;
}

/* A halt within a session shuts its instrument. Between sessions nothing is traded anyway, and what
 * does not open with the others has no bar to decide on. A status that is not known may be a halt.
 */
static void take_status(struct alpaca_feed *feed, uint32_t instrument,
                        const struct market_message *message)
{
    const char *symbol = feed->plan.instruments[instrument].symbol;
    int64_t ts_ns = said_ns(feed, message);
    if (message->halted && (!is_inside(feed, ts_ns) || is_close(feed, ts_ns))) {
        return;
    }
    if (!status_queue_put(&feed->statuses, instrument, message->halted, ts_ns)) {
        return;
    }
    if (message->unknown) {
        feed_say(feed, "market-data",
                 "%s has the trading status %s, which is not known: no entries there until it is "
                 "traded again",
                 symbol, message->status);
    } else {
        feed_say(feed, "market-data", "trading in %s %s", symbol,
                 message->halted ? "is halted: no entries there" : "goes on");
    }
}

/* The stream says only what changes, and not what it was while nobody listened. */
void feed_traded(struct alpaca_feed *feed, uint32_t instrument, int64_t start_ns, int64_t end_ns)
{
    const struct status_subject *halt = status_queue_subject(&feed->statuses, instrument);
    if (halt->stands && start_ns >= halt->since_ns && is_inside(feed, start_ns)) {
        (void)status_queue_put(&feed->statuses, instrument, false, end_ns);
        feed_say(feed, "market-data", "trading in %s goes on: it has a bar of after the halt",
                 feed->plan.instruments[instrument].symbol);
    }
}

/* ---- what it brings ---- */

/* By steps a bar comes at its end, so its length tells itself: data of longer bars. */
static int64_t length_of(const struct alpaca_feed *feed, int64_t start_ns)
{
    const struct alpaca_clock *clock = client_clock(feed->plan.client);
    bool whole = clock->stepped && clock->now_ns - start_ns >= feed->plan.bar_ns;
    return whole ? feed->plan.bar_ns : NS_PER_MIN;
}

static void take_streamed(struct alpaca_feed *feed, uint32_t instrument,
                          const struct market_message *message)
{
    int64_t length_ns = length_of(feed, message->ts_ns);
    int64_t end_ns = message->ts_ns + length_ns;
    feed->missed = false;
    feed->doubted = false;
    feed_traded(feed, instrument, message->ts_ns, end_ns);
    if (feed_is_streamed(feed, instrument) && feed->have_ns[instrument] < end_ns) {
        feed->have_ns[instrument] = end_ns;
    }
    feed_take_bar(feed, instrument, length_ns, message);
}

static void take(void *context, const struct market_message *message)
{
    struct alpaca_feed *feed = context;
    uint32_t instrument;
    if (message->word == MARKET_WORD_CONTROL) {
        if (message->error_code == SYMBOL_LIMIT) {
            stream_fewer(feed);
        }
        return;
    }
    if (!feed_find(feed, message->symbol, message->symbol_length, &instrument)) {
        return;
    }
    if (message->word == MARKET_WORD_BAR || message->word == MARKET_WORD_LATE_BAR) {
        take_streamed(feed, instrument, message);
    } else if (message->word == MARKET_WORD_STATUS) {
        take_status(feed, instrument, message);
    }
}

static bool on_raw(void *context, const char *bytes, size_t length)
{
    struct alpaca_feed *feed = context;
    feed->port.received_mono_ns = clock_mono_ns();
    return market_read_bars(bytes, length, take, context);
}

static void on_message(void *context, const struct node *root)
{
    struct alpaca_feed *feed = context;
    feed->port.received_mono_ns = clock_mono_ns();
    for (const struct node *element = node_first(root); element != NULL;
         element = node_next(root, element)) {
        struct market_message message;
        if (market_read(element, &message) == ERR_OK) {
            take(feed, &message);
        } else {
            feed->counts.bad++;
            (void)snprintf(feed->example, sizeof feed->example, "a message of the stream");
        }
    }
}

/* ---- whether it is up ---- */

/* Up to when the stream cannot have brought everything. The minute under way is still to come as a
 * whole; of a longer bar it brings the rest only. */
static int64_t floor_at(const struct alpaca_feed *feed, int64_t now_ns)
{
    struct frame frame;
    if (feed->unit.bar_ns > NS_PER_MIN && schedule_after(&feed->unit, now_ns, &frame) &&
        frame.start_ns < now_ns) {
        return frame.end_ns;
    }
    return schedule_before(&feed->unit, now_ns, &frame) ? frame.end_ns : feed->first_ns;
}

static void on_changed(void *context, enum stream_state state, const char *why)
{
    struct alpaca_feed *feed = context;
    int64_t now_ns = client_clock(feed->plan.client)->now_ns;
    feed->up_ns = INT64_MAX;
    feed->missed = false;
    switch (state) {
    case STREAM_UP:
        feed->up_ns = now_ns;
        feed->floor_ns = floor_at(feed, now_ns);
        feed_say(feed, "market-data", "the stream is up");
        if (feed->was_up && feed->plan.came_back != NULL) {
            feed->plan.came_back(feed->plan.came_back_context);
        }
        feed->was_up = true;
        return;
    case STREAM_DOWN:
        feed_say(feed, "market-data", "the stream is down (%s); bars are asked for instead", why);
        return;
    case STREAM_REFUSED:
        feed_say(feed, "market-data", "the stream is refused (%s); bars are asked for instead",
                 why);
        return;
    case STREAM_CONNECTING:
        return;
    }
}

/* How long it may be silent in a session. */
static int64_t patience_ns(const struct alpaca_feed *feed)
{
    int64_t bars_ns = 2 * feed->unit.bar_ns;
    return bars_ns > SILENCE_NS ? bars_ns : SILENCE_NS;
}

/* Since when it is silent, as far as the session of now goes; now where none is open. */
static int64_t silent_since_ns(const struct alpaca_feed *feed, int64_t now_ns)
{
    int64_t since_ns = stream_heard_ns(feed->stream);
    int64_t open_ns;
    if (!schedule_open_ns(&feed->unit, now_ns, &open_ns)) {
        return now_ns;
    }
    since_ns = since_ns > feed->up_ns ? since_ns : feed->up_ns;
    return since_ns > open_ns ? since_ns : open_ns;
}

/* Where few trade, many minutes have no bar; a stream is dead when others have what it lacks, or
 * when nobody answers at all. */
static void check_life(struct alpaca_feed *feed, int64_t now_ns)
{
    if (feed->up_ns == INT64_MAX) {
        return;
    }
    int64_t silent_ns = now_ns - silent_since_ns(feed, now_ns);
    bool suspected = feed->missed || feed->trouble;
    int64_t limit_ns = suspected ? patience_ns(feed) : LONG_SILENCE_NS + patience_ns(feed);
    if (silent_ns > limit_ns) {
        feed->counts.restarts++;
        stream_restart(feed->stream, "it brings no bars");
    }
}

void feed_live_start(struct alpaca_feed *feed)
{
    const struct stream_plan plan = {
        .kind = STREAM_DATA,
        .client = feed->plan.client,
        .seed = feed->plan.seed,
        .context = feed,
        .subscribe = subscribe,
        .message = on_message,
        .raw = on_raw,
        .changed = on_changed,
    };
    feed->stream = stream_create(&plan);
}

/* What it says is up may be a connection that the other side has forgotten. */
void feed_live_slept(struct alpaca_feed *feed)
{
    if (feed->stream != NULL) {
        stream_restart(feed->stream, "nobody listened to it for a while");
    }
}

void feed_live_on_time(struct alpaca_feed *feed, int64_t now_ns)
{
    if (feed->stream != NULL) {
        stream_on_time(feed->stream, now_ns);
        check_life(feed, now_ns);
    }
}

int64_t feed_live_deadline_ns(const struct alpaca_feed *feed)
{
    return feed->stream == NULL ? INT64_MAX : stream_deadline_ns(feed->stream);
}
