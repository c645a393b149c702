/* serve_calendar.c: trading days with their hours, in the old form and in the new one. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/utc.h"
#include "exchange_http/local_time.h"
#include "exchange_http/markets.h"
#include "exchange_http/routes_account.h"
#include "exchange_http/trading_dates.h"

/* A date parameter, which clients also send as a moment: then its date as written counts. */
static bool query_date(struct call *call, const char *name, int32_t otherwise, int32_t *date)
{
    bool present;
    int64_t ts_ns;
    *date = otherwise;
    if (!call_query_time(call, name, &present, &ts_ns)) {
        return false;
    }
    return !present || local_date_read(call_query(call, name), date);
}

/* ---- /v2/calendar ---- */

/* "09:30" with `colon`, else "0930". A day that ends at midnight ends at 23:59, which clients can
 * read as a time of that day. */
static void member_hours(struct json_writer *json, const char *key, enum calendar_id calendar,
                         const struct trading_day *day, int64_t ts_ns, bool colon)
{
    int64_t minute = (ts_ns - local_utc(calendar, day->date, 0)) / NS_PER_MIN;
    minute = minute >= 24 * 60 ? 24 * 60 - 1 : minute;
    char text[8];
    (void)snprintf(text, sizeof text, colon ? "%02u:%02u" : "%02u%02u",
                   (unsigned)(minute / 60) % 100, (unsigned)(minute % 60));
    json_member_string(json, key, text);
}

static void member_date(struct json_writer *json, const char *key, int32_t date)
{
    char text[LOCAL_DATE_SIZE];
    local_date_write(date, text);
    json_member_string(json, key, text);
}

static void write_day(struct json_writer *json, enum calendar_id calendar,
                      const struct trading_day *day, int32_t settles)
{
    json_begin_object(json);
    member_date(json, "date", day->date);
    member_hours(json, "open", calendar, day, day->open_ns, true);
    member_hours(json, "close", calendar, day, day->close_ns, true);
    member_hours(json, "session_open", calendar, day, day->early_open_ns, false);
    member_hours(json, "session_close", calendar, day, day->late_close_ns, false);
    member_date(json, "settlement_date", settles);
    json_end_object(json);
}

/* The days whose date, or whose settlement, lies in first..last. Trades settle at most two weeks
 * later: three business days with weekends and holidays between. */
static void write_days(struct json_writer *json, enum calendar_id calendar, int32_t first,
                       int32_t last, bool by_settlement)
{
    first = first < TRADING_DATE_FIRST ? TRADING_DATE_FIRST : first;
    last = last > TRADING_DATE_LAST ? TRADING_DATE_LAST : last;
    int32_t from = by_settlement ? first - 14 : first;
    json_begin_array(json);
    for (int32_t date = from; date <= last; date++) {
        struct trading_day day;
        int32_t settles;
        if (!trading_date(calendar, date, &day) || !settlement_date(calendar, &day, &settles)) {
            continue;
        }
        int32_t counts = by_settlement ? settles : date;
        if (counts >= first && counts <= last) {
            write_day(json, calendar, &day, settles);
        }
    }
    json_end_array(json);
}

void serve_calendar(struct call *call)
{
    int32_t first;
    int32_t last;
    if (!query_date(call, "start", TRADING_DATE_FIRST, &first) ||
        !query_date(call, "end", TRADING_DATE_LAST, &last)) {
        return;
    }
    const char *type = call_query(call, "date_type");
    bool by_settlement = type != NULL && strcasecmp(type, "SETTLEMENT") == 0;
    if (type != NULL && !by_settlement && strcasecmp(type, "TRADING") != 0) {
        call_fail(call, 400, CODE_BAD_REQUEST, "invalid date_type: %s", type);
        return;
    }
    write_days(call->json, call->venue->market.calendar, first, last, by_settlement);
}

/* ---- /v3/calendar/{market} ---- */

struct span {
    const char *start_key, *end_key;
    int64_t start_ns, end_ns;
};

static void write_market_day(struct json_writer *json, enum calendar_id calendar,
                             enum calendar_id clock, const struct public_market *market,
                             const struct trading_day *day)
{
    const struct span spans[] = {
        {"core_start", "core_end", day->open_ns,       day->close_ns     },
        {"pre_start",  "pre_end",  day->early_open_ns, day->open_ns      },
        {"post_start", "post_end", day->close_ns,      day->late_close_ns},
    };
    json_begin_object(json);
    member_date(json, "date", day->date);
    for (size_t i = 0; i < (market->extended ? 3 : 1); i++) {
        if (spans[i].start_ns < spans[i].end_ns) {
            json_key(json, spans[i].start_key);
            local_time_json(json, clock, spans[i].start_ns);
            json_key(json, spans[i].end_key);
            local_time_json(json, clock, spans[i].end_ns);
        }
    }
    int32_t settles;
    if (settlement_date(calendar, day, &settles)) {
        member_date(json, "settlement_date", settles);
    }
    json_end_object(json);
}

/* In what clock the answer is written: the market's own, or UTC, which has no offset. */
static bool query_clock(struct call *call, enum calendar_id *clock)
{
    const char *timezone = call_query(call, "timezone");
    *clock = call->venue->market.calendar;
    if (timezone == NULL) {
        return true;
    }
    if (strcmp(timezone, "UTC") != 0) {
        call_fail(call, 400, CODE_BAD_REQUEST, "invalid timezone: %s", timezone);
        return false;
    }
    *clock = CALENDAR_ALWAYS;
    return true;
}

void serve_market_calendar(struct call *call)
{
    enum calendar_id calendar = call->venue->market.calendar;
    const struct public_market *market = market_named(call->arguments[0]);
    if (market == NULL) {
        call_fail(call, 400, CODE_BAD_REQUEST, "invalid market: %s", call->arguments[0]);
        return;
    }
    int32_t first;
    int32_t last;
    enum calendar_id clock;
    if (!query_date(call, "start", local_date(calendar, call->venue->now_ns), &first) ||
        !query_date(call, "end", first + 7, &last) || !query_clock(call, &clock)) {
        return;
    }
    first = first < TRADING_DATE_FIRST ? TRADING_DATE_FIRST : first;
    last = last > TRADING_DATE_LAST ? TRADING_DATE_LAST : last;
    json_begin_object(call->json);
    json_key(call->json, "market");
    public_market_json(call->json, market, clock == CALENDAR_ALWAYS ? "UTC" : "America/New_York");
    json_key(call->json, "calendar");
    json_begin_array(call->json);
    for (int32_t date = first; date <= last; date++) {
        struct trading_day day;
        if (trading_date(calendar, date, &day)) {
            write_market_day(call->json, calendar, clock, market, &day);
        }
    }
    json_end_array(call->json);
    json_end_object(call->json);
}
