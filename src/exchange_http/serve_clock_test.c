/* serve_clock_test.c: clock and calendar against hours that the exchange published. */
#include "exchange_http/served_test.h"

#define CLOCK(now, open, next_open, next_close)                                                    \
    "{\"timestamp\":\"" now "\",\"is_open\":" open ",\"next_open\":\"" next_open                   \
    "\",\"next_close\":\"" next_close "\"}"

static int64_t moment(const char *text)
{
    int64_t ts_ns;
    cr_assert_eq(utc_parse(text, strlen(text), &ts_ns), ERR_OK);
    return ts_ns;
}

Test(clock, tells_the_time_of_new_york)
{
    static const struct {
        const char *now, *answer;
    } cases[] = {
        {"2026-03-16T18:38:02.118Z", /* the vendor's own example, a Monday */
         CLOCK("2026-03-16T14:38:02.118-04:00", "true",  "2026-03-17T09:30:00-04:00",
         "2026-03-16T16:00:00-04:00")                                                                                                                 },
        {"2026-03-16T13:30:00Z",     CLOCK("2026-03-16T09:30:00-04:00",             "true",
         "2026-03-17T09:30:00-04:00",                                                                                     "2026-03-16T16:00:00-04:00")},
        {"2026-03-16T13:29:59Z",     CLOCK("2026-03-16T09:29:59-04:00",             "false",
         "2026-03-16T09:30:00-04:00",                                                                                     "2026-03-16T16:00:00-04:00")},
        {"2026-03-16T20:00:00Z",     CLOCK("2026-03-16T16:00:00-04:00",             "false",
         "2026-03-17T09:30:00-04:00",                                                                                     "2026-03-17T16:00:00-04:00")},
        {"2026-03-07T12:00:00Z",     /* the Saturday before summer time */
         CLOCK("2026-03-07T07:00:00-05:00",         "false", "2026-03-09T09:30:00-04:00",
         "2026-03-09T16:00:00-04:00")                                                                                                                 },
        {"2025-11-27T15:00:00Z",     /* Thanksgiving; the day after closes early */
         CLOCK("2025-11-27T10:00:00-05:00",         "false", "2025-11-28T09:30:00-05:00",
         "2025-11-28T13:00:00-05:00")                                                                                                                 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct served served = served_at(made_open_ns(0));
        served.venue->now_ns = moment(cases[i].now);
        expect_answer(&served, "GET /v2/clock", 200, cases[i].answer);
        served_finish(&served);
    }
}

Test(clock, of_several_markets_with_their_phases)
{
    static const struct {
        const char *time, *phase, *until;
    } cases[] = {
        {"2026-03-16T07:59:59Z", "closed", "2026-03-16T04:00:00-04:00"},
        {"2026-03-16T08:00:00Z", "pre",    "2026-03-16T09:30:00-04:00"},
        {"2026-03-16T13:30:00Z", "core",   "2026-03-16T16:00:00-04:00"},
        {"2026-03-16T20:00:00Z", "post",   "2026-03-16T20:00:00-04:00"},
        {"2026-03-17T00:00:00Z", "closed", "2026-03-17T04:00:00-04:00"},
        {"2025-11-28T18:00:00Z", "post",   "2025-11-28T17:00:00-05:00"},
    };
    struct served served = served_at(made_open_ns(0));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char request[128];
        (void)snprintf(request, sizeof request, "GET /v3/clock?markets=NYSE%%2COPRA&time=%s",
                       cases[i].time);
        (void)ask(&served, request);
        const struct node *clocks = node_member(tree_root(&served.answer), "clocks");
        cr_assert_eq(clocks->length, 2);
        const struct node *clock = node_first(clocks);
        cr_expect_str_eq(node_text(node_member(clock, "phase")), cases[i].phase, "%s",
                         cases[i].time);
        cr_expect_str_eq(node_text(node_member(clock, "phase_until")), cases[i].until, "%s",
                         cases[i].time);
        cr_expect(node_is(node_member(node_member(clock, "market"), "mic"), "XNYS"));
        const char *phase = node_text(node_member(node_next(clocks, clock), "phase"));
        cr_expect_str_eq(phase, strcmp(cases[i].phase, "core") == 0 ? "core" : "closed");
    }
    expect_answer(&served, "GET /v3/clock?markets=LSE", 400,
                  "{\"code\":40010000,\"message\":\"invalid market: LSE\"}");
    served_finish(&served);
}

#define DAY(date, close, late, settles)                                                            \
    "{\"date\":\"" date "\",\"open\":\"09:30\",\"close\":\"" close                                 \
    "\",\"session_open\":\"0400\",\"session_close\":\"" late "\",\"settlement_date\":\"" settles   \
    "\"}"

Test(calendar, lists_trading_days_with_their_settlement)
{
    static const struct {
        const char *query, *answer;
    } cases[] = {
        {"start=2026-03-13&end=2026-03-16",
         "[" DAY("2026-03-13",                        "16:00", "2000", "2026-03-16") "," DAY("2026-03-16", "16:00", "2000",
         "2026-03-17") "]"},
 /* a moment counts by the date that is written in it */
        {"start=2026-03-16T00:00:00.000Z&end=2026-03-16T23:59:59-04:00",
         "[" DAY("2026-03-16", "16:00", "2000", "2026-03-17") "]"},
 /* Good Friday 2026 is April 3 */
        {"start=2026-04-02&end=2026-04-05",
         "[" DAY("2026-04-02",                           "16:00", "2000", "2026-04-06") "]"},
        {"start=2025-11-27&end=2025-11-29",
         "[" DAY("2025-11-28",                        "13:00", "1700", "2025-12-01") "]"},
 /* Columbus Day: exchanges trade, banks do not settle; T+2 then */
        {"start=2023-10-06&end=2023-10-09",
         "[" DAY("2023-10-06",                  "16:00", "2000", "2023-10-11") "," DAY("2023-10-09", "16:00", "2000",
         "2023-10-11") "]"},
 /* the last day of T+2 and the first of T+1: 2024-05-28 */
        {"start=2024-05-24&end=2024-05-28",
         "[" DAY("2024-05-24",                        "16:00", "2000", "2024-05-29") "," DAY("2024-05-28", "16:00", "2000",
         "2024-05-29") "]"},
        {"start=2026-03-17&end=2026-03-17&date_type=SETTLEMENT",
         "[" DAY("2026-03-16",                  "16:00", "2000", "2026-03-17") "]"},
        {"start=2026-03-14&end=2026-03-15",                              "[]"                       },
        {"start=2026-03-17&end=2026-03-16",                                                        "[]"                 },
    };
    struct served served = served_at(made_open_ns(0));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char request[160];
        (void)snprintf(request, sizeof request, "GET /v2/calendar?%s", cases[i].query);
        expect_answer(&served, request, 200, cases[i].answer);
    }
    (void)ask(&served, "GET /v2/calendar");
    cr_expect_gt(tree_root(&served.answer)->length, 9000); /* 38 years of about 252 days */
    (void)ask(&served, "GET /v2/calendar?start=soon");
    cr_expect_eq(served.status, 400);
    (void)ask(&served, "GET /v2/calendar?date_type=OTHER");
    cr_expect_eq(served.status, 400);
    served_finish(&served);
}

Test(calendar, of_a_market)
{
    struct served served = served_at(made_open_ns(1));
    expect_answer(&served, "GET /v3/calendar/XNYS?start=2025-01-02&end=2025-01-02", 200,
                  "{\"market\":{\"mic\":\"XNYS\",\"acronym\":\"NYSE\",\"name\":\"New York Stock "
                  "Exchange\",\"timezone\":\"America/New_York\"},\"calendar\":[{\"date\":"
                  "\"2025-01-02\",\"core_start\":\"2025-01-02T09:30:00-05:00\",\"core_end\":"
                  "\"2025-01-02T16:00:00-05:00\",\"pre_start\":\"2025-01-02T04:00:00-05:00\","
                  "\"pre_end\":\"2025-01-02T09:30:00-05:00\",\"post_start\":"
                  "\"2025-01-02T16:00:00-05:00\",\"post_end\":\"2025-01-02T20:00:00-05:00\","
                  "\"settlement_date\":\"2025-01-03\"}]}");
    expect_answer(&served, "GET /v3/calendar/OPRA?start=2025-01-02&end=2025-01-02&timezone=UTC",
                  200,
                  "{\"market\":{\"acronym\":\"OPRA\",\"name\":\"Options Price Reporting "
                  "Authority\",\"timezone\":\"UTC\"},\"calendar\":[{\"date\":\"2025-01-02\","
                  "\"core_start\":\"2025-01-02T14:30:00Z\",\"core_end\":\"2025-01-02T21:00:00Z\","
                  "\"settlement_date\":\"2025-01-03\"}]}");
    (void)ask(&served, "GET /v3/calendar/NYSE"); /* today, Monday, and a week */
    cr_expect_eq(node_member(tree_root(&served.answer), "calendar")->length, 6);
    served_finish(&served);
}
