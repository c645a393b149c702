/* symbols.h: the key `symbols`: all, or a list of symbols. */
#ifndef CONFIG_SYMBOLS_H
#define CONFIG_SYMBOLS_H

#include "config/config.h"
#include "config/keys.h"

/* Reader of a row in a table of keys; `target` is a struct run_config. */
enum err symbols_read(const struct source *source, const struct key *key,
                      const struct yaml_node *node, void *target);

/* Reads a list of symbols; the array is the caller's to free(). */
enum err symbols_read_list(const struct source *source, const struct yaml_node *list,
                           struct instrument **symbols, uint32_t *count);

#endif
