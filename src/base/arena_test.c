/* arena_test.c: aligned, zeroed, and measured as it is later used. */
#include "base/arena.h"

#include <criterion/criterion.h>
#include <signal.h>

static _Alignas(64) unsigned char block[256];

Test(arena, pieces_are_aligned_zeroed_and_apart)
{
    struct arena arena;
    memset(block, 0xff, sizeof block);
    arena_init(&arena, block, sizeof block);
    unsigned char *first = arena_take(&arena, 3, 1);
    unsigned char *second = arena_take(&arena, 65, 1);
    cr_expect_eq(first, block);
    cr_expect_eq(second, block + 64);
    cr_expect_eq(arena.used, 192);
    for (size_t i = 0; i < arena.used; i++) {
        cr_assert_eq(block[i], 0);
    }
    cr_expect_eq(block[192], 0xff, "what is not taken is not touched");
}

Test(arena, measuring_adds_up_the_same)
{
    struct arena measure;
    struct arena arena;
    arena_init_measure(&measure);
    arena_init(&arena, block, sizeof block);
    cr_expect_null(arena_take(&measure, 5, 13));
    cr_expect_null(arena_take(&measure, 0, 8));
    cr_expect_null(arena_take(&measure, 1, 64));
    (void)arena_take(&arena, 5, 13);
    cr_expect_not_null(arena_take(&arena, 0, 8));
    (void)arena_take(&arena, 1, 64);
    cr_expect_eq(measure.used, arena.used);
}

Test(arena, the_last_byte_can_be_taken)
{
    struct arena arena;
    arena_init(&arena, block, sizeof block);
    cr_expect_eq(arena_take(&arena, 4, 64), (void *)block);
}

Test(arena, taking_more_than_there_is_stops_the_program, .signal = SIGABRT)
{
    struct arena arena;
    arena_init(&arena, block, sizeof block);
    (void)arena_take(&arena, 257, 1);
}

Test(arena, a_product_that_overflows_stops_the_program, .signal = SIGABRT)
{
    struct arena arena;
    arena_init_measure(&arena);
    (void)arena_take(&arena, SIZE_MAX / 2, 3);
}

Test(arena, a_block_out_of_line_stops_the_program, .signal = SIGABRT)
{
    struct arena arena;
    arena_init(&arena, block + 1, sizeof block - 1);
}
