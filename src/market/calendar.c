/* calendar.c: the calendar `always`. */
#include "market/calendar.h"

#include "base/utc.h"

struct session calendar_session(int64_t end_ns)
{
    int64_t day = utc_day_of(end_ns - 1);
    return (struct session){.open_ns = day * NS_PER_DAY, .close_ns = (day + 1) * NS_PER_DAY};
}
