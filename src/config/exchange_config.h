/* exchange_config.h: how the simulated exchange is to behave, as configured; plain data.
 *
 * The fields are those of the exchange's own plan, the codes too, so that one is copied to the
 * other field by field. All zero is the plainest exchange: fills at the stated price at once, no
 * fees, all the volume there is, and a cash account without shorting. */
#ifndef CONFIG_EXCHANGE_CONFIG_H
#define CONFIG_EXCHANGE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

/* What comes first when one bar holds the prices of several orders: code, word in the config. */
#define CONFIG_INTRABAR_LIST(X)                                                                    \
    X(STOP_FIRST, "stop-first")                                                                    \
    X(TARGET_FIRST, "target-first")                                                                \
    X(NEAREST_TO_OPEN, "nearest-to-open")

enum config_intrabar {
#define X(name, word) CONFIG_INTRABAR_##name,
    CONFIG_INTRABAR_LIST(X)
#undef X
};

/* Against the order, never on limit prices: code, word in the config ("" for the bare "5bps"). */
#define CONFIG_SLIPPAGE_LIST(X)                                                                    \
    X(NONE, "none")                                                                                \
    X(FIXED, "")                                                                                   \
    X(UNIFORM, "uniform")                                                                          \
    X(HALF_SPREAD, "half-spread")                                                                  \
    X(VOLUME_SHARE, "volume-share")                                                                \
    X(BOOK, "book")

enum config_slippage_kind {
#define X(name, word) CONFIG_SLIPPAGE_##name,
    CONFIG_SLIPPAGE_LIST(X)
#undef X
};

struct config_slippage {
    enum config_slippage_kind kind;
    int64_t ppm;          /* all but BOOK */
    int64_t tick_e9;      /* BOOK: distance of its levels */
    int64_t level_qty_e9; /* BOOK: shares on each of them */
};

struct exchange_config {
    bool margin;         /* else a cash account */
    uint32_t multiplier; /* times the equity: 1, 2 or 4; a cash account: 1 */
    bool shorting;       /* margin only */
    bool settled_only;   /* cash only: settlement T+1 */
    bool fees;           /* SEC and FINRA fees */
    bool round_to_cents; /* prices of fills that slippage moved */
    bool seed_given;     /* else a seed is drawn at the start */
    uint64_t seed;
    int64_t latency_ns;
    int64_t volume_share_ppm; /* of a bar's volume that may fill; 0: all */
    int64_t reject_ppm;       /* share of orders refused at random */
    enum config_intrabar intrabar;
    struct config_slippage slippage;
    int64_t commission_per_share_e9; /* added to the commission per fill */
    int64_t commission_min_e9;       /* the least for one fill */
};

/* Whether anything of it happens at random, so that it has a seed. */
static inline bool exchange_config_is_random(const struct exchange_config *exchange)
{
    return exchange->reject_ppm > 0 ||
           (exchange->slippage.kind == CONFIG_SLIPPAGE_UNIFORM && exchange->slippage.ppm > 0);
}

#endif
