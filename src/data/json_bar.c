/* json_bar.c: see json_bar.h. A bad member does not stop the reading: the rest of the object is
 * read over, so that the next bar is found. */
#include "data/json_bar.h"

#include <string.h>

#include "data/number_text.h"
#include "data/symbol_table.h"

const char *const json_keys_jsonl[MEMBER_COUNT] = {
    [MEMBER_TIME] = "timestamp", [MEMBER_OPEN] = "open",   [MEMBER_HIGH] = "high",
    [MEMBER_LOW] = "low",        [MEMBER_CLOSE] = "close", [MEMBER_VOLUME] = "volume",
    [MEMBER_SYMBOL] = "symbol",  [MEMBER_VWAP] = "vwap",   [MEMBER_TRADE_COUNT] = "trade_count",
};

const char *const json_keys_alpaca[MEMBER_COUNT] = {
    [MEMBER_TIME] = "t",  [MEMBER_OPEN] = "o",   [MEMBER_HIGH] = "h",  [MEMBER_LOW] = "l",
    [MEMBER_CLOSE] = "c", [MEMBER_VOLUME] = "v", [MEMBER_VWAP] = "vw", [MEMBER_TRADE_COUNT] = "n",
};

static struct csv_field text_of(const struct json_tokens *tokens)
{
    return (struct csv_field){tokens->text, tokens->length};
}

static enum json_member member_of(const struct json_tokens *tokens,
                                  const char *const keys[MEMBER_COUNT])
{
    enum json_member member = 0;
    while (member < MEMBER_COUNT &&
           (keys[member] == NULL || tokens->cut || strlen(keys[member]) != tokens->length ||
            memcmp(keys[member], tokens->text, tokens->length) != 0)) {
        member++;
    }
    return member;
}

static bool take_price(const struct json_tokens *tokens, enum json_token token, const char *key,
                       int64_t *price_e9, struct row_fault *fault)
{
    enum err err =
        token == JSON_NUMBER ? number_text_e9(tokens->text, tokens->length, price_e9) : ERR_FORMAT;
    if (err == ERR_RANGE || tokens->cut) {
        return row_refuse(fault, "%s is too large or has more than nine decimals (%s)", key,
                          csv_field_show(text_of(tokens)).text);
    }
    return err == ERR_OK || row_refuse(fault, "%s is no JSON number", key);
}

static bool take_volume(const struct json_tokens *tokens, enum json_token token, const char *key,
                        int64_t *volume, struct row_fault *fault)
{
    return (token == JSON_NUMBER && !tokens->cut &&
            number_text_whole(tokens->text, tokens->length, false, volume) == ERR_OK) ||
           row_refuse(fault, "%s is no whole number from 0 up", key);
}

static bool take_text(const struct json_tokens *tokens, enum json_token token,
                      enum json_member member, const char *key, struct bar_row *row,
                      struct row_fault *fault)
{
    bool good = token == JSON_STRING && !tokens->cut;
    if (member == MEMBER_SYMBOL) {
        return (good && symbol_parse(tokens->text, tokens->length, &row->instrument)) ||
               row_refuse(fault, "%s is not a text of " SYMBOL_ALLOWED, key);
    }
    return (good && time_text_parse(tokens->text, tokens->length, &row->time)) ||
           row_refuse(fault, "%s is no text with a time like 2019-02-11T14:30:00Z (%s)", key,
                      token == JSON_STRING ? csv_field_show(text_of(tokens)).text : "no text");
}

static bool take_member(const struct json_tokens *tokens, enum json_token token,
                        enum json_member member, const char *key, struct bar_row *row,
                        struct row_fault *fault)
{
    switch (member) {
    case MEMBER_TIME:
    case MEMBER_SYMBOL:
        return take_text(tokens, token, member, key, row, fault);
    case MEMBER_OPEN:
        return take_price(tokens, token, key, &row->bar.open_e9, fault);
    case MEMBER_HIGH:
        return take_price(tokens, token, key, &row->bar.high_e9, fault);
    case MEMBER_LOW:
        return take_price(tokens, token, key, &row->bar.low_e9, fault);
    case MEMBER_CLOSE:
        return take_price(tokens, token, key, &row->bar.close_e9, fault);
    case MEMBER_VOLUME:
        return take_volume(tokens, token, key, &row->bar.volume, fault);
    case MEMBER_VWAP:
    case MEMBER_TRADE_COUNT:
    case MEMBER_COUNT:
        break;
    }
    return true;
}

/* A key just given: which member it is, if it may be there. */
static bool check_key(const struct json_tokens *tokens, const char *const keys[MEMBER_COUNT],
                      bool seen[MEMBER_COUNT], enum json_member *member, struct row_fault *fault)
{
    *member = member_of(tokens, keys);
    if (*member == MEMBER_COUNT) {
        return row_refuse(fault, "it has the unknown key `%s`",
                          csv_field_show(text_of(tokens)).text);
    }
    if (seen[*member]) {
        return row_refuse(fault, "it has the key `%s` twice", keys[*member]);
    }
    seen[*member] = true;
    return true;
}

static bool check_complete(const char *const keys[MEMBER_COUNT], const bool seen[MEMBER_COUNT],
                           struct row_fault *fault)
{
    for (enum json_member member = 0; member <= MEMBER_SYMBOL; member++) {
        if (keys[member] != NULL && !seen[member]) {
            return row_refuse(fault, "it lacks the key `%s`", keys[member]);
        }
    }
    return true;
}

enum json_bar_state json_bar_read(struct json_tokens *tokens, const char *const keys[MEMBER_COUNT],
                                  struct bar_row *row, bool seen[MEMBER_COUNT],
                                  struct row_fault *fault)
{
    memset(seen, 0, MEMBER_COUNT * sizeof *seen);
    bool good = true;
    for (;;) {
        enum json_token token = json_next(tokens);
        if (token == JSON_OBJECT_END) {
            break;
        }
        enum json_member member = MEMBER_COUNT;
        if (token == JSON_KEY && good) {
            good = check_key(tokens, keys, seen, &member, fault);
        }
        token = token == JSON_KEY ? json_next(tokens) : JSON_FAULT;
        if (token != JSON_FAULT && good) {
            good = take_member(tokens, token, member, keys[member], row, fault);
        }
        if (!json_skip(tokens, token)) {
            return JSON_BAR_BROKEN;
        }
    }
    good = good && check_complete(keys, seen, fault) && bar_row_check(&row->bar, fault);
    return good ? JSON_BAR : JSON_BAR_BAD;
}
