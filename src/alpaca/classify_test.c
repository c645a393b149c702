/* classify_test.c: the table of reliability O4, row by row, and the headers. */
#include "alpaca/classify.h"

#include <criterion/criterion.h>
#include <string.h>

#include "net/json.h"

static const struct {
    const char *what;
    enum client_host host;
    int status;
    const char *body;
    bool rated;
    enum client_class class;
    int64_t code;
    const char *message; /* NULL: ours, whatever it says */
} rows[] = {
    {"an order",                   CLIENT_TRADING,     200,       "{\"id\":\"a\"}",                                      true,  CLIENT_OK,       0,        ""                                                     },
    {"no content",                 CLIENT_TRADING,     204,       "",                                                    true,  CLIENT_OK,       0,        ""                                                     },
    {"several states",             CLIENT_TRADING,     207,       "[{\"status\":500}]",                                  true,  CLIENT_OK,       0,        ""                                                     },
    {"2xx that does not parse",    CLIENT_TRADING,     200,       "<html>",                                              true,  CLIENT_UNKNOWN,  0,        NULL                                                   },
    {"2xx that is cut",            CLIENT_TRADING,     200,       "{\"id\":\"a",                                         true,  CLIENT_UNKNOWN,  0,        NULL                                                   },
    {"the id is taken",            CLIENT_TRADING,     422,
     "{\"code\":40010001,\"message\":\"client_order_id must be unique\"}",                                               true,  CLIENT_EXISTS,
     40010001,                                                                                                                                             "client_order_id must be unique"                       },
    {"409",                        CLIENT_TRADING,     409,       "",                                                    true,  CLIENT_EXISTS,   0,        NULL                                                   },
    {"another parameter",          CLIENT_TRADING,     422,
     "{\"code\":40010001,\"message\":\"qty is required\"}",                                                              true,  CLIENT_REFUSED,  40010001,
     "qty is required"                                                                                                                                                                                            },
    {"422 with another code",      CLIENT_TRADING,     422,
     "{\"code\":42210000,\"message\":\"client_order_id must be unique\"}",                                               true,  CLIENT_REFUSED,
     42210000,                                                                                                                                             "client_order_id must be unique"                       },
    {"422 of a gateway",           CLIENT_TRADING,     422,       "{\"message\":\"unprocessable\"}",                     false,
     CLIENT_UNKNOWN,                                                                                                                             0,        "unprocessable"                                        },
    {"a bad request",              CLIENT_TRADING,     400,       "{\"code\":40010000,\"message\":\"bad\"}",             true,
     CLIENT_REFUSED,                                                                                                                             40010000, "bad"                                                  },
    {"400 of a gateway",           CLIENT_TRADING,     400,       "Bad Request",                                         false, CLIENT_UNKNOWN,  0,        NULL                                                   },
    {"buying power",               CLIENT_TRADING,     403,
     "{\"code\":40310000,\"message\":\"insufficient buying power\",\"cost_basis\":\"1\"}",                               true,
     CLIENT_REFUSED,                                                                                                                             40310000, "insufficient buying power"                            },
    {"a key of another host",      CLIENT_TRADING,     403,       "{\"message\":\"forbidden.\"}",                        true,
     CLIENT_KEYS,                                                                                                                                0,        "forbidden."                                           },
    {"403 of a wall",              CLIENT_TRADING,     403,       "<html>",                                              false, CLIENT_UNKNOWN,  0,        NULL                                                   },
    {"data that the plan has not", CLIENT_MARKET_DATA, 403,
     "{\"message\":\"subscription does not permit querying recent SIP data\"}",                                          true,
     CLIENT_REFUSED,                                                                                                                             0,        "subscription does not permit querying recent SIP data"},
    {"the same with its code",     CLIENT_MARKET_DATA, 403,
     "{\"code\":42210000,\"message\":\"subscription does not permit querying recent SIP data\"}",                        true,  CLIENT_REFUSED,  42210000, "subscription does not permit querying recent SIP data"},
    {"data without a key",         CLIENT_MARKET_DATA, 403,       "{\"message\":\"forbidden.\"}",                        false,
     CLIENT_KEYS,                                                                                                                                0,        "forbidden."                                           },
    {"no such order",              CLIENT_TRADING,     404,       "{\"code\":40410000,\"message\":\"order not found\"}",
     true,                                                                                                                      CLIENT_REFUSED,  40410000, "order not found"                                      },
    {"404 of a gateway",           CLIENT_TRADING,     404,       "{\"message\":\"Not Found\"}",                         false, CLIENT_UNKNOWN,
     0,                                                                                                                                                    "Not Found"                                            },
    {"404 in HTML",                CLIENT_TRADING,     404,       "<html>",                                              false, CLIENT_UNKNOWN,  0,        NULL                                                   },
    {"data refused in words",      CLIENT_MARKET_DATA, 400,       "{\"message\":\"invalid symbol\"}",                    true,
     CLIENT_REFUSED,                                                                                                                             0,        "invalid symbol"                                       },
    {"no keys",                    CLIENT_TRADING,     401,       "{\"code\":40110000,\"message\":\"unauthorized.\"}",   true,
     CLIENT_KEYS,                                                                                                                                40110000, "unauthorized."                                        },
    {"no keys, no words",          CLIENT_TRADING,     401,       "",                                                    false, CLIENT_KEYS,     0,        NULL                                                   },
    {"too many, says the broker",  CLIENT_TRADING,     429,
     "{\"code\":42910000,\"message\":\"rate limit exceeded\"}",                                                          true,  CLIENT_NOT_SENT, 42910000,
     "rate limit exceeded"                                                                                                                                                                                        },
    {"too many, says somebody",    CLIENT_TRADING,     429,       "",                                                    false, CLIENT_UNKNOWN,  0,        NULL                                                   },
    {"500",                        CLIENT_TRADING,     500,       "{\"code\":50010000,\"message\":\"internal\"}",        true,
     CLIENT_UNKNOWN,                                                                                                                             50010000, "internal"                                             },
    {"502",                        CLIENT_TRADING,     502,       "<html>",                                              false, CLIENT_UNKNOWN,  0,        NULL                                                   },
    {"503",                        CLIENT_TRADING,     503,       "",                                                    false, CLIENT_UNKNOWN,  0,        NULL                                                   },
    {"504",                        CLIENT_TRADING,     504,       "",                                                    false, CLIENT_UNKNOWN,  0,        NULL                                                   },
    {"a redirect",                 CLIENT_TRADING,     302,       "",                                                    false, CLIENT_UNKNOWN,  0,        NULL                                                   },
    {"405",                        CLIENT_TRADING,     405,       "{\"code\":40510000,\"message\":\"no\"}",              true,  CLIENT_UNKNOWN,
     40510000,                                                                                                                                             "no"                                                   },
    {"what nobody has heard of",   CLIENT_TRADING,     299 + 320, "{}",                                                  true,  CLIENT_UNKNOWN,  0,        NULL                                                   },
    {"a code that is no number",   CLIENT_TRADING,     403,       "{\"code\":\"x\",\"message\":\"no\"}",                 true,
     CLIENT_KEYS,                                                                                                                                0,        "no"                                                   },
    {"an error that is no object", CLIENT_TRADING,     422,       "[1]",                                                 true,  CLIENT_UNKNOWN,  0,        NULL                                                   },
};

Test(classify, every_row_of_the_table)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tree tree;
        tree_init(&tree);
        size_t length = strlen(rows[i].body);
        struct answer_facts facts = {.outcome = HTTP_ANSWERED,
                                     .host = rows[i].host,
                                     .status = rows[i].status,
                                     .has_body = length > 0,
                                     .rate_headers = rows[i].rated};
        if (length > 0 && json_parse(&tree, rows[i].body, length) == ERR_OK) {
            facts.root = tree_root(&tree);
        }
        struct client_reply reply = {0};
        classify(&facts, &reply);
        cr_expect_eq(reply.class, rows[i].class, "%s: %d", rows[i].what, reply.class);
        cr_expect_eq(reply.code, rows[i].code, "%s", rows[i].what);
        cr_assert_not_null(reply.message, "%s", rows[i].what);
        if (rows[i].message != NULL) {
            cr_expect_str_eq(reply.message, rows[i].message, "%s", rows[i].what);
        } else {
            cr_expect_str_not_empty(reply.message, "%s", rows[i].what);
        }
        tree_finish(&tree);
    }
}

Test(classify, without_an_answer)
{
    struct client_reply reply = {0};
    classify(&(struct answer_facts){.outcome = HTTP_NOT_SENT}, &reply);
    cr_expect_eq(reply.class, CLIENT_NOT_SENT);
    classify(&(struct answer_facts){.outcome = HTTP_NO_ANSWER}, &reply);
    cr_expect_eq(reply.class, CLIENT_UNKNOWN);
}

Test(classify, dates_and_numbers_of_headers)
{
    static const char *const bad[] = {NULL,
                                      "",
                                      "yesterday",
                                      "Sun, 06 Nov 1994 08:49:37",
                                      "Sun, 06 Nox 1994 08:49:37 GMT",
                                      "Sun, 31 Feb 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 24:49:37 GMT",
                                      "Sun, 06 Nov 1994 08:49:37 GMT+1",
                                      "Sunday, 06-Nov-94 08:49:37 GMT"};
    int64_t out = 7;
    cr_expect(http_date_read("Sun, 06 Nov 1994 08:49:37 GMT", &out));
    cr_expect_eq(out, 784111777, "the example of RFC 9110");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_expect_not(http_date_read(bad[i], &out), "%s", bad[i]);
    }
    cr_expect(header_number("0123", &out));
    cr_expect_eq(out, 123);
    cr_expect_not(header_number("-1", &out));
    cr_expect_not(header_number("", &out));
    cr_expect_not(header_number("99999999999999999999", &out));
    cr_expect_not(header_number("1 ", &out));
    cr_expect_not(header_number(NULL, &out));
}
