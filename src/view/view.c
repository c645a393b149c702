/* view.c: finished bars and the series computed from them.
 *
 * One ring of closes per instrument serves all of its series: its size is the smallest power of two
 * that holds the longest window, so the value leaving a window is read before it is overwritten. */
#include "view/view.h"

#include "base/check.h"

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
    if (view == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < instruments; i++) {
        rows[i].closes = &closes[i * ring_size];
        rows[i].smas = &smas[i * plan->series_count];
        for (uint32_t k = 0; k < plan->series_count; k++) {
            sma_init(&rows[i].smas[k], plan->series[k].window);
        }
    }
    *view = (struct view){
        .instrument_count = plan->instrument_count,
        .series_count = plan->series_count,
        .ring_mask = ring_size - 1,
        .instruments = rows,
    };
    return view;
}

void view_on_slice(struct view *view, const struct slice *slice)
{
    /* Held in locals: every store could change what `view` and `slice` point to. */
    struct view_instrument *const rows = view->instruments;
    const uint32_t instrument_count = view->instrument_count;
    const uint32_t series_count = view->series_count;
    const uint32_t mask = view->ring_mask;
    const struct event *const end = slice->bars + slice->count;
    for (const struct event *bar = slice->bars; bar < end; bar++) {
        CHECK(bar->instrument < instrument_count);
        struct view_instrument *row = &rows[bar->instrument];
        const int64_t close_e9 = bar->bar.close_e9;
        int64_t *const closes = row->closes;
        const uint32_t at = (uint32_t)row->bars;
        struct sma *sma = row->smas;
        for (uint32_t i = series_count; i > 0; i--, sma++) {
            /* Zero before the window is full: the ring begins zeroed. */
            sma_take(sma, close_e9, closes[(at - sma->window) & mask]);
        }
        closes[at & mask] = close_e9;
        row->close_e9 = close_e9;
        row->bars++;
    }
}
