/* run_dir_test.c: runs get folders of their own and are found again. */
#include "readers/run_dir.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/files.h"
#include "sys/folder_test.h"
#include "sys/memory.h"

static void make_log(const char *parent, const char *id, int64_t second)
{
    char *log = xasprintf("%s/%s/log", parent, id);
    char *segment = xasprintf("%s/000001.bwlog", log);
    cr_assert(folder_make(log, NULL) == ERR_OK);
    int fd = open(segment, O_WRONLY | O_CREAT, 0644);
    const struct timespec times[2] = {{.tv_sec = second}, {.tv_sec = second}};
    cr_assert(fd >= 0 && futimens(fd, times) == 0);
    close(fd);
    free(segment);
    free(log);
}

static void expect_found(const char *parent, const char *run, const char *want)
{
    char *path = NULL;
    struct problem problem = {0};
    cr_assert(run_dir_find(parent, run, &path, &problem) == ERR_OK, "%s", problem.text);
    cr_assert(strcmp(path + strlen(path) - strlen(want), want) == 0, "%s", path);
    free(path);
}

Test(run_dir, gives_each_run_an_id_and_a_folder)
{
    folder_enter();
    char first[RUN_ID_SIZE];
    char second[RUN_ID_SIZE];
    char *path = NULL;
    char *other = NULL;
    cr_assert(run_dir_create("runs", first, &path, NULL) == ERR_OK);
    cr_assert(run_dir_create("runs", second, &other, NULL) == ERR_OK);
    cr_assert(strlen(first) == 20 && first[8] == '-' && first[15] == '-');
    cr_assert(strcmp(first, second) != 0);
    cr_assert(strncmp(path, "runs/20", 7) == 0 && strcmp(path + 5, first) == 0);
    cr_assert(access(path, W_OK) == 0);
    expect_found("runs", first, first);
    free(path);
    free(other);
    folder_leave();
}

/* Runs that went on with one state folder share its log, so its time does not tell them apart. */
Test(run_dir, last_is_the_latest_of_those_that_share_a_log)
{
    folder_enter();
    make_log("state", "shared", 10);
    const char *const ids[] = {"20261121-011501-ffff", "20261121-011501-0000"};
    for (size_t i = 0; i < 2; i++) {
        char *run = xasprintf("runs/%s", ids[i]);
        char *log = xasprintf("%s/log", run);
        const struct timespec times[2] = {{.tv_sec = 10 + (time_t)i}, {.tv_sec = 10 + (time_t)i}};
        cr_assert(folder_make(run, NULL) == ERR_OK);
        cr_assert(symlink("../../state/shared/log", log) == 0);
        cr_assert(utimensat(AT_FDCWD, log, times, AT_SYMLINK_NOFOLLOW) == 0);
        free(log);
        free(run);
    }
    expect_found("runs", "last", ids[1]);
    folder_leave();
}

Test(run_dir, last_is_the_newest_that_holds_a_log)
{
    folder_enter();
    make_log("runs", "20261121-011500-aaaa", 10);
    make_log("runs", "20261121-011501-ffff", 10);
    make_log("runs", "20261121-011501-0000", 11); /* the same second, later */
    cr_assert(folder_make("runs/20261121-011502-0000", NULL) == ERR_OK); /* without a log */
    make_log("runs", "zzz", 99);
    expect_found("runs", "last", "20261121-011501-0000");
    expect_found("runs", "20261121-011500-aaaa", "runs/20261121-011500-aaaa");
    expect_found("runs", "runs/zzz", "runs/zzz");
    folder_leave();
}

Test(run_dir, says_what_there_is)
{
    folder_enter();
    char *path = NULL;
    struct problem problem = {0};
    cr_assert(run_dir_find("runs", "last", &path, &problem) == ERR_NOT_FOUND);
    cr_assert_not_null(strstr(problem.text, "no runs yet"));
    make_log("runs", "20261121-011500-aaaa", 10);
    cr_assert(run_dir_find("runs", "20261121-011500-bbbb", &path, &problem) == ERR_NOT_FOUND);
    cr_assert_not_null(strstr(problem.text, "20261121-011500-bbbb"));
    cr_assert_not_null(strstr(problem.text, "20261121-011500-aaaa"));
    cr_assert(run_dir_find("runs", "", &path, &problem) == ERR_NOT_FOUND);
    folder_leave();
}
