/* signals.c: see signals.h. Line by line; what a line says is checked before it is believed. */
#include "data/signals.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/money.h"
#include "data/bar_row.h"
#include "data/json_tokens.h"
#include "data/number_text.h"
#include "data/symbol_table.h"
#include "data/text_lines.h"
#include "data/time_text.h"
#include "sys/memory.h"

#define SYMBOL_DEFAULT "SPY"

struct reader {
    const char *path;
    struct text_input input;
    const struct instrument *instruments;
    uint32_t instrument_count;
    struct local_zone zone;
    struct signal *signals;
    uint32_t count;
    uint32_t capacity;
    uint32_t foreign;
    struct problem *problem;
};

/* One line on its way in. */
struct line {
    struct signal signal;
    struct instrument instrument;
    bool timed;
    bool sided;
    bool by_action; /* `action` has spoken */
    struct row_fault fault;
};

/* ---- members ---- */

typedef bool take_member(const struct reader *reader, const struct json_tokens *tokens,
                         enum json_token token, struct line *line);

static bool refuse(struct line *line, const struct json_tokens *tokens, const char *what)
{
    return row_refuse(&line->fault, "%s (%s)", what,
                      csv_field_show((struct csv_field){tokens->text, tokens->length}).text);
}

static bool take_timestamp(const struct reader *reader, const struct json_tokens *tokens,
                           enum json_token token, struct line *line)
{
    struct time_text time;
    bool text = token == JSON_STRING || token == JSON_NUMBER;
    if (!text || tokens->cut || !time_text_parse(tokens->text, tokens->length, &time)) {
        return refuse(line, tokens, "timestamp is no time such as 2019-02-11T14:35:00Z");
    }
    if (time.kind == TIME_DAY) {
        return refuse(line, tokens, "timestamp is a day without a time");
    }
    line->signal.ts_ns =
        time.kind == TIME_MOMENT ? time.ns : local_zone_utc(&reader->zone, time.ns);
    line->timed = true;
    return true;
}

static bool take_symbol(const struct reader *reader, const struct json_tokens *tokens,
                        enum json_token token, struct line *line)
{
    (void)reader;
    return (token == JSON_STRING && !tokens->cut &&
            symbol_parse(tokens->text, tokens->length, &line->instrument)) ||
           refuse(line, tokens, "symbol is none: " SYMBOL_ALLOWED);
}

static bool text_is(const struct json_tokens *tokens, const char *word)
{
    return tokens->length == strlen(word) && strncasecmp(tokens->text, word, tokens->length) == 0;
}

static bool take_side(const struct reader *reader, const struct json_tokens *tokens,
                      enum json_token token, struct line *line)
{
    (void)reader;
    bool buys = token == JSON_STRING && text_is(tokens, "buy");
    if (!buys && !(token == JSON_STRING && text_is(tokens, "sell"))) {
        return refuse(line, tokens, "side or action is neither buy nor sell");
    }
    line->signal.buys = line->by_action ? line->signal.buys : buys;
    line->sided = true;
    return true;
}

static bool take_action(const struct reader *reader, const struct json_tokens *tokens,
                        enum json_token token, struct line *line)
{
    line->by_action = false;
    bool taken = take_side(reader, tokens, token, line);
    line->by_action = true;
    return taken;
}

/* A number in minimum..maximum, in billionths. */
static bool take_number(const struct json_tokens *tokens, enum json_token token, struct line *line,
                        const char *fault, int64_t minimum, int64_t maximum, int64_t *value_e9)
{
    bool number = token == JSON_NUMBER && !tokens->cut &&
                  number_text_e9(tokens->text, tokens->length, value_e9) == ERR_OK;
    return (number && *value_e9 >= minimum && *value_e9 <= maximum) || refuse(line, tokens, fault);
}

static bool take_price(const struct reader *reader, const struct json_tokens *tokens,
                       enum json_token token, struct line *line)
{
    (void)reader;
    return take_number(tokens, token, line, "price is no price", 1, PRICE_E9_MAX,
                       &line->signal.price_e9);
}

static bool take_qty(const struct reader *reader, const struct json_tokens *tokens,
                     enum json_token token, struct line *line)
{
    (void)reader;
    return take_number(tokens, token, line, "qty is no number above 0", 1, INT64_MAX,
                       &line->signal.qty_e9);
}

static bool take_confidence(const struct reader *reader, const struct json_tokens *tokens,
                            enum json_token token, struct line *line)
{
    (void)reader;
    int64_t value_e9 = 0;
    if (token == JSON_NULL) {
        return true;
    }
    bool taken =
        take_number(tokens, token, line, "confidence is no number in 0..1 of at most nine decimals",
                    0, MONEY_E9, &value_e9);
    line->signal.confidence_ppm = taken ? (uint32_t)(value_e9 / 1000) : SIGNAL_UNKNOWN;
    return taken;
}

static bool take_profit(const struct reader *reader, const struct json_tokens *tokens,
                        enum json_token token, struct line *line)
{
    (void)reader;
    return token == JSON_NULL ||
           take_number(tokens, token, line,
                       "expected_profit is no fraction of at most nine decimals", -100 * MONEY_E9,
                       100 * MONEY_E9, &line->signal.profit_e9);
}

static const struct {
    const char *key;
    take_member *take;
} members[] = {
    {"timestamp",       take_timestamp },
    {"symbol",          take_symbol    },
    {"side",            take_side      },
    {"action",          take_action    },
    {"price",           take_price     },
    {"qty",             take_qty       },
    {"confidence",      take_confidence},
    {"expected_profit", take_profit    },
};

/* ---- lines ---- */

static take_member *member_of(const struct json_tokens *tokens)
{
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (!tokens->cut && strlen(members[i].key) == tokens->length &&
            memcmp(members[i].key, tokens->text, tokens->length) == 0) {
            return members[i].take;
        }
    }
    return NULL;
}

static bool parse_members(const struct reader *reader, struct json_tokens *tokens,
                          struct line *line)
{
    enum json_token token = json_next(tokens);
    while (token == JSON_KEY) {
        take_member *take = member_of(tokens);
        token = json_next(tokens);
        bool good = take != NULL ? take(reader, tokens, token, line) : json_skip(tokens, token);
        if (!good && line->fault.text[0] == '\0') {
            return row_refuse(&line->fault, "the line is no JSON object: %s", tokens->fault);
        }
        if (!good) {
            return false;
        }
        token = json_next(tokens);
    }
    if (token != JSON_OBJECT_END || json_next(tokens) != JSON_END) {
        return row_refuse(&line->fault, "the line is not one JSON object: %s",
                          tokens->fault != NULL ? tokens->fault : "more follows it");
    }
    return true;
}

static bool parse_line(const struct reader *reader, const char *text, size_t length,
                       struct line *line)
{
    struct text_input input = text_input_of(text, length);
    struct json_tokens tokens;
    *line = (struct line){
        .signal = {.profit_e9 = SIGNAL_UNKNOWN_PROFIT, .confidence_ppm = SIGNAL_UNKNOWN}
    };
    (void)symbol_parse(SYMBOL_DEFAULT, strlen(SYMBOL_DEFAULT), &line->instrument); /* it is one */
    json_tokens_init(&tokens, &input, reader->problem);
    if (json_next(&tokens) != JSON_OBJECT) {
        return row_refuse(&line->fault, "the line is no JSON object");
    }
    if (!parse_members(reader, &tokens, line)) {
        return false;
    }
    if (!line->timed || !line->sided) {
        return row_refuse(&line->fault, "the signal has no %s", line->timed ? "side" : "timestamp");
    }
    return true;
}

static void add(struct reader *reader, struct line *line)
{
    const struct instrument *found =
        bsearch(&line->instrument, reader->instruments, reader->instrument_count,
                sizeof line->instrument, symbol_compare);
    if (found == NULL) {
        reader->foreign++;
        return;
    }
    if (reader->count == reader->capacity) {
        reader->capacity = 2 * reader->capacity + 256;
        reader->signals = xrealloc(reader->signals, reader->capacity * sizeof *reader->signals);
    }
    line->signal.instrument = (uint32_t)(found - reader->instruments);
    reader->signals[reader->count++] = line->signal;
}

static enum err take_line(struct reader *reader, const char *text, size_t length, uint64_t number)
{
    struct line line;
    if (length == 0) {
        return ERR_OK;
    }
    if (!parse_line(reader, text, length, &line)) {
        enum err err = text_input_drain(&reader->input, reader->problem);
        return err != ERR_OK ? err
                             : problem_set(reader->problem, ERR_FORMAT,
                                           "%s line %" PRIu64 ": %s; write signals as "
                                           "{\"timestamp\":\"2019-02-11T14:35:00Z\",\"symbol\":"
                                           "\"SPY\",\"side\":\"buy\"}",
                                           reader->path, number, line.fault.text);
    }
    add(reader, &line);
    return ERR_OK;
}

static enum err read_lines(struct reader *reader)
{
    struct text_lines lines = {.input = &reader->input};
    enum err err = ERR_OK;
    while (err == ERR_OK) {
        const char *text;
        size_t length;
        switch (text_lines_next(&lines, &text, &length, reader->problem)) {
        case TEXT_LINE:
            err = take_line(reader, text, length, lines.number);
            break;
        case TEXT_LINE_TOO_LONG:
            return problem_set(reader->problem, ERR_FORMAT,
                               "%s line %" PRIu64 ": longer than %d bytes", reader->path,
                               lines.number, TEXT_LINE_MAX);
        case TEXT_LINES_FAILED:
            return reader->problem->err;
        case TEXT_LINES_END:
            return ERR_OK;
        }
    }
    return err;
}

/* ---- order ---- */

static bool goes_before(const struct signal *a, const struct signal *b)
{
    return a->instrument != b->instrument ? a->instrument < b->instrument : a->ts_ns < b->ts_ns;
}

/* Merge sort from the bottom: it is stable, and equal times stay in the order of the file. */
static struct signal *sorted(struct signal *signals, uint32_t count)
{
    struct signal *from = signals;
    struct signal *to = xcalloc(count > 0 ? count : 1, sizeof *to);
    for (uint64_t width = 1; width < count; width *= 2) {
        for (uint64_t low = 0; low < count; low += 2 * width) {
            uint64_t middle = low + width < count ? low + width : count;
            uint64_t high = middle + width < count ? middle + width : count;
            uint64_t left = low;
            uint64_t right = middle;
            for (uint64_t at = low; at < high; at++) {
                bool takes_right =
                    right < high && (left == middle || goes_before(&from[right], &from[left]));
                to[at] = takes_right ? from[right++] : from[left++];
            }
        }
        struct signal *swap = from;
        from = to;
        to = swap;
    }
    free(to);
    return from;
}

/* ---- */

/* Of a reader whose input is open. */
static enum err read_all(struct reader *reader, const struct local_zone *zone,
                         struct signals *signals)
{
    enum err err = ERR_OK;
    if (zone != NULL) {
        reader->zone = *zone;
    } else {
        err = local_zone_parse(LOCAL_ZONE_DEFAULT, &reader->zone);
    }
    if (err == ERR_OK) {
        err = read_lines(reader);
    }
    if (err != ERR_OK) {
        free(reader->signals);
        return err;
    }
    struct signal *memory = sorted(reader->signals, reader->count);
    *signals = (struct signals){
        .list = {memory, reader->count},
          .foreign = reader->foreign, .memory = memory
    };
    return ERR_OK;
}

enum err signals_read(const char *path, const struct instrument *instruments,
                      uint32_t instrument_count, const struct local_zone *zone,
                      struct signals *signals, struct problem *problem)
{
    struct reader reader = {.path = path,
                            .instruments = instruments,
                            .instrument_count = instrument_count,
                            .problem = problem};
    enum err err = text_input_open(path, &reader.input, problem);
    if (err == ERR_OK) {
        err = read_all(&reader, zone, signals);
        text_input_finish(&reader.input);
    }
    return err;
}

enum err signals_parse(const char *path, const char *text, size_t length,
                       const struct instrument *instruments, uint32_t instrument_count,
                       const struct local_zone *zone, struct signals *signals,
                       struct problem *problem)
{
    struct reader reader = {.path = path,
                            .input = text_input_of(text, length),
                            .instruments = instruments,
                            .instrument_count = instrument_count,
                            .problem = problem};
    return read_all(&reader, zone, signals);
}

void signals_finish(struct signals *signals)
{
    free(signals->memory);
    *signals = (struct signals){0};
}
