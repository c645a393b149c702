/* history_query.c: a period counts calendar days back from the last day that has anything to show:
 * the last session that has begun, or in steps of days the last one that is over. */
#include "exchange_http/history_query.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utc.h"
#include "exchange_http/history_steps.h"
#include "exchange_http/local_time.h"
#include "exchange_http/name_list.h"
#include "exchange_http/shape_activity.h"
#include "exchange_http/trading_dates.h"

enum { INTRADAY_DAYS_MAX = 30, PERIOD_DAYS_MAX = 36500 };

/* Units of a period, and days as the choice of steps counts them. */
static const char units[] = "DWMA";
static const int32_t unit_days[] = {1, 7, 30, 365};

static const struct history_timeframe timeframes[] = {
    {"1Min",  NS_PER_MIN     },
    {"5Min",  5 * NS_PER_MIN },
    {"15Min", 15 * NS_PER_MIN},
    {"1H",    NS_PER_HOUR    },
    {"1D",    NS_PER_DAY     },
};

enum { FRAME_1MIN = 0, FRAME_15MIN = 2, FRAME_1D = 4, FRAME_COUNT = 5 };

/* What the parameters say before they are put together. */
struct asked {
    bool has_start, has_end, has_period;
    int64_t start_ns, end_ns;
    int32_t period_count;
    char period_unit; /* D W M A */
};

/* ---- the parameters ---- */

static bool refuse_value(struct call *call, const char *name, const char *value)
{
    call_fail(call, 422, CODE_BAD_VALUE, "invalid %s: %s", name, value);
    return false;
}

static bool read_period(struct call *call, struct asked *asked)
{
    const char *text = call_query(call, "period");
    asked->has_period = text != NULL && *text != '\0';
    text = asked->has_period ? text : "1M";
    char *end;
    long count = strtol(text, &end, 10);
    const char *unit = *end == '\0' ? NULL : strchr(units, *end);
    if (text[0] < '0' || text[0] > '9' || unit == NULL || end[1] != '\0' || count < 1 ||
        count > PERIOD_DAYS_MAX / unit_days[unit - units]) {
        return refuse_value(call, "period", text);
    }
    asked->period_count = (int32_t)count;
    asked->period_unit = *unit;
    return true;
}

/* A date alone means that day's end. `date_end` is what older clients send. */
static bool read_end(struct call *call, struct asked *asked)
{
    const char *name = call_query(call, "end") != NULL ? "end" : "date_end";
    int32_t date;
    if (!call_query_time(call, name, &asked->has_end, &asked->end_ns)) {
        return false;
    }
    if (asked->has_end && strlen(call_query(call, name)) == LOCAL_DATE_SIZE - 1 &&
        local_date_read(call_query(call, name), &date)) {
        asked->end_ns = local_utc(call->venue->market.calendar, date + 1, 0) - 1;
    }
    return true;
}

static bool read_hours(struct call *call, struct history_query *query)
{
    static const char *const names[] = {"market_hours", "extended_hours", "continuous"};
    bool extended;
    const char *hours = call_query(call, "intraday_reporting");
    if (!call_query_bool(call, "extended_hours", false, &extended)) {
        return false;
    }
    query->hours = extended ? HISTORY_EXTENDED_HOURS : HISTORY_MARKET_HOURS;
    for (size_t i = 0; hours != NULL && i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(hours, names[i]) == 0) {
            query->hours = (enum history_hours)i;
            return true;
        }
    }
    return hours == NULL || refuse_value(call, "intraday_reporting", hours);
}

static bool read_reset(struct call *call, struct history_query *query)
{
    const char *reset = call_query(call, "pnl_reset");
    query->resets = reset == NULL || strcmp(reset, "per_day") == 0;
    return query->resets || strcmp(reset, "no_reset") == 0 ||
           refuse_value(call, "pnl_reset", reset);
}

static bool read_flows(struct call *call, struct history_query *query)
{
    const char *types = call_query(call, "cashflow_types");
    query->flows = types != NULL && *types != '\0' && strcasecmp(types, "NONE") != 0;
    query->flow_types = query->flows && strcasecmp(types, "ALL") != 0 ? types : NULL;
    if (query->flow_types != NULL) {
        for (char type[LIST_NAME_SIZE]; name_list_next(&types, type);) {
            if (!name_list_has(activity_types, type)) {
                return refuse_value(call, "cashflow_types", type);
            }
        }
    }
    return true;
}

/* ---- put together ---- */

/* The date that many units away; in a shorter month its last day. */
static int32_t move_date(int32_t date, int32_t count, char unit)
{
    if (unit == 'D' || unit == 'W') {
        return date + count * (unit == 'W' ? 7 : 1);
    }
    struct utc_date parts = utc_date(date);
    int32_t months = parts.year * 12 + parts.month - 1 + count * (unit == 'A' ? 12 : 1);
    struct utc_date first = {months / 12, months % 12 + 1, 1};
    struct utc_date next = {(months + 1) / 12, (months + 1) % 12 + 1, 1};
    int32_t length = (int32_t)(utc_days(next) - utc_days(first));
    int32_t day = parts.day < length ? parts.day : length;
    return (int32_t)utc_days(first) + day - 1;
}

static int32_t days_asked(const struct call *call, const struct asked *asked)
{
    if (asked->has_start && !asked->has_period) {
        enum calendar_id calendar = call->venue->market.calendar;
        return local_date(calendar, asked->end_ns) - local_date(calendar, asked->start_ns) + 1;
    }
    return asked->period_count * unit_days[strchr(units, asked->period_unit) - units];
}

static bool choose_timeframe(struct call *call, const struct asked *asked,
                             struct history_query *query)
{
    const char *name = call_query(call, "timeframe");
    int32_t days = days_asked(call, asked);
    if (name == NULL || *name == '\0') {
        query->timeframe = &timeframes[days < 7                   ? FRAME_1MIN
                                       : days < INTRADAY_DAYS_MAX ? FRAME_15MIN
                                                                  : FRAME_1D];
        return true;
    }
    for (size_t i = 0; i < FRAME_COUNT; i++) {
        if (strcasecmp(timeframes[i].name, name) != 0) {
            continue;
        }
        query->timeframe = &timeframes[i];
        if (i != FRAME_1D && days > INTRADAY_DAYS_MAX) {
            call_fail(call, 422, CODE_UNACCEPTABLE,
                      "only 1D timeframe is accepted for periods longer than 30 days");
            return false;
        }
        return true;
    }
    return refuse_value(call, "timeframe", name);
}

/* The last day that has begun by then, or in steps of days is over. */
static int32_t last_date(const struct call *call, const struct history_query *query, int64_t end_ns)
{
    enum calendar_id calendar = call->venue->market.calendar;
    int32_t date = local_date(calendar, end_ns);
    bool by_day = query->timeframe->ns == NS_PER_DAY;
    struct trading_day day;
    if (!by_day && query->hours == HISTORY_CONTINUOUS) {
        return date;
    }
    while (trading_date_until(calendar, date, &day)) {
        int64_t from_ns = by_day ? history_day_label(calendar, &day)
                          : query->hours == HISTORY_EXTENDED_HOURS ? day.early_open_ns
                                                                   : day.open_ns;
        if (from_ns <= (by_day ? call->venue->now_ns : end_ns)) {
            return day.date;
        }
        date = day.date - 1;
    }
    return date;
}

static void put_together(const struct call *call, const struct asked *asked,
                         struct history_query *query)
{
    enum calendar_id calendar = call->venue->market.calendar;
    int64_t end_ns = asked->end_ns;
    if (asked->has_start && asked->has_period && asked->start_ns < call->venue->now_ns) {
        int32_t behind = move_date(local_date(calendar, asked->start_ns), asked->period_count,
                                   asked->period_unit);
        end_ns = local_utc(calendar, behind, 0) - 1;
    }
    end_ns = end_ns < call->venue->now_ns ? end_ns : call->venue->now_ns;
    query->end_ns = end_ns;
    query->last_date = last_date(call, query, end_ns);
    if (asked->has_start) {
        query->first_date = local_date(calendar, asked->start_ns);
        query->start_ns = asked->start_ns;
    } else {
        query->first_date =
            move_date(query->last_date, -asked->period_count, asked->period_unit) + 1;
        query->start_ns = local_utc(calendar, query->first_date, 0);
    }
}

bool history_query_read(struct call *call, struct history_query *query)
{
    struct asked asked = {0};
    *query = (struct history_query){0};
    if (!read_period(call, &asked) ||
        !call_query_time(call, "start", &asked.has_start, &asked.start_ns) ||
        !read_end(call, &asked) || !read_hours(call, query) || !read_reset(call, query) ||
        !read_flows(call, query)) {
        return false;
    }
    if (asked.has_start && asked.has_end && asked.has_period) {
        call_fail(call, 422, CODE_BAD_VALUE,
                  "only two of start, end and period can be specified at the same time");
        return false;
    }
    asked.end_ns = asked.has_end ? asked.end_ns : call->venue->now_ns;
    if (asked.has_start && asked.has_end && asked.start_ns > asked.end_ns) {
        call_fail(call, 422, CODE_BAD_VALUE, "start must be before end");
        return false;
    }
    if (!choose_timeframe(call, &asked, query)) {
        return false;
    }
    put_together(call, &asked, query);
    return true;
}
