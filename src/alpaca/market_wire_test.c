/* market_wire_test.c: elements of data messages out of trees of both encodings, the vendor's
 * examples and real answers, and what is to be refused. */
#include <stdio.h>

#include "alpaca/market_wire.h"
#include "alpaca/wire_test.h"
#include "data/data_test.h"
#include "exchange_http/data_shapes.h"
#include "net/msgpack.h"

#define TRADE                                                                                      \
    "{'T':'t','S':'AAPL','i':52983525029461,'x':'V','p':212.37,'s':100,'c':['@'],'z':'C',"         \
    "'t':'2026-03-16T18:38:01.942282123Z'}"
#define QUOTE                                                                                      \
    "{'T':'q','S':'AAPL','bx':'V','bp':212.36,'bs':100,'ax':'V','ap':212.4,'as':200,'c':['R'],"    \
    "'z':'C','t':'2026-03-16T18:38:01.95Z'}"
#define BAR                                                                                        \
    "{'T':'b','S':'AAPL','o':212.3,'h':212.4,'l':212.2,'c':212.37,'v':9120,'n':81,'vw':212.33,"    \
    "'t':'2026-03-16T18:37:00Z'}"
#define STATUS                                                                                     \
    "{'T':'s','S':'AAPL','sc':'H','sm':'Trading Halt','rc':'T12','rm':'Additional','z':'C',"       \
    "'t':'2026-03-16T18:37:00Z'}"

static void expect_begin(const struct market_message *message, enum market_word word,
                         enum event_kind kind, const char *time)
{
    cr_expect_eq(message->word, word);
    cr_expect_eq(message->symbol_length, 4);
    cr_expect_eq(memcmp(message->symbol, "AAPL", 4), 0);
    cr_expect_eq(message->ts_ns, at(time));
    cr_expect_eq(message->event.ts_ns, message->ts_ns);
    cr_expect_eq(message->event.src_ns, message->ts_ns);
    cr_expect_eq(message->event.kind, kind);
    cr_expect_eq(message->event.version, 1);
    cr_expect_eq(message->event.slots, 1);
}

Test(market_wire, bars)
{
    static const struct {
        const char *text;
        enum market_word word;
    } words[] = {
        {"'T':'b'", MARKET_WORD_BAR     },
        {"'T':'u'", MARKET_WORD_LATE_BAR},
        {"'T':'d'", MARKET_WORD_DAY_BAR },
    };
    struct market_message message;
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(READ_WITH(market_read, BAR, "'T':'b'", words[i].text, &message), ERR_OK);
        cr_expect_eq(message.word, words[i].word);
    }
    cr_assert_eq(market_read(said(BAR), &message), ERR_OK);
    expect_begin(&message, MARKET_WORD_BAR, EVENT_BAR, "2026-03-16T18:37:00Z");
    cr_expect_eq(message.event.bar.open_e9, E9(212, 300000000));
    cr_expect_eq(message.event.bar.high_e9, E9(212, 400000000));
    cr_expect_eq(message.event.bar.low_e9, E9(212, 200000000));
    cr_expect_eq(message.event.bar.close_e9, E9(212, 370000000));
    cr_expect_eq(message.event.bar.volume, 9120);
    cr_assert_eq(READ_WITH(market_read, BAR, "9120", "1000000000000", &message), ERR_OK);
    cr_expect_eq(message.event.bar.volume, 1000000000000);
    cr_assert_eq(READ_WITH(market_read, BAR, "9120", "'0.999'", &message), ERR_OK);
    cr_expect_eq(message.event.bar.volume, 0);
    cr_assert_eq(READ_WITH(market_read, BAR, "212.33", "{'a':[1e99]}", &message), ERR_OK);
}

Test(market_wire, quotes)
{
    struct market_message message;
    cr_assert_eq(market_read(said(QUOTE), &message), ERR_OK);
    expect_begin(&message, MARKET_WORD_QUOTE, EVENT_QUOTE, "2026-03-16T18:38:01.95Z");
    cr_expect_eq(message.event.quote.bid_e9, E9(212, 360000000));
    cr_expect_eq(message.event.quote.ask_e9, E9(212, 400000000));
    cr_expect_eq(message.event.quote.bid_size, 100);
    cr_expect_eq(message.event.quote.ask_size, 200);
    cr_assert_eq(READ_WITH(market_read, QUOTE, "'bp':212.36,'bs':100", "'bp':0,'bs':0", &message),
                 ERR_OK);
    cr_expect_eq(message.event.quote.bid_e9, 0);
    cr_assert_eq(READ_WITH(market_read, QUOTE, "'bp':212.36", "'bp':212.5", &message), ERR_OK);
    cr_expect_eq(message.word, MARKET_WORD_OTHER, "crossed");
    static const char *const bad[][2] = {
        {"'bp':212.36",                   "'bp':-1"         },
        {"'bp':212.36,",                  ""                },
        {"'bs':100",                      "'bs':1000000001" },
        {"'bs':100",                      "'bs':null"       },
        {"'bp':212.36",                   "'bp':0"          },
        {"'ap':212.4",                    "'ap':2124e-1"    },
        {"'S':'AAPL',",                   ""                },
        {"'S':'AAPL'",                    "'S':''"          },
        {"'S':'AAPL'",                    "'S':'AA\\u0000L'"},
        {"'t':'2026-03-16T18:38:01.95Z'", "'t':null"        },
        {"'t':'2026-03-16T18:38:01.95Z'", "'t':1773686281"  },
        {"'t':'2026-03-16T18:38:01.95Z'", "'t':'2026-03-16'"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_expect_eq(READ_WITH(market_read, QUOTE, bad[i][0], bad[i][1], &message), ERR_FORMAT,
                     "%s", bad[i][1]);
    }
}

Test(market_wire, trades)
{
    struct market_message message;
    cr_assert_eq(market_read(said(TRADE), &message), ERR_OK);
    expect_begin(&message, MARKET_WORD_TRADE, EVENT_TRADE_TICK, "2026-03-16T18:38:01.942282123Z");
    cr_expect_eq(message.event.trade_tick.price_e9, E9(212, 370000000));
    cr_expect_eq(message.event.trade_tick.size, 100);
    cr_expect_eq(message.event.flags, 0);
    cr_assert_eq(READ_WITH(market_read, TRADE, "['@']", "['@','I','W']", &message), ERR_OK);
    cr_expect_eq(message.event.flags, TRADE_TICK_VOLUME_ONLY);
    cr_assert_eq(READ_WITH(market_read, TRADE, "['@']", "'I'", &message), ERR_OK);
    cr_expect_eq(message.event.flags, 0);
    cr_assert_eq(READ_WITH(market_read, TRADE, ",'c':['@']", "", &message), ERR_OK);
    cr_assert_eq(READ_WITH(market_read, TRADE, "'s':100", "'s':1.75", &message), ERR_OK);
    cr_expect_eq(message.event.trade_tick.size, 1);
    cr_assert_eq(READ_WITH(market_read, TRADE, "'s':100", "'s':0.75", &message), ERR_OK);
    cr_expect_eq(message.word, MARKET_WORD_OTHER, "less than a share");
    static const char *const bad[][2] = {
        {"'s':100",    "'s':0"         },
        {"'s':100",    "'s':-1"        },
        {"'s':100",    "'s':1000000001"},
        {"'s':100",    "'s':'many'"    },
        {"'p':212.37", "'p':0"         },
        {"'p':212.37", "'p':-212.37"   },
        {"'p':212.37", "'p':9000000.01"},
        {"'p':212.37", "'p':1e3"       },
        {"'p':212.37", "'p':null"      },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_expect_eq(READ_WITH(market_read, TRADE, bad[i][0], bad[i][1], &message), ERR_FORMAT,
                     "%s", bad[i][1]);
    }
}

Test(market_wire, statuses)
{
    static const char *const halts[] = {"H", "P", "Q", "2", "4"};
    static const char *const trades[] = {"T", "3"};
    static const char *const neither[] = {"5", "6", "7", "8", "9", "A", "C", "D", "E", "F"};
    static const char *const unknown[][2] = {
        {"",                   ""           },
        {"HALT",               "HALT"       },
        {"TT",                 "TT"         },
        {"1",                  "1"          },
        {"t",                  "t"          },
        {"\\u0000",            "?"          },
        {"a b\\u001b[2J_long", "a?b??2J?lon"},
    };
    struct market_message message;
    char code[40];
    cr_assert_eq(market_read(said(STATUS), &message), ERR_OK);
    cr_expect_eq(message.word, MARKET_WORD_STATUS);
    cr_expect_eq(message.symbol_length, 4);
    cr_expect_eq(message.ts_ns, at("2026-03-16T18:37:00Z"));
    for (size_t i = 0; i < 5; i++) {
        (void)snprintf(code, sizeof code, "'sc':'%s'", halts[i]);
        cr_assert_eq(READ_WITH(market_read, STATUS, "'sc':'H'", code, &message), ERR_OK);
        cr_expect(message.halted && !message.unknown && message.word == MARKET_WORD_STATUS, "%s",
                  code);
        cr_expect_str_eq(message.status, halts[i]);
    }
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(code, sizeof code, "'sc':'%s'", trades[i]);
        cr_assert_eq(READ_WITH(market_read, STATUS, "'sc':'H'", code, &message), ERR_OK);
        cr_expect(!message.halted && !message.unknown && message.word == MARKET_WORD_STATUS, "%s",
                  code);
    }
    for (size_t i = 0; i < sizeof neither / sizeof neither[0]; i++) {
        (void)snprintf(code, sizeof code, "'sc':'%s'", neither[i]);
        cr_assert_eq(READ_WITH(market_read, STATUS, "'sc':'H'", code, &message), ERR_OK);
        cr_expect(!message.halted && message.word == MARKET_WORD_OTHER, "%s", code);
    }
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        (void)snprintf(code, sizeof code, "'sc':'%s'", unknown[i][0]);
        cr_assert_eq(READ_WITH(market_read, STATUS, "'sc':'H'", code, &message), ERR_OK);
        cr_expect(message.halted && message.unknown && message.word == MARKET_WORD_STATUS, "%s",
                  code);
        cr_expect_str_eq(message.status, unknown[i][1]);
    }
    static const char *const unreadable[] = {"", "'sc':4,", "'sc':null,"};
    for (size_t i = 0; i < sizeof unreadable / sizeof unreadable[0]; i++) {
        cr_assert_eq(READ_WITH(market_read, STATUS, "'sc':'H',", unreadable[i], &message), ERR_OK);
        cr_expect(message.halted && message.unknown && message.word == MARKET_WORD_STATUS, "%s",
                  unreadable[i]);
        cr_expect_str_eq(message.status, "?");
    }
    cr_expect_eq(READ_WITH(market_read, STATUS, "'t':", "'x':", &message), ERR_FORMAT);
}

Test(market_wire, the_rest)
{
    static const struct {
        const char *text;
        enum err err;
        enum market_word word;
        int64_t code;
    } cases[] = {
        {"{'T':'c','S':'AAPL','x':'V','oi':1,'op':2,'os':3,'oc':[],'t':'2026-03-16T18:37:00Z'}",
         ERR_OK,                                                                                             MARKET_WORD_CORRECTION, 0},
        {"{'T':'x','S':'AAPL','i':1,'a':'C','t':'2026-03-16T18:37:00Z'}",                        ERR_OK,
         MARKET_WORD_CORRECTION,                                                                                                     0},
        {"{'T':'success','msg':'connected'}",                                                    ERR_OK,     MARKET_WORD_CONTROL,    0},
        {"{'T':'subscription','trades':[],'bars':['AAPL']}",                                     ERR_OK,     MARKET_WORD_CONTROL,    0},
        {"{'T':'error','code':406,'msg':'connection limit exceeded'}",                           ERR_OK,     MARKET_WORD_CONTROL,
         406                                                                                                                          },
        {"{'T':'l','S':'AAPL','u':1,'d':2,'i':'B'}",                                             ERR_OK,     MARKET_WORD_OTHER,      0},
        {"{'T':'n','id':1}",                                                                     ERR_OK,     MARKET_WORD_OTHER,      0},
        {"{'T':'of tomorrow'}",                                                                  ERR_OK,     MARKET_WORD_OTHER,      0},
        {"{'T':'error','msg':'what?'}",                                                          ERR_FORMAT, MARKET_WORD_CONTROL,    0},
        {"{'T':'error','code':'406'}",                                                           ERR_FORMAT, MARKET_WORD_CONTROL,    0},
        {"{'T':'error','code':0}",                                                               ERR_FORMAT, MARKET_WORD_CONTROL,    0},
        {"{'T':'x','i':1,'t':'2026-03-16T18:37:00Z'}",                                           ERR_FORMAT, MARKET_WORD_CORRECTION, 0},
        {"{'S':'AAPL'}",                                                                         ERR_FORMAT, MARKET_WORD_OTHER,      0},
        {"{'T':1}",                                                                              ERR_FORMAT, MARKET_WORD_OTHER,      0},
        {"{}",                                                                                   ERR_FORMAT, MARKET_WORD_OTHER,      0},
        {"[]",                                                                                   ERR_FORMAT, MARKET_WORD_OTHER,      0},
        {"null",                                                                                 ERR_FORMAT, MARKET_WORD_OTHER,      0},
    };
    struct market_message message;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(market_read(said(cases[i].text), &message), cases[i].err, "%s", cases[i].text);
        if (cases[i].err == ERR_OK) {
            cr_expect_eq(message.word, cases[i].word, "%s", cases[i].text);
            cr_expect_eq(message.error_code, cases[i].code, "%s", cases[i].text);
        }
    }
    cr_expect_eq(market_read(NULL, &message), ERR_FORMAT);
    cr_expect_eq(market_read_past(said(BAR), MARKET_WORD_CONTROL, &message), ERR_FORMAT);
    cr_expect_eq(market_read_past(said(BAR), MARKET_WORD_STATUS, &message), ERR_FORMAT);
    cr_expect_eq(market_read_past(NULL, MARKET_WORD_BAR, &message), ERR_FORMAT);
}

/* ---- what our served exchange writes, in both encodings ---- */

struct both {
    struct json_writer json;
    struct msgpack msgpack;
    struct tree trees[2];
};

/* The object is written by `put`, which is called for each encoding. */
static void write_both(struct both *both, uint32_t members, const struct event *event,
                       void (*put)(const struct data_writer *writer, const struct event *event))
{
    const struct data_writer writers[2] = {{.json = &both->json}, {.msgpack = &both->msgpack}};
    json_init(&both->json, false);
    msgpack_init(&both->msgpack);
    for (int i = 0; i < 2; i++) {
        data_map(&writers[i], members);
        put(&writers[i], event);
        data_map_end(&writers[i]);
        tree_init(&both->trees[i]);
    }
    cr_assert_eq(tree_read(&both->trees[0], both->json.text, both->json.length), ERR_OK);
    cr_assert_eq(tree_read(&both->trees[1], both->msgpack.bytes, both->msgpack.length), ERR_OK);
}

static void end_both(struct both *both)
{
    tree_finish(&both->trees[0]);
    tree_finish(&both->trees[1]);
    json_finish(&both->json);
    msgpack_finish(&both->msgpack);
}

static void put_bar(const struct data_writer *writer, const struct event *event)
{
    const struct frame_bar frame = {
        .period = {event->src_ns, event->ts_ns},
          .bar = event->bar, .trades = 7
    };
    data_bar_members(writer, &frame);
}

static void put_trade(const struct data_writer *writer, const struct event *event)
{
    data_trade_members(writer, event, UINT64_MAX);
}

static void expect_back(const struct event *event, uint32_t members, enum market_word word,
                        void (*put)(const struct data_writer *writer, const struct event *event))
{
    struct both both;
    write_both(&both, members, event, put);
    for (int i = 0; i < 2; i++) {
        struct market_message message;
        cr_assert_eq(market_read_past(tree_root(&both.trees[i]), word, &message), ERR_OK, "%s",
                     both.json.text);
        cr_expect_null(message.symbol);
        cr_expect_eq(message.ts_ns, event->src_ns);
        cr_expect_eq(message.event.flags, event->flags);
        cr_expect_eq(memcmp(message.event.bytes, event->bytes, sizeof event->bytes), 0, "%s",
                     both.json.text);
    }
    end_both(&both);
}

Test(market_wire, what_our_exchange_writes)
{
    const int64_t ts_ns = at("2026-03-16T18:38:01.942282123Z");
    uint64_t state = 9;
    for (int i = 0; i < 2000; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        int64_t price_e9 = (int64_t)(state >> 33) % (5000 * INT64_C(10000)) * 100000 + 100000;
        int64_t size = (int64_t)(state >> 40) % 100000 + 1;
        struct event event = {.ts_ns = ts_ns, .src_ns = ts_ns};
        event.bar = (struct event_bar){price_e9, price_e9 + 500000, price_e9 - 100000 + 100000,
                                       price_e9 + 300000, size};
        expect_back(&event, DATA_BAR_MEMBERS, MARKET_WORD_BAR, put_bar);
        event.quote = (struct event_quote){price_e9, price_e9 + 100000, size, size * 2, 0};
        expect_back(&event, DATA_QUOTE_MEMBERS, MARKET_WORD_QUOTE, data_quote_members);
        event.trade_tick = (struct event_trade_tick){.price_e9 = price_e9, .size = size};
        event.flags = i % 3 == 0 ? TRADE_TICK_VOLUME_ONLY : 0;
        expect_back(&event, DATA_TRADE_MEMBERS, MARKET_WORD_TRADE, put_trade);
    }
}

/* ---- real answers ---- */

struct real {
    unsigned read[3]; /* bars, quotes, trades */
    unsigned refused;
};

static void read_real(const struct node *node, enum market_word word, unsigned kind,
                      struct real *real)
{
    struct market_message message;
    if (node->kind == NODE_ARRAY) {
        for (const struct node *at = node_first(node); at != NULL; at = node_next(node, at)) {
            read_real(at, word, kind, real);
        }
    } else if (node->kind == NODE_OBJECT && node_member(node, "t") == NULL) {
        for (const struct node *key = node_first_key(node); key != NULL;
             key = node_next_key(node, key)) {
            read_real(node_value(key), word, kind, real);
        }
    } else if (node->kind == NODE_OBJECT) {
        bool good = market_read_past(node, word, &message) == ERR_OK;
        real->read[kind] += good;
        real->refused += !good;
    }
}

Test(market_wire, real_answers)
{
    enum { LINE_MAX_BYTES = 1 << 20 };
    static const struct {
        const char *key;
        enum market_word word;
        unsigned kind;
    } kinds[] = {
        {"bars",   MARKET_WORD_BAR,   0},
        {"bar",    MARKET_WORD_BAR,   0},
        {"quotes", MARKET_WORD_QUOTE, 1},
        {"quote",  MARKET_WORD_QUOTE, 1},
        {"trades", MARKET_WORD_TRADE, 2},
        {"trade",  MARKET_WORD_TRADE, 2},
    };
    char *path = shared_file("alpaca/api_responses.jsonl");
    if (path == NULL) {
        cr_skip_test("no shared data: alpaca/api_responses.jsonl");
    }
    FILE *file = fopen(path, "re");
    char *line = xmalloc(LINE_MAX_BYTES);
    struct tree tree;
    struct real real = {0};
    cr_assert_not_null(file);
    tree_init(&tree);
    while (fgets(line, LINE_MAX_BYTES, file) != NULL) {
        cr_assert_eq(json_parse(&tree, line, strcspn(line, "\n")), ERR_OK);
        const struct node *body = node_member(tree_root(&tree), "body");
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
            const struct node *list = node_member(body, kinds[i].key);
            if (list != NULL) {
                read_real(list, kinds[i].word, kinds[i].kind, &real);
            }
        }
    }
    cr_expect_eq(real.refused, 0);
    cr_expect_geq(real.read[0], 80);
    cr_expect_geq(real.read[1], 43);
    cr_expect_geq(real.read[2], 54);
    tree_finish(&tree);
    free(line);
    free(path);
    cr_assert_eq(fclose(file), 0);
}
