/* result_test.c: result.json reads back as it was written; the summary says what happened. */
#include "readers/result.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/money.h"
#include "base/utc.h"
#include "core/gates.h"
#include "readers/result_metrics.h"
#include "readers/result_text.h"
#include "sys/files.h"
#include "sys/folder_test.h"

static struct run_result sample(void)
{
    struct run_result result = {
        .run_id = "20261121-011500-3f2a",
        .mode = MODE_BACKTEST,
        .simulated = true,
        .simulated_data = true,
        .config_path = "examples/\"a\".yaml",
        .config_hash = "aa",
        .data_hash = "bb",
        .source = "workload seed=42 bars=1440 symbols=1",
        .decision_hash = 0xfedcba9876543210,
        .bars = 1440,
        .slices = 1440,
        .evaluations = 1390,
        .decisions = 40,
        .refused = 2,
        .orders = 40,
        .fills = 40,
        .trades_closed = 20,
        .trades_won = 8,
        .first_ns = 1549895460000000000,
        .last_ns = 1549981800000000000,
        .initial_cash_e9 = 100000 * MONEY_E9,
        .final_cash_e9 = 98765432100000001,
        .final_equity_e9 = 98765432100000001,
        .realized_e9 = -1194567899999999,
        .commission_e9 = 40 * MONEY_E9,
        .max_drawdown_e9 = 1500 * MONEY_E9,
        .log_slots = 4321,
        .log_chain = 1,
        .engine_cpu_s = 0.001234,
        .process_s = 0.5,
    };
    result.refusals[0].gate = verdict_text(1);
    result.refusals[0].count = 2;
    result.refusal_count = 1;
    return result;
}

static void print_to(const struct run_result *result, char *text, size_t size)
{
    FILE *out = fmemopen(text, size, "w");
    result_print(result, "runs/20261121-011500-3f2a", out);
    cr_assert(fclose(out) == 0);
}

Test(result, reads_back_as_it_was_written)
{
    folder_enter();
    struct run_result written = sample();
    struct run_result read;
    struct problem problem = {0};
    cr_assert(result_save(&written, ".", NULL) == ERR_OK);
    cr_assert(result_load(".", &read, &problem) == ERR_OK, "%s", problem.text);
    cr_assert_str_eq(read.run_id, written.run_id);
    cr_assert_str_eq(read.config_path, written.config_path);
    cr_assert_str_eq(read.source, written.source);
    cr_assert(read.mode == MODE_BACKTEST && read.simulated_data && !read.stopped);
    cr_assert(read.decision_hash == written.decision_hash && read.bars == 1440);
    cr_assert(read.first_ns == written.first_ns && read.last_ns == written.last_ns);
    cr_assert(read.final_equity_e9 == written.final_equity_e9);
    cr_assert(read.realized_e9 == written.realized_e9 && read.log_chain == 1);
    cr_assert(read.refusal_count == 1 && read.refusals[0].count == 2);
    cr_assert_str_eq(read.refusals[0].gate, verdict_text(1));
    cr_assert(unlink("result.json") == 0);
    cr_assert(result_load(".", &read, &problem) == ERR_NOT_FOUND);
    cr_assert(file_replace("result.json", "{}\n", 3, NULL) == ERR_OK);
    cr_assert(result_load(".", &read, &problem) == ERR_FORMAT);
    cr_assert_not_null(strstr(problem.text, "run_id"));
    folder_leave();
}

Test(result, the_summary_fits_eighty_columns_and_rounds_to_cents)
{
    char text[8192] = "";
    struct run_result result = sample();
    print_to(&result, text, sizeof text);
    cr_expect(strstr(text, "SIMULATED") != NULL);
    cr_expect(strstr(text, "2019-02-11 14:31 to 2019-02-12 14:30 UTC") != NULL, "%s", text);
    cr_expect(strstr(text, "$98,765,432.10") != NULL, "%s", text);
    cr_expect(strstr(text, "-$1,194,567.90") != NULL, "%s", text);
    cr_expect(strstr(text, "20 closed, 8 won, 12 not won, 0 open") != NULL, "%s", text);
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
        cr_expect(strcspn(line, "\n") <= 80, "%.*s", (int)strcspn(line, "\n"), line);
    }
}

Test(result, says_why_nothing_traded)
{
    static const struct {
        uint64_t bars, evaluations, refused, orders, rejected;
        const char *why;
    } cases[] = {
        {0,    0,   0, 0, 0, "there were no bars"   },
        {1440, 0,   0, 0, 0, "still warming up"     },
        {1440, 900, 0, 0, 0, "no signal"            },
        {1440, 900, 5, 0, 0, "refused by a gate"    },
        {1440, 900, 0, 4, 4, "rejected every order" },
        {1440, 900, 0, 4, 0, "before the data ended"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[8192] = "";
        struct run_result result = sample();
        result.fills = 0;
        result.bars = cases[i].bars;
        result.evaluations = cases[i].evaluations;
        result.refused = cases[i].refused;
        result.orders = cases[i].orders;
        result.decisions = cases[i].orders;
        result.rejected = cases[i].rejected;
        print_to(&result, text, sizeof text);
        cr_expect(strstr(text, cases[i].why) != NULL, "%s in\n%s", cases[i].why, text);
    }
}

/* A run of two strategies, one of which never traded. */
static struct run_metrics figures(struct strategy_metrics strategies[2],
                                  struct refusal_row *refusal)
{
    struct activity activity = {0};
    const struct trade_facts won = {5 * MONEY_E9, MONEY_E9, 0, 3600 * NS_PER_S, true};
    const struct fill_facts fill = {10 * MONEY_E9, 101 * MONEY_E9, 100 * MONEY_E9, MONEY_E9, true};
    activity_add_trade(&activity, &won);
    activity_add_fill(&activity, &fill);
    strategies[0] = (struct strategy_metrics){
        .book = 1,
        .name = "first",
        .acted = 2,
        .activity = activity_metrics(&activity, amount_of(1000 * MONEY_E9)),
    };
    strategies[1] = (struct strategy_metrics){.book = 2, .name = "second", .refused = 2};
    *refusal = (struct refusal_row){2, "second", false, verdict_text(1), 2};
    return (struct run_metrics){
        .every_slice = true,
        .equity = equity_metrics(&(struct equity_series){.start_e9 = MONEY_E9}),
        .total = strategies[0].activity,
        .strategies = strategies,
        .strategy_count = 2,
        .refusals = refusal,
        .refusal_count = 1,
    };
}

Test(result, figures_are_shown_and_what_cannot_be_says_why)
{
    char text[8192] = "";
    struct strategy_metrics strategies[2];
    struct refusal_row refusal;
    const struct run_metrics metrics = figures(strategies, &refusal);
    struct run_result result = sample();
    result.metrics = &metrics;
    print_to(&result, text, sizeof text);
    cr_expect(strstr(text, "per year   n/a (no bars)") != NULL, "%s", text);
    cr_expect(strstr(text, "slippage   +$10.00, 100.00 bps") != NULL, "%s", text);
    cr_expect(strstr(text, "profit factor n/a (no losing trade)") != NULL, "%s", text);
    cr_expect(strstr(text, "held 1 h 00 min on average") != NULL, "%s", text);
    cr_expect(strstr(text, "    refused  2 bad-value\n") != NULL, "%s", text);
    cr_expect(strstr(text, "strategy 2 second: no trades, every entry was refused") != NULL, "%s",
              text);
    cr_expect(strstr(text, "strategy 1 first: 1 closed, result +$4.00") != NULL, "%s", text);
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
        cr_expect(strcspn(line, "\n") <= 80, "%.*s", (int)strcspn(line, "\n"), line);
    }
}

Test(result, figures_that_cannot_be_are_null)
{
    char text[16384] = "";
    struct strategy_metrics strategies[2];
    struct refusal_row refusal;
    const struct run_metrics metrics = figures(strategies, &refusal);
    struct run_result result = sample();
    result.metrics = &metrics;
    FILE *out = fmemopen(text, sizeof text, "w");
    result_write_json(&result, out);
    cr_assert(fclose(out) == 0);
    cr_expect(strstr(text, "\"sharpe\": null") != NULL, "%s", text);
    cr_expect(strstr(text, "\"profit_factor\": null") != NULL, "%s", text);
    cr_expect(strstr(text, "\"slippage_bps\": 100") != NULL, "%s", text);
    cr_expect(strstr(text, "\"reason\": \"bad-value\"") != NULL, "%s", text);
}

Test(result, without_a_log_only_the_totals_are_known)
{
    char text[16384] = "";
    const struct book_totals book = {.name = "first",
                                     .trades_closed = 4,
                                     .trades_won = 1,
                                     .realized_e9 = 30 * MONEY_E9,
                                     .commission_e9 = 8 * MONEY_E9};
    struct run_metrics *metrics =
        run_metrics_create_bare(1000 * MONEY_E9, 1050 * MONEY_E9, &book, 1);
    struct run_result result = sample();
    result.metrics = metrics;
    FILE *out = fmemopen(text, sizeof text, "w");
    result_write_json(&result, out);
    cr_assert(fclose(out) == 0);
    cr_expect(strstr(text, "\"total_return\": 0.05") != NULL, "%s", text);
    cr_expect(strstr(text, "\"unrealized\": \"28\"") != NULL, "%s", text);
    cr_expect(strstr(text, "\"net_result\": \"22\"") != NULL, "%s", text);
    cr_expect(strstr(text, "\"trades_lost\": null") != NULL, "%s", text);
    cr_expect(strstr(text, "\"refusals_by_strategy\": null") != NULL, "%s", text);
    run_metrics_destroy(metrics);
}

Test(result, texts_are_short_and_never_minus_zero)
{
    char text[SHOWN_SIZE];
    cr_expect_str_eq(text_duration(figure_of(0.4), text), "0 s");
    cr_expect_str_eq(text_duration(figure_of(59.6), text), "1 min");
    cr_expect_str_eq(text_duration(figure_of(3 * 3600 + 300), text), "3 h 05 min");
    cr_expect_str_eq(text_duration(figure_of(90000), text), "1 d 01 h");
    cr_expect_str_eq(text_percent(figure_of(-0.00001), true, text), "0.00 %");
    cr_expect_str_eq(text_percent(figure_of(0.1234), true, text), "+12.34 %");
    cr_expect_str_eq(text_number(figure_of(-1.005e15), text), "-1.005e+15");
    cr_expect_str_eq(text_number(figure_none("no fills"), text), "n/a (no fills)");
    cr_expect_str_eq(text_amount(amount_of(INT64_MIN), true, text), "-$9,223,372,036.85");
    cr_expect_str_eq(text_dollars(-4000000, true, text), "$0.00");
    cr_expect_str_eq(text_grouped(1234567, text), "1,234,567");
}
