/* synth_file.c: a synthetic market (synth.h) in memory or in a record file. */
#include <stdlib.h>
#include <string.h>

#include "data/bar_file.h"
#include "data/synth.h"
#include "sys/memory.h"

enum { PROGRESS_SLICES = 4096 };

static struct instrument *instruments_create(const struct synth_plan *plan)
{
    struct instrument *instruments = xcalloc(plan->symbol_count, sizeof *instruments);
    for (uint32_t i = 0; i < plan->symbol_count; i++) {
        instruments[i] = plan->symbols[i].instrument;
    }
    return instruments;
}

void synth_bars_create(const struct synth_plan *plan, struct bars *bars)
{
    uint64_t slices = synth_slice_count(plan);
    uint64_t count = slices * plan->symbol_count;
    struct event *records = xcalloc_aligned(count * sizeof *records);
    struct synth *synth = synth_create(plan);
    struct event *next = records;
    const struct slice *slice;
    while ((slice = synth_next_slice(synth)) != NULL) {
        memcpy(next, slice->bars, slice->count * sizeof *next);
        next += slice->count;
    }
    synth_destroy(synth);
    struct instrument *instruments = instruments_create(plan);
    *bars = (struct bars){
        .records = records,
        .count = count,
        .slice_count = slices,
        .instruments = instruments,
        .instrument_count = plan->symbol_count,
        .bar_ns = plan->bar_ns,
        .memory = records,
        .instrument_memory = instruments,
    };
    bar_records_hash(records, count, bars->data_hash);
}

static enum err write_all(struct bar_file_writer *writer, const struct synth_plan *plan,
                          void (*progress)(double done), struct problem *problem)
{
    struct synth *synth = synth_create(plan);
    uint64_t slices = synth_slice_count(plan);
    enum err err = ERR_OK;
    const struct slice *slice;
    for (uint64_t i = 0; err == ERR_OK && (slice = synth_next_slice(synth)) != NULL; i++) {
        err = bar_file_writer_append(writer, slice->bars, slice->count, problem);
        if (progress != NULL && i % PROGRESS_SLICES == 0) {
            progress((double)i / (double)slices);
        }
    }
    synth_destroy(synth);
    return err;
}

enum err synth_write(const char *path, const struct synth_plan *plan, void (*progress)(double done),
                     struct problem *problem)
{
    struct instrument *instruments = instruments_create(plan);
    struct bar_file_writer *writer;
    enum err err = bar_file_writer_create(path, instruments, plan->symbol_count, plan->bar_ns,
                                          &writer, problem);
    free(instruments);
    if (err != ERR_OK) {
        return err;
    }
    err = write_all(writer, plan, progress, problem);
    if (err != ERR_OK) {
        bar_file_writer_abandon(writer);
        return err;
    }
    return bar_file_writer_close(writer, problem);
}
