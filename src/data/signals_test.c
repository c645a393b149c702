/* signals_test.c: lines into signals, in order, and every wrong one named. */
#include "data/signals.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/utc.h"
#include "data/data_test.h"

static const struct instrument symbols[] = {{"AAPL"}, {"QQQ"}, {"SPY"}};

static enum err parse(const char *text, struct signals *signals, struct problem *problem)
{
    return signals_parse("s.jsonl", text, strlen(text), symbols, 3, NULL, signals, problem);
}

static void must_parse(const char *text, struct signals *signals)
{
    struct problem problem;
    cr_assert_eq(parse(text, signals, &problem), ERR_OK, "%s", problem.text);
}

Test(signals, read_every_member)
{
    struct signals signals;
    must_parse("{\"timestamp\":\"2019-02-11T14:35:00Z\",\"symbol\":\"QQQ\",\"price\":170.25,"
               "\"qty\":10,\"side\":\"buy\",\"signal\":\"SMA \\\"x\\\"\",\"action\":\"SELL\","
               "\"confidence\":0.7,\"expected_profit\":-0.0015,\"more\":{\"a\":[1,2]}}\n",
               &signals);
    cr_assert_eq(signals.list.count, 1);
    const struct signal *signal = &signals.list.signals[0];
    cr_expect_eq(signal->ts_ns, INT64_C(1549895700) * NS_PER_S);
    cr_expect_eq(signal->instrument, 1);
    cr_expect_eq(signal->price_e9, 170250000000);
    cr_expect_eq(signal->qty_e9, 10000000000);
    cr_expect_eq(signal->confidence_ppm, 700000);
    cr_expect_eq(signal->profit_e9, -1500000);
    cr_expect_not(signal->buys, "action before side");
    signals_finish(&signals);
}

Test(signals, take_the_action_wherever_it_stands)
{
    struct signals signals;
    must_parse("{\"action\":\"Buy\",\"side\":\"sell\",\"timestamp\":\"2019-02-11T09:35:00\"}\n\n"
               "{\"side\":\"sell\",\"timestamp\":1549895700,\"confidence\":null}\n",
               &signals);
    cr_assert_eq(signals.list.count, 2);
    cr_expect(signals.list.signals[0].buys);
    cr_expect_not(signals.list.signals[1].buys);
    cr_expect_eq(signals.list.signals[0].ts_ns, signals.list.signals[1].ts_ns, "New York");
    cr_expect_eq(signals.list.signals[0].instrument, 2, "SPY");
    cr_expect_eq(signals.list.signals[1].confidence_ppm, SIGNAL_UNKNOWN);
    cr_expect_eq(signals.list.signals[1].profit_e9, SIGNAL_UNKNOWN_PROFIT);
    signals_finish(&signals);
}

Test(signals, are_sorted_and_keep_their_order_at_one_time)
{
    enum { MANY = 5000 };
    char *text = xcalloc(MANY, 128);
    size_t length = 0;
    for (int i = 0; i < MANY; i++) {
        static const char *const names[] = {"SPY", "AAPL", "TSLA", "QQQ"};
        length +=
            (size_t)snprintf(text + length, 128,
                             "{\"timestamp\":%d,\"symbol\":\"%s\",\"side\":\"buy\",\"qty\":%d}"
                             "\n",
                             1500000000 + (i * 7919) % 50, names[i % 4], i + 1);
    }
    struct signals signals;
    must_parse(text, &signals);
    cr_assert_eq(signals.list.count, MANY * 3 / 4);
    cr_assert_eq(signals.foreign, MANY / 4);
    for (uint32_t i = 1; i < signals.list.count; i++) {
        const struct signal *a = &signals.list.signals[i - 1];
        const struct signal *b = &signals.list.signals[i];
        cr_assert(a->instrument < b->instrument ||
                  (a->instrument == b->instrument &&
                   (a->ts_ns < b->ts_ns || (a->ts_ns == b->ts_ns && a->qty_e9 < b->qty_e9))));
    }
    signals_finish(&signals);
    free(text);
}

Test(signals, name_what_is_wrong)
{
    static const struct {
        const char *line, *fault;
    } cases[] = {
        {"nonsense",                                                            "no JSON object"      },
        {"{\"timestamp\":\"2019-02-11T14:35:00Z\"",                             "not one JSON object" },
        {"{\"timestamp\":\"2019-02-11T14:35:00Z\",\"side\":\"buy\"} x",         "not one JSON object" },
        {"{\"side\":\"buy\"}",                                                  "no timestamp"        },
        {"{\"timestamp\":\"2019-02-11T14:35:00Z\"}",                            "no side"             },
        {"{\"timestamp\":\"2019-02-11\",\"side\":\"buy\"}",                     "day without a time"  },
        {"{\"timestamp\":\"noon\",\"side\":\"buy\"}",                           "no time"             },
        {"{\"timestamp\":\"2019-02-11T14:35:00Z\",\"side\":\"hold\"}",          "neither buy nor sell"},
        {"{\"timestamp\":\"2019-02-11T14:35:00Z\",\"side\":1}",                 "neither buy nor sell"},
        {"{\"timestamp\":1549895700,\"side\":\"buy\",\"confidence\":1.01}",     "confidence"          },
        {"{\"timestamp\":1549895700,\"side\":\"buy\",\"confidence\":\"high\"}", "confidence"          },
        {"{\"timestamp\":1549895700,\"side\":\"buy\",\"qty\":0}",               "qty"                 },
        {"{\"timestamp\":1549895700,\"side\":\"buy\",\"price\":-1}",            "price"               },
        {"{\"timestamp\":1549895700,\"side\":\"buy\",\"symbol\":\"a b\"}",      "symbol"              },
        {"{\"timestamp\":1549895700,\"side\":\"buy\",\"more\":[1,}",            "JSON object"         },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = xasprintf("{\"timestamp\":1549895700,\"side\":\"buy\"}\n%s\n", cases[i].line);
        struct signals signals = {0};
        struct problem problem = {0};
        cr_expect_eq(parse(text, &signals, &problem), ERR_FORMAT, "%s", cases[i].line);
        cr_expect_not_null(strstr(problem.text, "s.jsonl line 2: "), "%s", problem.text);
        cr_expect_not_null(strstr(problem.text, cases[i].fault), "%s", problem.text);
        cr_expect_null(signals.memory);
        free(text);
    }
}

Test(signals, read_files)
{
    char *folder = folder_create();
    char *path = xasprintf("%s/s.jsonl", folder);
    static const char text[] = "{\"timestamp\":1549895700,\"side\":\"buy\"}\n";
    file_write(path, text, sizeof text - 1);
    struct signals signals;
    struct problem problem;
    cr_assert_eq(signals_read(path, symbols, 3, NULL, &signals, &problem), ERR_OK, "%s",
                 problem.text);
    cr_assert_eq(signals.list.count, 1);
    signals_finish(&signals);
    char *none = xasprintf("%s/none", folder);
    cr_assert_eq(signals_read(none, symbols, 3, NULL, &signals, &problem), ERR_IO);
    free(none);
    free(path);
    folder_remove(folder);
}
