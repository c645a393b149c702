/* run_dir.c: makes and finds the folders of runs. */
#include "readers/run_dir.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "base/utc.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/memory.h"

/* "20261121-011500-3f2a": the first 15 characters are the second it was made in. */
#define ID_LENGTH      20
#define ID_TIME_LENGTH 15

#define ATTEMPTS_MAX 100
#define SHOWN_MAX    5

static void make_id(char id[RUN_ID_SIZE])
{
    char utc[UTC_TEXT_SIZE]; /* "2026-11-21T01:15:00Z" */
    int64_t now_ns = clock_utc_ns();
    (void)utc_format(now_ns - now_ns % NS_PER_S, utc);
    uint16_t random = 0;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random) {
        random = (uint16_t)(now_ns / 1000); /* it only keeps runs of one second apart */
    }
    (void)snprintf(id, RUN_ID_SIZE, "%.4s%.2s%.2s-%.2s%.2s%.2s-%04x", utc, utc + 5, utc + 8,
                   utc + 11, utc + 14, utc + 17, random);
}

enum err run_dir_create(const char *parent, char id[RUN_ID_SIZE], char **path,
                        struct problem *problem)
{
    enum err err = folder_make(parent, problem);
    if (err != ERR_OK) {
        return err;
    }
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        char fresh[RUN_ID_SIZE];
        make_id(fresh);
        char *folder = xasprintf("%s/%s", parent, fresh);
        if (mkdir(folder, 0755) == 0) {
            memcpy(id, fresh, sizeof fresh);
            *path = folder;
            return ERR_OK;
        }
        bool taken = errno == EEXIST;
        err = problem_set_errno(problem, "cannot make the run folder %s", folder);
        free(folder);
        if (!taken) {
            return err;
        }
    }
    return err;
}

static bool is_id(const char *name)
{
    static const char form[] = "dddddddd-dddddd-hhhh";
    if (strlen(name) != ID_LENGTH) {
        return false;
    }
    for (size_t i = 0; i < ID_LENGTH; i++) {
        const char *allowed = form[i] == 'd'   ? "0123456789"
                              : form[i] == 'h' ? "0123456789abcdef"
                                               : "-";
        if (strchr(allowed, name[i]) == NULL) {
            return false;
        }
    }
    return true;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* When the run's log was last written, or, where it is a link to a log that several runs went on
 * with, when the link was made; false without a log. */
static bool log_time(const char *parent, const char *id, struct timespec *time)
{
    char *log = xasprintf("%s/%s/log", parent, id);
    char *segment = xasprintf("%s/000001.bwlog", log);
    struct stat status;
    struct stat link;
    bool found = stat(segment, &status) == 0 && lstat(log, &link) == 0;
    if (found) {
        *time = S_ISLNK(link.st_mode) ? link.st_mtim : status.st_mtim;
    }
    free(segment);
    free(log);
    return found;
}

struct run_name {
    char id[ID_LENGTH + 1];
    struct timespec time;
};

/* Newest first: by the second in the name, within one second by the log. */
static int compare_newest(const void *left, const void *right)
{
    const struct run_name *a = left;
    const struct run_name *b = right;
    int order = strncmp(b->id, a->id, ID_TIME_LENGTH);
    if (order != 0) {
        return order;
    }
    if (a->time.tv_sec != b->time.tv_sec) {
        return a->time.tv_sec < b->time.tv_sec ? 1 : -1;
    }
    if (a->time.tv_nsec != b->time.tv_nsec) {
        return a->time.tv_nsec < b->time.tv_nsec ? 1 : -1;
    }
    return strcmp(b->id, a->id);
}

/* All runs of the folder that hold a log, newest first; free() the array. */
static struct run_name *list(const char *parent, size_t *count)
{
    struct run_name *runs = NULL;
    size_t capacity = 0;
    *count = 0;
    DIR *dir = opendir(parent);
    if (dir == NULL) {
        return NULL;
    }
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        struct run_name run = {0};
        if (!is_id(entry->d_name) || !log_time(parent, entry->d_name, &run.time)) {
            continue;
        }
        memcpy(run.id, entry->d_name, ID_LENGTH);
        if (*count == capacity) {
            capacity = capacity == 0 ? 16 : 2 * capacity;
            runs = xrealloc(runs, capacity * sizeof *runs);
        }
        runs[(*count)++] = run;
    }
    closedir(dir);
    if (*count > 0) {
        qsort(runs, *count, sizeof *runs, compare_newest);
    }
    return runs;
}

static enum err not_found(const char *parent, const char *run, const struct run_name *runs,
                          size_t count, struct problem *problem)
{
    if (count == 0) {
        return problem_set(problem, ERR_NOT_FOUND,
                           "there is no run \"%s\": %s holds no runs yet; make one with "
                           "bellwether backtest",
                           run, parent);
    }
    char there[SHOWN_MAX * (ID_LENGTH + 2) + 1] = "";
    for (size_t i = 0; i < count && i < SHOWN_MAX; i++) {
        size_t used = strlen(there);
        (void)snprintf(there + used, sizeof there - used, "%s%s", i == 0 ? "" : ", ", runs[i].id);
    }
    return problem_set(problem, ERR_NOT_FOUND,
                       "there is no run \"%s\"; %s holds %zu, the newest: %s", run, parent, count,
                       there);
}

static enum err find_last(const char *parent, char **path, struct problem *problem)
{
    size_t count;
    struct run_name *runs = list(parent, &count);
    enum err err = ERR_OK;
    if (count == 0) {
        err = not_found(parent, "last", runs, count, problem);
    } else {
        *path = xasprintf("%s/%s", parent, runs[0].id);
    }
    free(runs);
    return err;
}

enum err run_dir_find(const char *parent, const char *run, char **path, struct problem *problem)
{
    if (strcmp(run, "last") == 0) {
        return find_last(parent, path, problem);
    }
    char *named = xasprintf("%s/%s", parent, run);
    if (is_id(run) && is_folder(named)) {
        *path = named;
        return ERR_OK;
    }
    free(named);
    if (*run != '\0' && is_folder(run)) {
        *path = xstrdup(run);
        return ERR_OK;
    }
    size_t count;
    struct run_name *runs = list(parent, &count);
    enum err err = not_found(parent, run, runs, count, problem);
    free(runs);
    return err;
}
