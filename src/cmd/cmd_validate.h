/* cmd_validate.h: what `validate` found out, and its two ways to say it. */
#ifndef CMD_CMD_VALIDATE_H
#define CMD_CMD_VALIDATE_H

#include <stdio.h>

#include "config/at_risk.h"
#include "data/actions.h"
#include "data/bars.h"

/* A book and a symbol for which no order can result. */
struct blocked {
    uint32_t book; /* from 0 */
    const char *symbol;
    struct words why;
};

struct validation {
    const struct run_config *config;
    const struct bars *bars;       /* NULL: no data was given */
    const struct actions *actions; /* NULL: none */
    struct last_prices prices;
    struct at_risk at_risk;
    struct blocked *blocked;
    size_t blocked_count;
    size_t pairs; /* of a book and a symbol that it trades; 0 without data */
};

void validate_print(const struct validation *validation, FILE *out);
void validate_print_json(const struct validation *validation, FILE *out);

#endif
