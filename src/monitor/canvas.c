/* canvas.c: see canvas.h. */
#include "monitor/canvas.h"

#include <stdlib.h>
#include <string.h>

#include "sys/memory.h"

static int at_most(int value, int most)
{
    return value < most ? value : most;
}

void canvas_init(struct canvas *canvas, int columns, int rows, bool utf8, bool color)
{
    columns = at_most(columns > 1 ? columns : 1, CANVAS_COLUMNS_MAX);
    rows = at_most(rows > 1 ? rows : 1, CANVAS_ROWS_MAX);
    *canvas = (struct canvas){.columns = columns, .rows = rows, .utf8 = utf8, .color = color};
    canvas->cells = xcalloc((size_t)columns * (size_t)rows, sizeof *canvas->cells);
    canvas_clear(canvas);
}

void canvas_finish(struct canvas *canvas)
{
    free(canvas->cells);
    canvas->cells = NULL;
}

static struct cell *row_of(const struct canvas *canvas, int y)
{
    return &canvas->cells[(size_t)y * (size_t)canvas->columns];
}

void canvas_clear(struct canvas *canvas)
{
    size_t count = (size_t)canvas->columns * (size_t)canvas->rows;
    for (size_t i = 0; i < count; i++) {
        canvas->cells[i] = (struct cell){' ', STYLE_NORMAL};
    }
}

void canvas_glyph(struct canvas *canvas, int x, int y, uint32_t glyph, enum style style)
{
    if (x >= 0 && y >= 0 && x < canvas->columns && y < canvas->rows) {
        row_of(canvas, y)[x] = (struct cell){glyph, (uint8_t)style};
    }
}

/* ---- UTF-8 ---- */

static bool is_tail(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* The glyph at *text, which moves behind it; "?" for what is none, or is not for a screen. Only
 * what we draw with ourselves is let through beyond ASCII: two and three bytes. */
static uint32_t next_glyph(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    if (at[0] < 0x80) {
        *text += 1;
        return at[0] >= ' ' && at[0] != 0x7f ? at[0] : '?';
    }
    if (at[0] >= 0xc3 && at[0] < 0xe0 && is_tail((*text)[1])) {
        *text += 2;
        return (at[0] & 0x1fU) << 6 | (at[1] & 0x3fU);
    }
    if (at[0] == 0xe2 && is_tail((*text)[1]) && is_tail((*text)[2])) {
        *text += 3;
        return (at[0] & 0x0fU) << 12 | (at[1] & 0x3fU) << 6 | (at[2] & 0x3fU);
    }
    *text += 1;
    return '?';
}

static size_t put_utf8(uint32_t glyph, char *out)
{
    if (glyph < 0x80) {
        out[0] = (char)glyph;
        return 1;
    }
    if (glyph < 0x800) {
        out[0] = (char)(0xc0 | glyph >> 6);
        out[1] = (char)(0x80 | (glyph & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | glyph >> 12);
    out[1] = (char)(0x80 | (glyph >> 6 & 0x3f));
    out[2] = (char)(0x80 | (glyph & 0x3f));
    return 3;
}

/* What stands for a glyph where only ASCII is shown. */
static char ascii_of(uint32_t glyph)
{
    static const char levels[] = "_.-~=+*#"; /* U+2581 to U+2588: an eighth to a whole block */
    if (glyph < 0x80) {
        return (char)glyph;
    }
    if (glyph >= 0x2581 && glyph <= 0x2588) {
        return levels[glyph - 0x2581];
    }
    if (glyph >= 0x2800 && glyph <= 0x28ff) {
        return glyph == 0x2800 ? ' ' : '*'; /* dots of a line */
    }
    switch (glyph) {
    case 0x2500: /* horizontal line */
    case 0x2013: /* dash */
    case 0x2212: /* minus */
        return '-';
    case 0x2502: /* vertical line */
        return '|';
    case 0x2591: /* light shade: what is not done of a bar */
    case 0xb7:   /* middle dot */
        return '.';
    case 0x25b2: /* up */
        return '^';
    case 0x25bc: /* down */
        return 'v';
    case 0x2026: /* ellipsis */
        return '~';
    default:
        return '?';
    }
}

/* ---- text ---- */

int canvas_width(const char *text)
{
    int width = 0;
    while (*text != '\0') {
        (void)next_glyph(&text);
        width++;
    }
    return width;
}

int canvas_text(struct canvas *canvas, int x, int y, int columns, enum style style,
                const char *text)
{
    int end = x + columns;
    while (*text != '\0' && x < end) {
        uint32_t glyph = next_glyph(&text);
        bool cut = x + 1 == end && *text != '\0';
        canvas_glyph(canvas, x++, y, cut ? 0x2026 : glyph, style);
    }
    return x;
}

void canvas_right(struct canvas *canvas, int end_x, int y, int columns, enum style style,
                  const char *text)
{
    int width = canvas_width(text);
    if (width <= columns) {
        (void)canvas_text(canvas, end_x - width, y, width, style, text);
        return;
    }
    for (int x = end_x - columns; x < end_x; x++) {
        canvas_glyph(canvas, x, y, '#', style);
    }
}

/* ---- rows ---- */

static const char *style_text(const struct canvas *canvas, uint8_t style)
{
    static const char *const colored[STYLE_COUNT] = {
        [STYLE_NORMAL] = "\033[0m",        [STYLE_DIM] = "\033[0;2m",   [STYLE_BOLD] = "\033[0;1m",
        [STYLE_GAIN] = "\033[0;32m",       [STYLE_LOSS] = "\033[0;31m", [STYLE_NOTE] = "\033[0;33m",
        [STYLE_BADGE] = "\033[0;1;30;43m",
    };
    static const char *const plain[STYLE_COUNT] = {
        [STYLE_NORMAL] = "\033[0m",  [STYLE_DIM] = "\033[0;2m", [STYLE_BOLD] = "\033[0;1m",
        [STYLE_GAIN] = "\033[0m",    [STYLE_LOSS] = "\033[0m",  [STYLE_NOTE] = "\033[0;1m",
        [STYLE_BADGE] = "\033[0;7m",
    };
    return canvas->color ? colored[style] : plain[style];
}

/* Columns up to the last that shows something. */
static int used_columns(const struct canvas *canvas, int y)
{
    const struct cell *row = row_of(canvas, y);
    int used = canvas->columns;
    while (used > 0 && row[used - 1].glyph == ' ' && row[used - 1].style != STYLE_BADGE) {
        used--;
    }
    return used;
}

static size_t write_row(const struct canvas *canvas, int y, bool styled, char *text)
{
    const struct cell *row = row_of(canvas, y);
    int used = used_columns(canvas, y);
    uint8_t style = STYLE_NORMAL;
    size_t length = 0;
    for (int x = 0; x <= used; x++) {
        uint8_t next = x < used ? row[x].style : STYLE_NORMAL;
        if (styled && next != style) {
            const char *sequence = style_text(canvas, next);
            size_t size = strlen(sequence);
            memcpy(text + length, sequence, size);
            length += size;
            style = next;
        }
        if (x < used) {
            uint32_t glyph = row[x].glyph;
            length +=
                put_utf8(canvas->utf8 ? glyph : (unsigned char)ascii_of(glyph), text + length);
        }
    }
    text[length] = '\0';
    return length;
}

size_t canvas_row(const struct canvas *canvas, int y, char *text)
{
    return write_row(canvas, y, true, text);
}

size_t canvas_row_plain(const struct canvas *canvas, int y, char *text)
{
    return write_row(canvas, y, false, text);
}
