/* log_scan.c: finds out how far a log is whole, for readers and for going on after a crash.
 *
 * A block is whole when its header and payload pass their checksums, it carries the log's nonce,
 * continues the chain, and its records fill it exactly. The first block that is not whole is
 *   - a torn tail, when it stands in the last segment and nothing says that it had been durable:
 *     an unfinished write, or writes that the disk had not kept when the power went;
 *   - damage, when a later block says that it had been durable (synced_blocks), when a segment
 *     follows (a segment is synced before the next one is made), or when it is whole in itself but
 *     out of place.
 * Blocks that are only gathered may reach the disk in any order, which is why "a whole block
 * follows" alone proves no damage; a clean close ends with a block that vouches for all before it.
 *
 * Headers and tails are read, payloads of good headers mapped: a writer that cuts the preallocated
 * rest while we look must not cost us a bus error. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log/log_private.h"
#include "sys/crc32c.h"
#include "sys/memory.h"

#define TAIL_CHUNK 65536

static_assert(TAIL_CHUNK % EVENT_SIZE == 0, "headers do not straddle chunks");

void segment_name(uint32_t number, char name[SEGMENT_NAME_SIZE])
{
    (void)snprintf(name, SEGMENT_NAME_SIZE, "%06u.bwlog", number % (SEGMENTS_MAX + 1));
}

uint32_t segment_header_crc(const unsigned char page[SEGMENT_HEADER_SIZE])
{
    const size_t field = offsetof(struct segment_header, crc);
    const uint32_t zero = 0;
    uint32_t crc = crc32c(0, page, field);
    crc = crc32c(crc, &zero, sizeof zero);
    return crc32c(crc, page + field + sizeof zero, SEGMENT_HEADER_SIZE - field - sizeof zero);
}

/* The finalizer of SplitMix64: every bit of the value reaches every bit of the result. */
static uint64_t mix(uint64_t value)
{
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return value ^ value >> 31;
}

uint64_t block_chain(const struct block_header *header)
{
    if (header->slots == 0) {
        return header->chain_before;
    }
    uint64_t words[EVENT_SIZE / sizeof(uint64_t)];
    memcpy(words, header, sizeof words);
    uint64_t chain = header->chain_before;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        chain = mix(chain ^ words[i]) + UINT64_C(0x9e3779b97f4a7c15);
    }
    return chain;
}

uint64_t log_chain_start(uint64_t nonce)
{
    return mix(nonce + UINT64_C(0x9e3779b97f4a7c15));
}

/* Where the scan stands: one segment, its file, and the words for messages. */
struct place {
    struct log_scan *scan;
    const struct log_segment *segment;
    struct problem *problem;
    char name[SEGMENT_NAME_SIZE];
    int fd; /* -1: the segment lies in memory */
    bool last;
};

static enum err damaged(const struct place *place, uint64_t offset, const char *what)
{
    return problem_set(
        place->problem, ERR_DAMAGED,
        "%s/%s, byte %llu: %s\n"
        "This is no unfinished write; the file was changed or lost bytes after it was "
        "written.\nNothing was altered. Restore the folder from a backup, or keep it "
        "for inspection and start a new run.",
        place->scan->dir, place->name, (unsigned long long)offset, what);
}

static ssize_t read_memory(const struct log_segment *segment, void *bytes, size_t length,
                           uint64_t offset)
{
    uint64_t left = offset < segment->size ? segment->size - offset : 0;
    size_t got = left < length ? left : length;
    memcpy(bytes, segment->map + (segment->size - left), got);
    return (ssize_t)got;
}

/* As pread(), but goes on after interruptions and short reads; less than `length` is the end. */
static ssize_t read_at(const struct place *place, void *bytes, size_t length, uint64_t offset)
{
    size_t done = 0;
    if (place->fd < 0) {
        return read_memory(place->segment, bytes, length, offset);
    }
    while (done < length) {
        ssize_t got =
            pread(place->fd, (unsigned char *)bytes + done, length - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        done += (size_t)got;
    }
    return (ssize_t)done;
}

static enum err read_failed(const struct place *place)
{
    return problem_set_errno(place->problem, "cannot read %s/%s", place->scan->dir, place->name);
}

static bool header_is_ours(const struct block_header *header, uint64_t nonce)
{
    return header->magic == BLOCK_MAGIC && header->nonce == nonce &&
           header->header_crc == crc32c(0, header, offsetof(struct block_header, header_crc));
}

/* What stands behind the last whole block. */
struct tail {
    uint64_t bytes;      /* up to the last that is not zero */
    uint64_t headers;    /* block headers of this log */
    uint64_t synced_max; /* the most blocks that one of them vouches for */
};

static void tail_take(struct tail *tail, uint64_t nonce, uint64_t at, const unsigned char *chunk,
                      size_t length)
{
    for (size_t i = 0; i < length; i += EVENT_SIZE) {
        unsigned char slot[EVENT_SIZE] = {0};
        static const unsigned char zeros[EVENT_SIZE];
        size_t size = length - i < EVENT_SIZE ? length - i : EVENT_SIZE;
        memcpy(slot, chunk + i, size);
        if (memcmp(slot, zeros, EVENT_SIZE) == 0) {
            continue;
        }
        while (slot[size - 1] == 0) {
            size--;
        }
        tail->bytes = at + i + size;
        struct block_header header;
        memcpy(&header, slot, sizeof header);
        if (header_is_ours(&header, nonce)) {
            tail->headers++;
            tail->synced_max =
                header.synced_blocks > tail->synced_max ? header.synced_blocks : tail->synced_max;
        }
    }
}

static enum err tail_read(const struct place *place, uint64_t offset, struct tail *tail)
{
    *tail = (struct tail){0};
    unsigned char *chunk = xmalloc(TAIL_CHUNK);
    ssize_t got = TAIL_CHUNK;
    for (uint64_t at = 0; got == TAIL_CHUNK; at += TAIL_CHUNK) {
        got = read_at(place, chunk, TAIL_CHUNK, offset + at);
        if (got > 0) {
            tail_take(tail, place->scan->nonce, at, chunk, (size_t)got);
        }
    }
    free(chunk);
    return got < 0 ? read_failed(place) : ERR_OK;
}

static bool records_fill(const struct event *slots, uint64_t count)
{
    uint64_t at = 0;
    while (at < count) {
        if (slots[at].slots == 0 || slots[at].slots > count - at) {
            return false;
        }
        at += slots[at].slots;
    }
    return true;
}

static void add_block(struct log_scan *scan, const struct event *slots,
                      const struct block_header *header)
{
    if (scan->block_count == scan->block_capacity) {
        scan->block_capacity = scan->block_capacity == 0 ? 64 : 2 * scan->block_capacity;
        scan->blocks = xrealloc(scan->blocks, scan->block_capacity * sizeof *scan->blocks);
    }
    scan->blocks[scan->block_count++] = (struct log_block){slots, header->slots};
    scan->slots += header->slots;
    scan->chain = block_chain(header);
}

/* Takes the block at `offset` in and says how long it is in *size; 0 when it is not whole. */
static enum err take_block(const struct place *place, uint64_t offset, uint64_t *size)
{
    struct log_scan *scan = place->scan;
    struct block_header header;
    *size = 0;
    ssize_t got = read_at(place, &header, sizeof header, offset);
    if (got < 0) {
        return read_failed(place);
    }
    if (got < (ssize_t)sizeof header || !header_is_ours(&header, scan->nonce)) {
        return ERR_OK;
    }
    if (header.chain_before != scan->chain || header.first_slot != scan->slots) {
        return damaged(place, offset, "a block is missing or out of order (the chain breaks)");
    }
    uint64_t payload = (uint64_t)header.slots * EVENT_SIZE;
    uint64_t start = offset + sizeof header;
    if (start > place->segment->size || payload > place->segment->size - start) {
        return ERR_OK;
    }
    const struct event *slots = (const void *)(place->segment->map + start);
    if (crc32c(0, slots, payload) != header.payload_crc) {
        return ERR_OK;
    }
    if (!records_fill(slots, header.slots)) {
        return damaged(place, offset, "the records do not fill their block");
    }
    add_block(scan, slots, &header);
    *size = sizeof header + payload;
    return ERR_OK;
}

static enum err judge_tail(const struct place *place, uint64_t offset)
{
    struct tail tail;
    enum err err = tail_read(place, offset, &tail);
    if (err != ERR_OK) {
        return err;
    }
    if (tail.bytes > 0 && !place->last) {
        return damaged(place, offset, "a block is not whole, and a later segment follows");
    }
    if (tail.synced_max > place->scan->block_count) {
        return damaged(place, offset, "a block is not whole that had been safe on the disk");
    }
    place->scan->torn_bytes = tail.bytes;
    return ERR_OK;
}

static enum err take_blocks(const struct place *place)
{
    uint64_t offset = SEGMENT_HEADER_SIZE;
    uint64_t size = 0;
    do {
        enum err err = take_block(place, offset, &size);
        if (err != ERR_OK) {
            return err;
        }
        offset += size;
    } while (size > 0);
    place->scan->end_offset = offset;
    return judge_tail(place, offset);
}

/* Whether the first segment is one whose making a crash cut short: it ends within its header page,
 * or only its room was reserved. Then nothing was ever logged in it. */
static enum err judge_bad_first(const struct place *place)
{
    struct tail tail;
    enum err err = tail_read(place, 0, &tail);
    if (err != ERR_OK) {
        return err;
    }
    if (place->last && (tail.bytes == 0 || place->segment->size < SEGMENT_HEADER_SIZE)) {
        return problem_set(place->problem, ERR_NOT_FOUND,
                           "there is no log in %s: its making was cut short", place->scan->dir);
    }
    return damaged(place, 0,
                   "the first segment has no readable header, so nothing in it can be trusted");
}

/* A segment without a readable header. Its making is synced before the first block goes in, so only
 * an empty last one can come from a crash. */
static enum err judge_bad_header(const struct place *place, uint32_t number)
{
    if (number == 1) {
        return judge_bad_first(place);
    }
    struct tail tail;
    enum err err = tail_read(place, 0, &tail);
    if (err != ERR_OK) {
        return err;
    }
    if (!place->last || tail.headers > 0) {
        return damaged(place, 0, "the segment's header is not readable");
    }
    place->scan->torn_bytes = tail.bytes;
    return ERR_OK;
}

static enum err check_header(const struct place *place, const struct segment_header *header,
                             uint32_t number)
{
    struct log_scan *scan = place->scan;
    if (header->version != LOG_FORMAT_VERSION) {
        return problem_set(place->problem, ERR_FORMAT,
                           "%s/%s has log format %u, this program reads up to %u; "
                           "use a newer bellwether",
                           scan->dir, place->name, header->version, LOG_FORMAT_VERSION);
    }
    if (number == 1) {
        scan->nonce = header->nonce;
        scan->chain = log_chain_start(header->nonce);
    }
    if (header->number != number || header->nonce != scan->nonce ||
        header->slots_before != scan->slots || header->chain_before != scan->chain) {
        return damaged(place, 0, "the segment does not continue the one before it");
    }
    return ERR_OK;
}

static enum err take_segment(const struct place *place, uint32_t number)
{
    unsigned char page[SEGMENT_HEADER_SIZE];
    struct segment_header header;
    ssize_t got = read_at(place, page, sizeof page, 0);
    if (got < 0) {
        return read_failed(place);
    }
    memcpy(&header, page, sizeof header);
    if (got < (ssize_t)sizeof page || header.magic != SEGMENT_MAGIC ||
        header.crc != segment_header_crc(page)) {
        return judge_bad_header(place, number);
    }
    enum err err = check_header(place, &header, number);
    if (err != ERR_OK) {
        return err;
    }
    place->scan->good_segments = number;
    return take_blocks(place);
}

static enum err map_segment(struct place *place, struct log_segment *segment)
{
    struct stat status;
    if (fstat(place->fd, &status) != 0) {
        return read_failed(place);
    }
    segment->size = (uint64_t)status.st_size;
    segment->map = NULL;
    if (segment->size > 0) {
        void *map = mmap(NULL, segment->size, PROT_READ, MAP_SHARED, place->fd, 0);
        if (map == MAP_FAILED) {
            return problem_set_errno(place->problem, "cannot map %s/%s", place->scan->dir,
                                     place->name);
        }
        segment->map = map;
    }
    place->segment = segment;
    return ERR_OK;
}

static enum err scan_segment(struct log_scan *scan, int dir_fd, uint32_t number, uint32_t count,
                             struct problem *problem)
{
    struct place place = {.scan = scan, .problem = problem, .last = number == count};
    segment_name(number, place.name);
    place.fd = openat(dir_fd, place.name, O_RDONLY | O_CLOEXEC);
    if (place.fd < 0 && errno == ENOENT) {
        return damaged(&place, 0, "the segment is missing, though a later one is there");
    }
    if (place.fd < 0) {
        return problem_set_errno(problem, "cannot open %s/%s", scan->dir, place.name);
    }
    enum err err = map_segment(&place, &scan->segments[scan->segment_count++]);
    if (err == ERR_OK) {
        err = take_segment(&place, number);
    }
    close(place.fd);
    return err;
}

/* The highest number among the folder's segments; 0 when there are none. */
static uint32_t segments_in(DIR *dir)
{
    uint32_t highest = 0;
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        char name[SEGMENT_NAME_SIZE];
        char *end;
        unsigned long number = strtoul(entry->d_name, &end, 10);
        if (number == 0 || number > SEGMENTS_MAX) {
            continue;
        }
        segment_name((uint32_t)number, name);
        if (strcmp(name, entry->d_name) == 0 && number > highest) {
            highest = (uint32_t)number;
        }
    }
    return highest;
}

enum err log_scan_open(struct log_scan *scan, const char *path, struct problem *problem)
{
    *scan = (struct log_scan){.dir = path};
    DIR *dir = opendir(path);
    if (dir == NULL && (errno == ENOENT || errno == ENOTDIR)) {
        return problem_set(problem, ERR_NOT_FOUND, "there is no log in %s", path);
    }
    if (dir == NULL) {
        return problem_set_errno(problem, "cannot open the folder %s", path);
    }
    uint32_t count = segments_in(dir);
    enum err err = ERR_OK;
    if (count == 0) {
        err = problem_set(problem, ERR_NOT_FOUND, "there is no log in %s (no 000001.bwlog)", path);
    } else {
        scan->segments = xcalloc(count, sizeof *scan->segments);
    }
    for (uint32_t number = 1; err == ERR_OK && number <= count; number++) {
        err = scan_segment(scan, dirfd(dir), number, count, problem);
    }
    closedir(dir);
    if (err != ERR_OK) {
        log_scan_finish(scan);
    }
    return err;
}

enum err log_scan_open_memory(struct log_scan *scan, const void *segment, uint64_t size,
                              struct problem *problem)
{
    *scan = (struct log_scan){
        .dir = "memory", .segments = xcalloc(1, sizeof *scan->segments), .segment_count = 1};
    scan->segments[0] = (struct log_segment){.map = segment, .size = size, .borrowed = true};
    struct place place = {
        .scan = scan, .segment = scan->segments, .problem = problem, .fd = -1, .last = true};
    segment_name(1, place.name);
    enum err err = take_segment(&place, 1);
    if (err != ERR_OK) {
        log_scan_finish(scan);
    }
    return err;
}

void log_scan_finish(struct log_scan *scan)
{
    for (uint32_t i = 0; i < scan->segment_count; i++) {
        if (scan->segments[i].map != NULL && !scan->segments[i].borrowed) {
            munmap((void *)(uintptr_t)scan->segments[i].map, scan->segments[i].size);
        }
    }
    free(scan->segments);
    free(scan->blocks);
    *scan = (struct log_scan){0};
}
