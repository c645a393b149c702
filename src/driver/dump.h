/* dump.h: the engine's whole state as text, to compare two of them line by line. */
#ifndef DRIVER_DUMP_H
#define DRIVER_DUMP_H

#include <stdio.h>

#include "core/engine.h"
#include "market/instrument.h"

/* Account, positions, books, trades with their orders, counters; one fact a line, fixed order. */
void dump_engine(const struct engine *engine, const struct instrument *instruments, FILE *out);

#endif
