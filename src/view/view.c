/* view.c: finished bars and the series computed from them.
 *
 * The sum of the last n closes is the total of all closes less the total n bars ago: one ring of
 * totals per instrument serves its averages of any length. Totals wrap around; their differences
 * are exact as long as a window's own sum fits. The ring begins zeroed, so before a window is full
 * its sum is that of the closes there are. */
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
    uint32_t size = 2;
    for (uint32_t i = 0; i < plan->series_count; i++) {
        while (size < plan->series[i].window + 2) {
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
    uint64_t *totals = arena_take(arena, instruments * ring_size, sizeof *totals);
    struct series *series = arena_take(arena, instruments * plan->series_count, sizeof *series);
    if (view == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < instruments; i++) {
        rows[i].totals_e9 = &totals[i * ring_size];
        rows[i].mask = ring_size - 1;
        rows[i].series = &series[i * plan->series_count];
        rows[i].series_end = rows[i].series + plan->series_count;
        for (uint32_t k = 0; k < plan->series_count; k++) {
            rows[i].series[k] = (struct series){.window = plan->series[k].window, .row = &rows[i]};
        }
    }
    *view = (struct view){.instrument_count = plan->instrument_count, .instruments = rows};
    return view;
}

void view_on_slice(struct view *view, const struct slice *slice)
{
    for (uint32_t i = 0; i < slice->count; i++) {
        view_take_bar(view_row(view, slice->bars[i].instrument), &slice->bars[i]);
    }
}
