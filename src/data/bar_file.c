/* bar_file.c: the record file: bars and ticks as they are used, mapped and never decoded.
 *
 *   offset  size
 *        0  4096  header
 *     4096  16 k  instrument table: k symbols of 16 bytes, NUL-padded, strictly alphabetical
 *              .  zeros up to the next multiple of 4096
 *        R  64 n  n records (struct event), sorted as in bars.h
 *  R + 64n   4 b  block table: the CRC32C of each 1 MiB of record bytes, the last block shorter
 *
 *   header:  0   8  magic "BWBARS\0\1"
 *            8   4  version of this layout: 1, or 2 when there are ticks
 *           12   4  CRC32C of these 4096 bytes with this field zero
 *           16   8  n, records
 *           24   8  slices: distinct ts_ns
 *           32   8  length of a bar in nanoseconds; 0: there are only ticks
 *           40   4  k, instruments
 *           44   4  block size, 1048576
 *           48   8  offset of the instrument table, 4096
 *           56   8  R, offset of the records
 *           64   8  offset of the block table
 *           72   8  size of the file
 *           80   4  b, blocks
 *           84   4  CRC32C of the instrument table
 *           88  32  data hash: SHA-256 over the block table
 *          120   8  version 2: quotes among the records
 *          128   8  version 2: trades among the records
 *          136      zeros to 4096
 *
 * All numbers are little-endian. The header holds for the hash, the hash for the block table, the
 * block table for the records, so a changed byte anywhere is found. Checksums only guard against
 * accidents; the records are checked as well, each block while it is in the cache, so that a
 * consumer can trust what it is given. The mapping is good as long as nobody shortens the file: it
 * is replaced by rename, never rewritten. */
#include "data/bar_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "data/bars_check.h"
#include "sys/crc32c.h"
#include "sys/files.h"
#include "sys/memory.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "files are used as they lie");

#define HEADER_SIZE   4096
#define BLOCK_SIZE    (UINT64_C(1) << 20)
#define BLOCK_RECORDS (BLOCK_SIZE / EVENT_SIZE)

/* Above what a disk holds, and far from where the sums below overflow. */
#define RECORDS_MAX (UINT64_C(1) << 48)

static const unsigned char magic[8] = {'B', 'W', 'B', 'A', 'R', 'S', 0, 1};

struct header {
    unsigned char magic[8];
    uint32_t version;
    uint32_t header_crc;
    uint64_t record_count;
    uint64_t slice_count;
    int64_t bar_ns;
    uint32_t instrument_count;
    uint32_t block_size;
    uint64_t instruments_offset;
    uint64_t records_offset;
    uint64_t blocks_offset;
    uint64_t file_size;
    uint32_t block_count;
    uint32_t instruments_crc;
    unsigned char data_hash[SHA256_SIZE];
    uint64_t quote_count;
    uint64_t trade_count;
    unsigned char zeros[HEADER_SIZE - 136];
};

static_assert(sizeof(struct header) == HEADER_SIZE, "drawn above");
static_assert(offsetof(struct header, data_hash) == 88, "drawn above");

/* What follows from the two counts. */
static struct header header_layout(uint64_t record_count, uint32_t instrument_count)
{
    uint64_t table_size = (uint64_t)instrument_count * sizeof(struct instrument);
    uint64_t records_offset = (HEADER_SIZE + table_size + 4095) / 4096 * 4096;
    uint64_t blocks_offset = records_offset + record_count * EVENT_SIZE;
    uint64_t block_count = (record_count + BLOCK_RECORDS - 1) / BLOCK_RECORDS;
    struct header header = {
        .version = 1,
        .record_count = record_count,
        .instrument_count = instrument_count,
        .block_size = (uint32_t)BLOCK_SIZE,
        .instruments_offset = HEADER_SIZE,
        .records_offset = records_offset,
        .blocks_offset = blocks_offset,
        .file_size = blocks_offset + block_count * sizeof(uint32_t),
        .block_count = (uint32_t)block_count,
    };
    memcpy(header.magic, magic, sizeof magic);
    return header;
}

/* The version is the lowest that can hold the records, so the same bars make the same file. */
static void header_set_ticks(struct header *header, uint64_t quotes, uint64_t trades)
{
    header->version = quotes + trades > 0 ? 2 : 1;
    header->quote_count = quotes;
    header->trade_count = trades;
}

static uint32_t header_checksum(const struct header *header)
{
    struct header copy = *header;
    copy.header_crc = 0;
    return crc32c(0, &copy, sizeof copy);
}

/* Records of block b, the last being shorter. */
static uint64_t block_records(uint64_t record_count, uint64_t block)
{
    uint64_t rest = record_count - block * BLOCK_RECORDS;
    return rest < BLOCK_RECORDS ? rest : BLOCK_RECORDS;
}

void bar_records_hash(const struct event *records, uint64_t count, char hash[SHA256_HEX_SIZE])
{
    uint64_t block_count = (count + BLOCK_RECORDS - 1) / BLOCK_RECORDS;
    uint32_t *table = xmalloc(block_count * sizeof *table);
    for (uint64_t b = 0; b < block_count; b++) {
        table[b] = crc32c(0, records + b * BLOCK_RECORDS, block_records(count, b) * EVENT_SIZE);
    }
    unsigned char digest[SHA256_SIZE];
    sha256(table, block_count * sizeof *table, digest);
    sha256_hex(digest, hash);
    free(table);
}

/* ---- reading ---- */

bool bar_file_is(const char *path)
{
    return file_begins_with(path, magic, sizeof magic);
}

bool bar_file_is_called_so(const char *path)
{
    size_t length = strlen(path);
    size_t suffix = sizeof BAR_FILE_SUFFIX - 1;
    return length > suffix && strcmp(path + length - suffix, BAR_FILE_SUFFIX) == 0;
}

static enum err damaged(const char *path, const char *fault, struct problem *problem)
{
    return problem_set(problem, ERR_DAMAGED,
                       "%s is damaged: %s; make it again with `bellwether data import`", path,
                       fault);
}

static enum err map_file(const char *path, struct bars *bars, struct problem *problem)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return problem_set_errno(problem, "cannot open %s", path);
    }
    struct stat stat;
    enum err err = ERR_OK;
    if (fstat(fd, &stat) != 0) {
        err = problem_set_errno(problem, "cannot look at %s", path);
    } else if (!S_ISREG(stat.st_mode)) {
        err = problem_set(problem, ERR_FORMAT, "%s is not a regular file", path);
    } else if ((uint64_t)stat.st_size <= HEADER_SIZE) {
        err = damaged(path, "it is cut short", problem);
    }
    if (err == ERR_OK) {
        size_t size = (size_t)stat.st_size;
        void *mapping = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
        if (mapping == MAP_FAILED) {
            err = problem_set_errno(problem, "cannot map %s", path);
        } else {
            bars->mapping = mapping;
            bars->mapping_size = size;
        }
    }
    (void)close(fd); /* only read from */
    return err;
}

/* NULL when the header is whole and fits the size of the file. */
static const char *header_fault(const struct header *header, uint64_t size)
{
    if (memcmp(header->magic, magic, sizeof magic) != 0 || header->version < 1 ||
        header->version > 2) {
        return "it is no record file of version 1 or 2";
    }
    if (header->header_crc != header_checksum(header)) {
        return "its header fails its checksum";
    }
    if (header->record_count < 1 || header->record_count > RECORDS_MAX ||
        header->instrument_count < 1 || header->instrument_count > INSTRUMENTS_MAX ||
        header->bar_ns < (header->version == 1 ? 1 : 0) || header->bar_ns > BAR_NS_MAX ||
        header->quote_count > header->record_count ||
        header->trade_count > header->record_count - header->quote_count) {
        return "a count in its header is out of range";
    }
    /* Whatever follows from the counts must be as the counts say, and all that is left zero. */
    struct header want = header_layout(header->record_count, header->instrument_count);
    header_set_ticks(&want, header->quote_count, header->trade_count);
    want.header_crc = header->header_crc;
    want.slice_count = header->slice_count;
    want.bar_ns = header->bar_ns;
    want.instruments_crc = header->instruments_crc;
    memcpy(want.data_hash, header->data_hash, SHA256_SIZE);
    if (memcmp(&want, header, sizeof want) != 0) {
        return "its header contradicts itself";
    }
    return header->file_size == size ? NULL : "its size is not what its header says";
}

static const char *instruments_fault(const unsigned char *file, const struct header *header)
{
    size_t table_size = header->instrument_count * sizeof(struct instrument);
    const unsigned char *table = file + HEADER_SIZE;
    if (crc32c(0, table, table_size) != header->instruments_crc) {
        return "its instrument table fails its checksum";
    }
    for (size_t at = HEADER_SIZE + table_size; at < header->records_offset; at++) {
        if (file[at] != 0) {
            return "bytes between its parts are not zero";
        }
    }
    return bars_instruments_fault((const struct instrument *)table, header->instrument_count);
}

static const char *block_table_fault(const unsigned char *file, const struct header *header)
{
    unsigned char digest[SHA256_SIZE];
    sha256(file + header->blocks_offset, header->block_count * sizeof(uint32_t), digest);
    bool same = memcmp(digest, header->data_hash, SHA256_SIZE) == 0;
    return same ? NULL : "its block table fails its hash";
}

/* Checksum, then records, block by block: the second pass finds the block in the cache. */
static enum err check_blocks(const char *path, const unsigned char *file,
                             const struct header *header, struct problem *problem)
{
    const struct event *records = (const struct event *)(file + header->records_offset);
    struct bars_check check;
    bars_check_init(&check, header->instrument_count, header->bar_ns);
    for (uint64_t b = 0; b < header->block_count; b++) {
        const struct event *block = records + b * BLOCK_RECORDS;
        uint64_t count = block_records(header->record_count, b);
        uint32_t crc;
        memcpy(&crc, file + header->blocks_offset + b * sizeof crc, sizeof crc);
        if (crc32c(0, block, count * EVENT_SIZE) != crc) {
            return damaged(path, "a block of records fails its checksum", problem);
        }
        const char *fault = bars_check_records(&check, block, count);
        if (fault != NULL) {
            return problem_set(problem, ERR_DAMAGED,
                               "%s is damaged: record %" PRIu64
                               ": %s; make it again with `bellwether data import`",
                               path, check.count, fault);
        }
    }
    uint64_t ticks = check.quote_count + check.trade_count;
    if (check.slice_count != header->slice_count || check.quote_count != header->quote_count ||
        check.trade_count != header->trade_count ||
        (header->bar_ns == 0) != (ticks == header->record_count)) {
        return damaged(path, "its count of slices, quotes or trades is wrong", problem);
    }
    return ERR_OK;
}

static enum err check_file(const char *path, const struct bars *bars, struct problem *problem)
{
    const unsigned char *file = bars->mapping;
    const struct header *header = bars->mapping;
    const char *fault = header_fault(header, bars->mapping_size);
    if (fault == NULL) {
        fault = instruments_fault(file, header);
    }
    if (fault == NULL) {
        fault = block_table_fault(file, header);
    }
    if (fault != NULL) {
        return damaged(path, fault, problem);
    }
    return check_blocks(path, file, header, problem);
}

enum err bar_file_open(const char *path, struct bars *bars, struct problem *problem)
{
    struct bars result = {0};
    enum err err = map_file(path, &result, problem);
    if (err == ERR_OK) {
        err = check_file(path, &result, problem);
    }
    if (err != ERR_OK) {
        bars_finish(&result);
        return err;
    }
    const unsigned char *file = result.mapping;
    const struct header *header = result.mapping;
    result.records = (const struct event *)(file + header->records_offset);
    result.count = header->record_count;
    result.slice_count = header->slice_count;
    result.quote_count = header->quote_count;
    result.trade_count = header->trade_count;
    result.instruments = (const struct instrument *)(file + header->instruments_offset);
    result.instrument_count = header->instrument_count;
    result.bar_ns = header->bar_ns;
    sha256_hex(header->data_hash, result.data_hash);
    *bars = result;
    return ERR_OK;
}

/* ---- writing ---- */

struct bar_file_writer {
    char *path;
    char *temporary_path; /* beside it, until the rename */
    int fd;
    struct instrument *instruments;
    struct bars_check check; /* also counts records and slices */
    struct event *block;     /* being filled */
    uint64_t block_used;     /* records in it */
    uint32_t *table;         /* checksums of the blocks written */
    uint64_t table_count;
    uint64_t table_capacity;
};

static void writer_free(struct bar_file_writer *writer)
{
    free(writer->path);
    free(writer->temporary_path);
    free(writer->instruments);
    free(writer->block);
    free(writer->table);
    free(writer);
}

/* The device /dev/null and its like must not be renamed over. */
static enum err refuse_special(const char *path, struct problem *problem)
{
    struct stat stat_now;
    if (stat(path, &stat_now) != 0 || S_ISREG(stat_now.st_mode)) {
        return ERR_OK;
    }
    return problem_set(problem, ERR_USAGE, "%s is %s; name a file to write", path,
                       S_ISDIR(stat_now.st_mode) ? "a folder" : "not a regular file");
}

enum err bar_file_writer_create(const char *path, const struct instrument *instruments,
                                uint32_t instrument_count, int64_t bar_ns,
                                struct bar_file_writer **writer, struct problem *problem)
{
    CHECK(instrument_count > 0 && instrument_count <= INSTRUMENTS_MAX);
    CHECK(bar_ns >= 0 && bar_ns <= BAR_NS_MAX);
    CHECK(bars_instruments_fault(instruments, instrument_count) == NULL);
    enum err err = refuse_special(path, problem);
    if (err != ERR_OK) {
        return err;
    }
    char *temporary_path = xasprintf("%s.part-%ld", path, (long)getpid());
    int fd = open(temporary_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        err = problem_set_errno(problem, "cannot write %s: cannot make %s", path, temporary_path);
        free(temporary_path);
        return err;
    }
    struct bar_file_writer *result = xcalloc(1, sizeof *result);
    result->path = xstrdup(path);
    result->temporary_path = temporary_path;
    result->fd = fd;
    result->instruments = xcalloc(instrument_count, sizeof *instruments);
    memcpy(result->instruments, instruments, instrument_count * sizeof *instruments);
    result->block = xcalloc_aligned(BLOCK_SIZE);
    bars_check_init(&result->check, instrument_count, bar_ns);
    *writer = result;
    return ERR_OK;
}

static enum err write_at(const struct bar_file_writer *writer, const void *bytes, size_t size,
                         uint64_t offset, struct problem *problem)
{
    const unsigned char *at = bytes;
    while (size > 0) {
        ssize_t wrote = pwrite(writer->fd, at, size, (off_t)offset);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote <= 0) {
            errno = wrote == 0 ? EIO : errno;
            return problem_set_errno(problem, "cannot write %s (nothing is left behind)",
                                     writer->path);
        }
        at += wrote;
        size -= (size_t)wrote;
        offset += (uint64_t)wrote;
    }
    return ERR_OK;
}

/* Writes the block as far as it is filled and notes its checksum. */
static enum err flush_block(struct bar_file_writer *writer, struct problem *problem)
{
    size_t size = writer->block_used * EVENT_SIZE;
    uint64_t offset =
        header_layout(writer->table_count * BLOCK_RECORDS, writer->check.instrument_count)
            .blocks_offset;
    enum err err = write_at(writer, writer->block, size, offset, problem);
    if (err != ERR_OK) {
        return err;
    }
    if (writer->table_count == writer->table_capacity) {
        writer->table_capacity = writer->table_capacity * 2 + 64;
        writer->table = xrealloc(writer->table, writer->table_capacity * sizeof *writer->table);
    }
    writer->table[writer->table_count++] = crc32c(0, writer->block, size);
    writer->block_used = 0;
    return ERR_OK;
}

enum err bar_file_writer_append(struct bar_file_writer *writer, const struct event *records,
                                size_t count, struct problem *problem)
{
    CHECK(bars_check_records(&writer->check, records, count) == NULL);
    while (count > 0) {
        uint64_t room = BLOCK_RECORDS - writer->block_used;
        uint64_t now = count < room ? count : room;
        memcpy(writer->block + writer->block_used, records, now * EVENT_SIZE);
        writer->block_used += now;
        records += now;
        count -= now;
        if (writer->block_used == BLOCK_RECORDS) {
            enum err err = flush_block(writer, problem);
            if (err != ERR_OK) {
                return err;
            }
        }
    }
    return ERR_OK;
}

/* The parts around the records; the header comes last, so that a file cut by a crash has none. */
static enum err write_frame(const struct bar_file_writer *writer, struct problem *problem)
{
    const struct bars_check *check = &writer->check;
    struct header header = header_layout(check->count, check->instrument_count);
    size_t instruments_size = check->instrument_count * sizeof *writer->instruments;
    size_t table_size = writer->table_count * sizeof *writer->table;
    header_set_ticks(&header, check->quote_count, check->trade_count);
    header.slice_count = check->slice_count;
    header.bar_ns = check->bar_ns;
    header.instruments_crc = crc32c(0, writer->instruments, instruments_size);
    sha256(writer->table, table_size, header.data_hash);
    header.header_crc = header_checksum(&header);
    enum err err =
        write_at(writer, writer->instruments, instruments_size, header.instruments_offset, problem);
    if (err == ERR_OK) {
        err = write_at(writer, writer->table, table_size, header.blocks_offset, problem);
    }
    if (err == ERR_OK) {
        err = write_at(writer, &header, sizeof header, 0, problem);
    }
    return err;
}

/* Makes the rename last: without it a crash may bring the old name back. */
static enum err sync_folder(const char *path, struct problem *problem)
{
    char *copy = xstrdup(path);
    const char *folder = dirname(copy);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum err err = ERR_OK;
    /* Some file systems cannot sync a folder and say EINVAL; there is nothing more to do then. */
    if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL)) {
        err = problem_set_errno(problem, "%s is written, but its folder cannot be synced", path);
    }
    if (fd >= 0) {
        (void)close(fd); /* only read from */
    }
    free(copy);
    return err;
}

/* Closes the file, whatever happens. */
static enum err sync_and_rename(struct bar_file_writer *writer, struct problem *problem)
{
    int fd = writer->fd;
    writer->fd = -1;
    bool synced = fsync(fd) == 0;
    int sync_errno = errno;
    bool closed = close(fd) == 0;
    if (!synced || !closed) {
        errno = synced ? errno : sync_errno;
        return problem_set_errno(problem, "cannot write %s (nothing is left behind)", writer->path);
    }
    if (rename(writer->temporary_path, writer->path) != 0) {
        return problem_set_errno(problem, "cannot rename the new file to %s", writer->path);
    }
    return ERR_OK;
}

enum err bar_file_writer_close(struct bar_file_writer *writer, struct problem *problem)
{
    CHECK(writer->check.count > 0);
    enum err err = ERR_OK;
    if (writer->block_used > 0) {
        err = flush_block(writer, problem);
    }
    if (err == ERR_OK) {
        err = write_frame(writer, problem);
    }
    if (err == ERR_OK) {
        err = sync_and_rename(writer, problem);
    }
    if (err != ERR_OK) {
        bar_file_writer_abandon(writer);
        return err;
    }
    err = sync_folder(writer->path, problem);
    writer_free(writer);
    return err;
}

void bar_file_writer_abandon(struct bar_file_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    if (writer->fd >= 0) {
        (void)close(writer->fd); /* the file goes away */
    }
    (void)unlink(writer->temporary_path); /* what cannot be removed carries a telling name */
    writer_free(writer);
}

enum err bar_file_write(const char *path, const struct bars *bars, struct problem *problem)
{
    struct bar_file_writer *writer;
    enum err err = bar_file_writer_create(path, bars->instruments, bars->instrument_count,
                                          bars->bar_ns, &writer, problem);
    if (err != ERR_OK) {
        return err;
    }
    err = bar_file_writer_append(writer, bars->records, bars->count, problem);
    if (err != ERR_OK) {
        bar_file_writer_abandon(writer);
        return err;
    }
    return bar_file_writer_close(writer, problem);
}
