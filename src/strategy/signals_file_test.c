/* signals_file_test.c: which signal acts at which bar, and why others do not. */
#include "strategy/signals_file.h"

#include "strategy/strategy_test.h"

static struct signal at(int64_t seconds, bool buys)
{
    return (struct signal){.ts_ns = seconds * NS_PER_S,
                           .profit_e9 = SIGNAL_UNKNOWN_PROFIT,
                           .confidence_ppm = SIGNAL_UNKNOWN,
                           .buys = buys};
}

/* Minutes 1, 2, 3, ... end at 60, 120, 180 s; the letters are what each says. */
static void assert_says(const char *what, const struct signal *signals, uint32_t count,
                        int64_t max_age_ns, const char *says, const char *last_reason)
{
    struct bench *bench = bench_create("signals_file");
    struct signal_list list = {signals, count};
    *bench_parameter(bench, "max_age") = max_age_ns;
    bench->context.data = &list;
    bench_begin(bench, 0, CALENDAR_ALWAYS);
    struct decision said = {0};
    for (size_t i = 0; says[i] != '\0'; i++) {
        struct event bar = bench_flat(bench, 1000, 1);
        if (says[i] == ' ') { /* no bar in this minute */
            bench->bars[bench->count++] = bar;
            continue;
        }
        said = bench_take(bench, &bar);
        cr_assert(bench->asked, "%s: from the first bar on", what);
        cr_expect_eq("-BS"[said.act], says[i], "%s: minute %zu: %s", what, i + 1,
                     bench_reason(bench, said));
    }
    cr_expect_str_eq(bench_reason(bench, said), last_reason, "%s", what);
    bench_destroy(bench);
}

Test(signals_file, acts_at_the_first_bar_that_ends_at_or_after_a_signal)
{
    const struct signal one[] = {at(120, true)};
    assert_says("at a bar's end", one, 1, 0, "-B-", "no signal due");
    const struct signal late[] = {at(121, true)};
    assert_says("a second behind it", late, 1, 0, "--B", "signal to buy");
    const struct signal two[] = {at(61, true), at(180, false)};
    assert_says("buy, then sell", two, 2, 0, "-BS-", "no signal due");
    const struct signal both[] = {at(61, true), at(90, false)};
    assert_says("the last of a bar counts", both, 2, 0, "-S", "signal to sell");
    assert_says("no signals", NULL, 0, 0, "---", "no signal due");
}

Test(signals_file, leaves_old_signals)
{
    const struct signal one[] = {at(90, true)};
    assert_says("a bar is missing: 90 s late", one, 1, 0, "- -", "signal too old");
    assert_says("that late is allowed", one, 1, 90 * NS_PER_S, "- B", "signal to buy");
    assert_says("a nanosecond less is not", one, 1, 90 * NS_PER_S - 1, "- -", "signal too old");
    const struct signal early[] = {at(-1000, true)};
    assert_says("older than the data", early, 1, 0, "--", "no signal due");
}

Test(signals_file, asks_for_confidence_and_profit)
{
    static const struct {
        const char *what;
        uint32_t confidence_ppm;
        int64_t profit_e9;
        int64_t require;
        enum act want;
        const char *reason;
    } cases[] = {
        {"nothing known",       SIGNAL_UNKNOWN, SIGNAL_UNKNOWN_PROFIT, 0, ACT_BUY,  "signal to buy"                     },
        {"confidence required", SIGNAL_UNKNOWN, SIGNAL_UNKNOWN_PROFIT, 1, ACT_HOLD,
         "signal without confidence"                                                                                    },
        {"0.60 is enough",      600000,         SIGNAL_UNKNOWN_PROFIT, 1, ACT_BUY,  "signal to buy"                     },
        {"0.599999 is not",     599999,         SIGNAL_UNKNOWN_PROFIT, 0, ACT_HOLD,
         "signal's confidence too small"                                                                                },
        {"3 bps are enough",    SIGNAL_UNKNOWN, 300000,                0, ACT_BUY,  "signal to buy"                     },
        {"2.99 bps are not",    SIGNAL_UNKNOWN, 299000,                0, ACT_HOLD,
         "signal's expected profit too small"                                                                           },
        {"a loss is expected",  1000000,        -1,                    0, ACT_HOLD, "signal's expected profit too small"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct signal signal = at(30, true);
        signal.confidence_ppm = cases[i].confidence_ppm;
        signal.profit_e9 = cases[i].profit_e9;
        struct signal_list list = {&signal, 1};
        struct bench *bench = bench_create("signals_file");
        *bench_parameter(bench, "require_confidence") = cases[i].require;
        bench->context.data = &list;
        bench_begin(bench, 0, CALENDAR_ALWAYS);
        struct event bar = bench_flat(bench, 1000, 1);
        struct decision said = bench_take(bench, &bar);
        cr_expect_eq(said.act, cases[i].want, "%s", cases[i].what);
        cr_expect_str_eq(bench_reason(bench, said), cases[i].reason, "%s", cases[i].what);
        uint32_t known =
            cases[i].confidence_ppm == SIGNAL_UNKNOWN ? 1000000 : cases[i].confidence_ppm;
        cr_expect(said.act == ACT_HOLD || said.confidence_ppm == known, "%s", cases[i].what);
        bench_destroy(bench);
    }
}

/* An older signal of the same bar acts where the newest may not. */
Test(signals_file, falls_back_on_an_older_signal_of_the_bar)
{
    struct signal two[] = {at(61, true), at(90, false)};
    two[1].confidence_ppm = 1;
    assert_says("the last one is weak", two, 2, 0, "-B", "signal to buy");
}

/* Many signals of several instruments: only its own count; against a look at every one of them. */
Test(signals_file, finds_its_own_among_many)
{
    enum { MANY = 3000 };
    static struct signal signals[MANY];
    uint64_t state = 3;
    for (uint32_t i = 0; i < MANY; i++) {
        signals[i] = at((int64_t)(i % 1000) * 45, bench_random(&state) % 2 == 0);
        signals[i].instrument = i / 1000;
    }
    struct signal_list list = {signals, MANY};
    for (uint32_t instrument = 0; instrument < 3; instrument++) {
        struct bench *bench = bench_create("signals_file");
        bench->context.data = &list;
        bench->context.instrument = instrument;
        bench_begin(bench, 0, CALENDAR_ALWAYS);
        for (int64_t minute = 0; minute < 800; minute++) {
            struct event bar = bench_flat(bench, 1000, 1);
            struct decision said = bench_take(bench, &bar);
            enum act want = ACT_HOLD;
            for (uint32_t i = 0; i < MANY; i++) {
                bool due = signals[i].instrument == instrument && signals[i].ts_ns <= bar.ts_ns &&
                           signals[i].ts_ns > bar.src_ns;
                want = due ? (signals[i].buys ? ACT_BUY : ACT_SELL) : want;
            }
            if (minute == 0 && want == ACT_HOLD) {
                want = signals[instrument * 1000].buys ? ACT_BUY : ACT_SELL; /* at 0 s: 60 s old */
            }
            cr_assert_eq(said.act, want, "minute %d", (int)minute);
        }
        bench_destroy(bench);
    }
}
