/* recording_test.c: what was appended is there again, whatever was cut off behind it. */
#include "data/recording.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>

#include "base/utc.h"
#include "data/bars_check.h"
#include "sys/files.h"
#include "sys/folder_test.h"

static const struct instrument two[] = {{"AAPL"}, {"SPY"}};
static const struct recording_head about = {two, 2, NS_PER_MIN, "AAPL,SPY 1Min"};

static struct event bar(uint32_t instrument, int64_t minute, int64_t close_e9)
{
    return (struct event){
        .ts_ns = (minute + 1) * NS_PER_MIN,
        .src_ns = minute * NS_PER_MIN,
        .kind = EVENT_BAR,
        .version = 1,
        .slots = 1,
        .instrument = instrument,
        .bar = {close_e9, close_e9, close_e9, close_e9, 100},
    };
}

static struct event quote(uint32_t instrument, int64_t ts_ns)
{
    return (struct event){
        .ts_ns = ts_ns,
        .src_ns = ts_ns,
        .kind = EVENT_QUOTE,
        .version = 1,
        .slots = 1,
        .instrument = instrument,
        .quote = {100, 200, 3, 4, 0},
    };
}

static void append(struct recording *recording, const struct event *records, uint32_t count,
                   const char *note)
{
    struct problem problem;
    cr_assert_eq(recording_append(recording, records, count, note, &problem), ERR_OK, "%s",
                 problem.text);
}

static struct recording *open_it(void)
{
    struct recording *recording = NULL;
    struct problem problem = {0};
    cr_assert_eq(recording_open("tape", &about, &recording, &problem), ERR_OK, "%s", problem.text);
    return recording;
}

static uint64_t bar_count(void)
{
    struct bars bars;
    struct problem problem = {0};
    cr_assert_eq(recording_bars("tape", &bars, &problem), ERR_OK, "%s", problem.text);
    cr_expect_null(bars_fault(&bars));
    uint64_t count = bars.count;
    bars_finish(&bars);
    return count;
}

Test(recording, is_a_data_set_in_order_with_the_later_of_two_bars)
{
    folder_enter();
    struct recording *recording = open_it();
    cr_expect_null(recording_note(recording));
    const struct event first[] = {bar(1, 5, 50), bar(1, 6, 51)};
    const struct event second[] = {bar(0, 6, 30), quote(0, 6 * NS_PER_MIN + 7), bar(1, 6, 52)};
    append(recording, first, 2, "one");
    append(recording, second, 3, "two");
    append(recording, NULL, 0, "three");
    cr_expect_str_eq(recording_note(recording), "three");
    recording_close(recording);

    struct bars bars;
    struct problem problem = {0};
    cr_assert(recording_is("tape"));
    cr_assert_eq(recording_bars("tape", &bars, &problem), ERR_OK, "%s", problem.text);
    cr_expect_null(bars_fault(&bars));
    cr_expect(bars.count == 4 && bars.slice_count == 3 && bars.quote_count == 1);
    cr_expect_eq(bars.bar_ns, NS_PER_MIN);
    const struct event want[] = {first[0], second[1], second[0], second[2]};
    cr_expect_eq(memcmp(bars.records, want, sizeof want), 0);
    bars_finish(&bars);
    folder_leave();
}

Test(recording, goes_on_behind_the_last_whole_piece_wherever_it_was_cut)
{
    folder_enter();
    struct recording *recording = open_it();
    const struct event records[] = {bar(0, 1, 10), bar(0, 2, 11), bar(0, 3, 12)};
    append(recording, records, 1, "one");
    struct stat one, two_pieces;
    cr_assert_eq(stat("tape", &one), 0);
    append(recording, records + 1, 2, "two");
    cr_assert_eq(stat("tape", &two_pieces), 0);
    recording_close(recording);
    char *bytes;
    size_t length;
    cr_assert_eq(file_read("tape", 1 << 20, &bytes, &length, NULL), ERR_OK);
    cr_assert_eq((off_t)length, two_pieces.st_size);
    for (off_t size = one.st_size; size < two_pieces.st_size; size += 7) {
        cr_assert_eq(file_replace("tape", bytes, (size_t)size, NULL), ERR_OK);
        cr_expect_eq(bar_count(), 1);
        recording = open_it();
        cr_expect_str_eq(recording_note(recording), "one");
        cr_expect_eq(recording_count(recording), 1);
        append(recording, records + 1, 2, "again");
        recording_close(recording);
        cr_expect_eq(bar_count(), 3);
    }
    bytes[one.st_size + 70] ^= 1;
    cr_assert_eq(file_replace("tape", bytes, length, NULL), ERR_OK);
    cr_expect_eq(bar_count(), 1, "a changed piece is none");
    free(bytes);
    folder_leave();
}

Test(recording, of_something_else_is_refused_and_so_is_a_second_writer)
{
    folder_enter();
    struct recording *recording = open_it();
    struct recording *other = NULL;
    struct problem problem = {0};
    cr_expect_eq(recording_open("tape", &about, &other, &problem), ERR_BUSY);
    recording_close(recording);
    struct recording_head changed = about;
    changed.about = "AAPL,SPY 5Min";
    cr_expect_eq(recording_open("tape", &changed, &other, &problem), ERR_REFUSED);
    cr_expect_not_null(strstr(problem.text, "AAPL,SPY 1Min"), "%s", problem.text);
    struct bars bars;
    cr_expect_eq(recording_bars("tape", &bars, &problem), ERR_FORMAT);
    cr_assert_eq(file_replace("tape",
                              "no recording at all, but long enough for a head of one "
                              "if it were one",
                              70, NULL),
                 ERR_OK);
    cr_expect_not(recording_is("tape"));
    cr_expect_eq(recording_open("tape", &about, &other, &problem), ERR_DAMAGED);
    cr_expect_eq(recording_bars("tape", &bars, &problem), ERR_DAMAGED);
    folder_leave();
}
