/* memory_test.c: memory that is there, zeroed and aligned as promised. */
#include "sys/memory.h"

#include <criterion/criterion.h>
#include <stdint.h>

Test(memory, xcalloc_zeroes)
{
    unsigned char *block = xcalloc(1000, 3);
    for (size_t i = 0; i < 3000; i++) {
        cr_assert_eq(block[i], 0);
    }
    free(block);
}

Test(memory, xcalloc_aligned_zeroes_at_64_bytes)
{
    for (size_t size = 1; size < 300; size++) {
        unsigned char *block = xcalloc_aligned(size);
        cr_assert_eq((uintptr_t)block % 64, 0);
        for (size_t i = 0; i < size; i++) {
            cr_assert_eq(block[i], 0);
        }
        free(block);
    }
}

Test(memory, xrealloc_keeps_what_was_there)
{
    char *text = xrealloc(NULL, 4);
    memcpy(text, "abc", 4);
    text = xrealloc(text, 1 << 20);
    cr_expect_str_eq(text, "abc");
    free(text);
}

Test(memory, texts_are_copies)
{
    const char *original = "abc";
    char *copy = xstrdup(original);
    cr_expect_str_eq(copy, "abc");
    cr_expect_neq(copy, original);
    free(copy);
    char *text = xasprintf("%d-%s", 7, "x");
    cr_expect_str_eq(text, "7-x");
    free(text);
}
