/* paper_lock_test.c: who is first has the account, for as long as it lives, and nobody else's
 * folder or link is taken for the place of the locks. */
#include "cmd/paper_lock.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/folder_test.h"
#include "sys/memory.h"

#define URL "http://127.0.0.1:8080"

static char *runtime;

static void begin(void)
{
    runtime = folder_create();
    cr_assert_eq(setenv("XDG_RUNTIME_DIR", runtime, 1), 0);
}

static void finish(void)
{
    folder_remove(runtime);
}

static enum err take(const char *number, const char *url, int *lock, struct problem *problem)
{
    return paper_lock_take(number, url, "/somewhere/accounts/paper-1", lock, problem);
}

Test(paper_lock, one_run_has_an_account_and_the_second_hears_who, .init = begin, .fini = finish)
{
    int first, second;
    struct problem problem;
    char words[64];
    cr_assert_eq(take("PA1", URL, &first, &problem), ERR_OK, "%s", problem.text);
    cr_expect_eq(take("PA1", URL "/", &second, &problem), ERR_BUSY);
    cr_expect_eq(second, -1);
    (void)snprintf(words, sizeof words, "by process %ld already, whose log is in /somewhere/a",
                   (long)getpid());
    cr_expect(strstr(problem.text, words) != NULL, "%s", problem.text);
    paper_lock_release(first);
    cr_expect_eq(take("PA1", URL, &second, &problem), ERR_OK, "%s", problem.text);
    paper_lock_release(second);
    paper_lock_release(-1);
}

Test(paper_lock, accounts_and_brokers_are_told_apart, .init = begin, .fini = finish)
{
    static const struct {
        const char *number;
        const char *url;
        enum err want;
    } cases[] = {
        {"PA1",       "https://paper-api.alpaca.markets", ERR_OK  },
        {"PA1",       "HTTPS://PAPER-API.alpaca.markets", ERR_BUSY},
        {"PA2",       "https://paper-api.alpaca.markets", ERR_OK  },
        {"PA1",       "http://127.0.0.1:8080",            ERR_OK  },
        {"PA1",       "http://127.0.0.1:8081",            ERR_OK  },
        {"PA1",       "http://localhost:8080",            ERR_BUSY},
        {"PA1",       "https://[::1]:8081",               ERR_BUSY},
        {"../../PA1", "http://127.0.0.1:8080",            ERR_OK  }, /* a file as any other */
        {".._.._PA1", "http://127.0.0.1:8080",            ERR_BUSY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int lock;
        struct problem problem = {0};
        cr_expect_eq(take(cases[i].number, cases[i].url, &lock, &problem), cases[i].want, "%zu: %s",
                     i, problem.text);
    }
}

Test(paper_lock, a_killed_run_leaves_nothing_locked, .init = begin, .fini = finish)
{
    int ready[2], lock;
    struct problem problem;
    char byte;
    cr_assert_eq(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        byte = take("PA1", URL, &lock, &problem) == ERR_OK;
        (void)!write(ready[1], &byte, 1);
        (void)pause();
        _exit(0);
    }
    cr_assert_eq(read(ready[0], &byte, 1), 1);
    cr_assert_eq(byte, 1);
    cr_expect_eq(take("PA1", URL, &lock, &problem), ERR_BUSY);
    char words[32];
    (void)snprintf(words, sizeof words, "process %ld", (long)child);
    cr_expect(strstr(problem.text, words) != NULL, "%s", problem.text);
    cr_assert_eq(kill(child, SIGKILL), 0);
    cr_assert_eq(waitpid(child, NULL, 0), child);
    cr_expect_eq(take("PA1", URL, &lock, &problem), ERR_OK, "%s", problem.text);
    paper_lock_release(lock);
}

Test(paper_lock, a_place_that_others_can_write_to_is_none, .init = begin, .fini = finish)
{
    int lock;
    struct problem problem;
    char *path = xasprintf("%s/bellwether", runtime);
    char *real = xasprintf("%s/real", runtime);
    cr_assert_eq(mkdir(real, 0700), 0);
    cr_assert_eq(symlink(real, path), 0);
    cr_expect_eq(take("PA1", URL, &lock, &problem), ERR_REFUSED, "a link");
    cr_assert_eq(unlink(path), 0);
    cr_assert_eq(mkdir(path, 0700), 0);
    cr_assert_eq(chmod(path, 0770), 0);
    cr_expect_eq(take("PA1", URL, &lock, &problem), ERR_REFUSED, "of others as well");
    cr_assert_eq(chmod(path, 0700), 0);
    char *file = xasprintf("%s/pa1@127.0.0.1:8080", path);
    cr_assert_eq(symlink("/dev/null", file), 0);
    cr_expect_neq(take("PA1", URL, &lock, &problem), ERR_OK, "a link in it");
    cr_assert_eq(unlink(file), 0);
    cr_expect_eq(take("PA1", URL, &lock, &problem), ERR_OK, "%s", problem.text);
    paper_lock_release(lock);
    free(path);
    free(real);
    free(file);
}

Test(paper_lock, without_a_place_of_the_session_there_is_one_of_the_user)
{
    int first, second;
    struct problem problem;
    char number[32];
    (void)snprintf(number, sizeof number, "test-%ld", (long)getpid());
    cr_assert_eq(unsetenv("XDG_RUNTIME_DIR"), 0);
    cr_assert_eq(take(number, URL, &first, &problem), ERR_OK, "%s", problem.text);
    cr_expect_eq(take(number, URL, &second, &problem), ERR_BUSY);
    char *path =
        xasprintf("/tmp/bellwether-%lu/%s@127.0.0.1:8080", (unsigned long)geteuid(), number);
    cr_expect_eq(unlink(path), 0, "%s", path);
    paper_lock_release(first);
    free(path);
}
