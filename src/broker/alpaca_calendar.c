/* alpaca_calendar.c: whether the broker's sessions are those that this program trades by (T2).
 *
 * Ours are computed (market/calendar.h); a day of mourning or an early close that is announced late
 * is in the broker's list alone. Exits before the close and the end of a session hang on it, so a
 * difference of today or tomorrow shuts entries; later ones are said. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "broker/alpaca_private.h"
#include "market/calendar.h"
#include "market/new_york.h"

enum { DAYS = 10, SESSIONS_MAX = 16, SHUTS_DAYS = 1 };

#define ASK_NS NS_PER_HOUR

/* Not read for so long, nobody knows. */
#define OLD_NS (24 * NS_PER_HOUR)

/* Sessions in the order of their days. */
struct sessions {
    struct wire_session list[SESSIONS_MAX];
    uint32_t count;
};

/* ---- both calendars ---- */

static void take_ours(const struct alpaca *alpaca, int32_t first, struct sessions *ours)
{
    struct trading_day day;
    int64_t ts_ns = first * NS_PER_DAY; /* in New York that is the evening before */
    ours->count = 0;
    while (calendar_day_after(alpaca->plan.engine->calendar, ts_ns, &day) &&
           day.date <= first + DAYS) {
        ts_ns = day.close_ns;
        if (day.date >= first && ours->count < SESSIONS_MAX) {
            ours->list[ours->count++] = (struct wire_session){day.date, day.open_ns, day.close_ns};
        }
    }
}

static bool take_theirs(const struct node *root, struct sessions *theirs)
{
    theirs->count = 0;
    if (root == NULL || root->kind != NODE_ARRAY) {
        return false;
    }
    for (const struct node *at = node_first(root); at != NULL; at = node_next(root, at)) {
        struct wire_session *session = &theirs->list[theirs->count];
        if (theirs->count + 1 == SESSIONS_MAX || wire_read_session(at, session) != ERR_OK) {
            return false;
        }
        theirs->count++;
    }
    return true;
}

/* The day that comes first in either list and is not the same in both; false: there is none.
 * `ours`, `theirs`: its session, NULL where it has none. */
static bool find_difference(const struct sessions *all_ours, const struct sessions *all_theirs,
                            const struct wire_session **ours, const struct wire_session **theirs)
{
    uint32_t a = 0;
    uint32_t b = 0;
    while (a < all_ours->count || b < all_theirs->count) {
        const struct wire_session *mine = a < all_ours->count ? &all_ours->list[a] : NULL;
        const struct wire_session *other = b < all_theirs->count ? &all_theirs->list[b] : NULL;
        bool alone = other == NULL || (mine != NULL && mine->date < other->date);
        bool stranger = mine == NULL || (other != NULL && other->date < mine->date);
        *ours = stranger ? NULL : mine;
        *theirs = alone ? NULL : other;
        if (alone || stranger || mine->open_ns != other->open_ns ||
            mine->close_ns != other->close_ns) {
            return true;
        }
        a++;
        b++;
    }
    return false;
}

/* "14:30:00Z to 21:00:00Z" or "closed". */
static void put_session(const struct wire_session *session, char text[64])
{
    char open[UTC_TEXT_SIZE];
    char close[UTC_TEXT_SIZE];
    if (session == NULL) {
        (void)snprintf(text, 64, "closed");
        return;
    }
    (void)utc_format(session->open_ns, open);
    (void)utc_format(session->close_ns, close);
    (void)snprintf(text, 64, "%s to %s", open + 11, close + 11);
}

static void say_difference(struct alpaca *alpaca, int32_t date, const struct wire_session *ours,
                           const struct wire_session *theirs)
{
    char our_text[64];
    char their_text[64];
    struct utc_date day = utc_date(date);
    int64_t close_ns = theirs == NULL ? 0 : theirs->close_ns;
    if (alpaca->calendar.said_date == date && alpaca->calendar.said_close_ns == close_ns) {
        return;
    }
    alpaca->calendar.said_date = date;
    alpaca->calendar.said_close_ns = close_ns;
    put_session(ours, our_text);
    put_session(theirs, their_text);
    alpaca_say(alpaca, "alarm",
               "on %04d-%02d-%02d the broker's session is %s, and ours is %s: exits before the "
               "close and the end of the day go by ours; entries are shut from the day before on",
               day.year, day.month, day.day, their_text, our_text);
}

/* ---- asking ---- */

static void on_calendar(struct alpaca *alpaca, const struct call *call,
                        const struct client_reply *reply)
{
    struct sessions ours, theirs;
    const struct wire_session *mine, *other;
    (void)call;
    alpaca->calendar.asked = false;
    if (reply->class != CLIENT_OK || !take_theirs(reply->root, &theirs)) {
        return; /* it is asked for again */
    }
    int64_t now_ns = alpaca_now_ns(alpaca);
    int32_t today = new_york_date(now_ns);
    bool near = false;
    alpaca->calendar.read_ns = now_ns;
    take_ours(alpaca, alpaca->calendar.first, &ours);
    if (find_difference(&ours, &theirs, &mine, &other)) {
        int32_t date = mine != NULL ? mine->date : other->date;
        near = date <= today + SHUTS_DAYS;
        say_difference(alpaca, date, mine, other);
    }
    alpaca_condition(alpaca, STATUS_CALENDAR, near, 0);
}

void alpaca_tend_calendar(struct alpaca *alpaca, int64_t now_ns)
{
    struct calendar_watch *watch = &alpaca->calendar;
    if (!alpaca->plan.watches_calendar || watch->asked || now_ns < watch->next_ns) {
        return;
    }
    if (watch->next_ns == 0) {
        watch->read_ns = now_ns; /* the patience of the start */
    } else if (now_ns - watch->read_ns > OLD_NS) {
        alpaca_condition(alpaca, STATUS_CALENDAR, true, 0);
    }
    watch->next_ns = now_ns + ASK_NS;
    watch->first = new_york_date(now_ns);
    struct utc_date from = utc_date(watch->first);
    struct utc_date to = utc_date(watch->first + DAYS);
    char target[TARGET_SIZE];
    (void)snprintf(target, sizeof target, "/v2/calendar?start=%04d-%02d-%02d&end=%04d-%02d-%02d",
                   from.year, from.month, from.day, to.year, to.month, to.day);
    const struct call about = {.answered = on_calendar};
    watch->asked = alpaca_ask(alpaca, CLIENT_RECONCILE, HTTP_GET, target, NULL, &about);
}

int64_t alpaca_calendar_due_ns(const struct alpaca *alpaca)
{
    return alpaca->plan.watches_calendar && !alpaca->calendar.asked ? alpaca->calendar.next_ns
                                                                    : INT64_MAX;
}
