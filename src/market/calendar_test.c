/* calendar_test.c: sessions of the calendar `always` are UTC days, (open, close] for ends of bars.
 */
#include "market/calendar.h"

#include <criterion/criterion.h>

#include "base/utc.h"

static const struct {
    const char *what;
    int64_t end_ns, open_ns;
} cases[] = {
    {"a day begins behind midnight",       1,                               0                 },
    {"noon",                               12 * NS_PER_HOUR,                0                 },
    {"midnight ends the day before",       NS_PER_DAY,                      0                 },
    {"a nanosecond later begins the next", NS_PER_DAY + 1,                  NS_PER_DAY        },
    {"midnight of 1970 ends 1969",         0,                               -NS_PER_DAY       },
    {"before 1970",                        -1,                              -NS_PER_DAY       },
    {"2024-01-01T00:01:00Z",               19723 * NS_PER_DAY + NS_PER_MIN, 19723 * NS_PER_DAY},
};

Test(calendar, a_bar_belongs_to_the_day_it_covers)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session session = calendar_session(cases[i].end_ns);
        cr_expect_eq(session.open_ns, cases[i].open_ns, "%s", cases[i].what);
        cr_expect_eq(session.close_ns, cases[i].open_ns + NS_PER_DAY, "%s", cases[i].what);
    }
}

Test(calendar, sessions_touch_and_hold_their_bars)
{
    struct session last = calendar_session(1);
    for (int64_t end_ns = NS_PER_MIN; end_ns < 10 * NS_PER_DAY; end_ns += NS_PER_MIN) {
        struct session session = calendar_session(end_ns);
        cr_assert(session.open_ns < end_ns && end_ns <= session.close_ns);
        cr_assert(session.open_ns == last.open_ns || session.open_ns == last.close_ns);
        last = session;
    }
}
