/* texts.h: values of a configuration back in the words of the file, for people. */
#ifndef CONFIG_TEXTS_H
#define CONFIG_TEXTS_H

#include "config/exchange_config.h"
#include "config/words.h"
#include "core/exit_plan.h"
#include "core/limits.h"
#include "core/sizing.h"
#include "core/strategy.h"

/* "$1,234.5" */
struct words cash_text(int64_t cash_e9);

/* "15min": a duration in the largest unit in which it is whole. */
struct words unit_duration_text(int64_t ns);

/* "2%" or "0.0001%". */
struct words unit_share_text(int64_t ppm);

/* "2.5ATR", "$2.50", "5%"; "none". */
struct words unit_distance_text(struct exit_distance distance);

/* "60%", "10 positions"; `noun` is that of LIMIT_LIST. */
struct words limit_text(const struct limit *limit, const char *noun);

/* A parameter's value. */
struct words parameter_text(const struct parameter_def *parameter, int64_t value);

/* "shares worth 10% of the equity" */
struct words sizing_text(const struct sizing *sizing);

/* "uniform 0.02%", "book $0.01 100 shares" */
struct words slippage_text(const struct config_slippage *slippage);

/* "stop-first" */
const char *intrabar_text(enum config_intrabar intrabar);

#endif
