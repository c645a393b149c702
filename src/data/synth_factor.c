/* synth_factor.c: see synth_factor.h. The traits were set by laying `bellwether data facts` of real
 * and made data side by side (docs/synthetic-market.md). */
#include "data/synth_factor.h"

#define MEAN_SIZE     0.79788456080286536 /* E|z| of a normal z: sqrt(2 / pi) */
#define SIZE_VARIANCE 0.36338022763241866 /* 1 - 2 / pi */
#define Z_MAX         4.0                 /* a push never counts for more deviations */
#define OVER_NIGHT    0.5                 /* what remains of a minute's log-volatility */

enum { STREAM_MOVES = 16, STREAM_NIGHTS, STREAM_STATE, STREAM_REGIME };

const struct synth_traits synth_market_traits = {
    .day = {.keep = 0.955, .lean = -0.11,   .echo = 0.05, .noise = 0.05   },
    .minute = {.keep = 0.985, .lean = -0.02,   .echo = 0.03, .noise = 0.045  },
    .shape = {.open = 1.1,   .open_fade = 22, .close = 0.4, .close_fade = 20},
    .night_share = 0.30,
    .night_tail = 0.45,
    .night_lean = -0.4,
    .follows = 1.0,
    .jumps_a_day = 0.4,
    .jump_size = 4.0,
};

const struct synth_traits synth_sector_traits = {
    .day = {.keep = 0.95, .lean = -0.05,   .echo = 0.05, .noise = 0.06   },
    .minute = {.keep = 0.98, .lean = -0.01,   .echo = 0.03, .noise = 0.05   },
    .shape = {.open = 3.0,  .open_fade = 18, .close = 0.1, .close_fade = 20},
    .night_share = 0.27,
    .night_tail = 0.45,
    .night_lean = -0.2,
    .follows = 0.7,
    .jumps_a_day = 0.2,
    .jump_size = 4.0,
};

const struct synth_traits synth_own_traits = {
    .day = {.keep = 0.94, .lean = -0.04,   .echo = 0.08, .noise = 0.10   },
    .minute = {.keep = 0.97, .lean = -0.005,  .echo = 0.06, .noise = 0.08   },
    .shape = {.open = 5.0,  .open_fade = 16, .close = 0.0, .close_fade = 20},
    .night_share = 0.24,
    .night_tail = 0.5,
    .night_lean = -0.1,
    .follows = 0.5,
    .jumps_a_day = 0.7,
    .jump_size = 4.5,
};

/* ---- log-volatility ---- */

static double size_of(double x)
{
    return x < 0.0 ? -x : x;
}

static double heat_next(const struct synth_heat *heat, double x, double z, double n)
{
    z = z > Z_MAX ? Z_MAX : z < -Z_MAX ? -Z_MAX : z;
    return heat->keep * x + heat->lean * z + heat->echo * (size_of(z) - MEAN_SIZE) +
           heat->noise * n;
}

/* In the long run, for normal z. */
static double heat_variance(const struct synth_heat *heat)
{
    double push = heat->lean * heat->lean + heat->echo * heat->echo * SIZE_VARIANCE +
                  heat->noise * heat->noise;
    return push / (1.0 - heat->keep * heat->keep);
}

/* exp(x) with a mean square of 1, for x of that variance. */
static double level(double x, double variance)
{
    return fmath_exp(x - variance);
}

double synth_shape_at(const struct synth_shape *shape, double since, double left)
{
    return 1.0 + shape->open * fmath_exp(-since / shape->open_fade) +
           shape->close * fmath_exp(-left / shape->close_fade);
}

/* ---- a factor ---- */

void synth_factor_start(struct synth_factor *factor, const struct synth_traits *traits,
                        double deviation, uint64_t seed, const char *name)
{
    *factor = (struct synth_factor){
        .traits = traits,
        .moves = synth_random_start(seed, name, STREAM_MOVES),
        .nights = synth_random_start(seed, name, STREAM_NIGHTS),
        .state = synth_random_start(seed, name, STREAM_STATE),
        .deviation = deviation,
    };
    factor->day_x = fmath_sqrt(heat_variance(&traits->day)) * synth_random_normal(&factor->state);
    double squares = 0.0;
    for (int i = 0; i < SYNTH_MINUTES_USUAL; i++) {
        double shape = synth_shape_at(&traits->shape, i, SYNTH_MINUTES_USUAL - 1 - i);
        squares += shape * shape;
    }
    /* Jumps are part of the day's variance. */
    double jumps = traits->jumps_a_day * traits->jump_size * traits->jump_size;
    factor->shape_scale =
        fmath_sqrt(SYNTH_MINUTES_USUAL / squares / (1.0 + jumps / (double)SYNTH_MINUTES_USUAL));
}

/* A night's move in deviations: normal, times a log-normal size that is larger for falls. Less its
 * mean, which for z exp(t x - t^2) with correlation c of z and x is c t exp(-t^2 / 2). */
static double night_move(struct synth_factor *factor)
{
    double tail = factor->traits->night_tail;
    double lean = factor->traits->night_lean;
    double z = synth_random_normal(&factor->nights);
    double n = synth_random_normal(&factor->nights);
    double x = lean * z + fmath_sqrt(1.0 - lean * lean) * n;
    return z * level(tail * x, tail * tail) - lean * tail * fmath_exp(-0.5 * tail * tail);
}

double synth_factor_open(struct synth_factor *factor, double market)
{
    const struct synth_traits *traits = factor->traits;
    double day = factor->deviation * level(factor->day_x, heat_variance(&traits->day)) *
                 fmath_exp(traits->follows * market);
    factor->scale = day * fmath_sqrt((1.0 - traits->night_share) / SYNTH_MINUTES_USUAL);
    factor->minute_x *= OVER_NIGHT;
    factor->minute_deviation = 0.0;
    double r = day * fmath_sqrt(traits->night_share) * night_move(factor);
    factor->day_r = r;
    factor->day_expected = day * day;
    return r;
}

void synth_factor_minute(struct synth_factor *factor, double market, double since, double left)
{
    const struct synth_traits *traits = factor->traits;
    if (factor->minute_deviation > 0.0) {
        double z = factor->minute_r / factor->minute_deviation;
        factor->minute_x =
            heat_next(&traits->minute, factor->minute_x, z, synth_random_normal(&factor->state));
    }
    factor->minute_r = 0.0;
    factor->minute_deviation = factor->scale * factor->shape_scale *
                               synth_shape_at(&traits->shape, since, left) *
                               level(factor->minute_x, heat_variance(&traits->minute)) *
                               fmath_exp(traits->follows * market);
}

double synth_factor_step(struct synth_factor *factor)
{
    const struct synth_traits *traits = factor->traits;
    double r =
        factor->minute_deviation / fmath_sqrt(SYNTH_STEPS) * synth_random_normal(&factor->moves);
    double jumps_a_step = traits->jumps_a_day / (SYNTH_MINUTES_USUAL * SYNTH_STEPS);
    if (synth_random_unit(&factor->moves) < jumps_a_step) {
        r += traits->jump_size * factor->minute_deviation * synth_random_normal(&factor->moves);
    }
    factor->minute_r += r;
    factor->day_r += r;
    return r;
}

void synth_factor_close(struct synth_factor *factor)
{
    double z = factor->day_r / fmath_sqrt(factor->day_expected);
    factor->day_x =
        heat_next(&factor->traits->day, factor->day_x, z, synth_random_normal(&factor->state));
}

/* ---- regimes ---- */

enum { REGIMES = 3 };

/* From one session to the next. In the long run 44 % of sessions are calm, 44 % normal and 12 %
 * stressed; a spell of stress lasts 22 sessions. */
static const double regime_chances[REGIMES][REGIMES] = {
    {0.99, 0.0095, 0.0005},
    {0.01, 0.978,  0.012 },
    {0.0,  0.045,  0.955 },
};
static const double regime_share[REGIMES] = {0.439, 0.439, 0.122};
static const double regime_scale[REGIMES] = {0.606, 0.977, 1.856}; /* mean square 1 */

static int draw(struct synth_random *random, const double chances[REGIMES])
{
    double x = synth_random_unit(random);
    int i = 0;
    while (i < REGIMES - 1 && x >= chances[i]) {
        x -= chances[i++];
    }
    return i;
}

void synth_regime_start(struct synth_regime *regime, uint64_t seed)
{
    regime->random = synth_random_start(seed, "regime", STREAM_REGIME);
    regime->now = draw(&regime->random, regime_share);
}

void synth_regime_next(struct synth_regime *regime)
{
    regime->now = draw(&regime->random, regime_chances[regime->now]);
}

double synth_regime_log(const struct synth_regime *regime)
{
    return fmath_log(regime_scale[regime->now]);
}
