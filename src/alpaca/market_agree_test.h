/* market_agree_test.h: both readers of bars on the same bytes: what the quick one takes, the one of
 * trees reads the same. For tests and fuzz targets. */
#ifndef ALPACA_MARKET_AGREE_TEST_H
#define ALPACA_MARKET_AGREE_TEST_H

#include <stdlib.h>
#include <string.h>

#include "alpaca/market_wire.h"
#include "base/check.h"
#include "net/json.h"
#include "sys/memory.h"

enum { AGREE_BARS = 64 };

/* What the quick reader took. */
struct taken {
    struct market_message bars[AGREE_BARS];
    const char *bytes;
    size_t length;
    size_t count;
};

static inline void agree_take(void *context, const struct market_message *message)
{
    struct taken *taken = context;
    CHECK(message->symbol > taken->bytes &&
          message->symbol + message->symbol_length < taken->bytes + taken->length);
    if (taken->count < AGREE_BARS) {
        taken->bars[taken->count] = *message;
    }
    taken->count++;
}

static inline void agree_same(const struct market_message *a, const struct market_message *b)
{
    CHECK(a->word == b->word && a->ts_ns == b->ts_ns && a->halted == b->halted);
    CHECK(a->error_code == b->error_code && a->symbol_length == b->symbol_length);
    CHECK(memcmp(a->symbol, b->symbol, a->symbol_length) == 0);
    CHECK(memcmp(&a->event, &b->event, sizeof a->event) == 0);
}

/* Whether the quick reader takes the message: then the other one does, bar by bar. What it took
 * before it gave up, the other reads the same where the message is well formed. `taken` lives as
 * long as the bytes. */
static inline bool readers_agree(const char *bytes, size_t length, struct taken *taken)
{
    static struct tree tree;
    taken->bytes = bytes;
    taken->length = length;
    taken->count = 0;
    bool quick = market_read_bars(bytes, length, agree_take, taken);
    bool parsed = tree_read(&tree, bytes, length) == ERR_OK;
    CHECK(parsed || !quick);
    CHECK(taken->count > 0 || !quick);
    const struct node *root = parsed ? tree_root(&tree) : NULL;
    size_t count = 0;
    for (const struct node *at = node_first(root); at != NULL; at = node_next(root, at)) {
        struct market_message message;
        if (count < taken->count && count < AGREE_BARS) {
            CHECK(market_read(at, &message) == ERR_OK);
            agree_same(&taken->bars[count], &message);
        }
        count++;
    }
    CHECK(!quick || count == taken->count);
    CHECK(!parsed || count >= taken->count);
    return quick;
}

/* The same on a copy that ends where its memory ends. */
static inline bool readers_agree_on_copy(const char *bytes, size_t length, struct taken *taken)
{
    char *copy = xmalloc(length > 0 ? length : 1);
    memcpy(copy, bytes, length);
    bool quick = readers_agree(copy, length, taken);
    free(copy);
    return quick;
}

#endif
