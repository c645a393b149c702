/* validate_print.c: a validation in plain words. */
#include <inttypes.h>
#include <string.h>

#include "base/money.h"
#include "cmd/cmd_validate.h"
#include "config/presets.h"
#include "config/texts.h"

enum { BLOCKED_SHOWN_MAX = 8, SYMBOLS_SHOWN_MAX = 10 };

/* ---- account, market, exchange ---- */

static struct words symbol_list(const struct instrument *symbols, uint32_t count)
{
    struct words list = words("%s", symbols == NULL ? "all" : "");
    for (uint32_t i = 0; i < count && i < SYMBOLS_SHOWN_MAX; i++) {
        list = words("%s%s%s", list.text, i > 0 ? ", " : "", symbols[i].symbol);
    }
    return count <= SYMBOLS_SHOWN_MAX
               ? list
               : words("%s and %u more", list.text, count - SYMBOLS_SHOWN_MAX);
}

static void print_account(const struct run_config *config, FILE *out)
{
    const struct exchange_config *exchange = &config->exchange;
    (void)fprintf(out, "  account    %s of simulated cash; ", cash_text(config->cash_e9).text);
    if (exchange->margin) {
        (void)fprintf(out, "margin, it may buy for %u times its equity%s; ", exchange->multiplier,
                      exchange->shorting ? ", and sell short" : "");
    } else {
        (void)fprintf(out, "no borrowing, no short sales%s; ",
                      exchange->settled_only ? ", sold money buys again the next day" : "");
    }
    (void)fprintf(out, "%s a fill", cash_text(config->commission_e9).text);
    if (exchange->commission_per_share_e9 > 0) {
        (void)fprintf(out, " and %s a share", cash_text(exchange->commission_per_share_e9).text);
    }
    if (exchange->commission_min_e9 > 0) {
        (void)fprintf(out, ", at least %s", cash_text(exchange->commission_min_e9).text);
    }
    (void)fprintf(out, "%s\n", exchange->fees ? ", and US fees" : "");
}

static void print_market(const struct validation *validation, FILE *out)
{
    const struct run_config *config = validation->config;
    char bar[24];
    const char *days = config->calendar == CALENDAR_ALWAYS ? "never closes, a session is a UTC day"
                       : config->extended_hours            ? "XNYS, 04:00 to 20:00 New York"
                                                           : "XNYS, regular hours";
    int64_t bar_ns = validation->bars != NULL ? validation->bars->bar_ns : config->bar_ns;
    (void)fprintf(out, "  market     %s; %s bars; symbols: %s\n", days,
                  bar_ns == 0 ? "whatever" : bar_length_text(bar_ns, bar),
                  symbol_list(config->symbols, config->symbol_count).text);
    if (validation->actions != NULL) {
        (void)fprintf(out, "  actions    %zu splits and dividends from %s\n",
                      validation->actions->count, config->actions_path);
    }
}

static void print_exchange(const struct exchange_config *exchange, FILE *out)
{
    (void)fprintf(out, "  exchange   simulated: slippage %s, ",
                  slippage_text(&exchange->slippage).text);
    if (exchange->latency_ns > 0) {
        (void)fprintf(out, "orders arrive %s late, ",
                      unit_duration_text(exchange->latency_ns).text);
    }
    if (exchange->reject_ppm > 0) {
        (void)fprintf(out, "%s of them refused at random, ",
                      unit_share_text(exchange->reject_ppm).text);
    }
    if (exchange->volume_share_ppm > 0) {
        (void)fprintf(out, "at most %s of a bar's volume fills, ",
                      unit_share_text(exchange->volume_share_ppm).text);
    }
    (void)fprintf(out, "%s within a bar", intrabar_text(exchange->intrabar));
    if (exchange->seed_given) {
        (void)fprintf(out, ", seed %" PRIu64, exchange->seed);
    }
    (void)fputs("\n", out);
}

/* Where it is not the exchange above that carries orders out. */
static void print_broker(enum run_mode mode, FILE *out)
{
    if (mode == MODE_PAPER) {
        (void)fputs("  broker     Alpaca's paper account: its own cash, costs and fills hold\n",
                    out);
    }
}

/* ---- the books ---- */

static void print_parameters(const struct book_config *book, FILE *out)
{
    const struct parameter_def *parameters = book->strategy->parameters;
    for (size_t i = 0; parameters[i].name != NULL; i++) {
        (void)fprintf(out, "%s%s %s", i > 0 ? ", " : "", parameters[i].name,
                      parameter_text(&parameters[i], book->parameters[i]).text);
    }
    (void)fputs("\n", out);
}

static void print_entry(const struct book_config *book, FILE *out)
{
    const struct entry_config *entry = &book->entry;
    (void)fprintf(out, "    buys     %s", sizing_text(&book->sizing).text);
    if (book->sizing.kind != SIZING_FIXED && book->sizing.capital_ppm != 1000000) {
        (void)fprintf(out, " (the equity here is %s of the account's)",
                      unit_share_text(book->sizing.capital_ppm).text);
    }
    if (entry->type == ORDER_TYPE_MARKET) {
        (void)fputs(", at the market", out);
    } else {
        bool below = entry->limit_offset_ppm < 0;
        (void)fprintf(
            out, ", limited to %s %s the last price",
            unit_share_text(below ? -entry->limit_offset_ppm : entry->limit_offset_ppm).text,
            below ? "below" : "above");
    }
    (void)fprintf(out, ", %s\n", time_in_force_text((uint8_t)entry->time_in_force));
}

static void print_distance(const char *text, struct exit_distance distance, FILE *out)
{
    if (distance.unit != EXIT_NONE) {
        (void)fprintf(out, "%s %s; ", text, unit_distance_text(distance).text);
    }
}

static void print_exits(const struct exit_plan *exits, FILE *out)
{
    (void)fputs("    sells    ", out);
    print_distance("at a gain of", exits->target, out);
    print_distance("at a loss of", exits->stop, out);
    print_distance("when it fell from its best close by", exits->trailing, out);
    if (exits->time_limit_bars > 0) {
        (void)fprintf(out, "after %u bars; ", exits->time_limit_bars);
    }
    if (exits->time_limit_ns > 0) {
        (void)fprintf(out, "after %s; ", unit_duration_text(exits->time_limit_ns).text);
    }
    if (exits->flat_before_close_ns > 0) {
        (void)fprintf(out, "%s before the close; ",
                      unit_duration_text(exits->flat_before_close_ns).text);
    }
    (void)fprintf(out, "%swhen the strategy says so (%s watches)\n",
                  exits->opposite_signal ? "" : "not ",
                  exits->at_broker ? "the broker" : "the engine");
}

static void print_preset(const struct run_config *config, const struct preset *preset, FILE *out)
{
    (void)fprintf(out,
                  "    preset   %s suggests min_time_between_entries: %s (here %s) and "
                  "max_open_positions: %" PRId64 " positions (here %" PRId64 ")\n",
                  preset->name, unit_duration_text(preset->entry_interval_ns).text,
                  limit_text(&config->limits.entry_interval, "").text, preset->positions_max,
                  config->limits.open_positions.value);
}

static void print_book(const struct run_config *config, uint32_t index, FILE *out)
{
    const struct book_config *book = &config->books[index];
    char frame[24];
    (void)fprintf(out, "  strategy %-2u %s on %s bars of %s: ", index + 1, book->strategy->name,
                  bar_length_text(book->frame_ns, frame),
                  book->symbols == NULL ? "all symbols"
                                        : symbol_list(book->symbols, book->symbol_count).text);
    print_parameters(book, out);
    print_entry(book, out);
    print_exits(&book->exits, out);
    if (book->preset != NULL) {
        print_preset(config, book->preset, out);
    }
}

/* ---- limits and money ---- */

static void print_limits(const struct limits *limits, FILE *out)
{
    (void)fputs("limits\n", out);
#define X(field, key, kind, noun, help)                                                            \
    (void)fprintf(out, "  %-26s %-18s %s\n", (key), limit_text(&limits->field, (noun)).text,       \
                  (help));
    LIMIT_LIST(X)
#undef X
}

static void print_money(const struct validation *validation, FILE *out)
{
    const struct at_risk *risk = &validation->at_risk;
    const struct run_config *config = validation->config;
    int64_t gap_e9 = risk->invested.value / 10;
    (void)fprintf(out,
                  "\nmost this config can lose today: %s; per trade %s; at most %" PRId64
                  " position%s, %s invested\n",
                  cash_text(risk->daily_loss.value).text, cash_text(risk->trade.value).text,
                  risk->positions.value, risk->positions.value == 1 ? "" : "s",
                  cash_text(risk->invested.value).text);
    (void)fprintf(
        out,
        "  today      %s; no entry after it. What is held then stays held and may fall "
        "on:\n             a gap of 10%% in all that is invested adds %s, and nothing but "
        "%s bounds it\n",
        risk->daily_loss.by.text, cash_text(gap_e9 - gap_e9 % (MONEY_E9 / 100)).text,
        cash_text(risk->invested.value).text);
    const struct book_config *worst = &config->books[risk->trade_book];
    (void)fprintf(out, "  per trade  %s (strategy %u, %s)%s\n", risk->trade.by.text,
                  risk->trade_book + 1, worst->strategy->name,
                  worst->exits.stop.unit == EXIT_NONE ? "" : "; a gap through the stop loses more");
    (void)fprintf(out, "  positions  %s\n  invested   %s\n", risk->positions.by.text,
                  risk->invested.by.text);
    (void)fputs("  Commissions, fees and slippage come on top; shares are of the starting cash.\n",
                out);
}

static void print_blocked(const struct validation *validation, FILE *out)
{
    if (validation->bars == NULL) {
        (void)fputs("\nWith --data FILE it also says for which symbols no order can result.\n",
                    out);
        return;
    }
    if (validation->blocked_count == 0) {
        (void)fputs("\nAt the data's last prices every strategy can trade each of its symbols.\n",
                    out);
        return;
    }
    (void)fprintf(out, "\nno order can result for %zu of %zu pairs of strategy and symbol%s:\n",
                  validation->blocked_count, validation->pairs,
                  validation->blocked_count == validation->pairs ? ": THIS CONFIG TRADES NOTHING"
                                                                 : "");
    for (size_t i = 0; i < validation->blocked_count && i < BLOCKED_SHOWN_MAX; i++) {
        const struct blocked *blocked = &validation->blocked[i];
        (void)fprintf(out, "  %s: %s\n", validation->config->books[blocked->book].strategy->name,
                      blocked->why.text);
    }
    if (validation->blocked_count > BLOCKED_SHOWN_MAX) {
        (void)fprintf(out, "  ... and %zu more\n", validation->blocked_count - BLOCKED_SHOWN_MAX);
    }
}

void validate_print(const struct validation *validation, FILE *out)
{
    const struct run_config *config = validation->config;
    (void)fprintf(out, "%s: may run (mode %s)\n", config->path, run_mode_text(config->mode));
    print_account(config, out);
    print_market(validation, out);
    print_exchange(&config->exchange, out);
    print_broker(config->mode, out);
    for (uint32_t i = 0; i < config->book_count; i++) {
        print_book(config, i, out);
    }
    print_limits(&config->limits, out);
    for (uint32_t i = 0; i < config->warning_count; i++) {
        (void)fprintf(out, "warning: %s\n", config->warnings[i].text);
    }
    print_money(validation, out);
    print_blocked(validation, out);
}
