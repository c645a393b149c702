/* yaml.h: a YAML document as a small tree in which every node knows its place.
 *
 * Values stay text (NO is not false, 25000.50 not a double). Refused, each with its place: what the
 * YAML library finds, a key that stands twice, anchors, aliases, tags, directives, keys that are
 * not plain text, a second document, and trees deeper or wider than a configuration needs. */
#ifndef CONFIG_YAML_H
#define CONFIG_YAML_H

#include <stdint.h>

#include "config/source.h"

enum yaml_kind {
    YAML_TEXT = 1,
    YAML_LIST,
    YAML_MAP,
};

/* Borrowed from the tree, as are all pointers in it. */
struct yaml_node {
    enum yaml_kind kind;
    struct spot spot;
    struct yaml_node *key;   /* the key under which a map holds it, else NULL */
    struct yaml_node *first; /* children of a list or map, in the order of the file */
    struct yaml_node *last;
    struct yaml_node *next;
    struct yaml_node *made_before; /* the tree's own chain */
    uint32_t count;                /* children */
    char text[];                   /* YAML_TEXT: the value; "" for one left out */
};

struct yaml_tree {
    struct yaml_node *root; /* a map, a list or a text */
    struct yaml_node *made; /* all nodes, for yaml_finish() */
};

/* Reads a source that source_check() passed. The tree is the caller's to yaml_finish(), which is
 * safe after a failure, too. */
enum err yaml_read(const struct source *source, struct yaml_tree *tree);

void yaml_finish(struct yaml_tree *tree);

/* The value under that key of a map, or NULL. */
const struct yaml_node *yaml_find(const struct yaml_node *map, const char *key);

/* "a text", "a list", "a map". */
const char *yaml_kind_text(enum yaml_kind kind);

#endif
