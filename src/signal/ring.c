/* ring.c: see ring.h. */
#include "signal/ring.h"

#include "base/check.h"
#include "signal/units.h"

void ring_init(struct ring *ring, struct arena *arena, uint32_t size)
{
    CHECK(size >= 1 && size <= SIGNAL_WINDOW_MAX + 1);
    *ring = (struct ring){.values = arena_take(arena, size, sizeof *ring->values), .size = size};
}

void ring_rescale(struct ring *ring, int64_t numerator, int64_t denominator)
{
    for (uint32_t i = 0; i < ring->size; i++) {
        ring->values[i] = units_split(ring->values[i], numerator, denominator);
    }
}
