/* metrics_text_test.c: a page with everything on it, against the one that tests/metrics.sh holds to
 * the rules of the format. */
#include "cmd/metrics_text.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "sys/files.h"
#include "sys/memory.h"

static char *print(const struct control_status *status)
{
    struct json_writer json;
    struct control_answer answer;
    char *text = NULL;
    size_t length = 0;
    json_init(&json, false);
    control_status_write(&json, status);
    cr_assert(control_answer_read(json.text, &answer));
    json_finish(&json);
    FILE *memory = open_memstream(&text, &length);
    cr_assert_not_null(memory);
    metrics_print(memory, &answer);
    cr_assert_eq(fclose(memory), 0);
    return text;
}

Test(metrics_text, a_page_with_everything)
{
    struct latency *latency = xcalloc(1, sizeof *latency);
    for (int i = 1; i <= 15; i++) { /* small: each has a bucket of its own */
        histogram_add(&latency->stages[LATENCY_DECIDE], i);
    }
    histogram_add(&latency->stages[LATENCY_ACK], 2 * NS_PER_S);
    struct control_status status = {.run_id = "a \"quoted\\ one\"\n",
                                    .mode = "paper",
                                    .state = "ENTRIES_OFF",
                                    .held = true,
                                    .market_ns = INT64_C(1704205800) * NS_PER_S,
                                    .equity_e9 = 100000 * MONEY_E9 + MONEY_E9 / 4,
                                    .day_e9 = -5 * MONEY_E9,
                                    .cash_e9 = 7 * MONEY_E9,
                                    .positions = 3,
                                    .halted = 2,
                                    .slices = 390,
                                    .evaluations = 18446744073709551615U,
                                    .decisions = 12,
                                    .refused = 2,
                                    .orders = 10,
                                    .fills = 9,
                                    .shut = 1U << STATUS_RECONCILING | 1U << STATUS_DIFFERENCE,
                                    .latency = latency};
    struct problem problem;
    char *want;
    size_t length;
    char *got = print(&status);
    cr_assert_eq(file_read("tests/golden/metrics.prom", 1 << 16, &want, &length, &problem), ERR_OK,
                 "%s", problem.text);
    cr_expect_str_eq(got, want);
    free(want);
    free(got);
    free(latency);
}

Test(metrics_text, before_the_first_slice_and_without_a_broker)
{
    struct control_status status = {.run_id = "r", .mode = "sim", .state = "RUN"};
    char *text = print(&status);
    cr_expect_null(strstr(text, "latency"));
    cr_expect_null(strstr(text, "market_time"));
    cr_expect_not_null(strstr(text, "bellwether_state{state=\"RUN\"} 1\n"));
    cr_expect_not_null(strstr(text, "bellwether_not_ready{condition=\"reconciling\"} 0\n"));
    free(text);
}
