/* stream_words.c: see stream_words.h; sections 10 and 11 of the API's description. */
#include "alpaca/stream_words.h"

static struct stream_word word(enum stream_word_kind kind, const char *why)
{
    return (struct stream_word){.kind = kind, .why = why};
}

static bool lists(const struct node *array, const char *text)
{
    for (const struct node *at = node_first(array); at != NULL; at = node_next(array, at)) {
        if (node_is(at, text)) {
            return true;
        }
    }
    return false;
}

struct stream_word stream_word_trading(const struct node *root)
{
    const struct node *stream = node_member(root, "stream");
    const struct node *data = node_member(root, "data");
    if (node_is(stream, "trade_updates")) {
        return (struct stream_word){.kind = STREAM_WORD_DATA, .data = data};
    }
    if (node_is(stream, "authorization")) {
        if (node_is(node_member(data, "status"), "authorized")) {
            return word(STREAM_WORD_AUTHORIZED, "");
        }
        return node_is(node_member(data, "action"), "listen")
                   ? word(STREAM_WORD_BROKEN, "it was asked before it was authorized")
                   : word(STREAM_WORD_REFUSED, "the keys were refused");
    }
    if (node_is(stream, "listening")) {
        return lists(node_member(data, "streams"), "trade_updates")
                   ? word(STREAM_WORD_SUBSCRIBED, "")
                   : word(STREAM_WORD_BROKEN, "it does not tell of trade updates");
    }
    if (node_is(node_member(root, "action"), "error")) {
        const char *words = node_text(node_member(data, "error_message"));
        return word(STREAM_WORD_BROKEN, words != NULL ? words : "the broker reports an error");
    }
    return word(STREAM_WORD_NOTHING, "");
}

/* By the table of section 11. A code that we do not know begins anew: it says that something is
 * wrong, and nothing that it would say again is lost. */
static struct stream_word of_error(const struct node *element)
{
    static const struct {
        int64_t code;
        enum stream_word_kind kind;
    } codes[] = {
        {400, STREAM_WORD_OWNER     }, /* invalid syntax */
        {401, STREAM_WORD_BROKEN    }, /* not authenticated */
        {402, STREAM_WORD_REFUSED   }, /* auth failed */
        {403, STREAM_WORD_AUTHORIZED}, /* already authenticated */
        {404, STREAM_WORD_BROKEN    }, /* auth timeout */
        {405, STREAM_WORD_OWNER     }, /* symbol limit exceeded */
        {406, STREAM_WORD_BUSY      }, /* connection limit exceeded */
        {407, STREAM_WORD_BROKEN    }, /* slow client */
        {408, STREAM_WORD_REFUSED   }, /* v2 not enabled */
        {409, STREAM_WORD_REFUSED   }, /* insufficient subscription */
        {410, STREAM_WORD_OWNER     }, /* invalid subscribe action for this feed */
        {411, STREAM_WORD_REFUSED   }, /* insufficient scope */
    };
    const char *words = node_text(node_member(element, "msg"));
    int64_t code = 0;
    (void)node_int(node_member(element, "code"), &code); /* else none that we know */
    words = words != NULL ? words : "an error without words";
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (codes[i].code == code) {
            return word(codes[i].kind, words);
        }
    }
    return word(STREAM_WORD_BROKEN, words);
}

struct stream_word stream_word_data(const struct node *element)
{
    const struct node *type = node_member(element, "T");
    const struct node *msg = node_member(element, "msg");
    if (node_is(type, "success")) {
        return node_is(msg, "connected")       ? word(STREAM_WORD_CONNECTED, "")
               : node_is(msg, "authenticated") ? word(STREAM_WORD_AUTHORIZED, "")
                                               : word(STREAM_WORD_NOTHING, "");
    }
    if (node_is(type, "subscription")) {
        return word(STREAM_WORD_SUBSCRIBED, "");
    }
    return node_is(type, "error") ? of_error(element) : word(STREAM_WORD_DATA, "");
}
