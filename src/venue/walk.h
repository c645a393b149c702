/* walk.h: the numbers of an account's orders in order of arrival: all of them, or those that are
 * open. */
#ifndef VENUE_WALK_H
#define VENUE_WALK_H

#include "venue/account.h"

struct order_walk {
    uint32_t *numbers; /* owned; NULL: every number is its own */
    uint32_t count;
};

/* The caller ends it with order_walk_end(). It does not follow what happens meanwhile. */
void order_walk_begin(struct order_walk *walk, const struct account *account, bool only_open);
void order_walk_end(struct order_walk *walk);

static inline uint32_t order_walk_at(const struct order_walk *walk, uint32_t index)
{
    return walk->numbers != NULL ? walk->numbers[index] : index;
}

/* Asks for the end of all that is open. */
void account_cancel_all(struct account *account, int64_t now_ns);

#endif
