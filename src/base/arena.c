/* arena.c: a bump allocator; see arena.h. */
#include "base/arena.h"

#include <stdbool.h>
#include <string.h>

#include "base/check.h"

enum { ALIGNMENT = 64 };

void arena_init(struct arena *arena, void *block, size_t size)
{
    CHECK((uintptr_t)block % ALIGNMENT == 0);
    arena->block = block;
    arena->size = size;
    arena->used = 0;
}

void arena_init_measure(struct arena *arena)
{
    arena->block = NULL;
    arena->size = SIZE_MAX / 2;
    arena->used = 0;
}

void *arena_take(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    bool overflow = __builtin_mul_overflow(count, size, &bytes);
    CHECK(!overflow && bytes <= SIZE_MAX / 4);
    bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    CHECK(bytes <= arena->size - arena->used);
    size_t at = arena->used;
    arena->used += bytes;
    if (arena->block == NULL) {
        return NULL;
    }
    memset(arena->block + at, 0, bytes);
    return arena->block + at;
}
