/* keys_test.c: where keys may come from, who may read them, and what is never shown. */
#include "alpaca/keys.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "sys/folder_test.h"

#define CANARY "canary7d1f"

static void nothing_set(void)
{
    static const char *const all[] = {"APCA_API_KEY_ID", "APCA_API_SECRET_KEY", "ALPACA_API_KEY",
                                      "ALPACA_SECRET_KEY", "ALPACA_API_SECRET"};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        cr_assert_eq(unsetenv(all[i]), 0);
    }
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    cr_assert_geq(fputs(text, file), 0);
    cr_assert_eq(fclose(file), 0);
    cr_assert_eq(chmod(path, mode), 0);
}

static void expect_pair(const struct key_pair *pair, const char *key, const char *secret,
                        const char *origin)
{
    struct client_keys keys = key_pair_keys(pair);
    cr_expect_str_eq(keys.key, key);
    cr_expect_str_eq(keys.secret, secret);
    cr_expect_str_eq(key_pair_origin(pair), origin);
}

Test(keys, the_environment_is_read_by_the_names_in_their_order_and_wiped)
{
    static const struct {
        const char *set[5][2];
        const char *key, *secret;
    } cases[] = {
        {{{"APCA_API_KEY_ID", "PK1"}, {"APCA_API_SECRET_KEY", CANARY}},                       "PK1", CANARY},
        {{{"ALPACA_API_KEY", "PK2"}, {"ALPACA_SECRET_KEY", CANARY}},                          "PK2", CANARY},
        {{{"ALPACA_API_KEY", "PK2"}, {"ALPACA_API_SECRET", CANARY}},                          "PK2", CANARY},
        {{{"ALPACA_API_KEY", "PK2"},
          {"ALPACA_SECRET_KEY", "s2"},
          {"APCA_API_KEY_ID", "PK1"},
          {"APCA_API_SECRET_KEY", CANARY}},
         "PK1",                                                                                      CANARY},
        {{{"APCA_API_KEY_ID", ""}, {"ALPACA_API_KEY", "PK2"}, {"ALPACA_SECRET_KEY", CANARY}},
         "PK2",                                                                                      CANARY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nothing_set();
        const char *where[5] = {0};
        for (size_t k = 0; k < 5 && cases[i].set[k][0] != NULL; k++) {
            cr_assert_eq(setenv(cases[i].set[k][0], cases[i].set[k][1], 1), 0);
            where[k] = getenv(cases[i].set[k][0]);
        }
        struct key_pair *pair;
        struct problem problem = {0};
        cr_assert_eq(key_pair_read(&(struct key_source){NULL, NULL}, &pair, &problem), ERR_OK,
                     "%zu: %s", i, problem.text);
        expect_pair(pair, cases[i].key, cases[i].secret, "the environment");
        for (size_t k = 0; k < 5 && cases[i].set[k][0] != NULL; k++) {
            cr_expect_null(getenv(cases[i].set[k][0]));
            cr_expect_eq(*where[k], '\0', "the memory itself is wiped");
        }
        key_pair_destroy(pair);
    }
    cr_expect_eq(prctl(PR_GET_DUMPABLE), 0);
}

Test(keys, half_a_pair_and_samples_are_refused_by_name_and_never_shown)
{
    static const struct {
        const char *set[2][2];
        const char *words;
    } cases[] = {
        {{{"APCA_API_KEY_ID", CANARY}},                                             "APCA_API_SECRET_KEY is not"},
        {{{"APCA_API_SECRET_KEY", CANARY}},                                         "APCA_API_KEY_ID is not"    },
        {{{"ALPACA_API_SECRET", CANARY}},                                           "ALPACA_API_KEY is not"     },
        {{{"APCA_API_KEY_ID", CANARY}, {"ALPACA_API_SECRET", CANARY}},              "APCA_API_SECRET_KEY is"    },
        {{{"APCA_API_KEY_ID", CANARY}, {"APCA_API_SECRET_KEY", CANARY " x"}},       "cannot be a key"           },
        {{{"APCA_API_KEY_ID", CANARY}, {"APCA_API_SECRET_KEY", "Your_" CANARY}},    "is a sample"               },
        {{{"APCA_API_KEY_ID", CANARY "\xc3\xa9"}, {"APCA_API_SECRET_KEY", CANARY}}, "copy it"                   },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nothing_set();
        for (size_t k = 0; k < 2 && cases[i].set[k][0] != NULL; k++) {
            cr_assert_eq(setenv(cases[i].set[k][0], cases[i].set[k][1], 1), 0);
        }
        struct key_pair *pair;
        struct problem problem = {0};
        cr_expect_eq(key_pair_read(&(struct key_source){NULL, NULL}, &pair, &problem), ERR_USAGE);
        cr_expect_null(pair);
        cr_expect_not_null(strstr(problem.text, cases[i].words), "%s", problem.text);
        cr_expect_null(strstr(problem.text, CANARY), "%s", problem.text);
        cr_expect_null(getenv(cases[i].set[0][0]), "wiped all the same");
    }
}

Test(keys, a_given_file_is_the_only_source)
{
    folder_enter();
    cr_assert_eq(setenv("APCA_API_KEY_ID", "PK1", 1), 0);
    cr_assert_eq(setenv("APCA_API_SECRET_KEY", "s1", 1), 0);
    write_file("keys",
               "# mine\n\nOTHER=your thing\nAPCA_API_KEY_ID = \"PK3\" \n"
               "export APCA_API_SECRET_KEY=" CANARY "  # never shown\r\nAPCA_API_KEY_ID=later",
               0600);
    struct key_pair *pair;
    struct problem problem = {0};
    cr_assert_eq(key_pair_read(&(struct key_source){"keys", NULL}, &pair, &problem), ERR_OK, "%s",
                 problem.text);
    expect_pair(pair, "PK3", CANARY, "keys");
    cr_expect_null(getenv("APCA_API_KEY_ID"));
    cr_expect_null(getenv("APCA_API_SECRET_KEY"));
    key_pair_destroy(pair);
    cr_expect_eq(key_pair_read(&(struct key_source){"none", NULL}, &pair, &problem), ERR_NOT_FOUND);
    cr_expect_not_null(strstr(problem.text, "none: no such file"), "%s", problem.text);
    write_file("keys", "NOTHING=here\n", 0600);
    cr_expect_eq(key_pair_read(&(struct key_source){"keys", NULL}, &pair, &problem), ERR_NOT_FOUND);
    cr_expect_not_null(strstr(problem.text, "keys: no keys of Alpaca"), "%s", problem.text);
    folder_leave();
}

Test(keys, the_env_file_beside_the_configuration_is_read_when_the_environment_has_none)
{
    folder_enter();
    nothing_set();
    cr_assert_eq(mkdir("run", 0700), 0);
    write_file("run/.env", "ALPACA_API_KEY='PK4'\nALPACA_SECRET_KEY=" CANARY "\n", 0600);
    struct key_pair *pair;
    struct problem problem = {0};
    const struct key_source beside = {NULL, "run/paper.yaml"};
    cr_assert_eq(key_pair_read(&beside, &pair, &problem), ERR_OK, "%s", problem.text);
    expect_pair(pair, "PK4", CANARY, "run/.env");
    key_pair_destroy(pair);
    cr_expect_eq(key_pair_read(&(struct key_source){NULL, "paper.yaml"}, &pair, &problem),
                 ERR_NOT_FOUND, "the working folder has none");
    cr_expect_not_null(strstr(problem.text, "set APCA_API_KEY_ID and"), "%s", problem.text);
    cr_assert_eq(chmod("run/.env", 0640), 0);
    cr_expect_eq(key_pair_read(&beside, &pair, &problem), ERR_REFUSED);
    cr_expect_not_null(strstr(problem.text, "chmod 600 run/.env"), "%s", problem.text);
    cr_expect_null(strstr(problem.text, CANARY), "%s", problem.text);
    folder_leave();
}
