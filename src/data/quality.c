/* quality.c: one symbol after the other, one question after the other. */
#include "data/quality.h"

#include <stdlib.h>

#include "base/utc.h"
#include "market/new_york.h"
#include "market/xnys.h"
#include "sys/memory.h"

enum {
    PPM = 1000000,
    OUTLIER_RANGES = 5,
    OUTLIER_PPM_MIN = PPM / 100,
    JUMP_PERCENT = 35,
};

#define OPEN_NS        (9 * NS_PER_HOUR + 30 * NS_PER_MIN)
#define CLOSE_NS       (16 * NS_PER_HOUR)
#define EARLY_CLOSE_NS (13 * NS_PER_HOUR)

/* The bars of one symbol, in order of time. */
struct series {
    uint32_t instrument;
    int64_t bar_ns;
    const struct event **bars;
    uint64_t count;
    struct quality *quality;
    struct quality_counts *counts;
};

static void add_finding(const struct series *series, struct quality_finding finding)
{
    struct quality *quality = series->quality;
    if (quality->finding_count == quality->finding_capacity) {
        quality->finding_capacity = quality->finding_capacity * 2 + 16;
        quality->findings =
            xrealloc(quality->findings, quality->finding_capacity * sizeof *quality->findings);
    }
    finding.instrument = series->instrument;
    quality->findings[quality->finding_count++] = finding;
    series->counts->found[finding.kind]++;
}

/* (a - b) / of in millionths. */
static int64_t ppm_of(int64_t a, int64_t b, int64_t of)
{
    return (int64_t)((__int128)(a - b) * PPM / of);
}

/* ---- sessions ---- */

/* The regular session of a date in New York; false when there is none or nobody knows. */
static bool session_of(int32_t date, int64_t *open_ns, int64_t *close_ns)
{
    if (date < XNYS_DATE_FIRST || date > XNYS_DATE_LAST) {
        return false;
    }
    enum xnys_hours hours = xnys_hours(date);
    *open_ns = new_york_utc(date, OPEN_NS);
    *close_ns = new_york_utc(date, hours == XNYS_EARLY_CLOSE ? EARLY_CLOSE_NS : CLOSE_NS);
    return hours != XNYS_CLOSED;
}

/* The slot of a session that a bar's end lies in; open < end <= close. */
static uint64_t slot_of(const struct series *series, int64_t end_ns, int64_t open_ns)
{
    return (uint64_t)((end_ns - open_ns - 1) / series->bar_ns);
}

/* Slots [from, to) have no bar. */
static void add_gap(const struct series *series, int64_t open_ns, uint64_t from, uint64_t to)
{
    if (from < to) {
        series->counts->missing += to - from;
        add_finding(series, (struct quality_finding){
                                .kind = QUALITY_GAP,
                                .at_ns = open_ns + (int64_t)from * series->bar_ns,
                                .bars = to - from,
                            });
    }
}

/* One session: its bars begin at bars[*at], which moves behind them. */
static void check_session(const struct series *series, int64_t open_ns, int64_t close_ns,
                          uint64_t *at)
{
    struct quality_counts *counts = series->counts;
    int64_t first_end_ns = series->bars[0]->ts_ns;
    int64_t last_end_ns = series->bars[series->count - 1]->ts_ns;
    for (; *at < series->count && series->bars[*at]->ts_ns <= open_ns; (*at)++) {
        counts->outside++;
    }
    uint64_t begin = first_end_ns > open_ns ? slot_of(series, first_end_ns, open_ns) : 0;
    uint64_t end = slot_of(series, last_end_ns < close_ns ? last_end_ns : close_ns, open_ns) + 1;
    counts->sessions++;
    if (*at == series->count || series->bars[*at]->ts_ns > close_ns) {
        add_finding(series, (struct quality_finding){.kind = QUALITY_SESSION, .at_ns = open_ns});
        return;
    }
    counts->expected += end - begin;
    uint64_t next = begin;
    for (; *at < series->count && series->bars[*at]->ts_ns <= close_ns; (*at)++) {
        uint64_t slot = slot_of(series, series->bars[*at]->ts_ns, open_ns);
        add_gap(series, open_ns, next, slot);
        next = slot + 1;
    }
    add_gap(series, open_ns, next, end);
}

static void check_sessions(const struct series *series)
{
    int64_t first_end_ns = series->bars[0]->ts_ns;
    int64_t last_end_ns = series->bars[series->count - 1]->ts_ns;
    uint64_t at = 0;
    int32_t last = new_york_date(last_end_ns);
    for (int32_t date = new_york_date(first_end_ns); date <= last; date++) {
        int64_t open_ns;
        int64_t close_ns;
        if (session_of(date, &open_ns, &close_ns) && first_end_ns <= close_ns &&
            last_end_ns > open_ns) {
            check_session(series, open_ns, close_ns, &at);
        }
    }
    series->counts->outside += series->count - at;
}

/* Daily bars: a session for each bar and a bar for each session. */
static void check_days(const struct series *series)
{
    int64_t first = utc_day_of(series->bars[0]->src_ns);
    int64_t last = utc_day_of(series->bars[series->count - 1]->src_ns);
    uint64_t at = 0;
    for (int64_t day = first; day <= last; day++) {
        if (day < XNYS_DATE_FIRST || day > XNYS_DATE_LAST) {
            continue;
        }
        while (utc_day_of(series->bars[at]->src_ns) < day) {
            at++; /* stops at the last bar */
        }
        bool is_session = xnys_hours((int32_t)day) != XNYS_CLOSED;
        bool has_bar = utc_day_of(series->bars[at]->src_ns) == day;
        series->counts->sessions += is_session ? 1 : 0;
        if (is_session != has_bar) {
            add_finding(series, (struct quality_finding){
                                    .kind = is_session ? QUALITY_SESSION : QUALITY_OFF_SESSION,
                                    .at_ns = day * NS_PER_DAY,
                                });
        }
    }
}

/* ---- prices ---- */

static int compare_int64(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static int64_t median_range_ppm(const struct series *series)
{
    int64_t *ranges = xcalloc(series->count, sizeof *ranges);
    for (uint64_t i = 0; i < series->count; i++) {
        const struct event_bar *bar = &series->bars[i]->bar;
        ranges[i] = ppm_of(bar->high_e9, bar->low_e9, bar->close_e9);
    }
    qsort(ranges, series->count, sizeof *ranges, compare_int64);
    int64_t median = ranges[series->count / 2];
    free(ranges);
    return median;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void check_outliers(const struct series *series)
{
    int64_t limit_ppm = larger(OUTLIER_RANGES * median_range_ppm(series), OUTLIER_PPM_MIN);
    for (uint64_t i = 1; i + 1 < series->count; i++) {
        const struct event_bar *before = &series->bars[i - 1]->bar;
        const struct event_bar *bar = &series->bars[i]->bar;
        const struct event_bar *after = &series->bars[i + 1]->bar;
        int64_t high_e9 = larger(before->high_e9, after->high_e9);
        int64_t low_e9 = smaller(before->low_e9, after->low_e9);
        int64_t above_ppm = ppm_of(bar->high_e9, high_e9, high_e9);
        int64_t below_ppm = ppm_of(low_e9, bar->low_e9, low_e9);
        int64_t beyond_ppm = larger(above_ppm, below_ppm);
        if (beyond_ppm > limit_ppm) {
            add_finding(series, (struct quality_finding){
                                    .kind = QUALITY_OUTLIER,
                                    .at_ns = series->bars[i]->src_ns,
                                    .ratio = (double)beyond_ppm / PPM,
                                });
        }
    }
}

/* New shares for old ones, as companies usually split. */
static const struct {
    uint32_t split, splits;
} simple_splits[] = {
    {3,   2  },
    {2,   1  },
    {5,   2  },
    {3,   1  },
    {4,   1  },
    {5,   1  },
    {6,   1  },
    {7,   1  },
    {8,   1  },
    {10,  1  },
    {15,  1  },
    {20,  1  },
    {25,  1  },
    {30,  1  },
    {40,  1  },
    {50,  1  },
    {100, 1  },
    {1,   2  },
    {2,   5  },
    {1,   3  },
    {1,   4  },
    {1,   5  },
    {1,   6  },
    {1,   7  },
    {1,   8  },
    {1,   10 },
    {1,   15 },
    {1,   20 },
    {1,   25 },
    {1,   30 },
    {1,   40 },
    {1,   50 },
    {1,   100},
    {2,   3  },
};

/* How far a jump is from a split's: 1 is equal. */
static double distance(double ratio, uint32_t split, uint32_t splits)
{
    double product = ratio * split / splits;
    return product < 1.0 ? 1.0 / product : product;
}

static void add_jump(const struct series *series, const struct event *bar, double ratio)
{
    size_t best = 0;
    for (size_t i = 1; i < sizeof simple_splits / sizeof simple_splits[0]; i++) {
        if (distance(ratio, simple_splits[i].split, simple_splits[i].splits) <
            distance(ratio, simple_splits[best].split, simple_splits[best].splits)) {
            best = i;
        }
    }
    add_finding(series, (struct quality_finding){
                            .kind = QUALITY_JUMP,
                            .at_ns = bar->src_ns,
                            .ratio = ratio,
                            .split = simple_splits[best].split,
                            .splits = simple_splits[best].splits,
                        });
}

/* Daily bars lie on UTC days, all others are looked at in New York. */
static int64_t date_of(const struct series *series, const struct event *bar)
{
    return series->bar_ns >= NS_PER_DAY ? utc_day_of(bar->src_ns) : new_york_date(bar->src_ns);
}

static bool is_jump(int64_t from_e9, int64_t to_e9)
{
    __int128 change = (__int128)100 * (to_e9 - from_e9);
    __int128 limit = (__int128)JUMP_PERCENT * from_e9;
    return change > limit || change < -limit;
}

/* The first bar of a day: its open, or in bars within the day its close, for an open may still be
 * a price of the day before. */
static void check_jump(const struct series *series, const struct event *before,
                       const struct event *bar)
{
    int64_t from_e9 = before->bar.close_e9;
    if (is_jump(from_e9, bar->bar.open_e9)) {
        add_jump(series, bar, (double)bar->bar.open_e9 / (double)from_e9);
    } else if (series->bar_ns < NS_PER_DAY && is_jump(from_e9, bar->bar.close_e9)) {
        add_jump(series, bar, (double)bar->bar.close_e9 / (double)from_e9);
    }
}

static void check_neighbours(const struct series *series)
{
    struct quality_counts *counts = series->counts;
    for (uint64_t i = 0; i < series->count; i++) {
        const struct event *bar = series->bars[i];
        counts->zero_volume += bar->bar.volume == 0 ? 1 : 0;
        if (i == 0) {
            continue;
        }
        const struct event *before = series->bars[i - 1];
        const struct event_bar *a = &before->bar;
        const struct event_bar *b = &bar->bar;
        bool same = a->open_e9 == b->open_e9 && a->high_e9 == b->high_e9 &&
                    a->low_e9 == b->low_e9 && a->close_e9 == b->close_e9 && a->volume == b->volume;
        counts->repeats += same && b->volume > 0 ? 1 : 0;
        if (date_of(series, before) != date_of(series, bar)) {
            check_jump(series, before, bar);
        }
    }
}

/* ---- all symbols ---- */

static void measure_series(const struct series *series)
{
    series->counts->bars = series->count;
    if (series->count == 0) {
        return;
    }
    if (series->bar_ns < NS_PER_DAY) {
        check_sessions(series);
    } else if (series->bar_ns == NS_PER_DAY) {
        check_days(series);
    }
    check_outliers(series);
    check_neighbours(series);
}

static void add_counts(struct quality_counts *all, const struct quality_counts *counts)
{
    all->bars += counts->bars;
    all->expected += counts->expected;
    all->missing += counts->missing;
    all->outside += counts->outside;
    all->zero_volume += counts->zero_volume;
    all->repeats += counts->repeats;
    all->sessions += counts->sessions;
    for (int kind = 0; kind < QUALITY_KIND_COUNT; kind++) {
        all->found[kind] += counts->found[kind];
    }
}

/* Pointers to all bars, symbol by symbol, within a symbol by time; starts[i] is where i's begin. */
static const struct event **by_symbol(const struct bars *bars, uint64_t *starts)
{
    for (uint64_t i = 0; i < bars->count; i++) {
        starts[bars->records[i].instrument + 1]++;
    }
    for (uint32_t i = 0; i < bars->instrument_count; i++) {
        starts[i + 1] += starts[i];
    }
    const struct event **order = xcalloc(bars->count, sizeof(const struct event *));
    uint64_t *next = xcalloc(bars->instrument_count, sizeof *next);
    for (uint64_t i = 0; i < bars->count; i++) {
        uint32_t instrument = bars->records[i].instrument;
        order[starts[instrument] + next[instrument]++] = &bars->records[i];
    }
    free(next);
    return order;
}

void quality_measure(const struct bars *bars, struct quality *quality)
{
    *quality = (struct quality){
        .symbols = xcalloc(bars->instrument_count, sizeof *quality->symbols),
    };
    uint64_t *starts = xcalloc((size_t)bars->instrument_count + 1, sizeof *starts);
    const struct event **order = by_symbol(bars, starts);
    for (uint32_t i = 0; i < bars->instrument_count; i++) {
        struct series series = {
            .instrument = i,
            .bar_ns = bars->bar_ns,
            .bars = order + starts[i],
            .count = starts[i + 1] - starts[i],
            .quality = quality,
            .counts = &quality->symbols[i],
        };
        measure_series(&series);
        add_counts(&quality->all, series.counts);
    }
    free(order);
    free(starts);
}

void quality_finish(struct quality *quality)
{
    if (quality != NULL) {
        free(quality->symbols);
        free(quality->findings);
        *quality = (struct quality){0};
    }
}

const char *quality_kind_text(enum quality_kind kind)
{
    switch (kind) {
    case QUALITY_GAP:
        return "missing bars";
    case QUALITY_SESSION:
        return "missing session";
    case QUALITY_OFF_SESSION:
        return "no session that day";
    case QUALITY_OUTLIER:
        return "outlier";
    case QUALITY_JUMP:
        return "jump";
    case QUALITY_KIND_COUNT:
        break;
    }
    return "unknown";
}
