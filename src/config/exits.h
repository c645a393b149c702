/* exits.h: a book's key `exits`: how its trades end. */
#ifndef CONFIG_EXITS_H
#define CONFIG_EXITS_H

#include "config/values.h"
#include "core/exit_plan.h"

/* The plan of a book that says nothing: the strategy's SELL ends its trades. */
#define EXIT_PLAN_DEFAULT ((struct exit_plan){.opposite_signal = true, .atr_window = 14})

/* Reader of a row in a book's table of keys; `target` is a struct book_reading. */
VALUE_READER(exits_read);

/* Refuses a plan by which a trade could never end, or that contradicts itself; `node` is the value
 * of `exits`, or NULL when there is none. */
enum err exits_check(const struct source *source, const struct yaml_node *node,
                     const struct yaml_node *book, const struct exit_plan *plan);

#endif
