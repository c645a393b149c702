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
    struct problem problem;
};

/* Lookup and streams: what reads the log record by record in any case. */
static enum err create(struct views *views, const char *run_dir, const struct preamble *preamble,
                       struct problem *problem)
{
    enum err err = lookup_create(preamble, &views->lookup, problem);
    return err != ERR_OK
               ? err
               : jsonl_create(run_dir, views->lookup, preamble->mode, &views->jsonl, problem);
}

enum err views_create(const char *run_dir, const struct preamble *preamble, struct views **out,
                      struct problem *problem)
{
    struct views *views = xcalloc(1, sizeof *views);
    enum err err = create(views, run_dir, preamble, problem);
    if (err == ERR_OK) {
        err = journal_create(run_dir, views->lookup, preamble, &views->journal, problem);
    }
    if (err != ERR_OK) {
        (void)views_close(views, NULL); /* the first failure is the one to report */
        return err;
    }
    *out = views;
    return ERR_OK;
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
        if (views->journal != NULL) {
            journal_take(views->journal, record, views->slot);
        }
        jsonl_take(views->jsonl, record);
        views->slot += record->slots;
    }
}

static void end_batch(struct views *views)
{
    journal_commit(views->journal);
    jsonl_flush(views->jsonl);
}

void views_take(void *context, const struct event *slots, size_t slot_count)
{
    struct views *views = context;
    take(views, slots, slot_count);
    end_batch(views);
}

static void take_all(struct views *views, struct log_reader *reader)
{
    log_reader_rewind(reader);
    const struct event *record;
    while ((record = log_reader_next(reader)) != NULL) {
        take(views, record, record->slots);
    }
}

void views_catch_up(struct views *views, struct log_reader *reader)
{
    take_all(views, reader);
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

/* The streams are whole before the journal is begun: a disk that is full tells at once. */
static enum err rebuild(struct views *views, const char *run_dir, struct log_reader *reader,
                        const struct preamble *preamble, struct problem *problem)
{
    enum err err = create(views, run_dir, preamble, problem);
    if (err != ERR_OK) {
        return err;
    }
    take_all(views, reader);
    err = jsonl_close(views->jsonl, problem);
    views->jsonl = NULL;
    if (err == ERR_OK && views->problem.err == ERR_OK) {
        err = journal_make(run_dir, views->lookup, preamble, reader, problem);
    }
    return err;
}

enum err views_rebuild(const char *run_dir, struct log_reader *reader,
                       const struct preamble *preamble, struct problem *problem)
{
    struct views *views = xcalloc(1, sizeof *views);
    struct problem why = {0};
    (void)rebuild(views, run_dir, reader, preamble, &why);
    keep_first(&views->problem, &why);
    return views_close(views, problem);
}
