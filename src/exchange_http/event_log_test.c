/* event_log_test.c: events that can be asked for again, and their ids. */
#include "exchange_http/event_log.h"
#include "exchange_http/served_test.h"

#define AT(seconds) (made_open_ns(1) + (seconds)*NS_PER_S)

static bool begin(struct served *served, const struct event_log *log, const char *query,
                  struct event_cursor *cursor)
{
    char text[256];
    struct query_item items[URL_PARAMETERS_MAX];
    struct url url;
    struct call call;
    (void)snprintf(text, sizeof text, "/v2/events/trades?%s", query);
    cr_assert_eq(url_parse(text, &url), ERR_OK);
    served_call(served, &url, &call, items);
    bool fine = event_cursor_read(&call, log, cursor);
    served->status = call.status;
    return fine;
}

/* The numbers of the events that come: "1 2 end". */
static const char *numbers(const struct event_log *log, struct event_cursor *cursor, int64_t now_ns)
{
    static char text[256];
    struct event_text out = {0};
    event_log_write(log, cursor, now_ns, &out);
    size_t length = 0;
    text[0] = '\0';
    for (const char *at = out.bytes; at != NULL && (at = strstr(at, "\"n\":")) != NULL; at++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%c",
                                   length > 0 ? " " : "", at[4]);
    }
    (void)snprintf(text + length, sizeof text - length, "%s",
                   !cursor->ended ? ""
                   : length > 0   ? " end"
                                  : "end");
    free(out.bytes);
    return text;
}

/* Events 0 to 5, ten seconds apart, in a log of four: 2 to 5 are left. */
static struct event_log *make_log(char ids[6][ULID_TEXT_SIZE])
{
    struct event_log *log = event_log_create(7, 4);
    for (int i = 0; i < 6; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "{\"n\":%d}", i);
        (void)snprintf(ids[i], ULID_TEXT_SIZE, "%s", event_log_add(log, AT(10 * i), 0, text));
    }
    return log;
}

Test(event_log, writes_lines_of_server_sent_events)
{
    struct served served = served_at(AT(0));
    struct event_log *log = event_log_create(7, 4);
    struct event_cursor cursor;
    cr_assert(begin(&served, log, "", &cursor));
    char id[ULID_TEXT_SIZE], expected[256];
    (void)snprintf(id, sizeof id, "%s", event_log_add(log, AT(0), 0, "{\"event\":\"new\"}"));
    (void)event_log_add(log, AT(0), 0, "{}");
    struct event_text out = {0};
    event_log_write(log, &cursor, AT(0), &out);
    (void)snprintf(expected, sizeof expected,
                   "data: {\"event_id\":\"%s\",\"event\":\"new\"}\n\ndata: {\"event_id\":\"", id);
    cr_expect_eq(strncmp(out.bytes, expected, strlen(expected)), 0, "%s", out.bytes);
    cr_expect_eq(strcmp(out.bytes + out.length - 4, "\"}\n\n"), 0);
    size_t before = out.length;
    event_log_write(log, &cursor, AT(0), &out);
    cr_expect_eq(out.length, before, "each comes once");
    free(out.bytes);
    event_log_destroy(log);
    served_finish(&served);
}

Test(event_log, begins_and_ends_where_it_is_asked_to)
{
    char ids[6][ULID_TEXT_SIZE];
    struct served served = served_at(AT(0));
    struct event_log *log = make_log(ids);
    static const struct {
        const char *since_id, *until_id; /* places in ids, or a query of times */
        const char *query, *numbers;
    } cases[] = {
        {NULL, NULL, "",                                                      ""       },
        {NULL, NULL, "since=2026-03-16",                                      "2 3 4 5"},
        {NULL, NULL, "since=2026-03-16T13:30:40Z",                            "4 5"    },
        {NULL, NULL, "since=2026-03-16T13:30:30Z&until=2026-03-16T13:30:40Z", "3 4 end"},
        {NULL, NULL, "since=2026-03-16T13:31:00Z&until=2026-03-16T13:31:10Z", "end"    },
        {NULL, NULL, "since=2026-03-16T13:30:00Z&until=2026-03-17",           "2 3 4 5"},
        {"4",  NULL, NULL,                                                    "4 5"    },
        {"3",  "4",  NULL,                                                    "3 4 end"},
        {"0",  "2",  NULL,                                                    "2 end"  },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char query[160];
        struct event_cursor cursor;
        if (cases[i].since_id == NULL) {
            (void)snprintf(query, sizeof query, "%s", cases[i].query);
        } else {
            (void)snprintf(query, sizeof query, "since_id=%s%s%s", ids[cases[i].since_id[0] - '0'],
                           cases[i].until_id == NULL ? "" : "&until_id=",
                           cases[i].until_id == NULL ? "" : ids[cases[i].until_id[0] - '0']);
        }
        cr_assert(begin(&served, log, query, &cursor), "%s", query);
        cr_expect_str_eq(numbers(log, &cursor, AT(120)), cases[i].numbers, "%s", query);
    }
    event_log_destroy(log);
    served_finish(&served);
}

Test(event_log, tells_a_slow_reader_what_it_lost)
{
    struct served served = served_at(AT(0));
    struct event_log *log = event_log_create(7, 2);
    struct event_cursor cursor;
    cr_assert(begin(&served, log, "", &cursor));
    for (int i = 0; i < 5; i++) {
        (void)event_log_add(log, AT(i), 0, "{\"n\":1}");
    }
    struct event_text out = {0};
    event_log_write(log, &cursor, AT(9), &out);
    cr_expect_eq(strncmp(out.bytes, ": you are reading too slowly, dropped 3 messages\n\n", 50), 0,
                 "%s", out.bytes);
    cr_expect_eq(cursor.lost, 3);
    free(out.bytes);
    event_log_destroy(log);
    served_finish(&served);
}

Test(event_log, refuses_bounds_that_do_not_go_together)
{
    static const struct {
        const char *query;
        int status;
    } cases[] = {
        {"since=2026-03-16&since_id=01ARZ3NDEKTSV4RRFFQ69G5FAV", 422},
        {"until=2026-03-16",                                     422},
        {"until_id=01ARZ3NDEKTSV4RRFFQ69G5FAV",                  422},
        {"since_id=01ARZ3NDEKTSV4RRFFQ69G5FA",                   422},
        {"since_id=01ARZ3NDEKTSV4RRFFQ69G5FAU",                  422}, /* U is no digit */
        {"since_id=81ARZ3NDEKTSV4RRFFQ69G5FAV",                  422}, /* beyond 128 bits */
        {"since=now",                                            400},
        {"since_id=01arz3ndektsv4rrffq69g5fav",                  200},
    };
    struct served served = served_at(AT(0));
    struct event_log *log = event_log_create(7, 2);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct event_cursor cursor;
        cr_expect_eq(begin(&served, log, cases[i].query, &cursor), cases[i].status == 200);
        cr_expect_eq(served.status, cases[i].status, "%s", cases[i].query);
    }
    event_log_destroy(log);
    served_finish(&served);
}

Test(ulid, sorts_by_time_then_by_number)
{
    char a[ULID_TEXT_SIZE], b[ULID_TEXT_SIZE], c[ULID_TEXT_SIZE];
    ulid_write(1, INT64_C(1469918176385) * NS_PER_MS, 0, a); /* the ULID specification's example */
    cr_expect_eq(strncmp(a, "01ARYZ6S41", 10), 0, "%s", a);
    ulid_write(1, INT64_C(1469918176385) * NS_PER_MS, 1, b);
    ulid_write(1, INT64_C(1469918176386) * NS_PER_MS, 0, c);
    cr_expect_lt(strcmp(a, b), 0);
    cr_expect_lt(strcmp(b, c), 0);
    char again[ULID_TEXT_SIZE];
    cr_expect(ulid_read(c, again));
    cr_expect_str_eq(again, c);
}
