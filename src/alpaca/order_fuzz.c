/* order_fuzz.c: whatever an order of the broker's looks like, it is refused, or every field of it
 * holds what such a field may and can be said again. */
#include "alpaca/wire_fuzz.h"
#include "net/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct tree tree;
    struct wire_group group;
    if (tree_read(&tree, bytes, size) == ERR_OK &&
        wire_read_order(tree_root(&tree), &group) == ERR_OK) {
        fuzz_group(&group);
    }
    return 0;
}
