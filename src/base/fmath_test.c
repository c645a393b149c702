/* fmath_test.c: against the C library, and against tables of 60 decimal
 * digits, rounded. */
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

/* How many doubles lie between two of one sign. */
static uint64_t ulps_between(double a, double b)
{
    int64_t x;
    int64_t y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    return (uint64_t)(x > y ? x - y : y - x);
}

struct row {
    double x, want;
};

/* Decimal arithmetic with 60 digits, rounded once to the nearest double. */
static const struct row exp_rows[] = {
    {0x0.0p+0,               0x1.0000000000000p+0   },
    {0x1.0000000000000p+0,   0x1.5bf0a8b145769p+1   },
    {-0x1.0000000000000p+0,  0x1.78b56362cef38p-2   },
    {0x1.0000000000000p-1,   0x1.a61298e1e069cp+0   },
    {0x1.b7cdfd9d7bdbbp-34,  0x1.000000006df38p+0   },
    {-0x1.b7cdfd9d7bdbbp-34, 0x1.ffffffff24190p-1   },
    {0x1.0000000000000p-53,  0x1.0000000000001p+0   },
    {0x1.62e42fefa39efp-2,   0x1.6a09e667f3bccp+0   },
    {0x1.62e42fefa39f0p-2,   0x1.6a09e667f3bcdp+0   },
    {0x1.62e42fefa39efp-1,   0x1.0000000000000p+1   },
    {0x1.4000000000000p+3,   0x1.5829dcf950560p+14  },
    {-0x1.4000000000000p+3,  0x1.7cd79b5647c9bp-15  },
    {0x1.9200000000000p+6,   0x1.fcc37a76f9e76p+144 },
    {-0x1.9100000000000p+6,  0x1.4acd31e167ebbp-145 },
    {0x1.5e00000000000p+9,   0x1.d945df4f8ec8ep+1009},
    {0x1.62e42fefa39efp+9,   0x1.fffffffffff2ap+1023},
    {-0x1.5e00000000000p+9,  0x1.14f2b0fb9307fp-1010},
    {-0x1.6200000000000p+9,  0x1.7c8ab2288c9abp-1022},
    {-0x1.6240000000000p+9,  0x0.e6cf6d08897acp-1022},
    {-0x1.6800000000000p+9,  0x0.0000993b4dc95p-1022},
    {-0x1.7240000000000p+9,  0x0.0000000000033p-1022},
    {-0x1.748cccccccccdp+9,  0x0.0000000000001p-1022},
    {-0x1.c2fcf590aedecp+0,  0x1.5fc255f30ef6bp-3   },
    {-0x1.bee9be20d407ap+1,  0x1.f2f91fb7a2894p-6   },
    {0x1.82646a8f739fcp+0,   0x1.21855fe2e507ap+2   },
    {-0x1.11a409ee4c4d8p+2,  0x1.c79464445ca50p-7   },
    {0x1.6f6e85787c880p-2,   0x1.6e7fe72b71a59p+0   },
    {-0x1.57d61c858201cp+0,  0x1.0b4c1243af9f6p-2   },
};

static const struct row log_rows[] = {
    {0x1.0000000000000p+0,    0x0.0p+0              },
    {0x1.0000000000000p+1,    0x1.62e42fefa39efp-1  },
    {0x1.0000000000000p-1,    -0x1.62e42fefa39efp-1 },
    {0x1.4000000000000p+3,    0x1.26bb1bbb55516p+1  },
    {0x1.999999999999ap-4,    -0x1.26bb1bbb55515p+1 },
    {0x1.0000000000001p+0,    0x1.fffffffffffffp-53 },
    {0x1.fffffffffffffp-1,    -0x1.0000000000000p-53},
    {0x1.6a09e667f3bcdp+0,    0x1.62e42fefa39f0p-2  },
    {0x1.6a09e667f3bccp+0,    0x1.62e42fefa39eep-2  },
    {0x1.6a09e667f3bcdp-1,    -0x1.62e42fefa39eep-2 },
    {0x1.5bf0a8b145769p+1,    0x1.0000000000000p+0  },
    {0x1.7e43c8800759cp+996,  0x1.5963447f87fb5p+9  },
    {0x1.56e1fc2f8f359p-997,  -0x1.5963447f87fb5p+9 },
    {0x0.0000000000001p-1022, -0x1.74385446d71c3p+9 },
    {0x1.0000000000000p-1022, -0x1.6232bdd7abcd2p+9 },
    {0x0.01b9cd1295941p-1022, -0x1.64b2ad4cffd15p+9 },
    {0x1.fffffffffffffp+1023, 0x1.62e42fefa39efp+9  },
    {0x1.fae147ae147aep-1,    -0x1.495453e6fd4bcp-7 },
    {0x1.028f5c28f5c29p+0,    0x1.460d6ccca367cp-7  },
    {0x1.e240c9fbe76c9p+16,   0x1.77281cad8a844p+3  },
    {0x1.8a555f2cdfd49p-7,    -0x1.1ae174c73942cp+2 },
    {0x1.13c2d5036e955p+0,    0x1.3091504b41347p-4  },
    {0x1.413b72dd0dd65p-7,    -0x1.2800b6191fcd0p+2 },
    {0x1.07b121d600564p-1,    -0x1.53bbedf45ead0p-1 },
    {0x1.bbf8e1fdbb292p-7,    -0x1.134ae32cbf38dp+2 },
    {0x1.11783b3dff455p-6,    -0x1.05f19473ea8d6p+2 },
};

Test(fmath, exp_agrees_with_the_table)
{
    for (size_t i = 0; i < sizeof exp_rows / sizeof exp_rows[0]; i++) {
        double got = fmath_exp(exp_rows[i].x);
        cr_assert_leq(ulps_between(got, exp_rows[i].want), 1, "exp(%a): %a, not %a", exp_rows[i].x,
                      got, exp_rows[i].want);
    }
}

Test(fmath, log_agrees_with_the_table)
{
    for (size_t i = 0; i < sizeof log_rows / sizeof log_rows[0]; i++) {
        double got = fmath_log(log_rows[i].x);
        cr_assert_leq(ulps_between(got, log_rows[i].want), 1, "log(%a): %a, not %a", log_rows[i].x,
                      got, log_rows[i].want);
    }
}

/* The C library is within one unit, too, so they may lie two apart. */
Test(fmath, exp_and_log_agree_with_the_c_library)
{
    uint64_t state = 1;
    for (int i = 0; i < 1000000; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        double unit = (double)(state >> 11) * 0x1p-53;
        double wide = unit * 1453.0 - 744.0;
        double narrow = unit * 2.0 - 1.0;
        cr_assert_leq(ulps_between(fmath_exp(wide), exp(wide)), 2, "exp(%a)", wide);
        cr_assert_leq(ulps_between(fmath_exp(narrow), exp(narrow)), 2, "exp(%a)", narrow);
        double near = 0.5 + unit;
        double far = fmath_exp(wide);
        cr_assert_leq(ulps_between(fmath_log(near), log(near)), 2, "log(%a)", near);
        cr_assert_leq(ulps_between(fmath_log(far), log(far)), 2, "log(%a)", far);
    }
}

Test(fmath, exp_and_log_at_the_edges)
{
    cr_assert(fmath_exp(710.0) == (double)INFINITY);
    cr_assert(fmath_exp((double)INFINITY) == (double)INFINITY);
    cr_assert(fmath_exp(-746.0) == 0.0);
    cr_assert(fmath_exp(-(double)INFINITY) == 0.0);
    cr_assert(isnan(fmath_exp((double)NAN)));
    cr_assert(fmath_log(0.0) == -(double)INFINITY);
    cr_assert(fmath_log((double)INFINITY) == (double)INFINITY);
    cr_assert(isnan(fmath_log(-1.0)));
    cr_assert(isnan(fmath_log((double)NAN)));
}

Test(fmath, sqrt_agrees_with_the_c_library)
{
    uint64_t state = 1;
    for (int i = 0; i < 100000; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        double x = fmath_exp((double)(state >> 11) * 0x1p-53 * 1400.0 - 700.0);
        cr_assert(fmath_sqrt(x) == sqrt(x), "sqrt(%a)", x);
    }
    cr_assert(fmath_sqrt(0.0) == 0.0);
    cr_assert(isnan(fmath_sqrt(-1.0)));
}
