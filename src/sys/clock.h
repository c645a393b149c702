/* clock.h: the only door to the machine's clocks and to sleeping (reliability T1). */
#ifndef SYS_CLOCK_H
#define SYS_CLOCK_H

#include <stdint.h>

/* UTC wall clock, nanoseconds since 1970: for names of runs and start records. */
int64_t clock_utc_ns(void);

/* Monotonic nanoseconds: for durations and deadlines. */
int64_t clock_mono_ns(void);

/* The same with what passed while the machine was suspended: nobody sets it, and nothing is left
 * out. */
int64_t clock_boot_ns(void);

/* Processor time of this process in nanoseconds. */
int64_t clock_cpu_ns(void);

/* Sleeps until the monotonic moment, or until a signal arrives. */
void clock_sleep_until(int64_t mono_ns);

#endif
