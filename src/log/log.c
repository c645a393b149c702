/* log.c: the writing side of the log. log_scan.c says how it is read back.
 *
 * A log is a folder of segments DIR/000001.bwlog, DIR/000002.bwlog, ... and a file DIR/lock that
 * the one writer holds. A segment is a header page and then blocks, one behind the other; what is
 * preallocated behind the last block is zeros. Numbers are little-endian.
 *
 *   segment header, 4096 bytes (a page of its own, so that no later write can tear it)
 *   offset size
 *        0    8  magic "BWLOGSEG"
 *        8    4  format version, 1
 *       12    4  number of the segment, from 1
 *       16    8  nonce of the log: random, so that bytes of other files never pass for its blocks
 *       24    8  chain value before the segment's first block
 *       32    8  slots of the log before this segment
 *       40   20  zeros
 *       60    4  CRC32C of the page with this field zero
 *       64 4032  zeros
 *
 *   block: a 64-byte header and `slots` slots of 64 bytes (market/event.h)
 *        0    4  magic "BWBK"
 *        4    4  slots that follow; 0 in the block that a clean close adds
 *        8    8  ordinal of the first of them in the whole log
 *       16    8  blocks from the log's start known to be durable when this one was written
 *       24    8  chain value before this block
 *       32    8  nonce
 *       40    4  CRC32C of the slots
 *       44   16  zeros
 *       60    4  CRC32C of bytes 0..59
 *
 * The chain value after a block is a 64-bit hash of its header, which holds the chain value before
 * it and the payload's checksum: a block that is removed, exchanged or moved breaks the chain. A
 * block without slots leaves the value as it is, so that a close does not change it.
 *
 * Blocks hold whole steps and are never rewritten. A segment is durable before the next one is
 * made, and a new segment's header before its first block. After a failed write or sync nobody
 * knows what the disk holds: the log is dead until it is opened anew. */
#include "log/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/check.h"
#include "log/log_memory.h"
#include "log/log_private.h"
#include "log/log_room.h"
#include "sys/crc32c.h"
#include "sys/files.h"
#include "sys/memory.h"

/* Room for what is enough for a block plus a large step; a larger one doubles it. */
#define BUFFER_SLOTS 8192

struct log {
    const struct log_options *options;
    char *dir;
    int dir_fd;
    int lock_fd;
    int fd; /* of the segment being written */
    log_tap *tap;
    void *tap_context;

    uint32_t segment;
    uint64_t used;        /* bytes of the segment: header and blocks */
    struct log_room room; /* behind them */

    uint64_t nonce;
    uint64_t chain;
    uint64_t slots;  /* written */
    uint64_t blocks; /* written */
    uint64_t synced_blocks;

    struct log_memory memory; /* the segment of a log in memory */

    struct event *buffer; /* slot 0 is the next block's header, the records follow */
    uint64_t capacity;    /* slots, header included */
    uint64_t whole;       /* slots of finished steps */
    uint64_t step;        /* slots of the step at hand, behind them */

    struct problem dead; /* .err is not ERR_OK once a write failed */
};

static ssize_t write_at_by_system(int fd, const void *bytes, size_t length, off_t offset)
{
    return pwrite(fd, bytes, length, offset);
}

const struct log_options log_options_default = {
    .segment_size_max = SEGMENT_SIZE_MAX,
    .write_at = write_at_by_system,
    .sync = fdatasync,
};

static int sync_nothing(int fd)
{
    (void)fd;
    return 0;
}

static const struct log_options log_options_memory = {
    .segment_size_max = INT64_MAX, /* one holds it all */
    .write_at = write_at_by_system,
    .sync = sync_nothing,
};

static bool is_in_memory(const struct log *log)
{
    return log->options == &log_options_memory;
}

/* The log is dead; the caller has set its problem. */
static enum err died(const struct log *log, struct problem *problem)
{
    if (problem != NULL) {
        *problem = log->dead;
    }
    return log->dead.err;
}

/* What the system just refused (errno) ends the log. */
static enum err die(struct log *log, struct problem *problem, const char *what)
{
    int saved = errno;
    char name[SEGMENT_NAME_SIZE];
    segment_name(log->segment, name);
    errno = saved;
    (void)problem_set_errno(&log->dead,
                            "the log takes nothing more: cannot %s %s/%s after %llu slots", what,
                            log->dir, name, (unsigned long long)log->slots);
    return died(log, problem);
}

static int write_whole(struct log *log, const void *bytes, size_t length, uint64_t offset)
{
    size_t done = 0;
    if (is_in_memory(log)) {
        return log_memory_write(&log->memory, bytes, length, offset);
    }
    while (done < length) {
        ssize_t written = log->options->write_at(log->fd, (const unsigned char *)bytes + done,
                                                 length - done, (off_t)(offset + done));
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            errno = written == 0 ? EIO : errno;
            return -1;
        }
        done += (size_t)written;
    }
    return 0;
}

static enum err sync_segment(struct log *log, struct problem *problem)
{
    if (log->synced_blocks == log->blocks) {
        return ERR_OK;
    }
    if (log->options->sync(log->fd) != 0) {
        return die(log, problem, "sync");
    }
    log->synced_blocks = log->blocks;
    return ERR_OK;
}

/* Makes the file of segment number log->segment; a log in memory needs none. */
static int segment_open(struct log *log)
{
    char name[SEGMENT_NAME_SIZE];
    segment_name(log->segment, name);
    if (!is_in_memory(log)) {
        log->fd = openat(log->dir_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    }
    log->room = is_in_memory(log) ? (struct log_room){0} : log_room(0);
    return is_in_memory(log) || log->fd >= 0 ? 0 : -1;
}

/* Makes segment number log->segment and syncs it and the folder. */
static enum err segment_create(struct log *log, struct problem *problem)
{
    if (segment_open(log) != 0) {
        return die(log, problem, "make");
    }
    struct segment_header header = {
        .magic = SEGMENT_MAGIC,
        .version = LOG_FORMAT_VERSION,
        .number = log->segment,
        .nonce = log->nonce,
        .chain_before = log->chain,
        .slots_before = log->slots,
    };
    unsigned char page[SEGMENT_HEADER_SIZE] = {0};
    memcpy(page, &header, sizeof header);
    header.crc = segment_header_crc(page);
    memcpy(page, &header, sizeof header);
    log->used = 0;
    log_room_for(&log->room, log->fd, sizeof page, log->options->segment_size_max);
    if (write_whole(log, page, sizeof page, 0) != 0) {
        return die(log, problem, "write");
    }
    log->used = sizeof page;
    if (log->options->sync(log->fd) != 0 || (!is_in_memory(log) && fsync(log->dir_fd) != 0)) {
        return die(log, problem, "sync");
    }
    return ERR_OK;
}

/* Gives back what was preallocated behind the last block. */
static enum err segment_trim(struct log *log, struct problem *problem)
{
    if (is_in_memory(log)) {
        return ERR_OK;
    }
    if (ftruncate(log->fd, (off_t)log->used) != 0) {
        return die(log, problem, "cut the unused rest of");
    }
    log->room = log_room(log->used);
    return ERR_OK;
}

/* Ends the segment at hand, durable to its last byte, and begins the next. */
static enum err segment_change(struct log *log, struct problem *problem)
{
    enum err err = segment_trim(log, problem);
    if (err == ERR_OK) {
        err = sync_segment(log, problem);
    }
    if (err != ERR_OK) {
        return err;
    }
    if (log->segment == SEGMENTS_MAX) {
        errno = EFBIG;
        return die(log, problem, "follow");
    }
    close(log->fd);
    log->fd = -1;
    log->segment++;
    return segment_create(log, problem);
}

static void fill_block_header(struct log *log, uint64_t slots)
{
    struct block_header header = {
        .magic = BLOCK_MAGIC,
        .slots = (uint32_t)slots,
        .first_slot = log->slots,
        .synced_blocks = log->synced_blocks,
        .chain_before = log->chain,
        .nonce = log->nonce,
        .payload_crc = crc32c(0, log->buffer + 1, slots * EVENT_SIZE),
    };
    header.header_crc = crc32c(0, &header, offsetof(struct block_header, header_crc));
    memcpy(log->buffer, &header, sizeof header);
}

/* Writes the finished steps as one block; with none of them, an empty one. */
static enum err write_block(struct log *log, struct problem *problem)
{
    uint64_t slots = log->whole;
    uint64_t size = (1 + slots) * EVENT_SIZE;
    if (log->used + size > log->options->segment_size_max && log->used > SEGMENT_HEADER_SIZE) {
        enum err err = segment_change(log, problem);
        if (err != ERR_OK) {
            return err;
        }
    }
    fill_block_header(log, slots);
    log_room_for(&log->room, log->fd, log->used + size, log->options->segment_size_max);
    if (write_whole(log, log->buffer, size, log->used) != 0) {
        return die(log, problem, "write");
    }
    struct block_header header;
    memcpy(&header, log->buffer, sizeof header);
    log->chain = block_chain(&header);
    log->used += size;
    log->slots += slots;
    log->blocks++;
    return ERR_OK;
}

/* Hands the written slots to the readers and makes room in the buffer. */
static void pass_on(struct log *log)
{
    uint64_t slots = log->whole;
    if (slots > 0 && log->tap != NULL) {
        log->tap(log->tap_context, log->buffer + 1, slots);
    }
    if (log->step > 0) {
        memmove(log->buffer + 1, log->buffer + 1 + slots, log->step * EVENT_SIZE);
    }
    log->whole = 0;
}

static enum err write_gathered(struct log *log, bool sync, struct problem *problem)
{
    if (log->dead.err != ERR_OK) {
        return died(log, problem);
    }
    enum err err = ERR_OK;
    if (log->whole > 0) {
        err = write_block(log, problem);
    }
    if (err == ERR_OK && sync) {
        err = sync_segment(log, problem);
    }
    if (err == ERR_OK) {
        pass_on(log);
    }
    return err;
}

static void grow(struct log *log, uint64_t slots)
{
    uint64_t capacity = log->capacity;
    while (capacity < slots) {
        capacity *= 2;
    }
    CHECK(capacity <= UINT32_MAX);
    struct event *buffer = xcalloc_aligned(capacity * EVENT_SIZE);
    memcpy(buffer, log->buffer, (1 + log->whole + log->step) * EVENT_SIZE);
    free(log->buffer);
    log->buffer = buffer;
    log->capacity = capacity;
}

void log_append(struct log *log, const struct event *record)
{
    CHECK(record->slots > 0);
    if (log->dead.err != ERR_OK) {
        return;
    }
    uint64_t at = 1 + log->whole + log->step;
    if (at + record->slots > log->capacity) {
        grow(log, at + record->slots);
    }
    memcpy(log->buffer + at, record, (size_t)record->slots * EVENT_SIZE);
    log->step += record->slots;
}

enum err log_end_step(struct log *log, bool sync, struct problem *problem)
{
    if (log->dead.err != ERR_OK) {
        return died(log, problem);
    }
    log->whole += log->step;
    log->step = 0;
    if (sync || log->whole >= BLOCK_SLOTS_ENOUGH) {
        return write_gathered(log, sync, problem);
    }
    return ERR_OK;
}

enum err log_flush(struct log *log, struct problem *problem)
{
    return write_gathered(log, false, problem);
}

enum err log_make_ready(struct log *log, struct problem *problem)
{
    static const unsigned char zeros[64 << 10];
    uint64_t from = 0, wanted = 0;
    if (log->dead.err != ERR_OK) {
        return died(log, problem);
    }
    if (!is_in_memory(log)) {
        wanted =
            log_room_wanted(&log->room, log->fd, log->used, log->options->segment_size_max, &from);
    }
    for (uint64_t done = 0; done < wanted; done += sizeof zeros) {
        uint64_t length = wanted - done < sizeof zeros ? wanted - done : sizeof zeros;
        if (write_whole(log, zeros, length, from + done) != 0) {
            return die(log, problem, "write");
        }
    }
    if (wanted > 0 && log->options->sync(log->fd) != 0) {
        return die(log, problem, "sync");
    }
    log->room.zeroed = wanted > 0 ? from + wanted : log->room.zeroed;
    return ERR_OK;
}

bool log_is_cramped(const struct log *log)
{
    return log->room.full;
}

void log_try_room(struct log *log)
{
    if (log->dead.err == ERR_OK && !is_in_memory(log)) {
        log_room_retry(&log->room, log->fd, log->used, log->options->segment_size_max);
    }
}

/* Everything is durable, and one more block says so: from then on a bad byte is known as damage. */
static enum err end_cleanly(struct log *log, struct problem *problem)
{
    enum err err = write_gathered(log, true, problem);
    if (err == ERR_OK) {
        err = write_block(log, problem);
    }
    if (err == ERR_OK) {
        err = segment_trim(log, problem);
    }
    return err == ERR_OK ? sync_segment(log, problem) : err;
}

enum err log_close(struct log *log, struct problem *problem)
{
    enum err err = end_cleanly(log, problem);
    log_abandon(log);
    return err;
}

void log_abandon(struct log *log)
{
    if (log == NULL) {
        return;
    }
    log_memory_finish(&log->memory);
    if (log->fd >= 0) {
        close(log->fd);
    }
    if (log->lock_fd >= 0) {
        close(log->lock_fd);
    }
    if (log->dir_fd >= 0) {
        close(log->dir_fd);
    }
    free(log->buffer);
    free(log->dir);
    free(log);
}

uint64_t log_slots(const struct log *log)
{
    return log->slots + log->whole + log->step;
}

uint64_t log_chain(const struct log *log)
{
    return log->chain;
}

static enum err lock_taken(const struct log *log, struct problem *problem)
{
    char text[32] = "";
    ssize_t got = pread(log->lock_fd, text, sizeof text - 1, 0);
    long pid = got > 0 ? strtol(text, NULL, 10) : 0;
    if (pid > 0) {
        return problem_set(problem, ERR_BUSY,
                           "the log %s is in use by process %ld; end it or choose another folder",
                           log->dir, pid);
    }
    return problem_set(problem, ERR_BUSY,
                       "the log %s is in use by another process; end it or choose another folder",
                       log->dir);
}

/* The lock goes with its descriptor, so a killed writer leaves nothing to clean up. The pid inside
 * is for the message only. */
static enum err lock(struct log *log, struct problem *problem)
{
    log->lock_fd = openat(log->dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (log->lock_fd < 0) {
        return problem_set_errno(problem, "cannot make %s/lock", log->dir);
    }
    int result;
    do {
        result = flock(log->lock_fd, LOCK_EX | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    if (result != 0 && errno == EWOULDBLOCK) {
        return lock_taken(log, problem);
    }
    if (result != 0) {
        return problem_set_errno(problem, "cannot lock %s/lock", log->dir);
    }
    char text[32];
    int length = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(log->lock_fd, 0) != 0 || pwrite(log->lock_fd, text, (size_t)length, 0) < 0) {
        return problem_set_errno(problem, "cannot write %s/lock", log->dir);
    }
    return ERR_OK;
}

static struct log *make_log(const struct log_options *options, const char *dir)
{
    struct log *log = xcalloc(1, sizeof *log);
    log->options = options;
    log->dir = xstrdup(dir);
    log->dir_fd = -1;
    log->fd = -1;
    log->lock_fd = -1;
    log->capacity = 1 + BUFFER_SLOTS;
    log->buffer = xcalloc_aligned(log->capacity * EVENT_SIZE);
    return log;
}

/* A log object with the folder open and locked and no segment yet. */
static enum err open_folder(const struct log_options *options, const char *dir, struct log **out,
                            struct problem *problem)
{
    struct log *log = make_log(options, dir);
    enum err err = ERR_OK;
    log->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (log->dir_fd < 0) {
        err = problem_set_errno(problem, "cannot open the folder %s", dir);
    } else {
        err = lock(log, problem);
    }
    if (err != ERR_OK) {
        log_abandon(log);
        return err;
    }
    *out = log;
    return ERR_OK;
}

/* The folder holds no log, or only a first segment whose making was cut short: that one goes. */
static enum err make_room(const struct log *log, struct problem *problem)
{
    char name[SEGMENT_NAME_SIZE];
    struct log_scan scan;
    segment_name(1, name);
    if (faccessat(log->dir_fd, name, F_OK, 0) != 0) {
        return ERR_OK;
    }
    enum err err = log_scan_open(&scan, log->dir, problem);
    if (err != ERR_NOT_FOUND) {
        log_scan_finish(&scan);
        return problem_set(problem, ERR_USAGE,
                           "%s already holds a log; choose an empty or new folder", log->dir);
    }
    return unlinkat(log->dir_fd, name, 0) == 0
               ? ERR_OK
               : problem_set_errno(problem, "cannot remove the unfinished %s/%s", log->dir, name);
}

static enum err begin_chain(struct log *log, struct problem *problem)
{
    ssize_t got;
    do {
        got = getrandom(&log->nonce, sizeof log->nonce, 0);
    } while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof log->nonce) {
        return problem_set_errno(problem, "the system gives no random numbers");
    }
    log->chain = log_chain_start(log->nonce);
    log->segment = 1;
    return ERR_OK;
}

static enum err first_segment(struct log *log, struct problem *problem)
{
    char name[SEGMENT_NAME_SIZE];
    segment_name(1, name);
    enum err err = make_room(log, problem);
    if (err == ERR_OK) {
        err = begin_chain(log, problem);
    }
    if (err != ERR_OK) {
        return err;
    }
    err = segment_create(log, problem);
    if (err != ERR_OK && log->fd >= 0) {
        (void)unlinkat(log->dir_fd, name, 0); /* nothing was logged; the first failure is told */
    }
    return err;
}

enum err log_create_with(const struct log_options *options, const char *dir, log_tap *tap,
                         void *tap_context, struct log **out, struct problem *problem)
{
    struct log *log = NULL;
    enum err err = folder_make(dir, problem);
    if (err == ERR_OK) {
        err = open_folder(options, dir, &log, problem);
    }
    if (err == ERR_OK) {
        err = first_segment(log, problem);
    }
    if (err != ERR_OK) {
        log_abandon(log);
        return err;
    }
    log->tap = tap;
    log->tap_context = tap_context;
    *out = log;
    return ERR_OK;
}

enum err log_create(const char *dir, log_tap *tap, void *tap_context, struct log **log,
                    struct problem *problem)
{
    return log_create_with(&log_options_default, dir, tap, tap_context, log, problem);
}

enum err log_create_in_memory(uint64_t reserve, struct log **out, struct problem *problem)
{
    struct log *log = make_log(&log_options_memory, "memory");
    enum err err = begin_chain(log, problem);
    if (err == ERR_OK && log_memory_reserve(&log->memory, reserve) != 0) {
        err = problem_set_errno(problem, "no memory for a log of %llu bytes",
                                (unsigned long long)reserve);
    }
    if (err == ERR_OK) {
        err = segment_create(log, problem);
    }
    if (err != ERR_OK) {
        log_abandon(log);
        return err;
    }
    *out = log;
    return ERR_OK;
}

const void *log_memory(const struct log *log, uint64_t *size)
{
    CHECK(is_in_memory(log));
    *size = log->used;
    return log->memory.bytes;
}

/* Removes a last segment whose making was cut short, and what is torn in the one before. */
static enum err cut_tail(struct log *log, const struct log_scan *scan, struct problem *problem)
{
    char name[SEGMENT_NAME_SIZE];
    if (scan->good_segments < scan->segment_count) {
        segment_name(scan->segment_count, name);
        if (unlinkat(log->dir_fd, name, 0) != 0) {
            return problem_set_errno(problem, "cannot remove the unfinished %s/%s", log->dir, name);
        }
    }
    segment_name(log->segment, name);
    log->fd = openat(log->dir_fd, name, O_RDWR | O_CLOEXEC);
    if (log->fd < 0) {
        return problem_set_errno(problem, "cannot open %s/%s for writing", log->dir, name);
    }
    if (ftruncate(log->fd, (off_t)log->used) != 0) {
        return problem_set_errno(problem, "cannot cut the torn tail of %s/%s", log->dir, name);
    }
    if (fsync(log->fd) != 0 || fsync(log->dir_fd) != 0) {
        return problem_set_errno(problem, "cannot sync %s/%s", log->dir, name);
    }
    return ERR_OK;
}

/* Takes over where the scan found the log's end. The sync in it makes all blocks durable. */
static enum err take_over(struct log *log, const struct log_scan *scan, struct problem *problem)
{
    log->segment = scan->good_segments;
    log->used = scan->end_offset;
    log->room = log_room(scan->end_offset);
    log->nonce = scan->nonce;
    log->chain = scan->chain;
    log->slots = scan->slots;
    log->blocks = scan->block_count;
    log->synced_blocks = scan->block_count;
    return cut_tail(log, scan, problem);
}

enum err log_reopen_with(const struct log_options *options, const char *dir, log_tap *tap,
                         void *tap_context, struct log **out, uint64_t *cut_bytes,
                         struct problem *problem)
{
    if (access(dir, F_OK) != 0) {
        return problem_set(problem, ERR_NOT_FOUND, "there is no log in %s", dir);
    }
    struct log *log = NULL;
    enum err err = open_folder(options, dir, &log, problem);
    if (err != ERR_OK) {
        return err;
    }
    struct log_scan scan;
    err = log_scan_open(&scan, dir, problem);
    if (err == ERR_OK) {
        err = take_over(log, &scan, problem);
    }
    uint64_t torn_bytes = scan.torn_bytes;
    log_scan_finish(&scan);
    if (err != ERR_OK) {
        log_abandon(log);
        return err;
    }
    log->tap = tap;
    log->tap_context = tap_context;
    *cut_bytes = torn_bytes;
    *out = log;
    return ERR_OK;
}

enum err log_reopen(const char *dir, log_tap *tap, void *tap_context, struct log **log,
                    uint64_t *cut_bytes, struct problem *problem)
{
    return log_reopen_with(&log_options_default, dir, tap, tap_context, log, cut_bytes, problem);
}
