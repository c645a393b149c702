/* trading_log.c: the run's folder, log and views: begun, or gone on with where a state folder's log
 * ends; and closed.
 *
 * Only who holds the lock of the log makes a run folder, and a log that another run began is never
 * appended to. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/build_info.h"
#include "cmd/trading_private.h"
#include "log/contents.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/memory.h"

/* What a log in memory is likely to need: made ready before the run. */
enum { LOG_BYTES_PER_BAR = 32 };

void trading_fill_preamble(struct trading *trading)
{
    struct preamble *preamble = &trading->preamble;
    const struct trading_options *options = trading->options;
    preamble->mode = options->mode;
    preamble->market_full = options->mode != MODE_BACKTEST;
    preamble->created_ns = clock_utc_ns();
    preamble->bar_ns = trading->bars.bar_ns;
    preamble->slice_count = trading->bars.slice_count;
    memcpy(preamble->data_hash, trading->bars.data_hash, sizeof preamble->data_hash);
    preamble->source = options->outside != NULL       ? xstrdup(options->outside->place)
                       : trading->market_text != NULL ? xstrdup(trading->market_text)
                                                      : source_text(&options->source);
    preamble->build = xstrdup(build_info());
    preamble->config_path = xstrdup(trading->config_path);
    preamble->config_bytes = xstrdup(trading->config.bytes);
    preamble->config_length = trading->config.length;
    preamble->instrument_count = trading->bars.instrument_count;
    preamble->instruments = xcalloc(preamble->instrument_count, sizeof *preamble->instruments);
    memcpy(preamble->instruments, trading->bars.instruments,
           preamble->instrument_count * sizeof *preamble->instruments);
}

static enum err make_run_dir(struct trading *trading)
{
    const struct trading_options *options = trading->options;
    if (options->out_dir == NULL) {
        return run_dir_create("runs", trading->run_id, &trading->run_dir, &trading->problem);
    }
    trading->run_dir = xstrdup(options->out_dir);
    const char *name = strrchr(options->out_dir, '/');
    (void)snprintf(trading->run_id, sizeof trading->run_id, "%s",
                   name != NULL && name[1] != '\0' ? name + 1 : options->out_dir);
    return folder_make(options->out_dir, &trading->problem);
}

/* With a state folder the run's `log` is a link to the log there. */
static enum err link_state_log(struct trading *trading)
{
    char *absolute = realpath(trading->log_dir, NULL);
    char *link_path = xasprintf("%s/log", trading->run_dir);
    int result = absolute == NULL ? -1 : symlink(absolute, link_path);
    enum err err =
        result == 0 ? ERR_OK
                    : problem_set_errno(&trading->problem, "cannot link %s to the log", link_path);
    free(link_path);
    free(absolute);
    return err;
}

/* What else a run's folder holds; the log is ours by now, so nothing of another run is replaced.
 * Nobody follows a backtest: its views are made when it is over, which costs a fraction. */
static enum err fill_run_dir(struct trading *trading)
{
    char *config = xasprintf("%s/config.yaml", trading->run_dir);
    enum err err =
        file_replace(config, trading->config.bytes, trading->config.length, &trading->problem);
    free(config);
    if (err == ERR_OK && trading->options->state_dir != NULL) {
        err = link_state_log(trading);
    }
    if (err == ERR_OK && trading->options->mode != MODE_BACKTEST) {
        err =
            views_create(trading->run_dir, &trading->preamble, &trading->views, &trading->problem);
    }
    return err;
}

static void pass_to_views(void *context, const struct event *slots, size_t slot_count)
{
    const struct trading *trading = context;
    if (trading->views != NULL) {
        views_take(trading->views, slots, slot_count);
    }
    if (trading->desk.monitor != NULL) {
        monitor_take(trading->desk.monitor, slots, slot_count);
    }
}

/* A log that was begun with another config, other data or other instruments is another run's. */
static enum err check_same_run(struct trading *trading, const struct preamble *logged)
{
    const struct preamble *ours = &trading->preamble;
    const char *what = NULL;
    if (logged->config_length != ours->config_length ||
        memcmp(logged->config_bytes, ours->config_bytes, ours->config_length) != 0) {
        what = "another config";
    } else if (strcmp(logged->data_hash, ours->data_hash) != 0 ||
               logged->instrument_count != ours->instrument_count ||
               memcmp(logged->instruments, ours->instruments,
                      ours->instrument_count * sizeof *ours->instruments) != 0) {
        what = "other data";
    } else if (logged->frame_ns != ours->frame_ns || !logged->market_full) {
        what = "other settings";
    }
    if (what == NULL) {
        return ERR_OK;
    }
    return problem_set(&trading->problem, ERR_REFUSED,
                       "the state folder %s belongs to a run with %s; go on with that one, or give "
                       "another folder",
                       trading->options->state_dir, what);
}

/* The engine is where its log ends: what is outside may begin. */
static enum err meet_outside(struct trading *trading)
{
    const struct trading_outside *outside = trading->options->outside;
    return outside == NULL ? ERR_OK
                           : outside->meet(outside->context, trading->driver,
                                           trading->preamble.created_ns, &trading->problem);
}

static enum err begin_log(struct trading *trading)
{
    preamble_write(trading->log, &trading->preamble);
    enum err err =
        log_end_step(trading->log, trading->options->state_dir != NULL, &trading->problem);
    if (err == ERR_OK) {
        err = meet_outside(trading);
    }
    return err != ERR_OK ? err : driver_begin(trading->driver, &trading->problem);
}

static enum err log_resume(struct trading *trading, uint64_t cut_bytes)
{
    struct event resume = {.ts_ns = clock_utc_ns(),
                           .src_ns = clock_utc_ns(),
                           .kind = EVENT_LOG_RESUME,
                           .version = 1,
                           .slots = 1,
                           .instrument = INSTRUMENT_NONE,
                           .slice_end = {.slice = cut_bytes}};
    log_append(trading->log, &resume);
    return log_end_step(trading->log, true, &trading->problem);
}

/* The view of a run that goes on tells of its beginning, too. */
static void show_past(const struct trading *trading, struct log_reader *reader)
{
    const struct event *record;
    log_reader_rewind(reader);
    while (trading->desk.monitor != NULL && (record = log_reader_next(reader)) != NULL) {
        monitor_take(trading->desk.monitor, record, record->slots);
    }
}

/* The views of a run that goes on tell of its beginning, not of this start. */
static enum err resume_views(struct trading *trading, struct preamble *logged,
                             struct log_reader *reader)
{
    preamble_finish(&trading->preamble);
    trading->preamble = *logged;
    *logged = (struct preamble){0};
    enum err err = make_run_dir(trading);
    if (err == ERR_OK) {
        err = fill_run_dir(trading);
    }
    if (err == ERR_OK) {
        views_catch_up(trading->views, reader);
        show_past(trading, reader);
    }
    return err;
}

/* Chance goes on as it began. */
static void take_seed(struct trading *trading, const struct preamble *logged)
{
    if (!trading->config.exchange.seed_given) {
        trading->config.exchange.seed = logged->drawn_seed;
        driver_renew_exchange(trading->driver);
    }
}

/* Folds the log that is there. *empty: it holds nothing yet, not even how it began. */
static enum err resume_from(struct trading *trading, bool *empty)
{
    struct log_reader *reader;
    enum err err = log_reader_open(trading->log_dir, &reader, &trading->problem);
    if (err != ERR_OK) {
        return err;
    }
    *empty = log_reader_slots(reader) == 0;
    struct preamble logged = {0};
    if (!*empty) {
        err = contents_read(reader, &logged, &trading->problem);
        if (err == ERR_OK) {
            err = check_same_run(trading, &logged);
        }
        if (err == ERR_OK) {
            take_seed(trading, &logged);
            err = driver_resume(trading->driver, reader, &trading->problem);
        }
        if (err == ERR_OK) {
            err = resume_views(trading, &logged, reader);
        }
        preamble_finish(&logged);
    }
    log_reader_close(reader);
    return err;
}

static enum err begin_run(struct trading *trading)
{
    enum err err = make_run_dir(trading);
    if (err == ERR_OK && trading->log == NULL) {
        trading->log_dir = xasprintf("%s/log", trading->run_dir);
        err =
            log_create(trading->log_dir, pass_to_views, trading, &trading->log, &trading->problem);
    }
    if (err == ERR_OK) {
        err = fill_run_dir(trading);
    }
    driver_set_log(trading->driver, trading->log);
    return err == ERR_OK ? begin_log(trading) : err;
}

static enum err go_on(struct trading *trading, uint64_t cut_bytes)
{
    const struct engine *engine = driver_engine(trading->driver);
    if (!trading->options->json) {
        (void)printf("state in %s: going on after slice %" PRIu64 "%s\n",
                     trading->options->state_dir, engine->counters.slices,
                     cut_bytes > 0 ? " (a torn end was cut off)" : "");
    }
    enum err err = log_resume(trading, cut_bytes);
    if (err == ERR_OK) {
        err = meet_outside(trading);
    }
    bool before_deposit = engine->ledger.balance_e9[ACCOUNT_CAPITAL] == 0;
    return err == ERR_OK && before_deposit ? driver_begin(trading->driver, &trading->problem) : err;
}

/* Only who holds the state folder's lock makes a run folder. */
static enum err open_state(struct trading *trading)
{
    uint64_t cut_bytes = 0;
    bool empty = true;
    enum err err = folder_make(trading->options->state_dir, &trading->problem);
    if (err != ERR_OK) {
        return err;
    }
    trading->log_dir = xasprintf("%s/log", trading->options->state_dir);
    err = log_reopen(trading->log_dir, pass_to_views, trading, &trading->log, &cut_bytes,
                     &trading->problem);
    if (err == ERR_NOT_FOUND) {
        err =
            log_create(trading->log_dir, pass_to_views, trading, &trading->log, &trading->problem);
    } else if (err == ERR_OK) {
        driver_set_log(trading->driver, trading->log);
        err = resume_from(trading, &empty);
    }
    if (err != ERR_OK) {
        return err;
    }
    return empty ? begin_run(trading) : go_on(trading, cut_bytes);
}

/* It is gone with the process. */
static enum err begin_log_in_memory(struct trading *trading)
{
    enum err err = log_create_in_memory(trading->bars.count * LOG_BYTES_PER_BAR, &trading->log,
                                        &trading->problem);
    driver_set_log(trading->driver, trading->log);
    return err == ERR_OK ? begin_log(trading) : err;
}

enum err trading_open_log(struct trading *trading)
{
    if (trading->options->in_memory) {
        return begin_log_in_memory(trading);
    }
    if (trading->options->no_run_dir) {
        return driver_begin(trading->driver, &trading->problem);
    }
    return trading->options->state_dir != NULL ? open_state(trading) : begin_run(trading);
}

/* The first failure of all stays. */
static enum err keep_first(struct trading *trading, enum err err, enum err next,
                           const struct problem *why)
{
    if (err == ERR_OK && next != ERR_OK) {
        trading->problem = *why;
        return next;
    }
    return err;
}

enum err trading_close_log(struct trading *trading, enum err err)
{
    struct problem later;
    if (trading->log != NULL) {
        enum err close_err = log_close(trading->log, &later);
        trading->log = NULL;
        err = keep_first(trading, err, close_err, &later);
    }
    if (trading->views != NULL) {
        enum err close_err = views_close(trading->views, &later);
        trading->views = NULL;
        err = keep_first(trading, err, close_err, &later);
    }
    return err;
}
