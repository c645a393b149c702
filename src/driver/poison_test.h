/* poison_test.h: nothing that happens after a bar changes what was decided up to it.
 *
 * A run over some data, and a run over the same data with every bar after a moment replaced by
 * other valid prices: all that the log holds up to that moment's SLICE record is the same, the
 * decision hash, which takes in every series that a strategy declared, included. Reports of the
 * next bar may bear the same time; they stand behind it. */
#ifndef DRIVER_POISON_TEST_H
#define DRIVER_POISON_TEST_H

#include "base/money.h"
#include "data/bars_check.h"
#include "driver/driver_test.h"

/* ---- other futures ---- */

/* The bar turned upside down around a price: up becomes down. */
static inline void mirror(struct event_bar *bar, int64_t around_e9)
{
    int64_t high_e9 = bar->high_e9;
    bar->open_e9 = 2 * around_e9 - bar->open_e9;
    bar->high_e9 = 2 * around_e9 - bar->low_e9;
    bar->low_e9 = 2 * around_e9 - high_e9;
    bar->close_e9 = 2 * around_e9 - bar->close_e9;
}

static inline void jump(struct event_bar *bar, int64_t around_e9)
{
    (void)around_e9;
    bar->open_e9 *= 3;
    bar->high_e9 *= 3;
    bar->low_e9 *= 3;
    bar->close_e9 *= 3;
    bar->volume = 1;
}

static inline void flatten(struct event_bar *bar, int64_t around_e9)
{
    *bar = (struct event_bar){around_e9, around_e9, around_e9, around_e9, 0};
}

typedef void poison(struct event_bar *bar, int64_t around_e9);

static const struct {
    const char *what;
    poison *change;
} poisons[] = {
    {"mirrored", mirror },
    {"tripled",  jump   },
    {"flat",     flatten},
};

/* Every bar that ends after the slice of that ordinal is changed, around its symbol's last close.
 */
static inline struct event *poisoned(const struct bars *bars, uint64_t slice, poison *change)
{
    struct event *records = xcalloc_aligned(bars->count * sizeof *records);
    memcpy(records, bars->records, bars->count * sizeof *records);
    uint32_t symbols = bars->instrument_count;
    for (uint64_t i = (slice + 1) * symbols; i < bars->count; i++) {
        change(&records[i].bar, records[slice * symbols + i % symbols].bar.close_e9);
        cr_assert_null(event_bar_fault(&records[i].bar), "a poisoned bar must be a valid one");
    }
    return records;
}

/* What the run at hand is given, and how often its strategy was asked: for one that looks ahead. */
static const struct bars *poison_data;
static uint64_t poison_asked;

/* ---- the procedure ---- */

/* A log of one segment; `rm` would take longer than the run. */
static inline void remove_log(const char *dir)
{
    char *segment = xasprintf("%s/000001.bwlog", dir);
    char *lock = xasprintf("%s/lock", dir);
    cr_assert(unlink(segment) == 0 && unlink(lock) == 0 && rmdir(dir) == 0);
    free(segment);
    free(lock);
}

/* The decisions, orders and slice records of a run, all slots of them. */
static inline struct records decided_on(const struct stage *stage, const struct event *bar_records,
                                        const char *dir)
{
    struct stage other = *stage;
    other.bars.records = bar_records;
    poison_data = &other.bars;
    poison_asked = 0;
    struct run run;
    run_whole(
        &other,
        &(struct run_options){.log_dir = dir, .market_log = MARKET_LOG_REF, .every_slice = true},
        &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    run_finish(&run);
    struct records all = records_read(dir);
    struct records kept = {0};
    for (size_t at = 0; at < all.count; at += record_at(&all, at)->slots) {
        uint8_t kind = record_at(&all, at)->kind;
        if (kind == EVENT_DECISION || kind == EVENT_ORDER || kind == EVENT_SLICE) {
            records_add(&kept, record_at(&all, at));
        }
    }
    records_finish(&all);
    remove_log(dir);
    return kept;
}

/* Slots of the records up to and including the last SLICE at or before that moment. */
static inline size_t slots_until(const struct records *records, int64_t ts_ns)
{
    size_t slots = 0;
    for (size_t at = 0; at < records->count; at += record_at(records, at)->slots) {
        const struct event *record = record_at(records, at);
        if (record->kind == EVENT_SLICE && record->ts_ns <= ts_ns) {
            slots = at + record->slots;
        }
    }
    return slots;
}

static inline bool same_until(const struct records *a, const struct records *b, int64_t ts_ns)
{
    size_t slots = slots_until(a, ts_ns);
    return slots == slots_until(b, ts_ns) && memcmp(a->slots, b->slots, slots * EVENT_SIZE) == 0;
}

/* Whether anything decided up to and including the slice depends on what comes after it. */
static inline bool sees_the_future(const struct stage *stage, const struct records *clean,
                                   uint64_t slice, poison *change)
{
    char *dir = xasprintf("%s/log", stage->folder);
    int64_t ts_ns = stage->bars.records[slice * stage->bars.instrument_count].ts_ns;
    struct event *changed = poisoned(&stage->bars, slice, change);
    struct records dirty = decided_on(stage, changed, dir);
    cr_assert_gt(slots_until(clean, ts_ns), 0);
    bool sees = !same_until(clean, &dirty, ts_ns);
    if (slice + 200 < stage->bars.slice_count) { /* longer than any frame but the day */
        cr_assert_not(same_until(clean, &dirty, INT64_MAX), "the poison had no effect at all");
    }
    records_finish(&dirty);
    free(changed);
    free(dir);
    return sees;
}

enum { MOMENT_SLICES = 3000 };

/* Of so many slices; longer runs are looked at in the same places. */
static const uint64_t moments[] = {0, 1, 29, 30, 31, 99, 500, 1499, 1500, 1501, 2222, 2990, 2998};

static inline size_t leaks_at(const struct stage *stage, const struct records *clean,
                              uint64_t slice)
{
    size_t found = 0;
    for (size_t k = 0; k < sizeof poisons / sizeof poisons[0]; k++) {
        found += sees_the_future(stage, clean, slice, poisons[k].change) ? 1 : 0;
    }
    return found;
}

/* In how many of all futures and every n-th of the moments the strategy sees the future. */
static inline size_t leaks_found(const struct stage *stage, size_t every)
{
    char *dir = xasprintf("%s/log", stage->folder);
    struct records clean = decided_on(stage, stage->bars.records, dir);
    size_t found = 0;
    for (size_t i = every - 1; i < sizeof moments / sizeof moments[0]; i += every) {
        found += leaks_at(stage, &clean, moments[i] * stage->bars.slice_count / MOMENT_SLICES);
    }
    records_finish(&clean);
    free(dir);
    return found;
}

/* An entry, or what the Closer asks for by a rule of its own. */
static inline bool is_asked(const struct event *record, bool exits)
{
    return record->kind == EVENT_ORDER &&
           (exits ? record->flags >> 4 > EXIT_CAUSE_SIGNAL
                  : order_id_role(record->order.order_id) == ORDER_ROLE_ENTRY);
}

/* The same at moments in which exits or entries were asked for, about so many of all: who peeks
 * only there would not be seen elsewhere. */
static inline size_t leaks_found_at_orders(const struct stage *stage, bool exits,
                                           size_t moments_max)
{
    char *dir = xasprintf("%s/log", stage->folder);
    struct records clean = decided_on(stage, stage->bars.records, dir);
    uint64_t *slices = xcalloc(clean.count + 1, sizeof *slices);
    size_t count = 0;
    uint64_t slice = 0;
    bool asked = false;
    for (size_t at = 0; at < clean.count; at += record_at(&clean, at)->slots) {
        const struct event *record = record_at(&clean, at);
        asked = asked || is_asked(record, exits);
        if (record->kind == EVENT_SLICE) {
            slices[count] = slice;
            count += asked ? 1 : 0;
            slice++;
            asked = false;
        }
    }
    cr_assert_eq(slice, stage->bars.slice_count);
    size_t found = 0;
    for (size_t i = 0; i < count; i += 1 + count / moments_max) {
        found += leaks_at(stage, &clean, slices[i]);
    }
    free(slices);
    records_finish(&clean);
    free(dir);
    return found;
}

/* ---- data of other frames ---- */

/* The same bars, each so long. */
static inline void retime(struct stage *stage, int64_t bar_ns)
{
    struct event *records = stage->bars.memory;
    cr_assert_eq(records, stage->bars.records);
    int64_t first_ns = records[0].src_ns;
    for (uint64_t i = 0; i < stage->bars.count; i++) {
        records[i].src_ns = first_ns + (records[i].src_ns - first_ns) / NS_PER_MIN * bar_ns;
        records[i].ts_ns = records[i].src_ns + bar_ns;
    }
    stage->bars.bar_ns = bar_ns;
    stage->config.bar_ns = bar_ns;
}

static inline size_t decisions_of(const struct stage *stage)
{
    char *dir = xasprintf("%s/log", stage->folder);
    struct records records = decided_on(stage, stage->bars.records, dir);
    size_t count = 0;
    for (size_t at = 0; at < records.count; at += record_at(&records, at)->slots) {
        count += record_at(&records, at)->kind == EVENT_DECISION ? 1 : 0;
    }
    records_finish(&records);
    free(dir);
    return count;
}

#endif
