/* serve_clock.c: what time it is on the market, and when it opens and closes next. */
#include "exchange_http/local_time.h"
#include "exchange_http/markets.h"
#include "exchange_http/name_list.h"
#include "exchange_http/routes_account.h"
#include "exchange_http/trading_dates.h"

/* The next open and close after a moment; at the calendar's end what lies behind it is not known.
 */
struct next_session {
    bool is_open;
    bool open_known, close_known;
    int64_t open_ns, close_ns;
};

static struct next_session next_session(enum calendar_id calendar, int64_t now_ns)
{
    struct next_session next = {0};
    struct trading_day day;
    if (!calendar_day_after(calendar, now_ns, &day)) {
        return next;
    }
    next.is_open = day.open_ns <= now_ns;
    next.close_known = true;
    next.close_ns = day.close_ns;
    next.open_known = !next.is_open || calendar_day_after(calendar, day.close_ns, &day);
    next.open_ns = day.open_ns;
    return next;
}

static void member_local(struct json_writer *json, enum calendar_id calendar, const char *key,
                         bool known, int64_t ts_ns)
{
    json_key(json, key);
    if (known) {
        local_time_json(json, calendar, ts_ns);
    } else {
        json_null(json);
    }
}

void serve_clock(struct call *call)
{
    enum calendar_id calendar = call->venue->market.calendar;
    int64_t now_ns = call->venue->now_ns;
    struct next_session next = next_session(calendar, now_ns);
    json_begin_object(call->json);
    member_local(call->json, calendar, "timestamp", true, now_ns);
    json_member_bool(call->json, "is_open", next.is_open);
    member_local(call->json, calendar, "next_open", next.open_known, next.open_ns);
    member_local(call->json, calendar, "next_close", next.close_known, next.close_ns);
    json_end_object(call->json);
}

/* ---- /v3/clock ---- */

struct phase {
    const char *name;
    bool until_known;
    int64_t until_ns;
};

/* The parts of a day in order; a market without extended hours has two of them less. */
static struct phase phase_at(enum calendar_id calendar, const struct public_market *market,
                             int64_t now_ns)
{
    struct trading_day day;
    if (trading_date(calendar, local_date(calendar, now_ns), &day)) {
        if (market->extended && now_ns < day.early_open_ns) {
            return (struct phase){"closed", true, day.early_open_ns};
        }
        if (now_ns < day.open_ns) {
            return (struct phase){market->extended ? "pre" : "closed", true, day.open_ns};
        }
        if (now_ns < day.close_ns) {
            return (struct phase){"core", true, day.close_ns};
        }
        if (market->extended && now_ns < day.late_close_ns) {
            return (struct phase){"post", true, day.late_close_ns};
        }
    }
    bool known = calendar_day_after(calendar, now_ns, &day);
    return (struct phase){"closed", known,
                          !known             ? 0
                          : market->extended ? day.early_open_ns
                                             : day.open_ns};
}

static void write_clock(struct json_writer *json, enum calendar_id calendar,
                        const struct public_market *market, int64_t now_ns)
{
    struct next_session next = next_session(calendar, now_ns);
    struct phase phase = phase_at(calendar, market, now_ns);
    struct trading_day day;
    json_begin_object(json);
    json_key(json, "market");
    public_market_json(json, market, calendar == CALENDAR_ALWAYS ? "UTC" : "America/New_York");
    member_local(json, calendar, "timestamp", true, now_ns);
    json_member_bool(json, "is_market_day",
                     trading_date(calendar, local_date(calendar, now_ns), &day));
    member_local(json, calendar, "next_market_open", next.open_known, next.open_ns);
    member_local(json, calendar, "next_market_close", next.close_known, next.close_ns);
    json_member_string(json, "phase", phase.name);
    member_local(json, calendar, "phase_until", phase.until_known, phase.until_ns);
    json_end_object(json);
}

void serve_clocks(struct call *call)
{
    bool present;
    int64_t now_ns = call->venue->now_ns;
    int64_t asked_ns;
    if (!call_query_time(call, "time", &present, &asked_ns)) {
        return;
    }
    now_ns = present ? asked_ns : now_ns;
    const char *list = call_query(call, "markets");
    list = list == NULL || *list == '\0' ? market_default->acronym : list;
    json_begin_object(call->json);
    json_key(call->json, "clocks");
    json_begin_array(call->json);
    for (char name[LIST_NAME_SIZE]; name_list_next(&list, name);) {
        const struct public_market *market = market_named(name);
        if (market == NULL) {
            call_fail(call, 400, CODE_BAD_REQUEST, "invalid market: %s", name);
            return;
        }
        write_clock(call->json, call->venue->market.calendar, market, now_ns);
    }
    json_end_array(call->json);
    json_end_object(call->json);
}
