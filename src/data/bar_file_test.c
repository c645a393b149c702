/* bar_file_test.c: what was written is read again, and nothing else is. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "base/utc.h"
#include "data/bar_file.h"
#include "data/bars_check.h"
#include "data/data_test.h"
#include "data/workload.h"
#include "sys/crc32c.h"

/* A file of `bars_per_symbol` x `symbols` bars in a new folder. */
struct sample {
    char *folder;
    char *path;
    struct bars bars;
};

static struct sample sample_create(uint64_t bars_per_symbol, uint32_t symbols)
{
    struct sample sample = {.folder = folder_create()};
    sample.path = xasprintf("%s/sample.bwbars", sample.folder);
    struct problem problem;
    workload_create(bars_per_symbol, 42, symbols, &sample.bars);
    cr_assert_eq(bar_file_write(sample.path, &sample.bars, &problem), ERR_OK, "%s", problem.text);
    return sample;
}

static void sample_finish(struct sample *sample)
{
    bars_finish(&sample->bars);
    free(sample->path);
    folder_remove(sample->folder);
}

static size_t files_in(const char *folder)
{
    DIR *dir = opendir(folder);
    cr_assert_not_null(dir);
    size_t count = 0;
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        count += entry->d_name[0] != '.';
    }
    cr_assert_eq(closedir(dir), 0);
    return count;
}

static enum err open_bytes(const struct sample *sample, const unsigned char *bytes, size_t size,
                           struct problem *problem)
{
    file_write(sample->path, bytes, size);
    struct bars bars;
    enum err err = bar_file_open(sample->path, &bars, problem);
    if (err == ERR_OK) {
        cr_assert_null(bars_fault(&bars));
        bars_finish(&bars);
    }
    return err;
}

Test(bar_file, gives_back_what_was_written)
{
    static const struct {
        uint64_t bars_per_symbol;
        uint32_t symbols;
    } cases[] = {
        {1,     1  },
        {16383, 1  },
        {16384, 1  },
        {16385, 1  },
        {100,   300},
        {3,     256},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sample sample = sample_create(cases[i].bars_per_symbol, cases[i].symbols);
        struct bars bars;
        struct problem problem;
        cr_assert(bar_file_is(sample.path));
        cr_assert_eq(bar_file_open(sample.path, &bars, &problem), ERR_OK, "%s", problem.text);
        cr_assert_null(bars_fault(&bars));
        cr_assert_eq(bars.count, sample.bars.count);
        cr_assert_eq(bars.slice_count, sample.bars.slice_count);
        cr_assert_eq(bars.bar_ns, NS_PER_MIN);
        cr_assert_str_eq(bars.data_hash, sample.bars.data_hash);
        cr_assert_eq(bars.instrument_count, sample.bars.instrument_count);
        cr_assert_eq(memcmp(bars.records, sample.bars.records, bars.count * EVENT_SIZE), 0);
        cr_assert_eq((uintptr_t)bars.records % 4096, 0);
        cr_assert_eq(files_in(sample.folder), 1);
        bars_finish(&bars);
        sample_finish(&sample);
    }
}

Test(bar_file, cut_anywhere_is_refused)
{
    struct sample sample = sample_create(40, 2);
    size_t size;
    unsigned char *bytes = file_read(sample.path, &size);
    for (size_t cut = 0; cut < size; cut += cut < 4200 && cut > 130 ? 97 : 1) {
        struct problem problem;
        cr_assert_eq(open_bytes(&sample, bytes, cut, &problem), ERR_DAMAGED, "cut at %zu", cut);
    }
    free(bytes);
    sample_finish(&sample);
}

Test(bar_file, longer_than_written_is_refused)
{
    struct sample sample = sample_create(40, 2);
    size_t size;
    unsigned char *bytes = file_read(sample.path, &size);
    bytes[size] = 0;
    struct problem problem;
    cr_assert_eq(open_bytes(&sample, bytes, size + 1, &problem), ERR_DAMAGED);
    free(bytes);
    sample_finish(&sample);
}

Test(bar_file, a_flipped_bit_anywhere_is_refused)
{
    struct sample sample = sample_create(40, 2);
    size_t size;
    unsigned char *bytes = file_read(sample.path, &size);
    for (size_t at = 0; at<size; at += at> 128 && at < 4096 ? 31 : 1) {
        unsigned char bit = (unsigned char)(1U << at % 8);
        bytes[at] ^= bit;
        struct problem problem;
        cr_assert_eq(open_bytes(&sample, bytes, size, &problem), ERR_DAMAGED, "byte %zu", at);
        cr_assert_not_null(strstr(problem.text, "is damaged: "));
        bytes[at] ^= bit;
    }
    free(bytes);
    sample_finish(&sample);
}

/* Makes all checksums right again after a change, as somebody hostile would. */
static void seal(unsigned char *bytes, size_t size)
{
    uint64_t records_offset;
    uint64_t blocks_offset;
    uint32_t instrument_count;
    memcpy(&instrument_count, bytes + 40, 4);
    memcpy(&records_offset, bytes + 56, 8);
    memcpy(&blocks_offset, bytes + 64, 8);
    uint32_t crc = crc32c(0, bytes + records_offset, blocks_offset - records_offset);
    memcpy(bytes + blocks_offset, &crc, 4);
    sha256(bytes + blocks_offset, size - blocks_offset, bytes + 88);
    crc = crc32c(0, bytes + 4096, (size_t)instrument_count * 16);
    memcpy(bytes + 84, &crc, 4);
    memset(bytes + 12, 0, 4);
    crc = crc32c(0, bytes, 4096);
    memcpy(bytes + 12, &crc, 4);
}

Test(bar_file, a_hostile_file_with_right_checksums_is_refused)
{
    enum { RECORDS = 8192 };
    static const struct {
        const char *what;
        size_t offset;
        int64_t value;
        size_t size;
        const char *part;
    } cases[] = {
        {"another kind",      RECORDS + 64 + 16, EVENT_FILL,       1, "record 1: it is no bar" },
        {"another version",   RECORDS + 17,      2,                1, "record 0: it is no bar" },
        {"two slots",         RECORDS + 18,      2,                1, "it is no bar"           },
        {"a flag",            RECORDS + 19,      1,                1, "it is no bar"           },
        {"instrument",        RECORDS + 64 + 20, 2,                4, "is not in the table"    },
        {"same instrument",   RECORDS + 64 + 20, 0,                4, "does not follow"        },
        {"no time",           RECORDS,           INT64_MIN,        8, "outside the years"      },
        {"far time",          RECORDS,           INT64_MAX,        8, "outside the years"      },
        {"start not before",  RECORDS + 8,       0,                8, "one bar length apart"   },
        {"price zero",        RECORDS + 24,      0,                8, "a price is not positive"},
        {"price of overflow", RECORDS + 32,      INT64_MAX,        8, "above 9,000,000"        },
        {"negative volume",   RECORDS + 56,      -1,               8, "volume is negative"     },
        {"slices",            24,                7,                8, "count of slices"        },
        {"bar length",        32,                0,                8, "out of range"           },
        {"no instruments",    40,                0,                4, "out of range"           },
        {"no records",        16,                0,                8, "out of range"           },
        {"records",           16,                INT64_C(1) << 58, 8, "out of range"           },
        {"block size",        44,                4096,             4, "contradicts itself"     },
        {"unused header",     4000,              1,                1, "contradicts itself"     },
        {"small letters",     4096,              'a',              1, "a symbol is not"        },
        {"same symbol twice", 4096 + 16,         0x30303053,       8, "alphabetical"           },
        {"symbol not padded", 4096 + 10,         'A',              1, "a symbol is not"        },
        {"bytes in the gap",  4096 + 40,         1,                1, "are not zero"           },
    };
    struct sample sample = sample_create(4, 2);
    size_t size;
    unsigned char *bytes = file_read(sample.path, &size);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned char kept[8];
        unsigned char header[4096];
        memcpy(kept, bytes + cases[i].offset, cases[i].size);
        memcpy(header, bytes, sizeof header);
        memcpy(bytes + cases[i].offset, &cases[i].value, cases[i].size);
        seal(bytes, size);
        struct problem problem;
        cr_assert_eq(open_bytes(&sample, bytes, size, &problem), ERR_DAMAGED, "%s", cases[i].what);
        cr_assert_not_null(strstr(problem.text, cases[i].part), "%s: %s", cases[i].what,
                           problem.text);
        memcpy(bytes + cases[i].offset, kept, cases[i].size);
        memcpy(bytes, header, sizeof header);
    }
    seal(bytes, size);
    struct problem problem;
    cr_assert_eq(open_bytes(&sample, bytes, size, &problem), ERR_OK, "%s", problem.text);
    free(bytes);
    sample_finish(&sample);
}

Test(bar_file, records_out_of_order_are_refused)
{
    struct sample sample = sample_create(4, 1);
    size_t size;
    unsigned char *bytes = file_read(sample.path, &size);
    unsigned char swap[64];
    memcpy(swap, bytes + 8192, 64);
    memmove(bytes + 8192, bytes + 8192 + 64, 64);
    memcpy(bytes + 8192 + 64, swap, 64);
    seal(bytes, size);
    struct problem problem;
    cr_assert_eq(open_bytes(&sample, bytes, size, &problem), ERR_DAMAGED);
    cr_assert_not_null(strstr(problem.text, "record 1: it is earlier than the record before"));
    free(bytes);
    sample_finish(&sample);
}

Test(bar_file, a_full_disk_leaves_the_old_file_and_nothing_else)
{
    static const rlim_t limits[] = {0, 100, 4096, 8192 + 64, 1 << 20, (1 << 20) + 8192};
    struct sample sample = sample_create(10, 1);
    struct bars larger;
    workload_create(20000, 1, 1, &larger);
    cr_assert_neq(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct rlimit before;
        cr_assert_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
        struct rlimit limit = {.rlim_cur = limits[i], .rlim_max = before.rlim_max};
        cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
        struct problem problem;
        enum err err = bar_file_write(sample.path, &larger, &problem);
        cr_assert_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
        cr_assert_eq(err, ERR_FULL, "limit %zu", i);
        cr_assert_not_null(strstr(problem.text, "nothing is left behind"));
        cr_assert_eq(files_in(sample.folder), 1);
        struct bars old;
        cr_assert_eq(bar_file_open(sample.path, &old, &problem), ERR_OK, "%s", problem.text);
        cr_assert_eq(old.count, 10);
        bars_finish(&old);
    }
    bars_finish(&larger);
    sample_finish(&sample);
}

Test(bar_file, a_folder_that_may_not_be_written_is_told)
{
    struct sample sample = sample_create(10, 1);
    cr_assert_eq(chmod(sample.folder, 0555), 0);
    bool was_root = geteuid() == 0;
    cr_assert(!was_root || seteuid(65534) == 0);
    struct problem problem;
    enum err err = bar_file_write(sample.path, &sample.bars, &problem);
    cr_assert(!was_root || seteuid(0) == 0);
    cr_assert_eq(chmod(sample.folder, 0755), 0);
    cr_assert_eq(err, ERR_IO);
    cr_assert_not_null(strstr(problem.text, "Permission denied"), "%s", problem.text);
    sample_finish(&sample);
}

Test(bar_file, a_device_or_folder_is_not_renamed_over)
{
    struct sample sample = sample_create(10, 1);
    struct problem problem;
    cr_assert_eq(bar_file_write("/dev/null", &sample.bars, &problem), ERR_USAGE);
    cr_assert_eq(bar_file_write(sample.folder, &sample.bars, &problem), ERR_USAGE);
    cr_assert_eq(bar_file_write("/no/such/folder/x", &sample.bars, &problem), ERR_IO);
    sample_finish(&sample);
}

Test(bar_file, giving_up_leaves_nothing)
{
    struct sample sample = sample_create(10, 1);
    struct bar_file_writer *writer;
    struct problem problem;
    char *other = xasprintf("%s/other", sample.folder);
    cr_assert_eq(
        bar_file_writer_create(other, sample.bars.instruments, 1, NS_PER_MIN, &writer, &problem),
        ERR_OK);
    cr_assert_eq(bar_file_writer_append(writer, sample.bars.records, 10, &problem), ERR_OK);
    bar_file_writer_abandon(writer);
    cr_assert_eq(files_in(sample.folder), 1);
    free(other);
    sample_finish(&sample);
}
