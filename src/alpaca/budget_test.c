/* budget_test.c: never more than the limit in any minute; what is kept is kept; the broker's word.
 */
#include "alpaca/budget.h"

#include <criterion/criterion.h>

#include "base/utc.h"

static const int64_t start_ns = 1000 * NS_PER_MIN;

static int take_all(struct budget *budget, uint32_t kept, int64_t now_ns)
{
    int taken = 0;
    while (budget_take(budget, kept, now_ns)) {
        taken++;
    }
    return taken;
}

Test(budget, keeps_what_is_to_be_kept)
{
    struct budget budget;
    budget_init(&budget, 200);
    cr_expect_eq(take_all(&budget, 100, start_ns), 100);
    cr_expect_eq(take_all(&budget, 40, start_ns), 60);
    cr_expect_eq(take_all(&budget, 100, start_ns), 0);
    cr_expect_eq(take_all(&budget, 0, start_ns), 40);
    cr_expect_eq(budget_next_ns(&budget, 0, start_ns), start_ns + NS_PER_MIN);
    cr_expect_eq(take_all(&budget, 0, start_ns + NS_PER_MIN - 1), 0);
    cr_expect_eq(take_all(&budget, 0, start_ns + NS_PER_MIN), 200);
    budget_finish(&budget);
}

/* Whatever the times of asking: no window of a minute has more than the limit, and what
 * budget_next_ns() promises holds. */
Test(budget, no_minute_has_more_than_the_limit)
{
    struct budget budget;
    static int64_t sent_ns[5000];
    int count = 0;
    uint64_t random = 42;
    int64_t now_ns = start_ns;
    budget_init(&budget, 7);
    while (count < 5000) {
        random = random * 6364136223846793005U + 1442695040888963407U;
        uint32_t kept = (uint32_t)(random >> 60) % 7;
        now_ns += (int64_t)(random >> 33) % (8 * NS_PER_S);
        int64_t next_ns = budget_next_ns(&budget, kept, now_ns);
        cr_assert_geq(next_ns, now_ns);
        if (next_ns > now_ns) {
            cr_assert_not(budget_take(&budget, kept, next_ns - 1));
            now_ns = next_ns;
        }
        cr_assert(budget_take(&budget, kept, now_ns));
        sent_ns[count++] = now_ns;
    }
    for (int i = 7; i < count; i++) {
        cr_assert_geq(sent_ns[i] - sent_ns[i - 7], NS_PER_MIN);
    }
    budget_finish(&budget);
}

Test(budget, the_broker_may_count_others_too)
{
    struct budget budget;
    budget_init(&budget, 200);
    budget_told(&budget, 50, start_ns + 20 * NS_PER_S);
    cr_expect_eq(take_all(&budget, 40, start_ns), 10);
    cr_expect_eq(budget_next_ns(&budget, 40, start_ns), start_ns + 20 * NS_PER_S);
    cr_expect_eq(take_all(&budget, 0, start_ns), 40);
    cr_expect_eq(take_all(&budget, 0, start_ns + 20 * NS_PER_S), 150, "ours still counts");
    budget_finish(&budget);
}

Test(budget, a_hold_holds_for_all)
{
    struct budget budget;
    budget_init(&budget, 10);
    budget_hold(&budget, start_ns + NS_PER_S);
    cr_expect_not(budget_take(&budget, 0, start_ns));
    cr_expect_eq(budget_next_ns(&budget, 0, start_ns), start_ns + NS_PER_S);
    cr_expect(budget_take(&budget, 0, start_ns + NS_PER_S));
    budget_finish(&budget);
}
