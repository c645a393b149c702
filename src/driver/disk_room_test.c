/* disk_room_test.c: an alarm, then no entries, and both end only when there is clearly more. */
#include "driver/disk_room.h"

#include <criterion/criterion.h>

#define MB INT64_C(1000000)

static void expect(struct disk_room *room, int64_t free_bytes, bool low, bool shut)
{
    disk_room_take(room, free_bytes, false);
    cr_expect_eq(room->low, low, "low at %lld", (long long)free_bytes);
    cr_expect_eq(room->shut, shut, "shut at %lld", (long long)free_bytes);
}

Test(disk_room, an_alarm_and_then_no_entries)
{
    struct disk_room room = {0};
    expect(&room, 500 * MB, false, false);
    expect(&room, 500 * MB - 1, true, false);
    expect(&room, 200 * MB, true, false);
    expect(&room, 200 * MB - 1, true, true);
    expect(&room, 0, true, true);
}

Test(disk_room, both_end_when_there_is_clearly_more)
{
    struct disk_room room = {.low = true, .shut = true};
    expect(&room, 300 * MB - 1, true, true);
    expect(&room, 300 * MB, true, false);
    expect(&room, 200 * MB, true, false);
    expect(&room, 600 * MB - 1, true, false);
    expect(&room, 600 * MB, false, false);
    expect(&room, 500 * MB, false, false);
}

Test(disk_room, what_cannot_be_told_counts_as_none)
{
    struct disk_room room = {0};
    expect(&room, -1, true, true);
}

Test(disk_room, a_log_without_its_next_piece_has_no_room)
{
    struct disk_room room = {0};
    disk_room_take(&room, 900 * MB, true);
    cr_expect(room.low && room.shut);
    disk_room_take(&room, 900 * MB, false);
    cr_expect(!room.low && !room.shut);
}
