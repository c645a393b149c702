/* paper_lost.h: what a run that could not write its log has sent since the log's end
 * (driver/live_storage.c), found at the broker before the next start begins. */
#ifndef CMD_PAPER_LOST_H
#define CMD_PAPER_LOST_H

#include "driver/driver.h"
#include "market/instrument.h"
#include "net/tree.h"
#include "sys/problem.h"

struct paper_lost_plan {
    struct driver *driver; /* its log is folded, nothing else was taken yet; borrowed, as all */
    const char *tag;       /* of the log's orders */
    const struct instrument *instruments;
    uint32_t instrument_count;
    /* Asks the broker and waits for the answer, which is in `read`'s hands. */
    enum err (*ask)(void *context, const char *target,
                    enum err (*read)(const struct node *node, void *out), void *out,
                    struct problem *problem);
    void *ask_context;
    void (*say)(void *context, const char *what, const char *text); /* may be NULL */
    void *say_context;
};

/* Where trades were live when the log ended, reads all orders since the first of them began. Exits
 * of theirs that the log does not have are put into it (EVENT_FOUND), and of what has ended since,
 * what it filled and how it ended, so that each counts once; what still works is left to the
 * broker's own reconciliation. One request where nothing was lost. */
enum err paper_lost_find(const struct paper_lost_plan *plan, struct problem *problem);

#endif
