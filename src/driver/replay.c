/* replay.c: the engine again over a log's inputs; its answers against the logged ones.
 *
 * A log that holds its market gives the inputs itself. One that refers to the data names slices:
 * those it leaves out must come to nothing but their SLICE record. */
#include "driver/replay.h"

#include <inttypes.h>
#include <string.h>

#include "base/utc.h"
#include "core/fold_check.h"
#include "driver/assembly.h"
#include "driver/dump.h"
#include "driver/fold.h"
#include "driver/gather.h"
#include "feed/feed.h"
#include "log/contents.h"

struct replay {
    struct assembly assembly;
    struct feed *feed; /* NULL: the log holds its market */
    struct replay_result *result;
    struct problem *problem;
    uint64_t next_slice;  /* of the feed */
    struct gather gather; /* the log's bars */
    uint32_t checked;     /* slots of the engine's output that were found in the log */
    uint64_t record;      /* ordinal of the record at hand, for messages */
    bool verify;
    const struct replay_watch *watch; /* NULL: nobody looks on */
    bool enough;                      /* who looked on has seen enough */
};

static enum err differs(const struct replay *replay, const struct event *at, const char *what)
{
    char when[UTC_TEXT_SIZE];
    (void)utc_format(at->ts_ns, when);
    return problem_set(replay->problem, ERR_DIFFERS, "replay differs at record %llu (%s, %s): %s",
                       (unsigned long long)replay->record, event_kind_text(at->kind), when, what);
}

/* Whether what the engine said beyond the checked part is something the log had to hold. */
static enum err end_of_answers(const struct replay *replay, const struct event *at)
{
    const struct output *output = &replay->assembly.output;
    uint32_t rest = output->slots - replay->checked;
    bool only_slice = rest == 1 && output->records[replay->checked].kind == EVENT_SLICE;
    bool may_miss_slice = replay->feed != NULL;
    if (!replay->verify || rest == 0 || (only_slice && may_miss_slice)) {
        return ERR_OK;
    }
    return differs(replay, at, "the engine now says more than the log holds");
}

/* Who has seen enough looks on no more; the replay still ends where the log ends a slice. */
static void look_after(struct replay *replay, const struct slice *slice)
{
    struct engine *engine = replay->assembly.engine;
    const struct replay_watch *watch = replay->watch;
    if (!watch->after(watch->context, engine, slice, &replay->assembly.output)) {
        replay->enough = true;
        replay->watch = NULL;
        engine->gate_trace = NULL;
    }
}

static enum err give_slice(struct replay *replay, const struct slice *slice)
{
    const struct event end = slice_end_event(slice);
    enum err err = end_of_answers(replay, &end);
    if (err != ERR_OK) {
        return err;
    }
    struct engine *engine = replay->assembly.engine;
    view_on_slice(replay->assembly.view, slice);
    if (replay->watch != NULL) {
        replay->watch->before(replay->watch->context, engine, slice);
    }
    engine_on_slice(engine, slice, &replay->assembly.output);
    if (replay->watch != NULL) {
        look_after(replay, slice);
    }
    replay->checked = 0;
    replay->result->inputs += slice->tick_count + slice->count + 1;
    replay->result->slices++;
    return ERR_OK;
}

static enum err give_report(struct replay *replay, const struct event *report)
{
    enum err err = end_of_answers(replay, report);
    if (err != ERR_OK) {
        return err;
    }
    engine_on_report(replay->assembly.engine, report, &replay->assembly.output);
    replay->checked = 0;
    replay->result->inputs++;
    return ERR_OK;
}

static enum err give_command(struct replay *replay, const struct event *command)
{
    enum err err = end_of_answers(replay, command);
    if (err != ERR_OK) {
        return err;
    }
    engine_on_command(replay->assembly.engine, command, &replay->assembly.output);
    replay->checked = 0;
    replay->result->inputs++;
    return ERR_OK;
}

static enum err give_condition(struct replay *replay, const struct event *event)
{
    enum err err = end_of_answers(replay, event);
    if (err != ERR_OK) {
        return err;
    }
    engine_on_condition(replay->assembly.engine, event, &replay->assembly.output);
    replay->checked = 0;
    replay->result->inputs++;
    return ERR_OK;
}

static enum err give_timer(struct replay *replay, const struct event *timer)
{
    enum err err = end_of_answers(replay, timer);
    if (err != ERR_OK) {
        return err;
    }
    engine_on_timer(replay->assembly.engine, timer, &replay->assembly.output);
    replay->checked = 0;
    replay->result->inputs++;
    return ERR_OK;
}

static enum err give_action(struct replay *replay, const struct event *action)
{
    enum err err = end_of_answers(replay, action);
    if (err != ERR_OK) {
        return err;
    }
    if (!fold_can_take_action(replay->assembly.engine, action)) {
        return differs(replay, action, "it leaves a price outside of the range of prices");
    }
    assembly_on_action(&replay->assembly, action);
    replay->checked = 0;
    replay->result->inputs++;
    return ERR_OK;
}

static enum err compare(struct replay *replay, const struct event *logged)
{
    const struct output *output = &replay->assembly.output;
    const struct event *ours = &output->records[replay->checked];
    if (!replay->verify) {
        return ERR_OK;
    }
    if (replay->checked == output->slots) {
        return differs(replay, logged, "the log holds more than the engine says now");
    }
    if (ours->slots != logged->slots ||
        memcmp(ours, logged, (size_t)logged->slots * EVENT_SIZE) != 0) {
        return differs(replay, logged, "the engine says something else now");
    }
    replay->checked += logged->slots;
    replay->result->compared++;
    return ERR_OK;
}

/* Gives the feed's slices up to and including that ordinal. */
static enum err give_slices(struct replay *replay, const struct event *at, uint64_t ordinal)
{
    enum err err = ERR_OK;
    while (err == ERR_OK && replay->next_slice <= ordinal) {
        struct slice slice;
        if (!feed_next(replay->feed, &slice)) {
            return differs(replay, at, "the data ends before the log does");
        }
        replay->next_slice++;
        err = give_slice(replay, &slice);
    }
    return err;
}

static enum err take_end(struct replay *replay, const struct event *end)
{
    replay->result->ended = true;
    enum err err = end_of_answers(replay, end);
    if (err != ERR_OK) {
        return err;
    }
    const struct engine *engine = replay->assembly.engine;
    if (replay->verify && end->slice.decision_hash != engine->decision_hash) {
        return differs(replay, end, "the decision hash is another one");
    }
    if (replay->verify && (end->slice.equity_e9 != engine->equity_e9 ||
                           end->slice.cash_e9 != ledger_cash_e9(&engine->ledger) ||
                           end->slice.fills != (uint32_t)engine->counters.fills)) {
        return differs(replay, end,
                       "equity, cash or the number of fills at the end is another one");
    }
    return ERR_OK;
}

static enum err take(struct replay *replay, const struct event *record)
{
    if (record->kind == EVENT_DEPOSIT) {
        engine_deposit(replay->assembly.engine, record->ts_ns, record->deposit.amount_e9,
                       &replay->assembly.output);
        replay->checked = 0;
        return compare(replay, record);
    }
    if (record->kind == EVENT_BAR || event_is_tick(record->kind) ||
        record->kind == EVENT_SLICE_END) {
        const struct slice *slice = gather_slice(&replay->gather, record);
        return slice != NULL ? give_slice(replay, slice) : ERR_OK;
    }
    if (event_is_report(record->kind)) {
        return give_report(replay, record);
    }
    if (record->kind == EVENT_TIMER) {
        return give_timer(replay, record);
    }
    if (record->kind == EVENT_COMMAND) {
        return give_command(replay, record);
    }
    if (record->kind == EVENT_STATUS || record->kind == EVENT_HOLDING) {
        return give_condition(replay, record);
    }
    if (record->kind == EVENT_ACTION) {
        return give_action(replay, record);
    }
    if (record->kind == EVENT_LOG_SLICE_REF) {
        return replay->feed == NULL ? ERR_OK : give_slices(replay, record, record->slice_end.slice);
    }
    if (event_is_output(record->kind)) {
        return compare(replay, record);
    }
    return record->kind == EVENT_LOG_END ? take_end(replay, record) : ERR_OK;
}

/* What was logged of the last slice is still compared. */
static bool goes_on(const struct replay *replay, const struct event *record)
{
    return !replay->enough || event_is_output(record->kind);
}

static enum err replay_records(struct replay *replay, struct log_reader *reader)
{
    const struct event *record;
    enum err err = ERR_OK;
    while (err == ERR_OK && (record = log_reader_next(reader)) != NULL && goes_on(replay, record)) {
        replay->record++;
        err = take(replay, record);
    }
    return err == ERR_OK && replay->enough && record != NULL ? end_of_answers(replay, record) : err;
}

/* The run's config was carried out once; where it cannot be now, the log does not say what ran. */
static enum err assemble(struct assembly *assembly, const struct run_config *config,
                         const struct preamble *preamble, struct problem *problem)
{
    struct problem why;
    enum err err = assembly_init(assembly, config, preamble->instrument_count, &why);
    return err == ERR_OK ? ERR_OK
                         : problem_set(problem, ERR_DAMAGED,
                                       "the log's config does not go with its bars of %" PRId64
                                       " ns (%s); restore the log from a backup",
                                       preamble->bar_ns, why.text);
}

static enum err run(struct replay *replay, struct log_reader *reader,
                    const struct preamble *preamble, const struct run_config *config,
                    const struct bars *bars)
{
    enum err err = assemble(&replay->assembly, config, preamble, replay->problem);
    if (err != ERR_OK) {
        return err;
    }
    struct engine *engine = replay->assembly.engine;
    engine->gate_trace = replay->watch != NULL ? replay->watch->gate_trace : NULL;
    if (bars != NULL) {
        replay->feed = feed_bars_create(bars);
    }
    err = replay_records(replay, reader);
    if (replay->feed != NULL) {
        replay->feed->ops->destroy(replay->feed);
    }
    replay->result->decision_hash = engine->decision_hash;
    replay->result->equity_e9 = engine->equity_e9;
    assembly_finish(&replay->assembly);
    return err;
}

enum err replay_watched(struct log_reader *reader, const struct preamble *preamble,
                        const struct run_config *config, const struct bars *bars,
                        const struct replay_watch *watch, struct problem *problem)
{
    struct replay_result result = {0};
    struct replay replay = {.result = &result, .problem = problem, .verify = true, .watch = watch};
    return run(&replay, reader, preamble, config, bars);
}

enum err replay_run(struct log_reader *reader, const struct preamble *preamble,
                    const struct run_config *config, const struct bars *bars, bool verify,
                    struct replay_result *result, struct problem *problem)
{
    *result = (struct replay_result){0};
    struct replay replay = {.result = result, .problem = problem, .verify = verify};
    return run(&replay, reader, preamble, config, bars);
}

enum err replay_dump(struct log_reader *reader, const struct preamble *preamble,
                     const struct run_config *config, FILE *out, struct problem *problem)
{
    struct assembly assembly;
    enum err err = assemble(&assembly, config, preamble, problem);
    if (err != ERR_OK) {
        return err;
    }
    struct gather gather = {0};
    const struct event *record;
    uint64_t number = 0;
    while (err == ERR_OK && (record = log_reader_next(reader)) != NULL) {
        err = fold_record(&assembly, &gather, record, ++number, problem);
    }
    if (err == ERR_OK) {
        dump_engine(assembly.engine, preamble->instruments, out);
    }
    assembly_finish(&assembly);
    return err;
}
