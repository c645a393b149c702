/* asking_test.h: requests made of text, and their answers as text and as a tree. */
#ifndef EXCHANGE_HTTP_ASKING_TEST_H
#define EXCHANGE_HTTP_ASKING_TEST_H

#include <string.h>

#include "exchange_http/call.h"
#include "exchange_http/made_market_test.h"
#include "net/json.h"

#define QUERY_ITEMS_MAX 16

struct answer {
    int status;
    struct json_writer json;
    struct tree tree;
    const struct node *root;
};

/* Cuts "a=1&b=2" up; nothing is percent-encoded. */
static inline uint32_t cut_query(char *text, struct query_item items[QUERY_ITEMS_MAX])
{
    uint32_t count = 0;
    char *rest = text;
    for (char *item = strsep(&rest, "&"); item != NULL && *item != '\0';
         item = strsep(&rest, "&")) {
        char *value = strchr(item, '=');
        cr_assert(value != NULL && count < QUERY_ITEMS_MAX);
        *value = '\0';
        items[count++] = (struct query_item){item, value + 1};
    }
    return count;
}

static inline void answer_finish(struct answer *answer)
{
    json_finish(&answer->json);
    tree_finish(&answer->tree);
}

/* `path`: what stands for {} in the path, or NULL. The caller ends the answer. */
static inline struct answer ask(struct venue *venue, call_handler *handle, const char *path,
                                const char *query)
{
    struct answer answer;
    struct query_item items[QUERY_ITEMS_MAX];
    char *text = xstrdup(query);
    json_init(&answer.json, false);
    tree_init(&answer.tree);
    struct call call = {
        .venue = venue,
        .arguments = {path, NULL},
        .query = items,
        .query_count = cut_query(text, items),
        .status = 200,
        .json = &answer.json
    };
    handle(&call);
    free(text);
    answer.status = call.status;
    cr_assert_eq(json_parse(&answer.tree, answer.json.text, answer.json.length), ERR_OK, "%s",
                 answer.json.text);
    answer.root = tree_root(&answer.tree);
    return answer;
}

/* Asks and compares the whole answer. */
static inline void ask_expect(struct venue *venue, call_handler *handle, const char *path,
                              const char *query, int status, const char *expected)
{
    struct answer answer = ask(venue, handle, path, query);
    cr_assert_eq(answer.status, status, "%s: %d %s", query, answer.status, answer.json.text);
    cr_assert_str_eq(answer.json.text, expected, "%s: %s", query, answer.json.text);
    answer_finish(&answer);
}

static inline uint32_t length_of(const struct node *array)
{
    cr_assert(array != NULL && array->kind == NODE_ARRAY);
    return array->length;
}

static inline const struct node *element(const struct node *array, uint32_t index)
{
    const struct node *at = node_first(array);
    while (index-- > 0) {
        at = node_next(array, at);
    }
    return at;
}

static inline int64_t e9_of(const struct node *object, const char *key)
{
    int64_t value_e9 = INT64_MIN;
    cr_assert_eq(node_e9(node_member(object, key), &value_e9), ERR_OK, "%s", key);
    return value_e9;
}

static inline int64_t time_of(const struct node *object, const char *key)
{
    int64_t ts_ns = INT64_MIN;
    cr_assert_eq(node_time(node_member(object, key), &ts_ns), ERR_OK, "%s", key);
    return ts_ns;
}

#endif
