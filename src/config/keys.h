/* keys.h: reads a map by a table of its keys: one row per key, whatever has no row is refused. */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/source.h"
#include "config/units.h"
#include "config/yaml.h"

enum presence {
    KEY_REQUIRED,
    KEY_OPTIONAL,
};

struct key {
    const char *name; /* NULL ends a table */
    enum presence presence;
    const char *example; /* a value that could stand there, for hints */
    const char *help;

    /* Reads the value into what `target` of keys_read() points to. */
    enum err (*read)(const struct source *source, const struct key *key,
                     const struct yaml_node *node, void *target);
    size_t offset;    /* for readers that serve several fields of the target, else 0 */
    const char *noun; /* for counts: "positions", else NULL */
    int64_t minimum;  /* for readers of a range, in the unit of the field, else 0 */
    int64_t maximum;
};

/* Checks that the node is a map whose keys all have rows and that no row of KEY_REQUIRED is left
 * out, then reads the values in the order of the table. `where` names the map: "limits". */
enum err keys_read(const struct source *source, const struct yaml_node *node, const char *where,
                   const struct key *table, void *target);

/* Refuses nodes of another kind and texts left out. */
enum err keys_want(const struct source *source, const struct key *key, const struct yaml_node *node,
                   enum yaml_kind kind);

/* Refuses the node's value: "KEY: TEXT" and the hint. */
enum err keys_refuse(const struct source *source, const struct key *key,
                     const struct yaml_node *node, const struct unit_fault *fault);

/* Where a node is pointed at when something is missing in it: its key, else itself. */
struct spot keys_spot(const struct yaml_node *node);

#endif
