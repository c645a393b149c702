/* values.h: readers for the rows of any table of keys: the value goes into the field of the target
 * at the row's offset; the row's minimum and maximum bound it. */
#ifndef CONFIG_VALUES_H
#define CONFIG_VALUES_H

#include "config/keys.h"

#define VALUE_READER(name)                                                                         \
    enum err name(const struct source *source, const struct key *key,                              \
                  const struct yaml_node *node, void *target)

VALUE_READER(value_cash);     /* int64_t, e9: "$1" */
VALUE_READER(value_duration); /* int64_t, ns: "60s" */
VALUE_READER(value_ppm);      /* int64_t: "50bps", "0.5%" */
VALUE_READER(value_share);    /* int64_t, ppm: "10%" */
VALUE_READER(value_flag);     /* bool: "yes", "no" */
VALUE_READER(value_path);     /* char *, the owner's to free(): a file's name */

/* One of those words; *index is its place. */
enum err value_word(const struct source *source, const struct key *key,
                    const struct yaml_node *node, const char *const *words_known, size_t *index);

/* "one, two or three" of a NULL-terminated list. */
struct words value_word_list(const char *const *words_known);

#endif
