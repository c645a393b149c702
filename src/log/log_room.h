/* log_room.h: room in a segment's file ahead of its last block, so that a sync has no new size to
 * store, and nothing but the bytes of the step where zeros were written there before. For the files
 * of log/ only. */
#ifndef LOG_LOG_ROOM_H
#define LOG_LOG_ROOM_H

#include <stdbool.h>
#include <stdint.h>

struct log_room {
    uint64_t allocated; /* bytes of the file, used or preallocated */
    uint64_t zeroed;    /* up to here they are written, as blocks or as zeros */
    uint64_t chunk;     /* size of the next piece; 0: none, or the file system cannot */
    bool full;          /* there was no room for the last piece that was wanted */
};

/* Of a file that has `size` bytes, all of them used. */
struct log_room log_room(uint64_t size);

/* Makes sure that the file goes to `end`, and as far as `max` when it has to grow. It is a help
 * only: what cannot be preallocated is written all the same, and that tells. */
void log_room_for(struct log_room *room, int fd, uint64_t end, uint64_t max);

/* Where there was no room: tries again to get the next piece behind `used`. */
void log_room_retry(struct log_room *room, int fd, uint64_t used, uint64_t max);

/* What is to be written with zeros from `*from` on, when less than half of what should be ready
 * behind `used` is; else 0. */
uint64_t log_room_wanted(struct log_room *room, int fd, uint64_t used, uint64_t max,
                         uint64_t *from);

#endif
