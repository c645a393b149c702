/* budget.c: see budget.h. */
#include "alpaca/budget.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/utc.h"
#include "sys/memory.h"

void budget_init(struct budget *budget, uint32_t limit)
{
    CHECK(limit > 0);
    *budget = (struct budget){.limit = limit,
                              .sent_ns = xcalloc(limit, sizeof *budget->sent_ns),
                              .remaining_ns = INT64_MIN,
                              .hold_until_ns = INT64_MIN};
}

void budget_finish(struct budget *budget)
{
    free(budget->sent_ns);
    *budget = (struct budget){0};
}

static void forget_old(struct budget *budget, int64_t now_ns)
{
    while (budget->count > 0 && budget->sent_ns[budget->first] <= now_ns - NS_PER_MIN) {
        budget->first = (budget->first + 1) % budget->limit;
        budget->count--;
    }
}

int64_t budget_next_ns(const struct budget *budget, uint32_t kept, int64_t now_ns)
{
    int64_t next_ns = now_ns;
    CHECK(kept < budget->limit);
    if (budget->count >= budget->limit - kept) {
        /* So many of the oldest must be a minute ago. */
        uint32_t leave = budget->count - (budget->limit - kept);
        int64_t sent_ns = budget->sent_ns[(budget->first + leave) % budget->limit];
        next_ns = sent_ns + NS_PER_MIN > next_ns ? sent_ns + NS_PER_MIN : next_ns;
    }
    if (budget->remaining <= kept && budget->remaining_ns > next_ns) {
        next_ns = budget->remaining_ns;
    }
    return budget->hold_until_ns > next_ns ? budget->hold_until_ns : next_ns;
}

bool budget_take(struct budget *budget, uint32_t kept, int64_t now_ns)
{
    forget_old(budget, now_ns);
    if (budget_next_ns(budget, kept, now_ns) > now_ns) {
        return false;
    }
    budget->sent_ns[(budget->first + budget->count) % budget->limit] = now_ns;
    budget->count++;
    budget->remaining -= budget->remaining > 0 ? 1 : 0;
    return true;
}

void budget_told(struct budget *budget, uint32_t remaining, int64_t reset_ns)
{
    budget->remaining = remaining;
    budget->remaining_ns = reset_ns;
}

void budget_hold(struct budget *budget, int64_t until_ns)
{
    budget->hold_until_ns = until_ns;
}
