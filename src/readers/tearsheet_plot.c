/* tearsheet_plot.c: curves as SVG that stretches with the page; the words on its axes are HTML laid
 * over it, so that they keep their size on a phone.
 *
 * Across goes market time: one step a slice, so that nights and weekends take no room. A curve of
 * many points is drawn by the lowest and the highest of each of some hundred stretches. */
#include <math.h>
#include <stdlib.h>

#include "base/money.h"
#include "readers/result_text.h"
#include "readers/tearsheet_private.h"
#include "sys/memory.h"

enum {
    WIDTH = 1000,
    HEIGHT = 300,
    STRETCHES = 700,
    X_LABELS_MAX = 7,
    APART = 6,   /* buy and hold may span so many times what the run spans */
    Y_STEPS = 4, /* about as many between the lowest and the highest line */
};

struct plot {
    FILE *out;
    const struct equity_series *series;
    double low;  /* of the axis */
    double high; /* > low */
    double step; /* between lines */
    bool percent;
};

/* ---- where things lie ---- */

static double across(const struct plot *plot, size_t point, double width)
{
    const struct equity_series *series = plot->series;
    double all = (double)series->points[series->point_count - 1].slice + 1.0;
    return ((double)series->points[point].slice + 1.0) / all * width;
}

static double down(const struct plot *plot, double value, double height)
{
    return (plot->high - value) / (plot->high - plot->low) * height;
}

/* 1, 2 or 5 times a power of ten, near `rough` and not below it. */
static double round_step(double rough)
{
    double power = pow(10.0, floor(log10(rough)));
    double digit = rough / power;
    return power * (digit <= 1.0 ? 1.0 : digit <= 2.0 ? 2.0 : digit <= 5.0 ? 5.0 : 10.0);
}

static void fit_axis(struct plot *plot, double lowest, double highest)
{
    if (highest <= lowest) {
        double some = fmax(fabs(lowest) * 0.01, 0.01);
        lowest -= plot->percent ? some : some / 2.0;
        highest += plot->percent ? 0.0 : some / 2.0;
    }
    plot->step = round_step((highest - lowest) / Y_STEPS);
    plot->low = floor(lowest / plot->step) * plot->step;
    plot->high = ceil(highest / plot->step) * plot->step;
}

/* ---- axes ---- */

/* What stands at the left of a line: no more decimals than the steps need. */
static void write_level(const struct plot *plot, double value)
{
    char text[SHOWN_SIZE];
    double shown = fabs(value) < plot->step / 1e6 ? 0.0 : value;
    if (plot->percent) {
        int decimals = plot->step >= 0.01 ? 0 : plot->step >= 0.001 ? 1 : 2;
        (void)fprintf(plot->out, "%.*f %%", decimals, shown * 100.0);
    } else if (plot->step < 1.0 || fabs(shown) > 9e9) {
        (void)fprintf(plot->out, plot->step < 1.0 ? "$%.2f" : "$%.2e", shown);
    } else {
        (void)fprintf(plot->out, "%s$%s", shown < 0.0 ? "-" : "",
                      text_grouped((uint64_t)(fabs(shown) + 0.5), text));
    }
}

static int line_count(const struct plot *plot)
{
    return (int)((plot->high - plot->low) / plot->step + 1.5);
}

static void draw_grid(const struct plot *plot)
{
    for (int i = 0; i < line_count(plot); i++) {
        double y = down(plot, plot->low + i * plot->step, HEIGHT);
        (void)fprintf(plot->out,
                      "<line class=\"grid\" x1=\"0\" x2=\"%d\" y1=\"%.2f\" y2=\"%.2f\"/>", WIDTH, y,
                      y);
    }
}

static void write_levels(const struct plot *plot)
{
    for (int i = 0; i < line_count(plot); i++) {
        double value = plot->low + i * plot->step;
        (void)fprintf(plot->out, "<span class=\"y\" style=\"top:%.2f%%\">",
                      down(plot, value, 100.0));
        write_level(plot, value);
        (void)fputs("</span>", plot->out);
    }
}

enum time_unit { UNIT_MINUTE, UNIT_DAY, UNIT_MONTH, UNIT_YEAR };

/* Where the axis may have its words: every so many of a unit. */
struct rhythm {
    enum time_unit unit;
    int64_t every;
};

static const struct rhythm rhythms[] = {
    {UNIT_MINUTE, 1  },
    {UNIT_MINUTE, 5  },
    {UNIT_MINUTE, 15 },
    {UNIT_MINUTE, 30 },
    {UNIT_MINUTE, 60 },
    {UNIT_MINUTE, 120},
    {UNIT_MINUTE, 240},
    {UNIT_MINUTE, 720},
    {UNIT_DAY,    1  },
    {UNIT_DAY,    2  },
    {UNIT_DAY,    7  },
    {UNIT_DAY,    14 },
    {UNIT_MONTH,  1  },
    {UNIT_MONTH,  2  },
    {UNIT_MONTH,  3  },
    {UNIT_MONTH,  6  },
    {UNIT_YEAR,   1  },
    {UNIT_YEAR,   2  },
    {UNIT_YEAR,   5  },
    {UNIT_YEAR,   10 },
    {UNIT_YEAR,   50 },
};

enum { RHYTHM_COUNT = sizeof rhythms / sizeof rhythms[0] };

/* A bar's end belongs to the day it covers, so a nanosecond is taken off. */
static int64_t period(const struct rhythm *rhythm, int64_t ts_ns)
{
    struct utc_date date = utc_date(utc_day_of(ts_ns - 1));
    switch (rhythm->unit) {
    case UNIT_MINUTE:
        return ts_ns / NS_PER_MIN / rhythm->every;
    case UNIT_DAY:
        return utc_day_of(ts_ns - 1) / rhythm->every;
    case UNIT_MONTH:
        return ((int64_t)date.year * 12 + date.month - 1) / rhythm->every;
    case UNIT_YEAR:
        return date.year / rhythm->every;
    }
    return 0;
}

/* Whether a new period begins at this point. */
static bool begins(const struct plot *plot, const struct rhythm *rhythm, size_t point)
{
    const struct equity_series *series = plot->series;
    int64_t before_ns = point == 0 ? series->start_ns + 1 : series->points[point - 1].ts_ns;
    return period(rhythm, before_ns) != period(rhythm, series->points[point].ts_ns);
}

static void write_moment(const struct plot *plot, const struct rhythm *rhythm, int64_t ts_ns)
{
    static const int from[] = {11, 5, 0, 0};
    static const int length[] = {5, 5, 7, 4};
    char text[UTC_TEXT_SIZE];
    (void)utc_format(rhythm->unit == UNIT_MINUTE ? ts_ns : ts_ns - 1, text);
    (void)fprintf(plot->out, "%.*s", length[rhythm->unit], text + from[rhythm->unit]);
}

static size_t count_beginnings(const struct plot *plot, const struct rhythm *rhythm)
{
    size_t count = 0;
    for (size_t i = 0; i < plot->series->point_count; i++) {
        count += begins(plot, rhythm, i) ? 1 : 0;
    }
    return count;
}

/* The finest that is not too many. Times of day tell one day from another only within one. */
static const struct rhythm *choose_rhythm(const struct plot *plot)
{
    const struct rhythm *last = &rhythms[RHYTHM_COUNT - 1];
    const struct rhythm *rhythm = rhythms;
    while (rhythm < last && plot->series->session_count > 1 && rhythm->unit == UNIT_MINUTE) {
        rhythm++;
    }
    while (rhythm < last && count_beginnings(plot, rhythm) > X_LABELS_MAX) {
        rhythm++;
    }
    return rhythm;
}

static void write_moments(const struct plot *plot)
{
    const struct equity_series *series = plot->series;
    const struct rhythm *rhythm = choose_rhythm(plot);
    for (size_t i = 0; i < series->point_count; i++) {
        double left = across(plot, i, 100.0);
        /* Words at the very ends would hang over the edge. */
        if (begins(plot, rhythm, i) && left > 3.0 && left < 97.0) {
            (void)fprintf(plot->out, "<span class=\"x\" style=\"left:%.2f%%\">", left);
            write_moment(plot, rhythm, series->points[i].ts_ns);
            (void)fputs("</span>", plot->out);
        }
    }
}

/* ---- curves ---- */

static void line_to(const struct plot *plot, size_t point, double value)
{
    (void)fprintf(plot->out, "L%.1f %.1f", across(plot, point, WIDTH), down(plot, value, HEIGHT));
}

/* The lowest and the highest of the points in from..to, in the order they came. */
static void draw_stretch(const struct plot *plot, const double *values, size_t from, size_t to)
{
    size_t lowest = from;
    size_t highest = from;
    for (size_t i = from; i < to; i++) {
        lowest = values[i] < values[lowest] ? i : lowest;
        highest = values[i] > values[highest] ? i : highest;
    }
    size_t first = lowest < highest ? lowest : highest;
    size_t second = lowest < highest ? highest : lowest;
    line_to(plot, first, values[first]);
    if (second != first) {
        line_to(plot, second, values[second]);
    }
    if (second + 1 < to && to == plot->series->point_count) {
        line_to(plot, to - 1, values[to - 1]); /* the run's last word */
    }
}

static void draw_curve(const struct plot *plot, const double *values, double start)
{
    size_t count = plot->series->point_count;
    size_t stretches = count < STRETCHES ? count : STRETCHES;
    (void)fprintf(plot->out, "M0 %.1f", down(plot, start, HEIGHT));
    for (size_t i = 0; i < stretches; i++) {
        draw_stretch(plot, values, count * i / stretches, count * (i + 1) / stretches);
    }
}

static void draw_path(const struct plot *plot, const char *name, const double *values, double start)
{
    (void)fprintf(plot->out, "<path class=\"%s\" d=\"", name);
    draw_curve(plot, values, start);
    (void)fputs("\"/>", plot->out);
}

static void plot_begin(const struct plot *plot, const char *size, const char *title)
{
    (void)fprintf(plot->out,
                  "<div class=\"plot%s\"><svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" "
                  "role=\"img\" aria-label=\"%s\">",
                  size, WIDTH, HEIGHT, title);
    draw_grid(plot);
}

static void plot_end(const struct plot *plot)
{
    (void)fputs("</svg>", plot->out);
    write_levels(plot);
    write_moments(plot);
    (void)fputs("</div>\n", plot->out);
}

/* ---- the two plots ---- */

static void widen(const double *values, size_t count, double *lowest, double *highest)
{
    for (size_t i = 0; values != NULL && i < count; i++) {
        *lowest = fmin(*lowest, values[i]);
        *highest = fmax(*highest, values[i]);
    }
}

/* A curve that would press the run's flat beside it gets a plot of its own. */
static bool benchmark_apart(const struct tearsheet *sheet, const double *equity, double start)
{
    size_t count = sheet->history->equity.point_count;
    double low = start;
    double high = start;
    double low_both = start;
    double high_both = start;
    widen(equity, count, &low, &high);
    widen(equity, count, &low_both, &high_both);
    widen(sheet->benchmark, count, &low_both, &high_both);
    return sheet->benchmark != NULL && high_both - low_both > APART * (high - low);
}

/* Dollars over time, of one curve or two; either may be NULL. */
static void plot_worth(const struct tearsheet *sheet, const char *title, const double *run,
                       const double *hold, FILE *out)
{
    const struct equity_series *series = &sheet->history->equity;
    struct plot plot = {.out = out, .series = series};
    double start = (double)series->start_e9 / (double)MONEY_E9;
    double lowest = start;
    double highest = start;
    widen(run, series->point_count, &lowest, &highest);
    widen(hold, series->point_count, &lowest, &highest);
    fit_axis(&plot, lowest, highest);
    plot_begin(&plot, run == NULL ? " low" : "", title);
    (void)fprintf(out, "<line class=\"start\" x1=\"0\" x2=\"%d\" y1=\"%.2f\" y2=\"%.2f\"/>", WIDTH,
                  down(&plot, start, HEIGHT), down(&plot, start, HEIGHT));
    if (hold != NULL) {
        draw_path(&plot, "hold", hold, start);
    }
    if (run != NULL) {
        draw_path(&plot, "run", run, start);
    }
    plot_end(&plot);
}

static void plot_drawdown(const struct tearsheet *sheet, const double *falls, FILE *out)
{
    const struct equity_series *series = &sheet->history->equity;
    struct plot plot = {.out = out, .series = series, .percent = true};
    double lowest = 0.0;
    double highest = 0.0;
    widen(falls, series->point_count, &lowest, &highest);
    fit_axis(&plot, lowest, highest);
    plot_begin(&plot, " low", "drawdown over time");
    (void)fputs("<path class=\"fill\" d=\"", out);
    draw_curve(&plot, falls, 0.0);
    (void)fprintf(out, "L%d %.1fZ\"/>", WIDTH, down(&plot, 0.0, HEIGHT));
    draw_path(&plot, "fall", falls, 0.0);
    plot_end(&plot);
}

static void write_key(const struct tearsheet *sheet, FILE *out)
{
    const struct equity_series *series = &sheet->history->equity;
    char text[SHOWN_SIZE];
    (void)fputs("<div class=\"key\"><span><i></i>this run ", out);
    (void)fputs(text_percent(sheet->metrics->equity.total_return, true, text), out);
    (void)fputs("</span>", out);
    if (sheet->benchmark != NULL) {
        double start = (double)series->start_e9 / (double)MONEY_E9;
        double last = sheet->benchmark[series->point_count - 1];
        (void)fprintf(out, "<span><i class=\"hold\"></i>buy and hold %s</span>",
                      text_percent(figure_of(last / start - 1.0), true, text));
    }
    (void)fputs("</div>\n", out);
}

static void write_benchmark_note(const struct tearsheet *sheet, FILE *out)
{
    char count[SHOWN_SIZE];
    if (sheet->benchmark == NULL) {
        (void)fputs("<p class=\"note\">No buy and hold beside it: ", out);
        html_text(out, sheet->benchmark_why);
        (void)fputs("</p>", out);
    } else if (sheet->benchmark_gaps > 0) {
        (void)fprintf(out,
                      "<p class=\"note\">Prices jumped by more than 35 %% between two bars %s "
                      "time%s: if these are splits, the data is not adjusted, and neither curve "
                      "means much there.</p>",
                      text_grouped(sheet->benchmark_gaps, count),
                      sheet->benchmark_gaps == 1 ? "" : "s");
    }
}

void tearsheet_plots(const struct tearsheet *sheet, FILE *out)
{
    const struct equity_series *series = &sheet->history->equity;
    (void)fputs("<section><h2>Equity</h2>\n", out);
    if (series->point_count == 0 || series->start_e9 <= 0) {
        (void)fputs("<p class=\"soft\">The run saw no bars.</p></section>\n", out);
        return;
    }
    double *equity = xcalloc(series->point_count, sizeof *equity);
    double *falls = xcalloc(series->point_count, sizeof *falls);
    double peak = (double)series->start_e9 / (double)MONEY_E9;
    for (size_t i = 0; i < series->point_count; i++) {
        equity[i] = (double)series->points[i].equity_e9 / (double)MONEY_E9;
        peak = fmax(peak, equity[i]);
        falls[i] = equity[i] / peak - 1.0;
    }
    bool apart = benchmark_apart(sheet, equity, (double)series->start_e9 / (double)MONEY_E9);
    write_key(sheet, out);
    plot_worth(sheet, "equity over time", equity, apart ? NULL : sheet->benchmark, out);
    (void)fputs("<h2>Drawdown</h2>\n", out);
    plot_drawdown(sheet, falls, out);
    if (apart) {
        (void)fputs("<h2>Buy and hold, on a scale of its own</h2>\n", out);
        plot_worth(sheet, "buy and hold over time", NULL, sheet->benchmark, out);
    }
    write_benchmark_note(sheet, out);
    (void)fputs("</section>\n", out);
    free(equity);
    free(falls);
}
