/* multi_timeframe_test.c: votes of days, hours and five minutes, resampled by hand from SPY's
 * minutes of January 2011 with the exchange's own hours. */
#include "strategy/strategy_test.h"

#include "market/calendar.h"

/* Closes of the finished frames of one length, the way one would by hand: a bar ends the frame that
 * holds it when it ends at its end; else the next bar behind that end does. */
struct frames {
    int64_t length_ns;
    int64_t closes_e9[BENCH_BARS];
    uint32_t count;
    int64_t last_end_ns; /* end of the frame that the last bar lies in, 0: it is finished */
};

static void frames_take(struct frames *frames, const struct event *bar)
{
    struct trading_day day;
    struct frame frame;
    cr_assert(calendar_day_at(CALENDAR_XNYS, bar->ts_ns, &day));
    cr_assert(calendar_frame(&day, frames->length_ns, bar->ts_ns, &frame));
    if (frames->last_end_ns != 0 && frames->last_end_ns < frame.end_ns) {
        frames->count++;
    }
    frames->closes_e9[frames->count] = bar->bar.close_e9;
    frames->last_end_ns = frame.end_ns;
    if (bar->ts_ns == frame.end_ns) {
        frames->count++;
        frames->last_end_ns = 0;
    }
}

static int frames_vote(const struct frames *frames, uint32_t window)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < window; i++) {
        sum += frames->closes_e9[frames->count - 1 - i];
    }
    return frames->closes_e9[frames->count - 1] * window > sum ? 1 : 0;
}

Test(multi_timeframe, votes_as_resampled_by_hand)
{
    struct bars bars;
    if (!bench_real(REAL_MINUTES, &bars)) {
        cr_skip_test("no shared data");
    }
    struct bench *bench = bench_create("multi_timeframe");
    *bench_parameter(bench, "daily_window") = 4;
    bench->frame_ns = 5 * NS_PER_MIN;
    bench_begin(bench, NS_PER_MIN, CALENDAR_XNYS);
    static struct frames frames[3];
    static const int64_t lengths_ns[3] = {NS_PER_DAY, NS_PER_HOUR, 5 * NS_PER_MIN};
    static const uint32_t windows[3] = {4, 20, 5};
    for (int k = 0; k < 3; k++) {
        frames[k].length_ns = lengths_ns[k];
    }
    uint64_t asked = 0;
    for (uint64_t i = 0; i < bars.count; i++) {
        const struct event *bar = &bars.records[i];
        struct trading_day day;
        uint32_t fives = frames[2].count;
        bool regular = calendar_day_at(CALENDAR_XNYS, bar->ts_ns, &day) &&
                       calendar_is_regular(&day, bar->ts_ns);
        struct decision said = bench_take(bench, bar);
        if (!regular) {
            cr_assert_not(bench->asked, "outside of the regular session");
            continue;
        }
        bool warm = true;
        int up = 0;
        for (int k = 0; k < 3; k++) {
            frames_take(&frames[k], bar);
            warm = warm && frames[k].count > windows[k];
            up += warm ? frames_vote(&frames[k], windows[k]) : 0;
        }
        cr_assert_eq(bench->asked, warm && frames[2].count > fives, "bar %zu", (size_t)i);
        if (bench->asked) {
            asked++;
            cr_assert_eq(said.act, up >= 2 ? ACT_BUY : ACT_SELL, "bar %zu", (size_t)i);
            int agree = up >= 2 ? up : 3 - up;
            cr_assert_eq(said.confidence_ppm, agree == 3 ? 1000000 : 666666);
        }
    }
    cr_assert_gt(asked, 1000);
    cr_assert_gt(bench->acts[ACT_BUY], 20);
    cr_assert_gt(bench->acts[ACT_SELL], 20);
    bench_destroy(bench);
    bars_finish(&bars);
}

/* Days alone: the data has nothing finer. */
Test(multi_timeframe, goes_without_frames_finer_than_the_data)
{
    struct bench *bench = bench_create("multi_timeframe");
    *bench_parameter(bench, "daily_window") = 2;
    bench->frame_ns = NS_PER_DAY;
    bench_begin(bench, NS_PER_DAY, CALENDAR_ALWAYS);
    cr_assert(series_is_absent(bench->context.series[2]));
    cr_assert(series_is_absent(bench->context.series[5]));
    static const int64_t cents[] = {1000, 1000, 1000, 1001, 1001, 1000};
    static const char says[] = "..-BSS"; /* ties count as not above */
    for (int t = 0; t < 6; t++) {
        struct event bar = bench_flat(bench, cents[t], 1);
        bar.src_ns = t * NS_PER_DAY;
        bar.ts_ns = bar.src_ns + NS_PER_DAY;
        struct decision said = bench_take(bench, &bar);
        char want = t == 2 ? 'S' : says[t];
        cr_assert_eq(bench->asked ? "-BS"[said.act] : '.', want, "day %d", t);
        cr_assert(!bench->asked || said.confidence_ppm == 1000000);
    }
    bench_destroy(bench);
}

Test(multi_timeframe, leaves_out_what_is_switched_off)
{
    struct bench *bench = bench_create("multi_timeframe");
    *bench_parameter(bench, "use_hourly") = CHOICE_NO;
    bench->frame_ns = 5 * NS_PER_MIN;
    bench_begin(bench, NS_PER_MIN, CALENDAR_ALWAYS);
    cr_assert_eq(bench->series_count, 4);
    cr_assert_eq(bench->context.series[3]->window, 5);
    bench_destroy(bench);
}
