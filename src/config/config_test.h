/* config_test.h: a right configuration with a line to change, for the tests of config.h. */
#ifndef CONFIG_CONFIG_TEST_H
#define CONFIG_CONFIG_TEST_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

/* A right configuration; the tests change a line of it. */
static const char *const right[] = {
    "mode: sim",                                                             /* 1 */
    "calendar: always",                                                      /* 2 */
    "symbols: [SPY, QQQ]",                                                   /* 3 */
    "bar: 1min",                                                             /* 4 */
    "cash: $100,000",                                                        /* 5 */
    "commission: $1",                                                        /* 6 */
    "strategies:",                                                           /* 7 */
    "  - name: ma_crossover",                                                /* 8 */
    "    parameters: {fast: 10, slow: 30, trigger: level, warmup_bars: 40}", /* 9 */
    "    frame: 1min",                                                       /* 10 */
    "    quantity: 100",                                                     /* 11 */
    "limits:",                                                               /* 12 */
    "  max_order_notional: $50,000",                                         /* 13 */
    "  max_position_notional: 60%",                                          /* 14 */
    "  max_open_positions: 10 positions",                                    /* 15 */
    "  max_orders_per_session: 500 orders",                                  /* 16 */
    "  max_daily_loss: 2%",                                                  /* 17 */
    "  max_exposure: 100%",                                                  /* 18 */
    "  max_orders_per_strategy: 100 orders",                                 /* 19 */
    "  min_time_between_entries: 60s",                                       /* 20 */
    "  max_portfolio_heat: 25%",                                             /* 21 */
    "  price_collar: 50bps",                                                 /* 22 */
};

enum { LINE_COUNT = sizeof right / sizeof right[0], TEXT_SIZE = 32768 };

/* The right configuration with one line (from 1) replaced, or left out for NULL; the caller frees
 * the text. */
static inline char *with_line(uint32_t line, const char *replacement)
{
    char *text = calloc(1, TEXT_SIZE);
    size_t used = 0;
    for (uint32_t i = 0; i < LINE_COUNT; i++) {
        const char *shown = i + 1 == line ? replacement : right[i];
        if (shown != NULL) {
            used += (size_t)snprintf(text + used, TEXT_SIZE - used, "%s\n", shown);
        }
    }
    return text;
}

static inline enum err parse(const char *text, struct run_config *config, struct problem *problem)
{
    return config_parse("t.yaml", text, strlen(text), config, problem);
}

/* The problem reads FILE:LINE:COLUMN: error: ...text..., the line, the caret, hint: ...hint... */
static inline void expect_refusal(const char *what, const struct problem *problem, uint32_t line,
                                  uint32_t column, const char *text, const char *hint)
{
    char place[64];
    (void)snprintf(place, sizeof place, "t.yaml:%u:%u: error: ", line, column);
    cr_expect_eq(problem->err, ERR_USAGE, "%s: err %d", what, problem->err);
    cr_expect(strncmp(problem->text, place, strlen(place)) == 0, "%s: not at %s\n%s", what, place,
              problem->text);
    const char *hint_at = strstr(problem->text, "\nhint: ");
    cr_assert_not_null(hint_at, "%s: no hint\n%s", what, problem->text);
    const char *found = strstr(problem->text, text);
    cr_expect(found != NULL && found < hint_at, "%s: does not say \"%s\"\n%s", what, text,
              problem->text);
    cr_expect_not_null(strstr(hint_at, hint), "%s: does not hint \"%s\"\n%s", what, hint,
                       problem->text);
    const char *caret = strstr(problem->text, "^\nhint: ");
    cr_assert_not_null(caret, "%s: no caret\n%s", what, problem->text);
    cr_expect(column > 60 || caret[-(ptrdiff_t)column - 4] == '\n',
              "%s: the caret stands elsewhere\n%s", what, problem->text);
}

/* What no single line of the right configuration can show. */
#define HEAD                                                                                       \
    "mode: sim\ncalendar: always\nsymbols: all\ncash: $100,000\ncommission: $1\n"   /* lines 1..5 */
#define BOOKS "strategies:\n  - {name: ma_crossover, frame: 1min, quantity: 100}\n" /* 2 lines */
#define LIMITS                                                                                     \
    "limits:\n  max_order_notional: $1\n  max_position_notional: 1%\n"                             \
    "  max_open_positions: 1 position\n  max_orders_per_session: 1 order\n  max_daily_loss: 1%\n"  \
    "  max_exposure: 100%\n  max_orders_per_strategy: 1 order\n"                                   \
    "  min_time_between_entries: 0s\n  max_portfolio_heat: 25%\n  price_collar: 1%\n"

/* Fails the test with the problem's words unless the text is a configuration. */
static inline struct run_config must_parse(const char *text)
{
    struct run_config config;
    struct problem problem = {.text = ""};
    cr_assert_eq(parse(text, &config, &problem), ERR_OK, "%s", problem.text);
    return config;
}

#endif
