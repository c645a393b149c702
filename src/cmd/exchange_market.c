#include "cmd/exchange_market.h"

#include <stdlib.h>
#include <string.h>

#include "base/utc.h"
#include "data/synth.h"
#include "sys/memory.h"

#define SYNTH_START_AFTER_OPEN_NS (30 * NS_PER_MIN)

/* ---- symbols ---- */

/* "SPY,AAPL" as instruments; the caller's to free(). ERR_USAGE when one cannot be a symbol. */
static enum err symbols_parse(const char *text, struct instrument **symbols, uint32_t *count,
                              struct problem *problem)
{
    size_t most = 1;
    for (const char *c = text; *c != '\0'; c++) {
        most += *c == ',';
    }
    *symbols = xcalloc(most, sizeof **symbols);
    *count = 0;
    for (const char *begin = text;;) {
        size_t length = strcspn(begin, ",");
        if (length == 0 || length >= SYMBOL_SIZE ||
            strspn(begin, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") < length) {
            return problem_set(problem, ERR_USAGE,
                               "--symbols %s: `%.*s` is no symbol; write upper-case letters, "
                               "digits, points: --symbols SPY,AAPL",
                               text, (int)length, begin);
        }
        memcpy((*symbols)[(*count)++].symbol, begin, length);
        if (begin[length] == '\0') {
            return ERR_OK;
        }
        begin += length + 1;
    }
}

/* ---- the synthetic market ---- */

/* The session that is open at ts_ns, or the last one that opened before. */
static bool session_at_or_before(int64_t ts_ns, struct trading_day *day)
{
    return (calendar_day_after(CALENDAR_XNYS, ts_ns, day) && day->open_ns <= ts_ns) ||
           calendar_day_before(CALENDAR_XNYS, ts_ns, day);
}

/* The sessions around `middle`, holidays and half days as they are; the caller's to free(). */
static struct synth_session *list_sessions(const struct exchange_market_choice *choice,
                                           struct trading_day middle, uint32_t *count)
{
    struct trading_day day = middle;
    uint32_t before = 0;
    struct trading_day earlier;
    while (before < choice->history_sessions &&
           calendar_day_before(CALENDAR_XNYS, day.open_ns, &earlier)) {
        day = earlier;
        before++;
    }
    uint32_t all = before + 1 + choice->future_sessions;
    struct synth_session *sessions = xcalloc(all, sizeof *sessions);
    *count = 0;
    do {
        sessions[(*count)++] =
            (struct synth_session){.open_ns = day.open_ns, .close_ns = day.close_ns};
    } while (*count < all && calendar_day_after(CALENDAR_XNYS, day.close_ns, &day));
    return sessions;
}

static enum err make_synthetic(const struct exchange_market_choice *choice, struct bars *bars,
                               struct venue_plan *plan, struct problem *problem)
{
    int64_t around_ns = choice->start_ns != 0 ? choice->start_ns : choice->wall_ns;
    struct trading_day day;
    if (!session_at_or_before(around_ns, &day)) {
        return problem_set(problem, ERR_USAGE,
                           "the calendar of the US stock exchanges knows no session at that time; "
                           "give --start with a day from 1998 to 2035");
    }
    struct instrument *named = NULL;
    uint32_t symbol_count = SYNTH_CAST_COUNT;
    if (choice->symbols != NULL) {
        enum err err = symbols_parse(choice->symbols, &named, &symbol_count, problem);
        if (err != ERR_OK) {
            free(named);
            return err;
        }
    }
    struct synth_symbol *symbols = named == NULL
                                       ? synth_symbols_first(choice->seed, symbol_count)
                                       : synth_symbols_named(choice->seed, named, symbol_count);
    uint32_t session_count;
    struct synth_session *sessions = list_sessions(choice, day, &session_count);
    const struct synth_plan synth = {
        .seed = choice->seed,
        .symbols = symbols,
        .symbol_count = symbol_count,
        .sessions = sessions,
        .session_count = session_count,
        .bar_ns = NS_PER_MIN,
    };
    synth_bars_create(&synth, bars);
    plan->synthetic = true;
    plan->start_ns =
        choice->start_ns != 0 ? choice->start_ns : day.open_ns + SYNTH_START_AFTER_OPEN_NS;
    free(named);
    free(symbols);
    free(sessions);
    return ERR_OK;
}

/* ---- recorded data ---- */

static enum err open_recorded(const struct exchange_market_choice *choice, struct bars *bars,
                              struct venue_plan *plan, struct problem *problem)
{
    struct import_options options = {.skip_bad = choice->skip_bad};
    struct instrument *named = NULL;
    enum err err = ERR_OK;
    if (choice->symbols != NULL) {
        err = symbols_parse(choice->symbols, &named, &options.symbol_count, problem);
        options.symbols = named;
    }
    if (err == ERR_OK) {
        err = bars_open_many(choice->paths, choice->path_count, &options, bars, NULL, problem);
    }
    free(named);
    if (err != ERR_OK) {
        return err;
    }
    if (bars->count == 0) {
        bars_finish(bars);
        return problem_set(problem, ERR_FORMAT, "%s: holds no bars", choice->paths[0]);
    }
    int64_t first_ns = bars->records[0].src_ns;
    plan->start_ns = choice->start_ns != 0 ? choice->start_ns : first_ns;
    return ERR_OK;
}

enum err exchange_market_open(const struct exchange_market_choice *choice, struct bars *bars,
                              struct venue_plan *plan, struct problem *problem)
{
    plan->data = bars;
    plan->seed = choice->seed;
    plan->calendar = CALENDAR_XNYS;
    return choice->path_count == 0 ? make_synthetic(choice, bars, plan, problem)
                                   : open_recorded(choice, bars, plan, problem);
}
