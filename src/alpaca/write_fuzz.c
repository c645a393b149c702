/* write_fuzz.c: whatever the requests, a body that is written asks for exactly them, and names are
 * a bijection. The first byte is how many requests there are, the next ones are their sides, orders
 * and terms; what cannot be said is not what the rest says either. */
#include "alpaca/wire_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { REQUESTS_MAX = 4, BODY_MAX = 1024 };

static size_t take(void *out, size_t wanted, const uint8_t *bytes, size_t size)
{
    size_t length = size < wanted ? size : wanted;
    memcpy(out, bytes, length);
    return length;
}

static void check_name(uint64_t order_id)
{
    char name[WIRE_CLIENT_ID_SIZE];
    uint64_t back = 0;
    wire_client_id("tag", order_id, name);
    CHECK(strlen(name) <= 48);
    CHECK(wire_client_id_read("tag", name, &back) && back == order_id);
    CHECK(!wire_client_id_read("ta", name, &back));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct order_request requests[REQUESTS_MAX] = {0};
    const struct order_request *batch[REQUESTS_MAX];
    char body[BODY_MAX];
    uint32_t count = size > 0 ? bytes[0] % (REQUESTS_MAX + 1) : 0;
    size_t at = size > 0 ? 1 : 0;
    for (uint32_t i = 0; i < count; i++) {
        int8_t ratio = 0;
        at += take(&ratio, sizeof ratio, bytes + at, size - at);
        at += take(&requests[i].head.order, sizeof requests[i].head.order, bytes + at, size - at);
        at += take(&requests[i].terms, sizeof requests[i].terms, bytes + at, size - at);
        requests[i].legs[0].ratio = ratio;
        batch[i] = &requests[i];
        check_name(requests[i].head.order.order_id);
    }
    const char *rest = (const char *)bytes + at;
    size_t length = wire_write_order("tag", "AAPL", batch, count, body, sizeof body);
    if (length == 0) {
        CHECK(!wire_order_is("tag", "AAPL", batch, count, rest, size - at));
        return 0;
    }
    CHECK(length < sizeof body && body[length] == '\0');
    CHECK(wire_order_is("tag", "AAPL", batch, count, body, length));
    CHECK(!wire_order_is("tag", "AAPL", batch, count, body, length - 1));
    CHECK(!wire_order_is("tag", "MSFT", batch, count, body, length));
    CHECK(!wire_order_is("gat", "AAPL", batch, count, body, length));
    CHECK(wire_write_order("tag", "AAPL", batch, count, body, length) == 0);
    return 0;
}
