/* paper_campaign_test.c: paper runs over real sockets against the exchange served, which loses,
 * repeats, delays and spoils what it says; when all is over, the exchange's own books and ours are
 * the same: no execution lost, none doubled, cash and shares to the last unit.
 *
 * Every deadline and back-off is in the exchange's time. BELLWETHER_EVENTS: so many messages (half
 * a session without it); BELLWETHER_SEED repeats a run. */
#include "cmd/paper_campaign_test.h"

/* A fifth of all that is said is spoilt, a twentieth ends its connection; until the last session,
 * in which everything has to come right. */
static const char script_text[] =
    "seed: %" PRIu64 "\n"
    "rules:\n"
    "  - {route: 'POST /v2/orders', what: timeout_after, probability: 6%%, until: %s}\n"
    "  - {route: 'POST /v2/orders', what: timeout_before, probability: 5%%, until: %s}\n"
    "  - {route: 'POST /v2/orders', what: reset, probability: 3%%, until: %s}\n"
    "  - {route: 'POST /v2/orders', what: status, code: 503, carried_out: yes, probability: 3%%, "
    "until: %s}\n"
    "  - {route: 'POST /v2/orders', what: garbled, probability: 3%%, until: %s}\n"
    "  - {route: 'DELETE *', what: timeout_after, probability: 10%%, until: %s}\n"
    "  - {route: 'DELETE *', what: timeout_before, probability: 10%%, until: %s}\n"
    "  - {route: 'GET /v2/*', what: timeout_before, probability: 4%%, until: %s}\n"
    "  - {route: 'GET /v2/*', what: status, code: 500, probability: 4%%, until: %s}\n"
    "  - {route: 'GET /v2/*', what: not_json, probability: 3%%, until: %s}\n"
    "  - {route: 'GET /v2/*', what: cut, probability: 3%%, until: %s}\n"
    "  - {route: 'GET /v2/*', what: garbled, probability: 3%%, until: %s}\n"
    "  - {route: 'GET /v2/*', what: empty, probability: 3%%, until: %s}\n"
    "  - {stream: trading, what: disconnect, probability: 5%%, until: %s}\n"
    "  - {stream: trading, what: drop, probability: 8%%, until: %s}\n"
    "  - {stream: trading, what: duplicate, probability: 5%%, until: %s}\n"
    "  - {stream: trading, what: reorder, probability: 4%%, until: %s}\n"
    "  - {stream: trading, what: fragment, probability: 3%%, until: %s}\n"
    "  - {stream: data, what: disconnect, probability: 5%%, until: %s}\n"
    "  - {stream: data, what: drop, probability: 10%%, until: %s}\n"
    "  - {stream: data, what: duplicate, probability: 5%%, until: %s}\n"
    "  - {stream: data, what: garble, probability: 2%%, until: %s}\n"
    "  - {stream: data, what: fragment, probability: 3%%, until: %s}\n"
    "  - {what: partial, probability: 30%%, until: %s}\n"
    "  - {what: fill_during_cancel, probability: 20%%, until: %s}\n"
    "  - {what: lookup_lag, for: 8s, probability: 10%%, until: %s}\n";

enum { UNTILS = 26, SESSIONS_MAX = 200 };

static uint64_t number_of(const char *variable, uint64_t usual)
{
    const char *text = getenv(variable);
    return text == NULL ? usual : strtoull(text, NULL, 10);
}

/* The script with its seed and, everywhere, the moment from which all goes well. */
static char *make_script(uint64_t seed, int64_t until_ns)
{
    char when[UTC_TEXT_SIZE];
    (void)utc_format(until_ns, when);
    const char *w = when;
    return xasprintf(script_text, seed, w, w, w, w, w, w, w, w, w, w, w, w, w, w, w, w, w, w, w, w,
                     w, w, w, w, w, w);
}

Test(paper_campaign, books_are_equal_whatever_the_wire_does, .timeout = 3600)
{
    uint64_t seed = number_of("BELLWETHER_SEED", 1);
    uint64_t wanted = number_of("BELLWETHER_EVENTS", 3000);
    uint64_t events = 0;
    uint64_t strikes = 0;
    uint64_t fills = 0;
    for (; events < wanted; seed++) {
        struct campaign campaign = {.ticks = true};
        struct problem problem;
        open_campaign(&campaign, seed, wanted > 10000 ? 2 : 1, make_script);
        enum err err = driver_run(campaign.run.driver, &problem);
        cr_assert_eq(err, ERR_OK, "seed %" PRIu64 ": %s", seed, problem.text);
        expect_same_books(&campaign);
        events += paper_world_messages(campaign.run.world);
        strikes += served_exchange_strikes(campaign.run.served);
        fills += driver_engine(campaign.run.driver)->counters.fills;
        paper_run_finish(&campaign.run);
    }
    cr_expect_gt(fills, 0);
    cr_expect_gt(strikes * 5, events / 2, "a tenth at least was spoilt");
    (void)fprintf(stderr,
                  "# %" PRIu64 " messages, %" PRIu64 " faults, %" PRIu64 " fills on both sides\n",
                  events, strikes, fills);
}

/* ---- streams that are mute or gone ---- */

static char *mute_script(uint64_t seed, int64_t until_ns)
{
    (void)until_ns;
    return xasprintf("seed: %" PRIu64 "\n"
                     "rules:\n"
                     "  - {stream: trading, what: mute, for: 40min, probability: 3%%}\n"
                     "  - {stream: trading, what: disconnect, for: 20min, refuse: 406, "
                     "probability: 10%%}\n"
                     "  - {stream: trading, what: drop, probability: 60%%}\n"
                     "  - {stream: data, what: mute, for: 30min, probability: 2%%}\n"
                     "  - {stream: data, what: disconnect, for: 10min, probability: 2%%}\n",
                     seed);
}

/* Two sessions and the night between them are more than 24 hours. */
Test(paper_campaign, what_the_streams_never_said_is_found_within_15_s, .timeout = 3600)
{
    struct campaign campaign = {.ticks = true};
    struct problem problem;
    open_campaign(&campaign, number_of("BELLWETHER_SEED", 7), 2, mute_script);
    int64_t from_ns = campaign.run.bars.records[0].src_ns;
    int64_t to_ns = campaign.run.bars.records[campaign.run.bars.count - 1].ts_ns;
    cr_assert_gt(to_ns - from_ns, 24 * NS_PER_HOUR);
    cr_assert_eq(driver_run(campaign.run.driver, &problem), ERR_OK, "%s", problem.text);
    expect_same_books(&campaign);
    uint64_t fills = driver_engine(campaign.run.driver)->counters.fills;
    int64_t slowest_ns = campaign.broker.slowest_ns;
    cr_expect_gt(fills, 10);
    cr_expect_leq(slowest_ns, 15 * NS_PER_S, "%.1f s", (double)slowest_ns / 1e9);
    (void)fprintf(stderr,
                  "# %.1f hours, %" PRIu64 " fills, %" PRIu64
                  " faults, the slowest found after %.1f s\n",
                  (double)(to_ns - from_ns) / (double)NS_PER_HOUR, fills,
                  served_exchange_strikes(campaign.run.served), (double)slowest_ns / 1e9);
    paper_run_finish(&campaign.run);
}
