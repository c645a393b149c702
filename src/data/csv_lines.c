/* csv_lines.c: zlib's gzread behind a buffer that lines are cut from.
 *
 * gzread gives rows before it has seen the checksum at the end of the data, so whoever refuses a
 * row of a gzip file asks csv_lines_drain() first whether the file itself is damaged. */
#include "data/csv_lines.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "sys/memory.h"

enum { BUFFER_SIZE = 1 << 18 };

static_assert((int)CSV_LINE_MAX < (int)BUFFER_SIZE / 2, "a line fits");

struct csv_lines {
    char *path;
    gzFile file;
    int64_t size; /* of the file, in bytes */
    char *buffer;
    size_t begin; /* what is read and not yet given: buffer[begin..end) */
    size_t end;
    uint64_t number;
    bool at_end; /* of the file */
};

static enum err open_regular(const char *path, int *fd, int64_t *size, struct problem *problem)
{
    int result = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (result < 0) {
        return problem_set_errno(problem, "cannot open %s", path);
    }
    struct stat stat;
    enum err err = ERR_OK;
    if (fstat(result, &stat) != 0) {
        err = problem_set_errno(problem, "cannot look at %s", path);
    } else if (S_ISDIR(stat.st_mode)) {
        err = problem_set(problem, ERR_FORMAT, "%s is a folder; name the files in it", path);
    } else if (!S_ISREG(stat.st_mode)) {
        err = problem_set(problem, ERR_FORMAT, "%s is not a regular file", path);
    } else if (stat.st_size == 0) {
        err = problem_set(problem, ERR_FORMAT, "%s is empty", path);
    }
    if (err != ERR_OK) {
        (void)close(result); /* only read from */
        return err;
    }
    *fd = result;
    *size = stat.st_size;
    return ERR_OK;
}

enum err csv_lines_create(const char *path, struct csv_lines **lines, struct problem *problem)
{
    int fd = -1;
    int64_t size = 0;
    enum err err = open_regular(path, &fd, &size, problem);
    if (err != ERR_OK) {
        return err;
    }
    gzFile file = gzdopen(fd, "rb");
    if (file == NULL) {
        (void)close(fd); /* only read from */
        return problem_set(problem, ERR_IO, "cannot open %s: zlib has no memory", path);
    }
    (void)gzbuffer(file, BUFFER_SIZE); /* a smaller buffer is only slower */
    struct csv_lines *result = xcalloc(1, sizeof *result);
    result->path = xstrdup(path);
    result->file = file;
    result->size = size;
    result->buffer = xmalloc(BUFFER_SIZE);
    *lines = result;
    return ERR_OK;
}

void csv_lines_destroy(struct csv_lines *lines)
{
    if (lines != NULL) {
        (void)gzclose_r(lines->file); /* errors were told when they were met */
        free(lines->path);
        free(lines->buffer);
        free(lines);
    }
}

static enum err read_failed(const struct csv_lines *lines, struct problem *problem)
{
    int code;
    int saved = errno;
    const char *text = gzerror(lines->file, &code);
    if (code == Z_ERRNO) {
        errno = saved;
        return problem_set_errno(problem, "cannot read %s", lines->path);
    }
    if (code == Z_BUF_ERROR) {
        return problem_set(problem, ERR_DAMAGED,
                           "%s is cut short: its gzip data ends too early; get it again",
                           lines->path);
    }
    return problem_set(problem, ERR_DAMAGED, "%s has damaged gzip data (%s); get it again",
                       lines->path, text);
}

/* Moves what is left to the front and reads more behind it. */
static enum err fill(struct csv_lines *lines, struct problem *problem)
{
    memmove(lines->buffer, lines->buffer + lines->begin, lines->end - lines->begin);
    lines->end -= lines->begin;
    lines->begin = 0;
    errno = 0;
    int got = gzread(lines->file, lines->buffer + lines->end, (unsigned)(BUFFER_SIZE - lines->end));
    if (got < 0) {
        return read_failed(lines, problem);
    }
    if (got == 0) {
        int code;
        (void)gzerror(lines->file, &code); /* only the code counts */
        if (code != Z_OK && code != Z_STREAM_END) {
            return read_failed(lines, problem);
        }
        lines->at_end = true;
    }
    lines->end += (size_t)got;
    return ERR_OK;
}

static void skip_byte_order_mark(struct csv_lines *lines)
{
    static const char mark[] = {'\xef', '\xbb', '\xbf'};
    if (lines->end - lines->begin >= sizeof mark &&
        memcmp(lines->buffer + lines->begin, mark, sizeof mark) == 0) {
        lines->begin += sizeof mark;
    }
}

/* Gives buffer[begin..begin + length) as a line; `taken` counts its end as well. */
static enum csv_line_state give(struct csv_lines *lines, size_t taken, size_t length,
                                const char **text, size_t *text_length)
{
    const char *start = lines->buffer + lines->begin;
    lines->begin += taken;
    lines->number++;
    if (length > 0 && start[length - 1] == '\r') {
        length--;
    }
    *text = start;
    *text_length = length;
    return length > CSV_LINE_MAX ? CSV_LINE_TOO_LONG : CSV_LINE;
}

enum csv_line_state csv_lines_next(struct csv_lines *lines, const char **text, size_t *length,
                                   struct problem *problem)
{
    bool too_long = false; /* its first part was dropped already */
    for (;;) {
        size_t rest = lines->end - lines->begin;
        const char *start = lines->buffer + lines->begin;
        const char *newline = rest > 0 ? memchr(start, '\n', rest) : NULL;
        if (newline != NULL || (lines->at_end && (rest > 0 || too_long))) {
            size_t size = newline != NULL ? (size_t)(newline - start) : rest;
            size_t taken = newline != NULL ? size + 1 : size;
            enum csv_line_state state = give(lines, taken, size, text, length);
            return too_long ? CSV_LINE_TOO_LONG : state;
        }
        if (lines->at_end) {
            return CSV_LINES_END;
        }
        if (rest > CSV_LINE_MAX + 1) {
            too_long = true;
            lines->begin = lines->end;
        }
        bool first = lines->number == 0 && lines->end == 0;
        if (fill(lines, problem) != ERR_OK) {
            return CSV_LINES_FAILED;
        }
        if (first) {
            skip_byte_order_mark(lines);
        }
    }
}

uint64_t csv_lines_number(const struct csv_lines *lines)
{
    return lines->number;
}

double csv_lines_done(const struct csv_lines *lines)
{
    return (double)gzoffset(lines->file) / (double)lines->size;
}

bool csv_lines_are_gzip(const struct csv_lines *lines)
{
    return gzdirect(lines->file) == 0;
}

enum err csv_lines_drain(struct csv_lines *lines, struct problem *problem)
{
    if (!csv_lines_are_gzip(lines)) {
        return ERR_OK;
    }
    while (!lines->at_end) {
        lines->begin = lines->end;
        enum err err = fill(lines, problem);
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}
