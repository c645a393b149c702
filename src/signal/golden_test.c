/* golden_test.c: the kernels against TA-Lib and numpy, by the files in tests/golden (see make.py
 * there), to 1e-9. Real bars come from the shared data and are skipped where that is absent. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "data/bars.h"
#include "data/data_test.h"
#include "data/workload.h"
#include "signal/kernels_test.h"

#define TOLERANCE 1e-9

enum { BARS_MAX = 1000, ROW_MAX = 8192 };

struct input {
    struct event_bar bars[BARS_MAX];
    uint32_t count;
};

static void input_copy(struct input *input, const struct bars *bars, uint64_t first, uint64_t count)
{
    cr_assert(count <= BARS_MAX && first + count <= bars->count);
    for (uint64_t i = 0; i < count; i++) {
        input->bars[i] = bars->records[first + i].bar;
    }
    input->count = (uint32_t)count;
}

/* The bars of `input` with all prices at the close of bar `at`, from bar `from` on. */
static void input_flatten(struct input *input, uint32_t from, uint32_t at, bool silent)
{
    int64_t close_e9 = input->bars[at].close_e9;
    for (uint32_t i = from; i < input->count; i++) {
        struct event_bar *bar = &input->bars[i];
        *bar = (struct event_bar){close_e9, close_e9, close_e9, close_e9, silent ? 0 : bar->volume};
    }
}

/* Half as high again from bar 100 on, half of what they were from bar 200 on. */
static void input_tear(struct input *input)
{
    for (uint32_t i = 100; i < input->count; i++) {
        struct event_bar *bar = &input->bars[i];
        int64_t numerator = i < 200 ? 3 : 1;
        bar->open_e9 = bar->open_e9 * numerator / 2;
        bar->high_e9 = bar->high_e9 * numerator / 2;
        bar->low_e9 = bar->low_e9 * numerator / 2;
        bar->close_e9 = bar->close_e9 * numerator / 2;
    }
}

static void input_made_up(struct input *input, const char *kind, uint64_t seed, uint64_t count)
{
    struct bars bars;
    workload_create(count, seed, 1, &bars);
    input_copy(input, &bars, 0, count);
    bars_finish(&bars);
    if (strcmp(kind, "flat") == 0) {
        input_flatten(input, 0, 0, false);
    } else if (strcmp(kind, "fading") == 0) {
        input_flatten(input, 100, 99, true);
    } else if (strcmp(kind, "gaps") == 0) {
        input_tear(input);
    } else {
        cr_assert_str_eq(kind, "workload");
    }
}

/* False when the shared data is not there. */
static bool input_real(struct input *input, const char *name, uint64_t first, uint64_t count)
{
    char *path = shared_file(name);
    if (path == NULL) {
        return false;
    }
    struct bars bars;
    struct problem problem;
    cr_assert_eq(bars_open(path, NULL, &bars, NULL, &problem), ERR_OK);
    input_copy(input, &bars, first, count);
    bars_finish(&bars);
    free(path);
    return true;
}

/* "input WHAT SEED FIRST COUNT" */
static bool input_read(struct input *input, const char *row)
{
    char what[128];
    uint64_t seed;
    uint64_t first;
    uint64_t count;
    int fields =
        sscanf(row, "input %127s %" SCNu64 " %" SCNu64 " %" SCNu64, what, &seed, &first, &count);
    cr_assert_eq(fields, 4, "%s", row);
    if (strchr(what, '/') != NULL) {
        return input_real(input, what, first, count);
    }
    input_made_up(input, what, seed, count);
    return true;
}

static const struct kernel *kernel_named(const char *name)
{
    for (size_t i = 0; i < KERNELS; i++) {
        if (strcmp(kernels[i].name, name) == 0) {
            return &kernels[i];
        }
    }
    cr_assert_fail("no kernel %s", name);
    return NULL;
}

static void compare(const struct kernel *kernel, const union state *state, uint32_t output,
                    const char *want, int64_t price_e9, const char *where)
{
    bool ready = kernel->ready(state, output);
    cr_assert_eq(ready, strcmp(want, "none") != 0, "%s: ready is %d", where, ready);
    if (ready) {
        double got = kernel->value(state, output);
        cr_assert(nearly(kernel, got, strtod(want, NULL), TOLERANCE, price_e9),
                  "%s: %.12g is not %s", where, got, want);
    }
}

/* Runs the kernel of one row over the input; returns how many points were compared. */
static size_t compare_row(char *row, const struct input *input)
{
    static _Alignas(64) unsigned char block[65536];
    char name[32];
    uint32_t output;
    uint32_t p[3];
    int length = 0;
    int fields = sscanf(row, "%31s %" SCNu32 " %" SCNu32 " %" SCNu32 " %" SCNu32 "%n", name,
                        &output, &p[0], &p[1], &p[2], &length);
    cr_assert_eq(fields, 5, "%s", row);
    const struct kernel *kernel = kernel_named(name);
    struct arena arena;
    arena_init(&arena, block, sizeof block);
    union state state;
    kernel->init(&state, &arena, p);
    size_t points = 0;
    uint32_t taken = 0;
    char *rest = NULL;
    for (char *point = strtok_r(row + length, " \n", &rest); point != NULL;
         point = strtok_r(NULL, " \n", &rest), points++) {
        char *want;
        uint32_t at = (uint32_t)strtoul(point, &want, 10);
        cr_assert(*want == ':' && at >= taken && at < input->count);
        while (taken <= at) {
            kernel->take(&state, &input->bars[taken++]);
        }
        char where[96];
        (void)snprintf(where, sizeof where,
                       "%s %" PRIu32 " (%" PRIu32 " %" PRIu32 " %" PRIu32 "), bar %" PRIu32, name,
                       output, p[0], p[1], p[2], at);
        compare(kernel, &state, output, want + 1, input->bars[at].close_e9, where);
    }
    return points;
}

static void compare_file(const char *name, size_t points_min)
{
    static struct input input;
    static char row[ROW_MAX];
    char *path = xasprintf("tests/golden/%s.txt", name);
    FILE *file = fopen(path, "re");
    cr_assert_not_null(file, "%s", path);
    size_t points = 0;
    while (fgets(row, sizeof row, file) != NULL) {
        cr_assert_not_null(strchr(row, '\n'), "a row fits");
        if (row[0] == '#') {
            continue;
        }
        if (strncmp(row, "input ", 6) != 0) {
            points += compare_row(row, &input);
        } else if (!input_read(&input, row)) {
            (void)fclose(file);
            free(path);
            cr_skip_test("the shared data is not here");
        }
    }
    (void)fclose(file);
    free(path);
    cr_log_info("%s: %zu points", name, points);
    cr_expect_geq(points, points_min);
}

Test(golden, the_workload_with_every_window_from_2_to_50)
{
    compare_file("workload", 3000);
}

Test(golden, flat_prices)
{
    compare_file("flat", 300);
}

Test(golden, prices_that_stop_moving)
{
    compare_file("fading", 500);
}

Test(golden, prices_with_gaps)
{
    compare_file("gaps", 500);
}

Test(golden, daily_bars_of_aapl_across_a_split_and_a_crash)
{
    compare_file("aapl_daily", 3000);
}

Test(golden, five_minute_bars_of_spy_across_nights)
{
    compare_file("spy_5min", 500);
}

Test(golden, minutes_of_aapl_across_a_split_and_a_night)
{
    compare_file("aapl_1min", 500);
}
