/* calendar.h: which trading day a moment belongs to, and where days and frames begin and end.
 *
 * `always`: the market never closes and a day is a UTC day. `XNYS`: the days and hours of the US
 * stock exchanges (market/xnys.h), with trading before the open and after the close.
 *
 * Intervals are (begin, end] for ends of bars: a bar that ends exactly at the close belongs to the
 * day that closes, one that ends exactly at the open to the trading before it. All moments are
 * `ts_ns` in UTC. Every function is a function of its arguments alone. */
#ifndef MARKET_CALENDAR_H
#define MARKET_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

enum calendar_id {
    CALENDAR_ALWAYS,
    CALENDAR_XNYS,
};

struct trading_day {
    int64_t open_ns, close_ns; /* regular session: 09:30 to 16:00 in New York, or to 13:00 */
    int64_t early_open_ns;     /* trading before the open begins: 04:00 */
    int64_t late_close_ns;     /* trading after the close ends: 20:00, or 17:00 */
    int32_t date;              /* in New York (`always`: in UTC), in days since 1970-01-01 */
    bool early_close;          /* at 13:00 */
    bool provisional;          /* of a year that the exchange has not published: by rule alone */
};

/* Whether the calendar knows the day of that moment: `XNYS` from 1998 to 2035 in New York, `always`
 * from 1700 to 2200. The functions below find nothing for any other moment. */
bool calendar_covers(enum calendar_id id, int64_t ts_ns);

/* The day whose whole span (early_open, late_close] holds a bar that ends at end_ns. False when it
 * is outside of any: at night, on a weekend or a holiday. */
bool calendar_day_at(enum calendar_id id, int64_t end_ns, struct trading_day *day);

/* The first day with close_ns > ts_ns: the one in session or the next to open. False when it would
 * lie behind the last day that the calendar knows. */
bool calendar_day_after(enum calendar_id id, int64_t ts_ns, struct trading_day *day);

/* The last day with close_ns <= ts_ns. False when it would lie before the first that it knows. */
bool calendar_day_before(enum calendar_id id, int64_t ts_ns, struct trading_day *day);

/* Whether a bar that ends at end_ns is of the regular session. */
bool calendar_is_regular(const struct trading_day *day, int64_t end_ns);

struct frame {
    int64_t start_ns, end_ns;
};

/* The frame of length frame_ns (more than 0, at most a day) that holds a bar ending at end_ns.
 * Frames are counted from the regular open, in both directions; one that reaches over an end of the
 * regular session or of the day is cut there, so the last of a session ends at its close. The frame
 * of one day is the regular session. False when end_ns is outside of the day, or outside of the
 * regular session for the frame of a day. */
bool calendar_frame(const struct trading_day *day, int64_t frame_ns, int64_t end_ns,
                    struct frame *frame);

/* Whether two dates (days since 1970-01-01) lie in the same ISO week (Monday to Sunday), or in the
 * same month of the same year. */
bool calendar_same_week(int32_t a, int32_t b);
bool calendar_same_month(int32_t a, int32_t b);

struct session {
    int64_t open_ns;  /* first nanosecond of the session */
    int64_t close_ns; /* first nanosecond after it */
};

/* The session of the calendar `always` that holds the moment at which a bar or fill ends. */
struct session calendar_session(int64_t end_ns);

/* The session of an account: what happens up to its close belongs to it. `XNYS`: a trading day's
 * regular hours, or with `extended` its whole span; a bar behind the close counts to the next day.
 * Where the calendar knows no day, and for `always`, a UTC day. */
struct session calendar_session_of(enum calendar_id id, bool extended, int64_t end_ns);

#endif
