/* faults_test.c: scripts of faults: what they may say, and when their rules strike. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "venue/faults_file.h"

static struct fault_script script;
static struct faults faults;
static struct problem problem;

static enum err parse(const char *text)
{
    problem = (struct problem){0};
    return fault_script_parse("faults.yaml", text, strlen(text), &script, &problem);
}

static void load(const char *text)
{
    cr_assert_eq(parse(text), ERR_OK, "%s", problem.text);
    faults_load(&faults, &script);
    fault_script_finish(&script);
}

static void stop(void)
{
    faults_finish(&faults);
}

TestSuite(faults, .fini = stop);

/* "..x.x": which of `count` POSTs of an order are struck. */
static const char *struck(size_t count, int64_t now_ns)
{
    static char text[4096];
    const struct fault_occasion occasion = {
        .now_ns = now_ns, .method = "POST", .path = "/v2/orders"};
    struct fault fault;
    for (size_t i = 0; i < count; i++) {
        text[i] = faults_strike(&faults, FAULT_OF_REQUEST, &occasion, &fault) ? 'x' : '.';
    }
    text[count] = '\0';
    return text;
}

Test(faults, count_occasions_from_one)
{
    load("rules: [{route: POST /v2/orders, what: empty, nth: 3}]");
    cr_expect_str_eq(struck(8, 0), "..x.....");
    load("rules: [{route: POST /v2/orders, what: empty, every: 3}]");
    cr_expect_str_eq(struck(8, 0), "..x..x..");
    load("rules: [{route: POST /v2/orders, what: empty, every: 4, burst: 2}]");
    cr_expect_str_eq(struck(10, 0), "...xx..xx.");
    load("rules: [{route: POST /v2/orders, what: empty}]");
    cr_expect_str_eq(struck(4, 0), "xxxx");
    load("rules: [{route: POST /v2/orders, what: empty, nth: 2, burst: 3}]");
    cr_expect_str_eq(struck(8, 0), ".xxx....");
}

Test(faults, chance_follows_from_the_seed)
{
    char first[2001];
    load("{seed: 7, rules: [{route: POST /v2/orders, what: empty, probability: 20%}]}");
    memcpy(first, struck(2000, 0), sizeof first);
    size_t count = 0;
    for (const char *at = first; *at != '\0'; at++) {
        count += *at == 'x';
    }
    /* Binomial: 400 expected, standard deviation 18. */
    cr_expect(count > 310 && count < 490, "%zu of 2000", count);
    faults_restart(&faults);
    cr_expect_str_eq(struck(2000, 0), first, "the same run strikes the same");
    load("{seed: 8, rules: [{route: POST /v2/orders, what: empty, probability: 20%}]}");
    cr_expect_str_neq(struck(2000, 0), first);
}

Test(faults, another_rule_changes_nothing)
{
    char alone[201];
    load("{seed: 7, rules: [{route: POST *, what: empty, probability: 30%}]}");
    memcpy(alone, struck(200, 0), sizeof alone);
    load("{seed: 7, rules: [{route: POST *, what: empty, probability: 30%},"
         "{route: GET *, what: empty}, {stream: data, what: drop}]}");
    cr_expect_str_eq(struck(200, 0), alone);
}

Test(faults, know_their_routes)
{
    static const struct {
        const char *route, *method, *path;
        bool fits;
    } cases[] = {
        {"GET *",             "GET",    "/v2/stocks/bars",  true },
        {"GET *",             "POST",   "/v2/orders",       false},
        {"* /v2/positions",   "DELETE", "/v2/positions",    true },
        {"* /v2/positions",   "GET",    "/v2/positions/A",  false},
        {"GET /v2/orders*",   "GET",    "/v2/orders/1-2-3", true },
        {"GET /v2/*/bars",    "GET",    "/v2/stocks/bars",  true },
        {"POST /v2/orders",   "POST",   "/v2/orders",       true },
        {"DELETE /v2/orders", "POST",   "/v2/orders",       false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[128];
        struct fault fault;
        const struct fault_occasion occasion = {.method = cases[i].method, .path = cases[i].path};
        (void)snprintf(text, sizeof text, "rules: [{route: \"%s\", what: empty}]", cases[i].route);
        load(text);
        cr_expect_eq(faults_strike(&faults, FAULT_OF_REQUEST, &occasion, &fault), cases[i].fits,
                     "%s: %s %s", cases[i].route, cases[i].method, cases[i].path);
    }
}

Test(faults, have_their_time)
{
    load("rules: [{route: POST /v2/orders, what: empty, nth: 2,"
         " after: 2026-03-16T14:00:00Z, until: 2026-03-16T15:00:00Z}]");
    int64_t from_ns;
    cr_assert_eq(utc_parse("2026-03-16T14:00:00Z", 20, &from_ns), ERR_OK);
    cr_expect_str_eq(struck(4, from_ns - 1), "....", "before it, nothing is counted");
    cr_expect_str_eq(struck(4, from_ns), ".x..");
    faults_restart(&faults);
    cr_expect_str_eq(struck(1, from_ns + NS_PER_HOUR), ".");
    cr_expect_str_eq(struck(1, from_ns + NS_PER_HOUR + 1), ".");
    cr_expect_str_eq(struck(1, from_ns + NS_PER_HOUR), "x");
}

Test(faults, the_first_of_several_is_carried_out)
{
    struct fault fault;
    const struct fault_occasion occasion = {.method = "GET", .path = "/v2/account"};
    load("rules: [{route: GET *, what: empty, nth: 1}, {route: GET *, what: huge}]");
    cr_assert(faults_strike(&faults, FAULT_OF_REQUEST, &occasion, &fault));
    cr_expect_eq(fault.rule.kind, FAULT_EMPTY);
    cr_assert(faults_strike(&faults, FAULT_OF_REQUEST, &occasion, &fault));
    cr_expect_eq(fault.rule.kind, FAULT_HUGE);
    cr_expect_eq(faults.script.rules[1].occasions, 2);
    cr_expect_eq(faults.script.rules[1].strikes, 1);
}

Test(faults, switched_off_count_nothing)
{
    load("rules: [{route: POST /v2/orders, what: empty}]");
    faults.on = false;
    cr_expect_str_eq(struck(3, 0), "...");
    cr_expect_eq(faults.script.rules[0].occasions, 0);
    cr_expect_not(
        faults_strike(NULL, FAULT_OF_REQUEST, &(struct fault_occasion){0}, &(struct fault){0}));
}

Test(faults, every_kind_can_be_written)
{
    for (uint8_t kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        char text[256];
        enum fault_site site = fault_kind_site(kind);
        (void)snprintf(text, sizeof text, "rules: [{%s what: %s%s%s%s, burst: 2}]",
                       site == FAULT_OF_REQUEST  ? "route: GET *,"
                       : site == FAULT_OF_STREAM ? "stream: data,"
                                                 : "",
                       fault_kind_text(kind),
                       kind == FAULT_STATUS                             ? ", code: 500"
                       : kind == FAULT_BAD_DATA                         ? ", as: zero"
                       : (fault_kind_keys(kind) & FAULT_HAS_FIELD) != 0 ? ", field: a, value: NaN"
                                                                        : "",
                       (fault_kind_keys(kind) & FAULT_HAS_FOR) != 0 ? ", for: 20s" : "",
                       (fault_kind_keys(kind) & FAULT_HAS_SYMBOL) != 0 ? ", symbol: AAPL" : "");
        cr_assert_eq(parse(text), ERR_OK, "%s", problem.text);
        cr_assert_eq(script.count, 1);
        cr_expect_eq(script.rules[0].kind, kind, "%s", text);
        cr_expect_eq(script.rules[0].burst, 2);
        fault_script_finish(&script);
    }
}

Test(faults, values_are_read)
{
    cr_assert_eq(parse("seed: 12\n"
                       "rules:\n"
                       "  - route: POST /v2/orders\n"
                       "    what: status\n"
                       "    code: 503\n"
                       "    body: upstream connect error\n"
                       "    carried_out: yes\n"
                       "    probability: 2.5%\n"
                       "  - what: partial\n"
                       "    symbol: SPY\n"
                       "    parts: [10%, 20%, 70%]\n"
                       "  - what: external_order\n"
                       "    symbol: SPY\n"
                       "    side: sell\n"
                       "    qty: 2.5\n"
                       "  - stream: trading\n"
                       "    what: disconnect\n"
                       "    refuse: 429\n"
                       "    for: 90s\n"),
                 ERR_OK, "%s", problem.text);
    cr_assert_eq(script.count, 4);
    const struct fault_rule *rules = script.rules;
    cr_expect_eq(script.seed, 12);
    cr_expect_eq(rules[0].code, 503);
    cr_expect_str_eq(rules[0].text, "upstream connect error");
    cr_expect(rules[0].carried_out);
    cr_expect_eq(rules[0].probability_ppm, 25000);
    cr_expect_eq(rules[1].part_count, 3);
    cr_expect_eq(rules[1].parts_ppm[2], 700000);
    cr_expect(rules[2].sells);
    cr_expect_eq(rules[2].qty_e9, 2 * MONEY_E9 + MONEY_E9 / 2);
    cr_expect_eq(rules[3].refuse, 429);
    cr_expect_eq(rules[3].for_ns, 90 * NS_PER_S);
    fault_script_finish(&script);
}

Test(faults, what_is_no_script_is_refused_with_its_place)
{
    static const struct {
        const char *text, *place, *words, *hint;
    } cases[] = {
        {"",                                                                                    ":1:",     "no configuration",          ""             },
        {"rules: 3",                                                                            ":1:8: ",  "a text where a list",       "write rules"  },
        {"rule: []",                                                                            ":1:1: ",  "unknown key",               "rules"        },
        {"rules: []\nsed: 4",                                                                   ":2:1: ",  "unknown key",               "seed"         },
        {"seed: -1\nrules: []",                                                                 ":1:7: ",  "seed",                      "hint"         },
        {"rules:\n- what: halt",                                                                ":2:3: ",  "halt needs it",             "symbol: AAPL" },
        {"rules:\n- {route: GET *, what: hlat}",                                                ":2:24: ", "no fault that is known",
         "with a route"                                                                                                                                },
        {"rules:\n- {what: sus pend}",                                                          ":2:10: ", "no fault",                  "suspend"      },
        {"rules:\n- {route: GET *, what: drop}",                                                ":2:24: ", "does not go with a route",  "a stream"     },
        {"rules:\n- {stream: data, what: emty}",                                                ":2:",     "no fault",                  "with a stream"},
        {"rules:\n- {stream: dta, what: drop}",                                                 ":2:12: ", "stream",                    "data"         },
        {"rules:\n- {route: orders, what: empty}",                                              ":2:11: ", "not a method and a path",
         "POST /v2/orders"                                                                                                                             },
        {"rules:\n- {route: get /v2, what: empty}",                                             ":2:11: ", "not a method and a path",
         "POST /v2/orders"                                                                                                                             },
        {"rules:\n- {route: GET *, stream: data, what: empty}",
         ":2:3: ",                                                                                         "both a route and a stream", "two rules"    },
        {"rules:\n- {route: GET *}",                                                            ":2:3: ",  "what is missing",           "add \"what"   },
        {"rules:\n- {route: GET *, what: status}",                                              ":2:3: ",  "status needs it",           "code: 503"    },
        {"rules:\n- {route: GET *, what: status, code: 200}",                                   ":2:38: ", "code",                      "hint"         },
        {"rules:\n- {route: GET *, what: empty, code: 500}",                                    ":2:31: ", "empty has no key code",
         "delete it"                                                                                                                                   },
        {"rules:\n- {route: GET *, what: delay}",                                               ":2:3: ",  "delay needs it",            "for: 20s"     },
        {"rules:\n- {route: GET *, what: empty, nth: 0}",                                       ":2:36: ", "nth",                       "hint"         },
        {"rules:\n- {route: GET *, what: empty, nth: 2, every: 2}",                             ":2:3: ",  "more than one of",
         "keep one"                                                                                                                                    },
        {"rules:\n- {route: GET *, what: empty, probability: 2}",                               ":2:44: ", "probability",               "%"            },
        {"rules:\n- {route: GET *, what: empty, probability: 101%}",                            ":2:44: ", "probability",               "%"            },
        {"rules:\n- {route: GET *, what: empty, after: noon}",                                  ":2:38: ", "no time",                   "2026-03-16T"  },
        {"rules:\n- {route: GET *, what: delay, for: 20}",                                      ":2:36: ", "for",                       "20s"          },
        {"rules:\n- {what: partial, parts: [30%, 60%]}",                                        ":2:26: ", "do not make 100%",
         "[30%, 70%]"                                                                                                                                  },
        {"rules:\n- {what: partial, parts: [100%]}",                                            ":2:26: ", "2 to 8",                    "[30%, 70%]"   },
        {"rules:\n- {what: partial, parts: [x, 60%]}",                                          ":2:27: ", "not a share",               "[30%, 70%]"   },
        {"rules:\n- {what: partial, symbol: ABCDEFGHIJKLMNOPQR}",                               ":2:27: ", "longer than 15",
         "AAPL"                                                                                                                                        },
        {"rules:\n- {stream: data, what: disconnect, refuse: 500}",                             ":2:44: ", "refuse",
         "406 or 429"                                                                                                                                  },
        {"rules:\n- [1]",                                                                       ":2:3: ",  "rule",                      "route"        },
        {"rules:\n- {what: suspend, for: 1s, for: 2s}",                                         ":2:",     "",                          ""             },
        {"rules:\n- {route: GET *, what: set_field, value: x}",                                 ":2:3: ",  "set_field needs it",
         "field: status"                                                                                                                               },
        {"rules:\n- {route: GET *, what: set_field, field: a}",                                 ":2:3: ",  "set_field needs it",
         "value:"                                                                                                                                      },
        {"rules:\n- {what: bad_data}",                                                          ":2:3: ",  "bad_data needs it",         "as: spike"    },
        {"rules:\n- {what: bad_data, as: spik}",                                                ":2:24: ", "as",                        "spike"        },
        {"rules:\n- {what: luld}",                                                              ":2:3: ",  "luld needs it",             "symbol: AAPL" },
        {"rules: [",                                                                            ":1:",     "error",                     ""             },
        {"rules:\n- {what: suspend, after: 2026-03-17T00:00:00Z, until: 2026-03-16T00:00:00Z}",
         ":2:",                                                                                            "before after",              "later"        },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(parse(cases[i].text), ERR_USAGE, "%s", cases[i].text);
        cr_expect_not_null(strstr(problem.text, "faults.yaml"), "%s", problem.text);
        cr_expect_not_null(strstr(problem.text, cases[i].place), "%s: %s", cases[i].text,
                           problem.text);
        cr_expect_not_null(strstr(problem.text, cases[i].words), "%s: %s", cases[i].text,
                           problem.text);
        cr_expect_not_null(strstr(problem.text, cases[i].hint), "%s: %s", cases[i].text,
                           problem.text);
        cr_expect_null(script.rules);
        fault_script_finish(&script);
    }
}
