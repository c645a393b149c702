/* canvas.h: a screen of character cells that one draws on and then reads row by row.
 *
 * Everything is clipped, so that nothing drawn can be wider or higher than the terminal. Each glyph
 * takes one cell; without UTF-8 each becomes an ASCII character of the same meaning. */
#ifndef MONITOR_CANVAS_H
#define MONITOR_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum style {
    STYLE_NORMAL,
    STYLE_DIM,
    STYLE_BOLD,
    STYLE_GAIN,  /* green; never the only sign of it */
    STYLE_LOSS,  /* red; likewise */
    STYLE_NOTE,  /* yellow */
    STYLE_BADGE, /* reversed */
    STYLE_COUNT
};

/* The largest screen that is drawn; a larger terminal stays empty beyond it. */
#define CANVAS_COLUMNS_MAX 400
#define CANVAS_ROWS_MAX    150

struct cell {
    uint32_t glyph; /* Unicode */
    uint8_t style;  /* enum style */
};

struct canvas {
    int columns, rows;
    bool utf8;
    bool color;
    struct cell *cells;
};

/* A part of the canvas: what is drawn into it stays inside. */
struct area {
    int x, y, columns, rows;
};

void canvas_init(struct canvas *canvas, int columns, int rows, bool utf8, bool color);
void canvas_finish(struct canvas *canvas);

void canvas_clear(struct canvas *canvas);

/* One glyph; outside of the canvas: nothing. */
void canvas_glyph(struct canvas *canvas, int x, int y, uint32_t glyph, enum style style);

/* UTF-8 text from x on, in `columns` cells; returns the x behind it. Where it is cut an ellipsis
 * says so. Control characters and what is not UTF-8 become "?". */
int canvas_text(struct canvas *canvas, int x, int y, int columns, enum style style,
                const char *text);

/* The same, ending at the cell before `end_x`; what does not fit into `columns` becomes "#", so
 * that a number is never shown without its first digits. */
void canvas_right(struct canvas *canvas, int end_x, int y, int columns, enum style style,
                  const char *text);

/* Cells that a UTF-8 text takes. */
int canvas_width(const char *text);

/* A row as the terminal takes it: glyphs and styles, blanks at its end left out. Returns its length
 * without the NUL; `text` has CANVAS_ROW_SIZE bytes. */
#define CANVAS_ROW_SIZE (CANVAS_COLUMNS_MAX * 20)
size_t canvas_row(const struct canvas *canvas, int y, char *text);

/* The row's glyphs alone. */
size_t canvas_row_plain(const struct canvas *canvas, int y, char *text);

#endif
