/* trail.h: the course of a number in a fixed space: while there is room every value is a point;
 * then every second point goes and from there on each stands for twice as many values. A
 * zeroed trail is empty. */
#ifndef MONITOR_TRAIL_H
#define MONITOR_TRAIL_H

#include <stdint.h>

enum { TRAIL_POINTS = 256 };

struct trail {
    int64_t points[TRAIL_POINTS]; /* values 0, stride, 2 stride, ... */
    int count;
    uint32_t stride; /* values per point; 0 is taken as 1 */
    uint64_t values;
    int64_t latest;
};

void trail_clear(struct trail *trail);
void trail_add(struct trail *trail, int64_t value);

/* The point for place `at` of `places` (at least 1): the first is the first, the last the latest
 * value. */
int64_t trail_point(const struct trail *trail, int at, int places);

#endif
