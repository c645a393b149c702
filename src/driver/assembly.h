/* assembly.h: view and engine built from a config, with the memory that both live in. */
#ifndef DRIVER_ASSEMBLY_H
#define DRIVER_ASSEMBLY_H

#include "config/config.h"
#include "core/engine.h"
#include "sys/problem.h"
#include "view/view.h"

struct assembly {
    void *memory;
    struct view *view;
    struct engine *engine;
    struct output output;
};

/* ERR_USAGE when the strategies declare more series than there can be. The caller ends it with
 * assembly_finish(). */
enum err assembly_init(struct assembly *assembly, const struct run_config *config,
                       uint32_t instrument_count, struct problem *problem);

/* A split or a dividend through view and engine, decided or folded: it is the same. */
void assembly_on_action(struct assembly *assembly, const struct event *action);

void assembly_finish(struct assembly *assembly);

#endif
