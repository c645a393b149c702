/* source.c: refusals with their line and caret, and the check that the bytes are text.
 *
 * Text is walked in whole UTF-8 characters, so that columns agree with what an editor shows and
 * nothing unprintable from a file reaches the terminal. */
#include "config/source.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

enum {
    SHOWN_MAX = 48,       /* characters of a quoted value */
    LINE_SHOWN_MAX = 100, /* characters of a source line ... */
    LINE_BEFORE_MAX = 60, /* ... of which stand left of the caret */
    CHARACTER_BYTES_MAX = 4,
};

struct words words(const char *format, ...)
{
    struct words result;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(result.text, sizeof result.text, format, arguments); /* cut is fine */
    va_end(arguments);
    return result;
}

/* Bytes of the UTF-8 character at `text`, 0 when there is none: overlong forms, surrogates and
 * values above U+10FFFF are not characters. */
static size_t character_length(const char *text, size_t left)
{
    static const struct {
        unsigned char mask, lead;
        size_t length;
        uint32_t minimum;
    } forms[] = {
        {0x80, 0x00, 1, 0x0    },
        {0xe0, 0xc0, 2, 0x80   },
        {0xf0, 0xe0, 3, 0x800  },
        {0xf8, 0xf0, 4, 0x10000},
    };
    unsigned char lead = (unsigned char)text[0];
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if ((lead & forms[i].mask) != forms[i].lead || forms[i].length > left) {
            continue;
        }
        uint32_t value = lead & (unsigned char)~forms[i].mask;
        for (size_t at = 1; at < forms[i].length; at++) {
            unsigned char byte = (unsigned char)text[at];
            if ((byte & 0xc0) != 0x80) {
                return 0;
            }
            value = value << 6 | (byte & 0x3f);
        }
        bool surrogate = value >= 0xd800 && value <= 0xdfff;
        return value < forms[i].minimum || value > 0x10ffff || surrogate ? 0 : forms[i].length;
    }
    return 0;
}

/* C0 and C1 control characters and DEL; the length is that of a valid character. */
static bool is_control(const char *text, size_t length)
{
    unsigned char lead = (unsigned char)text[0];
    return (length == 1 && (lead < 0x20 || lead == 0x7f)) ||
           (length == 2 && lead == 0xc2 && (unsigned char)text[1] < 0xa0);
}

/* Copies the character at `text` to `out`, or a stand-in of one column for what must not be
 * printed. Returns the bytes read; *written are the bytes put. */
static size_t put_character(const char *text, size_t left, char *out, size_t *written)
{
    size_t length = character_length(text, left);
    if (length == 0 || is_control(text, length)) {
        out[0] = length == 1 && text[0] == '\t' ? ' ' : '?';
        *written = 1;
        return length == 0 ? 1 : length;
    }
    memcpy(out, text, length);
    *written = length;
    return length;
}

struct words shown(const char *text)
{
    struct words result;
    size_t left = strlen(text);
    size_t used = 0;
    result.text[used++] = '"';
    for (int count = 0; left > 0; count++) {
        if (count == SHOWN_MAX) {
            memcpy(result.text + used, "...", 3);
            used += 3;
            break;
        }
        size_t written;
        size_t taken = put_character(text, left, result.text + used, &written);
        text += taken;
        left -= taken;
        used += written;
    }
    result.text[used++] = '"';
    result.text[used] = '\0';
    return result;
}

/* The first byte of that line, NULL when the source has fewer lines. */
static const char *find_line(const struct source *source, uint32_t line)
{
    const char *at = source->bytes;
    const char *end = source->bytes + source->length;
    for (uint32_t i = 1; i < line; i++) {
        at = memchr(at, '\n', (size_t)(end - at));
        if (at == NULL) {
            return NULL;
        }
        at++;
    }
    return at;
}

static bool ends_line(const char *at, const char *end)
{
    return at == end || *at == '\n' || (*at == '\r' && (at + 1 == end || at[1] == '\n'));
}

/* What is wrong at the end of the source is shown behind the last line that holds anything. */
static struct spot move_inside(const struct source *source, struct spot spot)
{
    CHECK(source->bytes != NULL);
    const char *end = source->bytes + source->length;
    const char *line = find_line(source, spot.line);
    if (line != NULL && line != end) {
        return spot;
    }
    while (end > source->bytes && (end[-1] == '\n' || end[-1] == '\r')) {
        end--;
    }
    spot = (struct spot){.line = 1, .column = 1};
    for (const char *at = source->bytes; at < end;) {
        size_t length = character_length(at, (size_t)(end - at));
        spot.line += *at == '\n' ? 1 : 0;
        spot.column = *at == '\n' ? 1 : spot.column + 1;
        at += length == 0 ? 1 : length;
    }
    return spot;
}

/* Draws the line around the column and the caret under it. */
static void draw_line(const struct source *source, struct spot spot, struct words *line,
                      struct words *caret)
{
    const char *at = find_line(source, spot.line);
    const char *end = source->bytes + source->length;
    uint32_t first = spot.column > LINE_BEFORE_MAX ? spot.column - LINE_BEFORE_MAX : 1;
    size_t used = 0;
    for (uint32_t column = 1; !ends_line(at, end) && column < first + LINE_SHOWN_MAX; column++) {
        size_t written = 0;
        at += put_character(at, (size_t)(end - at), line->text + used, &written);
        used += column >= first ? written : 0;
    }
    line->text[used] = '\0';
    *caret = words("%*s", (int)(spot.column - first + 1), "^");
}

enum err source_refuse(const struct source *source, struct spot spot, const char *hint,
                       const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments); /* cut is fine */
    va_end(arguments);
    spot = move_inside(source, spot);
    struct words line;
    struct words caret;
    draw_line(source, spot, &line, &caret);
    return problem_set(source->problem, ERR_USAGE,
                       "%.400s:%u:%u: error: %s\n    %s\n    %s\nhint: %s", source->path, spot.line,
                       spot.column, text, line.text, caret.text, hint);
}

enum err source_check(const struct source *source)
{
    struct spot spot = {.line = 1, .column = 1};
    for (size_t at = 0; at < source->length;) {
        const char *text = source->bytes + at;
        size_t left = source->length - at;
        size_t length = character_length(text, left);
        if (length == 0) {
            return source_refuse(source, spot, "save the file as UTF-8 text",
                                 "not UTF-8 (byte 0x%02x)", (unsigned char)text[0]);
        }
        bool line_end = text[0] == '\n';
        bool allowed =
            line_end || text[0] == '\t' || (text[0] == '\r' && left > 1 && text[1] == '\n');
        if (is_control(text, length) && !allowed) {
            return source_refuse(source, spot, "delete it; lines end with a line feed",
                                 "control character (byte 0x%02x)",
                                 (unsigned char)text[length - 1]);
        }
        spot.line += line_end ? 1 : 0;
        spot.column = line_end ? 1 : spot.column + 1;
        at += length;
    }
    return ERR_OK;
}
