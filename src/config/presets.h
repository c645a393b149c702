/* presets.h: sets of a strategy's keys by the time its trades take. A key that is written wins.
 *
 * A preset fills in what a book may leave out: the frame, the averages, the least confidence and
 * the least profit of a strategy that has such parameters, the size by risk, and when a trade ends
 * by time. The limits have no defaults, not even here; what a preset suggests for them is only said
 * (`validate` compares). */
#ifndef CONFIG_PRESETS_H
#define CONFIG_PRESETS_H

#include <stdint.h>

struct preset {
    const char *name; /* NULL ends the table */
    int64_t frame_ns;
    int64_t fast, slow;    /* bars of the averages */
    int64_t confidence_e9; /* least, of strategies that are more or less sure */
    int64_t profit_e9;     /* least that is expected, likewise; 0.0003 is 3 bps */
    int64_t risk_ppm;      /* of the equity, lost at the stop */
    int64_t time_limit_ns;
    int64_t flat_before_close_ns; /* 0: may stay overnight */
    int64_t entry_interval_ns;    /* suggested */
    int64_t positions_max;        /* suggested */
};

extern const struct preset presets[];

/* The row of that name, or NULL. */
const struct preset *preset_find(const char *name);

#endif
