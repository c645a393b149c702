/* synth_random_test.c: the generator is SplitMix64, and its normal numbers are normal. */
#include "data/synth_random.h"

#include <criterion/criterion.h>

#include "data/facts_stats.h"

enum { COUNT = 1000000 };

/* The first numbers for the seed 1234567, as other programs print them. */
Test(synth_random, is_split_mix)
{
    static const uint64_t want[] = {
        UINT64_C(6457827717110365317),  UINT64_C(3203168211198807973),
        UINT64_C(9817491932198370423),  UINT64_C(4593380528125082431),
        UINT64_C(16408922859458223821),
    };
    struct synth_random random = {.state = 1234567};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        cr_assert_eq(synth_random_next(&random), want[i], "number %zu", i);
    }
}

/* Bounds are five standard errors wide. */
Test(synth_random, normal_numbers_have_the_moments_and_tails_of_a_normal_distribution)
{
    static double x[COUNT];
    struct synth_random random = synth_random_start(1, "test", 0);
    double above_two = 0.0;
    double above_three = 0.0;
    for (int i = 0; i < COUNT; i++) {
        x[i] = synth_random_normal(&random);
        above_two += x[i] > 2.0 || x[i] < -2.0 ? 1.0 : 0.0;
        above_three += x[i] > 3.0 || x[i] < -3.0 ? 1.0 : 0.0;
    }
    struct stats_moments moments = stats_moments(x, COUNT);
    cr_assert_float_eq(moments.mean, 0.0, 0.005);
    cr_assert_float_eq(moments.deviation, 1.0, 0.0036);
    cr_assert_float_eq(moments.skew, 0.0, 0.0123);
    cr_assert_float_eq(moments.kurtosis, 3.0, 0.0245);
    cr_assert_float_eq(above_two / COUNT, 0.0455003, 0.00104);
    cr_assert_float_eq(above_three / COUNT, 0.0026998, 0.00026);
}

Test(synth_random, streams_do_not_resemble_each_other)
{
    static double x[COUNT];
    static double y[COUNT];
    static const struct {
        const char *what;
        uint64_t seed;
        const char *name;
        uint64_t purpose;
    } cases[] = {
        {"another seed",    2, "A", 0},
        {"another name",    1, "B", 0},
        {"another purpose", 1, "A", 1},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct synth_random one = synth_random_start(1, "A", 0);
        struct synth_random two =
            synth_random_start(cases[c].seed, cases[c].name, cases[c].purpose);
        for (int i = 0; i < COUNT; i++) {
            x[i] = synth_random_unit(&one);
            y[i] = synth_random_unit(&two);
        }
        cr_assert_float_eq(stats_correlation(x, y, COUNT), 0.0, 0.005, "%s", cases[c].what);
    }
}
