/* gates_table.c: see gates_table.h. */
#include "readers/gates_table.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "config/texts.h"
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

/* ---- limits in words ---- */

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
    [VERDICT_ENTRIES_OFF] = "entries on",
    [VERDICT_NOT_READY] = "none",
    [VERDICT_FOREIGN] = "none",
    [VERDICT_UNKNOWN_ORDER] = "none",
    [VERDICT_MISSING] = "some are there",
    [VERDICT_TRADING_HALTED] = "not halted",
    [VERDICT_UNPROTECTED] = "none",
};

/* The gate's limit for people; empty when it would be configured and no configuration was read. */
static struct words shown_limit(const struct limits *limits, uint8_t verdict)
{
    const char *key = gate_limit_key(verdict);
    if (key == NULL) {
        return words("%s", fixed[verdict]);
    }
    return limits == NULL ? words("%s", "")
                          : limit_text(gate_limit(limits, verdict), limit_noun(key));
}

/* ---- the table ---- */

void gates_print(const struct limits *limits, const struct gate_counts *counts, FILE *out)
{
    (void)fprintf(out, "%-25s %-9s %-9s %-24s ", "gate", "unit", "rule", "limit");
    (void)fprintf(out, counts == NULL ? "%s\n" : "%9s  %s\n", counts == NULL ? "value" : "refused",
                  "value");
    for (uint8_t i = GATE_FIRST; i < VERDICT_COUNT; i++) {
        struct words limit = shown_limit(limits, i);
        (void)fprintf(out, "%-25s %-9s %-9s %-24s ", verdict_text(i),
                      gate_unit_text(verdict_unit(i)), gate_rule_text(verdict_rule(i)),
                      limit.text[0] == '\0' ? "-" : limit.text);
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
    struct words limit = shown_limit(limits, verdict);
    json_begin_object(json);
    put_text(json, "gate", verdict_text(verdict));
    put_text(json, "unit", gate_unit_text(verdict_unit(verdict)));
    put_text(json, "rule", gate_rule_text(verdict_rule(verdict)));
    put_text(json, "key", gate_limit_key(verdict));
    put_text(json, "limit", limit.text[0] == '\0' ? NULL : limit.text);
    put_text(json, "value", verdict_help(verdict));
    if (counts != NULL) {
        json_member_uint(json, "refused", counts->by_verdict[verdict]);
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
        json_member_uint(&json, "passed", counts->by_verdict[VERDICT_PASS]);
    }
    json_end_object(&json);
    (void)fprintf(out, "%s\n", json.text);
    json_finish(&json);
}
