/* draw_private.h: between the files of the frame: each draws one part into its area. */
#ifndef MONITOR_DRAW_PRIVATE_H
#define MONITOR_DRAW_PRIVATE_H

#include "monitor/canvas.h"
#include "monitor/snapshot.h"

/* A rule across the area's first row, with a name in it. */
void draw_title(struct canvas *canvas, struct area area, const char *name);

/* A gain, a loss, or neither. */
enum style draw_style(int64_t amount_e9);

void draw_prices(struct canvas *canvas, struct area area, const struct snapshot *snapshot);
void draw_equity(struct canvas *canvas, struct area area, const struct snapshot *snapshot);
void draw_positions(struct canvas *canvas, struct area area, const struct snapshot *snapshot);
void draw_strategies(struct canvas *canvas, struct area area, const struct snapshot *snapshot);
void draw_trades(struct canvas *canvas, struct area area, const struct snapshot *snapshot);
void draw_refusals(struct canvas *canvas, struct area area, const struct snapshot *snapshot);

#endif
