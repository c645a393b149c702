/* views.c: hands each record to journal.db and the three streams. */
#include "readers/views.h"

#include <stdlib.h>

#include "readers/journal.h"
#include "readers/jsonl.h"
#include "sys/memory.h"

struct views {
    struct lookup *lookup;
    struct journal *journal;
    struct jsonl *jsonl;
    uint64_t slot; /* of the next record in the log */
    bool followed; /* somebody may look at the files while the run goes on */
    struct problem problem;
};

static enum err create(struct views *views, const char *run_dir, const struct preamble *preamble,
                       struct problem *problem)
{
    enum err err = lookup_create(preamble, &views->lookup, problem);
    if (err == ERR_OK) {
        err = jsonl_create(run_dir, views->lookup, preamble->mode, &views->jsonl, problem);
    }
    if (err == ERR_OK) {
        err = journal_create(run_dir, views->lookup, preamble, views->followed, &views->journal,
                             problem);
    }
    return err;
}

static enum err views_create_for(bool followed, const char *run_dir,
                                 const struct preamble *preamble, struct views **out,
                                 struct problem *problem)
{
    struct views *views = xcalloc(1, sizeof *views);
    views->followed = followed;
    enum err err = create(views, run_dir, preamble, problem);
    if (err != ERR_OK) {
        (void)views_close(views, NULL); /* the first failure is the one to report */
        return err;
    }
    *out = views;
    return ERR_OK;
}

enum err views_create(const char *run_dir, const struct preamble *preamble, struct views **views,
                      struct problem *problem)
{
    bool followed = preamble->mode != MODE_BACKTEST;
    return views_create_for(followed, run_dir, preamble, views, problem);
}

/* Slots that a record of this kind has at least; the views read that far. */
static uint8_t slots_needed(uint8_t kind)
{
    return kind == EVENT_DECISION || kind == EVENT_ORDER || kind == EVENT_TRADE ? 2 : 1;
}

static void take(struct views *views, const struct event *slots, size_t slot_count)
{
    for (size_t at = 0; at < slot_count && views->problem.err == ERR_OK; at += slots[at].slots) {
        const struct event *record = &slots[at];
        if (record->slots < slots_needed(record->kind)) {
            (void)problem_set(&views->problem, ERR_FORMAT,
                              "slot %llu of the log: a %s record is cut short",
                              (unsigned long long)views->slot, event_kind_text(record->kind));
            return;
        }
        lookup_take(views->lookup, record);
        journal_take(views->journal, record, views->slot);
        jsonl_take(views->jsonl, record);
        views->slot += record->slots;
    }
}

static void end_batch(struct views *views)
{
    journal_commit(views->journal);
    if (views->followed) {
        jsonl_flush(views->jsonl);
    }
}

void views_take(void *context, const struct event *slots, size_t slot_count)
{
    struct views *views = context;
    take(views, slots, slot_count);
    end_batch(views);
}

void views_catch_up(struct views *views, struct log_reader *reader)
{
    log_reader_rewind(reader);
    const struct event *record;
    while ((record = log_reader_next(reader)) != NULL) {
        take(views, record, record->slots);
    }
    end_batch(views);
}

static void keep_first(struct problem *first, const struct problem *next)
{
    if (first->err == ERR_OK) {
        *first = *next;
    }
}

enum err views_close(struct views *views, struct problem *problem)
{
    if (views == NULL) {
        return ERR_OK;
    }
    struct problem first = views->problem;
    struct problem next = {0};
    if (views->journal != NULL && journal_close(views->journal, &next) != ERR_OK) {
        keep_first(&first, &next);
    }
    if (views->jsonl != NULL && jsonl_close(views->jsonl, &next) != ERR_OK) {
        keep_first(&first, &next);
    }
    lookup_destroy(views->lookup);
    free(views);
    if (first.err != ERR_OK && problem != NULL) {
        *problem = first;
    }
    return first.err;
}

enum err views_rebuild(const char *run_dir, struct log_reader *reader,
                       const struct preamble *preamble, struct problem *problem)
{
    struct views *views = NULL;
    enum err err = views_create_for(false, run_dir, preamble, &views, problem);
    if (err != ERR_OK) {
        return err;
    }
    views_catch_up(views, reader);
    return views_close(views, problem);
}
