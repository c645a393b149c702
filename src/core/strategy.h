/* strategy.h: what a strategy is: a row with a name, parameters, the series it declares and one
 * function that answers each finished bar with a decision.
 *
 * A strategy never sees an order, an account or the future. What it may look at is the series that
 * it declared, made of finished bars, and whether its own book holds the instrument. Sizing, gates,
 * orders and exits belong to the core. Strategies keep no state of their own. */
#ifndef CORE_STRATEGY_H
#define CORE_STRATEGY_H

#include <stdbool.h>
#include <stdint.h>

#include "view/view.h"

#define PARAMETERS_MAX          16
#define SERIES_PER_STRATEGY_MAX 8
#define REASONS_MAX             16

enum parameter_type {
    PARAMETER_COUNT = 1, /* whole number in minimum..maximum */
    PARAMETER_CHOICE,    /* index into `choices` */
    PARAMETER_DECIMAL,   /* value in e9, in minimum..maximum */
    PARAMETER_DURATION,  /* value in ns, in minimum..maximum */
};

struct parameter_def {
    const char *name;
    enum parameter_type type;
    int64_t fallback; /* used when the config does not say */
    int64_t minimum;
    int64_t maximum;
    const char *const *choices; /* PARAMETER_CHOICE: words, NULL at the end */
    const char *help;
};

enum act {
    ACT_HOLD = 0,
    ACT_BUY = 1,  /* opens a trade when the book is flat in the instrument */
    ACT_SELL = 2, /* closes the book's trade in the instrument */
};

/* What the book holds in the instrument right now. */
enum holding {
    HOLDING_FLAT,
    HOLDING_PENDING, /* an order of this trade is on its way */
    HOLDING_LONG,
};

struct decision {                 /* fits a register: it is made for every bar */
    uint64_t act : 8;             /* enum act */
    uint64_t reason : 8;          /* index into the strategy's reasons */
    uint64_t strength_ppm : 20;   /* 0..1,000,000 */
    uint64_t confidence_ppm : 20; /* 0..1,000,000 */
};

/* What decide() may look at. All of it is borrowed for the call. */
struct strategy_context {
    uint32_t instrument;
    enum holding holding;
    const int64_t *parameters;                            /* as in the row's `parameters` */
    const struct series *series[SERIES_PER_STRATEGY_MAX]; /* as declared, in that order */
};

struct strategy_def {
    const char *name;
    const char *summary;
    const struct parameter_def *parameters; /* a row without name ends it */
    const char *const *reasons;             /* NULL ends it; index 0 is "hold" */
    int64_t default_frame_ns;
    uint32_t scope; /* enum strategy_scope */

    /* NULL, or why these parameters do not go together ("fast must be below slow"). */
    const char *(*fault)(const int64_t *parameters);

    /* Fills at most SERIES_PER_STRATEGY_MAX definitions and returns how many. */
    uint32_t (*declare)(const int64_t *parameters, struct series_def *series);

    /* Called for each finished bar of each instrument once warm-up is over and every declared
     * series has both its values. A tie or a doubt is ACT_HOLD. */
    struct decision (*decide)(const struct strategy_context *context);
};

/* A strategy of scope EACH is asked per instrument; SECTION (once per slice) comes with the first
 * scanner. */
enum strategy_scope {
    SCOPE_EACH = 1,
};

/* Parameter 0 of every strategy: finished bars of its frame before the first act. */
#define PARAMETER_WARMUP_BARS 0

#endif
