/* quality.h: what a data set lacks and what in it looks wrong. Nothing is changed.
 *
 * Sessions are those of the New York Stock Exchange (market/xnys.h), as far as its calendar goes.
 *   gap           bars missing inside a regular session, from the symbol's first bar to its last;
 *                 a bar belongs to the slot of the session that its end lies in
 *   session       a session without any bar of the symbol between its first and its last
 *   off session   a daily bar on a day that is no session
 *   outlier       a bar whose high (or low) lies beyond the highs (lows) of both its neighbours by
 *                 more than 5 times the symbol's median of (high - low) / close, and more than 1 %
 *   jump          the first open of a day (in bars shorter than a day, or the first close) is more
 *                 than 35 % away from the last close before
 *   repeat        a bar with volume that equals the one before in all its numbers
 * Two bars of one symbol at one time need no search: a data set never has them (bars.h). */
#ifndef DATA_QUALITY_H
#define DATA_QUALITY_H

#include "data/bars.h"

enum quality_kind {
    QUALITY_GAP,
    QUALITY_SESSION,
    QUALITY_OFF_SESSION,
    QUALITY_OUTLIER,
    QUALITY_JUMP,
    QUALITY_KIND_COUNT,
};

struct quality_finding {
    enum quality_kind kind;
    uint32_t instrument;
    int64_t at_ns;   /* where it begins: the start of a bar, of a slot, of a UTC day */
    uint64_t bars;   /* GAP: how many are missing */
    double ratio;    /* JUMP: that price / last close; OUTLIER: by how much it lies beyond, 0.11 */
    uint32_t split;  /* JUMP: the nearest simple split gives `split` new shares ... */
    uint32_t splits; /* ... for `splits` old ones */
};

struct quality_counts {
    uint64_t bars;
    uint64_t expected; /* bars of regular sessions, between first and last; 0: not counted */
    uint64_t missing;  /* of those */
    uint64_t outside;  /* bars outside of regular sessions */
    uint64_t zero_volume;
    uint64_t repeats;
    uint64_t sessions; /* between first and last */
    uint64_t found[QUALITY_KIND_COUNT];
};

struct quality {
    struct quality_counts all;
    struct quality_counts *symbols;   /* by instrument */
    struct quality_finding *findings; /* by instrument, then by kind and time */
    size_t finding_count;
    size_t finding_capacity;
};

/* Measures a data set; the caller ends it with quality_finish(). */
void quality_measure(const struct bars *bars, struct quality *quality);
void quality_finish(struct quality *quality);

/* "missing bars", "jump", ... */
const char *quality_kind_text(enum quality_kind kind);

#endif
