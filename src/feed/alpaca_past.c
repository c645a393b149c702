/* alpaca_past.c: what the feed asks for: bars of every instrument that lags behind the last
 * finished minute (alpaca_private.h), in groups of symbols, one request after another. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "feed/alpaca_private.h"
#include "sys/memory.h"

enum { GROUP_MAX = 100 };

/* After the answer that no request can get by asking again. */
#define REFUSED_WAIT_NS NS_PER_MIN

static void ask_group(struct alpaca_feed *feed);

/* ---- answers ---- */

static void on_bar(void *context, const char *symbol, const struct market_message *message)
{
    struct alpaca_feed *feed = context;
    uint32_t instrument;
    if (!feed_find(feed, symbol, strlen(symbol), &instrument) || !feed->asked[instrument]) {
        return;
    }
    if (message == NULL) {
        feed->counts.bad++;
        (void)snprintf(feed->example, sizeof feed->example, "%s: not a bar", symbol);
        return;
    }
    if (feed->stream != NULL && instrument < feed->stream_count && feed->up_ns != INT64_MAX &&
        message->ts_ns >= feed->up_ns && feed->have_ns[instrument] <= message->ts_ns) {
        feed->counts.missed++;
        feed->missed = true;
        feed->doubted = true;
    }
    if (!feed_is_streamed(feed, instrument)) {
        feed_traded(feed, instrument, message->ts_ns, message->ts_ns + feed->unit.bar_ns);
    }
    feed_take_bar(feed, instrument, feed->unit.bar_ns, message);
}

static void on_page(void *context, const char *next)
{
    struct alpaca_feed *feed = context;
    (void)next;
    feed->trouble = false;
}

static void on_failed(void *context, const char *why)
{
    struct alpaca_feed *feed = context;
    if (!feed->trouble) {
        feed_say(feed, "market-data", "bars of the past do not come (%s); asking again", why);
    }
    feed->trouble = true;
}

/* All of the group's bars have come. */
static void group_came(struct alpaca_feed *feed)
{
    for (uint32_t i = feed->group_first; i < feed->group_end; i++) {
        if (feed->asked[i] && feed->have_ns[i] < feed->asked_until_ns) {
            feed->have_ns[i] = feed->asked_until_ns;
        }
    }
    feed->trouble = false;
    ask_group(feed);
}

/* An exchange that moves by steps and does not make bars so short has brought them by the stream.
 */
static bool is_needless(const struct alpaca_feed *feed, const struct past_bars_end *end)
{
    return client_clock(feed->plan.client)->stepped && end->class == CLIENT_REFUSED;
}

static void on_ended(void *context, const struct past_bars_end *end)
{
    struct alpaca_feed *feed = context;
    bool whole = end->whole || is_needless(feed, end);
    if (!end->whole) {
        feed_say(feed, "market-data", "the request for bars is refused: %s%s", end->why,
                 end->class == CLIENT_KEYS ? " (are these keys of this host?)" : "");
    }
    if (!whole) {
        feed->trouble = true;
        feed->again_ns = client_clock(feed->plan.client)->now_ns + REFUSED_WAIT_NS;
    }
    past_bars_destroy(feed->past);
    feed->past = NULL;
    if (whole) {
        group_came(feed);
    }
}

/* ---- requests ---- */

static bool lags(const struct alpaca_feed *feed, uint32_t instrument)
{
    return feed->have_ns[instrument] < feed->asked_until_ns;
}

/* The next group of those that lag; their symbols, and since when the first of them does. */
static char *next_group(struct alpaca_feed *feed, int64_t *from_ns)
{
    char *symbols = xcalloc(GROUP_MAX, SYMBOL_SIZE + 1);
    size_t length = 0;
    uint32_t count = 0;
    uint32_t i = feed->group_end;
    *from_ns = INT64_MAX;
    feed->group_first = i;
    for (; i < feed->plan.instrument_count && count < GROUP_MAX; i++) {
        feed->asked[i] = lags(feed, i);
        if (!feed->asked[i]) {
            continue;
        }
        length += (size_t)snprintf(symbols + length, SYMBOL_SIZE + 1, "%s%s", count == 0 ? "" : ",",
                                   feed->plan.instruments[i].symbol);
        *from_ns = feed->have_ns[i] < *from_ns ? feed->have_ns[i] : *from_ns;
        count++;
    }
    feed->group_end = i;
    if (count == 0) {
        free(symbols);
        return NULL;
    }
    return symbols;
}

static void ask_group(struct alpaca_feed *feed)
{
    int64_t from_ns;
    char *symbols = next_group(feed, &from_ns);
    if (symbols == NULL) {
        feed->warm = true;
        return;
    }
    struct frame frame; /* of which a part may have come by the stream */
    if (feed->unit.bar_ns < NS_PER_DAY && schedule_at(&feed->unit, from_ns, &frame)) {
        from_ns = frame.start_ns;
    }
    const struct past_bars_plan plan = {
        .client = feed->plan.client,
        .symbols = symbols,
        .timeframe = feed->timeframe,
        .feed = feed->plan.feed,
        .from_ns = from_ns,
        .to_ns = feed->asked_until_ns - NS_PER_S,
        .seed = feed->plan.seed + ++feed->asks,
        .context = feed,
        .bar = on_bar,
        .page = on_page,
        .failed = on_failed,
        .ended = on_ended,
    };
    feed->past = past_bars_create(&plan);
    free(symbols);
}

void feed_past_on_time(struct alpaca_feed *feed, int64_t now_ns)
{
    if (feed->past != NULL) {
        past_bars_on_time(feed->past, now_ns);
        return;
    }
    if (now_ns < feed->again_ns) {
        return;
    }
    feed->asked_until_ns = feed_finished_ns(feed, now_ns);
    feed->group_end = 0;
    ask_group(feed);
}

/* When the next unit can be asked for: a streamed one may have come by then. */
int64_t feed_past_deadline_ns(const struct alpaca_feed *feed)
{
    if (feed->past != NULL) {
        return past_bars_deadline_ns(feed->past);
    }
    struct frame frame;
    int64_t now_ns = client_clock(feed->plan.client)->now_ns;
    int64_t due_ns = schedule_after(&feed->unit, now_ns - feed->delay_ns, &frame)
                         ? frame.end_ns + feed->delay_ns
                         : INT64_MAX;
    return due_ns > feed->again_ns ? due_ns : feed->again_ns;
}
