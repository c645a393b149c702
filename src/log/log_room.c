/* log_room.c: see log_room.h. */
#include "log/log_room.h"

#include <errno.h>
#include <fcntl.h>

#define CHUNK_MIN (UINT64_C(1) << 20)
#define CHUNK_MAX (UINT64_C(16) << 20)

/* Hundreds of steps; milliseconds to write. */
#define READY (UINT64_C(256) << 10)

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

struct log_room log_room(uint64_t size)
{
    return (struct log_room){.allocated = size, .zeroed = size, .chunk = CHUNK_MIN};
}

void log_room_for(struct log_room *room, int fd, uint64_t end, uint64_t max)
{
    if (end <= room->allocated || room->chunk == 0) {
        return;
    }
    uint64_t target = least(room->allocated + room->chunk, max);
    if (target < end) {
        target = end;
    }
    int result;
    do {
        result = fallocate(fd, 0, (off_t)room->allocated, (off_t)(target - room->allocated));
    } while (result != 0 && errno == EINTR);
    if (result == 0) {
        room->allocated = target;
        room->chunk *= room->chunk < CHUNK_MAX ? 2 : 1;
        room->full = false;
    } else {
        room->chunk = 0;
        room->full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    }
}

void log_room_retry(struct log_room *room, int fd, uint64_t used, uint64_t max)
{
    if (room->full) {
        room->allocated = used > room->allocated ? used : room->allocated;
        room->chunk = CHUNK_MIN;
        uint64_t end = least(used + READY, max);
        log_room_for(room, fd, end, max);
        room->full = room->allocated < end;
    }
}

uint64_t log_room_wanted(struct log_room *room, int fd, uint64_t used, uint64_t max, uint64_t *from)
{
    if (room->zeroed >= least(used + READY / 2, max) || room->chunk == 0) {
        return 0;
    }
    uint64_t target = least(used + READY, max);
    log_room_for(room, fd, target, max);
    *from = used > room->zeroed ? used : room->zeroed;
    return room->allocated >= target && target > *from ? target - *from : 0;
}
