/* disk_room.h: what too little room for the log means (reliability S4): an alarm, then no entries.
 * Each ends only when clearly more is free than it began at, so that neither comes and goes with
 * every block. */
#ifndef DRIVER_DISK_ROOM_H
#define DRIVER_DISK_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#define DISK_LOW_BYTES       INT64_C(500000000) /* under this an alarm ... */
#define DISK_LOW_OVER_BYTES  INT64_C(600000000) /* ... until so much is free again */
#define DISK_SHUT_BYTES      INT64_C(200000000) /* under this no entries ... */
#define DISK_SHUT_OVER_BYTES INT64_C(300000000) /* ... until so much is */

struct disk_room {
    bool low;
    bool shut;
};

/* So much is free where the log lies; negative: nobody knows, which counts as none (fail closed).
 * `cramped`: the log's next piece could not be had, however much is free. */
void disk_room_take(struct disk_room *room, int64_t free_bytes, bool cramped);

#endif
