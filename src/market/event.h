/* event.h: the 64-byte event: the record of data files, log and engine alike.
 *
 *   offset size
 *        0    8  ts_ns       the engine's now; never decreases along a run, but for bars that came
 *                            too late (SLICE_END_PAST): the engine's now stays.
 *                            A bar: its end plus the feed's delay. A fill: when it was received.
 *        8    8  src_ns      the source's time. A bar: its start. A report: the exchange's time.
 *       16    1  kind        enum event_kind
 *       17    1  version     layout of this kind's payload, from 1
 *       18    1  slots       64-byte slots this record takes, itself included
 *       19    1  flags       by kind
 *       20    4  instrument  its id, or INSTRUMENT_NONE
 *       24   40  payload     by kind
 *
 * Numbers are little-endian, money in e9. Inputs are what the world tells the engine, outputs what
 * the engine answers; both are logged in the order taken, and applying them in that order gives the
 * engine's state. Records of two slots carry their second half as a plain 64-byte slot. */
#ifndef MARKET_EVENT_H
#define MARKET_EVENT_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/utc.h"

#define EVENT_SIZE      64
#define INSTRUMENT_NONE UINT32_MAX

/* Times that an event may have, from 1700-01-01 to 2202-01-02: what starts within utc.h's years can
 * come to. */
#define EVENT_TS_NS_MIN (INT64_C(-98615) * NS_PER_DAY)
#define EVENT_TS_NS_MAX (INT64_C(84737) * NS_PER_DAY)

#define EVENT_KIND_LIST(X)                                                                         \
    /* inputs: market */                                                                           \
    X(BAR, 1, "bar")                                                                               \
    X(SLICE_END, 2, "slice-end")                                                                   \
    X(QUOTE, 3, "quote")                                                                           \
    X(TRADE_TICK, 4, "trade-tick")                                                                 \
    X(ACTION, 5, "corporate-action")                                                               \
    X(LAST_PRICE, 6, "last-price")                                                                 \
    /* inputs: time between two slices */                                                          \
    X(TIMER, 11, "timer")                                                                          \
    /* inputs: the operator */                                                                     \
    X(COMMAND, 12, "command")                                                                      \
    /* inputs: what a broker elsewhere, its network and its market data are like */                \
    X(STATUS, 13, "status")                                                                        \
    X(HOLDING, 14, "holding")                                                                      \
    /* inputs: reports of the broker */                                                            \
    X(ACCEPTED, 16, "accepted")                                                                    \
    X(REJECTED, 17, "rejected")                                                                    \
    X(FILL, 18, "fill")                                                                            \
    X(CANCELED, 19, "canceled")                                                                    \
    X(EXPIRED, 20, "expired")                                                                      \
    X(REPLACED, 21, "replaced")                                                                    \
    X(CANCEL_REJECTED, 22, "cancel-rejected")                                                      \
    X(ACCOUNT_CASH, 23, "account-cash")                                                            \
    X(NO_ANSWER, 24, "no-answer")                                                                  \
    X(FOUND, 25, "found")                                                                          \
    X(BUSTED, 26, "busted")                                                                        \
    /* outputs of the engine */                                                                    \
    X(DEPOSIT, 32, "deposit")                                                                      \
    X(DECISION, 33, "decision")                                                                    \
    X(ORDER, 34, "order")                                                                          \
    X(POSTING, 35, "posting")                                                                      \
    X(TRADE, 36, "trade")                                                                          \
    X(SLICE, 37, "slice")                                                                          \
    X(NOTICE, 38, "notice")                                                                        \
    /* the log's own: how a run began, where it was cut and how it ended */                        \
    X(LOG_START, 64, "log-start")                                                                  \
    X(LOG_TEXT, 65, "log-text")                                                                    \
    X(LOG_INSTRUMENT, 66, "log-instrument")                                                        \
    X(LOG_SLICE_REF, 67, "log-slice-ref")                                                          \
    X(LOG_RESUME, 68, "log-resume")                                                                \
    X(LOG_END, 69, "log-end")

enum event_kind {
    EVENT_NONE = 0, /* an empty slot of a preallocated file */
#define X(name, code, text) EVENT_##name = code,
    EVENT_KIND_LIST(X)
#undef X
};

/* The payload of a market bar: prices in e9, volume in whole shares. */
struct event_bar {
    int64_t open_e9;
    int64_t high_e9;
    int64_t low_e9;
    int64_t close_e9;
    int64_t volume;
};

/* The best prices on both sides as they stand from ts_ns on: e9, sizes in whole shares. A side that
 * nobody offers has price and size 0. */
struct event_quote {
    int64_t bid_e9;
    int64_t ask_e9;
    int64_t bid_size;
    int64_t ask_size;
    uint64_t unused;
};

/* A single trade of the market's. `flags`: TRADE_TICK_ bits. */
struct event_trade_tick {
    int64_t price_e9;
    int64_t size; /* whole shares */
    uint64_t unused[3];
};

/* Counts in the volume; its price was not made by the market of that moment (an average price, a
 * late report, ...). */
#define TRADE_TICK_VOLUME_ONLY 1

/* The close of a bar that is kept back, because bars of the instrument before it are missing: what
 * a position is worth, and what its exits run by. The bar itself follows in a slice of the past.
 * `src_ns`: the bar's start. A tick: it lies before the bars of its slice. */
struct event_last_price {
    int64_t price_e9;
    uint64_t unused[4];
};

/* Larger is no size of one quote or one trade. */
#define TICK_SIZE_MAX INT64_C(1000000000)

/* Closes the slice of all ticks and bars of one instant. `flags`: SLICE_END_PAST. */
struct event_slice_end {
    uint64_t slice;    /* ordinal of the slice in its feed, from 0 */
    uint32_t expected; /* bars that the feed waited for */
    uint32_t seen;     /* bars that came */
    uint64_t unused[3];
};

/* Nothing is decided on the slice: the warm-up of a live run, or bars that came too late. Such a
 * slice may lie behind the engine's now: then it moves the view alone, and no instrument has a bar
 * in it that is not newer than its last one. */
#define SLICE_END_PAST 1

/* A split or a dividend of the instrument, effective before the first bar that ends after ts_ns.
 * `src_ns`: the beginning of its ex-date; `ts_ns` is later where something was reported since. */
struct event_action {
    int64_t split_new; /* new shares ... */
    int64_t split_old; /* ... per old ones; 1 and 1 when there is no split */
    int64_t cash_e9;   /* dividend per share held before the split, >= 0 */
    uint64_t unused[2];
};

/* A moment that the engine waits for has come, and no slice with it (engine.h: timer_ns). */
struct event_timer {
    uint64_t unused[5];
};

/* What an operator asked of a running engine, in the order taken. `flags`: enum command; `src_ns`:
 * when it was asked, by the wall clock. PAUSE and UNPAUSE move the engine's state; the others tell
 * how the run was driven and change nothing that is decided. */
struct event_command {
    int64_t value; /* SPEED: market seconds per second in e9, 0: as fast as it goes; else 0 */
    uint64_t unused[4];
};

#define COMMAND_LIST(X)                                                                            \
    X(PAUSE, 1, "pause")     /* no entries from now on; exits go on */                             \
    X(UNPAUSE, 2, "unpause") /* entries again */                                                   \
    X(SPEED, 3, "speed")                                                                           \
    X(HOLD, 4, "hold")       /* the simulated market stands still ... */                           \
    X(RELEASE, 5, "release") /* ... and goes on */                                                 \
    X(STOP, 6, "stop")       /* the run ends after the current step */

enum command {
#define X(name, code, text) COMMAND_##name = code,
    COMMAND_LIST(X)
#undef X
};

/* A condition under which no entry goes out begins or ends (reliability R3, G7, N5): of the whole
 * run, then `instrument` is INSTRUMENT_NONE, or of one instrument. `flags`: enum status_condition;
 * `src_ns`: when, by the clock of whoever saw it. */
struct event_status {
    int64_t begins; /* 1: from now on; 0: no more */
    int64_t value;  /* a measure of it, where it has one, for people: ns or a count */
    uint64_t unused[3];
};

#define STATUS_CONDITION_LIST(X)                                                                   \
    X(RECONCILING, 1, "reconciling", "not everything at the broker is known yet")                  \
    X(ORDER_STREAM, 2, "order-stream", "the stream of order updates is down")                      \
    X(MARKET_DATA, 3, "market-data", "market data is missing or old")                              \
    X(CLOCK, 4, "clock", "our clock and the broker's differ too much")                             \
    X(KEYS, 5, "keys", "the broker refuses the keys")                                              \
    X(ACCOUNT, 6, "account", "the account is blocked or not active")                               \
    X(BUDGET, 7, "budget", "the broker's limit of requests is used up")                            \
    X(STORAGE, 8, "storage", "the log could not be written")                                       \
    X(DIFFERENCE, 9, "difference", "the account is not what our orders make it")                   \
    X(CALENDAR, 10, "calendar", "the broker's sessions are not ours")                              \
    X(HALTED, 11, "halted", "trading in the symbol is halted")                                     \
    X(DISK_SPACE, 12, "disk-space", "too little room is left for the log")

enum status_condition {
#define X(name, code, text, meaning) STATUS_##name = code,
    STATUS_CONDITION_LIST(X)
#undef X
};

/* Their codes count from 1. */
enum {
#define X(name, code, text, meaning) +1
    STATUS_CONDITION_COUNT = STATUS_CONDITION_LIST(X)
#undef X
};

/* Whether it is one of an instrument, and not of the whole run. */
static inline bool status_is_of_instrument(uint8_t condition)
{
    return condition == STATUS_HALTED;
}

/* "reconciling", and what it means; "unknown" for a code that is none. */
const char *status_condition_text(uint8_t condition);
const char *status_condition_meaning(uint8_t condition);

/* What the account holds of the instrument that is not ours: the broker's number less that of our
 * trades (book 0, EXTERNAL). */
struct event_holding {
    int64_t qty_e9; /* signed */
    uint64_t unused[4];
};

/* What the broker says about one order (ACCEPTED, REJECTED, FILL, CANCELED, EXPIRED, REPLACED,
 * CANCEL_REJECTED, NO_ANSWER, FOUND, BUSTED). REJECTED, CANCELED and CANCEL_REJECTED have an enum
 * reject_reason in `flags`. REPLACED ends the old order; the new one is ACCEPTED right after.
 * NO_ANSWER: what became of its request is being looked up. FOUND: an exit that the log does not
 * have, sent by a run that could not write it; `flags`: enum order_type. BUSTED: the exchange takes
 * an execution back. */
struct event_report {
    uint64_t order_id;
    uint64_t exec_id;      /* FILL: the broker's id of this execution, from 1; BUSTED: the fill's;
                            * else 0 */
    int64_t qty_e9;        /* FILL: executed now, > 0; FOUND: ordered, > 0; BUSTED: of it booked to
                            * its trade; else 0 */
    int64_t price_e9;      /* FILL, BUSTED: price of this execution; FOUND: its limit or stop, 0:
                            * none; else 0 */
    int64_t commission_e9; /* FILL: commission and fees of this execution, >= 0; BUSTED: as they
                            * were booked; else 0 */
};

/* Cash that moved without an execution. `flags`: enum cash_cause. */
struct event_account_cash {
    int64_t amount_e9; /* signed: paid to the account + */
    int64_t qty_e9;    /* what a split added to the position, else 0 */
    uint64_t unused[3];
};

enum cash_cause {
    CASH_DIVIDEND = 1,
    CASH_SPLIT = 2,      /* shares by a split, cash for the fraction that is none */
    CASH_INTEREST = 3,   /* on borrowed money or shares */
    CASH_RECONCILED = 4, /* fees, transfers and whatever else the broker counts and we do not */
};

/* A decision that acted or was refused. Its second slot holds the inputs (struct decision_inputs).
 * `flags`: enum act. */
struct event_decision {
    uint64_t order_id;      /* the order it became; 0 when refused */
    int64_t value;          /* the refusing gate's measured value, else 0; unit by gate */
    int64_t limit;          /* that gate's limit, same unit */
    int32_t strength_ppm;   /* 0..1,000,000 */
    int32_t confidence_ppm; /* 0..1,000,000 */
    uint16_t book;
    uint8_t reason;  /* index into the strategy's reasons */
    uint8_t verdict; /* enum verdict */
    uint32_t unused;
};

#define DECISION_INPUTS_MAX 7

/* Second slot of a DECISION: the declared series' values it was taken on, bit for bit as the view
 * has them (union series_value): for an average the sum of its window. */
struct decision_inputs {
    uint64_t count;
    uint64_t bits[DECISION_INPUTS_MAX];
};

/* First slot of an ORDER; its second slot holds legs[4] and the terms. `flags`: enum order_role in
 * the low four bits, and why a trade is closed (enum exit_cause, core/exit_plan.h) in the high
 * ones: event_order_role(), event_order_cause(). */
struct event_order {
    uint64_t order_id;          /* function of (trade, role, attempt): order.h */
    int64_t qty_e9;             /* multiples of the legs' ratio, > 0 */
    int64_t limit_price_e9;     /* one leg: the price; several: net, debit +, credit -; 0: none */
    int64_t reference_price_e9; /* last finished close at the decision, what the gates used */
    uint16_t book;
    uint8_t type;          /* enum order_type */
    uint8_t time_in_force; /* enum time_in_force */
    uint8_t leg_count;     /* 1..4 */
    uint8_t order_class;   /* enum order_class */
    uint8_t action;        /* enum order_action */
    uint8_t order_flags;   /* ORDER_FLAG_ bits */
};

/* One line of the account's ledger by double entry: `amount_e9` moves from the credited account to
 * the debited one. A posting on ACCOUNT_POSITIONS also moves `qty_e9` shares of the instrument.
 * `flags`: POSTING_TAKES_BACK: of a bust; on ACCOUNT_TRANSFERS `qty_e9` are the shares that the
 * account has got thereby beside our trades (or, below zero, owes). */
#define POSTING_TAKES_BACK 1

struct event_posting {
    int64_t amount_e9; /* >= 0 */
    int64_t qty_e9;    /* signed change of the position, 0 for lines without one */
    uint64_t order_id;
    uint64_t exec_id;
    uint16_t debit;  /* enum account */
    uint16_t credit; /* enum account */
    uint16_t book;
    uint16_t unused;
};

/* A trade opened, changed or ended. Its second slot holds struct trade_detail. `flags`: enum
 * trade_state (core/trades.h); `instrument` is the first leg's. */
struct event_trade {
    uint64_t trade_id;
    int64_t qty_e9;      /* held now, signed */
    int64_t cost_e9;     /* average cost of what is held */
    int64_t realized_e9; /* price result so far, before commissions */
    uint16_t book;
    uint16_t exit_cause; /* enum exit_cause of the last exit that filled */
    uint16_t unused[2];
};

/* Second slot of a TRADE. Values are sums of price x quantity over the fills, both >= 0. */
struct trade_detail {
    int64_t opened_ns; /* first fill; 0 when never filled */
    int64_t closed_ns; /* last fill; 0 while open */
    int64_t entry_qty_e9;
    int64_t entry_value_e9;
    int64_t exit_qty_e9;
    int64_t exit_value_e9;
    int64_t commission_e9;
    int64_t unused;
};

/* What a finished slice came to. `flags` bit 0: something filled since the slice before. */
struct event_slice {
    uint32_t orders;        /* since the run began */
    uint32_t evaluations;   /* strategies asked in this slice */
    uint64_t decision_hash; /* of the run up to here */
    int64_t equity_e9;
    int64_t cash_e9;
    uint32_t fills;     /* since the run began */
    uint32_t positions; /* instruments held now */
};

/* What became of a trade beside its orders. `flags`: enum notice (core/closer.h). */
struct event_notice {
    uint64_t trade_id;
    int64_t qty_e9; /* MISSING: shares that are not there; SURPLUS: of the fill before it;
                     * UNPROTECTED, GIVEN_UP, NOT_CLOSED: that the trade holds; else 0 */
    uint64_t unused[2];
    uint16_t book;
    uint16_t also_unused[3];
};

/* Cash put into the account at the start of a run. */
struct event_deposit {
    int64_t amount_e9;
    uint64_t unused[4];
};

struct event {
    int64_t ts_ns;
    int64_t src_ns;
    uint8_t kind;
    uint8_t version;
    uint8_t slots;
    uint8_t flags;
    uint32_t instrument;
    union {
        struct event_bar bar;
        struct event_quote quote;
        struct event_trade_tick trade_tick;
        struct event_last_price last_price;
        struct event_slice_end slice_end;
        struct event_action action;
        struct event_timer timer;
        struct event_command command;
        struct event_status status;
        struct event_holding holding;
        struct event_report report;
        struct event_account_cash account_cash;
        struct event_decision decision;
        struct event_order order;
        struct event_posting posting;
        struct event_trade trade;
        struct event_slice slice;
        struct event_deposit deposit;
        struct event_notice notice;
        unsigned char bytes[40];
    };
};

static_assert(sizeof(struct event) == EVENT_SIZE, "one slot");
static_assert(offsetof(struct event, bar) == 24, "payload");
static_assert(sizeof(struct decision_inputs) == EVENT_SIZE, "one slot");
static_assert(sizeof(struct trade_detail) == EVENT_SIZE, "one slot");

static inline uint8_t event_order_role(const struct event *order)
{
    return order->flags & 0xf;
}

static inline uint8_t event_order_cause(const struct event *order)
{
    return order->flags >> 4;
}

/* All of one instant: ticks, by kind, then the bars that end there, each in instrument order.
 * They lie side by side, belong to the feed and stay valid until its next slice. Most feeds have
 * bars only; a live one also gives slices with nothing in them, so that time passes. */
struct slice {
    const struct event *bars; /* behind the ticks */
    uint32_t count;           /* of the bars */
    uint32_t expected;        /* bars that the feed waited for */
    int64_t ts_ns;            /* when all of them have ended */
    uint64_t ordinal;         /* of the slice in its feed, from 0 */
    uint32_t tick_count;      /* which lie right before the bars */
    bool past;                /* nothing is decided on it (SLICE_END_PAST) */
};

/* All of the bars in [first, end), which end at one instant. */
static inline struct slice slice_of(const struct event *first, const struct event *end,
                                    uint64_t ordinal)
{
    uint32_t count = (uint32_t)(end - first); /* at most one of each instrument */
    return (struct slice){first, count, count, first->ts_ns, ordinal, 0, false};
}

/* The same where ticks may lie before the bars. */
struct slice slice_of_mixed(const struct event *first, const struct event *end, uint64_t ordinal);

static inline const struct event *slice_ticks(const struct slice *slice)
{
    return slice->bars - slice->tick_count;
}

static inline const struct event *slice_end(const struct slice *slice)
{
    return slice->bars + slice->count;
}

/* A price between bars: a quote or a trade of the market's, or the last price of a bar that is kept
 * back. */
static inline bool event_is_tick(uint8_t kind)
{
    return kind == EVENT_QUOTE || kind == EVENT_TRADE_TICK || kind == EVENT_LAST_PRICE;
}

/* The SLICE_END that closes a slice in a log, and back; the bars are not part of it. */
struct event slice_end_event(const struct slice *slice);
void slice_from_end(struct slice *slice, const struct event *end);

/* "bar", "fill", ...; "unknown" for a code that is no kind. */
const char *event_kind_text(uint8_t kind);

/* "pause", "speed", ...; "unknown" for a code that is no command. */
const char *command_text(uint8_t command);

/* What a broker says: of an order, or of the account's cash. */
static inline bool event_is_report(uint8_t kind)
{
    return kind >= EVENT_ACCEPTED && kind <= EVENT_BUSTED;
}

/* What the world tells the engine: bars, quotes, trades, slice ends, corporate actions, moments,
 * commands, reports. */
static inline bool event_is_input(uint8_t kind)
{
    return kind == EVENT_BAR || event_is_tick(kind) || kind == EVENT_SLICE_END ||
           kind == EVENT_ACTION || kind == EVENT_TIMER || kind == EVENT_COMMAND ||
           kind == EVENT_STATUS || kind == EVENT_HOLDING || event_is_report(kind);
}

/* What the engine answers. */
static inline bool event_is_output(uint8_t kind)
{
    return kind >= EVENT_DEPOSIT && kind <= EVENT_NOTICE;
}

/* NULL when the bar is one we may trade on, else a constant text that names what is wrong with it:
 * every price in 1..PRICE_E9_MAX, low <= open, close <= high, 0 <= volume <= 1e12. */
const char *event_bar_fault(const struct event_bar *bar);

/* The same of a quote: a price on one side at least, none above PRICE_E9_MAX, bid <= ask where both
 * are there, sizes 0..TICK_SIZE_MAX, and none without a price. */
const char *event_quote_fault(const struct event_quote *quote);

/* The same of a trade: price in 1..PRICE_E9_MAX, size in 1..TICK_SIZE_MAX. */
const char *event_trade_tick_fault(const struct event_trade_tick *trade);

/* The same of a last price: in 1..PRICE_E9_MAX. */
const char *event_last_price_fault(const struct event_last_price *price);

/* The processor's own prefetching stops at each 4 KiB page, so the record one page ahead is asked
 * for (4.2 instead of 6.5 ns a bar from memory). Harmless beyond the end. */
static inline void event_prefetch(const struct event *record)
{
    __builtin_prefetch(record + 4096 / EVENT_SIZE);
}

#endif
