/* log_damage_test.c: a log is cut at every byte, every byte is flipped, blocks change places; what
 * is read back is a whole number of steps, or an error that says so. */
#include "log/log_test.h"

#include "sys/crc32c.h"

/* A log of a few blocks, some steps synced, left as a kill leaves it: no clean end, no zeros. */
static uint64_t small_log(const char *dir, bool close_it)
{
    struct log *log = create(dir);
    for (uint64_t step = 0; step < 12; step++) {
        append_step(log, step);
        cr_assert(log_end_step(log, step % 4 == 3, NULL) == ERR_OK);
        if (step % 2 == 1) {
            cr_assert(log_flush(log, NULL) == ERR_OK);
        }
    }
    if (close_it) {
        cr_assert(log_close(log, NULL) == ERR_OK);
    } else {
        log_abandon(log);
    }
    return 12;
}

/* Reopening cuts the tail, and the log goes on from there. */
static void go_on_after(const char *dir, int64_t steps)
{
    struct log *log = NULL;
    uint64_t cut_bytes = 0;
    enum err err;
    cr_assert(log_reopen(dir, NULL, NULL, &log, &cut_bytes, NULL) == ERR_OK);
    cr_assert(write_steps(log, (uint64_t)steps, 2, false) == ERR_OK);
    cr_assert(log_close(log, NULL) == ERR_OK);
    cr_assert(steps_in(dir, &err) == steps + 2 && err == ERR_OK);
}

Test(log_damage, cut_at_every_byte_gives_whole_steps)
{
    char *dir = folder_create();
    (void)small_log(dir, true);
    char *path = segment_path(dir, 1);
    size_t size;
    unsigned char *bytes = file_read(path, &size);
    int64_t last = 12;
    for (size_t cut = size + 1; cut-- > 0;) {
        enum err err;
        cr_assert(truncate(path, (off_t)cut) == 0);
        int64_t steps = steps_in(dir, &err);
        if (cut < SEGMENT_HEADER_SIZE) {
            cr_assert(err == ERR_NOT_FOUND, "cut at %zu", cut);
            continue;
        }
        cr_assert(err == ERR_OK && steps >= last - 2 && steps <= last, "cut at %zu", cut);
        if (cut % EVENT_SIZE == 0 || cut % 61 == 0) { /* each waits for the disk four times */
            go_on_after(dir, steps);
            file_write(path, bytes, cut);
        }
        last = steps;
    }
    cr_assert(last == 0);
    free(bytes);
    free(path);
    folder_remove(dir);
}

/* Flips one bit of each byte of the file, one at a time; `least` steps are not lost without an
 * error. */
static void flip_everywhere(bool close_it, int64_t least)
{
    char *dir = folder_create();
    (void)small_log(dir, close_it);
    char *path = segment_path(dir, 1);
    size_t size;
    unsigned char *bytes = file_read(path, &size);
    size = size > 16384 ? 16384 : size;
    int fd = open(path, O_RDWR);
    for (size_t at = 0; at < size; at++) {
        enum err err;
        unsigned char flipped = (unsigned char)(bytes[at] ^ 1 << at % 8);
        cr_assert(pwrite(fd, &flipped, 1, (off_t)at) == 1);
        int64_t steps = steps_in(dir, &err);
        cr_assert(pwrite(fd, bytes + at, 1, (off_t)at) == 1);
        if (at < SEGMENT_HEADER_SIZE) {
            cr_assert(err == ERR_DAMAGED || err == ERR_FORMAT, "byte %zu", at);
        } else if (err == ERR_OK) {
            cr_assert(steps >= least && steps <= 12, "byte %zu: %lld steps", at, (long long)steps);
        } else {
            cr_assert(err == ERR_DAMAGED, "byte %zu", at);
        }
    }
    close(fd);
    free(bytes);
    free(path);
    folder_remove(dir);
}

Test(log_damage, a_flipped_byte_of_a_closed_log_is_damage)
{
    flip_everywhere(true, 12);
}

/* The last sync was with step 12, and no later block vouches for it. */
Test(log_damage, a_flipped_byte_of_a_killed_log_loses_nothing_that_was_known_to_be_durable)
{
    flip_everywhere(false, 8);
}

Test(log_damage, notices_blocks_that_change_places)
{
    char *dir = folder_create();
    struct log *log = create(dir);
    for (uint64_t step = 0; step < 30; step += 3) { /* steps of one record and one slot */
        append_step(log, step);
        cr_assert(log_end_step(log, true, NULL) == ERR_OK);
    }
    cr_assert(log_close(log, NULL) == ERR_OK);
    char *path = segment_path(dir, 1);
    size_t size;
    unsigned char *bytes = file_read(path, &size);
    unsigned char *block = bytes + SEGMENT_HEADER_SIZE;
    unsigned char kept[2 * EVENT_SIZE];
    enum err err;
    memcpy(kept, block, sizeof kept);
    memcpy(block, block + sizeof kept, sizeof kept);
    memcpy(block + sizeof kept, kept, sizeof kept);
    file_write(path, bytes, size);
    (void)steps_in(dir, &err);
    cr_assert(err == ERR_DAMAGED, "two exchanged");
    memmove(block, block + sizeof kept, size - SEGMENT_HEADER_SIZE - sizeof kept);
    file_write(path, bytes, size - sizeof kept);
    (void)steps_in(dir, &err);
    cr_assert(err == ERR_DAMAGED, "one removed");
    free(bytes);
    free(path);
    folder_remove(dir);
}

/* Power is lost with three blocks in the cache; the disk kept the third, not the first. */
Test(log_damage, blocks_that_were_never_synced_may_be_lost_in_any_order)
{
    char *dir = folder_create();
    struct log *log = create(dir);
    cr_assert(write_steps(log, 0, 2, true) == ERR_OK);
    size_t before;
    char *path = segment_path(dir, 1);
    for (uint64_t step = 2; step < 5; step++) {
        cr_assert(write_steps(log, step, 1, false) == ERR_OK && log_flush(log, NULL) == ERR_OK);
    }
    log_abandon(log);
    unsigned char *bytes = file_read(path, &before);
    /* Steps 0 and 1 with their headers are 1 + 1 and 1 + 3 slots; step 2 follows. */
    memset(bytes + SEGMENT_HEADER_SIZE + 6 * EVENT_SIZE, 0, 2 * EVENT_SIZE);
    file_write(path, bytes, before);
    enum err err;
    cr_assert(steps_in(dir, &err) == 2 && err == ERR_OK);
    uint64_t cut_bytes = 0;
    cr_assert(log_reopen(dir, NULL, NULL, &log, &cut_bytes, NULL) == ERR_OK);
    cr_assert(cut_bytes > 0);
    cr_assert(write_steps(log, 2, 5, true) == ERR_OK && log_close(log, NULL) == ERR_OK);
    cr_assert(steps_in(dir, &err) == 7 && err == ERR_OK);
    free(bytes);
    free(path);
    folder_remove(dir);
}

Test(log_damage, a_last_segment_without_header_is_a_torn_tail)
{
    char *dir = folder_create();
    struct log *log = create(dir);
    cr_assert(write_steps(log, 0, 10, true) == ERR_OK && log_close(log, NULL) == ERR_OK);
    char *second = segment_path(dir, 2);
    file_write(second, (const unsigned char *)"BWLOGSEG", 8);
    struct log_reader *reader = NULL;
    uint64_t torn_bytes = 0;
    cr_assert(log_reader_open(dir, &reader, NULL) == ERR_OK);
    cr_assert(log_reader_end(reader, &torn_bytes) == LOG_END_TORN && torn_bytes == 8);
    log_reader_close(reader);
    uint64_t cut_bytes = 0;
    cr_assert(log_reopen(dir, NULL, NULL, &log, &cut_bytes, NULL) == ERR_OK && cut_bytes == 8);
    cr_assert(access(second, F_OK) != 0);
    cr_assert(write_steps(log, 10, 10, true) == ERR_OK && log_close(log, NULL) == ERR_OK);
    enum err err;
    cr_assert(steps_in(dir, &err) == 20 && err == ERR_OK);
    free(second);
    folder_remove(dir);
}

/* A kill between making the first segment and writing its header leaves these. */
Test(log_damage, a_first_segment_cut_short_in_its_making_is_begun_anew)
{
    static const unsigned char zeros[2 * SEGMENT_HEADER_SIZE];
    static const size_t sizes[] = {0, 8, SEGMENT_HEADER_SIZE, sizeof zeros};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char *dir = folder_create();
        char *first = segment_path(dir, 1);
        file_write(first, zeros, sizes[i]);
        struct log *log = NULL;
        uint64_t cut_bytes;
        enum err err;
        cr_assert(log_reopen(dir, NULL, NULL, &log, &cut_bytes, NULL) == ERR_NOT_FOUND);
        log = create(dir);
        cr_assert(write_steps(log, 0, 3, true) == ERR_OK && log_close(log, NULL) == ERR_OK);
        cr_assert(steps_in(dir, &err) == 3 && err == ERR_OK);
        free(first);
        folder_remove(dir);
    }
}

/* Once a block followed, a header that cannot be read is damage, and nobody writes over it. */
Test(log_damage, a_first_segment_that_lost_its_header_is_damage)
{
    char *dir = folder_create();
    (void)small_log(dir, true);
    char *path = segment_path(dir, 1);
    size_t size;
    unsigned char *bytes = file_read(path, &size);
    memset(bytes, 0, SEGMENT_HEADER_SIZE);
    file_write(path, bytes, size);
    struct log *log = NULL;
    enum err err;
    (void)steps_in(dir, &err);
    cr_assert(err == ERR_DAMAGED);
    cr_assert(log_create(dir, NULL, NULL, &log, NULL) == ERR_USAGE);
    free(bytes);
    free(path);
    folder_remove(dir);
}

/* A block whose checksums are right and whose record says that it is longer than the block. */
Test(log_damage, refuses_a_record_that_runs_over_its_block)
{
    char *dir = folder_create();
    struct log *log = create(dir);
    struct event slots[4];
    fill(slots, 0, 2);
    slots[0].slots = 3;
    log_append(log, slots);
    cr_assert(log_end_step(log, true, NULL) == ERR_OK && log_close(log, NULL) == ERR_OK);
    char *path = segment_path(dir, 1);
    size_t size;
    unsigned char *bytes = file_read(path, &size);
    struct block_header header;
    unsigned char *block = bytes + SEGMENT_HEADER_SIZE;
    for (int claimed = 0; claimed <= 255; claimed++) {
        memcpy(&header, block, sizeof header);
        block[EVENT_SIZE + offsetof(struct event, slots)] = (unsigned char)claimed;
        for (int i = 1; i < 3; i++) { /* the other slots as records of their own */
            block[(1 + i) * EVENT_SIZE + (int)offsetof(struct event, slots)] = 1;
        }
        header.payload_crc = crc32c(0, block + EVENT_SIZE, 3 * EVENT_SIZE);
        header.header_crc = crc32c(0, &header, offsetof(struct block_header, header_crc));
        memcpy(block, &header, sizeof header);
        file_write(path, bytes, SEGMENT_HEADER_SIZE + 4 * EVENT_SIZE);
        enum err err;
        (void)steps_in(dir, &err);
        cr_assert((err == ERR_OK) == (claimed >= 1 && claimed <= 3), "%d slots", claimed);
    }
    free(bytes);
    free(path);
    folder_remove(dir);
}
