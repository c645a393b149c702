/* chart.h: a trail of numbers as a line of Braille dots, and as a row of blocks. */
#ifndef MONITOR_CHART_H
#define MONITOR_CHART_H

#include "monitor/canvas.h"
#include "monitor/trail.h"

/* The least and the greatest of a trail that is not empty. */
struct span {
    int64_t low, high;
};
struct span chart_span(const struct trail *trail);

/* The trail as a line, `span` being the area's lower and upper edge. While there are fewer points
 * than dots the line grows from the left. Without UTF-8: a "*" per column. */
void chart_line(struct canvas *canvas, struct area area, const struct trail *trail,
                struct span span, enum style style);

/* The row of the area at which a value lies, from its top. */
int chart_row(struct area area, struct span span, int64_t value);

/* The trail as a row of blocks of eight heights; it grows likewise. */
void chart_spark(struct canvas *canvas, int x, int y, int columns, const struct trail *trail,
                 enum style style);

#endif
