/* update_fuzz.c: whatever a trade update looks like, it is refused, or a fill has a quantity and
 * its order is one that can be. */
#include "alpaca/wire_fuzz.h"
#include "net/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct tree tree;
    struct wire_update update;
    if (tree_read(&tree, bytes, size) != ERR_OK ||
        wire_read_update(tree_root(&tree), &update) != ERR_OK) {
        return 0;
    }
    bool fills = update.event == WIRE_UPDATE_FILL || update.event == WIRE_UPDATE_PARTIAL_FILL;
    CHECK(update.event <= WIRE_UPDATE_TRADE_CORRECT);
    CHECK(!fills || update.qty_e9 > 0);
    CHECK(update.has_position || update.position_qty_e9 == 0);
    fuzz_text(update.execution_id, sizeof update.execution_id);
    fuzz_group(&update.group);
    return 0;
}
