/* number_text_test.c: numbers are read exactly or not at all. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "data/number_text.h"

Test(number_text, billionths)
{
    static const struct {
        const char *text;
        enum err err;
        int64_t want_e9;
    } cases[] = {
        {"271.24",                                                  ERR_OK,     INT64_C(271240000000) },
        {"0",                                                       ERR_OK,     0                     },
        {"-0.0",                                                    ERR_OK,     0                     },
        {"007.50",                                                  ERR_OK,     INT64_C(7500000000)   },
        {"0.000000001",                                             ERR_OK,     1                     },
        {"1.0000000000000000000000",                                ERR_OK,     INT64_C(1000000000)   },
        {"1e3",                                                     ERR_OK,     INT64_C(1000000000000)},
        {"1.5E-2",                                                  ERR_OK,     INT64_C(15000000)     },
        {"-27124e-2",                                               ERR_OK,     INT64_C(-271240000000)},
        {"0e999999999",                                             ERR_OK,     0                     },
        {"9223372036.854775807",                                    ERR_OK,     INT64_MAX             },
        {"9223372036.854775808",                                    ERR_RANGE,  0                     },
        {"100000000000000000000000000000000000000000000000000e-45", ERR_OK,
         INT64_C(100000000000000)                                                                     },
        {"1234567890123456789012345678901234567890",                ERR_RANGE,  0                     },
        {"0.0000000001",                                            ERR_RANGE,  0                     },
        {"1e-10",                                                   ERR_RANGE,  0                     },
        {"1e10",                                                    ERR_RANGE,  0                     },
        {"1e99999999999999999999",                                  ERR_RANGE,  0                     },
        {"1e-99999999999999999999",                                 ERR_RANGE,  0                     },
        {"100.00000000000001",                                      ERR_RANGE,  0                     },
        {"",                                                        ERR_FORMAT, 0                     },
        {".5",                                                      ERR_FORMAT, 0                     },
        {"1.",                                                      ERR_FORMAT, 0                     },
        {"1e",                                                      ERR_FORMAT, 0                     },
        {"1e+",                                                     ERR_FORMAT, 0                     },
        {"--1",                                                     ERR_FORMAT, 0                     },
        {"1 ",                                                      ERR_FORMAT, 0                     },
        {"0x10",                                                    ERR_FORMAT, 0                     },
        {"nan",                                                     ERR_FORMAT, 0                     },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = 0;
        cr_assert_eq(number_text_e9(cases[i].text, strlen(cases[i].text), &value), cases[i].err,
                     "%s", cases[i].text);
        cr_assert_eq(value, cases[i].want_e9, "%s: %" PRId64, cases[i].text, value);
    }
}

Test(number_text, whole_numbers)
{
    static const struct {
        const char *text;
        bool rounded;
        enum err err;
        int64_t want;
    } cases[] = {
        {"123",                                      false, ERR_OK,    123      },
        {"123.000",                                  false, ERR_OK,    123      },
        {"1.5e3",                                    false, ERR_OK,    1500     },
        {"123.5",                                    false, ERR_RANGE, 0        },
        {"123.5",                                    true,  ERR_OK,    124      },
        {"122.5",                                    true,  ERR_OK,    122      },
        {"122.500001",                               true,  ERR_OK,    123      },
        {"98811715.4",                               true,  ERR_OK,    98811715 },
        {"0.00000000000000000000000000000000000001", true,  ERR_OK,    0        },
        {"1e-400",                                   true,  ERR_OK,    0        },
        {"9223372036854775807",                      false, ERR_OK,    INT64_MAX},
        {"9223372036854775808",                      false, ERR_RANGE, 0        },
        {"9223372036854775807.5",                    true,  ERR_RANGE, 0        },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = 0;
        cr_assert_eq(
            number_text_whole(cases[i].text, strlen(cases[i].text), cases[i].rounded, &value),
            cases[i].err, "%s", cases[i].text);
        cr_assert_eq(value, cases[i].want, "%s", cases[i].text);
    }
}

Test(number_text, what_spreadsheets_put_around_numbers)
{
    static const struct {
        const char *text;
        const char *want; /* "": refused */
    } cases[] = {
        {"$271.24",     "271.24"  },
        {" 271.24  ",   "271.24"  },
        {"1,234.56",    "1234.56" },
        {"$12,345,678", "12345678"},
        {"1234",        "1234"    },
        {"-5",          "-5"      },
        {"1,23",        ""        },
        {"1234,567",    ""        },
        {",123",        ""        },
        {"12,34,567",   ""        },
        {"1,234.5,6",   ""        },
        {"$",           ""        },
        {"$$1",         "$1"      },
        {"",            ""        },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char clean[NUMBER_TEXT_MAX];
        size_t length = number_text_clean(cases[i].text, strlen(cases[i].text), clean);
        cr_assert_eq(length, strlen(cases[i].want), "%s", cases[i].text);
        cr_assert_eq(memcmp(clean, cases[i].want, length), 0, "%s", cases[i].text);
    }
}
