/* tape.c: see tape.h.
 *
 * Along bars: the ticks of the next slice of bars, which all lie between its bars' starts and their
 * end, are made at once when the slice before has been taken. Each of its bars then keeps its place
 * in its ticks, and the next instant is the earliest of them. */
#include "venue/tape.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "data/bar_ticks.h"
#include "sys/memory.h"

/* A bar of the next slice, and its ticks. */
struct lane {
    uint32_t count;
    uint32_t next;
    struct bar_tick ticks[BAR_TICKS_MAX];
};

struct tape {
    struct tape_plan plan;
    uint64_t next; /* the first record of the next slice of the data */
    uint64_t end;  /* behind its last one */
    int64_t instant_ns;
    uint64_t ordinal;

    /* along bars */
    struct lane *lanes;  /* of the bars from `next` on */
    int64_t *last_close; /* by instrument; 0: none yet */
    struct event *out;   /* the slice that was taken */
};

/* The bar from no earlier than the slice before it. */
static struct event cut_bar(const struct event *bar, int64_t before_ns)
{
    struct event cut = *bar;
    cut.src_ns = before_ns > cut.src_ns ? before_ns : cut.src_ns;
    return cut;
}

struct event tape_bar(const struct bars *data, const struct event *bar)
{
    const struct event *before = bar;
    while (before > data->records && before->ts_ns == bar->ts_ns) {
        before--;
    }
    return cut_bar(bar, before->ts_ns < bar->ts_ns ? before->ts_ns : INT64_MIN);
}

/* When the next slice is. */
static void find_instant(struct tape *tape)
{
    if (tape->next == tape->plan.data->count) {
        return;
    }
    tape->instant_ns = tape->plan.data->records[tape->next].ts_ns;
    for (uint64_t i = 0; tape->plan.along_bars && i < tape->end - tape->next; i++) {
        const struct lane *lane = &tape->lanes[i];
        if (lane->next < lane->count && lane->ticks[lane->next].ts_ns < tape->instant_ns) {
            tape->instant_ns = lane->ticks[lane->next].ts_ns;
        }
    }
}

/* Finds the end of the data's next slice and makes the ticks that lead to it. */
static void look_ahead(struct tape *tape)
{
    const struct bars *data = tape->plan.data;
    tape->end = tape->next;
    while (tape->end < data->count &&
           data->records[tape->end].ts_ns == data->records[tape->next].ts_ns) {
        tape->end++;
    }
    int64_t before_ns = tape->next > 0 ? data->records[tape->next - 1].ts_ns : INT64_MIN;
    for (uint64_t i = tape->next; tape->plan.along_bars && i < tape->end; i++) {
        const struct event bar = cut_bar(&data->records[i], before_ns);
        struct lane *lane = &tape->lanes[i - tape->next];
        lane->next = 0;
        lane->count = bar_ticks_make(tape->plan.seed, &data->instruments[bar.instrument], &bar,
                                     tape->last_close[bar.instrument], lane->ticks);
    }
    find_instant(tape);
}

struct tape *tape_create(const struct tape_plan *plan)
{
    struct tape *tape = xcalloc(1, sizeof *tape);
    tape->plan = *plan;
    tape->plan.along_bars = plan->along_bars && bars_tick_count(plan->data) == 0;
    if (tape->plan.along_bars) {
        uint32_t count = plan->data->instrument_count;
        tape->lanes = xcalloc(count, sizeof *tape->lanes);
        tape->last_close = xcalloc(count, sizeof *tape->last_close);
        tape->out = xcalloc(3 * (size_t)count, sizeof *tape->out);
    }
    look_ahead(tape);
    return tape;
}

void tape_destroy(struct tape *tape)
{
    if (tape != NULL) {
        free(tape->lanes);
        free(tape->last_close);
        free(tape->out);
        free(tape);
    }
}

bool tape_peek(struct tape *tape, int64_t *ts_ns)
{
    if (tape->next == tape->plan.data->count) {
        return false;
    }
    *ts_ns = tape->instant_ns;
    return true;
}

/* Goes behind the data's slice. */
static void pass(struct tape *tape)
{
    for (uint64_t i = tape->next; tape->plan.along_bars && i < tape->end; i++) {
        const struct event *bar = &tape->plan.data->records[i];
        tape->last_close[bar->instrument] = bar->bar.close_e9;
    }
    tape->next = tape->end;
    look_ahead(tape);
}

/* The ticks of an instant, in their order, to `out`; returns where they end. */
static struct event *take_ticks(struct tape *tape, int64_t ts_ns)
{
    const struct event *bars = &tape->plan.data->records[tape->next];
    uint64_t count = tape->end - tape->next;
    struct event *out = tape->out;
    for (uint64_t i = 0; i < count; i++) {
        const struct lane *lane = &tape->lanes[i];
        if (lane->next < lane->count && lane->ticks[lane->next].ts_ns == ts_ns) {
            *out++ = bar_tick_quote(&lane->ticks[lane->next], bars[i].instrument);
        }
    }
    for (uint64_t i = 0; i < count; i++) {
        struct lane *lane = &tape->lanes[i];
        if (lane->next < lane->count && lane->ticks[lane->next].ts_ns == ts_ns) {
            const struct bar_tick *tick = &lane->ticks[lane->next++];
            if (tick->size > 0) {
                *out++ = bar_tick_trade(tick, bars[i].instrument);
            }
        }
    }
    return out;
}

void tape_take(struct tape *tape, struct slice *slice)
{
    const struct bars *data = tape->plan.data;
    CHECK(tape->next < data->count);
    const struct event *bars = &data->records[tape->next];
    if (!tape->plan.along_bars) {
        *slice = slice_of_mixed(bars, &data->records[tape->end], tape->ordinal++);
        pass(tape);
        return;
    }
    int64_t ts_ns = tape->instant_ns;
    struct event *end = take_ticks(tape, ts_ns);
    if (ts_ns == bars->ts_ns) {
        size_t count = (size_t)(tape->end - tape->next);
        memcpy(end, bars, count * sizeof *bars);
        end += count;
        pass(tape);
    } else {
        find_instant(tape);
    }
    *slice = slice_of_mixed(tape->out, end, tape->ordinal++);
}

/* Only closes are kept of what is left behind. */
void tape_seek(struct tape *tape, int64_t ts_ns)
{
    const struct bars *data = tape->plan.data;
    if (tape->plan.along_bars) {
        memset(tape->last_close, 0, data->instrument_count * sizeof *tape->last_close);
    }
    for (tape->next = 0; tape->next < data->count; tape->next++) {
        const struct event *record = &data->records[tape->next];
        if (record->ts_ns > ts_ns) {
            break;
        }
        if (tape->plan.along_bars) {
            tape->last_close[record->instrument] = record->bar.close_e9;
        }
    }
    look_ahead(tape);
    for (uint64_t i = 0; tape->plan.along_bars && i < tape->end - tape->next; i++) {
        struct lane *lane = &tape->lanes[i];
        while (lane->next < lane->count && lane->ticks[lane->next].ts_ns <= ts_ns) {
            lane->next++;
        }
    }
    find_instant(tape);
}
