/* synth_random.h: random numbers for the synthetic market, the same on every machine.
 *
 * One SplitMix64 stream for each purpose (the market's returns, a symbol's volume, ...), started
 * from the seed, a name and the purpose, so that what one part draws never moves another. */
#ifndef DATA_SYNTH_RANDOM_H
#define DATA_SYNTH_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fmath.h"

struct synth_random {
    uint64_t state;
    double spare; /* the second of a pair of normal numbers */
    bool has_spare;
};

static inline uint64_t synth_random_next(struct synth_random *random)
{
    random->state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = random->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* FNV-1a of the name, mixed with seed and purpose. */
static inline struct synth_random synth_random_start(uint64_t seed, const char *name,
                                                     uint64_t purpose)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (const char *at = name; *at != '\0'; at++) {
        hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001B3);
    }
    struct synth_random random = {.state = seed};
    random.state = synth_random_next(&random) ^ hash;
    random.state = synth_random_next(&random) ^ purpose;
    random.state = synth_random_next(&random);
    return random;
}

/* 0 <= x < 1, on a grid of 2^-53. */
static inline double synth_random_unit(struct synth_random *random)
{
    return (double)(synth_random_next(random) >> 11) * 0x1p-53;
}

/* Standard normal: the polar method, which needs log and sqrt but no sine. */
static inline double synth_random_normal(struct synth_random *random)
{
    if (random->has_spare) {
        random->has_spare = false;
        return random->spare;
    }
    for (;;) {
        double x = 2.0 * synth_random_unit(random) - 1.0;
        double y = 2.0 * synth_random_unit(random) - 1.0;
        double square = x * x + y * y;
        if (square > 0.0 && square < 1.0) {
            double scale = fmath_sqrt(-2.0 * fmath_log(square) / square);
            random->spare = y * scale;
            random->has_spare = true;
            return x * scale;
        }
    }
}

#endif
