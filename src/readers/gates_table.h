/* gates_table.h: every gate with its limit, and how often it refused in a run: as a table for
 * people and as JSON. */
#ifndef READERS_GATES_TABLE_H
#define READERS_GATES_TABLE_H

#include <stdio.h>

#include "core/gates.h"
#include "sys/problem.h"

/* What became of a run's decisions, by verdict. */
struct gate_counts {
    uint64_t by_verdict[VERDICT_COUNT];
};

/* Counts the decisions in RUN_DIR/journal.db. ERR_IO when it cannot be read, ERR_FORMAT when it
 * names a gate that this version does not know. */
enum err gate_counts_read(const char *run_dir, struct gate_counts *counts, struct problem *problem);

/* Limits or counts that are not known are NULL and left out. */
void gates_print(const struct limits *limits, const struct gate_counts *counts, FILE *out);
void gates_write_json(const struct limits *limits, const struct gate_counts *counts, FILE *out);

#endif
