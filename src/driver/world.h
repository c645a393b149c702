/* world.h: a market and a broker outside of this process, as the loop sees them: where a run by
 * bars from a file has a feed and our exchange in process, a paper run has these. */
#ifndef DRIVER_WORLD_H
#define DRIVER_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "broker/broker.h"
#include "feed/live_feed.h"
#include "sys/problem.h"

struct driver_world {
    struct broker *broker; /* borrowed, as all here */
    struct live_feed *feed;
    const int64_t *now_ns; /* the world's clock, UTC: the machine's, or that of an exchange which
                              moves by steps; never runs backwards */
    bool stepped;          /* by steps: whatever happens is received when it happens */
    int64_t first_ns;      /* nothing that is traded lies before this: when the cash is put in */
    int64_t cash_e9;       /* of the account, for a run that begins */
    void (*say)(void *context, const char *what, const char *text); /* to people; may be NULL */
    void *say_context;
    void *context;
    /* Lets the network work and time pass, until something may have come or until_mono_ns of the
     * monotonic clock. `took`: what had come led to something, so time by steps stands still.
     * `*ended`: nothing will come any more. */
    enum err (*turn)(void *context, int64_t until_mono_ns, bool took, bool *ended,
                     struct problem *problem);
};

#endif
