/* budget.h: how many requests may still be sent (W3).
 *
 * In no minute, wherever it begins, are there more than the limit; what the broker tells of its own
 * count lowers that further, until its count begins anew. Who asks names what must be left over for
 * others. Time is the caller's. */
#ifndef ALPACA_BUDGET_H
#define ALPACA_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct budget {
    uint32_t limit;   /* a minute */
    int64_t *sent_ns; /* a ring of `limit`: `count` from `first` on, of the last minute */
    uint32_t first, count;
    uint32_t remaining;    /* as the broker told, less what was sent since; until ... */
    int64_t remaining_ns;  /* ... this moment; INT64_MIN: it told nothing */
    int64_t hold_until_ns; /* nothing before; INT64_MIN: no hold */
};

void budget_init(struct budget *budget, uint32_t limit);
void budget_finish(struct budget *budget);

/* Counts a request, if more than `kept` would be possible now. */
bool budget_take(struct budget *budget, uint32_t kept, int64_t now_ns);

/* From when on budget_take() may succeed; `now_ns` if it would now. */
int64_t budget_next_ns(const struct budget *budget, uint32_t kept, int64_t now_ns);

/* The broker has `remaining` left until `reset_ns`. */
void budget_told(struct budget *budget, uint32_t remaining, int64_t reset_ns);

/* The broker refused: nothing before that moment. */
void budget_hold(struct budget *budget, int64_t until_ns);

#endif
