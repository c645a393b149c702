/* view.c: finished bars and the series computed from them.
 *
 * One ring of closes per instrument serves all of its series: its size is the smallest power of two
 * that holds the longest window, so the value leaving a window is read before it is overwritten. */
#include "view/view.h"

#include "base/check.h"
#include "base/money.h"

struct view_instrument {
    uint64_t bars;
    int64_t close_e9;
};

struct view {
    uint32_t instrument_count;
    uint32_t series_count;
    uint32_t ring_size; /* power of two */
    uint32_t updated_count;
    bool slice_closed; /* the next bar begins a new slice */
    struct view_instrument *instruments;
    int64_t *closes;   /* [instrument][ring_size] */
    struct sma *smas;  /* [instrument][series_count] */
    uint32_t *updated; /* instruments of the slice that is gathering or was closed last */
};

enum err view_plan_declare(struct view_plan *plan, struct series_def def, series_id *id)
{
    if (def.window < 1 || def.window > SERIES_WINDOW_MAX) {
        return ERR_RANGE;
    }
    for (uint32_t i = 0; i < plan->series_count; i++) {
        if (plan->series[i].kind == def.kind && plan->series[i].window == def.window) {
            *id = (series_id)i;
            return ERR_OK;
        }
    }
    if (plan->series_count == SERIES_MAX) {
        return ERR_FULL;
    }
    plan->series[plan->series_count] = def;
    *id = (series_id)plan->series_count++;
    return ERR_OK;
}

static uint32_t ring_size_for(const struct view_plan *plan)
{
    uint32_t size = 1;
    for (uint32_t i = 0; i < plan->series_count; i++) {
        while (size < plan->series[i].window) {
            size *= 2;
        }
    }
    return size;
}

struct view *view_init(struct arena *arena, const struct view_plan *plan)
{
    size_t instruments = plan->instrument_count;
    uint32_t ring_size = ring_size_for(plan);
    struct view *view = arena_take(arena, 1, sizeof *view);
    struct view_instrument *rows = arena_take(arena, instruments, sizeof *rows);
    int64_t *closes = arena_take(arena, instruments * ring_size, sizeof *closes);
    struct sma *smas = arena_take(arena, instruments * plan->series_count, sizeof *smas);
    uint32_t *updated = arena_take(arena, instruments, sizeof *updated);
    if (view == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < instruments * plan->series_count; i++) {
        sma_init(&smas[i], plan->series[i % plan->series_count].window);
    }
    *view = (struct view){
        .instrument_count = plan->instrument_count,
        .series_count = plan->series_count,
        .ring_size = ring_size,
        .slice_closed = true,
        .instruments = rows,
        .closes = closes,
        .smas = smas,
        .updated = updated,
    };
    return view;
}

static void take_bar(struct view *view, uint32_t instrument, int64_t close_e9)
{
    CHECK(instrument < view->instrument_count);
    if (view->slice_closed) {
        view->slice_closed = false;
        view->updated_count = 0;
    }
    CHECK(view->updated_count < view->instrument_count);
    view->updated[view->updated_count++] = instrument;

    struct view_instrument *row = &view->instruments[instrument];
    int64_t *ring = &view->closes[(size_t)instrument * view->ring_size];
    struct sma *smas = &view->smas[(size_t)instrument * view->series_count];
    uint32_t mask = view->ring_size - 1;
    uint32_t at = (uint32_t)row->bars;
    for (uint32_t i = 0; i < view->series_count; i++) {
        /* Zero before the window is full: the ring begins zeroed. */
        sma_take(&smas[i], close_e9, ring[(at - smas[i].window) & mask]);
    }
    ring[at & mask] = close_e9;
    row->bars++;
    row->close_e9 = close_e9;
}

void view_on_event(struct view *view, const struct event *event)
{
    if (event->kind == EVENT_BAR) {
        take_bar(view, event->instrument, event->bar.close_e9);
    } else if (event->kind == EVENT_SLICE_END) {
        if (view->slice_closed) {
            view->updated_count = 0; /* a slice without bars */
        }
        view->slice_closed = true;
    }
}

uint64_t view_bars(const struct view *view, uint32_t instrument)
{
    return view->instruments[instrument].bars;
}

int64_t view_close_e9(const struct view *view, uint32_t instrument)
{
    return view->instruments[instrument].close_e9;
}

const uint32_t *view_updated(const struct view *view, uint32_t *count)
{
    *count = view->updated_count;
    return view->updated;
}

const struct sma *view_sma(const struct view *view, uint32_t instrument, series_id id)
{
    return &view->smas[(size_t)instrument * view->series_count + id];
}

int64_t view_value_e9(const struct view *view, uint32_t instrument, series_id id)
{
    const struct sma *sma = view_sma(view, instrument, id);
    if (!sma_ready(sma)) {
        return 0;
    }
    int64_t mean_e9 = 0;
    enum err err = money_mul_div(sma->sum_e9, 1, sma->window, ROUND_EVEN, &mean_e9);
    CHECK(err == ERR_OK); /* a mean lies between the values */
    return mean_e9;
}
