/* result_text.c: see result_text.h. */
#include "readers/result_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"

const char *text_grouped(uint64_t value, char text[SHOWN_SIZE])
{
    char digits[SHOWN_SIZE];
    size_t length = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, value);
    char *out = text;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            *out++ = ',';
        }
        *out++ = digits[i];
    }
    *out = '\0';
    return text;
}

const char *text_dollars(int64_t value_e9, bool plus, char text[SHOWN_SIZE])
{
    int64_t cents = 0;
    /* A hundred times a value over a billion always fits. */
    (void)money_mul_div(value_e9, 100, MONEY_E9, ROUND_EVEN, &cents);
    uint64_t size = cents < 0 ? 0 - (uint64_t)cents : (uint64_t)cents;
    const char *sign = cents < 0 ? "-" : plus && cents > 0 ? "+" : "";
    char whole[SHOWN_SIZE];
    (void)snprintf(text, SHOWN_SIZE, "%s$%.27s.%02u", sign, text_grouped(size / 100, whole),
                   (unsigned)(size % 100));
    return text;
}

static const char *none(const char *why, char text[SHOWN_SIZE])
{
    (void)snprintf(text, SHOWN_SIZE, "n/a (%s)", why);
    return text;
}

const char *text_amount(struct amount amount, bool plus, char text[SHOWN_SIZE])
{
    return amount.why != NULL ? none(amount.why, text) : text_dollars(amount.e9, plus, text);
}

const char *text_share(int64_t part_e9, int64_t whole_e9, char text[SHOWN_SIZE])
{
    int64_t hundredths = 0;
    text[0] = '\0';
    if (whole_e9 > 0 &&
        money_mul_div(part_e9, 10000, whole_e9, ROUND_EVEN, &hundredths) == ERR_OK) {
        uint64_t size = hundredths < 0 ? 0 - (uint64_t)hundredths : (uint64_t)hundredths;
        const char *sign = hundredths < 0 ? "-" : hundredths > 0 ? "+" : "";
        (void)snprintf(text, SHOWN_SIZE, "%s%" PRIu64 ".%02u %%", sign, size / 100,
                       (unsigned)(size % 100));
    }
    return text;
}

/* Two decimals, and no "-0.00"; beyond any sense in powers of ten. */
static void write_number(double value, const char *plus, const char *unit, char text[SHOWN_SIZE])
{
    double shown = fabs(value) < 0.005 ? 0.0 : value;
    const char *sign = shown > 0.0 ? plus : "";
    (void)snprintf(text, SHOWN_SIZE, fabs(shown) < 1e12 ? "%s%.2f%s" : "%s%.3e%s", sign, shown,
                   unit);
}

const char *text_percent(struct figure figure, bool plus, char text[SHOWN_SIZE])
{
    if (figure.why != NULL) {
        return none(figure.why, text);
    }
    write_number(figure.value * 100.0, plus ? "+" : "", " %", text);
    return text;
}

const char *text_number(struct figure figure, char text[SHOWN_SIZE])
{
    if (figure.why != NULL) {
        return none(figure.why, text);
    }
    write_number(figure.value, "", "", text);
    return text;
}

const char *text_duration(struct figure seconds, char text[SHOWN_SIZE])
{
    if (seconds.why != NULL) {
        return none(seconds.why, text);
    }
    int64_t whole_s = (int64_t)(seconds.value + 0.5);
    int64_t minutes = whole_s / 60;
    if (minutes == 0) {
        (void)snprintf(text, SHOWN_SIZE, "%" PRId64 " s", whole_s);
    } else if (minutes < 60) {
        (void)snprintf(text, SHOWN_SIZE, "%" PRId64 " min", minutes);
    } else if (minutes < 24 * 60) {
        (void)snprintf(text, SHOWN_SIZE, "%" PRId64 " h %02" PRId64 " min", minutes / 60,
                       minutes % 60);
    } else {
        (void)snprintf(text, SHOWN_SIZE, "%" PRId64 " d %02" PRId64 " h", minutes / (24 * 60),
                       minutes / 60 % 24);
    }
    return text;
}

const char *text_minute(int64_t ts_ns, char text[UTC_TEXT_SIZE])
{
    size_t length = utc_format(ts_ns, text);
    text[10] = ' ';
    bool whole = length == 20 && strcmp(text + 16, ":00Z") == 0;
    text[whole ? 16 : 19] = '\0';
    return text;
}

const char *text_day(int64_t ts_ns, char text[UTC_TEXT_SIZE])
{
    (void)utc_format(ts_ns, text);
    text[10] = '\0';
    return text;
}
