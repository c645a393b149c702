/* contents_test.c: a small log as a run writes it passes; whatever is changed in one of its records
 * is found, and the problem says where. */
#include "log/contents.h"

#include <criterion/criterion.h>
#include <stddef.h>
#include <string.h>

#include "base/money.h"
#include "core/gates.h"
#include "core/ledger.h"
#include "core/trades.h"
#include "market/order.h"

#define USD(amount) ((int64_t)(amount)*MONEY_E9)

enum { INSTRUMENTS = 2, SLOTS_MAX = 32 };

/* Where the records of make_log() lie. */
enum {
    AT_DEPOSIT,
    AT_QUOTE,
    AT_TICK,
    AT_BAR,
    AT_SECOND_BAR,
    AT_SLICE_END,
    AT_DECISION,
    AT_ORDER = AT_DECISION + 2,
    AT_SLICE = AT_ORDER + 2,
    AT_FILL,
    AT_POSTING,
    AT_TRADE,
    AT_NOTICE = AT_TRADE + 2,
    AT_COMMAND,
    AT_ACTION,
    AT_LOG_END,
    SLOTS
};

static struct event make(uint8_t kind, int64_t minute, uint32_t instrument)
{
    return (struct event){.ts_ns = minute * NS_PER_MIN,
                          .src_ns = minute * NS_PER_MIN,
                          .kind = kind,
                          .version = 1,
                          .slots = 1,
                          .instrument = instrument};
}

static void make_market(struct event *log)
{
    log[AT_QUOTE] = make(EVENT_QUOTE, 1, 1);
    log[AT_QUOTE].quote = (struct event_quote){USD(9), USD(10), 5, 5, 0};
    log[AT_TICK] = make(EVENT_TRADE_TICK, 1, 0);
    log[AT_TICK].trade_tick = (struct event_trade_tick){USD(9), 5, {0}};
    for (uint32_t i = 0; i < INSTRUMENTS; i++) {
        log[AT_BAR + i] = make(EVENT_BAR, 1, i);
        log[AT_BAR + i].bar = (struct event_bar){USD(9), USD(9), USD(9), USD(9), 100};
    }
    log[AT_SLICE_END] = make(EVENT_SLICE_END, 1, INSTRUMENT_NONE);
    log[AT_SLICE_END].slice_end = (struct event_slice_end){0, INSTRUMENTS, INSTRUMENTS, {0}};
    log[AT_ACTION] = make(EVENT_ACTION, 2, 0);
    log[AT_ACTION].action = (struct event_action){2, 1, USD(1), {0}};
}

static void make_decided(struct event *log)
{
    const uint64_t order_id = order_id_make(1, ORDER_ROLE_ENTRY, 1);
    log[AT_DECISION] = make(EVENT_DECISION, 1, 1);
    log[AT_DECISION].slots = 2;
    log[AT_DECISION].flags = ACT_BUY;
    log[AT_DECISION].decision = (struct event_decision){
        .order_id = order_id, .strength_ppm = 1000000, .confidence_ppm = 500000, .book = 1};
    struct order_request *request = (struct order_request *)&log[AT_ORDER];
    request->head = make(EVENT_ORDER, 1, 1);
    request->head.slots = 2;
    request->head.flags = ORDER_ROLE_ENTRY;
    request->head.order = (struct event_order){.order_id = order_id,
                                               .qty_e9 = USD(10),
                                               .reference_price_e9 = USD(9),
                                               .book = 1,
                                               .type = ORDER_TYPE_MARKET,
                                               .time_in_force = TIME_IN_FORCE_GTC,
                                               .leg_count = 1};
    request->legs[0] = (struct order_leg){.instrument = 1, .ratio = 1};
}

static void make_log(struct event log[SLOTS_MAX])
{
    memset(log, 0, SLOTS_MAX * sizeof *log);
    log[AT_DEPOSIT] = make(EVENT_DEPOSIT, 0, INSTRUMENT_NONE);
    log[AT_DEPOSIT].deposit.amount_e9 = USD(1000);
    make_market(log);
    make_decided(log);
    log[AT_SLICE] = make(EVENT_SLICE, 1, INSTRUMENT_NONE);
    log[AT_FILL] = make(EVENT_FILL, 2, 1);
    log[AT_POSTING] = make(EVENT_POSTING, 2, 1);
    log[AT_POSTING].posting = (struct event_posting){.amount_e9 = USD(90),
                                                     .qty_e9 = USD(10),
                                                     .debit = ACCOUNT_POSITIONS,
                                                     .credit = ACCOUNT_CASH,
                                                     .book = 1};
    log[AT_TRADE] = make(EVENT_TRADE, 2, 1);
    log[AT_TRADE].slots = 2;
    log[AT_TRADE].flags = TRADE_OPEN;
    log[AT_TRADE].trade = (struct event_trade){.trade_id = 1, .book = 1};
    log[AT_NOTICE] = make(EVENT_NOTICE, 2, 1);
    log[AT_NOTICE].flags = NOTICE_UNPROTECTED;
    log[AT_NOTICE].notice = (struct event_notice){.trade_id = 1, .book = 1};
    log[AT_COMMAND] = make(EVENT_COMMAND, 2, INSTRUMENT_NONE);
    log[AT_COMMAND].flags = COMMAND_PAUSE;
    log[AT_LOG_END] = make(EVENT_LOG_END, 0, INSTRUMENT_NONE);
}

/* The first record that cannot be, and what is wrong with it; NULL: all can be. */
static const char *first_fault(const struct event *log, size_t *at)
{
    struct contents contents;
    const char *fault = NULL;
    contents_begin(&contents, INSTRUMENTS);
    for (*at = 0; *at < SLOTS && fault == NULL; *at += log[*at].slots) {
        fault = contents_fault(&contents, &log[*at]);
        if (fault != NULL) {
            return fault;
        }
    }
    return NULL;
}

Test(contents, of_a_run_can_be)
{
    struct event log[SLOTS_MAX];
    size_t at;
    make_log(log);
    const char *fault = first_fault(log, &at);
    cr_assert_null(fault, "slot %zu: %s", at, fault);
}

Test(contents, of_a_run_that_ended_before_its_first_slice)
{
    struct event log[SLOTS_MAX];
    struct contents contents;
    make_log(log);
    struct event end = log[AT_LOG_END];
    end.ts_ns = INT64_MIN;
    end.src_ns = INT64_MIN;
    contents_begin(&contents, INSTRUMENTS);
    cr_assert_null(contents_fault(&contents, &log[0]));
    cr_assert_null(contents_fault(&contents, &end));
    end.src_ns = 0;
    cr_assert_not_null(contents_fault(&contents, &end)); /* one of both alone is no such end */
}

#define FIELD(slot, member)                                                                        \
    slot, offsetof(struct event, member), sizeof(((struct event *)0)->member)
#define SECOND(slot, type, member) (slot) + 1, offsetof(type, member), sizeof(((type *)0)->member)

Test(contents, that_cannot_be_are_found)
{
    static const struct {
        const char *what;
        size_t slot, offset, size;
        int64_t value;
        size_t found_at; /* the record */
    } rows[] = {
        {"a kind of no record",      FIELD(AT_FILL,       kind),                    99,                                       AT_FILL                                                     },
        {"a kind of the preamble",   FIELD(AT_FILL,       kind),                    EVENT_LOG_TEXT,                           AT_FILL                                                     },
        {"too few slots",            FIELD(AT_DECISION,   slots),                   1,                                        AT_DECISION                                                 },
        {"too many slots",           FIELD(AT_BAR,        slots),                   2,                                        AT_BAR                                                      },
        {"an unknown layout",        FIELD(AT_FILL,       version),                 2,                                        AT_FILL                                                     },
        {"a time before all years",  FIELD(AT_FILL,       src_ns),                  INT64_MIN,                                AT_FILL                                                     },
        {"a time behind all years",  FIELD(AT_FILL,       ts_ns),                   INT64_MAX,                                AT_FILL                                                     },
        {"a time that runs back",    FIELD(AT_FILL,       ts_ns),                   0,                                        AT_FILL                                                     },
        {"no deposit",               FIELD(AT_DEPOSIT,    deposit.amount_e9),       0,                                        AT_DEPOSIT                                                  },
        {"a quote that cannot be",   FIELD(AT_QUOTE,      quote.bid_e9),            -1,                                       AT_QUOTE                                                    },
        {"a tick of nobody",         FIELD(AT_TICK,       instrument),              2,                                        AT_TICK                                                     },
        {"a tick that cannot be",    FIELD(AT_TICK,       trade_tick.size),         0,                                        AT_TICK                                                     },
        {"a bar that cannot be",     FIELD(AT_BAR,        bar.low_e9),              USD(10),                                  AT_BAR                                                      },
        {"a bar twice",              FIELD(AT_BAR,        instrument),              1,                                        AT_SECOND_BAR                                               },
        {"a bar of nobody",          FIELD(AT_SECOND_BAR, instrument),              2,                                        AT_SECOND_BAR                                               },
        {"a tick behind a bar",      FIELD(AT_SECOND_BAR, kind),                    EVENT_TRADE_TICK,                         AT_SECOND_BAR                                               },
        {"a bar of another minute",  FIELD(AT_SECOND_BAR, ts_ns),                   NS_PER_HOUR,                              AT_SECOND_BAR                                               },
        {"a slice of more bars",     FIELD(AT_SLICE_END,  slice_end.seen),          3,                                        AT_SLICE_END                                                },
        {"a slice of another time",  FIELD(AT_SLICE_END,  ts_ns),                   NS_PER_HOUR,                              AT_SLICE_END                                                },
        {"a slice without its end",  FIELD(AT_SLICE_END,  kind),                    EVENT_SLICE,                              AT_SLICE_END                                                },
        {"a slice of no kind",       FIELD(AT_SLICE_END,  flags),                   SLICE_END_PAST + 1,                       AT_SLICE_END                                                },
        {"a decision to hold",       FIELD(AT_DECISION,   flags),                   ACT_HOLD,                                 AT_DECISION                                                 },
        {"a book of nobody",         FIELD(AT_DECISION,   decision.book),           0,                                        AT_DECISION                                                 },
        {"a refusal with an order",  FIELD(AT_DECISION,   decision.verdict),        GATE_FIRST,                               AT_DECISION                                                 },
        {"a verdict of no gate",     FIELD(AT_DECISION,   decision.verdict),        VERDICT_COUNT,                            AT_DECISION                                                 },
        {"more than full strength",  FIELD(AT_DECISION,   decision.strength_ppm),   1000001,
         AT_DECISION                                                                                                                                                                      },
        {"no confidence at all",     FIELD(AT_DECISION,   decision.confidence_ppm), -1,                                       AT_DECISION                                                 },
        {"inputs beyond their slot", SECOND(AT_DECISION,  struct decision_inputs,   count),                                   8,
         AT_DECISION},
        {"an order of two minds",                          FIELD(AT_ORDER,                       flags),        ORDER_ROLE_STOP,                    AT_ORDER                                                         },
        {"an order of no trade",                          FIELD(AT_ORDER,                        order.order_id),         1 << 12,           AT_ORDER},
        {"an order for no cause",                          FIELD(AT_ORDER,                       flags),        0xf1,                    AT_ORDER                                                                      },
        {"an order for nothing",                          FIELD(AT_ORDER,                        order.qty_e9),         0,             AT_ORDER},
        {"an order of no type",                          FIELD(AT_ORDER,                         order.type),          6,               AT_ORDER                                                                       },
        {"an order without a time",                          FIELD(AT_ORDER,                     order.time_in_force),      0,      AT_ORDER},
        {"an order of no class",                          FIELD(AT_ORDER,                        order.order_class),         4,        AT_ORDER                                                                      },
        {"an order that replaces",                          FIELD(AT_ORDER,                      order.action),       2,             AT_ORDER},
        {"an order of no leg",                          FIELD(AT_ORDER,                          order.leg_count),           0,          AT_ORDER                                                               },
        {"a price of too much",                          FIELD(AT_ORDER,                         order.limit_price_e9),          PRICE_E9_MAX + 1,     AT_ORDER},
        {"a reference below zero",                          FIELD(AT_ORDER,                      order.reference_price_e9),       -1, AT_ORDER                                                                            },
        {"another instrument's leg",                          FIELD(AT_ORDER + 1,                    ts_ns), 0,                AT_ORDER},
        {"a posting below zero",                          FIELD(AT_POSTING,                        posting.amount_e9),       -1,      AT_POSTING                                                           },
        {"a posting to itself",                          FIELD(AT_POSTING,                         posting.debit),        ACCOUNT_CASH,          AT_POSTING},
        {"a posting to no account",                          FIELD(AT_POSTING,                     posting.credit),    ACCOUNT_COUNT,         AT_POSTING                                                             },
        {"shares of no position",                          FIELD(AT_POSTING,                       posting.debit),      ACCOUNT_CAPITAL,          AT_POSTING},
        {"shares without opposite",                          FIELD(AT_POSTING,                     posting.qty_e9),    INT64_MIN,         AT_POSTING                                                                    },
        {"a position in nothing",                          FIELD(AT_POSTING,                       instrument),      INSTRUMENT_NONE,             AT_POSTING},
        {"a posting of no book",                          FIELD(AT_POSTING,                        posting.book),       BOOKS_MAX + 1,           AT_POSTING                                                                   },
        {"a trade without a number",                          FIELD(AT_TRADE,                    trade.trade_id),     0,           AT_TRADE},
        {"a trade of no state",                          FIELD(AT_TRADE,                         flags),          TRADE_VOID + 1,                    AT_TRADE                                                          },
        {"a trade of no book",                          FIELD(AT_TRADE,                          trade.book),           BOOKS_MAX + 1,               AT_TRADE},
        {"a trade out of time",                          SECOND(AT_TRADE,                         struct trade_detail,         closed_ns),      INT64_MAX,
         AT_TRADE},
        {"a trade for no cause",                   FIELD(AT_TRADE,                                      trade.exit_cause),                                         EXIT_CAUSE_UNLOGGED + 1,
         AT_TRADE                                                      },
        {"no such notice",                   FIELD(AT_NOTICE,                                      flags),                                               0,                                                      AT_NOTICE                },
        {"a notice of no book",                 FIELD(AT_NOTICE,                                    notice.book),                                        0,AT_NOTICE},
        {"no such command",                 FIELD(AT_COMMAND,                                    flags),                                            0,                                                         AT_COMMAND                                                                                   },
        {"a split into nothing",                FIELD(AT_ACTION,                                   action.split_new),                                      0,AT_ACTION},
        {"a dividend paid in",                 FIELD(AT_ACTION,                                    action.cash_e9),                                         -1,                                                           AT_ACTION                                                                                                                                                       },
        {"a split of nobody",                 FIELD(AT_ACTION,                                    instrument),                                          2,AT_ACTION},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct event log[SLOTS_MAX];
        size_t at;
        make_log(log);
        memcpy((char *)&log[rows[i].slot] + rows[i].offset, &rows[i].value, rows[i].size);
        const char *fault = first_fault(log, &at);
        cr_expect_not_null(fault, "%s", rows[i].what);
        cr_expect_eq(at, rows[i].found_at, "%s: slot %zu: %s", rows[i].what, at, fault);
    }
}

/* Every condition there is, of the run or of an instrument as it has to be. */
Test(contents, conditions_are_of_the_run_or_of_an_instrument)
{
    for (int condition = 0; condition < UINT8_MAX; condition++) {
        struct event log[SLOTS_MAX];
        size_t at;
        bool known = strcmp(status_condition_text((uint8_t)condition), "unknown") != 0;
        bool of_one = known && status_is_of_instrument((uint8_t)condition);
        make_log(log);
        log[AT_COMMAND].kind = EVENT_STATUS;
        log[AT_COMMAND].flags = (uint8_t)condition;
        log[AT_COMMAND].status = (struct event_status){.begins = 1};
        log[AT_COMMAND].instrument = INSTRUMENTS - 1;
        cr_expect_eq(first_fault(log, &at) == NULL, of_one, "%d", condition);
        log[AT_COMMAND].instrument = INSTRUMENTS;
        cr_expect_not_null(first_fault(log, &at), "%d", condition);
        log[AT_COMMAND].instrument = INSTRUMENT_NONE;
        cr_expect_eq(first_fault(log, &at) == NULL, known && !of_one, "%d", condition);
        log[AT_COMMAND].status.begins = 2;
        cr_expect_not_null(first_fault(log, &at), "%d", condition);
    }
}

/* The problem of a whole log names the record. */
Test(contents, of_a_log_are_read_behind_its_preamble)
{
    struct instrument instruments[INSTRUMENTS] = {{.symbol = "AAA"}, {.symbol = "BBB"}};
    struct preamble written = {.mode = MODE_SIM,
                               .source = "none",
                               .build = "none",
                               .config_path = "none",
                               .config_bytes = "none",
                               .config_length = 4,
                               .instruments = instruments,
                               .instrument_count = INSTRUMENTS};
    for (int bad = 0; bad < 2; bad++) {
        struct event records[SLOTS_MAX];
        struct log *log = NULL;
        struct log_reader *reader = NULL;
        struct preamble preamble = {0};
        struct problem problem = {0};
        make_log(records);
        records[AT_COMMAND].flags = bad == 0 ? COMMAND_PAUSE : 99;
        cr_assert_eq(log_create_in_memory(1 << 16, &log, &problem), ERR_OK);
        preamble_write(log, &written);
        for (size_t at = 0; at < SLOTS; at += records[at].slots) {
            log_append(log, &records[at]);
        }
        cr_assert_eq(log_end_step(log, false, &problem), ERR_OK);
        cr_assert_eq(log_flush(log, &problem), ERR_OK);
        cr_assert_eq(log_reader_open_in_memory(log, &reader, &problem), ERR_OK);
        cr_assert_eq(contents_read(reader, &preamble, &problem), bad == 0 ? ERR_OK : ERR_DAMAGED);
        if (bad == 0) {
            cr_assert_eq(log_reader_next(reader)->kind, EVENT_DEPOSIT, "it stands behind it");
            cr_assert_eq(preamble.instrument_count, INSTRUMENTS);
        } else {
            cr_assert_not_null(strstr(problem.text, "record 14 of the log (command) cannot be a "
                                                    "run's: there is no such command"),
                               "%s", problem.text);
        }
        preamble_finish(&preamble);
        log_reader_close(reader);
        cr_assert_eq(log_close(log, &problem), ERR_OK);
    }
}
