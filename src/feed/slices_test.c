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

static void settle(struct slices *slices, uint32_t instruments, int64_t end_ns)
{
    for (uint32_t i = 0; i < instruments; i++) {
        slices_settle(slices, i, end_ns);
    }
}

Test(slices, are_given_when_all_bars_are_there_or_nothing_is_waited_for)
{
    struct slices *slices = two_from(OPEN_5, NS_PER_MIN);
    struct slice slice;
    cr_expect_eq(slices_horizon_ns(slices), OPEN_5 + NS_PER_MIN);
    cr_expect_eq(put(slices, 1, OPEN_5, 500), SLICES_TAKEN);
    cr_expect_eq(put(slices, 1, OPEN_5, 510), SLICES_TAKEN, "the same minute again");
    slices_settle(slices, 1, OPEN_5 + NS_PER_MIN);
    cr_expect(!slices_next(slices, &slice), "one is missing");
    cr_expect_eq(put(slices, 0, OPEN_5, 300), SLICES_TAKEN);
    slices_settle(slices, 0, OPEN_5 + NS_PER_MIN);
    cr_assert(slices_next(slices, &slice));
    cr_expect_eq(slice.ts_ns, OPEN_5 + NS_PER_MIN);
    cr_expect(slice.count == 2 && slice.expected == 2 && slice.ordinal == 7 && !slice.past);
    cr_expect(slice.bars[0].instrument == 0 && slice.bars[1].instrument == 1);
    cr_expect_eq(slice.bars[1].bar.open_e9, 510, "the newer one counts");
    cr_expect(slice.bars[1].ts_ns == slice.ts_ns && slice.bars[1].src_ns == OPEN_5);
    cr_expect(!slices_next(slices, &slice));

    settle(slices, 2, OPEN_5 + 3 * NS_PER_MIN - 1);
    cr_assert(slices_next(slices, &slice), "an instant without bars");
    cr_expect(slice.count == 0 && slice.ts_ns == OPEN_5 + 2 * NS_PER_MIN && slice.ordinal == 8);
    cr_expect(!slices_next(slices, &slice));

    cr_expect_eq(put(slices, 0, OPEN_5, 300), SLICES_KNOWN);
    cr_expect_eq(put(slices, 0, OPEN_5, 301), SLICES_CHANGED);
    cr_expect_eq(put(slices, 0, OPEN_5 - NS_PER_MIN, 301), SLICES_OUTSIDE);
    settle(slices, 2, CLOSE_5 + NS_PER_HOUR);
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
    settle(slices, 2, OPEN_5 + 2 * NS_PER_MIN);
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
    for (int64_t minute = 0; minute < 5; minute++) {
        cr_expect(!slices_next(slices, &slice));
        (void)put(slices, 0, OPEN_5 + minute * NS_PER_MIN, 300 + 10 * minute);
        (void)put(slices, 1, OPEN_5 + minute * NS_PER_MIN, 500);
        if (minute == 2) {
            (void)put(slices, 0, OPEN_5 + minute * NS_PER_MIN, 280);
            (void)slices_bar(slices, 1, OPEN_5, 5 * NS_PER_MIN, &whole);
        }
    }
    settle(slices, 2, OPEN_5 + 5 * NS_PER_MIN);
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
    cr_expect_eq(slices_bar(slices, 0, JULY_5 + 4 * NS_PER_HOUR, NS_PER_DAY, &bar), SLICES_TAKEN);
    cr_expect(!slices_next(slices, &slice));
    cr_expect_eq(slices_bar(slices, 1, JULY_5 + 4 * NS_PER_HOUR, NS_PER_DAY, &bar), SLICES_TAKEN);
    settle(slices, 2, CLOSE_5);
    cr_assert(slices_next(slices, &slice));
    cr_expect(slice.count == 2 && slice.ts_ns == CLOSE_5 && slice.bars[0].src_ns == OPEN_5);
    slices_destroy(slices);
}

/* ---- what comes late ---- */

/* The next slice, which ends at that minute of the session; `prices` and `bars` in it. */
static void expect_next(struct slices *slices, int64_t minute, uint32_t prices, uint32_t bars,
                        bool past, struct slice *slice)
{
    cr_assert(slices_next(slices, slice), "minute %" PRId64, minute);
    cr_assert_eq(slice->ts_ns, OPEN_5 + minute * NS_PER_MIN, "minute %" PRId64, minute);
    cr_assert_eq(slice->tick_count, prices, "minute %" PRId64, minute);
    cr_assert_eq(slice->count, bars, "minute %" PRId64, minute);
    cr_assert_eq(slice->past, past, "minute %" PRId64, minute);
    for (uint32_t i = 0; i < bars; i++) {
        cr_assert_eq(slice->bars[i].ts_ns, slice->ts_ns);
        cr_assert_eq(slice->bars[i].kind, EVENT_BAR);
    }
}

Test(slices, keep_back_what_is_behind_a_hole_and_give_it_in_order_when_it_is_filled)
{
    struct slices *slices = two_from(OPEN_5, NS_PER_MIN);
    struct slice slice;
    (void)put(slices, 1, OPEN_5, 500);
    slices_settle(slices, 1, OPEN_5 + NS_PER_MIN);
    slices_pass(slices, OPEN_5 + NS_PER_MIN, OPEN_5 + NS_PER_MIN - 1);
    cr_expect(!slices_next(slices, &slice), "everybody is waited for");
    slices_pass(slices, OPEN_5 + NS_PER_MIN, OPEN_5 + NS_PER_MIN);
    expect_next(slices, 1, 0, 1, false, &slice);
    cr_expect_eq(slices_behind(slices), 1);

    cr_expect_eq(put(slices, 0, OPEN_5 + NS_PER_MIN, 310), SLICES_TAKEN);
    (void)put(slices, 1, OPEN_5 + NS_PER_MIN, 510);
    slices_settle(slices, 1, OPEN_5 + 2 * NS_PER_MIN);
    cr_expect(!slices_next(slices, &slice), "its time has not come");
    slices_pass(slices, OPEN_5 + 2 * NS_PER_MIN, OPEN_5 + NS_PER_MIN);
    expect_next(slices, 2, 1, 1, false, &slice);
    const struct event *price = slice_ticks(&slice);
    cr_expect_eq(price->kind, EVENT_LAST_PRICE);
    cr_expect_eq(price->instrument, 0);
    cr_expect_eq(price->ts_ns, slice.ts_ns);
    cr_expect_eq(price->last_price.price_e9, 311);
    cr_expect_eq(slice.bars[0].instrument, 1);

    cr_expect_eq(put(slices, 0, OPEN_5, 300), SLICES_MISSING);
    slices_settle(slices, 0, OPEN_5 + NS_PER_MIN);
    cr_expect(!slices_next(slices, &slice), "not before all of it is there");
    slices_settle(slices, 0, OPEN_5 + 2 * NS_PER_MIN);
    cr_expect_eq(slices_behind(slices), 0, "all is there ...");
    cr_expect(!slices_has_caught_up(slices), "... and was not given");
    expect_next(slices, 1, 0, 1, true, &slice);
    cr_expect_eq(slice.bars[0].bar.open_e9, 300);
    cr_expect(!slices_has_caught_up(slices));
    expect_next(slices, 2, 0, 1, true, &slice);
    cr_expect_eq(slice.bars[0].bar.open_e9, 310);
    cr_expect_eq(slice.ordinal, 10);
    cr_expect(slices_has_caught_up(slices));
    cr_expect_eq(put(slices, 0, OPEN_5, 300), SLICES_KNOWN, "never twice");
    cr_expect_eq(put(slices, 0, OPEN_5 + NS_PER_MIN, 310), SLICES_KNOWN);

    (void)put(slices, 0, OPEN_5 + 2 * NS_PER_MIN, 320);
    settle(slices, 2, OPEN_5 + 3 * NS_PER_MIN);
    expect_next(slices, 3, 0, 1, false, &slice);
    cr_expect(!slices_next(slices, &slice));
    slices_destroy(slices);
}

Test(slices, give_a_bar_that_nobody_missed_unless_a_newer_one_was_given)
{
    struct slices *slices = two_from(OPEN_5, NS_PER_MIN);
    struct slice slice;
    settle(slices, 2, OPEN_5 + NS_PER_MIN);
    expect_next(slices, 1, 0, 0, false, &slice);
    cr_expect_eq(put(slices, 1, OPEN_5, 500), SLICES_MISSING);
    expect_next(slices, 1, 0, 1, true, &slice);
    (void)put(slices, 0, OPEN_5 + NS_PER_MIN, 300);
    settle(slices, 2, OPEN_5 + 2 * NS_PER_MIN);
    expect_next(slices, 2, 0, 1, false, &slice);
    cr_expect_eq(put(slices, 0, OPEN_5, 290), SLICES_KNOWN, "a newer one was");
    cr_expect(!slices_next(slices, &slice));
    slices_destroy(slices);
}

Test(slices, of_a_run_that_goes_on_give_first_what_it_had_not_waited_for)
{
    static const int64_t have_ns[] = {OPEN_5 + 2 * NS_PER_MIN, OPEN_5 + 5 * NS_PER_MIN};
    struct slice slice;
    struct slices *slices = slices_create(&(struct slices_plan){
        .schedule = minutes,
        .instrument_count = 2,
        .first_ns = OPEN_5 + 5 * NS_PER_MIN,
        .have_ns = have_ns,
    });
    for (int64_t minute = 0; minute < 6; minute++) {
        (void)put(slices, 0, OPEN_5 + minute * NS_PER_MIN, 300);
        (void)put(slices, 1, OPEN_5 + minute * NS_PER_MIN, 500);
    }
    cr_expect(!slices_next(slices, &slice));
    settle(slices, 2, OPEN_5 + 6 * NS_PER_MIN);
    for (int64_t minute = 3; minute <= 5; minute++) {
        expect_next(slices, minute, 0, 1, true, &slice);
        cr_expect_eq(slice.bars[0].instrument, 0);
    }
    expect_next(slices, 6, 0, 2, false, &slice);
    slices_destroy(slices);
}

/* ---- against a model ---- */

enum { INSTRUMENTS = 5, MINUTES = 390 };

static uint64_t state;

static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 20) % below);
}

/* A market with all its minutes, what of it has come by what was given, and what that must be. */
struct model {
    int64_t frame; /* minutes of a bar of the run */
    bool there[INSTRUMENTS][MINUTES];
    int64_t told[INSTRUMENTS]; /* minutes up to here have come, all of them */
    int64_t passed;            /* frames by which time has passed */
    int64_t next[INSTRUMENTS]; /* frame of the next bar to be given */
    uint64_t ordinal;
    uint64_t late, prices;
};

static struct event_bar minute_bar(uint32_t instrument, int64_t minute)
{
    return bar_at(1000 * (1 + (int64_t)instrument) + minute * 7 % 400);
}

static bool model_bar(const struct model *model, uint32_t instrument, int64_t frame,
                      struct event_bar *out)
{
    bool any = false;
    for (int64_t i = frame * model->frame; i < (frame + 1) * model->frame && i < MINUTES; i++) {
        struct event_bar bar = minute_bar(instrument, i);
        if (!model->there[instrument][i]) {
            continue;
        }
        if (!any) {
            *out = bar;
            any = true;
            continue;
        }
        out->high_e9 = bar.high_e9 > out->high_e9 ? bar.high_e9 : out->high_e9;
        out->low_e9 = bar.low_e9 < out->low_e9 ? bar.low_e9 : out->low_e9;
        out->close_e9 = bar.close_e9;
        out->volume += bar.volume;
    }
    return any;
}

/* Every bar is the whole one, and follows the one before of its instrument without a hole. */
static void expect_bar(struct model *model, const struct slice *slice, const struct event *bar)
{
    struct event_bar want = {0};
    int64_t frame = ((slice->ts_ns - OPEN_5) / NS_PER_MIN + model->frame - 1) / model->frame - 1;
    uint32_t i = bar->instrument;
    while (model->next[i] < frame) {
        cr_assert(!model_bar(model, i, model->next[i]++, &want), "a hole");
    }
    cr_assert_eq(model->next[i]++, frame, "twice");
    cr_assert(model_bar(model, i, frame, &want));
    cr_assert_eq(memcmp(&bar->bar, &want, sizeof want), 0, "it is not whole");
    bool known = model->told[i] >= (frame + 1) * model->frame || model->told[i] == MINUTES;
    cr_assert(known, "it may not be whole");
}

static void expect_slice(struct model *model, const struct slice *slice)
{
    cr_assert_eq(slice->ordinal, model->ordinal++);
    if (slice->past) {
        cr_assert_gt(slice->count, 0);
        model->late += slice->count;
    } else {
        int64_t end = (++model->passed) * model->frame;
        end = end < MINUTES ? end : MINUTES;
        cr_assert_eq(slice->ts_ns, OPEN_5 + end * NS_PER_MIN, "time passes without a gap");
    }
    model->prices += slice->tick_count;
    for (const struct event *tick = slice_ticks(slice); tick < slice->bars; tick++) {
        cr_assert_lt(model->told[tick->instrument], model->passed * model->frame);
    }
    for (uint32_t i = 0; i < slice->count; i++) {
        expect_bar(model, slice, &slice->bars[i]);
    }
}

/* One minute passes: some of it comes by the stream, some of what is missing when it is asked for,
 * and now and then all that is. */
static void let_come(struct model *model, struct slices *slices, int64_t now)
{
    for (uint32_t i = 0; i < INSTRUMENTS; i++) {
        bool streamed = draw(10) != 0;
        bool asked = draw(10) == 0;
        struct event_bar bar = minute_bar(i, now);
        if (streamed && model->there[i][now]) {
            (void)slices_bar(slices, i, OPEN_5 + now * NS_PER_MIN, NS_PER_MIN, &bar);
        }
        for (int64_t m = model->told[i]; m <= now && asked; m++) {
            bar = minute_bar(i, m);
            if (model->there[i][m]) {
                (void)slices_bar(slices, i, OPEN_5 + m * NS_PER_MIN, NS_PER_MIN, &bar);
            }
        }
        if (asked || (streamed && model->told[i] == now)) {
            model->told[i] = now + 1;
        }
        slices_settle(slices, i, OPEN_5 + model->told[i] * NS_PER_MIN);
    }
    slices_pass(slices, OPEN_5 + (now + 1) * NS_PER_MIN, OPEN_5 + (now - 2) * NS_PER_MIN);
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
    state = seed * 0x9e3779b97f4a7c15 + 1;
    model->frame = frame;
    for (int64_t now = 0; now < MINUTES; now++) {
        for (uint32_t i = 0; i < INSTRUMENTS; i++) {
            model->there[i][now] = draw(5) != 0;
        }
    }
    for (int64_t now = 0; now < MINUTES; now++) {
        let_come(model, slices, now);
        while (slices_next(slices, &slice)) {
            expect_slice(model, &slice);
        }
    }
    for (uint32_t i = 0; i < INSTRUMENTS; i++) {
        for (int64_t m = model->told[i]; m < MINUTES; m++) {
            struct event_bar bar = minute_bar(i, m);
            if (model->there[i][m]) {
                (void)slices_bar(slices, i, OPEN_5 + m * NS_PER_MIN, NS_PER_MIN, &bar);
            }
        }
        model->told[i] = MINUTES;
        slices_settle(slices, i, CLOSE_5);
    }
    while (slices_next(slices, &slice)) {
        expect_slice(model, &slice);
    }
    cr_assert_eq(model->passed, (MINUTES + frame - 1) / frame, "no instant is left out");
    for (uint32_t i = 0; i < INSTRUMENTS; i++) {
        struct event_bar left;
        while (model->next[i] < model->passed) {
            cr_assert(!model_bar(model, i, model->next[i]++, &left), "the last ones are missing");
        }
    }
    cr_assert(slices_has_caught_up(slices));
    cr_assert_eq(slices_held(slices), 0);
    cr_assert_gt(model->late, 0);
    cr_assert_gt(model->prices, 0);
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
