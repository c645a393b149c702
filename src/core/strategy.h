/* strategy.h: what a strategy is: a row with a name, parameters, the series it declares and one
 * function that answers each finished bar with a decision.
 *
 * A strategy never sees an order, an account or the future. What it may look at is the series that
 * it declared, made of finished bars, the last of these bars, and whether its own book holds the
 * instrument. Sizing, gates, orders and exits belong to the core. Strategies keep no state of their
 * own.
 *
 * A strategy may also come in a shared library of its own: see STRATEGY_PLUGIN() below and
 * docs/strategies/README.md. */
#ifndef CORE_STRATEGY_H
#define CORE_STRATEGY_H

#include <stdbool.h>
#include <stdint.h>

#include "view/view.h"

#define PARAMETERS_MAX          16
#define SERIES_PER_STRATEGY_MAX 8
#define REASONS_MAX             16

/* Values are int64, in minimum..maximum. */
enum parameter_type {
    PARAMETER_COUNT = 1, /* a whole number */
    PARAMETER_CHOICE,    /* index into `choices` */
    PARAMETER_DECIMAL,   /* in billionths: 0.02 is 20,000,000 */
    PARAMETER_DURATION,  /* in nanoseconds */
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

/* A decision in full strength, and one to do nothing, with its reason. */
static inline struct decision decision_act(enum act act, uint8_t reason)
{
    return (struct decision){
        .act = (uint8_t)act, .reason = reason, .strength_ppm = 1000000, .confidence_ppm = 1000000};
}

static inline struct decision decision_hold(uint8_t reason)
{
    return (struct decision){.act = ACT_HOLD, .reason = reason};
}

/* What decide() may look at. All of it is borrowed for the call. */
struct strategy_context {
    uint32_t instrument;
    enum holding holding;
    const int64_t *parameters;                            /* as in the row's `parameters` */
    const struct series *series[SERIES_PER_STRATEGY_MAX]; /* as declared, in that order */
    const struct event
        *bar;         /* the last finished one of the book's frame, which ends at its ts_ns */
    const void *data; /* read-only, what the book's plan brings for this strategy, or NULL */
};

struct strategy_def {
    const char *name;
    const char *summary;
    const struct parameter_def *parameters; /* a row without name ends it */
    const char *const *reasons; /* at most REASONS_MAX, NULL ends it; index 0 is "hold" */
    int64_t default_frame_ns;   /* of the bars it decides on */
    uint32_t scope;             /* enum strategy_scope */

    /* What decide() says follows from its parameters, its series and what is held, not from the
     * bar: until one of them changes its last answer stands, and it is not called. Worth it for
     * series of longer frames than the strategy's own. */
    bool by_series;

    /* NULL, or why these parameters do not go together ("fast must be below slow"). */
    const char *(*fault)(const int64_t *parameters);

    /* Fills at most SERIES_PER_STRATEGY_MAX definitions, zeroed before, and returns how many. */
    uint32_t (*declare)(const int64_t *parameters, struct series_def *series);

    /* Asked at each finished bar of the book's frame, of each instrument, once warm-up is over and
     * every declared series has both its values (optional ones may be absent for the whole run). A
     * tie or a doubt is ACT_HOLD. The reason says why, of holding, too. */
    struct decision (*decide)(const struct strategy_context *context);
};

/* A strategy of scope EACH is asked per instrument; SECTION (once per slice) comes with the first
 * scanner. */
enum strategy_scope {
    SCOPE_EACH = 1,
};

/* Parameter 0 of every strategy: finished bars of its frame before the first act. */
#define PARAMETER_WARMUP_BARS 0

/* The words of a choice that is off by default or on. */
enum { CHOICE_NO, CHOICE_YES };

/* ---- strategies in a shared library ---- */

/* Changes whenever a struct above, or in view/view.h, view/series.h or market/event.h, does. */
#define STRATEGY_ABI 3

struct strategy_plugin {
    uint32_t abi;          /* STRATEGY_ABI of the header it was built with */
    uint32_t context_size; /* sizeof(struct strategy_context), against a mistake with the number */
    const struct strategy_def *strategy;
};

/* Stands once in the library's source; the loader looks for this name. */
#define STRATEGY_PLUGIN(def)                                                                       \
    extern const struct strategy_plugin bellwether_strategy;                                       \
    const struct strategy_plugin bellwether_strategy = {STRATEGY_ABI,                              \
                                                        sizeof(struct strategy_context), &(def)}

#endif
