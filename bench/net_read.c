/* net_read.c: nanoseconds per message for the readers and writers of net/: a bar of Alpaca's stream
 * in both encodings, and an order. Prints a line each, the best of many rounds. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "net/json.h"
#include "net/msgpack.h"
#include "sys/clock.h"

enum { TIMES = 2000, ROUNDS = 500 };

static const char bar[] = "[{\"T\":\"b\",\"S\":\"AAPL\",\"o\":212.3,\"h\":212.4,\"l\":212.2,"
                          "\"c\":212.37,\"v\":9120,\"n\":81,\"vw\":212.33,"
                          "\"t\":\"2026-03-16T18:37:00Z\"}]";
static const char order[] =
    "{\"symbol\":\"AAPL\",\"qty\":\"10\",\"side\":\"buy\",\"type\":\"limit\",\"limit_price\":150.1,"
    "\"time_in_force\":\"day\",\"extended_hours\":false,"
    "\"client_order_id\":\"61e69015-8549-4bfd-b9c3-01e75843f47d\"}";

/* Every number and the time of the bar as we use them. */
static int64_t use_bar(const struct node *root)
{
    static const char *const names[] = {"o", "h", "l", "c", "v", "n", "vw"};
    const struct node *node = node_first(root);
    int64_t sum = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int64_t value_e9 = 0;
        CHECK(node_e9(node_member(node, names[i]), &value_e9) == ERR_OK);
        sum += value_e9;
    }
    int64_t ts_ns = 0;
    CHECK(node_time(node_member(node, "t"), &ts_ns) == ERR_OK);
    return sum + ts_ns;
}

static void measure(const char *what, const void *bytes, size_t length,
                    int64_t (*use)(const struct node *root))
{
    struct tree tree;
    int64_t best_ns = INT64_MAX;
    int64_t sum = 0;
    tree_init(&tree);
    for (int round = 0; round < ROUNDS; round++) {
        int64_t began_ns = clock_mono_ns();
        for (int i = 0; i < TIMES; i++) {
            CHECK(tree_read(&tree, bytes, length) == ERR_OK);
            sum += use != NULL ? use(tree_root(&tree)) : tree.count;
        }
        int64_t took_ns = clock_mono_ns() - began_ns;
        best_ns = took_ns < best_ns ? took_ns : best_ns;
    }
    (void)printf("%-36s %4zu bytes %6.1f ns  (%llx)\n", what, length, (double)best_ns / TIMES,
                 (unsigned long long)sum);
    tree_finish(&tree);
}

static void write_bar(struct msgpack *msgpack)
{
    msgpack_reset(msgpack);
    msgpack_array(msgpack, 1);
    msgpack_map(msgpack, 10);
    msgpack_string(msgpack, "T");
    msgpack_string(msgpack, "b");
    msgpack_string(msgpack, "S");
    msgpack_string(msgpack, "AAPL");
    static const char *const names[] = {"o", "h", "l", "c", "v", "n", "vw"};
    static const int64_t values_e9[] = {212300000000,    212400000000, 212200000000, 212370000000,
                                        9120000000000LL, 81000000000,  212330000000};
    for (size_t i = 0; i < 7; i++) {
        msgpack_string(msgpack, names[i]);
        msgpack_money(msgpack, values_e9[i]);
    }
    msgpack_string(msgpack, "t");
    msgpack_time(msgpack, 1773686220000000000);
}

int main(void)
{
    struct msgpack msgpack;
    msgpack_init(&msgpack);
    write_bar(&msgpack);
    measure("a bar in JSON, read", bar, sizeof bar - 1, NULL);
    measure("a bar in JSON, read and used", bar, sizeof bar - 1, use_bar);
    measure("a bar in MessagePack, read", msgpack.bytes, msgpack.length, NULL);
    measure("a bar in MessagePack, read and used", msgpack.bytes, msgpack.length, use_bar);
    measure("an order in JSON, read", order, sizeof order - 1, NULL);
    int64_t began_ns = clock_mono_ns();
    for (int i = 0; i < TIMES; i++) {
        write_bar(&msgpack);
    }
    (void)printf("%-36s %4zu bytes %6.1f ns\n", "a bar in MessagePack, written", msgpack.length,
                 (double)(clock_mono_ns() - began_ns) / TIMES);
    msgpack_finish(&msgpack);
    return 0;
}
