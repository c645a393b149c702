#include "exchange_http/tape.h"

#include <stdlib.h>

#include "base/check.h"
#include "sys/memory.h"

struct tape {
    struct tape_plan plan;
    uint64_t next; /* the first record of the next slice */
    uint64_t ordinal;
};

struct tape *tape_create(const struct tape_plan *plan)
{
    struct tape *tape = xcalloc(1, sizeof *tape);
    tape->plan = *plan;
    return tape;
}

void tape_destroy(struct tape *tape)
{
    free(tape);
}

bool tape_peek(struct tape *tape, int64_t *ts_ns)
{
    if (tape->next == tape->plan.data->count) {
        return false;
    }
    *ts_ns = tape->plan.data->records[tape->next].ts_ns;
    return true;
}

void tape_take(struct tape *tape, struct slice *slice)
{
    const struct bars *data = tape->plan.data;
    CHECK(tape->next < data->count);
    uint64_t end = tape->next + 1;
    while (end < data->count && data->records[end].ts_ns == data->records[tape->next].ts_ns) {
        end++;
    }
    *slice = slice_of_mixed(&data->records[tape->next], &data->records[end], tape->ordinal++);
    tape->next = end;
}

void tape_seek(struct tape *tape, int64_t ts_ns)
{
    int64_t next_ns;
    struct slice slice;
    while (tape_peek(tape, &next_ns) && next_ns <= ts_ns) {
        tape_take(tape, &slice);
    }
}
