/* paper_log.h: the log of a paper account, which outlives every start: whose orders are in it, and
 * when another config may begin another. */
#ifndef CMD_PAPER_LOG_H
#define CMD_PAPER_LOG_H

#include <stdint.h>

#include "config/config.h"

enum { PAPER_TAG_SIZE = 17 };

/* What all orders of a log have in their names at the broker: a function of when it was begun, so
 * that no two logs of an account share an order's name. */
void paper_log_tag(int64_t born_ns, char tag[PAPER_TAG_SIZE]);

/* A log in the account's folder that was begun with another config goes on only with that one.
 * Where it ended flat, with no order at work, it is put aside as log.<when it was begun>, and the
 * run may begin another. ERR_REFUSED: it holds positions or orders. Nothing there: ERR_OK. */
enum err paper_log_make_way(const char *folder, const struct run_config *config,
                            struct problem *problem);

#endif
