/* synth_test.c: the synthetic market is the same everywhere, whoever asks for how much of it. */
#include "data/synth.h"

#include <criterion/criterion.h>
#include <string.h>

#include "data/bar_file.h"
#include "data/bars_check.h"
#include "data/data_test.h"

enum { FIRST_DAY = 19724 }; /* 2024-01-02 */

static void make(uint64_t seed, uint32_t sessions, uint32_t symbols, int64_t bar_ns,
                 struct bars *bars)
{
    struct synth_symbol *cast = synth_symbols_first(seed, symbols);
    struct synth_session *list = synth_sessions(FIRST_DAY, sessions);
    struct synth_plan plan = {seed, cast, symbols, list, sessions, bar_ns};
    synth_bars_create(&plan, bars);
    free(list);
    free(cast);
}

/* Constants: every compiler, optimisation and machine has to give these very bytes. */
Test(synth, is_the_same_bit_for_bit_everywhere)
{
    static const struct {
        uint64_t seed;
        uint32_t sessions, symbols;
        int64_t bar_ns;
        const char *hash;
    } cases[] = {
        {42, 5,  8,  NS_PER_MIN, "1c5ed8c6e387a1cf1b9e1be2b59a8ab0c3f5be1503628136c7d81d3152539252"},
        {7,  20, 30, NS_PER_DAY, "8072d459786427f9ab21ed46e3c82d21adcf25f45a1ff6a154ca6e6e3de68d8f"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bars bars;
        make(cases[i].seed, cases[i].sessions, cases[i].symbols, cases[i].bar_ns, &bars);
        cr_expect_str_eq(bars.data_hash, cases[i].hash, "row %zu: %s", i, bars.data_hash);
        bars_finish(&bars);
    }
}

Test(synth, bars_keep_every_promise)
{
    static const int64_t lengths[] = {NS_PER_MIN, 5 * NS_PER_MIN, NS_PER_HOUR, NS_PER_DAY};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct bars bars;
        make(3, 10, 60, lengths[i], &bars);
        const char *fault = bars_fault(&bars);
        cr_assert_null(fault, "%s", fault);
        for (uint64_t k = 0; k < bars.count; k++) {
            const struct event_bar *bar = &bars.records[k].bar;
            cr_assert(bar->open_e9 % 10000000 == 0 && bar->high_e9 % 10000000 == 0 &&
                      bar->low_e9 % 10000000 == 0 && bar->close_e9 % 10000000 == 0);
            cr_assert_gt(bar->volume, 0);
        }
        bars_finish(&bars);
    }
}

Test(synth, a_longer_run_begins_with_the_shorter)
{
    struct bars one;
    struct bars two;
    make(42, 3, 8, NS_PER_MIN, &one);
    make(42, 9, 8, NS_PER_MIN, &two);
    cr_assert_eq(one.count, 3 * 390 * 8);
    cr_assert_eq(memcmp(one.records, two.records, one.count * EVENT_SIZE), 0);
    bars_finish(&one);
    bars_finish(&two);
}

Test(synth, a_symbol_is_the_same_whichever_others_there_are)
{
    struct bars all;
    make(42, 4, 8, NS_PER_MIN, &all);
    static const struct instrument names[] = {{"TSLA"}, {"MSFT"}};
    struct synth_symbol *symbols = synth_symbols_named(42, names, 2);
    struct synth_session *list = synth_sessions(FIRST_DAY, 4);
    struct synth_plan plan = {42, symbols, 2, list, 4, NS_PER_MIN};
    struct bars pair;
    synth_bars_create(&plan, &pair);
    cr_assert_str_eq(pair.instruments[1].symbol, "TSLA");
    cr_assert_str_eq(all.instruments[7].symbol, "TSLA");
    for (uint64_t i = 0; i < pair.slice_count; i++) {
        cr_assert_eq(memcmp(&pair.records[2 * i + 1].bar, &all.records[8 * i + 7].bar,
                            sizeof(struct event_bar)),
                     0, "slice %lu", (unsigned long)i);
    }
    bars_finish(&all);
    bars_finish(&pair);
    free(list);
    free(symbols);
}

Test(synth, longer_bars_are_made_of_the_minutes)
{
    struct bars minutes;
    struct bars hours;
    make(42, 2, 1, NS_PER_MIN, &minutes);
    make(42, 2, 1, NS_PER_HOUR, &hours);
    cr_assert_eq(hours.count, 14);
    for (uint64_t h = 0; h < hours.count; h++) {
        const struct event *hour = &hours.records[h];
        struct event_bar want = {0};
        for (uint64_t m = 0; m < minutes.count; m++) {
            const struct event *minute = &minutes.records[m];
            if (minute->src_ns < hour->src_ns || minute->src_ns >= hour->ts_ns) {
                continue;
            }
            if (want.open_e9 == 0) {
                want = minute->bar;
                continue;
            }
            want.high_e9 = minute->bar.high_e9 > want.high_e9 ? minute->bar.high_e9 : want.high_e9;
            want.low_e9 = minute->bar.low_e9 < want.low_e9 ? minute->bar.low_e9 : want.low_e9;
            want.close_e9 = minute->bar.close_e9;
            want.volume += minute->bar.volume;
        }
        cr_assert_eq(memcmp(&want, &hour->bar, sizeof want), 0, "hour %lu", (unsigned long)h);
    }
    bars_finish(&minutes);
    bars_finish(&hours);
}

Test(synth, other_seeds_give_other_markets)
{
    struct bars one;
    struct bars two;
    make(42, 1, 8, NS_PER_MIN, &one);
    make(43, 1, 8, NS_PER_MIN, &two);
    uint64_t same = 0;
    for (uint64_t i = 0; i < one.count; i++) {
        same += one.records[i].bar.close_e9 == two.records[i].bar.close_e9;
    }
    cr_assert_lt(same, one.count / 50);
    bars_finish(&one);
    bars_finish(&two);
}

Test(synth, volume_and_volatility_are_about_those_of_the_symbol)
{
    struct bars bars;
    make(42, 756, 8, NS_PER_DAY, &bars);
    for (uint32_t i = 0; i < 8; i++) {
        struct synth_symbol symbol = synth_symbol_make(42, &bars.instruments[i]);
        double volume = 0.0;
        double squares = 0.0;
        for (uint64_t k = 1; k < bars.slice_count; k++) {
            const struct event_bar *bar = &bars.records[8 * k + i].bar;
            double before = (double)bars.records[8 * (k - 1) + i].bar.close_e9;
            double r = (double)bar->close_e9 / before - 1.0;
            squares += r * r;
            volume += (double)bar->volume;
        }
        double n = (double)(bars.slice_count - 1);
        double deviation = fmath_sqrt(squares / n);
        cr_expect(volume / n > 0.75 * symbol.daily_volume &&
                      volume / n < 1.35 * symbol.daily_volume,
                  "%s: %.0f shares a day", symbol.instrument.symbol, volume / n);
        cr_expect(deviation > 0.75 * symbol.daily_volatility &&
                      deviation < 1.35 * symbol.daily_volatility,
                  "%s: %.4f a day", symbol.instrument.symbol, deviation);
    }
    bars_finish(&bars);
}

Test(synth, quotes_stand_around_the_close_and_do_not_move_the_market)
{
    struct synth_symbol *symbols = synth_symbols_first(42, 30);
    struct synth_session *list = synth_sessions(FIRST_DAY, 2);
    struct synth_plan plan = {42, symbols, 30, list, 2, NS_PER_MIN};
    struct synth *asked = synth_create(&plan);
    struct synth *quiet = synth_create(&plan);
    const struct slice *slice;
    while ((slice = synth_next_slice(asked)) != NULL) {
        const struct slice *other = synth_next_slice(quiet);
        cr_assert_eq(memcmp(slice->bars, other->bars, 30 * EVENT_SIZE), 0);
        for (uint32_t i = 0; i < 30; i++) {
            struct synth_quote quote = synth_quote(asked, i);
            struct synth_quote again = synth_quote(asked, i);
            cr_assert_eq(memcmp(&quote, &again, sizeof quote), 0);
            cr_assert_lt(quote.bid_e9, quote.ask_e9);
            cr_assert_lt(quote.ask_e9 - quote.bid_e9, quote.ask_e9 / 20);
            int64_t close_e9 = slice->bars[i].bar.close_e9;
            cr_assert(close_e9 == quote.bid_e9 || close_e9 == quote.ask_e9);
            cr_assert(quote.bid_size >= 100 && quote.bid_size % 100 == 0);
            cr_assert(quote.ask_size >= 100 && quote.ask_size % 100 == 0);
        }
    }
    synth_destroy(asked);
    synth_destroy(quiet);
    free(list);
    free(symbols);
}

/* Every session from 2007 on, against the published calendar: the rule gives all of them with the
 * right open, and the close of all that are no half days. */
Test(synth, sessions_have_the_hours_of_the_exchange)
{
    char *path = shared_file("calendar/sessions_XNYS_2000-2027.csv");
    if (path == NULL) {
        cr_skip("no shared data");
    }
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    char line[128];
    int checked = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        int64_t day_ns;
        int64_t open_ns;
        int64_t close_ns;
        if (strlen(line) < 52 || strncmp(line, "2007", 4) < 0 ||
            utc_parse_date(line, 10, &day_ns) != ERR_OK) {
            continue;
        }
        cr_assert_eq(utc_parse(line + 11, 20, &open_ns), ERR_OK);
        cr_assert_eq(utc_parse(line + 32, 20, &close_ns), ERR_OK);
        struct synth_session session;
        cr_assert(synth_session_of_day(utc_day_of(day_ns), &session));
        cr_assert_eq(session.open_ns, open_ns, "%s", line);
        cr_assert(session.close_ns == close_ns || strstr(line, ",full") == NULL, "%s", line);
        checked++;
    }
    (void)fclose(file);
    cr_assert_gt(checked, 5000);
    free(path);
}

Test(synth, is_the_same_written_as_made)
{
    char *folder = folder_create();
    char *path = xasprintf("%s/m.bwbars", folder);
    struct synth_symbol *symbols = synth_symbols_first(5, 12);
    struct synth_session *list = synth_sessions(FIRST_DAY, 3);
    struct synth_plan plan = {5, symbols, 12, list, 3, NS_PER_MIN};
    struct bars made;
    struct bars written;
    struct problem problem;
    synth_bars_create(&plan, &made);
    cr_assert_eq(synth_write(path, &plan, NULL, &problem), ERR_OK, "%s", problem.text);
    cr_assert_eq(bar_file_open(path, &written, &problem), ERR_OK, "%s", problem.text);
    cr_assert_eq(made.count, written.count);
    cr_assert_str_eq(made.data_hash, written.data_hash);
    bars_finish(&made);
    bars_finish(&written);
    free(list);
    free(symbols);
    free(path);
    folder_remove(folder);
}
