/* objects_fuzz.c: account, positions, activities, clock, sessions and assets: refused, or with
 * fields that can be. The first byte says which, the rest is the object. */
#include "alpaca/wire_fuzz.h"
#include "base/utc.h"
#include "net/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void read_account(const struct node *node)
{
    struct wire_account account;
    if (wire_read_account(node, &account) == ERR_OK) {
        fuzz_text(account.id, sizeof account.id);
        fuzz_text(account.number, sizeof account.number);
        fuzz_text(account.status, sizeof account.status);
        CHECK(account.multiplier >= 1 && account.id[0] != '\0' && account.number[0] != '\0');
        CHECK(account.active == (strcmp(account.status, "ACTIVE") == 0));
    }
}

static void read_position(const struct node *node)
{
    struct wire_position position;
    if (wire_read_position(node, &position) == ERR_OK) {
        fuzz_text(position.symbol, sizeof position.symbol);
        CHECK((position.qty_e9 <= 0) == node_is(node_member(node, "side"), "short") ||
              position.qty_e9 == 0);
    }
}

static void read_activity(const struct node *node)
{
    struct wire_activity activity;
    if (wire_read_activity(node, &activity) == ERR_OK) {
        fuzz_text(activity.id, sizeof activity.id);
        fuzz_text(activity.type, sizeof activity.type);
        fuzz_text(activity.symbol, sizeof activity.symbol);
        fuzz_text(activity.order_id, sizeof activity.order_id);
        CHECK(activity.known || !activity.trades);
        CHECK(!activity.trades || (activity.qty_e9 > 0 && activity.cum_qty_e9 >= activity.qty_e9));
        CHECK(!activity.trades || (activity.symbol[0] != '\0' && activity.order_id[0] != '\0'));
        CHECK(activity.trades || activity.ts_ns % NS_PER_DAY == 0);
    }
}

static void read_times(const struct node *node)
{
    struct wire_clock clock;
    struct wire_session session;
    struct wire_asset asset;
    (void)wire_read_clock(node, &clock);
    if (wire_read_session(node, &session) == ERR_OK) {
        CHECK(session.open_ns < session.close_ns);
        CHECK(session.open_ns >= session.date * NS_PER_DAY);
        CHECK(session.close_ns <= (session.date + INT64_C(1)) * NS_PER_DAY + 5 * NS_PER_HOUR);
    }
    if (wire_read_asset(node, &asset) == ERR_OK) {
        fuzz_text(asset.symbol, sizeof asset.symbol);
        CHECK(asset.symbol[0] != '\0');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct tree tree;
    if (size == 0 || tree_read(&tree, bytes + 1, size - 1) != ERR_OK) {
        return 0;
    }
    const struct node *root = tree_root(&tree);
    switch (bytes[0]) {
    case 'a':
        read_account(root);
        break;
    case 'p':
        read_position(root);
        break;
    case 'f':
        read_activity(root);
        break;
    default:
        read_times(root);
        break;
    }
    return 0;
}
