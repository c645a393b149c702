/* http_body.c: see http_client_private.h.
 *
 * The gzip is undone here and not by libcurl, because libcurl takes one that ends too early for
 * whole, and because the limit is on what comes out. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "base/check.h"
#include "net/http_client_private.h"
#include "sys/memory.h"

enum { FIRST_CAPACITY = 4096, PIECE = 16384, GZIP_ONLY = 16 + MAX_WBITS };

void http_body_init(struct http_body *body, size_t max)
{
    *body = (struct http_body){.max = max};
}

void http_body_finish(struct http_body *body)
{
    if (body->zip != NULL) {
        (void)inflateEnd(body->zip); /* only ever says that it was used wrongly */
        free(body->zip);
    }
    free(body->bytes);
    *body = (struct http_body){0};
}

static bool refuse(struct http_body *body, const char *fault)
{
    body->fault = fault;
    return false;
}

static bool append(struct http_body *body, const char *bytes, size_t length)
{
    if (length > body->max - body->length) {
        return refuse(body, "the answer is too large");
    }
    size_t needed = body->length + length + 1;
    if (needed > body->capacity) {
        size_t capacity = body->capacity > 0 ? body->capacity : FIRST_CAPACITY;
        while (capacity < needed) {
            capacity *= 2;
        }
        body->bytes = xrealloc(body->bytes, capacity);
        body->capacity = capacity;
    }
    memcpy(body->bytes + body->length, bytes, length);
    body->length += length;
    body->bytes[body->length] = '\0';
    return true;
}

bool http_body_encoding(struct http_body *body, const char *encoding)
{
    if (encoding == NULL || strcasecmp(encoding, "identity") == 0) {
        return true;
    }
    if (strcasecmp(encoding, "gzip") != 0 && strcasecmp(encoding, "x-gzip") != 0) {
        return refuse(body, "the answer is encoded in a way that was not asked for");
    }
    body->zip = xcalloc(1, sizeof *body->zip);
    CHECK(inflateInit2(body->zip, GZIP_ONLY) == Z_OK); /* memory */
    return true;
}

bool http_body_take(struct http_body *body, const char *bytes, size_t length)
{
    body->begun = body->begun || length > 0;
    if (body->zip == NULL) {
        return append(body, bytes, length);
    }
    char out[PIECE];
    body->zip->next_in = (Bytef *)(uintptr_t)bytes; /* zlib does not write there */
    body->zip->avail_in = (uInt)length;
    bool full = false; /* more may come out without more going in */
    while (body->zip->avail_in > 0 || full) {
        body->zip->next_out = (Bytef *)out;
        body->zip->avail_out = sizeof out;
        body->open = true;
        int result = inflate(body->zip, Z_NO_FLUSH);
        /* What came out is looked at first: the same fault, however the bytes were cut. */
        if (!append(body, out, sizeof out - body->zip->avail_out)) {
            return false;
        }
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
            return refuse(body, "the answer does not decompress");
        }
        full = result == Z_OK && body->zip->avail_out == 0;
        if (result == Z_STREAM_END) {
            body->open = false;
            CHECK(inflateReset(body->zip) == Z_OK); /* another member may follow */
        }
    }
    return true;
}

bool http_body_end(struct http_body *body)
{
    return body->zip == NULL || !body->open || refuse(body, "the answer's gzip is cut");
}
