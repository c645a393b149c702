/* gates_table_test.c: counts are those of the journal; table and JSON hold every gate. */
#include "readers/gates_table.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/money.h"
#include "base/utc.h"
#include "sys/folder_test.h"

/* ---- counts ---- */

static void make_journal(const char *sql)
{
    sqlite3 *db;
    cr_assert_eq(sqlite3_open("journal.db", &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_close(db), SQLITE_OK);
}

TestSuite(gate_counts, .init = folder_enter, .fini = folder_leave);

Test(gate_counts, are_those_of_the_journal)
{
    make_journal("CREATE TABLE decisions (verdict TEXT);"
                 "INSERT INTO decisions VALUES ('pass'), ('max-exposure'), ('pass'), ('pass'),"
                 " ('max-exposure'), ('no-size')");
    struct gate_counts counts;
    memset(&counts, 0xa5, sizeof counts);
    struct problem problem;
    cr_assert_eq(gate_counts_read(".", &counts, &problem), ERR_OK);
    for (uint8_t i = 0; i < VERDICT_COUNT; i++) {
        uint64_t want = i == VERDICT_PASS ? 3 : i == VERDICT_EXPOSURE ? 2 : i == VERDICT_NO_SIZE;
        cr_expect_eq(counts.by_verdict[i], want, "%s", verdict_text(i));
    }
}

static void expect_no_counts(enum err err, const char *words)
{
    struct gate_counts counts = {.by_verdict = {[VERDICT_PASS] = 7}};
    struct problem problem;
    cr_assert_eq(gate_counts_read(".", &counts, &problem), err);
    cr_expect(strstr(problem.text, words) != NULL, "%s", problem.text);
    cr_expect_eq(counts.by_verdict[VERDICT_PASS], 7, "keeps its old value");
}

Test(gate_counts, refuse_a_journal_that_is_missing)
{
    expect_no_counts(ERR_IO, "./journal.db");
}

Test(gate_counts, refuse_a_journal_without_decisions)
{
    make_journal("CREATE TABLE orders (a INTEGER)");
    expect_no_counts(ERR_IO, "decisions");
}

Test(gate_counts, refuse_a_gate_of_another_version)
{
    make_journal("CREATE TABLE decisions (verdict TEXT);"
                 "INSERT INTO decisions VALUES ('pass'), ('max-moon')");
    expect_no_counts(ERR_FORMAT, "max-moon");
}

Test(gate_counts, refuse_a_decision_without_a_verdict)
{
    make_journal("CREATE TABLE decisions (verdict TEXT); INSERT INTO decisions VALUES (NULL)");
    expect_no_counts(ERR_FORMAT, "nothing");
}

/* ---- table and JSON ---- */

static const struct limits limits = {
    .order_notional = {LIMIT_CASH,     50000 * MONEY_E9},
    .position_notional = {LIMIT_SHARE,    600000          },
    .exposure = {LIMIT_SHARE,    1000000         },
    .open_positions = {LIMIT_COUNT,    10              },
    .orders_per_session = {LIMIT_COUNT,    500             },
    .strategy_orders = {LIMIT_COUNT,    100             },
    .entry_interval = {LIMIT_DURATION, 60 * NS_PER_S   },
    .daily_loss = {LIMIT_SHARE,    20000           },
    .portfolio_heat = {LIMIT_SHARE,    250000          },
    .collar = {LIMIT_PPM,      5000            },
};

typedef void write_gates(const struct limits *limits, const struct gate_counts *counts, FILE *out);

static char *written(write_gates *write, const struct limits *of, const struct gate_counts *counts)
{
    char *text = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&text, &length);
    cr_assert_not_null(memory);
    write(of, counts, memory);
    cr_assert_eq(fclose(memory), 0);
    return text;
}

static void expect_text(const char *text, const char *part)
{
    cr_expect(strstr(text, part) != NULL, "no %s in\n%s", part, text);
}

static void expect_no_text(const char *text, const char *part)
{
    cr_expect(strstr(text, part) == NULL, "%s in\n%s", part, text);
}

Test(gates_table, lists_every_gate_with_its_limit_and_count)
{
    struct gate_counts counts = {
        .by_verdict = {[VERDICT_PASS] = 31, [VERDICT_EXPOSURE] = 4242}
    };
    char *table = written(gates_print, &limits, &counts);
    char *json = written(gates_write_json, &limits, &counts);
    for (uint8_t i = GATE_FIRST; i < VERDICT_COUNT; i++) {
        expect_text(table, verdict_text(i));
        expect_text(table, verdict_help(i));
        expect_text(json, verdict_text(i));
    }
    cr_expect_null(strstr(table, "(null)"));
    static const char *const want[] = {"$50,000",    "60%",  "10 positions", "500 orders",
                                       "100 orders", "1min", "2%",           "25%",
                                       "0.5%",       "4242", "35%"};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        expect_text(table, want[i]);
        expect_text(json, want[i]);
    }
    expect_text(json, "\"key\": \"max_daily_loss\"");
    expect_text(json, "\"passed\": 31");
    expect_text(table, "decisions that no gate refused");
    expect_no_text(table, "  -  ");
    expect_no_text(table, "(null)");
    expect_no_text(json, "(null)");
    expect_no_text(json, "\"limit\": null"); /* each has one: of the config, or fixed */
    free(table);
    free(json);
}

Test(gates_table, leaves_out_what_is_not_known)
{
    char *table = written(gates_print, NULL, NULL);
    char *json = written(gates_write_json, NULL, NULL);
    expect_text(table, "max-exposure              money     at most   -");
    expect_no_text(table, "refused ");
    expect_text(json, "\"limit\": null");
    expect_no_text(json, "\"refused\"");
    expect_no_text(json, "\"passed\"");
    free(table);
    free(json);
}
