/* disk_room.c: see disk_room.h. */
#include "driver/disk_room.h"

void disk_room_take(struct disk_room *room, int64_t free_bytes, bool cramped)
{
    room->low = cramped || free_bytes < (room->low ? DISK_LOW_OVER_BYTES : DISK_LOW_BYTES);
    room->shut = cramped || free_bytes < (room->shut ? DISK_SHUT_OVER_BYTES : DISK_SHUT_BYTES);
}
