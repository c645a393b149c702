/* control_line.c: see control_line.h. Strict: what is not known is refused, so that a typing error
 * never steers an engine. */
#include "driver/control_line.h"

#include <string.h>

#include "base/money.h"
#include "data/json_tokens.h"
#include "driver/pace.h"

static bool find_verb(const struct json_tokens *tokens, enum control_verb *verb)
{
    static const char *const words[] = {
#define X(name, text) text,
        CONTROL_VERB_LIST(X)
#undef X
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!tokens->cut && tokens->length == strlen(words[i]) &&
            memcmp(tokens->text, words[i], tokens->length) == 0) {
            *verb = (enum control_verb)i;
            return true;
        }
    }
    return false;
}

enum err control_speed_parse(const char *text, size_t length, int64_t *speed_e9)
{
    int64_t value_e9;
    if (length == 3 && memcmp(text, "max", 3) == 0) {
        *speed_e9 = 0;
        return ERR_OK;
    }
    if (money_parse(text, length, &value_e9) != ERR_OK || value_e9 <= 0 ||
        value_e9 > (int64_t)PACE_SPEED_MAX * 1000000000) {
        return ERR_FORMAT;
    }
    *speed_e9 = value_e9;
    return ERR_OK;
}

struct reading {
    struct json_tokens tokens;
    bool has_command, has_speed;
};

static bool key_is(const struct json_tokens *tokens, const char *key)
{
    return !tokens->cut && tokens->length == strlen(key) &&
           memcmp(tokens->text, key, tokens->length) == 0;
}

/* A member whose key was just read; NULL, or what is wrong with it. */
static const char *read_member(struct reading *reading, struct control_request *request)
{
    struct json_tokens *tokens = &reading->tokens;
    if (key_is(tokens, "command")) {
        if (reading->has_command) {
            return "`command` is there twice";
        }
        reading->has_command = true;
        return json_next(tokens) == JSON_STRING && find_verb(tokens, &request->verb)
                   ? NULL
                   : "`command` is one of status, pause, unpause, speed, stop";
    }
    if (key_is(tokens, "speed")) {
        if (reading->has_speed) {
            return "`speed` is there twice";
        }
        reading->has_speed = true;
        enum json_token token = json_next(tokens);
        bool right =
            (token == JSON_NUMBER || token == JSON_STRING) && !tokens->cut &&
            control_speed_parse(tokens->text, tokens->length, &request->speed_e9) == ERR_OK;
        return right ? NULL : "`speed` is a number above 0 and at most 1e9, or \"max\"";
    }
    return "a request has `command`, and `speed` with the command speed, and nothing else";
}

const char *control_line_read(const char *line, size_t length, struct control_request *request)
{
    static const char *const no_object =
        "a request is one JSON object, like {\"command\":\"status\"}";
    struct problem problem;
    struct text_input input = text_input_of(line, length);
    struct control_request result = {0};
    struct reading reading = {0};
    json_tokens_init(&reading.tokens, &input, &problem);
    if (json_next(&reading.tokens) != JSON_OBJECT) {
        return no_object;
    }
    enum json_token token;
    while ((token = json_next(&reading.tokens)) == JSON_KEY) {
        const char *fault = read_member(&reading, &result);
        if (fault != NULL) {
            return fault;
        }
    }
    if (token != JSON_OBJECT_END || json_next(&reading.tokens) != JSON_END) {
        return no_object;
    }
    if (!reading.has_command) {
        return "`command` is missing";
    }
    if (reading.has_speed != (result.verb == CONTROL_SPEED)) {
        return reading.has_speed ? "`speed` belongs to the command speed only"
                                 : "the command speed needs `speed`";
    }
    *request = result;
    return NULL;
}

static void write_account(struct json_writer *json, const struct control_status *status)
{
    json_member_decimal(json, "equity", status->equity_e9);
    json_member_decimal(json, "day_result", status->day_e9);
    json_member_decimal(json, "cash", status->cash_e9);
    json_member_uint(json, "positions", status->positions);
}

static void write_counts(struct json_writer *json, const struct control_status *status)
{
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {
        {"slices",      status->slices     },
        {"evaluations", status->evaluations},
        {"decisions",   status->decisions  },
        {"refused",     status->refused    },
        {"orders",      status->orders     },
        {"fills",       status->fills      },
        {"halted",      status->halted     },
        {"differing",   status->differing  },
        {"surpluses",   status->surpluses  },
        {"unprotected", status->unprotected},
        {"not_closed",  status->not_closed },
    };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        json_member_uint(json, counts[i].key, counts[i].value);
    }
}

static void write_time(struct json_writer *json, const char *key, int64_t ts_ns)
{
    json_key(json, key);
    if (ts_ns > 0) {
        json_time(json, ts_ns);
    } else {
        json_null(json);
    }
}

/* What keeps entries shut at a broker elsewhere. */
static void write_not_ready(struct json_writer *json, uint32_t shut)
{
    json_key(json, "not_ready");
    json_begin_array(json);
    for (uint8_t condition = 0; condition < 32; condition++) {
        if ((shut >> condition & 1) != 0) {
            json_string(json, status_condition_text(condition));
        }
    }
    json_end_array(json);
}

static uint64_t figure_of(const struct histogram *histogram, enum control_figure figure)
{
    switch (figure) {
    case CONTROL_FIGURE_SUM:
        return histogram->sum_ns;
    case CONTROL_FIGURE_P50:
        return (uint64_t)histogram_quantile_ns(histogram, 500000);
    case CONTROL_FIGURE_P99:
        return (uint64_t)histogram_quantile_ns(histogram, 990000);
    case CONTROL_FIGURE_P999:
        return (uint64_t)histogram_quantile_ns(histogram, 999000);
    case CONTROL_FIGURE_MAX:
    case CONTROL_FIGURE_COUNT:
        break;
    }
    return (uint64_t)histogram->max_ns;
}

/* {"decide":{"count":3,"sum_ns":...},...}: the stages that were gone through. */
static void write_latency(struct json_writer *json, const struct latency *latency)
{
    static const char *const keys[] = {
#define X(name, text) text,
        CONTROL_FIGURE_LIST(X)
#undef X
    };
    json_key(json, "latency");
    json_begin_object(json);
    for (int stage = 0; latency != NULL && stage < LATENCY_STAGE_COUNT; stage++) {
        const struct histogram *histogram = &latency->stages[stage];
        if (histogram->count == 0) {
            continue;
        }
        json_key(json, latency_stage_text((enum latency_stage)stage));
        json_begin_object(json);
        json_member_uint(json, "count", histogram->count);
        for (int figure = 0; figure < CONTROL_FIGURE_COUNT; figure++) {
            json_member_uint(json, keys[figure], figure_of(histogram, (enum control_figure)figure));
        }
        json_end_object(json);
    }
    json_end_object(json);
}

void control_status_write(struct json_writer *json, const struct control_status *status)
{
    json_reset(json);
    json_begin_object(json);
    json_member_bool(json, "ok", true);
    json_member_string(json, "run_id", status->run_id);
    json_member_string(json, "mode", status->mode);
    json_member_bool(json, "simulated", status->simulated);
    json_member_string(json, "state", status->state);
    json_member_bool(json, "held", status->held);
    json_key(json, "speed");
    if (status->speed_e9 > 0) {
        json_decimal(json, status->speed_e9);
    } else {
        json_string(json, "max");
    }
    write_time(json, "market_time", status->market_ns);
    write_time(json, "session_open", status->session_open_ns);
    write_time(json, "session_close", status->session_close_ns);
    write_account(json, status);
    write_counts(json, status);
    write_not_ready(json, status->shut);
    write_latency(json, status->latency);
    json_end_object(json);
}

void control_error_write(struct json_writer *json, const char *error)
{
    json_reset(json);
    json_begin_object(json);
    json_member_bool(json, "ok", false);
    json_member_string(json, "error", error);
    json_end_object(json);
}
