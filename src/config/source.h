/* source.h: the text of a configuration and the way to refuse it: where, which line, what to write.
 *
 * A refusal is an error of use and reads like a compiler's:
 *   FILE:LINE:COLUMN: error: TEXT
 *       the line as it stands in the file
 *       ^
 *   hint: what to write instead */
#ifndef CONFIG_SOURCE_H
#define CONFIG_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "config/words.h"
#include "sys/problem.h"

struct source {
    const char *path;  /* borrowed, for messages */
    const char *bytes; /* borrowed; need not end with a NUL */
    size_t length;
    struct problem *problem; /* may be NULL */
};

/* A place in the source, both from 1; columns count characters, not bytes. */
struct spot {
    uint32_t line;
    uint32_t column;
};

/* Fills the problem with a refusal at that spot and returns ERR_USAGE. */
enum err source_refuse(const struct source *source, struct spot spot, const char *hint,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Refuses bytes that are no printable UTF-8 text: other encodings, NUL and control characters other
 * than tab, line feed and a carriage return before a line feed. */
enum err source_check(const struct source *source);

#endif
