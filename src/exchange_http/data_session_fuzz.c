/* data_session_fuzz.c: whatever a client of the data stream sends, every message is answered by one
 * array of one object that we can read ourselves, and what is confirmed is within the limit.
 *
 * The first byte chooses encoding and limit; messages follow, each behind a newline. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "exchange_http/data_stream.h"
#include "net/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct instrument names[] = {{"AAPL"}, {"MSFT"}, {"SPY"}};

struct client {
    struct tree tree;
    unsigned answers;
    uint32_t symbols_max;
};

static uint32_t length_of(const struct node *object, const char *key)
{
    const struct node *list = node_member(object, key);
    CHECK(list != NULL && list->kind == NODE_ARRAY);
    return list->length;
}

static bool take(void *context, bool binary, const void *bytes, size_t length)
{
    struct client *client = context;
    client->answers++;
    CHECK(tree_read(&client->tree, bytes, length) == ERR_OK);
    CHECK(binary == (*(const unsigned char *)bytes != '['));
    const struct node *root = tree_root(&client->tree);
    CHECK(root->kind == NODE_ARRAY && root->length == 1);
    const struct node *object = node_first(root);
    CHECK(node_is(node_first_key(object), "T"));
    if (node_is(node_member(object, "T"), "subscription")) {
        uint32_t symbols = length_of(object, "trades") + length_of(object, "quotes");
        CHECK(client->symbols_max == 0 || symbols <= client->symbols_max);
        CHECK(length_of(object, "corrections") == length_of(object, "trades"));
    }
    return true;
}

static enum data_error judge(void *context, struct data_session *session, const char *key,
                             const char *secret)
{
    (void)context;
    (void)session;
    return strcmp(key, secret) == 0 ? DATA_OK : DATA_ERROR_AUTH_FAILED;
}

static void talk(struct data_stream *stream, uint8_t choice, const uint8_t *bytes, size_t size)
{
    struct client client = {.symbols_max = (choice & 2) != 0 ? 2 : 0};
    const struct data_session_plan plan = {
        .endpoint = (choice & 4) != 0 ? DATA_ENDPOINT_TEST : DATA_ENDPOINT_IEX,
        .msgpack = (choice & 1) != 0,
        .context = &client,
        .send = take,
    };
    tree_init(&client.tree);
    client.symbols_max = plan.endpoint == DATA_ENDPOINT_TEST ? 0 : client.symbols_max;
    struct data_session *session = data_session_open(stream, &plan);
    if ((choice & 8) != 0) {
        data_session_authenticate(session, "k", "k");
    }
    unsigned expected = client.answers;
    while (size > 0) {
        const uint8_t *end = memchr(bytes, '\n', size);
        size_t length = end != NULL ? (size_t)(end - bytes) : size;
        data_session_message(session, bytes, length);
        expected++;
        CHECK(client.answers == expected);
        length += end != NULL;
        bytes += length;
        size -= length;
    }
    data_session_close(session);
    tree_finish(&client.tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const struct bars data = {.instruments = names, .instrument_count = 3};
    const struct venue_plan venue_plan = {
        .data = &data, .calendar = CALENDAR_XNYS, .accounts_max = 1};
    struct venue *venue = venue_create(&venue_plan);
    const struct data_stream_plan plan = {
        .venue = venue, .symbols_max = (bytes[0] & 2) != 0 ? 2 : 0, .authenticate = judge};
    struct data_stream *stream = data_stream_create(&plan);
    talk(stream, bytes[0], bytes + 1, size - 1);
    data_stream_destroy(stream);
    venue_destroy(venue);
    return 0;
}
