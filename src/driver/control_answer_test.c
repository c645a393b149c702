/* control_answer_test.c: what an engine writes of itself is read again, and nothing else is. */
#include "driver/control_answer.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "sys/memory.h"

static void expect_value(const struct control_answer *answer, enum answer_member member,
                         const char *want)
{
    cr_expect_str_eq(answer->values[member], want);
}

Test(control_answer, reads_what_control_status_write_wrote)
{
    struct latency *latency = xcalloc(1, sizeof *latency);
    for (int i = 1; i <= 1000; i++) {
        histogram_add(&latency->stages[LATENCY_DECIDE], 1000 * i);
    }
    histogram_add(&latency->stages[LATENCY_FILL], 12);
    struct control_status status = {.run_id = "20261121-031028-82a5",
                                    .mode = "paper",
                                    .state = "RUN",
                                    .equity_e9 = 100000 * MONEY_E9 + MONEY_E9 / 4,
                                    .day_e9 = -5 * MONEY_E9,
                                    .fills = 7,
                                    .halted = 4,
                                    .differing = 2,
                                    .surpluses = 3,
                                    .unprotected = 4,
                                    .not_closed = 5,
                                    .shut = 1U << STATUS_RECONCILING | 1U << STATUS_DIFFERENCE,
                                    .latency = latency};
    struct json_writer json;
    struct control_answer answer;
    json_init(&json, false);
    control_status_write(&json, &status);
    cr_assert(control_answer_read(json.text, &answer), "%s", json.text);
    cr_expect(answer.ok && !answer.held);
    expect_value(&answer, ANSWER_RUN_ID, "20261121-031028-82a5");
    expect_value(&answer, ANSWER_MODE, "paper");
    expect_value(&answer, ANSWER_SPEED, "max");
    expect_value(&answer, ANSWER_MARKET_TIME, "");
    expect_value(&answer, ANSWER_EQUITY, "100000.25");
    expect_value(&answer, ANSWER_DAY_RESULT, "-5");
    expect_value(&answer, ANSWER_FILLS, "7");
    expect_value(&answer, ANSWER_HALTED, "4");
    expect_value(&answer, ANSWER_DIFFERING, "2");
    expect_value(&answer, ANSWER_SURPLUSES, "3");
    expect_value(&answer, ANSWER_UNPROTECTED, "4");
    expect_value(&answer, ANSWER_NOT_CLOSED, "5");
    cr_expect_eq(answer.shut, status.shut);
    const struct answer_stage *decide = &answer.stages[LATENCY_DECIDE];
    cr_expect_eq(decide->count, 1000);
    cr_expect_eq(decide->figures[CONTROL_FIGURE_SUM], 500500000);
    cr_expect_eq(decide->figures[CONTROL_FIGURE_MAX], 1000000);
    for (int i = CONTROL_FIGURE_P50; i <= CONTROL_FIGURE_P999; i++) {
        static const uint32_t ppm[] = {0, 500000, 990000, 999000};
        cr_expect_eq(decide->figures[i],
                     (uint64_t)histogram_quantile_ns(&latency->stages[LATENCY_DECIDE], ppm[i]));
    }
    cr_expect_eq(answer.stages[LATENCY_FILL].count, 1);
    cr_expect_eq(answer.stages[LATENCY_ACK].count, 0);
    json_finish(&json);
    free(latency);
}

Test(control_answer, reads_a_refusal_and_over_what_it_does_not_know)
{
    struct control_answer answer;
    cr_expect(control_answer_read("{\"ok\":false,\"error\":\"`command` is missing\"}", &answer));
    cr_expect(!answer.ok);
    cr_expect_str_eq(answer.error, "`command` is missing");
    cr_expect(control_answer_read("{\"ok\":true,\"news\":{\"a\":[1,{}]},\"not_ready\":[\"moon\"],"
                                  "\"latency\":{\"fly\":{\"count\":1},\"send\":{\"count\":2,"
                                  "\"p50_ns\":-4,\"new\":[]},\"log\":null},\"cash\":\"1\"}",
                                  &answer));
    cr_expect_eq(answer.shut, 0);
    cr_expect_eq(answer.stages[LATENCY_SEND].count, 2);
    cr_expect_eq(answer.stages[LATENCY_SEND].figures[CONTROL_FIGURE_P50], 0);
    expect_value(&answer, ANSWER_CASH, "1");
}

Test(control_answer, refuses_what_is_none)
{
    static const char *const texts[] = {
        "",
        "[]",
        "{",
        "{\"ok\":true",
        "{\"ok\":true}{}",
        "{\"not_ready\":[1]}",
        "{\"not_ready\":[\"keys\"}",
        "{\"latency\":{\"log\":{\"count\":1}}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct control_answer answer;
        cr_expect_not(control_answer_read(texts[i], &answer), "%s", texts[i]);
    }
}
