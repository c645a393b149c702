/* time_text_test.c: times in all their forms, and the zones they are read in. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "data/local_zone.h"
#include "data/time_text.h"

Test(time_text, reads_each_form)
{
    static const struct {
        const char *text;
        enum time_kind kind;
        const char *want;
    } cases[] = {
        {"2019-02-11",                TIME_DAY,    "2019-02-11T00:00:00Z"    },
        {"2019/02/11",                TIME_DAY,    "2019-02-11T00:00:00Z"    },
        {"02/11/2019",                TIME_DAY,    "2019-02-11T00:00:00Z"    },
        {"2/1/2019",                  TIME_DAY,    "2019-02-01T00:00:00Z"    },
        {"20190211",                  TIME_DAY,    "2019-02-11T00:00:00Z"    },
        {"2019-02-11 09:30",          TIME_WALL,   "2019-02-11T09:30:00Z"    },
        {"2019-02-11T09:30:15.5",     TIME_WALL,   "2019-02-11T09:30:15.500Z"},
        {"20190211 093015",           TIME_WALL,   "2019-02-11T09:30:15Z"    },
        {"02/11/2019 16:00:00",       TIME_WALL,   "2019-02-11T16:00:00Z"    },
        {"2019-02-11T09:30:00Z",      TIME_MOMENT, "2019-02-11T09:30:00Z"    },
        {"2019-02-11 09:30:00-05:00", TIME_MOMENT, "2019-02-11T14:30:00Z"    },
        {"2019-02-11T09:30:00 +0530", TIME_MOMENT, "2019-02-11T04:00:00Z"    },
        {"2019-02-11T23:30:00-05",    TIME_MOMENT, "2019-02-12T04:30:00Z"    },
        {"1549895400",                TIME_MOMENT, "2019-02-11T14:30:00Z"    },
        {"1549895400123",             TIME_MOMENT, "2019-02-11T14:30:00.123Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct time_text time = {0};
        cr_assert(time_text_parse(cases[i].text, strlen(cases[i].text), &time), "%s",
                  cases[i].text);
        char text[UTC_TEXT_SIZE];
        (void)utc_format(time.ns, text);
        cr_assert_str_eq(text, cases[i].want);
        cr_assert_eq(time.kind, cases[i].kind, "%s", cases[i].text);
    }
}

Test(time_text, refuses_what_is_no_time)
{
    static const char *const cases[] = {
        "",
        "x",
        "2019",
        "2019-02",
        "2019-2-11",
        "2019-02-29",
        "2019-13-01",
        "1699-12-31",
        "2201-01-01",
        "30/02/2019",
        "02-11-2019",
        "2019-02/11",
        "20190230",
        "2019-02-11T",
        "2019-02-11 24:00",
        "2019-02-11 09:60",
        "2019-02-11 9:30",
        "2019-02-11T09:30:00.",
        "2019-02-11T09:30:00.1234567891Z",
        "2019-02-11T09:30:00+5",
        "2019-02-11T09:30:00 EST",
        "2019-02-11T09:30:00ZZ",
        "20190211093000x",
        "99999999999",
        "9999999999999999",
        "02/11/19",
        "0002/11/2019",
        "2019-02-11 093",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct time_text time;
        cr_assert_not(time_text_parse(cases[i], strlen(cases[i]), &time), "%s", cases[i]);
    }
}

/* US/Eastern is New York's zone in the C library, which is not our rule's maker. */
Test(local_zone, new_yorks_rule_is_that_of_the_c_library)
{
    struct local_zone ours;
    struct local_zone theirs;
    cr_assert_eq(local_zone_parse(LOCAL_ZONE_DEFAULT, &ours), ERR_OK);
    if (local_zone_parse("US/Eastern", &theirs) != ERR_OK) {
        cr_skip_test("the machine has no zones");
    }
    cr_assert_eq(theirs.kind, ZONE_SYSTEM);
    int64_t first = utc_days((struct utc_date){1987, 1, 1});
    int64_t last = utc_days((struct utc_date){2036, 12, 31});
    for (int64_t ns = first * NS_PER_DAY; ns < last * NS_PER_DAY; ns += NS_PER_HOUR / 2) {
        cr_assert_eq(local_zone_offset_ns(&ours, ns), local_zone_offset_ns(&theirs, ns));
        cr_assert_eq(local_zone_utc(&ours, ns), local_zone_utc(&theirs, ns), "%lld", (long long)ns);
    }
}

Test(local_zone, times_that_come_twice_or_never)
{
    static const struct {
        const char *wall;
        const char *want;
    } cases[] = {
        {"2019-03-10T01:59:59Z", "2019-03-10T06:59:59Z"},
        {"2019-03-10T02:30:00Z", "2019-03-10T07:30:00Z"}, /* what the wall calls 03:30 */
        {"2019-03-10T03:00:00Z", "2019-03-10T07:00:00Z"},
        {"2019-11-03T01:30:00Z", "2019-11-03T05:30:00Z"}, /* the first of the two */
        {"2019-11-03T02:00:00Z", "2019-11-03T07:00:00Z"},
        {"2006-04-02T03:00:00Z", "2006-04-02T07:00:00Z"},
        {"2006-10-29T02:00:00Z", "2006-10-29T07:00:00Z"},
    };
    struct local_zone zone;
    cr_assert_eq(local_zone_parse("America/New_York", &zone), ERR_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t wall_ns = 0;
        cr_assert_eq(utc_parse(cases[i].wall, strlen(cases[i].wall), &wall_ns), ERR_OK);
        char text[UTC_TEXT_SIZE];
        (void)utc_format(local_zone_utc(&zone, wall_ns), text);
        cr_assert_str_eq(text, cases[i].want);
    }
}

Test(local_zone, names_of_zones)
{
    static const struct {
        const char *name;
        enum err err;
    } cases[] = {
        {"UTC",              ERR_OK       },
        {"+05:30",           ERR_OK       },
        {"-03:00",           ERR_OK       },
        {"Mars/Olympus",     ERR_NOT_FOUND},
        {"",                 ERR_FORMAT   },
        {"../../etc/passwd", ERR_FORMAT   },
        {"/etc/localtime",   ERR_FORMAT   },
        {"EST5EDT,M3.2.0",   ERR_FORMAT   },
        {"+5:30",            ERR_NOT_FOUND},
        {"+25:00",           ERR_FORMAT   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct local_zone zone;
        enum err err = local_zone_parse(cases[i].name, &zone);
        if (cases[i].err == ERR_OK) {
            cr_assert_eq(err, ERR_OK, "%s", cases[i].name);
        } else {
            cr_assert_neq(err, ERR_OK, "%s", cases[i].name);
        }
    }
}
