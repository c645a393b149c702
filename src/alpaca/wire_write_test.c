/* wire_write_test.c: orders out, and the last look at them: every body word by word, and no change
 * of a field, in the body or in the requests, that would go unnoticed. */
#include "alpaca/wire_test.h"

#include <stdio.h>

#define TAG "pa3x7"
#define ID  ((uint64_t)0x1f << 16 | ORDER_ROLE_ENTRY << 12 | 2)

/* ---- names ---- */

Test(wire_write, names)
{
    static const struct {
        const char *tag;
        uint64_t id;
        const char *text;
    } cases[] = {
        {"a",                0,                             "bw-a-0-0-0"                            },
        {"pa3x7q2",          UINT64_C(0x1f << 16 | 0x1002), "bw-pa3x7q2-1f-1-2"                     },
        {"0123456789abcdef", UINT64_MAX,                    "bw-0123456789abcdef-ffffffffffff-f-fff"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[WIRE_CLIENT_ID_SIZE];
        uint64_t id;
        wire_client_id(cases[i].tag, cases[i].id, text);
        cr_expect_str_eq(text, cases[i].text);
        cr_assert_leq(strlen(text), 48);
        cr_assert(wire_client_id_read(cases[i].tag, text, &id));
        cr_expect_eq(id, cases[i].id);
    }
}

/* xorshift64*, from a fixed seed. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(0x2545f4914f6cdd1d);
}

Test(wire_write, names_are_a_bijection)
{
    static const char *const tags[] = {"a", "a1", "0", "paper", "0123456789abcdef"};
    uint64_t state = 42;
    for (int i = 0; i < 200000; i++) {
        uint64_t id = next_random(&state) >> (next_random(&state) % 64);
        const char *tag = tags[i % 5];
        char text[WIRE_CLIENT_ID_SIZE];
        char mutant[WIRE_CLIENT_ID_SIZE];
        uint64_t back = 0;
        wire_client_id(tag, id, text);
        cr_assert(wire_client_id_read(tag, text, &back) && back == id, "%s", text);
        cr_assert(!wire_client_id_read(tags[(i + 1) % 5], text, &back), "%s", text);
        /* whatever text is ours is the one text of its id */
        (void)snprintf(mutant, sizeof mutant, "%s", text);
        size_t at = next_random(&state) % strlen(text);
        mutant[at] = "0123456789abcdef-gG \n"[next_random(&state) % 21];
        if (wire_client_id_read(tag, mutant, &back)) {
            wire_client_id(tag, back, text);
            cr_assert_str_eq(text, mutant);
        }
    }
}

Test(wire_write, names_that_are_not_ours)
{
    static const char *const texts[] = {
        "",
        "b",
        "bw-",
        "bw-pa3x7",
        "bw-pa3x7-",
        "bw-pa3x7-1f-1",
        "bw-pa3x7-1f-1-",
        "bw-pa3x7-1f--2",
        "bw-pa3x7--1-2",
        "bw-pa3x7-01f-1-2",
        "bw-pa3x7-1f-01-2",
        "bw-pa3x7-1f-1-02",
        "bw-pa3x7-1F-1-2",
        "bw-pa3x7-1f-1-2 ",
        " bw-pa3x7-1f-1-2",
        "bw-pa3x7-1f-1-2-3",
        "bw-pa3x7-1f-10-2",
        "bw-pa3x7-1f-1-1000",
        "bw-pa3x7-1000000000000-1-2",
        "bw-pa3x7-1f-1-0x2",
        "bw-pa3x7-1f-+1-2",
        "bw-pa3x71f-1-2",
        "BW-pa3x7-1f-1-2",
        "bw-pa3x8-1f-1-2",
        "eb9e2aaa-f71a-4f51-b5b4-52a6c565dad4",
    };
    uint64_t id = 77;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cr_expect(!wire_client_id_read(TAG, texts[i], &id), "%s", texts[i]);
    }
    cr_expect(!wire_client_id_read("PA", "bw-PA-1f-1-2", &id), "no tag");
    cr_expect(!wire_client_id_read("", "bw--1f-1-2", &id), "no tag");
    cr_expect_eq(id, 77);
    cr_expect(wire_client_id_read(TAG, "bw-pa3x7-1f-1-2", &id));
    cr_expect_eq(id, ID);
}

/* ---- requests as the engine makes them ---- */

#define GROUP_MAX 3

struct batch {
    struct order_request requests[GROUP_MAX];
    uint32_t count;
};

static struct order_request *add(struct batch *batch, enum order_role role, int32_t ratio,
                                 enum order_type type)
{
    struct order_request *request = &batch->requests[batch->count++];
    *request = (struct order_request){
        .head = {.kind = EVENT_ORDER,
                 .version = 1,
                 .slots = 2,
                 .instrument = 3,
                 .order = {.order_id = order_id_make(0x1f, role, 2),
                           .qty_e9 = 10 * MONEY_E9,
                           .reference_price_e9 = 212 * MONEY_E9,
                           .book = 1,
                           .type = (uint8_t)type,
                           .time_in_force = TIME_IN_FORCE_GTC,
                           .leg_count = 1}},
        .legs = {{3, ratio}         },
    };
    return request;
}

static void add_limit(struct batch *batch, enum order_role role, int32_t ratio, int64_t price_e9)
{
    add(batch, role, ratio, ORDER_TYPE_LIMIT)->head.order.limit_price_e9 = price_e9;
}

static void add_stop(struct batch *batch, int64_t price_e9)
{
    add(batch, ORDER_ROLE_STOP, -1, ORDER_TYPE_STOP)->terms.stop_price_e9 = price_e9;
}

static void tie(struct batch *batch, enum order_class class)
{
    for (uint32_t i = 0; i < batch->count; i++) {
        batch->requests[i].head.order.order_class = (uint8_t) class;
        batch->requests[i].terms.group = batch->requests[0].head.order.order_id;
    }
}

static size_t write(const struct batch *batch, char *out, size_t size)
{
    const struct order_request *requests[GROUP_MAX] = {&batch->requests[0], &batch->requests[1],
                                                       &batch->requests[2]};
    return wire_write_order(TAG, "BRK.B", requests, batch->count, out, size);
}

static bool is(const struct batch *batch, const char *body)
{
    const struct order_request *requests[GROUP_MAX] = {&batch->requests[0], &batch->requests[1],
                                                       &batch->requests[2]};
    return wire_order_is(TAG, "BRK.B", requests, batch->count, body, strlen(body));
}

enum { KINDS = 12 };

#define NAME  "'client_order_id':'bw-pa3x7-1f-"
#define HEAD  "{'symbol':'BRK.B','qty':'10',"
#define ENTER HEAD "'side':'buy','type':"

/* Every kind of request that there is, with the body that it is to become. */
static struct batch batch_of(int kind, const char **body)
{
    static const char *const bodies[KINDS] = {
        ENTER "'market','time_in_force':'gtc'," NAME "1-2'}",
        ENTER "'limit','time_in_force':'day','limit_price':'212.123456789','extended_hours':true,"
              "" NAME "1-2'}",
        HEAD "'side':'sell','type':'market','time_in_force':'gtc'," NAME "2-2'}",
        HEAD "'side':'sell','type':'stop','time_in_force':'gtc','stop_price':'200.5'," NAME "4-2'}",
        HEAD "'side':'sell','type':'stop_limit','time_in_force':'gtc','limit_price':'199',"
             "'stop_price':'200'," NAME "2-2'}",
        HEAD
        "'side':'sell','type':'trailing_stop','time_in_force':'gtc','trail_price':'0.000000001',"
        "" NAME "4-2'}",
        HEAD "'side':'sell','type':'trailing_stop','time_in_force':'gtc','trail_percent':'1.2345',"
             "" NAME "4-2'}",
        ENTER "'market','time_in_force':'gtc','order_class':'bracket','take_profit':"
              "{'limit_price':'219'},'stop_loss':{'stop_price':'205'}," NAME "1-2'}",
        ENTER "'limit','time_in_force':'day','limit_price':'211','order_class':'bracket',"
              "'take_profit':{'limit_price':'219'},'stop_loss':{'limit_price':'204',"
              "'stop_price':'205'}," NAME "1-2'}",
        ENTER "'market','time_in_force':'gtc','order_class':'oto','stop_loss':{'stop_price':'205'},"
              "" NAME "1-2'}",
        ENTER "'market','time_in_force':'gtc','order_class':'oto','take_profit':"
              "{'limit_price':'219'}," NAME "1-2'}",
        HEAD "'side':'sell','type':'limit','time_in_force':'gtc','order_class':'oco','take_profit':"
             "{'limit_price':'219'},'stop_loss':{'stop_price':'205'}," NAME "3-2'}",
    };
    struct batch batch = {.count = 0};
    *body = bodies[kind];
    switch (kind) {
    case 0:
        (void)add(&batch, ORDER_ROLE_ENTRY, 1, ORDER_TYPE_MARKET);
        break;
    case 1:
        add_limit(&batch, ORDER_ROLE_ENTRY, 1, 212123456789);
        batch.requests[0].head.order.order_flags = ORDER_FLAG_EXTENDED;
        batch.requests[0].head.order.time_in_force = TIME_IN_FORCE_DAY;
        break;
    case 2:
        (void)add(&batch, ORDER_ROLE_EXIT, -1, ORDER_TYPE_MARKET);
        break;
    case 3:
        add_stop(&batch, 200500000000);
        break;
    case 4:
        (void)add(&batch, ORDER_ROLE_EXIT, -1, ORDER_TYPE_STOP_LIMIT);
        batch.requests[0].head.order.limit_price_e9 = 199 * MONEY_E9;
        batch.requests[0].terms.stop_price_e9 = 200 * MONEY_E9;
        break;
    case 5:
        add(&batch, ORDER_ROLE_STOP, -1, ORDER_TYPE_TRAILING_STOP)->terms.trail = 1;
        break;
    case 6:
        add(&batch, ORDER_ROLE_STOP, -1, ORDER_TYPE_TRAILING_STOP)->terms.trail = 12345;
        batch.requests[0].head.order.order_flags = ORDER_FLAG_TRAIL_PPM;
        break;
    case 7:
    case 8:
        (void)add(&batch, ORDER_ROLE_ENTRY, 1, ORDER_TYPE_MARKET);
        add_limit(&batch, ORDER_ROLE_TARGET, -1, 219 * MONEY_E9);
        add_stop(&batch, 205 * MONEY_E9);
        tie(&batch, ORDER_CLASS_BRACKET);
        break;
    case 9:
        (void)add(&batch, ORDER_ROLE_ENTRY, 1, ORDER_TYPE_MARKET);
        add_stop(&batch, 205 * MONEY_E9);
        tie(&batch, ORDER_CLASS_OTO);
        break;
    case 10:
        (void)add(&batch, ORDER_ROLE_ENTRY, 1, ORDER_TYPE_MARKET);
        add_limit(&batch, ORDER_ROLE_TARGET, -1, 219 * MONEY_E9);
        tie(&batch, ORDER_CLASS_OTO);
        break;
    default:
        add_limit(&batch, ORDER_ROLE_TARGET, -1, 219 * MONEY_E9);
        add_stop(&batch, 205 * MONEY_E9);
        tie(&batch, ORDER_CLASS_OCO);
        break;
    }
    if (kind == 8) {
        batch.requests[0].head.order.type = ORDER_TYPE_LIMIT;
        batch.requests[0].head.order.limit_price_e9 = 211 * MONEY_E9;
        batch.requests[2].head.order.type = ORDER_TYPE_STOP_LIMIT;
        batch.requests[2].head.order.limit_price_e9 = 204 * MONEY_E9;
        for (int i = 0; i < 3; i++) {
            batch.requests[i].head.order.time_in_force = TIME_IN_FORCE_DAY;
        }
    }
    return batch;
}

static void quote_twice(char *text)
{
    while ((text = strchr(text, '\'')) != NULL) {
        *text = '"';
    }
}

Test(wire_write, every_kind_word_by_word)
{
    for (int kind = 0; kind < KINDS; kind++) {
        const char *expected;
        char body[1024], wanted[1024];
        const struct batch batch = batch_of(kind, &expected);
        (void)snprintf(wanted, sizeof wanted, "%s", expected);
        quote_twice(wanted);
        cr_assert_eq(write(&batch, body, sizeof body), strlen(wanted), "%d", kind);
        cr_expect_str_eq(body, wanted);
        cr_expect(is(&batch, body), "%s", body);
        for (int other = 0; other < KINDS; other++) {
            const char *unused;
            const struct batch another = batch_of(other, &unused);
            cr_expect_eq(is(&another, body), other == kind, "%d as %d", kind, other);
        }
    }
}

Test(wire_write, what_does_not_fit)
{
    const char *unused;
    char body[1024];
    const struct batch batch = batch_of(8, &unused);
    size_t length = write(&batch, body, sizeof body);
    cr_assert_gt(length, 0);
    memset(body, 'x', sizeof body);
    cr_expect_eq(write(&batch, body, length), 0, "no room for the NUL");
    cr_expect_eq(body[length], 'x');
    cr_expect_eq(write(&batch, body, length + 1), length);
    cr_expect_eq(body[length + 1], 'x');
    cr_expect_eq(write(&batch, body, 0), 0);
}

/* ---- a body that was changed ---- */

Test(wire_write, no_changed_body_passes)
{
    /* one piece of the limit order's body or of the bracket's, replaced */
    static const struct {
        int kind;
        const char *from, *to;
    } cases[] = {
        {1,  "BRK.B",                                "BRK.A"                                       },
        {1,  "'symbol':'BRK.B',",                    ""                                            },
        {1,  "'qty':'10'",                           "'qty':'11'"                                  },
        {1,  "'qty':'10'",                           "'qty':'10.000000001'"                        },
        {1,  "'qty':'10'",                           "'qty':'-10'"                                 },
        {1,  "'qty':'10'",                           "'qty':'1e1'"                                 },
        {1,  "'qty':'10'",                           "'notional':'10'"                             },
        {1,  "'buy'",                                "'sell'"                                      },
        {1,  "'limit'",                              "'market'"                                    },
        {1,  "'day'",                                "'gtc'"                                       },
        {1,  "'limit_price':'212.123456789',",       ""                                            },
        {1,  "212.123456789",                        "212.123456788"                               },
        {1,  "212.123456789",                        "212.1234567890001"                           },
        {1,  "'extended_hours':true",                "'extended_hours':false"                      },
        {1,  "'extended_hours':true,",               ""                                            },
        {1,  "'extended_hours':true",                "'extended_hours':'true'"                     },
        {1,  "'extended_hours':true",                "'extended_hours':true,'stop_price':'1'"      },
        {1,  "'extended_hours':true",                "'extended_hours':true,'order_class':'simple'"},
        {1,  "'extended_hours':true",                "'extended_hours':true,'take_profit':null"    },
        {1,  "1f-1-2",                               "1f-1-3"                                      },
        {1,  "1f-1-2",                               "1e-1-2"                                      },
        {1,  "bw-pa3x7",                             "bw-pa3x8"                                    },
        {1,  "'}",                                   "',}"                                         },
        {1,  "'}",                                   "'}}"                                         },
        {1,  "'}",                                   ""                                            },
        {1,  "{'symbol'",                            "[{'symbol'"                                  },
        {7,  "'bracket'",                            "'oto'"                                       },
        {7,  "'219'",                                "'219.01'"                                    },
        {7,  "'205'",                                "'204.99'"                                    },
        {7,  "{'limit_price':'219'}",                "null"                                        },
        {7,  "{'limit_price':'219'}",                "{}"                                          },
        {7,  "{'limit_price':'219'}",                "'219'"                                       },
        {7,  "{'limit_price':'219'}",                "{'limit_price':'219','x':1}"                 },
        {7,  "'take_profit':{'limit_price':'219'},", ""                                            },
        {7,  "{'stop_price':'205'}",                 "{'stop_price':'205','limit_price':'204'}"    },
        {7,  "{'stop_price':'205'}",                 "{'limit_price':'205'}"                       },
        {11, "'oco'",                                "'bracket'"                                   },
        {11, "'order_class'",                        "'limit_price':'219','order_class'"           },
        {6,  "1.2345",                               "1.2346"                                      },
        {6,  "trail_percent",                        "trail_price"                                 },
        {5,  "0.000000001",                          "0"                                           },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *body;
        const struct batch batch = batch_of(cases[i].kind, &body);
        char *changed = replaced(body, cases[i].from, cases[i].to);
        quote_twice(changed);
        cr_expect(!is(&batch, changed), "%s", changed);
        free(changed);
    }
}

#define REST "{" NAME "1-2','symbol':'BRK.B','side':'buy','time_in_force':'gtc','type':'market',"

/* Numbers in other words, and members in another order, ask for the same. What has blanks, escapes
 * or numbers without marks was not written here: it does not pass, whatever it asks for. */
Test(wire_write, what_is_the_same_passes)
{
    const char *body;
    const struct batch batch = batch_of(0, &body);
    static const struct {
        const char *body;
        bool passes;
    } cases[] = {
        {REST "'qty':'10.0'}",     true },
        {REST "'qty':10.0}",       false},
        {REST " 'qty':'10'}",      false},
        {REST "'qty':'10' }",      false},
        {REST "'q\\u0074y':'10'}", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char changed[1024];
        (void)snprintf(changed, sizeof changed, "%s", cases[i].body);
        quote_twice(changed);
        cr_expect_eq(is(&batch, changed), cases[i].passes, "%s", changed);
    }
    cr_expect(!is(&batch, ""));
    cr_expect(!is(&batch, "{}"));
    cr_expect(!is(&batch, "[]"));
    cr_expect(!is(&batch, "null"));
}

/* Any byte of a body changed: whatever still passes says the same numbers and words. */
Test(wire_write, random_changes_of_bodies)
{
    uint64_t state = 7;
    unsigned passed = 0;
    for (int i = 0; i < 60000; i++) {
        const char *unused;
        char body[1024], kept[1024];
        const struct batch batch = batch_of(i % KINDS, &unused);
        size_t length = write(&batch, body, sizeof body);
        (void)snprintf(kept, sizeof kept, "%s", body);
        body[next_random(&state) % length] = (char)(' ' + next_random(&state) % 95);
        bool same = strcmp(body, kept) == 0;
        bool is_one = is(&batch, body);
        passed += is_one && !same;
        cr_expect(is_one || !same);
    }
    cr_expect_eq(passed, 0, "%u", passed);
}

/* ---- requests that were changed, or that cannot be said ---- */

static void change(struct order_request *request, int field)
{
    struct event_order *order = &request->head.order;
    switch (field) {
    case 0:
        order->order_id ^= 1;
        break;
    case 1:
        order->qty_e9 += 1;
        break;
    case 2:
        order->limit_price_e9 += 1;
        break;
    case 3:
        order->type = order->type % 5 + 1;
        break;
    case 4:
        order->time_in_force = order->time_in_force % 6 + 1;
        break;
    case 5:
        order->leg_count = 2;
        break;
    case 6:
        order->order_class ^= 1;
        break;
    case 7:
        order->action = ORDER_ACTION_CANCEL;
        break;
    case 8:
        order->order_flags ^= ORDER_FLAG_EXTENDED;
        break;
    case 9:
        order->order_flags ^= ORDER_FLAG_TRAIL_PPM;
        break;
    case 10:
        order->order_flags ^= 4;
        break;
    case 11:
        request->legs[0].ratio = -request->legs[0].ratio;
        break;
    case 12:
        request->legs[0].ratio *= 2;
        break;
    case 13:
        request->terms.stop_price_e9 += 1;
        break;
    case 14:
        request->terms.trail += 1;
        break;
    case 15:
        request->terms.group ^= 1;
        break;
    case 16:
        request->terms.replaces = 5;
        break;
    default:
        order->action = ORDER_ACTION_REPLACE;
        break;
    }
}

/* A field of any request changed: the body is not that order, or the field is not Alpaca's. */
Test(wire_write, no_changed_request_passes)
{
    enum { FIELDS = 18 };
    for (int kind = 0; kind < KINDS; kind++) {
        const char *unused;
        char body[1024];
        const struct batch batch = batch_of(kind, &unused);
        cr_assert_gt(write(&batch, body, sizeof body), 0);
        for (uint32_t which = 0; which < batch.count; which++) {
            for (int field = 0; field < FIELDS; field++) {
                struct batch changed = batch;
                change(&changed.requests[which], field);
                /* the exits of a group have no name of their own at Alpaca */
                bool unnamed = field == 0 && which > 0;
                cr_expect_eq(is(&changed, body), unnamed, "kind %d, request %u, field %d", kind,
                             which, field);
            }
        }
        struct batch fewer = batch;
        fewer.count--;
        cr_expect(!is(&fewer, body));
    }
}

static void expect_unsaid(const struct batch *batch, const char *why)
{
    char body[1024];
    cr_expect_eq(write(batch, body, sizeof body), 0, "%s", why);
}

Test(wire_write, what_cannot_be_said_to_alpaca)
{
    const char *unused;
    const struct order_request *none[1] = {NULL};
    char body[1024];
    cr_expect_eq(wire_write_order(TAG, "AAPL", none, 0, body, sizeof body), 0);
    struct batch batch = batch_of(7, &unused);
    batch.requests[2].head.order.type = ORDER_TYPE_TRAILING_STOP;
    batch.requests[2].terms =
        (struct order_terms){.trail = MONEY_E9, .group = batch.requests[0].terms.group};
    expect_unsaid(&batch, "a bracket whose stop trails");
    batch = batch_of(7, &unused);
    batch.requests[0].head.order.time_in_force = TIME_IN_FORCE_DAY;
    expect_unsaid(&batch, "an entry for the day with exits until canceled");
    batch = batch_of(7, &unused);
    batch.requests[1] = batch.requests[2];
    expect_unsaid(&batch, "two stops");
    batch = batch_of(7, &unused);
    batch.requests[1].legs[0].instrument++;
    expect_unsaid(&batch, "two instruments");
    batch = batch_of(7, &unused);
    batch.requests[1].head.order.qty_e9--;
    expect_unsaid(&batch, "an exit of another quantity");
    batch = batch_of(11, &unused);
    batch.requests[1].legs[0].ratio = 1;
    expect_unsaid(&batch, "an OCO of two sides");
    batch = batch_of(0, &unused);
    batch.requests[0].head.order.qty_e9 = 0;
    expect_unsaid(&batch, "nothing");
    batch = batch_of(6, &unused);
    batch.requests[0].terms.trail = 1000000;
    expect_unsaid(&batch, "a trail of the whole price");
    batch = batch_of(1, &unused);
    batch.requests[0].head.order.limit_price_e9 = -1;
    expect_unsaid(&batch, "a negative price");
    batch = batch_of(0, &unused);
    const struct order_request *one[1] = {&batch.requests[0]};
    cr_expect_eq(wire_write_order(TAG, "", one, 1, body, sizeof body), 0);
    cr_expect_eq(
        wire_write_order(TAG, "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF", one, 1, body, sizeof body), 0);
}
