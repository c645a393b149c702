/* json_tokens.c: see json_tokens.h. A byte at a time; nothing is read twice. */
#include "data/json_tokens.h"

#include <string.h>

enum { NO_BYTE = -1 };

void json_tokens_init(struct json_tokens *tokens, struct text_input *input, struct problem *problem)
{
    *tokens = (struct json_tokens){.input = input, .problem = problem, .line = 1};
}

static enum json_token wrong(struct json_tokens *tokens, const char *fault)
{
    tokens->fault = fault;
    return JSON_FAULT;
}

/* The next byte, not taken; NO_BYTE at the end or when the input fails. */
static int peek(struct json_tokens *tokens)
{
    struct text_input *input = tokens->input;
    while (input->begin == input->end && !input->at_end) {
        if (text_input_more(input, tokens->problem) != ERR_OK) {
            return NO_BYTE;
        }
    }
    return input->begin < input->end ? (unsigned char)input->bytes[input->begin] : NO_BYTE;
}

static int take(struct json_tokens *tokens)
{
    int byte = peek(tokens);
    tokens->input->begin += byte != NO_BYTE ? 1 : 0;
    return byte;
}

/* Why there is no byte: the input failed, or the text ends where it must not. */
static enum json_token no_byte(struct json_tokens *tokens)
{
    return wrong(tokens, tokens->input->at_end ? "it ends in the middle of a value" : NULL);
}

static void skip_blanks(struct json_tokens *tokens)
{
    for (;;) {
        int byte = peek(tokens);
        if (byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r') {
            return;
        }
        tokens->line += byte == '\n' ? 1 : 0;
        tokens->input->begin++;
    }
}

static void keep(struct json_tokens *tokens, int byte)
{
    if (tokens->length == JSON_KEPT_MAX) {
        tokens->cut = true;
        return;
    }
    tokens->text[tokens->length++] = (char)byte;
}

static void keep_utf8(struct json_tokens *tokens, unsigned code)
{
    if (code < 0x80) {
        keep(tokens, (int)code);
    } else if (code < 0x800) {
        keep(tokens, (int)(0xc0 | code >> 6));
        keep(tokens, (int)(0x80 | (code & 0x3f)));
    } else if (code < 0x10000) {
        keep(tokens, (int)(0xe0 | code >> 12));
        keep(tokens, (int)(0x80 | (code >> 6 & 0x3f)));
        keep(tokens, (int)(0x80 | (code & 0x3f)));
    } else {
        keep(tokens, (int)(0xf0 | code >> 18));
        keep(tokens, (int)(0x80 | (code >> 12 & 0x3f)));
        keep(tokens, (int)(0x80 | (code >> 6 & 0x3f)));
        keep(tokens, (int)(0x80 | (code & 0x3f)));
    }
}

/* The four hex digits behind \u. */
static bool take_hex(struct json_tokens *tokens, unsigned *code)
{
    *code = 0;
    for (int i = 0; i < 4; i++) {
        int byte = take(tokens);
        unsigned digit;
        if (byte >= '0' && byte <= '9') {
            digit = (unsigned)(byte - '0');
        } else if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f' && byte > 0) {
            digit = (unsigned)((byte | 0x20) - 'a' + 10);
        } else {
            return false;
        }
        *code = *code * 16 + digit;
    }
    return true;
}

/* What stands behind \u: one code, or the two halves of one. */
static bool take_unicode(struct json_tokens *tokens)
{
    unsigned code;
    if (!take_hex(tokens, &code)) {
        return false;
    }
    if (code >= 0xd800 && code < 0xdc00) {
        unsigned low;
        if (take(tokens) != '\\' || take(tokens) != 'u' || !take_hex(tokens, &low) ||
            low < 0xdc00 || low >= 0xe000) {
            return false;
        }
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code < 0xe000) {
        return false;
    }
    keep_utf8(tokens, code);
    return true;
}

static bool take_escape(struct json_tokens *tokens)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char bytes[] = "\"\\/\b\f\n\r\t";
    int byte = take(tokens);
    if (byte == 'u') {
        return take_unicode(tokens);
    }
    const char *found = byte > 0 ? strchr(letters, byte) : NULL;
    if (found == NULL) {
        return false;
    }
    keep(tokens, bytes[found - letters]);
    return true;
}

/* A string, its first quote taken. */
static enum json_token read_string(struct json_tokens *tokens)
{
    tokens->length = 0;
    tokens->cut = false;
    for (;;) {
        int byte = take(tokens);
        if (byte == NO_BYTE) {
            return no_byte(tokens);
        }
        if (byte == '"') {
            return JSON_STRING;
        }
        if (byte < 0x20) {
            return wrong(tokens, "a text holds a control character");
        }
        if (byte != '\\') {
            keep(tokens, byte);
        } else if (!take_escape(tokens)) {
            return wrong(tokens, "a text holds an escape that is none");
        }
    }
}

/* Digits from here on; false when there are none. */
static bool keep_digits(struct json_tokens *tokens)
{
    int count = 0;
    for (int byte = peek(tokens); byte >= '0' && byte <= '9'; byte = peek(tokens)) {
        keep(tokens, take(tokens));
        count = 1;
    }
    return count > 0;
}

static bool keep_if(struct json_tokens *tokens, int byte)
{
    if (peek(tokens) != byte) {
        return false;
    }
    keep(tokens, take(tokens));
    return true;
}

static enum json_token read_number(struct json_tokens *tokens)
{
    tokens->length = 0;
    tokens->cut = false;
    (void)keep_if(tokens, '-');
    bool good = keep_if(tokens, '0') || keep_digits(tokens); /* no zero in front of digits */
    if (good && keep_if(tokens, '.')) {
        good = keep_digits(tokens);
    }
    if (good && (keep_if(tokens, 'e') || keep_if(tokens, 'E'))) {
        (void)(keep_if(tokens, '+') || keep_if(tokens, '-'));
        good = keep_digits(tokens);
    }
    int next = peek(tokens);
    bool ends = next == NO_BYTE || strchr(" \t\r\n,]}", next) != NULL;
    if (!good || !ends || next == 0) {
        return wrong(tokens, "a number is not of JSON's form");
    }
    return JSON_NUMBER;
}

static enum json_token read_word(struct json_tokens *tokens, const char *word,
                                 enum json_token token)
{
    for (const char *at = word; *at != '\0'; at++) {
        if (take(tokens) != *at) {
            return wrong(tokens, "there is a word that is not true, false or null");
        }
    }
    return token;
}

static enum json_token open_nesting(struct json_tokens *tokens, int byte)
{
    if (tokens->depth == JSON_NESTING_MAX) {
        return wrong(tokens, "its values are nested too deep");
    }
    tokens->input->begin++;
    tokens->nesting[tokens->depth++] = (char)byte;
    tokens->after_value = false;
    return byte == '{' ? JSON_OBJECT : JSON_ARRAY;
}

static enum json_token close_nesting(struct json_tokens *tokens, int byte)
{
    int opened = tokens->depth > 0 ? tokens->nesting[tokens->depth - 1] : 0;
    if (tokens->after_comma || tokens->after_key || opened != (byte == '}' ? '{' : '[')) {
        return wrong(tokens, "there is a bracket that closes nothing, or a value is missing");
    }
    tokens->input->begin++;
    tokens->depth--;
    tokens->after_value = true;
    return byte == '}' ? JSON_OBJECT_END : JSON_ARRAY_END;
}

static enum json_token read_value(struct json_tokens *tokens, int byte)
{
    if (byte == '{' || byte == '[') {
        return open_nesting(tokens, byte);
    }
    tokens->after_value = true;
    if (byte == '"') {
        tokens->input->begin++;
        return read_string(tokens);
    }
    if (byte == '-' || (byte >= '0' && byte <= '9')) {
        return read_number(tokens);
    }
    if (byte == 't') {
        return read_word(tokens, "true", JSON_TRUE);
    }
    if (byte == 'f') {
        return read_word(tokens, "false", JSON_FALSE);
    }
    if (byte == 'n') {
        return read_word(tokens, "null", JSON_NULL);
    }
    return wrong(tokens, "there is something that is no value");
}

static enum json_token read_key(struct json_tokens *tokens, int byte)
{
    if (byte != '"') {
        return wrong(tokens, "a key in quotes is missing");
    }
    tokens->input->begin++;
    if (read_string(tokens) == JSON_FAULT) {
        return JSON_FAULT;
    }
    skip_blanks(tokens);
    if (take(tokens) != ':') {
        return wrong(tokens, "a colon behind a key is missing");
    }
    tokens->after_key = true;
    return JSON_KEY;
}

enum json_token json_next(struct json_tokens *tokens)
{
    skip_blanks(tokens);
    int byte = peek(tokens);
    if (byte == ',' && tokens->after_value && tokens->depth > 0) {
        tokens->input->begin++;
        tokens->after_value = false;
        tokens->after_comma = true;
        skip_blanks(tokens);
        byte = peek(tokens);
    }
    if (byte == NO_BYTE) {
        return tokens->depth == 0 && tokens->input->at_end ? JSON_END : no_byte(tokens);
    }
    if (byte == '}' || byte == ']') {
        return close_nesting(tokens, byte);
    }
    if (tokens->after_value && tokens->depth > 0) {
        return wrong(tokens, "a comma is missing");
    }
    bool in_object = tokens->depth > 0 && tokens->nesting[tokens->depth - 1] == '{';
    tokens->after_comma = false;
    if (in_object && !tokens->after_key) {
        return read_key(tokens, byte);
    }
    tokens->after_key = false;
    return read_value(tokens, byte);
}

bool json_skip(struct json_tokens *tokens, enum json_token first)
{
    if (first != JSON_OBJECT && first != JSON_ARRAY) {
        return first != JSON_FAULT;
    }
    for (int depth = tokens->depth; tokens->depth >= depth;) {
        if (json_next(tokens) == JSON_FAULT) {
            return false;
        }
    }
    return true;
}
