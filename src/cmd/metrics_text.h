/* metrics_text.h: how a run stands, in the text format that Prometheus reads: every name begins
 * with bellwether_, amounts are dollars, times are seconds. */
#ifndef CMD_METRICS_TEXT_H
#define CMD_METRICS_TEXT_H

#include <stdio.h>

#include "driver/control_answer.h"

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

void metrics_print(FILE *out, const struct control_answer *answer);

#endif
