/* reply_faults.h: requests that a script of faults strikes (venue/faults.h): answered wrongly,
 * late, or not at all. */
#ifndef EXCHANGE_HTTP_REPLY_FAULTS_H
#define EXCHANGE_HTTP_REPLY_FAULTS_H

#include "net/http_server.h"
#include "venue/faults.h"
#include "venue/venue.h"

struct reply_faults;

struct reply_faults *reply_faults_create(struct venue *venue);

/* Before the HTTP server ends. */
void reply_faults_destroy(struct reply_faults *faults);

/* Lets go of all whose answer is held back: their connections end. */
void reply_faults_drop(struct reply_faults *faults);

enum reply_fate {
    REPLY_AS_USUAL,
    REPLY_TO_SPOIL,    /* serve it, and then call reply_faults_spoil() */
    REPLY_WITHOUT_ACT, /* it is answered, or never will be: nothing is carried out */
};

/* Whether something strikes a request. */
enum reply_fate reply_faults_strike(struct reply_faults *faults, const struct http_request *request,
                                    struct http_reply *reply, struct fault *fault);

/* Makes of a good answer what the fault says; streams stay as they are. */
void reply_faults_spoil(struct reply_faults *faults, const struct fault *fault,
                        struct http_reply *reply);

/* Sends the answers whose time has come by the venue's clock, and forgets the clients that gave
 * up. Whether any was sent. */
bool reply_faults_follow(struct reply_faults *faults);

/* When the next of them is due; VENUE_NEVER. */
int64_t reply_faults_next_ns(const struct reply_faults *faults);

#endif
