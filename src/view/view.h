/* view.h: what is known of the market: finished bars and the series computed from them.
 *
 * The view is a function of market data alone. It knows no account, so several engines may read one
 * view. Series are declared before the first bar; each distinct one is computed once. There is no
 * way to ask for a bar that is not finished. */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/err.h"
#include "market/event.h"

#define SERIES_MAX        256
#define SERIES_WINDOW_MAX 1000 /* with PRICE_E9_MAX a window's sum fits an int64 */

typedef uint16_t series_id;

enum series_kind {
    SERIES_SMA = 1, /* mean of the last `window` closes */
};

struct series_def {
    enum series_kind kind;
    uint32_t window;
};

/* What a series is at a bar. */
union series_value {
    int64_t sum_e9; /* SMA: the sum of the last `window` closes */
    uint64_t bits;  /* any kind, as it enters the decision hash */
};

/* A series at the last finished bar; series_before() tells it at the bar before. */
struct series {
    union series_value now;
    uint64_t window;
    const struct view_instrument *row;
};

/* One instrument's part of the view. */
struct view_instrument {
    uint64_t bars;       /* finished bars since the start */
    int64_t close_e9;    /* of the last one, 0 before the first */
    uint64_t total_e9;   /* of all closes so far, mod 2^64 */
    uint64_t *totals_e9; /* ring of the last totals */
    uint64_t mask;       /* size of the ring, a power of two, less one */
    struct series *series;
    struct series *series_end;
};

/* Read it through the functions below, which cost nothing: strategies ask them for every bar. */
struct view {
    uint32_t instrument_count;
    struct view_instrument *instruments;
};

/* The capacity of a view: known before the first bar. */
struct view_plan {
    uint32_t instrument_count;
    uint32_t series_count;
    struct series_def series[SERIES_MAX];
};

/* Adds a series to the plan, or finds the equal one that is there. ERR_FULL past SERIES_MAX,
 * ERR_RANGE for a window outside 1..SERIES_WINDOW_MAX. */
enum err view_plan_declare(struct view_plan *plan, struct series_def def, series_id *id);

/* Carves a view from the arena. Returns NULL only when the arena measures. */
struct view *view_init(struct arena *arena, const struct view_plan *plan);

/* The instrument's part, for view_take_bar(). */
static inline struct view_instrument *view_row(const struct view *view, uint32_t instrument)
{
    CHECK(instrument < view->instrument_count);
    return &view->instruments[instrument];
}

/* Takes the instrument's next bar. */
static inline void view_take_bar(struct view_instrument *row, const struct event *bar)
{
    const int64_t close_e9 = bar->bar.close_e9;
    const uint64_t total_e9 = row->total_e9 + (uint64_t)close_e9;
    const uint64_t at = row->bars;
    const uint64_t mask = row->mask;
    uint64_t *const totals_e9 = row->totals_e9;
    const struct series *const end = row->series_end;
    struct series *series = row->series;
    row->close_e9 = close_e9;
    row->total_e9 = total_e9;
    row->bars = at + 1;
    totals_e9[at & mask] = total_e9;
    for (; series < end; series++) {
        series->now.bits = total_e9 - totals_e9[(at - series->window) & mask];
    }
}

/* Takes all bars of one instant. */
void view_on_slice(struct view *view, const struct slice *slice);

/* Finished bars of the instrument since the start. */
static inline uint64_t view_bars(const struct view *view, uint32_t instrument)
{
    return view->instruments[instrument].bars;
}

/* Close of the last finished bar, 0 before the first. */
static inline int64_t view_close_e9(const struct view *view, uint32_t instrument)
{
    return view->instruments[instrument].close_e9;
}

/* The series; its window is full once `bars` has reached it, and so was that of the bar before once
 * `bars` is above it. */
static inline const struct series *view_series(const struct view *view, uint32_t instrument,
                                               series_id id)
{
    return &view->instruments[instrument].series[id];
}

/* What the series was at the bar before the last one. */
static inline union series_value series_before(const struct series *series)
{
    const struct view_instrument *row = series->row;
    uint64_t total_e9 = row->total_e9 - (uint64_t)row->close_e9;
    uint64_t leaving = row->bars - 2 - series->window;
    return (union series_value){.bits = total_e9 - row->totals_e9[leaving & row->mask]};
}

#endif
