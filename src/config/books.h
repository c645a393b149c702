/* books.h: the key `strategies`: one book per strategy at work, in the order of the file. */
#ifndef CONFIG_BOOKS_H
#define CONFIG_BOOKS_H

#include "config/config.h"
#include "config/keys.h"

/* Reader of a row in a table of keys; `target` is a struct run_config whose bar_ns is read. */
enum err books_read(const struct source *source, const struct key *key,
                    const struct yaml_node *node, void *target);

#endif
