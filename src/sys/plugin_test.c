/* plugin_test.c: the example is built by the command that its file tells, loaded, and run; what is
 * no plug-in, of another interface or unsound is refused. */
#include "sys/plugin.h"

#include <criterion/criterion.h>
#include <string.h>

#include "data/data_test.h"
#include "strategy/table.h"

/* Tests run in the tree's root. */
static void build(const char *source, const char *options, const char *library)
{
    char *command = xasprintf("cc -std=gnu17 -O2 -ffp-contract=off -fPIC -shared -I src %s -o '%s' "
                              "'%s'",
                              options, library, source);
    cr_assert_eq(system(command), 0, "%s", command);
    free(command);
}

Test(plugin, the_example_is_built_and_loaded)
{
    char *folder = folder_create();
    char *library = xasprintf("%s/inside_day.so", folder);
    struct problem problem = {0};
    build("examples/plugin/inside_day.c", "-Wall -Wextra -Werror", library);
    const struct strategy_def *def = plugin_strategy(library, "inside_day", &problem);
    cr_assert_not_null(def, "%s", problem.text);
    cr_expect_str_eq(def->name, "inside_day");
    cr_expect_eq(plugin_strategy(library, "inside_day", &problem), def, "once loaded, it stays");
    cr_expect_null(plugin_strategy(library, "momentum", &problem));
    cr_expect_not_null(strstr(problem.text, "holds the strategy inside_day, not momentum"));
    free(library);
    folder_remove(folder);
}

/* A source with one thing wrong, made from the example. */
static void assert_refused(const char *options, const char *source, const char *fault)
{
    char *folder = folder_create();
    char *library = xasprintf("%s/x.so", folder);
    char *path = xasprintf("%s/x.c", folder);
    struct problem problem = {0};
    file_write(path, source, strlen(source));
    build(path, options, library);
    cr_expect_null(plugin_strategy(library, "x", &problem), "%s", fault);
    cr_expect_not_null(strstr(problem.text, fault), "%s", problem.text);
    free(path);
    free(library);
    folder_remove(folder);
}

#define SOUND                                                                                      \
    "#include \"core/strategy.h\"\n"                                                               \
    "static struct decision decide(const struct strategy_context *c)\n"                            \
    "{ (void)c; return decision_hold(0); }\n"                                                      \
    "static uint32_t declare(const int64_t *v, struct series_def *s)\n"                            \
    "{ (void)v; (void)s; return 0; }\n"                                                            \
    "static const struct parameter_def p[] = {{\"warmup_bars\", PARAMETER_COUNT, FALLBACK, 0, 9, " \
    "NULL, \"bars\"}, {0}};\n"                                                                     \
    "static const char *const reasons[] = {REASON, NULL};\n"                                       \
    "static const struct strategy_def x = {.name = \"x\", .summary = \"s\", .parameters = p,\n"    \
    "  .reasons = reasons, .default_frame_ns = 1, .scope = SCOPE_EACH, .declare = declare,\n"      \
    "  .decide = DECIDE};\n"                                                                       \
    "STRATEGY_PLUGIN(x);\n"

Test(plugin, what_is_wrong_is_named)
{
    assert_refused("", "int nothing;\n", "lacks the line STRATEGY_PLUGIN");
    assert_refused("-DFALLBACK=10 -DREASON='\"hold\"' -DDECIDE=decide", SOUND,
                   "default outside of its range");
    assert_refused("-DFALLBACK=1 -DREASON='\"buy\"' -DDECIDE=decide", SOUND,
                   "first reason is not \"hold\"");
    assert_refused("-DFALLBACK=1 -DREASON='\"hold\"' -DDECIDE=0", SOUND,
                   "no declare() or decide()");
    assert_refused(
        "-DFALLBACK=1 -DREASON='\"hold\"' -DDECIDE=decide",
        "#include \"core/strategy.h\"\n#undef STRATEGY_ABI\n#define STRATEGY_ABI 999\n" SOUND,
        "was built for interface 999");
    struct problem problem = {0};
    cr_expect_null(plugin_strategy("/nowhere/x.so", "x", &problem));
    cr_expect_eq(problem.err, ERR_IO);
    cr_expect_null(plugin_strategy("x.so", "x", &problem), "no search along any path");
    cr_expect_not_null(strstr(problem.text, "./x.so"), "%s", problem.text);
}

Test(plugin, our_own_rows_are_sound)
{
    for (size_t i = 0; strategy_table[i] != NULL; i++) {
        const char *fault = plugin_row_fault(strategy_table[i]);
        cr_expect_null(fault, "%s: %s", strategy_table[i]->name, fault);
    }
}
