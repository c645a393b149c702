/* workload.h: the common workload: SIMULATED one-minute bars, exactly reproducible anywhere.
 *
 * Generator (one SplitMix64 stream per symbol, state = seed), tick 1/128, weakly mean-reverting
 * around 100; the definition stands at the head of workload.c, its checksums in workload_test.c. */
#ifndef DATA_WORKLOAD_H
#define DATA_WORKLOAD_H

#include "data/bars.h"

/* More minutes from 2024 on would leave the years that utc.h knows. */
#define WORKLOAD_BARS_MAX UINT64_C(90000000)

/* `bars_per_symbol` bars for symbols S000, S001, ... with seeds seed, seed + 1, ..., interleaved by
 * time, in memory. `*bars` is the caller's to bars_finish(). 1..WORKLOAD_BARS_MAX bars of
 * 1..INSTRUMENTS_MAX symbols; beyond 1,000 symbols all names get more digits (S0000). */
void workload_create(uint64_t bars_per_symbol, uint64_t seed, uint32_t symbols, struct bars *bars);

/* The same written straight to a record file without holding it in memory. `progress` (may be NULL)
 * is called now and then with the share done, 0..1. */
enum err workload_write(const char *path, uint64_t bars_per_symbol, uint64_t seed, uint32_t symbols,
                        void (*progress)(double done), struct problem *problem);

/* FNV-1a over ticks and volume of one symbol's bars, as the definition prints it. Only for bars
 * whose prices are multiples of 1/128. */
uint64_t workload_checksum(const struct bars *bars, uint32_t instrument);

#endif
