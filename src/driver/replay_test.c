/* replay_test.c: deciding a log again gives the log, and one byte that differs is found and named.
 */
#include "driver/replay.h"

#include "driver/driver_test.h"

/* What replay needs to know of a log's beginning; the logs here have no preamble of their own. */
static struct preamble preamble_of(const struct stage *stage)
{
    return (struct preamble){.instruments = stage->bars.instrument_memory,
                             .instrument_count = stage->bars.instrument_count};
}

static enum err replay(const struct stage *stage, const char *dir, const struct bars *bars,
                       struct replay_result *result, struct problem *problem)
{
    struct log_reader *reader = reader_open(dir);
    struct preamble preamble = preamble_of(stage);
    problem->text[0] = '\0';
    enum err err = replay_run(reader, &preamble, &stage->config, bars, true, result, problem);
    log_reader_close(reader);
    return err;
}

/* A stage with the log of a run in folder/log, and that log's records. */
static struct records logged_run(struct stage *stage, struct run_setup setup,
                                 enum market_log market_log, bool every_slice)
{
    struct run run;
    stage_init(stage, setup);
    char *dir = xasprintf("%s/log", stage->folder);
    struct run_options options = {
        .log_dir = dir, .market_log = market_log, .every_slice = every_slice};
    run_whole(stage, &options, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    struct records records = records_read(dir);
    run_finish(&run);
    free(dir);
    return records;
}

/* Writes the records as a new log, replays it and removes it. */
static enum err replay_records_of(const struct stage *stage, const struct records *records,
                                  struct replay_result *result, struct problem *problem)
{
    char *dir = xasprintf("%s/altered", stage->folder);
    records_write(records, records->count, dir);
    enum err err = replay(stage, dir, NULL, result, problem);
    folder_remove(dir);
    return err;
}

static uint64_t outputs_in(const struct records *records)
{
    uint64_t count = 0;
    for (size_t at = 0; at < records->count; at += record_at(records, at)->slots) {
        count += event_is_output(record_at(records, at)->kind) ? 1 : 0;
    }
    return count;
}

Test(replay, gives_the_log_again)
{
    for (size_t i = 0; i < LOG_KINDS; i++) {
        struct stage stage;
        struct records records = logged_run(&stage, COMMON_SETUP(3000, 1000, 3),
                                            log_kinds[i].market_log, log_kinds[i].every_slice);
        char *dir = xasprintf("%s/log", stage.folder);
        struct replay_result result;
        struct problem problem;
        bool refers = log_kinds[i].market_log == MARKET_LOG_REF;
        enum err err = replay(&stage, dir, refers ? &stage.bars : NULL, &result, &problem);
        const struct event *end = record_at(&records, records.count - 1);
        cr_assert_eq(err, ERR_OK, "%s: %s", log_kinds[i].what, problem.text);
        cr_assert_eq(result.slices, 3000, "%s", log_kinds[i].what);
        cr_assert_eq(result.compared, outputs_in(&records), "%s", log_kinds[i].what);
        cr_assert_eq(result.decision_hash, end->slice.decision_hash, "%s", log_kinds[i].what);
        cr_assert_eq(result.equity_e9, end->slice.equity_e9, "%s", log_kinds[i].what);
        cr_assert(result.ended, "%s", log_kinds[i].what);
        free(dir);
        records_finish(&records);
        stage_finish(&stage);
    }
}

Test(replay, folding_gives_the_state_of_the_run)
{
    struct stage stage;
    stage_init(&stage, BUSY_SETUP(500, 1000, 3));
    char *dir = xasprintf("%s/log", stage.folder);
    struct run run;
    run_whole(&stage, &(struct run_options){.log_dir = dir}, &run);
    char *want = dump_text(driver_engine(run.driver), stage.bars.instruments);
    char *got = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&got, &size);
    struct preamble preamble = preamble_of(&stage);
    struct log_reader *reader = reader_open(dir);
    cr_assert_eq(replay_dump(reader, &preamble, &stage.config, out, NULL), ERR_OK);
    log_reader_close(reader);
    cr_assert_eq(fclose(out), 0);
    cr_assert_str_eq(got, want);
    free(got);
    free(want);
    free(dir);
    run_finish(&run);
    stage_finish(&stage);
}

/* Flips one byte of the record at that slot, replays, and flips it back. */
static void assert_byte_is_found(const struct stage *stage, struct records *records, size_t slot,
                                 size_t byte, uint64_t ordinal)
{
    struct replay_result result;
    struct problem problem;
    unsigned char *bytes = (unsigned char *)&records->slots[slot];
    const char *kind = event_kind_text(records->slots[slot].kind);
    bytes[byte] ^= 0x10;
    enum err err = replay_records_of(stage, records, &result, &problem);
    bytes[byte] ^= 0x10;
    char *want = xasprintf("at record %" PRIu64 " (%s,", ordinal, kind);
    cr_assert_eq(err, ERR_DIFFERS, "%s %" PRIu64 ", byte %zu is not missed", kind, ordinal, byte);
    cr_assert_not_null(strstr(problem.text, want), "byte %zu of %s: %s", byte, want, problem.text);
    free(want);
}

/* Every output record with one byte changed, and one of each kind with every third byte. */
Test(replay, names_the_record_that_differs)
{
    struct stage stage;
    struct records records = logged_run(&stage, BUSY_SETUP(20, 1000, 2), MARKET_LOG_FULL, false);
    uint64_t ordinal = 0;
    uint64_t seen[256] = {0};
    for (size_t at = 0; at < records.count; at += record_at(&records, at)->slots) {
        const struct event *record = record_at(&records, at);
        ordinal++;
        if (!event_is_output(record->kind) || record->kind == EVENT_DEPOSIT) {
            continue; /* a deposit is the operator's: its amount is not decided */
        }
        size_t size = (size_t)record->slots * EVENT_SIZE;
        if (seen[record->kind]++ == 1) {
            for (size_t byte = offsetof(struct event, bar); byte < size; byte += 3) {
                assert_byte_is_found(&stage, &records, at, byte, ordinal);
            }
        } else {
            size_t byte = offsetof(struct event, bar) + ordinal * 7 % (size - 24);
            assert_byte_is_found(&stage, &records, at, byte, ordinal);
        }
    }
    for (uint8_t kind = EVENT_DECISION; kind <= EVENT_SLICE; kind++) {
        cr_assert_gt(seen[kind], 1, "no %s was tried", event_kind_text(kind));
    }
    records_finish(&records);
    stage_finish(&stage);
}

/* A changed input is found at the first answer that depends on it. */
Test(replay, finds_a_changed_input)
{
    static const struct {
        const char *what;
        uint8_t kind;
        size_t offset;
        uint8_t found_at; /* 0: anywhere behind it */
    } cases[] = {
        {"another deposit",    EVENT_DEPOSIT, offsetof(struct event, deposit.amount_e9),    EVENT_SLICE  },
        {"another close",      EVENT_BAR,     offsetof(struct event, bar.close_e9),         0            },
        {"another price",      EVENT_FILL,    offsetof(struct event, report.price_e9),      EVENT_POSTING},
        {"another commission", EVENT_FILL,    offsetof(struct event, report.commission_e9),
         EVENT_POSTING                                                                                   },
    };
    struct stage stage;
    struct records records = logged_run(&stage, BUSY_SETUP(60, 42, 1), MARKET_LOG_FULL, false);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t at = 0;
        /* Bars before the warm-up ends change no evaluation: take one that counts. */
        size_t skip = cases[i].kind == EVENT_BAR ? 10 : 0;
        while (record_at(&records, at)->kind != cases[i].kind || skip-- > 0) {
            at += record_at(&records, at)->slots;
        }
        struct replay_result result;
        struct problem problem;
        unsigned char *byte = (unsigned char *)&records.slots[at] + cases[i].offset;
        *byte ^= 1;
        cr_assert_eq(replay_records_of(&stage, &records, &result, &problem), ERR_DIFFERS, "%s",
                     cases[i].what);
        *byte ^= 1;
        const char *found_at = cases[i].found_at != 0 ? event_kind_text(cases[i].found_at) : "";
        char *want = xasprintf("(%s", found_at);
        cr_assert_not_null(strstr(problem.text, want), "%s: %s", cases[i].what, problem.text);
        free(want);
    }
    records_finish(&records);
    stage_finish(&stage);
}

/* Each output record left out, and each one written twice. */
Test(replay, finds_a_record_too_few_or_too_many)
{
    struct stage stage;
    struct records records = logged_run(&stage, BUSY_SETUP(20, 1000, 1), MARKET_LOG_FULL, false);
    for (size_t at = 0; at < records.count; at += record_at(&records, at)->slots) {
        if (!event_is_output(record_at(&records, at)->kind) ||
            record_at(&records, at)->kind == EVENT_DEPOSIT) {
            continue;
        }
        for (int twice = 0; twice < 2; twice++) {
            struct records altered = {0};
            for (size_t i = 0; i < records.count; i += record_at(&records, i)->slots) {
                int times = i != at ? 1 : twice ? 2 : 0;
                for (; times > 0; times--) {
                    records_add(&altered, record_at(&records, i));
                }
            }
            struct replay_result result;
            struct problem problem;
            cr_assert_eq(replay_records_of(&stage, &altered, &result, &problem), ERR_DIFFERS,
                         "slot %zu, a %s %s", at, event_kind_text(record_at(&records, at)->kind),
                         twice ? "twice" : "left out");
            records_finish(&altered);
        }
    }
    records_finish(&records);
    stage_finish(&stage);
}

Test(replay, says_when_the_log_was_cut_short)
{
    struct stage stage;
    struct records records = logged_run(&stage, BUSY_SETUP(20, 1000, 1), MARKET_LOG_FULL, false);
    records.count--; /* the end record */
    struct replay_result result;
    struct problem problem;
    cr_assert_eq(replay_records_of(&stage, &records, &result, &problem), ERR_OK);
    cr_assert_not(result.ended);
    cr_assert_eq(result.slices, 20);
    records_finish(&records);
    stage_finish(&stage);
}

Test(replay, needs_all_the_data_that_the_log_refers_to)
{
    struct stage stage;
    struct records records = logged_run(&stage, COMMON_SETUP(2000, 42, 1), MARKET_LOG_REF, false);
    char *dir = xasprintf("%s/log", stage.folder);
    struct bars less;
    struct bars other;
    struct replay_result result;
    struct problem problem;
    workload_create(1000, 42, 1, &less);
    workload_create(2000, 43, 1, &other);
    cr_assert_eq(replay(&stage, dir, &less, &result, &problem), ERR_DIFFERS);
    cr_assert_not_null(strstr(problem.text, "the data ends before the log does"), "%s",
                       problem.text);
    cr_assert_eq(replay(&stage, dir, &other, &result, &problem), ERR_DIFFERS);
    bars_finish(&less);
    bars_finish(&other);
    free(dir);
    records_finish(&records);
    stage_finish(&stage);
}
