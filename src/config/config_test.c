/* config_test.c: what a configuration may say, and what it is read as. */
#include "config/config_test.h"

#include <unistd.h>

#include "base/money.h"
#include "base/utc.h"
#include "strategy/table.h"

Test(config, the_right_one_gives_every_value)
{
    char *text = with_line(0, NULL);
    struct run_config config = must_parse(text);
    cr_expect_str_eq(config.path, "t.yaml");
    cr_expect_str_eq(config.bytes, text);
    cr_expect_eq(config.length, strlen(text));
    cr_expect_eq(config.mode, MODE_SIM);
    cr_expect_eq(config.bar_ns, NS_PER_MIN);
    cr_expect_eq(config.cash_e9, 100000 * MONEY_E9);
    cr_expect_eq(config.commission_e9, MONEY_E9);
    cr_assert_eq(config.symbol_count, 2);
    cr_expect_str_eq(config.symbols[0].symbol, "SPY");
    cr_expect_str_eq(config.symbols[1].symbol, "QQQ");
    cr_assert_eq(config.book_count, 1);
    const struct book_config *book = &config.books[0];
    cr_expect_eq(book->strategy, strategy_find("ma_crossover"));
    cr_expect_eq(book->parameters[PARAMETER_WARMUP_BARS], 40);
    cr_expect_eq(book->frame_ns, NS_PER_MIN);
    cr_expect_eq(book->sizing.qty_e9, 100 * MONEY_E9);
    free(text);
    config_finish(&config);
}

static void expect_limit(struct limit limit, enum limit_unit unit, int64_t value)
{
    cr_expect_eq(limit.unit, unit);
    cr_expect_eq(limit.value, value, "%lld", (long long)limit.value);
}

Test(config, limits_keep_their_unit)
{
    char *text = with_line(0, NULL);
    struct run_config config = must_parse(text);
    expect_limit(config.limits.order_notional, LIMIT_CASH, 50000 * MONEY_E9);
    expect_limit(config.limits.position_notional, LIMIT_SHARE, 600000);
    expect_limit(config.limits.open_positions, LIMIT_COUNT, 10);
    expect_limit(config.limits.orders_per_session, LIMIT_COUNT, 500);
    expect_limit(config.limits.daily_loss, LIMIT_SHARE, 20000);
    free(text);
    config_finish(&config);
}

/* The value of that parameter of the first book. */
static int64_t parameter(const struct run_config *config, const char *name)
{
    const struct strategy_def *strategy = config->books[0].strategy;
    for (size_t i = 0; strategy->parameters[i].name != NULL; i++) {
        if (strcmp(strategy->parameters[i].name, name) == 0) {
            return config->books[0].parameters[i];
        }
    }
    cr_assert_fail("no parameter %s", name);
    return 0;
}

Test(config, parameters_left_out_have_the_defaults_of_their_row)
{
    struct run_config config = must_parse(HEAD BOOKS LIMITS);
    cr_expect_eq(parameter(&config, "warmup_bars"), 50);
    cr_expect_eq(parameter(&config, "fast"), 10);
    cr_expect_eq(parameter(&config, "slow"), 30);
    cr_expect_eq(parameter(&config, "trigger"), 0);
    cr_expect_eq(config.bar_ns, 0, "the data says");
    cr_expect_null(config.symbols, "all");
    config_finish(&config);
    config = must_parse(HEAD "strategies:\n- name: ma_crossover\n  parameters: {slow: 1000, fast: "
                             "999, trigger: level}\n  frame: 1d\n  quantity: 1\n" LIMITS);
    cr_expect_eq(parameter(&config, "fast"), 999);
    cr_expect_eq(parameter(&config, "slow"), 1000);
    cr_expect_eq(parameter(&config, "trigger"), 1);
    cr_expect_eq(config.books[0].frame_ns, NS_PER_DAY);
    config_finish(&config);
}

/* Version 14 tears wide tables apart. */
/* clang-format off */
static const struct {
    uint32_t line;
    const char *replacement;
} right_lines[] = {
    {1, "mode: backtest"},
    {1, "---\nmode: sim"},
    {1, "\xef\xbb\xbfmode: sim"},
    {1, "mode:\n  sim"},
    {1, "mode: 'sim' # \xc3\xa9"},
    {2, "calendar: always\r"},
    {3, "symbols: all"},
    {3, "symbols: [BRK.B, BF-B, '3M', NO, ABCDEFGHIJKLMNO]"},
    {3, "symbols:\n- SPY\n- QQQ"},
    {4, NULL},
    {5, "cash: $0.000000001"},
    {5, "cash: \"$1,000,000.50\""},
    {5, "cash: $9,000,000,000"},
    {5, "cash: $100000"},
    {6, "commission: $0"},
    {9, NULL},
    {9, "    parameters: {}"},
    {11, "    quantity: 100 shares"},
    {11, "    quantity: 1 share"},
    {11, "    quantity: 1,000,000,000"},
    {14, "  max_position_notional: 10,000%"},
    {14, "  max_position_notional: 0.0001%"},
    {15, "  max_open_positions: 1 position"},
    {16, "  max_orders_per_session: 1,000,000,000 orders"},
    {17, "  max_daily_loss: 100%"},
    {17, "  max_daily_loss: $9,000,000,000"},
    {22, "  price_collar: 50bps\n...\n"},
};
/* clang-format on */

Test(config, every_spelling_that_is_allowed_is_read)
{
    for (size_t i = 0; i < sizeof right_lines / sizeof right_lines[0]; i++) {
        char *text = with_line(right_lines[i].line, right_lines[i].replacement);
        struct run_config config = must_parse(text);
        free(text);
        config_finish(&config);
    }
}

Test(config, amounts_are_exact)
{
    char *text = with_line(5, "cash: $1,234,567.000000001");
    struct run_config config = must_parse(text);
    cr_expect_eq(config.cash_e9, INT64_C(1234567000000001));
    free(text);
    config_finish(&config);
    text = with_line(17, "  max_daily_loss: 1.2345%");
    config = must_parse(text);
    expect_limit(config.limits.daily_loss, LIMIT_SHARE, 12345);
    free(text);
    config_finish(&config);
}

/* A configuration with that many books; the caller frees the text. */
static char *with_books(int count)
{
    char *text = calloc(1, TEXT_SIZE);
    size_t used = (size_t)snprintf(text, TEXT_SIZE, "%sstrategies:\n", HEAD);
    for (int i = 0; i < count; i++) {
        used += (size_t)snprintf(text + used, TEXT_SIZE - used,
                                 "- {name: ma_crossover, frame: 1min, quantity: %d}\n", i + 1);
    }
    (void)snprintf(text + used, TEXT_SIZE - used, "%s", LIMITS);
    return text;
}

Test(config, books_keep_the_order_of_the_file_and_their_number_ends_at_books_max)
{
    char *text = with_books(BOOKS_MAX);
    struct run_config config = must_parse(text);
    cr_expect_eq(config.book_count, BOOKS_MAX);
    cr_expect_eq(config.books[BOOKS_MAX - 1].sizing.qty_e9, BOOKS_MAX * MONEY_E9);
    config_finish(&config);
    free(text);
    text = with_books(BOOKS_MAX + 1);
    struct problem problem;
    cr_expect_eq(parse(text, &config, &problem), ERR_USAGE);
    expect_refusal("65 books", &problem, 6, 1, "65 of them; at most 64", "split");
    free(text);
}

Test(config, a_refusal_leaves_the_config_as_it_was)
{
    struct run_config config;
    memset(&config, 0x5a, sizeof config);
    struct run_config before = config;
    cr_expect_eq(parse("mode: sim", &config, NULL), ERR_USAGE, "a problem may be NULL");
    cr_expect_eq(memcmp(&config, &before, sizeof config), 0);
}

Test(config, the_hash_is_sha256_of_the_bytes)
{
    char *text = with_line(0, NULL);
    struct run_config config = must_parse(text);
    unsigned char digest[SHA256_SIZE];
    char hex[SHA256_HEX_SIZE];
    sha256(text, strlen(text), digest);
    sha256_hex(digest, hex);
    cr_expect_str_eq(config.config_hash, hex);
    config_finish(&config);
    /* A comment changes nothing but the hash. */
    text[strlen(text)] = '#';
    config = must_parse(text);
    cr_expect_str_neq(config.config_hash, hex);
    config_finish(&config);
    free(text);
}

Test(config, a_list_of_all_symbols_is_read_and_its_double_found_at_once)
{
    enum { COUNT = INSTRUMENTS_MAX, SIZE = COUNT * 12 + 4096 };
    char *text = calloc(1, SIZE);
    size_t used = (size_t)snprintf(text, SIZE, "symbols:\n");
    for (int i = 0; i < COUNT; i++) {
        used += (size_t)snprintf(text + used, SIZE - used, "- S%05d\n", i);
    }
    size_t list_end = used;
    (void)snprintf(text + used, SIZE - used,
                   "mode: sim\ncalendar: always\ncash: $1\ncommission: $1\n%s%s", BOOKS, LIMITS);
    struct run_config config = must_parse(text);
    cr_expect_eq(config.symbol_count, COUNT);
    cr_expect_str_eq(config.symbols[COUNT - 1].symbol, "S65535");
    config_finish(&config);
    memcpy(text + list_end - 7, "S00007", 6);
    struct problem problem;
    cr_expect_eq(parse(text, &config, &problem), ERR_USAGE);
    expect_refusal("double", &problem, COUNT + 1, 3, "S00007 stands twice, first in line 9",
                   "keep");
    free(text);
}

/* A file of those bytes; the caller unlinks it. */
static void write_file(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "wbe");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes, 1, length, file), length);
    cr_assert_eq(fclose(file), 0);
}

Test(config, a_file_is_read_like_its_bytes)
{
    char path[] = "/tmp/config_test.XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    (void)close(fd);
    write_file(path, HEAD BOOKS LIMITS, strlen(HEAD BOOKS LIMITS));
    struct run_config config;
    struct problem problem = {.text = ""};
    cr_expect_eq(config_read(path, &config, &problem), ERR_OK, "%s", problem.text);
    cr_expect_str_eq(config.path, path);
    config_finish(&config);
    enum { LARGE = (1 << 20) + 1 };
    char *large = malloc(LARGE);
    memset(large, '#', LARGE);
    write_file(path, large, LARGE);
    cr_expect_eq(config_read(path, &config, &problem), ERR_USAGE);
    cr_expect_not_null(strstr(problem.text, "larger than 1 MiB"));
    write_file(path, large, LARGE - 1);
    cr_expect_eq(config_read(path, &config, &problem), ERR_USAGE);
    cr_expect_not_null(strstr(problem.text, "holds no configuration"));
    free(large);
    (void)unlink(path);
}

Test(config, a_file_that_cannot_be_read_is_named)
{
    struct run_config config;
    struct problem problem;
    cr_expect_eq(config_read("/tmp", &config, &problem), ERR_USAGE);
    cr_expect_not_null(strstr(problem.text, "/tmp: error: cannot be read: Is a directory"));
    cr_expect_eq(config_read("/nowhere/x.yaml", &config, &problem), ERR_USAGE);
    cr_expect_not_null(
        strstr(problem.text, "/nowhere/x.yaml: error: cannot be read: No such file"));
    cr_expect_not_null(strstr(problem.text, "\nhint: "));
}

Test(config, the_examples_are_right)
{
    static const struct {
        const char *path;
        enum run_mode mode;
    } files[] = {
        {"bench/workload.yaml",            MODE_BACKTEST},
        {"examples/daily_portfolio.yaml",  MODE_BACKTEST},
        {"examples/intraday.yaml",         MODE_BACKTEST},
        {"examples/mock_broker.yaml",      MODE_SIM     },
        {"examples/own_data.yaml",         MODE_BACKTEST},
        {"examples/quickstart.yaml",       MODE_SIM     },
        {"examples/seven_strategies.yaml", MODE_SIM     },
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct run_config config;
        struct problem problem = {.text = ""};
        cr_assert_eq(config_read(files[i].path, &config, &problem), ERR_OK, "%s", problem.text);
        cr_expect_eq(config.mode, files[i].mode);
        cr_expect_eq(config.warning_count, 0, "%s: %s", files[i].path,
                     config.warning_count > 0 ? config.warnings[0].text : "");
        config_finish(&config);
    }
}

Test(config, finish_accepts_null_and_what_is_finished)
{
    struct run_config config = must_parse(HEAD BOOKS LIMITS);
    config_finish(&config);
    config_finish(&config);
    config_finish(NULL);
    cr_expect_null(config.bytes);
}

Test(run_mode, has_the_word_of_the_config)
{
    cr_expect_str_eq(run_mode_text(MODE_BACKTEST), "backtest");
    cr_expect_str_eq(run_mode_text(MODE_SIM), "sim");
}
