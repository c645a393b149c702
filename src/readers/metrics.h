/* metrics.h: what a run's equity comes to: returns, risk, drawdown, exposure. Arithmetic alone.
 *
 * Sampling: returns are taken from session close to session close, the first from the cash put in;
 * what is per year counts 252 sessions; the risk-free rate is 0. Drawdown and exposure look at
 * every equity point. docs/results.md has each formula. */
#ifndef READERS_METRICS_H
#define READERS_METRICS_H

#include <stddef.h>
#include <stdint.h>

/* A number, or why there is none: `why` is a constant text, NULL where there is a value. */
struct figure {
    double value;
    const char *why;
};

/* The same for money. */
struct amount {
    int64_t e9;
    const char *why;
};

/* The account at the end of a slice. */
struct equity_point {
    int64_t ts_ns;
    int64_t equity_e9;
    int64_t cash_e9;
    uint64_t slice; /* its ordinal in the data, from 0 */
    uint32_t positions;
};

/* A session's last point. */
struct session_close {
    int64_t open_ns; /* which session it is: its first nanosecond */
    size_t point;    /* index of its last point */
};

struct equity_series {
    int64_t start_ns;
    int64_t start_e9; /* the cash put in, > 0 */
    const struct equity_point *points;
    size_t point_count;
    const struct session_close *sessions;
    size_t session_count;
};

/* The deepest fall from a peak, as a share of that peak. */
struct drawdown {
    struct figure share;
    struct amount value;
    int64_t peak_ns;     /* these are 0 when it never fell */
    int64_t trough_ns;   /* */
    int64_t recovery_ns; /* first point at or above the peak again; 0: not yet */
};

/* Below so many sessions (a quarter), what is said of a year is little more than a guess. */
#define SESSIONS_FEW 63

struct equity_metrics {
    uint64_t sessions;
    struct figure total_return;
    struct figure cagr;
    struct figure volatility;
    struct figure sharpe;
    struct figure sortino;
    struct drawdown drawdown;
    struct figure time_invested;    /* share of slices that ended with a position */
    struct figure average_exposure; /* positions' value / equity, over all slices */
    struct amount mean_equity;      /* over session closes */
};

/* Every field says "why" where it cannot be; nothing is ever NaN or infinite. */
struct equity_metrics equity_metrics(const struct equity_series *series);

/* The return of session `i`; the one before must have closed above zero. */
double equity_session_return(const struct equity_series *series, size_t i);

/* A figure without a value, and one with; a value that is not finite becomes "not a number". */
struct figure figure_none(const char *why);
struct figure figure_of(double value);
struct amount amount_none(const char *why);

/* A sum of money, or why it does not fit. */
struct amount amount_of(__int128 sum_e9);

/* sum / count to the nearest billionth; `why_none` when count is 0. */
struct amount amount_mean(__int128 sum_e9, uint64_t count, const char *why_none);

/* part / whole; `why_none` when whole is 0. */
struct figure figure_ratio(__int128 part, __int128 whole, const char *why_none);

#endif
