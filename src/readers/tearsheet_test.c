/* tearsheet_test.c: text from outside stays text on the page. The page as a whole is looked at by
 * tests/report.sh. */
#include "readers/tearsheet.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "readers/tearsheet_private.h"

#define LOST "&#xfffd;"

Test(tearsheet, text_from_outside_stays_text)
{
    static const struct {
        const char *what;
        const char *text;
        const char *want;
    } cases[] = {
        {"nothing",                   "",                                       ""                                        },
        {"a symbol",                  "BRK.B",                                  "BRK.B"                                   },
        {"markup",                    "<b onclick='x'>&\"",                     "&lt;b onclick=&#39;x&#39;&gt;&amp;&quot;"},
        {"two to four bytes",         "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
         "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"                                                                         },
        {"control characters",        "a\x01\n\x7f",                            "a" LOST LOST LOST                        },
        {"a byte alone",
         "\x80"
         "a\xff",                                                               LOST "a" LOST                             },
        {"a character cut short",     "\xe2\x82",                               LOST LOST                                 },
        {"overlong",                  "\xc0\xbc\xe0\x80\xbc",                   LOST LOST LOST LOST LOST                  },
        {"a surrogate",               "\xed\xa0\x80",                           LOST LOST LOST                            },
        {"beyond the last character", "\xf4\x90\x80\x80",                       LOST LOST LOST LOST                       },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[200] = "";
        FILE *out = fmemopen(text, sizeof text, "w");
        html_text(out, cases[i].text);
        cr_assert_eq(fclose(out), 0);
        cr_expect_str_eq(text, cases[i].want, "%s", cases[i].what);
    }
}
