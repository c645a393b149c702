/* decision_hash.h: one 64-bit number for everything that was ever decided in a run.
 *
 * Every evaluation of a strategy enters, holds included, with the values it was taken on, and so
 * does what became of each decision that acted. Two runs with the same number decided the same, in
 * the same order, on the same inputs. It finds differences; it is no protection against an
 * attacker.
 *
 *   step(h, x) = y ^ (y >> 29)  with  y = (h ^ x) * 0x9e3779b97f4a7c15   (mod 2^64)
 *   run        h = 0x42656c6c77657468 at the start
 *   evaluation x = ts_ns + (instrument << 32 | book << 16) * B + (reason << 8 | act),
 *              then for each series in turn x = (x + bits of the series' value) * K
 *              which is x * K^n + (bits of the first * K^n + ... + bits of the last * K), and the
 *              sum in brackets is kept while no series changes
 *   outcome    x = order_id * A + qty_e9 * B + verdict
 *   with A = 0xff51afd7ed558ccd, B = 0xc4ceb9fe1a85ec53, K = 0xd6e8feb86659fd93. */
#ifndef CORE_DECISION_HASH_H
#define CORE_DECISION_HASH_H

#include <stdint.h>

#define DECISION_HASH_START UINT64_C(0x42656c6c77657468)
#define DECISION_HASH_A     UINT64_C(0xff51afd7ed558ccd)
#define DECISION_HASH_B     UINT64_C(0xc4ceb9fe1a85ec53)
#define DECISION_HASH_K     UINT64_C(0xd6e8feb86659fd93)

#define DECISION_HASH_SERIES_MAX 8

/* K to the power of 0, 1, ... */
static const uint64_t decision_hash_powers[DECISION_HASH_SERIES_MAX + 1] = {
    UINT64_C(0x0000000000000001), UINT64_C(0xd6e8feb86659fd93), UINT64_C(0x3be80d036f61e269),
    UINT64_C(0xc1d580c23e77c74b), UINT64_C(0x8210003a69cf8f11), UINT64_C(0xb46b0a7e657bf3c3),
    UINT64_C(0x3ce14a3f36dfaff9), UINT64_C(0x9c9cd860f6ec20fb), UINT64_C(0x43e8bf589f71ff21),
};

static inline uint64_t decision_hash_step(uint64_t hash, uint64_t x)
{
    uint64_t y = (hash ^ x) * UINT64_C(0x9e3779b97f4a7c15);
    return y ^ (y >> 29);
}

#endif
