/* refusals_test.c: where and how a wrong configuration is refused: line, column, caret and hint. */
#include "config/config_test.h"

/* Version 14 tears wide tables apart. */
/* clang-format off */
static const struct {
    const char *what;
    uint32_t line;           /* of the right configuration, replaced by ... */
    const char *replacement; /* ... this */
    uint32_t want_line, want_column;
    const char *text, *hint;
} wrong_lines[] = {
    /* keys */
    {"unknown key", 5, "colour: red", 5, 1, "unknown key \"colour\"", "known keys: mode, calendar"},
    {"mistyped key", 4, "baar: 1min", 4, 1, "unknown key \"baar\"", "did you mean bar?"},
    {"swapped letters", 5, "csah: $1", 5, 1, "unknown key \"csah\"", "did you mean cash?"},
    {"mistyped limit", 17, "  max_dayly_loss: 2%", 17, 3, "limits: unknown key",
     "did you mean max_daily_loss?"},
    {"unknown key of a strategy", 11, "    amount: 100", 11, 5, "strategies: unknown key",
     "known keys: plugin, name"},
    {"key with upper case", 1, "Mode: sim", 1, 1, "unknown key \"Mode\"", "did you mean mode?"},
    {"key twice", 6, "cash: $5", 6, 1, "\"cash\" stands twice, first in line 5", "keep one"},
    {"limit twice", 17, "  max_order_notional: 2%", 17, 3, "stands twice", "keep one"},
    {"mode missing", 1, NULL, 1, 1, "the key mode is missing", "add \"mode: sim\""},
    {"calendar missing", 2, NULL, 1, 1, "the key calendar is missing", "calendar: always"},
    {"symbols missing", 3, NULL, 1, 1, "the key symbols is missing", "symbols: all"},
    {"cash missing", 5, NULL, 1, 1, "the key cash is missing", "cash: $100,000"},
    {"commission missing", 6, NULL, 1, 1, "the key commission is missing", "commission: $1"},
    {"name missing", 8, "  -", 9, 5, "the key name is missing", "name: ma_crossover"},
    {"quantity missing", 11, NULL, 8, 5, "the key quantity is missing", "quantity: 100"},
    {"a limit missing", 13, NULL, 12, 1, "limits: the key max_order_notional is missing",
     "most that one entry order"},
    {"daily loss missing", 17, NULL, 12, 1, "the key max_daily_loss is missing",
     "max_daily_loss: 2%"},
    {"count limit missing", 15, NULL, 12, 1, "max_open_positions is missing", "10 positions"},
    /* mode, calendar, bar, symbols */
    {"live", 1, "mode: live", 1, 7, "not in this version", "mode: sim"},
    {"no mode", 1, "mode: fast", 1, 7, "\"fast\" is no mode", "mode: backtest"},
    {"mode left out", 1, "mode:", 1, 1, "mode: the value is missing", "mode: sim"},
    {"mode as a list", 1, "mode: [sim]", 1, 7, "a list where a text is expected", "mode: sim"},
    {"mode as a map", 1, "mode: {sim: 1}", 1, 7, "a map where a text is expected", "mode: sim"},
    {"other calendar", 2, "calendar: NYSE", 2, 11, "none of its words", "did you mean XNYS?"},
    {"minutes as m", 4, "bar: 1m", 4, 6, "\"1m\" is not a bar length", "1min"},
    {"odd length", 4, "bar: 7min", 4, 6, "not a bar length", "1min"},
    {"length without unit", 4, "bar: 60", 4, 6, "not a bar length", "1min"},
    {"lower-case symbol", 3, "symbols: [SPY, qqq]", 3, 16, "\"qqq\" is not a symbol", "upper-case"},
    {"long symbol", 3, "symbols: [ABCDEFGHIJKLMNOP]", 3, 11, "longer than 15", "short names"},
    {"symbol with a blank", 3, "symbols: [S PY]", 3, 11, "is not a symbol", "letters"},
    {"symbol twice", 3, "symbols: [SPY, QQQ, SPY]", 3, 21, "SPY stands twice", "keep one"},
    {"empty symbol", 3, "symbols: ['']", 3, 12, "nothing where a symbol", "[SPY, QQQ]"},
    {"list in the list", 3, "symbols: [[SPY]]", 3, 11, "a list where a symbol", "[SPY, QQQ]"},
    {"no symbols", 3, "symbols: []", 3, 10, "the list is empty", "symbols: all"},
    {"lone symbol", 3, "symbols: SPY", 3, 10, "neither all nor a list", "[SPY]"},
    {"symbols as a map", 3, "symbols: {a: b}", 3, 10, "a map where a text", "symbols: all"},
    /* money */
    {"bare cash", 5, "cash: 100000", 5, 7, "\"100000\" has no unit", "write $100,000"},
    {"bare grouped cash", 5, "cash: 1,000.5", 5, 7, "has no unit", "write $1,000.5"},
    {"torn groups", 5, "cash: $50,00", 5, 7, "comma", "$100,000"},
    {"long first group", 5, "cash: $5000,000", 5, 7, "comma", "$100,000"},
    {"comma first", 5, "cash: $,000", 5, 7, "not a plain number", "$100,000"},
    {"comma in the decimals", 5, "cash: $1.000,5", 5, 7, "comma", "$100,000"},
    {"exponent", 5, "cash: $1e5", 5, 7, "exponent", "$100,000"},
    {"bare exponent", 5, "cash: 1E5", 5, 7, "exponent", "$100,000"},
    {"negative behind $", 5, "cash: $-5", 5, 7, "is negative", "$100,000"},
    {"negative before $", 5, "cash: -$5", 5, 7, "is negative", "$100,000"},
    {"plus sign", 5, "cash: $+5", 5, 7, "plus sign", "$100,000"},
    {"NaN", 5, "cash: $NaN", 5, 7, "is not a number", "$100,000"},
    {"bare nan", 5, "cash: .nan", 5, 7, "is not a number", "$100,000"},
    {"infinity", 5, "cash: inf", 5, 7, "is not a number", "$100,000"},
    {"lone $", 5, "cash: $", 5, 7, "has no number", "$100,000"},
    {"two points", 5, "cash: $1.2.3", 5, 7, "not a plain number", "$100,000"},
    {"lone point", 5, "cash: $1.", 5, 7, "not a plain number", "$100,000"},
    {"point first", 5, "cash: $.5", 5, 7, "not a plain number", "$100,000"},
    {"blank behind $", 5, "cash: $ 5", 5, 7, "not a plain number", "$100,000"},
    {"leading zeros", 5, "cash: $007", 5, 7, "a zero too many", "$100,000"},
    {"ten decimals", 5, "cash: $1.0000000001", 5, 7, "nine decimals", "$100,000"},
    {"too large", 5, "cash: $9,000,000,001", 5, 7, "too large", "$9,000,000,000"},
    {"far too large", 5, "cash: $99999999999999999999999999999", 5, 7, "too large", "up to"},
    {"share for cash", 5, "cash: 5%", 5, 7, "has the unit \"%\"", "$100,000"},
    {"euro", 5, "cash: 5 EUR", 5, 7, "has the unit \"EUR\"", "$100,000"},
    {"word", 5, "cash: plenty", 5, 7, "is not an amount of money", "$100,000"},
    {"no cash", 5, "cash: $0", 5, 7, "buys nothing", "$100,000"},
    {"bare commission", 6, "commission: 1", 6, 13, "has no unit", "write $1"},
    {"negative commission", 6, "commission: $-1", 6, 13, "is negative", "$"},
    {"commission as a share", 6, "commission: 0.1%", 6, 13, "has the unit \"%\"", "$0.50"},
    /* strategies */
    {"unknown strategy", 8, "  - name: magic", 8, 11, "unknown strategy \"magic\"",
     "known strategies: ma_crossover"},
    {"mistyped strategy", 8, "  - name: ma_crosover", 8, 11, "unknown strategy",
     "did you mean ma_crossover?"},
    {"unknown parameter", 9, "    parameters: {period: 5}", 9, 18, "unknown parameter \"period\"",
     "ma_crossover has the parameters warmup_bars, fast, slow, trigger"},
    {"mistyped parameter", 9, "    parameters: {fats: 5}", 9, 18, "unknown parameter",
     "did you mean fast?"},
    {"below its range", 9, "    parameters: {fast: 0}", 9, 24, "fast: \"0\" is too small",
     "1..999"},
    {"above its range", 9, "    parameters: {slow: 1001}", 9, 24, "slow: \"1001\" is too large",
     "2..1000"},
    {"negative parameter", 9, "    parameters: {fast: -3}", 9, 24, "is negative", "1..999"},
    {"part of a bar", 9, "    parameters: {fast: 2.5}", 9, 24, "not a whole number", "1..999"},
    {"parameter with a unit", 9, "    parameters: {fast: 10 bars}", 9, 24, "not a plain number",
     "1..999"},
    {"parameter left out", 9, "    parameters: {fast: }", 9, 18, "has no number", "1..999"},
    {"parameter as a list", 9, "    parameters: {fast: [1]}", 9, 24, "a list where a single value",
     "fast: VALUE"},
    {"unknown word", 9, "    parameters: {trigger: both}", 9, 27, "not one of its words",
     "write one of: cross, level"},
    {"contradiction", 9, "    parameters: {fast: 30, slow: 10}", 9, 5, "fast must be smaller",
     "change one"},
    {"contradicts a default", 9, "    parameters: {fast: 30}", 9, 5, "fast must be smaller",
     "default"},
    {"parameters as a list", 9, "    parameters: [fast]", 9, 17, "a list where a map",
     "{fast: 10}"},
    {"frame finer than bar", 10, "    frame: 30s", 10, 12, "30s is finer than bar: 1min",
     "frame: 1min"},
    {"no such frame", 10, "    frame: often", 10, 12, "not a bar length", "1min"},
    {"no shares", 11, "    quantity: 0", 11, 15, "too small", "whole number"},
    {"part of a share", 11, "    quantity: 1.5", 11, 15, "not a whole number", "shares"},
    {"quantity of contracts", 11, "    quantity: 5 contracts", 11, 15, "has the unit \"contracts\"",
     "write 5 shares"},
    {"quantity in money", 11, "    quantity: $500", 11, 15, "not a plain number", "shares"},
    {"negative quantity", 11, "    quantity: -100", 11, 15, "is negative", "shares"},
    {"too many shares", 11, "    quantity: 1,000,000,001", 11, 15, "too large", "1,000,000,000"},
    /* limits */
    {"bare limit", 14, "  max_position_notional: 60", 14, 26, "\"60\" has no unit",
     "60 could mean $60 or 60%: write one of them"},
    {"bare large limit", 14, "  max_position_notional: 50000", 14, 26, "has no unit",
     "write $50,000"},
    {"bare loss", 17, "  max_daily_loss: 2.5", 17, 19, "has no unit", "$2.5 or 2.5%"},
    {"bare zero", 17, "  max_daily_loss: 0", 17, 19, "has no unit", "above zero"},
    {"zero dollars", 13, "  max_order_notional: $0.00", 13, 23, "is zero", "$50,000"},
    {"zero percent", 14, "  max_position_notional: 0%", 14, 26, "is zero", "60%"},
    {"negative percent", 14, "  max_position_notional: -5%", 14, 26, "is negative", "60%"},
    {"loss above everything", 17, "  max_daily_loss: 100.1%", 17, 19, "above 100%", "at most 100%"},
    {"loss a hair above", 17, "  max_daily_loss: 100.00001%", 17, 19, "above 100%", "at most"},
    {"share too large", 14, "  max_position_notional: 10,001%", 14, 26, "above 10,000%",
     "at most 10,000%"},
    {"share far too large", 14, "  max_position_notional: 99999999999%", 14, 26, "above 10,000%",
     "at most"},
    {"share too fine", 14, "  max_position_notional: 0.00001%", 14, 26, "four decimals", "0.0001%"},
    {"basis points", 17, "  max_daily_loss: 200bps", 17, 19, "has the unit \"bps\"", "60%"},
    {"count for money", 13, "  max_order_notional: 10 orders", 13, 23, "has the unit \"orders\"",
     "$50,000"},
    {"exponent percent", 14, "  max_position_notional: 1e2%", 14, 26, "exponent", "60%"},
    {"lone percent", 14, "  max_position_notional: '%'", 14, 27, "has no number", "60%"},
    {"bare count", 15, "  max_open_positions: 10", 15, 23, "\"10\" has no unit",
     "write 10 positions"},
    {"wrong noun", 15, "  max_open_positions: 10 orders", 15, 23, "has the unit \"orders\"",
     "write 10 positions"},
    {"wrong plural", 15, "  max_open_positions: 2 position", 15, 23, "has the unit \"position\"",
     "write 2 positions"},
    {"percent for a count", 16, "  max_orders_per_session: 50%", 16, 27, "has the unit \"%\"",
     "write 50 orders"},
    {"dollars for a count", 16, "  max_orders_per_session: $50", 16, 27, "not a plain number",
     "1 to 1,000,000,000 orders"},
    {"half a position", 15, "  max_open_positions: 1.5 positions", 15, 23, "not a whole number",
     "whole number"},
    {"no positions", 15, "  max_open_positions: 0 positions", 15, 23, "too small", "1 to"},
    {"negative count", 15, "  max_open_positions: -1 positions", 15, 23, "is negative", "1 to"},
    {"count with an exponent", 16, "  max_orders_per_session: 1e3 orders", 16, 27, "exponent",
     "whole number"},
    {"count too large", 16, "  max_orders_per_session: 1000000001 orders", 16, 27, "too large",
     "1,000,000,000 orders"},
    {"limit left out", 17, "  max_daily_loss:", 17, 3, "the value is missing",
     "max_daily_loss: 2%"},
    /* YAML */
    {"anchor", 5, "cash: &c $100,000", 5, 10, "anchors", "write the value itself"},
    {"alias", 5, "cash: *c", 5, 8, "aliases", "write the value itself"},
    {"tag", 5, "cash: !!str $5", 5, 13, "tags", "write the value itself"},
    {"anchor on a map", 12, "limits: &l", 13, 3, "anchors", "write the value itself"},
    {"map as a key", 1, "? {a: b}\n: sim", 1, 3, "a key must be a plain word", "key: value"},
    {"not UTF-8", 5, "cash: \xff", 5, 7, "not UTF-8 (byte 0xff)", "UTF-8"},
    {"overlong UTF-8", 5, "cash: \xc0\xaf", 5, 7, "not UTF-8", "UTF-8"},
    {"surrogate", 5, "cash: \xed\xa0\x80", 5, 7, "not UTF-8", "UTF-8"},
    {"control character", 5, "cash: \x1b[31m", 5, 7, "control character (byte 0x1b)", "delete it"},
    {"carriage return alone", 5, "cash: $1\rx", 5, 9, "control character", "line feed"},
    {"NUL by escape", 1, "mode: \"si\\0m\"", 1, 8, "NUL character", "plain text"},
    {"column behind wide letters", 5, "\xc3\xa9\xc3\xa9: &x 1", 5, 8, "anchors", "write"},
    {"list unclosed", 3, "symbols: [SPY", 5, 5, "YAML: missing comma in flow sequence",
     "key: value"},
    {"stray indent", 2, "   calendar: always", 1, 7, "YAML: ", "key: value"},
    {"stray text", 2, "calendar", 2, 1, "YAML: ", "key: value"},
    {"tab indent", 8, "\t- name: x", 8, 1, "YAML: ", "key: value"},
    {"directive", 1, "%YAML 1.1\n---\nmode: sim", 1, 1, "directives", "delete"},
    {"second document", 12, "---\nlimits:", 13, 1, "second YAML document", "one document"},
    {"too deep", 3, "symbols: [[[[[[[[[[SPY]]]]]]]]]]", 3, 17, "levels deep", "so deep"},
};
/* clang-format on */

Test(refusals, every_wrong_line_is_refused_where_it_stands_with_a_hint)
{
    for (size_t i = 0; i < sizeof wrong_lines / sizeof wrong_lines[0]; i++) {
        struct problem problem = {.err = ERR_OK};
        struct run_config config;
        char *text = with_line(wrong_lines[i].line, wrong_lines[i].replacement);
        enum err err = parse(text, &config, &problem);
        free(text);
        cr_expect_eq(err, ERR_USAGE, "%s: accepted", wrong_lines[i].what);
        if (err == ERR_OK) {
            config_finish(&config);
            continue;
        }
        expect_refusal(wrong_lines[i].what, &problem, wrong_lines[i].want_line,
                       wrong_lines[i].want_column, wrong_lines[i].text, wrong_lines[i].hint);
        if (getenv("SHOW") != NULL) {
            (void)fprintf(stderr, "--- %s\n%s\n", wrong_lines[i].what, problem.text);
        }
    }
}

/* Version 14 tears wide tables apart. */
/* clang-format off */
static const struct {
    const char *what, *bytes;
    uint32_t want_line, want_column;
    const char *text, *hint;
} wrong_texts[] = {
    {"empty file", "", 1, 1, "holds no configuration", "examples/quickstart.yaml"},
    {"blank lines", "\n\n\n", 1, 1, "holds no configuration", "examples/quickstart.yaml"},
    {"only comments", "# nothing\n# here\n", 1, 1, "holds no configuration", "examples"},
    {"only a marker", "---\n", 1, 1, "a text where a map of keys", "known keys: mode"},
    {"a text", "hello", 1, 1, "a text where a map of keys", "known keys: mode"},
    {"a list", "- mode: sim\n", 1, 1, "a list where a map of keys", "known keys: mode"},
    {"empty map", "{}", 1, 1, "the key mode is missing", "mode: sim"},
    {"ends in a list", "mode: sim\nsymbols: [SPY,\n\n", 2, 15, "YAML: ", "key: value"},
    {"ends in quotes", "mode: \"sim\n", 1, 8, "YAML: ", "key: value"},
    {"ends in a letter", "mode: \xe2\x82", 1, 7, "not UTF-8", "UTF-8"},
    {"value on a later line", "mode:\n\n\n  fast\n" HEAD, 5, 1, "stands twice", "keep one"},
    {"strategies left out", HEAD LIMITS, 1, 1, "the key strategies is missing", "ma_crossover"},
    {"limits left out", HEAD BOOKS, 1, 1, "the key limits is missing", "no defaults"},
    {"no strategies", HEAD "strategies: []\n" LIMITS, 6, 13, "the list is empty", "- name:"},
    {"strategies as a map", HEAD "strategies: {name: ma_crossover}\n" LIMITS, 6, 13,
     "a map where a list is expected", "strategies: [{"},
    {"strategy as a text", HEAD "strategies: [ma_crossover]\n" LIMITS, 6, 14,
     "a text where a map of keys", "known keys: plugin, name"},
    {"limits as a text", HEAD BOOKS "limits: none\n", 8, 1, "limits: a text where a map", "max_"},
    {"limits as a list", HEAD BOOKS "limits: [2%]\n", 8, 1, "limits: a list where a map", "max_"},
    {"comma in a flow map", HEAD BOOKS "limits: {max_order_notional: $50,000}\n", 8, 34,
     "unknown key \"000\"", "quote the amount"},
};
/* clang-format on */

Test(refusals, every_wrong_text_is_refused_where_it_goes_wrong)
{
    for (size_t i = 0; i < sizeof wrong_texts / sizeof wrong_texts[0]; i++) {
        struct problem problem = {.err = ERR_OK};
        struct run_config config;
        cr_assert_eq(parse(wrong_texts[i].bytes, &config, &problem), ERR_USAGE, "%s: accepted",
                     wrong_texts[i].what);
        expect_refusal(wrong_texts[i].what, &problem, wrong_texts[i].want_line,
                       wrong_texts[i].want_column, wrong_texts[i].text, wrong_texts[i].hint);
        if (getenv("SHOW") != NULL) {
            (void)fprintf(stderr, "--- %s\n%s\n", wrong_texts[i].what, problem.text);
        }
    }
}

Test(refusals, long_values_are_cut_in_messages)
{
    char line[2000] = "mode: ";
    memset(line + 6, 'x', sizeof line - 7);
    char *text = with_line(1, line);
    struct problem problem;
    struct run_config config;
    cr_expect_eq(parse(text, &config, &problem), ERR_USAGE);
    expect_refusal("long", &problem, 1, 7, "xxx...\" is no mode", "mode: sim");
    cr_expect_lt(strlen(problem.text), 400);
    free(text);
}

Test(refusals, a_long_line_is_shown_around_the_caret)
{
    char line[300];
    (void)snprintf(line, sizeof line, "mode: %200sfast # %60s", "", "");
    char *text = with_line(1, line);
    struct problem problem;
    struct run_config config;
    cr_expect_eq(parse(text, &config, &problem), ERR_USAGE);
    expect_refusal("long line", &problem, 1, 207, "is no mode", "mode: sim");
    const char *drawn = strchr(problem.text, '\n') + 1;
    const char *caret_line = strchr(drawn, '\n') + 1;
    const char *caret = strchr(caret_line, '^');
    cr_expect_lt(caret_line - drawn, 106);
    cr_expect(strncmp(drawn + (caret - caret_line), "fast", 4) == 0, "%s", problem.text);
    free(text);
}
