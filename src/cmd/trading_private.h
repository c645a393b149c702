/* trading_private.h: between the files of a run: trading.c drives it, trading_log.c has its folder
 * and log, trading_result.c what it came to. */
#ifndef CMD_TRADING_PRIVATE_H
#define CMD_TRADING_PRIVATE_H

#include "cmd/book_files.h"
#include "cmd/desk.h"
#include "cmd/run_actions.h"
#include "cmd/trading.h"
#include "driver/driver.h"
#include "readers/run_dir.h"
#include "readers/views.h"

struct trading {
    const struct trading_options *options;
    struct problem problem;
    int64_t started_ns; /* monotonic */
    char *config_path;
    struct run_config config;
    struct bars bars;
    struct book_files files;
    struct run_actions actions;
    struct import_report import;
    struct preamble preamble;
    char run_id[RUN_ID_SIZE];
    char *run_dir;
    char *log_dir;
    struct log *log;
    struct views *views;
    struct feed *feed;
    struct driver *driver;
    struct desk desk;
    int64_t start_ns;
    char *market_text; /* how the synthetic market is made; NULL: other data */
    uint64_t log_slots;
    uint64_t log_chain;
};

/* What the log begins with. */
void trading_fill_preamble(struct trading *trading);

/* Makes the run's folder and log, or takes up the run whose log the state folder holds. */
enum err trading_open_log(struct trading *trading);

/* Closes log and views; the first failure of all stays, `err` before them. */
enum err trading_close_log(struct trading *trading, enum err err);

/* After a run that failed with `err`, which is returned: the log is closed, and its views tell how
 * far it got. */
enum err trading_give_up(struct trading *trading, enum err err);

/* After the run: closes the log, gathers the figures, saves and prints them. */
enum err trading_conclude(struct trading *trading);

#endif
