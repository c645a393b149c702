/* market_fuzz.c: whatever the elements of a data message look like, in either encoding, each is
 * refused, passed over, or an event that can be. */
#include "alpaca/market_wire.h"
#include "base/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_message(const struct market_message *message)
{
    const struct event *event = &message->event;
    switch (message->word) {
    case MARKET_WORD_BAR:
    case MARKET_WORD_LATE_BAR:
    case MARKET_WORD_DAY_BAR:
        CHECK(event->kind == EVENT_BAR && event_bar_fault(&event->bar) == NULL);
        break;
    case MARKET_WORD_QUOTE:
        CHECK(event->kind == EVENT_QUOTE && event_quote_fault(&event->quote) == NULL);
        break;
    case MARKET_WORD_TRADE:
        CHECK(event->kind == EVENT_TRADE_TICK);
        CHECK(event_trade_tick_fault(&event->trade_tick) == NULL);
        break;
    case MARKET_WORD_CONTROL:
        CHECK(message->error_code >= 0 && message->symbol == NULL);
        return;
    case MARKET_WORD_STATUS:
    case MARKET_WORD_CORRECTION:
        CHECK(message->symbol_length > 0);
        break;
    case MARKET_WORD_OTHER:
        return;
    }
    CHECK(message->ts_ns >= EVENT_TS_NS_MIN && message->ts_ns <= EVENT_TS_NS_MAX);
    CHECK(event->kind == EVENT_NONE ||
          (event->ts_ns == message->ts_ns && event->instrument == INSTRUMENT_NONE));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct tree tree;
    struct market_message message;
    if (tree_read(&tree, bytes, size) != ERR_OK) {
        return 0;
    }
    const struct node *root = tree_root(&tree);
    for (const struct node *at = node_first(root); at != NULL; at = node_next(root, at)) {
        if (market_read(at, &message) == ERR_OK) {
            check_message(&message);
        }
        for (int word = MARKET_WORD_OTHER; word <= MARKET_WORD_CONTROL; word++) {
            if (market_read_past(at, (enum market_word)word, &message) == ERR_OK) {
                CHECK(message.symbol == NULL);
                check_message(&message);
            }
        }
    }
    return 0;
}
