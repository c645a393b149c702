/* http_client_private.h: what the files of the HTTP client share. */
#ifndef NET_HTTP_CLIENT_PRIVATE_H
#define NET_HTTP_CLIENT_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

struct z_stream_s;

/* http_body.c: the body of an answer as it arrives, plain or in gzip, never more than its maximum.
 */
struct http_body {
    char *bytes; /* a NUL behind them; NULL: none yet */
    size_t length;
    size_t capacity;
    size_t max;
    struct z_stream_s *zip; /* NULL: plain */
    bool begun;             /* something of it has come */
    bool open;              /* within a member of the gzip */
    const char *fault;      /* constant; NULL: none */
};

void http_body_init(struct http_body *body, size_t max);
void http_body_finish(struct http_body *body);

/* Before the first byte: the Content-Encoding, NULL for none. False: one that we did not ask for.
 */
bool http_body_encoding(struct http_body *body, const char *encoding);

/* False: `fault` says why it cannot go on. */
bool http_body_take(struct http_body *body, const char *bytes, size_t length);

/* At the end: whether it is whole, as far as its encoding tells; else there is a `fault`. */
bool http_body_end(struct http_body *body);

#endif
