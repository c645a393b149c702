/* workload_test.c: the common workload is the one that others measured. */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "base/utc.h"
#include "data/bar_file.h"
#include "data/bars_check.h"
#include "data/data_test.h"
#include "data/workload.h"

Test(workload, has_the_published_checksums)
{
    static const struct {
        uint64_t count, seed, checksum;
        int64_t last_close_e9;
    } cases[] = {
        {100000,  42,   UINT64_C(0x5c0bcbe3a40d6d34), INT64_C(92851562500) },
        {1000000, 42,   UINT64_C(0xf233100181541b22), INT64_C(121750000000)},
        {100000,  1000, UINT64_C(0x0c80352a4f3b327c), INT64_C(109390625000)},
        {100000,  1024, UINT64_C(0x10cb1bcdc927e70e), INT64_C(102437500000)},
        {100000,  1049, UINT64_C(0xc09ec34b2bb226e3), INT64_C(105671875000)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bars bars;
        workload_create(cases[i].count, cases[i].seed, 1, &bars);
        cr_assert_eq(workload_checksum(&bars, 0), cases[i].checksum, "row %zu", i);
        cr_assert_eq(bars.records[bars.count - 1].bar.close_e9, cases[i].last_close_e9);
        bars_finish(&bars);
    }
}

Test(workload, begins_with_the_published_bars)
{
    static const struct event_bar want[] = {
        {100015625000, 100023437500, 99960937500, 99960937500, 5864},
        {99960937500,  99968750000,  99835937500, 99843750000, 6008},
        {99843750000,  99851562500,  99796875000, 99812500000, 9746},
    };
    struct bars bars;
    workload_create(3, 42, 1, &bars);
    cr_assert_null(bars_fault(&bars));
    for (size_t i = 0; i < 3; i++) {
        const struct event *bar = &bars.records[i];
        cr_assert_eq(memcmp(&bar->bar, &want[i], sizeof want[i]), 0, "bar %zu", i);
        cr_assert_eq(bar->src_ns, (1704067200 + 60 * (int64_t)i) * NS_PER_S);
        cr_assert_eq(bar->ts_ns, bar->src_ns + NS_PER_MIN);
    }
    bars_finish(&bars);
}

Test(workload, interleaves_symbols_with_their_own_seeds)
{
    struct bars many;
    struct bars single;
    workload_create(500, 1000, 50, &many);
    workload_create(500, 1024, 1, &single);
    cr_assert_null(bars_fault(&many));
    cr_assert_eq(many.count, 25000);
    cr_assert_eq(many.slice_count, 500);
    cr_assert_str_eq(many.instruments[24].symbol, "S024");
    cr_assert_eq(workload_checksum(&many, 24), workload_checksum(&single, 0));
    bars_finish(&many);
    bars_finish(&single);
}

Test(workload, names_stay_alphabetical_beyond_a_thousand)
{
    struct bars bars;
    workload_create(1, 1, 1001, &bars);
    cr_assert_null(bars_fault(&bars));
    cr_assert_str_eq(bars.instruments[7].symbol, "S0007");
    bars_finish(&bars);
    workload_create(1, 1, 1000, &bars);
    cr_assert_str_eq(bars.instruments[999].symbol, "S999");
    bars_finish(&bars);
}

Test(workload, is_the_same_written_as_made)
{
    static const uint32_t symbols[] = {1, 7};
    char *folder = folder_create();
    char *path = xasprintf("%s/w.bwbars", folder);
    for (size_t i = 0; i < 2; i++) {
        struct bars made;
        struct bars written;
        struct problem problem;
        workload_create(70000, 42, symbols[i], &made);
        cr_assert_eq(workload_write(path, 70000, 42, symbols[i], NULL, &problem), ERR_OK);
        cr_assert_eq(bar_file_open(path, &written, &problem), ERR_OK, "%s", problem.text);
        cr_assert_eq(made.count, written.count);
        cr_assert_eq(made.slice_count, written.slice_count);
        cr_assert_str_eq(made.data_hash, written.data_hash);
        cr_assert_eq(memcmp(made.records, written.records, made.count * EVENT_SIZE), 0);
        bars_finish(&made);
        bars_finish(&written);
    }
    free(path);
    folder_remove(folder);
}
