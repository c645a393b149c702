/* bar_length_test.c: the lengths of bars that a configuration may name. */
#include <criterion/criterion.h>

#include "base/utc.h"
#include "config/config.h"

Test(bar_length, names_and_lengths_agree)
{
    static const char *const names[] = {"1s",    "5s",   "10s",  "15s",   "30s",
                                        "1min",  "2min", "5min", "10min", "15min",
                                        "30min", "1h",   "2h",   "4h",    "1d"};
    int64_t last_ns = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int64_t bar_ns;
        char text[24];
        cr_assert_eq(bar_length_parse(names[i], &bar_ns), ERR_OK, "%s", names[i]);
        cr_expect_gt(bar_ns, last_ns);
        cr_expect_str_eq(bar_length_text(bar_ns, text), names[i]);
        last_ns = bar_ns;
    }
}

Test(bar_length, other_texts_are_refused_and_other_lengths_shown_in_seconds)
{
    int64_t bar_ns = 7;
    char text[24];
    cr_expect_eq(bar_length_parse("", &bar_ns), ERR_FORMAT);
    cr_expect_eq(bar_length_parse("60s", &bar_ns), ERR_FORMAT);
    cr_expect_eq(bar_length_parse("1min ", &bar_ns), ERR_FORMAT);
    cr_expect_eq(bar_ns, 7);
    cr_expect_str_eq(bar_length_text(7 * NS_PER_S, text), "7s");
    cr_expect_str_eq(bar_length_text(90 * NS_PER_MIN, text), "5400s");
}
