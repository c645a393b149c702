/* control_line.h: one line of the control protocol, read and written (docs/formats.md).
 *
 * A request is one JSON object in one line: {"command":"pause"}. The answer is one, too, and tells
 * how the run stands now; a refused one tells why. Both are bounded. */
#ifndef DRIVER_CONTROL_LINE_H
#define DRIVER_CONTROL_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/latency.h"
#include "sys/json_writer.h"

/* Most bytes of a request, the newline not counted. */
#define CONTROL_LINE_MAX 1024

#define CONTROL_VERB_LIST(X)                                                                       \
    X(STATUS, "status")                                                                            \
    X(PAUSE, "pause")                                                                              \
    X(UNPAUSE, "unpause")                                                                          \
    X(SPEED, "speed")                                                                              \
    X(STOP, "stop")

enum control_verb {
#define X(name, text) CONTROL_##name,
    CONTROL_VERB_LIST(X)
#undef X
};

struct control_request {
    enum control_verb verb;
    int64_t speed_e9; /* SPEED: market seconds per second, 0: as fast as it goes; else 0 */
};

/* Reads a line without its newline. NULL, or why it is no request: a constant text. */
const char *control_line_read(const char *line, size_t length, struct control_request *request);

/* "260", "0.5", "max": ERR_FORMAT unless above 0 and at most PACE_SPEED_MAX. */
enum err control_speed_parse(const char *text, size_t length, int64_t *speed_e9);

/* How a run stands. Texts are borrowed. */
struct control_status {
    const char *run_id;
    const char *mode;
    const char *state; /* engine_state_text() */
    bool simulated;
    bool held;         /* the market stands still */
    int64_t speed_e9;  /* 0: as fast as it goes */
    int64_t market_ns; /* 0: before the first slice */
    int64_t session_open_ns, session_close_ns;
    int64_t equity_e9, day_e9, cash_e9;
    uint32_t positions;
    uint64_t slices, evaluations, decisions, refused, orders, fills;
    uint32_t shut;                 /* a bit for each enum status_condition that stands */
    uint32_t halted;               /* symbols in which trading is halted */
    uint32_t differing;            /* symbols of which the account holds more or less than we */
    uint64_t surpluses;            /* fills for more than their order had left */
    uint64_t unprotected;          /* trades now for which nothing rests, against their plan */
    uint64_t not_closed;           /* trades now whose exit comes to nothing time and again */
    const struct latency *latency; /* NULL: a run that has none to measure */
};

/* What is told of a stage's times, beside their count. */
#define CONTROL_FIGURE_LIST(X)                                                                     \
    X(SUM, "sum_ns")                                                                               \
    X(P50, "p50_ns")                                                                               \
    X(P99, "p99_ns")                                                                               \
    X(P999, "p999_ns")                                                                             \
    X(MAX, "max_ns")

enum control_figure {
#define X(name, text) CONTROL_FIGURE_##name,
    CONTROL_FIGURE_LIST(X)
#undef X
        CONTROL_FIGURE_COUNT
};

/* {"ok":true,...} and {"ok":false,"error":"..."}, in place of what the writer held. */
void control_status_write(struct json_writer *json, const struct control_status *status);
void control_error_write(struct json_writer *json, const char *error);

#endif
