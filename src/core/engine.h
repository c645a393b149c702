/* engine.h: the part that decides. Pure: it waits for nothing, knows no disk, no clock and no
 * network, and allocates nothing after its start.
 *
 *   slice of bars, report of the broker -> records (decisions, orders, postings, trades, slices)
 *
 * State changes only in engine_apply() and engine_apply_slice(), which take inputs and the engine's
 * own records alike; deciding reads const state. So folding a log through them gives the state
 * without deciding again, and deciding again gives the log. */
#ifndef CORE_ENGINE_H
#define CORE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "core/exit_plan.h"
#include "core/gates.h"
#include "core/ledger.h"
#include "core/limits.h"
#include "core/sizing.h"
#include "core/strategy.h"
#include "core/trades.h"
#include "market/calendar.h"
#include "market/event.h"
#include "market/order.h"
#include "view/view.h"

/* How an entry is sent. */
struct entry_plan {
    enum order_type type;             /* MARKET (also 0) or LIMIT */
    int64_t limit_offset_ppm;         /* of the reference; positive: pays more, fills sooner */
    enum time_in_force time_in_force; /* 0: GTC */
};

/* One strategy at work, as configured. */
struct book_plan {
    const struct strategy_def *strategy;
    int64_t parameters[PARAMETERS_MAX];
    struct sizing sizing;
    struct exit_plan exits;
    struct entry_plan entry;
    int64_t frame_ns;        /* length of the bars it decides on; 0: the data's own */
    const void *data;        /* for the strategy, read-only and borrowed, or NULL */
    const bool *instruments; /* [instrument]: whether it trades it, borrowed; NULL: all */
};

struct engine_plan {
    uint32_t instrument_count;
    uint32_t book_count;
    const struct book_plan *books; /* copied */
    struct limits limits;
    int64_t commission_e9; /* expected per fill, for buying power */
    enum calendar_id calendar;
    bool extended_hours;  /* entries may be made there */
    bool assume_adjusted; /* a jump between two sessions stops no entries */
    uint32_t multiplier;  /* of equity that may be in the market: 1, 2 or 4; 0: 1 */
};

struct book {
    struct book_plan plan;
    series_id series[SERIES_PER_STRATEGY_MAX];
    uint32_t series_count;
    series_id atr;        /* of exits and sizing, on bars of its frame; SERIES_ABSENT: none */
    uint64_t warmup_bars; /* of its frame: the strategy is asked when there are more */
    uint64_t acted;
    uint64_t refused;
    uint64_t session_entries; /* entry orders of this session */
    uint64_t trades_closed;
    uint64_t trades_won; /* result after commissions above zero */
    int64_t realized_e9;
    int64_t commission_e9;
    struct sizing_record record; /* of the closed trades, for sizing */
};

/* The warm-up of a seat whose book does not trade the instrument: never over, so it costs a bar
 * what every seat does, one comparison. */
#define SEAT_NEVER UINT64_MAX

/* What is held changed, or who answers: the strategy is asked anew. */
#define SEAT_ASK_ANEW UINT64_MAX

/* One book's place in one instrument: what its strategy is asked with, ready made; `holding`
 * follows the trade. Where there is a track, its answer is kept as long as it stands, with all that
 * each further bar needs of it, in the first 64 bytes. */
struct seat {
    const int64_t *finished_ns; /* end of the bar that finished one of its book's frame; NULL in a
                                 * plain view, as the next one and `track` */
    const uint64_t *changes;    /* the answer stands while this number does ... */
    uint64_t asked_at;          /* ... from where it was when the strategy was asked */
    uint64_t time_factor;       /* of an evaluation in the decision hash: ts_ns times this ... */
    uint64_t answer_part;       /* ... and all else */
    uint64_t *tally;            /* where the answer's reason is counted */
    uint64_t warmup_bars;       /* of the book's frame: asked when there are more */
    bool warm; /* warmed up, with all windows full: that stays so; only where there is a track */
    bool possible; /* what the answer wants, with what is held now */
    uint16_t series_count;
    uint32_t book; /* index from 0 */

    struct strategy_context context;
    const struct view_track *track; /* its book's frame */
    struct decision answer;
    struct decision (*decide)(const struct strategy_context *context);
    struct decision (*strategy)(const struct strategy_context *context); /* what decide was */
    uint64_t what_x_b; /* instrument and book, as they enter the decision hash */
    uint64_t *said;    /* its book's row of engine->said */
} __attribute__((aligned(64)));

struct engine_counters {
    uint64_t bars;
    uint64_t slices;
    uint64_t evaluations;
    uint64_t acted;
    uint64_t refused;
    uint64_t orders;
    uint64_t session_entries; /* entry orders of this session */
    uint64_t accepted;
    uint64_t rejected;
    uint64_t fills;       /* that stand */
    uint64_t cancels;     /* asked for */
    uint64_t unprotected; /* trades whose protection at the broker went missing */
    uint64_t given_up;    /* trades whose protection was refused too often */
    uint64_t not_closed;  /* trades whose exit came to nothing time and again */
    uint64_t missing;     /* exits and protection of which nothing could be sent */
    uint64_t surpluses;   /* fills for more than their order or its trade had left */
    uint64_t busts;       /* executions that were taken back: no fills any more */
    uint64_t refused_by[VERDICT_COUNT];
};

/* A tally for each reason, and one for holding without any, which nobody reads. */
#define SAID_MAX  (REASONS_MAX + 1)
#define SAID_NONE REASONS_MAX

/* Why an engine can go on no more; the driver stops the run and says so. */
#define ENGINE_FAULT_LIST(X)                                                                       \
    X(NONE, "none")                                                                                \
    X(RANGE, "an amount left the range of 9.2 billion")                                            \
    X(FOREIGN_REPORT, "the broker reported an order that is not ours")                             \
    X(SPLIT, "the broker reported a split that no corporate action announced")                     \
    X(OVERFILL, "an order filled for more than was ordered")                                       \
    X(QUARANTINE, "an order was reported in a way that cannot be")

enum engine_fault {
#define X(name, text) ENGINE_FAULT_##name,
    ENGINE_FAULT_LIST(X)
#undef X
};

const char *engine_fault_text(enum engine_fault fault);

/* What the engine may do. Exits go on in every state. */
#define ENGINE_STATE_LIST(X)                                                                       \
    X(RUN, "RUN")                                                                                  \
    X(ENTRIES_OFF, "ENTRIES_OFF") /* every entry is refused; `unpause` ends it */

enum engine_state {
#define X(name, text) ENGINE_##name,
    ENGINE_STATE_LIST(X)
#undef X
};

/* "RUN", "ENTRIES_OFF". */
const char *engine_state_text(enum engine_state state);

/* Somebody who looks on while entries meet their gates, to explain them afterwards. */
struct gate_trace {
    void *context;
    void (*take)(void *context, uint32_t book, uint32_t instrument, int64_t price_e9,
                 int64_t qty_e9, const struct gate_input *input); /* book: index from 0 */
};

/* A fill of a broker outside as it was booked, for as long as it may be taken back. */
struct execution {
    uint64_t exec_id; /* 0: none, or taken back */
    uint64_t order_id;
    uint32_t instrument;
    int64_t ts_ns;    /* the broker's time of it */
    int64_t qty_e9;   /* as reported ... */
    int64_t order_e9; /* ... of which counted for its order ... */
    int64_t trade_e9; /* ... and for its trade; the rest was a surplus */
    int64_t price_e9;
    int64_t commission_e9; /* as booked */
};

/* So many of the latest are kept. */
#define EXECUTIONS_KEPT 1024

/* The last split that was announced. */
struct split {
    uint32_t instrument;
    bool announced; /* and the broker's report of it is still to come */
    int64_t new_shares;
    int64_t old_shares;
};

/* The whole state. Read it freely; only engine_apply() and engine_apply_slice() write it. */
struct engine {
    const struct view *view;
    struct limits limits;
    int64_t commission_e9;
    enum calendar_id calendar;
    bool extended_hours;
    bool assume_adjusted;
    uint32_t multiplier;
    uint32_t instrument_count;
    uint32_t book_count;

    struct ledger ledger;
    struct book *books;
    struct trade *trades;   /* [instrument][book] */
    struct seat *seats;     /* [instrument][book] */
    uint8_t *weights;       /* [instrument][book]: trade_weight(), where all lie close together */
    uint16_t *live;         /* [instrument]: trades that are pending or open */
    uint32_t exposed_count; /* instruments with a live trade */
    uint64_t next_trade_id;
    uint64_t last_exec_id;

    /* The Closer's: see docs/closer.md. */
    bool closes;        /* a book has rules beyond its strategy's own word */
    struct band *bands; /* [instrument]: finished closes that concern an open trade */
    int64_t *dues;      /* [instrument]: no time rule concerns its trades before this */
    int64_t due_ns;     /* nor any trade before this */
    int64_t turn_ns;    /* nor does a session begin */
    int64_t timer_ns;   /* no step that came to nothing is tried again before this: the engine wants
                         * an EVENT_TIMER then, where no slice comes */

    int64_t ts_ns; /* of the last event */
    struct session session;
    /* Each with what came to the account or left it since, beside our orders. */
    int64_t session_equity_e9; /* at the close of the session before */
    int64_t equity_e9;         /* at the last slice's end */
    int64_t peak_equity_e9;
    int64_t max_drawdown_e9;
    bool filled; /* since the last slice's end */
    struct split split;
    enum engine_state state;
    bool wary;     /* something of this, of `state` or of an order keeps entries shut, or has */
    bool outside;  /* the broker is elsewhere: it told a condition, a holding or no answer */
    uint32_t shut; /* a bit for each enum status_condition under which no entry goes out */
    int64_t *foreign_e9; /* [instrument]: what the account holds beside ours, signed */
    uint64_t decision_hash;
    struct engine_counters counters;
    enum engine_fault fault;

    int64_t *
        surplus_e9; /* [instrument]: what filled beyond our orders since the last holding, signed */
    bool *halted;   /* [instrument]: trading in it is halted; no entry goes out there */
    struct execution *executions; /* [EXECUTIONS_KEPT]: by exec_id; of a broker outside only */

    struct slice_scratch *scratch;       /* of one slice, no state (engine_decide.h) */
    const struct gate_trace *gate_trace; /* no state either; NULL: nobody looks on */
    uint64_t *said; /* [book][SAID_MAX]: how often each reason was given by this process: a tally
                     * for people, no state */
};

/* What one event came to. Records are in the order they were applied; `sends` point at the ORDER
 * records among them. Valid until the next event. */
struct output {
    bool without_slices; /* the caller needs no SLICE records: they are applied, not written down */
    struct event *records;
    uint32_t slots;
    uint32_t capacity;
    const struct order_request **sends;
    uint32_t send_count;
};

/* Adds the frame and the series of every book to the view's plan, whose bar_ns is known: before
 * view_init(). ERR_FULL, ERR_RANGE as view_plan_declare() and view_plan_add_frame(). */
enum err engine_declare(const struct engine_plan *plan, struct view_plan *view_plan);

/* The frames that a book asks for and that data of that bar length cannot give, shortest first: it
 * goes without them. Returns how many. */
uint32_t engine_frames_left_out(const struct book_plan *book, int64_t bar_ns,
                                int64_t frames_ns[SERIES_PER_STRATEGY_MAX]);

/* Carves an engine and its output from the arena. `view` comes from a plan that engine_declare()
 * filled with the same engine plan, and is borrowed. NULL only when the arena measures. */
struct engine *engine_init(struct arena *arena, const struct engine_plan *plan,
                           const struct view *view, struct output *output);

/* Takes all bars of one instant, which went through the view before, and decides. The slice's
 * ts_ns is the only now that the engine knows. */
void engine_on_slice(struct engine *engine, const struct slice *slice, struct output *output);

/* Takes a report of the broker: ledger lines and the end or start of a trade follow from it. */
void engine_on_report(struct engine *engine, const struct event *report, struct output *output);

/* Takes a split or a dividend (EVENT_ACTION), which the view has taken before: no record follows;
 * what it comes to the broker reports. */
void engine_on_action(struct engine *engine, const struct event *action, struct output *output);

/* Takes what a broker elsewhere, its network or its data are like (EVENT_STATUS, EVENT_HOLDING).
 * Requests follow where a holding says that shares of our trades are missing, or are there again.
 */
void engine_on_condition(struct engine *engine, const struct event *event, struct output *output);

/* Takes an EVENT_TIMER, at timer_ns or later: what is due by then follows, and timer_ns lies behind
 * it. */
void engine_on_timer(struct engine *engine, const struct event *timer, struct output *output);

/* Takes a command of the operator (EVENT_COMMAND): it moves the state, and no record follows. */
void engine_on_command(struct engine *engine, const struct event *command, struct output *output);

/* Puts cash into the account: the first record of a run. */
void engine_deposit(struct engine *engine, int64_t ts_ns, int64_t amount_e9, struct output *output);

/* Applies one report, action, command, timer or record of ours, or one slice, without deciding: the
 * fold. */
void engine_apply(struct engine *engine, const struct event *record);
void engine_apply_slice(struct engine *engine, const struct slice *slice);

/* Where a book's trade and seat in an instrument lie. */
static inline size_t engine_place(const struct engine *engine, uint32_t book, uint32_t instrument)
{
    return (size_t)instrument * engine->book_count + book;
}

/* The execution of that id, if it is remembered and stands; else NULL. */
const struct execution *engine_execution(const struct engine *engine, uint64_t exec_id);

/* The trade that owns an order, or NULL. */
struct trade *engine_trade(const struct engine *engine, uint32_t instrument, uint64_t order_id);

/* Whether a book's strategy is asked about `bar`, the one that the view took last for its
 * instrument. */
enum seat_state {
    SEAT_OUTSIDE, /* the book does not trade the instrument */
    SEAT_NO_BAR,  /* it finished none of the book's frame */
    SEAT_WARMING_UP,
    SEAT_DUE,
};

enum seat_state engine_seat_state(const struct engine *engine, const struct seat *seat,
                                  const struct event *bar);

/* Whether a book's strategy can be asked in some instrument: its warm-up there is over. */
bool engine_book_is_warm(const struct engine *engine, uint32_t book);

/* What the strategy of a seat that is due says to that bar: asked once more, to explain it. */
struct decision engine_seat_ask(const struct seat *seat, const struct event *bar);

/* Whether trades sum to positions, the ledger is balanced and every counter agrees. */
bool engine_is_consistent(const struct engine *engine);

#endif
