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
    struct book_plan books[BOOKS_MAX];
    for (uint32_t i = 0; i < config->book_count; i++) {
        books[i].strategy = config->books[i].strategy;
        books[i].qty_e9 = config->books[i].sizing.qty_e9;
        books[i].frame_ns = config->books[i].frame_ns;
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
        .multiplier = config->exchange.multiplier,
    };
    struct view_plan view_plan = {.instrument_count = instrument_count};
    if (engine_declare(&plan, &view_plan) != ERR_OK) {
        return problem_set(problem, ERR_USAGE,
                           "%s: the strategies ask for more than %d different series, or for a "
                           "window above %d bars; run fewer of them at once",
                           config->path, SERIES_MAX, SERIES_WINDOW_MAX);
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

void assembly_finish(struct assembly *assembly)
{
    free(assembly->memory);
    assembly->memory = NULL;
}
