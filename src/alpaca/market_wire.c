/* market_wire.c: elements of data messages out of trees, whichever encoding they came in. */
#include "alpaca/market_wire.h"

#include <string.h>

#include "base/money.h"

/* ---- single fields ---- */

static enum err read_time(const struct node *object, int64_t *ts_ns)
{
    enum err err = node_time(node_member(object, "t"), ts_ns);
    bool fits = err == ERR_OK && *ts_ns >= EVENT_TS_NS_MIN && *ts_ns <= EVENT_TS_NS_MAX;
    return fits ? ERR_OK : ERR_FORMAT;
}

static bool read_price(const struct node *object, const char *key, int64_t *price_e9)
{
    return node_decimal_e9(node_member(object, key), price_e9) == ERR_OK;
}

/* Shares: what is behind the point is cut off. A whole number may be larger than money can be. */
static bool read_shares(const struct node *object, const char *key, int64_t *shares)
{
    const struct node *node = node_member(object, key);
    int64_t shares_e9;
    if (node_int(node, shares) == ERR_OK) {
        return true;
    }
    bool good = node_decimal_e9(node, &shares_e9) == ERR_OK;
    *shares = good ? shares_e9 / MONEY_E9 : 0;
    return good;
}

/* Kinds of trades whose price was not made by the market of that moment: average price, cash, next
 * day or seller's sale, price variation, prior reference price, out of sequence, contingent,
 * derivatively priced. */
static bool condition_counts_in_volume_only(const struct node *condition)
{
    const char *text = node_text(condition);
    return text != NULL && text[0] != '\0' && text[1] == '\0' &&
           strchr("WBCNRHPZUV74", text[0]) != NULL;
}

/* `c`: a list of codes; of options one text. */
static bool counts_in_volume_only(const struct node *codes)
{
    bool only = condition_counts_in_volume_only(codes);
    for (const struct node *at = node_first(codes); at != NULL && !only;
         at = node_next(codes, at)) {
        only = condition_counts_in_volume_only(at);
    }
    return only;
}

/* ---- bars, quotes and trades ---- */

static struct event begin_event(enum event_kind kind, int64_t ts_ns)
{
    return (struct event){.ts_ns = ts_ns,
                          .src_ns = ts_ns,
                          .kind = (uint8_t)kind,
                          .version = 1,
                          .slots = 1,
                          .instrument = INSTRUMENT_NONE};
}

static enum err read_bar(const struct node *node, struct market_message *out)
{
    out->event = begin_event(EVENT_BAR, out->ts_ns);
    struct event_bar *bar = &out->event.bar;
    bool good = read_price(node, "o", &bar->open_e9) && read_price(node, "h", &bar->high_e9) &&
                read_price(node, "l", &bar->low_e9) && read_price(node, "c", &bar->close_e9) &&
                read_shares(node, "v", &bar->volume);
    return good && event_bar_fault(bar) == NULL ? ERR_OK : ERR_FORMAT;
}

static enum err read_quote(const struct node *node, struct market_message *out)
{
    out->event = begin_event(EVENT_QUOTE, out->ts_ns);
    struct event_quote *quote = &out->event.quote;
    bool good = read_price(node, "bp", &quote->bid_e9) && read_price(node, "ap", &quote->ask_e9) &&
                read_shares(node, "bs", &quote->bid_size) &&
                read_shares(node, "as", &quote->ask_size);
    if (good && quote->ask_e9 > 0 && quote->bid_e9 > quote->ask_e9) {
        out->word = MARKET_WORD_OTHER; /* crossed: the market has such moments, an event has not */
        return ERR_OK;
    }
    return good && event_quote_fault(quote) == NULL ? ERR_OK : ERR_FORMAT;
}

/* A trade of less than a share is no event of ours. */
static enum err read_trade(const struct node *node, struct market_message *out)
{
    out->event = begin_event(EVENT_TRADE_TICK, out->ts_ns);
    struct event_trade_tick *trade = &out->event.trade_tick;
    if (!read_price(node, "p", &trade->price_e9) || !read_shares(node, "s", &trade->size)) {
        return ERR_FORMAT;
    }
    int64_t size_e9;
    if (trade->size == 0 && node_decimal_e9(node_member(node, "s"), &size_e9) == ERR_OK &&
        size_e9 > 0 && trade->price_e9 > 0) {
        out->word = MARKET_WORD_OTHER;
        return ERR_OK;
    }
    if (counts_in_volume_only(node_member(node, "c"))) {
        out->event.flags = TRADE_TICK_VOLUME_ONLY;
    }
    return event_trade_tick_fault(trade) == NULL ? ERR_OK : ERR_FORMAT;
}

enum err market_read_past(const struct node *node, enum market_word word,
                          struct market_message *out)
{
    *out = (struct market_message){.word = word};
    if (read_time(node, &out->ts_ns) != ERR_OK) {
        return ERR_FORMAT;
    }
    switch (word) {
    case MARKET_WORD_BAR:
    case MARKET_WORD_LATE_BAR:
    case MARKET_WORD_DAY_BAR:
        return read_bar(node, out);
    case MARKET_WORD_QUOTE:
        return read_quote(node, out);
    case MARKET_WORD_TRADE:
        return read_trade(node, out);
    case MARKET_WORD_OTHER:
    case MARKET_WORD_STATUS:
    case MARKET_WORD_CORRECTION:
    case MARKET_WORD_CONTROL:
        break;
    }
    return ERR_FORMAT;
}

/* ---- the rest ---- */

/* Codes of one character. Tapes A and B have digits and A to F, tape C has H, P, Q and T: none
 * means two things. Halted, paused by volatility, no open and no resumption, quotes only ... */
static const char halts[] = "HPQ24";
/* ... trading again ... */
static const char resumptions[] = "T3";
/* ... and what says nothing of it: indications of price and range, imbalances, short sales
 * restricted, price bands. */
static const char indications[] = "56789ACDEF";

static void copy_code(const char *code, size_t length, char out[MARKET_STATUS_SIZE])
{
    size_t kept = length < MARKET_STATUS_SIZE - 1 ? length : MARKET_STATUS_SIZE - 1;
    for (size_t i = 0; i < kept; i++) {
        bool plain = (code[i] >= '0' && code[i] <= '9') || (code[i] >= 'A' && code[i] <= 'Z') ||
                     (code[i] >= 'a' && code[i] <= 'z');
        out[i] = plain ? code[i] : '?';
    }
    out[kept] = '\0';
}

/* Also where the code cannot be read: the status of that symbol is not known any more. */
static void read_status(const struct node *node, struct market_message *out)
{
    const struct node *code = node_member(node, "sc");
    const char *text = node_text(code);
    bool single = text != NULL && code->length == 1;
    bool trades = single && strchr(resumptions, text[0]) != NULL;
    bool says_nothing = single && strchr(indications, text[0]) != NULL;
    copy_code(text != NULL ? text : "?", text != NULL ? code->length : 1, out->status);
    out->halted = !trades && !says_nothing;
    out->unknown = out->halted && !(single && strchr(halts, text[0]) != NULL);
    out->word = says_nothing ? MARKET_WORD_OTHER : MARKET_WORD_STATUS;
}

static enum err read_control(const struct node *element, struct market_message *out)
{
    if (!node_is(node_member(element, "T"), "error")) {
        return ERR_OK;
    }
    bool good = node_int(node_member(element, "code"), &out->error_code) == ERR_OK;
    return good && out->error_code > 0 ? ERR_OK : ERR_FORMAT;
}

static enum err find_word(const struct node *element, enum market_word *word)
{
    static const struct {
        const char *text;
        enum market_word word;
    } words[] = {
        {"b",            MARKET_WORD_BAR       },
        {"u",            MARKET_WORD_LATE_BAR  },
        {"d",            MARKET_WORD_DAY_BAR   },
        {"q",            MARKET_WORD_QUOTE     },
        {"t",            MARKET_WORD_TRADE     },
        {"s",            MARKET_WORD_STATUS    },
        {"c",            MARKET_WORD_CORRECTION},
        {"x",            MARKET_WORD_CORRECTION},
        {"success",      MARKET_WORD_CONTROL   },
        {"subscription", MARKET_WORD_CONTROL   },
        {"error",        MARKET_WORD_CONTROL   },
    };
    const struct node *text = node_member(element, "T");
    *word = MARKET_WORD_OTHER;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (node_is(text, words[i].text)) {
            *word = words[i].word;
            return ERR_OK;
        }
    }
    return node_text(text) != NULL ? ERR_OK : ERR_FORMAT;
}

enum err market_read(const struct node *element, struct market_message *out)
{
    enum market_word word;
    enum err err = find_word(element, &word);
    *out = (struct market_message){.word = word};
    if (err != ERR_OK || word == MARKET_WORD_OTHER) {
        return err;
    }
    if (word == MARKET_WORD_CONTROL) {
        return read_control(element, out);
    }
    const struct node *symbol = node_member(element, "S");
    if (node_text(symbol) == NULL || symbol->length == 0) {
        return ERR_FORMAT;
    }
    if (word == MARKET_WORD_STATUS || word == MARKET_WORD_CORRECTION) {
        err = read_time(element, &out->ts_ns);
    } else {
        err = market_read_past(element, word, out);
    }
    out->symbol = symbol->as.text;
    out->symbol_length = symbol->length;
    if (err == ERR_OK && word == MARKET_WORD_STATUS) {
        read_status(element, out);
    }
    return err;
}
