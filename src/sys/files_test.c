/* files_test.c: folders are made, small files replaced whole and read with a maximum. */
#include "sys/files.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/folder_test.h"

Test(files, a_folder_is_made_with_those_above_it)
{
    char *dir = folder_create();
    char *deep = xasprintf("%s/a/b//c/", dir);
    cr_assert(folder_make(deep, NULL) == ERR_OK);
    cr_assert(folder_make(deep, NULL) == ERR_OK, "twice is fine");
    cr_assert(folder_sync(deep, NULL) == ERR_OK);
    cr_assert(rmdir(deep) == 0);
    free(deep);
    for (const char *rest = "/a/b"; rest != NULL; rest = strcmp(rest, "/a/b") == 0 ? "/a" : NULL) {
        char *path = xasprintf("%s%s", dir, rest);
        cr_assert(rmdir(path) == 0);
        free(path);
    }
    (void)rmdir(dir);
    free(dir);
}

Test(files, a_file_in_the_way_of_a_folder_is_named)
{
    struct problem problem = {0};
    cr_assert(folder_make("/dev/null", &problem) == ERR_IO);
    cr_assert_not_null(strstr(problem.text, "/dev/null"));
    cr_assert(folder_make("/dev/null/x", &problem) == ERR_IO);
    cr_assert(folder_sync("/nowhere", &problem) == ERR_IO);
}

Test(files, a_replaced_file_reads_back)
{
    char *dir = folder_create();
    char *path = xasprintf("%s/f", dir);
    char *bytes = NULL;
    size_t length;
    char large[10000];
    memset(large, 'x', sizeof large);
    cr_assert(file_replace(path, large, sizeof large, NULL) == ERR_OK);
    cr_assert(file_read(path, sizeof large, &bytes, &length, NULL) == ERR_OK);
    cr_assert(length == sizeof large && memcmp(bytes, large, length) == 0 && bytes[length] == '\0');
    free(bytes);
    cr_assert(file_replace(path, "", 0, NULL) == ERR_OK);
    cr_assert(file_read(path, 0, &bytes, &length, NULL) == ERR_OK);
    cr_assert(length == 0 && bytes[0] == '\0');
    free(bytes);
    cr_assert(unlink(path) == 0 && rmdir(dir) == 0, "nothing else is left");
    free(path);
    free(dir);
}

Test(files, reading_has_a_maximum_and_says_what_is_missing)
{
    char *dir = folder_create();
    char *path = xasprintf("%s/f", dir);
    char *bytes = NULL;
    size_t length = 7;
    cr_assert(file_read(path, 10, &bytes, &length, NULL) == ERR_NOT_FOUND);
    cr_assert(file_replace(path, "12345", 5, NULL) == ERR_OK);
    cr_assert(file_read(path, 4, &bytes, &length, NULL) == ERR_RANGE);
    cr_assert(bytes == NULL && length == 7, "results keep their old values");
    cr_assert(file_read(dir, 4, &bytes, &length, NULL) == ERR_IO, "a folder");
    cr_assert(unlink(path) == 0 && rmdir(dir) == 0);
    free(path);
    free(dir);
}

Test(files, what_a_file_begins_with)
{
    char *dir = folder_create();
    char *path = xasprintf("%s/f", dir);
    char *pipe = xasprintf("%s/p", dir);
    cr_assert_not(file_begins_with(path, "BW\0\1", 4), "no such file");
    cr_assert(file_replace(path, "BW\0\1 and more", 13, NULL) == ERR_OK);
    cr_assert(file_begins_with(path, "BW\0\1", 4));
    cr_assert_not(file_begins_with(path, "BW\0\2", 4), "behind a NUL, too");
    cr_assert(file_replace(path, "BW\0", 3, NULL) == ERR_OK);
    cr_assert_not(file_begins_with(path, "BW\0\1", 4), "a shorter one");
    cr_assert_not(file_begins_with(dir, "BW\0\1", 4), "a folder");
    cr_assert(mkfifo(pipe, 0600) == 0);
    cr_assert_not(file_begins_with(pipe, "BW\0\1", 4), "a pipe without a writer");
    cr_assert(unlink(pipe) == 0 && unlink(path) == 0 && rmdir(dir) == 0);
    free(pipe);
    free(path);
    free(dir);
}

Test(files, a_replacement_that_fails_leaves_the_old_content)
{
    char *dir = folder_create();
    char *path = xasprintf("%s/f", dir);
    char *bytes = NULL;
    size_t length;
    char large[10000] = {0};
    cr_assert(file_replace(path, "old", 3, NULL) == ERR_OK);
    (void)signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {.rlim_cur = 5000, .rlim_max = RLIM_INFINITY};
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    struct problem problem = {0};
    cr_assert(file_replace(path, large, sizeof large, &problem) == ERR_FULL);
    cr_assert_not_null(strstr(problem.text, path));
    cr_assert(file_read(path, 10, &bytes, &length, NULL) == ERR_OK);
    cr_assert_str_eq(bytes, "old");
    cr_assert(unlink(path) == 0 && rmdir(dir) == 0, "nothing else is left");
    free(bytes);
    free(path);
    free(dir);
}
