/* command_test.c: what an operator commands is an event like any other: it moves the engine's
 * state, and replay, fold and resume come to the same. */
#include "driver/driver_test.h"
#include "driver/replay.h"

#include "core/gates.h"

/* Somebody who gives one command after every so many slices. */
struct operator
{
    struct run run;
    const enum command *commands;
    uint32_t count, next;
    uint64_t every;
};

static enum err attend(void *context, int64_t until_mono_ns, struct problem *problem)
{
    struct operator* operator= context;
    const struct engine *engine = driver_engine(operator->run.driver);
    (void)until_mono_ns; /* at full speed everything is due */
    if (operator->next == operator->count || engine->counters.slices<
        operator->every *(operator->next + 1)) {
        return ERR_OK;
    }
    enum command command = operator->commands[operator->next++];
    int64_t value = command == COMMAND_SPEED ? INT64_C(1000000000) * 1000000000 : 0;
    return driver_command(operator->run.driver, command, value, 1, problem);
}

static void run_commanded(const struct stage *stage, struct operator* operator, const char * dir,
                          enum market_log market_log)
{
    struct run_options options = {.log_dir = dir,
                                  .market_log = market_log,
                                  .every_slice = true,
                                  .attend = attend,
                                  .attend_context = operator};
    run_whole(stage, &options, &operator->run);
    cr_assert_eq(operator->run.err, ERR_OK, "%s", operator->run.problem.text);
}

static const enum command pause_and_unpause[] = {COMMAND_PAUSE, COMMAND_SPEED, COMMAND_UNPAUSE};

static char *fold_text(const struct stage *stage, const char *dir)
{
    struct preamble preamble = {.instruments = stage->bars.instrument_memory,
                                .instrument_count = stage->bars.instrument_count};
    struct problem problem;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct log_reader *reader = reader_open(dir);
    enum err err = replay_dump(reader, &preamble, &stage->config, out, &problem);
    cr_assert_eq(err, ERR_OK, "%s", problem.text);
    log_reader_close(reader);
    cr_assert_eq(fclose(out), 0);
    return text;
}

Test(command, pause_refuses_entries_and_lets_exits_go)
{
    struct stage stage;
    stage_init(&stage, BUSY_SETUP(900, 5, 3));
    char *dir = xasprintf("%s/log", stage.folder);
    struct operator operator= {.commands = pause_and_unpause, .count = 3, .every = 200};
    run_commanded(&stage, &operator, dir, MARKET_LOG_FULL);
    cr_assert_eq(operator.next, 3);
    struct records records = records_read(dir);
    enum engine_state state = ENGINE_RUN;
    uint64_t entries[2] = {0};
    uint64_t exits[2] = {0};
    uint64_t refused = 0;
    for (size_t at = 0; at < records.count; at += record_at(&records, at)->slots) {
        const struct event *record = record_at(&records, at);
        if (record->kind == EVENT_COMMAND && record->flags == COMMAND_PAUSE) {
            state = ENGINE_ENTRIES_OFF;
        } else if (record->kind == EVENT_COMMAND && record->flags == COMMAND_UNPAUSE) {
            state = ENGINE_RUN;
        } else if (record->kind == EVENT_ORDER) {
            bool entry = order_id_role(record->order.order_id) == ORDER_ROLE_ENTRY;
            (entry ? entries : exits)[state]++;
        } else if (record->kind == EVENT_DECISION &&
                   record->decision.verdict == VERDICT_ENTRIES_OFF) {
            cr_assert_eq(state, ENGINE_ENTRIES_OFF);
            cr_assert_eq(record->decision.order_id, 0);
            refused++;
        }
    }
    cr_expect_eq(entries[ENGINE_ENTRIES_OFF], 0);
    cr_expect_gt(exits[ENGINE_ENTRIES_OFF], 0, "what was held could be sold");
    cr_expect_gt(entries[ENGINE_RUN], 10);
    cr_expect_gt(refused, 10);
    const struct engine *engine = driver_engine(operator.run.driver);
    cr_expect_eq(engine->counters.refused_by[VERDICT_ENTRIES_OFF], refused);
    cr_expect_eq(engine->state, ENGINE_RUN);
    records_finish(&records);
    run_finish(&operator.run);
    free(dir);
    stage_finish(&stage);
}

/* Also for a log that refers to the data: a command stands between two slices. */
Test(command, replay_and_fold_come_to_the_same)
{
    for (int ref = 0; ref < 2; ref++) {
        struct stage stage;
        stage_init(&stage, BUSY_SETUP(900, 5, 3));
        char *dir = xasprintf("%s/log", stage.folder);
        enum market_log market_log = ref != 0 ? MARKET_LOG_REF : MARKET_LOG_FULL;
        struct operator operator= {.commands = pause_and_unpause, .count = 2, .every = 200};
        run_commanded(&stage, &operator, dir, market_log);
        struct preamble preamble = {.instruments = stage.bars.instrument_memory,
                                    .instrument_count = stage.bars.instrument_count};
        struct replay_result result;
        struct problem problem;
        struct log_reader *reader = reader_open(dir);
        enum err err = replay_run(reader, &preamble, &stage.config, ref != 0 ? &stage.bars : NULL,
                                  true, &result, &problem);
        cr_assert_eq(err, ERR_OK, "%s", problem.text);
        log_reader_close(reader);
        if (ref == 0) {
            char *folded = fold_text(&stage, dir);
            char *ran = dump_text(driver_engine(operator.run.driver), stage.bars.instruments);
            cr_expect_str_eq(folded, ran);
            cr_expect_not_null(strstr(folded, "state ENTRIES_OFF"));
            free(folded);
            free(ran);
        }
        run_finish(&operator.run);
        free(dir);
        stage_finish(&stage);
    }
}

/* Killed behind any step, a paused engine stays paused. */
Test(command, a_pause_survives_a_crash)
{
    struct stage stage;
    stage_init(&stage, BUSY_SETUP(300, 5, 1));
    char *dir = xasprintf("%s/log", stage.folder);
    struct operator operator= {.commands = pause_and_unpause, .count = 1, .every = 100};
    run_commanded(&stage, &operator, dir, MARKET_LOG_FULL);
    char *whole = dump_text(driver_engine(operator.run.driver), stage.bars.instruments);
    struct records records = records_read(dir);
    bool paused = false;
    uint32_t cuts = 0;
    for (size_t at = 0; at < records.count; at += record_at(&records, at)->slots) {
        if (paused && is_step_start(&records, at) && at % 7 == 0) {
            char *cut_dir = xasprintf("%s/cut%zu", stage.folder, at);
            records_write(&records, at, cut_dir);
            struct run_options options = {.log_dir = cut_dir, .every_slice = true};
            struct run run;
            run_rest(&stage, &options, &run);
            char *rest = dump_text(driver_engine(run.driver), stage.bars.instruments);
            cr_assert_str_eq(rest, whole, "cut before slot %zu", at);
            free(rest);
            run_finish(&run);
            free(cut_dir);
            cuts++;
        }
        paused = paused || record_at(&records, at)->kind == EVENT_COMMAND;
    }
    cr_expect_gt(cuts, 10);
    records_finish(&records);
    free(whole);
    run_finish(&operator.run);
    free(dir);
    stage_finish(&stage);
}

Test(command, stop_ends_the_run_between_two_steps)
{
    static const enum command stop[] = {COMMAND_STOP};
    struct stage stage;
    stage_init(&stage, BUSY_SETUP(900, 5, 1));
    struct operator operator= {.commands = stop, .count = 1, .every = 100};
    run_commanded(&stage, &operator, NULL, MARKET_LOG_FULL);
    cr_expect_eq(driver_engine(operator.run.driver)->counters.slices, 100);
    cr_expect(driver_stopped(operator.run.driver));
    run_finish(&operator.run);
    stage_finish(&stage);
}

/* A held market gives no slice, though the engine is asked; then it goes on. */
Test(command, a_held_market_waits_for_its_release)
{
    static const enum command commands[] = {COMMAND_HOLD, COMMAND_RELEASE, COMMAND_STOP};
    struct stage stage;
    stage_init(&stage, BUSY_SETUP(300, 5, 1));
    struct operator operator= {.commands = commands, .count = 3}; /* each time it is asked */
    run_commanded(&stage, &operator, NULL, MARKET_LOG_FULL);
    cr_expect_eq(operator.next, 3);
    cr_expect_eq(driver_engine(operator.run.driver)->counters.slices, 1,
                 "held before the first slice, released, and stopped before the second");
    run_finish(&operator.run);
    stage_finish(&stage);
}
