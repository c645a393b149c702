/* trading_stream_fuzz.c: whatever a client sends, it is answered once, in JSON, and only who has
 * authenticated listens. The first byte chooses the encoding; each line is a message. */
#include <string.h>

#include "base/check.h"
#include "base/money.h"
#include "exchange_http/trading_stream.h"
#include "net/tree.h"

struct answers {
    uint32_t count;
    bool msgpack;
};

static void take(void *context, const void *bytes, size_t length, bool binary)
{
    static struct tree tree;
    struct answers *answers = context;
    answers->count++;
    CHECK(binary == answers->msgpack);
    CHECK(tree_read(&tree, bytes, length) == ERR_OK);
    CHECK(tree_root(&tree)->kind == NODE_OBJECT);
}

static struct venue *make_venue(void)
{
    static const struct instrument instruments[] = {{"AAPL"}};
    static const struct bars data = {.instruments = instruments, .instrument_count = 1};
    const struct venue_plan plan = {
        .data = &data,
        .seed = 7,
        .calendar = CALENDAR_XNYS,
        .exchange = {.orders_max = 4, .cash_e9 = 1000 * MONEY_E9},
        .accounts_max = 1,
    };
    struct venue *venue = venue_create(&plan);
    CHECK(venue_open_account(venue, "PK", "secret", MONEY_E9) != NULL);
    return venue;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct venue *venue;
    venue = venue == NULL ? make_venue() : venue;
    struct answers answers = {.msgpack = size > 0 && bytes[0] % 2 == 1};
    const struct trading_session_plan plan = {
        .venue = venue, .msgpack = answers.msgpack, .context = &answers, .send = take};
    struct trading_session *session = trading_session_create(&plan);
    for (size_t at = 1; at < size;) {
        const uint8_t *end = memchr(bytes + at, '\n', size - at);
        size_t length = end == NULL ? size - at : (size_t)(end - (bytes + at));
        uint32_t before = answers.count;
        (void)trading_session_message(session, bytes + at, length);
        CHECK(answers.count == before + 1);
        at += length + 1;
    }
    uint32_t before = answers.count;
    trading_session_publish(session, venue->accounts[0], "{\"event\":\"new\"}");
    CHECK(answers.count == before || trading_session_account(session) == venue->accounts[0]);
    trading_session_destroy(session);
    return 0;
}
