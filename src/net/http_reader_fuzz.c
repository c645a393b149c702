/* http_reader_fuzz.c: whatever the bytes of an answer are, the reader makes the same of them
 * however they are cut: in one piece, byte by byte, and in pieces that the first byte picks. It
 * takes no more than it is given, nothing behind the answer's end, and no body beyond its limit. */
#include "net/http_reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "sys/memory.h"

enum { BODY_MAX = 5000, WAYS = 3 };

/* The memory of one answer's headers goes on to the next one, as on a connection that is kept. */
static struct reading {
    struct http_reader reader;
    struct http_body body;
    size_t taken;
    bool whole;
} readings[WAYS];

static const char *fault_of(const struct reading *reading)
{
    return reading->reader.fault != NULL ? reading->reader.fault : reading->body.fault;
}

/* In memory of its own, so that a read beyond it is seen. */
static void take_piece(struct reading *reading, const uint8_t *bytes, size_t length)
{
    bool over = reading->reader.stage == HTTP_STAGE_DONE || fault_of(reading) != NULL;
    char *piece = xmalloc(length);
    memcpy(piece, bytes, length);
    size_t taken = http_reader_take(&reading->reader, piece, length);
    free(piece);
    CHECK(taken <= length);
    CHECK(!over || taken == 0);
    CHECK(taken == length || reading->reader.stage == HTTP_STAGE_DONE || fault_of(reading) != NULL);
    CHECK(reading->body.length <= BODY_MAX);
    reading->taken += taken;
}

/* Way 0: in one piece; 1: byte by byte; 2: in pieces of `seed`. */
static size_t piece_length(int way, uint32_t *seed, size_t left)
{
    if (way == 0) {
        return left;
    }
    *seed = *seed * 1664525 + 1013904223;
    size_t length = way == 1 ? 1 : 1 + (*seed >> 24) % (1U << (*seed >> 29));
    return length < left ? length : left;
}

static void read_answer(int way, bool bodiless, uint32_t seed, const uint8_t *bytes, size_t size)
{
    struct reading *reading = &readings[way];
    http_body_init(&reading->body, BODY_MAX);
    http_reader_begin(&reading->reader, &reading->body, bodiless);
    reading->taken = 0;
    for (size_t at = 0; at < size;) {
        size_t length = piece_length(way, &seed, size - at);
        take_piece(reading, bytes + at, length);
        at += length;
    }
    reading->whole = http_reader_end(&reading->reader);
    CHECK(reading->whole == (fault_of(reading) == NULL));
    CHECK(!reading->whole || reading->reader.stage == HTTP_STAGE_DONE);
}

/* What is asked for in an answer, and what decides where it ends. */
static void check_same_headers(const struct http_reader *a, const struct http_reader *b)
{
    static const char *const names[] = {"Date",           "Retry-After",       "X-Request-ID",
                                        "Content-Length", "Transfer-Encoding", "Connection"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *one = "";
        const char *other = "";
        size_t count = http_reader_header(a, names[i], &one);
        CHECK(http_reader_header(b, names[i], &other) == count);
        CHECK(strcmp(one, other) == 0);
    }
}

static void check_same(const struct reading *a, const struct reading *b)
{
    CHECK(a->whole == b->whole);
    if (!a->whole) {
        CHECK(strcmp(fault_of(a), fault_of(b)) == 0);
        return;
    }
    CHECK(a->reader.status >= 200 && a->reader.status <= 999);
    CHECK(a->reader.status == b->reader.status);
    CHECK(a->reader.keeps == b->reader.keeps);
    CHECK(a->taken == b->taken);
    CHECK(a->body.length == b->body.length);
    CHECK(a->body.length == 0 || memcmp(a->body.bytes, b->body.bytes, a->body.length) == 0);
    CHECK(a->body.bytes == NULL || a->body.bytes[a->body.length] == '\0');
    check_same_headers(&a->reader, &b->reader);
}

/* The first byte: bit 0, whether it answers a HEAD; the others, the seed of the pieces. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0) {
        return 0;
    }
    for (int way = 0; way < WAYS; way++) {
        read_answer(way, (bytes[0] & 1) != 0, bytes[0] >> 1, bytes + 1, size - 1);
    }
    check_same(&readings[0], &readings[1]);
    check_same(&readings[0], &readings[2]);
    for (int way = 0; way < WAYS; way++) {
        http_body_finish(&readings[way].body);
    }
    return 0;
}
