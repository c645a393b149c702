/* ring.h: the last `size` values of a series, oldest overwritten first.
 *
 * Places not yet taken hold zero, so a kernel that subtracts what leaves needs no case of its own
 * for the time before the ring is full. */
#ifndef SIGNAL_RING_H
#define SIGNAL_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct ring {
    int64_t *values; /* [size], in the arena */
    uint32_t size;
    uint32_t at;    /* where the next value goes: the oldest one, when full */
    uint32_t count; /* values held, at most size */
};

/* 1 <= size <= SIGNAL_WINDOW_MAX + 1. When the arena measures, the ring may not be used. */
void ring_init(struct ring *ring, struct arena *arena, uint32_t size);

/* Takes a value and returns the one it replaces, zero while the ring is not full. */
static inline int64_t ring_push(struct ring *ring, int64_t value)
{
    uint32_t at = ring->at;
    int64_t leaving = ring->values[at];
    ring->values[at] = value;
    ring->at = at + 1 == ring->size ? 0 : at + 1;
    ring->count += ring->count < ring->size ? 1 : 0;
    return leaving;
}

static inline bool ring_full(const struct ring *ring)
{
    return ring->count == ring->size;
}

/* The place of the value taken `age` values before the newest; age < size. */
static inline int64_t *ring_place(const struct ring *ring, uint32_t age)
{
    uint32_t back = age + 1;
    return &ring->values[ring->at >= back ? ring->at - back : ring->at + ring->size - back];
}

/* Scales every value as prices (units.h). */
void ring_rescale(struct ring *ring, int64_t numerator, int64_t denominator);

#endif
