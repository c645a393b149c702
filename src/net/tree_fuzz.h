/* tree_fuzz.h: the promises of tree.h, for the fuzz targets of its readers. */
#ifndef NET_TREE_FUZZ_H
#define NET_TREE_FUZZ_H

#include "base/check.h"
#include "net/tree.h"

/* Spans fill the row exactly, counts are those of the children, texts end with a NUL, and every
 * conversion either refuses and leaves its result alone, or agrees with the others. */
static void fuzz_tree(const struct tree *tree)
{
    CHECK(tree->count > 0 && tree_root(tree)->span == tree->count);
    for (uint32_t i = 0; i < tree->count; i++) {
        const struct node *node = &tree->nodes[i];
        int64_t e9 = 77;
        int64_t whole = 77;
        CHECK(node->span >= 1 && node->span <= tree->count - i);
        CHECK(node_e9(node, &e9) == ERR_OK || e9 == 77);
        CHECK(node_int(node, &whole) == ERR_OK || whole == 77);
        if (node->kind == NODE_STRING) {
            CHECK(node->as.text[node->length] == '\0');
        }
        uint32_t children = 0;
        for (const struct node *at = node_first(node); at != NULL; at = node_next(node, at)) {
            children++;
        }
        for (const struct node *key = node_first_key(node); key != NULL;
             key = node_next_key(node, key)) {
            CHECK(key->kind == NODE_STRING);
            children++;
        }
        bool container = node->kind == NODE_ARRAY || node->kind == NODE_OBJECT;
        CHECK(container ? children == node->length : node->span == 1);
    }
}

#endif
