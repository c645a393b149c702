/* json.h: reads a JSON text (RFC 8259) into a tree.
 *
 * Strict: one value and nothing behind it but white space; UTF-8; no lone surrogates, doubled keys
 * or control characters in strings; numbers by the grammar, kept as text; nesting up to
 * TREE_DEPTH_MAX. simdjson finds the tokens and checks the UTF-8 (json.cpp, the one file here in
 * C++), our own loop builds the tree. */
#ifndef NET_JSON_H
#define NET_JSON_H

#include "net/tree.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Copies what it needs. ERR_FORMAT: the tree's `fault` says why. Never larger than 64 MiB. */
enum err json_parse(struct tree *tree, const void *bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
