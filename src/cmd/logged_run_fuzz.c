/* logged_run_fuzz.c: logs whose checksums are right and whose contents are impossible: every reader
 * of a run's log ends with an answer or with a clear problem.
 *
 * At the start a small run with all that there is (brackets, a split, refusals, a pause) is logged
 * in memory. The input's first byte chooses the reader; behind it come edits of a log's records,
 * EDIT_SIZE bytes each: a slot, what to do with it, and eight bytes to do it with. The edited
 * records become a log with good checksums. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/utc.h"
#include "cmd/logged_run.h"
#include "data/workload.h"
#include "driver/driver.h"
#include "driver/replay.h"
#include "log/contents.h"
#include "log/log_private.h"
#include "monitor/collect.h"
#include "readers/explain.h"
#include "readers/explain_signals.h"
#include "readers/explain_summary.h"
#include "readers/metrics_benchmark.h"
#include "readers/result_report.h"
#include "readers/tearsheet.h"
#include "readers/verify.h"
#include "readers/views.h"
#include "sys/crc32c.h"
#include "sys/memory.h"

enum { SYMBOLS = 2, BARS = 48, SLOTS_MAX = 2048, EDITS_MAX = 64, EDIT_SIZE = 12 };

#define FILE_SIZE_MAX (SEGMENT_HEADER_SIZE + (1 + SLOTS_MAX) * EVENT_SIZE)

static const char config_text[] =
    "mode: sim\ncalendar: always\nsymbols: all\nbar: 1min\ncash: $1,000,000\n"
    "commission: $1\nexchange: {seed: 7, rejects: 10%, max_volume_share: 2%}\nstrategies:\n"
    "  - name: ma_crossover\n"
    "    parameters: {fast: 2, slow: 3, trigger: level, warmup_bars: 3}\n"
    "    frame: 1min\n    quantity: 100\n"
    "  - name: momentum\n    parameters: {lookback: 2, threshold: 0.0002, warmup_bars: 4}\n"
    "    frame: 1min\n    quantity: 20\n"
    "    exits: {stop: 0.2%, target: 0.2%, held_by: broker}\n"
    "  - name: mean_reversion\n    parameters: {lookback: 4, z: 1, warmup_bars: 5}\n"
    "    frame: 1min\n    size: {equity: 5%}\n    fractional: yes\n"
    "    exits: {stop: 1ATR, trailing: 0.3%, time_limit: 5 bars, held_by: engine, atr: 3}\n"
    "limits:\n  max_order_notional: $1,000,000\n  max_position_notional: $1,000,000\n"
    "  max_open_positions: 10 positions\n  max_orders_per_session: 30 orders\n"
    "  max_daily_loss: 100%\n  max_exposure: $100,000,000\n"
    "  max_orders_per_strategy: 20 orders\n  min_time_between_entries: 0s\n"
    "  max_portfolio_heat: 100%\n  price_collar: 100%\n";

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

/* The run, and the market it traded. */
static struct run_config config;
static struct bars bars;
static struct event actions[2];
static struct event good[SLOTS_MAX];
static size_t good_slots;
static size_t preamble_slots;

static char dir[64]; /* the run's folder, in memory where there is such a place */
static FILE *nowhere;

/* ---- the good log ---- */

static void must(enum err err, const struct problem *problem)
{
    if (err != ERR_OK) {
        (void)fprintf(stderr, "%s\n", problem->text);
        abort();
    }
}

/* In the middle: two shares for one of the first symbol, $1 a share of the second. */
static void make_market(void)
{
    workload_create(BARS, 42, SYMBOLS, &bars);
    int64_t middle_ns = bars.records[BARS / 2 * SYMBOLS].src_ns;
    struct event *records = bars.memory;
    for (uint64_t i = 0; i < bars.count; i++) {
        struct event_bar *bar = &records[i].bar;
        if (records[i].instrument == 0 && records[i].ts_ns > middle_ns) {
            *bar = (struct event_bar){bar->open_e9 / 2, bar->high_e9 / 2, bar->low_e9 / 2,
                                      bar->close_e9 / 2, bar->volume};
        }
    }
    for (uint32_t i = 0; i < 2; i++) {
        actions[i] = (struct event){
            .ts_ns = middle_ns,
            .src_ns = middle_ns,
            .kind = EVENT_ACTION,
            .version = 1,
            .slots = 1,
            .instrument = i,
            .action = {.split_new = i == 0 ? 2 : 1, .split_old = 1}
        };
    }
    actions[1].action.cash_e9 = INT64_C(1000000000);
}

/* The operator pauses for some slices. */
static enum err attend(void *context, int64_t until_mono_ns, struct problem *problem)
{
    struct driver *driver = *(struct driver **)context;
    uint64_t slices = driver_engine(driver)->counters.slices;
    (void)until_mono_ns;
    if (slices == 30 || slices == 34) {
        return driver_command(driver, slices == 30 ? COMMAND_PAUSE : COMMAND_UNPAUSE, 0, 0,
                              problem);
    }
    return ERR_OK;
}

static struct driver *make_driver(struct feed *feed, struct log *log)
{
    static struct driver *driver;
    struct problem problem;
    struct driver_plan plan = {.config = &config,
                               .instrument_count = SYMBOLS,
                               .feed = feed,
                               .start_ns = bars.records[0].src_ns,
                               .actions = actions,
                               .action_count = 2,
                               .log = log,
                               .market_log = MARKET_LOG_FULL,
                               .attend = attend,
                               .attend_context = &driver};
    must(driver_create(&plan, &driver, &problem), &problem);
    return driver;
}

static void write_preamble(struct log *log)
{
    struct preamble preamble = {.mode = MODE_SIM,
                                .market_full = true,
                                .bar_ns = NS_PER_MIN,
                                .slice_count = BARS,
                                .source = "workload seed=42 bars=48 symbols=2",
                                .build = "fuzz",
                                .config_path = "fuzz.yaml",
                                .config_bytes = (char *)config_text,
                                .config_length = sizeof config_text - 1,
                                .instruments =
                                    (struct instrument *)bars.instruments, /* read only */
                                .instrument_count = SYMBOLS};
    struct problem problem;
    preamble_write(log, &preamble);
    must(log_end_step(log, false, &problem), &problem);
    preamble_slots = (size_t)log_slots(log);
}

static void keep(struct log_reader *reader)
{
    const struct event *record;
    while ((record = log_reader_next(reader)) != NULL) {
        CHECK(good_slots + record->slots <= SLOTS_MAX);
        memcpy(&good[good_slots], record, record->slots * sizeof *record);
        good_slots += record->slots;
    }
}

static void make_good_log(void)
{
    struct problem problem;
    struct log *log = NULL;
    struct log_reader *reader = NULL;
    make_market();
    must(config_parse("fuzz.yaml", config_text, sizeof config_text - 1, &config, &problem),
         &problem);
    config.bar_ns = NS_PER_MIN;
    must(log_create_in_memory(1 << 20, &log, &problem), &problem);
    write_preamble(log);
    struct feed *feed = feed_bars_create(&bars);
    struct driver *driver = make_driver(feed, log);
    must(driver_begin(driver, &problem), &problem);
    must(driver_run(driver, &problem), &problem);
    must(log_flush(log, &problem), &problem);
    must(log_reader_open_in_memory(log, &reader, &problem), &problem);
    keep(reader);
    log_reader_close(reader);
    driver_destroy(driver);
    feed->ops->destroy(feed);
    must(log_close(log, &problem), &problem);
}

/* ---- the folder ---- */

static const char *const folder_files[] = {"log/000001.bwlog", "journal.db",    "journal.db-wal",
                                           "journal.db-shm",   "equity.jsonl",  "trades.jsonl",
                                           "updates.jsonl",    "tearsheet.html"};

static void clean_up(void)
{
    char path[128];
    for (size_t i = 0; i < sizeof folder_files / sizeof folder_files[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, folder_files[i]);
        (void)unlink(path);
    }
    (void)snprintf(path, sizeof path, "%s/log", dir);
    (void)rmdir(path);
    (void)rmdir(dir);
    config_finish(&config);
    bars_finish(&bars);
    (void)fclose(nowhere);
}

static void start(void)
{
    char path[128];
    bool memory = access("/dev/shm", W_OK) == 0;
    (void)snprintf(dir, sizeof dir, "%s/bellwether-run-fuzz-XXXXXX", memory ? "/dev/shm" : "/tmp");
    CHECK(mkdtemp(dir) != NULL);
    (void)snprintf(path, sizeof path, "%s/log", dir);
    CHECK(mkdir(path, 0755) == 0);
    if (memory) {
        CHECK(setenv("TMPDIR", "/dev/shm", 1) == 0);
    }
    nowhere = fopen("/dev/null", "we");
    CHECK(nowhere != NULL);
    make_good_log();
    CHECK(atexit(clean_up) == 0);
}

/* ---- the edited log ---- */

struct edit {
    uint16_t slot; /* behind the preamble, around and around; of one kind of record, if told */
    uint8_t what;  /* an enum change; above it, from 1, the kind's place in edited_kinds */
    uint8_t where;
    unsigned char value[8];
};

static_assert(sizeof(struct edit) == EDIT_SIZE, "as it lies in the input");

enum change {
    CHANGE_BYTE,
    CHANGE_HALF, /* a word's; of the log's first record where the last byte of the value says so */
    CHANGE_WORD,
    CHANGE_BY_LITTLE, /* a word */
    CHANGE_LIKE,      /* a word as it is in another slot */
    CHANGE_SLOT,      /* another slot */
    CHANGE_GONE,
    CHANGE_END, /* the log ends here */
    CHANGE_COUNT
};

static const uint8_t edited_kinds[] = {
    EVENT_BAR,     EVENT_SLICE_END, EVENT_ACTION,   EVENT_COMMAND,      EVENT_ACCEPTED,
    EVENT_FILL,    EVENT_CANCELED,  EVENT_REJECTED, EVENT_ACCOUNT_CASH, EVENT_DEPOSIT,
    EVENT_POSTING, EVENT_DECISION,  EVENT_ORDER,    EVENT_TRADE,        EVENT_SLICE,
    EVENT_NOTICE,  EVENT_LOG_END,
};

/* The slot that an edit means. Two-slot records are met in their second half, too. */
static struct event *find_slot(struct event *slots, size_t count, const struct edit *edit)
{
    size_t kind = edit->what / CHANGE_COUNT;
    size_t body = count - preamble_slots;
    size_t found[SLOTS_MAX];
    size_t found_count = 0;
    for (size_t i = preamble_slots; kind > 0 && i < count; i++) {
        if (slots[i].kind == edited_kinds[(kind - 1) % sizeof edited_kinds]) {
            found[found_count++] = i;
        }
    }
    return found_count > 0 ? &slots[found[edit->slot % found_count] + edit->where / 128]
                           : &slots[preamble_slots + edit->slot % body];
}

static size_t apply(struct event *slots, size_t count, const struct edit *edit)
{
    struct event *slot = find_slot(slots, count, edit);
    unsigned char *word = (unsigned char *)slot + edit->where % 8 * 8;
    size_t other =
        preamble_slots + (edit->value[0] | (size_t)edit->value[1] << 8) % (count - preamble_slots);
    uint64_t value;
    switch (edit->what % CHANGE_COUNT) {
    case CHANGE_BYTE:
        ((unsigned char *)slot)[edit->where % EVENT_SIZE] = edit->value[0];
        return count;
    case CHANGE_HALF:
        word = edit->value[7] == 1 ? (unsigned char *)slots : (unsigned char *)slot;
        memcpy(word + edit->where % 16 * 4, edit->value, 4);
        return count;
    case CHANGE_WORD:
        memcpy(word, edit->value, sizeof edit->value);
        return count;
    case CHANGE_BY_LITTLE:
        memcpy(&value, word, sizeof value);
        value += (uint64_t)(int64_t)(int8_t)edit->value[0];
        memcpy(word, &value, sizeof value);
        return count;
    case CHANGE_LIKE:
        memcpy(word, (unsigned char *)&slots[other] + edit->where % 8 * 8, 8);
        return count;
    case CHANGE_SLOT:
        *slot = slots[other];
        return count;
    case CHANGE_GONE:
        memmove(slot, slot + 1, (size_t)(slots + SLOTS_MAX - slot) * sizeof *slot);
        return count - preamble_slots > 1 ? count - 1 : count;
    default:
        return (size_t)(slot - slots) < count ? (size_t)(slot - slots) + 1 : count;
    }
}

static void write_log(const struct event *slots, size_t count)
{
    static unsigned char file[FILE_SIZE_MAX];
    struct segment_header header = {
        .magic = SEGMENT_MAGIC, .version = LOG_FORMAT_VERSION, .number = 1, .nonce = 7};
    header.chain_before = log_chain_start(header.nonce);
    memset(file, 0, SEGMENT_HEADER_SIZE);
    memcpy(file, &header, sizeof header);
    header.crc = segment_header_crc(file);
    memcpy(file, &header, sizeof header);
    struct block_header block = {.magic = BLOCK_MAGIC,
                                 .slots = (uint32_t)count,
                                 .nonce = header.nonce,
                                 .chain_before = header.chain_before,
                                 .payload_crc = crc32c(0, slots, count * sizeof *slots)};
    block.header_crc = crc32c(0, &block, offsetof(struct block_header, header_crc));
    memcpy(file + SEGMENT_HEADER_SIZE, &block, sizeof block);
    memcpy(file + SEGMENT_HEADER_SIZE + sizeof block, slots, count * sizeof *slots);
    size_t size = SEGMENT_HEADER_SIZE + sizeof block + count * sizeof *slots;
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", dir, folder_files[0]);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    CHECK(fd >= 0 && write(fd, file, size) == (ssize_t)size && close(fd) == 0);
}

/* ---- the readers ---- */

static enum err read_replay(struct logged_run *run, struct problem *problem)
{
    struct replay_result result;
    return replay_run(run->reader, &run->preamble, &run->config, NULL, true, &result, problem);
}

static enum err read_replay_unverified(struct logged_run *run, struct problem *problem)
{
    struct replay_result result;
    return replay_run(run->reader, &run->preamble, &run->config, NULL, false, &result, problem);
}

static enum err read_dump(struct logged_run *run, struct problem *problem)
{
    return replay_dump(run->reader, &run->preamble, &run->config, nowhere, problem);
}

static enum err read_resume(struct logged_run *run, struct problem *problem)
{
    struct feed *feed = feed_bars_create(&bars);
    struct driver *driver = make_driver(feed, NULL);
    enum err err = driver_resume(driver, run->reader, problem);
    driver_destroy(driver);
    feed->ops->destroy(feed);
    return err == ERR_REFUSED ? ERR_DIFFERS : err; /* other splits than ours may be asked about */
}

static void print_reports(const struct logged_run *run, const struct history *history)
{
    report_daily(history, "fuzz", nowhere);
    report_daily_json(history, "fuzz", nowhere);
    report_journal(history, "fuzz", nowhere);
    report_journal_json(history, "fuzz", nowhere);
    struct signal_rows rows = signal_rows_read(run->reader);
    signals_print(&rows, history->lookup, "fuzz", nowhere);
    signals_print_json(&rows, history->lookup, "fuzz", nowhere);
    free(rows.rows);
}

static void print_tearsheet(const struct logged_run *run, const struct history *history)
{
    struct run_metrics *metrics = run_metrics_create(history);
    struct benchmark *benchmark = benchmark_create(&history->equity, SYMBOLS);
    const struct event *record;
    log_reader_rewind(run->reader);
    while ((record = log_reader_next(run->reader)) != NULL) {
        if (record->kind == EVENT_BAR) {
            benchmark_take(benchmark, record);
        } else if (record->kind == EVENT_ACTION) {
            benchmark_action(benchmark, record);
        }
    }
    struct tearsheet sheet = {.run_id = "fuzz",
                              .run_dir = dir,
                              .history = history,
                              .metrics = metrics,
                              .benchmark = benchmark_values(benchmark),
                              .benchmark_why = "the data held no bars",
                              .benchmark_gaps = benchmark_gaps(benchmark)};
    tearsheet_write(&sheet, nowhere);
    benchmark_destroy(benchmark);
    run_metrics_destroy(metrics);
}

static enum err read_reports(struct logged_run *run, struct problem *problem)
{
    struct history *history = NULL;
    enum err err = history_create(run->reader, &run->preamble, &history, problem);
    if (err == ERR_OK) {
        print_reports(run, history);
        print_tearsheet(run, history);
        history_destroy(history);
    }
    return err;
}

static enum err read_views(struct logged_run *run, struct problem *problem)
{
    return views_rebuild(dir, run->reader, &run->preamble, problem);
}

/* Why at the end of the run, and the whole of it counted. */
static enum err read_why(struct logged_run *run, struct problem *problem)
{
    struct lookup *lookup = NULL;
    must(lookup_create(&run->preamble, &lookup, problem), problem);
    struct explanation why;
    explain_init(&why, lookup, NULL, 0);
    why.span = explain_span(run->reader, NULL, 0);
    why.asked_ns = why.span.first_ns + (why.span.last_ns - why.span.first_ns) / 2;
    why.bar_ns = explain_bar_at(run->reader, NULL, 0, 0, why.asked_ns);
    const struct gate_trace gates = {.context = &why, .take = explain_gates};
    const struct replay_watch watch = {
        .context = &why, .gate_trace = &gates, .before = explain_before, .after = explain_after};
    enum err err = logged_run_rewind(run, problem);
    if (err == ERR_OK) {
        err = replay_watched(run->reader, &run->preamble, &run->config, NULL, &watch, problem);
    }
    if (err == ERR_OK) {
        explain_follow(&why, run->reader);
        explain_print(&why, "fuzz", nowhere);
        explain_print_json(&why, "fuzz", nowhere);
    }
    explain_finish(&why);
    lookup_destroy(lookup);
    return err;
}

static enum err read_summary(struct logged_run *run, struct problem *problem)
{
    struct lookup *lookup = NULL;
    must(lookup_create(&run->preamble, &lookup, problem), problem);
    struct explain_summary summary;
    explain_summary_init(&summary, lookup, NULL, INSTRUMENT_NONE);
    const struct replay_watch watch = {
        .context = &summary, .before = explain_summary_before, .after = explain_summary_after};
    enum err err = replay_watched(run->reader, &run->preamble, &run->config, NULL, &watch, problem);
    explain_summary_print(&summary, "fuzz", nowhere);
    explain_summary_print_json(&summary, "fuzz", nowhere);
    explain_summary_finish(&summary);
    lookup_destroy(lookup);
    return err;
}

/* The past of a run that goes on, as its terminal view is shown it. */
static enum err read_past(struct logged_run *run, struct problem *problem)
{
    static struct collect collect;
    struct feed *feed = feed_bars_create(&bars);
    struct driver *driver = make_driver(feed, NULL);
    const struct event *record;
    (void)problem;
    collect_init(&collect, driver_engine(driver), run->preamble.instruments,
                 run->preamble.instrument_count, config.calendar);
    while ((record = log_reader_next(run->reader)) != NULL) {
        collect_record(&collect, record);
    }
    collect_engine(&collect);
    driver_destroy(driver);
    feed->ops->destroy(feed);
    return ERR_OK;
}

static enum err (*const readers[])(struct logged_run *run, struct problem *problem) = {
    read_replay, read_replay_unverified, read_dump, read_resume, read_reports, read_views,
    read_why,    read_summary,           read_past,
};

/* And one more, which opens the run by itself. */
enum { VERIFY = sizeof readers / sizeof readers[0], READERS };

/* Exit code 1, in words. */
static bool is_an_answer(enum err err)
{
    return err == ERR_OK || err == ERR_DAMAGED || err == ERR_FORMAT || err == ERR_DIFFERS ||
           err == ERR_RANGE;
}

static void read_log(unsigned reader)
{
    struct logged_run run;
    struct problem problem = {0};
    enum err err = logged_run_open(dir, &run, &problem);
    if (reader == VERIFY) { /* which judges all records itself, to name what is wrong */
        err = verify_run(dir, "fuzz", nowhere, &problem);
    } else if (err == ERR_OK) {
        err = logged_run_configure(&run, &problem);
    }
    if (err == ERR_OK && reader < VERIFY && run.preamble.instrument_count == SYMBOLS) {
        err = readers[reader](&run, &problem);
    }
    logged_run_close(&run);
    if (!is_an_answer(err) || (err != ERR_OK && problem.text[0] == '\0')) {
        (void)fprintf(stderr, "reader %u: %s: %s\n", reader, err_text(err), problem.text);
        abort();
    }
    if (getenv("BELLWETHER_FUZZ_SHOW") != NULL) {
        (void)fprintf(stderr, "reader %u: %s\n", reader, err == ERR_OK ? "ok" : problem.text);
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    static struct event slots[SLOTS_MAX + 1]; /* an edit may lie one behind the last */
    if (dir[0] == '\0') {
        start();
    }
    if (length == 0) {
        return 0;
    }
    size_t count = good_slots;
    memcpy(slots, good, sizeof good);
    size_t edits = (length - 1) / EDIT_SIZE;
    for (size_t i = 0; i < edits && i < EDITS_MAX; i++) {
        struct edit edit;
        memcpy(&edit, bytes + 1 + i * EDIT_SIZE, sizeof edit);
        count = apply(slots, count, &edit);
    }
    write_log(slots, count);
    read_log(bytes[0] % READERS);
    return 0;
}
