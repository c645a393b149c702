/* sizing.c: one rule per row of SIZING_LIST, then the cap, then whole shares; see sizing.h.
 *
 * All in integers and rounded down at every step, so that a size never exceeds what its rule
 * allows. What leaves the range of int64 comes to no shares. */
#include "core/sizing.h"

#include <stddef.h>

#include "base/money.h"

enum { PPM = 1000000 };

const char *sizing_reason_text(enum sizing_reason reason)
{
    static const char *const texts[] = {
#define X(name, text) text,
        SIZING_REASON_LIST(X)
#undef X
    };
    return (size_t)reason < sizeof texts / sizeof texts[0] ? texts[reason] : "unknown";
}

/* Kelly, "A New Interpretation of Information Rate", 1956: with win rate p, q = 1 - p and b the
 * average win over the average loss, the share that makes capital grow fastest is f = (b p - q)/b.
 *
 * Of w wins that sum to W and l losses that sum to L, n = w + l in all: p = w/n, b = (W/w)/(L/l),
 * so q/b = (l/n) (L/l) (w/W), and f = w/n - (w/n) (L/W) = w (W - L) / (n W), without b. Half of it
 * is staked (Thorp, "The Kelly Criterion in Blackjack, Sports Betting and the Stock Market", 2006:
 * p and b are estimates, and too much costs more than too little). */
int64_t sizing_half_kelly_ppm(const struct sizing_record *record)
{
    int64_t wins = record->wins;
    int64_t trades = wins + record->losses;
    if (trades < KELLY_TRADES_MIN) {
        return KELLY_FIRST_PPM;
    }
    bool seldom = wins * PPM < trades * KELLY_WIN_PPM_MIN;
    if (seldom || record->lost_e9 < 0 || record->won_e9 <= record->lost_e9) {
        return 0;
    }
    int64_t product_ppm = 0;
    enum err err = money_mul_div(record->won_e9 - record->lost_e9, wins * (PPM / 2), record->won_e9,
                                 ROUND_DOWN, &product_ppm);
    (void)err; /* a share below one of a product that fits */
    int64_t half_ppm = product_ppm / trades;
    return half_ppm < KELLY_SHARE_PPM_MAX ? half_ppm : KELLY_SHARE_PPM_MAX;
}

static bool share_of(int64_t amount_e9, int64_t share_ppm, int64_t *share_e9)
{
    return money_mul_div(amount_e9, share_ppm, PPM, ROUND_DOWN, share_e9) == ERR_OK;
}

/* What one share counts for: its price, or what it is taken to risk. FULL when that is known. */
static enum sizing_reason measure_share(const struct sizing *sizing,
                                        const struct sizing_input *input,
                                        struct sizing_result *result, int64_t *per_share_e9)
{
    *per_share_e9 = input->price_e9;
    if (sizing->kind == SIZING_RISK) {
        int64_t distance_e9 = input->price_e9 - input->stop_price_e9; /* both >= 0 */
        result->risk_e9 = distance_e9 < 0 ? -distance_e9 : distance_e9;
        *per_share_e9 = result->risk_e9;
        return input->stop_price_e9 == 0 || distance_e9 == 0 ? SIZING_REASON_NO_STOP
                                                             : SIZING_REASON_FULL;
    }
    if (sizing->kind == SIZING_VOLATILITY) {
        if (input->atr_e9 == 0) {
            return SIZING_REASON_NO_ATR;
        }
        bool fits = !__builtin_mul_overflow(input->atr_e9, 2, per_share_e9);
        result->risk_e9 = fits ? *per_share_e9 : 0;
        return fits ? SIZING_REASON_FULL : SIZING_REASON_RANGE;
    }
    return SIZING_REASON_FULL;
}

/* The quantity that the rule asks for, before cap and rounding. */
static enum sizing_reason ask_rule(const struct sizing *sizing, const struct sizing_input *input,
                                   struct sizing_result *result)
{
    if (sizing->kind == SIZING_FIXED) {
        result->qty_e9 = sizing->qty_e9;
        return SIZING_REASON_FULL;
    }
    bool kelly = sizing->kind == SIZING_HALF_KELLY;
    result->share_ppm = kelly ? sizing_half_kelly_ppm(&input->record) : sizing->share_ppm;
    if (kelly && result->share_ppm == 0) {
        return SIZING_REASON_NO_EDGE;
    }
    int64_t per_share_e9;
    enum sizing_reason reason = measure_share(sizing, input, result, &per_share_e9);
    int64_t budget_e9;
    if (reason != SIZING_REASON_FULL) {
        return reason;
    }
    bool fits =
        share_of(result->capital_e9, result->share_ppm, &budget_e9) &&
        money_mul_div(budget_e9, MONEY_E9, per_share_e9, ROUND_DOWN, &result->qty_e9) == ERR_OK;
    return fits ? SIZING_REASON_FULL : SIZING_REASON_RANGE;
}

/* Cuts the quantity to what the cap buys. */
static enum sizing_reason keep_cap(const struct sizing *sizing, const struct sizing_input *input,
                                   struct sizing_result *result)
{
    int64_t most_e9;
    if (!share_of(result->capital_e9, sizing->cap_ppm, &result->cap_e9)) {
        return SIZING_REASON_RANGE;
    }
    if (money_mul_div(result->cap_e9, MONEY_E9, input->price_e9, ROUND_DOWN, &most_e9) != ERR_OK ||
        result->qty_e9 <= most_e9) {
        return SIZING_REASON_FULL; /* a cap out of range is no cap */
    }
    result->qty_e9 = most_e9;
    return SIZING_REASON_CAPPED;
}

static enum sizing_reason size(const struct sizing *sizing, const struct sizing_input *input,
                               struct sizing_result *result)
{
    bool capped = sizing->cap_ppm > 0;
    if (input->price_e9 <= 0 || input->stop_price_e9 < 0 || input->atr_e9 < 0) {
        return SIZING_REASON_RANGE;
    }
    if (sizing->kind != SIZING_FIXED || capped) {
        if (!share_of(input->equity_e9, sizing->capital_ppm, &result->capital_e9)) {
            return SIZING_REASON_RANGE;
        }
        if (result->capital_e9 <= 0) {
            return SIZING_REASON_NO_EQUITY;
        }
    }
    enum sizing_reason reason = ask_rule(sizing, input, result);
    if (reason == SIZING_REASON_FULL && capped) {
        reason = keep_cap(sizing, input, result);
    }
    return reason;
}

void sizing_quantity(const struct sizing *sizing, const struct sizing_input *input,
                     struct sizing_result *result)
{
    *result = (struct sizing_result){0};
    result->reason = size(sizing, input, result);
    bool sized = result->reason == SIZING_REASON_FULL || result->reason == SIZING_REASON_CAPPED;
    if (sized &&
        money_notional(input->price_e9, result->qty_e9, ROUND_DOWN, &result->spend_e9) != ERR_OK) {
        result->reason = SIZING_REASON_RANGE;
        sized = false;
    }
    if (!sized) {
        result->qty_e9 = 0;
        return;
    }
    if (!sizing->fractional) {
        result->qty_e9 -= result->qty_e9 % MONEY_E9;
    }
    if (result->qty_e9 == 0) {
        result->reason = SIZING_REASON_TOO_SMALL;
    }
}

const char *sizing_fault(const struct sizing *sizing, const struct exit_plan *exits)
{
    if (sizing->kind == SIZING_RISK && exits->stop.unit == EXIT_NONE) {
        return "size by risk divides by the distance to the stop, and the exits have no stop; "
               "write one, such as exits: {stop: 2ATR}";
    }
    bool needs_atr = sizing->kind == SIZING_VOLATILITY ||
                     (sizing->kind == SIZING_RISK && exits->stop.unit == EXIT_ATR);
    if (needs_atr && exits->atr_window == 0) {
        return "this size needs the average true range, and the exits give no window for it; "
               "write one, such as exits: {atr: 14}";
    }
    return NULL;
}
