/* config_fuzz.c: any bytes are either refused with words or give a configuration that may run. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "config/at_risk.h"
#include "config/config.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);
const char *__lsan_default_suppressions(void);

/* libfyaml 0.7.12 loses half a kilobyte after some syntax errors; our own leaks still count. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml.so";
}

static void check_limit(const struct limit *limit)
{
    CHECK(limit->unit >= LIMIT_CASH && limit->unit <= LIMIT_PPM);
    CHECK(limit->value > 0 || (limit->unit == LIMIT_DURATION && limit->value == 0));
}

static void check_sizing(const struct book_config *book)
{
    const struct sizing *sizing = &book->sizing;
    CHECK(sizing->kind < SIZING_COUNT && sizing->capital_ppm > 0);
    CHECK(sizing->kind != SIZING_FIXED || sizing->qty_e9 > 0);
    CHECK(sizing->kind == SIZING_FIXED || sizing->kind == SIZING_HALF_KELLY ||
          sizing->share_ppm > 0);
    CHECK(sizing->kind != SIZING_RISK || book->exits.stop.unit != EXIT_NONE);
}

static void check_distance(struct exit_distance distance)
{
    CHECK(distance.unit == EXIT_NONE ? distance.value == 0 : distance.value > 0);
}

static void check_exits(const struct run_config *config, const struct exit_plan *exits)
{
    check_distance(exits->target);
    check_distance(exits->stop);
    check_distance(exits->trailing);
    CHECK(exits->time_limit_ns == 0 || exits->time_limit_bars == 0);
    CHECK(exits->flat_before_close_ns == 0 || config->calendar != CALENDAR_ALWAYS);
    CHECK(exits->atr_window >= 1 && exits->atr_window <= 1000);
}

static void check_book(const struct run_config *config, const struct book_config *book)
{
    CHECK(book->strategy != NULL && book->frame_ns > 0 && book->plugin == NULL);
    CHECK(config->bar_ns == 0 || book->frame_ns % config->bar_ns == 0);
    for (size_t i = 0; book->strategy->parameters[i].name != NULL; i++) {
        const struct parameter_def *parameter = &book->strategy->parameters[i];
        CHECK(parameter->type == PARAMETER_CHOICE || book->parameters[i] >= parameter->minimum);
        CHECK(parameter->type == PARAMETER_CHOICE || book->parameters[i] <= parameter->maximum);
    }
    CHECK(book->strategy->fault == NULL || book->strategy->fault(book->parameters) == NULL);
    check_sizing(book);
    check_exits(config, &book->exits);
}

static void check_exchange(const struct exchange_config *exchange)
{
    CHECK(exchange->margin || (exchange->multiplier == 1 && !exchange->shorting));
    CHECK(!exchange->margin || !exchange->settled_only);
    CHECK(exchange->multiplier == 1 || exchange->multiplier == 2 || exchange->multiplier == 4);
    CHECK(exchange->reject_ppm >= 0 && exchange->reject_ppm <= 1000000);
}

static void check_money(const struct run_config *config)
{
    static const struct last_prices no_prices = {0};
    struct at_risk risk;
    at_risk_reckon(config, &no_prices, &risk);
    CHECK(risk.daily_loss.value >= 0 && risk.invested.value >= 0);
    CHECK(risk.trade.value >= 0 && risk.trade.value <= risk.order.value);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    struct run_config config;
    struct problem problem = {.err = ERR_OK};
    enum err err = config_parse("fuzz.yaml", (const char *)bytes, length, &config, &problem);
    if (err != ERR_OK) {
        CHECK(err == ERR_USAGE && problem.err == ERR_USAGE);
        CHECK(strncmp(problem.text, "fuzz.yaml:", 10) == 0);
        CHECK(strstr(problem.text, "\nhint: ") != NULL);
        return 0;
    }
#define X(field, key, kind, noun, help) check_limit(&config.limits.field);
    LIMIT_LIST(X)
#undef X
    CHECK(config.mode >= MODE_BACKTEST && config.mode <= MODE_PAPER);
    CHECK(config.cash_e9 > 0 && config.commission_e9 >= 0);
    CHECK(config.length == length && memcmp(config.bytes, bytes, length) == 0);
    CHECK(config.book_count >= 1 && config.book_count <= BOOKS_MAX);
    for (uint32_t i = 0; i < config.book_count; i++) {
        check_book(&config, &config.books[i]);
    }
    check_exchange(&config.exchange);
    check_money(&config);
    config_finish(&config);
    return 0;
}
