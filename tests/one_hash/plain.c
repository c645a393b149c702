/* plain.c: every strategy under every kind of plan, through driver, engine and exchange, without a
 * file, so that it needs nothing but a C library: whichever one (tools/hash_matrix.sh). Prints one
 * line per run. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "data/workload.h"
#include "driver/driver.h"
#include "strategy/signals_file.h"
#include "strategy/table.h"
#include "sys/sha256.h"

/* The data's own hash comes from a library that only the system's C library has. No decision sees
 * it: it is left out here. */
void sha256(const void *bytes, size_t length, unsigned char digest[SHA256_SIZE])
{
    (void)bytes;
    (void)length;
    memset(digest, 0, SHA256_SIZE);
}

void sha256_hex(const unsigned char digest[SHA256_SIZE], char text[SHA256_HEX_SIZE])
{
    memset(text, digest[0] == 0 ? '0' : '?', SHA256_HEX_SIZE - 1);
    text[SHA256_HEX_SIZE - 1] = '\0';
}

enum { MINUTES = 10080, SYMBOLS = 3 };

#define PPM(percent) ((int64_t)((percent)*10000))

/* ---- plans ---- */

static void exits_of(struct run_config *config, struct exit_plan exits)
{
    exits.atr_window = 5;
    config->books[0].exits = exits;
}

static void plain(struct run_config *config)
{
    (void)config;
}

static void bracket_behind_limit(struct run_config *config)
{
    config->books[0].entry = (struct entry_config){ORDER_TYPE_LIMIT, -200, TIME_IN_FORCE_DAY};
    exits_of(config, (struct exit_plan){
                         .target = {EXIT_ATR, 1500000 },
                         .stop = {EXIT_ATR, MONEY_E9},
                         .opposite_signal = true,
                         .at_broker = true
    });
}

static void one_cancels_other(struct run_config *config)
{
    config->books[0].entry = (struct entry_config){ORDER_TYPE_MARKET, 0, TIME_IN_FORCE_IOC};
    config->exchange.volume_share_ppm = PPM(5);
    exits_of(config, (struct exit_plan){
                         .target = {EXIT_PPM, 1000},
                           .stop = {EXIT_PPM, 1000},
                           .at_broker = true
    });
}

static void trailing_at_broker(struct run_config *config)
{
    config->exchange.latency_ns = 70 * NS_PER_S;
    config->exchange.slippage = (struct config_slippage){.kind = CONFIG_SLIPPAGE_FIXED, .ppm = 500};
    exits_of(config, (struct exit_plan){
                         .trailing = {EXIT_PPM, 1500},
                           .opposite_signal = true, .at_broker = true
    });
}

static void held_by_engine(struct run_config *config)
{
    config->calendar = CALENDAR_XNYS;
    config->exchange.intrabar = CONFIG_INTRABAR_NEAREST_TO_OPEN;
    exits_of(config, (struct exit_plan){
                         .target = {EXIT_PRICE, MONEY_E9 / 5},
                         .stop = {EXIT_ATR,   2 * MONEY_E9},
                         .trailing = {EXIT_ATR,   3 * MONEY_E9},
                         .time_limit_bars = 20,
                         .flat_before_close_ns = 30 * NS_PER_MIN
    });
}

static void bad_broker(struct run_config *config)
{
    config->books[0].sizing = (struct sizing){
        .kind = SIZING_RISK, .share_ppm = PPM(0.1), .cap_ppm = PPM(20), .capital_ppm = PPM(100)};
    config->exchange.latency_ns = 2 * NS_PER_S;
    config->exchange.reject_ppm = PPM(20);
    config->exchange.round_to_cents = true;
    config->exchange.margin = true;
    config->exchange.multiplier = 4;
    config->exchange.slippage =
        (struct config_slippage){.kind = CONFIG_SLIPPAGE_UNIFORM, .ppm = 200};
    exits_of(config, (struct exit_plan){
                         .stop = {EXIT_PPM, 2000},
                           .opposite_signal = true
    });
}

static void fractions_and_fees(struct run_config *config)
{
    config->books[0].sizing = (struct sizing){.kind = SIZING_VOLATILITY,
                                              .share_ppm = PPM(0.1),
                                              .cap_ppm = PPM(20),
                                              .capital_ppm = PPM(100),
                                              .fractional = true};
    config->exchange.fees = true;
    config->exchange.settled_only = true;
    config->exchange.commission_per_share_e9 = MONEY_E9 / 200;
    config->exchange.slippage = (struct config_slippage){
        .kind = CONFIG_SLIPPAGE_BOOK, .tick_e9 = MONEY_E9 / 100, .level_qty_e9 = 100 * MONEY_E9};
    exits_of(config, (struct exit_plan){.opposite_signal = true});
}

static void kelly(struct run_config *config)
{
    config->books[0].sizing =
        (struct sizing){.kind = SIZING_HALF_KELLY, .cap_ppm = PPM(20), .capital_ppm = PPM(100)};
    config->exchange.slippage =
        (struct config_slippage){.kind = CONFIG_SLIPPAGE_VOLUME_SHARE, .ppm = PPM(10)};
    exits_of(config, (struct exit_plan){
                         .target = {EXIT_PPM, 500},
                           .opposite_signal = true
    });
}

static const struct {
    const char *name;
    void (*apply)(struct run_config *config);
} plans[] = {
    {"plain",                plain               },
    {"bracket-behind-limit", bracket_behind_limit},
    {"one-cancels-other",    one_cancels_other   },
    {"trailing-at-broker",   trailing_at_broker  },
    {"held-by-engine",       held_by_engine      },
    {"bad-broker",           bad_broker          },
    {"fractions-and-fees",   fractions_and_fees  },
    {"kelly",                kelly               },
};

/* ---- runs ---- */

/* Parameters with which it acts on a week of minutes; the others are its own. */
static void set_parameters(struct book_config *book)
{
    static const struct {
        const char *name;
        int64_t value;
    } changes[] = {
        {"warmup_bars",         10        },
        {"fast",                3         },
        {"slow",                8         },
        {"period",              3         },
        {"lookback",            6         },
        {"z",                   1000000000},
        {"daily_window",        1         },
        {"hourly_window",       3         },
        {"atr_period",          5         },
        {"multiplier",          0         },
        {"volume_confirmation", 0         },
    };
    for (size_t k = 0; book->strategy->parameters[k].name != NULL; k++) {
        const struct parameter_def *parameter = &book->strategy->parameters[k];
        book->parameters[k] = parameter->fallback;
        for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
            if (strcmp(changes[i].name, parameter->name) == 0) {
                book->parameters[k] = changes[i].value;
            }
        }
        if (strcmp(parameter->name, "threshold") == 0) {
            book->parameters[k] = 200000;
        }
    }
}

static const struct limit wide_cash = {LIMIT_CASH, 9000000000 * MONEY_E9};
static const struct limit wide_count = {LIMIT_COUNT, 100000000};

static struct run_config make_config(const struct strategy_def *strategy, const void *signals)
{
    struct run_config config = {
        .path = "plain",
        .mode = MODE_BACKTEST,
        .bar_ns = NS_PER_MIN,
        .cash_e9 = 1000000 * MONEY_E9,
        .commission_e9 = MONEY_E9,
        .exchange = {.multiplier = 1,                       .seed_given = true, .seed = 7},
        .limits = { .order_notional = wide_cash,
                     .position_notional = wide_cash,
                     .exposure = wide_cash,
                     .open_positions = wide_count,
                     .orders_per_session = wide_count,
                     .strategy_orders = wide_count,
                     .entry_interval = {LIMIT_DURATION, 0},
                     .daily_loss = {LIMIT_SHARE, PPM(100)},
                     .portfolio_heat = wide_cash,
                     .collar = {LIMIT_PPM, PPM(50)}},
        .book_count = 1,
    };
    struct book_config *book = &config.books[0];
    book->strategy = strategy;
    book->data = signals;
    book->frame_ns = NS_PER_MIN;
    book->sizing =
        (struct sizing){.kind = SIZING_FIXED, .qty_e9 = 500 * MONEY_E9, .capital_ppm = PPM(100)};
    book->entry = (struct entry_config){ORDER_TYPE_MARKET, 0, TIME_IN_FORCE_GTC};
    book->exits = (struct exit_plan){.opposite_signal = true, .atr_window = 5};
    set_parameters(book);
    return config;
}

static bool run(const struct run_config *config, const struct bars *bars, const char *plan)
{
    struct problem problem = {0};
    struct feed *feed = feed_bars_create(bars);
    struct driver_plan driver_plan = {.config = config,
                                      .instrument_count = bars->instrument_count,
                                      .feed = feed,
                                      .start_ns = bars->records[0].src_ns};
    struct driver *driver = NULL;
    bool good = driver_create(&driver_plan, &driver, &problem) == ERR_OK &&
                driver_begin(driver, &problem) == ERR_OK && driver_run(driver, &problem) == ERR_OK;
    if (good) {
        const struct engine *engine = driver_engine(driver);
        (void)printf("%s %s %016" PRIx64 " %" PRIu64 " fills %" PRId64 "\n",
                     config->books[0].strategy->name, plan, engine->decision_hash,
                     (uint64_t)engine->counters.fills, engine->equity_e9);
        good = engine->counters.fills > 0;
    }
    if (!good) {
        (void)fprintf(stderr, "%s %s: %s\n", config->books[0].strategy->name, plan,
                      problem.text[0] != '\0' ? problem.text : "nothing was filled");
    }
    driver_destroy(driver);
    feed->ops->destroy(feed);
    return good;
}

/* A signal every 23 minutes, in turn to buy and to sell. */
static struct signal_list make_signals(const struct bars *bars, struct signal *signals)
{
    uint32_t count = 0;
    for (uint32_t instrument = 0; instrument < SYMBOLS; instrument++) {
        for (uint64_t minute = 7; minute < MINUTES; minute += 23) {
            signals[count++] = (struct signal){.ts_ns = bars->records[minute * SYMBOLS].ts_ns,
                                               .profit_e9 = SIGNAL_UNKNOWN_PROFIT,
                                               .confidence_ppm = SIGNAL_UNKNOWN,
                                               .instrument = instrument,
                                               .buys = minute % 2 == 0};
        }
    }
    return (struct signal_list){signals, count};
}

int main(void)
{
    static struct signal signals[SYMBOLS * MINUTES];
    struct bars bars;
    workload_create(MINUTES, 1000, SYMBOLS, &bars);
    struct signal_list list = make_signals(&bars, signals);
    bool good = true;
    for (size_t i = 0; strategy_table[i] != NULL; i++) {
        for (size_t k = 0; k < sizeof plans / sizeof plans[0]; k++) {
            struct run_config config = make_config(strategy_table[i], &list);
            plans[k].apply(&config);
            good = run(&config, &bars, plans[k].name) && good;
        }
    }
    return good ? 0 : 1;
}
