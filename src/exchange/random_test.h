/* random_test.h: the small ledger of random_test.c, which knows nothing but the requests and the
 * reports, and must agree with all that the exchange says. */
#ifndef EXCHANGE_RANDOM_TEST_H
#define EXCHANGE_RANDOM_TEST_H

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "exchange/exchange.h"
#include "sys/memory.h"

enum {
    INSTRUMENTS = 3,
    ORDERS_MAX = 48,
    REPORTS_MAX = 4 * ORDERS_MAX + 64,
    IDS_MAX = 200000,
    STEPS = 30000,
};

#define CENT (MONEY_E9 / 100)

enum state {
    NEVER = 0, /* not asked for */
    ASKED,
    WORKS,
    ENDED,
};

/* An order as the test knows it. */
struct known {
    enum state state;
    uint8_t type;
    uint8_t time_in_force;
    uint8_t order_class;
    bool buys;
    bool is_exit; /* of an entry */
    uint32_t instrument;
    int64_t left_e9;
    int64_t filled_e9;
    int64_t limit_e9;
    int64_t works_ns;
    uint64_t entry;    /* its entry's id */
    uint64_t sibling;  /* the other exit's */
    uint64_t exits[2]; /* of an entry */
    uint64_t replaces;
    uint64_t replacement; /* asked for */
    int64_t asked_at_e9;
    uint32_t cancels; /* asked for, not answered */
    int64_t stop_e9;  /* STOP */
    uint32_t since;   /* the step it began to work in */
};

struct world {
    uint64_t random;
    struct exchange_plan plan;
    void *memory;
    struct exchange *exchange;
    struct exchange_report said[REPORTS_MAX];
    struct exchange_reports reports;
    int64_t now_ns;
    int64_t price_e9[INSTRUMENTS];
    struct event bars[INSTRUMENTS];
    bool has_bar[INSTRUMENTS];
    bool quoted[INSTRUMENTS];
    struct exchange_quote quote;
    bool at_quote;
    uint64_t next_id;
    struct known *known; /* by id */
    uint64_t alive[4 * ORDERS_MAX];
    uint32_t alive_count;
    int64_t cash_e9;
    int64_t qty_e9[INSTRUMENTS];
    uint64_t exec_id;
    uint64_t hash; /* of all reports */
    uint32_t step;
    uint32_t counts[256];
    uint32_t fills_by_type[ORDER_TYPE_TRAILING_STOP + 1];
    uint32_t fills_by_class[ORDER_CLASS_OTO + 1];
    uint32_t fills_by_time[TIME_IN_FORCE_CLS + 1];
    uint32_t fills_in_part;
};

static inline uint64_t draw(struct world *world, uint64_t below)
{
    world->random = world->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (world->random >> 33) % below;
}

static inline bool chance(struct world *world, uint64_t percent)
{
    return draw(world, 100) < percent;
}

/* a * b / c to the nearest, halves to even. */
static inline int64_t scaled(int64_t a, int64_t b, int64_t c)
{
    __int128 product = (__int128)a * b;
    __int128 sign = product < 0 ? -1 : 1;
    product *= sign;
    __int128 quotient = product / c;
    __int128 twice = 2 * (product % c);
    if (twice > c || (twice == c && quotient % 2 == 1)) {
        quotient++;
    }
    return (int64_t)(quotient * sign);
}

static inline int64_t scaled_qty(int64_t qty_e9, int64_t split_new, int64_t split_old)
{
    int64_t result_e9 = (int64_t)((__int128)qty_e9 * split_new / split_old);
    return qty_e9 % MONEY_E9 == 0 ? result_e9 / MONEY_E9 * MONEY_E9 : result_e9;
}

/* ---- the test's ledger ---- */

static inline struct known *get(struct world *world, uint64_t id)
{
    cr_assert(id > 0 && id < world->next_id, "id %" PRIu64, id);
    return &world->known[id];
}

static inline void works(struct world *world, uint64_t id)
{
    get(world, id)->state = WORKS;
    get(world, id)->since = world->step;
    cr_assert_lt(world->alive_count, 4 * ORDERS_MAX);
    world->alive[world->alive_count++] = id;
}

static inline void ends(struct world *world, uint64_t id)
{
    struct known *order = get(world, id);
    cr_assert_eq(order->state, WORKS, "order %" PRIu64 " ends once", id);
    order->state = ENDED;
    for (uint32_t i = 0; i < world->alive_count; i++) {
        if (world->alive[i] == id) {
            world->alive[i] = world->alive[--world->alive_count];
        }
    }
}

static inline bool is_held(struct world *world, const struct known *order)
{
    return order->is_exit && order->entry != 0 && get(world, order->entry)->state == WORKS;
}

static inline void must_fit_the_market(struct world *world, const struct known *order,
                                       const struct event *fill)
{
    int64_t price_e9 = fill->report.price_e9;
    if (world->at_quote) {
        cr_assert_eq(price_e9, order->buys ? world->quote.ask_e9 : world->quote.bid_e9);
    } else {
        cr_assert(world->has_bar[fill->instrument]);
        const struct event_bar *bar = &world->bars[fill->instrument].bar;
        bool slips = world->plan.slippage.kind != SLIPPAGE_NONE &&
                     order->type != ORDER_TYPE_LIMIT && order->type != ORDER_TYPE_STOP_LIMIT;
        int64_t slack_e9 = slips ? bar->high_e9 / 50 : 0;
        cr_assert(price_e9 >= bar->low_e9 - slack_e9 && price_e9 <= bar->high_e9 + slack_e9,
                  "price %" PRId64, price_e9);
        cr_assert(fill->ts_ns >= world->bars[fill->instrument].src_ns &&
                  fill->ts_ns <= world->bars[fill->instrument].ts_ns);
    }
    if (order->limit_e9 != 0) {
        cr_assert(order->buys ? price_e9 <= order->limit_e9 : price_e9 >= order->limit_e9);
    }
}

/* An entry that is over leaves its exits what it filled. */
static inline void settle_exits(struct world *world, const struct known *entry)
{
    for (int i = 0; i < 2; i++) {
        if (entry->exits[i] != 0 && get(world, entry->exits[i])->state == WORKS &&
            entry->filled_e9 > 0) {
            struct known *exit = get(world, entry->exits[i]);
            exit->left_e9 = entry->filled_e9;
            exit->entry = 0;
            exit->since = world->step;
        }
    }
}

static inline void on_fill(struct world *world, const struct event *event)
{
    const struct event_report *fill = &event->report;
    struct known *order = get(world, fill->order_id);
    cr_assert_eq(order->state, WORKS, "order %" PRIu64, fill->order_id);
    cr_assert(!is_held(world, order), "order %" PRIu64, fill->order_id);
    cr_assert_eq(event->instrument, order->instrument);
    cr_assert(fill->qty_e9 > 0 && fill->qty_e9 <= order->left_e9, "order %" PRIu64, fill->order_id);
    cr_assert_eq(fill->exec_id, ++world->exec_id);
    cr_assert(order->time_in_force != TIME_IN_FORCE_FOK || fill->qty_e9 == order->left_e9);
    cr_assert_geq(event->ts_ns, order->works_ns);
    must_fit_the_market(world, order, event);
    int64_t signed_e9 = order->buys ? fill->qty_e9 : -fill->qty_e9;
    world->cash_e9 -= scaled(fill->price_e9, signed_e9, MONEY_E9) + fill->commission_e9;
    world->qty_e9[order->instrument] += signed_e9;
    cr_assert(world->plan.account.shorting || world->qty_e9[order->instrument] >= 0);
    cr_assert(world->plan.account.kind == ACCOUNT_KIND_MARGIN || !order->buys ||
              world->cash_e9 >= 0);
    order->left_e9 -= fill->qty_e9;
    order->filled_e9 += fill->qty_e9;
    world->fills_by_type[order->type]++;
    world->fills_by_class[order->order_class]++;
    world->fills_by_time[order->time_in_force]++;
    world->fills_in_part += order->left_e9 > 0 ? 1 : 0;
    if (order->sibling != 0) {
        struct known *sibling = get(world, order->sibling);
        sibling->left_e9 -= sibling->state == WORKS ? fill->qty_e9 : 0;
    }
    if (order->left_e9 == 0) {
        ends(world, fill->order_id);
        settle_exits(world, order);
    }
}

static inline void on_accepted(struct world *world, uint64_t id)
{
    struct known *order = get(world, id);
    cr_assert_eq(order->state, ASKED, "order %" PRIu64, id);
    if (order->replaces != 0) {
        struct known *old = get(world, order->replaces);
        cr_assert_eq(old->state, ENDED);
        cr_assert_eq(old->replacement, id);
        order->left_e9 -= order->asked_at_e9 - old->left_e9;
        order->filled_e9 = old->filled_e9;
        order->entry = old->entry;
        order->is_exit = old->is_exit;
        order->sibling = old->sibling;
        if (old->sibling != 0) {
            get(world, old->sibling)->sibling = id;
        }
        if (old->entry != 0) {
            struct known *entry = get(world, old->entry);
            entry->exits[entry->exits[0] == order->replaces ? 0 : 1] = id;
        }
        for (int i = 0; i < 2; i++) {
            order->exits[i] = old->exits[i];
            if (old->exits[i] != 0 && get(world, old->exits[i])->entry == order->replaces) {
                get(world, old->exits[i])->entry = id;
            }
        }
    }
    works(world, id);
}

static inline void on_end(struct world *world, const struct event *event)
{
    uint64_t id = event->report.order_id;
    struct known *order = get(world, id);
    ends(world, id);
    if (event->kind != EVENT_REPLACED) {
        settle_exits(world, order);
    }
    if (event->kind == EVENT_CANCELED) {
        order->cancels = 0;
    } else if (event->kind == EVENT_EXPIRED) {
        cr_assert(order->time_in_force != TIME_IN_FORCE_GTC || order->order_class != 0);
    } else {
        cr_assert_neq(order->replacement, 0);
    }
}

static inline void on_cash(struct world *world, const struct event *event)
{
    world->cash_e9 += event->account_cash.amount_e9;
    world->qty_e9[event->instrument] += event->account_cash.qty_e9;
}

static inline void on_report(struct world *world, const struct exchange_report *report)
{
    const struct event *event = &report->event;
    world->counts[event->kind]++;
    const unsigned char *bytes = (const unsigned char *)event;
    for (size_t i = 0; i < sizeof *event; i++) {
        world->hash = (world->hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
    switch (event->kind) {
    case EVENT_ACCEPTED:
        on_accepted(world, event->report.order_id);
        break;
    case EVENT_REJECTED:
        cr_assert_eq(get(world, event->report.order_id)->state, ASKED);
        get(world, event->report.order_id)->state = ENDED;
        if (get(world, event->report.order_id)->replaces != 0) {
            struct known *old = get(world, get(world, event->report.order_id)->replaces);
            old->replacement = old->replacement == event->report.order_id ? 0 : old->replacement;
        }
        break;
    case EVENT_FILL:
        on_fill(world, event);
        break;
    case EVENT_CANCELED:
    case EVENT_EXPIRED:
    case EVENT_REPLACED:
        on_end(world, event);
        break;
    case EVENT_CANCEL_REJECTED:
        cr_assert_gt(get(world, event->report.order_id)->cancels, 0);
        get(world, event->report.order_id)->cancels = 0;
        break;
    case EVENT_ACCOUNT_CASH:
        on_cash(world, event);
        break;
    default:
        cr_assert_fail("a report of kind %d", event->kind);
    }
    cr_assert_eq(report->cash_e9, world->cash_e9, "after report %s", event_kind_text(event->kind));
    cr_assert_eq(report->qty_e9, world->qty_e9[event->instrument]);
}

/* After all reports of a step: the exchange has the same orders, and groups hang together. */
static inline void must_agree(struct world *world)
{
    for (uint32_t i = 0; i < world->reports.count; i++) {
        on_report(world, &world->said[i]);
    }
    for (uint32_t i = 0; i < world->reports.count; i++) {
        uint64_t id = world->said[i].event.report.order_id;
        if (world->said[i].event.kind != EVENT_ACCOUNT_CASH && id < world->next_id && id > 0 &&
            world->known[id].state == ENDED) {
            struct exchange_order order;
            cr_assert(!exchange_order(world->exchange, id, &order), "order %" PRIu64, id);
        }
    }
    for (uint32_t i = 0; i < world->alive_count; i++) {
        uint64_t id = world->alive[i];
        const struct known *mine = &world->known[id];
        struct exchange_order its;
        cr_assert(exchange_order(world->exchange, id, &its), "order %" PRIu64 " works", id);
        cr_assert_eq(its.held, is_held(world, mine), "order %" PRIu64, id);
        cr_assert_eq(its.qty_e9, mine->buys ? mine->left_e9 : -mine->left_e9, "order %" PRIu64, id);
        if (mine->sibling != 0) {
            cr_assert_eq(get(world, mine->sibling)->state, WORKS,
                         "order %" PRIu64 " and its sibling %" PRIu64, id, mine->sibling);
            cr_assert_eq(get(world, mine->sibling)->left_e9, mine->left_e9);
        }
        cr_assert(!its.held || get(world, mine->entry)->filled_e9 >= 0);
    }
    cr_assert_eq(exchange_cash_e9(world->exchange), world->cash_e9);
    for (uint32_t i = 0; i < INSTRUMENTS; i++) {
        cr_assert_eq(exchange_qty_e9(world->exchange, i), world->qty_e9[i]);
    }
    world->reports.count = 0;
}

#endif
