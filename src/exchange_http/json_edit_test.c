/* json_edit_test.c: other values in a text that is otherwise left as it is. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "exchange_http/json_edit.h"

static void expect(const char *text, const char *name, const char *value, const char *expected)
{
    size_t length = 0;
    char *edited = json_set_members(text, strlen(text), name, value, &length);
    if (expected == NULL) {
        cr_expect_null(edited, "%s", text);
    } else {
        cr_assert_not_null(edited, "%s", text);
        cr_expect_eq(length, strlen(expected), "%.*s", (int)length, edited);
        cr_expect_eq(memcmp(edited, expected, length), 0, "%.*s", (int)length, edited);
    }
    free(edited);
}

Test(json_edit, values_of_all_kinds)
{
    expect("{\"a\":1}", "a", "null", "{\"a\":null}");
    expect("{\"a\":\"x\",\"b\":2}", "a", "NaN", "{\"a\":NaN,\"b\":2}");
    expect("{\"a\":{\"b\":[1,{}]},\"c\":3}", "a", "0", "{\"a\":0,\"c\":3}");
    expect("{\"a\":[\"]\",\"}\"],\"c\":3}", "a", "0", "{\"a\":0,\"c\":3}");
    expect("{\"a\":\"\\\"}\",\"c\":3}", "a", "0", "{\"a\":0,\"c\":3}");
    expect("{\"a\" : true }", "a", "0", "{\"a\" :0}");
}

Test(json_edit, wherever_they_are)
{
    expect("[{\"a\":1},{\"a\":2}]", "a", "9", "[{\"a\":9},{\"a\":9}]");
    expect("{\"x\":{\"a\":1},\"a\":2}", "a", "9", "{\"x\":{\"a\":9},\"a\":9}");
    expect("{\"a\":{\"a\":1}}", "a", "9", "{\"a\":9}");
}

Test(json_edit, only_members)
{
    expect("[\"a\",\"a\"]", "a", "9", NULL);
    expect("{\"b\":\"a\"}", "a", "9", NULL);
    expect("{\"ab\":1,\"ba\":2}", "a", "9", NULL);
    expect("{\"b\":\"\\\"a\\\":1\"}", "a", "9", NULL);
    expect("", "a", "9", NULL);
    expect("{}", "a", "9", NULL);
}

Test(json_edit, what_is_put_there_may_be_more)
{
    expect("{\"a\":1}", "a", "1,\"surprise\":[{}]", "{\"a\":1,\"surprise\":[{}]}");
}
