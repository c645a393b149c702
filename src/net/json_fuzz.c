/* json_fuzz.c: whatever the bytes, a text that is accepted keeps the promises of tree.h. */
#include "net/json.h"

#include "net/tree_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct tree tree;
    if (json_parse(&tree, bytes, size) == ERR_OK) {
        fuzz_tree(&tree);
    }
    return 0;
}
