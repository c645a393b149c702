/* arena.h: memory for the pure layers, carved once at start from a block that the caller owns.
 *
 * Nothing is given back singly; the whole block ends with its owner. Running out is a mistake in
 * the sum made before the start, so it is a CHECK and not an error. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena {
    unsigned char *block; /* NULL while measuring */
    size_t size;
    size_t used;
};

/* `block` (aligned to 64 bytes) stays the caller's and must outlive everything carved from it. */
void arena_init(struct arena *arena, void *block, size_t size);

/* An arena that only adds up: arena_take() returns NULL and `used` tells the size that is needed.
 */
void arena_init_measure(struct arena *arena);

/* count * size zeroed bytes, aligned to 64. Returns NULL only when measuring. */
void *arena_take(struct arena *arena, size_t count, size_t size);

#endif
