/* synth.c: see synth.h.
 *
 * A symbol's step is beta x market + sector beta x sector + its own; the long-run deviation of its
 * own part is what remains of its daily volatility. Each factor and each symbol draws from streams
 * of its own, so a sector that nobody asks for is left out without a trace. */
#include "data/synth.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/fmath.h"
#include "data/synth_factor.h"
#include "sys/memory.h"

#define MARKET_DEVIATION 0.0098 /* of a day: 15.6 % a year */
#define SECTOR_DEVIATION 0.0060
#define OWN_SHARE_MIN    0.05   /* of the daily volatility, whatever beta leaves */
#define MARKET_DRIFT     0.0003 /* a day: 7.8 % a year */
#define PULL             0.0005 /* of the log price to its first level, a day: keeps it in sight */

#define NIGHT_SHARE_ROOT 0.52 /* a usual night, in deviations of a day */

enum { EARNINGS_EVERY = 63, STREAM_EARNINGS = 48 };

struct member {
    struct synth_factor own;
    struct synth_tape tape;
    struct synth_random earnings;
    uint32_t earnings_phase;
};

struct synth {
    uint32_t symbol_count, session_count;
    struct synth_session *sessions;
    int64_t bar_ns;
    struct synth_regime regime;
    struct synth_factor market, sectors[SYNTH_SECTOR_COUNT];
    bool sector_used[SYNTH_SECTOR_COUNT];
    struct member *members;
    uint32_t session;        /* ordinal of the session under way */
    int64_t minute, minutes; /* of it: the next one, and how many there are */
    struct event *records;
    struct slice slice;
    uint64_t slice_ordinal;
};

bool synth_bar_is_possible(int64_t bar_ns)
{
    return bar_ns == NS_PER_DAY ||
           (bar_ns >= NS_PER_MIN && bar_ns <= NS_PER_HOUR && bar_ns % NS_PER_MIN == 0);
}

uint64_t synth_slice_count(const struct synth_plan *plan)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < plan->session_count; i++) {
        int64_t length = plan->sessions[i].close_ns - plan->sessions[i].open_ns;
        count += (uint64_t)((length + plan->bar_ns - 1) / plan->bar_ns);
    }
    return count;
}

/* ---- start and end ---- */

static void check_plan(const struct synth_plan *plan)
{
    CHECK(plan->symbol_count > 0 && plan->session_count > 0);
    CHECK(synth_bar_is_possible(plan->bar_ns));
    for (uint32_t i = 0; i < plan->session_count; i++) {
        const struct synth_session *session = &plan->sessions[i];
        int64_t length = session->close_ns - session->open_ns;
        CHECK(length > 0 && length <= NS_PER_DAY && length % NS_PER_MIN == 0);
        CHECK(i == 0 || plan->sessions[i - 1].close_ns < session->open_ns);
    }
}

static void member_start(struct synth *synth, struct member *member,
                         const struct synth_symbol *symbol, uint64_t seed)
{
    const char *name = symbol->instrument.symbol;
    double total = symbol->daily_volatility * symbol->daily_volatility;
    double market = symbol->beta * MARKET_DEVIATION;
    double sector = symbol->sector_beta * SECTOR_DEVIATION;
    double own = total - market * market - sector * sector;
    double least = OWN_SHARE_MIN * OWN_SHARE_MIN * total;
    synth_factor_start(&member->own, &synth_own_traits, fmath_sqrt(own > least ? own : least), seed,
                       name);
    synth_tape_start(&member->tape, symbol, seed);
    member->earnings = synth_random_start(seed, name, STREAM_EARNINGS);
    member->earnings_phase = (uint32_t)(synth_random_next(&member->earnings) % EARNINGS_EVERY);
    if (!synth->sector_used[symbol->sector]) {
        synth->sector_used[symbol->sector] = true;
        synth_factor_start(&synth->sectors[symbol->sector], &synth_sector_traits, SECTOR_DEVIATION,
                           seed, synth_sector_text(symbol->sector));
    }
}

struct synth *synth_create(const struct synth_plan *plan)
{
    check_plan(plan);
    struct synth *synth = xcalloc(1, sizeof *synth);
    synth->symbol_count = plan->symbol_count;
    synth->session_count = plan->session_count;
    synth->bar_ns = plan->bar_ns;
    synth->sessions = xcalloc(plan->session_count, sizeof *synth->sessions);
    memcpy(synth->sessions, plan->sessions, plan->session_count * sizeof *synth->sessions);
    synth->members = xcalloc(plan->symbol_count, sizeof *synth->members);
    synth->records = xcalloc_aligned(plan->symbol_count * sizeof *synth->records);
    synth_regime_start(&synth->regime, plan->seed);
    synth_factor_start(&synth->market, &synth_market_traits, MARKET_DEVIATION, plan->seed,
                       "market");
    for (uint32_t i = 0; i < plan->symbol_count; i++) {
        member_start(synth, &synth->members[i], &plan->symbols[i], plan->seed);
    }
    return synth;
}

void synth_destroy(struct synth *synth)
{
    if (synth != NULL) {
        free(synth->sessions);
        free(synth->members);
        free(synth->records);
        free(synth);
    }
}

/* ---- a session ---- */

/* The gap after a quarterly report, once in EARNINGS_EVERY sessions. */
static double earnings_gap(struct member *member, uint32_t session)
{
    double deviation = member->tape.symbol.earnings;
    if (!(deviation > 0.0) || session % EARNINGS_EVERY != member->earnings_phase) {
        return 0.0;
    }
    return deviation * synth_random_normal(&member->earnings);
}

static void session_open(struct synth *synth)
{
    const struct synth_session *session = &synth->sessions[synth->session];
    synth->minute = 0;
    synth->minutes = (session->close_ns - session->open_ns) / NS_PER_MIN;
    double weather = synth_regime_log(&synth->regime);
    double market_night = synth_factor_open(&synth->market, weather) + MARKET_DRIFT;
    double heat = weather + synth->market.day_x;
    double nights[SYNTH_SECTOR_COUNT] = {0};
    for (int i = 0; i < SYNTH_SECTOR_COUNT; i++) {
        nights[i] = synth->sector_used[i] ? synth_factor_open(&synth->sectors[i], heat) : 0.0;
    }
    for (uint32_t i = 0; i < synth->symbol_count; i++) {
        struct member *member = &synth->members[i];
        const struct synth_symbol *symbol = &member->tape.symbol;
        double r = synth_factor_open(&member->own, heat) + earnings_gap(member, synth->session);
        member->own.day_r = r; /* a report makes the days after it livelier */
        double away = fmath_log(member->tape.price / symbol->price);
        synth_tape_open(&member->tape,
                        symbol->beta * market_night + symbol->sector_beta * nights[symbol->sector] +
                            r - PULL * away,
                        symbol->daily_volatility * NIGHT_SHARE_ROOT);
    }
}

static void session_close(struct synth *synth)
{
    synth_factor_close(&synth->market);
    for (int i = 0; i < SYNTH_SECTOR_COUNT; i++) {
        if (synth->sector_used[i]) {
            synth_factor_close(&synth->sectors[i]);
        }
    }
    for (uint32_t i = 0; i < synth->symbol_count; i++) {
        synth_factor_close(&synth->members[i].own);
    }
    synth_regime_next(&synth->regime);
    synth->session++;
    synth->minutes = 0;
}

/* ---- a minute ---- */

/* The deviation of a sum of independent parts. */
static double together(const struct synth_symbol *symbol, double market, double sector, double own)
{
    double m = symbol->beta * market;
    double s = symbol->sector_beta * sector;
    return fmath_sqrt(m * m + s * s + own * own);
}

/* A factor's deviation at this time of day in the long run. */
static double usual_deviation(const struct synth_factor *factor, double since, double left)
{
    return factor->deviation * factor->shape_scale *
           synth_shape_at(&factor->traits->shape, since, left) *
           fmath_sqrt((1.0 - factor->traits->night_share) / SYNTH_MINUTES_USUAL);
}

static void minute_begin(struct synth *synth, double since, double left)
{
    synth_factor_minute(&synth->market, 0.0, since, left);
    double heat = synth->market.minute_x;
    double market_usual = usual_deviation(&synth->market, since, left);
    double usual[SYNTH_SECTOR_COUNT] = {0};
    for (int i = 0; i < SYNTH_SECTOR_COUNT; i++) {
        if (synth->sector_used[i]) {
            synth_factor_minute(&synth->sectors[i], heat, since, left);
            usual[i] = usual_deviation(&synth->sectors[i], since, left);
        }
    }
    for (uint32_t i = 0; i < synth->symbol_count; i++) {
        struct member *member = &synth->members[i];
        const struct synth_symbol *symbol = &member->tape.symbol;
        synth_factor_minute(&member->own, heat, since, left);
        double now =
            together(symbol, synth->market.minute_deviation,
                     synth->sectors[symbol->sector].minute_deviation, member->own.minute_deviation);
        double long_run = together(symbol, market_usual, usual[symbol->sector],
                                   usual_deviation(&member->own, since, left));
        synth_tape_minute(&member->tape, now, long_run);
    }
}

static void step(struct synth *synth)
{
    double market = synth_factor_step(&synth->market);
    double sectors[SYNTH_SECTOR_COUNT] = {0};
    for (int i = 0; i < SYNTH_SECTOR_COUNT; i++) {
        sectors[i] = synth->sector_used[i] ? synth_factor_step(&synth->sectors[i]) : 0.0;
    }
    for (uint32_t i = 0; i < synth->symbol_count; i++) {
        struct member *member = &synth->members[i];
        const struct synth_symbol *symbol = &member->tape.symbol;
        synth_tape_step(&member->tape, symbol->beta * market +
                                           symbol->sector_beta * sectors[symbol->sector] +
                                           synth_factor_step(&member->own));
    }
}

static void minute(struct synth *synth)
{
    double since = (double)synth->minute;
    double left = (double)(synth->minutes - 1 - synth->minute);
    minute_begin(synth, since, left);
    for (int i = 0; i < SYNTH_STEPS; i++) {
        step(synth);
    }
    for (uint32_t i = 0; i < synth->symbol_count; i++) {
        synth_tape_minute_end(&synth->members[i].tape, since, left);
    }
    synth->minute++;
}

/* ---- slices ---- */

static const struct slice *make_slice(struct synth *synth, int64_t start_ns)
{
    int64_t end_ns = start_ns + synth->bar_ns;
    for (uint32_t i = 0; i < synth->symbol_count; i++) {
        synth->records[i] = (struct event){
            .ts_ns = end_ns,
            .src_ns = start_ns,
            .kind = EVENT_BAR,
            .version = 1,
            .slots = 1,
            .instrument = i,
            .bar = synth_tape_bar(&synth->members[i].tape),
        };
    }
    synth->slice =
        slice_of(synth->records, synth->records + synth->symbol_count, synth->slice_ordinal++);
    return &synth->slice;
}

const struct slice *synth_next_slice(struct synth *synth)
{
    if (synth->session == synth->session_count) {
        return NULL;
    }
    if (synth->minutes == 0) {
        session_open(synth);
    }
    const struct synth_session *session = &synth->sessions[synth->session];
    int64_t start_ns = synth->bar_ns == NS_PER_DAY ? utc_day_of(session->open_ns) * NS_PER_DAY
                                                   : session->open_ns + synth->minute * NS_PER_MIN;
    int64_t end = synth->minute + synth->bar_ns / NS_PER_MIN;
    while (synth->minute < synth->minutes && synth->minute < end) {
        minute(synth);
    }
    if (synth->minute == synth->minutes) {
        session_close(synth);
    }
    return make_slice(synth, start_ns);
}

struct synth_quote synth_quote(const struct synth *synth, uint32_t instrument)
{
    CHECK(instrument < synth->symbol_count && synth->slice_ordinal > 0);
    return synth_tape_quote(&synth->members[instrument].tape, synth->slice.ts_ns);
}
