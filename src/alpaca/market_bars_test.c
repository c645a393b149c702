/* market_bars_test.c: the quick reader of bars: what it takes is right and the same as by way of a
 * tree; what is odd in any way it leaves alone. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "alpaca/market_agree_test.h"
#include "base/money.h"
#include "base/utc.h"

#define BAR                                                                                        \
    "{\"T\":\"b\",\"S\":\"AAPL\",\"o\":212.3,\"h\":212.4,\"l\":212.2,\"c\":212.37,\"v\":9120,"     \
    "\"n\":81,\"vw\":212.33,\"t\":\"2026-03-16T18:37:00Z\"}"

static struct taken taken;

static bool agree(const char *text)
{
    return readers_agree_on_copy(text, strlen(text), &taken);
}

/* The bar with one piece of it replaced, as a message. */
static bool agree_with(const char *from, const char *to)
{
    const char *at = strstr(BAR, from);
    cr_assert_not_null(at, "%s", from);
    char *text = xasprintf("[%.*s%s%s]", (int)(at - BAR), BAR, to, at + strlen(from));
    bool quick = agree(text);
    free(text);
    return quick;
}

Test(market_bars, a_bar)
{
    static const char message[] = "[" BAR "]";
    taken.count = 0;
    taken.bytes = message;
    taken.length = sizeof message - 1;
    cr_assert(market_read_bars(message, sizeof message - 1, agree_take, &taken));
    cr_assert_eq(taken.count, 1);
    const struct market_message *bar = &taken.bars[0];
    cr_expect_eq(bar->word, MARKET_WORD_BAR);
    cr_expect_eq(bar->symbol, message + 15);
    cr_expect_eq(bar->symbol_length, 4);
    cr_expect_eq(bar->ts_ns, INT64_C(1773686220) * NS_PER_S);
    cr_expect_eq(bar->event.ts_ns, bar->ts_ns);
    cr_expect_eq(bar->event.src_ns, bar->ts_ns);
    cr_expect_eq(bar->event.kind, EVENT_BAR);
    cr_expect_eq(bar->event.version, 1);
    cr_expect_eq(bar->event.slots, 1);
    cr_expect_eq(bar->event.flags, 0);
    cr_expect_eq(bar->event.bar.open_e9, 212300000000);
    cr_expect_eq(bar->event.bar.high_e9, 212400000000);
    cr_expect_eq(bar->event.bar.low_e9, 212200000000);
    cr_expect_eq(bar->event.bar.close_e9, 212370000000);
    cr_expect_eq(bar->event.bar.volume, 9120);
}

/* The result of a field is the same as what money.h reads. */
static void expect_prices(const char *text)
{
    int64_t expected_e9;
    char *price = xasprintf("\"c\":%s,\"v\"", text);
    char *message = xasprintf("[{\"T\":\"b\",\"S\":\"A\",\"o\":%s,\"h\":%s,\"l\":%s,%s:1,"
                              "\"t\":\"2026-03-16T18:37:00Z\"}]",
                              text, text, text, price);
    cr_assert_eq(money_parse(text, strlen(text), &expected_e9), ERR_OK);
    cr_expect(agree(message), "%s", message);
    cr_expect_eq(taken.bars[0].event.bar.close_e9, expected_e9, "%s", text);
    cr_expect_eq(taken.bars[0].event.bar.open_e9, expected_e9, "%s", text);
    free(price);
    free(message);
}

Test(market_bars, prices_of_every_length)
{
    static const char digits[] = "9183746529183746529";
    for (int whole = 1; whole <= 7; whole++) {
        for (int decimals = 0; decimals <= 9; decimals++) {
            char text[32];
            (void)snprintf(text, sizeof text, "%.*s%s%.*s", whole, digits + (whole == 7 ? 3 : 0),
                           decimals > 0 ? "." : "", decimals, digits + 8);
            expect_prices(text);
            (void)snprintf(text, sizeof text, "%.*s%s%.*s", whole, "1000000",
                           decimals > 0 ? "." : "", decimals, "000000001");
            expect_prices(text);
        }
    }
    expect_prices("0.000000001");
    expect_prices("0.1");
    expect_prices("0.5000");
    expect_prices("9000000");
    expect_prices("9000000.000000000");
}

Test(market_bars, volumes_of_every_length)
{
    static const char *const counts[] = {
        "0",        "7",         "10",         "1000000",      "9999999",       "10000000",
        "99999999", "123456789", "1234567890", "999999999999", "1000000000000",
    };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        cr_expect(agree_with("9120", counts[i]), "%s", counts[i]);
        cr_expect_eq(taken.bars[0].event.bar.volume, strtoll(counts[i], NULL, 10));
    }
    cr_expect(agree_with("9120", "9120.999999999"));
    cr_expect_eq(taken.bars[0].event.bar.volume, 9120);
    cr_expect(agree_with("9120", "123456789.5"));
    cr_expect_eq(taken.bars[0].event.bar.volume, 123456789);
    cr_expect(!agree_with("9120", "1000000000001"), "above what a bar may have");
    cr_expect(!agree_with("9120", "9223372036.5"), "a fraction of what money cannot be");
    cr_expect(!agree_with("9120", "9120."));
    cr_expect(!agree_with("9120", "9120.0000000001"));
    cr_expect(!agree_with("9120", "09120"));
    cr_expect(!agree_with("9120", "1234567890123456"));
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static size_t put_blanks(char *out, uint64_t *state, bool blanks)
{
    size_t count = blanks ? next_random(state) % 4 : 0;
    for (size_t i = 0; i < count; i++) {
        out[i] = " \n\r\t"[next_random(state) % 4];
    }
    return count;
}

/* A message of bars with members in any order and, if wanted, blanks wherever they may be. */
static size_t make(char *out, uint64_t *state, int bars, bool blanks)
{
    static const char *const members[] = {"\"T\":\"b\"",       "\"S\":\"BRK.B\"",
                                          "\"o\":212.3",       "\"h\":212.4",
                                          "\"l\":0.2",         "\"c\":112.123456789",
                                          "\"v\":12345678",    "\"n\":81",
                                          "\"vw\":212.333333", "\"t\":\"2026-03-16T18:37:00Z\""};
    size_t length = put_blanks(out, state, blanks);
    for (int bar = 0; bar < bars; bar++) {
        int order[10];
        out[length++] = bar == 0 ? '[' : ',';
        length += put_blanks(out + length, state, blanks);
        for (int i = 0; i < 10; i++) {
            int other = (int)(next_random(state) % (uint64_t)(i + 1));
            order[i] = order[other];
            order[other] = i;
        }
        for (int i = 0; i < 10; i++) {
            out[length++] = i == 0 ? '{' : ',';
            for (const char *at = members[order[i]]; *at != '\0'; at++) {
                bool around = *at == ':' && at[-1] == '"';
                length +=
                    at == members[order[i]] || around ? put_blanks(out + length, state, blanks) : 0;
                out[length++] = *at;
                length += around ? put_blanks(out + length, state, blanks) : 0;
            }
            length += put_blanks(out + length, state, blanks);
        }
        out[length++] = '}';
        length += put_blanks(out + length, state, blanks);
    }
    out[length++] = ']';
    return length + put_blanks(out + length, state, blanks);
}

Test(market_bars, members_in_any_order_with_any_blanks)
{
    uint64_t state = 1;
    for (int i = 0; i < 20000; i++) {
        char text[4096];
        int bars = 1 + i % 3;
        size_t length = make(text, &state, bars, i % 2 != 0);
        cr_assert(readers_agree_on_copy(text, length, &taken), "%.*s", (int)length, text);
        cr_assert_eq(taken.count, (size_t)bars);
        cr_assert_eq(taken.bars[0].event.bar.close_e9, 112123456789);
        cr_assert_eq(taken.bars[bars - 1].event.bar.volume, 12345678);
    }
}

Test(market_bars, many_bars)
{
    char *text = xmalloc(1000 * sizeof BAR + 16);
    size_t length = 0;
    for (int i = 0; i < 1000; i++) {
        length += (size_t)snprintf(text + length, sizeof BAR + 1, "%s%s", i == 0 ? "[" : ",", BAR);
    }
    text[length++] = ']';
    cr_expect(readers_agree(text, length, &taken));
    cr_expect_eq(taken.count, 1000);
    cr_expect(!readers_agree(text, length - 1, &taken));
    text[length - 2] = '!';
    cr_expect(!readers_agree(text, length, &taken));
    cr_expect_eq(taken.count, 999, "the ones before");
    free(text);
}

Test(market_bars, times)
{
    static const char *const good[] = {
        "1970-01-01T00:00:00Z",        "1969-12-31T23:59:59.999999999Z", "2024-02-29T12:00:00Z",
        "2000-02-29T00:00:00Z",        "2100-02-28T23:59:59Z",           "2026-03-16T18:37:00.5Z",
        "2026-03-16T18:37:00.123456Z", "1700-01-01T00:00:00Z",           "2200-12-31T23:59:59Z",
        "2026-12-31T23:59:00Z",
    };
    static const char *const bad[] = {
        "2026-03-16T18:37:00",
        "2026-03-16T18:37:00+00:00",
        "2026-03-16T14:37:00-04:00",
        "2026-03-16 18:37:00Z",
        "2026-03-16T18:37:00z",
        "2026-03-16t18:37:00Z",
        "2026-02-29T18:37:00Z",
        "2100-02-29T18:37:00Z",
        "2026-04-31T18:37:00Z",
        "2026-00-16T18:37:00Z",
        "2026-13-16T18:37:00Z",
        "2026-03-00T18:37:00Z",
        "2026-03-32T18:37:00Z",
        "2026-03-16T24:00:00Z",
        "2026-03-16T18:60:00Z",
        "2026-03-16T18:37:60Z",
        "1699-12-31T23:59:59Z",
        "2201-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "9999-01-01T00:00:00Z",
        "2026/03/16T18:37:00Z",
        "2026-03-16T18-37-00Z",
        "2026-03-16T18:37:0Z",
        "26-03-16T18:37:00Z",
        "2026-03-16T18:37:00.Z",
        "2026-03-16T18:37:00.1234567890Z",
        "2026-03-16T18:37:00,5Z",
        "2026-03-16T18:37:00.5",
        "2026-03-16T18:37:00ZZ",
        " 2026-03-16T18:37:00Z",
        "2026-03-16T18:37:00Z ",
        "",
        "Z",
        "2026-03-16T18:3a:00Z",
        "2026-03-16T:8:37:00Z",
        "2026-03-16T18:37:0:Z",
        "202:-03-16T18:37:00Z",
        "2026-03-16T18:37:00.5ZZ",
        "2026-03-16T18:37:00.5\\u005a",
        "\\u0032026-03-16T18:37:00Z",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t ts_ns = 0;
        cr_assert_eq(utc_parse(good[i], strlen(good[i]), &ts_ns), ERR_OK);
        cr_expect(agree_with("2026-03-16T18:37:00Z", good[i]), "%s", good[i]);
        cr_expect_eq(taken.bars[0].ts_ns, ts_ns, "%s", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_expect(!agree_with("2026-03-16T18:37:00Z", bad[i]), "%s", bad[i]);
    }
    cr_expect(!agree_with("\"2026-03-16T18:37:00Z\"", "1773686220"));
    cr_expect(!agree_with("\"2026-03-16T18:37:00Z\"", "null"));
}

/* Every day of five centuries. */
Test(market_bars, days)
{
    for (int64_t day = -98615; day < 84737; day += 1) {
        char text[UTC_TEXT_SIZE];
        char message[256];
        size_t length = 0;
        if (utc_date(day).year > 2200) {
            break;
        }
        (void)utc_format(day * NS_PER_DAY + (day & 0xffff) * NS_PER_S, text);
        length = (size_t)snprintf(message, sizeof message,
                                  "[{\"T\":\"b\",\"S\":\"A\",\"o\":1,\"h\":1,\"l\":1,\"c\":1,"
                                  "\"v\":1,\"n\":1,\"vw\":1,\"t\":\"%s\"}]",
                                  text);
        taken = (struct taken){.bytes = message, .length = length};
        cr_assert(market_read_bars(message, length, agree_take, &taken), "%s", text);
        cr_assert_eq(taken.bars[0].ts_ns, day * NS_PER_DAY + (day & 0xffff) * NS_PER_S, "%s", text);
    }
}

Test(market_bars, symbols)
{
    static const char *const good[] = {"A",       "BRK.B",     "ABCDEFG",         "ABCDEFGH",
                                       "BTC/USD", "ABCDEFGHI", "ABCDEFGHIJKLMNO", "A B",
                                       "a-b_c",   "~!]}[{,:"};
    static const char *const bad[] = {
        "",      "ABCDEFGHIJKLMNOP", "A\\u0041",     "A\\n", "A\n",          "\x7f\xff", "\xc3\xa9",
        "A\x01", "ABCDEFGH\\t",      "\xed\xa0\x80", "\\\"", "ABCDEFGHI\x1f"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        cr_expect(agree_with("AAPL", good[i]), "%s", good[i]);
        cr_expect_eq(taken.bars[0].symbol_length, strlen(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_expect(!agree_with("AAPL", bad[i]), "%s", bad[i]);
    }
}

/* Pieces of the bar replaced by what a reader could stumble over. */
Test(market_bars, what_is_left_to_trees)
{
    static const char *const cases[][2] = {
        {"212.3,",                          "+212.3,"                                        },
        {"212.3,",                          "-212.3,"                                        },
        {"212.3,",                          ".3,"                                            },
        {"212.3,",                          "212.,"                                          },
        {"212.3,",                          "0212.3,"                                        },
        {"212.3,",                          "00.3,"                                          },
        {"212.3,",                          "212.3e0,"                                       },
        {"212.3,",                          "212E0,"                                         },
        {"212.3,",                          "2.123e2,"                                       },
        {"212.3,",                          "NaN,"                                           },
        {"212.3,",                          "Infinity,"                                      },
        {"212.3,",                          "null,"                                          },
        {"212.3,",                          "true,"                                          },
        {"212.3,",                          "\"212.3\","                                     },
        {"212.3,",                          "[212.3],"                                       },
        {"212.3,",                          "{},"                                            },
        {"212.3,",                          ","                                              },
        {"212.3,",                          "0x1p4,"                                         },
        {"212.3,",                          "212.3.3,"                                       },
        {"212.3,",                          "212..3,"                                        },
        {"212.3,",                          "212,3,"                                         },
        {"212.3,",                          "212 3,"                                         },
        {"212.3,",                          "212:3,"                                         },
        {"212.3,",                          "21:.3,"                                         },
        {"212.3,",                          "212.3:,"                                        },
        {"212.3,",                          "212.3000000001,"                                },
        {"212.3,",                          "12345678,"                                      },
        {"212.3,",                          "9000000.1,"                                     },
        {"212.3,",                          "99999999999999999999,"                          },
        {"212.3,",                          "0,"                                             },
        {"212.3,",                          "-0,"                                            },
        {"212.3,",                          "0.0,"                                           },
        {"212.3,",                          "212.5,"                                         },
        {"212.3,",                          "212.1,"                                         },
        {"212.3,",                          "212.3f,"                                        },
        {"212.3,",                          "1_0,"                                           },
        {"212.3,",                          "\xd9\xa1,"                                      },
        {"212.3,",                          "212.\xb9,"                                      },
        {"212.4",                           "212.2"                                          },
        {"\"l\":212.2",                     "\"l\":212.5"                                    },
        {"212.37",                          "212.41"                                         },
        {"9120",                            "-1"                                             },
        {"9120",                            "1e3"                                            },
        {"9120",                            "\"9120\""                                       },
        {"9120",                            "null"                                           },
        {"9120",                            "9 120"                                          },
        {"81",                              "-1"                                             },
        {"81",                              "081"                                            },
        {"81",                              "8e1"                                            },
        {"81",                              "null"                                           },
        {"81",                              "\"81\""                                         },
        {"81",                              ""                                               },
        {"212.33",                          "1e2"                                            },
        {"212.33",                          "null"                                           },
        {"212.33",                          "212.333333333333"                               },
        {"\"b\"",                           "\"u\""                                          },
        {"\"b\"",                           "\"d\""                                          },
        {"\"b\"",                           "\"q\""                                          },
        {"\"b\"",                           "\"bb\""                                         },
        {"\"b\"",                           "\"\""                                           },
        {"\"b\"",                           "b"                                              },
        {"\"b\"",                           "'b'"                                            },
        {"\"b\"",                           "\"\\u0062\""                                    },
        {"\"b\"",                           "null"                                           },
        {"\"b\"",                           "[\"b\"]"                                        },
        {"\"T\":\"b\",",                    ""                                               },
        {"\"S\":\"AAPL\",",                 ""                                               },
        {"\"o\":212.3,",                    ""                                               },
        {"\"h\":212.4,",                    ""                                               },
        {"\"l\":212.2,",                    ""                                               },
        {"\"c\":212.37,",                   ""                                               },
        {"\"v\":9120,",                     ""                                               },
        {",\"t\":\"2026-03-16T18:37:00Z\"", ""                                               },
        {"\"T\":\"b\"",                     "\"T\":\"b\",\"T\":\"b\""                        },
        {"\"o\":212.3",                     "\"o\":212.3,\"o\":212.3"                        },
        {"\"v\":9120",                      "\"v\":9120,\"v\":9120"                          },
        {"\"n\":81",                        "\"n\":81,\"n\":81"                              },
        {"\"vw\":212.33",                   "\"vw\":212.33,\"vw\":212.33"                    },
        {"\"t\":",                          "\"t\":\"2026-03-16T18:37:00Z\",\"t\":"          },
        {"\"S\":\"AAPL\"",                  "\"S\":\"AAPL\",\"S\":\"MSFT\""                  },
        {"\"o\"",                           "\"x\""                                          },
        {"\"o\"",                           "\"\""                                           },
        {"\"o\"",                           "\"oo\""                                         },
        {"\"o\"",                           "\"\\u006f\""                                    },
        {"\"o\"",                           "o"                                              },
        {"\"o\"",                           "'o'"                                            },
        {"\"vw\"",                          "\"wv\""                                         },
        {"\"vw\"",                          "\"vwx\""                                        },
        {"\"vw\"",                          "\"vW\""                                         },
        {"\"n\"",                           "\"w\""                                          },
        {"\"n\"",                           "\"x\":1,\"n\""                                  },
        {"\"n\":",                          "\"n\""                                          },
        {"\"n\":",                          "\"n\"::"                                        },
        {"\"n\":",                          "\"n\"="                                         },
        {",\"n\"",                          ",,\"n\""                                        },
        {",\"n\"",                          "\"n\""                                          },
        {",\"n\"",                          ";\"n\""                                         },
        {",\"n\"",                          ",\"n"                                           },
        {"}",                               ",}"                                             },
        {"}",                               "}}"                                             },
        {"}",                               "},"                                             },
        {"}",                               ""                                               },
        {"}",                               "]"                                              },
        {"{",                               "{,"                                             },
        {"{",                               "{{"                                             },
        {"{",                               "["                                              },
        {"{",                               ""                                               },
        {"{",                               "{}, {"                                          },
        {"{",                               "null,{"                                         },
        {"{",                               "/* */{"                                         },
        {"{",                               "\xef\xbb\xbf{"                                  },
        {"{",                               "\v{"                                            },
        {"{",                               "\f{"                                            },
        {"{",                               "\xc2\xa0{"                                      },
        {"\"T\":\"b\"",                     "\"T\": \"b\" \v"                                },
        {"}",                               "},{\"T\":\"success\",\"msg\":\"authenticated\"}"},
        {"}",                               "},{\"T\":\"q\",\"S\":\"AAPL\"}"                 },
        {"}",                               "},{}"                                           },
        {"}",                               "},[]"                                           },
        {"}",                               "},1"                                            },
        {"}",                               "} x"                                            },
        {"}",                               "}]["                                            },
        {"}",                               "}],"                                            },
        {"}",                               "}]]"                                            },
        {"}",                               "},{\"T\":\"b\"}"                                },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect(!agree_with(cases[i][0], cases[i][1]), "%s for %s", cases[i][1], cases[i][0]);
    }
}

Test(market_bars, messages_of_other_kinds)
{
    static const char *const texts[] = {
        "",
        " ",
        "[",
        "]",
        "[]",
        "[ ]",
        "{}",
        "null",
        "[[]]",
        "[{}]",
        "                                    ]",
        "[                                   ]",
        "[{                                  }]",
        "[{\"T\":\"success\",\"msg\":\"connected\"}]",
        "[{\"T\":\"error\",\"code\":406,\"msg\":\"connection limit exceeded\"}]",
        "[{\"T\":\"subscription\",\"trades\":[],\"quotes\":[],\"bars\":[\"AAPL\"]}]",
        BAR,
        "[" BAR,
        BAR "]",
        "[" BAR "]\n]",
        "[" BAR "][" BAR "]",
        "[" BAR " " BAR "]",
        "[," BAR "]",
        "[" BAR ",]",
        "[" BAR "]\0x",
        "\xef\xbb\xbf[" BAR "]",
        "[[" BAR "]]",
        "{\"bars\":[" BAR "]}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        bool with_zero = strstr(texts[i], "]") != NULL && i == 24;
        size_t length = strlen(texts[i]) + (with_zero ? 2 : 0);
        cr_expect(!readers_agree_on_copy(texts[i], length, &taken), "%s", texts[i]);
    }
    cr_expect(!market_read_bars(NULL, 0, agree_take, &taken));
    cr_expect(agree(" \n[" BAR "] \r\n\t"));
}

/* Cut short anywhere, or with any byte changed: never taken for another message. */
Test(market_bars, damaged_messages)
{
    static const char *const texts[] = {"[" BAR "]", "[" BAR "," BAR "]", "[ " BAR " ]"};
    for (size_t i = 0; i < 3; i++) {
        size_t length = strlen(texts[i]);
        for (size_t cut = 0; cut < length; cut++) {
            cr_assert(!readers_agree_on_copy(texts[i], cut, &taken));
            char *bytes = xstrdup(texts[i]);
            for (int byte = 0; byte < 256; byte++) {
                bytes[cut] = (char)byte;
                (void)readers_agree_on_copy(bytes, length, &taken); /* checks inside */
            }
            free(bytes);
        }
    }
}

Test(market_bars, random_changes)
{
    static const char alphabet[] = "0123456789.,:\"{}[] \\eE+-bTSohlcvnwtZ\n\x80";
    uint64_t state = 3;
    unsigned quick = 0;
    for (int i = 0; i < 200000; i++) {
        char text[4096];
        size_t length = make(text, &state, 1 + i % 2, i % 3 == 0);
        for (uint64_t changes = next_random(&state) % 4; changes > 0; changes--) {
            size_t at = next_random(&state) % length;
            char byte = alphabet[next_random(&state) % (sizeof alphabet - 1)];
            if (next_random(&state) % 3 == 0) { /* one more, one less, or another */
                memmove(text + at + 1, text + at, length - at);
                length++;
                text[at] = byte;
            } else if (next_random(&state) % 2 == 0) {
                memmove(text + at, text + at + 1, length - at - 1);
                length--;
            } else {
                text[at] = byte;
            }
        }
        quick += readers_agree_on_copy(text, length, &taken);
    }
    cr_expect_gt(quick, 50000, "a quarter has no change");
    cr_expect_lt(quick, 120000);
}

/* Not a byte behind the message is read: there is no memory there. */
Test(market_bars, the_end_of_memory)
{
    uint64_t state = 5;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(pages, MAP_FAILED);
    cr_assert_eq(mprotect(pages + page, page, PROT_NONE), 0);
    for (int i = 0; i < 20000; i++) {
        char text[4096];
        size_t length = make(text, &state, 1 + i % 3, i % 2 != 0);
        size_t kept = i % 4 == 3 ? next_random(&state) % length : length;
        char *bytes = pages + page - kept;
        memcpy(bytes, text, kept);
        if (kept > 0 && kept < length) {
            bytes[kept - 1] = ']'; /* else it would be refused at once */
        }
        taken = (struct taken){.bytes = bytes, .length = kept};
        bool quick = market_read_bars(bytes, kept, agree_take, &taken);
        cr_assert(quick || kept < length);
    }
    cr_assert_eq(munmap(pages, 2 * page), 0);
}
