/* text_input.h: the bytes of a text file, plain or gzip, or of memory, in pieces.
 *
 * Whoever reads takes bytes[begin..end) by moving `begin`, and asks for more when it is not enough.
 * gzip is known by its first bytes; a UTF-8 byte order mark is read over. */
#ifndef DATA_TEXT_INPUT_H
#define DATA_TEXT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sys/problem.h"

struct gzFile_s;

struct text_input {
    const char *bytes; /* bytes[begin..end) is read and not yet taken */
    size_t begin;
    size_t end;
    bool at_end; /* nothing follows bytes[end) */

    /* Of a file; all zero for memory. */
    char *path;
    struct gzFile_s *file;
    int64_t size; /* of the file, in bytes */
    char *buffer;
    size_t buffer_size;
};

/* Opens a regular file that is not empty and reads its first piece. On success `*input` is the
 * caller's to text_input_finish(). */
enum err text_input_open(const char *path, struct text_input *input, struct problem *problem);

/* Text in memory, which the caller keeps; there is nothing to finish. */
struct text_input text_input_of(const char *text, size_t length);

/* Gives everything back; safe on a zeroed struct. */
void text_input_finish(struct text_input *input);

/* Moves what is not yet taken to the front and reads more behind it; at_end tells that there was no
 * more. The caller leaves at most TEXT_KEPT_MAX bytes. Not for memory, which is at its end. */
#define TEXT_KEPT_MAX 8192
enum err text_input_more(struct text_input *input, struct problem *problem);

/* The share of the file that is read, 0..1. */
double text_input_done(const struct text_input *input);

bool text_input_is_gzip(const struct text_input *input);

/* Reads a gzip file to its end for its checksum, so that damage is told as such and not as a bad
 * row. ERR_OK for plain files. */
enum err text_input_drain(struct text_input *input, struct problem *problem);

#endif
