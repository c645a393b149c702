/* texts.c: see texts.h. */
#include "config/texts.h"

#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "config/numbers.h"

#define PPM_ONE         1000000
#define PPM_PER_PERCENT 10000

struct words cash_text(int64_t cash_e9)
{
    struct words number = number_grouped(cash_e9 < 0 ? -cash_e9 : cash_e9);
    const char *point = strchr(number.text, '.');
    bool one_decimal = point != NULL && strlen(point) == 2;
    return words("%s$%.100s%s", cash_e9 < 0 ? "-" : "", number.text, one_decimal ? "0" : "");
}

struct words unit_duration_text(int64_t ns)
{
    static const struct {
        const char *name;
        int64_t size;
    } units[] = {
        {"d",   NS_PER_DAY },
        {"h",   NS_PER_HOUR},
        {"min", NS_PER_MIN },
        {"s",   NS_PER_S   },
        {"ms",  NS_PER_MS  },
    };
    size_t best = 0;
    while (ns % units[best].size != 0 && best + 1 < sizeof units / sizeof units[0]) {
        best++;
    }
    if (ns == 0) {
        return words("0s");
    }
    char text[MONEY_TEXT_SIZE];
    int64_t value_e9;
    if (money_mul_div(ns, MONEY_E9, units[best].size, ROUND_EVEN, &value_e9) != ERR_OK) {
        return words("%lldms", (long long)(ns / NS_PER_MS));
    }
    (void)money_format(value_e9, text);
    return words("%s%s", text, units[best].name);
}

struct words unit_share_text(int64_t ppm)
{
    return words("%s%%", number_grouped(ppm * (MONEY_E9 / PPM_PER_PERCENT)).text);
}

struct words unit_distance_text(struct exit_distance distance)
{
    switch (distance.unit) {
    case EXIT_NONE:
        return words("none");
    case EXIT_PRICE:
        return cash_text(distance.value);
    case EXIT_PPM:
        return unit_share_text(distance.value);
    case EXIT_ATR:
        return words("%sATR", number_grouped(distance.value * (MONEY_E9 / PPM_ONE)).text);
    }
    return words("none");
}

struct words limit_text(const struct limit *limit, const char *noun)
{
    switch (limit->unit) {
    case LIMIT_CASH:
        return cash_text(limit->value);
    case LIMIT_SHARE:
    case LIMIT_PPM:
        return unit_share_text(limit->value);
    case LIMIT_DURATION:
        return unit_duration_text(limit->value);
    case LIMIT_COUNT: {
        size_t length = strlen(noun);
        int shown_length = (int)(limit->value == 1 && length > 0 ? length - 1 : length);
        return words("%s %.*s", number_grouped(limit->value * MONEY_E9).text, shown_length, noun);
    }
    }
    return words("%s", "");
}

struct words parameter_text(const struct parameter_def *parameter, int64_t value)
{
    switch (parameter->type) {
    case PARAMETER_COUNT:
        return words("%lld", (long long)value);
    case PARAMETER_CHOICE:
        return words("%s", parameter->choices[value]);
    case PARAMETER_DECIMAL:
        return value < 0 ? words("-%s", number_grouped(-value).text) : number_grouped(value);
    case PARAMETER_DURATION:
        return unit_duration_text(value);
    }
    return words("%s", "");
}

struct words sizing_text(const struct sizing *sizing)
{
    struct words cap = sizing->cap_ppm == 0 ? words("%s", "")
                                            : words(", worth at most %s of it",
                                                    unit_share_text(sizing->cap_ppm).text);
    struct words share = unit_share_text(sizing->share_ppm);
    switch (sizing->kind) {
    case SIZING_FIXED:
        return words("%s share%s", number_grouped(sizing->qty_e9).text,
                     sizing->qty_e9 == MONEY_E9 ? "" : "s");
    case SIZING_EQUITY:
        return words("shares worth %s of the equity", share.text);
    case SIZING_RISK:
        return words("shares that lose %s of the equity at the stop%s", share.text, cap.text);
    case SIZING_VOLATILITY:
        return words("shares whose move of two ATR is %s of the equity%s", share.text, cap.text);
    case SIZING_HALF_KELLY:
        return words("half of Kelly's share of the equity, from this book's closed trades; 1%% "
                     "until there are 30%s",
                     cap.text);
    case SIZING_COUNT:
        break;
    }
    return words("%s", "");
}

struct words slippage_text(const struct config_slippage *slippage)
{
    static const char *const kinds[] = {
#define X(name, word) [CONFIG_SLIPPAGE_##name] = (word),
        CONFIG_SLIPPAGE_LIST(X)
#undef X
    };
    const char *word = kinds[slippage->kind];
    if (slippage->kind == CONFIG_SLIPPAGE_NONE) {
        return words("none");
    }
    if (slippage->kind == CONFIG_SLIPPAGE_BOOK) {
        return words("book $%s %lld shares", number_grouped(slippage->tick_e9).text,
                     (long long)(slippage->level_qty_e9 / MONEY_E9));
    }
    return words("%s%s%s", word, word[0] == '\0' ? "" : " ", unit_share_text(slippage->ppm).text);
}

const char *intrabar_text(enum config_intrabar intrabar)
{
    static const char *const names[] = {
#define X(name, word) [CONFIG_INTRABAR_##name] = (word),
        CONFIG_INTRABAR_LIST(X)
#undef X
    };
    return names[intrabar];
}
