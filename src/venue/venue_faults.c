#include "venue/venue_faults.h"

#include <stdlib.h>
#include <string.h>

#include "sys/memory.h"
#include "venue/order_rules.h"

#define NOT_STRUCK INT64_MIN

struct venue_faults {
    int64_t *halted_until; /* by instrument; NOT_STRUCK where it trades */
    uint32_t halted_count;
    int64_t suspended_until;
    int64_t revoked_until;
    struct fault external; /* an order by hand, after this slice ... */
    bool has_external;
    struct event *kept; /* a slice without what is halted */
    size_t kept_capacity;
};

struct venue_faults *venue_faults_create(const struct venue *venue)
{
    struct venue_faults *struck = xcalloc(1, sizeof *struck);
    uint32_t count = venue->plan.data->instrument_count;
    struck->halted_until = xcalloc((size_t)count + 1, sizeof *struck->halted_until);
    for (uint32_t i = 0; i < count; i++) {
        struck->halted_until[i] = NOT_STRUCK;
    }
    struck->suspended_until = NOT_STRUCK;
    struck->revoked_until = NOT_STRUCK;
    return struck;
}

void venue_faults_destroy(struct venue_faults *struck)
{
    if (struck != NULL) {
        free(struck->halted_until);
        free(struck->kept);
        free(struck);
    }
}

const char *venue_faults_unknown(const struct venue *venue, const struct fault_script *script)
{
    uint32_t instrument;
    for (uint32_t i = 0; i < script->count; i++) {
        const char *symbol = script->rules[i].symbol;
        if (symbol[0] != '\0' && !market_find(&venue->market, symbol, &instrument)) {
            return symbol;
        }
    }
    return NULL;
}

void venue_faults_load(struct venue *venue, const struct fault_script *script)
{
    faults_load(&venue->faults, script);
}

/* ---- what lasts ---- */

static void set_halt(struct venue *venue, uint32_t instrument, int64_t until_ns)
{
    struct venue_faults *struck = venue->struck;
    bool halted = until_ns != NOT_STRUCK;
    bool was_halted = struck->halted_until[instrument] != NOT_STRUCK;
    struck->halted_until[instrument] = until_ns;
    venue->market.symbols[instrument].halted = halted;
    if (halted == was_halted) {
        return;
    }
    struck->halted_count += halted ? 1 : UINT32_MAX; /* or one less */
    if (venue->market_watcher.on_halt != NULL) {
        venue->market_watcher.on_halt(venue->market_watcher.context, instrument, halted);
    }
}

static void set_suspended(struct venue *venue, int64_t until_ns)
{
    venue->struck->suspended_until = until_ns;
    for (uint32_t i = 0; i < venue->account_count; i++) {
        venue->accounts[i]->blocks.suspended = until_ns != NOT_STRUCK;
    }
}

static bool is_over(const struct venue *venue, int64_t until_ns)
{
    return until_ns != NOT_STRUCK && until_ns <= venue->now_ns;
}

void venue_faults_follow(struct venue *venue)
{
    struct venue_faults *struck = venue->struck;
    for (uint32_t i = 0; struck->halted_count > 0 && i < venue->plan.data->instrument_count; i++) {
        if (is_over(venue, struck->halted_until[i])) {
            set_halt(venue, i, NOT_STRUCK);
        }
    }
    if (is_over(venue, struck->suspended_until)) {
        set_suspended(venue, NOT_STRUCK);
    }
    if (is_over(venue, struck->revoked_until)) {
        struck->revoked_until = NOT_STRUCK;
    }
    for (uint32_t i = 0; i < venue->account_count; i++) {
        account_do_due(venue->accounts[i], venue->now_ns);
    }
}

static void take_earlier(int64_t *next_ns, int64_t ts_ns)
{
    *next_ns = ts_ns != NOT_STRUCK && ts_ns < *next_ns ? ts_ns : *next_ns;
}

int64_t venue_faults_next_ns(const struct venue *venue)
{
    const struct venue_faults *struck = venue->struck;
    int64_t next_ns = VENUE_NEVER;
    for (uint32_t i = 0; struck->halted_count > 0 && i < venue->plan.data->instrument_count; i++) {
        take_earlier(&next_ns, struck->halted_until[i]);
    }
    take_earlier(&next_ns, struck->suspended_until);
    take_earlier(&next_ns, struck->revoked_until);
    for (uint32_t i = 0; i < venue->account_count; i++) {
        take_earlier(&next_ns, account_due_ns(venue->accounts[i]));
    }
    return next_ns;
}

bool venue_faults_suspended(const struct venue *venue)
{
    return venue->struck->suspended_until != NOT_STRUCK;
}

bool venue_faults_revoked(const struct venue *venue)
{
    return venue->struck->revoked_until != NOT_STRUCK;
}

/* ---- slices ---- */

static bool strikes(struct venue *venue, enum fault_kind kind, struct fault *fault)
{
    const struct fault_occasion occasion = {.now_ns = venue->now_ns};
    return faults_strike_kind(&venue->faults, kind, &occasion, fault);
}

static void strike(struct venue *venue)
{
    struct venue_faults *struck = venue->struck;
    struct fault fault;
    uint32_t instrument;
    if (strikes(venue, FAULT_HALT, &fault) &&
        market_find(&venue->market, fault.rule.symbol, &instrument)) {
        set_halt(venue, instrument, fault_end_ns(&fault, venue->now_ns));
    }
    if (strikes(venue, FAULT_SUSPEND, &fault)) {
        set_suspended(venue, fault_end_ns(&fault, venue->now_ns));
    }
    if (strikes(venue, FAULT_REVOKE_KEYS, &fault)) {
        struck->revoked_until = fault_end_ns(&fault, venue->now_ns);
    }
    struck->has_external = strikes(venue, FAULT_EXTERNAL_ORDER, &struck->external);
}

/* Copies what is not halted; returns where it ends. */
static struct event *keep(const struct venue *venue, const struct event *first,
                          const struct event *end, struct event *out)
{
    for (const struct event *event = first; event < end; event++) {
        if (!venue->market.symbols[event->instrument].halted) {
            *out++ = *event;
        }
    }
    return out;
}

static struct slice without_halted(struct venue *venue, const struct slice *slice)
{
    struct venue_faults *struck = venue->struck;
    size_t count = (size_t)(slice_end(slice) - slice_ticks(slice));
    if (struck->kept_capacity < count + 1) {
        struck->kept_capacity = 2 * count + 1;
        free(struck->kept);
        struck->kept = xcalloc(struck->kept_capacity, sizeof *struck->kept);
    }
    struct event *bars = keep(venue, slice_ticks(slice), slice->bars, struck->kept);
    const struct event *end = keep(venue, slice->bars, slice_end(slice), bars);
    struct slice kept = *slice;
    kept.bars = bars;
    kept.tick_count = (uint32_t)(bars - struck->kept);
    kept.count = (uint32_t)(end - bars);
    return kept;
}

struct slice venue_faults_on_slice(struct venue *venue, const struct slice *slice)
{
    venue_faults_follow(venue);
    strike(venue);
    return venue->struck->halted_count == 0 ? *slice : without_halted(venue, slice);
}

/* What the market says of its prices and trades, once the moment's own are shown. */
static void give_notice(struct venue *venue)
{
    static const enum fault_kind notices[] = {FAULT_LULD, FAULT_CANCEL_TRADE, FAULT_CORRECT_TRADE};
    const struct market_watcher *watcher = &venue->market_watcher;
    for (size_t i = 0; i < sizeof notices / sizeof notices[0]; i++) {
        struct fault fault;
        uint32_t instrument;
        if (strikes(venue, notices[i], &fault) && watcher->on_notice != NULL &&
            market_find(&venue->market, fault.rule.symbol, &instrument)) {
            watcher->on_notice(watcher->context, fault.rule.kind, instrument);
        }
    }
}

/* In every account; where it is refused, its owner has had bad luck. */
static void send_external(struct venue *venue)
{
    const struct venue_faults *struck = venue->struck;
    struct order_ticket ticket = {.sells = struck->external.rule.sells,
                                  .type = ORDER_TYPE_MARKET,
                                  .time_in_force = TIME_IN_FORCE_DAY,
                                  .qty_e9 = struck->external.rule.qty_e9};
    if (!market_find(&venue->market, struck->external.rule.symbol, &ticket.instrument)) {
        return;
    }
    for (uint32_t i = 0; i < venue->account_count; i++) {
        struct account *account = venue->accounts[i];
        struct refusal refusal = {0};
        struct served_order sent;
        (void)(order_rules_submit(account, &ticket, venue->now_ns, &refusal) &&
               account_submit(account, &ticket, venue->now_ns, &sent, &refusal));
    }
}

void venue_faults_after_slice(struct venue *venue)
{
    give_notice(venue);
    if (venue->struck->has_external) {
        venue->struck->has_external = false;
        send_external(venue);
    }
}
