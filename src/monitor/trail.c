/* trail.c: see trail.h. */
#include "monitor/trail.h"

#include "base/check.h"

void trail_clear(struct trail *trail)
{
    trail->count = 0;
    trail->stride = 1;
    trail->values = 0;
}

static void halve(struct trail *trail)
{
    for (int i = 0; i < TRAIL_POINTS / 2; i++) {
        trail->points[i] = trail->points[2 * i];
    }
    trail->count = TRAIL_POINTS / 2;
    trail->stride *= 2;
}

void trail_add(struct trail *trail, int64_t value)
{
    trail->stride = trail->stride > 0 ? trail->stride : 1;
    trail->latest = value;
    if (trail->values++ % trail->stride != 0) {
        return;
    }
    if (trail->count == TRAIL_POINTS) {
        halve(trail); /* the value after TRAIL_POINTS strides is one of the doubled stride, too */
    }
    trail->points[trail->count++] = value;
}

int64_t trail_point(const struct trail *trail, int at, int places)
{
    CHECK(trail->count > 0 && at >= 0 && at < places);
    if (at == places - 1) {
        return trail->latest;
    }
    int64_t last = trail->count - 1;
    return trail->points[(last * at + (places - 1) / 2) / (places - 1)];
}
