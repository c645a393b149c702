/* reading_test.h: texts as files, read as bars. */
#ifndef DATA_READING_TEST_H
#define DATA_READING_TEST_H

#include <string.h>
#include <zlib.h>

#include "data/bars_check.h"
#include "data/data_test.h"

/* What one reading of a file came to. */
struct reading {
    enum err err;
    struct bars bars;
    struct import_report report;
    struct problem problem;
};

static inline struct reading read_path(const char *path, const struct import_options *options)
{
    struct reading reading = {0};
    reading.err = bars_open(path, options, &reading.bars, &reading.report, &reading.problem);
    if (reading.err == ERR_OK) {
        const char *fault = bars_fault(&reading.bars);
        cr_assert_null(fault, "%s: %s", path, fault);
    } else {
        cr_assert_eq(reading.err, reading.problem.err);
    }
    return reading;
}

/* The bytes as a file of that name. */
static inline struct reading read_named(const char *name, const void *bytes, size_t size,
                                        const struct import_options *options)
{
    char *folder = folder_create();
    char *path = xasprintf("%s/%s", folder, name);
    file_write(path, bytes, size);
    struct reading reading = read_path(path, options);
    free(path);
    folder_remove(folder);
    return reading;
}

static inline struct reading read_bytes(const void *bytes, size_t size,
                                        const struct import_options *options)
{
    return read_named("bars.csv", bytes, size, options);
}

static inline struct reading read_text(const char *text, bool skip_bad)
{
    struct import_options options = {.skip_bad = skip_bad};
    return read_bytes(text, strlen(text), &options);
}

static inline void reading_finish(struct reading *reading)
{
    bars_finish(&reading->bars);
    import_report_finish(&reading->report);
}

/* Refused with `part` in the message. */
static inline void expect_refusal(const char *text, const char *part)
{
    struct reading reading = read_text(text, false);
    cr_assert_neq(reading.err, ERR_OK, "accepted: %s", text);
    cr_assert_not_null(strstr(reading.problem.text, part), "`%s` is not in: %s", part,
                       reading.problem.text);
    reading_finish(&reading);
}

/* gzip of text, as gzip would write it. */
static inline size_t gzip_text(const char *text, unsigned char *out, size_t size)
{
    z_stream stream = {0};
    cr_assert_eq(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (unsigned char *)(uintptr_t)text;
    stream.avail_in = (unsigned)strlen(text);
    stream.next_out = out;
    stream.avail_out = (unsigned)size;
    cr_assert_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t used = size - stream.avail_out;
    cr_assert_eq(deflateEnd(&stream), Z_OK);
    return used;
}

#endif
