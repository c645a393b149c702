/* csv_lines.h: the lines of a text file, plain or gzip. */
#ifndef DATA_CSV_LINES_H
#define DATA_CSV_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sys/problem.h"

/* Longer lines are no bars. */
#define CSV_LINE_MAX 4096

struct csv_lines;

enum csv_line_state {
    CSV_LINE,          /* a line, without its end (LF or CRLF) */
    CSV_LINE_TOO_LONG, /* more than CSV_LINE_MAX bytes; they are read over */
    CSV_LINES_END,
    CSV_LINES_FAILED, /* the file cannot be read on, or its gzip data is damaged or cut */
};

/* Opens a regular file; gzip is known by its first bytes, a UTF-8 byte order mark is read over. On
 * success `*lines` is the caller's to csv_lines_destroy(). */
enum err csv_lines_create(const char *path, struct csv_lines **lines, struct problem *problem);
void csv_lines_destroy(struct csv_lines *lines);

/* The next line; *text is good until the next call. `problem` is set for CSV_LINES_FAILED. */
enum csv_line_state csv_lines_next(struct csv_lines *lines, const char **text, size_t *length,
                                   struct problem *problem);

/* Number of the line that was given last, from 1. */
uint64_t csv_lines_number(const struct csv_lines *lines);

/* The share of the file that is read, 0..1. */
double csv_lines_done(const struct csv_lines *lines);

/* Whether the file is gzip; known after the first line. */
bool csv_lines_are_gzip(const struct csv_lines *lines);

/* Reads a gzip file to its end for its checksum, so that damage is told as such and not as a bad
 * row. ERR_OK for plain files. */
enum err csv_lines_drain(struct csv_lines *lines, struct problem *problem);

#endif
