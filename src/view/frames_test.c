/* frames_test.c: longer frames from finer bars, against resampling by hand with the exchange's
 * published hours; sessions, half days, changes of the clocks, and bars that are missing. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "data/bars.h"
#include "data/data_test.h"
#include "sys/memory.h"
#include "view/view.h"

#define SESSIONS "calendar/sessions_XNYS_2000-2027.csv"
#define FIVES    "equity/minute/bars_SPY_5min_2018-2019.csv.gz"

static struct view *view_create(const struct view_plan *plan, void **memory)
{
    struct arena arena;
    arena_init_measure(&arena);
    cr_assert_null(view_init(&arena, plan));
    size_t size = arena.used;
    *memory = xcalloc_aligned(size);
    arena_init(&arena, *memory, size);
    struct view *view = view_init(&arena, plan);
    cr_assert_eq(arena.used, size);
    return view;
}

/* ---- by hand ---- */

struct hours {
    int64_t open_ns, close_ns;
};

/* The published sessions, by a reader of this test alone. */
static struct hours *hours_read(const char *path, size_t *count)
{
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    struct hours *hours = xcalloc(10000, sizeof *hours);
    char line[256];
    *count = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        char open[32];
        char close[32];
        if (sscanf(line, "%*[^,],%31[^,],%31[^,\n]", open, close) == 2 &&
            utc_parse(open, strlen(open), &hours[*count].open_ns) == ERR_OK &&
            utc_parse(close, strlen(close), &hours[*count].close_ns) == ERR_OK) {
            (*count)++;
        }
    }
    cr_assert_eq(fclose(file), 0);
    return hours;
}

/* One frame's bars as they come: open, then finished. */
struct resampled {
    int64_t frame_ns;
    struct event open; /* kind NONE: none */
    struct event last; /* finished */
    uint64_t finished;
    bool fresh;
};

static void resample(struct resampled *frame, const struct hours *hours, const struct event *bar)
{
    int64_t into_ns = bar->ts_ns - hours->open_ns;
    int64_t index = (into_ns + frame->frame_ns - 1) / frame->frame_ns - 1;
    int64_t start_ns = hours->open_ns + index * frame->frame_ns;
    int64_t end_ns = start_ns + frame->frame_ns;
    end_ns = frame->frame_ns == NS_PER_DAY || end_ns > hours->close_ns ? hours->close_ns : end_ns;
    frame->fresh = false;
    if (frame->open.kind != EVENT_NONE && frame->open.src_ns != start_ns) {
        frame->last = frame->open;
        frame->finished++;
        frame->fresh = true;
        frame->open.kind = EVENT_NONE;
    }
    struct event_bar *open = &frame->open.bar;
    if (frame->open.kind == EVENT_NONE) {
        frame->open = *bar;
        frame->open.src_ns = start_ns;
        frame->open.ts_ns = end_ns;
    } else {
        open->high_e9 = bar->bar.high_e9 > open->high_e9 ? bar->bar.high_e9 : open->high_e9;
        open->low_e9 = bar->bar.low_e9 < open->low_e9 ? bar->bar.low_e9 : open->low_e9;
        open->close_e9 = bar->bar.close_e9;
        open->volume += bar->bar.volume;
    }
    if (bar->ts_ns == end_ns) {
        frame->last = frame->open;
        frame->finished++;
        frame->fresh = true;
        frame->open.kind = EVENT_NONE;
    }
}

/* Some divide others, some do not; in no order. */
static const int64_t lengths_ns[] = {10 * NS_PER_MIN, NS_PER_HOUR,     NS_PER_DAY,
                                     15 * NS_PER_MIN, 30 * NS_PER_MIN, 4 * NS_PER_HOUR};
enum { LENGTHS = sizeof lengths_ns / sizeof lengths_ns[0] };

/* Two years with four changes of the clocks and seven half days; `keep` leaves bars out. */
static void assert_resampled(const struct bars *bars, const struct hours *hours, size_t days,
                             bool (*keep)(uint64_t i))
{
    struct view_plan plan = {
        .instrument_count = 1, .bar_ns = 5 * NS_PER_MIN, .calendar = CALENDAR_XNYS};
    struct resampled frames[LENGTHS] = {0};
    for (size_t k = 0; k < LENGTHS; k++) {
        frames[k].frame_ns = lengths_ns[k];
        cr_assert_eq(view_plan_add_frame(&plan, lengths_ns[k]), ERR_OK);
    }
    void *memory;
    struct view *view = view_create(&plan, &memory);
    uint64_t taken = 0;
    uint64_t skipped = 0;
    size_t day = 0;
    for (uint64_t i = 0; i < bars->count; i++) {
        const struct event *bar = &bars->records[i];
        if (!keep(i)) {
            continue;
        }
        view_take_bar(view_row(view, 0), bar);
        while (day < days && hours[day].close_ns < bar->ts_ns) {
            day++;
        }
        bool regular = day < days && bar->ts_ns > hours[day].open_ns;
        taken += regular ? 1 : 0;
        skipped += regular ? 0 : 1;
        cr_assert_eq(view_bars(view, 0), taken, "bar %zu", (size_t)i);
        cr_assert_eq(view_skipped(view, 0), skipped);
        for (size_t k = 0; k < LENGTHS; k++) {
            const struct view_track *track = view_track(view, 0, lengths_ns[k]);
            frames[k].fresh = false;
            if (regular) {
                resample(&frames[k], &hours[day], bar);
            }
            bool fresh = *view_finished_ns(track) == bar->ts_ns;
            cr_assert_eq(fresh, frames[k].fresh, "bar %zu, frame %zu", (size_t)i, k);
            cr_assert_eq(track->row->bars, frames[k].finished);
            if (fresh) {
                cr_assert_eq(memcmp(&track->bar, &frames[k].last, sizeof track->bar), 0,
                             "bar %zu, frame %zu", (size_t)i, k);
                cr_assert_leq(track->bar.ts_ns, bar->ts_ns, "unfinished");
            }
        }
    }
    cr_assert_gt(taken, 10000);
    free(memory);
}

static bool keep_all(uint64_t i)
{
    (void)i;
    return true;
}

static bool keep_some(uint64_t i)
{
    return i * UINT64_C(0x9e3779b97f4a7c15) >> 60 < 9;
}

/* One bar in sixty: many frames have none at all. */
static bool keep_few(uint64_t i)
{
    return i * UINT64_C(0x9e3779b97f4a7c15) >> 58 == 0 || i % 100 < 40;
}

Test(frames, are_the_bars_resampled_by_hand)
{
    char *sessions = shared_file(SESSIONS);
    char *fives = shared_file(FIVES);
    if (sessions == NULL || fives == NULL) {
        free(sessions);
        free(fives);
        cr_skip_test("no shared data");
    }
    size_t days;
    struct hours *hours = hours_read(sessions, &days);
    cr_assert_gt(days, 6000);
    struct bars bars;
    struct problem problem;
    cr_assert_eq(bars_open(fives, NULL, &bars, NULL, &problem), ERR_OK, "%s", problem.text);
    assert_resampled(&bars, hours, days, keep_all);
    assert_resampled(&bars, hours, days, keep_some);
    assert_resampled(&bars, hours, days, keep_few);
    bars_finish(&bars);
    free(hours);
    free(sessions);
    free(fives);
}

/* ---- moments drawn by hand ---- */

static struct event minute(int64_t end_ns, int64_t dollars)
{
    int64_t price_e9 = dollars * MONEY_E9;
    return (struct event){
        .ts_ns = end_ns,
        .src_ns = end_ns - NS_PER_MIN,
        .kind = EVENT_BAR,
        .version = 1,
        .slots = 1,
        .bar = {price_e9, price_e9, price_e9, price_e9, 1}
    };
}

static int64_t moment(const char *text)
{
    int64_t ts_ns;
    cr_assert_eq(utc_parse(text, strlen(text), &ts_ns), ERR_OK, "%s", text);
    return ts_ns;
}

static void take_at(struct view *view, const char *end, int64_t dollars)
{
    struct event bar = minute(moment(end), dollars);
    view_take_bar(view_row(view, 0), &bar);
}

static bool finished_day(const struct view *view, const char *end)
{
    return *view_finished_ns(view_track(view, 0, NS_PER_DAY)) == moment(end);
}

static void assert_day(const struct view *view, uint64_t count, int64_t open, int64_t close)
{
    const struct view_track *day = view_track(view, 0, NS_PER_DAY);
    cr_assert_eq(day->row->bars, count);
    cr_assert_eq(day->bar.bar.open_e9, open * MONEY_E9);
    cr_assert_eq(day->bar.bar.close_e9, close * MONEY_E9);
}

/* A half day ends at 13:00 New York time, 18:00 UTC in winter; what trades later is outside. */
Test(frames, a_half_day_is_a_day)
{
    struct view_plan plan = {
        .instrument_count = 1, .bar_ns = NS_PER_MIN, .calendar = CALENDAR_XNYS};
    cr_assert_eq(view_plan_add_frame(&plan, NS_PER_DAY), ERR_OK);
    void *memory;
    struct view *view = view_create(&plan, &memory);
    take_at(view, "2019-11-29T14:30:00Z", 1); /* ends at the open: before it */
    take_at(view, "2019-11-29T14:31:00Z", 2);
    take_at(view, "2019-11-29T17:59:00Z", 3);
    cr_assert_eq(view_track(view, 0, NS_PER_DAY)->row->bars, 0);
    take_at(view, "2019-11-29T18:00:00Z", 4);
    assert_day(view, 1, 2, 4);
    take_at(view, "2019-11-29T18:01:00Z", 5);
    assert_day(view, 1, 2, 4);
    cr_assert_eq(view_skipped(view, 0), 2);
    cr_assert(finished_day(view, "2019-11-29T18:00:00Z"), "by that bar, not by the last one");
    free(memory);
}

/* The last minute has no trade: the day is finished by the first bar of the next session, and that
 * bar is no part of it. Bars outside of the hours that count do not finish anything. */
Test(frames, a_day_without_its_last_minute_is_finished_late)
{
    struct view_plan plan = {
        .instrument_count = 1, .bar_ns = NS_PER_MIN, .calendar = CALENDAR_XNYS};
    cr_assert_eq(view_plan_add_frame(&plan, NS_PER_DAY), ERR_OK);
    void *memory;
    struct view *view = view_create(&plan, &memory);
    take_at(view, "2019-03-08T14:31:00Z", 1);
    take_at(view, "2019-03-08T20:59:00Z", 2); /* winter: the close is at 21:00 */
    take_at(view, "2019-03-08T21:30:00Z", 9);
    cr_assert_eq(view_track(view, 0, NS_PER_DAY)->row->bars, 0);
    take_at(view, "2019-03-11T13:31:00Z", 3); /* summer: the open is at 13:30 */
    assert_day(view, 1, 1, 2);
    cr_assert(finished_day(view, "2019-03-11T13:31:00Z"));
    take_at(view, "2019-03-11T20:00:00Z", 4);
    assert_day(view, 2, 3, 4);
    free(memory);
}

Test(frames, extended_hours_have_frames_of_their_own)
{
    struct view_plan plan = {.instrument_count = 1,
                             .bar_ns = NS_PER_MIN,
                             .calendar = CALENDAR_XNYS,
                             .extended_hours = true};
    cr_assert_eq(view_plan_add_frame(&plan, NS_PER_HOUR), ERR_OK);
    cr_assert_eq(view_plan_add_frame(&plan, NS_PER_DAY), ERR_OK);
    void *memory;
    struct view *view = view_create(&plan, &memory);
    take_at(view, "2019-07-01T13:29:00Z", 1); /* before the open: the frame 12:30 to 13:30 */
    take_at(view, "2019-07-01T13:31:00Z", 2);
    const struct view_track *hour = view_track(view, 0, NS_PER_HOUR);
    cr_assert_eq(hour->row->bars, 1);
    cr_assert_eq(hour->bar.bar.close_e9, MONEY_E9);
    cr_assert_eq(hour->bar.ts_ns, moment("2019-07-01T13:30:00Z"));
    take_at(view, "2019-07-01T20:00:00Z", 3);
    take_at(view, "2019-07-01T20:01:00Z", 4);
    assert_day(view, 1, 2, 3);
    cr_assert_eq(view_skipped(view, 0), 0);
    cr_assert_eq(view_bars(view, 0), 4);
    free(memory);
}

/* Bars of a day may be stamped as days of UTC, whose ends lie outside of any session. */
Test(frames, days_of_utc_are_sessions)
{
    struct view_plan plan = {
        .instrument_count = 1, .bar_ns = NS_PER_DAY, .calendar = CALENDAR_XNYS};
    series_id vwap;
    cr_assert_eq(view_plan_declare(&plan, (struct series_def){.kind = SERIES_VWAP}, &vwap), ERR_OK);
    void *memory;
    struct view *view = view_create(&plan, &memory);
    for (int64_t i = 1; i <= 5; i++) {
        struct event bar = minute(moment("2019-07-01T00:00:00Z") + i * NS_PER_DAY, i);
        view_take_bar(view_row(view, 0), &bar);
        cr_assert_eq(view_bars(view, 0), (uint64_t)i);
        cr_assert_eq(view_series(view, 0, vwap)->now.number, (double)i, "each day its own");
    }
    free(memory);
}

/* ---- plans ---- */

Test(frames, are_refused_where_the_data_cannot_give_them)
{
    static const struct {
        int64_t bar_ns, frame_ns;
        const char *fault;
    } cases[] = {
        {NS_PER_MIN,     0,              NULL                                        },
        {NS_PER_MIN,     NS_PER_MIN,     NULL                                        },
        {NS_PER_MIN,     5 * NS_PER_MIN, NULL                                        },
        {NS_PER_MIN,     30 * NS_PER_S,  "finer than the data"                       },
        {2 * NS_PER_MIN, 5 * NS_PER_MIN, "no multiple of the data's bars"            },
        {7 * NS_PER_MIN, NS_PER_DAY,     NULL                                        },
        {NS_PER_DAY,     NS_PER_HOUR,    "finer than the data"                       },
        {NS_PER_MIN,     2 * NS_PER_DAY, "longer than a day"                         },
        {0,              NS_PER_MIN,     "the length of the data's bars is not known"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *fault = view_frame_fault(cases[i].bar_ns, cases[i].frame_ns);
        cr_expect((fault == NULL) == (cases[i].fault == NULL), "case %zu", i);
        cr_expect(fault == NULL || strcmp(fault, cases[i].fault) == 0, "case %zu: %s", i, fault);
        struct view_plan plan = {.bar_ns = cases[i].bar_ns};
        cr_expect_eq(view_plan_add_frame(&plan, cases[i].frame_ns),
                     fault == NULL ? ERR_OK : ERR_RANGE);
    }
}

Test(frames, optional_series_are_left_out_instead)
{
    struct view_plan plan = {.instrument_count = 1, .bar_ns = NS_PER_HOUR};
    struct series_def def = {
        .kind = SERIES_SMA, .window = 3, .frame_ns = NS_PER_MIN, .optional = true};
    series_id id = 0;
    cr_assert_eq(view_plan_declare(&plan, def, &id), ERR_OK);
    cr_assert_eq(id, SERIES_ABSENT);
    cr_assert_eq(plan.series_count, 0);
    cr_assert_eq(plan.frame_count, 0);
    void *memory;
    struct view *view = view_create(&plan, &memory);
    cr_assert(series_is_absent(view_series(view, 0, id)));
    cr_assert(series_is_warm(view_series(view, 0, id)));
    free(memory);
    def.optional = false;
    cr_assert_eq(view_plan_declare(&plan, def, &id), ERR_RANGE);
}

Test(frames, are_at_most_so_many)
{
    struct view_plan plan = {.bar_ns = NS_PER_MIN};
    for (int64_t i = 2; i <= FRAMES_MAX; i++) {
        cr_assert_eq(view_plan_add_frame(&plan, i * NS_PER_MIN), ERR_OK);
        cr_assert_eq(view_plan_add_frame(&plan, i * NS_PER_MIN), ERR_OK, "once is enough");
    }
    cr_assert_eq(view_plan_add_frame(&plan, NS_PER_DAY), ERR_FULL);
    struct series_def def = {.kind = SERIES_CLOSE, .frame_ns = NS_PER_DAY};
    series_id id;
    cr_assert_eq(view_plan_declare(&plan, def, &id), ERR_FULL);
    cr_assert_eq(plan.series_count, 0);
}
