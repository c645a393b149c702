/* frames.h: the data's bars put together to the timeframe that was asked for, as far as they are
 * finished at a moment.
 *
 * A bar belongs to the period that its start lies in. Days and longer are made of regular hours
 * alone. The number of trades and the average price are those of the data's own trades; where it
 * has none, a bar counts as many trades as are made along it (data/bar_ticks.h), and its average
 * price is the mean of open, high, low and close; longer ones weigh these by volume. */
#ifndef VENUE_FRAMES_H
#define VENUE_FRAMES_H

#include "venue/adjustment.h"
#include "venue/market.h"
#include "venue/timeframe.h"

struct frame_bar {
    struct period period;
    struct event_bar bar;
    uint64_t trades;
    double average_e9;         /* not rounded yet: frame_average_e9() */
    const struct event *first; /* of the data's bars in it, where it is made of them ... */
    const struct event *last;  /* ... and the last one */
};

/* One symbol's bars in order. */
struct frames {
    const struct market *market;
    const struct record_list *bars;
    const struct record_list *trades;
    struct timeframe timeframe;
    int64_t from_ns, to_ns; /* stamps, both included */
    uint64_t next;          /* bar; descending: the one behind it */
    uint64_t end;           /* bars that are finished */
    bool descending;
    struct trading_day day;              /* of the last bar that was looked at */
    const struct adjustment *adjustment; /* NULL: prices as they were */
};

/* Periods that begin in from_ns..to_ns, made of the bars that end at or before until_ns. */
struct frames frames_of(const struct market *market, uint32_t instrument,
                        const struct timeframe *timeframe, int64_t from_ns, int64_t to_ns,
                        int64_t until_ns, bool descending);

/* The next one; false when there is no more. */
bool frames_next(struct frames *frames, struct frame_bar *out);

/* A single bar as it is, whatever its length: what a stream sends at its end. */
struct frame_bar frame_of_bar(const struct market *market, const struct event *bar);

/* Adds a later bar to one that is being put together; a zeroed one is begun. */
void frame_add(struct frame_bar *frame, const struct frame_bar *more);

/* The average price to six decimals, as the vendor has it, within low and high. */
int64_t frame_average_e9(const struct frame_bar *frame);

#endif
