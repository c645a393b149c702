/* msgpack_test.c: the bytes of the specification both ways, and what is refused. */
#include "net/msgpack.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* What was written, in hexadecimal digits. */
static const char *hex(const struct msgpack *msgpack)
{
    static char text[256];
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < msgpack->length && used + 3 < sizeof text; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%02x", msgpack->bytes[i]);
    }
    return text;
}

/* Bytes out of hexadecimal digits; blanks are skipped. */
static size_t unhex(const char *text, uint8_t *out)
{
    size_t length = 0;
    for (; *text != '\0'; text++) {
        if (*text != ' ') {
            unsigned value = 0;
            (void)sscanf(text, "%2x", &value);
            out[length++] = (uint8_t)value;
            text++;
        }
    }
    return length;
}

Test(msgpack, whole_numbers_take_the_shortest_form)
{
    static const struct {
        int64_t value;
        const char *want;
    } cases[] = {
        {0,               "00"                },
        {127,             "7f"                },
        {128,             "cc80"              },
        {255,             "ccff"              },
        {256,             "cd0100"            },
        {65535,           "cdffff"            },
        {65536,           "ce00010000"        },
        {4294967295,      "ceffffffff"        },
        {4294967296,      "cf0000000100000000"},
        {INT64_MAX,       "cf7fffffffffffffff"},
        {-1,              "ff"                },
        {-32,             "e0"                },
        {-33,             "d0df"              },
        {-128,            "d080"              },
        {-129,            "d1ff7f"            },
        {-32768,          "d18000"            },
        {-32769,          "d2ffff7fff"        },
        {INT32_MIN,       "d280000000"        },
        {INT32_MIN - 1LL, "d3ffffffff7fffffff"},
        {INT64_MIN,       "d38000000000000000"},
    };
    struct msgpack msgpack;
    struct tree tree;
    msgpack_init(&msgpack);
    tree_init(&tree);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = 0;
        msgpack_reset(&msgpack);
        msgpack_int(&msgpack, cases[i].value);
        cr_assert_str_eq(hex(&msgpack), cases[i].want);
        cr_assert_eq(msgpack_parse(&tree, msgpack.bytes, msgpack.length), ERR_OK);
        cr_assert_eq(node_int(tree_root(&tree), &value), ERR_OK);
        cr_assert_eq(value, cases[i].value);
    }
    uint64_t whole = 0;
    msgpack_reset(&msgpack);
    msgpack_uint(&msgpack, UINT64_MAX);
    cr_assert_str_eq(hex(&msgpack), "cfffffffffffffffff");
    cr_assert_eq(msgpack_parse(&tree, msgpack.bytes, msgpack.length), ERR_OK);
    cr_assert_eq(node_uint(tree_root(&tree), &whole), ERR_OK);
    cr_assert_eq(whole, UINT64_MAX);
    tree_finish(&tree);
    msgpack_finish(&msgpack);
}

Test(msgpack, other_values_take_the_bytes_of_the_specification)
{
    struct msgpack msgpack;
    msgpack_init(&msgpack);
    msgpack_array(&msgpack, 6);
    msgpack_nil(&msgpack);
    msgpack_bool(&msgpack, false);
    msgpack_bool(&msgpack, true);
    msgpack_double(&msgpack, 1.5);
    msgpack_string(&msgpack, "a\xc3\xa9");
    msgpack_map(&msgpack, 1);
    msgpack_string(&msgpack, "T");
    msgpack_money(&msgpack, 212500000000);
    cr_assert_str_eq(hex(&msgpack), "96c0c2c3cb3ff8000000000000a361c3a981a154cb406a900000000000");
    msgpack_reset(&msgpack);
    msgpack_money(&msgpack, 5000000000);
    cr_assert_str_eq(hex(&msgpack), "05");
    msgpack_finish(&msgpack);
}

Test(msgpack, timestamps_have_three_forms)
{
    static const struct {
        int64_t ts_ns;
        const char *want;
    } cases[] = {
        {0,                         "d6ff00000000"                  },
        {4294967295LL * 1000000000, "d6ffffffffff"                  },
        {4294967296LL * 1000000000, "d7ff0000000100000000"          },
        {1773686281942282123,       "d7ffe0a8562c69b84e09"          },
        {INT64_MAX,                 "d7ffcbcb5ffe25c17d04"          },
        {-1,                        "c70cff3b9ac9ffffffffffffffffff"},
        {-1000000000,               "c70cff00000000ffffffffffffffff"},
        {INT64_MIN,                 "c70cff08a7f200fffffffdda3e82fb"},
    };
    struct msgpack msgpack;
    struct tree tree;
    msgpack_init(&msgpack);
    tree_init(&tree);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t ts_ns = 0;
        msgpack_reset(&msgpack);
        msgpack_time(&msgpack, cases[i].ts_ns);
        cr_assert_str_eq(hex(&msgpack), cases[i].want);
        cr_assert_eq(msgpack_parse(&tree, msgpack.bytes, msgpack.length), ERR_OK, "%zu", i);
        cr_assert_eq(node_time(tree_root(&tree), &ts_ns), ERR_OK);
        cr_assert_eq(ts_ns, cases[i].ts_ns);
    }
    tree_finish(&tree);
    msgpack_finish(&msgpack);
}

Test(msgpack, long_texts_arrays_and_maps)
{
    static const size_t lengths[] = {31, 32, 255, 256, 65535, 65536};
    static char text[65536];
    memset(text, 'x', sizeof text);
    struct msgpack msgpack;
    struct tree tree;
    msgpack_init(&msgpack);
    tree_init(&tree);
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        msgpack_reset(&msgpack);
        msgpack_text(&msgpack, text, lengths[i]);
        cr_assert_eq(msgpack_parse(&tree, msgpack.bytes, msgpack.length), ERR_OK);
        cr_assert_eq(tree_root(&tree)->length, lengths[i]);
        msgpack_reset(&msgpack);
        msgpack_array(&msgpack, (uint32_t)lengths[i]);
        for (size_t k = 0; k < lengths[i]; k++) {
            msgpack_nil(&msgpack);
        }
        cr_assert_eq(msgpack_parse(&tree, msgpack.bytes, msgpack.length), ERR_OK);
        cr_assert_eq(tree_root(&tree)->length, lengths[i]);
        msgpack_reset(&msgpack);
        msgpack_map(&msgpack, (uint32_t)lengths[i]);
        for (size_t k = 0; k < lengths[i]; k++) {
            char key[16];
            (void)snprintf(key, sizeof key, "%zu", k);
            msgpack_string(&msgpack, key);
            msgpack_int(&msgpack, (int64_t)k);
        }
        cr_assert_eq(msgpack_parse(&tree, msgpack.bytes, msgpack.length), ERR_OK);
        cr_assert_eq(node_member(tree_root(&tree), "30")->as.integer, 30);
    }
    tree_finish(&tree);
    msgpack_finish(&msgpack);
}

Test(msgpack, refuses_what_does_not_hold_together)
{
    static const struct {
        const char *what;
        const char *bytes;
    } cases[] = {
        {"nothing",                       ""                              },
        {"a map without its members",     "81"                            },
        {"a map that ends in a key",      "81a161"                        },
        {"an array that ends early",      "9201"                          },
        {"more behind",                   "c0c0"                          },
        {"the byte that is never used",   "c1"                            },
        {"an array of four billion",      "ddffffffff"                    },
        {"a map of four billion",         "dfffffffff"                    },
        {"a text of four billion",        "dbffffffff"                    },
        {"bytes of four billion",         "c6ffffffff"                    },
        {"an extension of four billion",  "c9ffffffff05"                  },
        {"a text that ends early",        "a36162"                        },
        {"a number that ends early",      "cd01"                          },
        {"a double that ends early",      "cb3ff8"                        },
        {"a key that is a number",        "8101c0"                        },
        {"a key that is a map",           "8180c0"                        },
        {"a doubled key",                 "82a16101a16102"                },
        {"a text that is no UTF-8",       "a1ff"                          },
        {"a surrogate",                   "a3eda080"                      },
        {"a timestamp of three bytes",    "c703ff000000"                  },
        {"a second of more nanoseconds",  "d7ffee6b280000000000"          },
        {"a moment after 2262",           "c70cff000000007fffffffffffffff"},
        {"an extension without its type", "c700"                          },
    };
    uint8_t bytes[64];
    struct tree tree;
    tree_init(&tree);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tree.fault = NULL;
        size_t length = unhex(cases[i].bytes, bytes);
        cr_assert_eq(msgpack_parse(&tree, bytes, length), ERR_FORMAT, "%s", cases[i].what);
        cr_assert_not_null(tree.fault);
    }
    memset(bytes, 0x91, sizeof bytes);
    cr_assert_eq(msgpack_parse(&tree, bytes, sizeof bytes), ERR_FORMAT, "nested 64 deep");
    bytes[TREE_DEPTH_MAX] = 0xc0;
    cr_assert_eq(msgpack_parse(&tree, bytes, TREE_DEPTH_MAX + 1), ERR_OK);
    tree_finish(&tree);
}

Test(msgpack, foreign_forms_are_read)
{
    uint8_t bytes[64];
    struct tree tree;
    tree_init(&tree);
    /* A long form of a short number, a float, bytes, an extension of another type. */
    size_t length = unhex("94 d30000000000000005 ca3fc00000 c40361ff62 d505abcd", bytes);
    cr_assert_eq(msgpack_parse(&tree, bytes, length), ERR_OK);
    const struct node *root = tree_root(&tree);
    const struct node *node = node_first(root);
    cr_assert_eq(node->as.integer, 5);
    node = node_next(root, node);
    cr_assert_eq(node->as.real, 1.5);
    node = node_next(root, node);
    cr_assert_eq(node->kind, NODE_BYTES);
    cr_assert_eq(node->length, 3);
    node = node_next(root, node);
    cr_assert_eq(node->kind, NODE_BYTES);
    cr_assert_eq(node->length, 2);
    tree_finish(&tree);
}
