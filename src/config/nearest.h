/* nearest.h: "did you mean": the known word that a mistyped one is closest to. */
#ifndef CONFIG_NEAREST_H
#define CONFIG_NEAREST_H

#include <stddef.h>

struct nearest {
    const char *word; /* as written */
    const char *name; /* the best so far, NULL when none is close */
    size_t distance;
};

/* `word` must outlive the search. */
static inline struct nearest nearest_to(const char *word)
{
    return (struct nearest){.word = word, .name = NULL, .distance = 0};
}

/* Weighs one more known name; the first of equally close ones is kept. */
void nearest_offer(struct nearest *nearest, const char *name);

#endif
