/* config.h: a run's configuration, read from YAML and checked before anything starts.
 *
 * Every refusal names file, line and column, shows the line with a caret and says what to write
 * instead: unknown keys, missing limits, bare numbers where a unit is needed, parameters outside
 * their range. Limits have no defaults; strategy parameters do (their rows say which). */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "config/exchange_config.h"
#include "config/words.h"
#include "core/exit_plan.h"
#include "core/limits.h"
#include "core/sizing.h"
#include "core/strategy.h"
#include "market/calendar.h"
#include "market/instrument.h"
#include "market/order.h"
#include "sys/problem.h"
#include "sys/sha256.h"

#define BOOKS_MAX 64

enum run_mode {
    MODE_BACKTEST = 1,
    MODE_SIM,
    MODE_PAPER, /* at the broker, with play money */
};

/* "backtest", "sim", "paper". */
const char *run_mode_text(enum run_mode mode);

/* The order that enters a trade. */
struct entry_config {
    enum order_type type;     /* MARKET or LIMIT */
    int64_t limit_offset_ppm; /* from the reference price; positive: worse for us */
    enum time_in_force time_in_force;
};

struct preset;

/* One strategy at work: book 1, 2, ... in the order of the file. */
struct book_config {
    const struct strategy_def *strategy;
    const struct preset *preset; /* NULL: none */
    char *plugin;                /* the file that the strategy came from; NULL: it is ours */
    int64_t parameters[PARAMETERS_MAX];
    char *signals_path; /* of a strategy that does what a file says; NULL: none */
    const void *data;   /* what was read of it, for the strategy: whoever opens the data sets it */
    int64_t frame_ns;
    struct instrument *symbols; /* in the order of the file; NULL: all of the run's */
    uint32_t symbol_count;
    const bool *instruments; /* [instrument]: the same once the data is known; NULL: all of them */
    struct sizing sizing;
    struct entry_config entry;
    struct exit_plan exits;
};

/* Finds the strategy of a plug-in file, or fills the problem. */
typedef const struct strategy_def *plugin_load(const char *path, const char *name,
                                               struct problem *problem);

struct run_config {
    char *path;  /* as given, for messages */
    char *bytes; /* the file as read, NUL-terminated */
    size_t length;
    char config_hash[SHA256_HEX_SIZE]; /* SHA-256 of the bytes */

    enum run_mode mode;
    enum calendar_id calendar;
    bool extended_hours;
    char *tz;       /* zone of the data's naive times; NULL: by the data's format */
    int64_t bar_ns; /* 0: what the data holds */
    int64_t cash_e9;
    int64_t commission_e9; /* per fill; what comes by the share is among the exchange's settings */
    char *actions_path;    /* splits and dividends; NULL: none */
    bool assume_adjusted;  /* gaps over 35 % do not stop entries */
    struct exchange_config exchange;
    struct limits limits;

    struct instrument *symbols; /* in the order of the file; NULL: all that the data holds */
    uint32_t symbol_count;

    struct book_config books[BOOKS_MAX];
    uint32_t book_count; /* >= 1 */

    struct words *warnings; /* what is allowed and may not be meant */
    uint32_t warning_count;
    plugin_load *load_plugin; /* while it is read; NULL: plug-ins are refused */
};

/* Reads and checks a file. On success `*config` is the caller's to config_finish(); on failure it
 * is left as it was. Every refusal is ERR_USAGE. */
enum err config_read(const char *path, struct run_config *config, struct problem *problem);

/* The same from bytes already read (a log's copy); `path` only names them in messages. */
enum err config_parse(const char *path, const char *bytes, size_t length, struct run_config *config,
                      struct problem *problem);

/* As both, with someone who finds the strategies of plug-ins. */
enum err config_read_with(const char *path, plugin_load *load_plugin, struct run_config *config,
                          struct problem *problem);
enum err config_parse_with(const char *path, const char *bytes, size_t length,
                           plugin_load *load_plugin, struct run_config *config,
                           struct problem *problem);

void config_finish(struct run_config *config);

/* Bar lengths by their names in configs and on the command line: "1s" "5s" ... "1min" "5min" "1h"
 * "1d". ERR_FORMAT for any other text. */
enum err bar_length_parse(const char *text, int64_t *bar_ns);

/* The name of a bar length ("1min"), for a length without a name "<seconds>s"; `text` has 24
 * bytes. */
const char *bar_length_text(int64_t bar_ns, char text[24]);

#endif
