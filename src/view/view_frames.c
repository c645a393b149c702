/* view_frames.c: bars into sessions and longer frames, kernels, and the past after a split.
 *
 * A frame's bar grows hidden in `forming` and is shown, and taken by its series, when it is
 * finished: by the bar that ends where the frame ends, or by the first one behind that. One bar can
 * do both at once: finish an old frame late and its own on time; strategies are asked once, then.
 * A session's end finishes its last frame, so nothing of one day reaches into the next. */
#include "signal/units.h"
#include "view/series_kernel.h"
#include "view/view.h"

/* The trading day that holds the end of a bar, NULL outside of any. Bars come in time order, so the
 * last one answers nearly always. */
static const struct trading_day *day_of(struct view_clock *clock, int64_t end_ns)
{
    if (!clock->in_day || end_ns <= clock->day.early_open_ns || end_ns > clock->day.late_close_ns) {
        clock->in_day = calendar_day_at(clock->calendar, end_ns, &clock->day);
    }
    return clock->in_day ? &clock->day : NULL;
}

/* Sets the times of the frame that holds a bar; false where the track has none for it. Nearly
 * always it is the one right behind the last, which says where it lies without a division. */
static bool expect_frame(struct view_track *track, const struct trading_day *day, int64_t end_ns)
{
    const int64_t last_ns = track->forming.ts_ns;
    if (last_ns > day->open_ns && last_ns < day->close_ns && last_ns < end_ns &&
        end_ns <= last_ns + track->frame_ns && end_ns <= day->close_ns) {
        const int64_t next_ns = last_ns + track->frame_ns;
        track->forming.src_ns = last_ns;
        track->forming.ts_ns = next_ns < day->close_ns ? next_ns : day->close_ns;
        return true;
    }
    struct frame frame;
    if (!calendar_frame(day, track->frame_ns, end_ns, &frame)) {
        return false; /* a day has no place for bars outside of the regular session */
    }
    track->forming.src_ns = frame.start_ns;
    track->forming.ts_ns = frame.end_ns;
    return true;
}

static void take_part(struct view_rich *rich, struct view_track *track,
                      const struct trading_day *day, const struct event *bar, int64_t end_ns);

/* The frame's bar is finished, by its last part or, late, without one (NULL), and is part of the
 * frames that are made of it. `day` holds it; end_ns is the end of the bar of the base that did it.
 *
 * It is copied before the last part comes to it: a copy reads with wide loads, and the processor
 * would wait for what narrow stores have just written. */
static void finish_frame(struct view_rich *rich, struct view_track *track, const struct event *last,
                         const struct trading_day *day, int64_t end_ns)
{
    track->bar = track->forming;
    if (last != NULL) {
        view_add_part(&track->bar, last);
    }
    view_take_finished(track->row, track->end, &track->bar);
    track->finished_ns = end_ns;
    track->forming.kind = EVENT_NONE;
    rich->changes++;
    for (struct view_track *longer = rich->longer; longer < rich->tracks_end; longer++) {
        if (longer->source == track) {
            take_part(rich, longer, day, &track->bar, end_ns);
        }
    }
}

/* A bar becomes part of the frame that holds its end, which may be the frame's end, too. */
static void take_part(struct view_rich *rich, struct view_track *track,
                      const struct trading_day *day, const struct event *bar, int64_t end_ns)
{
    if (track->forming.kind == EVENT_NONE && !expect_frame(track, day, bar->ts_ns)) {
        return;
    }
    if (track->forming.ts_ns == bar->ts_ns) {
        finish_frame(rich, track, bar, day, end_ns);
    } else {
        view_add_part(&track->forming, bar);
    }
}

/* Frames that ended before the bar are finished by it, the shorter ones first. */
static void finish_late_frames(struct view_rich *rich, int64_t end_ns)
{
    for (struct view_track *track = rich->tracks + 1; track < rich->tracks_end; track++) {
        const int64_t due_ns = track->forming.ts_ns;
        if (track->forming.kind != EVENT_NONE && due_ns < end_ns) {
            const struct trading_day *day = day_of(rich->clock, due_ns);
            CHECK(day != NULL); /* each frame ends in one */
            finish_frame(rich, track, NULL, day, end_ns);
        }
    }
}

static void begin_day(const struct view_rich *rich)
{
    for (const struct view_track *track = rich->tracks; track < rich->tracks_end; track++) {
        for (struct series *series = track->row->series_end; series < track->end; series++) {
            series_kernel_begin_day(series->kernel);
        }
    }
}

/* How far a price is from the one before it; what leaves the range is as far as can be. */
static int64_t distance_ppm(int64_t from_e9, int64_t to_e9)
{
    int64_t ppm = INT64_MAX;
    int64_t distance_e9 = to_e9 > from_e9 ? to_e9 - from_e9 : from_e9 - to_e9;
    (void)money_mul_div(distance_e9, 1000000, from_e9, ROUND_UP, &ppm); /* out of range: it stays */
    return ppm;
}

/* The first bar of a session. An open within the day may still be a price of the day before. */
static void begin_session(struct view_rich *rich, int64_t close_e9, const struct event_bar *bar)
{
    if (close_e9 > rich->paid_e9) {
        int64_t from_e9 = close_e9 - rich->paid_e9;
        int64_t open_ppm = distance_ppm(from_e9, bar->open_e9);
        int64_t close_ppm = rich->clock->by_day ? 0 : distance_ppm(from_e9, bar->close_e9);
        int64_t ppm = open_ppm > close_ppm ? open_ppm : close_ppm;
        rich->jump_ppm = ppm > rich->jump_ppm ? ppm : rich->jump_ppm;
    }
    begin_day(rich);
}

/* The first end of a bar after end_ns that may be more than a part of frames: one of them ends with
 * it, or the day. */
static int64_t quiet_until(const struct view_rich *rich, const struct trading_day *day,
                           int64_t end_ns)
{
    int64_t quiet_ns = rich->clock->all_hours ? day->late_close_ns : day->close_ns;
    for (struct view_track *track = rich->tracks + 1; track < rich->longer; track++) {
        if (track->forming.kind == EVENT_NONE && !expect_frame(track, day, end_ns + 1)) {
            return INT64_MIN;
        }
        int64_t frame_end_ns = track->forming.ts_ns;
        quiet_ns = frame_end_ns < quiet_ns ? frame_end_ns : quiet_ns;
    }
    return quiet_ns;
}

/* The bar with which the first of the frames made of such bars ends: of the same day as the one
 * before it, and none ended before. */
static void take_end(struct view_instrument *row, const struct event *bar)
{
    struct view_rich *rich = row->rich;
    const struct trading_day *day = day_of(rich->clock, bar->ts_ns);
    CHECK(day != NULL); /* as above */
    view_take_base(row, bar);
    for (struct view_track *track = rich->tracks + 1; track < rich->longer; track++) {
        if (track->forming.ts_ns == bar->ts_ns) {
            finish_frame(rich, track, bar, day, bar->ts_ns);
        } else {
            view_add_part(&track->forming, bar);
        }
    }
    rich->quiet_ns = quiet_until(rich, day, bar->ts_ns);
}

RARELY void view_take_turn(struct view_instrument *row, const struct event *bar)
{
    struct view_rich *rich = row->rich;
    if (bar->ts_ns == rich->quiet_ns) {
        take_end(row, bar);
        return;
    }
    rich->quiet_ns = INT64_MIN;
    const struct trading_day *day = day_of(rich->clock, bar->ts_ns);
    if (!rich->clock->all_hours && (day == NULL || !calendar_is_regular(day, bar->ts_ns))) {
        rich->skipped++;
        rich->beyond_e9 = bar->bar.close_e9;
        return;
    }
    finish_late_frames(rich, bar->ts_ns);
    day = day_of(rich->clock, bar->ts_ns); /* those before may have been of another */
    if (rich->clock->by_day || (day != NULL && day->date != rich->date)) {
        rich->date = day != NULL ? day->date : rich->date;
        begin_session(rich, row->close_e9, &bar->bar);
    }
    rich->paid_e9 = 0;
    rich->beyond_e9 = 0;
    view_take_base(row, bar);
    struct view_track *track = rich->tracks + 1;
    for (; track < rich->longer && day != NULL; track++) {
        take_part(rich, track, day, bar, bar->ts_ns);
    }
    if (day != NULL && !rich->clock->by_day) {
        rich->quiet_ns = quiet_until(rich, day, bar->ts_ns);
    }
}

/* ---- splits ---- */

static void rescale_bar(struct event_bar *bar, int64_t new_shares, int64_t old_shares)
{
    bar->open_e9 = units_split(bar->open_e9, new_shares, old_shares);
    bar->high_e9 = units_split(bar->high_e9, new_shares, old_shares);
    bar->low_e9 = units_split(bar->low_e9, new_shares, old_shares);
    bar->close_e9 = units_split(bar->close_e9, new_shares, old_shares);
    bar->volume = units_split(bar->volume, old_shares, new_shares);
}

/* Each close that the ring still tells is rescaled, and the totals follow from them. */
static void rescale_closes(struct view_instrument *row, int64_t new_shares, int64_t old_shares)
{
    row->close_e9 = units_split(row->close_e9, new_shares, old_shares);
    if (row->series == row->series_end) {
        return; /* no average, no totals */
    }
    uint64_t first = row->bars > row->mask ? row->bars - row->mask : 0;
    uint64_t old_e9 = first == 0 ? 0 : row->totals_e9[(first - 1) & row->mask];
    uint64_t total_e9 = old_e9;
    for (uint64_t at = first; at < row->bars; at++) {
        uint64_t *place_e9 = &row->totals_e9[at & row->mask];
        int64_t close_e9 = (int64_t)(*place_e9 - old_e9);
        old_e9 = *place_e9;
        total_e9 += (uint64_t)units_split(close_e9, new_shares, old_shares);
        *place_e9 = total_e9;
    }
    row->total_e9 = total_e9;
    for (struct series *series = row->series; series < row->series_end && row->bars > 0; series++) {
        uint64_t leaving = row->bars - 1 - series->window;
        series->now.bits = total_e9 - row->totals_e9[leaving & row->mask];
    }
}

static void rescale_track(struct view_track *track, int64_t new_shares, int64_t old_shares)
{
    struct view_instrument *row = track->row;
    rescale_closes(row, new_shares, old_shares);
    for (struct series *series = row->series_end; series < track->end; series++) {
        const struct series_def *def = &series->kernel->def;
        series->now = series_value_rescaled(def, series->now, new_shares, old_shares);
        series->before = series_value_rescaled(def, series->before, new_shares, old_shares);
        series_kernel_rescale(series->kernel, new_shares, old_shares);
    }
    rescale_bar(&track->bar.bar, new_shares, old_shares);
    if (track->forming.kind != EVENT_NONE) {
        rescale_bar(&track->forming.bar, new_shares, old_shares);
    }
}

void view_rescale(struct view *view, uint32_t instrument, int64_t new_shares, int64_t old_shares)
{
    struct view_instrument *row = view_row(view, instrument);
    CHECK(new_shares > 0 && old_shares > 0);
    if (row->rich == NULL) {
        rescale_closes(row, new_shares, old_shares);
        return;
    }
    struct view_rich *rich = row->rich;
    rich->changes++;
    for (struct view_track *track = rich->tracks; track < rich->tracks_end; track++) {
        rescale_track(track, new_shares, old_shares);
    }
    rich->beyond_e9 = units_split(rich->beyond_e9, new_shares, old_shares);
    rich->paid_e9 = units_split(rich->paid_e9, new_shares, old_shares);
}

void view_on_action(struct view *view, const struct event *action)
{
    const struct event_action *terms = &action->action;
    struct view_rich *rich = view_row(view, action->instrument)->rich;
    if (rich != NULL) {
        rich->quiet_ns = INT64_MIN; /* the next bar is more than a part of frames */
        /* Cash is per old share: it comes before the split of the same day. */
        if (__builtin_add_overflow(rich->paid_e9, terms->cash_e9, &rich->paid_e9)) {
            rich->paid_e9 = PRICE_E9_MAX;
        }
    }
    if (terms->split_new != terms->split_old) {
        view_rescale(view, action->instrument, terms->split_new, terms->split_old);
    }
}

/* ---- between sessions, between bars ---- */

int64_t view_jump_ppm(const struct view *view, uint32_t instrument)
{
    const struct view_rich *rich = view_row(view, instrument)->rich;
    return rich != NULL ? rich->jump_ppm : 0;
}

/* The part of (from, to) that lies between open and close. */
static int64_t part_ns(int64_t from_ns, int64_t to_ns, int64_t open_ns, int64_t close_ns)
{
    from_ns = from_ns < open_ns ? open_ns : from_ns;
    to_ns = to_ns > close_ns ? close_ns : to_ns;
    return to_ns > from_ns ? to_ns - from_ns : 0;
}

int64_t view_silence_ns(const struct view *view, uint32_t instrument, int64_t open_ns,
                        int64_t close_ns, int64_t now_ns)
{
    const struct view_rich *rich = view_row(view, instrument)->rich;
    if (rich == NULL || view_bars(view, instrument) == 0) {
        return 0;
    }
    int64_t ended_ns = part_ns(rich->before_ns, rich->last_start_ns, open_ns, close_ns);
    int64_t lasts_ns = part_ns(rich->last_end_ns, now_ns, open_ns, close_ns);
    return ended_ns > lasts_ns ? ended_ns : lasts_ns;
}
