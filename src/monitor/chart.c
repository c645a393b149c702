/* chart.c: see chart.h. A Braille character is two dots wide and four high; its bits are numbered
 * down the left column first, with the lowest row added later in history. */
#include "monitor/chart.h"

#include "base/check.h"

struct span chart_span(const struct trail *trail)
{
    struct span span = {trail->latest, trail->latest};
    for (int i = 0; i < trail->count; i++) {
        span.low = trail->points[i] < span.low ? trail->points[i] : span.low;
        span.high = trail->points[i] > span.high ? trail->points[i] : span.high;
    }
    return span;
}

/* A value's place among `places` steps from the top edge (0) to the bottom edge. */
static int place_of(struct span span, int64_t value, int places)
{
    if (span.high <= span.low) {
        return places / 2;
    }
    double share = (double)(span.high - value) / ((double)span.high - (double)span.low);
    int place = (int)(share * (double)(places - 1) + 0.5);
    return place < 0 ? 0 : place >= places ? places - 1 : place;
}

int chart_row(struct area area, struct span span, int64_t value)
{
    return place_of(span, value, area.rows);
}

static void dot(struct canvas *canvas, struct area area, int x, int y, enum style style)
{
    static const uint8_t bits[4][2] = {
        {0x01, 0x08},
        {0x02, 0x10},
        {0x04, 0x20},
        {0x40, 0x80},
    };
    int column = area.x + x / 2;
    int row = area.y + y / 4;
    if (x < 0 || y < 0 || column >= canvas->columns || row >= canvas->rows) {
        return;
    }
    uint32_t glyph = canvas->cells[row * canvas->columns + column].glyph;
    uint32_t dots = (glyph & 0xff00) == 0x2800 ? glyph & 0xff : 0;
    canvas_glyph(canvas, column, row, 0x2800 | dots | bits[y % 4][x % 2], style);
}

/* From the dot before to this one, so that steep moves stay connected. */
static void connect_dots(struct canvas *canvas, struct area area, int x, int from_y, int y,
                         enum style style)
{
    int step = from_y < y ? 1 : -1;
    for (int at = from_y; at != y; at += step) {
        dot(canvas, area, x, at, style);
    }
    dot(canvas, area, x, y, style);
}

void chart_line(struct canvas *canvas, struct area area, const struct trail *trail,
                struct span span, enum style style)
{
    if (trail->count == 0 || area.columns < 1 || area.rows < 1) {
        return;
    }
    int across = canvas->utf8 ? 2 * area.columns : area.columns;
    int places = trail->count < across ? trail->count : across;
    int before = 0;
    for (int i = 0; i < places; i++) {
        int64_t value = trail_point(trail, i, places);
        if (!canvas->utf8) {
            canvas_glyph(canvas, area.x + i, area.y + place_of(span, value, area.rows), '*', style);
            continue;
        }
        int y = place_of(span, value, 4 * area.rows);
        connect_dots(canvas, area, i, i == 0 ? y : before, y, style);
        before = y;
    }
}

void chart_spark(struct canvas *canvas, int x, int y, int columns, const struct trail *trail,
                 enum style style)
{
    enum { HEIGHTS = 8 };
    if (trail->count == 0) {
        return;
    }
    struct span span = chart_span(trail);
    int places = trail->count < columns ? trail->count : columns;
    for (int i = 0; i < places; i++) {
        int from_top = place_of(span, trail_point(trail, i, places), HEIGHTS);
        canvas_glyph(canvas, x + i, y, 0x2581 + (uint32_t)(HEIGHTS - 1 - from_top), style);
    }
}
