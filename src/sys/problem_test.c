/* problem_test.c: words and codes for failures; too long texts are cut. */
#include "sys/problem.h"

#include <criterion/criterion.h>
#include <errno.h>

Test(problem, set_keeps_both_and_returns_the_code)
{
    struct problem problem;
    cr_expect_eq(problem_set(&problem, ERR_FORMAT, "line %d: %s", 7, "no"), ERR_FORMAT);
    cr_expect_eq(problem.err, ERR_FORMAT);
    cr_expect_str_eq(problem.text, "line 7: no");
}

Test(problem, null_needs_no_words)
{
    errno = ENOSPC;
    cr_expect_eq(problem_set(NULL, ERR_RANGE, "x"), ERR_RANGE);
    cr_expect_eq(problem_set_errno(NULL, "x"), ERR_FULL);
}

Test(problem, errno_gives_its_text_and_a_full_disk_its_code)
{
    static const struct {
        int number;
        enum err want;
    } cases[] = {
        {ENOENT, ERR_IO  },
        {EIO,    ERR_IO  },
        {ENOSPC, ERR_FULL},
        {EDQUOT, ERR_FULL},
        {EFBIG,  ERR_FULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct problem problem;
        char want[128];
        errno = cases[i].number;
        cr_expect_eq(problem_set_errno(&problem, "cannot write %s", "f"), cases[i].want);
        (void)snprintf(want, sizeof want, "cannot write f: %s", strerror(cases[i].number));
        cr_expect_str_eq(problem.text, want);
    }
}

Test(problem, a_long_text_is_cut_and_ended)
{
    static char text[2 * PROBLEM_TEXT_SIZE];
    struct problem problem;
    memset(text, 'x', sizeof text - 1);
    (void)problem_set(&problem, ERR_IO, "%s", text);
    cr_expect_eq(strlen(problem.text), PROBLEM_TEXT_SIZE - 1);
    errno = EIO;
    (void)problem_set_errno(&problem, "%s", text);
    cr_expect_eq(strlen(problem.text), PROBLEM_TEXT_SIZE - 1);
}
