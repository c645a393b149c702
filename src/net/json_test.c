/* json_test.c: what is JSON, what is none, and that numbers keep their text. */
#include "net/json.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/clock.h"
#include "sys/memory.h"

static enum err parse(struct tree *tree, const char *text)
{
    return json_parse(tree, text, strlen(text));
}

Test(json, reads_every_kind_of_value)
{
    struct tree tree;
    tree_init(&tree);
    cr_assert_eq(parse(&tree, " {\"a\": [1, -2.50, 1e3], \"b\": {}, \"c\": [], \"d\": null,"
                              "\"e\": true, \"f\": false, \"g\": \"x\"} \n"),
                 ERR_OK);
    const struct node *root = tree_root(&tree);
    cr_assert_eq(root->kind, NODE_OBJECT);
    cr_assert_eq(root->length, 7);
    const struct node *a = node_member(root, "a");
    cr_assert_eq(a->length, 3);
    const struct node *element = node_first(a);
    cr_assert_eq(element->length, 1);
    element = node_next(a, element);
    cr_assert_eq(memcmp(element->as.text, "-2.50", 5), 0);
    cr_assert_eq(element->length, 5);
    element = node_next(a, element);
    cr_assert_eq(memcmp(element->as.text, "1e3", 3), 0);
    cr_assert_null(node_next(a, element));
    cr_assert_eq(node_member(root, "b")->kind, NODE_OBJECT);
    cr_assert_eq(node_member(root, "c")->kind, NODE_ARRAY);
    cr_assert_eq(node_member(root, "d")->kind, NODE_NULL);
    cr_assert(node_member(root, "e")->truth);
    cr_assert_not(node_member(root, "f")->truth);
    cr_assert(node_is(node_member(root, "g"), "x"));
    cr_assert_null(node_member(root, "h"));
    tree_finish(&tree);
}

Test(json, unescapes_strings)
{
    static const struct {
        const char *json;
        const char *want;
    } cases[] = {
        {"\"\"",                                      ""                                       },
        {"\"plain\"",                                 "plain"                                  },
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",            "\"\\/\b\f\n\r\t"                        },
        {"\"a\\u0041\\u00e9\\u20ac\\ud83d\\ude00z\"", "aA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"},
        {"\"\xc3\xa9\xf0\x9f\x98\x80\"",              "\xc3\xa9\xf0\x9f\x98\x80"               },
        {"\"\x7f\"",                                  "\x7f"                                   },
    };
    struct tree tree;
    tree_init(&tree);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_assert_eq(parse(&tree, cases[i].json), ERR_OK, "%s: %s", cases[i].json, tree.fault);
        cr_assert(node_is(tree_root(&tree), cases[i].want), "%s", cases[i].json);
        cr_assert_str_eq(node_text(tree_root(&tree)), cases[i].want);
    }
    cr_assert_eq(parse(&tree, "\"a\\u0000b\""), ERR_OK);
    cr_assert_eq(tree_root(&tree)->length, 3);
    cr_assert_null(node_text(tree_root(&tree)), "a C string would be cut");
    tree_finish(&tree);
}

Test(json, refuses_what_is_none)
{
    static const char *const cases[] = {
        "",
        " ",
        "nul",
        "nulll",
        "True",
        "{",
        "[",
        "]",
        "}",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{1:2}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "[1}",
        "{\"a\":1]",
        "1 2",
        "{} {}",
        "{}x",
        "[]]",
        "01",
        "-",
        "-01",
        "+1",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x10",
        "NaN",
        "Infinity",
        "-Infinity",
        "1_000",
        "12a",
        "1\"a\"",
        "true\"a\"",
        "\"a\"b",
        "\"a\"\"b\"",
        "\"",
        "\"a",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\ud800\"",
        "\"\\ud800x\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "\"\n\"",
        "\"\t\"",
        "\"\x01\"",
        "\"\x80\"",
        "\"\xc0\xaf\"",
        "\"\xed\xa0\x80\"",
        "\xef\xbb\xbf{}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"\":1,\"\":2}",
        "{\"x\":{\"b\":1,\"c\":2,\"b\":3}}",
        "'a'",
        "// c\n1",
        "[1]/**/",
        "\\\"a\\\"",
        "1:",
        "[1:2]",
    };
    struct tree tree;
    tree_init(&tree);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tree.fault = NULL;
        cr_assert_eq(parse(&tree, cases[i]), ERR_FORMAT, "accepted: %s", cases[i]);
        cr_assert_not_null(tree.fault);
    }
    cr_assert_eq(json_parse(&tree, "1\0", 2), ERR_FORMAT, "a NUL behind the value");
    cr_assert_eq(json_parse(&tree, "[1\0]", 4), ERR_FORMAT, "a NUL within");
    tree_finish(&tree);
}

Test(json, says_where_and_why)
{
    struct tree tree;
    tree_init(&tree);
    cr_assert_eq(parse(&tree, "{\"qty\": 1.}"), ERR_FORMAT);
    cr_assert_str_eq(tree.fault, "a number that is none");
    cr_assert_eq(tree.fault_at, 8);
    tree_finish(&tree);
}

static char *nested(int depth, const char *open, const char *close)
{
    char *text = xcalloc(1, (size_t)depth * (strlen(open) + strlen(close)) + 2);
    size_t used = 0;
    for (int i = 0; i < depth; i++) {
        memcpy(text + used, open, strlen(open));
        used += strlen(open);
    }
    text[used++] = '1';
    for (int i = 0; i < depth; i++) {
        memcpy(text + used, close, strlen(close));
        used += strlen(close);
    }
    return text;
}

Test(json, nesting_is_bounded)
{
    static const struct {
        int depth;
        const char *open, *close;
        enum err want;
    } cases[] = {
        {TREE_DEPTH_MAX,     "[",       "]", ERR_OK    },
        {TREE_DEPTH_MAX + 1, "[",       "]", ERR_FORMAT},
        {TREE_DEPTH_MAX,     "{\"a\":", "}", ERR_OK    },
        {TREE_DEPTH_MAX + 1, "{\"a\":", "}", ERR_FORMAT},
        {200000,             "[",       "]", ERR_FORMAT},
    };
    struct tree tree;
    tree_init(&tree);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = nested(cases[i].depth, cases[i].open, cases[i].close);
        cr_assert_eq(parse(&tree, text), cases[i].want, "depth %d", cases[i].depth);
        free(text);
    }
    tree_finish(&tree);
}

/* Keys k0 .. k<count-1>, the last one named as given. */
static char *wide(int count, const char *last)
{
    size_t size = (size_t)count * 16 + 32;
    char *text = xmalloc(size);
    size_t used = (size_t)snprintf(text, size, "{");
    for (int i = 0; i < count; i++) {
        used += (size_t)snprintf(text + used, size - used, "\"k%d\":%d,", i, i);
    }
    (void)snprintf(text + used, size - used, "\"%s\":1}", last);
    return text;
}

Test(json, doubled_keys_are_found_in_objects_of_any_size)
{
    static const int counts[] = {1, 5, 11, 12, 13, 31, 32, 33, 100, 50000};
    struct tree tree;
    tree_init(&tree);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        char *text = wide(counts[i], "new");
        cr_assert_eq(parse(&tree, text), ERR_OK, "%d keys", counts[i]);
        cr_assert_eq(tree_root(&tree)->length, (uint32_t)counts[i] + 1);
        free(text);
        text = wide(counts[i], "k0");
        cr_assert_eq(parse(&tree, text), ERR_FORMAT, "%d keys", counts[i]);
        free(text);
    }
    tree_finish(&tree);
}

Test(json, a_warm_tree_allocates_nothing)
{
    struct tree tree;
    tree_init(&tree);
    const char *text = "{\"T\":\"b\",\"S\":\"AAPL\",\"o\":212.3,\"h\":212.4,\"l\":212.2}";
    cr_assert_eq(parse(&tree, text), ERR_OK);
    void *nodes = tree.nodes;
    void *bytes = tree.bytes;
    void *parser = tree.parser;
    for (int i = 0; i < 1000; i++) {
        cr_assert_eq(parse(&tree, text), ERR_OK);
    }
    cr_assert(tree.nodes == nodes && tree.bytes == bytes && tree.parser == parser);
    tree_finish(&tree);
}

/* Any length, so that the end falls on every place of a block; and the bytes behind do not count.
 */
Test(json, the_end_may_fall_anywhere)
{
    struct tree tree;
    tree_init(&tree);
    char text[400];
    for (size_t length = 2; length < 300; length++) {
        memset(text, 'x', sizeof text);
        text[0] = '"';
        text[length - 1] = '"';
        cr_assert_eq(json_parse(&tree, text, length), ERR_OK, "%zu", length);
        cr_assert_eq(tree_root(&tree)->length, length - 2);
        memset(text, '7', sizeof text);
        cr_assert_eq(json_parse(&tree, text, length), ERR_OK, "%zu", length);
        cr_assert_eq(tree_root(&tree)->length, length);
    }
    tree_finish(&tree);
}
