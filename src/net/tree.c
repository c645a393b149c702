/* tree.c: see tree.h.
 *
 * Doubled keys are refused: two readers of such a message may understand two things. Small objects
 * compare each key with the ones before it, large ones go through a table, so that no message costs
 * more than its length. */
#include "net/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/money.h"
#include "base/utc.h"
#include "net/json.h"
#include "net/msgpack.h"
#include "sys/memory.h"

enum { SMALL_OBJECT = 12 };

void tree_init(struct tree *tree)
{
    *tree = (struct tree){0};
}

void tree_finish(struct tree *tree)
{
    if (tree != NULL) {
        if (tree->parser != NULL) {
            tree->parser_destroy(tree->parser);
        }
        free(tree->nodes);
        free(tree->bytes);
        free(tree->slots);
        *tree = (struct tree){0};
    }
}

enum err tree_read(struct tree *tree, const void *bytes, size_t length)
{
    unsigned first = length > 0 ? *(const unsigned char *)bytes : 0;
    bool msgpack = (first >= 0x80 && first <= 0x9f) || (first >= 0xdc && first <= 0xdf);
    return msgpack ? msgpack_parse(tree, bytes, length) : json_parse(tree, bytes, length);
}

void tree_reserve(struct tree *tree, size_t nodes)
{
    if (nodes > tree->capacity) {
        size_t wanted = tree->capacity < 64 ? 64 : 2 * (size_t)tree->capacity;
        wanted = nodes > wanted ? nodes : wanted;
        CHECK(wanted <= UINT32_MAX);
        tree->nodes = xrealloc(tree->nodes, wanted * sizeof *tree->nodes);
        tree->capacity = (uint32_t)wanted;
    }
}

char *tree_bytes(struct tree *tree, size_t size)
{
    if (tree->bytes_capacity < size) {
        size_t wanted = tree->bytes_capacity < 512 ? 512 : tree->bytes_capacity * 2;
        tree->bytes_capacity = size > wanted ? size : wanted;
        free(tree->bytes);
        tree->bytes = xmalloc(tree->bytes_capacity);
    }
    return tree->bytes;
}

enum err tree_refuse(struct tree *tree, const char *fault, size_t at)
{
    tree->fault = fault;
    tree->fault_at = at;
    tree->count = 0;
    return ERR_FORMAT;
}

static bool same_text(const struct node *a, const struct node *b)
{
    return a->length == b->length && memcmp(a->as.text, b->as.text, a->length) == 0;
}

/* FNV-1a, finished so that the high bits tell as well. */
static uint32_t hash_text(const struct node *node)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (uint32_t i = 0; i < node->length; i++) {
        hash = (hash ^ (unsigned char)node->as.text[i]) * UINT64_C(1099511628211);
    }
    return (uint32_t)(hash ^ (hash >> 32));
}

static bool small_has_doubled_key(const struct node *object)
{
    const struct node *keys[SMALL_OBJECT];
    uint64_t seen = 0; /* a bit for first character and length: a new one is a new key */
    size_t count = 0;
    for (const struct node *key = node_first_key(object); key != NULL;
         key = node_next_key(object, key)) {
        unsigned first = key->length > 0 ? (unsigned char)key->as.text[0] : 0;
        uint64_t bit = UINT64_C(1) << ((first + 29 * key->length) % 64);
        for (size_t i = 0; (seen & bit) != 0 && i < count; i++) {
            if (same_text(keys[i], key)) {
                return true;
            }
        }
        seen |= bit;
        keys[count++] = key;
    }
    return false;
}

bool tree_has_doubled_key(struct tree *tree, uint32_t index)
{
    const struct node *object = &tree->nodes[index];
    if (object->length <= SMALL_OBJECT) {
        return small_has_doubled_key(object);
    }
    uint32_t size = 64;
    while (size < 2 * object->length) {
        size *= 2;
    }
    if (tree->slots_capacity < size) {
        tree->slots = xrealloc(tree->slots, size * sizeof *tree->slots);
        tree->slots_capacity = size;
    }
    memset(tree->slots, 0, size * sizeof *tree->slots);
    for (const struct node *key = node_first_key(object); key != NULL;
         key = node_next_key(object, key)) {
        uint32_t at = hash_text(key) % size;
        while (tree->slots[at] != 0) {
            if (same_text(&tree->nodes[tree->slots[at]], key)) {
                return true;
            }
            at = (at + 1) % size;
        }
        tree->slots[at] = (uint32_t)(key - tree->nodes); /* never 0: that is the root */
    }
    return false;
}

const struct node *node_first(const struct node *array)
{
    bool any = array != NULL && array->kind == NODE_ARRAY && array->length > 0;
    return any ? array + 1 : NULL;
}

const struct node *node_next(const struct node *array, const struct node *element)
{
    const struct node *next = element + element->span;
    return next < array + array->span ? next : NULL;
}

const struct node *node_first_key(const struct node *object)
{
    bool any = object != NULL && object->kind == NODE_OBJECT && object->length > 0;
    return any ? object + 1 : NULL;
}

const struct node *node_next_key(const struct node *object, const struct node *key)
{
    const struct node *value = node_value(key);
    return node_next(object, value);
}

const struct node *node_member(const struct node *object, const char *key)
{
    size_t length = strlen(key);
    for (const struct node *at = node_first_key(object); at != NULL;
         at = node_next_key(object, at)) {
        if (at->length == length && at->as.text[0] == key[0] &&
            memcmp(at->as.text, key, length) == 0) {
            return node_value(at);
        }
    }
    return NULL;
}

bool node_is(const struct node *node, const char *text)
{
    return node != NULL && node->kind == NODE_STRING && node->length == strlen(text) &&
           memcmp(node->as.text, text, node->length) == 0;
}

const char *node_text(const struct node *node)
{
    bool plain = node != NULL && node->kind == NODE_STRING &&
                 memchr(node->as.text, '\0', node->length) == NULL;
    return plain ? node->as.text : NULL;
}

/* The decimal with at most nine places that `real` is the nearest double to. Up to 2^51 billionths
 * the product is off by less than a half, and dividing back is exact in its last bit: so the
 * comparison is a proof. Beyond, billionths are finer than doubles. */
static enum err double_to_e9(double real, int64_t *out_e9)
{
    static const double proven = 2.0e6;
    int64_t value_e9;
    if (!(real > -proven && real < proven)) {
        bool whole = real > -9.2e9 && real < 9.2e9 && (double)(int64_t)real == real;
        if (!whole) {
            return ERR_RANGE;
        }
        *out_e9 = (int64_t)real * MONEY_E9;
        return ERR_OK;
    }
    if (money_from_double(real, &value_e9) != ERR_OK || (double)value_e9 / 1e9 != real) {
        return ERR_RANGE;
    }
    *out_e9 = value_e9;
    return ERR_OK;
}

enum err node_e9(const struct node *node, int64_t *out_e9)
{
    if (node == NULL) {
        return ERR_FORMAT;
    }
    int64_t value_e9;
    if (node->kind == NODE_NUMBER) {
        return money_parse(node->as.text, node->length, out_e9);
    }
    if (node->kind == NODE_DOUBLE) {
        return double_to_e9(node->as.real, out_e9);
    }
    if (node->kind == NODE_INT) {
        if (__builtin_mul_overflow(node->as.integer, MONEY_E9, &value_e9)) {
            return ERR_RANGE;
        }
        *out_e9 = value_e9;
        return ERR_OK;
    }
    return node->kind == NODE_UINT ? ERR_RANGE : ERR_FORMAT;
}

enum err node_decimal_e9(const struct node *node, int64_t *out_e9)
{
    if (node != NULL && node->kind == NODE_STRING) {
        return money_parse(node->as.text, node->length, out_e9);
    }
    return node_e9(node, out_e9);
}

/* Digits alone. */
static enum err parse_whole(const char *text, size_t length, uint64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return ERR_FORMAT;
        }
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value)) {
            return ERR_RANGE;
        }
    }
    *out = value;
    return length > 0 ? ERR_OK : ERR_FORMAT;
}

enum err node_int(const struct node *node, int64_t *out)
{
    if (node != NULL && node->kind == NODE_INT) {
        *out = node->as.integer;
        return ERR_OK;
    }
    if (node == NULL || node->kind != NODE_NUMBER) {
        return node != NULL && node->kind == NODE_UINT ? ERR_RANGE : ERR_FORMAT;
    }
    bool negative = node->as.text[0] == '-';
    uint64_t whole = 0;
    enum err err = parse_whole(node->as.text + negative, node->length - negative, &whole);
    if (err == ERR_OK && whole > (uint64_t)INT64_MAX + negative) {
        err = ERR_RANGE;
    }
    if (err == ERR_OK) {
        *out = (int64_t)(negative ? 0 - whole : whole);
    }
    return err;
}

enum err node_uint(const struct node *node, uint64_t *out)
{
    if (node != NULL && node->kind == NODE_UINT) {
        *out = node->as.whole;
        return ERR_OK;
    }
    if (node != NULL && node->kind == NODE_NUMBER && node->as.text[0] != '-') {
        uint64_t whole = 0;
        enum err err = parse_whole(node->as.text, node->length, &whole);
        if (err == ERR_OK) {
            *out = whole;
        }
        return err;
    }
    int64_t value = 0;
    enum err err = node_int(node, &value);
    if (err == ERR_OK && value < 0) {
        err = ERR_RANGE;
    }
    if (err == ERR_OK) {
        *out = (uint64_t)value;
    }
    return err;
}

enum err node_bool(const struct node *node, bool *out)
{
    if (node == NULL || node->kind != NODE_BOOL) {
        return ERR_FORMAT;
    }
    *out = node->truth;
    return ERR_OK;
}

enum err node_time(const struct node *node, int64_t *out_ns)
{
    if (node != NULL && node->kind == NODE_TIME) {
        *out_ns = node->as.ts_ns;
        return ERR_OK;
    }
    if (node == NULL || node->kind != NODE_STRING) {
        return ERR_FORMAT;
    }
    return utc_parse(node->as.text, node->length, out_ns);
}
