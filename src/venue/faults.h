/* faults.h: what a served exchange does wrong on purpose, and when: a script of rules, each with
 * its occasions.
 *
 * Whether a rule strikes is a function of (seed, rule, ordinal of the occasion) and of nothing
 * else, so the same run strikes the same. A rule counts the occasions that fit it while its time
 * runs, from 1. Who carries out what struck: account_faults.c, venue_faults.c,
 * exchange_http/reply_faults.c and stream_faults.c. How scripts are written: faults_file.h. */
#ifndef VENUE_FAULTS_H
#define VENUE_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/bars.h"
#include "venue/refusal.h"

/* At which occasions a kind of fault is asked for. */
enum fault_site {
    FAULT_OF_REQUEST, /* each request that the rule's route fits */
    FAULT_OF_STREAM,  /* each message of that stream, once a client has signed in */
    FAULT_OF_SUBMIT,  /* each new order that was taken */
    FAULT_OF_CANCEL,  /* each cancel of an order that is open */
    FAULT_OF_REPLACE, /* each replacement that would be taken */
    FAULT_OF_FILL,    /* each execution */
    FAULT_OF_SLICE,   /* each moment of the market */
    FAULT_OF_RECORD,  /* each quote, trade and bar that is streamed */
};

/* Name, its word in scripts, its site, the keys that it may have beside the common ones. */
#define FAULT_LIST(X)                                                                              \
    X(STATUS, "status", REQUEST, FAULT_HAS_CODE | FAULT_HAS_BODY | FAULT_HAS_CARRIED_OUT)          \
    X(TIMEOUT_BEFORE, "timeout_before", REQUEST, 0)                                                \
    X(TIMEOUT_AFTER, "timeout_after", REQUEST, 0)                                                  \
    X(RESET, "reset", REQUEST, FAULT_HAS_BYTES)                                                    \
    X(CUT, "cut", REQUEST, FAULT_HAS_BYTES)                                                        \
    X(GARBLED, "garbled", REQUEST, FAULT_HAS_BYTES)                                                \
    X(NOT_JSON, "not_json", REQUEST, FAULT_HAS_CODE | FAULT_HAS_CARRIED_OUT)                       \
    X(SLOW, "slow", REQUEST, FAULT_HAS_BYTES | FAULT_HAS_PAUSE)                                    \
    X(HUGE, "huge", REQUEST, FAULT_HAS_MEGABYTES)                                                  \
    X(DUPLICATE_ANSWER, "duplicate", REQUEST, 0)                                                   \
    X(REDIRECT, "redirect", REQUEST, FAULT_HAS_TO)                                                 \
    X(EMPTY, "empty", REQUEST, 0)                                                                  \
    X(LATE_ANSWER, "delay", REQUEST, FAULT_HAS_FOR)                                                \
    X(LIST_WITHOUT_NEWEST, "list_without_newest", REQUEST, 0)                                      \
    X(PAGE_CUT, "page_cut", REQUEST, FAULT_HAS_ROWS)                                               \
    X(SET_ANSWER, "set_field", REQUEST, FAULT_HAS_FIELD)                                           \
    X(SET_MESSAGE, "set_field", STREAM, FAULT_HAS_FIELD)                                           \
    X(DROP, "drop", STREAM, 0)                                                                     \
    X(DUPLICATE, "duplicate", STREAM, 0)                                                           \
    X(REORDER, "reorder", STREAM, 0)                                                               \
    X(LATE, "delay", STREAM, FAULT_HAS_FOR)                                                        \
    X(FRAGMENT, "fragment", STREAM, FAULT_HAS_BYTES)                                               \
    X(GARBLE, "garble", STREAM, FAULT_HAS_BYTES)                                                   \
    X(MUTE, "mute", STREAM, FAULT_HAS_FOR)                                                         \
    X(DISCONNECT, "disconnect", STREAM, FAULT_HAS_FOR | FAULT_HAS_REFUSE)                          \
    X(NULL_DATA, "null_data", STREAM, 0)                                                           \
    X(PARTIAL, "partial", SUBMIT, FAULT_HAS_SYMBOL | FAULT_HAS_PARTS)                              \
    X(REJECT_AFTER_ACCEPT, "reject_after_accept", SUBMIT, FAULT_HAS_SYMBOL)                        \
    X(LOOKUP_LAG, "lookup_lag", SUBMIT, FAULT_HAS_SYMBOL | FAULT_HAS_FOR)                          \
    X(FILL_DURING_CANCEL, "fill_during_cancel", CANCEL, FAULT_HAS_SYMBOL)                          \
    X(FILL_DURING_REPLACE, "fill_during_replace", REPLACE, FAULT_HAS_SYMBOL)                       \
    X(BUST, "bust", FILL, FAULT_HAS_SYMBOL | FAULT_HAS_FOR)                                        \
    X(HALT, "halt", SLICE, FAULT_HAS_SYMBOL | FAULT_HAS_FOR)                                       \
    X(SUSPEND, "suspend", SLICE, FAULT_HAS_FOR)                                                    \
    X(EXTERNAL_ORDER, "external_order", SLICE, FAULT_HAS_SYMBOL | FAULT_HAS_SIDE | FAULT_HAS_QTY)  \
    X(REVOKE_KEYS, "revoke_keys", SLICE, FAULT_HAS_FOR)                                            \
    X(LULD, "luld", SLICE, FAULT_HAS_SYMBOL)                                                       \
    X(CANCEL_TRADE, "cancel_trade", SLICE, FAULT_HAS_SYMBOL)                                       \
    X(CORRECT_TRADE, "correct_trade", SLICE, FAULT_HAS_SYMBOL)                                     \
    X(BAD_DATA, "bad_data", RECORD, FAULT_HAS_SYMBOL | FAULT_HAS_AS)

enum fault_kind {
#define X(name, text, site, keys) FAULT_##name,
    FAULT_LIST(X)
#undef X
};

#define X(name, text, site, keys) +1
enum { FAULT_KIND_COUNT = 0 FAULT_LIST(X) };
#undef X

/* Keys that not every kind has. */
enum fault_key {
    FAULT_HAS_CODE = 1 << 0,
    FAULT_HAS_BODY = 1 << 1,
    FAULT_HAS_CARRIED_OUT = 1 << 2,
    FAULT_HAS_BYTES = 1 << 3,
    FAULT_HAS_PAUSE = 1 << 4,
    FAULT_HAS_MEGABYTES = 1 << 5,
    FAULT_HAS_TO = 1 << 6,
    FAULT_HAS_FOR = 1 << 7,
    FAULT_HAS_REFUSE = 1 << 8,
    FAULT_HAS_PARTS = 1 << 9,
    FAULT_HAS_SYMBOL = 1 << 10,
    FAULT_HAS_SIDE = 1 << 11,
    FAULT_HAS_QTY = 1 << 12,
    FAULT_HAS_ROWS = 1 << 13,
    FAULT_HAS_AS = 1 << 14,
    FAULT_HAS_FIELD = 1 << 15, /* and its value */
};

/* How bad data are bad. */
#define FAULT_DAMAGE_LIST(X)                                                                       \
    X(SPIKE, "spike") /* ten times the price */                                                    \
    X(CRASH, "crash") /* a hundredth of it */                                                      \
    X(ZERO, "zero")                                                                                \
    X(NEGATIVE, "negative")                                                                        \
    X(CROSSED, "crossed") /* bid above ask, low above high */                                      \
    X(STALE, "stale")     /* an hour old */                                                        \
    X(FUTURE, "future")   /* an hour ahead */

enum fault_damage {
    FAULT_DAMAGE_NONE,
#define X(name, text) FAULT_DAMAGE_##name,
    FAULT_DAMAGE_LIST(X)
#undef X
};

enum fault_stream { FAULT_STREAM_NONE, FAULT_STREAM_TRADING, FAULT_STREAM_DATA };

enum {
    FAULT_RULES_MAX = 256,
    FAULT_PARTS_MAX = 8,
    FAULT_METHOD_SIZE = 8,
    FAULT_TEXT_SIZE = 256,
    FAULT_FIELD_SIZE = 64
};

struct fault_rule {
    uint8_t kind;   /* enum fault_kind */
    uint8_t stream; /* enum fault_stream; requests and the market have none */
    char method[FAULT_METHOD_SIZE];
    char path[FAULT_TEXT_SIZE]; /* '*' stands for any text */
    char symbol[SYMBOL_SIZE];   /* "": any */

    /* When: none of the three is every occasion. */
    int64_t probability_ppm;
    int64_t nth;      /* that one alone */
    int64_t every;    /* each so many-th */
    int64_t burst;    /* occasions in a row, from the one that it strikes on */
    int64_t after_ns; /* of the exchange's time, both included; */
    int64_t until_ns; /* INT64_MIN and INT64_MAX where not given */

    /* What of it; the values for what is not given are faults_file.c's. */
    int64_t code;
    int64_t refuse;
    int64_t bytes;
    int64_t pause_ns;
    int64_t megabytes;
    int64_t rows;
    int64_t for_ns; /* INT64_MAX: for ever */
    int64_t qty_e9;
    int64_t parts_ppm[FAULT_PARTS_MAX];
    uint32_t part_count;
    bool carried_out;
    bool sells;
    uint8_t damage;             /* enum fault_damage */
    char text[FAULT_TEXT_SIZE]; /* `body`, `to` or `value` */
    char field[FAULT_FIELD_SIZE];

    uint64_t occasions; /* so far */
    uint64_t strikes;
};

struct fault_script {
    int64_t seed;
    struct fault_rule *rules;
    uint32_t count;
};

/* A script at work; all zero: none. */
struct faults {
    struct fault_script script;
    bool on;
};

/* The word of a kind, its site and its own keys. */
const char *fault_kind_text(uint8_t kind);
enum fault_site fault_kind_site(uint8_t kind);
uint32_t fault_kind_keys(uint8_t kind);

/* From now on that script, which is copied; NULL: none. It is switched on. */
void faults_load(struct faults *faults, const struct fault_script *script);
void faults_finish(struct faults *faults);

/* Nothing has happened yet. */
void faults_restart(struct faults *faults);

/* What happens; fields that a site has no use for stay zero. */
struct fault_occasion {
    int64_t now_ns;
    const char *method;
    const char *path;
    enum fault_stream stream;
    const char *symbol;
};

/* What struck, copied: scripts may change while it is carried out. */
struct fault {
    struct fault_rule rule;
    uint64_t draw; /* random bits of its own: fault_draw() has more */
};

/* Counts an occasion for all rules of a site, or of one kind; the first rule of the script that
 * strikes is carried out. `faults` may be NULL. */
bool faults_strike(struct faults *faults, enum fault_site site,
                   const struct fault_occasion *occasion, struct fault *fault);
bool faults_strike_kind(struct faults *faults, enum fault_kind kind,
                        const struct fault_occasion *occasion, struct fault *fault);

/* The `index`th random number of a fault that struck, below `bound`. */
uint64_t fault_draw(const struct fault *fault, uint32_t index, uint64_t bound);

/* When what struck now is over. */
int64_t fault_end_ns(const struct fault *fault, int64_t now_ns);

#endif
