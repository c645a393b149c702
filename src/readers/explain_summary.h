/* explain_summary.h: what each strategy of a run answered how often and what came of it, holds and
 * warm-up included: why a run traded as much, or as little, as it did.
 *
 * Made by a replay, like an explanation (explain.h): a run itself counts no holds, because that
 * would cost on the path of every bar. */
#ifndef READERS_EXPLAIN_SUMMARY_H
#define READERS_EXPLAIN_SUMMARY_H

#include "readers/explain.h"

struct summary_row {
    uint16_t book;
    uint8_t outcome; /* enum explain_outcome */
    uint8_t act;
    uint8_t reason;
    uint8_t verdict; /* REFUSED */
    uint64_t count;  /* bars of a symbol */
};

struct explain_summary {
    const struct lookup *lookup;
    uint32_t instrument;  /* INSTRUMENT_NONE: all */
    const char *strategy; /* NULL: all */
    struct summary_row *rows;
    size_t row_count;
};

/* The caller ends it with explain_summary_finish(). `strategy` is borrowed. */
void explain_summary_init(struct explain_summary *summary, const struct lookup *lookup,
                          const char *strategy, uint32_t instrument);
void explain_summary_finish(struct explain_summary *summary);

/* Hooks of the replay; `context` is the struct explain_summary. */
void explain_summary_before(void *context, const struct engine *engine, const struct slice *slice);
bool explain_summary_after(void *context, const struct engine *engine, const struct slice *slice,
                           const struct output *output);

void explain_summary_print(struct explain_summary *summary, const char *run, FILE *out);
void explain_summary_print_json(struct explain_summary *summary, const char *run, FILE *out);

#endif
