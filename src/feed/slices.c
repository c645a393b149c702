/* slices.c: see slices.h.
 *
 * What has come and is not given yet lies in one row of pieces. It is sorted when a slice is made,
 * by time, instrument and order of arrival, so that the pieces of the next slice are its first
 * ones. In the warm-up, thousands of slices are made from it without sorting again. */
#include "feed/slices.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "market/instrument.h"
#include "sys/memory.h"

struct piece {
    int64_t start_ns;
    uint64_t arrival;
    uint32_t instrument;
    bool whole; /* a bar of the run by itself */
    struct event_bar bar;
};

/* The last bar given of an instrument, and whether the next slice has all of it. */
struct known {
    int64_t end_ns;
    int64_t reached_ns; /* the slice that a bar has come to the end of */
    struct event_bar bar;
};

/* An instrument's bar while it is put together. */
struct growing {
    bool there;
    bool whole;
    struct event_bar bar;
};

struct slices {
    struct slices_plan plan;
    struct frame next;
    struct trading_day day; /* of the next slice */
    bool ended;             /* the calendar knows no further slice */
    bool trusts;
    bool sorted;
    uint32_t reached_count; /* instruments of which the next slice has all */
    int64_t settled_ns;
    int64_t past_ns;
    uint64_t ordinal;
    uint64_t arrivals;
    struct piece *pieces; /* those at first..count are held */
    size_t first, count, capacity;
    struct known *known;
    struct growing *growing;
    struct event *bars; /* of the slice given last */
};

static void find_next(struct slices *slices, int64_t end_ns)
{
    slices->ended = !schedule_go_on(&slices->plan.schedule, end_ns, &slices->day, &slices->next);
    if (slices->ended) {
        slices->next = (struct frame){INT64_MAX, INT64_MAX};
    }
}

struct slices *slices_create(const struct slices_plan *plan)
{
    CHECK(plan->instrument_count > 0 && plan->instrument_count <= INSTRUMENTS_MAX);
    CHECK(plan->schedule.bar_ns >= NS_PER_MIN && plan->schedule.bar_ns <= NS_PER_DAY);
    struct slices *slices = xcalloc(1, sizeof *slices);
    slices->plan = *plan;
    slices->ordinal = plan->first_ordinal;
    slices->settled_ns = INT64_MIN;
    slices->past_ns = INT64_MIN;
    slices->known = xcalloc(plan->instrument_count, sizeof *slices->known);
    slices->growing = xcalloc(plan->instrument_count, sizeof *slices->growing);
    slices->bars = xcalloc_aligned(plan->instrument_count * sizeof *slices->bars);
    for (uint32_t i = 0; i < plan->instrument_count; i++) {
        slices->known[i].end_ns = INT64_MIN;
        slices->known[i].reached_ns = INT64_MIN;
    }
    find_next(slices, plan->first_ns);
    return slices;
}

void slices_destroy(struct slices *slices)
{
    if (slices != NULL) {
        free(slices->pieces);
        free(slices->known);
        free(slices->growing);
        free(slices->bars);
        free(slices);
    }
}

int64_t slices_horizon_ns(const struct slices *slices)
{
    return slices->next.end_ns;
}

int64_t slices_start_ns(const struct slices *slices)
{
    return slices->next.start_ns;
}

void slices_settle(struct slices *slices, int64_t end_ns)
{
    slices->settled_ns = end_ns > slices->settled_ns ? end_ns : slices->settled_ns;
}

void slices_set_past(struct slices *slices, int64_t end_ns)
{
    slices->past_ns = end_ns;
}

void slices_trust(struct slices *slices, bool trusts)
{
    slices->trusts = trusts;
}

/* ---- what comes ---- */

static struct piece *add_piece(struct slices *slices)
{
    if (slices->count == slices->capacity && slices->first > slices->count / 2) {
        slices->count -= slices->first;
        memmove(slices->pieces, slices->pieces + slices->first,
                slices->count * sizeof *slices->pieces);
        slices->first = 0;
    }
    if (slices->count == slices->capacity) {
        slices->capacity = 2 * slices->capacity + 64;
        slices->pieces = xrealloc(slices->pieces, slices->capacity * sizeof *slices->pieces);
    }
    slices->sorted = false;
    return &slices->pieces[slices->count++];
}

static bool same_bar(const struct event_bar *a, const struct event_bar *b)
{
    return a->open_e9 == b->open_e9 && a->high_e9 == b->high_e9 && a->low_e9 == b->low_e9 &&
           a->close_e9 == b->close_e9 && a->volume == b->volume;
}

/* A bar of a slice that was given. A part of a longer bar tells nothing about its numbers. */
static enum slices_taken judge_late(const struct slices *slices, uint32_t instrument,
                                    const struct frame *frame, bool whole,
                                    const struct event_bar *bar)
{
    const struct known *known = &slices->known[instrument];
    if (slices->ordinal == slices->plan.first_ordinal || frame->end_ns <= slices->plan.first_ns) {
        return SLICES_OUTSIDE;
    }
    if (known->end_ns < frame->end_ns) {
        return SLICES_LATE;
    }
    bool other = known->end_ns == frame->end_ns && whole && !same_bar(&known->bar, bar);
    return other ? SLICES_CHANGED : SLICES_KNOWN;
}

static void reach(struct slices *slices, uint32_t instrument)
{
    struct known *known = &slices->known[instrument];
    if (known->reached_ns != slices->next.end_ns) {
        known->reached_ns = slices->next.end_ns;
        slices->reached_count++;
    }
}

enum slices_taken slices_bar(struct slices *slices, uint32_t instrument, int64_t start_ns,
                             int64_t length_ns, const struct event_bar *bar)
{
    CHECK(instrument < slices->plan.instrument_count && length_ns > 0);
    struct frame frame = slices->next;
    bool daily = slices->plan.schedule.bar_ns >= NS_PER_DAY;
    bool of_next = !daily && start_ns >= frame.start_ns && start_ns < frame.end_ns;
    if (!of_next && !schedule_at(&slices->plan.schedule, start_ns, &frame)) {
        return SLICES_OUTSIDE;
    }
    bool whole =
        daily || (start_ns == frame.start_ns && length_ns >= frame.end_ns - frame.start_ns);
    if (frame.end_ns < slices->next.end_ns) {
        return judge_late(slices, instrument, &frame, whole, bar);
    }
    if (frame.end_ns == slices->next.end_ns && (daily || start_ns + length_ns >= frame.end_ns)) {
        reach(slices, instrument);
    }
    *add_piece(slices) = (struct piece){
        .start_ns = daily ? frame.start_ns : start_ns,
        .arrival = slices->arrivals++,
        .instrument = instrument,
        .whole = whole,
        .bar = *bar,
    };
    return SLICES_TAKEN;
}

/* ---- what is given ---- */

static int by_time(const void *left, const void *right)
{
    const struct piece *a = left;
    const struct piece *b = right;
    if (a->start_ns != b->start_ns) {
        return a->start_ns < b->start_ns ? -1 : 1;
    }
    if (a->instrument != b->instrument) {
        return a->instrument < b->instrument ? -1 : 1;
    }
    if (a->whole != b->whole) {
        return a->whole ? 1 : -1;
    }
    return a->arrival < b->arrival ? -1 : a->arrival > b->arrival;
}

static void sort(struct slices *slices)
{
    if (!slices->sorted && slices->count > slices->first) {
        qsort(slices->pieces + slices->first, slices->count - slices->first, sizeof *slices->pieces,
              by_time);
    }
    slices->sorted = true;
}

/* Whether the next piece tells the same again, newer. */
static bool is_replaced(const struct slices *slices, size_t at)
{
    const struct piece *piece = &slices->pieces[at];
    const struct piece *next = piece + 1;
    return at + 1 < slices->count && piece->start_ns == next->start_ns &&
           piece->instrument == next->instrument && piece->whole == next->whole;
}

static void grow(struct growing *growing, const struct piece *piece)
{
    struct event_bar *bar = &growing->bar;
    if (growing->whole && !piece->whole) {
        return;
    }
    if (!growing->there || piece->whole) {
        *growing = (struct growing){true, piece->whole, piece->bar};
        return;
    }
    bar->high_e9 = piece->bar.high_e9 > bar->high_e9 ? piece->bar.high_e9 : bar->high_e9;
    bar->low_e9 = piece->bar.low_e9 < bar->low_e9 ? piece->bar.low_e9 : bar->low_e9;
    bar->close_e9 = piece->bar.close_e9;
    bar->volume += piece->bar.volume;
}

/* The bars of the next slice; their pieces are used up. */
static uint32_t make_bars(struct slices *slices)
{
    const struct frame *frame = &slices->next;
    uint32_t count = 0;
    sort(slices);
    memset(slices->growing, 0, slices->plan.instrument_count * sizeof *slices->growing);
    for (; slices->first < slices->count; slices->first++) {
        const struct piece *piece = &slices->pieces[slices->first];
        if (piece->start_ns >= frame->end_ns) {
            break;
        }
        if (!is_replaced(slices, slices->first)) {
            grow(&slices->growing[piece->instrument], piece);
        }
    }
    for (uint32_t i = 0; i < slices->plan.instrument_count; i++) {
        if (slices->growing[i].there) {
            slices->bars[count++] = (struct event){.ts_ns = frame->end_ns,
                                                   .src_ns = frame->start_ns,
                                                   .kind = EVENT_BAR,
                                                   .version = 1,
                                                   .slots = 1,
                                                   .instrument = i,
                                                   .bar = slices->growing[i].bar};
            slices->known[i].end_ns = frame->end_ns;
            slices->known[i].bar = slices->growing[i].bar;
        }
    }
    return count;
}

/* Counts anew which instruments have all of the next slice. */
static void count_reached(struct slices *slices)
{
    slices->reached_count = 0;
    sort(slices);
    for (size_t i = slices->first; i < slices->count; i++) {
        const struct piece *piece = &slices->pieces[i];
        if (piece->start_ns >= slices->next.end_ns) {
            break;
        }
        /* Short pieces are a minute long. */
        if (piece->whole || piece->start_ns + NS_PER_MIN >= slices->next.end_ns) {
            reach(slices, piece->instrument);
        }
    }
}

static bool is_whole(const struct slices *slices)
{
    return !slices->ended &&
           (slices->next.end_ns <= slices->settled_ns ||
            (slices->trusts && slices->reached_count == slices->plan.instrument_count));
}

bool slices_next(struct slices *slices, struct slice *slice)
{
    while (is_whole(slices)) {
        int64_t end_ns = slices->next.end_ns;
        bool past = end_ns <= slices->past_ns;
        uint32_t count = make_bars(slices);
        find_next(slices, end_ns);
        count_reached(slices);
        if (count == 0 && past) {
            continue;
        }
        *slice = (struct slice){
            .bars = slices->bars,
            .count = count,
            .expected = slices->plan.instrument_count,
            .ts_ns = end_ns,
            .ordinal = slices->ordinal++,
            .past = past,
        };
        return true;
    }
    return false;
}
