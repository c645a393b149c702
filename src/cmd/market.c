/* market.c: see market.h. The history begins on 2 January 2024, as that of `data synth --market`:
 * the same seed gives the same prices. */
#include "cmd/market.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sys/memory.h"

static int64_t first_day(void)
{
    return utc_days((struct utc_date){.year = 2024, .month = 1, .day = 2});
}

/* How to make it again, in one line. */
static char *market_text(const struct synth_plan *plan)
{
    char bar[24];
    char *text = xasprintf(
        "market seed=%" PRIu64 " sessions=%" PRIu32 " from=2024-01-02 bar=%s symbols=", plan->seed,
        plan->session_count, bar_length_text(plan->bar_ns, bar));
    for (uint32_t i = 0; i < plan->symbol_count; i++) {
        char *longer =
            xasprintf("%s%s%s", text, i > 0 ? "," : "", plan->symbols[i].instrument.symbol);
        free(text);
        text = longer;
    }
    return text;
}

static void describe(const struct synth_plan *plan, const char *text, struct bars *bars)
{
    struct instrument *instruments = xcalloc(plan->symbol_count, sizeof *instruments);
    for (uint32_t i = 0; i < plan->symbol_count; i++) {
        instruments[i] = plan->symbols[i].instrument;
    }
    *bars = (struct bars){
        .slice_count = synth_slice_count(plan),
        .instruments = instruments,
        .instrument_count = plan->symbol_count,
        .bar_ns = plan->bar_ns,
        .instrument_memory = instruments,
    };
    unsigned char digest[SHA256_SIZE];
    sha256(text, strlen(text), digest);
    sha256_hex(digest, bars->data_hash);
}

enum err market_open(const struct market_choice *choice, const struct run_config *config,
                     struct bars *bars, struct feed **feed, int64_t *start_ns, char **text,
                     struct problem *problem)
{
    int64_t bar_ns = config->bar_ns != 0 ? config->bar_ns : NS_PER_MIN;
    if (!synth_bar_is_possible(bar_ns)) {
        char bar[24];
        return problem_set(
            problem, ERR_USAGE,
            "%s: the synthetic market has no bars of %s; write `bar: 1min`, any whole "
            "minutes up to 1h, or 1d",
            config->path, bar_length_text(bar_ns, bar));
    }
    bool all = config->symbols == NULL;
    struct synth_plan plan = {
        .seed = choice->seed,
        .symbol_count = all ? SYNTH_CAST_COUNT : config->symbol_count,
        .session_count = choice->sessions,
        .bar_ns = bar_ns,
    };
    struct synth_symbol *symbols =
        all ? synth_symbols_first(plan.seed, plan.symbol_count)
            : synth_symbols_named(plan.seed, config->symbols, plan.symbol_count);
    struct synth_session *sessions = synth_sessions(first_day(), plan.session_count);
    plan.symbols = symbols;
    plan.sessions = sessions;
    *text = market_text(&plan);
    describe(&plan, *text, bars);
    *feed = feed_synth_create(&plan);
    *start_ns = sessions[0].open_ns;
    free(symbols);
    free(sessions);
    return ERR_OK;
}
