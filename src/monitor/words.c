/* words.c: see words.h. */
#include "monitor/words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/money.h"
#include "base/utc.h"
#include "core/gates.h"
#include "market/new_york.h"
#include "market/weekday.h"
#include "readers/explain_words.h"
#include "readers/result_text.h"

const char *words_price(int64_t price_e9, char text[WORDS_SIZE])
{
    char shown[SHOWN_SIZE];
    if (price_e9 > 0 && price_e9 < 1000000000) {
        (void)snprintf(text, WORDS_SIZE, "0.%04" PRId64, price_e9 / 100000);
        return text;
    }
    (void)snprintf(text, WORDS_SIZE, "%s", text_dollars(price_e9, false, shown) + 1);
    return text;
}

const char *words_dollars(int64_t amount_e9, bool plus, char text[WORDS_SIZE])
{
    char shown[SHOWN_SIZE];
    (void)snprintf(text, WORDS_SIZE, "%.*s", WORDS_SIZE - 1, text_dollars(amount_e9, plus, shown));
    return text;
}

const char *words_round_dollars(int64_t amount_e9, char text[WORDS_SIZE])
{
    (void)words_dollars(amount_e9, false, text);
    for (char *at = text; *at != '\0'; at++) {
        if (*at == '.') {
            *at = '\0';
            break;
        }
    }
    return text;
}

const char *words_percent(int64_t part_e9, int64_t whole_e9, char text[WORDS_SIZE])
{
    if (whole_e9 <= 0) {
        text[0] = '\0';
        return text;
    }
    double percent = 100.0 * (double)part_e9 / (double)whole_e9;
    if (fabs(percent) < 0.005) {
        percent = 0.0; /* no "-0.00" */
    }
    (void)snprintf(text, WORDS_SIZE, fabs(percent) < 99999.0 ? "%+.2f%%" : "%+.0e%%", percent);
    return text;
}

const char *words_quantity(int64_t qty_e9, char text[WORDS_SIZE])
{
    char exact[MONEY_TEXT_SIZE];
    char shown[SHOWN_SIZE];
    if (qty_e9 % 1000000000 != 0) {
        (void)money_format(qty_e9, exact);
        (void)snprintf(text, WORDS_SIZE, "%s", exact);
        return text;
    }
    uint64_t whole = (uint64_t)(qty_e9 < 0 ? -(qty_e9 / 1000000000) : qty_e9 / 1000000000);
    (void)snprintf(text, WORDS_SIZE, "%s%.*s", qty_e9 < 0 ? "-" : "", WORDS_SIZE - 2,
                   text_grouped(whole, shown));
    return text;
}

const char *words_count(uint64_t count, char text[WORDS_SIZE])
{
    char shown[SHOWN_SIZE];
    (void)snprintf(text, WORDS_SIZE, "%.*s", WORDS_SIZE - 1, text_grouped(count, shown));
    return text;
}

const char *words_speed(double speed, char text[WORDS_SIZE])
{
    if (!(speed > 0)) {
        (void)snprintf(text, WORDS_SIZE, "max");
    } else {
        (void)snprintf(text, WORDS_SIZE, speed >= 10 || speed == floor(speed) ? "%.0fx" : "%.2gx",
                       speed);
    }
    return text;
}

const char *words_time(int64_t ts_ns, char text[WORDS_SIZE])
{
    int64_t local_ns = ts_ns + new_york_offset_ns(ts_ns);
    int64_t second = (local_ns - utc_day_of(local_ns) * NS_PER_DAY) / NS_PER_S;
    (void)snprintf(text, WORDS_SIZE, "%02" PRId64 ":%02" PRId64, second / 3600, second / 60 % 60);
    if (second % 60 != 0) {
        (void)snprintf(text + 5, WORDS_SIZE - 5, ":%02" PRId64, second % 60);
    }
    return text;
}

const char *words_date(int64_t ts_ns, char text[WORDS_SIZE])
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    int32_t day = new_york_date(ts_ns);
    struct utc_date date = utc_date(day);
    (void)snprintf(text, WORDS_SIZE, "%s %04d-%02d-%02d", days[weekday_of(day)], date.year,
                   date.month, date.day);
    return text;
}

/* ---- refusals ---- */

/* What a refusal says in a few words: before the value, and before the limit. A verdict without a
 * row says its name and both numbers. */
static const struct wording {
    const char *what;
    const char *than; /* NULL: the value alone, or, without a unit, nothing */
} wordings[VERDICT_COUNT] = {
    [VERDICT_BAD_VALUE] = {"worth",                 ", least"        },
    [VERDICT_OPPOSITE_BOOK] = {"against a position of", NULL             },
    [VERDICT_DAILY_LOSS] = {"lost today",            ", limit"        },
    [VERDICT_ORDERS_PER_SESSION] = {"entries today",         " > limit"       },
    [VERDICT_STRATEGY_ORDERS] = {"its entries today",     " > limit"       },
    [VERDICT_ENTRY_INTERVAL] = {"last entry",            " ago, least"    },
    [VERDICT_SESSION_ENDING] = {"session ends in",       ", least"        },
    [VERDICT_SESSION_CLOSED] = {"market closed for",     NULL             },
    [VERDICT_OPEN_POSITIONS] = {"positions",             " > limit"       },
    [VERDICT_ORDER_NOTIONAL] = {"order",                 " > limit"       },
    [VERDICT_POSITION_NOTIONAL] = {"position",              " > limit"       },
    [VERDICT_EXPOSURE] = {"exposure",              " > limit"       },
    [VERDICT_PORTFOLIO_HEAT] = {"at risk",               " > limit"       },
    [VERDICT_BUYING_POWER] = {"needs",                 ", cash"         },
    [VERDICT_NO_SIZE] = {"would spend",           ", a share costs"},
    [VERDICT_EXIT_ATTEMPTS] = {"exits tried",           ", limit"        },
    [VERDICT_ENTRIES_OFF] = {"entries are off",       NULL             },
    [VERDICT_NOT_READY] = {"not ready",             NULL             },
    [VERDICT_FOREIGN] = {"not ours",              NULL             },
    [VERDICT_UNKNOWN_ORDER] = {"orders looked up",      NULL             },
    [VERDICT_MISSING] = {"not there",             NULL             },
    [VERDICT_TRADING_HALTED] = {"trading is halted",     NULL             },
    [VERDICT_UNPROTECTED] = {"unprotected",           NULL             },
};

static void measure(uint8_t verdict, int64_t value, char text[SHOWN_SIZE])
{
    if (verdict_unit(verdict) == GATE_UNIT_MONEY) {
        char dollars[WORDS_SIZE];
        (void)snprintf(text, SHOWN_SIZE, "%s", words_round_dollars(value, dollars));
    } else {
        (void)explain_measure(verdict, value, text);
    }
}

void words_refusal(uint8_t verdict, int64_t value, int64_t limit, char *text, size_t size)
{
    char value_text[SHOWN_SIZE];
    char limit_text[SHOWN_SIZE];
    bool worded = verdict < VERDICT_COUNT && wordings[verdict].what != NULL;
    struct wording wording =
        worded ? wordings[verdict] : (struct wording){verdict_text(verdict), ", limit"};
    if (verdict_unit(verdict) == GATE_UNIT_NONE) {
        (void)snprintf(text, size, "%s", wording.what);
        return;
    }
    measure(verdict, value, value_text);
    measure(verdict, limit, limit_text);
    if (wording.than == NULL) {
        (void)snprintf(text, size, "%s %s", wording.what, value_text);
    } else {
        (void)snprintf(text, size, "%s %s%s %s", wording.what, value_text, wording.than,
                       limit_text);
    }
}
