/* sma_test.c: the streaming sum against one added up anew, and ties that are ties. */
#include "signal/sma.h"

#include <criterion/criterion.h>

#include "base/money.h"

enum { VALUES = 3000 };

/* Prices on a coarse grid, so that ties are common. */
static int64_t price_e9(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)(100 + (*state >> 33) % 8) * MONEY_E9 / 8;
}

static void take(struct sma *sma, const int64_t *values, size_t at)
{
    sma_take(sma, values[at], at >= sma->window ? values[at - sma->window] : 0);
}

/* Sum of the last `window` values up to and including `at`. */
static __int128 naive_sum(const int64_t *values, size_t at, uint32_t window)
{
    __int128 sum = 0;
    for (size_t i = at + 1 > window ? at + 1 - window : 0; i <= at; i++) {
        sum += values[i];
    }
    return sum;
}

static int naive_compare(const int64_t *values, size_t at, uint32_t fast, uint32_t slow)
{
    __int128 left = naive_sum(values, at, fast) * slow;
    __int128 right = naive_sum(values, at, slow) * fast;
    return (left > right) - (left < right);
}

Test(sma, sums_and_comparisons_agree_with_adding_up_anew)
{
    static const uint32_t windows[][2] = {
        {1,   2   },
        {2,   3   },
        {10,  30  },
        {7,   1000},
        {999, 1000}
    };
    static int64_t values[VALUES];
    int ties = 0;
    for (size_t pair = 0; pair < sizeof windows / sizeof windows[0]; pair++) {
        uint64_t state = pair;
        struct sma fast;
        struct sma slow;
        sma_init(&fast, windows[pair][0]);
        sma_init(&slow, windows[pair][1]);
        for (size_t i = 0; i < VALUES; i++) {
            values[i] = price_e9(&state);
            take(&fast, values, i);
            take(&slow, values, i);
            cr_assert(fast.sum_e9 == naive_sum(values, i, fast.window));
            cr_assert_eq(sma_ready(&slow), i + 1 >= slow.window);
            cr_assert_eq(sma_last_ready(&slow), i >= slow.window);
            if (sma_ready(&slow)) {
                int want = naive_compare(values, i, fast.window, slow.window);
                cr_assert_eq(sma_compare(&fast, &slow), want);
                cr_assert_eq(sma_compare(&slow, &fast), -want);
                ties += want == 0 ? 1 : 0;
            }
            if (sma_last_ready(&slow)) {
                int want = naive_compare(values, i - 1, fast.window, slow.window);
                cr_assert_eq(sma_compare_last(&fast, &slow), want);
            }
        }
    }
    cr_expect_gt(ties, 100, "the grid makes ties: %d", ties);
}

Test(sma, a_tie_is_a_tie_where_quotients_are_not_whole)
{
    /* 1/3 against 2/6 in billionths: 0.333333333... both. */
    static const int64_t values[] = {1, 0, 0, 0, 0, 1, 0, 0};
    struct sma three;
    struct sma six;
    sma_init(&three, 3);
    sma_init(&six, 6);
    for (size_t i = 0; i < 8; i++) {
        take(&three, values, i);
        take(&six, values, i);
    }
    cr_expect_eq(three.sum_e9, 1);
    cr_expect_eq(six.sum_e9, 1);
    cr_expect_eq(sma_compare(&three, &six), 1, "1/3 is above 1/6");
    static const int64_t even[] = {1, 0, 0, 1, 0, 0};
    sma_init(&three, 3);
    sma_init(&six, 6);
    for (size_t i = 0; i < 6; i++) {
        take(&three, even, i);
        take(&six, even, i);
    }
    cr_expect_eq(sma_compare(&three, &six), 0, "1/3 is 2/6");
}

Test(sma, the_largest_prices_do_not_overflow)
{
    struct sma a;
    struct sma b;
    sma_init(&a, 1000);
    sma_init(&b, 999);
    for (size_t i = 0; i < 2500; i++) {
        sma_take(&a, PRICE_E9_MAX, i >= 1000 ? PRICE_E9_MAX : 0);
        sma_take(&b, PRICE_E9_MAX, i >= 999 ? PRICE_E9_MAX : 0);
    }
    cr_expect_eq(a.sum_e9, 1000 * PRICE_E9_MAX);
    cr_expect_eq(sma_compare(&a, &b), 0);
    cr_expect_eq(sma_compare_last(&a, &b), 0);
    cr_expect_eq(a.count, 1001, "the count stops behind the window");
}
