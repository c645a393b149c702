/* result.c: a run's result as JSON and back. One table names every field for both ways, so that
 * they cannot drift apart; result_print.c makes the summary for people. */
#include "readers/result.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "core/gates.h"
#include "readers/result_metrics.h"
#include "sys/files.h"
#include "sys/json_writer.h"
#include "sys/memory.h"

#define RESULT_FILE     "result.json"
#define RESULT_SIZE_MAX (1 << 24) /* thousands of symbols with their figures */

enum field_type {
    FIELD_TEXT,    /* char array */
    FIELD_BOOL,    /* bool */
    FIELD_COUNT,   /* uint64_t */
    FIELD_HEX,     /* uint64_t, as 16 hex digits */
    FIELD_TIME,    /* int64_t ts_ns, 0 as null */
    FIELD_MONEY,   /* int64_t e9, as decimal text */
    FIELD_SECONDS, /* double */
    FIELD_MODE,    /* enum run_mode */
};

struct field {
    const char *key;
    enum field_type type;
    size_t offset;
    size_t size;
};

#define FIELD(key, type, member)                                                                   \
    {                                                                                              \
        key, type, offsetof(struct run_result, member), sizeof((struct run_result *)0)->member     \
    }

static const struct field fields[] = {
    FIELD("run_id", FIELD_TEXT, run_id),
    FIELD("mode", FIELD_MODE, mode),
    FIELD("simulated", FIELD_BOOL, simulated),
    FIELD("simulated_market", FIELD_BOOL, simulated_data),
    FIELD("stopped", FIELD_BOOL, stopped),
    FIELD("config", FIELD_TEXT, config_path),
    FIELD("config_hash", FIELD_TEXT, config_hash),
    FIELD("data_hash", FIELD_TEXT, data_hash),
    FIELD("source", FIELD_TEXT, source),
    FIELD("decision_hash", FIELD_HEX, decision_hash),
    FIELD("bars", FIELD_COUNT, bars),
    FIELD("bars_skipped", FIELD_COUNT, bars_skipped),
    FIELD("slices", FIELD_COUNT, slices),
    FIELD("first_bar_end", FIELD_TIME, first_ns),
    FIELD("last_bar_end", FIELD_TIME, last_ns),
    FIELD("evaluations", FIELD_COUNT, evaluations),
    FIELD("decisions", FIELD_COUNT, decisions),
    FIELD("refused", FIELD_COUNT, refused),
    FIELD("rejected", FIELD_COUNT, rejected),
    FIELD("orders", FIELD_COUNT, orders),
    FIELD("fills", FIELD_COUNT, fills),
    FIELD("trades_closed", FIELD_COUNT, trades_closed),
    FIELD("trades_won", FIELD_COUNT, trades_won),
    FIELD("trades_open", FIELD_COUNT, trades_open),
    FIELD("initial_cash", FIELD_MONEY, initial_cash_e9),
    FIELD("final_cash", FIELD_MONEY, final_cash_e9),
    FIELD("final_equity", FIELD_MONEY, final_equity_e9),
    FIELD("realized", FIELD_MONEY, realized_e9),
    FIELD("commission", FIELD_MONEY, commission_e9),
    FIELD("max_drawdown", FIELD_MONEY, max_drawdown_e9),
    FIELD("log_slots", FIELD_COUNT, log_slots),
    FIELD("log_chain", FIELD_HEX, log_chain),
    FIELD("engine_cpu_s", FIELD_SECONDS, engine_cpu_s),
    FIELD("process_s", FIELD_SECONDS, process_s),
};

#define FIELD_COUNT_ALL (sizeof fields / sizeof fields[0])

static void write_time(struct json_writer *json, int64_t ts_ns)
{
    if (ts_ns == 0) {
        json_null(json);
    } else {
        json_time(json, ts_ns);
    }
}

static void write_field(struct json_writer *json, const struct field *field, const void *member)
{
    json_key(json, field->key);
    switch (field->type) {
    case FIELD_TEXT:
        json_string(json, member);
        break;
    case FIELD_BOOL:
        json_bool(json, *(const bool *)member);
        break;
    case FIELD_COUNT:
        json_uint(json, *(const uint64_t *)member);
        break;
    case FIELD_HEX:
        json_hex64(json, *(const uint64_t *)member);
        break;
    case FIELD_TIME:
        write_time(json, *(const int64_t *)member);
        break;
    case FIELD_MONEY:
        json_decimal(json, *(const int64_t *)member);
        break;
    case FIELD_SECONDS:
        json_seconds(json, *(const double *)member);
        break;
    case FIELD_MODE:
        json_string(json, run_mode_text(*(const enum run_mode *)member));
        break;
    }
}

static void write_object(struct json_writer *json, const struct run_result *result)
{
    json_begin_object(json);
    for (size_t i = 0; i < FIELD_COUNT_ALL; i++) {
        write_field(json, &fields[i], (const char *)result + fields[i].offset);
    }
    json_key(json, "exchange_seed");
    if (result->random) {
        char seed[24];
        (void)snprintf(seed, sizeof seed, "%" PRIu64, result->exchange_seed);
        json_string(json, seed); /* 64 bits are more than a JSON number keeps */
    } else {
        json_null(json);
    }
    json_key(json, "refusals");
    json_begin_object(json);
    for (uint32_t i = 0; i < result->refusal_count; i++) {
        json_member_uint(json, result->refusals[i].gate, result->refusals[i].count);
    }
    json_end_object(json);
    if (result->metrics != NULL) {
        run_metrics_write_json(result->metrics, json);
    }
    json_end_object(json);
}

void result_write_json(const struct run_result *result, FILE *out)
{
    struct json_writer json;
    json_init(&json, true);
    write_object(&json, result);
    (void)fprintf(out, "%s\n", json.text); /* the owner of `out` asks ferror() */
    json_finish(&json);
}

enum err result_save(const struct run_result *result, const char *run_dir, struct problem *problem)
{
    char *text = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&text, &length);
    if (memory == NULL) {
        return problem_set_errno(problem, "cannot gather the result");
    }
    result_write_json(result, memory);
    if (fclose(memory) != 0) {
        free(text);
        return problem_set_errno(problem, "cannot gather the result");
    }
    char *path = xasprintf("%s/%s", run_dir, RESULT_FILE);
    enum err err = file_replace(path, text, length, problem);
    free(path);
    free(text);
    return err;
}

static bool read_text(sqlite3_stmt *value, char *out, size_t size)
{
    const char *text = (const char *)sqlite3_column_text(value, 0);
    return text != NULL && (size_t)snprintf(out, size, "%s", text) < size;
}

static bool read_count(sqlite3_stmt *value, uint64_t *out)
{
    int64_t number = sqlite3_column_int64(value, 0);
    if (sqlite3_column_type(value, 0) != SQLITE_INTEGER || number < 0) {
        return false;
    }
    *out = (uint64_t)number;
    return true;
}

static bool read_hex(sqlite3_stmt *value, uint64_t *out)
{
    const char *text = (const char *)sqlite3_column_text(value, 0);
    if (text == NULL || strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16) {
        return false;
    }
    *out = strtoull(text, NULL, 16);
    return true;
}

static bool read_time(sqlite3_stmt *value, int64_t *out)
{
    const char *text = (const char *)sqlite3_column_text(value, 0);
    *out = 0;
    return text == NULL || utc_parse(text, strlen(text), out) == ERR_OK;
}

static bool read_money(sqlite3_stmt *value, int64_t *out)
{
    const char *text = (const char *)sqlite3_column_text(value, 0);
    return text != NULL && money_parse(text, strlen(text), out) == ERR_OK;
}

static bool read_mode(sqlite3_stmt *value, enum run_mode *out)
{
    const char *text = (const char *)sqlite3_column_text(value, 0);
    for (enum run_mode mode = MODE_BACKTEST; text != NULL && mode <= MODE_PAPER; mode++) {
        if (strcmp(run_mode_text(mode), text) == 0) {
            *out = mode;
            return true;
        }
    }
    return false;
}

/* Whether the value was there and of the field's form. */
static bool read_field(sqlite3_stmt *value, const struct field *field, void *member)
{
    switch (field->type) {
    case FIELD_TEXT:
        return read_text(value, member, field->size);
    case FIELD_BOOL:
        *(bool *)member = sqlite3_column_int(value, 0) != 0;
        return sqlite3_column_type(value, 0) == SQLITE_INTEGER;
    case FIELD_COUNT:
        return read_count(value, member);
    case FIELD_HEX:
        return read_hex(value, member);
    case FIELD_TIME:
        return read_time(value, member);
    case FIELD_MONEY:
        return read_money(value, member);
    case FIELD_SECONDS:
        *(double *)member = sqlite3_column_double(value, 0);
        return true;
    case FIELD_MODE:
        return read_mode(value, member);
    }
    return false;
}

/* The gates' own text, so that the result borrows nothing from the file; NULL for no gate of ours.
 */
static const char *gate_named(const char *name)
{
    for (unsigned verdict = 0; verdict <= UINT8_MAX; verdict++) {
        const char *text = verdict_text((uint8_t)verdict);
        if (text != NULL && strcmp(text, name) == 0) {
            return text;
        }
    }
    return NULL;
}

static enum err read_refusals(sqlite3 *db, const char *text, struct run_result *result,
                              const char *path, struct problem *problem)
{
    sqlite3_stmt *each = NULL;
    enum err err = ERR_OK;
    if (sqlite3_prepare_v2(db, "SELECT value, key FROM json_each(?1, '$.refusals')", -1, &each,
                           NULL) != SQLITE_OK) {
        return problem_set(problem, ERR_IO, "%s: %s", path, sqlite3_errmsg(db));
    }
    sqlite3_bind_text(each, 1, text, -1, SQLITE_STATIC);
    while (err == ERR_OK && sqlite3_step(each) == SQLITE_ROW) {
        uint64_t count = 0;
        const char *name = (const char *)sqlite3_column_text(each, 1);
        const char *gate = name == NULL ? NULL : gate_named(name);
        if (gate == NULL || !read_count(each, &count) ||
            result->refusal_count == RESULT_REFUSALS_MAX) {
            err = problem_set(problem, ERR_FORMAT, "%s: refusals: %s is no gate with a count", path,
                              name == NULL ? "?" : name);
        } else {
            result->refusals[result->refusal_count].gate = gate;
            result->refusals[result->refusal_count++].count = count;
        }
    }
    sqlite3_finalize(each);
    return err;
}

static enum err read_fields(sqlite3 *db, const char *text, struct run_result *result,
                            const char *path, struct problem *problem)
{
    sqlite3_stmt *extract = NULL;
    enum err err = ERR_OK;
    if (sqlite3_prepare_v2(db, "SELECT json_extract(?1, '$.' || ?2) WHERE json_valid(?1)", -1,
                           &extract, NULL) != SQLITE_OK) {
        return problem_set(problem, ERR_IO, "%s: %s", path, sqlite3_errmsg(db));
    }
    sqlite3_bind_text(extract, 1, text, -1, SQLITE_STATIC);
    for (size_t i = 0; err == ERR_OK && i < FIELD_COUNT_ALL; i++) {
        sqlite3_bind_text(extract, 2, fields[i].key, -1, SQLITE_STATIC);
        if (sqlite3_step(extract) != SQLITE_ROW) {
            err = problem_set(problem, ERR_FORMAT, "%s is no JSON", path);
        } else if (!read_field(extract, &fields[i], (char *)result + fields[i].offset)) {
            err = problem_set(problem, ERR_FORMAT, "%s: %s is missing or not of its form", path,
                              fields[i].key);
        }
        sqlite3_reset(extract);
    }
    sqlite3_finalize(extract);
    return err;
}

static enum err parse(const char *text, struct run_result *result, const char *path,
                      struct problem *problem)
{
    sqlite3 *db = NULL;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK) {
        sqlite3_close(db);
        return problem_set(problem, ERR_IO, "cannot open SQLite in memory");
    }
    enum err err = read_fields(db, text, result, path, problem);
    if (err == ERR_OK) {
        err = read_refusals(db, text, result, path, problem);
    }
    sqlite3_close(db);
    return err;
}

enum err result_load(const char *run_dir, struct run_result *result, struct problem *problem)
{
    char *path = xasprintf("%s/%s", run_dir, RESULT_FILE);
    char *text = NULL;
    size_t length = 0;
    struct run_result loaded = {0};
    enum err err = file_read(path, RESULT_SIZE_MAX, &text, &length, problem);
    if (err == ERR_OK) {
        err = parse(text, &loaded, path, problem);
    }
    if (err == ERR_OK) {
        *result = loaded;
    }
    free(text);
    free(path);
    return err;
}
