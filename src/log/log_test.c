/* log_test.c: what survives what. A log is cut at every byte, every byte is flipped, writes fail
 * one after the other, writers are killed; what is read back is always a whole number of steps, or
 * an error that says so. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log/log_private.h"
#include "sys/crc32c.h"
#include "sys/memory.h"

/* Step n has 1 + n % 3 records; record k of it has 1 + k slots. All of it can be told from the
 * counts, so a reader can say which steps it got. */
static uint64_t record_slots(uint64_t k)
{
    return 1 + k;
}

static uint64_t step_records(uint64_t step)
{
    return 1 + step % 3;
}

static void fill(struct event *slots, uint64_t step, uint64_t k)
{
    memset(slots, 0, record_slots(k) * EVENT_SIZE);
    slots[0].ts_ns = (int64_t)step;
    slots[0].src_ns = (int64_t)k;
    slots[0].kind = EVENT_POSTING;
    slots[0].version = 1;
    slots[0].slots = (uint8_t)record_slots(k);
    for (uint64_t i = 1; i < record_slots(k); i++) {
        slots[i].ts_ns = (int64_t)(step * 1000 + k * 10 + i);
    }
}

static void append_step(struct log *log, uint64_t step)
{
    struct event slots[4];
    for (uint64_t k = 0; k < step_records(step); k++) {
        fill(slots, step, k);
        log_append(log, slots);
    }
}

static enum err write_steps(struct log *log, uint64_t first, uint64_t count, bool sync)
{
    for (uint64_t step = first; step < first + count; step++) {
        append_step(log, step);
        enum err err = log_end_step(log, sync, NULL);
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}

/* Whole steps in the reader, or -1 when a record is not the one that was written there. */
static int64_t steps_read(struct log_reader *reader)
{
    int64_t steps = 0;
    const struct event *record = log_reader_next(reader);
    while (record != NULL) {
        for (uint64_t k = 0; k < step_records((uint64_t)steps); k++) {
            struct event expected[4];
            fill(expected, (uint64_t)steps, k);
            if (record == NULL || memcmp(record, expected, record_slots(k) * EVENT_SIZE) != 0) {
                return -1;
            }
            record = log_reader_next(reader);
        }
        steps++;
    }
    return steps;
}

/* Opens, counts, closes. `*err` tells whether it opened. */
static int64_t steps_in(const char *dir, enum err *err)
{
    struct log_reader *reader = NULL;
    *err = log_reader_open(dir, &reader, NULL);
    if (*err != ERR_OK) {
        return 0;
    }
    int64_t steps = steps_read(reader);
    log_reader_close(reader);
    return steps;
}

static char *fresh_dir(void)
{
    char *dir = xstrdup("/tmp/bellwether-log-test-XXXXXX");
    cr_assert_not_null(mkdtemp(dir));
    return dir;
}

static char *segment_path(const char *dir, uint32_t number)
{
    char name[SEGMENT_NAME_SIZE];
    segment_name(number, name);
    return xasprintf("%s/%s", dir, name);
}

static void remove_dir(char *dir)
{
    for (uint32_t number = 1; number < 100; number++) {
        char *path = segment_path(dir, number);
        (void)unlink(path);
        free(path);
    }
    char *lock = xasprintf("%s/lock", dir);
    (void)unlink(lock);
    (void)rmdir(dir);
    free(lock);
    free(dir);
}

static unsigned char *load(const char *path, size_t *size)
{
    int fd = open(path, O_RDONLY);
    struct stat status;
    cr_assert(fd >= 0 && fstat(fd, &status) == 0);
    *size = (size_t)status.st_size;
    unsigned char *bytes = xmalloc(*size + 1);
    cr_assert(read(fd, bytes, *size) == (ssize_t)*size);
    close(fd);
    return bytes;
}

static void store(const char *path, const unsigned char *bytes, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    cr_assert(fd >= 0);
    cr_assert(write(fd, bytes, size) == (ssize_t)size);
    close(fd);
}

static struct log *create(const char *dir)
{
    struct log *log = NULL;
    struct problem problem = {0};
    cr_assert(log_create(dir, NULL, NULL, &log, &problem) == ERR_OK, "%s", problem.text);
    return log;
}

static struct log_options small_segments(uint64_t size)
{
    struct log_options options = log_options_default;
    options.segment_size_max = size;
    return options;
}

Test(log, gives_back_what_was_appended)
{
    char *dir = fresh_dir();
    struct log *log = create(dir);
    cr_assert(write_steps(log, 0, 5000, false) == ERR_OK);
    uint64_t slots = log_slots(log);
    cr_assert(log_flush(log, NULL) == ERR_OK);
    uint64_t chain = log_chain(log);
    cr_assert(log_close(log, NULL) == ERR_OK);
    struct log_reader *reader = NULL;
    cr_assert(log_reader_open(dir, &reader, NULL) == ERR_OK);
    uint64_t torn_bytes = 1;
    cr_assert(log_reader_end(reader, &torn_bytes) == LOG_END_CLEAN && torn_bytes == 0);
    cr_assert(steps_read(reader) == 5000);
    cr_assert(log_reader_next(reader) == NULL);
    cr_assert(log_reader_slots(reader) == slots);
    cr_assert(log_reader_chain(reader) == chain, "closing does not change the chain");
    log_reader_rewind(reader);
    cr_assert(steps_read(reader) == 5000);
    log_reader_close(reader);
    remove_dir(dir);
}

/* Kept in memory it is the same log, however much was made ready, and can go on after a look. */
Test(log, in_memory_gives_back_what_was_appended)
{
    static const uint64_t reserves[] = {0, 1 << 20, 64 << 20};
    for (size_t i = 0; i < sizeof reserves / sizeof reserves[0]; i++) {
        struct log *log;
        struct log_reader *reader;
        struct problem problem;
        uint64_t torn;
        cr_assert_eq(log_create_in_memory(reserves[i], &log, &problem), ERR_OK, "%s", problem.text);
        for (uint64_t steps = 0; steps <= 20000; steps += 10000) {
            cr_assert_eq(write_steps(log, steps, 10000, steps == 10000), ERR_OK);
            cr_assert_eq(log_flush(log, &problem), ERR_OK);
            enum err err = log_reader_open_in_memory(log, &reader, &problem);
            cr_assert_eq(err, ERR_OK, "%s", problem.text);
            cr_assert_eq(steps_read(reader), (int64_t)steps + 10000);
            cr_assert_eq(log_reader_end(reader, &torn), LOG_END_CLEAN);
            cr_assert_eq(log_reader_chain(reader), log_chain(log));
            cr_assert_eq(log_reader_slots(reader), log_slots(log));
            log_reader_close(reader);
        }
        cr_assert_eq(log_close(log, &problem), ERR_OK);
    }
}

Test(log, goes_on_where_it_was_closed_in_many_segments)
{
    char *dir = fresh_dir();
    struct log_options options = small_segments(16384);
    struct log *log = NULL;
    cr_assert(log_create_with(&options, dir, NULL, NULL, &log, NULL) == ERR_OK);
    cr_assert(write_steps(log, 0, 100, true) == ERR_OK);
    cr_assert(log_close(log, NULL) == ERR_OK);
    for (uint64_t first = 100; first < 300; first += 100) {
        uint64_t cut_bytes = 1;
        cr_assert(log_reopen_with(&options, dir, NULL, NULL, &log, &cut_bytes, NULL) == ERR_OK);
        cr_assert(cut_bytes == 0);
        cr_assert(write_steps(log, first, 100, true) == ERR_OK);
        cr_assert(log_close(log, NULL) == ERR_OK);
    }
    char *third = segment_path(dir, 3);
    cr_assert(access(third, F_OK) == 0);
    enum err err;
    cr_assert(steps_in(dir, &err) == 300 && err == ERR_OK);
    cr_assert(unlink(third) == 0);
    (void)steps_in(dir, &err);
    cr_assert(err == ERR_DAMAGED, "a segment in the middle is missing");
    free(third);
    remove_dir(dir);
}

Test(log, takes_a_step_larger_than_its_buffer)
{
    char *dir = fresh_dir();
    struct log *log = create(dir);
    for (uint64_t i = 0; i < 50000; i++) {
        struct event slots[4];
        fill(slots, i, 2);
        log_append(log, slots);
    }
    cr_assert(log_flush(log, NULL) == ERR_OK, "an unfinished step stays in memory");
    cr_assert(log_slots(log) == 150000);
    cr_assert(log_end_step(log, true, NULL) == ERR_OK);
    cr_assert(log_close(log, NULL) == ERR_OK);
    struct log_reader *reader = NULL;
    cr_assert(log_reader_open(dir, &reader, NULL) == ERR_OK);
    cr_assert(log_reader_slots(reader) == 150000);
    log_reader_close(reader);
    remove_dir(dir);
}

struct tapped {
    uint64_t calls;
    uint64_t slots;
    uint64_t next_step;
};

static void count_slots(void *context, const struct event *slots, size_t slot_count)
{
    struct tapped *tapped = context;
    cr_assert((uint64_t)slots[0].ts_ns == tapped->next_step);
    tapped->calls++;
    tapped->slots += slot_count;
    tapped->next_step = (uint64_t)slots[slot_count - 1].ts_ns + 1;
}

Test(log, shows_the_tap_each_slot_once)
{
    char *dir = fresh_dir();
    struct tapped tapped = {0};
    struct log *log = NULL;
    cr_assert(log_create(dir, count_slots, &tapped, &log, NULL) == ERR_OK);
    for (uint64_t step = 0; step < 3000; step++) {
        struct event slot = {.ts_ns = (int64_t)step, .kind = EVENT_BAR, .slots = 1};
        log_append(log, &slot);
        cr_assert(log_end_step(log, step % 1000 == 7, NULL) == ERR_OK);
    }
    cr_assert(log_close(log, NULL) == ERR_OK);
    cr_assert(tapped.slots == 3000);
    cr_assert(tapped.calls >= 3);
    remove_dir(dir);
}

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

Test(log, cut_at_every_byte_gives_whole_steps)
{
    char *dir = fresh_dir();
    (void)small_log(dir, true);
    char *path = segment_path(dir, 1);
    size_t size;
    unsigned char *bytes = load(path, &size);
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
            store(path, bytes, cut);
        }
        last = steps;
    }
    cr_assert(last == 0);
    free(bytes);
    free(path);
    remove_dir(dir);
}

/* Flips one bit of each byte of the file, one at a time; `least` steps may not be lost without an
 * error.
 */
static void flip_everywhere(bool close_it, int64_t least)
{
    char *dir = fresh_dir();
    (void)small_log(dir, close_it);
    char *path = segment_path(dir, 1);
    size_t size;
    unsigned char *bytes = load(path, &size);
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
    remove_dir(dir);
}

Test(log, a_flipped_byte_of_a_closed_log_is_damage)
{
    flip_everywhere(true, 12);
}

/* The last sync was with step 12, and no later block vouches for it. */
Test(log, a_flipped_byte_of_a_killed_log_loses_nothing_that_was_known_to_be_durable)
{
    flip_everywhere(false, 8);
}

Test(log, notices_blocks_that_change_places)
{
    char *dir = fresh_dir();
    struct log *log = create(dir);
    for (uint64_t step = 0; step < 30; step += 3) { /* steps of one record and one slot */
        append_step(log, step);
        cr_assert(log_end_step(log, true, NULL) == ERR_OK);
    }
    cr_assert(log_close(log, NULL) == ERR_OK);
    char *path = segment_path(dir, 1);
    size_t size;
    unsigned char *bytes = load(path, &size);
    unsigned char *block = bytes + SEGMENT_HEADER_SIZE;
    unsigned char kept[2 * EVENT_SIZE];
    enum err err;
    memcpy(kept, block, sizeof kept);
    memcpy(block, block + sizeof kept, sizeof kept);
    memcpy(block + sizeof kept, kept, sizeof kept);
    store(path, bytes, size);
    (void)steps_in(dir, &err);
    cr_assert(err == ERR_DAMAGED, "two exchanged");
    memmove(block, block + sizeof kept, size - SEGMENT_HEADER_SIZE - sizeof kept);
    store(path, bytes, size - sizeof kept);
    (void)steps_in(dir, &err);
    cr_assert(err == ERR_DAMAGED, "one removed");
    free(bytes);
    free(path);
    remove_dir(dir);
}

/* Power is lost with three blocks in the cache; the disk kept the third, not the first. */
Test(log, blocks_that_were_never_synced_may_be_lost_in_any_order)
{
    char *dir = fresh_dir();
    struct log *log = create(dir);
    cr_assert(write_steps(log, 0, 2, true) == ERR_OK);
    size_t before;
    char *path = segment_path(dir, 1);
    for (uint64_t step = 2; step < 5; step++) {
        cr_assert(write_steps(log, step, 1, false) == ERR_OK && log_flush(log, NULL) == ERR_OK);
    }
    log_abandon(log);
    unsigned char *bytes = load(path, &before);
    /* Steps 0 and 1 with their headers are 1 + 1 and 1 + 3 slots; step 2 follows. */
    memset(bytes + SEGMENT_HEADER_SIZE + 6 * EVENT_SIZE, 0, 2 * EVENT_SIZE);
    store(path, bytes, before);
    enum err err;
    cr_assert(steps_in(dir, &err) == 2 && err == ERR_OK);
    uint64_t cut_bytes = 0;
    cr_assert(log_reopen(dir, NULL, NULL, &log, &cut_bytes, NULL) == ERR_OK);
    cr_assert(cut_bytes > 0);
    cr_assert(write_steps(log, 2, 5, true) == ERR_OK && log_close(log, NULL) == ERR_OK);
    cr_assert(steps_in(dir, &err) == 7 && err == ERR_OK);
    free(bytes);
    free(path);
    remove_dir(dir);
}

Test(log, a_last_segment_without_header_is_a_torn_tail)
{
    char *dir = fresh_dir();
    struct log *log = create(dir);
    cr_assert(write_steps(log, 0, 10, true) == ERR_OK && log_close(log, NULL) == ERR_OK);
    char *second = segment_path(dir, 2);
    store(second, (const unsigned char *)"BWLOGSEG", 8);
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
    remove_dir(dir);
}

/* A kill between making the first segment and writing its header leaves these. */
Test(log, a_first_segment_cut_short_in_its_making_is_begun_anew)
{
    static const unsigned char zeros[2 * SEGMENT_HEADER_SIZE];
    static const size_t sizes[] = {0, 8, SEGMENT_HEADER_SIZE, sizeof zeros};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char *dir = fresh_dir();
        char *first = segment_path(dir, 1);
        store(first, zeros, sizes[i]);
        struct log *log = NULL;
        uint64_t cut_bytes;
        enum err err;
        cr_assert(log_reopen(dir, NULL, NULL, &log, &cut_bytes, NULL) == ERR_NOT_FOUND);
        log = create(dir);
        cr_assert(write_steps(log, 0, 3, true) == ERR_OK && log_close(log, NULL) == ERR_OK);
        cr_assert(steps_in(dir, &err) == 3 && err == ERR_OK);
        free(first);
        remove_dir(dir);
    }
}

/* Once a block followed, a header that cannot be read is damage, and nobody writes over it. */
Test(log, a_first_segment_that_lost_its_header_is_damage)
{
    char *dir = fresh_dir();
    (void)small_log(dir, true);
    char *path = segment_path(dir, 1);
    size_t size;
    unsigned char *bytes = load(path, &size);
    memset(bytes, 0, SEGMENT_HEADER_SIZE);
    store(path, bytes, size);
    struct log *log = NULL;
    enum err err;
    (void)steps_in(dir, &err);
    cr_assert(err == ERR_DAMAGED);
    cr_assert(log_create(dir, NULL, NULL, &log, NULL) == ERR_USAGE);
    free(bytes);
    free(path);
    remove_dir(dir);
}

/* A block whose checksums are right and whose record says that it is longer than the block. */
Test(log, refuses_a_record_that_runs_over_its_block)
{
    char *dir = fresh_dir();
    struct log *log = create(dir);
    struct event slots[4];
    fill(slots, 0, 2);
    slots[0].slots = 3;
    log_append(log, slots);
    cr_assert(log_end_step(log, true, NULL) == ERR_OK && log_close(log, NULL) == ERR_OK);
    char *path = segment_path(dir, 1);
    size_t size;
    unsigned char *bytes = load(path, &size);
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
        store(path, bytes, SEGMENT_HEADER_SIZE + 4 * EVENT_SIZE);
        enum err err;
        (void)steps_in(dir, &err);
        cr_assert((err == ERR_OK) == (claimed >= 1 && claimed <= 3), "%d slots", claimed);
    }
    free(bytes);
    free(path);
    remove_dir(dir);
}

Test(log, says_when_there_is_none)
{
    char *dir = fresh_dir();
    struct log_reader *reader = NULL;
    struct log *log = NULL;
    uint64_t cut_bytes;
    cr_assert(log_reader_open(dir, &reader, NULL) == ERR_NOT_FOUND);
    cr_assert(log_reopen(dir, NULL, NULL, &log, &cut_bytes, NULL) == ERR_NOT_FOUND);
    remove_dir(dir);
    cr_assert(log_reader_open("/nowhere/log", &reader, NULL) == ERR_NOT_FOUND);
    cr_assert(log_reopen("/nowhere/log", NULL, NULL, &log, &cut_bytes, NULL) == ERR_NOT_FOUND);
}

Test(log, refuses_a_newer_format)
{
    char *dir = fresh_dir();
    cr_assert(log_close(create(dir), NULL) == ERR_OK);
    char *path = segment_path(dir, 1);
    size_t size;
    unsigned char *bytes = load(path, &size);
    struct segment_header header;
    memcpy(&header, bytes, sizeof header);
    header.version = LOG_FORMAT_VERSION + 1;
    memcpy(bytes, &header, sizeof header);
    header.crc = segment_header_crc(bytes);
    memcpy(bytes, &header, sizeof header);
    store(path, bytes, size);
    enum err err;
    (void)steps_in(dir, &err);
    cr_assert(err == ERR_FORMAT);
    free(bytes);
    free(path);
    remove_dir(dir);
}

Test(log, has_one_writer)
{
    char *dir = fresh_dir();
    struct log *log = create(dir);
    pid_t pid = fork();
    cr_assert(pid >= 0);
    if (pid == 0) {
        struct log *second = NULL;
        struct problem problem = {0};
        uint64_t cut_bytes;
        char owner[32];
        (void)snprintf(owner, sizeof owner, "process %ld", (long)getppid());
        bool busy = log_create(dir, NULL, NULL, &second, &problem) == ERR_BUSY &&
                    log_reopen(dir, NULL, NULL, &second, &cut_bytes, &problem) == ERR_BUSY &&
                    strstr(problem.text, owner) != NULL;
        _exit(busy ? 0 : 1);
    }
    int status;
    cr_assert(waitpid(pid, &status, 0) == pid && status == 0);
    cr_assert(log_close(log, NULL) == ERR_OK);
    struct problem problem = {0};
    cr_assert(log_create(dir, NULL, NULL, &log, &problem) == ERR_USAGE, "there is a log already");
    remove_dir(dir);
}

Test(log, a_full_disk_ends_it_for_good)
{
    char *dir = fresh_dir();
    (void)signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {.rlim_cur = 300000, .rlim_max = RLIM_INFINITY};
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    struct log *log = create(dir);
    struct problem problem = {0};
    enum err err = ERR_OK;
    uint64_t step = 0;
    for (; step < 100000 && err == ERR_OK; step++) {
        append_step(log, step);
        err = log_end_step(log, false, &problem);
    }
    cr_assert(err == ERR_FULL, "%s", problem.text);
    cr_assert_not_null(strstr(problem.text, "000001.bwlog"));
    append_step(log, step);
    cr_assert(log_end_step(log, true, NULL) == ERR_FULL);
    cr_assert(log_flush(log, NULL) == ERR_FULL);
    cr_assert(log_close(log, NULL) == ERR_FULL);
    limit.rlim_cur = RLIM_INFINITY;
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    int64_t steps = steps_in(dir, &err);
    cr_assert(err == ERR_OK && steps > 1000 && steps < (int64_t)step);
    remove_dir(dir);
}

/* As an ordinary user in a child, because root may write anywhere. */
Test(log, says_that_a_folder_is_read_only)
{
    char *dir = fresh_dir();
    cr_assert(chmod(dir, 0555) == 0);
    pid_t pid = fork();
    cr_assert(pid >= 0);
    if (pid == 0) {
        struct log *log = NULL;
        struct problem problem = {0};
        if (geteuid() == 0 && setuid(65534) != 0) {
            _exit(2);
        }
        enum err err = log_create(dir, NULL, NULL, &log, &problem);
        _exit(err == ERR_IO && strstr(problem.text, dir) != NULL ? 0 : 1);
    }
    int status;
    cr_assert(waitpid(pid, &status, 0) == pid && status == 0);
    cr_assert(chmod(dir, 0755) == 0);
    remove_dir(dir);
}

/* Faults: the n-th call fails. Criterion runs each test in a process of its own. */
static int calls_left;
static int fault;

static ssize_t write_or_fail(int fd, const void *bytes, size_t length, off_t offset)
{
    if (calls_left-- == 0) {
        ssize_t half = pwrite(fd, bytes, length / 2, offset); /* half of it got there */
        (void)half;
        errno = fault;
        return -1;
    }
    return pwrite(fd, bytes, length, offset);
}

static int sync_or_fail(int fd)
{
    if (calls_left-- == 0) {
        errno = fault;
        return -1;
    }
    return fdatasync(fd);
}

Test(log, whichever_write_or_sync_fails_the_steps_before_it_are_there)
{
    struct log_options options = small_segments(8192);
    options.write_at = write_or_fail;
    options.sync = sync_or_fail;
    fault = EIO;
    bool failed = true;
    for (int n = 0; failed; n++) {
        char *dir = fresh_dir();
        struct log *log = NULL;
        calls_left = n;
        enum err err = log_create_with(&options, dir, NULL, NULL, &log, NULL);
        int64_t synced = 0;
        if (err == ERR_OK) {
            for (uint64_t step = 0; step < 40 && err == ERR_OK; step++) {
                err = write_steps(log, step, 1, true);
                synced += err == ERR_OK ? 1 : 0;
            }
            enum err closed = log_close(log, NULL);
            cr_assert(err == ERR_OK || closed == err);
            err = closed;
        }
        failed = err != ERR_OK;
        cr_assert(!failed || err == ERR_IO);
        if (log != NULL) {
            struct log *again = NULL;
            uint64_t cut_bytes;
            cr_assert(log_reopen(dir, NULL, NULL, &again, &cut_bytes, NULL) == ERR_OK, "n %d", n);
            cr_assert(log_close(again, NULL) == ERR_OK);
            int64_t steps = steps_in(dir, &err);
            cr_assert(err == ERR_OK && steps >= synced && steps <= synced + 1, "n %d", n);
        }
        remove_dir(dir);
    }
}

static ssize_t write_a_little(int fd, const void *bytes, size_t length, off_t offset)
{
    if (calls_left++ % 2 == 0) {
        errno = EINTR;
        return -1;
    }
    return pwrite(fd, bytes, length > 100 ? 100 : length, offset);
}

Test(log, goes_on_after_interruptions_and_short_writes)
{
    struct log_options options = log_options_default;
    options.write_at = write_a_little;
    char *dir = fresh_dir();
    struct log *log = NULL;
    cr_assert(log_create_with(&options, dir, NULL, NULL, &log, NULL) == ERR_OK);
    cr_assert(write_steps(log, 0, 500, false) == ERR_OK);
    cr_assert(log_close(log, NULL) == ERR_OK);
    enum err err;
    cr_assert(steps_in(dir, &err) == 500 && err == ERR_OK);
    remove_dir(dir);
}

/* The child tells through a pipe which step is durable, until it is killed. */
Test(log, a_killed_writer_loses_no_synced_step)
{
    for (int round = 0; round < 20; round++) {
        char *dir = fresh_dir();
        int ends[2];
        cr_assert(pipe(ends) == 0);
        pid_t pid = fork();
        cr_assert(pid >= 0);
        if (pid == 0) {
            struct log *log = create(dir);
            for (uint64_t step = 0;; step++) {
                bool sync = step % 5 == 0;
                append_step(log, step);
                if (log_end_step(log, sync, NULL) != ERR_OK ||
                    (sync && write(ends[1], &step, sizeof step) != sizeof step)) {
                    _exit(1);
                }
            }
        }
        close(ends[1]);
        uint64_t durable = 0;
        for (int i = 0; i < 3 + 5 * round; i++) {
            cr_assert(read(ends[0], &durable, sizeof durable) == sizeof durable);
        }
        cr_assert(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
        while (read(ends[0], &durable, sizeof durable) == sizeof durable) {
        }
        close(ends[0]);
        struct log *log = NULL;
        uint64_t cut_bytes;
        enum err err;
        cr_assert(log_reopen(dir, NULL, NULL, &log, &cut_bytes, NULL) == ERR_OK);
        cr_assert(log_close(log, NULL) == ERR_OK);
        int64_t steps = steps_in(dir, &err);
        cr_assert(err == ERR_OK && steps > (int64_t)durable);
        remove_dir(dir);
    }
}
