/* json_writer_test.c: commas, escapes and numbers. */
#include "sys/json_writer.h"

#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <string.h>

Test(json_writer, puts_commas_and_colons_in_place)
{
    struct json_writer json;
    json_init(&json, false);
    json_begin_object(&json);
    json_key(&json, "a");
    json_begin_array(&json);
    json_int(&json, -1);
    json_uint(&json, UINT64_MAX);
    json_begin_object(&json);
    json_end_object(&json);
    json_end_array(&json);
    json_key(&json, "b");
    json_bool(&json, true);
    json_key(&json, "c");
    json_null(&json);
    json_end_object(&json);
    cr_assert_str_eq(json.text, "{\"a\":[-1,18446744073709551615,{}],\"b\":true,\"c\":null}");
    json_reset(&json);
    json_string(&json, "again");
    cr_assert_str_eq(json.text, "\"again\"");
    json_finish(&json);
}

Test(json_writer, a_member_is_its_key_and_its_value)
{
    struct json_writer json;
    json_init(&json, false);
    json_begin_object(&json);
    json_member_string(&json, "string", "a");
    json_member_uint(&json, "uint", 1);
    json_member_bool(&json, "bool", false);
    json_member_money(&json, "money", 99950000000);
    json_member_decimal(&json, "decimal", 99950000000);
    json_member_time(&json, "time", 1549895400000000000);
    json_end_object(&json);
    cr_assert_str_eq(json.text, "{\"string\":\"a\",\"uint\":1,\"bool\":false,\"money\":99.95,"
                                "\"decimal\":\"99.95\",\"time\":\"2019-02-11T14:30:00Z\"}");
    json_finish(&json);
}

Test(json_writer, pretty_has_a_member_on_each_line)
{
    struct json_writer json;
    json_init(&json, true);
    json_begin_object(&json);
    json_key(&json, "a");
    json_begin_array(&json);
    json_int(&json, 1);
    json_int(&json, 2);
    json_end_array(&json);
    json_key(&json, "b");
    json_begin_object(&json);
    json_end_object(&json);
    json_end_object(&json);
    cr_assert_str_eq(json.text, "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}");
    json_finish(&json);
}

Test(json_writer, shows_numbers_exactly)
{
    struct json_writer json;
    json_init(&json, false);
    json_begin_array(&json);
    json_money(&json, INT64_MIN);
    json_money(&json, 99950000000);
    json_decimal(&json, -500000000);
    json_hex64(&json, 0xdeadbeef);
    json_time(&json, 1549895400000000000);
    json_seconds(&json, 0.5);
    json_seconds(&json, (double)NAN);
    json_end_array(&json);
    cr_assert_str_eq(json.text, "[-9223372036.854775808,99.95,\"-0.5\",\"00000000deadbeef\","
                                "\"2019-02-11T14:30:00Z\",0.500000,null]");
    json_finish(&json);
}

Test(json_writer, escapes_strings)
{
    static const struct {
        const char *what;
        const char *text;
        const char *want;
    } cases[] = {
        {"quote and backslash",   "a\"b\\c",                              "\"a\\\"b\\\\c\""                         },
        {"control characters",    "\n\t\x01\x1f\x7f",                     "\"\\n\\t\\u0001\\u001f\\u007f\""         },
        {"UTF-8 of two to four",  "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
         "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""                                                                 },
        {"a lone continuation",   "\x80",                                 "\"\xef\xbf\xbd\""                        },
        {"a character cut short", "\xe2\x82",                             "\"\xef\xbf\xbd\xef\xbf\xbd\""            },
        {"an overlong slash",     "\xc0\xaf",                             "\"\xef\xbf\xbd\xef\xbf\xbd\""            },
        {"a surrogate",           "\xed\xa0\x80",                         "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json_writer json;
        json_init(&json, false);
        json_string(&json, cases[i].text);
        cr_assert_str_eq(json.text, cases[i].want, "%s", cases[i].what);
        json_finish(&json);
    }
}

Test(json_writer, a_wrong_order_stops_the_program, .signal = SIGABRT)
{
    struct json_writer json;
    json_init(&json, false);
    json_key(&json, "outside of an object");
}
