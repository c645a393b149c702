/* json_bar.h: one JSON object as a bar. */
#ifndef DATA_JSON_BAR_H
#define DATA_JSON_BAR_H

#include "data/bar_row.h"
#include "data/json_tokens.h"

enum json_member {
    MEMBER_TIME,
    MEMBER_OPEN,
    MEMBER_HIGH,
    MEMBER_LOW,
    MEMBER_CLOSE,
    MEMBER_VOLUME,
    MEMBER_SYMBOL,
    MEMBER_VWAP,        /* known and not used */
    MEMBER_TRADE_COUNT, /* likewise */
    MEMBER_COUNT,
};

/* The members' keys in one of the two forms; NULL where the form has none. */
extern const char *const json_keys_jsonl[MEMBER_COUNT];
extern const char *const json_keys_alpaca[MEMBER_COUNT];

enum json_bar_state {
    JSON_BAR,
    JSON_BAR_BAD,    /* the bar is bad: `fault`; the object was read to its end */
    JSON_BAR_BROKEN, /* the text is no JSON: tokens->fault */
};

/* Reads the members of an object whose bracket was given just now. `seen` is set for each member
 * that was there. */
enum json_bar_state json_bar_read(struct json_tokens *tokens, const char *const keys[MEMBER_COUNT],
                                  struct bar_row *row, bool seen[MEMBER_COUNT],
                                  struct row_fault *fault);

#endif
