#include "venue/walk.h"

#include <stdlib.h>

#include "sys/memory.h"

static int by_number(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return left < right ? -1 : left > right ? 1 : 0;
}

void order_walk_begin(struct order_walk *walk, const struct account *account, bool only_open)
{
    *walk = (struct order_walk){.count = account->order_count};
    if (!only_open) {
        return;
    }
    walk->count = 0;
    walk->numbers = xcalloc((size_t)account->open_count + 1, sizeof *walk->numbers);
    for (uint32_t i = 0; i < account->plan.instrument_count; i++) {
        const struct served_order *order = account_first_open(account, i);
        for (; order != NULL; order = account_next_open(account, order)) {
            walk->numbers[walk->count++] = order->number;
        }
    }
    qsort(walk->numbers, walk->count, sizeof *walk->numbers, by_number);
}

void order_walk_end(struct order_walk *walk)
{
    free(walk->numbers);
    *walk = (struct order_walk){0};
}

void account_cancel_all(struct account *account, int64_t now_ns)
{
    struct order_walk walk;
    order_walk_begin(&walk, account, true);
    for (uint32_t i = 0; i < walk.count; i++) {
        uint32_t number = order_walk_at(&walk, i);
        struct refusal refusal; /* only of one that went with others of its group */
        (void)account_cancel(account, number, now_ns, &refusal);
    }
    order_walk_end(&walk);
}
