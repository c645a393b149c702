/* view.c: what a view is made of: series of every frame, and the memory they need.
 *
 * The sum of the last n closes is the total of all closes less the total n bars ago: one ring of
 * totals for each instrument and frame serves its averages of any length. Totals wrap around; their
 * differences are exact as long as a window's own sum fits. The ring begins zeroed, so before a
 * window is full its sum is that of the closes there are.
 *
 * An instrument's series lie side by side, frame by frame, in each frame the averages first. */
#include "view/view.h"

#include "base/check.h"
#include "base/utc.h"
#include "view/series_kernel.h"

const struct series view_absent = {.now = {.bits = UINT64_C(0x7ff8000000000000)}};

/* ---- the plan ---- */

const char *view_frame_fault(int64_t bar_ns, int64_t frame_ns)
{
    if (frame_ns == 0 || frame_ns == bar_ns) {
        return NULL;
    }
    if (bar_ns == 0) {
        return "the length of the data's bars is not known";
    }
    if (frame_ns < bar_ns) {
        return "finer than the data";
    }
    if (frame_ns > NS_PER_DAY) {
        return "longer than a day";
    }
    return frame_ns % bar_ns == 0 || frame_ns == NS_PER_DAY ? NULL
                                                            : "no multiple of the data's bars";
}

enum err view_plan_add_frame(struct view_plan *plan, int64_t frame_ns)
{
    if (view_frame_fault(plan->bar_ns, frame_ns) != NULL) {
        return ERR_RANGE;
    }
    if (frame_ns == 0 || frame_ns == plan->bar_ns) {
        return ERR_OK;
    }
    for (uint32_t i = 0; i < plan->frame_count; i++) {
        if (plan->frames_ns[i] == frame_ns) {
            return ERR_OK;
        }
    }
    if (plan->frame_count == FRAMES_MAX - 1) {
        return ERR_FULL;
    }
    plan->frames_ns[plan->frame_count++] = frame_ns;
    return ERR_OK;
}

enum err view_plan_declare(struct view_plan *plan, struct series_def def, series_id *id)
{
    enum err err = series_def_check(&def);
    if (err != ERR_OK) {
        return err;
    }
    if (def.optional && view_frame_fault(plan->bar_ns, def.frame_ns) != NULL) {
        *id = SERIES_ABSENT;
        return ERR_OK;
    }
    def.frame_ns = def.frame_ns == plan->bar_ns ? 0 : def.frame_ns;
    for (uint32_t i = 0; i < plan->series_count; i++) {
        if (series_def_equal(&plan->series[i], &def)) {
            *id = (series_id)i;
            return ERR_OK;
        }
    }
    if (plan->series_count == SERIES_MAX) {
        return ERR_FULL;
    }
    err = view_plan_add_frame(plan, def.frame_ns);
    if (err == ERR_OK) {
        plan->series[plan->series_count] = def;
        *id = (series_id)plan->series_count++;
    }
    return err;
}

/* ---- its memory ---- */

/* The frames of all tracks, the base first, then those made of its bars, then the others: each is
 * made of the finished bars of the longest frame that its own consist of. */
struct frame_tree {
    int64_t frames_ns[FRAMES_MAX];
    uint32_t sources[FRAMES_MAX];
    uint32_t from_base;
    uint32_t count;
};

/* Whether frames of that length end wherever longer ones do: both are counted from the open. */
static bool divides(int64_t shorter_ns, int64_t longer_ns)
{
    return shorter_ns < longer_ns && (longer_ns % shorter_ns == 0 || longer_ns == NS_PER_DAY);
}

static bool is_divided(const struct view_plan *plan, int64_t frame_ns)
{
    for (uint32_t i = 0; i < plan->frame_count; i++) {
        if (divides(plan->frames_ns[i], frame_ns)) {
            return true;
        }
    }
    return false;
}

/* Adds a frame behind all shorter ones among the tracks from `first` on. */
static void add_frame(struct frame_tree *tree, uint32_t first, int64_t frame_ns)
{
    uint32_t at = tree->count++;
    for (; at > first && tree->frames_ns[at - 1] > frame_ns; at--) {
        tree->frames_ns[at] = tree->frames_ns[at - 1];
    }
    tree->frames_ns[at] = frame_ns;
}

static void plant_frames(const struct view_plan *plan, struct frame_tree *tree)
{
    *tree = (struct frame_tree){.count = 1};
    for (uint32_t i = 0; i < plan->frame_count; i++) {
        if (!is_divided(plan, plan->frames_ns[i])) {
            add_frame(tree, 1, plan->frames_ns[i]);
        }
    }
    tree->from_base = tree->count;
    for (uint32_t i = 0; i < plan->frame_count; i++) {
        if (is_divided(plan, plan->frames_ns[i])) {
            add_frame(tree, tree->from_base, plan->frames_ns[i]);
        }
    }
    for (uint32_t i = 1; i < tree->count; i++) {
        for (uint32_t k = 1; k < tree->count; k++) {
            bool better = tree->frames_ns[k] > tree->frames_ns[tree->sources[i]];
            if (divides(tree->frames_ns[k], tree->frames_ns[i]) && better) {
                tree->sources[i] = k;
            }
        }
    }
}

static bool counts_all_hours(const struct view_plan *plan)
{
    return plan->calendar == CALENDAR_ALWAYS || plan->extended_hours || plan->bar_ns >= NS_PER_DAY;
}

/* Whether there is more to do at a bar than averages of its close. */
static bool is_rich(const struct view_plan *plan)
{
    bool has_sessions = plan->calendar != CALENDAR_ALWAYS || plan->bar_ns >= NS_PER_DAY;
    bool rich = plan->frame_count > 0 || has_sessions;
    for (uint32_t i = 0; i < plan->series_count; i++) {
        rich = rich || plan->series[i].kind != SERIES_SMA;
    }
    return rich;
}

/* The ring of totals must reach over the longest average of the track at the bar before. */
static uint32_t ring_size_for(const struct view_plan *plan, int64_t frame_ns)
{
    uint32_t size = 2;
    for (uint32_t i = 0; i < plan->series_count; i++) {
        const struct series_def *def = &plan->series[i];
        bool counts = def->kind == SERIES_SMA && def->frame_ns == frame_ns;
        while (counts && size < def->window + 2) {
            size *= 2;
        }
    }
    return size;
}

static void init_series(const struct series_def *def, const struct view_instrument *row,
                        struct series *series, struct arena *arena)
{
    struct series_kernel *kernel = NULL;
    if (def->kind != SERIES_SMA) {
        kernel = arena_take(arena, 1, sizeof *kernel);
        series_kernel_init(kernel, def, arena);
    }
    if (row == NULL) {
        return;
    }
    enum series_unit unit = series_unit(def->kind);
    bool number = unit == SERIES_UNIT_MONEY || unit == SERIES_UNIT_RATIO;
    union series_value nothing = number ? series_undefined() : (union series_value){.bits = 0};
    *series = (struct series){.now = nothing,
                              .before = nothing,
                              .window = series_def_bars(def),
                              .row = row,
                              .kernel = kernel,
                              .take = kernel != NULL ? series_kernel_take(def->kind) : NULL};
}

/* The series of one frame, averages first; returns the place behind the averages, and moves *place
 * behind all. */
static uint32_t init_frame_series(const struct view_plan *plan, int64_t frame_ns,
                                  const struct view_instrument *row, struct series *series,
                                  uint16_t *places, uint32_t *place, struct arena *arena)
{
    uint32_t averages_end = *place;
    for (int others = 0; others < 2; others++) {
        for (uint32_t i = 0; i < plan->series_count; i++) {
            const struct series_def *def = &plan->series[i];
            if (def->frame_ns != frame_ns || (def->kind != SERIES_SMA) != (others == 1)) {
                continue;
            }
            init_series(def, row, row != NULL ? &series[*place] : NULL, arena);
            if (places != NULL) {
                places[i] = (uint16_t)*place;
            }
            (*place)++;
        }
        averages_end = others == 0 ? *place : averages_end;
    }
    return averages_end;
}

/* One frame of one instrument; `row` and `track` are NULL when the arena measures. */
static void init_track(const struct view_plan *plan, int64_t frame_ns, struct view_instrument *row,
                       struct view_track *track, struct series *series, uint16_t *places,
                       uint32_t *place, struct arena *arena)
{
    uint32_t size = ring_size_for(plan, frame_ns);
    uint64_t *totals_e9 = arena_take(arena, size, sizeof *totals_e9);
    uint32_t first = *place;
    uint32_t averages_end = init_frame_series(plan, frame_ns, row, series, places, place, arena);
    if (row == NULL) {
        return;
    }
    row->totals_e9 = totals_e9;
    row->mask = size - 1;
    row->series = &series[first];
    row->series_end = &series[averages_end];
    if (track != NULL) {
        track->row = row;
        track->end = &series[*place];
        track->frame_ns = frame_ns;
        track->finished_ns = INT64_MIN;
    }
}

static void init_instrument(const struct view_plan *plan, const struct frame_tree *tree,
                            struct view_instrument *row, struct view_clock *clock, uint16_t *places,
                            struct arena *arena)
{
    bool rich = is_rich(plan);
    uint32_t tracks = tree->count;
    struct series *series = arena_take(arena, plan->series_count, sizeof *series);
    struct view_rich *more = rich ? arena_take(arena, 1, sizeof *more) : NULL;
    struct view_track *frames = rich ? arena_take(arena, tracks, sizeof *frames) : NULL;
    struct view_instrument *rows = arena_take(arena, plan->frame_count, sizeof *rows);
    uint32_t place = 0;
    for (uint32_t i = 0; i < tracks; i++) {
        struct view_instrument *own = row != NULL && i > 0 ? &rows[i - 1] : row;
        struct view_track *track = frames != NULL ? &frames[i] : NULL;
        init_track(plan, tree->frames_ns[i], own, track, series, places, &place, arena);
        if (track != NULL) {
            track->source = &frames[tree->sources[i]];
        }
    }
    CHECK(place == plan->series_count);
    if (row != NULL && frames != NULL) {
        *more = (struct view_rich){.clock = clock,
                                   .tracks = frames,
                                   .longer = frames + tree->from_base,
                                   .tracks_end = frames + tracks,
                                   .date = INT32_MIN,
                                   .quiet_ns = INT64_MIN,
                                   .before_ns = INT64_MIN,
                                   .last_end_ns = INT64_MIN,
                                   .end = frames[0].end};
        row->rich = more;
    }
}

struct view *view_init(struct arena *arena, const struct view_plan *plan)
{
    size_t instruments = plan->instrument_count;
    struct view *view = arena_take(arena, 1, sizeof *view);
    struct view_clock *clock = arena_take(arena, 1, sizeof *clock);
    struct view_instrument *rows = arena_take(arena, instruments, sizeof *rows);
    uint16_t *places = arena_take(arena, plan->series_count, sizeof *places);
    bool carves = view != NULL;
    struct frame_tree tree;
    plant_frames(plan, &tree);
    for (size_t i = 0; i < instruments; i++) {
        init_instrument(plan, &tree, carves ? &rows[i] : NULL, clock, carves ? places : NULL,
                        arena);
    }
    if (!carves) {
        return NULL;
    }
    *clock = (struct view_clock){.calendar = plan->calendar,
                                 .all_hours = counts_all_hours(plan),
                                 .by_day = plan->bar_ns >= NS_PER_DAY};
    *view = (struct view){.instrument_count = plan->instrument_count,
                          .instruments = rows,
                          .places = places,
                          .bar_ns = plan->bar_ns,
                          .plain = !is_rich(plan)};
    return view;
}

/* ---- reading ---- */

const struct view_track *view_track(const struct view *view, uint32_t instrument, int64_t frame_ns)
{
    const struct view_rich *rich = view_row(view, instrument)->rich;
    if (rich == NULL) {
        return NULL;
    }
    int64_t wanted_ns = frame_ns == view->bar_ns ? 0 : frame_ns;
    const struct view_track *track = rich->tracks;
    while (track < rich->tracks_end && track->frame_ns != wanted_ns) {
        track++;
    }
    CHECK(track < rich->tracks_end);
    return track;
}

const uint64_t *view_changes(const struct view *view, uint32_t instrument,
                             const struct series *const *series, uint32_t count)
{
    const struct view_instrument *row = view_row(view, instrument);
    for (uint32_t i = 0; i < count; i++) {
        if (series[i]->row == row) {
            return &row->bars;
        }
    }
    return &row->rich->changes;
}

uint64_t view_skipped(const struct view *view, uint32_t instrument)
{
    const struct view_rich *rich = view_row(view, instrument)->rich;
    return rich == NULL ? 0 : rich->skipped;
}

void view_on_slice(struct view *view, const struct slice *slice)
{
    for (uint32_t i = 0; i < slice->count; i++) {
        event_prefetch(&slice->bars[i]); /* one by one: many at once wait for each other */
        view_take_bar(view_row(view, slice->bars[i].instrument), &slice->bars[i]);
    }
}
