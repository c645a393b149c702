/* log_faults_test.c: the disk is full, a folder is read-only, writes fail one after the other,
 * writers are killed; what was synced before is there. */
#include "log/log_test.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

Test(log_faults, a_full_disk_ends_it_for_good)
{
    char *dir = folder_create();
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
        cr_assert(err != ERR_OK || log_is_cramped(log), "that is known long before");
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
    folder_remove(dir);
}

Test(log_faults, room_that_comes_back_is_taken)
{
    char *dir = folder_create();
    (void)signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {.rlim_cur = 300000, .rlim_max = RLIM_INFINITY};
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    struct log *log = create(dir);
    cr_expect(log_is_cramped(log));
    cr_assert(write_steps(log, 0, 100, true) == ERR_OK, "some room is left");
    log_try_room(log);
    cr_expect(log_is_cramped(log));
    limit.rlim_cur = RLIM_INFINITY;
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    cr_expect(log_is_cramped(log));
    log_try_room(log);
    cr_expect_not(log_is_cramped(log));
    cr_assert(log_make_ready(log, NULL) == ERR_OK);
    cr_assert(write_steps(log, 100, 10000, false) == ERR_OK);
    cr_assert(log_close(log, NULL) == ERR_OK);
    enum err err;
    cr_expect(steps_in(dir, &err) == 10100);
    folder_remove(dir);
}

/* As an ordinary user in a child, because root may write anywhere. */
Test(log_faults, says_that_a_folder_is_read_only)
{
    char *dir = folder_create();
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
    folder_remove(dir);
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

Test(log_faults, whichever_write_or_sync_fails_the_steps_before_it_are_there)
{
    struct log_options options = small_segments(8192);
    options.write_at = write_or_fail;
    options.sync = sync_or_fail;
    fault = EIO;
    bool failed = true;
    for (int n = 0; failed; n++) {
        char *dir = folder_create();
        struct log *log = NULL;
        calls_left = n;
        enum err err = log_create_with(&options, dir, NULL, NULL, &log, NULL);
        int64_t synced = 0;
        if (err == ERR_OK) {
            for (uint64_t step = 0; step < 40 && err == ERR_OK; step++) {
                err = step % 8 == 0 ? log_make_ready(log, NULL) : ERR_OK;
                err = err == ERR_OK ? write_steps(log, step, 1, true) : err;
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
        folder_remove(dir);
    }
}

static uint64_t zeros_written;

static ssize_t count_zeros(int fd, const void *bytes, size_t length, off_t offset)
{
    const unsigned char *at = bytes;
    size_t zeros = 0;
    while (zeros < length && at[zeros] == 0) {
        zeros++;
    }
    zeros_written += zeros == length ? length : 0;
    return pwrite(fd, bytes, length, offset);
}

/* Zeros are written ahead once, again only when half of them are used up, and never over a step. */
Test(log_faults, room_that_is_made_ready_costs_no_step)
{
    enum { READY = 256 << 10 };
    struct log_options options = log_options_default;
    options.write_at = count_zeros;
    char *dir = folder_create();
    struct log *log = NULL;
    enum err err;
    cr_assert(log_create_with(&options, dir, NULL, NULL, &log, NULL) == ERR_OK);
    cr_assert(write_steps(log, 0, 10, true) == ERR_OK);
    zeros_written = 0;
    cr_assert(log_make_ready(log, NULL) == ERR_OK);
    cr_expect_eq(zeros_written, READY);
    cr_assert(log_make_ready(log, NULL) == ERR_OK);
    cr_expect_eq(zeros_written, READY);
    uint64_t step = 10;
    for (uint64_t until = log_slots(log) + READY / EVENT_SIZE / 2; log_slots(log) < until;) {
        cr_assert(write_steps(log, step++, 1, true) == ERR_OK);
    }
    cr_assert(log_make_ready(log, NULL) == ERR_OK);
    cr_expect(zeros_written > READY + READY / 2 && zeros_written < 2 * READY, "%llu",
              (unsigned long long)zeros_written);
    cr_assert(write_steps(log, step++, 1, true) == ERR_OK);
    log_abandon(log);
    cr_expect_eq(steps_in(dir, &err), (int64_t)step);
    cr_assert(err == ERR_OK);
    folder_remove(dir);
}

static ssize_t write_a_little(int fd, const void *bytes, size_t length, off_t offset)
{
    if (calls_left++ % 2 == 0) {
        errno = EINTR;
        return -1;
    }
    return pwrite(fd, bytes, length > 100 ? 100 : length, offset);
}

Test(log_faults, goes_on_after_interruptions_and_short_writes)
{
    struct log_options options = log_options_default;
    options.write_at = write_a_little;
    char *dir = folder_create();
    struct log *log = NULL;
    cr_assert(log_create_with(&options, dir, NULL, NULL, &log, NULL) == ERR_OK);
    cr_assert(write_steps(log, 0, 500, false) == ERR_OK);
    cr_assert(log_close(log, NULL) == ERR_OK);
    enum err err;
    cr_assert(steps_in(dir, &err) == 500 && err == ERR_OK);
    folder_remove(dir);
}

/* The child tells through a pipe which step is durable, until it is killed. */
Test(log_faults, a_killed_writer_loses_no_synced_step)
{
    for (int round = 0; round < 20; round++) {
        char *dir = folder_create();
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
        folder_remove(dir);
    }
}
