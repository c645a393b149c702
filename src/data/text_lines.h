/* text_lines.h: the lines of a text. */
#ifndef DATA_TEXT_LINES_H
#define DATA_TEXT_LINES_H

#include "data/text_input.h"

/* Longer lines are no bars. */
#define TEXT_LINE_MAX 4096

enum text_line {
    TEXT_LINE,          /* a line, without its end (LF or CRLF) */
    TEXT_LINE_TOO_LONG, /* more than TEXT_LINE_MAX bytes; they are read over */
    TEXT_LINES_END,
    TEXT_LINES_FAILED, /* the file cannot be read on, or its gzip data is damaged or cut */
};

struct text_lines {
    struct text_input *input;
    uint64_t number; /* of the line that was given last, from 1 */
};

/* The next line; *text is good until the next call. `problem` is set for TEXT_LINES_FAILED. */
enum text_line text_lines_next(struct text_lines *lines, const char **text, size_t *length,
                               struct problem *problem);

#endif
