/* classify.h: what an answer of the broker means (the table of reliability O4), and what its
 * headers tell. No state, no network. */
#ifndef ALPACA_CLASSIFY_H
#define ALPACA_CLASSIFY_H

#include "alpaca/client.h"
#include "net/tree.h"

/* An answer as far as it matters here. */
struct answer_facts {
    enum http_outcome outcome;
    enum client_host host;
    int status;
    bool has_body;
    const struct node *root; /* NULL: no body, or it does not parse */
    bool rate_headers;       /* the broker's own, not a gateway's */
};

/* Top down, the first row counts; fills class, code and message (ours where the broker has none,
 * constant) of `reply`. */
void classify(const struct answer_facts *facts, struct client_reply *reply);

/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7): seconds since 1970. False: it is none. */
bool http_date_read(const char *text, int64_t *out_s);

/* A whole number >= 0 and nothing else; false also for NULL. */
bool header_number(const char *text, int64_t *out);

#endif
