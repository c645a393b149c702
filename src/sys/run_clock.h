/* run_clock.h: the time of a run that the world does not give time to: UTC as the machine had it at
 * the start, and what has gone on since by the clock that nobody can set and that counts what
 * passed while the machine was suspended (reliability T1). So it never runs backwards, and somebody
 * who sets the wall clock neither stops it nor makes a day of it.
 *
 * The wall clock is compared with it ten times a second (T4). Where the two are at most a minute
 * apart, it follows, by a twentieth of the time that passes. Where they are further apart, the wall
 * clock is not believed: at the start it was right, or the broker would have refused the run. Only
 * what the wall clock is ahead by may be taken at once, when somebody else confirms it: a virtual
 * machine that was paused has no clock that saw it. */
#ifndef SYS_RUN_CLOCK_H
#define SYS_RUN_CLOCK_H

#include <stdint.h>

enum machine_clock {
    MACHINE_WALL, /* clock_utc_ns() */
    MACHINE_BOOT, /* clock_boot_ns() */
    MACHINE_MONO, /* clock_mono_ns() */
};

/* What happened between two looks; during it nobody looked after anything, or time is in doubt. */
enum clock_jump_kind {
    CLOCK_JUMP_NONE,
    CLOCK_JUMP_SET,   /* the wall clock was set: forwards +, back - */
    CLOCK_JUMP_SLEPT, /* the machine was suspended */
    CLOCK_JUMP_STOOD, /* it went on, this process did not */
};

struct clock_jump {
    enum clock_jump_kind kind;
    int64_t size_ns;
};

struct machine_times {
    int64_t wall_ns;
    int64_t boot_ns;
    int64_t mono_ns;
};

struct run_clock {
    int64_t (*read)(void *context, enum machine_clock clock); /* NULL: the machine's */
    void *context;
    struct machine_times seen; /* at the last comparison ... */
    int64_t then_ns;           /* ... and what the run's time was */
    int64_t lead_ns;           /* of the wall clock before it */
};

/* Begins with the wall clock's time. `read`: other clocks, for tests; NULL: the machine's. */
void run_clock_begin(struct run_clock *clock,
                     int64_t (*read)(void *context, enum machine_clock clock), void *context);

/* The run's time, and in *jump what happened since the last call. */
int64_t run_clock_read(struct run_clock *clock, struct clock_jump *jump);

/* By how much the wall clock is ahead further than the run's time follows it; 0: it is not. */
int64_t run_clock_behind_ns(const struct run_clock *clock);

/* The wall clock is right: its time is taken at once, forwards only. */
void run_clock_believe(struct run_clock *clock, struct clock_jump *jump);

#endif
