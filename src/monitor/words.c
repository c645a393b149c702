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

enum unit { UNIT_MONEY, UNIT_COUNT, UNIT_QUANTITY, UNIT_NONE };

/* How the numbers of a verdict read. A gate without a row: its name, and money. */
static const struct wording {
    const char *what; /* before the value */
    const char *than; /* before the limit */
    enum unit unit;
} wordings[VERDICT_COUNT] = {
    [VERDICT_BAD_VALUE] = {"its worth cannot be computed", NULL,       UNIT_NONE    },
    [VERDICT_OPPOSITE_BOOK] = {"against a position of",        NULL,       UNIT_QUANTITY},
    [VERDICT_DAILY_LOSS] = {"lost today",                   ", limit",  UNIT_MONEY   },
    [VERDICT_ORDERS_PER_SESSION] = {"entries today",                " > limit", UNIT_COUNT   },
    [VERDICT_OPEN_POSITIONS] = {"positions",                    " > limit", UNIT_COUNT   },
    [VERDICT_ORDER_NOTIONAL] = {"order",                        " > limit", UNIT_MONEY   },
    [VERDICT_POSITION_NOTIONAL] = {"position",                     " > limit", UNIT_MONEY   },
    [VERDICT_BUYING_POWER] = {"needs",                        ", cash",   UNIT_MONEY   },
    [VERDICT_EXIT_ATTEMPTS] = {"exits tried",                  ", limit",  UNIT_COUNT   },
    [VERDICT_ENTRIES_OFF] = {"entries are off",              NULL,       UNIT_NONE    },
};

static const char *in_unit(enum unit unit, int64_t value, char text[WORDS_SIZE])
{
    switch (unit) {
    case UNIT_MONEY:
        return words_round_dollars(value, text);
    case UNIT_QUANTITY:
        return words_quantity(value, text);
    case UNIT_COUNT:
        return words_count((uint64_t)(value > 0 ? value : 0), text);
    case UNIT_NONE:
        break;
    }
    text[0] = '\0';
    return text;
}

void words_refusal(uint8_t verdict, int64_t value, int64_t limit, char *text, size_t size)
{
    char value_text[WORDS_SIZE];
    char limit_text[WORDS_SIZE];
    struct wording wording = {0};
    if (verdict < VERDICT_COUNT) {
        wording = wordings[verdict];
    }
    const char *what = wording.what != NULL ? wording.what : verdict_text(verdict);
    const char *than = wording.what != NULL ? wording.than : ", limit";
    const char *blank = wording.unit == UNIT_NONE ? "" : " ";
    (void)in_unit(wording.unit, value, value_text);
    if (than == NULL) {
        (void)snprintf(text, size, "%s%s%s", what, blank, value_text);
    } else {
        (void)snprintf(text, size, "%s %s%s %s", what, value_text, than,
                       in_unit(wording.unit, limit, limit_text));
    }
}
