/* calendar.c: from dates and hours on the wall to moments.
 *
 * A day is computed when it is asked for, without tables: whoever asks bar by bar keeps the day
 * until a bar ends behind it. Clocks change at night, so within a trading day wall time and UTC run
 * alike, and one look at the clock, for the open, gives all four moments. */
#include "market/calendar.h"

#include "base/check.h"
#include "base/utc.h"
#include "market/new_york.h"
#include "market/weekday.h"
#include "market/xnys.h"

#define OPEN_NS          (9 * NS_PER_HOUR + 30 * NS_PER_MIN) /* on the wall */
#define EARLY_OPEN_NS    (4 * NS_PER_HOUR)
#define CLOSE_NS         (16 * NS_PER_HOUR)
#define LATE_CLOSE_NS    (20 * NS_PER_HOUR)
#define HALF_DAY_LESS_NS (3 * NS_PER_HOUR) /* both closes of a half day are earlier by this */

/* The first and the last date that a calendar knows, in the order of enum calendar_id. */
static const struct {
    int32_t first, last;
} known[] = {
    {-98615,          84370         }, /* 1700-01-01 to 2200-12-31, as base/utc.h */
    {XNYS_DATE_FIRST, XNYS_DATE_LAST},
};

/* The date that the calendar gives a moment; false when it knows no such date. */
static bool date_of(enum calendar_id id, int64_t ts_ns, int32_t *date)
{
    /* First by UTC with a day to spare on both sides, so that nothing below overflows. */
    int64_t utc_date = utc_day_of(ts_ns);
    if (utc_date < known[id].first - 1 || utc_date > known[id].last + 1) {
        return false;
    }
    /* The day of `always` is that of the end of a bar. */
    *date = id == CALENDAR_ALWAYS ? (int32_t)utc_day_of(ts_ns - 1) : new_york_date(ts_ns);
    return *date >= known[id].first && *date <= known[id].last;
}

bool calendar_covers(enum calendar_id id, int64_t ts_ns)
{
    int32_t date;
    if (id == CALENDAR_ALWAYS) { /* every entry asks: without its date */
        return ts_ns > known[id].first * NS_PER_DAY && ts_ns <= (known[id].last + 1) * NS_PER_DAY;
    }
    return date_of(id, ts_ns, &date);
}

static void always_day(int32_t date, struct trading_day *day)
{
    int64_t open_ns = date * NS_PER_DAY;
    int64_t close_ns = open_ns + NS_PER_DAY;
    *day = (struct trading_day){
        .open_ns = open_ns,
        .close_ns = close_ns,
        .early_open_ns = open_ns,
        .late_close_ns = close_ns,
        .date = date,
    };
}

/* False when the exchange is closed on that date. */
static bool xnys_day(int32_t date, struct trading_day *day)
{
    enum xnys_hours hours = xnys_hours(date);
    if (hours == XNYS_CLOSED) {
        return false;
    }
    int64_t midnight_ns = new_york_utc(date, OPEN_NS) - OPEN_NS; /* by the clocks of the open */
    int64_t less_ns = hours == XNYS_EARLY_CLOSE ? HALF_DAY_LESS_NS : 0;
    *day = (struct trading_day){
        .open_ns = midnight_ns + OPEN_NS,
        .close_ns = midnight_ns + CLOSE_NS - less_ns,
        .early_open_ns = midnight_ns + EARLY_OPEN_NS,
        .late_close_ns = midnight_ns + LATE_CLOSE_NS - less_ns,
        .date = date,
        .early_close = hours == XNYS_EARLY_CLOSE,
        .provisional = utc_date(date).year > XNYS_YEAR_PUBLISHED,
    };
    return true;
}

static bool day_on(enum calendar_id id, int32_t date, struct trading_day *day)
{
    if (id == CALENDAR_ALWAYS) {
        always_day(date, day);
        return true;
    }
    return xnys_day(date, day);
}

bool calendar_day_at(enum calendar_id id, int64_t end_ns, struct trading_day *day)
{
    struct trading_day found;
    int32_t date;
    if (!date_of(id, end_ns, &date) || !day_on(id, date, &found) || end_ns <= found.early_open_ns ||
        end_ns > found.late_close_ns) {
        return false;
    }
    *day = found;
    return true;
}

bool calendar_day_after(enum calendar_id id, int64_t ts_ns, struct trading_day *day)
{
    int32_t date;
    if (!date_of(id, ts_ns, &date)) {
        return false;
    }
    for (; date <= known[id].last; date++) {
        struct trading_day found;
        if (day_on(id, date, &found) && found.close_ns > ts_ns) {
            *day = found;
            return true;
        }
    }
    return false;
}

bool calendar_day_before(enum calendar_id id, int64_t ts_ns, struct trading_day *day)
{
    int32_t date;
    if (!date_of(id, ts_ns, &date)) {
        return false;
    }
    for (; date >= known[id].first; date--) {
        struct trading_day found;
        if (day_on(id, date, &found) && found.close_ns <= ts_ns) {
            *day = found;
            return true;
        }
    }
    return false;
}

bool calendar_is_regular(const struct trading_day *day, int64_t end_ns)
{
    return end_ns > day->open_ns && end_ns <= day->close_ns;
}

/* The part of the day that holds end_ns: before the open, the regular session, after the close. */
static struct frame part_of(const struct trading_day *day, int64_t end_ns)
{
    if (end_ns <= day->open_ns) {
        return (struct frame){day->early_open_ns, day->open_ns};
    }
    if (end_ns <= day->close_ns) {
        return (struct frame){day->open_ns, day->close_ns};
    }
    return (struct frame){day->close_ns, day->late_close_ns};
}

bool calendar_frame(const struct trading_day *day, int64_t frame_ns, int64_t end_ns,
                    struct frame *frame)
{
    CHECK(frame_ns > 0 && frame_ns <= NS_PER_DAY);
    if (end_ns <= day->early_open_ns || end_ns > day->late_close_ns) {
        return false;
    }
    if (frame_ns == NS_PER_DAY && !calendar_is_regular(day, end_ns)) {
        return false;
    }
    struct frame part = part_of(day, end_ns);
    int64_t inside_ns = end_ns - 1 - day->open_ns; /* counted from the open, below 0 before it */
    int64_t index = inside_ns / frame_ns - (inside_ns % frame_ns < 0);
    int64_t start_ns = day->open_ns + index * frame_ns;
    int64_t stop_ns = start_ns + frame_ns;
    frame->start_ns = start_ns > part.start_ns ? start_ns : part.start_ns;
    frame->end_ns = stop_ns < part.end_ns ? stop_ns : part.end_ns;
    return true;
}

/* The Monday of its week. */
static int32_t monday_of(int32_t date)
{
    return date - ((int32_t)weekday_of(date) - MONDAY + 7) % 7;
}

bool calendar_same_week(int32_t a, int32_t b)
{
    return monday_of(a) == monday_of(b);
}

bool calendar_same_month(int32_t a, int32_t b)
{
    struct utc_date date_a = utc_date(a);
    struct utc_date date_b = utc_date(b);
    return date_a.month == date_b.month && date_a.year == date_b.year;
}

struct session calendar_session(int64_t end_ns)
{
    int64_t day = utc_day_of(end_ns - 1);
    return (struct session){.open_ns = day * NS_PER_DAY, .close_ns = (day + 1) * NS_PER_DAY};
}

struct session calendar_session_of(enum calendar_id id, bool extended, int64_t end_ns)
{
    struct trading_day day;
    if (id == CALENDAR_ALWAYS) {
        return calendar_session(end_ns);
    }
    if (!(extended && calendar_day_at(id, end_ns, &day)) &&
        !calendar_day_after(id, end_ns - 1, &day)) {
        return calendar_session(end_ns);
    }
    return extended ? (struct session){day.early_open_ns, day.late_close_ns}
                    : (struct session){day.open_ns, day.close_ns};
}
