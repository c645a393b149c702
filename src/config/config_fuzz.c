/* config_fuzz.c: any bytes are either refused with words or give a configuration that may run. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
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
    CHECK(limit->unit == LIMIT_CASH || limit->unit == LIMIT_SHARE || limit->unit == LIMIT_COUNT);
    CHECK(limit->value > 0);
}

static void check_book(const struct book_config *book, int64_t bar_ns)
{
    CHECK(book->strategy != NULL && book->frame_ns > 0 &&);
    CHECK(bar_ns == 0 || book->frame_ns == bar_ns);
    for (size_t i = 0; book->strategy->parameters[i].name != NULL; i++) {
        const struct parameter_def *parameter = &book->strategy->parameters[i];
        CHECK(parameter->type != PARAMETER_COUNT || book->parameters[i] >= parameter->minimum);
        CHECK(parameter->type != PARAMETER_COUNT || book->parameters[i] <= parameter->maximum);
    }
    CHECK(book->strategy->fault == NULL || book->strategy->fault(book->parameters) == NULL);
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
    CHECK(config.mode == MODE_SIM || config.mode == MODE_BACKTEST);
    CHECK(config.cash_e9 > 0 && config.commission_e9 >= 0);
    CHECK(config.length == length && memcmp(config.bytes, bytes, length) == 0);
    CHECK(config.book_count >= 1 && config.book_count <= BOOKS_MAX);
    for (uint32_t i = 0; i < config.book_count; i++) {
        check_book(&config.books[i], config.bar_ns);
    }
    config_finish(&config);
    return 0;
}
