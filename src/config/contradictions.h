/* contradictions.h: what keys that are each right say together: refused where it cannot be meant,
 * a warning where it can. */
#ifndef CONFIG_CONTRADICTIONS_H
#define CONFIG_CONTRADICTIONS_H

#include "config/config.h"
#include "config/yaml.h"

/* Checks the book that was read last, from that item of `strategies`. */
enum err contradictions_book(const struct source *source, const struct yaml_node *item,
                             const struct run_config *config, const struct book_config *book);

/* Checks the whole, and adds its warnings to the config. */
enum err contradictions_run(const struct source *source, const struct yaml_node *root,
                            struct run_config *config);

#endif
