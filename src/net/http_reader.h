/* http_reader.h: the bytes of an HTTP/1.1 answer, as they come, to status, headers and body.
 * Strict: what is not plainly one whole answer is none. No network. */
#ifndef NET_HTTP_READER_H
#define NET_HTTP_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/http_client_private.h"

enum http_stage {
    HTTP_STAGE_HEAD,
    HTTP_STAGE_LENGTH, /* of a body of `left` bytes more */
    HTTP_STAGE_CHUNK,  /* the line with a chunk's size */
    HTTP_STAGE_DATA,   /* `left` bytes more of a chunk */
    HTTP_STAGE_GAP,    /* the line's end behind it */
    HTTP_STAGE_TRAILER,
    HTTP_STAGE_UNTIL_END, /* of the connection */
    HTTP_STAGE_DONE,
};

struct http_reader {
    enum http_stage stage;
    struct http_body *body; /* borrowed; set up with its maximum */
    bool bodiless;          /* the answer to HEAD */
    int status;
    bool keeps; /* the connection may be used again */
    uint64_t left;
    char *head; /* lines as texts, one behind the other; owned */
    size_t head_length;
    size_t head_capacity;
    size_t line;         /* bytes of the line under way, which stands at the head's end */
    size_t lines_length; /* the trailers' and chunks' lines so far, for their limit */
    const char *fault;   /* constant; NULL: none */
};

/* For the next answer; memory of one before is kept. */
void http_reader_begin(struct http_reader *reader, struct http_body *body, bool bodiless);
void http_reader_finish(struct http_reader *reader);

/* Takes bytes up to the answer's end; how many it took. Done: `stage`; wrong: `fault` of it or of
 * its body. */
size_t http_reader_take(struct http_reader *reader, const char *bytes, size_t length);

/* The connection has ended: whether the answer is whole; else there is a `fault`. */
bool http_reader_end(struct http_reader *reader);

/* How often the answer has the header; `*value`: the last one's. */
size_t http_reader_header(const struct http_reader *reader, const char *name, const char **value);

#endif
