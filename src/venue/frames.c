#include "venue/frames.h"

#include <math.h>

#include "base/money.h"
#include "data/bar_ticks.h"

#define AVERAGE_GRID_E9 INT64_C(1000) /* six decimals, as the vendor has */

int64_t frame_average_e9(const struct frame_bar *frame)
{
    const struct event_bar *bar = &frame->bar;
    double steps = floor(frame->average_e9 / (double)AVERAGE_GRID_E9 + 0.5);
    int64_t rounded = (int64_t)steps * AVERAGE_GRID_E9;
    rounded = rounded < bar->low_e9 ? bar->low_e9 : rounded;
    return rounded > bar->high_e9 ? bar->high_e9 : rounded;
}

/* ---- one bar ---- */

/* Counts the data's own trades in a bar, and weighs them. */
static void weigh_trades(struct frame_bar *frame, const struct record_list *trades)
{
    uint64_t end = record_list_until(trades, frame->period.end_ns - 1);
    double shares = 0.0;
    double average = 0.0;
    for (uint64_t i = record_list_until(trades, frame->period.start_ns - 1); i < end; i++) {
        const struct event *trade = trades->items[i];
        frame->trades++;
        if ((trade->flags & TRADE_TICK_VOLUME_ONLY) == 0) {
            shares += (double)trade->trade_tick.size;
            average += ((double)trade->trade_tick.price_e9 - average) *
                       ((double)trade->trade_tick.size / shares);
        }
    }
    if (shares > 0.0) {
        frame->average_e9 = average;
    }
}

struct frame_bar frame_of_bar(const struct market *market, const struct event *bar)
{
    const struct event_bar *prices = &bar->bar;
    double mean = (double)prices->open_e9 / 4.0 + (double)prices->high_e9 / 4.0 +
                  (double)prices->low_e9 / 4.0 + (double)prices->close_e9 / 4.0;
    struct frame_bar frame = {
        .period = {bar->src_ns, bar->ts_ns},
        .bar = *prices,
        .average_e9 = mean,
        .first = bar,
        .last = bar,
    };
    if (market->data->trade_count > 0) {
        weigh_trades(&frame, &market->symbols[bar->instrument].trades);
    } else {
        frame.trades = bar_ticks_trade_count(bar);
    }
    return frame;
}

void frame_add(struct frame_bar *frame, const struct frame_bar *more)
{
    if (frame->bar.open_e9 == 0) {
        *frame = *more;
        return;
    }
    struct event_bar *bar = &frame->bar;
    bar->high_e9 = more->bar.high_e9 > bar->high_e9 ? more->bar.high_e9 : bar->high_e9;
    bar->low_e9 = more->bar.low_e9 < bar->low_e9 ? more->bar.low_e9 : bar->low_e9;
    bar->close_e9 = more->bar.close_e9;
    bar->volume += more->bar.volume;
    frame->trades += more->trades;
    frame->last = more->last;
    if (bar->volume > 0) {
        double share = (double)more->bar.volume / (double)bar->volume;
        frame->average_e9 += (more->average_e9 - frame->average_e9) * share;
    }
}

/* ---- in order ---- */

/* The bars of a list that begin before a moment. */
static uint64_t begun_before(const struct record_list *bars, uint64_t end, int64_t ts_ns)
{
    uint64_t low = 0;
    uint64_t high = end;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (bars->items[middle]->src_ns < ts_ns) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct frames frames_of(const struct market *market, uint32_t instrument,
                        const struct timeframe *timeframe, int64_t from_ns, int64_t to_ns,
                        int64_t until_ns, bool descending)
{
    const struct market_symbol *symbol = &market->symbols[instrument];
    struct frames frames = {
        .market = market,
        .bars = &symbol->bars,
        .trades = &symbol->trades,
        .timeframe = *timeframe,
        .from_ns = from_ns,
        .to_ns = to_ns,
        .end = record_list_until(&symbol->bars, until_ns),
        .descending = descending,
    };
    if (!timeframe_holds(timeframe, market->data->bar_ns) || from_ns > to_ns) {
        frames.end = 0;
    } else if (descending) {
        uint64_t begun = begun_before(frames.bars, frames.end, to_ns);
        frames.next = frames.end;
        if (begun < frames.end) { /* all of the period that holds the last stamp */
            int64_t last_ns = frames.bars->items[begun]->src_ns;
            const struct period period = timeframe_period(timeframe, last_ns);
            frames.next = begun_before(frames.bars, frames.end, period.end_ns);
        }
    } else {
        frames.next = begun_before(frames.bars, frames.end, from_ns);
    }
    return frames;
}

/* Whether a bar counts: days and longer are of regular hours. Bars of one day follow each other, so
 * the calendar is asked once for it. */
static bool counts(struct frames *frames, const struct event *bar)
{
    struct trading_day *day = &frames->day;
    if (frames->timeframe.unit == TIMEFRAME_MINUTE || frames->timeframe.unit == TIMEFRAME_HOUR) {
        return true;
    }
    bool same_day = bar->ts_ns > day->early_open_ns && bar->ts_ns <= day->late_close_ns;
    return (same_day || calendar_day_at(frames->market->calendar, bar->ts_ns, day)) &&
           calendar_is_regular(day, bar->ts_ns);
}

/* The bars [first, end) that begin in one period. */
static void put_together(struct frames *frames, uint64_t first, uint64_t end, struct frame_bar *out)
{
    *out = (struct frame_bar){0};
    for (uint64_t i = first; i < end; i++) {
        const struct event *bar = frames->bars->items[i];
        if (counts(frames, bar)) {
            struct frame_bar one = frame_of_bar(frames->market, bar);
            if (frames->adjustment != NULL) {
                adjustment_apply(frames->adjustment, bar->ts_ns, &one.bar, &one.average_e9);
            }
            frame_add(out, &one);
        }
    }
}

static bool next_up(struct frames *frames, struct frame_bar *out)
{
    while (frames->next < frames->end) {
        int64_t start_ns = frames->bars->items[frames->next]->src_ns;
        const struct period period = timeframe_period(&frames->timeframe, start_ns);
        uint64_t first = frames->next;
        if (period.start_ns > frames->to_ns) {
            break;
        }
        while (frames->next < frames->end &&
               frames->bars->items[frames->next]->src_ns < period.end_ns) {
            frames->next++;
        }
        if (period.start_ns >= frames->from_ns) {
            put_together(frames, first, frames->next, out);
            out->period = period;
            if (out->first != NULL) {
                return true;
            }
        }
    }
    frames->next = frames->end;
    return false;
}

static bool next_down(struct frames *frames, struct frame_bar *out)
{
    while (frames->next > 0 && frames->end > 0) {
        int64_t start_ns = frames->bars->items[frames->next - 1]->src_ns;
        const struct period period = timeframe_period(&frames->timeframe, start_ns);
        uint64_t end = frames->next;
        if (period.start_ns < frames->from_ns) {
            break;
        }
        while (frames->next > 0 &&
               frames->bars->items[frames->next - 1]->src_ns >= period.start_ns) {
            frames->next--;
        }
        if (period.start_ns <= frames->to_ns) {
            put_together(frames, frames->next, end, out);
            out->period = period;
            if (out->first != NULL) {
                return true;
            }
        }
    }
    frames->next = 0;
    return false;
}

bool frames_next(struct frames *frames, struct frame_bar *out)
{
    return frames->descending ? next_down(frames, out) : next_up(frames, out);
}
