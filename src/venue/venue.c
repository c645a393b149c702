#include "venue/venue.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "sys/memory.h"
#include "venue/venue_faults.h"

/* ---- accounts ---- */

static struct account *find(const struct venue *venue, const char *key)
{
    for (uint32_t i = 0; i < venue->account_count; i++) {
        if (strcmp(venue->accounts[i]->key, key) == 0) {
            return venue->accounts[i];
        }
    }
    return NULL;
}

static struct account *open_account(struct venue *venue, const char *key, const char *secret,
                                    int64_t cash_e9, uint32_t multiplier, bool shorting)
{
    if (venue->account_count == venue->plan.accounts_max || find(venue, key) != NULL ||
        strlen(key) >= KEY_SIZE || strlen(secret) >= KEY_SIZE) {
        return NULL;
    }
    struct account_plan_served plan = {
        .index = venue->account_count,
        .seed = venue->plan.seed,
        .key = key,
        .secret = secret,
        .created_ns = venue->now_ns,
        .market = &venue->market,
        .watcher = &venue->order_watcher,
        .faults = &venue->faults,
        .exchange = venue->plan.exchange,
    };
    plan.exchange.cash_e9 = cash_e9;
    plan.exchange.account.kind = multiplier > 1 ? ACCOUNT_KIND_MARGIN : ACCOUNT_KIND_CASH;
    plan.exchange.account.multiplier = multiplier;
    plan.exchange.account.shorting = shorting && multiplier > 1;
    struct account *account = account_create(&plan);
    account->blocks.suspended = venue_faults_suspended(venue);
    venue->accounts[venue->account_count++] = account;
    return account;
}

struct account *venue_open_account(struct venue *venue, const char *key, const char *secret,
                                   int64_t cash_e9)
{
    const struct account_plan *usual = &venue->plan.exchange.account;
    return open_account(venue, key, secret, cash_e9, usual->multiplier, usual->shorting);
}

/* One of the accounts file. */
static void open_entry(struct venue *venue, const struct account_entry *entry)
{
    struct account *account = open_account(venue, entry->key, entry->secret, entry->cash_e9,
                                           (uint32_t)entry->multiplier, entry->shorting);
    CHECK(account != NULL); /* the file holds no more, and each key once */
    account->blocks = (struct account_blocks){
        .suspended = account->blocks.suspended,
        .trading = entry->trading_blocked,
        .account = entry->account_blocked,
        .transfers = entry->transfers_blocked,
    };
    account->settings.suspend_trade = entry->trade_suspended_by_user;
}

/* ---- the market ---- */

/* The end of the last slice of the data up to a moment; INT64_MIN when there is none. */
static int64_t last_slice_ns(const struct bars *data, int64_t ts_ns)
{
    int64_t last_ns = INT64_MIN;
    for (uint64_t i = 0; i < data->count && data->records[i].ts_ns <= ts_ns; i++) {
        last_ns = data->records[i].ts_ns;
    }
    return last_ns;
}

/* Lets the market see all that a tape has before a moment. */
static void show_until(struct venue *venue, struct tape *tape, int64_t before_ns)
{
    int64_t ts_ns;
    while (tape_peek(tape, &ts_ns) && ts_ns < before_ns) {
        struct slice slice;
        tape_take(tape, &slice);
        market_show(&venue->market, &slice);
    }
}

/* Everything up to the start is history: shown, and met by no order. No ticks are made along its
 * bars but at the end of the last ones, so that a quote stands at the start. */
static void show_history(struct venue *venue)
{
    const struct tape_plan plain = {.data = venue->plan.data};
    struct tape *history = tape_create(&plain);
    int64_t last_ns = last_slice_ns(venue->plan.data, venue->plan.start_ns);
    show_until(venue, history, last_ns);
    tape_destroy(history);
    if (last_ns != INT64_MIN) {
        tape_seek(venue->tape, last_ns - 1);
    }
    show_until(venue, venue->tape, venue->plan.start_ns + 1);
}

/* The market and its clock at the beginning. */
static void begin(struct venue *venue)
{
    const struct venue_plan *plan = &venue->plan;
    const struct tape_plan tape = {
        .data = plan->data, .seed = plan->seed, .along_bars = plan->ticks_along_bars};
    market_init(&venue->market, plan->data, plan->calendar);
    venue->market.assets = plan->assets;
    venue->tape = tape_create(&tape);
    show_history(venue);
    venue->now_ns = plan->start_ns;
    venue->market.now_ns = plan->start_ns;
    venue->ended = false;
    venue->struck = venue_faults_create(venue);
    faults_restart(&venue->faults);
    if (plan->actions != NULL) {
        venue->actions =
            actions_events(plan->actions, plan->data->instruments, plan->data->instrument_count,
                           plan->start_ns, &venue->action_count);
    }
    for (size_t i = 0; plan->accounts != NULL && i < plan->accounts->count; i++) {
        open_entry(venue, &plan->accounts->entries[i]);
    }
}

static void end(struct venue *venue)
{
    for (uint32_t i = 0; i < venue->account_count; i++) {
        account_destroy(venue->accounts[i]);
    }
    venue->account_count = 0;
    free(venue->actions);
    venue->actions = NULL;
    venue->action_count = 0;
    venue->next_action = 0;
    tape_destroy(venue->tape);
    venue_faults_destroy(venue->struck);
    market_finish(&venue->market);
}

struct venue *venue_create(const struct venue_plan *plan)
{
    struct venue *venue = xcalloc(1, sizeof *venue);
    venue->plan = *plan;
    venue->plan.exchange.instrument_count = plan->data->instrument_count;
    venue->plan.exchange.calendar = plan->calendar;
    venue->accounts = xcalloc(plan->accounts_max, sizeof *venue->accounts);
    faults_load(&venue->faults, plan->faults);
    venue->plan.faults = NULL; /* the copy is ours, and may change */
    begin(venue);
    return venue;
}

void venue_destroy(struct venue *venue)
{
    if (venue != NULL) {
        end(venue);
        faults_finish(&venue->faults);
        free(venue->accounts);
        free(venue);
    }
}

void venue_reset(struct venue *venue)
{
    if (venue->market_watcher.on_reset != NULL) {
        venue->market_watcher.on_reset(venue->market_watcher.context);
    }
    if (venue->holder.on_reset != NULL) {
        venue->holder.on_reset(venue->holder.context);
    }
    end(venue);
    begin(venue);
}

/* Splits and dividends of the days up to a slice come before it. */
static void take_actions(struct venue *venue, int64_t slice_ns)
{
    for (; venue->next_action < venue->action_count; venue->next_action++) {
        struct event action = venue->actions[venue->next_action];
        if (action.src_ns >= slice_ns) {
            return;
        }
        action.ts_ns = action.src_ns > venue->now_ns ? action.src_ns : venue->now_ns;
        if (action.action.split_new != action.action.split_old) {
            market_split(&venue->market, &action);
        }
        for (uint32_t i = 0; i < venue->account_count; i++) {
            account_on_action(venue->accounts[i], &action);
        }
    }
}

bool venue_step(struct venue *venue)
{
    int64_t ts_ns;
    if (!tape_peek(venue->tape, &ts_ns)) {
        venue->ended = true;
        return false;
    }
    struct slice slice;
    take_actions(venue, ts_ns);
    tape_take(venue->tape, &slice);
    venue->now_ns = slice.ts_ns;
    slice = venue_faults_on_slice(venue, &slice);
    market_show(&venue->market, &slice);
    for (uint32_t i = 0; i < venue->account_count; i++) {
        account_on_slice(venue->accounts[i], &slice);
    }
    if (venue->market_watcher.on_slice != NULL) {
        venue->market_watcher.on_slice(venue->market_watcher.context, &slice);
    }
    venue_faults_after_slice(venue);
    return true;
}

void venue_advance(struct venue *venue, int64_t to_ns)
{
    int64_t ts_ns;
    while (tape_peek(venue->tape, &ts_ns) && ts_ns <= to_ns) {
        (void)venue_step(venue);
    }
    venue->ended = !tape_peek(venue->tape, &ts_ns);
    venue->now_ns = to_ns > venue->now_ns ? to_ns : venue->now_ns;
    venue->market.now_ns = venue->now_ns;
    venue_faults_follow(venue);
}

int64_t venue_next_ns(const struct venue *venue)
{
    int64_t ts_ns;
    int64_t next_ns = venue_faults_next_ns(venue);
    if (tape_peek(venue->tape, &ts_ns) && ts_ns < next_ns) {
        next_ns = ts_ns;
    }
    const struct venue_holder *holder = &venue->holder;
    ts_ns = holder->next_ns == NULL ? VENUE_NEVER : holder->next_ns(holder->context);
    return ts_ns < next_ns ? ts_ns : next_ns;
}

void venue_advance_until(struct venue *venue, int64_t to_ns)
{
    int64_t next_ns = venue_next_ns(venue);
    venue_advance(venue, next_ns < to_ns ? next_ns : to_ns);
}

/* The same time for every wrong secret of a length. */
static bool same_secret(const char *a, const char *b)
{
    size_t length = strlen(a);
    if (strlen(b) != length) {
        return false;
    }
    unsigned char difference = 0;
    for (size_t i = 0; i < length; i++) {
        difference |= (unsigned char)(a[i] ^ b[i]);
    }
    return difference == 0;
}

struct account *venue_account(struct venue *venue, const char *key, const char *secret,
                              struct refusal *refusal)
{
    struct account *account = find(venue, key);
    if (account == NULL && venue->plan.accounts_open_themselves && key[0] != '\0' &&
        secret[0] != '\0') {
        account = venue_open_account(venue, key, secret, venue->plan.exchange.cash_e9);
    }
    if (account == NULL || !same_secret(account->secret, secret) || venue_faults_revoked(venue)) {
        (void)refuse(refusal, 401, CODE_UNAUTHORIZED, "unauthorized.");
        return NULL;
    }
    return account;
}
