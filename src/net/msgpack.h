/* msgpack.h: MessagePack, written into growing bytes and read into a tree.
 *
 * What is written takes the shortest form of its kind. A map or an array announces its count, so
 * who writes one knows it before; nothing here counts for him. */
#ifndef NET_MSGPACK_H
#define NET_MSGPACK_H

#include "net/tree.h"

struct msgpack {
    uint8_t *bytes; /* owned; valid until the next call */
    size_t length;
    size_t capacity;
};

void msgpack_init(struct msgpack *msgpack);
void msgpack_finish(struct msgpack *msgpack);

/* Empties it and keeps its memory: the next message. */
void msgpack_reset(struct msgpack *msgpack);

/* `members` pairs of a key and a value follow, `elements` values follow. */
void msgpack_map(struct msgpack *msgpack, uint32_t members);
void msgpack_array(struct msgpack *msgpack, uint32_t elements);

void msgpack_string(struct msgpack *msgpack, const char *text);
void msgpack_text(struct msgpack *msgpack, const char *text, size_t length);
void msgpack_int(struct msgpack *msgpack, int64_t value);
void msgpack_uint(struct msgpack *msgpack, uint64_t value);
void msgpack_double(struct msgpack *msgpack, double value);
void msgpack_bool(struct msgpack *msgpack, bool value);
void msgpack_nil(struct msgpack *msgpack);

/* Money as the encoding has it: an integer where it is whole, else the nearest double. */
void msgpack_money(struct msgpack *msgpack, int64_t value_e9);

/* Nanoseconds since 1970 as extension type -1: 32 bits for whole seconds up to 2106, 64 bits from
 * 1970 to 2514, 96 bits for what is before. */
void msgpack_time(struct msgpack *msgpack, int64_t ts_ns);

/* Reads a message into a tree. Strict: one value and nothing behind it, keys are strings and occur
 * once in their map, strings are UTF-8, nesting up to TREE_DEPTH_MAX, a timestamp within an int64
 * of nanoseconds. ERR_FORMAT: the tree's `fault` says why. Never larger than 64 MiB. */
enum err msgpack_parse(struct tree *tree, const void *bytes, size_t length);

#endif
