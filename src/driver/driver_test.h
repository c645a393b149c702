/* driver_test.h: small runs for the tests of driver/, and the records that they leave. */
#ifndef DRIVER_DRIVER_TEST_H
#define DRIVER_DRIVER_TEST_H

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/data_test.h"
#include "data/workload.h"
#include "driver/driver.h"
#include "driver/dump.h"
#include "sys/memory.h"

/* The common workload with its averages as arguments; all gates wide. */
#define RUN_CONFIG                                                                                 \
    "mode: backtest\ncalendar: always\nsymbols: all\nbar: 1min\ncash: $10,000,000\n"               \
    "commission: $1\nstrategies:\n"                                                                \
    "  - name: ma_crossover\n"                                                                     \
    "    parameters: {fast: %d, slow: %d, trigger: %s, warmup_bars: %d}\n"                         \
    "    frame: 1min\n    quantity: 100\n"                                                         \
    "limits:\n"                                                                                    \
    "  max_order_notional: $1,000,000,000\n"                                                       \
    "  max_position_notional: $1,000,000,000\n"                                                    \
    "  max_open_positions: 100000 positions\n"                                                     \
    "  max_orders_per_session: 100000000 orders\n"                                                 \
    "  max_daily_loss: 100%%\n"                                                                    \
    "  max_exposure: $9,000,000,000\n  max_orders_per_strategy: 100000000 orders\n"                \
    "  min_time_between_entries: 0s\n  max_portfolio_heat: 100%%\n  price_collar: 100%%\n"

struct run_setup {
    uint64_t bars;
    uint64_t seed;
    uint32_t symbols;
    int fast, slow, warmup;
    const char *trigger;
};

#define COMMON_SETUP(count, first_seed, symbol_count)                                              \
    ((struct run_setup){count, first_seed, symbol_count, 10, 30, 30, "level"})
/* Averages so short that something happens at nearly every bar. */
#define BUSY_SETUP(count, first_seed, symbol_count)                                                \
    ((struct run_setup){count, first_seed, symbol_count, 2, 3, 3, "level"})

static inline void setup_config(const struct run_setup *setup, struct run_config *config)
{
    char *text = xasprintf(RUN_CONFIG, setup->fast, setup->slow, setup->trigger, setup->warmup);
    struct problem problem;
    enum err err = config_parse("test.yaml", text, strlen(text), config, &problem);
    cr_assert_eq(err, ERR_OK, "%s", problem.text);
    free(text);
}

/* Config, data and folder of one test. */
struct stage {
    struct run_config config;
    struct bars bars;
    char *folder;
    struct event *actions; /* heap, or NULL */
    size_t action_count;
};

static inline void stage_init(struct stage *stage, struct run_setup setup)
{
    setup_config(&setup, &stage->config);
    workload_create(setup.bars, setup.seed, setup.symbols, &stage->bars);
    stage->folder = folder_create();
    stage->actions = NULL;
    stage->action_count = 0;
}

/* A split of new for old shares (1 for 1: none) and a dividend, before the first bar that ends
 * behind that moment; what the bars behind it say stays the caller's. In order of time. */
static inline void stage_add_action(struct stage *stage, int64_t ts_ns, uint32_t instrument,
                                    int64_t split_new, int64_t split_old, int64_t cash_e9)
{
    stage->actions = xrealloc(stage->actions, (stage->action_count + 1) * sizeof *stage->actions);
    stage->actions[stage->action_count++] = (struct event){
        .ts_ns = ts_ns,
        .src_ns = ts_ns,
        .kind = EVENT_ACTION,
        .version = 1,
        .slots = 1,
        .instrument = instrument,
        .action = {.split_new = split_new, .split_old = split_old, .cash_e9 = cash_e9}
    };
}

/* The prices behind that moment as the split makes them. */
static inline void stage_split_bars(struct stage *stage, int64_t ts_ns, uint32_t instrument,
                                    int64_t split_new, int64_t split_old)
{
    struct event *bars = stage->bars.memory;
    for (uint64_t i = 0; i < stage->bars.count; i++) {
        int64_t *prices[] = {&bars[i].bar.open_e9, &bars[i].bar.high_e9, &bars[i].bar.low_e9,
                             &bars[i].bar.close_e9};
        for (size_t k = 0; k < 4 && bars[i].ts_ns > ts_ns && bars[i].instrument == instrument;
             k++) {
            *prices[k] = (int64_t)((__int128)*prices[k] * split_old / split_new);
        }
    }
}

static inline void stage_finish(struct stage *stage)
{
    config_finish(&stage->config);
    bars_finish(&stage->bars);
    free(stage->actions);
    folder_remove(stage->folder);
}

/* ---- records of a log ---- */

struct records {
    struct event *slots;
    size_t count; /* slots */
    size_t capacity;
};

static inline void records_add(struct records *records, const struct event *record)
{
    if (records->count + record->slots > records->capacity) {
        records->capacity = 2 * records->capacity + 256;
        records->slots = xrealloc(records->slots, records->capacity * sizeof *records->slots);
    }
    memcpy(&records->slots[records->count], record, (size_t)record->slots * EVENT_SIZE);
    records->count += record->slots;
}

static inline struct log_reader *reader_open(const char *dir)
{
    struct log_reader *reader;
    struct problem problem;
    enum err err = log_reader_open(dir, &reader, &problem);
    cr_assert_eq(err, ERR_OK, "%s", problem.text);
    return reader;
}

static inline struct records records_read(const char *dir)
{
    struct records records = {0};
    struct log_reader *reader = reader_open(dir);
    const struct event *record;
    while ((record = log_reader_next(reader)) != NULL) {
        records_add(&records, record);
    }
    log_reader_close(reader);
    return records;
}

/* The record that starts at the slot. */
static inline const struct event *record_at(const struct records *records, size_t slot)
{
    return &records->slots[slot];
}

static inline bool is_market(const struct event *record)
{
    return record->kind == EVENT_BAR || event_is_tick(record->kind);
}

/* A step ends where an input, or the log's own end, begins: bars and ticks of one slice belong
 * together. */
static inline bool is_step_start(const struct records *records, size_t slot)
{
    const struct event *record = record_at(records, slot);
    bool first = is_market(record) && (slot == 0 || !is_market(record_at(records, slot - 1)));
    return first || event_is_report(record->kind) || record->kind == EVENT_COMMAND ||
           record->kind == EVENT_TIMER || record->kind == EVENT_DEPOSIT ||
           record->kind == EVENT_ACTION || record->kind == EVENT_LOG_END;
}

/* Writes the first `slots` slots as a new log. */
static inline void records_write(const struct records *records, size_t slots, const char *dir)
{
    struct log *log;
    struct problem problem;
    enum err err = log_create(dir, NULL, NULL, &log, &problem);
    cr_assert_eq(err, ERR_OK, "%s", problem.text);
    for (size_t at = 0; at < slots; at += record_at(records, at)->slots) {
        if (at > 0 && is_step_start(records, at)) {
            cr_assert_eq(log_end_step(log, false, NULL), ERR_OK);
        }
        log_append(log, record_at(records, at));
    }
    cr_assert_eq(log_end_step(log, false, NULL), ERR_OK);
    cr_assert_eq(log_close(log, NULL), ERR_OK);
}

static inline void records_finish(struct records *records)
{
    free(records->slots);
    *records = (struct records){0};
}

/* ---- runs ---- */

static inline char *dump_text(const struct engine *engine, const struct instrument *instruments)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    cr_assert_not_null(out);
    dump_engine(engine, instruments, out);
    cr_assert_eq(fclose(out), 0);
    return text;
}

struct run_options {
    const char *log_dir; /* NULL: no log */
    enum market_log market_log;
    bool every_slice;
    struct feed *feed; /* NULL: the stage's bars; else borrowed */
    const volatile sig_atomic_t *stop;
    enum err (*attend)(void *context, int64_t until_mono_ns, struct problem *problem);
    void *attend_context;
};

/* What a log may hold of the market. */
static const struct {
    const char *what;
    enum market_log market_log;
    bool every_slice;
} log_kinds[] __attribute__((unused)) = {
    {"the market in the log",   MARKET_LOG_FULL, false},
    {"references",              MARKET_LOG_REF,  false},
    {"references, every slice", MARKET_LOG_REF,  true },
};

enum { LOG_KINDS = sizeof log_kinds / sizeof log_kinds[0] };

/* A driver that was run, its log closed. */
struct run {
    struct feed *own_feed;
    struct driver *driver;
    enum err err;
    struct problem problem;
};

static inline struct driver_plan run_plan(const struct stage *stage,
                                          const struct run_options *options, struct run *run)
{
    run->own_feed = options->feed == NULL ? feed_bars_create(&stage->bars) : NULL;
    return (struct driver_plan){
        .config = &stage->config,
        .instrument_count = stage->bars.instrument_count,
        .feed = options->feed == NULL ? run->own_feed : options->feed,
        .start_ns = stage->bars.records[0].src_ns,
        .actions = stage->actions,
        .action_count = stage->action_count,
        .market_log = options->market_log,
        .every_slice = options->every_slice,
        .stop = options->stop,
        .attend = options->attend,
        .attend_context = options->attend_context,
    };
}

/* Begins a new run, runs it and closes its log. */
static inline void run_whole(const struct stage *stage, const struct run_options *options,
                             struct run *run)
{
    *run = (struct run){0};
    struct driver_plan plan = run_plan(stage, options, run);
    cr_assert_eq(driver_create(&plan, &run->driver, &run->problem), ERR_OK, "%s",
                 run->problem.text);
    struct log *log = NULL;
    if (options->log_dir != NULL) {
        run->err = log_create(options->log_dir, NULL, NULL, &log, &run->problem);
        cr_assert_eq(run->err, ERR_OK, "%s", run->problem.text);
        driver_set_log(run->driver, log);
    }
    cr_assert_eq(driver_begin(run->driver, &run->problem), ERR_OK, "%s", run->problem.text);
    run->err = driver_run(run->driver, &run->problem);
    if (log != NULL) {
        cr_assert_eq(log_close(log, NULL), ERR_OK);
    }
}

/* Goes on where the log at options->log_dir ends, to the end of the data, and closes it. */
static inline void run_rest(const struct stage *stage, const struct run_options *options,
                            struct run *run)
{
    *run = (struct run){0};
    struct driver_plan plan = run_plan(stage, options, run);
    cr_assert_eq(driver_create(&plan, &run->driver, &run->problem), ERR_OK, "%s",
                 run->problem.text);
    struct log *log;
    uint64_t cut_bytes;
    run->err = log_reopen(options->log_dir, NULL, NULL, &log, &cut_bytes, &run->problem);
    cr_assert_eq(run->err, ERR_OK, "%s", run->problem.text);
    struct log_reader *reader = reader_open(options->log_dir);
    run->err = driver_resume(run->driver, reader, &run->problem);
    log_reader_close(reader);
    cr_assert_eq(run->err, ERR_OK, "%s", run->problem.text);
    driver_set_log(run->driver, log);
    run->err = driver_run(run->driver, &run->problem);
    cr_assert_eq(log_close(log, NULL), ERR_OK);
}

static inline void run_finish(struct run *run)
{
    driver_destroy(run->driver);
    if (run->own_feed != NULL) {
        run->own_feed->ops->destroy(run->own_feed);
    }
    *run = (struct run){0};
}

#endif
