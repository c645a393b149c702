/* assembly.c: measures, allocates once, and carves view and engine; nothing grows afterwards. */
#include "driver/assembly.h"

#include <stdlib.h>
#include <string.h>

#include "sys/memory.h"

static void carve(struct assembly *assembly, struct arena *arena, const struct view_plan *view_plan,
                  const struct engine_plan *plan)
{
    assembly->view = view_init(arena, view_plan);
    assembly->engine = engine_init(arena, plan, assembly->view, &assembly->output);
}

enum err assembly_init(struct assembly *assembly, const struct run_config *config,
                       uint32_t instrument_count, struct problem *problem)
{
    struct book_plan books[BOOKS_MAX] = {0};
    for (uint32_t i = 0; i < config->book_count; i++) {
        books[i].strategy = config->books[i].strategy;
        books[i].sizing = config->books[i].sizing;
        books[i].exits = config->books[i].exits;
        books[i].entry =
            (struct entry_plan){.type = config->books[i].entry.type,
                                .limit_offset_ppm = config->books[i].entry.limit_offset_ppm,
                                .time_in_force = config->books[i].entry.time_in_force};
        books[i].frame_ns = config->bar_ns != 0 ? config->books[i].frame_ns : 0;
        books[i].data = config->books[i].data;
        books[i].instruments = config->books[i].instruments;
        memcpy(books[i].parameters, config->books[i].parameters, sizeof books[i].parameters);
    }
    struct engine_plan plan = {
        .instrument_count = instrument_count,
        .book_count = config->book_count,
        .books = books,
        .limits = config->limits,
        .commission_e9 = config->commission_e9,
        .calendar = config->calendar,
        .extended_hours = config->extended_hours,
        .assume_adjusted = config->assume_adjusted,
        .multiplier = config->exchange.multiplier,
    };
    struct view_plan view_plan = {.instrument_count = instrument_count,
                                  .bar_ns = config->bar_ns,
                                  .calendar = config->calendar,
                                  .extended_hours = config->extended_hours};
    if (engine_declare(&plan, &view_plan) != ERR_OK) {
        return problem_set(
            problem, ERR_USAGE,
            "%s: the strategies ask for more than %d different series or %d frames, for "
            "a window above %d bars, or for a frame that the data's bars cannot "
            "give; run fewer of them at once, or on longer frames",
            config->path, SERIES_MAX, FRAMES_MAX, SERIES_WINDOW_MAX);
    }
    struct arena arena;
    arena_init_measure(&arena);
    carve(assembly, &arena, &view_plan, &plan);
    size_t size = arena.used;
    assembly->memory = xcalloc_aligned(size);
    arena_init(&arena, assembly->memory, size);
    carve(assembly, &arena, &view_plan, &plan);
    return ERR_OK;
}

void assembly_on_action(struct assembly *assembly, const struct event *action)
{
    view_on_action(assembly->view, action);
    engine_on_action(assembly->engine, action, &assembly->output);
}

void assembly_finish(struct assembly *assembly)
{
    free(assembly->memory);
    assembly->memory = NULL;
}
