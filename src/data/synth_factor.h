/* synth_factor.h: what moves prices in the synthetic market: one factor for the market, one for
 * each sector, one of each symbol's own. All are the same machine with other traits.
 *
 * A factor's log return of a step is normal with a deviation of
 *
 *   long-run deviation x shape of the session x exp(day + minute + what the market adds)
 *
 * where `day` and `minute` are log-volatilities that return to zero and are pushed by the returns
 * themselves: up by large ones (clusters), further up by falls than by rises (leverage). Rare jumps
 * and a gap over night come on top. */
#ifndef DATA_SYNTH_FACTOR_H
#define DATA_SYNTH_FACTOR_H

#include <stdint.h>

#include "data/synth_random.h"

enum {
    SYNTH_STEPS = 10,         /* inner steps of a minute */
    SYNTH_MINUTES_USUAL = 390 /* of a session: daily figures are for this many */
};

/* x' = keep * x + lean * z + echo * (|z| - E|z|) + noise * n, for a return of z deviations and a
 * normal n. */
struct synth_heat {
    double keep, lean, echo, noise;
};

/* deviation(minute) = 1 + open * exp(-minutes since / open_fade) + close * exp(-minutes left / ...)
 */
struct synth_shape {
    double open, open_fade, close, close_fade;
};

struct synth_traits {
    struct synth_heat day, minute;
    struct synth_shape shape;
    double night_share; /* of a day's variance */
    double night_tail;  /* deviation of the log-deviation of a night */
    double night_lean;  /* correlation of that size with the move: below 0, falls are larger */
    double follows;     /* how far its volatility goes along with the market's, 0..1 */
    double jumps_a_day;
    double jump_size; /* deviation of a jump, in deviations of a minute */
};

extern const struct synth_traits synth_market_traits, synth_sector_traits, synth_own_traits;

struct synth_factor {
    const struct synth_traits *traits;
    struct synth_random moves, nights, state;
    double deviation;        /* of a day, in the long run */
    double day_x, minute_x;  /* log-volatilities */
    double scale;            /* of this session's minutes, without shape and minute_x */
    double minute_deviation; /* of this minute; 0 before the first */
    double minute_r;         /* moved in this minute */
    double day_expected;     /* sum of variances so far this day, night included */
    double day_r;            /* moved since the last close */
    double shape_scale;      /* makes the mean square of the shape 1 */
};

void synth_factor_start(struct synth_factor *factor, const struct synth_traits *traits,
                        double deviation, uint64_t seed, const char *name);

/* A new session; `market` is the market's log-volatility of the day. Returns the night's move. */
double synth_factor_open(struct synth_factor *factor, double market);

/* A new minute, with so many full minutes since the open and until the close; `market` is the
 * market's log-volatility of the minute. */
void synth_factor_minute(struct synth_factor *factor, double market, double since, double left);

/* One inner step: its log return. */
double synth_factor_step(struct synth_factor *factor);

/* The end of a session: the log-volatility of the next day. */
void synth_factor_close(struct synth_factor *factor);

/* The shape at a minute, before scaling; volume has one, too. */
double synth_shape_at(const struct synth_shape *shape, double since, double left);

/* The market's weather: a Markov chain over sessions. */
struct synth_regime {
    struct synth_random random;
    int now; /* 0 calm, 1 normal, 2 stressed */
};

void synth_regime_start(struct synth_regime *regime, uint64_t seed);
void synth_regime_next(struct synth_regime *regime);

/* Log of the factor on the market's deviation; its mean square is 1 in the long run. */
double synth_regime_log(const struct synth_regime *regime);

#endif
