/* slices_test.c: slices come in the order of time, whole, once, with what came in time; and the
 * bars of a run begin and end as the exchange's sessions do. */
#include "feed/slices.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sys/memory.h"

/* In New York, 2024: Friday 5 July follows a half day and a holiday; Monday is the 8th. */
#define JULY_5  (INT64_C(19909) * NS_PER_DAY)
#define OPEN_5  (JULY_5 + 13 * NS_PER_HOUR + 30 * NS_PER_MIN)
#define CLOSE_5 (JULY_5 + 20 * NS_PER_HOUR)
#define CLOSE_3 (JULY_5 - 2 * NS_PER_DAY + 17 * NS_PER_HOUR)
#define OPEN_8  (OPEN_5 + 3 * NS_PER_DAY)

static const struct schedule minutes = {CALENDAR_XNYS, false, NS_PER_MIN};

static void expect_frame(bool found, const struct frame *frame, int64_t start_ns, int64_t end_ns)
{
    cr_assert(found);
    cr_expect_eq(frame->start_ns, start_ns, "starts %" PRId64 " s off",
                 (frame->start_ns - start_ns) / NS_PER_S);
    cr_expect_eq(frame->end_ns, end_ns, "ends %" PRId64 " s off",
                 (frame->end_ns - end_ns) / NS_PER_S);
}

Test(schedule, goes_from_session_to_session)
{
    const struct schedule extended = {CALENDAR_XNYS, true, NS_PER_MIN};
    const struct schedule hours = {CALENDAR_XNYS, false, NS_PER_HOUR};
    const struct schedule days = {CALENDAR_XNYS, true, NS_PER_DAY};
    const struct schedule always = {CALENDAR_ALWAYS, false, NS_PER_MIN};
    struct frame f;
    expect_frame(schedule_after(&minutes, OPEN_5, &f), &f, OPEN_5, OPEN_5 + NS_PER_MIN);
    expect_frame(schedule_after(&minutes, OPEN_5 + 1, &f), &f, OPEN_5, OPEN_5 + NS_PER_MIN);
    expect_frame(schedule_after(&minutes, CLOSE_5, &f), &f, OPEN_8, OPEN_8 + NS_PER_MIN);
    expect_frame(schedule_before(&minutes, OPEN_5, &f), &f, CLOSE_3 - NS_PER_MIN, CLOSE_3);
    expect_frame(schedule_before(&minutes, OPEN_5 + 90 * NS_PER_S, &f), &f, OPEN_5,
                 OPEN_5 + NS_PER_MIN);
    expect_frame(schedule_after(&extended, CLOSE_5, &f), &f, CLOSE_5, CLOSE_5 + NS_PER_MIN);
    expect_frame(schedule_after(&extended, CLOSE_5 + 4 * NS_PER_HOUR, &f), &f,
                 OPEN_8 - 330 * NS_PER_MIN, OPEN_8 - 329 * NS_PER_MIN);
    expect_frame(schedule_before(&extended, OPEN_5 - 330 * NS_PER_MIN, &f), &f,
                 CLOSE_3 + 4 * NS_PER_HOUR - NS_PER_MIN, CLOSE_3 + 4 * NS_PER_HOUR);
    expect_frame(schedule_before(&hours, CLOSE_5, &f), &f, CLOSE_5 - NS_PER_HOUR / 2, CLOSE_5);
    expect_frame(schedule_before(&hours, CLOSE_5 - 1, &f), &f, CLOSE_5 - 3 * NS_PER_HOUR / 2,
                 CLOSE_5 - NS_PER_HOUR / 2);
    expect_frame(schedule_after(&days, OPEN_5 + 1, &f), &f, OPEN_5, CLOSE_5);
    expect_frame(schedule_before(&days, CLOSE_5, &f), &f, OPEN_5, CLOSE_5);
    expect_frame(schedule_before(&days, CLOSE_5 - 1, &f), &f, CLOSE_3 - 210 * NS_PER_MIN, CLOSE_3);
    expect_frame(schedule_after(&always, JULY_5, &f), &f, JULY_5, JULY_5 + NS_PER_MIN);
    expect_frame(schedule_before(&always, JULY_5, &f), &f, JULY_5 - NS_PER_MIN, JULY_5);
}

Test(schedule, knows_which_bar_a_start_belongs_to)
{
    const struct schedule five = {CALENDAR_XNYS, false, 5 * NS_PER_MIN};
    const struct schedule days = {CALENDAR_XNYS, false, NS_PER_DAY};
    struct frame f;
    expect_frame(schedule_at(&five, OPEN_5 + 4 * NS_PER_MIN, &f), &f, OPEN_5,
                 OPEN_5 + 5 * NS_PER_MIN);
    cr_expect(!schedule_at(&five, OPEN_5 - NS_PER_MIN, &f), "before the open");
    cr_expect(!schedule_at(&five, CLOSE_5, &f), "after the close");
    cr_expect(!schedule_at(&five, OPEN_5 + NS_PER_DAY, &f), "on a Saturday");
    expect_frame(schedule_at(&days, JULY_5 + 4 * NS_PER_HOUR, &f), &f, OPEN_5, CLOSE_5);
    cr_expect(!schedule_at(&days, JULY_5 - NS_PER_DAY + 4 * NS_PER_HOUR, &f), "a holiday");
}

Test(schedule, tells_when_a_session_began)
{
    int64_t open_ns;
    cr_expect(schedule_open_ns(&minutes, OPEN_5 + 1, &open_ns) && open_ns == OPEN_5);
    cr_expect(schedule_open_ns(&minutes, CLOSE_5, &open_ns) && open_ns == OPEN_5);
    cr_expect(!schedule_open_ns(&minutes, CLOSE_5 + 1, &open_ns));
    cr_expect(!schedule_open_ns(&minutes, OPEN_5, &open_ns));
}

Test(schedule, counts_back_over_holidays)
{
    const struct schedule days = {CALENDAR_XNYS, false, NS_PER_DAY};
    cr_expect_eq(schedule_back_ns(&minutes, OPEN_5 + NS_PER_MIN, 0), OPEN_5 + NS_PER_MIN);
    cr_expect_eq(schedule_back_ns(&minutes, OPEN_5 + NS_PER_MIN, 1), OPEN_5);
    cr_expect_eq(schedule_back_ns(&minutes, OPEN_5 + NS_PER_MIN, 3), CLOSE_3 - 2 * NS_PER_MIN);
    cr_expect_eq(schedule_back_ns(&minutes, CLOSE_5 + NS_PER_HOUR, 2), CLOSE_5 - 2 * NS_PER_MIN);
    cr_expect_eq(schedule_back_ns(&days, CLOSE_5, 2), CLOSE_3 - 210 * NS_PER_MIN);
}

/* ---- slices ---- */

static struct event_bar bar_at(int64_t close_e9)
{
    return (struct event_bar){close_e9, close_e9 + 2, close_e9 - 2, close_e9 + 1, 100};
}

static enum slices_taken put(struct slices *slices, uint32_t instrument, int64_t start_ns,
                             int64_t close_e9)
{
    struct event_bar bar = bar_at(close_e9);
    return slices_bar(slices, instrument, start_ns, NS_PER_MIN, &bar);
}

static struct slices *two_from(int64_t first_ns, int64_t bar_ns)
{
    return slices_create(&(struct slices_plan){
        .schedule = {CALENDAR_XNYS, false, bar_ns},
        .instrument_count = 2,
        .first_ns = first_ns,
        .first_ordinal = 7,
    });
}

Test(slices, are_given_when_all_bars_are_there_or_nothing_is_waited_for)
{
    struct slices *slices = two_from(OPEN_5, NS_PER_MIN);
    struct slice slice;
    cr_expect_eq(slices_horizon_ns(slices), OPEN_5 + NS_PER_MIN);
    slices_trust(slices, true);
    cr_expect_eq(put(slices, 1, OPEN_5, 500), SLICES_TAKEN);
    cr_expect_eq(put(slices, 1, OPEN_5, 510), SLICES_TAKEN, "the same minute again");
    cr_expect(!slices_next(slices, &slice), "one is missing");
    cr_expect_eq(put(slices, 0, OPEN_5, 300), SLICES_TAKEN);
    cr_assert(slices_next(slices, &slice));
    cr_expect_eq(slice.ts_ns, OPEN_5 + NS_PER_MIN);
    cr_expect(slice.count == 2 && slice.expected == 2 && slice.ordinal == 7 && !slice.past);
    cr_expect(slice.bars[0].instrument == 0 && slice.bars[1].instrument == 1);
    cr_expect_eq(slice.bars[1].bar.open_e9, 510, "the newer one counts");
    cr_expect(slice.bars[1].ts_ns == slice.ts_ns && slice.bars[1].src_ns == OPEN_5);
    cr_expect(!slices_next(slices, &slice));

    slices_settle(slices, OPEN_5 + 3 * NS_PER_MIN - 1);
    cr_assert(slices_next(slices, &slice), "an instant without bars");
    cr_expect(slice.count == 0 && slice.ts_ns == OPEN_5 + 2 * NS_PER_MIN && slice.ordinal == 8);
    cr_expect(!slices_next(slices, &slice));

    cr_expect_eq(put(slices, 0, OPEN_5 + NS_PER_MIN, 300), SLICES_LATE);
    cr_expect_eq(put(slices, 0, OPEN_5, 300), SLICES_KNOWN);
    cr_expect_eq(put(slices, 0, OPEN_5, 301), SLICES_CHANGED);
    cr_expect_eq(put(slices, 0, OPEN_5 - NS_PER_MIN, 301), SLICES_OUTSIDE);
    slices_settle(slices, CLOSE_5 + NS_PER_HOUR);
    uint64_t count = 0;
    while (slices_next(slices, &slice)) {
        count++;
    }
    cr_expect_eq(count, 388, "the rest of the session");
    cr_expect_eq(slices_horizon_ns(slices), OPEN_8 + NS_PER_MIN);
    slices_destroy(slices);
}

Test(slices, of_the_past_say_so_and_are_never_empty)
{
    struct slices *slices = two_from(CLOSE_3 - 3 * NS_PER_MIN, NS_PER_MIN);
    struct slice slice;
    (void)put(slices, 0, OPEN_5 + NS_PER_MIN, 302);
    (void)put(slices, 0, CLOSE_3 - 2 * NS_PER_MIN, 300);
    (void)put(slices, 1, OPEN_5, 501);
    cr_expect_eq(put(slices, 1, CLOSE_3 - 4 * NS_PER_MIN, 501), SLICES_OUTSIDE);
    slices_set_past(slices, OPEN_5 + NS_PER_MIN);
    slices_settle(slices, OPEN_5 + 2 * NS_PER_MIN);
    static const int64_t ends[] = {CLOSE_3 - NS_PER_MIN, OPEN_5 + NS_PER_MIN,
                                   OPEN_5 + 2 * NS_PER_MIN};
    for (size_t i = 0; i < 3; i++) {
        cr_assert(slices_next(slices, &slice));
        cr_expect_eq(slice.ts_ns, ends[i]);
        cr_expect_eq(slice.count, 1);
        cr_expect_eq(slice.past, i < 2);
    }
    cr_expect(!slices_next(slices, &slice));
    slices_destroy(slices);
}

Test(slices, of_longer_bars_put_minutes_together_and_prefer_whole_ones)
{
    struct slices *slices = two_from(OPEN_5, 5 * NS_PER_MIN);
    struct slice slice;
    struct event_bar whole = {90, 95, 85, 92, 1234};
    slices_trust(slices, true);
    for (int64_t minute = 0; minute < 5; minute++) {
        cr_expect(!slices_next(slices, &slice));
        (void)put(slices, 0, OPEN_5 + minute * NS_PER_MIN, 300 + 10 * minute);
        (void)put(slices, 1, OPEN_5 + minute * NS_PER_MIN, 500);
        if (minute == 2) {
            (void)put(slices, 0, OPEN_5 + minute * NS_PER_MIN, 280);
            (void)slices_bar(slices, 1, OPEN_5, 5 * NS_PER_MIN, &whole);
        }
    }
    cr_assert(slices_next(slices, &slice));
    const struct event_bar *first = &slice.bars[0].bar;
    cr_expect_eq(slice.count, 2);
    cr_expect(first->open_e9 == 300 && first->high_e9 == 342 && first->low_e9 == 278 &&
              first->close_e9 == 341 && first->volume == 500);
    cr_expect_eq(memcmp(&slice.bars[1].bar, &whole, sizeof whole), 0);
    cr_expect_eq(slice.bars[0].src_ns, OPEN_5);
    slices_destroy(slices);
}

Test(slices, of_days_take_bars_stamped_with_midnight)
{
    struct slices *slices = two_from(CLOSE_3, NS_PER_DAY);
    struct slice slice;
    struct event_bar bar = bar_at(300);
    slices_trust(slices, true);
    cr_expect_eq(slices_bar(slices, 0, JULY_5 + 4 * NS_PER_HOUR, NS_PER_DAY, &bar), SLICES_TAKEN);
    cr_expect(!slices_next(slices, &slice));
    cr_expect_eq(slices_bar(slices, 1, JULY_5 + 4 * NS_PER_HOUR, NS_PER_DAY, &bar), SLICES_TAKEN);
    cr_assert(slices_next(slices, &slice));
    cr_expect(slice.count == 2 && slice.ts_ns == CLOSE_5 && slice.bars[0].src_ns == OPEN_5);
    slices_destroy(slices);
}

/* ---- against a model ---- */

enum { INSTRUMENTS = 5, MINUTES = 400, FRAMES_MAX = MINUTES };

static uint64_t state;

static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 20) % below);
}

/* What has come of each minute, and what was given: a table of everything. */
struct model {
    int64_t frame; /* minutes of a bar of the run */
    int64_t given; /* frames given or skipped */
    struct event_bar minutes[INSTRUMENTS][MINUTES];
    bool there[INSTRUMENTS][MINUTES];
    uint64_t late;
};

static bool model_bar(const struct model *model, uint32_t instrument, int64_t frame,
                      struct event_bar *out)
{
    bool any = false;
    for (int64_t i = frame * model->frame; i < (frame + 1) * model->frame && i < MINUTES; i++) {
        const struct event_bar *bar = &model->minutes[instrument][i];
        if (!model->there[instrument][i]) {
            continue;
        }
        if (!any) {
            *out = *bar;
            any = true;
            continue;
        }
        out->high_e9 = bar->high_e9 > out->high_e9 ? bar->high_e9 : out->high_e9;
        out->low_e9 = bar->low_e9 < out->low_e9 ? bar->low_e9 : out->low_e9;
        out->close_e9 = bar->close_e9;
        out->volume += bar->volume;
    }
    return any;
}

static void expect_slice(struct model *model, const struct slice *slice)
{
    int64_t frame = model->given++;
    uint32_t at = 0;
    cr_assert_eq(slice->ts_ns, OPEN_5 + (frame + 1) * model->frame * NS_PER_MIN);
    cr_assert_eq(slice->ordinal, (uint64_t)frame);
    for (uint32_t i = 0; i < INSTRUMENTS; i++) {
        struct event_bar want;
        if (model_bar(model, i, frame, &want)) {
            cr_assert_lt(at, slice->count);
            cr_assert_eq(slice->bars[at].instrument, i);
            cr_assert_eq(memcmp(&slice->bars[at].bar, &want, sizeof want), 0);
            at++;
        }
    }
    cr_assert_eq(at, slice->count);
}

static void run_model(uint64_t seed, int64_t frame)
{
    struct model *model = xcalloc(1, sizeof *model);
    struct slices *slices = slices_create(&(struct slices_plan){
        .schedule = {CALENDAR_XNYS, false, frame * NS_PER_MIN},
        .instrument_count = INSTRUMENTS,
        .first_ns = OPEN_5,
    });
    struct slice slice;
    uint64_t late = 0;
    state = seed * 0x9e3779b97f4a7c15 + 1;
    model->frame = frame;
    for (int64_t now = 0; now < 390; now++) {
        for (uint32_t k = draw(3 * INSTRUMENTS); k > 0; k--) {
            uint32_t instrument = draw(INSTRUMENTS);
            int64_t minute = now - draw(12);
            if (minute < 0) {
                continue;
            }
            struct event_bar bar = bar_at(1000 + draw(900));
            bool in_time = minute / frame >= model->given;
            enum slices_taken taken =
                slices_bar(slices, instrument, OPEN_5 + minute * NS_PER_MIN, NS_PER_MIN, &bar);
            cr_assert_eq(taken == SLICES_TAKEN, in_time, "minute %" PRId64, minute);
            late += !in_time;
            if (in_time) {
                model->minutes[instrument][minute] = bar;
                model->there[instrument][minute] = true;
            }
        }
        if (draw(3) == 0) {
            slices_settle(slices, OPEN_5 + (now + 1 - draw(10)) * NS_PER_MIN);
        }
        while (slices_next(slices, &slice)) {
            expect_slice(model, &slice);
        }
    }
    slices_settle(slices, CLOSE_5);
    while (slices_next(slices, &slice)) {
        expect_slice(model, &slice);
    }
    cr_assert_eq(model->given, (390 + frame - 1) / frame, "no instant is left out");
    cr_assert_gt(late, 0);
    slices_destroy(slices);
    free(model);
}

Test(slices, equal_a_model_that_keeps_everything)
{
    for (uint64_t seed = 1; seed <= 60; seed++) {
        run_model(seed, 1);
        run_model(seed, 5);
        run_model(seed, 30);
    }
}
