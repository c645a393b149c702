/* local_zone.h: the zone of the wall clock that a file's times were read from.
 *
 * New York (by the rule of market time), UTC and fixed offsets need nothing from the machine. Any
 * other zone comes from the C library: then the process takes that zone as its own TZ, which only
 * an importer may do. */
#ifndef DATA_LOCAL_ZONE_H
#define DATA_LOCAL_ZONE_H

#include <stdint.h>

#include "base/err.h"

#define LOCAL_ZONE_DEFAULT "America/New_York"

enum local_zone_kind { ZONE_NEW_YORK, ZONE_FIXED, ZONE_SYSTEM };

struct local_zone {
    enum local_zone_kind kind;
    int64_t offset_ns; /* ZONE_FIXED: wall time minus UTC */
    char name[48];
};

/* "America/New_York", "UTC", "+05:30", "Europe/Warsaw". ERR_FORMAT when it is no name of a zone,
 * ERR_NOT_FOUND when the machine knows no such zone. */
enum err local_zone_parse(const char *text, struct local_zone *zone);

/* Wall time minus UTC at a moment. */
int64_t local_zone_offset_ns(const struct local_zone *zone, int64_t ts_ns);

/* The moment at which the wall shows `wall_ns` (as if it showed UTC). A time that the wall shows
 * twice: the first of the two; one that it leaves out moves forward by what is missing. */
int64_t local_zone_utc(const struct local_zone *zone, int64_t wall_ns);

#endif
