/* schedule.h: when the bars of a run begin and end, from one session to the next. A function of its
 * arguments alone. */
#ifndef FEED_SCHEDULE_H
#define FEED_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "market/calendar.h"

/* Bars as market/calendar.h counts frames: from the open, cut at the ends of the session; a bar of
 * a day is the regular session. */
struct schedule {
    enum calendar_id calendar;
    bool extended_hours;
    int64_t bar_ns; /* a minute or more, at most a day */
};

/* The first bar that ends behind ts_ns: the one under way, or the first of the next session. False
 * where the calendar ends, as all here. */
bool schedule_after(const struct schedule *schedule, int64_t ts_ns, struct frame *frame);

/* The same; `day` remembers the session that was found: nearly always the next bar lies in it, too.
 * All zero at first, and for one schedule. */
bool schedule_go_on(const struct schedule *schedule, int64_t ts_ns, struct trading_day *day,
                    struct frame *frame);

/* The last one that has ended at ts_ns. */
bool schedule_before(const struct schedule *schedule, int64_t ts_ns, struct frame *frame);

/* The one that holds what starts at start_ns. Of a day's bar the start may be any moment between
 * its midnight in New York and its close. False outside of sessions. */
bool schedule_at(const struct schedule *schedule, int64_t start_ns, struct frame *frame);

/* When the session began that ts_ns lies in; false between sessions. */
bool schedule_open_ns(const struct schedule *schedule, int64_t ts_ns, int64_t *open_ns);

/* The beginning of the bar `count` bars before the one that ends behind ts_ns; as far back as the
 * calendar knows. */
int64_t schedule_back_ns(const struct schedule *schedule, int64_t ts_ns, uint32_t count);

#endif
