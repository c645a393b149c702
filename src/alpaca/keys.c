/* keys.c: see keys.h. What was read lies in a page of its own that is neither swapped nor dumped
 * nor inherited, and every other copy that we made is wiped. */
#include "alpaca/keys.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/check.h"
#include "sys/memory.h"
#include "sys/secrets_file.h"

enum { VALUE_SIZE = 129, FILE_SIZE_MAX = 1 << 16 };

enum name {
    APCA_KEY,
    APCA_SECRET,
    ALPACA_KEY,
    ALPACA_SECRET,
    ALPACA_SECRET_TOO,
    NAME_COUNT,
};

static const char *const names[NAME_COUNT] = {
    "APCA_API_KEY_ID",   "APCA_API_SECRET_KEY", "ALPACA_API_KEY",
    "ALPACA_SECRET_KEY", "ALPACA_API_SECRET",
};

struct key_pair {
    char values[NAME_COUNT][VALUE_SIZE]; /* "": not there */
    const char *key;
    const char *secret;
    char origin[1024];
};

static_assert(sizeof(struct key_pair) <= 4096, "one page");

static struct key_pair *make_page(void)
{
    void *page = mmap(NULL, sizeof(struct key_pair), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED);
    /* Where the system does not allow these, the keys are as safe as everything else in memory. */
    (void)mlock(page, sizeof(struct key_pair));
    (void)madvise(page, sizeof(struct key_pair), MADV_DONTDUMP);
    (void)madvise(page, sizeof(struct key_pair), MADV_WIPEONFORK);
    return page;
}

void key_pair_destroy(struct key_pair *pair)
{
    if (pair != NULL) {
        explicit_bzero(pair, sizeof *pair);
        (void)munmap(pair, sizeof *pair); /* fails for no page of ours */
    }
}

struct client_keys key_pair_keys(const struct key_pair *pair)
{
    return (struct client_keys){pair->key, pair->secret};
}

const char *key_pair_origin(const struct key_pair *pair)
{
    return pair->origin;
}

/* ---- values ---- */

/* What examples and templates write where a key belongs. */
static bool is_sample(const char *value, size_t length)
{
    static const char *const samples[] = {"your", "xxxx", "<", "changeme", "example", "..."};
    char copy[VALUE_SIZE];
    memcpy(copy, value, length);
    copy[length] = '\0';
    bool sample = false;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        sample = sample || strcasestr(copy, samples[i]) != NULL;
    }
    explicit_bzero(copy, sizeof copy);
    return sample;
}

/* Keeps a value; an empty one is none, and the first of a name stays. */
static enum err keep(struct key_pair *pair, enum name name, const char *value, size_t length,
                     struct problem *problem)
{
    if (length == 0 || pair->values[name][0] != '\0') {
        return ERR_OK;
    }
    bool plain = length < VALUE_SIZE;
    for (size_t i = 0; plain && i < length; i++) {
        plain = value[i] > ' ' && value[i] <= '~';
    }
    if (!plain) {
        return problem_set(problem, ERR_USAGE,
                           "%s: %s cannot be a key: too long, or with blanks or letters beyond "
                           "ASCII in it; copy it again",
                           pair->origin, names[name]);
    }
    if (is_sample(value, length)) {
        return problem_set(problem, ERR_USAGE, "%s: %s is a sample, not a key; put your own there",
                           pair->origin, names[name]);
    }
    memcpy(pair->values[name], value, length);
    pair->values[name][length] = '\0';
    return ERR_OK;
}

static enum err half_a_pair(const struct key_pair *pair, enum name there, enum name missing,
                            struct problem *problem)
{
    return problem_set(problem, ERR_USAGE, "%s: %s is there and %s is not; set both", pair->origin,
                       names[there], names[missing]);
}

/* Picks the pair out of what was found. */
static enum err choose(struct key_pair *pair, struct problem *problem)
{
    bool has[NAME_COUNT];
    for (size_t i = 0; i < NAME_COUNT; i++) {
        has[i] = pair->values[i][0] != '\0';
    }
    enum name key = has[APCA_KEY] || has[APCA_SECRET] ? APCA_KEY : ALPACA_KEY;
    enum name secret = key == APCA_KEY          ? APCA_SECRET
                       : has[ALPACA_SECRET]     ? ALPACA_SECRET
                       : has[ALPACA_SECRET_TOO] ? ALPACA_SECRET_TOO
                                                : ALPACA_SECRET;
    if (!has[key] && !has[secret]) {
        return problem_set(problem, ERR_NOT_FOUND, "%s: no keys of Alpaca", pair->origin);
    }
    if (!has[key] || !has[secret]) {
        return has[key] ? half_a_pair(pair, key, secret, problem)
                        : half_a_pair(pair, secret, key, problem);
    }
    pair->key = pair->values[key];
    pair->secret = pair->values[secret];
    return ERR_OK;
}

/* ---- the environment ---- */

/* Takes our names out of it, and their values out of the memory where they lie (and where
 * /proc/PID/environ shows them). A value is kept only when `wanted`. */
static enum err take_environment(struct key_pair *pair, bool wanted, struct problem *problem)
{
    enum err err = ERR_OK;
    for (size_t i = 0; i < NAME_COUNT; i++) {
        size_t name_length = strlen(names[i]);
        for (char **at = environ; at != NULL && *at != NULL; at++) {
            if (strncmp(*at, names[i], name_length) != 0 || (*at)[name_length] != '=') {
                continue;
            }
            char *value = *at + name_length + 1;
            size_t length = strlen(value);
            if (wanted && err == ERR_OK) {
                err = keep(pair, (enum name)i, value, length, problem);
            }
            explicit_bzero(value, length);
        }
        (void)unsetenv(names[i]); /* fails for no name of ours */
    }
    return err;
}

/* ---- files ---- */

struct text {
    const char *at;
    size_t length;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct text trimmed(struct text text)
{
    while (text.length > 0 && is_blank(text.at[0])) {
        text.at++;
        text.length--;
    }
    while (text.length > 0 && is_blank(text.at[text.length - 1])) {
        text.length--;
    }
    return text;
}

/* Without quotes around it, or without a comment behind it. */
static struct text value_of(struct text text)
{
    char quote = text.length > 0 ? text.at[0] : '\0';
    if (quote == '"' || quote == '\'') {
        const char *end = memchr(text.at + 1, quote, text.length - 1);
        if (end != NULL) {
            return (struct text){text.at + 1, (size_t)(end - text.at - 1)};
        }
    }
    for (size_t i = 1; i < text.length; i++) {
        if (text.at[i] == '#' && is_blank(text.at[i - 1])) {
            text.length = i;
        }
    }
    return trimmed(text);
}

/* A line `NAME=value` or `export NAME=value`; of other names nothing is looked at. */
static enum err take_line(struct key_pair *pair, struct text line, struct problem *problem)
{
    static const char export[] = "export ";
    line = trimmed(line);
    if (line.length > sizeof export && strncmp(line.at, export, sizeof export - 1) == 0) {
        line.at += sizeof export - 1;
        line.length -= sizeof export - 1;
    }
    const char *equals = line.length == 0 ? NULL : memchr(line.at, '=', line.length);
    if (equals == NULL) {
        return ERR_OK;
    }
    struct text name = trimmed((struct text){line.at, (size_t)(equals - line.at)});
    struct text value = {equals + 1, line.length - (size_t)(equals + 1 - line.at)};
    value = value_of(trimmed(value));
    for (size_t i = 0; i < NAME_COUNT; i++) {
        if (name.length == strlen(names[i]) && memcmp(name.at, names[i], name.length) == 0) {
            return keep(pair, (enum name)i, value.at, value.length, problem);
        }
    }
    return ERR_OK;
}

static enum err take_file(struct key_pair *pair, const char *path, struct problem *problem)
{
    char *bytes = NULL;
    size_t length = 0;
    enum err err = secrets_file_read(path, FILE_SIZE_MAX, &bytes, &length, problem);
    (void)snprintf(pair->origin, sizeof pair->origin, "%.1000s", path);
    for (size_t at = 0; err == ERR_OK && at < length;) {
        const char *end = memchr(bytes + at, '\n', length - at);
        size_t line = end == NULL ? length - at : (size_t)(end - bytes) - at;
        err = take_line(pair, (struct text){bytes + at, line}, problem);
        at += line + 1;
    }
    secrets_free(bytes, length);
    return err == ERR_OK ? choose(pair, problem) : err;
}

/* ".env" in the folder of `beside`. */
static char *env_file(const char *beside)
{
    const char *slash = strrchr(beside, '/');
    return xasprintf("%.*s.env", slash == NULL ? 0 : (int)(slash + 1 - beside), beside);
}

/* ---- all sources ---- */

static enum err no_keys(struct problem *problem)
{
    return problem_set(problem, ERR_NOT_FOUND,
                       "no keys of Alpaca; set %s and %s in the environment, or write both as "
                       "NAME=value into a file that only you may read (chmod 600) and give it",
                       names[APCA_KEY], names[APCA_SECRET]);
}

static enum err look(const struct key_source *source, struct key_pair *pair,
                     struct problem *problem)
{
    (void)snprintf(pair->origin, sizeof pair->origin, "the environment");
    enum err err = take_environment(pair, source->file == NULL, problem);
    if (source->file != NULL) {
        return take_file(pair, source->file, problem);
    }
    if (err == ERR_OK) {
        err = choose(pair, problem);
    }
    if (err != ERR_NOT_FOUND) {
        return err;
    }
    if (source->beside != NULL) {
        char *path = env_file(source->beside);
        err = take_file(pair, path, problem);
        free(path);
    }
    return err == ERR_NOT_FOUND ? no_keys(problem) : err;
}

enum err key_pair_read(const struct key_source *source, struct key_pair **pair,
                       struct problem *problem)
{
    *pair = NULL;
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* copies for requests are dumped neither */
    struct key_pair *page = make_page();
    enum err err = look(source, page, problem);
    if (err != ERR_OK) {
        key_pair_destroy(page);
        return err;
    }
    *pair = page;
    return ERR_OK;
}
