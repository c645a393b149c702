/* log_test.c: what is appended is read back, over segments and buffers and by a tap; one writer,
 * and no log of another format. */
#include "log/log_test.h"

#include <stdio.h>
#include <sys/wait.h>

Test(log, gives_back_what_was_appended)
{
    char *dir = folder_create();
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
    folder_remove(dir);
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
    char *dir = folder_create();
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
    folder_remove(dir);
}

Test(log, takes_a_step_larger_than_its_buffer)
{
    char *dir = folder_create();
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
    folder_remove(dir);
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
    char *dir = folder_create();
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
    folder_remove(dir);
}

Test(log, says_when_there_is_none)
{
    char *dir = folder_create();
    struct log_reader *reader = NULL;
    struct log *log = NULL;
    uint64_t cut_bytes;
    cr_assert(log_reader_open(dir, &reader, NULL) == ERR_NOT_FOUND);
    cr_assert(log_reopen(dir, NULL, NULL, &log, &cut_bytes, NULL) == ERR_NOT_FOUND);
    folder_remove(dir);
    cr_assert(log_reader_open("/nowhere/log", &reader, NULL) == ERR_NOT_FOUND);
    cr_assert(log_reopen("/nowhere/log", NULL, NULL, &log, &cut_bytes, NULL) == ERR_NOT_FOUND);
}

Test(log, refuses_a_newer_format)
{
    char *dir = folder_create();
    cr_assert(log_close(create(dir), NULL) == ERR_OK);
    char *path = segment_path(dir, 1);
    size_t size;
    unsigned char *bytes = file_read(path, &size);
    struct segment_header header;
    memcpy(&header, bytes, sizeof header);
    header.version = LOG_FORMAT_VERSION + 1;
    memcpy(bytes, &header, sizeof header);
    header.crc = segment_header_crc(bytes);
    memcpy(bytes, &header, sizeof header);
    file_write(path, bytes, size);
    enum err err;
    (void)steps_in(dir, &err);
    cr_assert(err == ERR_FORMAT);
    free(bytes);
    free(path);
    folder_remove(dir);
}

Test(log, has_one_writer)
{
    char *dir = folder_create();
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
    folder_remove(dir);
}
