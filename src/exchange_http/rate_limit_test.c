/* rate_limit_test.c: a budget of requests by the minute. */
#include <criterion/criterion.h>

#include "base/utc.h"
#include "exchange_http/rate_limit.h"

#define AT(seconds) (INT64_C(1773667800) * NS_PER_S + (seconds)*NS_PER_S) /* a whole minute */

Test(rate_limit, refuses_what_is_over_and_begins_anew_each_minute)
{
    struct rate_limit limit = {.per_minute = 3};
    struct rate_standing standing;
    for (uint32_t i = 0; i < 3; i++) {
        cr_assert(rate_limit_take(&limit, AT(10 + i), &standing));
        cr_expect_eq(standing.limit, 3);
        cr_expect_eq(standing.remaining, 2 - i);
        cr_expect_eq(standing.reset_s, 1773667860);
    }
    cr_expect(!rate_limit_take(&limit, AT(59), &standing));
    cr_expect_eq(standing.remaining, 0);
    cr_expect_eq(standing.reset_s, 1773667860);
    cr_expect(rate_limit_take(&limit, AT(60), &standing));
    cr_expect_eq(standing.remaining, 2);
    cr_expect_eq(standing.reset_s, 1773667920);
}

Test(rate_limit, a_clock_that_is_set_back_does_not_lock_out)
{
    struct rate_limit limit = {.per_minute = 1};
    struct rate_standing standing;
    cr_assert(rate_limit_take(&limit, AT(3600), &standing));
    cr_assert(!rate_limit_take(&limit, AT(3601), &standing));
    cr_expect(rate_limit_take(&limit, AT(0), &standing));
}

Test(rate_limit, none_is_no_limit)
{
    struct rate_limit limit = {0};
    struct rate_standing standing;
    for (int i = 0; i < 1000; i++) {
        cr_assert(rate_limit_take(&limit, AT(0), &standing));
    }
    cr_expect_eq(standing.limit, 0);
}

Test(rate_limit, is_told_in_the_vendors_words)
{
    struct refusal refusal = {0};
    cr_expect(!rate_limit_refuse(&refusal));
    cr_expect_eq(refusal.status, 429);
    cr_expect_eq(refusal.code, 42910000);
    cr_expect_str_eq(refusal.message, "too many requests.");
}
