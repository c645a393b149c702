/* timeframe_test.c: which lengths there are and where their bars begin. */
#include "venue/timeframe.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/utc.h"

static int64_t at(const char *text)
{
    int64_t ts_ns;
    cr_assert_eq(utc_parse(text, strlen(text), &ts_ns), ERR_OK, "%s", text);
    return ts_ns;
}

Test(timeframe, lengths_are_the_vendors)
{
    static const char *const good[] = {"1Min",  "59T", "5Min", "1Hour",   "23H",    "1Day", "1D",
                                       "1Week", "1W",  "1M",   "12Month", "6Month", "4M"};
    static const char *const bad[] = {"",       "Min", "0Min", "60Min", "24Hour", "2Day",  "2W",
                                      "5Month", "1m",  "1min", "01Min", "1Min ",  "-1Min", "100T"};
    struct timeframe timeframe;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        cr_assert(timeframe_parse(good[i], &timeframe), "%s", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_assert(!timeframe_parse(bad[i], &timeframe), "%s", bad[i]);
    }
}

Test(timeframe, periods_begin_on_new_yorks_walls)
{
    static const struct {
        const char *timeframe, *moment, *start, *end;
    } rows[] = {
        {"1Min",   "2026-03-16T13:30:59Z", "2026-03-16T13:30:00Z", "2026-03-16T13:31:00Z"},
        {"15Min",  "2026-03-16T13:44:00Z", "2026-03-16T13:30:00Z", "2026-03-16T13:45:00Z"},
        {"7T",     "2026-03-16T13:30:00Z", "2026-03-16T13:27:00Z", "2026-03-16T13:34:00Z"},
        {"1Hour",  "2026-03-16T13:30:00Z", "2026-03-16T13:00:00Z", "2026-03-16T14:00:00Z"},
        {"4Hour",  "2026-03-16T13:30:00Z", "2026-03-16T12:00:00Z", "2026-03-16T16:00:00Z"},
        {"23H",    "2026-03-17T03:30:00Z", "2026-03-17T03:00:00Z", "2026-03-17T04:00:00Z"},
        {"1Day",   "2026-03-16T13:30:00Z", "2026-03-16T04:00:00Z", "2026-03-17T04:00:00Z"},
        {"1Day",   "2026-01-05T14:30:00Z", "2026-01-05T05:00:00Z", "2026-01-06T05:00:00Z"},
        {"1Day",   "2026-03-08T12:00:00Z", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"},
        {"1Week",  "2026-03-20T13:30:00Z", "2026-03-16T04:00:00Z", "2026-03-23T04:00:00Z"},
        {"1Week",  "2026-03-15T13:30:00Z", "2026-03-09T04:00:00Z", "2026-03-16T04:00:00Z"},
        {"1Month", "2026-03-16T13:30:00Z", "2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z"},
        {"3Month", "2026-12-16T14:30:00Z", "2026-10-01T04:00:00Z", "2027-01-01T05:00:00Z"},
        {"12M",    "2026-12-16T14:30:00Z", "2026-01-01T05:00:00Z", "2027-01-01T05:00:00Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct timeframe timeframe;
        cr_assert(timeframe_parse(rows[i].timeframe, &timeframe));
        struct period period = timeframe_period(&timeframe, at(rows[i].moment));
        cr_assert_eq(period.start_ns, at(rows[i].start), "%s", rows[i].moment);
        cr_assert_eq(period.end_ns, at(rows[i].end), "%s", rows[i].moment);
    }
}

Test(timeframe, bars_are_never_cut_up)
{
    struct timeframe timeframe;
    cr_assert(timeframe_parse("5Min", &timeframe));
    cr_assert(timeframe_holds(&timeframe, NS_PER_MIN));
    cr_assert(timeframe_holds(&timeframe, 5 * NS_PER_MIN));
    cr_assert(!timeframe_holds(&timeframe, 6 * NS_PER_MIN));
    cr_assert(!timeframe_holds(&timeframe, 0));
}
