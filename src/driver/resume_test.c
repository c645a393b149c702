/* resume_test.c: a run that was cut anywhere between two steps, and taken up, is the uncut run. */
#include "driver/driver_test.h"

#include "driver/replay.h"

/* The records that are not the log's own. */
static struct records of_the_run(const char *dir)
{
    struct records all = records_read(dir);
    struct records kept = {0};
    for (size_t at = 0; at < all.count; at += record_at(&all, at)->slots) {
        if (record_at(&all, at)->kind < EVENT_LOG_START) {
            records_add(&kept, record_at(&all, at));
        }
    }
    records_finish(&all);
    return kept;
}

/* The uncut run: what every other one must come to. */
struct uncut {
    struct stage stage;
    struct records all;  /* as logged */
    struct records kept; /* without the log's own */
    char *dump;
    uint64_t decision_hash;
};

static void uncut_init(struct uncut *uncut, struct run_setup setup)
{
    struct run run;
    stage_init(&uncut->stage, setup);
    char *dir = xasprintf("%s/uncut", uncut->stage.folder);
    run_whole(&uncut->stage, &(struct run_options){.log_dir = dir}, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    uncut->all = records_read(dir);
    uncut->kept = of_the_run(dir);
    uncut->dump = dump_text(driver_engine(run.driver), uncut->stage.bars.instruments);
    uncut->decision_hash = driver_engine(run.driver)->decision_hash;
    free(dir);
    run_finish(&run);
}

static void uncut_finish(struct uncut *uncut)
{
    free(uncut->dump);
    records_finish(&uncut->all);
    records_finish(&uncut->kept);
    stage_finish(&uncut->stage);
}

/* The run whose log lies in `dir` is over: it and its log are the uncut ones. */
static void assert_as_uncut(const struct uncut *uncut, const struct run *run, const char *dir,
                            const char *what)
{
    cr_assert_eq(run->err, ERR_OK, "%s: %s", what, run->problem.text);
    char *dump = dump_text(driver_engine(run->driver), uncut->stage.bars.instruments);
    cr_assert_str_eq(dump, uncut->dump, "%s", what);
    cr_assert_eq(driver_engine(run->driver)->decision_hash, uncut->decision_hash, "%s", what);
    struct records records = of_the_run(dir);
    cr_assert_eq(records.count, uncut->kept.count, "%s", what);
    cr_assert_eq(memcmp(records.slots, uncut->kept.slots, records.count * EVENT_SIZE), 0, "%s",
                 what);
    cr_assert_eq(driver_first_ns(run->driver), uncut->stage.bars.records[0].ts_ns, "%s", what);
    records_finish(&records);
    free(dump);
}

/* Writes the first `slots` slots as a log, goes on from there, and removes it. */
static void assert_cut_goes_on(const struct uncut *uncut, size_t slots)
{
    char *dir = xasprintf("%s/cut", uncut->stage.folder);
    const struct event *next = record_at(&uncut->all, slots);
    char *what = xasprintf("cut before the %s at slot %zu", event_kind_text(next->kind), slots);
    struct run run;
    records_write(&uncut->all, slots, dir);
    run_rest(&uncut->stage, &(struct run_options){.log_dir = dir}, &run);
    assert_as_uncut(uncut, &run, dir, what);
    run_finish(&run);
    free(what);
    folder_remove(dir);
}

Test(resume, goes_on_from_every_step)
{
    static const struct {
        const char *what;
        struct run_setup setup;
        size_t steps_min;
    } cases[] = {
        {"one busy symbol",    {25, 42, 1, 2, 3, 3, "level"},   40},
        {"three busy symbols", {25, 1000, 3, 2, 3, 3, "level"}, 65},
        {"crosses",            {40, 7, 2, 2, 5, 5, "cross"},    40},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct uncut uncut;
        uncut_init(&uncut, cases[i].setup);
        size_t steps = 0;
        for (size_t at = 1; at < uncut.all.count; at += record_at(&uncut.all, at)->slots) {
            if (is_step_start(&uncut.all, at)) {
                assert_cut_goes_on(&uncut, at);
                steps++;
            }
        }
        cr_assert_geq(steps, cases[i].steps_min, "%s: only %zu steps", cases[i].what, steps);
        uncut_finish(&uncut);
    }
}

/* ---- stops ---- */

/* A feed that brings one slice at a time and asks for a stop with every so many of them. */
struct stopping_feed {
    struct feed feed; /* first */
    struct feed *inner;
    uint64_t every;
    uint64_t given;
    volatile sig_atomic_t stop;
};

static bool stopping_more(struct feed *feed)
{
    struct stopping_feed *self = (struct stopping_feed *)feed;
    struct slice slice;
    self->given++;
    self->stop = self->given % self->every == 0;
    if (!feed_next(self->inner, &slice)) {
        return false;
    }
    feed->next = slice.bars;
    feed->end = slice.bars + slice.count;
    feed->ordinal = slice.ordinal;
    return true;
}

static void stopping_seek(struct feed *feed, uint64_t slice)
{
    struct stopping_feed *self = (struct stopping_feed *)feed;
    self->inner->ops->seek(self->inner, slice);
    feed->next = NULL;
    feed->end = NULL;
}

static void stopping_destroy(struct feed *feed)
{
    (void)feed; /* lies on the test's stack */
}

static const struct feed_ops stopping_ops = {
    .more = stopping_more, .seek = stopping_seek, .destroy = stopping_destroy};

Test(resume, goes_on_after_every_stop)
{
    static const uint64_t every[] = {1, 2, 7, 59};
    for (size_t i = 0; i < sizeof every / sizeof every[0]; i++) {
        struct uncut uncut;
        uncut_init(&uncut, BUSY_SETUP(60, 1000, 2));
        char *dir = xasprintf("%s/stopped", uncut.stage.folder);
        struct stopping_feed feed = {.feed = {.ops = &stopping_ops},
                                     .inner = feed_bars_create(&uncut.stage.bars),
                                     .every = every[i]};
        struct run_options options = {.log_dir = dir, .feed = &feed.feed, .stop = &feed.stop};
        struct run run;
        run_whole(&uncut.stage, &options, &run);
        uint64_t stops = 0;
        while (driver_stopped(run.driver)) {
            cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
            cr_assert_leq(++stops, 61);
            run_finish(&run);
            feed.stop = 0;
            run_rest(&uncut.stage, &options, &run);
        }
        cr_assert_eq(stops, 60 / every[i]);
        assert_as_uncut(&uncut, &run, dir, "stopped");
        run_finish(&run);
        feed.inner->ops->destroy(feed.inner);
        free(dir);
        uncut_finish(&uncut);
    }
}

/* ---- what it must not go on from ---- */

static enum err resume_altered(struct uncut *uncut, struct problem *problem)
{
    char *dir = xasprintf("%s/altered", uncut->stage.folder);
    records_write(&uncut->all, uncut->all.count, dir);
    struct run run = {0};
    struct driver_plan plan = run_plan(&uncut->stage, &(struct run_options){0}, &run);
    cr_assert_eq(driver_create(&plan, &run.driver, problem), ERR_OK);
    struct log_reader *reader = reader_open(dir);
    enum err err = driver_resume(run.driver, reader, problem);
    log_reader_close(reader);
    run_finish(&run);
    folder_remove(dir);
    return err;
}

/* One number of one report in the log is not what the exchange says. */
Test(resume, refuses_reports_that_the_exchange_does_not_give)
{
    static const struct {
        const char *what;
        uint8_t kind;
        size_t offset;
    } cases[] = {
        {"the price of a fill", EVENT_FILL,     offsetof(struct event, report.price_e9)     },
        {"its commission",      EVENT_FILL,     offsetof(struct event, report.commission_e9)},
        {"its time",            EVENT_FILL,     offsetof(struct event, src_ns)              },
        {"an acknowledgement",  EVENT_ACCEPTED, offsetof(struct event, flags)               },
    };
    struct uncut uncut;
    uncut_init(&uncut, BUSY_SETUP(60, 42, 1));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct problem problem = {0};
        size_t at = 0;
        while (record_at(&uncut.all, at)->kind != cases[i].kind) {
            at += record_at(&uncut.all, at)->slots;
        }
        unsigned char *byte = (unsigned char *)&uncut.all.slots[at] + cases[i].offset;
        *byte ^= 1;
        cr_assert_eq(resume_altered(&uncut, &problem), ERR_DIFFERS, "%s", cases[i].what);
        *byte ^= 1;
        cr_assert_not_null(strstr(problem.text, "the exchange, run again"), "%s: %s", cases[i].what,
                           problem.text);
    }
    struct problem problem = {0};
    cr_assert_eq(resume_altered(&uncut, &problem), ERR_OK, "%s", problem.text);
    uncut_finish(&uncut);
}

/* A log without one of its reports, wherever that stood, is not what the exchange says. */
Test(resume, refuses_a_log_without_one_of_its_reports)
{
    struct uncut uncut;
    uncut_init(&uncut, BUSY_SETUP(25, 1000, 2));
    struct records all = uncut.all;
    size_t tried = 0;
    for (size_t at = 0; at < all.count; at += record_at(&all, at)->slots) {
        if (record_at(&all, at)->kind != EVENT_ACCEPTED) {
            continue; /* without a fill its postings mean nothing, which is a CHECK */
        }
        struct problem problem = {0};
        uncut.all = (struct records){0};
        for (size_t i = 0; i < all.count; i += record_at(&all, i)->slots) {
            if (i != at) {
                records_add(&uncut.all, record_at(&all, i));
            }
        }
        bool last = record_at(&all, at + 1)->kind == EVENT_LOG_END;
        cr_assert_eq(resume_altered(&uncut, &problem), last ? ERR_OK : ERR_DIFFERS, "slot %zu", at);
        records_finish(&uncut.all);
        tried++;
    }
    cr_assert_gt(tried, 8);
    uncut.all = all;
    uncut_finish(&uncut);
}

/* The market went on behind an order, and nobody ever answered it. */
Test(resume, refuses_a_log_that_went_on_without_any_report)
{
    struct uncut uncut;
    uncut_init(&uncut, BUSY_SETUP(40, 42, 1));
    struct records all = uncut.all;
    bool asked = false;
    uncut.all = (struct records){0};
    for (size_t at = 0; at < all.count; at += record_at(&all, at)->slots) {
        const struct event *record = record_at(&all, at);
        bool market = record->kind == EVENT_BAR || record->kind == EVENT_SLICE_END ||
                      record->kind == EVENT_SLICE;
        asked |= record->kind == EVENT_ACCEPTED;
        if (!asked || market) {
            records_add(&uncut.all, record);
        }
    }
    struct problem problem = {0};
    cr_assert(asked);
    cr_assert_eq(resume_altered(&uncut, &problem), ERR_DIFFERS);
    cr_assert_not_null(strstr(problem.text, "the exchange, run again"), "%s", problem.text);
    records_finish(&uncut.all);
    uncut.all = all;
    uncut_finish(&uncut);
}

Test(resume, refuses_a_log_that_folds_to_nonsense)
{
    struct uncut uncut;
    uncut_init(&uncut, BUSY_SETUP(60, 42, 1));
    struct problem problem = {0};
    size_t at = 0;
    while (record_at(&uncut.all, at)->kind != EVENT_FILL) {
        at += record_at(&uncut.all, at)->slots;
    }
    uncut.all.slots[at].report.qty_e9 *= 2;
    cr_assert_eq(resume_altered(&uncut, &problem), ERR_DIFFERS);
    cr_assert_not_null(strstr(problem.text, "a state that cannot be"), "%s", problem.text);
    uncut_finish(&uncut);
}
