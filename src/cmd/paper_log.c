/* paper_log.c: see paper_log.h. */
#include "cmd/paper_log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "driver/driver.h"
#include "log/contents.h"
#include "log/log.h"
#include "log/preamble.h"
#include "sys/memory.h"
#include "sys/plugin.h"

void paper_log_tag(int64_t born_ns, char tag[PAPER_TAG_SIZE])
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    uint64_t rest = (uint64_t)born_ns / 1000; /* two logs are not begun in one microsecond */
    size_t at = 0;
    char reversed[PAPER_TAG_SIZE];
    do {
        reversed[at++] = digits[rest % 36];
        rest /= 36;
    } while (rest > 0 && at < PAPER_TAG_SIZE - 1);
    for (size_t i = 0; i < at; i++) {
        tag[i] = reversed[at - 1 - i];
    }
    tag[at] = '\0';
}

static bool is_same_config(const struct preamble *logged, const struct run_config *config)
{
    return logged->config_length == config->length &&
           memcmp(logged->config_bytes, config->bytes, config->length) == 0;
}

/* Trades that are pending or open when the log ends. */
static enum err count_live(struct log_reader *reader, const struct preamble *logged, uint32_t *live,
                           struct problem *problem)
{
    struct run_config config;
    struct driver *driver = NULL;
    enum err err = config_parse_with(logged->config_path, logged->config_bytes,
                                     logged->config_length, plugin_strategy, &config, problem);
    if (err != ERR_OK) {
        return err;
    }
    config.bar_ns = logged->bar_ns;
    struct driver_plan plan = {
        .config = &config, .instrument_count = logged->instrument_count, .outside = true};
    err = driver_create(&plan, &driver, problem);
    if (err == ERR_OK) {
        err = driver_resume(driver, reader, problem);
    }
    if (err == ERR_OK) {
        *live = driver_engine(driver)->exposed_count;
    }
    driver_destroy(driver);
    config_finish(&config);
    return err;
}

static enum err put_aside(const char *folder, const char *log_dir, int64_t born_ns,
                          struct problem *problem)
{
    char tag[PAPER_TAG_SIZE];
    paper_log_tag(born_ns, tag);
    char *aside = xasprintf("%s/log.%s", folder, tag);
    enum err err =
        rename(log_dir, aside) == 0
            ? ERR_OK
            : problem_set_errno(problem, "cannot put the log of another config aside as %s", aside);
    if (err == ERR_OK) {
        (void)fprintf(
            stderr,
            "bellwether: the config is another one than that of this account's log, which "
            "ended flat: it is kept as %s\n",
            aside);
    }
    free(aside);
    return err;
}

static enum err look_at(const char *folder, const char *log_dir, struct log_reader *reader,
                        const struct run_config *config, struct problem *problem)
{
    struct preamble logged = {0};
    uint32_t live = 0;
    enum err err = contents_read(reader, &logged, problem);
    if (err == ERR_OK && !is_same_config(&logged, config)) {
        err = count_live(reader, &logged, &live, problem);
        if (err == ERR_OK && live > 0) {
            err =
                problem_set(problem, ERR_REFUSED,
                            "the account's log in %s was begun with another config and still has "
                            "trades in %" PRIu32 " symbols; go on with that config until they are "
                            "closed (%s)",
                            log_dir, live, logged.config_path);
        }
        if (err == ERR_OK) {
            err = put_aside(folder, log_dir, logged.created_ns, problem);
        }
    }
    preamble_finish(&logged);
    return err;
}

enum err paper_log_make_way(const char *folder, const struct run_config *config,
                            struct problem *problem)
{
    char *log_dir = xasprintf("%s/log", folder);
    struct log *lock = NULL;
    struct log_reader *reader = NULL;
    uint64_t cut_bytes = 0;
    struct stat there;
    enum err err = ERR_OK;
    if (stat(log_dir, &there) == 0) {
        /* Only who holds its lock may put it aside; a torn end is cut on the way. */
        err = log_reopen(log_dir, NULL, NULL, &lock, &cut_bytes, problem);
        if (err == ERR_OK) {
            err = log_reader_open(log_dir, &reader, problem);
        }
        if (err == ERR_OK && log_reader_slots(reader) > 0) {
            err = look_at(folder, log_dir, reader, config, problem);
        }
        log_reader_close(reader);
        if (lock != NULL) {
            enum err closed = log_close(lock, problem);
            err = err == ERR_OK ? closed : err;
        }
        err = err == ERR_NOT_FOUND ? ERR_OK : err; /* a crash cut its making short: it is begun */
    }
    free(log_dir);
    return err;
}
