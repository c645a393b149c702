/* snapshot.h: all that a frame of the terminal view shows, as plain data: the view is a function of
 * it. It is taken between two steps and points to nothing of the engine's. */
#ifndef MONITOR_SNAPSHOT_H
#define MONITOR_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "monitor/trail.h"

enum {
    SNAPSHOT_SYMBOLS_MAX = 64,
    SNAPSHOT_POSITIONS_MAX = 64,
    SNAPSHOT_BOOKS_MAX = 64,
    SNAPSHOT_EVENTS_MAX = 64, /* of each list, the newest */
    SNAPSHOT_NAME_SIZE = 32,
    SNAPSHOT_WORDS_SIZE = 96,
};

struct snapshot_symbol {
    char name[SNAPSHOT_NAME_SIZE];
    int64_t last_e9;     /* 0: no bar yet */
    int64_t base_e9;     /* what a change is measured from: the close before, else the first open */
    struct trail closes; /* of this session */
};

/* An open trade, or one that is being entered. */
struct snapshot_position {
    char symbol[SNAPSHOT_NAME_SIZE];
    char strategy[SNAPSHOT_NAME_SIZE];
    bool entering;       /* the order is out, nothing has filled */
    int64_t qty_e9;      /* signed; of one that is being entered what was asked for */
    int64_t entry_e9;    /* average price; 0 while entering */
    int64_t last_e9;     /* 0: no bar yet */
    int64_t result_e9;   /* at the last close, before commissions */
    bool leaving;        /* an exit is on its way */
    bool trails;         /* the stop follows the price */
    int64_t stop_e9;     /* 0: none */
    int64_t target_e9;   /* 0: none */
    const char *exit_by; /* who ends it when there is neither: a constant text */
};

struct snapshot_trade {
    int64_t ts_ns;
    char symbol[SNAPSHOT_NAME_SIZE];
    char strategy[SNAPSHOT_NAME_SIZE];
    bool bought;
    int64_t qty_e9;
    int64_t price_e9;
    bool closed; /* it ended its trade, with this result after commissions */
    int64_t result_e9;
    const char *cause; /* why it did: a constant text */
    uint64_t trade_id;
    uint64_t exec_id;
    bool busted; /* it was taken back: nothing was traded */
};

struct snapshot_refusal {
    int64_t ts_ns;
    char symbol[SNAPSHOT_NAME_SIZE];
    char strategy[SNAPSHOT_NAME_SIZE];
    char words[SNAPSHOT_WORDS_SIZE]; /* "order $44,312 > limit $20,000" */
};

/* One strategy at work. */
struct snapshot_book {
    char name[SNAPSHOT_NAME_SIZE];
    uint64_t open, closed, won;      /* trades */
    uint64_t acted, refused;         /* decisions */
    int64_t result_e9;               /* of what was sold, after commissions */
    uint64_t bars_seen, bars_needed; /* where it will be asked first; needed 0: there are enough */
    bool waits_for_series;           /* bars of other frames are still missing */
};

struct snapshot {
    /* The run. */
    char run_id[SNAPSHOT_NAME_SIZE];
    const char *mode;     /* "sim" */
    bool market_is_synth; /* the prices are SIMULATED, too */
    bool entries_off;
    uint32_t shut; /* a bit for each enum status_condition that keeps entries shut */
    bool held;     /* the market stands still */
    double speed;  /* market seconds per second; 0: as fast as it goes */
    int64_t market_ns;
    int64_t open_ns, close_ns;       /* of the session; 0: not known yet */
    uint64_t session, session_count; /* from 1; 0: not known */

    /* The account. */
    int64_t equity_e9, cash_e9, start_e9;
    int64_t day_e9; /* equity since the last session's close */
    struct trail equity;
    int64_t equity_from_ns; /* when the trail begins */

    /* What was thought and done. */
    uint64_t bars_seen, bars_needed; /* before the first strategy is asked; needed 0: one was */
    uint64_t evaluations, decisions, refused, orders, fills, trades_closed, trades_won;

    struct snapshot_book books[SNAPSHOT_BOOKS_MAX];
    uint32_t book_count;
    struct snapshot_symbol symbols[SNAPSHOT_SYMBOLS_MAX];
    uint32_t symbol_count; /* in all; only so many as fit are here */
    struct snapshot_position positions[SNAPSHOT_POSITIONS_MAX];
    uint32_t position_count;                           /* likewise */
    struct snapshot_trade trades[SNAPSHOT_EVENTS_MAX]; /* a ring: number n lies at n mod the size */
    uint64_t trade_count;
    struct snapshot_refusal refusals[SNAPSHOT_EVENTS_MAX]; /* likewise */
    uint64_t refusal_count;
};

#endif
