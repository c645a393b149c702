/* market.h: the synthetic market as what a run trades: SIMULATED prices, made as they are asked
 * for. */
#ifndef CMD_MARKET_H
#define CMD_MARKET_H

#include "config/config.h"
#include "data/bars.h"
#include "feed/feed.h"

struct market_choice {
    bool wanted; /* trade this market; else what `struct source` says */
    uint64_t seed;
    uint32_t sessions;
};

/* Makes the feed for the config's symbols and bar length (all: the eight of the cast; no length: a
 * minute). `*bars` is told what the data is, as of a file, and holds no records; its data_hash is
 * the SHA-256 of `*text`, the line that says how the market is made: the caller's to free().
 * ERR_USAGE when the market has no bars of that length. */
enum err market_open(const struct market_choice *choice, const struct run_config *config,
                     struct bars *bars, struct feed **feed, int64_t *start_ns, char **text,
                     struct problem *problem);

#endif
