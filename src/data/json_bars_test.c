/* json_bars_test.c: bars in JSONL and in Alpaca's pages. */
#include <criterion/criterion.h>

#include "base/utc.h"
#include "data/json_tokens.h"
#include "data/reading_test.h"

#define LINE1                                                                                      \
    "{\"symbol\":\"SPY\",\"timestamp\":\"2019-02-11T09:30:00\",\"open\":271.19,\"high\":271.34,"   \
    "\"low\":271.07,\"close\":271.34,\"volume\":1488804}\n"
#define LINE2                                                                                      \
    "{\"timestamp\": \"2019-02-11T14:31:00Z\", \"symbol\": \"SPY\", \"open\": 27132e-2, "          \
    "\"high\": 2.7132E+2, \"low\": 271.220000000000, \"close\": 271.2399, \"volume\": 251600.0, "  \
    "\"vwap\": null, \"trade_count\": [1, {\"a\": \"b\"}]}\n"
#define OURS                                                                                       \
    "symbol,ts_utc,open,high,low,close,volume\n"                                                   \
    "SPY,2019-02-11T14:30:00Z,271.19,271.34,271.07,271.34,1488804\n"                               \
    "SPY,2019-02-11T14:31:00Z,271.32,271.32,271.22,271.2399,251600\n"

static void expect_same_as_ours(const char *text)
{
    struct reading ours = read_text(OURS, false);
    struct reading reading = read_text(text, false);
    cr_assert_eq(reading.err, ERR_OK, "%s", reading.problem.text);
    cr_assert_str_eq(reading.bars.data_hash, ours.bars.data_hash, "%s", text);
    reading_finish(&ours);
    reading_finish(&reading);
}

Test(json_bars, jsonl_is_read_to_the_last_digit)
{
    expect_same_as_ours(LINE1 LINE2);
    expect_same_as_ours("\xef\xbb\xbf" LINE1 "\n\r\n" LINE2);
    struct reading reading = read_text(LINE1 LINE2, false);
    cr_assert_str_eq(reading.report.files[0].format, "JSONL");
    cr_assert_str_eq(reading.report.files[0].read_over, "vwap, trade_count");
    cr_assert_not_null(strstr(reading.report.files[0].time, "America/New_York"));
    reading_finish(&reading);
}

Test(json_bars, jsonl_in_gzip_is_the_same)
{
    unsigned char bytes[1024];
    size_t size = gzip_text(LINE1 LINE2, bytes, sizeof bytes);
    struct reading packed = read_bytes(bytes, size, NULL);
    struct reading plain = read_text(LINE1 LINE2, false);
    cr_assert_eq(packed.err, ERR_OK, "%s", packed.problem.text);
    cr_assert_str_eq(packed.bars.data_hash, plain.bars.data_hash);
    cr_assert_str_eq(packed.report.files[0].format, "gzip JSONL");
    reading_finish(&packed);
    reading_finish(&plain);
}

/* What stands between the brackets of a good line, with a hole for what is tried. */
#define BAR(time, rest) "{\"symbol\":\"SPY\",\"timestamp\":" time ",\"low\":1,\"close\":2," rest "}"
#define T3              "\"2019-02-11T14:32:00Z\""
#define REST            "\"open\":1,\"high\":2,\"volume\":5"

Test(json_bars, bad_lines_are_named_and_can_be_left_out)
{
    static const struct {
        const char *line;
        const char *part;
    } cases[] = {
        {BAR(T3,                                            "\"open\":1,\"high\":2"),                                                  "lacks the key `volume`"},
        {BAR(T3,                                                 REST ",\"colour\":\"red\""),                                                                                                                     "unknown key `colour`"},
        {BAR(T3,                           REST ",\"open\":1"),"the key `open` twice"},
        {BAR(T3,    "\"open\":\"1\",\"high\":2,\"volume\":5"),                                                                        "open is no JSON number"},
        {BAR(T3,                                            "\"open\":null,\"high\":2,\"volume\":5"),                                                                         "open is no JSON number"},
        {BAR(T3,                                                 "\"open\":1.0000000001,\"high\":2,\"volume\":5"),                                                                                                                     "more than nine decimals"},
        {BAR(T3,                         "\"open\":1e-10,\"high\":2,\"volume\":5"),                          "more than nine decimals"},
        {BAR(T3,"\"open\":1e30,\"high\":2,\"volume\":5"),"open is too large"},
        {BAR(T3,                                            "\"open\":1,\"high\":2,\"volume\":5.5"),                                                    "volume is no whole number"},
        {BAR(T3,                                                 "\"open\":1,\"high\":2,\"volume\":-5"),                                                                                                                     "volume is "},
        {BAR(T3,                              "\"open\":9,\"high\":2,\"volume\":5"),                                                                                                                                                                                                                           "open lies outside low..high"},
        {BAR("\"yesterday\"",REST),"timestamp is no text with"},
        {BAR("1549895400",                                            REST),                               "timestamp is no text with"},
        {BAR("\"2019-02-11T14:31:00Z\"",                                                 REST),                                                                                                                     "its time is not later than"},
        {BAR("\"2019-02-12\"",                    REST),"it has a day where the rows"},
        {BAR(T3,                                                                              "\"open\":01,\"high\":2,\"volume\":5"),                                                                                                                                                                   "a number is not of JSON's form"},
        {BAR(T3,                                  "\"open\":1.,\"high\":2,\"volume\":5"),                                                           "a number is not of JSON's form"},
        {BAR(T3,                                                 "\"open\":+1,\"high\":2,\"volume\":5"),                                                                                             "something that is no value"},
        {BAR(T3,                     "\"open\":NaN,\"high\":2,\"volume\":5"),"something that is no value"},
        {BAR(T3,                         REST) BAR(T3,                                                                                                                                                                                                   REST), "more than one JSON object"},
        {BAR(T3,                                            REST) ",",  "more than one JSON object"},
        {"{\"symbol\":\"SPY\",\"timestamp\":\"2019-02-11T14:3",                                                 "it ends in the middle"                                                                                                                    },
        {"{\"symbol\":\"spy\"}",                 "symbol is not a text of"                               },
        {"{\"symbol\":\"S\\u0050Y\",}","a value is missing"},
        {"{\"symbol\" \"SPY\"}",                                            "a colon behind a key"                                                         },
        {"{\"a\":\"\\x\"}",                                                 "an escape that is none"                                                                                                                    },
        {"{\"a\":\"\t\"}",                                            "a control character"},
        {"{\"a\":tru}",                                            "not true, false or null"                                                                },
        {"{\"a\":1 \"b\":2}",                                                 "a comma is missing"                                                                     },
        {"{\"a\":[}",                                                 "closes nothing"},
        {"[1,2]",                                                 "the line is no JSON object"                                                              },
        {"junk \xff\x01",                                                 "the line is no JSON object"                                                                                                                                                                                         },
        {"{\"a\":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}",                                                 "nested too deep"                                                },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = xasprintf(LINE1 LINE2 "%s\n", cases[i].line);
        struct reading reading = read_text(text, false);
        cr_assert_neq(reading.err, ERR_OK, "accepted: %s", cases[i].line);
        cr_assert_not_null(strstr(reading.problem.text, "line 3: "));
        cr_assert_not_null(strstr(reading.problem.text, cases[i].part), "`%s` is not in: %s",
                           cases[i].part, reading.problem.text);
        reading_finish(&reading);
        reading = read_text(text, true);
        cr_assert_eq(reading.err, ERR_OK, "%s", reading.problem.text);
        cr_assert_eq(reading.bars.count, 2);
        cr_assert_eq(reading.report.skipped, 1);
        reading_finish(&reading);
        free(text);
    }
}

#define A1                                                                                         \
    "{\"t\":\"2019-02-11T14:30:00Z\",\"o\":271.19,\"h\":271.34,\"l\":271.07,\"c\":271.34,\"v\":"   \
    "1488804,\"n\":9,\"vw\":271.2}"
#define A2                                                                                         \
    "{\"t\":\"2019-02-11T14:31:00Z\",\"o\":271.32,\"h\":271.32,\"l\":271.22,\"c\":271.2399,\"v\":" \
    "251600}"
#define BAD                                                                                        \
    "{\"t\":\"2019-02-11T14:32:00Z\",\"o\":271.32,\"h\":1,\"l\":271.22,\"c\":271.2399,\"v\":"      \
    "251600}"

Test(json_bars, alpacas_pages_in_all_their_forms)
{
    static const char *const texts[] = {
        "{\"bars\":[" A1 "," A2 "],\"symbol\":\"SPY\",\"next_page_token\":null}",
        "{\"bars\":{\"SPY\":[" A1 "," A2 "]},\"next_page_token\":null}",
        "{\"next_page_token\":\"QUFQTHwxfDE3\",\"symbol\":\"SPY\",\"bars\":[" A1 "]}\n"
        "{\"symbol\":\"SPY\",\"bars\":[" A2 "],\"currency\":\"USD\"}\n{\"bars\":null}{\"bars\":{}}",
        "{\n  \"bars\": {\n    \"QQQ\": null,\n    \"SPY\": [\n" A1 ",\n" A2 "]}}",
        "{\"bars\":[" A2 "," A1 "],\"symbol\":\"SPY\"}", /* newest first */
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        expect_same_as_ours(texts[i]);
    }
}

Test(json_bars, a_bad_bar_of_a_page_is_named_and_can_be_left_out)
{
    const char *text = "{\"bars\":{\"SPY\":[" A1 "," A2 "," BAD "]}}";
    struct reading reading = read_text(text, false);
    cr_assert_eq(reading.err, ERR_FORMAT);
    cr_assert_not_null(strstr(reading.problem.text, "line 1 bar 3: high is below low"), "%s",
                       reading.problem.text);
    reading_finish(&reading);
    reading = read_text(text, true);
    cr_assert_eq(reading.err, ERR_OK, "%s", reading.problem.text);
    cr_assert_eq(reading.bars.count, 2);
    cr_assert_str_eq(reading.report.files[0].format, "Alpaca JSON");
    reading_finish(&reading);
}

Test(json_bars, pages_that_cannot_be_read_are_refused)
{
    static const struct {
        const char *text;
        const char *part;
    } cases[] = {
        {"{\"bars\":[" A1,                              "it ends in the middle"            },
        {"{\"bars\":[" A1 "]}",                         "has no `symbol`"                  },
        {"{\"bars\":[1]}",                              "a bar is no JSON object"          },
        {"{\"bars\":7}",                                "neither an array nor an object"   },
        {"{\"bars\":{\"spy\":[]}}",                     "a key in `bars` is not a symbol"  },
        {"{\"bars\":{\"SPY\":{}}}",                     "the bars of a symbol are no array"},
        {"{\"bars\":[],\"quotes\":[]}",                 "a page has a key that is not"     },
        {"{\"bars\":[],\"symbol\":1}",                  "`symbol` is not a text"           },
        {"{\"bars\":[]}",                               "holds no bars"                    },
        {"{\"bars\":[]} x",                             "something that is no value"       },
        {"{\"bars\":{\"SPY\":[" A1 "]}}\n{\"bars\":[}", "line 2: there is a bracket"       },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct reading reading = read_text(cases[i].text, true);
        cr_assert_neq(reading.err, ERR_OK, "accepted: %s", cases[i].text);
        cr_assert_not_null(strstr(reading.problem.text, cases[i].part), "`%s` is not in: %s",
                           cases[i].part, reading.problem.text);
        reading_finish(&reading);
    }
}

/* Daily bars start at midnight in New York, four or five hours behind. */
Test(json_bars, alpacas_daily_bars_are_days)
{
    const char *text =
        "{\"bars\":{\"SPY\":["
        "{\"t\":\"2021-03-12T05:00:00Z\",\"o\":1,\"h\":2,\"l\":1,\"c\":2,\"v\":5},"
        "{\"t\":\"2021-03-15T04:00:00Z\",\"o\":1,\"h\":2,\"l\":1,\"c\":2,\"v\":5},"
        "{\"t\":\"2021-03-16T04:00:00Z\",\"o\":1,\"h\":2,\"l\":1,\"c\":2,\"v\":5}]}}";
    struct reading reading = read_text(text, false);
    cr_assert_eq(reading.err, ERR_OK, "%s", reading.problem.text);
    cr_assert_eq(reading.bars.bar_ns, NS_PER_DAY);
    char start[UTC_TEXT_SIZE];
    (void)utc_format(reading.bars.records[0].src_ns, start);
    cr_assert_str_eq(start, "2021-03-12T00:00:00Z");
    reading_finish(&reading);
}

/* The bodies that Alpaca's own client libraries are tested with, each a page behind its "body". */
Test(json_bars, the_pages_of_alpacas_own_tests)
{
    char *path = shared_file("alpaca/api_responses.jsonl");
    if (path == NULL) {
        cr_skip_test("the shared data is not here");
    }
    size_t size;
    char *text = (char *)file_read(path, &size);
    text[size] = '\0';
    int pages = 0;
    uint64_t bars = 0;
    char *rest = text;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        char *body = strstr(line, "\"body\":{\"bars\":{\"A");
        if (strstr(line, "TestGetMultiBars") == NULL || body == NULL) {
            continue;
        }
        size_t length = strlen(body + 7);
        cr_assert_eq(body[7 + length - 1], '}');
        struct reading reading = read_named("page.json", body + 7, length - 1, NULL);
        cr_assert_eq(reading.err, ERR_OK, "%s", reading.problem.text);
        cr_assert_eq(reading.bars.bar_ns, NS_PER_DAY);
        pages++;
        bars += reading.bars.count;
        reading_finish(&reading);
    }
    cr_assert_eq(pages, 1);
    cr_assert_eq(bars, 6);
    free(text);
    free(path);
}

Test(json_bars, tokens_keep_texts_and_decode_escapes)
{
    const char *json = "{\"a\\n\\u00e9\\ud83d\\ude00\":[-0.5e+3,true,false,null,\"\"]} [] 7";
    struct text_input input = text_input_of(json, strlen(json));
    struct json_tokens tokens;
    json_tokens_init(&tokens, &input, NULL);
    cr_assert_eq(json_next(&tokens), JSON_OBJECT);
    cr_assert_eq(json_next(&tokens), JSON_KEY);
    cr_assert_eq(tokens.length, 8);
    cr_assert_eq(memcmp(tokens.text, "a\n\xc3\xa9\xf0\x9f\x98\x80", 8), 0);
    static const enum json_token want[] = {
        JSON_ARRAY,     JSON_NUMBER,     JSON_TRUE,  JSON_FALSE,     JSON_NULL,   JSON_STRING,
        JSON_ARRAY_END, JSON_OBJECT_END, JSON_ARRAY, JSON_ARRAY_END, JSON_NUMBER, JSON_END};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        cr_assert_eq(json_next(&tokens), want[i], "%zu", i);
        if (i == 1) {
            cr_assert_eq(memcmp(tokens.text, "-0.5e+3", 7), 0);
        }
    }
}
