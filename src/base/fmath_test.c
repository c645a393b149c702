/* fmath_test.c: against the C library's floor(). */
#include "base/fmath.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>

static void expect_floor(double x)
{
    double got = fmath_floor(x);
    cr_assert(got == floor(x) || (isnan(x) && isnan(got)), "%a: %a", x, got);
}

Test(fmath, floor_agrees_at_the_edges)
{
    static const double values[] = {
        0.0,
        -0.0,
        0.5,
        -0.5,
        1.0,
        -1.0,
        0x1.fffffffffffffp-1,
        -0x1.fffffffffffffp-1,
        0x1p52,
        -0x1p52,
        0x1.fffffffffffffp51,
        -0x1.fffffffffffffp51,
        0x1p53,
        0x1p63,
        -0x1p63,
        0x1p1023,
        0x1p-1074,
        -0x1p-1074,
        (double)INFINITY,
        -(double)INFINITY,
        (double)NAN,
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        expect_floor(values[i]);
    }
}

Test(fmath, floor_agrees_for_every_exponent)
{
    uint64_t state = 1;
    for (int i = 0; i < 1000000; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t bits = state ^ state >> 33;
        double x;
        memcpy(&x, &bits, sizeof x);
        expect_floor(x);
        expect_floor((double)(int64_t)bits / (double)(1 << i % 30));
    }
}
