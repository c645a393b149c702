/* metrics_text.c: see metrics_text.h. */
#include "cmd/metrics_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/utc.h"
#include "core/engine.h"

static void print_head(FILE *out, const char *name, const char *type, const char *help)
{
    (void)fprintf(out, "# HELP bellwether_%s %s\n# TYPE bellwether_%s %s\n", name, help, name,
                  type);
}

/* A label's value: backslash, quote and line end are escaped. */
static void print_label(FILE *out, const char *label, const char *value)
{
    (void)fprintf(out, "%s=\"", label);
    for (; *value != '\0'; value++) {
        if (*value == '\n') {
            (void)fputs("\\n", out);
            continue;
        }
        if (*value == '\\' || *value == '"') {
            (void)fputc('\\', out);
        }
        (void)fputc(*value, out);
    }
    (void)fputc('"', out);
}

/* ---- members that are numbers already ---- */

static const struct metric {
    enum answer_member member;
    const char *name;
    const char *type;
    const char *help;
} metrics[] = {
    {ANSWER_EQUITY,      "equity_dollars",     "gauge",   "Cash and positions at the last slice's end."},
    {ANSWER_DAY_RESULT,  "day_result_dollars", "gauge",
     "Equity less that of the last session's close."                                                   },
    {ANSWER_CASH,        "cash_dollars",       "gauge",   "Cash of the account, by the ledger."        },
    {ANSWER_POSITIONS,   "positions",          "gauge",   "Instruments held."                          },
    {ANSWER_HALTED,      "halted_symbols",     "gauge",   "Symbols in which trading is halted."        },
    {ANSWER_SLICES,      "slices_total",       "counter", "Slices of market data taken."               },
    {ANSWER_EVALUATIONS, "evaluations_total",  "counter", "Times that a strategy was asked."           },
    {ANSWER_DECISIONS,   "decisions_total",    "counter", "Decisions that acted or were refused."      },
    {ANSWER_REFUSED,     "refused_total",      "counter", "Decisions that a gate refused."             },
    {ANSWER_ORDERS,      "orders_total",       "counter", "Orders sent."                               },
    {ANSWER_FILLS,       "fills_total",        "counter", "Executions that the broker reported."       },
};

static void print_numbers(FILE *out, const struct control_answer *answer)
{
    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
        const struct metric *metric = &metrics[i];
        const char *value = answer->values[metric->member];
        if (value[0] != '\0') {
            print_head(out, metric->name, metric->type, metric->help);
            (void)fprintf(out, "bellwether_%s %s\n", metric->name, value);
        }
    }
}

/* ---- what the run is and may do ---- */

static void print_run(FILE *out, const struct control_answer *answer)
{
    print_head(out, "run_info", "gauge", "Which run this is; always 1.");
    (void)fputs("bellwether_run_info{", out);
    print_label(out, "run_id", answer->values[ANSWER_RUN_ID]);
    (void)fputc(',', out);
    print_label(out, "mode", answer->values[ANSWER_MODE]);
    (void)fputs("} 1\n", out);
}

static void print_market(FILE *out, const struct control_answer *answer)
{
    const char *when = answer->values[ANSWER_MARKET_TIME];
    int64_t ts_ns;
    if (utc_parse(when, strlen(when), &ts_ns) == ERR_OK) {
        print_head(out, "market_time_seconds", "gauge",
                   "End of the last slice, in seconds since 1970.");
        (void)fprintf(out, "bellwether_market_time_seconds %.3f\n", (double)ts_ns / 1e9);
    }
    print_head(out, "market_paused", "gauge", "1: a simulated market was paused by a key.");
    (void)fprintf(out, "bellwether_market_paused %d\n", answer->held ? 1 : 0);
}

static void print_state(FILE *out, const struct control_answer *answer)
{
    static const char *const states[] = {
#define X(name, text) text,
        ENGINE_STATE_LIST(X)
#undef X
    };
    print_head(out, "state", "gauge", "1: the state that the engine is in.");
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        bool is = strcmp(states[i], answer->values[ANSWER_STATE]) == 0;
        (void)fprintf(out, "bellwether_state{state=\"%s\"} %d\n", states[i], is ? 1 : 0);
    }
}

static void print_not_ready(FILE *out, const struct control_answer *answer)
{
    static const uint8_t conditions[] = {
#define X(name, code, text, meaning) code,
        STATUS_CONDITION_LIST(X)
#undef X
    };
    print_head(out, "not_ready", "gauge", "1: the condition stands and keeps entries shut.");
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
        if (!status_is_of_instrument(conditions[i])) {
            (void)fprintf(out, "bellwether_not_ready{condition=\"%s\"} %" PRIu32 "\n",
                          status_condition_text(conditions[i]), answer->shut >> conditions[i] & 1);
        }
    }
}

/* ---- latency ---- */

static double seconds(uint64_t ns)
{
    return (double)ns / 1e9;
}

static void print_summary(FILE *out, const struct control_answer *answer)
{
    static const struct {
        const char *quantile;
        enum control_figure figure;
    } quantiles[] = {
        {"0.5",   CONTROL_FIGURE_P50 },
        {"0.99",  CONTROL_FIGURE_P99 },
        {"0.999", CONTROL_FIGURE_P999},
    };
    print_head(out, "latency_seconds", "summary",
               "Time that a stage of a run at a broker takes, since the process began.");
    for (int i = 0; i < LATENCY_STAGE_COUNT; i++) {
        const struct answer_stage *stage = &answer->stages[i];
        const char *name = latency_stage_text((enum latency_stage)i);
        if (stage->count == 0) {
            continue;
        }
        for (size_t k = 0; k < sizeof quantiles / sizeof quantiles[0]; k++) {
            (void)fprintf(out, "bellwether_latency_seconds{stage=\"%s\",quantile=\"%s\"} %.9f\n",
                          name, quantiles[k].quantile,
                          seconds(stage->figures[quantiles[k].figure]));
        }
        (void)fprintf(out, "bellwether_latency_seconds_sum{stage=\"%s\"} %.9f\n", name,
                      seconds(stage->figures[CONTROL_FIGURE_SUM]));
        (void)fprintf(out, "bellwether_latency_seconds_count{stage=\"%s\"} %" PRIu64 "\n", name,
                      stage->count);
    }
}

static void print_latency(FILE *out, const struct control_answer *answer)
{
    uint64_t count = 0;
    for (int i = 0; i < LATENCY_STAGE_COUNT; i++) {
        count += answer->stages[i].count;
    }
    if (count == 0) {
        return;
    }
    print_summary(out, answer);
    print_head(out, "latency_max_seconds", "gauge", "The longest time that a stage took.");
    for (int i = 0; i < LATENCY_STAGE_COUNT; i++) {
        const struct answer_stage *stage = &answer->stages[i];
        if (stage->count > 0) {
            (void)fprintf(out, "bellwether_latency_max_seconds{stage=\"%s\"} %.9f\n",
                          latency_stage_text((enum latency_stage)i),
                          seconds(stage->figures[CONTROL_FIGURE_MAX]));
        }
    }
}

void metrics_print(FILE *out, const struct control_answer *answer)
{
    print_run(out, answer);
    print_market(out, answer);
    print_state(out, answer);
    print_not_ready(out, answer);
    print_numbers(out, answer);
    print_latency(out, answer);
}
