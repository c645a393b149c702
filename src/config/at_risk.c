/* at_risk.c: see at_risk.h. */
#include "config/at_risk.h"

#include <string.h>

#include "base/check.h"
#include "base/money.h"
#include "config/texts.h"

#define PPM_ONE       INT64_C(1000000)
#define KELLY_PPM     INT64_C(10000) /* until a book has closed trades enough */
#define VOLATILITY_BY 2              /* ATRs that a size by volatility is told in */

/* a * b / c, at most INT64_MAX; none of them negative. */
static int64_t scale(int64_t a, int64_t b, int64_t c)
{
    int64_t result;
    return money_mul_div(a, b, c, ROUND_DOWN, &result) == ERR_OK ? result : INT64_MAX;
}

/* For people: down to the cent. */
static int64_t cents(int64_t cash_e9)
{
    return cash_e9 - cash_e9 % (MONEY_E9 / 100);
}

static void lower(struct bound *bound, int64_t value, struct words by)
{
    if (value < bound->value) {
        *bound = (struct bound){value, by};
    }
}

/* A limit of money in dollars of the starting equity. */
static int64_t limit_e9(const struct run_config *config, const struct limit *limit)
{
    return limit->unit == LIMIT_SHARE ? scale(config->cash_e9, limit->value, PPM_ONE)
                                      : limit->value;
}

static struct words limit_by(const struct run_config *config, const char *key,
                             const struct limit *limit)
{
    if (limit->unit != LIMIT_SHARE) {
        return words("%s: %s", key, limit_text(limit, "").text);
    }
    return words("%s: %s of %s", key, limit_text(limit, "").text, cash_text(config->cash_e9).text);
}

static void lower_to_limit(struct bound *bound, const struct run_config *config, const char *key,
                           const struct limit *limit)
{
    lower(bound, limit_e9(config, limit), limit_by(config, key, limit));
}

static void lower_to_buying_power(struct bound *bound, const struct run_config *config)
{
    int64_t multiplier = config->exchange.multiplier;
    lower(bound, scale(config->cash_e9, multiplier, 1),
          multiplier > 1 ? words("%lld times the cash of %s", (long long)multiplier,
                                 cash_text(config->cash_e9).text)
                         : words("the cash of %s", cash_text(config->cash_e9).text));
}

/* What a size by a rule makes of the equity: `share` of the book's part of it. */
static int64_t share_e9(const struct run_config *config, const struct book_config *book,
                        int64_t share_ppm)
{
    return scale(scale(config->cash_e9, book->sizing.capital_ppm, PPM_ONE), share_ppm, PPM_ONE);
}

static int64_t highest_price(const struct run_config *config, const struct book_config *book,
                             const struct last_prices *prices)
{
    int64_t highest_e9 = 0;
    for (uint32_t i = 0; i < prices->count; i++) {
        if (prices->closes_e9[i] > highest_e9 &&
            at_risk_trades(config, book, prices->instruments[i].symbol)) {
            highest_e9 = prices->closes_e9[i];
        }
    }
    return highest_e9;
}

static void lower_to_size(struct bound *bound, const struct run_config *config,
                          const struct book_config *book, const struct last_prices *prices)
{
    const struct sizing *sizing = &book->sizing;
    int64_t price_e9 = highest_price(config, book, prices);
    if (sizing->kind == SIZING_EQUITY) {
        lower(bound, share_e9(config, book, sizing->share_ppm), sizing_text(sizing));
    }
    if (sizing->kind == SIZING_FIXED && price_e9 > 0) {
        lower(bound, scale(sizing->qty_e9, price_e9, MONEY_E9),
              words("%s at %s", sizing_text(sizing).text, cash_text(price_e9).text));
    }
    if (sizing->cap_ppm > 0) {
        lower(bound, share_e9(config, book, sizing->cap_ppm),
              words("cap: %s", unit_share_text(sizing->cap_ppm).text));
    }
}

struct bound at_risk_order(const struct run_config *config, const struct book_config *book,
                           const struct last_prices *prices)
{
    const struct limits *limits = &config->limits;
    struct bound bound = {.value = INT64_MAX};
    lower_to_size(&bound, config, book, prices);
    lower_to_limit(&bound, config, "max_order_notional", &limits->order_notional);
    lower_to_limit(&bound, config, "max_position_notional", &limits->position_notional);
    lower_to_limit(&bound, config, "max_exposure", &limits->exposure);
    lower_to_buying_power(&bound, config);
    bound.value = cents(bound.value);
    return bound;
}

/* What the stop makes of an order, where that is known before the entry. */
static void lower_to_stop(struct bound *bound, const struct run_config *config,
                          const struct book_config *book, struct bound order)
{
    const struct sizing *sizing = &book->sizing;
    const struct exit_distance *stop = &book->exits.stop;
    struct words stop_words = words("stop: %s", unit_distance_text(*stop).text);
    if (stop->unit == EXIT_PPM) {
        lower(bound, scale(order.value, stop->value, PPM_ONE),
              words("%s of an order of %s (%.300s)", stop_words.text, cash_text(order.value).text,
                    order.by.text));
    }
    if (stop->unit == EXIT_PRICE && sizing->kind == SIZING_FIXED) {
        lower(bound, scale(sizing->qty_e9, stop->value, MONEY_E9),
              words("%s times %s", stop_words.text, sizing_text(sizing).text));
    }
    if (stop->unit != EXIT_NONE && sizing->kind == SIZING_RISK) {
        lower(bound, share_e9(config, book, sizing->share_ppm),
              words("risk: %s of the equity is lost at the stop",
                    unit_share_text(sizing->share_ppm).text));
    }
    if (stop->unit == EXIT_ATR && sizing->kind == SIZING_VOLATILITY) {
        lower(
            bound,
            scale(share_e9(config, book, sizing->share_ppm), stop->value, VOLATILITY_BY * PPM_ONE),
            words("%s where two ATR are %s of the equity", stop_words.text,
                  unit_share_text(sizing->share_ppm).text));
    }
}

struct bound at_risk_trade(const struct run_config *config, const struct book_config *book,
                           const struct last_prices *prices)
{
    struct bound order = at_risk_order(config, book, prices);
    struct bound bound = {order.value,
                          words("all of an order, %s (%.300s)%s", cash_text(order.value).text,
                                order.by.text,
                                book->exits.stop.unit == EXIT_NONE
                                    ? ": there is no stop"
                                    : ": what the stop saves is known only at the entry")};
    lower_to_stop(&bound, config, book, order);
    if (book->exits.stop.unit != EXIT_NONE) {
        lower_to_limit(&bound, config, "max_portfolio_heat", &config->limits.portfolio_heat);
    }
    bound.value = cents(bound.value);
    return bound;
}

static bool is_listed(const struct instrument *symbols, uint32_t count, const char *symbol)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(symbols[i].symbol, symbol) == 0) {
            return true;
        }
    }
    return symbols == NULL;
}

/* How many symbols can be held: those of the run, or fewer where each strategy names its own; 0:
 * not known. */
static uint32_t most_symbols(const struct run_config *config, const struct last_prices *prices)
{
    uint32_t named = 0;
    for (uint32_t i = 0; i < config->book_count; i++) {
        const struct book_config *book = &config->books[i];
        if (book->symbols == NULL) {
            return config->symbols != NULL ? config->symbol_count : prices->count;
        }
        for (uint32_t k = 0; k < book->symbol_count; k++) {
            bool before = false;
            for (uint32_t j = 0; j < i && !before; j++) {
                before = is_listed(config->books[j].symbols, config->books[j].symbol_count,
                                   book->symbols[k].symbol);
            }
            named += before ? 0 : 1;
        }
    }
    return named;
}

static void reckon_whole(const struct run_config *config, const struct last_prices *prices,
                         struct at_risk *result)
{
    const struct limits *limits = &config->limits;
    uint32_t symbols = most_symbols(config, prices);
    struct words by =
        words("max_open_positions: %s", limit_text(&limits->open_positions, "positions").text);
    result->daily_loss = (struct bound){cents(limit_e9(config, &limits->daily_loss)),
                                        limit_by(config, "max_daily_loss", &limits->daily_loss)};
    result->positions = (struct bound){limits->open_positions.value, by};
    if (symbols > 0) {
        lower(&result->positions, symbols, words("%u symbol%s", symbols, symbols == 1 ? "" : "s"));
    }
    int64_t position_e9 = limit_e9(config, &limits->position_notional);
    result->invested = (struct bound){scale(position_e9, result->positions.value, 1),
                                      words("%lld times max_position_notional: %s",
                                            (long long)result->positions.value,
                                            limit_text(&limits->position_notional, "").text)};
    lower_to_limit(&result->invested, config, "max_exposure", &limits->exposure);
    lower_to_buying_power(&result->invested, config);
    result->invested.value = cents(result->invested.value);
}

void at_risk_reckon(const struct run_config *config, const struct last_prices *prices,
                    struct at_risk *result)
{
    CHECK(config->book_count > 0);
    memset(result, 0, sizeof *result);
    reckon_whole(config, prices, result);
    for (uint32_t i = 0; i < config->book_count; i++) {
        struct bound order = at_risk_order(config, &config->books[i], prices);
        struct bound trade = at_risk_trade(config, &config->books[i], prices);
        if (i == 0 || order.value > result->order.value) {
            result->order = order;
        }
        if (i == 0 || trade.value > result->trade.value) {
            result->trade = trade;
            result->trade_book = i;
        }
    }
}

/* ---- whether an order can result ---- */

bool at_risk_trades(const struct run_config *config, const struct book_config *book,
                    const char *symbol)
{
    return is_listed(config->symbols, config->symbol_count, symbol) &&
           is_listed(book->symbols, book->symbol_count, symbol);
}

/* The quantity of an entry at that price, before rounding to whole shares; -1 where it depends on
 * what is not known yet. *reckoning tells how it comes about. */
static int64_t wanted_qty(const struct run_config *config, const struct book_config *book,
                          int64_t price_e9, struct words *reckoning)
{
    const struct sizing *sizing = &book->sizing;
    const struct exit_distance *stop = &book->exits.stop;
    int64_t share_ppm = sizing->kind == SIZING_HALF_KELLY ? KELLY_PPM : sizing->share_ppm;
    int64_t budget_e9 = share_e9(config, book, share_ppm);
    int64_t equity_e9 = share_e9(config, book, PPM_ONE);
    int64_t each_e9 = price_e9;
    if (sizing->kind == SIZING_FIXED) {
        return sizing->qty_e9;
    }
    if (sizing->kind == SIZING_VOLATILITY ||
        (sizing->kind == SIZING_RISK && stop->unit == EXIT_ATR)) {
        return -1;
    }
    if (sizing->kind == SIZING_RISK) {
        each_e9 = stop->unit == EXIT_PRICE ? stop->value : scale(price_e9, stop->value, PPM_ONE);
    }
    *reckoning = words("%s of %s is %s", unit_share_text(share_ppm).text, cash_text(equity_e9).text,
                       cash_text(cents(budget_e9)).text);
    int64_t qty_e9 = each_e9 > 0 ? scale(budget_e9, MONEY_E9, each_e9) : INT64_MAX;
    int64_t cap_e9 = sizing->cap_ppm > 0
                         ? scale(share_e9(config, book, sizing->cap_ppm), MONEY_E9, price_e9)
                         : INT64_MAX;
    return qty_e9 < cap_e9 ? qty_e9 : cap_e9;
}

static bool is_above_limits(const struct run_config *config, int64_t value_e9, struct bound *most)
{
    const struct limits *limits = &config->limits;
    *most = (struct bound){.value = INT64_MAX};
    lower_to_limit(most, config, "max_order_notional", &limits->order_notional);
    lower_to_limit(most, config, "max_position_notional", &limits->position_notional);
    lower_to_limit(most, config, "max_exposure", &limits->exposure);
    lower_to_buying_power(most, config);
    return value_e9 > most->value;
}

bool at_risk_is_blocked(const struct run_config *config, const struct book_config *book,
                        const char *symbol, int64_t price_e9, struct words *why)
{
    const struct exit_distance *stop = &book->exits.stop;
    if (stop->unit == EXIT_PRICE && stop->value >= price_e9) {
        *why = words("stop: %s, %s costs %s: no price is left to stop at",
                     cash_text(stop->value).text, symbol, cash_text(price_e9).text);
        return true;
    }
    struct words reckoning = words("%s", "");
    int64_t qty_e9 = wanted_qty(config, book, price_e9, &reckoning);
    if (qty_e9 < 0) {
        return false;
    }
    if (!book->sizing.fractional) {
        qty_e9 -= qty_e9 % MONEY_E9;
    }
    if (qty_e9 == 0) {
        *why = words("%s, %s costs %s: not one share", reckoning.text, symbol,
                     cash_text(price_e9).text);
        return true;
    }
    struct bound most;
    int64_t value_e9 = scale(qty_e9, price_e9, MONEY_E9);
    if (!is_above_limits(config, value_e9, &most)) {
        return false;
    }
    struct sizing shares = {.kind = SIZING_FIXED, .qty_e9 = qty_e9};
    *why = words("%s of %s at %s are %s, more than %.200s allows", sizing_text(&shares).text,
                 symbol, cash_text(price_e9).text, cash_text(cents(value_e9)).text, most.by.text);
    return true;
}
