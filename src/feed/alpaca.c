/* alpaca.c: Alpaca's market data as a feed: what is known of each instrument (alpaca_private.h)
 * decides which slices are whole, and whether the data are fresh. */
#include "feed/alpaca.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/utc.h"
#include "feed/alpaca_private.h"
#include "sys/memory.h"

enum { STREAM_SYMBOLS_USUAL = 30 };

#define WAIT_USUAL_NS (2 * NS_PER_S)

/* From a minute's end until the past has its bar, and the same of a day: its official close. */
#define MINUTE_DELAY_NS (5 * NS_PER_S)
#define DAY_DELAY_NS    (20 * NS_PER_MIN)

/* A slice waits no longer than that behind the moment at which its bars can be asked for. */
#define PATIENCE_NS (65 * NS_PER_S)

/* ---- words ---- */

void feed_say(const struct alpaca_feed *feed, const char *what, const char *format, ...)
{
    char text[512];
    va_list arguments;
    if (feed->plan.say == NULL) {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    feed->plan.say(feed->plan.say_context, what, text);
}

static void say_counts(struct alpaca_feed *feed)
{
    const struct alpaca_feed_counts *counts = &feed->counts;
    uint64_t sum = counts->late + counts->changed + counts->bad;
    if (sum != feed->said) {
        feed->said = sum;
        feed_say(feed, "market-data",
                 "so far %" PRIu64 " bars came after their slice was given and were left out, "
                 "%" PRIu64 " were changed after it, %" PRIu64 " were bad; the last: %s",
                 counts->late, counts->changed, counts->bad, feed->example);
    }
}

/* ---- instruments ---- */

bool feed_find(const struct alpaca_feed *feed, const char *symbol, size_t length,
               uint32_t *instrument)
{
    uint32_t low = 0;
    uint32_t high = feed->plan.instrument_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const char *name = feed->plan.instruments[feed->by_symbol[middle]].symbol;
        int order = strncmp(name, symbol, length);
        order =
            order == 0 && name[length < SYMBOL_SIZE ? length : SYMBOL_SIZE - 1] != '\0' ? 1 : order;
        if (order == 0) {
            *instrument = feed->by_symbol[middle];
            return true;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

static int by_name(const void *left, const void *right, void *context)
{
    const struct instrument *instruments = context;
    const uint32_t *a = left;
    const uint32_t *b = right;
    return strcmp(instruments[*a].symbol, instruments[*b].symbol);
}

bool feed_is_streamed(const struct alpaca_feed *feed, uint32_t instrument)
{
    return instrument < feed->stream_count && feed->up_ns != INT64_MAX &&
           feed->have_ns[instrument] >= feed->floor_ns;
}

/* ---- bars ---- */

static void note_example(struct alpaca_feed *feed, uint32_t instrument, int64_t start_ns,
                         const char *fault)
{
    char start[UTC_TEXT_SIZE];
    (void)utc_format(start_ns, start);
    (void)snprintf(feed->example, sizeof feed->example, "%s %s%s%s",
                   feed->plan.instruments[instrument].symbol, start, fault != NULL ? ": " : "",
                   fault != NULL ? fault : "");
}

void feed_take_bar(struct alpaca_feed *feed, uint32_t instrument, int64_t length_ns,
                   const struct market_message *message)
{
    const char *fault = event_bar_fault(&message->event.bar);
    if (fault != NULL) {
        feed->counts.bad++;
        note_example(feed, instrument, message->ts_ns, fault);
        return;
    }
    enum slices_taken taken =
        slices_bar(feed->slices, instrument, message->ts_ns, length_ns, &message->event.bar);
    if (taken == SLICES_LATE || taken == SLICES_CHANGED) {
        feed->counts.late += taken == SLICES_LATE;
        feed->counts.changed += taken == SLICES_CHANGED;
        note_example(feed, instrument, message->ts_ns, NULL);
    }
}

int64_t feed_finished_ns(const struct alpaca_feed *feed, int64_t now_ns)
{
    struct frame frame;
    return schedule_before(&feed->unit, now_ns - feed->delay_ns, &frame) ? frame.end_ns
                                                                         : feed->first_ns;
}

/* Up to when nothing is missing, or waited for, of all instruments. A stream that keeps back what
 * others have is not taken at its word. */
static int64_t covered_ns(const struct alpaca_feed *feed)
{
    int64_t covered_ns = INT64_MAX;
    int64_t streamed_ns = feed->time_ns - feed->plan.wait_ns;
    for (uint32_t i = 0; i < feed->plan.instrument_count; i++) {
        int64_t have_ns = feed->have_ns[i];
        if (!feed->doubted && feed_is_streamed(feed, i) && have_ns < streamed_ns) {
            have_ns = streamed_ns;
        }
        covered_ns = have_ns < covered_ns ? have_ns : covered_ns;
    }
    return covered_ns;
}

static bool all_streamed(const struct alpaca_feed *feed)
{
    bool all = true;
    for (uint32_t i = 0; i < feed->plan.instrument_count; i++) {
        all = all && feed_is_streamed(feed, i);
    }
    return all;
}

/* Up to when nothing is waited for any more, whatever is missing. */
static int64_t patience_end_ns(const struct alpaca_feed *feed)
{
    bool just_awake = feed->time_ns - feed->awake_ns <= PATIENCE_NS;
    return just_awake ? INT64_MIN : feed->time_ns - feed->delay_ns - PATIENCE_NS;
}

/* Tells the slices what is not waited for any more. */
static void settle(struct alpaca_feed *feed)
{
    bool stepped = client_clock(feed->plan.client)->stepped;
    if (!feed->warm) {
        return;
    }
    if (!feed->past_set) {
        int64_t recent_ns = feed->time_ns - feed->plan.bar_ns;
        bool old = stepped || feed->created_ns > recent_ns;
        slices_set_past(feed->slices, old ? feed->created_ns : recent_ns);
        feed->past_set = true;
    }
    int64_t limit_ns = patience_end_ns(feed);
    int64_t covered = covered_ns(feed);
    slices_settle(feed->slices, covered > limit_ns ? covered : limit_ns);
    slices_trust(feed->slices, all_streamed(feed));
}

/* ---- whether the data are fresh ---- */

/* Something is missing for longer than it can take. */
static bool is_stale(const struct alpaca_feed *feed)
{
    int64_t have_ns = INT64_MAX;
    struct frame frame;
    if (!feed->warm) {
        return feed->time_ns > feed->created_ns + PATIENCE_NS;
    }
    for (uint32_t i = 0; i < feed->plan.instrument_count; i++) {
        have_ns = feed->have_ns[i] < have_ns ? feed->have_ns[i] : have_ns;
    }
    return schedule_after(&feed->unit, have_ns, &frame) &&
           feed->time_ns - feed->delay_ns - PATIENCE_NS > frame.end_ns;
}

/* Whether what is given next is of now. */
static bool has_caught_up(const struct alpaca_feed *feed)
{
    int64_t horizon_ns = slices_horizon_ns(feed->slices);
    return feed->warm &&
           horizon_ns > feed->time_ns - feed->delay_ns - PATIENCE_NS - feed->plan.bar_ns;
}

static void judge(struct alpaca_feed *feed)
{
    bool stale = is_stale(feed);
    if (stale || has_caught_up(feed)) {
        (void)status_queue_put(&feed->statuses, INSTRUMENT_NONE, stale, feed->time_ns);
    }
}

/* ---- the port ---- */

static struct alpaca_feed *of_port(struct live_feed *port)
{
    return (struct alpaca_feed *)port;
}

static const struct alpaca_feed *of_const_port(const struct live_feed *port)
{
    return (const struct alpaca_feed *)port;
}

static bool feed_next_slice(struct live_feed *port, struct slice *slice)
{
    struct alpaca_feed *feed = of_port(port);
    settle(feed);
    return feed->warm && slices_next(feed->slices, slice);
}

static int64_t feed_horizon_ns(const struct live_feed *port)
{
    return slices_horizon_ns(of_const_port(port)->slices);
}

static const struct event *feed_next_status(struct live_feed *port)
{
    return status_queue_next(&of_port(port)->statuses);
}

static int64_t earlier(int64_t a_ns, int64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

/* When the next slice is not waited for any more; first by the stream, then at all. */
static int64_t slice_deadline_ns(const struct alpaca_feed *feed)
{
    int64_t end_ns = slices_horizon_ns(feed->slices);
    if (end_ns == INT64_MAX) {
        return INT64_MAX;
    }
    int64_t due_ns = end_ns + feed->plan.wait_ns;
    int64_t last_ns = end_ns + feed->delay_ns + PATIENCE_NS;
    return due_ns > feed->time_ns ? due_ns : last_ns > feed->time_ns ? last_ns : INT64_MAX;
}

static int64_t feed_deadline_ns(const struct live_feed *port)
{
    const struct alpaca_feed *feed = of_const_port(port);
    return earlier(slice_deadline_ns(feed),
                   earlier(feed_live_deadline_ns(feed), feed_past_deadline_ns(feed)));
}

/* By steps, all of a moment is here before anybody hears of it. */
static void take_moment(struct alpaca_feed *feed, int64_t now_ns)
{
    for (uint32_t i = 0; i < feed->plan.instrument_count; i++) {
        if (feed_is_streamed(feed, i) && feed->have_ns[i] < now_ns) {
            feed->have_ns[i] = now_ns;
        }
    }
}

static void feed_on_time(struct live_feed *port, int64_t now_ns)
{
    struct alpaca_feed *feed = of_port(port);
    feed->time_ns = now_ns;
    feed_live_on_time(feed, now_ns);
    if (client_clock(feed->plan.client)->stepped) {
        take_moment(feed, now_ns);
    }
    feed_past_on_time(feed, now_ns);
    judge(feed);
    say_counts(feed);
}

static const struct live_feed_ops ops = {
    .next = feed_next_slice,
    .horizon_ns = feed_horizon_ns,
    .next_status = feed_next_status,
    .deadline_ns = feed_deadline_ns,
    .on_time = feed_on_time,
};

struct live_feed *alpaca_feed_port(struct alpaca_feed *feed)
{
    return &feed->port;
}

/* ---- the beginning and the end ---- */

/* Which bars are asked for: those of the run where Alpaca counts them as we do, from the open. */
static void choose_unit(struct alpaca_feed *feed, bool stepped)
{
    int64_t bar_ns = feed->plan.bar_ns;
    bool daily = bar_ns >= NS_PER_DAY;
    bool same = daily || (30 * NS_PER_MIN) % bar_ns == 0;
    feed->unit = (struct schedule){feed->plan.calendar, feed->plan.extended_hours,
                                   same ? bar_ns : NS_PER_MIN};
    (void)snprintf(feed->timeframe, sizeof feed->timeframe, "%" PRId64 "%s",
                   daily ? 1 : feed->unit.bar_ns / NS_PER_MIN, daily ? "Day" : "Min");
    feed->delay_ns = stepped ? 0 : daily ? DAY_DELAY_NS : MINUTE_DELAY_NS;
}

/* Instruments without a trade in some minutes need more of them. */
static int64_t first_of(const struct alpaca_feed *feed, const struct schedule *schedule)
{
    uint32_t bars = feed->plan.warmup_bars;
    if (feed->plan.last_slice_ns != 0) {
        return feed->plan.last_slice_ns;
    }
    return schedule_back_ns(schedule, feed->created_ns, bars == 0 ? 0 : bars + bars / 2 + 10);
}

static void make_tables(struct alpaca_feed *feed)
{
    uint32_t count = feed->plan.instrument_count;
    feed->by_symbol = xcalloc(count, sizeof *feed->by_symbol);
    feed->have_ns = xcalloc(count, sizeof *feed->have_ns);
    feed->asked = xcalloc(count, sizeof *feed->asked);
    for (uint32_t i = 0; i < count; i++) {
        feed->by_symbol[i] = i;
        feed->have_ns[i] = feed->first_ns;
    }
    qsort_r(feed->by_symbol, count, sizeof *feed->by_symbol, by_name,
            (void *)(uintptr_t)feed->plan.instruments);
}

/* What the log has still stands until something ends it. What happened meanwhile is not known: only
 * what is traded from now on shows that an instrument is not halted any more. */
static void restore_statuses(struct alpaca_feed *feed)
{
    status_queue_init(&feed->statuses, feed->plan.instrument_count);
    for (uint32_t i = 0; i < feed->plan.instrument_count && feed->plan.halted != NULL; i++) {
        if (feed->plan.halted[i]) {
            status_queue_restore(&feed->statuses, i, feed->created_ns);
        }
    }
    if (feed->plan.stale) {
        status_queue_restore(&feed->statuses, INSTRUMENT_NONE, feed->created_ns);
    }
    feed->plan.halted = NULL;
}

struct alpaca_feed *alpaca_feed_create(const struct alpaca_feed_plan *plan)
{
    struct alpaca_feed *feed = xcalloc(1, sizeof *feed);
    const struct alpaca_clock *clock = client_clock(plan->client);
    CHECK(plan->instrument_count > 0);
    feed->port.ops = &ops;
    feed->plan = *plan;
    feed->plan.wait_ns = clock->stepped ? 0 : plan->wait_ns == 0 ? WAIT_USUAL_NS : plan->wait_ns;
    feed->created_ns = clock->now_ns;
    feed->time_ns = clock->now_ns;
    feed->up_ns = INT64_MAX;
    choose_unit(feed, clock->stepped);
    struct slices_plan slices = {
        .schedule = {plan->calendar, plan->extended_hours, plan->bar_ns},
        .instrument_count = plan->instrument_count,
        .first_ordinal = plan->first_ordinal,
    };
    feed->first_ns = first_of(feed, &slices.schedule);
    slices.first_ns = feed->first_ns;
    feed->slices = slices_create(&slices);
    make_tables(feed);
    restore_statuses(feed);
    if (plan->bar_ns < NS_PER_DAY) {
        uint32_t most = plan->stream_symbols == 0 ? STREAM_SYMBOLS_USUAL : plan->stream_symbols;
        feed->stream_count = most < plan->instrument_count ? most : plan->instrument_count;
        feed_live_start(feed);
    }
    feed_past_on_time(feed, clock->now_ns);
    return feed;
}

void alpaca_feed_destroy(struct alpaca_feed *feed)
{
    if (feed == NULL) {
        return;
    }
    past_bars_destroy(feed->past);
    stream_destroy(feed->stream);
    slices_destroy(feed->slices);
    free(feed->by_symbol);
    free(feed->have_ns);
    free(feed->asked);
    status_queue_finish(&feed->statuses);
    free(feed);
}

int64_t alpaca_feed_first_ns(const struct alpaca_feed *feed)
{
    return feed->first_ns;
}

struct alpaca_feed_counts alpaca_feed_counts(const struct alpaca_feed *feed)
{
    return feed->counts;
}

void alpaca_feed_slept(struct alpaca_feed *feed)
{
    feed->awake_ns = client_clock(feed->plan.client)->now_ns;
    feed_live_slept(feed);
}

bool alpaca_feed_is_idle(const struct alpaca_feed *feed)
{
    bool connects = feed->stream != NULL && stream_state(feed->stream) == STREAM_CONNECTING;
    bool asks = feed->past != NULL && past_bars_deadline_ns(feed->past) == INT64_MAX;
    return !connects && !asks;
}

void alpaca_feed_barrier(struct alpaca_feed *feed, void (*arrived)(void *context), void *context)
{
    if (feed->stream == NULL) {
        arrived(context);
        return;
    }
    stream_barrier(feed->stream, arrived, context);
}
