/* slices.c: see slices.h.
 *
 * What has come and is not given yet lies in three rows of pieces: `ahead` is of the slices to
 * come; `held` of instruments that are behind; `past` is what was missing of those that have caught
 * up, while it is given. A row is sorted when a slice is made of it, by time, instrument and order
 * of arrival, so that the pieces of its next slice are its first ones. In the warm-up, thousands of
 * slices are made without sorting again. */
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

/* Pieces at first..count. */
struct row {
    struct piece *pieces;
    size_t first, count, capacity;
    bool sorted;
};

/* What is known of an instrument. */
struct lane {
    int64_t start_ns;       /* nothing that ends at or before it is given */
    int64_t settled_ns;     /* everything up to it has come */
    int64_t known_ns;       /* end of the last bar that was given, or is on its way in `past` ... */
    struct event_bar known; /* ... and what was given last */
    bool behind;
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
    int64_t given_ns;       /* up to here slices were given, or left out */
    int64_t due_ns;         /* see slices_pass() */
    int64_t limit_ns;
    int64_t past_ns;
    uint64_t ordinal;
    uint64_t arrivals;
    uint32_t behind_count;
    struct row ahead, held, past;
    struct lane *lanes;
    struct growing *growing;
    struct event *events; /* of the slice given last: prices, then bars */
};

static void find_next(struct slices *slices, int64_t end_ns)
{
    slices->given_ns = end_ns;
    slices->ended = !schedule_go_on(&slices->plan.schedule, end_ns, &slices->day, &slices->next);
    if (slices->ended) {
        slices->next = (struct frame){INT64_MAX, INT64_MAX};
    }
}

static void fall_behind(struct slices *slices, struct lane *lane)
{
    slices->behind_count += !lane->behind;
    lane->behind = true;
}

struct slices *slices_create(const struct slices_plan *plan)
{
    uint32_t count = plan->instrument_count;
    CHECK(count > 0 && count <= INSTRUMENTS_MAX);
    CHECK(plan->schedule.bar_ns >= NS_PER_MIN && plan->schedule.bar_ns <= NS_PER_DAY);
    struct slices *slices = xcalloc(1, sizeof *slices);
    slices->plan = *plan;
    slices->plan.have_ns = NULL;
    slices->ordinal = plan->first_ordinal;
    slices->due_ns = INT64_MIN;
    slices->limit_ns = INT64_MIN;
    slices->past_ns = INT64_MIN;
    slices->lanes = xcalloc(count, sizeof *slices->lanes);
    slices->growing = xcalloc(count, sizeof *slices->growing);
    slices->events = xcalloc_aligned(2 * (size_t)count * sizeof *slices->events);
    for (uint32_t i = 0; i < count; i++) {
        struct lane *lane = &slices->lanes[i];
        bool earlier = plan->have_ns != NULL && plan->have_ns[i] < plan->first_ns;
        *lane = (struct lane){.start_ns = earlier ? plan->have_ns[i] : plan->first_ns,
                              .settled_ns = INT64_MIN,
                              .known_ns = INT64_MIN};
        if (earlier) {
            fall_behind(slices, lane);
        }
    }
    find_next(slices, plan->first_ns);
    return slices;
}

void slices_destroy(struct slices *slices)
{
    if (slices != NULL) {
        free(slices->ahead.pieces);
        free(slices->held.pieces);
        free(slices->past.pieces);
        free(slices->lanes);
        free(slices->growing);
        free(slices->events);
        free(slices);
    }
}

int64_t slices_horizon_ns(const struct slices *slices)
{
    return slices->next.end_ns;
}

void slices_settle(struct slices *slices, uint32_t instrument, int64_t end_ns)
{
    struct lane *lane = &slices->lanes[instrument];
    lane->settled_ns = end_ns > lane->settled_ns ? end_ns : lane->settled_ns;
}

void slices_pass(struct slices *slices, int64_t due_ns, int64_t limit_ns)
{
    slices->due_ns = due_ns;
    slices->limit_ns = limit_ns;
}

void slices_set_past(struct slices *slices, int64_t end_ns)
{
    slices->past_ns = end_ns;
}

/* Everything up to the last slice is there. */
static bool is_ready(const struct slices *slices, const struct lane *lane)
{
    return lane->behind && lane->settled_ns >= slices->given_ns;
}

uint32_t slices_behind(const struct slices *slices)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < slices->plan.instrument_count && slices->behind_count > 0; i++) {
        const struct lane *lane = &slices->lanes[i];
        count += lane->behind && !is_ready(slices, lane);
    }
    return count;
}

bool slices_has_caught_up(const struct slices *slices)
{
    return slices->behind_count == 0 && slices->past.first == slices->past.count;
}

size_t slices_held(const struct slices *slices)
{
    return slices->held.count;
}

/* ---- what comes ---- */

static void add_piece(struct row *row, const struct piece *piece)
{
    if (row->count == row->capacity && row->first > row->count / 2) {
        row->count -= row->first;
        memmove(row->pieces, row->pieces + row->first, row->count * sizeof *row->pieces);
        row->first = 0;
    }
    if (row->count == row->capacity) {
        row->capacity = 2 * row->capacity + 64;
        row->pieces = xrealloc(row->pieces, row->capacity * sizeof *row->pieces);
    }
    row->sorted = false;
    row->pieces[row->count++] = *piece;
}

static bool same_bar(const struct event_bar *a, const struct event_bar *b)
{
    return a->open_e9 == b->open_e9 && a->high_e9 == b->high_e9 && a->low_e9 == b->low_e9 &&
           a->close_e9 == b->close_e9 && a->volume == b->volume;
}

/* A bar of a slice that was given. A part of a longer bar tells nothing about its numbers, and is
 * missing only where its instrument is known to be behind. */
static enum slices_taken judge_late(const struct lane *lane, const struct frame *frame, bool whole,
                                    const struct event_bar *bar)
{
    if (frame->end_ns <= lane->start_ns) {
        return SLICES_OUTSIDE;
    }
    if (frame->end_ns > lane->known_ns) {
        return whole || lane->behind ? SLICES_MISSING : SLICES_LATE;
    }
    if (lane->known_ns > frame->end_ns) {
        return SLICES_KNOWN;
    }
    return whole && !same_bar(&lane->known, bar) ? SLICES_CHANGED : SLICES_KNOWN;
}

enum slices_taken slices_bar(struct slices *slices, uint32_t instrument, int64_t start_ns,
                             int64_t length_ns, const struct event_bar *bar)
{
    CHECK(instrument < slices->plan.instrument_count && length_ns > 0);
    struct lane *lane = &slices->lanes[instrument];
    struct frame frame = slices->next;
    bool daily = slices->plan.schedule.bar_ns >= NS_PER_DAY;
    bool of_next = !daily && start_ns >= frame.start_ns && start_ns < frame.end_ns;
    if (!of_next && !schedule_at(&slices->plan.schedule, start_ns, &frame)) {
        return SLICES_OUTSIDE;
    }
    const struct piece piece = {
        .start_ns = daily ? frame.start_ns : start_ns,
        .arrival = slices->arrivals++,
        .instrument = instrument,
        .whole =
            daily || (start_ns == frame.start_ns && length_ns >= frame.end_ns - frame.start_ns),
        .bar = *bar,
    };
    if (frame.end_ns >= slices->next.end_ns) {
        add_piece(&slices->ahead, &piece);
        return SLICES_TAKEN;
    }
    enum slices_taken taken = judge_late(lane, &frame, piece.whole, bar);
    if (taken == SLICES_MISSING) {
        fall_behind(slices, lane);
        add_piece(&slices->held, &piece);
    }
    return taken;
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

static void sort(struct row *row)
{
    if (!row->sorted && row->count > row->first) {
        qsort(row->pieces + row->first, row->count - row->first, sizeof *row->pieces, by_time);
    }
    row->sorted = true;
}

/* Whether the next piece tells the same again, newer. */
static bool is_replaced(const struct row *row, size_t at)
{
    const struct piece *piece = &row->pieces[at];
    const struct piece *next = piece + 1;
    return at + 1 < row->count && piece->start_ns == next->start_ns &&
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

/* Puts the pieces of that frame together; they are used up, or kept back. */
static void grow_frame(struct slices *slices, struct row *row, const struct frame *frame)
{
    sort(row);
    memset(slices->growing, 0, slices->plan.instrument_count * sizeof *slices->growing);
    for (; row->first < row->count; row->first++) {
        const struct piece *piece = &row->pieces[row->first];
        if (piece->start_ns >= frame->end_ns) {
            break;
        }
        if (row == &slices->ahead && slices->lanes[piece->instrument].behind) {
            add_piece(&slices->held, piece);
        }
        if (!is_replaced(row, row->first)) {
            grow(&slices->growing[piece->instrument], piece);
        }
    }
}

static struct event make_event(uint8_t kind, const struct frame *frame, uint32_t instrument)
{
    return (struct event){.ts_ns = frame->end_ns,
                          .src_ns = frame->start_ns,
                          .kind = kind,
                          .version = 1,
                          .slots = 1,
                          .instrument = instrument};
}

/* What is worth of an instrument that is behind: nobody computes with the bar itself yet. */
static uint32_t make_prices(struct slices *slices, const struct frame *frame)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < slices->plan.instrument_count && slices->behind_count > 0; i++) {
        if (slices->growing[i].there && slices->lanes[i].behind) {
            struct event *event = &slices->events[count++];
            *event = make_event(EVENT_LAST_PRICE, frame, i);
            event->last_price.price_e9 = slices->growing[i].bar.close_e9;
        }
    }
    return count;
}

static uint32_t make_bars(struct slices *slices, const struct frame *frame, struct event *bars,
                          bool late)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < slices->plan.instrument_count; i++) {
        struct lane *lane = &slices->lanes[i];
        if (!slices->growing[i].there || (lane->behind && !late)) {
            continue;
        }
        bars[count] = make_event(EVENT_BAR, frame, i);
        bars[count++].bar = slices->growing[i].bar;
        lane->known = slices->growing[i].bar;
        lane->known_ns = frame->end_ns > lane->known_ns ? frame->end_ns : lane->known_ns;
    }
    return count;
}

/* ---- what was missing ---- */

/* Whoever has everything is behind no more: its bars are on their way. */
static void catch_up(struct slices *slices)
{
    struct row *held = &slices->held;
    size_t kept = 0;
    for (size_t i = 0; i < held->count; i++) {
        const struct piece *piece = &held->pieces[i];
        struct lane *lane = &slices->lanes[piece->instrument];
        struct frame frame;
        if (!is_ready(slices, lane)) {
            held->pieces[kept++] = *piece;
        } else if (schedule_at(&slices->plan.schedule, piece->start_ns, &frame)) {
            add_piece(&slices->past, piece);
            lane->known_ns = frame.end_ns > lane->known_ns ? frame.end_ns : lane->known_ns;
        }
    }
    held->count = kept;
    for (uint32_t i = 0; i < slices->plan.instrument_count; i++) {
        if (is_ready(slices, &slices->lanes[i])) {
            slices->lanes[i].behind = false;
            slices->behind_count--;
        }
    }
}

static bool give_missing(struct slices *slices, struct slice *slice)
{
    struct row *past = &slices->past;
    struct frame frame;
    if (past->first == past->count && slices->behind_count > 0) {
        catch_up(slices);
    }
    if (past->first == past->count) {
        return false;
    }
    sort(past);
    bool found = schedule_at(&slices->plan.schedule, past->pieces[past->first].start_ns, &frame);
    CHECK(found); /* it was taken */
    grow_frame(slices, past, &frame);
    *slice = (struct slice){
        .bars = slices->events,
        .count = make_bars(slices, &frame, slices->events, true),
        .expected = slices->plan.instrument_count,
        .ts_ns = frame.end_ns,
        .ordinal = slices->ordinal++,
        .past = true,
    };
    return true;
}

/* ---- what is next ---- */

static bool is_whole(const struct slices *slices)
{
    int64_t end_ns = slices->next.end_ns;
    bool whole = !slices->ended;
    for (uint32_t i = 0; i < slices->plan.instrument_count && whole; i++) {
        const struct lane *lane = &slices->lanes[i];
        whole = lane->settled_ns >= end_ns || end_ns <= slices->limit_ns ||
                (lane->behind && end_ns <= slices->due_ns);
    }
    return whole;
}

static void leave_behind(struct slices *slices)
{
    for (uint32_t i = 0; i < slices->plan.instrument_count; i++) {
        if (slices->lanes[i].settled_ns < slices->next.end_ns) {
            fall_behind(slices, &slices->lanes[i]);
        }
    }
}

bool slices_next(struct slices *slices, struct slice *slice)
{
    if (give_missing(slices, slice)) {
        return true;
    }
    while (is_whole(slices)) {
        const struct frame frame = slices->next;
        bool past = frame.end_ns <= slices->past_ns;
        leave_behind(slices);
        grow_frame(slices, &slices->ahead, &frame);
        uint32_t prices = past ? 0 : make_prices(slices, &frame);
        struct event *bars = slices->events + prices;
        uint32_t count = make_bars(slices, &frame, bars, false);
        find_next(slices, frame.end_ns);
        if (count == 0 && past) {
            continue;
        }
        *slice = (struct slice){
            .bars = bars,
            .count = count,
            .expected = slices->plan.instrument_count,
            .ts_ns = frame.end_ns,
            .ordinal = slices->ordinal++,
            .tick_count = prices,
            .past = past,
        };
        return true;
    }
    return false;
}
