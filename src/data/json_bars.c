/* json_bars.c: JSONL line by line, so that one bad line does not hide the next; Alpaca's pages as
 * one stream, in which a bad bar can be left out but text that is no JSON refuses the file. */
#include "data/json_bars.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "data/json_bar.h"
#include "data/text_lines.h"
#include "sys/memory.h"

struct json_bars {
    struct bar_builder *builder;
    struct json_tokens tokens; /* of the pages */
    bool read_over[MEMBER_COUNT];
    uint64_t bar; /* in this page, from 1 */
    /* Bars of a page that names its symbol behind them. */
    struct bar_row *waiting;
    struct row_place *places;
    size_t waiting_count;
    size_t waiting_capacity;
};

bool json_bars_are(const struct text_input *input)
{
    size_t at = input->begin;
    while (at < input->end && strchr(" \t\r\n", input->bytes[at]) != NULL &&
           input->bytes[at] != '\0') {
        at++;
    }
    return at < input->end && input->bytes[at] == '{';
}

static void note_read_over(struct json_bars *json, const bool seen[MEMBER_COUNT])
{
    for (enum json_member member = MEMBER_VWAP; member < MEMBER_COUNT; member++) {
        json->read_over[member] = json->read_over[member] || seen[member];
    }
}

/* ---- JSONL ---- */

static bool parse_line(struct json_bars *json, const char *text, size_t length, struct bar_row *row,
                       struct row_fault *fault)
{
    struct text_input input = text_input_of(text, length);
    struct json_tokens tokens;
    bool seen[MEMBER_COUNT];
    json_tokens_init(&tokens, &input, json->builder->problem);
    if (json_next(&tokens) != JSON_OBJECT) {
        return row_refuse(fault, "the line is no JSON object (%s)",
                          csv_field_show((struct csv_field){text, length}).text);
    }
    enum json_bar_state state = json_bar_read(&tokens, json_keys_jsonl, row, seen, fault);
    if (state == JSON_BAR_BROKEN) {
        return row_refuse(fault, "the line is no whole JSON object: %s", tokens.fault);
    }
    if (json_next(&tokens) != JSON_END) {
        return row_refuse(fault, "there is more than one JSON object in the line");
    }
    note_read_over(json, seen);
    return state == JSON_BAR;
}

static enum err take_line(struct json_bars *json, const char *text, size_t length, uint64_t number)
{
    struct bar_row row;
    struct row_fault fault;
    struct row_place place = {.line = number};
    return parse_line(json, text, length, &row, &fault)
               ? bar_builder_add(json->builder, &row, place)
               : bar_builder_bad_row(json->builder, fault.text, place);
}

static enum err read_lines(struct json_bars *json)
{
    struct text_lines lines = {.input = json->builder->input};
    enum err err = ERR_OK;
    while (err == ERR_OK) {
        const char *text;
        size_t length;
        switch (text_lines_next(&lines, &text, &length, json->builder->problem)) {
        case TEXT_LINE:
            err = length > 0 ? take_line(json, text, length, lines.number) : ERR_OK;
            break;
        case TEXT_LINE_TOO_LONG:
            err = bar_builder_bad_row(json->builder, "the line is too long",
                                      (struct row_place){.line = lines.number});
            break;
        case TEXT_LINES_FAILED:
            return json->builder->problem->err;
        case TEXT_LINES_END:
            return ERR_OK;
        }
    }
    return err;
}

/* ---- Alpaca's pages ---- */

static bool key_is(const struct json_tokens *tokens, const char *key)
{
    return !tokens->cut && strlen(key) == tokens->length &&
           memcmp(key, tokens->text, tokens->length) == 0;
}

/* The pages cannot be read on: no JSON, or JSON of another kind. */
static enum err refuse_page(struct json_bars *json, const char *fault)
{
    const char *what = json->tokens.fault != NULL ? json->tokens.fault : fault;
    if (what == NULL) { /* the input failed and said why */
        return json->builder->problem->err;
    }
    char *text = xasprintf("%s line %" PRIu64 ": %s; it was read as pages of Alpaca's bars",
                           json->builder->path, json->tokens.line, what);
    enum err err = bar_builder_refuse(json->builder, text);
    free(text);
    return err;
}

static void wait_for_symbol(struct json_bars *json, const struct bar_row *row,
                            struct row_place place)
{
    if (json->waiting_count == json->waiting_capacity) {
        size_t capacity = json->waiting_capacity == 0 ? 1024 : json->waiting_capacity * 2;
        json->waiting = xrealloc(json->waiting, capacity * sizeof *json->waiting);
        json->places = xrealloc(json->places, capacity * sizeof *json->places);
        json->waiting_capacity = capacity;
    }
    json->waiting[json->waiting_count] = *row;
    json->places[json->waiting_count++] = place;
}

/* One bar of an array, its bracket given. Without an instrument it waits. */
static enum err take_bar(struct json_bars *json, const struct instrument *instrument)
{
    struct bar_row row = {0};
    struct row_fault fault;
    bool seen[MEMBER_COUNT];
    json->bar++;
    struct row_place place = {json->tokens.line, json->bar};
    switch (json_bar_read(&json->tokens, json_keys_alpaca, &row, seen, &fault)) {
    case JSON_BAR_BROKEN:
        return refuse_page(json, "a bar is no JSON object");
    case JSON_BAR_BAD:
        return bar_builder_bad_row(json->builder, fault.text, place);
    case JSON_BAR:
        break;
    }
    note_read_over(json, seen);
    if (instrument == NULL) {
        wait_for_symbol(json, &row, place);
        return ERR_OK;
    }
    row.instrument = *instrument;
    return bar_builder_add(json->builder, &row, place);
}

/* The bars of an array, its bracket given. */
static enum err take_array(struct json_bars *json, const struct instrument *instrument)
{
    for (;;) {
        enum json_token token = json_next(&json->tokens);
        if (token == JSON_ARRAY_END) {
            return ERR_OK;
        }
        enum err err = token == JSON_OBJECT ? take_bar(json, instrument)
                                            : refuse_page(json, "a bar is no JSON object");
        if (err != ERR_OK) {
            return err;
        }
    }
}

/* {"SPY":[...],"QQQ":[...]}, its bracket given. */
static enum err take_map(struct json_bars *json)
{
    for (;;) {
        struct instrument instrument;
        enum json_token token = json_next(&json->tokens);
        if (token == JSON_OBJECT_END) {
            return ERR_OK;
        }
        if (token != JSON_KEY || json->tokens.cut ||
            !symbol_parse(json->tokens.text, json->tokens.length, &instrument)) {
            return refuse_page(json, "a key in `bars` is not a symbol of " SYMBOL_ALLOWED);
        }
        token = json_next(&json->tokens);
        enum err err = ERR_OK;
        if (token == JSON_ARRAY) {
            err = take_array(json, &instrument);
        } else if (token != JSON_NULL) {
            err = refuse_page(json, "the bars of a symbol are no array");
        }
        if (err != ERR_OK) {
            return err;
        }
    }
}

static enum err take_bars(struct json_bars *json)
{
    switch (json_next(&json->tokens)) {
    case JSON_NULL:
        return ERR_OK;
    case JSON_ARRAY:
        return take_array(json, NULL);
    case JSON_OBJECT:
        return take_map(json);
    case JSON_FAULT:
    case JSON_END:
    case JSON_OBJECT_END:
    case JSON_ARRAY_END:
    case JSON_KEY:
    case JSON_STRING:
    case JSON_NUMBER:
    case JSON_TRUE:
    case JSON_FALSE:
        break;
    }
    return refuse_page(json, "`bars` is neither an array nor an object");
}

/* One member of a page, its key given. */
static enum err take_page_member(struct json_bars *json, struct instrument *symbol)
{
    struct json_tokens *tokens = &json->tokens;
    if (key_is(tokens, "bars")) {
        return take_bars(json);
    }
    bool is_symbol = key_is(tokens, "symbol");
    if (!is_symbol && !key_is(tokens, "next_page_token") && !key_is(tokens, "currency")) {
        return refuse_page(json, "a page has a key that is not bars, symbol, next_page_token or "
                                 "currency");
    }
    enum json_token token = json_next(tokens);
    if (is_symbol && (token != JSON_STRING || tokens->cut ||
                      !symbol_parse(tokens->text, tokens->length, symbol))) {
        return refuse_page(json, "`symbol` is not a text of " SYMBOL_ALLOWED);
    }
    return json_skip(tokens, token) ? ERR_OK : refuse_page(json, NULL);
}

/* The bars that waited for their page's symbol. */
static enum err give_waiting(struct json_bars *json, const struct instrument *symbol)
{
    if (json->waiting_count > 0 && symbol->symbol[0] == '\0') {
        return refuse_page(json, "a page with an array of bars has no `symbol`");
    }
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < json->waiting_count; i++) {
        json->waiting[i].instrument = *symbol;
        err = bar_builder_add(json->builder, &json->waiting[i], json->places[i]);
    }
    json->waiting_count = 0;
    return err;
}

static enum err take_page(struct json_bars *json)
{
    struct instrument symbol = {0};
    json->bar = 0;
    for (;;) {
        enum json_token token = json_next(&json->tokens);
        if (token == JSON_OBJECT_END) {
            return give_waiting(json, &symbol);
        }
        enum err err = token == JSON_KEY ? take_page_member(json, &symbol)
                                         : refuse_page(json, "a page is no JSON object");
        if (err != ERR_OK) {
            return err;
        }
    }
}

static enum err read_pages(struct json_bars *json)
{
    json_tokens_init(&json->tokens, json->builder->input, json->builder->problem);
    for (;;) {
        enum json_token token = json_next(&json->tokens);
        if (token == JSON_END) {
            return ERR_OK;
        }
        enum err err =
            token == JSON_OBJECT ? take_page(json) : refuse_page(json, "a page is no JSON object");
        if (err != ERR_OK) {
            return err;
        }
    }
}

/* ---- both ---- */

/* Whether the first object, as far as it is read, has the key `bars`. */
static bool are_pages(const struct text_input *input)
{
    struct text_input start = text_input_of(input->bytes + input->begin, input->end - input->begin);
    struct json_tokens tokens;
    json_tokens_init(&tokens, &start, NULL);
    (void)json_next(&tokens); /* the brace */
    while (json_next(&tokens) == JSON_KEY) {
        if (key_is(&tokens, "bars")) {
            return true;
        }
        if (!json_skip(&tokens, json_next(&tokens))) {
            return false;
        }
    }
    return false;
}

static void note_file(const struct json_bars *json, bool pages, const struct local_zone *zone,
                      struct import_file *file)
{
    static const char *const names[] = {"vwap", "trade_count"};
    const struct bar_builder *builder = json->builder;
    const char *key = pages ? "t" : "timestamp";
    if (builder->has_days) {
        file->time = xasprintf("key %s, the day of the session", key);
    } else if (builder->daily) {
        file->time = xasprintf("key %s, once a day: taken as the day in %s", key, zone->name);
    } else if (builder->has_walls) {
        file->time = xasprintf("key %s, start of the bar, taken as %s time where it has no zone",
                               key, zone->name);
    } else {
        file->time = xasprintf("key %s, start of the bar, with its zone", key);
    }
    bool vwap = json->read_over[MEMBER_VWAP];
    bool count = json->read_over[MEMBER_TRADE_COUNT];
    if (vwap || count) {
        file->read_over = xasprintf("%s%s%s", vwap ? names[0] : "", vwap && count ? ", " : "",
                                    count ? names[1] : "");
    }
}

enum err json_bars_read(struct bar_builder *builder, struct import_file *file, struct bars *bars)
{
    struct json_bars json = {.builder = builder};
    struct local_zone zone;
    (void)local_zone_parse(LOCAL_ZONE_DEFAULT, &zone); /* one that we know */
    zone = builder->options->zone != NULL ? *builder->options->zone : zone;
    builder->times = (struct bar_times){
        .zone = &zone, .ends = builder->options->stamp == STAMP_END, .either_order = true};
    bool pages = are_pages(builder->input);
    file->format = xstrdup(pages ? "Alpaca JSON" : "JSONL");
    file->adjustment = pages ? "as `adjustment` asked for; raw by default" : "not said by the file";
    enum err err = pages ? read_pages(&json) : read_lines(&json);
    if (err == ERR_OK && builder->rows == 0) {
        err = problem_set(builder->problem, ERR_FORMAT, "%s holds no bars", builder->path);
    }
    if (err == ERR_OK) {
        err = bar_builder_make(builder, bars);
    }
    if (err == ERR_OK) {
        note_file(&json, pages, &zone, file);
    }
    free(json.waiting);
    free(json.places);
    return err;
}
