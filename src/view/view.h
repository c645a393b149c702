/* view.h: what is known of the market: finished bars and the series computed from them.
 *
 * The view is a function of market data alone. It knows no account, so several engines may read one
 * view. Series are declared before the first bar; each distinct one is computed once. There is no
 * way to ask for a bar that is not finished.
 *
 * Frames: from the data's bars, the base, longer ones are built (view_frames.c), anchored to the
 * session by market/calendar.h. A frame's bar is finished by the instrument's first bar that ends
 * at or after the frame's end; a frame without a trade has none. With `hours: regular` bars outside
 * of the regular session do not exist here; a bar of a day is a session, wherever its times lie.
 *
 * A view is plain where nothing but averages of closes is asked for and there are no sessions to
 * tell (`always`, bars shorter than a day). Else it is rich: it also knows the jump from session to
 * session and the silence between two bars. */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/err.h"
#include "base/hot.h"
#include "market/calendar.h"
#include "market/event.h"
#include "view/series.h"

#define SERIES_MAX 256
#define FRAMES_MAX 8 /* of different length, the base among them */

typedef uint16_t series_id;

#define SERIES_ABSENT UINT16_MAX /* an optional series that the data is too coarse for */

struct series_kernel;

/* Gives a finished bar to a kernel; the series' value at it. */
typedef union series_value series_take(struct series_kernel *kernel, const struct event *bar);

/* A series at the last finished bar of its frame; series_before() tells it at the bar before. */
struct series {
    union series_value now;
    union series_value before;         /* but for averages, whose totals tell it */
    uint64_t window;                   /* bars until the first value: of an average its window */
    const struct view_instrument *row; /* NULL: absent */
    struct series_kernel *kernel;      /* NULL: an average of closes, or absent; here and below */
    series_take *take;
};

/* One instrument's finished bars of one frame. */
struct view_instrument {
    uint64_t bars;       /* finished bars since the start */
    int64_t close_e9;    /* of the last one, 0 before the first */
    uint64_t total_e9;   /* of all closes so far, mod 2^64 */
    uint64_t *totals_e9; /* ring of the last totals */
    uint64_t mask;       /* size of the ring, a power of two, less one */
    struct series *series;
    struct series *series_end; /* of the averages; other kinds follow */
    struct view_rich *rich;    /* NULL in a plain view, and for other frames than the base */
};

/* One frame of one instrument in a view that is not plain. */
struct view_track {
    struct event forming; /* not to be looked at; kind NONE: none has begun, and src_ns and ts_ns
                           * are those of the one that the next bar begins, or that ended last */
    struct event bar;     /* the last finished one: src_ns its start, ts_ns its end; not of the
                           * base, whose bars lie in their slice: view_track_bar() */
    struct view_instrument *row;     /* its closes: of the base the instrument's own */
    struct series *end;              /* of its series of all kinds */
    int64_t frame_ns;                /* 0: the base */
    int64_t finished_ns;             /* see view_finished_ns() */
    const struct view_track *source; /* whose finished bars it is made of */
} __attribute__((aligned(64)));

/* What all instruments share to tell sessions. */
struct view_clock {
    enum calendar_id calendar;
    bool all_hours; /* bars outside of the regular session count */
    bool by_day;    /* each bar is a day of its own */
    bool in_day;
    struct trading_day day; /* the last that a bar lay in */
};

/* Until a frame ends, or the day does, a bar is nothing but a finished bar of the base, and a part
 * of the frames that are made of such bars. */
struct view_rich {
    int64_t quiet_ns;          /* bars that end before this are nothing else */
    struct series *end;        /* of the base's series of all kinds */
    struct view_track *tracks; /* the base first, then the frames made of its bars */
    struct view_track *longer; /* and these end here, then those made of other frames' bars */
    uint64_t changes;          /* of the frames beside the base: finished bars, and splits */
    int64_t last_start_ns;
    int64_t last_end_ns; /* of the last bar, INT64_MIN before the first */
    int64_t before_ns;   /* end of the bar before it, INT64_MIN: there was none; up to here a line
                          * of the cache, for each bar */
    struct view_track *tracks_end;
    struct view_clock *clock;
    int32_t date;      /* of the last bar, INT32_MIN before the first */
    uint64_t skipped;  /* bars outside of the hours that count */
    int64_t beyond_e9; /* close of the last bar, if it is one of these, else 0 */
    int64_t paid_e9;   /* dividends per share since the last bar that counts */
    int64_t jump_ppm;  /* see view_jump_ppm() */
} __attribute__((aligned(64)));

/* Read it through the functions below, which cost nothing: strategies ask them for every bar. */
struct view {
    uint32_t instrument_count;
    struct view_instrument *instruments;
    const uint16_t *places; /* [id]: where an instrument's series lies */
    int64_t bar_ns;
    bool plain; /* every bar counts and there is nothing but averages of their closes: bars may go
                 * through view_take_close(), the path that costs least */
};

/* The capacity of a view: known before the first bar. */
struct view_plan {
    uint32_t instrument_count;
    uint32_t series_count;
    struct series_def series[SERIES_MAX]; /* frame_ns 0: the base */
    int64_t bar_ns;                       /* length of the data's bars; 0: there is only the base */
    enum calendar_id calendar;
    bool extended_hours; /* bars outside of the regular session count */
    uint32_t frame_count;
    int64_t frames_ns[FRAMES_MAX - 1]; /* beside the base */
};

/* NULL, or why frames of that length cannot be built from bars of bar_ns ("finer than the data").
 */
const char *view_frame_fault(int64_t bar_ns, int64_t frame_ns);

/* Makes sure that the view has bars of that length (0 or bar_ns: the base). ERR_RANGE where
 * view_frame_fault() has a reason, ERR_FULL past FRAMES_MAX. */
enum err view_plan_add_frame(struct view_plan *plan, int64_t frame_ns);

/* Adds a series to the plan, or finds the equal one that is there. An optional one in a frame that
 * cannot be built gets SERIES_ABSENT. ERR_FULL past SERIES_MAX or FRAMES_MAX, ERR_RANGE for what
 * series_def_check() or view_frame_fault() refuse. */
enum err view_plan_declare(struct view_plan *plan, struct series_def def, series_id *id);

/* Carves a view from the arena. Returns NULL only when the arena measures. */
struct view *view_init(struct arena *arena, const struct view_plan *plan);

/* The instrument's part, for view_take_bar(). */
static inline struct view_instrument *view_row(const struct view *view, uint32_t instrument)
{
    CHECK(instrument < view->instrument_count);
    return &view->instruments[instrument];
}

/* The close of a finished bar of this row, and the averages that follow from it. */
static inline void view_take_close(struct view_instrument *row, int64_t close_e9)
{
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

/* A bar that lies in the frame whose bar grows there, or whose times stand there and begins it. */
static inline void view_add_part(struct event *forming, const struct event *bar)
{
    if (forming->kind == EVENT_NONE) {
        const int64_t start_ns = forming->src_ns;
        const int64_t end_ns = forming->ts_ns;
        *forming = *bar;
        forming->src_ns = start_ns;
        forming->ts_ns = end_ns;
        return;
    }
    struct event_bar *whole = &forming->bar;
    const struct event_bar *part = &bar->bar;
    whole->high_e9 = part->high_e9 > whole->high_e9 ? part->high_e9 : whole->high_e9;
    whole->low_e9 = part->low_e9 < whole->low_e9 ? part->low_e9 : whole->low_e9;
    whole->close_e9 = part->close_e9;
    whole->volume += part->volume;
}

/* A finished bar of a row with series of any kind, which end at `end`. Totals are of use to
 * averages alone. */
static inline void view_take_finished(struct view_instrument *row, const struct series *end,
                                      const struct event *bar)
{
    if (row->series == row->series_end) {
        row->close_e9 = bar->bar.close_e9;
        row->bars++;
    } else {
        view_take_close(row, bar->bar.close_e9);
    }
    for (struct series *series = row->series_end; series < end; series++) {
        series->before = series->now;
        series->now = series->take(series->kernel, bar);
    }
}

/* The same of the base. */
static inline void view_take_base(struct view_instrument *row, const struct event *bar)
{
    struct view_rich *const rich = row->rich;
    rich->before_ns = rich->last_end_ns;
    rich->last_end_ns = bar->ts_ns;
    rich->last_start_ns = bar->src_ns;
    view_take_finished(row, rich->end, bar);
}

/* A bar in a view that is not plain at which a frame or a day ends or begins. */
RARELY void view_take_turn(struct view_instrument *row, const struct event *bar);

/* Any bar in such a view: sessions, frames, kernels. */
static inline void view_take_rich(struct view_instrument *row, const struct event *bar)
{
    struct view_rich *const rich = row->rich;
    if (bar->ts_ns >= rich->quiet_ns) {
        view_take_turn(row, bar);
        return;
    }
    for (struct view_track *track = rich->tracks + 1; track < rich->longer; track++) {
        view_add_part(&track->forming, bar);
    }
    view_take_base(row, bar);
}

/* Takes the instrument's next bar, in any view. */
static inline void view_take_bar(struct view_instrument *row, const struct event *bar)
{
    if (row->rich != NULL) {
        view_take_rich(row, bar);
    } else {
        view_take_close(row, bar->bar.close_e9);
    }
}

/* Takes all bars of one instant. */
void view_on_slice(struct view *view, const struct slice *slice);

/* A split of `new_shares` for `old_shares`, effective before the instrument's next bar: all it
 * knows of the past, unfinished bars included, becomes as if it had come before. */
void view_rescale(struct view *view, uint32_t instrument, int64_t new_shares, int64_t old_shares);

/* A split or a dividend (EVENT_ACTION), before the first bar it is effective for. A dividend moves
 * no series: it only explains a jump. */
void view_on_action(struct view *view, const struct event *action);

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

/* Close of the last bar of all, those outside of the hours that count among them: what a position
 * is worth. 0 before the first. */
static inline int64_t view_price_e9(const struct view *view, uint32_t instrument)
{
    const struct view_instrument *row = &view->instruments[instrument];
    return row->rich != NULL && row->rich->beyond_e9 != 0 ? row->rich->beyond_e9 : row->close_e9;
}

/* The largest jump so far from the last close of a session, as splits and dividends make it, to the
 * first price of the next: its open or, in bars shorter than a day, its first close, whichever is
 * farther. In parts per million of that last close, rounded up; 0 in a plain view. */
int64_t view_jump_ppm(const struct view *view, uint32_t instrument);

/* How long there was no bar in (open_ns, close_ns], now or until the last bar began, whichever is
 * longer; 0 in a plain view, and before the first bar. */
int64_t view_silence_ns(const struct view *view, uint32_t instrument, int64_t open_ns,
                        int64_t close_ns, int64_t now_ns);

/* The instrument's bars of a declared frame (0 or the data's own length: the base); NULL in a plain
 * view. */
const struct view_track *view_track(const struct view *view, uint32_t instrument, int64_t frame_ns);

/* Where the end of the bar that finished the track's last bar stands: a bar of the instrument that
 * ends then, the last that the view took, finished one here. */
static inline const int64_t *view_finished_ns(const struct view_track *track)
{
    return track->frame_ns == 0 ? &track->row->rich->last_end_ns : &track->finished_ns;
}

/* The track's last finished bar, where `bar` is the one that the view took last. */
static inline const struct event *view_track_bar(const struct view_track *track,
                                                 const struct event *bar)
{
    return track->frame_ns == 0 ? bar : &track->bar;
}

/* A number that is another one whenever a bar changed one of the series, or a split did since the
 * bar before. In a view that is not plain. */
const uint64_t *view_changes(const struct view *view, uint32_t instrument,
                             const struct series *const *series, uint32_t count);

/* Bars of the instrument that were outside of the hours that count. */
uint64_t view_skipped(const struct view *view, uint32_t instrument);

/* Stands for every series of SERIES_ABSENT. */
extern const struct series view_absent;

/* The series, valid as long as the view. */
static inline const struct series *view_series(const struct view *view, uint32_t instrument,
                                               series_id id)
{
    return id == SERIES_ABSENT ? &view_absent
                               : &view->instruments[instrument].series[view->places[id]];
}

static inline bool series_is_absent(const struct series *series)
{
    return series->row == NULL;
}

/* Whether the series has its values at the last bar and at the one before it. */
static inline bool series_is_warm(const struct series *series)
{
    return series_is_absent(series) || series->row->bars > series->window;
}

/* What the series, which is not absent, was at the bar before the last one. */
static inline union series_value series_before(const struct series *series)
{
    if (series->kernel != NULL) {
        return series->before;
    }
    const struct view_instrument *row = series->row;
    uint64_t total_e9 = row->total_e9 - (uint64_t)row->close_e9;
    uint64_t leaving = row->bars - 2 - series->window;
    return (union series_value){.bits = total_e9 - row->totals_e9[leaving & row->mask]};
}

#endif
