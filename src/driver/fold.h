/* fold.h: a log's records through view and engine without deciding anything again. */
#ifndef DRIVER_FOLD_H
#define DRIVER_FOLD_H

#include "driver/assembly.h"
#include "driver/gather.h"
#include "sys/problem.h"

/* Takes the next record; `number`: its number in the log, from 1, for messages. ERR_DAMAGED when it
 * cannot follow those before it. */
enum err fold_record(struct assembly *assembly, struct gather *gather, const struct event *record,
                     uint64_t number, struct problem *problem);

#endif
