/* text_input.c: zlib's gzread behind a buffer.
 *
 * gzread gives bytes before it has seen the checksum at the end of the data, so whoever refuses a
 * row of a gzip file asks text_input_drain() first whether the file itself is damaged. */
#include "data/text_input.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/check.h"
#include "sys/memory.h"

/* Of a small file, and of one that is worth more. */
enum { BUFFER_SMALL = 1 << 15, BUFFER_LARGE = 1 << 18 };

static_assert((int)TEXT_KEPT_MAX < (int)BUFFER_SMALL / 2, "there is always room for more");

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

static enum err read_failed(const struct text_input *input, struct problem *problem)
{
    int code;
    int saved = errno;
    const char *text = gzerror(input->file, &code);
    if (code == Z_ERRNO) {
        errno = saved;
        return problem_set_errno(problem, "cannot read %s", input->path);
    }
    if (code == Z_BUF_ERROR) {
        return problem_set(problem, ERR_DAMAGED,
                           "%s is cut short: its gzip data ends too early; get it again",
                           input->path);
    }
    return problem_set(problem, ERR_DAMAGED, "%s has damaged gzip data (%s); get it again",
                       input->path, text);
}

enum err text_input_more(struct text_input *input, struct problem *problem)
{
    CHECK(input->file != NULL);
    CHECK(input->end - input->begin <= TEXT_KEPT_MAX);
    memmove(input->buffer, input->buffer + input->begin, input->end - input->begin);
    input->end -= input->begin;
    input->begin = 0;
    errno = 0;
    int got = gzread(input->file, input->buffer + input->end,
                     (unsigned)(input->buffer_size - input->end));
    if (got < 0) {
        return read_failed(input, problem);
    }
    if (got == 0) {
        int code;
        (void)gzerror(input->file, &code); /* only the code counts */
        if (code != Z_OK && code != Z_STREAM_END) {
            return read_failed(input, problem);
        }
        input->at_end = true;
    }
    input->end += (size_t)got;
    return ERR_OK;
}

static void skip_byte_order_mark(struct text_input *input)
{
    static const char mark[] = {'\xef', '\xbb', '\xbf'};
    if (input->end - input->begin >= sizeof mark &&
        memcmp(input->buffer + input->begin, mark, sizeof mark) == 0) {
        input->begin += sizeof mark;
    }
}

enum err text_input_open(const char *path, struct text_input *input, struct problem *problem)
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
    unsigned buffer_size = size < BUFFER_SMALL ? BUFFER_SMALL : BUFFER_LARGE;
    (void)gzbuffer(file, buffer_size); /* a smaller buffer is only slower */
    char *buffer = xmalloc(buffer_size);
    struct text_input result = {.bytes = buffer,
                                .path = xstrdup(path),
                                .file = file,
                                .size = size,
                                .buffer = buffer,
                                .buffer_size = buffer_size};
    err = text_input_more(&result, problem);
    if (err != ERR_OK) {
        text_input_finish(&result);
        return err;
    }
    skip_byte_order_mark(&result);
    *input = result;
    return ERR_OK;
}

struct text_input text_input_of(const char *text, size_t length)
{
    return (struct text_input){.bytes = text, .end = length, .at_end = true};
}

void text_input_finish(struct text_input *input)
{
    if (input == NULL) {
        return;
    }
    if (input->file != NULL) {
        (void)gzclose_r(input->file); /* errors were told when they were met */
    }
    free(input->path);
    free(input->buffer);
    *input = (struct text_input){0};
}

double text_input_done(const struct text_input *input)
{
    return (double)gzoffset(input->file) / (double)input->size;
}

bool text_input_is_gzip(const struct text_input *input)
{
    return gzdirect(input->file) == 0;
}

enum err text_input_drain(struct text_input *input, struct problem *problem)
{
    if (!text_input_is_gzip(input)) {
        return ERR_OK;
    }
    while (!input->at_end) {
        input->begin = input->end;
        enum err err = text_input_more(input, problem);
        if (err != ERR_OK) {
            return err;
        }
    }
    return ERR_OK;
}
