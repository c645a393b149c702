/* recording.c: see recording.h.
 *
 *   offset  size
 *        0    64  head
 *       64  16 k  instruments, NUL-padded, strictly alphabetical
 *              .  what it is about; zeros up to the next multiple of 64
 *              .  pieces, one behind the other:
 *                     64  head of the piece
 *                   64 n  records (struct event), as they came
 *                      m  note; zeros up to the next multiple of 64
 *
 *   head:    0   8  magic "BWTAPE\0\1"
 *            8   4  CRC32C of everything before the pieces with this field zero
 *           12   4  k, instruments
 *           16   8  length of a bar in nanoseconds; 0: there are only ticks
 *           24   4  bytes of what it is about
 *           28      zeros
 *   piece:   0   4  magic "PIEC"
 *            4   4  CRC32C of the whole piece with this field zero
 *            8   4  n, records
 *           12   4  m, bytes of the note
 *           16      zeros
 *
 * All numbers are little-endian. A piece that is not whole ends the file: it is what a crash
 * leaves.
 */
#include "data/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "data/bar_file.h"
#include "data/bars_check.h"
#include "data/bars_sort.h"
#include "sys/crc32c.h"
#include "sys/files.h"
#include "sys/memory.h"

enum { ABOUT_MAX = 1 << 20, NOTE_MAX = 1 << 14, UNIT = 64 };

#define PIECE_MAGIC 0x43454950 /* "PIEC" */

static const unsigned char magic[8] = {'B', 'W', 'T', 'A', 'P', 'E', 0, 1};

struct head {
    unsigned char magic[8];
    uint32_t crc;
    uint32_t instrument_count;
    int64_t bar_ns;
    uint32_t about_length;
    unsigned char zeros[36];
};

struct piece {
    uint32_t magic;
    uint32_t crc;
    uint32_t record_count;
    uint32_t note_length;
    unsigned char zeros[48];
};

static_assert(sizeof(struct head) == UNIT && sizeof(struct piece) == UNIT, "drawn above");

struct recording {
    char *path;
    int fd;
    char *note;
    uint64_t count;
};

static uint64_t padded(uint64_t size)
{
    return (size + UNIT - 1) / UNIT * UNIT;
}

/* ---- a file in memory ---- */

struct view {
    unsigned char *bytes; /* a private mapping */
    uint64_t size;
    uint64_t pieces_at;
};

static void view_finish(struct view *view)
{
    if (view->bytes != NULL) {
        (void)munmap(view->bytes, view->size); /* a mapping of ours */
    }
}

static enum err view_open(int fd, const char *path, struct view *view, struct problem *problem)
{
    struct stat facts;
    *view = (struct view){0};
    if (fstat(fd, &facts) != 0) {
        return problem_set_errno(problem, "cannot look at %s", path);
    }
    if (facts.st_size == 0) {
        return ERR_OK;
    }
    void *bytes = mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED) {
        return problem_set_errno(problem, "cannot map %s", path);
    }
    view->bytes = bytes;
    view->size = (uint64_t)facts.st_size;
    return ERR_OK;
}

/* Checks what lies before the pieces. */
static bool head_is_good(struct view *view, struct head *head)
{
    if (view->size < sizeof *head) {
        return false;
    }
    memcpy(head, view->bytes, sizeof *head);
    uint64_t rest = (uint64_t)head->instrument_count * sizeof(struct instrument);
    view->pieces_at = padded(sizeof *head + rest + head->about_length);
    if (memcmp(head->magic, magic, sizeof magic) != 0 || head->instrument_count < 1 ||
        head->instrument_count > INSTRUMENTS_MAX || head->about_length > ABOUT_MAX ||
        head->bar_ns < 0 || head->bar_ns > BAR_NS_MAX || view->size < view->pieces_at) {
        return false;
    }
    struct head blank = *head;
    blank.crc = 0;
    uint32_t crc = crc32c(0, &blank, sizeof blank);
    crc = crc32c(crc, view->bytes + sizeof blank, view->pieces_at - sizeof blank);
    const void *instruments = view->bytes + sizeof *head;
    return crc == head->crc && bars_instruments_fault(instruments, head->instrument_count) == NULL;
}

/* The piece at `at`; false at the end, and where one is not whole. */
static bool next_piece(const struct view *view, uint64_t at, struct piece *piece, uint64_t *end)
{
    if (view->size - at < sizeof *piece) {
        return false;
    }
    memcpy(piece, view->bytes + at, sizeof *piece);
    uint64_t size =
        sizeof *piece + (uint64_t)piece->record_count * EVENT_SIZE + padded(piece->note_length);
    if (piece->magic != PIECE_MAGIC || piece->note_length > NOTE_MAX || view->size - at < size) {
        return false;
    }
    struct piece blank = *piece;
    blank.crc = 0;
    uint32_t crc = crc32c(0, &blank, sizeof blank);
    crc = crc32c(crc, view->bytes + at + sizeof blank, size - sizeof blank);
    *end = at + size;
    return crc == piece->crc;
}

/* ---- writing ---- */

static enum err write_head(struct recording *recording, const struct recording_head *about,
                           struct problem *problem)
{
    uint64_t table = (uint64_t)about->instrument_count * sizeof(struct instrument);
    size_t length = strlen(about->about);
    uint64_t size = padded(sizeof(struct head) + table + length);
    unsigned char *bytes = xcalloc(1, size);
    struct head head = {.instrument_count = about->instrument_count,
                        .bar_ns = about->bar_ns,
                        .about_length = (uint32_t)length};
    memcpy(head.magic, magic, sizeof magic);
    memcpy(bytes + sizeof head, about->instruments, table);
    memcpy(bytes + sizeof head + table, about->about, length);
    memcpy(bytes, &head, sizeof head);
    head.crc = crc32c(0, bytes, size);
    memcpy(bytes, &head, sizeof head);
    enum err err = ERR_OK;
    if (write_all(recording->fd, bytes, size) != 0) {
        err = problem_set_errno(problem, "cannot write %s", recording->path);
    }
    free(bytes);
    return err == ERR_OK ? recording_sync(recording, problem) : err;
}

static enum err check_about(const struct recording *recording, const struct view *view,
                            const struct head *head, const struct recording_head *about,
                            struct problem *problem)
{
    uint64_t table = (uint64_t)head->instrument_count * sizeof(struct instrument);
    const unsigned char *instruments = view->bytes + sizeof *head;
    bool same = head->instrument_count == about->instrument_count &&
                head->bar_ns == about->bar_ns && head->about_length == strlen(about->about) &&
                memcmp(instruments, about->instruments, table) == 0 &&
                memcmp(instruments + table, about->about, head->about_length) == 0;
    return same ? ERR_OK
                : problem_set(problem, ERR_REFUSED,
                              "%s was begun for something else (%.*s); finish that, or remove it",
                              recording->path,
                              (int)(head->about_length < 400 ? head->about_length : 400),
                              (const char *)instruments + table);
}

static void keep_note(struct recording *recording, const char *note, size_t length)
{
    free(recording->note);
    recording->note = xasprintf("%.*s", (int)length, note);
}

/* Behind the last whole piece. */
static enum err go_to_end(struct recording *recording, const struct view *view,
                          struct problem *problem)
{
    struct piece piece;
    uint64_t at = view->pieces_at;
    for (uint64_t end; next_piece(view, at, &piece, &end); at = end) {
        const unsigned char *note =
            view->bytes + at + sizeof piece + (uint64_t)piece.record_count * EVENT_SIZE;
        keep_note(recording, (const char *)note, piece.note_length);
        recording->count += piece.record_count;
    }
    if (ftruncate(recording->fd, (off_t)at) != 0 || lseek(recording->fd, (off_t)at, SEEK_SET) < 0) {
        return problem_set_errno(problem, "cannot cut %s behind what is whole", recording->path);
    }
    return ERR_OK;
}

static enum err begin_or_go_on(struct recording *recording, const struct recording_head *about,
                               struct problem *problem)
{
    struct view view;
    struct head head;
    if (flock(recording->fd, LOCK_EX | LOCK_NB) != 0) {
        return problem_set(problem, ERR_BUSY, "%s is being written by somebody else now",
                           recording->path);
    }
    enum err err = view_open(recording->fd, recording->path, &view, problem);
    if (err != ERR_OK) {
        return err;
    }
    if (view.size == 0) {
        return write_head(recording, about, problem);
    }
    if (!head_is_good(&view, &head)) {
        err = problem_set(problem, ERR_DAMAGED, "%s is no recording, or damaged; move it away",
                          recording->path);
    }
    if (err == ERR_OK) {
        err = check_about(recording, &view, &head, about, problem);
    }
    if (err == ERR_OK) {
        err = go_to_end(recording, &view, problem);
    }
    view_finish(&view);
    return err;
}

enum err recording_open(const char *path, const struct recording_head *head, struct recording **out,
                        struct problem *problem)
{
    CHECK(bars_instruments_fault(head->instruments, head->instrument_count) == NULL);
    CHECK(strlen(head->about) <= ABOUT_MAX);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) {
        return problem_set_errno(problem, "cannot open %s", path);
    }
    struct recording *recording = xcalloc(1, sizeof *recording);
    recording->path = xstrdup(path);
    recording->fd = fd;
    enum err err = begin_or_go_on(recording, head, problem);
    if (err != ERR_OK) {
        recording_close(recording);
        return err;
    }
    *out = recording;
    return ERR_OK;
}

enum err recording_append(struct recording *recording, const struct event *records, uint32_t count,
                          const char *note, struct problem *problem)
{
    size_t note_length = strlen(note);
    CHECK(note_length <= NOTE_MAX);
    uint64_t records_size = (uint64_t)count * EVENT_SIZE;
    uint64_t size = sizeof(struct piece) + records_size + padded(note_length);
    unsigned char *bytes = xcalloc(1, size);
    struct piece piece = {
        .magic = PIECE_MAGIC, .record_count = count, .note_length = (uint32_t)note_length};
    memcpy(bytes, &piece, sizeof piece);
    if (count > 0) {
        memcpy(bytes + sizeof piece, records, records_size);
    }
    memcpy(bytes + sizeof piece + records_size, note, note_length);
    piece.crc = crc32c(0, bytes, size);
    memcpy(bytes, &piece, sizeof piece);
    enum err err = ERR_OK;
    if (write_all(recording->fd, bytes, size) != 0) {
        err = problem_set_errno(problem, "cannot write %s", recording->path);
    } else {
        keep_note(recording, note, note_length);
        recording->count += count;
    }
    free(bytes);
    return err;
}

enum err recording_sync(struct recording *recording, struct problem *problem)
{
    return fdatasync(recording->fd) == 0
               ? ERR_OK
               : problem_set_errno(problem, "cannot sync %s", recording->path);
}

const char *recording_note(const struct recording *recording)
{
    return recording->note;
}

uint64_t recording_count(const struct recording *recording)
{
    return recording->count;
}

void recording_close(struct recording *recording)
{
    if (recording != NULL) {
        (void)close(recording->fd); /* what had to be durable was synced */
        free(recording->path);
        free(recording->note);
        free(recording);
    }
}

/* ---- reading ---- */

bool recording_is(const char *path)
{
    return file_begins_with(path, magic, sizeof magic);
}

/* All records one behind the other, as they came. */
static struct event *gather(const struct view *view, uint64_t *count)
{
    struct piece piece;
    uint64_t end;
    *count = 0;
    for (uint64_t at = view->pieces_at; next_piece(view, at, &piece, &end); at = end) {
        *count += piece.record_count;
    }
    struct event *records = xmalloc((*count + 1) * sizeof *records);
    uint64_t filled = 0;
    for (uint64_t at = view->pieces_at; filled < *count; at = end) {
        if (!next_piece(view, at, &piece, &end)) {
            break; /* cannot be: it was there a moment ago */
        }
        memcpy(records + filled, view->bytes + at + sizeof piece,
               (size_t)piece.record_count * EVENT_SIZE);
        filled += piece.record_count;
    }
    return records;
}

/* Of bars at one place the last one stays. */
static uint64_t drop_doubled(struct event *records, uint64_t count)
{
    uint64_t kept = 0;
    for (uint64_t i = 0; i < count; i++) {
        bool doubled = i + 1 < count && records[i].kind == EVENT_BAR &&
                       records[i + 1].ts_ns == records[i].ts_ns &&
                       bars_rank(&records[i + 1]) == bars_rank(&records[i]);
        if (!doubled) {
            records[kept++] = records[i];
        }
    }
    return kept;
}

static enum err make_bars(const char *path, const struct view *view, const struct head *head,
                          struct bars *bars, struct problem *problem)
{
    uint64_t count;
    struct event *came = gather(view, &count);
    if (count == 0) {
        free(came);
        return problem_set(problem, ERR_FORMAT, "%s has no records yet", path);
    }
    for (uint64_t i = 0; i < count; i++) {
        if (came[i].instrument >= head->instrument_count) {
            free(came);
            return problem_set(problem, ERR_DAMAGED, "%s: record %llu is of no symbol", path,
                               (unsigned long long)i);
        }
    }
    struct event *records = bars_sorted(came, count);
    free(came);
    count = drop_doubled(records, count);
    struct bars_check check;
    bars_check_init(&check, head->instrument_count, head->bar_ns);
    const char *fault = bars_check_records(&check, records, count);
    if (fault != NULL) {
        free(records);
        return problem_set(problem, ERR_DAMAGED, "%s: %s", path, fault);
    }
    uint64_t table = (uint64_t)head->instrument_count * sizeof(struct instrument);
    struct instrument *instruments = xmalloc(table);
    memcpy(instruments, view->bytes + sizeof *head, table);
    bool has_bars = check.quote_count + check.trade_count < count;
    *bars = (struct bars){.records = records,
                          .count = count,
                          .slice_count = check.slice_count,
                          .quote_count = check.quote_count,
                          .trade_count = check.trade_count,
                          .instruments = instruments,
                          .instrument_count = head->instrument_count,
                          .bar_ns = has_bars ? head->bar_ns : 0,
                          .memory = records,
                          .instrument_memory = instruments};
    bar_records_hash(records, count, bars->data_hash);
    return ERR_OK;
}

enum err recording_bars(const char *path, struct bars *bars, struct problem *problem)
{
    struct view view;
    struct head head;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return problem_set_errno(problem, "cannot open %s", path);
    }
    enum err err = view_open(fd, path, &view, problem);
    (void)close(fd); /* only read from */
    if (err == ERR_OK && (view.size == 0 || !head_is_good(&view, &head))) {
        err = problem_set(problem, ERR_DAMAGED, "%s is no recording, or its head is damaged", path);
    }
    if (err == ERR_OK) {
        err = make_bars(path, &view, &head, bars, problem);
    }
    view_finish(&view);
    return err;
}
