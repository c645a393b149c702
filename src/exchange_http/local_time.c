#include "exchange_http/local_time.h"

#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "market/new_york.h"

static int64_t offset_ns(enum calendar_id calendar, int64_t ts_ns)
{
    return calendar == CALENDAR_ALWAYS ? 0 : new_york_offset_ns(ts_ns);
}

void local_time_write(enum calendar_id calendar, int64_t ts_ns, char text[LOCAL_TIME_SIZE])
{
    int64_t offset = offset_ns(calendar, ts_ns);
    _Static_assert(LOCAL_TIME_SIZE >= UTC_TEXT_SIZE + 5, "room for an offset in place of the Z");
    size_t length = utc_format(ts_ns + offset, text);
    if (calendar != CALENDAR_ALWAYS) { /* New York is never east of Greenwich */
        int hours = (int)(-offset / NS_PER_HOUR);
        const char zone[] = {'-', '0', (char)('0' + hours), ':', '0', '0', '\0'};
        memcpy(text + length - 1, zone, sizeof zone);
    }
}

void local_time_json(struct json_writer *json, enum calendar_id calendar, int64_t ts_ns)
{
    char text[LOCAL_TIME_SIZE];
    local_time_write(calendar, ts_ns, text);
    json_string(json, text);
}

int32_t local_date(enum calendar_id calendar, int64_t ts_ns)
{
    return (int32_t)utc_day_of(ts_ns + offset_ns(calendar, ts_ns));
}

int64_t local_time_of_day(enum calendar_id calendar, int64_t ts_ns)
{
    return ts_ns + offset_ns(calendar, ts_ns) - local_date(calendar, ts_ns) * NS_PER_DAY;
}

int64_t local_utc(enum calendar_id calendar, int32_t date, int64_t time_ns)
{
    return calendar == CALENDAR_ALWAYS ? date * NS_PER_DAY + time_ns : new_york_utc(date, time_ns);
}

void local_date_write(int32_t date, char text[LOCAL_DATE_SIZE])
{
    char full[UTC_TEXT_SIZE];
    (void)utc_format(date * NS_PER_DAY, full);
    (void)snprintf(text, LOCAL_DATE_SIZE, "%.10s", full);
}

bool local_date_read(const char *text, int32_t *date)
{
    int64_t ts_ns;
    if (strlen(text) < LOCAL_DATE_SIZE - 1 ||
        utc_parse_date(text, LOCAL_DATE_SIZE - 1, &ts_ns) != ERR_OK) {
        return false;
    }
    *date = (int32_t)utc_day_of(ts_ns);
    return true;
}
