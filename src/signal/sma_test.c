/* sma_test.c: comparisons against whole sums added up anew, ties that are ties, means for people.
 */
#include "signal/sma.h"

#include <criterion/criterion.h>
#include <inttypes.h>

#include "base/money.h"

enum { VALUES = 3000 };

/* Prices on a coarse grid, so that ties are common. */
static int64_t price_e9(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)(100 + (*state >> 33) % 8) * MONEY_E9 / 8;
}

/* Sum of the last `window` values up to and including `at`. */
static int64_t sum_of(const int64_t *values, size_t at, int64_t window)
{
    int64_t sum = 0;
    for (int64_t i = 0; i < window; i++) {
        sum += values[at - (size_t)i];
    }
    return sum;
}

/* Sign of a/window_a - b/window_b, in whole numbers of 128 bits. */
static int naive_compare(int64_t a, int64_t window_a, int64_t b, int64_t window_b)
{
    __int128 left = (__int128)a * window_b;
    __int128 right = (__int128)b * window_a;
    return left > right ? 1 : left < right ? -1 : 0;
}

/* Every function that compares, both ways round. */
static void assert_compares(int64_t a, int64_t window_a, int64_t b, int64_t window_b, int want)
{
    cr_assert_eq(sma_compare(a, window_a, b, window_b), want,
                 "%" PRId64 "/%" PRId64 " and %" PRId64 "/%" PRId64, a, window_a, b, window_b);
    cr_assert_eq(sma_compare(b, window_b, a, window_a), -want);
    cr_assert_eq(sma_compare_wide(a, window_a, b, window_b), want);
    cr_assert_eq(sma_compare_wide(b, window_b, a, window_a), -want);
    cr_assert_eq(sma_is_above(a, window_a, b, window_b), want > 0);
    cr_assert_eq(sma_is_above(b, window_b, a, window_a), want < 0);
}

Test(sma, comparisons_agree_with_adding_up_anew)
{
    static const int64_t windows[][2] = {
        {1,   2   },
        {2,   3   },
        {10,  30  },
        {7,   1000},
        {999, 1000}
    };
    static int64_t values[VALUES];
    int ties = 0;
    for (size_t pair = 0; pair < sizeof windows / sizeof windows[0]; pair++) {
        const int64_t fast = windows[pair][0];
        const int64_t slow = windows[pair][1];
        uint64_t state = pair;
        for (size_t i = 0; i < VALUES; i++) {
            values[i] = price_e9(&state);
            if (i + 1 < (size_t)slow) {
                continue;
            }
            int64_t fast_e9 = sum_of(values, i, fast);
            int64_t slow_e9 = sum_of(values, i, slow);
            int want = naive_compare(fast_e9, fast, slow_e9, slow);
            assert_compares(fast_e9, fast, slow_e9, slow, want);
            ties += want == 0 ? 1 : 0;
        }
    }
    cr_expect_gt(ties, 100, "the grid makes ties: %d", ties);
}

Test(sma, a_tie_is_a_tie_where_quotients_are_not_whole)
{
    assert_compares(1, 3, 1, 6, 1); /* 1/3 is above 1/6 */
    assert_compares(1, 3, 2, 6, 0); /* 0.333333333... both */
    assert_compares(2, 6, 3, 9, 0);
    assert_compares(333333333, 999, 333667000, 1000, 0); /* 333,667 both */
    assert_compares(333333333, 999, 333667001, 1000, -1);
    assert_compares(0, 1, 0, 1000, 0);
}

/* Products from far below 2^63 to just above it and to their largest: where the quick way ends and
 * the wide one begins, they say the same. */
Test(sma, the_largest_prices_do_not_overflow)
{
    const int64_t largest = PRICE_E9_MAX;
    assert_compares(1000 * largest, 1000, 999 * largest, 999, 0);
    assert_compares(1000 * largest, 1000, 999 * largest - 1, 999, 1);
    assert_compares(1000 * largest - 1, 1000, 999 * largest, 999, -1);
    assert_compares(largest, 1, 1000 * largest, 1000, 0);
    assert_compares(largest, 1, 1000 * largest - 1, 1000, 1);
    assert_compares(INT64_MAX, 1000, INT64_MAX, 999, -1);
    assert_compares(INT64_MAX, 1, INT64_MAX, 1, 0);
    for (int64_t window = 2; window <= 1000; window++) {
        int64_t edge = INT64_MAX / window; /* edge x window fits, one more does not */
        for (int64_t more = -1; more <= 1; more++) {
            int64_t a = edge + more;
            int64_t window_a = window - 1;
            for (int64_t b = a - 1; b <= a + 1; b++) {
                assert_compares(a, window_a, b, window, naive_compare(a, window_a, b, window));
            }
        }
    }
}

Test(sma, means_are_rounded_half_to_even)
{
    static const struct {
        int64_t sum, window, want;
    } cases[] = {
        {0,                   1,    0               },
        {7,                   1,    7               },
        {1,                   2,    0               }, /* 0.5 */
        {3,                   2,    2               }, /* 1.5 */
        {5,                   2,    2               }, /* 2.5 */
        {7,                   2,    4               }, /* 3.5 */
        {1,                   3,    0               },
        {2,                   3,    1               },
        {6,                   4,    2               }, /* 1.5 */
        {10,                  4,    2               }, /* 2.5 */
        {9,                   4,    2               },
        {11,                  4,    3               },
        {499,                 1000, 0               },
        {500,                 1000, 0               },
        {501,                 1000, 1               },
        {1500,                1000, 2               },
        {2500,                1000, 2               },
        {2501,                1000, 3               },
        {1000 * PRICE_E9_MAX, 1000, PRICE_E9_MAX    },
        {INT64_MAX,           2,    INT64_C(1) << 62}, /* ...807 / 2 ends in .5, over odd */
        {INT64_MAX,           1,    INT64_MAX       },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(sma_mean_e9(cases[i].sum, cases[i].window), cases[i].want,
                     "%" PRId64 " / %" PRId64, cases[i].sum, cases[i].window);
    }
}

/* The nearest whole number, and of two equally near ones the even one. */
Test(sma, means_are_the_nearest_whole_number)
{
    for (int64_t window = 1; window <= 40; window++) {
        for (int64_t sum = 0; sum <= 400; sum++) {
            int64_t mean = sma_mean_e9(sum, window);
            int64_t off = 2 * (sum - mean * window); /* twice the error, in parts of the window */
            cr_assert_leq(off, window);
            cr_assert_geq(off, -window);
            cr_assert((off != window && off != -window) || mean % 2 == 0);
        }
    }
}
