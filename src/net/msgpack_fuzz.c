/* msgpack_fuzz.c: whatever the bytes, a message that is accepted keeps the promises of tree.h. */
#include "net/msgpack.h"

#include "net/tree_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct tree tree;
    if (msgpack_parse(&tree, bytes, size) == ERR_OK) {
        fuzz_tree(&tree);
    }
    return 0;
}
