/* grammar_test.c: every key gives its value; presets and profiles give theirs, and lose to what is
 * written. The refusals are in refusals_test.c and tests/wrong_configs. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/money.h"
#include "base/utc.h"
#include "config/config.h"
#include "config/exchange_keys.h"
#include "config/presets.h"
#include "config/texts.h"
#include "config/units.h"

#define HEAD "mode: backtest\ncalendar: XNYS\nsymbols: [SPY, QQQ, IWM]\ncash: $100,000\n"
#define LIMITS                                                                                     \
    "limits:\n  max_order_notional: 30%\n  max_position_notional: 30%\n  max_exposure: $80,000\n"  \
    "  max_open_positions: 4 positions\n  max_orders_per_session: 50 orders\n"                     \
    "  max_orders_per_strategy: 1 order\n  min_time_between_entries: 1.5min\n"                     \
    "  max_daily_loss: 2%\n  max_portfolio_heat: 25%\n  price_collar: 50bps\n"

/* The configuration with those lines between its head and its limits. */
static struct run_config parse(const char *body)
{
    char text[8192];
    struct run_config config;
    struct problem problem = {.text = ""};
    (void)snprintf(text, sizeof text, "%s%s%s", HEAD, body, LIMITS);
    cr_assert_eq(config_parse("t.yaml", text, strlen(text), &config, &problem), ERR_OK, "%s",
                 problem.text);
    return config;
}

/* One book with those lines. */
static struct run_config parse_book(const char *lines)
{
    char text[4096];
    (void)snprintf(text, sizeof text, "commission: $0\nstrategies:\n  - name: ma_crossover\n%s",
                   lines);
    return parse(text);
}

/* A book's parameter by its name; -1: it has none. */
static int64_t parameter(const struct book_config *book, const char *name)
{
    for (size_t i = 0; book->strategy->parameters[i].name != NULL; i++) {
        if (strcmp(book->strategy->parameters[i].name, name) == 0) {
            return book->parameters[i];
        }
    }
    return -1;
}

Test(grammar, the_head_gives_every_value)
{
    struct run_config config =
        parse("hours: extended\nbar: 5min\ntz: +05:30\nactions: a.csv\nassume_adjusted: yes\n"
              "commission: {per_fill: $0.25, per_share: $0.005, minimum: $1}\n"
              "strategies:\n  - {name: ma_crossover, quantity: 1}\n");
    cr_expect_eq(config.calendar, CALENDAR_XNYS);
    cr_expect(config.extended_hours);
    cr_expect_eq(config.bar_ns, 5 * NS_PER_MIN);
    cr_expect_str_eq(config.tz, "+05:30");
    cr_expect_str_eq(config.actions_path, "a.csv");
    cr_expect(config.assume_adjusted);
    cr_expect_eq(config.commission_e9, 250000000);
    cr_expect_eq(config.exchange.commission_per_share_e9, 5000000);
    cr_expect_eq(config.exchange.commission_min_e9, MONEY_E9);
    cr_expect_eq(config.books[0].frame_ns, NS_PER_DAY, "the strategy's own");
    config_finish(&config);
}

Test(grammar, the_limits_give_every_value)
{
    struct run_config config = parse_book("    quantity: 1\n");
    cr_expect_eq(config.limits.exposure.unit, LIMIT_CASH);
    cr_expect_eq(config.limits.exposure.value, 80000 * MONEY_E9);
    cr_expect_eq(config.limits.strategy_orders.unit, LIMIT_COUNT);
    cr_expect_eq(config.limits.strategy_orders.value, 1);
    cr_expect_eq(config.limits.entry_interval.unit, LIMIT_DURATION);
    cr_expect_eq(config.limits.entry_interval.value, 90 * NS_PER_S);
    cr_expect_eq(config.limits.portfolio_heat.unit, LIMIT_SHARE);
    cr_expect_eq(config.limits.portfolio_heat.value, 250000);
    cr_expect_eq(config.limits.collar.unit, LIMIT_PPM);
    cr_expect_eq(config.limits.collar.value, 5000);
    config_finish(&config);
}

Test(grammar, an_exchange_left_out_is_the_plainest)
{
    struct run_config config = parse_book("    quantity: 1\n");
    struct exchange_config plain = {.multiplier = 1};
    cr_expect_eq(memcmp(&config.exchange, &plain, sizeof plain), 0);
    config_finish(&config);
}

#define BOOK "commission: $0\nstrategies:\n  - {name: ma_crossover, quantity: 1}\n"

Test(grammar, the_exchange_gives_every_value)
{
    struct run_config config =
        parse("exchange:\n  account: margin 4x\n  shorting: yes\n  settlement: immediate\n"
              "  latency: 250ms\n  slippage: book $0.01 100 shares\n  max_volume_share: 2.5%\n"
              "  rejects: 0.5%\n  fees: us\n  intrabar: nearest-to-open\n"
              "  seed: 18446744073709551615\n" BOOK);
    const struct exchange_config *exchange = &config.exchange;
    cr_expect(exchange->margin && exchange->shorting && exchange->fees && exchange->seed_given);
    cr_expect_not(exchange->settled_only);
    cr_expect_eq(exchange->multiplier, 4);
    cr_expect_eq(exchange->latency_ns, 250 * NS_PER_MS);
    cr_expect_eq(exchange->slippage.kind, CONFIG_SLIPPAGE_BOOK);
    cr_expect_eq(exchange->slippage.tick_e9, MONEY_E9 / 100);
    cr_expect_eq(exchange->slippage.level_qty_e9, 100 * MONEY_E9);
    cr_expect_eq(exchange->volume_share_ppm, 25000);
    cr_expect_eq(exchange->reject_ppm, 5000);
    cr_expect_eq(exchange->intrabar, CONFIG_INTRABAR_NEAREST_TO_OPEN);
    cr_expect_eq(exchange->seed, UINT64_MAX);
    config_finish(&config);
}

Test(grammar, every_slippage_is_read_and_said_again)
{
    static const struct {
        const char *text;
        enum config_slippage_kind kind;
        int64_t ppm;
        const char *said;
    } cases[] = {
        {"none",                  CONFIG_SLIPPAGE_NONE,         0,      "none"                 },
        {"5bps",                  CONFIG_SLIPPAGE_FIXED,        500,    "0.05%"                },
        {"uniform 2bps",          CONFIG_SLIPPAGE_UNIFORM,      200,    "uniform 0.02%"        },
        {"half-spread 0.04%",     CONFIG_SLIPPAGE_HALF_SPREAD,  400,    "half-spread 0.04%"    },
        {"volume-share 10%",      CONFIG_SLIPPAGE_VOLUME_SHARE, 100000, "volume-share 10%"     },
        {"book $0.05 200 shares", CONFIG_SLIPPAGE_BOOK,         0,      "book $0.05 200 shares"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char body[512];
        (void)snprintf(body, sizeof body, "exchange: {slippage: %s}\n%s", cases[i].text, BOOK);
        struct run_config config = parse(body);
        cr_expect_eq(config.exchange.slippage.kind, cases[i].kind, "%s", cases[i].text);
        cr_expect_eq(config.exchange.slippage.ppm, cases[i].ppm, "%s", cases[i].text);
        cr_expect_str_eq(slippage_text(&config.exchange.slippage).text, cases[i].said);
        config_finish(&config);
    }
}

/* What a key says wins over the profile, wherever the profile stands. */
Test(grammar, a_profile_gives_what_is_not_written)
{
    struct run_config config = parse("exchange: {latency: 1s, profile: mock}\n" BOOK);
    cr_expect_eq(config.exchange.latency_ns, NS_PER_S);
    cr_expect_eq(config.exchange.reject_ppm, 50000);
    cr_expect_eq(config.exchange.slippage.kind, CONFIG_SLIPPAGE_UNIFORM);
    cr_expect_eq(config.exchange.slippage.ppm, 200);
    cr_expect(config.exchange.round_to_cents);
    config_finish(&config);
}

Test(grammar, a_book_gives_every_value)
{
    struct run_config config = parse_book(
        "    frame: 1h\n    symbols: [QQQ, SPY]\n    capital: 50%\n    fractional: yes\n"
        "    size: {risk: 1%, cap: 25%}\n    entry: {order: limit -10bps, time_in_force: ioc}\n"
        "    exits:\n      target: $2.50\n      stop: 2.5ATR\n      trailing: 2%\n"
        "      time_limit: 20 bars\n      flat_before_close: 15min\n      opposite_signal: no\n"
        "      held_by: broker\n      atr: 20\n");
    const struct book_config *book = &config.books[0];
    cr_expect_eq(book->frame_ns, NS_PER_HOUR);
    cr_assert_eq(book->symbol_count, 2);
    cr_expect_str_eq(book->symbols[0].symbol, "QQQ");
    cr_expect_eq(book->sizing.kind, SIZING_RISK);
    cr_expect_eq(book->sizing.share_ppm, 10000);
    cr_expect_eq(book->sizing.cap_ppm, 250000);
    cr_expect_eq(book->sizing.capital_ppm, 500000);
    cr_expect(book->sizing.fractional);
    cr_expect_eq(book->entry.type, ORDER_TYPE_LIMIT);
    cr_expect_eq(book->entry.limit_offset_ppm, -1000);
    cr_expect_eq(book->entry.time_in_force, TIME_IN_FORCE_IOC);
    cr_expect_eq(book->exits.target.unit, EXIT_PRICE);
    cr_expect_eq(book->exits.target.value, 2500000000);
    cr_expect_eq(book->exits.stop.unit, EXIT_ATR);
    cr_expect_eq(book->exits.stop.value, 2500000);
    cr_expect_eq(book->exits.trailing.unit, EXIT_PPM);
    cr_expect_eq(book->exits.trailing.value, 20000);
    cr_expect_eq(book->exits.time_limit_bars, 20);
    cr_expect_eq(book->exits.time_limit_ns, 0);
    cr_expect_eq(book->exits.flat_before_close_ns, 15 * NS_PER_MIN);
    cr_expect_not(book->exits.opposite_signal);
    cr_expect(book->exits.at_broker);
    cr_expect_eq(book->exits.atr_window, 20);
    config_finish(&config);
}

Test(grammar, a_book_that_says_little_has_the_defaults)
{
    struct run_config config = parse_book("    quantity: 7 shares\n");
    const struct book_config *book = &config.books[0];
    cr_expect_null(book->symbols);
    cr_expect_null(book->preset);
    cr_expect_eq(book->sizing.kind, SIZING_FIXED);
    cr_expect_eq(book->sizing.qty_e9, 7 * MONEY_E9);
    cr_expect_eq(book->sizing.capital_ppm, 1000000);
    cr_expect_eq(book->entry.type, ORDER_TYPE_MARKET);
    cr_expect_eq(book->entry.time_in_force, TIME_IN_FORCE_GTC);
    cr_expect(book->exits.opposite_signal);
    cr_expect_eq(book->exits.atr_window, 14);
    cr_expect_eq(book->exits.stop.unit, EXIT_NONE);
    config_finish(&config);
}

Test(grammar, every_size_is_read)
{
    static const struct {
        const char *lines;
        enum sizing_kind kind;
        int64_t qty_e9, share_ppm;
    } cases[] = {
        {"    size: {shares: 5}\n",                         SIZING_FIXED,      5 * MONEY_E9, 0     },
        {"    size: {equity: 12.5%}\n",                     SIZING_EQUITY,     0,            125000},
        {"    size: {volatility: 1%}\n",                    SIZING_VOLATILITY, 0,            10000 },
        {"    size: {half_kelly: yes}\n",                   SIZING_HALF_KELLY, 0,            0     },
        {"    size: {risk: 2%}\n    exits: {stop: 1ATR}\n", SIZING_RISK,       0,            20000 },
        {"    fractional: yes\n    quantity: 0.25\n",       SIZING_FIXED,      250000000,    0     },
        {"    preset: swing\n    quantity: 3\n",            SIZING_FIXED,      3 * MONEY_E9, 0     },
        {"    preset: swing\n    size: {equity: 10%}\n",    SIZING_EQUITY,     0,            100000},
        {"    preset: swing\n    exits: {stop: 2ATR}\n",    SIZING_RISK,       0,            20000 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct run_config config = parse_book(cases[i].lines);
        const struct sizing *sizing = &config.books[0].sizing;
        cr_expect_eq(sizing->kind, cases[i].kind, "%s", cases[i].lines);
        cr_expect_eq(sizing->qty_e9, cases[i].qty_e9, "%s", cases[i].lines);
        cr_expect_eq(sizing->share_ppm, cases[i].share_ppm, "%s", cases[i].lines);
        config_finish(&config);
    }
}

/* Where a strategy is more or less sure, the preset says how sure it has to be. */
Test(grammar, a_preset_gives_the_least_confidence_and_profit)
{
    static const struct {
        const char *preset;
        int64_t confidence_e9, profit_e9;
    } rows[] = {
        {"intraday", 600000000, 300000 },
        {"swing",    650000000, 1000000},
        {"weekly",   700000000, 2500000},
        {"monthly",  750000000, 5000000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[1024];
        (void)snprintf(text, sizeof text,
                       "commission: $0\nstrategies:\n"
                       "  - {name: signals_file, signals: a.jsonl, preset: %s, quantity: 1}\n"
                       "  - {name: multi_timeframe, preset: %s, quantity: 1}\n"
                       "  - {name: multi_timeframe, preset: %s, quantity: 1,\n"
                       "     parameters: {min_alignment: 0.9}}\n",
                       rows[i].preset, rows[i].preset, rows[i].preset);
        struct run_config config = parse(text);
        cr_expect_eq(parameter(&config.books[0], "min_confidence"), rows[i].confidence_e9);
        cr_expect_eq(parameter(&config.books[0], "min_profit"), rows[i].profit_e9);
        cr_expect_eq(parameter(&config.books[1], "min_alignment"), rows[i].confidence_e9);
        cr_expect_eq(parameter(&config.books[2], "min_alignment"), 900000000, "what is written");
        config_finish(&config);
    }
}

Test(grammar, a_preset_gives_what_is_not_written)
{
    struct run_config config = parse_book("    parameters: {slow: 25}\n    exits: {stop: 1%, "
                                          "time_limit: 9 bars}\n    preset: intraday\n");
    const struct book_config *book = &config.books[0];
    cr_assert_eq(book->preset, preset_find("intraday"));
    cr_expect_eq(book->frame_ns, 5 * NS_PER_MIN);
    cr_expect_eq(book->parameters[1], 5, "fast, of the preset");
    cr_expect_eq(book->parameters[2], 25, "slow, as written");
    cr_expect_eq(book->exits.flat_before_close_ns, 30 * NS_PER_MIN);
    cr_expect_eq(book->exits.time_limit_bars, 9);
    cr_expect_eq(book->exits.time_limit_ns, 0, "one of the two");
    config_finish(&config);
    config = parse_book("    preset: monthly\n    exits: {stop: 10%}\n");
    cr_expect_eq(config.books[0].frame_ns, NS_PER_DAY);
    cr_expect_eq(config.books[0].exits.time_limit_ns, 2160 * NS_PER_HOUR);
    cr_expect_eq(config.books[0].exits.flat_before_close_ns, 0);
    config_finish(&config);
}

/* ---- what may be meant is allowed, with a word ---- */

static bool warns(const struct run_config *config, const char *text)
{
    for (uint32_t i = 0; i < config->warning_count; i++) {
        if (strstr(config->warnings[i].text, text) != NULL) {
            return true;
        }
    }
    return false;
}

#define TWO_BOOKS(size)                                                                            \
    "commission: $0\nstrategies:\n  - {name: ma_crossover, " size "}\n"                            \
    "  - {name: ma_crossover, parameters: {fast: 5}, " size "}\n"

Test(grammar, warnings_say_what_may_not_be_meant)
{
    struct run_config config = parse(TWO_BOOKS("size: {equity: 10%}"));
    cr_expect_eq(config.warning_count, 1);
    cr_expect(warns(&config, "add up to 200%"));
    config_finish(&config);
    config = parse(TWO_BOOKS("capital: 50%, size: {equity: 10%}"));
    cr_expect_eq(config.warning_count, 0);
    config_finish(&config);
    config = parse(TWO_BOOKS("quantity: 10"));
    cr_expect_eq(config.warning_count, 0, "a quantity looks at no capital");
    config_finish(&config);
    config = parse_book("    size: {equity: 40%}\n");
    cr_expect(warns(&config, "more than max_order_notional: 30%"));
    config_finish(&config);
    config = parse("bar: 1d\ncommission: $0\nstrategies:\n"
                   "  - {name: ma_crossover, quantity: 1, exits: {time_limit: 6h}}\n");
    cr_expect(warns(&config, "time_limit: 6h ends within a 1d bar"));
    config_finish(&config);
    config = parse("actions: a.csv\nassume_adjusted: yes\n" BOOK);
    cr_expect(warns(&config, "adjusted twice"));
    config_finish(&config);
}

/* One signal in two ways, side by side, is allowed. */
Test(grammar, twins_that_differ_in_anything_may_stand)
{
    static const char *const others[] = {
        "quantity: 2", "quantity: 1, frame: 1h", "quantity: 1, parameters: {fast: 9}",
        "quantity: 1, exits: {stop: 1%}", "quantity: 1, entry: {order: limit 1bps}"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char body[512];
        (void)snprintf(body, sizeof body,
                       "commission: $0\nstrategies:\n  - {name: ma_crossover, quantity: 1}\n"
                       "  - {name: ma_crossover, %s}\n",
                       others[i]);
        struct run_config config = parse(body);
        cr_expect_eq(config.book_count, 2);
        config_finish(&config);
    }
}

/* ---- strategies of plug-ins ---- */

static const struct parameter_def own_parameters[] = {
    {"warmup_bars", PARAMETER_COUNT, 50, 1, 100000, NULL, ""},
    {"threshold",           PARAMETER_DECIMAL, 20000000, -MONEY_E9, MONEY_E9, NULL, ""},
    {"pause",       PARAMETER_DURATION, NS_PER_MIN, 0, NS_PER_DAY, NULL, ""},
    {0          },
};
static const struct strategy_def own = {
    .name = "own", .parameters = own_parameters, .default_frame_ns = NS_PER_MIN};

static const struct strategy_def *load(const char *path, const char *name, struct problem *problem)
{
    if (strcmp(path, "./own.so") == 0 && strcmp(name, "own") == 0) {
        return &own;
    }
    (void)problem_set(problem, ERR_NOT_FOUND, "no %s in %s", name, path);
    return NULL;
}

static enum err parse_own(const char *book, struct run_config *config, struct problem *problem)
{
    char text[4096];
    (void)snprintf(text, sizeof text, "%scommission: $0\nstrategies:\n  - %s\n%s", HEAD, book,
                   LIMITS);
    return config_parse_with("t.yaml", text, strlen(text), load, config, problem);
}

Test(grammar, parameters_of_every_type_are_read)
{
    struct run_config config;
    struct problem problem = {.text = ""};
    cr_assert_eq(parse_own("{plugin: ./own.so, name: own, quantity: 1, parameters: {threshold: "
                           "-0.5, pause: 90s}}",
                           &config, &problem),
                 ERR_OK, "%s", problem.text);
    cr_expect_eq(config.books[0].parameters[0], 50);
    cr_expect_eq(config.books[0].parameters[1], -MONEY_E9 / 2);
    cr_expect_eq(config.books[0].parameters[2], 90 * NS_PER_S);
    cr_expect_str_eq(config.books[0].plugin, "./own.so");
    cr_expect_str_eq(parameter_text(&own_parameters[1], -MONEY_E9 / 2).text, "-0.5");
    cr_expect_str_eq(parameter_text(&own_parameters[2], 90 * NS_PER_S).text, "90s");
    config_finish(&config);
}

Test(grammar, parameters_of_every_type_have_their_ranges)
{
    static const struct {
        const char *book, *text;
    } cases[] = {
        {"{plugin: ./own.so, name: own, quantity: 1, parameters: {threshold: 1.5}}", "too large"  },
        {"{plugin: ./own.so, name: own, quantity: 1, parameters: {threshold: 5%}}",  "not a plain"},
        {"{plugin: ./own.so, name: own, quantity: 1, parameters: {pause: 2d}}",      "too large"  },
        {"{plugin: ./own.so, name: own, quantity: 1, parameters: {pause: 60}}",      "has no unit"},
        {"{plugin: ./own.so, name: other, quantity: 1}",                             "no other in"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct run_config config;
        struct problem problem = {.text = ""};
        cr_expect_eq(parse_own(cases[i].book, &config, &problem), ERR_USAGE, "%s", cases[i].book);
        cr_expect_not_null(strstr(problem.text, cases[i].text), "%s", problem.text);
    }
}

/* ---- back to words ---- */

Test(texts, values_are_said_as_they_are_written)
{
    static const int64_t durations[] = {0, 100 * NS_PER_MS, 90 * NS_PER_S, 6 * NS_PER_HOUR,
                                        30 * NS_PER_DAY};
    static const char *const said[] = {"0s", "100ms", "90s", "6h", "30d"};
    struct unit_fault fault;
    for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
        int64_t ns = -1;
        cr_expect_str_eq(unit_duration_text(durations[i]).text, said[i]);
        cr_expect(unit_duration(said[i], (struct unit_range){0, INT64_MAX}, &ns, &fault));
        cr_expect_eq(ns, durations[i]);
    }
    static const char *const distances[] = {"2ATR", "0.5ATR", "$1.25", "5%", "0.0001%"};
    for (size_t i = 0; i < sizeof distances / sizeof distances[0]; i++) {
        struct exit_distance distance;
        cr_assert(unit_distance(distances[i], 1000000, &distance, &fault), "%s", distances[i]);
        cr_expect_str_eq(unit_distance_text(distance).text, distances[i]);
    }
    cr_expect_str_eq(cash_text(-1234567890000).text, "-$1,234.56789");
    cr_expect_str_eq(cash_text(2500000000).text, "$2.50");
}

/* ---- the document ---- */

/* docs/config.md lists every limit with its sentence, and every key of the exchange. */
Test(grammar, the_document_lists_the_limits_and_the_exchange)
{
    FILE *file = fopen("docs/config.md", "rbe");
    cr_assert_not_null(file);
    char *text = calloc(1, 1 << 20);
    cr_assert_gt(fread(text, 1, (1 << 20) - 1, file), 0);
    cr_assert_eq(fclose(file), 0);
    char row[512];
#define X(field, key, kind, noun, help)                                                            \
    (void)snprintf(row, sizeof row, "| `%s` | ", (key));                                           \
    cr_expect_not_null(strstr(text, row), "no row %s", row);                                       \
    (void)snprintf(row, sizeof row, " | %s |\n", (help));                                          \
    cr_expect_not_null(strstr(text, row), "%s is not said to be:%s", (key), row);
    LIMIT_LIST(X)
#undef X
    for (const struct key *key = exchange_key_table; key->name != NULL; key++) {
        (void)snprintf(row, sizeof row, "| `%s` | ", key->name);
        cr_expect_not_null(strstr(text, row), "no row %s", row);
    }
    for (const struct preset *preset = presets; preset->name != NULL; preset++) {
        (void)snprintf(row, sizeof row, "| `%s` | ", preset->name);
        cr_expect_not_null(strstr(text, row), "no row %s", row);
    }
    free(text);
}
