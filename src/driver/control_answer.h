/* control_answer.h: what an engine answers by its control socket, taken apart: the other end of
 * control_status_write(). Members, conditions and stages that are not known are read over. */
#ifndef DRIVER_CONTROL_ANSWER_H
#define DRIVER_CONTROL_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "data/json_tokens.h"
#include "driver/control_line.h"

#define ANSWER_MEMBER_LIST(X)                                                                      \
    X(RUN_ID, "run_id")                                                                            \
    X(MODE, "mode")                                                                                \
    X(STATE, "state")                                                                              \
    X(SPEED, "speed")                                                                              \
    X(MARKET_TIME, "market_time")                                                                  \
    X(EQUITY, "equity")                                                                            \
    X(DAY_RESULT, "day_result")                                                                    \
    X(CASH, "cash")                                                                                \
    X(POSITIONS, "positions")                                                                      \
    X(SLICES, "slices")                                                                            \
    X(EVALUATIONS, "evaluations")                                                                  \
    X(DECISIONS, "decisions")                                                                      \
    X(REFUSED, "refused")                                                                          \
    X(ORDERS, "orders")                                                                            \
    X(FILLS, "fills")                                                                              \
    X(HALTED, "halted")                                                                            \
    X(DIFFERING, "differing")                                                                      \
    X(SURPLUSES, "surpluses")                                                                      \
    X(UNPROTECTED, "unprotected")                                                                  \
    X(NOT_CLOSED, "not_closed")

enum answer_member {
#define X(name, text) ANSWER_##name,
    ANSWER_MEMBER_LIST(X)
#undef X
        ANSWER_MEMBER_COUNT
};

enum { ANSWER_VALUE_SIZE = 128 };

struct control_answer {
    bool ok, held;
    char error[JSON_KEPT_MAX + 1];
    char values[ANSWER_MEMBER_COUNT][ANSWER_VALUE_SIZE]; /* as texts; "": not there, or null */
    uint32_t shut;                                       /* a bit for each enum status_condition */
    struct answer_stage {
        uint64_t count; /* 0: not gone through */
        uint64_t figures[CONTROL_FIGURE_COUNT];
    } stages[LATENCY_STAGE_COUNT];
};

/* False when the text is no object of such a form. */
bool control_answer_read(const char *text, struct control_answer *answer);

#endif
