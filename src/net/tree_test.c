/* tree_test.c: from nodes to values, exactly or not at all. */
#include "net/tree.h"

#include <criterion/criterion.h>
#include <string.h>

#include "net/json.h"
#include "net/msgpack.h"

static struct tree tree;

static const struct node *number(const char *text)
{
    cr_assert_eq(tree_read(&tree, text, strlen(text)), ERR_OK, "%s: %s", text, tree.fault);
    return tree_root(&tree);
}

Test(tree, decimals_become_billionths_exactly)
{
    static const struct {
        const char *text;
        enum err err;
        int64_t want_e9;
    } cases[] = {
        {"0",                    ERR_OK,     0           },
        {"672.69",               ERR_OK,     672690000000},
        {"-1",                   ERR_OK,     -1000000000 },
        {"0.000000001",          ERR_OK,     1           },
        {"1.0000000000000",      ERR_OK,     1000000000  },
        {"9223372036.854775807", ERR_OK,     INT64_MAX   },
        {"9223372036.854775808", ERR_RANGE,  0           },
        {"0.0000000001",         ERR_RANGE,  0           },
        {"1e3",                  ERR_FORMAT, 0           },
        {"1E0",                  ERR_FORMAT, 0           },
        {"\"1\"",                ERR_FORMAT, 0           },
        {"null",                 ERR_FORMAT, 0           },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = 7;
        cr_assert_eq(node_e9(number(cases[i].text), &value), cases[i].err, "%s", cases[i].text);
        cr_assert_eq(value, cases[i].err == ERR_OK ? cases[i].want_e9 : 7, "%s", cases[i].text);
    }
    int64_t value = 7;
    cr_assert_eq(node_e9(NULL, &value), ERR_FORMAT);
    cr_assert_eq(node_decimal_e9(number("\"150.1\""), &value), ERR_OK);
    cr_assert_eq(value, 150100000000);
    cr_assert_eq(node_decimal_e9(number("150.2"), &value), ERR_OK);
    cr_assert_eq(value, 150200000000);
    cr_assert_eq(node_decimal_e9(number("\" 1\""), &value), ERR_FORMAT);
    tree_finish(&tree);
}

Test(tree, doubles_become_billionths_only_where_that_is_certain)
{
    static const struct {
        double real;
        enum err err;
        int64_t want_e9;
    } cases[] = {
        {672.69,             ERR_OK,    672690000000        },
        {-0.1,               ERR_OK,    -100000000          },
        {212.33,             ERR_OK,    212330000000        },
        {1999999.999999,     ERR_OK,    1999999999999000    },
        {0.000000001,        ERR_OK,    1                   },
        {672.69000000000017, ERR_RANGE, 0                   },
        {1.0 / 3,            ERR_RANGE, 0                   },
        {1e-10,              ERR_RANGE, 0                   },
        {5e6,                ERR_OK,    5000000000000000    },
        {-9e9,               ERR_OK,    -9000000000000000000},
        {9.3e9,              ERR_RANGE, 0                   },
        {5000000.5,          ERR_RANGE, 0                   },
        {1.0 / 0.0,          ERR_RANGE, 0                   },
        {0.0 / 0.0,          ERR_RANGE, 0                   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct node node = {.kind = NODE_DOUBLE, .as.real = cases[i].real};
        int64_t value = 7;
        cr_assert_eq(node_e9(&node, &value), cases[i].err, "%zu", i);
        cr_assert_eq(value, cases[i].err == ERR_OK ? cases[i].want_e9 : 7, "%zu", i);
    }
}

/* Every price of four decimals below 20,000 in steps: what the writer of doubles meant. */
Test(tree, prices_come_through_doubles_unharmed)
{
    for (int64_t price_e4 = 1; price_e4 < 200000000; price_e4 += 997) {
        struct node node = {.kind = NODE_DOUBLE, .as.real = (double)price_e4 / 1e4};
        int64_t value = 0;
        cr_assert_eq(node_e9(&node, &value), ERR_OK, "%ld", price_e4);
        cr_assert_eq(value, price_e4 * 100000, "%ld", price_e4);
    }
}

Test(tree, whole_numbers)
{
    int64_t value = 7;
    uint64_t whole = 7;
    cr_assert_eq(node_int(number("-9223372036854775808"), &value), ERR_OK);
    cr_assert_eq(value, INT64_MIN);
    cr_assert_eq(node_int(number("9223372036854775808"), &value), ERR_RANGE);
    cr_assert_eq(node_int(number("-9223372036854775809"), &value), ERR_RANGE);
    cr_assert_eq(node_int(number("99999999999999999999999999"), &value), ERR_RANGE);
    cr_assert_eq(node_int(number("-0"), &value), ERR_OK);
    cr_assert_eq(value, 0);
    cr_assert_eq(node_int(number("1.0"), &value), ERR_FORMAT);
    cr_assert_eq(node_int(number("true"), &value), ERR_FORMAT);
    cr_assert_eq(node_uint(number("18446744073709551615"), &whole), ERR_OK);
    cr_assert_eq(whole, UINT64_MAX);
    cr_assert_eq(node_uint(number("18446744073709551616"), &whole), ERR_RANGE);
    cr_assert_eq(node_uint(number("-1"), &whole), ERR_RANGE);
    tree_finish(&tree);
}

Test(tree, other_values)
{
    bool truth = false;
    int64_t ts_ns = 0;
    cr_assert_eq(node_bool(number("true"), &truth), ERR_OK);
    cr_assert(truth);
    cr_assert_eq(node_bool(number("1"), &truth), ERR_FORMAT);
    cr_assert_eq(node_time(number("\"2026-03-16T18:38:01.942282123Z\""), &ts_ns), ERR_OK);
    cr_assert_eq(ts_ns, 1773686281942282123);
    cr_assert_eq(node_time(number("\"soon\""), &ts_ns), ERR_FORMAT);
    cr_assert_eq(node_time(number("1"), &ts_ns), ERR_FORMAT);
    cr_assert_null(node_member(number("[1]"), "a"));
    cr_assert_null(node_first(number("{\"a\":1}")));
    cr_assert_null(node_first(number("[]")));
    cr_assert_null(node_first_key(number("{}")));
    tree_finish(&tree);
}

Test(tree, members_come_in_order)
{
    const struct node *root = number("{\"a\":[1,{\"x\":2}],\"b\":{\"y\":[]},\"c\":3}");
    const char *want[] = {"a", "b", "c"};
    size_t count = 0;
    for (const struct node *key = node_first_key(root); key != NULL;
         key = node_next_key(root, key)) {
        cr_assert(node_is(key, want[count]));
        count++;
    }
    cr_assert_eq(count, 3);
    cr_assert(node_value(node_first_key(root))->kind == NODE_ARRAY);
    tree_finish(&tree);
}

Test(tree, the_first_byte_tells_the_encoding)
{
    cr_assert_eq(tree_read(&tree,
                           "\x81\xa1"
                           "a\x01",
                           4),
                 ERR_OK);
    cr_assert_eq(node_member(tree_root(&tree), "a")->as.integer, 1);
    cr_assert_eq(tree_read(&tree, "{\"a\":1}", 7), ERR_OK);
    cr_assert_eq(tree_read(&tree, "\x91\xc0", 2), ERR_OK);
    cr_assert_eq(tree_read(&tree, "", 0), ERR_FORMAT);
    cr_assert_eq(tree_read(&tree, "\xc0", 1), ERR_FORMAT, "neither a map nor an array, nor JSON");
    tree_finish(&tree);
}
