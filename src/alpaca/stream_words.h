/* stream_words.h: what a message of Alpaca's streams says about the stream itself. No state. */
#ifndef ALPACA_STREAM_WORDS_H
#define ALPACA_STREAM_WORDS_H

#include "net/tree.h"

enum stream_word_kind {
    STREAM_WORD_DATA,       /* or what we do not know: the owner's to judge */
    STREAM_WORD_CONNECTED,  /* the greeting of market data */
    STREAM_WORD_AUTHORIZED, /* the keys are good */
    STREAM_WORD_SUBSCRIBED, /* the subscription stands */
    STREAM_WORD_REFUSED,    /* the keys, or what they entitle to: trying again is of no use */
    STREAM_WORD_BUSY,       /* another connection is, or seems to be, there */
    STREAM_WORD_OWNER,      /* what was subscribed is refused: whoever wants it must know */
    STREAM_WORD_BROKEN,     /* it must begin anew */
    STREAM_WORD_NOTHING,    /* no harm */
};

struct stream_word {
    enum stream_word_kind kind;
    const char *why;         /* for people, of those that end it; valid as long as the tree */
    const struct node *data; /* of trading's DATA: `data`, NULL where there is none */
};

/* A message of the trading stream. */
struct stream_word stream_word_trading(const struct node *root);

/* An element of a message of market data. */
struct stream_word stream_word_data(const struct node *element);

#endif
