/* http_client_fuzz.c: whatever a server answers, it is told exactly once what became of the
 * request, and it was never "not sent". The first byte picks method and piecing. */
#include "net/http_client.h"

#include <stdio.h>

#include "base/utc.h"
#include "net/client_fuzz.h"
#include "net/http_reader.h"

enum { BODY_MAX = 5000 };

static int told;
static struct {
    enum http_outcome outcome;
    int status;
    char body[BODY_MAX + 1];
    size_t length;
} answered;

static void on_answer(void *context, const struct http_answer *answer)
{
    (void)context;
    told++;
    answered.outcome = answer->outcome;
    answered.status = answer->status;
    CHECK(answer->outcome != HTTP_NOT_SENT);
    CHECK(answer->body != NULL && answer->why != NULL);
    if (answer->outcome == HTTP_ANSWERED) {
        CHECK(answer->status >= 200 && answer->status <= 999);
        CHECK(answer->length <= BODY_MAX && answer->body[answer->length] == '\0');
        CHECK(answer->why[0] == '\0');
        memcpy(answered.body, answer->body, answer->length);
        answered.length = answer->length;
        (void)http_answer_header(answer, "Date");
    } else {
        CHECK(answer->status == 0 && answer->why[0] != '\0');
    }
}

/* Where libcurl and the reader of a connection kept ready both see a whole answer, it is the same
 * one. */
static void compare_with_reader(const uint8_t *bytes, size_t size, bool bodiless)
{
    static struct http_reader reader;
    struct http_body body;
    http_body_init(&body, BODY_MAX);
    http_reader_begin(&reader, &body, bodiless);
    (void)http_reader_take(&reader, (const char *)bytes, size);
    if (http_reader_end(&reader) && answered.outcome == HTTP_ANSWERED) {
        CHECK(answered.status == reader.status);
        CHECK(answered.length == body.length);
        CHECK(body.length == 0 || memcmp(answered.body, body.bytes, body.length) == 0);
    }
    http_body_finish(&body);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct loop *loop;
    static struct http_client *client;
    static struct fuzz_server server;
    static char url[64];
    if (loop == NULL) {
        loop = loop_create();
        client = http_client_create(loop, &(struct http_client_options){0});
        fuzz_listen(&server);
        (void)snprintf(url, sizeof url, "http://127.0.0.1:%u/", server.port);
    }
    if (size == 0) {
        return 0;
    }
    static const enum http_method methods[] = {HTTP_GET, HTTP_POST, HTTP_HEAD, HTTP_DELETE};
    size_t first = (size - 1) * (bytes[0] >> 2) / 63;
    struct http_ask ask = {.method = methods[bytes[0] & 3],
                           .url = url,
                           .timeout_ns = NS_PER_S,
                           .answer_max = BODY_MAX,
                           .answered = on_answer};
    told = 0;
    (void)http_ask(client, &ask);
    CHECK(fuzz_asked(&server, loop));
    fuzz_say(&server, bytes + 1, first);
    loop_turn(loop, false);
    loop_turn(loop, false);
    fuzz_say(&server, bytes + 1 + first, size - 1 - first);
    fuzz_end(&server);
    while (told == 0) {
        loop_turn(loop, true); /* its time ends at the latest */
    }
    CHECK(told == 1 && http_client_pending(client) == 0);
    compare_with_reader(bytes + 1, size - 1, ask.method == HTTP_HEAD);
    fuzz_close(&server);
    loop_turn(loop, false);
    return 0;
}
