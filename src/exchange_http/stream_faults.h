/* stream_faults.h: the way of messages to one client of a stream, with all that a script of faults
 * (venue/faults.h) makes of it: lost, twice, swapped, late, in pieces, garbled, silent, cut.
 *
 * Messages keep their order behind one that is late, as in TCP. */
#ifndef EXCHANGE_HTTP_STREAM_FAULTS_H
#define EXCHANGE_HTTP_STREAM_FAULTS_H

#include "net/ws_server.h"
#include "venue/faults.h"
#include "venue/venue.h"

struct line_message;

/* How a stream of that kind refuses those who come back: a session of theirs is said to live on. */
struct line_refusal {
    int64_t until_ns; /* INT64_MIN: it does not */
    int status;       /* 406 or 429 */
};

struct stream_line {
    struct venue *venue;
    struct ws_socket *socket;
    enum fault_stream stream;
    struct line_refusal *refusal;
    struct line_message *first; /* they wait for the venue's time */
    struct line_message *last;
    struct line_message *swapped; /* goes out behind the next one */
    int64_t mute_until_ns;
};

void stream_line_init(struct stream_line *line, struct venue *venue, struct ws_socket *socket,
                      enum fault_stream stream, struct line_refusal *refusal);
void stream_line_finish(struct stream_line *line);

/* Sends a message; `subject`: faults may strike it. Answers to what the client asked are none, so
 * that it can sign in. */
enum ws_sent stream_line_send(struct stream_line *line, enum ws_kind kind, const void *bytes,
                              size_t length, bool subject);

/* Sends what is due by the venue's time; when more will be, VENUE_NEVER: nothing waits. */
void stream_line_follow(struct stream_line *line);
int64_t stream_line_next_ns(const struct stream_line *line);

#endif
