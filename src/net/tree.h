/* tree.h: one message from outside as a tree, whichever encoding it came in.
 *
 * net/json.h and net/msgpack.h both fill a tree, so that who handles a message sees one shape. The
 * nodes lie in one row: behind an array its elements, behind an object its members, each a key (a
 * string) and its value. Numbers keep their text, or, from MessagePack, their own form; they become
 * money only through node_e9(), exactly or not at all.
 *
 * The tree owns its memory and keeps it from message to message: once warm, reading allocates
 * nothing. Nodes and texts are valid until the tree is filled again or finished. Strings are UTF-8
 * and end with a NUL behind their length; they may hold NULs as well. The text of a number has its
 * length only. */
#ifndef NET_TREE_H
#define NET_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

enum node_kind {
    NODE_NULL,
    NODE_BOOL,
    NODE_NUMBER, /* JSON: `text` is the number as it was written */
    NODE_INT,    /* MessagePack: `as.integer` */
    NODE_UINT,   /* MessagePack, above INT64_MAX: `as.whole` */
    NODE_DOUBLE, /* MessagePack: `as.real`, finite or not */
    NODE_STRING,
    NODE_TIME,  /* MessagePack's timestamp: `as.ts_ns` */
    NODE_BYTES, /* MessagePack's bin, and extensions that we do not know */
    NODE_ARRAY,
    NODE_OBJECT,
};

/* Nesting of arrays and objects; deeper messages are refused. */
#define TREE_DEPTH_MAX 32

struct node {
    enum node_kind kind;
    uint32_t span;   /* nodes of it and all within: the next one is at node + span */
    uint32_t length; /* bytes of a text; elements of an array; members of an object */
    bool truth;
    union {
        const char *text;
        int64_t integer;
        uint64_t whole;
        double real;
        int64_t ts_ns;
    } as;
};

struct tree {
    struct node *nodes;
    uint32_t count;
    uint32_t capacity;
    char *bytes; /* the texts; room for what the reader may look at behind the end */
    size_t bytes_capacity;
    uint32_t *slots; /* for finding doubled keys of large objects */
    uint32_t slots_capacity;
    void *parser; /* of net/json.cpp */
    void (*parser_destroy)(void *parser);
    const char *fault; /* why the last message was refused, in a few words; constant */
    size_t fault_at;   /* and at which of its bytes; 0 where that is not known */
};

void tree_init(struct tree *tree);
void tree_finish(struct tree *tree);

/* Reads a message in JSON or in MessagePack, told apart by its first byte: a map of MessagePack
 * begins with 0x80..0x8f, 0xde or 0xdf, an array with 0x90..0x9f, 0xdc or 0xdd. ERR_FORMAT: `fault`
 * says why. */
enum err tree_read(struct tree *tree, const void *bytes, size_t length);

/* Only after a message was read without an error. */
static inline const struct node *tree_root(const struct tree *tree)
{
    return tree->nodes;
}

/* The value of a member; NULL when there is none, or `object` is NULL or no object. */
const struct node *node_member(const struct node *object, const char *key);

/* The elements of an array in order: NULL at the end, or when there is no array. */
const struct node *node_first(const struct node *array);
const struct node *node_next(const struct node *array, const struct node *element);

/* The members of an object in order: the nodes of the keys, NULL at the end; each value lies behind
 * its key. */
const struct node *node_first_key(const struct node *object);
const struct node *node_next_key(const struct node *object, const struct node *key);
static inline const struct node *node_value(const struct node *key)
{
    return key + 1;
}

/* A string equal to `text`. */
bool node_is(const struct node *node, const char *text);

/* The text of a string without NULs in it; NULL for anything else. */
const char *node_text(const struct node *node);

/* Each takes NULL for a node, too, and answers ERR_FORMAT when the node is of another kind,
 * ERR_RANGE when its value does not fit; then `out` keeps its value. */

/* A number in billionths: plain decimals only, an exponent is ERR_FORMAT, more than nine decimals
 * ERR_RANGE. A double must be the nearest one to such a decimal. */
enum err node_e9(const struct node *node, int64_t *out_e9);

/* The same, or a string that holds such a number: clients send both. */
enum err node_decimal_e9(const struct node *node, int64_t *out_e9);

/* A whole number without a point; -0 is one. */
enum err node_int(const struct node *node, int64_t *out);
enum err node_uint(const struct node *node, uint64_t *out);
enum err node_bool(const struct node *node, bool *out);

/* A moment: MessagePack's timestamp, or text as utc_parse() takes it. */
enum err node_time(const struct node *node, int64_t *out_ns);

/* For the readers. */

/* Room for so many nodes in all: tree_put() then needs not ask. */
void tree_reserve(struct tree *tree, size_t nodes);
static inline struct node *tree_put(struct tree *tree, enum node_kind kind)
{
    struct node *node = &tree->nodes[tree->count++];
    node->kind = kind;
    node->span = 1;
    node->length = 0;
    node->truth = false;
    return node;
}

/* Another node at the end of the row; the pointer is valid until the next call. */
static inline struct node *tree_add(struct tree *tree, enum node_kind kind)
{
    if (tree->count == tree->capacity) {
        tree_reserve(tree, (size_t)tree->count + 1);
    }
    return tree_put(tree, kind);
}

/* At least `size` bytes for texts; what was there is lost. */
char *tree_bytes(struct tree *tree, size_t size);

/* Refuses the message: keeps reason and place, and returns ERR_FORMAT. */
enum err tree_refuse(struct tree *tree, const char *fault, size_t at);

/* Whether a key of the object at `index`, which is whole, occurs twice. */
bool tree_has_doubled_key(struct tree *tree, uint32_t index);

#ifdef __cplusplus
}
#endif

#endif
