/* gates_table.c: see gates_table.h. */
#include "readers/gates_table.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "sys/json_writer.h"
#include "sys/memory.h"

/* ---- counts ---- */

static bool find_verdict(const char *text, uint8_t *verdict)
{
    for (uint8_t i = 0; i < VERDICT_COUNT; i++) {
        if (strcmp(verdict_text(i), text) == 0) {
            *verdict = i;
            return true;
        }
    }
    return false;
}

static enum err count_rows(sqlite3 *db, const char *path, struct gate_counts *counts,
                           struct problem *problem)
{
    sqlite3_stmt *each = NULL;
    enum err err = ERR_OK;
    int step = sqlite3_prepare_v2(db, "SELECT verdict, count(*) FROM decisions GROUP BY verdict",
                                  -1, &each, NULL);
    if (step == SQLITE_OK) {
        step = sqlite3_step(each);
    }
    for (; err == ERR_OK && step == SQLITE_ROW; step = sqlite3_step(each)) {
        const char *text = (const char *)sqlite3_column_text(each, 0);
        uint8_t verdict;
        if (text == NULL || !find_verdict(text, &verdict)) {
            err = problem_set(problem, ERR_FORMAT, "%s: this version knows no gate named %s", path,
                              text == NULL ? "(nothing)" : text);
            break;
        }
        counts->by_verdict[verdict] = (uint64_t)sqlite3_column_int64(each, 1);
    }
    if (err == ERR_OK && step != SQLITE_DONE) {
        err = problem_set(problem, ERR_IO,
                          "%s: %s; the log is what counts: bellwether verify RUN says whether it "
                          "is whole",
                          path, sqlite3_errmsg(db));
    }
    sqlite3_finalize(each);
    return err;
}

enum err gate_counts_read(const char *run_dir, struct gate_counts *counts, struct problem *problem)
{
    struct gate_counts result = {0};
    sqlite3 *db = NULL;
    char *path = xasprintf("%s/journal.db", run_dir);
    enum err err;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK) {
        err = problem_set(problem, ERR_IO, "%s: %s", path, sqlite3_errmsg(db));
    } else {
        err = count_rows(db, path, &result, problem);
    }
    if (err == ERR_OK) {
        *counts = result;
    }
    sqlite3_close(db);
    free(path);
    return err;
}

/* ---- a limit in words ---- */

/* "1234567.5" as "$1,234,567.5". */
static void put_cash(int64_t cash_e9, char text[LIMIT_TEXT_SIZE])
{
    char plain[MONEY_TEXT_SIZE];
    (void)money_format(cash_e9, plain);
    size_t whole = strcspn(plain, ".");
    char *to = text;
    *to++ = '$';
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0) {
            *to++ = ',';
        }
        *to++ = plain[i];
    }
    (void)snprintf(to, LIMIT_TEXT_SIZE - (size_t)(to - text), "%s", plain + whole);
}

/* The largest unit that leaves a whole number. */
static void put_duration(int64_t ns, char text[LIMIT_TEXT_SIZE])
{
    static const struct {
        int64_t ns;
        const char *name;
    } units[] = {
        {60 * NS_PER_MIN, "h"  },
        {NS_PER_MIN,      "min"},
        {NS_PER_S,        "s"  },
        {1000000,         "ms" },
        {1,               "ns" },
    };
    size_t i = ns == 0 ? 2 : 0; /* "0s" */
    while (ns % units[i].ns != 0) {
        i++;
    }
    (void)snprintf(text, LIMIT_TEXT_SIZE, "%" PRId64 "%s", ns / units[i].ns, units[i].name);
}

/* A number of millionths, in units of `unit_ppm` of them. */
static void put_ppm(int64_t ppm, int64_t unit_ppm, const char *name, char text[LIMIT_TEXT_SIZE])
{
    char plain[MONEY_TEXT_SIZE] = "?";
    int64_t value_e9;
    if (money_mul_div(ppm, MONEY_E9, unit_ppm, ROUND_EVEN, &value_e9) == ERR_OK) {
        (void)money_format(value_e9, plain);
    }
    (void)snprintf(text, LIMIT_TEXT_SIZE, "%s%s", plain, name);
}

const char *limit_text(const struct limit *limit, const char *noun, char text[LIMIT_TEXT_SIZE])
{
    switch (limit->unit) {
    case LIMIT_CASH:
        put_cash(limit->value, text);
        return text;
    case LIMIT_SHARE:
        put_ppm(limit->value, 10000, "%", text);
        return text;
    case LIMIT_COUNT:
        (void)snprintf(text, LIMIT_TEXT_SIZE, "%" PRId64 " %s", limit->value, noun);
        return text;
    case LIMIT_DURATION:
        put_duration(limit->value, text);
        return text;
    case LIMIT_PPM:
        put_ppm(limit->value, 100, "bps", text);
        return text;
    }
    return "?";
}

static const char *limit_noun(const char *key)
{
#define X(field, name, kind, noun, help)                                                           \
    if (strcmp(key, name) == 0) {                                                                  \
        return noun;                                                                               \
    }
    LIMIT_LIST(X)
#undef X
    return "";
}

/* What holds where nothing is configured. */
static const char *const fixed[VERDICT_COUNT] = {
    [VERDICT_BAD_VALUE] = "can be computed",
    [VERDICT_TICK] = "whole ticks",
    [VERDICT_UNKNOWN_DAY] = "known day",
    [VERDICT_SESSION_CLOSED] = "in the session",
    [VERDICT_SESSION_ENDING] = "before its end",
    [VERDICT_HALTED] = "not halted",
    [VERDICT_PRICE_GAP] = "35%",
    [VERDICT_OPPOSITE_BOOK] = "none",
    [VERDICT_DUPLICATE] = "none",
    [VERDICT_BUYING_POWER] = "the account's",
    [VERDICT_NO_SIZE] = "one share",
    [VERDICT_EXIT_ATTEMPTS] = "4095 attempts",
};

/* The gate's limit for people; NULL when it would be configured and no configuration was read. */
static const char *shown_limit(const struct limits *limits, uint8_t verdict,
                               char text[LIMIT_TEXT_SIZE])
{
    const char *key = gate_limit_key(verdict);
    if (key == NULL) {
        return fixed[verdict];
    }
    return limits == NULL ? NULL : limit_text(gate_limit(limits, verdict), limit_noun(key), text);
}

/* ---- the table ---- */

void gates_print(const struct limits *limits, const struct gate_counts *counts, FILE *out)
{
    (void)fprintf(out, "%-25s %-9s %-9s %-24s ", "gate", "unit", "rule", "limit");
    (void)fprintf(out, counts == NULL ? "%s\n" : "%9s  %s\n", counts == NULL ? "value" : "refused",
                  "value");
    for (uint8_t i = GATE_FIRST; i < VERDICT_COUNT; i++) {
        char text[LIMIT_TEXT_SIZE];
        const char *limit = shown_limit(limits, i, text);
        (void)fprintf(out, "%-25s %-9s %-9s %-24s ", verdict_text(i),
                      gate_unit_text(verdict_unit(i)), gate_rule_text(verdict_rule(i)),
                      limit == NULL ? "-" : limit);
        if (counts != NULL) {
            (void)fprintf(out, "%9" PRIu64 "  ", counts->by_verdict[i]);
        }
        (void)fprintf(out, "%s\n", verdict_help(i));
    }
    if (counts != NULL) {
        (void)fprintf(out, "%-25s %-9s %-9s %-24s %9" PRIu64 "  decisions that no gate refused\n",
                      "passed", "", "", "", counts->by_verdict[VERDICT_PASS]);
    }
}

static void put_text(struct json_writer *json, const char *key, const char *text)
{
    json_key(json, key);
    if (text == NULL) {
        json_null(json);
    } else {
        json_string(json, text);
    }
}

static void put_gate(struct json_writer *json, uint8_t verdict, const struct limits *limits,
                     const struct gate_counts *counts)
{
    char text[LIMIT_TEXT_SIZE];
    json_begin_object(json);
    put_text(json, "gate", verdict_text(verdict));
    put_text(json, "unit", gate_unit_text(verdict_unit(verdict)));
    put_text(json, "rule", gate_rule_text(verdict_rule(verdict)));
    put_text(json, "key", gate_limit_key(verdict));
    put_text(json, "limit", shown_limit(limits, verdict, text));
    put_text(json, "value", verdict_help(verdict));
    if (counts != NULL) {
        json_key(json, "refused");
        json_uint(json, counts->by_verdict[verdict]);
    }
    json_end_object(json);
}

void gates_write_json(const struct limits *limits, const struct gate_counts *counts, FILE *out)
{
    struct json_writer json;
    json_init(&json, true);
    json_begin_object(&json);
    json_key(&json, "gates");
    json_begin_array(&json);
    for (uint8_t i = GATE_FIRST; i < VERDICT_COUNT; i++) {
        put_gate(&json, i, limits, counts);
    }
    json_end_array(&json);
    if (counts != NULL) {
        json_key(&json, "passed");
        json_uint(&json, counts->by_verdict[VERDICT_PASS]);
    }
    json_end_object(&json);
    (void)fprintf(out, "%s\n", json.text);
    json_finish(&json);
}
