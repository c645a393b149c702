/* err_test.c: every code has a text of its own. */
#include "base/err.h"

#include <criterion/criterion.h>

static const enum err codes[] = {
#define X(code, text) ERR_##code,
    ERR_LIST(X)
#undef X
};

Test(err, every_code_has_a_text_of_its_own)
{
    size_t count = sizeof codes / sizeof codes[0];
    for (size_t i = 0; i < count; i++) {
        cr_expect_eq((size_t)codes[i], i);
        cr_expect_str_neq(err_text(codes[i]), "unknown error");
        for (size_t j = 0; j < i; j++) {
            cr_expect_str_neq(err_text(codes[i]), err_text(codes[j]));
        }
    }
    cr_expect_str_eq(err_text(ERR_OK), "no error");
}

Test(err, a_code_outside_the_list_is_unknown)
{
    volatile int outside = 4711;
    cr_expect_str_eq(err_text((enum err)outside), "unknown error");
}
