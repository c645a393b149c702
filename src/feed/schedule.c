#include "feed/schedule.h"

#include "base/utc.h"

static bool is_daily(const struct schedule *schedule)
{
    return schedule->bar_ns >= NS_PER_DAY;
}

/* What of a day bars lie in. */
static struct session hours_of(const struct schedule *schedule, const struct trading_day *day)
{
    bool extended = schedule->extended_hours && !is_daily(schedule);
    return extended ? (struct session){day->early_open_ns, day->late_close_ns}
                    : (struct session){day->open_ns, day->close_ns};
}

/* Whether ts_ns lies in the hours of the day that is known, its end left out. */
static bool goes_on(const struct schedule *schedule, int64_t ts_ns, const struct trading_day *day)
{
    struct session hours = hours_of(schedule, day);
    return ts_ns >= hours.open_ns && ts_ns < hours.close_ns;
}

bool schedule_go_on(const struct schedule *schedule, int64_t ts_ns, struct trading_day *day,
                    struct frame *frame)
{
    if (!goes_on(schedule, ts_ns, day)) {
        bool within = calendar_day_at(schedule->calendar, ts_ns + 1, day) &&
                      hours_of(schedule, day).close_ns > ts_ns;
        if (!within && !calendar_day_after(schedule->calendar, ts_ns, day)) {
            return false;
        }
    }
    int64_t open_ns = hours_of(schedule, day).open_ns;
    return calendar_frame(day, schedule->bar_ns, (ts_ns > open_ns ? ts_ns : open_ns) + 1, frame);
}

bool schedule_after(const struct schedule *schedule, int64_t ts_ns, struct frame *frame)
{
    struct trading_day day = {0};
    return schedule_go_on(schedule, ts_ns, &day, frame);
}

bool schedule_before(const struct schedule *schedule, int64_t ts_ns, struct frame *frame)
{
    struct trading_day day;
    while (true) {
        bool within = calendar_day_at(schedule->calendar, ts_ns, &day) &&
                      hours_of(schedule, &day).open_ns < ts_ns;
        if (!within && !calendar_day_before(schedule->calendar, ts_ns, &day)) {
            return false;
        }
        struct session hours = hours_of(schedule, &day);
        int64_t end_ns = ts_ns < hours.close_ns ? ts_ns : hours.close_ns;
        if (!calendar_frame(&day, schedule->bar_ns, end_ns, frame)) {
            return false;
        }
        if (frame->end_ns <= ts_ns) {
            return true;
        }
        if (frame->start_ns > hours.open_ns) {
            return calendar_frame(&day, schedule->bar_ns, frame->start_ns, frame);
        }
        ts_ns = hours.open_ns; /* the last one of the session before */
    }
}

bool schedule_at(const struct schedule *schedule, int64_t start_ns, struct frame *frame)
{
    struct trading_day day;
    if (is_daily(schedule)) {
        return calendar_day_after(schedule->calendar, start_ns, &day) &&
               day.date == utc_day_of(start_ns) &&
               calendar_frame(&day, schedule->bar_ns, day.close_ns, frame);
    }
    if (!calendar_day_at(schedule->calendar, start_ns + 1, &day)) {
        return false;
    }
    struct session hours = hours_of(schedule, &day);
    return start_ns >= hours.open_ns && start_ns < hours.close_ns &&
           calendar_frame(&day, schedule->bar_ns, start_ns + 1, frame);
}

bool schedule_open_ns(const struct schedule *schedule, int64_t ts_ns, int64_t *open_ns)
{
    struct trading_day day;
    if (!calendar_day_at(schedule->calendar, ts_ns, &day)) {
        return false;
    }
    struct session hours = hours_of(schedule, &day);
    *open_ns = hours.open_ns;
    return ts_ns > hours.open_ns && ts_ns <= hours.close_ns;
}

int64_t schedule_back_ns(const struct schedule *schedule, int64_t ts_ns, uint32_t count)
{
    struct frame frame;
    if (!schedule_after(schedule, ts_ns, &frame)) {
        return ts_ns;
    }
    int64_t start_ns = frame.start_ns;
    if (count > 0 && start_ns > ts_ns) {
        start_ns = ts_ns; /* between sessions: count from the last one's end */
    }
    for (uint32_t i = 0; i < count && schedule_before(schedule, start_ns, &frame); i++) {
        start_ns = frame.start_ns;
    }
    return start_ns;
}
