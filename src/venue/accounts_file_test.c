/* accounts_file_test.c: the file of accounts: what it may say, who may read it, what is never
 * shown. */
#include <sys/stat.h>
#include <unistd.h>

#include "exchange_http/served_test.h"
#include "venue/accounts_file.h"

#define SECRET "canary-7d1f"

static char path[64];

static void write_file(const char *text, mode_t mode)
{
    (void)snprintf(path, sizeof path, "/tmp/accounts-test-%d", (int)getpid());
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    cr_assert_geq(fputs(text, file), 0);
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(chmod(path, mode), 0);
}

static enum err read_text(const char *text, struct accounts_file *file, struct problem *problem)
{
    *problem = (struct problem){0};
    write_file(text, 0600);
    enum err err = accounts_file_read(path, file, problem);
    cr_assert_eq(unlink(path), 0);
    return err;
}

Test(accounts_file, says_what_accounts_begin_with)
{
    struct accounts_file file;
    struct problem problem;
    cr_assert_eq(read_text("# two\n"
                           "- key: PK1\n"
                           "  secret: " SECRET "\n"
                           "- key: PK2\n"
                           "  secret: other\n"
                           "  cash: $2,500.50\n"
                           "  multiplier: 4\n"
                           "  shorting: no\n"
                           "  trading_blocked: yes\n"
                           "  trade_suspended_by_user: yes\n",
                           &file, &problem),
                 ERR_OK, "%s", problem.text);
    cr_assert_eq(file.count, 2);
    cr_expect_str_eq(file.entries[0].secret, SECRET);
    cr_expect_eq(file.entries[0].cash_e9, 100000 * MONEY_E9);
    cr_expect_eq(file.entries[0].multiplier, 2);
    cr_expect(file.entries[0].shorting);
    cr_expect_eq(file.entries[1].cash_e9, 2500 * MONEY_E9 + MONEY_E9 / 2);
    cr_expect(file.entries[1].trading_blocked && !file.entries[1].account_blocked);

    struct bars data = made_bars();
    struct venue_plan plan = {.data = &data,
                              .calendar = CALENDAR_XNYS,
                              .exchange = {.orders_max = 4},
                              .accounts_max = 4,
                              .accounts = &file};
    struct venue *venue = venue_create(&plan);
    struct refusal refusal = {0};
    const struct account *account = venue_account(venue, "PK2", "other", &refusal);
    cr_assert_not_null(account);
    cr_expect_eq(account->plan.cash_e9, 2500 * MONEY_E9 + MONEY_E9 / 2);
    cr_expect_eq(account->plan.account.multiplier, 4);
    cr_expect(!account->plan.account.shorting);
    cr_expect(account->blocks.trading);
    cr_expect(account->settings.suspend_trade);
    cr_expect_null(venue_account(venue, "PK3", "other", &refusal), "no other account is opened");
    venue_destroy(venue);
    free(data.memory);
    accounts_file_finish(&file);
}

Test(accounts_file, is_refused_with_the_line_and_without_its_text)
{
    static const struct {
        const char *text, *place, *words, *hint;
    } cases[] = {
        {"",                                                        ":1:1: ",  "a list of accounts",   "- key:"        },
        {"key: " SECRET "\n",                                       ":1:",     "a list of accounts",   "- key:"        },
        {"- key: PK1\n",                                            ":1:",     "secret is missing",    "add \"secret"  },
        {"- key: PK1\n  secret: " SECRET " x\n",                    ":2:11: ", "secret: ",             "write 1 to 128"},
        {"- key: PK1\n  secret:\n",                                 ":2:",     "the value is missing", "write secret"  },
        {"- key: PK1\n  secret: " SECRET "\n  multiplier: 3\n",     ":3:",     "multiplier",           "1, 2 or 4"     },
        {"- key: PK1\n  secret: " SECRET "\n  cash: 100000\n",      ":3:",     "cash",                 "$"             },
        {"- key: PK1\n  secret: " SECRET "\n  cash: $0\n",          ":1:",     "nothing",              "$100,000"      },
        {"- key: PK1\n  secret: " SECRET "\n  csh: $1\n",           ":3:",     "unknown key",          "cash"          },
        {"- {key: A, secret: " SECRET "}\n- {key: A, secret: b}\n", ":2:",     "account 1",
         "of its own"                                                                                                  },
        {"- key: PK1\n   secret: " SECRET "\n",                     ":",       "error",                "hint"          },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct accounts_file file;
        struct problem problem;
        cr_expect_eq(read_text(cases[i].text, &file, &problem), ERR_USAGE, "%s", cases[i].text);
        cr_expect_not_null(strstr(problem.text, cases[i].place), "%s", problem.text);
        cr_expect_not_null(strstr(problem.text, cases[i].words), "%s", problem.text);
        cr_expect_not_null(strstr(problem.text, cases[i].hint), "%s", problem.text);
        cr_expect_null(strstr(problem.text, SECRET), "%s", problem.text);
        cr_expect_null(file.entries);
        accounts_file_finish(&file);
    }
}

Test(accounts_file, must_be_its_owners_alone)
{
    static const mode_t modes[] = {0644, 0640, 0660, 0601};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        struct accounts_file file;
        struct problem problem = {0};
        write_file("- key: PK1\n  secret: " SECRET "\n", modes[i]);
        cr_expect_eq(accounts_file_read(path, &file, &problem), ERR_REFUSED);
        cr_expect_not_null(strstr(problem.text, "chmod 600"), "%s", problem.text);
        cr_assert_eq(unlink(path), 0);
    }
}

Test(accounts_file, must_be_a_file)
{
    struct accounts_file file;
    struct problem problem = {0};
    cr_expect_eq(accounts_file_read("/tmp", &file, &problem), ERR_REFUSED);
    cr_expect_eq(accounts_file_read("/tmp/accounts-test-none", &file, &problem), ERR_NOT_FOUND);
    cr_expect_not_null(strstr(problem.text, "no such file"));
}
