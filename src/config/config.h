/* config.h: a run's configuration, read from YAML and checked before anything starts.
 *
 * Every refusal names file, line and column, shows the line with a caret and says what to write
 * instead: unknown keys, missing limits, bare numbers where a unit is needed, parameters outside
 * their range. Limits have no defaults; strategy parameters do (their rows say which). */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "core/limits.h"
#include "core/strategy.h"
#include "market/instrument.h"
#include "sys/problem.h"
#include "sys/sha256.h"

#define BOOKS_MAX 64

enum run_mode {
    MODE_BACKTEST = 1,
    MODE_SIM,
};

/* "backtest", "sim". */
const char *run_mode_text(enum run_mode mode);

/* One strategy at work: book 1, 2, ... in the order of the file. */
struct book_config {
    const struct strategy_def *strategy;
    int64_t parameters[PARAMETERS_MAX];
    int64_t frame_ns;
    int64_t qty_e9; /* shares per entry, whole, > 0 */
};

struct run_config {
    char *path;  /* as given, for messages */
    char *bytes; /* the file as read, NUL-terminated */
    size_t length;
    char config_hash[SHA256_HEX_SIZE]; /* SHA-256 of the bytes */

    enum run_mode mode;
    int64_t bar_ns; /* 0: what the data holds */
    int64_t cash_e9;
    int64_t commission_e9; /* per fill */
    struct limits limits;

    struct instrument *symbols; /* in the order of the file; NULL: all that the data holds */
    uint32_t symbol_count;

    struct book_config books[BOOKS_MAX];
    uint32_t book_count; /* >= 1 */
};

/* Reads and checks a file. On success `*config` is the caller's to config_finish(); on failure it
 * is left as it was. Every refusal is ERR_USAGE. */
enum err config_read(const char *path, struct run_config *config, struct problem *problem);

/* The same from bytes already read (a log's copy); `path` only names them in messages. */
enum err config_parse(const char *path, const char *bytes, size_t length, struct run_config *config,
                      struct problem *problem);

void config_finish(struct run_config *config);

/* Bar lengths by their names in configs and on the command line: "1s" "5s" ... "1min" "5min" "1h"
 * "1d". ERR_FORMAT for any other text. */
enum err bar_length_parse(const char *text, int64_t *bar_ns);

/* The name of a bar length ("1min"), for a length without a name "<seconds>s"; `text` has 24
 * bytes. */
const char *bar_length_text(int64_t bar_ns, char text[24]);

#endif
