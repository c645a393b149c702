/* metrics.c: see metrics.h. Money is summed exactly in 128 bits; a figure that is a ratio is a
 * double from there on. */
#include "readers/metrics.h"

#include <math.h>

#include "base/money.h"
#include "base/utc.h"

#define SESSIONS_PER_YEAR 252.0
#define NS_PER_YEAR       (365.25 * 24 * 3600 * 1e9)

static const char no_points[] = "no bars";
static const char too_short[] = "not enough sessions";
static const char not_positive[] = "equity was not above zero";

struct figure figure_none(const char *why)
{
    return (struct figure){.why = why};
}

struct figure figure_of(double value)
{
    return isfinite(value) ? (struct figure){.value = value} : figure_none("not a number");
}

struct amount amount_none(const char *why)
{
    return (struct amount){.why = why};
}

struct amount amount_of(__int128 sum_e9)
{
    if (sum_e9 > INT64_MAX || sum_e9 < INT64_MIN) {
        return amount_none("beyond 9.2 billion");
    }
    return (struct amount){.e9 = (int64_t)sum_e9};
}

struct amount amount_mean(__int128 sum_e9, uint64_t count, const char *why_none)
{
    if (count == 0) {
        return amount_none(why_none);
    }
    __int128 half = count / 2;
    return amount_of((sum_e9 + (sum_e9 < 0 ? -half : half)) / (__int128)count);
}

struct figure figure_ratio(__int128 part, __int128 whole, const char *why_none)
{
    return whole == 0 ? figure_none(why_none) : figure_of((double)part / (double)whole);
}

/* ---- returns ---- */

static int64_t close_e9(const struct equity_series *series, size_t i)
{
    return series->points[series->sessions[i].point].equity_e9;
}

static int64_t close_before_e9(const struct equity_series *series, size_t i)
{
    return i == 0 ? series->start_e9 : close_e9(series, i - 1);
}

double equity_session_return(const struct equity_series *series, size_t i)
{
    return (double)close_e9(series, i) / (double)close_before_e9(series, i) - 1.0;
}

/* NULL, or why the sessions' returns say nothing. */
static const char *returns_fault(const struct equity_series *series)
{
    if (series->session_count < 2) {
        return too_short;
    }
    for (size_t i = 0; i < series->session_count; i++) {
        if (close_before_e9(series, i) <= 0) {
            return not_positive;
        }
    }
    return NULL;
}

static void take_returns(const struct equity_series *series, struct equity_metrics *metrics)
{
    const char *fault = returns_fault(series);
    if (fault != NULL) {
        metrics->volatility = metrics->sharpe = metrics->sortino = figure_none(fault);
        return;
    }
    double count = (double)series->session_count;
    double sum = 0.0;
    for (size_t i = 0; i < series->session_count; i++) {
        sum += equity_session_return(series, i);
    }
    double mean = sum / count;
    double squares = 0.0;
    double downside = 0.0;
    for (size_t i = 0; i < series->session_count; i++) {
        double one = equity_session_return(series, i);
        squares += (one - mean) * (one - mean);
        downside += one < 0.0 ? one * one : 0.0;
    }
    double year = sqrt(SESSIONS_PER_YEAR);
    double deviation = sqrt(squares / (count - 1.0));
    metrics->volatility = figure_of(deviation * year);
    metrics->sharpe =
        deviation > 0.0 ? figure_of(mean / deviation * year) : figure_none("equity never moved");
    metrics->sortino = downside > 0.0 ? figure_of(mean / sqrt(downside / count) * year)
                                      : figure_none("no losing session");
}

static struct figure growth_per_year(const struct equity_series *series)
{
    const struct equity_point *last = &series->points[series->point_count - 1];
    double years = (double)(last->ts_ns - series->start_ns) / NS_PER_YEAR;
    if (series->session_count < 2 || last->ts_ns - series->start_ns < NS_PER_DAY) {
        return figure_none(too_short);
    }
    if (last->equity_e9 < 0) {
        return figure_none("equity ended below zero");
    }
    double growth = pow((double)last->equity_e9 / (double)series->start_e9, 1.0 / years);
    return growth < 1e6 ? figure_of(growth - 1.0) : figure_none("too steep to tell for a year");
}

/* ---- drawdown ---- */

static struct drawdown deepest_fall(const struct equity_series *series)
{
    struct drawdown deepest = {0};
    int64_t peak_e9 = series->start_e9;
    int64_t peak_ns = series->start_ns;
    int64_t deepest_peak_e9 = 0;
    for (size_t i = 0; i < series->point_count; i++) {
        const struct equity_point *point = &series->points[i];
        if (point->equity_e9 >= peak_e9) {
            peak_e9 = point->equity_e9;
            peak_ns = point->ts_ns;
        }
        double share = 1.0 - (double)point->equity_e9 / (double)peak_e9;
        if (share > deepest.share.value) {
            deepest = (struct drawdown){.share = figure_of(share),
                                        .value = amount_of((__int128)peak_e9 - point->equity_e9),
                                        .peak_ns = peak_ns,
                                        .trough_ns = point->ts_ns};
            deepest_peak_e9 = peak_e9;
        } else if (deepest.trough_ns != 0 && deepest.recovery_ns == 0 &&
                   point->equity_e9 >= deepest_peak_e9) {
            deepest.recovery_ns = point->ts_ns;
        }
    }
    return deepest;
}

/* ---- exposure ---- */

/* A point stands for the slices up to the next one: positions change only in slices that have a
 * point of their own. Before the first point nothing was held. */
static void take_exposure(const struct equity_series *series, struct equity_metrics *metrics)
{
    const struct equity_point *points = series->points;
    double invested = 0.0;
    double exposure = 0.0;
    const char *fault = NULL;
    for (size_t i = 0; i < series->point_count; i++) {
        uint64_t slices =
            i + 1 < series->point_count ? points[i + 1].slice - points[i].slice : UINT64_C(1);
        invested += points[i].positions > 0 ? (double)slices : 0.0;
        if (points[i].equity_e9 <= 0) {
            fault = not_positive;
        } else {
            double held = (double)points[i].equity_e9 - (double)points[i].cash_e9;
            exposure += (double)slices * fabs(held) / (double)points[i].equity_e9;
        }
    }
    double all = (double)(points[series->point_count - 1].slice + 1);
    metrics->time_invested = figure_of(invested / all);
    metrics->average_exposure = fault != NULL ? figure_none(fault) : figure_of(exposure / all);
}

static struct amount mean_close(const struct equity_series *series)
{
    __int128 sum_e9 = 0;
    for (size_t i = 0; i < series->session_count; i++) {
        sum_e9 += close_e9(series, i);
    }
    return amount_mean(sum_e9, series->session_count, no_points);
}

static struct equity_metrics nothing(const char *why)
{
    return (struct equity_metrics){
        .total_return = figure_none(why),
        .cagr = figure_none(why),
        .volatility = figure_none(why),
        .sharpe = figure_none(why),
        .sortino = figure_none(why),
        .drawdown = {.share = figure_none(why), .value = amount_none(why)},
        .time_invested = figure_none(why),
        .average_exposure = figure_none(why),
        .mean_equity = amount_none(why),
    };
}

struct equity_metrics equity_metrics(const struct equity_series *series)
{
    if (series->point_count == 0 || series->start_e9 <= 0) {
        return nothing(series->point_count == 0 ? no_points : "no cash was put in");
    }
    int64_t end_e9 = series->points[series->point_count - 1].equity_e9;
    struct equity_metrics metrics = {
        .sessions = series->session_count,
        .total_return = figure_ratio((__int128)end_e9 - series->start_e9, series->start_e9, ""),
        .cagr = growth_per_year(series),
        .drawdown = deepest_fall(series),
        .mean_equity = mean_close(series),
    };
    take_returns(series, &metrics);
    take_exposure(series, &metrics);
    return metrics;
}
