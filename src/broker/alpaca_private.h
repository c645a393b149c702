/* alpaca_private.h: the parts of an account at Alpaca and what they share.
 *
 *   alpaca.c            the port, time, the stream, conditions
 *   alpaca_ask.c        requests under way; lists, page by page
 *   alpaca_send.c       orders and cancels out, each POST once
 *   alpaca_lookup.c     what became of an order: by client id, by id, its executions
 *   alpaca_reconcile.c  the rounds in which everything at the broker is read
 *   alpaca_compare.c    positions and cash against ours
 *   alpaca_orders.c, alpaca_evidence.c, alpaca_busts.c   the bookkeeping, without a network
 *
 * Each answer ends in alpaca_tend(), which begins whatever is due. */
#ifndef BROKER_ALPACA_PRIVATE_H
#define BROKER_ALPACA_PRIVATE_H

#include "alpaca/stream.h"
#include "alpaca/wire.h"
#include "base/utc.h"
#include "broker/alpaca.h"
#include "broker/alpaca_orders.h"
#include "broker/report_queue.h"

enum {
    TARGET_SIZE = 512,
    UNREAD_SIZE = 256,
    NEWS_MAX = 1024, /* so many things that were said once are remembered, the latest */
};

/* ---- requests ---- */

struct call;
typedef void call_answered(struct alpaca *alpaca, const struct call *call,
                           const struct client_reply *reply);

/* A request under way. */
struct call {
    struct alpaca *alpaca;
    struct call *next;
    struct call **link; /* what points to it */
    struct client_call *handle;
    call_answered *answered;
    uint64_t order_id; /* what it is about; 0: no order */
    void *context;
};

/* `about`: answered, order_id and context of the call. False: no budget (CLIENT_ENTRY alone). */
bool alpaca_ask(struct alpaca *alpaca, enum client_use use, enum http_method method,
                const char *target, const char *body, const struct call *about);

enum list_kind {
    LIST_OPEN_ORDERS,
    LIST_OPEN_ROWS,  /* the same, children beside their parents */
    LIST_ALL_ORDERS, /* sent after `after_ns` */
    LIST_EXECUTIONS, /* after `after_ns`, or of one order */
    LIST_OTHER,      /* activities that are no executions, after `after_ns` */
};

/* A list, read to its end, oldest first. */
struct list_plan {
    enum list_kind kind;
    int64_t after_ns;
    char order[WIRE_ID_SIZE]; /* the broker's id; "": of all */
    uint64_t order_id;        /* for who asked */
    /* Each order, as it is read, with its children; or each activity. */
    void (*take_order)(struct alpaca *alpaca, const struct list_plan *plan,
                       const struct wire_group *group);
    void (*take_activity)(struct alpaca *alpaca, const struct list_plan *plan,
                          const struct wire_activity *activity);
    /* Last: whether all pages came and could be read. */
    void (*done)(struct alpaca *alpaca, const struct list_plan *plan, bool complete);
};

void alpaca_list(struct alpaca *alpaca, const struct list_plan *plan);

/* Ends all requests without their answers. */
void alpaca_forget_calls(struct alpaca *alpaca);

/* Says what could not be read and why; the same words once until a full round is whole. */
void alpaca_say_unread(struct alpaca *alpaca, const char *what, const struct client_reply *reply);

/* How long to wait after so many failures in a row, at least one, before it is asked again (W2): 3
 * s, then by chance up to twice as long each time, 30 s at most; a minute while the keys are
 * refused.
 */
int64_t alpaca_wait_ns(struct alpaca *alpaca, uint32_t failures);

/* An answer that says for certain that there is no such order. */
bool alpaca_says_not_found(const struct client_reply *reply);

/* ---- sending ---- */

/* What is still to be written to the broker, in order. */
struct outgoing {
    uint64_t order_id; /* a group's first */
    bool cancels;
};

struct outbox {
    struct outgoing *items;
    uint32_t first, count, capacity;
    bool busy; /* by steps: the one before is not through yet */
};

void alpaca_carry_out(struct alpaca *alpaca, const struct output *output);
void alpaca_pump(struct alpaca *alpaca);

/* Puts the cancels that can go out into the outbox, and repeats those that came to nothing. What
 * must not work on is canceled without being asked for. */
void alpaca_tend_cancel(struct alpaca *alpaca, struct tracked *order, int64_t now_ns);
int64_t alpaca_cancel_due_ns(const struct tracked *order);
void alpaca_cancel_polled(struct alpaca *alpaca, uint64_t order_id, enum wire_status status);

/* ---- looking up ---- */

/* Asks what is due about one order, and when it wants to be asked about next. */
void alpaca_tend_lookup(struct alpaca *alpaca, struct tracked *order, int64_t now_ns);
int64_t alpaca_lookup_due_ns(const struct alpaca *alpaca, const struct tracked *order);

/* Looks at an order by its id, now; `counted`: for the round. */
void alpaca_poll(struct alpaca *alpaca, struct tracked *order, bool counted);

/* Of a list: hands an execution to the bookkeeping. */
void alpaca_take_execution(struct alpaca *alpaca, const struct list_plan *plan,
                           const struct wire_activity *activity);

/* Of the group's request no answer came, or it is known already: looks it up. */
void alpaca_look_up(struct alpaca *alpaca, uint64_t group);

/* ---- reconciling ---- */

enum round_stage {
    ROUND_NONE,
    ROUND_ORDERS,     /* the list of open orders */
    ROUND_ROWS,       /* children whose parents are open no more stand in no nested list */
    ROUND_MISSING,    /* orders of ours that were not in it, by their ids */
    ROUND_SETTLE,     /* executions that are lacking, orders that are known by name only */
    ROUND_EXECUTIONS, /* since the last ones seen */
    ROUND_POSITIONS,
    ROUND_ACCOUNT,
    ROUND_COMPARE, /* as soon as the engine has taken all reports */
};

struct round {
    enum round_stage stage;
    uint32_t number;
    uint32_t pending; /* requests of this stage without an answer */
    bool full;        /* to the account; else the orders alone */
    bool failed;
    bool keys_refused; /* by an answer since it began, whatever was asked */
    int64_t began_ns;
    int64_t settle_ns;    /* when ROUND_SETTLE is given up */
    int64_t positions_ns; /* when they were asked for */
    uint32_t unknown;     /* positions in symbols that the run does not trade */
};

/* What the broker showed of an instrument, and since when it has differed from ours. */
struct shown_holding {
    int64_t shown_e9;
    int64_t differs_e9; /* the difference seen last that is not settled */
    bool differs;
    bool asked;        /* for orders that may explain it */
    int64_t active_ns; /* when we last sent, canceled or heard something of it */
    int64_t hint_e9;   /* what the stream says the account holds, after a fill ... */
    bool hinted;       /* ... that the engine has not been compared with yet */
};

struct reconcile {
    struct round round;
    bool wanted;                    /* a full round, at once */
    bool listed;                    /* the open orders were read once */
    bool known;                     /* a full round was completed since the start */
    bool current;                   /* and since the stream is up */
    uint32_t failures;              /* rounds in a row */
    bool alive;                     /* a sign of life since the last of them began */
    bool unanswered;                /* the last of them failed by a request */
    uint32_t hastened;              /* rounds since one was well that began before their time */
    int64_t failed_ns;              /* when the last of them ended */
    uint64_t awaited;               /* the order that they wait for in vain, as was said; 0: none */
    uint32_t tries;                 /* full rounds that found differences which may be motion */
    int64_t orders_ns;              /* when the next round of orders is due */
    int64_t full_ns;                /* and the next full one */
    int64_t execution_ns;           /* of the last execution that was read */
    char unread[UNREAD_SIZE];       /* what was said last of what could not be read */
    struct shown_holding *holdings; /* [instrument] */
    uint32_t hints;                 /* of them, that are hinted */
    int64_t heeded_ns;              /* when a hint wanted a round last */
    bool asks; /* orders are looked at that may explain what this comparison found */
    int64_t cash_differs_e9;
    bool cash_differs;
};

void alpaca_reconcile_begin(struct alpaca *alpaca);
void alpaca_reconcile_end(struct alpaca *alpaca);

/* A full round is wanted, at once. */
void alpaca_reconcile_want(struct alpaca *alpaca);

/* The broker lives: the stream came up, or an answer came. A round that is wanted and waits since
 * one failed need not wait any longer. */
void alpaca_sign_of_life(struct alpaca *alpaca, bool stream);

/* A request of the round's stage was answered, well or not. */
void alpaca_round_answered(struct alpaca *alpaca, bool well);

/* A full round was complete and compared; `again`: it proves nothing yet. */
void alpaca_round_complete(struct alpaca *alpaca, bool again);

/* Begins a round that is due, or takes the present one on. */
void alpaca_tend_round(struct alpaca *alpaca, int64_t now_ns);
int64_t alpaca_round_due_ns(struct alpaca *alpaca);

/* The engine has taken every report: compares, if a round waits for that. */
void alpaca_compare(struct alpaca *alpaca);

/* Looks at the orders that may explain why the account holds so much more (or, below zero, less)
 * than ours: the latest that filled against it and have ended. False: there are none. */
bool alpaca_poll_ended(struct alpaca *alpaca, uint32_t instrument, int64_t differs_e9);

/* The stream says what the account holds after a fill. Where that is not what the engine has, once
 * it has taken what was reported and nothing of ours is open there, somebody else may trade: a
 * round is wanted, and nothing more, since an update may be old. */
void alpaca_hint(struct alpaca *alpaca, uint32_t instrument, int64_t qty_e9);

/* The symbol of an instrument moves: what differs there may be motion. */
void alpaca_touch(struct alpaca *alpaca, uint32_t instrument);

/* ---- the broker's calendar ---- */

struct calendar_watch {
    int64_t next_ns; /* when it is asked for; 0: at once */
    int64_t read_ns; /* when it was read last */
    int32_t first;   /* the first day that was asked for, days since 1970-01-01 */
    int32_t said_date;
    int64_t said_close_ns;
    bool asked; /* under way */
};

void alpaca_tend_calendar(struct alpaca *alpaca, int64_t now_ns);
int64_t alpaca_calendar_due_ns(const struct alpaca *alpaca);

/* ---- all ---- */

struct alpaca {
    struct broker broker;
    struct alpaca_plan plan;
    struct stream *stream;
    int64_t time_ns;      /* up to which on_time() was called */
    int64_t stream_up_ns; /* when it came up last; INT64_MAX: it is not up */
    struct orders orders;
    struct report_queue reports;
    struct call *calls;
    uint32_t call_count;
    struct outbox outbox;
    struct reconcile reconcile;
    struct calendar_watch calendar;
    struct wire_account account; /* as it was read first */
    int64_t cash_e9;             /* as it was read last */
    uint64_t busts;              /* of which the rounds know */
    struct event told;           /* the report that was given last, where it was completed */
    uint64_t random;             /* of the waits after failures */
    uint32_t shut;               /* conditions that stand, as the engine has been told: bits */
    char searched[WIRE_ID_SIZE]; /* the order that was looked at last in a search */
    bool skew_said;
    uint64_t news[NEWS_MAX]; /* what was said once: hashes of what it was about, in a ring */
    uint32_t news_count;     /* so far */
    bool tending;
    bool tend_again;
};

int64_t alpaca_now_ns(const struct alpaca *alpaca);

/* Says it; printf's format. */
void alpaca_say(const struct alpaca *alpaca, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether nothing was said of that yet; it counts as said from now on. */
bool alpaca_is_news(struct alpaca *alpaca, const char *what, const char *name);

/* A condition begins or ends; nothing happens where it stands so already. */
void alpaca_condition(struct alpaca *alpaca, enum status_condition condition, bool stands,
                      int64_t value);

/* Begins whatever is due; after each piece of news. */
void alpaca_tend(struct alpaca *alpaca);

/* What the engine knows of an order. */
bool alpaca_find_fact(void *context, uint32_t instrument, uint64_t order_id,
                      struct order_fact *fact);

#endif
