/* control_answer.c: see control_answer.h. */
#include "driver/control_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Takes one member, whose value began with `token`, to its end; false on a fault. */
typedef bool take_member(struct json_tokens *tokens, const char *key, enum json_token token,
                         void *context);

/* All members of an object that has begun. */
static bool read_object(struct json_tokens *tokens, take_member *take, void *context)
{
    enum json_token token;
    while ((token = json_next(tokens)) == JSON_KEY) {
        char key[JSON_KEPT_MAX + 1];
        (void)snprintf(key, sizeof key, "%.*s", (int)tokens->length, tokens->text);
        token = json_next(tokens);
        if (!take(tokens, key, token, context)) {
            return false;
        }
    }
    return token == JSON_OBJECT_END;
}

/* A number that is whole and not negative; 0 for any other. */
static uint64_t count_of(const struct json_tokens *tokens)
{
    char text[JSON_KEPT_MAX + 1];
    (void)snprintf(text, sizeof text, "%.*s", (int)tokens->length, tokens->text);
    return text[0] >= '0' && text[0] <= '9' ? strtoull(text, NULL, 10) : 0;
}

static bool take_figure(struct json_tokens *tokens, const char *key, enum json_token token,
                        void *context)
{
    static const char *const keys[] = {
#define X(name, text) text,
        CONTROL_FIGURE_LIST(X)
#undef X
    };
    struct answer_stage *stage = context;
    if (token == JSON_NUMBER && strcmp(key, "count") == 0) {
        stage->count = count_of(tokens);
    }
    for (int i = 0; i < CONTROL_FIGURE_COUNT && token == JSON_NUMBER; i++) {
        if (strcmp(key, keys[i]) == 0) {
            stage->figures[i] = count_of(tokens);
        }
    }
    return json_skip(tokens, token);
}

static bool take_stage(struct json_tokens *tokens, const char *key, enum json_token token,
                       void *context)
{
    struct control_answer *answer = context;
    for (int i = 0; i < LATENCY_STAGE_COUNT && token == JSON_OBJECT; i++) {
        if (strcmp(key, latency_stage_text((enum latency_stage)i)) == 0) {
            return read_object(tokens, take_figure, &answer->stages[i]);
        }
    }
    return json_skip(tokens, token);
}

static bool read_not_ready(struct json_tokens *tokens, struct control_answer *answer)
{
    enum json_token token;
    while ((token = json_next(tokens)) == JSON_STRING) {
        for (uint8_t condition = 0; condition < 32; condition++) {
            const char *text = status_condition_text(condition);
            if (strlen(text) == tokens->length && memcmp(tokens->text, text, tokens->length) == 0) {
                answer->shut |= 1U << condition;
                break;
            }
        }
    }
    return token == JSON_ARRAY_END;
}

static void keep_value(struct control_answer *answer, const char *key,
                       const struct json_tokens *tokens)
{
    static const char *const keys[] = {
#define X(name, text) text,
        ANSWER_MEMBER_LIST(X)
#undef X
    };
    for (int i = 0; i < ANSWER_MEMBER_COUNT; i++) {
        if (strcmp(key, keys[i]) == 0) {
            (void)snprintf(answer->values[i], ANSWER_VALUE_SIZE, "%.*s", (int)tokens->length,
                           tokens->text);
        }
    }
}

static bool take_top(struct json_tokens *tokens, const char *key, enum json_token token,
                     void *context)
{
    struct control_answer *answer = context;
    if (token == JSON_OBJECT && strcmp(key, "latency") == 0) {
        return read_object(tokens, take_stage, answer);
    }
    if (token == JSON_ARRAY && strcmp(key, "not_ready") == 0) {
        return read_not_ready(tokens, answer);
    }
    if (strcmp(key, "ok") == 0) {
        answer->ok = token == JSON_TRUE;
    } else if (strcmp(key, "held") == 0) {
        answer->held = token == JSON_TRUE;
    } else if (strcmp(key, "error") == 0 && token == JSON_STRING) {
        (void)snprintf(answer->error, sizeof answer->error, "%.*s", (int)tokens->length,
                       tokens->text);
    } else if (token == JSON_STRING || token == JSON_NUMBER) {
        keep_value(answer, key, tokens);
    }
    return json_skip(tokens, token);
}

bool control_answer_read(const char *text, struct control_answer *answer)
{
    struct problem problem;
    struct text_input input = text_input_of(text, strlen(text));
    struct json_tokens tokens;
    *answer = (struct control_answer){0};
    json_tokens_init(&tokens, &input, &problem);
    return json_next(&tokens) == JSON_OBJECT && read_object(&tokens, take_top, answer) &&
           json_next(&tokens) == JSON_END;
}
