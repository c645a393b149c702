/* alpaca_private.h: what the files of Alpaca's feed share.
 *
 * Of each instrument the feed knows up to when everything has come (`have_ns`), by whichever way:
 * the stream moves it on bar by bar as long as nothing before is missing, and an answer to a
 * request for the past moves it to the end of what was asked, bars or not. Whoever lags behind the
 * last finished minute is asked for. That one rule is warm-up, polling, back-fill and the look-up
 * of minutes that the stream did not bring. */
#ifndef FEED_ALPACA_PRIVATE_H
#define FEED_ALPACA_PRIVATE_H

#include "alpaca/past_bars.h"
#include "alpaca/stream.h"
#include "feed/alpaca.h"
#include "feed/slices.h"
#include "feed/status_queue.h"

struct alpaca_feed {
    struct live_feed port; /* first */
    struct alpaca_feed_plan plan;
    struct slices *slices;
    struct schedule unit;  /* of what is asked for: bars of the run, or minutes */
    char timeframe[24];    /* the same in Alpaca's words */
    int64_t delay_ns;      /* after a unit's end, until it can be asked for */
    uint32_t *by_symbol;   /* instruments in the order of their symbols */
    int64_t *have_ns;      /* of each instrument; see above */
    uint32_t stream_count; /* instruments 0.. are streamed */
    struct stream *stream; /* NULL: bars of days are asked for */
    int64_t floor_ns;      /* what ended up to here is not the stream's: it was not up */
    int64_t up_ns;         /* when the stream came up; INT64_MAX: it is not */
    int64_t first_ns;      /* where slices begin */
    int64_t created_ns;
    int64_t awake_ns;       /* when it was told of a while in which nobody looked; 0 */
    int64_t time_ns;        /* the last moment that was told */
    bool warm;              /* the first past has come ... */
    bool past_set;          /* ... and what is past was settled */
    struct past_bars *past; /* what is asked for now; NULL: nothing */
    uint32_t group_first;   /* whom it is about: */
    uint32_t group_end;
    bool *asked; /* of the instruments in it */
    int64_t asked_until_ns;
    int64_t again_ns; /* after a refusal: not before */
    uint64_t asks;
    bool was_up;  /* the stream, once */
    bool missed;  /* since it came up, the stream has kept back what the past has */
    bool doubted; /* it has once, and brought nothing since */
    bool trouble; /* the past does not come either */
    struct status_queue statuses;
    struct alpaca_feed_counts counts;
    uint64_t said;    /* sum of the counts when they were said last */
    char example[96]; /* the last bar that was counted */
};

/* A bar, wherever it came from. */
void feed_take_bar(struct alpaca_feed *feed, uint32_t instrument, int64_t length_ns,
                   const struct market_message *message);

/* False: none of ours. */
bool feed_find(const struct alpaca_feed *feed, const char *symbol, size_t length,
               uint32_t *instrument);

void feed_say(const struct alpaca_feed *feed, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The end of the last unit that is finished and can be asked for. */
int64_t feed_finished_ns(const struct alpaca_feed *feed, int64_t now_ns);

/* Whether the stream brings this instrument now, and nothing before is missing. */
bool feed_is_streamed(const struct alpaca_feed *feed, uint32_t instrument);

/* ---- alpaca_live.c ---- */

void feed_live_start(struct alpaca_feed *feed);
void feed_live_slept(struct alpaca_feed *feed);

/* There is a bar of the instrument, by the stream, or by the past where the stream does not bring
 * it: a halt that began before the bar is over. */
void feed_traded(struct alpaca_feed *feed, uint32_t instrument, int64_t start_ns, int64_t end_ns);
void feed_live_on_time(struct alpaca_feed *feed, int64_t now_ns);
int64_t feed_live_deadline_ns(const struct alpaca_feed *feed);

/* ---- alpaca_past.c ---- */

/* Asks for what is missing, unless that is under way. */
void feed_past_on_time(struct alpaca_feed *feed, int64_t now_ns);
int64_t feed_past_deadline_ns(const struct alpaca_feed *feed);

#endif
