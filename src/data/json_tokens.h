/* json_tokens.h: strict JSON, token by token, from a stream of any length.
 *
 * Several values may follow each other, with white space between them. Nesting and the length of
 * what is kept of a text are bounded; numbers keep their text. */
#ifndef DATA_JSON_TOKENS_H
#define DATA_JSON_TOKENS_H

#include "data/text_input.h"

#define JSON_NESTING_MAX 16
#define JSON_KEPT_MAX    256

enum json_token {
    JSON_FAULT, /* `fault` says what; or the input failed: then `fault` is NULL */
    JSON_END,   /* of the input, between two values */
    JSON_OBJECT,
    JSON_OBJECT_END,
    JSON_ARRAY,
    JSON_ARRAY_END,
    JSON_KEY, /* `text`; its value is the next token */
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
};

struct json_tokens {
    struct text_input *input;
    struct problem *problem;
    uint64_t line; /* of the last token, from 1 */
    char text[JSON_KEPT_MAX];
    size_t length; /* of the text of a key, string or number */
    bool cut;      /* it was longer than what is kept */
    const char *fault;

    char nesting[JSON_NESTING_MAX]; /* '{' or '[' */
    int depth;
    bool after_value; /* a comma or an end must follow */
    bool after_comma; /* no end may follow */
    bool after_key;
};

void json_tokens_init(struct json_tokens *tokens, struct text_input *input,
                      struct problem *problem);

enum json_token json_next(struct json_tokens *tokens);

/* Reads over the value that begins with `first`, which was given just now; false on a fault. */
bool json_skip(struct json_tokens *tokens, enum json_token first);

#endif
