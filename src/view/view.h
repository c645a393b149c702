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
#include "base/err.h"
#include "market/event.h"
#include "signal/sma.h"

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

/* One instrument's part of the view. */
struct view_instrument {
    uint64_t bars;    /* finished bars since the start */
    int64_t close_e9; /* of the last one, 0 before the first */
    int64_t *closes;  /* ring of the last closes */
    struct sma *smas; /* [series_count] */
};

/* Read it through the functions below, which cost nothing: strategies ask them for every bar. */
struct view {
    uint32_t instrument_count;
    uint32_t series_count;
    uint32_t ring_mask; /* size of a ring, a power of two, less one */
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

/* The series' state; sma_ready() tells whether its window is full. */
static inline const struct sma *view_sma(const struct view *view, uint32_t instrument, series_id id)
{
    return &view->instruments[instrument].smas[id];
}

#endif
