/* facts.c: see facts.h.
 *
 * One pass over the bars makes two tables in order of time, one of bars and one of days, each row
 * an observation with its return, size and volume. Both then go through the same mill: symbol by
 * symbol for what one series tells, and once over all for the correlation between symbols. */
#include "data/facts.h"

#include <stdlib.h>

#include "base/fmath.h"
#include "base/utc.h"
#include "data/facts_stats.h"
#include "data/synth_sessions.h"
#include "sys/memory.h"

#define NOT_KNOWN     __builtin_nan("")
#define DAYS_A_YEAR   252.0
#define NIGHT_MAX     0.35 /* above, it is no return but a split */
#define HALF_HOUR_NS  (30 * NS_PER_MIN)
#define DEVIATIONS_UP 3.0

enum { LEAD = 10 };

const struct fact_row fact_rows[FACT_COUNT] = {
#define X(name, key, text, low, high) {key, text, low, high},
    FACT_LIST(X)
#undef X
};

enum part { PART_FIRST, PART_MIDDLE, PART_LAST, PARTS };

struct observation {
    int64_t time_ns; /* bars: the start; days: the day's number */
    uint32_t instrument;
    uint32_t group;        /* a bar's session; one for all days */
    enum part part;        /* of the session; bars only */
    double r;              /* log return since the close before */
    double range;          /* high - low, relative to the close; bars only */
    double night, session; /* the two parts of a day's return; days only */
    double volume;
};

struct table {
    struct observation *rows;
    size_t count, capacity;
};

static struct observation *table_add(struct table *table)
{
    if (table->count == table->capacity) {
        table->capacity = table->capacity * 2 + 1024;
        table->rows = xrealloc(table->rows, table->capacity * sizeof *table->rows);
    }
    return &table->rows[table->count++];
}

static double size_of(double r)
{
    return r < 0.0 ? -r : r;
}

static double log_return(int64_t from_e9, int64_t to_e9)
{
    return fmath_log((double)to_e9 / (double)from_e9);
}

/* ---- the pass over the bars ---- */

/* The day of one symbol that is being put together. */
struct day {
    bool any;
    int64_t day;
    int64_t open_e9, close_e9;
    int64_t end_ns; /* of its last bar */
    double volume;
    int64_t close_before_e9; /* of the day before; 0: none */
};

struct pass {
    struct facts *facts;
    struct table bars, days;
    struct day *open_days; /* by instrument */
    int64_t bar_ns;
};

static void day_end(struct pass *pass, uint32_t instrument)
{
    struct day *day = &pass->open_days[instrument];
    if (!day->any) {
        return;
    }
    if (day->close_before_e9 > 0) {
        double night = log_return(day->close_before_e9, day->open_e9);
        double session = log_return(day->open_e9, day->close_e9);
        if (size_of(night) > NIGHT_MAX) {
            pass->facts->unused++;
        } else {
            *table_add(&pass->days) = (struct observation){
                .time_ns = day->day,
                .instrument = instrument,
                .r = night + session,
                .night = night,
                .session = session,
                .volume = day->volume,
            };
        }
    }
    *day = (struct day){.close_before_e9 = day->close_e9};
}

static void add_bar(struct pass *pass, const struct event *bar, const struct synth_session *session)
{
    const struct day *day = &pass->open_days[bar->instrument];
    bool follows = day->any && day->end_ns == bar->src_ns;
    int64_t from_e9 = follows ? day->close_e9 : bar->bar.open_e9;
    enum part part = PART_MIDDLE;
    if (bar->src_ns < session->open_ns + HALF_HOUR_NS) {
        part = PART_FIRST;
    } else if (bar->src_ns >= session->close_ns - HALF_HOUR_NS) {
        part = PART_LAST;
    }
    *table_add(&pass->bars) = (struct observation){
        .time_ns = bar->src_ns,
        .instrument = bar->instrument,
        .group = (uint32_t)utc_day_of(bar->src_ns),
        .part = part,
        .r = log_return(from_e9, bar->bar.close_e9),
        .range = (double)(bar->bar.high_e9 - bar->bar.low_e9) / (double)bar->bar.close_e9,
        .volume = (double)bar->bar.volume,
    };
}

static void take_bar(struct pass *pass, const struct event *bar)
{
    int64_t number = utc_day_of(bar->src_ns);
    if (pass->bar_ns < NS_PER_DAY) {
        struct synth_session session;
        if (!synth_session_of_day(number, &session) || bar->src_ns < session.open_ns ||
            bar->src_ns >= session.close_ns) {
            return;
        }
        if (pass->open_days[bar->instrument].day != number) {
            day_end(pass, bar->instrument);
        }
        add_bar(pass, bar, &session);
    } else {
        day_end(pass, bar->instrument);
    }
    struct day *day = &pass->open_days[bar->instrument];
    if (!day->any) {
        day->any = true;
        day->day = number;
        day->open_e9 = bar->bar.open_e9;
    }
    day->close_e9 = bar->bar.close_e9;
    day->end_ns = bar->ts_ns;
    day->volume += (double)bar->bar.volume;
    pass->facts->bars++;
}

/* ---- one symbol ---- */

/* The rows of one symbol as plain series. */
struct series {
    size_t count;
    double *r, *size, *volume;
    uint32_t *group;
    const struct observation **rows;
};

static void series_create(struct series *series, size_t capacity)
{
    *series = (struct series){
        .r = xcalloc(capacity + 1, sizeof(double)),
        .size = xcalloc(capacity + 1, sizeof(double)),
        .volume = xcalloc(capacity + 1, sizeof(double)),
        .group = xcalloc(capacity + 1, sizeof(uint32_t)),
        .rows = xcalloc(capacity + 1, sizeof(struct observation *)),
    };
}

static void series_finish(struct series *series)
{
    free(series->r);
    free(series->size);
    free(series->volume);
    free(series->group);
    free(series->rows);
}

static void series_fill(struct series *series, const struct observation *const *rows, size_t count)
{
    double volume = 0.0;
    for (size_t i = 0; i < count; i++) {
        volume += rows[i]->volume;
    }
    double mean = volume > 0.0 ? volume / (double)count : 1.0;
    for (size_t i = 0; i < count; i++) {
        series->rows[i] = rows[i];
        series->r[i] = rows[i]->r;
        series->size[i] = size_of(rows[i]->r);
        series->volume[i] = rows[i]->volume / mean;
        series->group[i] = rows[i]->group;
    }
    series->count = count;
}

/* The means over many symbols: each adds what it knows. */
struct averages {
    double sums[FACT_COUNT];
    double counts[FACT_COUNT];
};

static void average_add(struct averages *averages, enum fact fact, double value)
{
    if (value == value) { /* not NaN */
        averages->sums[fact] += value;
        averages->counts[fact] += 1.0;
    }
}

/* The facts that bars and days have in common, in the order of the list. */
struct common_facts {
    enum fact volatility, skew, kurtosis, returns_lag_1, sizes[3], leverage, volume_size, pairs;
};

static const struct common_facts bar_facts = {
    FACT_BAR_VOLATILITY,
    FACT_BAR_SKEW,
    FACT_BAR_KURTOSIS,
    FACT_BAR_RETURNS_LAG_1,
    {FACT_BAR_SIZES_LAG_1, FACT_BAR_SIZES_LAG_10, FACT_BAR_SIZES_LAG_50},
    FACT_BAR_LEVERAGE,
    FACT_BAR_VOLUME_SIZE,
    FACT_BAR_PAIRS,
};

static const struct common_facts day_facts = {
    FACT_DAY_VOLATILITY,
    FACT_DAY_SKEW,
    FACT_DAY_KURTOSIS,
    FACT_DAY_RETURNS_LAG_1,
    {FACT_DAY_SIZES_LAG_1, FACT_DAY_SIZES_LAG_10, FACT_DAY_SIZES_LAG_50},
    FACT_DAY_LEVERAGE,
    FACT_DAY_VOLUME_SIZE,
    FACT_DAY_PAIRS,
};

static void add_common(struct averages *averages, const struct series *series,
                       const struct common_facts *facts, double a_year)
{
    static const size_t lags[3] = {1, 10, 50};
    size_t count = series->count;
    struct stats_moments moments = stats_moments(series->r, count);
    average_add(averages, facts->volatility, moments.deviation * fmath_sqrt(a_year));
    average_add(averages, facts->skew, moments.skew);
    average_add(averages, facts->kurtosis, moments.kurtosis);
    average_add(averages, facts->returns_lag_1,
                stats_autocorrelation(series->r, series->group, count, 1));
    for (size_t i = 0; i < 3; i++) {
        average_add(averages, facts->sizes[i],
                    stats_autocorrelation(series->size, series->group, count, lags[i]));
    }
    average_add(averages, facts->leverage,
                stats_lead_correlation(series->r, series->group, count, LEAD));
    average_add(averages, facts->volume_size,
                stats_correlation(series->volume, series->size, count));
}

/* Each part of the session against the whole of it. */
static void add_shape(struct averages *averages, const struct series *series)
{
    double sizes[PARTS] = {0};
    double volumes[PARTS] = {0};
    double counts[PARTS] = {0};
    double size = 0.0;
    double range = 0.0;
    for (size_t i = 0; i < series->count; i++) {
        enum part part = series->rows[i]->part;
        counts[part] += 1.0;
        sizes[part] += series->size[i];
        volumes[part] += series->volume[i]; /* in units of the mean */
        size += series->size[i];
        range += series->rows[i]->range;
    }
    if (series->count == 0 || !(size > 0.0)) {
        return;
    }
    average_add(averages, FACT_BAR_RANGE, range / size);
    double mean = size / (double)series->count;
    for (int part = 0; part < PARTS; part++) {
        average_add(averages, FACT_SHAPE_FIRST + (enum fact)part,
                    sizes[part] / counts[part] / mean);
        average_add(averages, FACT_VOLUME_FIRST + (enum fact)part, volumes[part] / counts[part]);
    }
}

static void add_days(struct averages *averages, const struct series *series)
{
    double night = 0.0;
    double session = 0.0;
    double tail = 0.0;
    struct stats_moments moments = stats_moments(series->r, series->count);
    for (size_t i = 0; i < series->count; i++) {
        const struct observation *row = series->rows[i];
        night += row->night * row->night;
        session += row->session * row->session;
        tail += size_of(row->r - moments.mean) > DEVIATIONS_UP * moments.deviation ? 1.0 : 0.0;
    }
    if (series->count >= 20 && session > 0.0) {
        average_add(averages, FACT_DAY_NIGHT, night / session);
        average_add(averages, FACT_DAY_TAIL, tail / (double)series->count);
    }
}

/* ---- all symbols ---- */

/* The mean correlation of two symbols, weighted by the moments they have in common. With z the
 * returns in units of their deviation, sum over pairs of z_i z_j is ((sum z)^2 - sum z^2) / 2. */
static double mean_correlation(const struct table *table, const struct stats_moments *moments)
{
    double products = 0.0;
    double pairs = 0.0;
    for (size_t from = 0, to; from < table->count; from = to) {
        double sum = 0.0;
        double squares = 0.0;
        double n = 0.0;
        for (to = from; to < table->count && table->rows[to].time_ns == table->rows[from].time_ns;
             to++) {
            const struct stats_moments *own = &moments[table->rows[to].instrument];
            if (own->deviation > 0.0) {
                double z = (table->rows[to].r - own->mean) / own->deviation;
                sum += z;
                squares += z * z;
                n += 1.0;
            }
        }
        products += sum * sum - squares;
        pairs += n * (n - 1.0);
    }
    return pairs > 0.0 ? products / pairs : NOT_KNOWN;
}

/* The rows of each symbol one after another; starts[i] is where those of symbol i begin. */
static const struct observation **by_symbol(const struct table *table, uint32_t symbols,
                                            size_t *starts)
{
    for (size_t i = 0; i < table->count; i++) {
        starts[table->rows[i].instrument + 1]++;
    }
    for (uint32_t i = 0; i < symbols; i++) {
        starts[i + 1] += starts[i];
    }
    size_t *next = xcalloc(symbols, sizeof *next);
    const struct observation **rows = xcalloc(table->count + 1, sizeof *rows);
    for (size_t i = 0; i < table->count; i++) {
        uint32_t symbol = table->rows[i].instrument;
        rows[starts[symbol] + next[symbol]++] = &table->rows[i];
    }
    free(next);
    return rows;
}

static void add_table(struct averages *averages, const struct table *table, uint32_t symbols,
                      const struct common_facts *facts, double a_year)
{
    size_t *starts = xcalloc(symbols + 1, sizeof *starts);
    const struct observation **rows = by_symbol(table, symbols, starts);
    struct stats_moments *moments = xcalloc(symbols, sizeof *moments);
    struct series series;
    series_create(&series, table->count);
    for (uint32_t i = 0; i < symbols; i++) {
        series_fill(&series, rows + starts[i], starts[i + 1] - starts[i]);
        moments[i] = stats_moments(series.r, series.count);
        add_common(averages, &series, facts, a_year);
        if (facts == &bar_facts) {
            add_shape(averages, &series);
        } else {
            add_days(averages, &series);
        }
    }
    if (symbols > 1) {
        average_add(averages, facts->pairs, mean_correlation(table, moments));
    }
    series_finish(&series);
    free(moments);
    free(rows);
    free(starts);
}

static int compare_days(const void *a, const void *b)
{
    const struct observation *x = a;
    const struct observation *y = b;
    if (x->time_ns != y->time_ns) {
        return x->time_ns < y->time_ns ? -1 : 1;
    }
    return x->instrument < y->instrument ? -1 : x->instrument > y->instrument;
}

void facts_compute(const struct bars *bars, struct facts *facts)
{
    *facts = (struct facts){.symbols = bars->instrument_count};
    struct pass pass = {.facts = facts, .bar_ns = bars->bar_ns};
    pass.open_days = xcalloc(bars->instrument_count, sizeof *pass.open_days);
    for (uint64_t i = 0; i < bars->count; i++) {
        take_bar(&pass, &bars->records[i]);
    }
    for (uint32_t i = 0; i < bars->instrument_count; i++) {
        day_end(&pass, i);
    }
    free(pass.open_days);
    facts->days = pass.days.count;
    if (pass.days.count > 0) { /* a day is known when the next begins, which differs by symbol */
        qsort(pass.days.rows, pass.days.count, sizeof *pass.days.rows, compare_days);
    }
    struct averages averages = {0};
    double bars_a_day = (double)(390 * NS_PER_MIN) / (double)bars->bar_ns;
    add_table(&averages, &pass.bars, facts->symbols, &bar_facts, bars_a_day * DAYS_A_YEAR);
    add_table(&averages, &pass.days, facts->symbols, &day_facts, DAYS_A_YEAR);
    free(pass.bars.rows);
    free(pass.days.rows);
    for (int i = 0; i < FACT_COUNT; i++) {
        facts->values[i] =
            averages.counts[i] > 0.0 ? averages.sums[i] / averages.counts[i] : NOT_KNOWN;
    }
}
