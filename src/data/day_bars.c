/* day_bars.c: see day_bars.h.
 *
 * The date of a bar is that of its start in UTC: right for a start at midnight in UTC or in New
 * York, and at the open. */
#include "data/day_bars.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/utc.h"
#include "data/bars_sort.h"
#include "sys/memory.h"

static bool session_of(int64_t date, enum calendar_id calendar, struct trading_day *day)
{
    return calendar_day_after(calendar, date * NS_PER_DAY, day) && day->date == date;
}

/* Bars of one date stand together, so the last answer is nearly always the next one. */
static void set_sessions(struct event *records, uint64_t count, enum calendar_id calendar)
{
    struct trading_day day = {0};
    int64_t date = INT64_MIN;
    bool found = false;
    for (uint64_t i = 0; i < count; i++) {
        struct event *bar = &records[i];
        if (bar->kind != EVENT_BAR) {
            continue;
        }
        if (utc_day_of(bar->src_ns) != date) {
            date = utc_day_of(bar->src_ns);
            found = session_of(date, calendar, &day);
        }
        if (found) {
            bar->src_ns = day.open_ns;
            bar->ts_ns = day.close_ns;
        }
    }
}

static bool stands_before(const struct event *a, const struct event *b)
{
    return a->ts_ns < b->ts_ns || (a->ts_ns == b->ts_ns && bars_rank(a) < bars_rank(b));
}

static bool in_order(const struct event *records, uint64_t count)
{
    for (uint64_t i = 1; i < count; i++) {
        if (!stands_before(&records[i - 1], &records[i])) {
            return false;
        }
    }
    return true;
}

/* The slices of sorted records, or 0 with the place of the second of two bars that are one. */
static uint64_t count_slices(const struct event *records, uint64_t count, uint64_t *twice)
{
    uint64_t slices = count > 0 ? 1 : 0;
    for (uint64_t i = 1; i < count; i++) {
        if (records[i - 1].ts_ns != records[i].ts_ns) {
            slices++;
        } else if (records[i].kind == EVENT_BAR &&
                   bars_rank(&records[i - 1]) == bars_rank(&records[i])) {
            *twice = i;
            return 0;
        }
    }
    return slices;
}

static enum err refuse_twice(const struct bars *bars, const struct event *bar,
                             struct problem *problem)
{
    char time[UTC_TEXT_SIZE];
    (void)utc_format(bar->src_ns, time);
    return problem_set(problem, ERR_FORMAT,
                       "the data holds two daily bars of %s for the session that opens at %s; give "
                       "each symbol one bar a day",
                       bars->instruments[bar->instrument].symbol, time);
}

/* The records become the data set's; what held the old ones is given back. */
static void replace_records(struct bars *bars, struct event *records, uint64_t slices)
{
    free(bars->memory);
    if (bars->mapping != NULL) {
        if (bars->instrument_memory == NULL) { /* the names lie in the mapping as well */
            struct instrument *names = xcalloc(bars->instrument_count, sizeof *names);
            memcpy(names, bars->instruments, bars->instrument_count * sizeof *names);
            bars->instrument_memory = names;
            bars->instruments = names;
        }
        (void)munmap(bars->mapping, bars->mapping_size); /* a mapping of ours */
        bars->mapping = NULL;
    }
    bars->memory = records;
    bars->records = records;
    bars->slice_count = slices;
}

enum err bars_take_sessions(struct bars *bars, enum calendar_id calendar, struct problem *problem)
{
    if (calendar == CALENDAR_ALWAYS || bars->bar_ns != NS_PER_DAY || bars->count == 0) {
        return ERR_OK;
    }
    struct event *records = xcalloc_aligned(bars->count * sizeof *records);
    memcpy(records, bars->records, bars->count * sizeof *records);
    set_sessions(records, bars->count, calendar);
    if (!in_order(records, bars->count)) {
        struct event *sorted = bars_sorted(records, bars->count);
        free(records);
        records = sorted;
    }
    uint64_t twice = 0;
    uint64_t slices = count_slices(records, bars->count, &twice);
    if (slices == 0) {
        enum err err = refuse_twice(bars, &records[twice], problem);
        free(records);
        return err;
    }
    replace_records(bars, records, slices);
    return ERR_OK;
}
