/* alpaca_orders.h: what became of every order that we sent to an account at Alpaca. Bookkeeping
 * without a network: evidence in, reports for the engine out.
 *
 * Evidence is the answer to a request, an update of the stream, an order that was looked up, an
 * execution from the account's activities. It comes late, twice, out of order, and some of it never
 * comes; each report is given exactly once all the same:
 *
 *   ACCEPTED   with the first sign that the broker has the order
 *   FILL       for each execution, in the order of the order's cumulative quantity: one that ends
 *              at or below what is applied is old; one that begins above it shows a gap, and the
 *              order wants its activities
 *   BUSTED    for an execution that was told and that the exchange takes back, by its name on the
 *              stream or by the numbers (alpaca_busts.c); in doubt until the account agrees
 *   CANCELED, EXPIRED, REJECTED
 *              when the order is final at the broker and every execution that it shows was reported
 *
 * An order is ours by its client id, or as the child of one of ours. Others are never touched. What
 * cannot be (an execution that overlaps another, words that we do not know, an order that is not
 * what was sent) is said and puts the order in doubt; nothing is changed silently. An order
 * of our name that is not what was sent is somebody's of before, and ours was refused; or, sent
 * with ours or later, what our request came to: it is canceled, and told until it has ended. */
#ifndef BROKER_ALPACA_ORDERS_H
#define BROKER_ALPACA_ORDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "alpaca/wire.h"
#include "broker/report_queue.h"
#include "market/instrument.h"
#include "market/order.h"

enum tracked_state {
    TRACKED_SENDING, /* on its way; the broker has said nothing of it */
    TRACKED_UNKNOWN, /* its request got no answer: it is being looked up */
    TRACKED_WORKING, /* the broker has it */
    TRACKED_ENDED,   /* nothing more is expected of it; a late execution still counts */
};

enum tracked_cancel {
    CANCEL_NONE,
    CANCEL_WANTED, /* goes out as soon as the broker's id is known */
    CANCEL_SENT,   /* under way, or answered: it may still fill */
};

enum cancel_answer {
    CANCEL_UNANSWERED, /* under way, or lost */
    CANCEL_TAKEN,      /* 204: asked for, not done */
    CANCEL_REFUSED,    /* it may have ended: it is looked at */
};

/* Why an order is in doubt: bits. */
enum {
    DOUBT_STATUS = 1,    /* a status that we do not know; ends with one that we know */
    DOUBT_EXECUTION = 2, /* busted, corrected, overlapping, and which cannot be told; ends when
                          * the account agrees with our books */
    DOUBT_OTHER = 4,     /* the broker's order is not the one that was sent */
    DOUBT_BUSTED = 8,    /* an execution was taken back, and the account not compared since */
};

/* Of an order that is looked up (O5), or whose executions are; kept by who asks. */
struct tracked_lookup {
    int64_t next_ns;       /* when it is asked for again */
    int64_t first_miss_ns; /* the first authoritative "not found"; the first time that executions
                              were asked for */
    uint32_t misses;
    uint32_t name;    /* which of the names it may have there is tried */
    uint32_t pending; /* orders that could be it, asked for by their ids */
    bool asked;       /* under way */
    bool failed;      /* one of those could not be looked at */
    bool listed;      /* all lists are read: only those are waited for */
};

struct tracked {
    uint64_t id;    /* ours */
    uint64_t group; /* the first order of its group, in whose request it went out; its own: alone */
    uint32_t instrument;
    uint8_t state;  /* enum tracked_state */
    uint8_t cancel; /* enum tracked_cancel */
    uint8_t end;    /* enum wire_status: final at the broker, as this; UNKNOWN: not yet */
    uint8_t doubt;  /* DOUBT_ bits */
    bool buys;
    bool adrift;    /* known from the log alone: which group it was sent with is not known */
    bool accepted;  /* ACCEPTED was reported */
    bool orphan;    /* ours, but the engine knows nothing of it: no reports */
    bool barred;    /* refused, because its client id belongs to an order that is not this one */
    bool matched;   /* what the broker has was compared with what was sent */
    bool unlike;    /* and is something else: its fills count up to what was sent ... */
    bool elsewhere; /* ... and not at all: another symbol, or the other side */
    bool has_request;
    bool cancel_asked;     /* the engine asked for the cancel: it is told when that is refused */
    bool leads;            /* the entry of a bracket or an OTO: its exits wait until it is filled */
    bool unwanted;         /* it may not work on: canceled until it has ended, whoever asks */
    bool told;             /* its end was reported */
    bool wants_fills;      /* the broker shows executions that we have not */
    bool wants_poll;       /* has to be looked at by its id */
    bool fallen;           /* the broker shows less than was reported: `shown_e9` */
    uint8_t cancel_answer; /* enum cancel_answer: to the last request to cancel it */
    uint32_t seen;         /* the last reconciliation that saw it; kept by who reconciles */
    char broker_id[WIRE_ID_SIZE];
    int64_t qty_e9;
    int64_t applied_e9; /* cumulative quantity that was reported */
    int64_t known_e9;   /* the highest that the broker has shown */
    int64_t shown_e9;   /* where it has fallen: what the broker shows ... */
    int64_t fallen_ns;  /* ... and since when */
    int64_t bust_ns;    /* of the last execution that was taken back; 0: none */
    int64_t updated_ns; /* of the latest evidence */
    int64_t ended_ns;   /* the broker's time of its end */
    int64_t sent_ns;    /* or earlier than it was sent, where only the log tells of it */
    int64_t cancel_ns;  /* when the cancel was sent */
    int64_t cut_ns;     /* when it is cut short, partly filled before its exits; 0: it is not */
    int64_t polled_ns;  /* when it was asked for by its id last ... */
    int64_t fills_ns;   /* ... and its executions; 0: not yet */
    uint32_t listings;  /* of its executions since it has fallen */
    uint32_t cancels;   /* requests to cancel it that went out */
    uint32_t failures;  /* questions about it in a row that got no answer ... */
    int64_t wait_ns;    /* ... and how long the next one waits for that; kept by who asks */
    struct tracked_lookup lookup;
    struct order_request request;
};

/* What the engine knows of an order. */
struct order_fact {
    uint64_t id;
    uint32_t instrument;
    int64_t qty_e9;
    int64_t filled_e9;
    int64_t since_ns; /* it was not sent before */
    bool accepted;    /* the broker has taken it */
    bool unknown;     /* NO_ANSWER was told */
    bool working;
    bool canceling;
};

struct orders_plan {
    const char *tag;                      /* in client ids; borrowed, as all here */
    const struct instrument *instruments; /* of the run */
    uint32_t instrument_count;
    uint64_t last_exec_id; /* executions count from the next one on */
    struct report_queue *reports;
    void *context; /* of both functions */
    /* Whether the engine knows the order, and what of it. */
    bool (*find)(void *context, uint32_t instrument, uint64_t order_id, struct order_fact *fact);
    /* The engine's id of the one execution of the order, of that quantity and price, that it has
     * booked and that stands; 0: there is none, or more than one. NULL: it is not asked. */
    uint64_t (*executed)(void *context, uint64_t order_id, int64_t qty_e9, int64_t price_e9);
    void (*say)(void *context, const char *what, const char *text);
};

struct orders {
    struct orders_plan plan;
    struct tracked *list; /* in the order they were sent or found */
    uint64_t *ids;        /* theirs, close together: they are looked through for every message */
    uint32_t count;
    uint32_t capacity;
    uint32_t live;   /* all before it have ended */
    uint32_t doubts; /* orders in doubt */
    uint64_t last_exec_id;
    uint64_t busts;            /* executions that were taken back */
    struct executed *executed; /* the latest that were counted, in a ring */
    uint64_t executed_count;   /* so far */
};

void orders_init(struct orders *orders, const struct orders_plan *plan);
void orders_finish(struct orders *orders);

/* Pointers to tracked orders are valid until an order is added: by orders_sent(), orders_recall()
 * and all that takes evidence. */
struct tracked *orders_find(const struct orders *orders, uint64_t id);
struct tracked *orders_find_broker(const struct orders *orders, const char *broker_id);

/* The first that has not ended, and the next one; NULL at the end. */
struct tracked *orders_first(struct orders *orders);
struct tracked *orders_next(struct orders *orders, const struct tracked *order);

/* The id of INSTRUMENT_NONE: no instrument of the run has that symbol. */
uint32_t orders_instrument(const struct orders *orders, const char *symbol);

/* ---- what we do ---- */

/* An order is about to be sent; `group`: the first order of its request, or its own id. */
void orders_sent(struct orders *orders, const struct order_request *request, uint64_t group,
                 int64_t now_ns);

/* An order that the engine takes for working, sent by an earlier process: NO_ANSWER when that had
 * heard nothing of it. */
void orders_recall(struct orders *orders, const struct order_fact *fact, int64_t now_ns);

/* Its group's request got no answer: NO_ANSWER, once, unless there is evidence. */
void orders_no_answer(struct orders *orders, uint64_t group, int64_t now_ns);

/* Its group's request was refused, or not sent, or never arrived: REJECTED, unless there is
 * evidence of it; then false. */
bool orders_refuse(struct orders *orders, uint64_t group, enum reject_reason reason,
                   int64_t now_ns);

/* It is to be canceled: CANCEL_REJECTED when it has ended. */
void orders_cancel(struct orders *orders, uint64_t id, int64_t now_ns);

/* The cancel was refused and the order works on: CANCEL_REJECTED, once for each orders_cancel(). */
void orders_cancel_refused(struct orders *orders, uint64_t id, enum reject_reason reason,
                           int64_t now_ns);

/* ---- evidence ---- */

/* An order as the broker shows it. `nested`: its children are in it if it has any. */
void orders_take_order(struct orders *orders, const struct wire_group *group, bool nested);

void orders_take_update(struct orders *orders, const struct wire_update *update);

/* An execution from the account's activities: whether it was new. */
bool orders_take_execution(struct orders *orders, const struct wire_activity *activity);

/* An execution of it was taken back that cannot be reversed. */
void orders_doubt_execution(struct orders *orders, uint64_t id);

/* All executions of an order are read, from the first on; and are. Those of one that has fallen and
 * that are not among them were taken back. */
void orders_begin_listing(struct orders *orders, const struct tracked *order);
void orders_end_listing(struct orders *orders, uint64_t id, int64_t now_ns);

/* The account holds of the instrument what our trades make it (and beside them what the engine
 * knows), and its cash is ours: doubt about executions ends. */
void orders_agree(struct orders *orders, uint32_t instrument, bool nothing_beside);

/* The broker does not know the id that it gave: in doubt until it does again. */
void orders_lost(struct orders *orders, uint64_t id);

/* Whether the order that we look up has been found: the broker's id of it is known, or its end. */
bool orders_is_found(const struct tracked *order);

/* The order may be in the request of another one, under whose client id the broker shows it: the
 * ids of ours to ask by, from index 0; 0 at the end. */
uint64_t orders_name(const struct tracked *order, uint32_t index);

#endif
