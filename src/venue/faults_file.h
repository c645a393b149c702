/* faults_file.h: scripts of faults as people write them (docs/exchange.md has all of it):
 *
 *   seed: 7
 *   rules:
 *     - route: POST /v2/orders
 *       what: timeout_after
 *       nth: 3
 *     - stream: trading
 *       what: drop
 *       probability: 20%
 *     - what: halt
 *       symbol: AAPL
 *       for: 5min
 *       after: 2026-03-16T15:00:00Z
 *
 * What is no script is refused with its place, what is wrong, and what to write. */
#ifndef VENUE_FAULTS_FILE_H
#define VENUE_FAULTS_FILE_H

#include <stddef.h>

#include "sys/problem.h"
#include "venue/faults.h"

/* `*script` is the caller's to fault_script_finish(), which is safe after a failure, too. */
enum err fault_script_read(const char *path, struct fault_script *script, struct problem *problem);

/* The same for a text; `name` stands for the file in what is said about it. */
enum err fault_script_parse(const char *name, const char *text, size_t length,
                            struct fault_script *script, struct problem *problem);
void fault_script_finish(struct fault_script *script);

#endif
