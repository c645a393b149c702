/* text_lines.c: see text_lines.h. */
#include "data/text_lines.h"

#include <assert.h>
#include <string.h>

static_assert(TEXT_LINE_MAX + 1 < TEXT_KEPT_MAX, "the start of a line may be kept");

/* Takes a line of `size` bytes and `end_size` more for its end. */
static enum text_line take(struct text_lines *lines, size_t size, size_t end_size,
                           const char **text, size_t *length)
{
    const char *start = lines->input->bytes + lines->input->begin;
    lines->input->begin += size + end_size;
    lines->number++;
    if (size > 0 && start[size - 1] == '\r') {
        size--;
    }
    *text = start;
    *length = size;
    return size > TEXT_LINE_MAX ? TEXT_LINE_TOO_LONG : TEXT_LINE;
}

enum text_line text_lines_next(struct text_lines *lines, const char **text, size_t *length,
                               struct problem *problem)
{
    struct text_input *input = lines->input;
    bool too_long = false; /* its first part was dropped already */
    for (;;) {
        size_t rest = input->end - input->begin;
        const char *start = input->bytes + input->begin;
        const char *newline = rest > 0 ? memchr(start, '\n', rest) : NULL;
        if (newline != NULL || (input->at_end && (rest > 0 || too_long))) {
            size_t size = newline != NULL ? (size_t)(newline - start) : rest;
            enum text_line line = take(lines, size, newline != NULL ? 1 : 0, text, length);
            return too_long ? TEXT_LINE_TOO_LONG : line;
        }
        if (input->at_end) {
            return TEXT_LINES_END;
        }
        if (rest > TEXT_LINE_MAX + 1) {
            too_long = true;
            input->begin = input->end;
        }
        if (text_input_more(input, problem) != ERR_OK) {
            return TEXT_LINES_FAILED;
        }
    }
}
