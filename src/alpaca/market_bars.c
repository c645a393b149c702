/* market_bars.c: minute bars straight from the bytes of a stream's message.
 *
 * One pass, eight bytes at a time where there are that many: whether a byte is a digit, and how
 * many of them stand in a row, is found for all eight at once, and so is the number they make. Near
 * the end of the message the rest is copied to where bytes may be read behind it. Everything that
 * is not plainly a bar as it is always sent (an escape, an exponent, a key that we do not know or
 * that comes twice) is left to the readers of trees, which know all of JSON. */
#include <assert.h>
#include <string.h>

#include "alpaca/market_wire.h"
#include "base/hot.h"
#include "base/money.h"

#define INLINE static inline __attribute__((always_inline))

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte is the lowest");

enum {
    WINDOW = 29,           /* bytes that a comma and a key (5) and its value (24) may look at */
    LENGTH_MAX = 64 << 20, /* as for trees */
};

/* Where reading has to take care. The message is read where it lies, and near its end, as soon as a
 * reader might look behind it, in a copy of its rest with zeros behind. Its last byte is a `]`,
 * which no part of a bar ends with: so whoever passes over single bytes that he has compared never
 * leaves it.
 *
 * Readers take the place where they begin and return the one behind, or NULL: so it stays in a
 * register. */
struct limits {
    const char *safe;        /* up to here WINDOW bytes can be read */
    const char *end;         /* behind the `]` */
    const char *base;        /* what is read now ... */
    const char *origin;      /* ... and where that lies in the message */
    const char *message_end; /* `end` while the message itself is read */
    char *rest;              /* 2 * WINDOW bytes for the copy */
};

/* ---- eight bytes ---- */

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))
#define HIGH_BITS  EACH(0x80)

INLINE uint64_t load8(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

INLINE uint32_t load4(const char *at)
{
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

/* Marks in the high bits the bytes of (text XOR "00000000") that are above 9: no digits. Behind a
 * byte that is not ASCII, which is marked, a nine may be marked, too. */
INLINE uint64_t above_nine(uint64_t digits)
{
    return ((digits + EACH(0x76)) | digits) & HIGH_BITS;
}

/* The place of the first mark: 8 times its byte and 7. */
INLINE unsigned mark_of(uint64_t marks)
{
    return (unsigned)__builtin_ctzll(marks);
}

/* Where the first marked byte lies. */
INLINE unsigned first_of(uint64_t marks)
{
    return mark_of(marks) / 8;
}

/* All bits of the bytes before the first marked one. */
INLINE uint64_t before_first(uint64_t marks)
{
    return (marks ^ (marks - 1)) >> 8;
}

/* The high bit of the first byte equal to that one; above it anything. */
INLINE uint64_t mark_first(uint64_t word, unsigned byte)
{
    uint64_t same = word ^ EACH(byte);
    return (same - EACH(1)) & ~same & HIGH_BITS;
}

/* The number that eight digits make: first pairs, then fours. */
INLINE uint64_t number_of(uint64_t digits)
{
    const uint64_t every_other = UINT64_C(0x000000ff000000ff);
    digits = digits * 10 + (digits >> 8);
    uint64_t low = (digits & every_other) * (UINT64_C(1000000) << 32 | 100);
    uint64_t high = (digits >> 16 & every_other) * (UINT64_C(10000) << 32 | 1);
    return (low + high) >> 32;
}

/* The number that the digits before a mark make, at least one: they become the last ones of eight,
 * behind zeros. */
INLINE uint64_t number_before(uint64_t digits, unsigned mark)
{
    return number_of(digits << ((7 - mark) & 63));
}

/* ---- moving on ---- */

/* The message itself, at least WINDOW bytes. */
INLINE void read_there(struct limits *limits, const char *bytes, const char *end)
{
    limits->safe = end - WINDOW;
    limits->end = end;
    limits->base = bytes;
    limits->origin = bytes;
}

WAY_OUT static const char *read_copy(struct limits *limits, const char *at)
{
    size_t left = (size_t)(limits->end - at);
    limits->origin += at - limits->base;
    memcpy(limits->rest, at, left);
    memset(limits->rest + left, 0, 2 * WINDOW - left);
    limits->base = limits->rest;
    limits->end = limits->rest + left;
    limits->safe = limits->rest + WINDOW; /* `left` is less: not a second time */
    return limits->rest;
}

/* The same place, from where WINDOW bytes can be read. */
INLINE const char *open_window(struct limits *limits, const char *at)
{
    return at > limits->safe ? read_copy(limits, at) : at;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

INLINE const char *skip_blanks(const char *at)
{
    while (__builtin_expect((unsigned char)*at <= ' ', 0) && is_blank(*at)) {
        at++;
    }
    return at;
}

/* ---- numbers ---- */

static const uint64_t tens[] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
};

INLINE bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A price whose decimals do not end within the first eight bytes: up to nine of them. */
INLINE const char *take_long_part(const char *at, uint64_t whole_digits, unsigned whole_mark,
                                  int64_t *price_e9)
{
    const char *part = at + whole_mark / 8 + 1;
    uint64_t digits = load8(part) ^ EACH('0');
    uint64_t stops = above_nine(digits);
    unsigned mark = stops != 0 ? mark_of(stops) : 71;
    unsigned count = mark / 8;
    if (count == 0) {
        return NULL;
    }
    uint64_t part_e9 = number_before(digits, mark) * tens[9 - count];
    if (count == 8 && is_digit(part[8])) {
        part_e9 += (uint64_t)(part[8] - '0');
        count++;
        if (is_digit(part[9])) {
            return NULL;
        }
    }
    *price_e9 = (int64_t)(number_before(whole_digits, whole_mark) * tens[9] + part_e9);
    return part + count;
}

/* A price: at most seven digits before the point, nine behind it, no sign, no exponent. */
INLINE const char *take_price(const char *at, int64_t *price_e9)
{
    uint64_t digits = load8(at) ^ EACH('0');
    uint64_t stops = above_nine(digits);
    uint64_t later_stops = stops & (stops - 1);
    if (stops == 0 || (stops & 0x80) != 0 || ((digits & 0xff) == 0 && (stops & 0x8000) == 0)) {
        return NULL; /* too long, no digit, or a zero before another */
    }
    unsigned mark = mark_of(stops);
    if (__builtin_expect(at[mark / 8] != '.', 0)) {
        *price_e9 = (int64_t)(number_before(digits, mark) * tens[9]);
        return at + mark / 8;
    }
    if (later_stops == 0) {
        return take_long_part(at, digits, mark, price_e9);
    }
    unsigned end = mark_of(later_stops);
    uint64_t before = before_first(stops);
    uint64_t joined = (digits & before) | (digits >> 8 & ~before);
    unsigned length = (end - mark) / 8; /* of the point and the decimals */
    *price_e9 = (int64_t)(number_before(joined, end - 8) * tens[10 - length]);
    return length > 1 ? at + end / 8 : NULL;
}

/* Decimals of a count, behind its point, are cut off: from one digit to nine, as trees take them.
 */
WAY_OUT static const char *pass_decimals(const char *at, int64_t count)
{
    unsigned length = 0;
    while (length < 10 && is_digit(at[length])) {
        length++;
    }
    return length >= 1 && length <= 9 && count < INT64_MAX / MONEY_E9 ? at + length : NULL;
}

/* A count of eight digits to fifteen. */
WAY_OUT static const char *take_long_count(const char *at, int64_t *count)
{
    uint64_t digits = load8(at + 8) ^ EACH('0');
    uint64_t stops = above_nine(digits);
    if (stops == 0) {
        return NULL;
    }
    unsigned extra = first_of(stops);
    *count = (int64_t)(number_of(load8(at) ^ EACH('0')) * tens[extra]);
    *count += extra > 0 ? (int64_t)number_before(digits, mark_of(stops)) : 0;
    return at + 8 + extra;
}

/* A whole number of at most 15 digits. */
INLINE const char *take_count(const char *at, int64_t *count)
{
    uint64_t digits = load8(at) ^ EACH('0');
    uint64_t stops = above_nine(digits);
    const char *behind;
    if ((stops & 0x80) != 0 || ((digits & 0xff) == 0 && (stops & 0x8000) == 0)) {
        return NULL; /* no digit, or a zero before another */
    }
    if (__builtin_expect(stops != 0, 1)) {
        *count = (int64_t)number_before(digits, mark_of(stops));
        behind = at + first_of(stops);
    } else {
        behind = take_long_count(at, count);
    }
    return behind != NULL && *behind == '.' ? pass_decimals(behind + 1, *count) : behind;
}

/* ---- texts ---- */

/* Marks of bytes that a plain text cannot have: controls, escapes, what is not ASCII. */
INLINE uint64_t mark_odd(uint64_t word)
{
    return (word & HIGH_BITS) | mark_first(word, '\\') | ((word - EACH(0x20)) & ~word & HIGH_BITS);
}

/* At most 15 characters. */
INLINE const char *take_symbol(const struct limits *limits, const char *at,
                               struct market_message *out)
{
    const char *text = at + 1;
    uint64_t word = load8(text);
    uint64_t quotes = mark_first(word, '"');
    uint64_t odd = mark_odd(word);
    unsigned length = 0;
    if (quotes == 0 && odd == 0) {
        word = load8(text + 8);
        quotes = mark_first(word, '"');
        odd = mark_odd(word);
        length = 8;
    }
    if (quotes == 0 || *at != '"' || (odd & before_first(quotes)) != 0) {
        return NULL;
    }
    length += first_of(quotes);
    out->symbol = limits->origin + (text - limits->base);
    out->symbol_length = length;
    return length > 0 ? text + length + 1 : NULL;
}

INLINE const char *take_word(const char *at)
{
    return (load4(at) & 0xffffff) == ('"' | 'b' << 8 | '"' << 16) ? at + 3 : NULL;
}

/* ---- times ---- */

/* Days since 1970-01-01 of a date; false when there is none such, or not from 1700 to 2200. */
INLINE bool days_of(uint32_t year, uint32_t month, uint32_t day, int64_t *days)
{
    static const uint16_t before[] = {0,   0,   31,  59,  90,  120, 151,
                                      181, 212, 243, 273, 304, 334, 365};
    if (year < 1700 || year > 2200 || month < 1 || month > 12 || day < 1) {
        return false;
    }
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    uint32_t past = year - 1;
    uint32_t first = before[month]; /* of the month: so many days are before it */
    uint32_t length = before[month + 1] - first + (leap && month == 2 ? 1 : 0);
    *days = (int64_t)(past * 365 + past / 4 - past / 100 + past / 400) - 719162 +
            (first + (leap && month > 2 ? 1 : 0) + day - 1);
    return day <= length;
}

/* Behind the point of a second: one digit to nine, then `Z"`. */
WAY_OUT static const char *take_fraction(const char *at, int64_t *ns)
{
    unsigned length = 0;
    int64_t value = 0;
    while (length < 9 && is_digit(at[length])) {
        value = value * 10 + (at[length++] - '0');
    }
    *ns += value * (int64_t)tens[9 - length];
    return length > 0 && at[length] == 'Z' && at[length + 1] == '"' ? at + length + 2 : NULL;
}

/* A byte of a word. */
INLINE uint32_t byte_at(uint64_t word, unsigned index)
{
    return (uint32_t)(word >> (8 * index) & 0xff);
}

/* "2026-03-16T18:37:00Z" in its quotes. Separators that are right become zeros, like the digits. */
INLINE const char *take_time(const char *at, int64_t *ts_ns)
{
    uint64_t date = load8(at + 1) ^ load8("0000-00-");
    uint64_t hours = load8(at + 9) ^ load8("00T00:00");
    uint32_t seconds = load4(at + 17) ^ load4(":00Z");
    uint64_t wrong = above_nine(date) | above_nine(hours) | above_nine(seconds & 0xffff00) |
                     (date & UINT64_C(0xff0000ff00000000)) |
                     (hours & UINT64_C(0x0000ff0000ff0000)) | (seconds & 0xff);
    if (wrong != 0 || at[0] != '"') {
        return NULL;
    }
    date = date * 10 + (date >> 8); /* each byte with the one behind it: a number of two digits */
    hours = hours * 10 + (hours >> 8);
    uint32_t hour = byte_at(hours, 3);
    uint32_t minute = byte_at(hours, 6);
    uint32_t second = byte_at(seconds * 10 + (seconds >> 8), 1);
    int64_t days;
    if (!days_of(byte_at(date, 0) * 100 + byte_at(date, 2), byte_at(date, 5), byte_at(hours, 0),
                 &days) ||
        hour > 23 || minute > 59 || second > 59) {
        return NULL;
    }
    *ts_ns = (days * 86400 + (int64_t)(hour * 3600 + minute * 60 + second)) * NS_PER_S;
    if (at[20] == 'Z') {
        return at[21] == '"' ? at + 22 : NULL;
    }
    return at[20] == '.' ? take_fraction(at + 21, ts_ns) : NULL;
}

/* ---- bars ---- */

enum key {
    KEY_NONE,
    KEY_WORD,
    KEY_SYMBOL,
    KEY_O,
    KEY_H,
    KEY_L,
    KEY_C,
    KEY_V,
    KEY_T,
    KEY_N,
    KEY_VW
};

#define NEEDED ((2U << KEY_T) - 2) /* KEY_WORD to KEY_T */

static const uint8_t keys[256] = {
    ['T'] = KEY_WORD, ['S'] = KEY_SYMBOL, ['o'] = KEY_O, ['h'] = KEY_H, ['l'] = KEY_L,
    ['c'] = KEY_C,    ['v'] = KEY_V,      ['n'] = KEY_N, ['t'] = KEY_T,
};

/* A key with its colon, and blanks around it. */
static const char *take_key(const char *at, enum key *key)
{
    at = skip_blanks(at);
    if (*at != '"') {
        return NULL;
    }
    bool is_average = at[1] == 'v' && at[2] == 'w';
    *key = is_average ? KEY_VW : (enum key)keys[(unsigned char)at[1]];
    at += is_average ? 3 : 2;
    if (*key == KEY_NONE || *at != '"') {
        return NULL;
    }
    at = skip_blanks(at + 1);
    return *at == ':' ? skip_blanks(at + 1) : NULL;
}

static const char *take_value(const struct limits *limits, const char *at, enum key key,
                              struct market_message *out)
{
    int64_t unused;
    switch (key) {
    case KEY_WORD:
        return take_word(at);
    case KEY_SYMBOL:
        return take_symbol(limits, at, out);
    case KEY_O:
        return take_price(at, &out->event.bar.open_e9);
    case KEY_H:
        return take_price(at, &out->event.bar.high_e9);
    case KEY_L:
        return take_price(at, &out->event.bar.low_e9);
    case KEY_C:
        return take_price(at, &out->event.bar.close_e9);
    case KEY_V:
        return take_count(at, &out->event.bar.volume);
    case KEY_T:
        return take_time(at, &out->ts_ns);
    case KEY_N:
        return take_count(at, &unused);
    case KEY_VW:
        return take_price(at, &unused);
    case KEY_NONE:
        break;
    }
    return NULL;
}

/* A bar in any order and with any blanks, from its `{` to behind its `}`. */
RARELY static const char *take_any_bar(struct limits *limits, const char *at,
                                       struct market_message *out)
{
    unsigned seen = 0;
    do {
        enum key key;
        at = take_key(at + 1, &key);
        if (at == NULL || (seen >> key & 1) != 0) {
            return NULL;
        }
        seen |= 1U << key;
        at = take_value(limits, open_window(limits, at), key, out);
        if (at == NULL) {
            return NULL;
        }
        at = skip_blanks(at);
    } while (*at == ',');
    return *at == '}' && (seen & NEEDED) == NEEDED ? at + 1 : NULL;
}

/* The same as Alpaca always sends it, without a question too many. */
#define AFTER(text)                                                                                \
    ((at = take_text(limits, at, load8(text "\0\0\0\0\0\0\0"), sizeof(text) - 1)) != NULL)
#define TAKE(reader) ((at = reader) != NULL)

/* Whether these bytes come next, at most eight of them. */
INLINE const char *take_text(struct limits *limits, const char *at, uint64_t text, unsigned length)
{
    at = open_window(limits, at);
    return (load8(at) ^ text) << (64 - 8 * length) == 0 ? at + length : NULL;
}

INLINE const char *take_usual_bar(struct limits *limits, const char *at, struct market_message *out)
{
    struct event_bar *bar = &out->event.bar;
    int64_t unused;
    bool usual = AFTER("{\"T\":\"b\"") && AFTER(",\"S\":") && TAKE(take_symbol(limits, at, out)) &&
                 AFTER(",\"o\":") && TAKE(take_price(at, &bar->open_e9)) && AFTER(",\"h\":") &&
                 TAKE(take_price(at, &bar->high_e9)) && AFTER(",\"l\":") &&
                 TAKE(take_price(at, &bar->low_e9)) && AFTER(",\"c\":") &&
                 TAKE(take_price(at, &bar->close_e9)) && AFTER(",\"v\":") &&
                 TAKE(take_count(at, &bar->volume)) && AFTER(",\"n\":") &&
                 TAKE(take_count(at, &unused)) && AFTER(",\"vw\":") &&
                 TAKE(take_price(at, &unused)) && AFTER(",\"t\":") &&
                 TAKE(take_time(at, &out->ts_ns)) && *at == '}';
    return usual ? at + 1 : NULL;
}

/* A bar from its `{` to behind its `}`. */
INLINE const char *take_bar(struct limits *limits, const char *at, struct market_message *out)
{
    const char *base = limits->base;
    const char *behind = take_usual_bar(limits, at, out);
    if (behind == NULL) {
        if (limits->base != base) {
            read_there(limits, base, limits->message_end);
        }
        behind = take_any_bar(limits, at, out);
    }
    return behind != NULL && event_bar_fault(&out->event.bar) == NULL ? behind : NULL;
}

INLINE void complete(struct market_message *out)
{
    out->word = MARKET_WORD_BAR;
    out->halted = false;
    out->error_code = 0;
    out->event.ts_ns = out->ts_ns;
    out->event.src_ns = out->ts_ns;
    out->event.kind = EVENT_BAR;
    out->event.version = 1;
    out->event.slots = 1;
    out->event.flags = 0;
    out->event.instrument = INSTRUMENT_NONE;
}

bool market_read_bars(const char *bytes, size_t length,
                      void (*take)(void *context, const struct market_message *message),
                      void *context)
{
    UNSET char rest[2 * WINDOW];
    UNSET struct market_message message;
    while (length > 0 && is_blank(bytes[length - 1])) {
        length--;
    }
    if (length < WINDOW || length > LENGTH_MAX || bytes[length - 1] != ']') {
        return false;
    }
    struct limits limits = {.message_end = bytes + length, .rest = rest};
    read_there(&limits, bytes, bytes + length);
    const char *at = skip_blanks(bytes);
    if (*at != '[') {
        return false;
    }
    do {
        at = skip_blanks(at + 1);
        at = *at == '{' ? take_bar(&limits, at, &message) : NULL;
        if (at == NULL) {
            return false;
        }
        at = skip_blanks(at);
        if (*at == ']' ? at + 1 != limits.end : *at != ',') {
            return false;
        }
        complete(&message);
        take(context, &message);
    } while (*at == ',');
    return true;
}
