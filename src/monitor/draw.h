/* draw.h: a snapshot as a frame: a pure function, the same text for the same numbers.
 *
 *   header     SIMULATED, date and time in New York, speed, state; the session's progress
 *   market     prices with their change, and the equity as a line
 *   positions  what is held, what it earns, how it ends
 *   events     the latest trades, and what the gates refused, with their numbers
 *   footer     counts, keys */
#ifndef MONITOR_DRAW_H
#define MONITOR_DRAW_H

#include "monitor/canvas.h"
#include "monitor/snapshot.h"

/* Draws over the whole canvas, whatever its size. */
void draw_frame(struct canvas *canvas, const struct snapshot *snapshot);

#endif
