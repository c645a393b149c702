/* msgpack_read.c: the reading half of msgpack.h.
 *
 * A loop with a stack of what is open. Every count is held against the bytes that are left before
 * anything is made of it, as each element needs one at least. Texts are copied out with a NUL
 * behind each, so that a reader of the tree has C strings. */
#include "net/msgpack.h"

#include <string.h>

#include "base/check.h"
#include "base/utc.h"
#include "net/json_index.h"

enum { LENGTH_MAX = 64 << 20, TIMESTAMP = -1 };

struct reader {
    struct tree *tree;
    const uint8_t *bytes;
    size_t length;
    size_t at;
    char *text; /* where the next text goes */
    uint32_t depth;
    struct {
        uint32_t node;
        uint32_t left; /* nodes that are still to come: for a map keys and values */
    } open[TREE_DEPTH_MAX];
    const char *fault;
};

static bool refuse(struct reader *reader, const char *fault)
{
    reader->fault = fault;
    return false;
}

static uint64_t take_big_endian(struct reader *reader, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) {
        value = (value << 8) | reader->bytes[reader->at + i];
    }
    reader->at += size;
    return value;
}

static bool has(const struct reader *reader, size_t size)
{
    return reader->length - reader->at >= size;
}

/* Most texts are a few letters: for those the check is cheaper here. */
static bool is_utf8(const char *text, size_t length)
{
    unsigned char all = 0;
    if (length > 32) {
        return utf8_is_valid(text, length);
    }
    for (size_t i = 0; i < length; i++) {
        all |= (unsigned char)text[i];
    }
    return all < 0x80 || utf8_is_valid(text, length);
}

static bool add_text(struct reader *reader, enum node_kind kind, size_t length)
{
    if (!has(reader, length)) {
        return refuse(reader, "it ends within a text");
    }
    memcpy(reader->text, reader->bytes + reader->at, length);
    reader->text[length] = '\0';
    if (kind == NODE_STRING && !is_utf8(reader->text, length)) {
        return refuse(reader, "a text that is no UTF-8");
    }
    struct node *node = tree_add(reader->tree, kind);
    node->as.text = reader->text;
    node->length = (uint32_t)length;
    reader->text += length + 1;
    reader->at += length;
    return true;
}

static bool add_time(struct reader *reader, size_t length)
{
    int64_t seconds = 0;
    uint64_t rest = 0;
    int64_t ts_ns;
    if (length == 4) {
        seconds = (int64_t)take_big_endian(reader, 4);
    } else if (length == 8) {
        uint64_t both = take_big_endian(reader, 8);
        rest = both >> 34;
        seconds = (int64_t)(both & ((UINT64_C(1) << 34) - 1));
    } else if (length == 12) {
        rest = take_big_endian(reader, 4);
        seconds = (int64_t)take_big_endian(reader, 8);
    } else {
        return refuse(reader, "a timestamp of another length");
    }
    /* Down to INT64_MIN the product alone may be too small for what their sum is. */
    __int128 sum = (__int128)seconds * NS_PER_S + (__int128)rest;
    if (rest >= (uint64_t)NS_PER_S || sum > INT64_MAX || sum < INT64_MIN) {
        return refuse(reader, "a timestamp out of range");
    }
    ts_ns = (int64_t)sum;
    tree_add(reader->tree, NODE_TIME)->as.ts_ns = ts_ns;
    return true;
}

static bool add_extension(struct reader *reader, size_t length)
{
    if (!has(reader, 1) || !has(reader, length + 1)) {
        return refuse(reader, "it ends within an extension");
    }
    int8_t type = (int8_t)take_big_endian(reader, 1);
    return type == TIMESTAMP ? add_time(reader, length) : add_text(reader, NODE_BYTES, length);
}

static bool add_container(struct reader *reader, enum node_kind kind, uint64_t count)
{
    uint64_t nodes = kind == NODE_OBJECT ? 2 * count : count;
    if (!has(reader, nodes)) {
        return refuse(reader, "it ends within an array or a map");
    }
    if (reader->depth == TREE_DEPTH_MAX) {
        return refuse(reader, "nested too deeply");
    }
    reader->open[reader->depth].node = reader->tree->count;
    reader->open[reader->depth].left = (uint32_t)nodes;
    reader->depth++;
    tree_add(reader->tree, kind)->length = (uint32_t)count;
    return true;
}

static bool add_int(struct reader *reader, int64_t value)
{
    tree_add(reader->tree, NODE_INT)->as.integer = value;
    return true;
}

static bool add_uint(struct reader *reader, uint64_t value)
{
    if (value <= INT64_MAX) {
        return add_int(reader, (int64_t)value);
    }
    tree_add(reader->tree, NODE_UINT)->as.whole = value;
    return true;
}

static bool add_real(struct reader *reader, size_t size)
{
    uint64_t bits = take_big_endian(reader, size);
    double value;
    if (size == 4) {
        uint32_t half = (uint32_t)bits;
        float single;
        memcpy(&single, &half, sizeof single);
        value = (double)single;
    } else {
        memcpy(&value, &bits, sizeof value);
    }
    tree_add(reader->tree, NODE_DOUBLE)->as.real = value;
    return true;
}

/* Signed numbers of 1, 2, 4 or 8 bytes. */
static bool add_signed(struct reader *reader, size_t size)
{
    uint64_t bits = take_big_endian(reader, size);
    CHECK(size >= 1 && size <= 8); /* by the table */
    unsigned shift = (unsigned)(64 - 8 * size);
    return add_int(reader, (int64_t)(bits << shift) >> shift);
}

/* How many bytes of a value or of a length follow the heads 0xc0 to 0xdf. */
static const uint8_t behind[32] = {
    0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 4, 8, 1, 2, 4, 8, /* nil .. uint64 */
    1, 2, 4, 8, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4, /* int8 .. map32 */
};

static bool read_long_form(struct reader *reader, uint8_t head)
{
    size_t size = behind[head - 0xc0];
    if (!has(reader, size)) {
        return refuse(reader, "it ends within a value");
    }
    if (head <= 0xc3) {
        struct node *node =
            head == 0xc1 ? NULL : tree_add(reader->tree, head == 0xc0 ? NODE_NULL : NODE_BOOL);
        if (node == NULL) {
            return refuse(reader, "the byte that is never used");
        }
        node->truth = head == 0xc3;
        return true;
    }
    if (head <= 0xc6) {
        return add_text(reader, NODE_BYTES, take_big_endian(reader, size));
    }
    if (head <= 0xc9) {
        return add_extension(reader, take_big_endian(reader, size));
    }
    if (head <= 0xcb) {
        return add_real(reader, size);
    }
    if (head <= 0xcf) {
        return add_uint(reader, take_big_endian(reader, size));
    }
    if (head <= 0xd3) {
        return add_signed(reader, size);
    }
    if (head <= 0xd8) {
        return add_extension(reader, (size_t)1 << (head - 0xd4));
    }
    uint64_t count = take_big_endian(reader, size);
    if (head <= 0xdb) {
        return add_text(reader, NODE_STRING, count);
    }
    return add_container(reader, head <= 0xdd ? NODE_ARRAY : NODE_OBJECT, count);
}

static bool read_one(struct reader *reader)
{
    if (!has(reader, 1)) {
        return refuse(reader, "it ends too early");
    }
    uint8_t head = reader->bytes[reader->at++];
    if (head < 0x80) {
        return add_int(reader, head);
    }
    if (head >= 0xe0) {
        return add_int(reader, (int8_t)head);
    }
    if (head < 0x90) {
        return add_container(reader, NODE_OBJECT, head & 0xf);
    }
    if (head < 0xa0) {
        return add_container(reader, NODE_ARRAY, head & 0xf);
    }
    return head < 0xc0 ? add_text(reader, NODE_STRING, head & 0x1f) : read_long_form(reader, head);
}

/* Whether the node that was just read stands for a key. */
static bool expects_key(const struct reader *reader)
{
    uint32_t top = reader->depth - 1;
    return reader->depth > 0 && reader->tree->nodes[reader->open[top].node].kind == NODE_OBJECT &&
           reader->open[top].left % 2 == 0;
}

/* Closes what is complete; one more node of what is around is then there. */
static bool close_complete(struct reader *reader)
{
    while (reader->depth > 0 && reader->open[reader->depth - 1].left == 0) {
        uint32_t index = reader->open[--reader->depth].node;
        struct node *node = &reader->tree->nodes[index];
        node->span = reader->tree->count - index;
        if (node->kind == NODE_OBJECT && tree_has_doubled_key(reader->tree, index)) {
            return refuse(reader, "a key that occurs twice in one map");
        }
        if (reader->depth > 0) {
            reader->open[reader->depth - 1].left--;
        }
    }
    return true;
}

static bool read_all(struct reader *reader)
{
    do {
        bool key = expects_key(reader);
        uint32_t index = reader->tree->count;
        uint32_t depth = reader->depth;
        if (!read_one(reader)) {
            return false;
        }
        if (key && reader->tree->nodes[index].kind != NODE_STRING) {
            return refuse(reader, "a key that is no string");
        }
        if (depth > 0 && reader->depth == depth) {
            reader->open[depth - 1].left--;
        }
        if (!close_complete(reader)) {
            return false;
        }
    } while (reader->depth > 0);
    return reader->at == reader->length || refuse(reader, "more behind the value");
}

enum err msgpack_parse(struct tree *tree, const void *bytes, size_t length)
{
    tree->count = 0;
    if (length > LENGTH_MAX) {
        return tree_refuse(tree, "too long", LENGTH_MAX);
    }
    struct reader reader = {.tree = tree, .bytes = bytes, .length = length};
    reader.text =
        tree_bytes(tree, 2 * length + 1); /* each text has a head of a byte: for its NUL */
    return read_all(&reader) ? ERR_OK : tree_refuse(tree, reader.fault, reader.at);
}
