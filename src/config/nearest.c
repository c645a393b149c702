/* nearest.c: distance in typing mistakes: a letter too many, too few, wrong, or two swapped. */
#include "config/nearest.h"

#include <string.h>

enum { WORD_MAX = 40 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Rows of the usual table: entry [i][j] is the distance of the first i and j letters. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t table[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= a_length; i++) {
        table[i][0] = i;
    }
    for (size_t j = 0; j <= b_length; j++) {
        table[0][j] = j;
    }
    for (size_t i = 1; i <= a_length; i++) {
        for (size_t j = 1; j <= b_length; j++) {
            size_t changed = table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            size_t best = smaller(changed, smaller(table[i - 1][j], table[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                best = smaller(best, table[i - 2][j - 2] + 1);
            }
            table[i][j] = best;
        }
    }
    return table[a_length][b_length];
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    size_t word_length = strlen(nearest->word);
    size_t name_length = strlen(name);
    if (word_length == 0 || word_length > WORD_MAX || name_length > WORD_MAX) {
        return;
    }
    /* A third of the letters may be wrong: more and the suggestion only confuses. */
    size_t found = distance(nearest->word, word_length, name, name_length);
    if (found > (name_length + 2) / 3) {
        return;
    }
    if (nearest->name == NULL || found < nearest->distance) {
        nearest->name = name;
        nearest->distance = found;
    }
}
