/* local_zone.c: see local_zone.h. */
#include "data/local_zone.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/utc.h"
#include "market/new_york.h"

/* ---- the C library's zones ---- */

static bool is_known(const char *name)
{
    const char *folder = getenv("TZDIR");
    char path[512];
    int length =
        snprintf(path, sizeof path, "%s/%s", folder != NULL ? folder : "/usr/share/zoneinfo", name);
    char magic[4] = "";
    FILE *file = length > 0 && (size_t)length < sizeof path ? fopen(path, "rbe") : NULL;
    if (file == NULL) {
        return false;
    }
    bool is_zone = fread(magic, 1, sizeof magic, file) == sizeof magic &&
                   memcmp(magic, "TZif", sizeof magic) == 0;
    (void)fclose(file); /* only read from */
    return is_zone;
}

static int64_t seconds_of(int64_t ns)
{
    return utc_day_of(ns) * 86400 + (ns - utc_day_of(ns) * NS_PER_DAY) / NS_PER_S;
}

static int64_t system_offset_ns(int64_t ts_ns)
{
    time_t seconds = (time_t)seconds_of(ts_ns);
    struct tm wall;
    bool good = localtime_r(&seconds, &wall) != NULL; /* else the year leaves an int: not ours */
    return good ? wall.tm_gmtoff * NS_PER_S : 0;
}

/* Of the candidates by the offsets a day before and a day after, the first that the wall agrees
 * with; a time that is left out is read with the offset before. */
static int64_t system_utc(int64_t wall_ns)
{
    int64_t before_ns = system_offset_ns(wall_ns - NS_PER_DAY);
    int64_t after_ns = system_offset_ns(wall_ns + NS_PER_DAY);
    int64_t early_ns = wall_ns - (before_ns > after_ns ? before_ns : after_ns);
    int64_t late_ns = wall_ns - (before_ns > after_ns ? after_ns : before_ns);
    if (early_ns + system_offset_ns(early_ns) == wall_ns) {
        return early_ns;
    }
    return late_ns + system_offset_ns(late_ns) == wall_ns ? late_ns : wall_ns - before_ns;
}

/* ---- the zone ---- */

static bool read_two(const char *text, int64_t *value)
{
    bool digits = text[0] >= '0' && text[0] <= '9' && text[1] >= '0' && text[1] <= '9';
    *value = digits ? (text[0] - '0') * 10 + (text[1] - '0') : 0;
    return digits;
}

/* "+05:30" */
static bool parse_offset(const char *text, int64_t *offset_ns)
{
    int64_t hours;
    int64_t minutes;
    if (strlen(text) != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':' ||
        !read_two(text + 1, &hours) || !read_two(text + 4, &minutes) || hours > 23 ||
        minutes > 59) {
        return false;
    }
    *offset_ns = (hours * NS_PER_HOUR + minutes * NS_PER_MIN) * (text[0] == '-' ? -1 : 1);
    return true;
}

/* Letters, digits and _ + - in parts joined by single slashes: never a path out of the folder. */
static bool is_name(const char *text)
{
    const char *allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    size_t length = strlen(text);
    return length > 0 && strspn(text, allowed) == length && text[0] != '/' &&
           text[length - 1] != '/' && strstr(text, "//") == NULL;
}

enum err local_zone_parse(const char *text, struct local_zone *zone)
{
    struct local_zone result = {.kind = ZONE_SYSTEM};
    if (strlen(text) >= sizeof result.name) {
        return ERR_FORMAT;
    }
    (void)snprintf(result.name, sizeof result.name, "%s", text); /* fits */
    if (strcmp(text, LOCAL_ZONE_DEFAULT) == 0) {
        result.kind = ZONE_NEW_YORK;
    } else if (strcmp(text, "UTC") == 0 || strcmp(text, "Z") == 0 ||
               parse_offset(text, &result.offset_ns)) {
        result.kind = ZONE_FIXED;
    } else if (!is_name(text)) {
        return ERR_FORMAT;
    } else if (!is_known(text) || setenv("TZ", text, 1) != 0) {
        return ERR_NOT_FOUND;
    } else {
        tzset();
    }
    *zone = result;
    return ERR_OK;
}

int64_t local_zone_offset_ns(const struct local_zone *zone, int64_t ts_ns)
{
    switch (zone->kind) {
    case ZONE_NEW_YORK:
        return new_york_offset_ns(ts_ns);
    case ZONE_FIXED:
        return zone->offset_ns;
    case ZONE_SYSTEM:
        return system_offset_ns(ts_ns);
    }
    return 0;
}

int64_t local_zone_utc(const struct local_zone *zone, int64_t wall_ns)
{
    switch (zone->kind) {
    case ZONE_NEW_YORK:
        return new_york_utc((int32_t)utc_day_of(wall_ns),
                            wall_ns - utc_day_of(wall_ns) * NS_PER_DAY);
    case ZONE_FIXED:
        return wall_ns - zone->offset_ns;
    case ZONE_SYSTEM:
        return system_utc(wall_ns);
    }
    return wall_ns;
}
