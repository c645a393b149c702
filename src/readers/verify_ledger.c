/* verify_ledger.c: the account once more, from the log alone.
 *
 * The engine's own postings are summed by account and by instrument; the fills are summed without
 * looking at the postings. Both must come to the same, and to what each SLICE says. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "core/ledger.h"
#include "core/trades.h"
#include "readers/verify_private.h"
#include "sys/memory.h"

/* One ORDER (its quantity) or one FILL (what it took of it). */
struct claim {
    uint64_t order_id;
    int64_t ordered_e9;
    int64_t filled_e9;
    uint32_t instrument;
};

/* What a TRADE said; of each trade the last one counts: one that closed may open again. */
struct state_of {
    uint64_t trade_id;
    size_t sequence;
    bool closed;
    bool won;
};

struct list {
    void *items;
    size_t count;
    size_t capacity;
};

struct fold {
    struct checks *checks;
    struct lookup *lookup;
    const struct preamble *preamble;
    struct tally *tally;
    int64_t balance_e9[ACCOUNT_COUNT]; /* debits less credits */
    int64_t *posted_e9;                /* by instrument: shares by the postings */
    int64_t *traded_e9;                /* by instrument: shares by the fills */
    uint32_t held;                     /* instruments of which there are some, at the last slice */
    bool moved;                        /* shares have moved since */
    int64_t cash_made_e9;              /* by the fills: sold less bought less commissions */
    struct list claims;                /* struct claim */
    struct list execs;                 /* uint64_t */
    struct list busts;                 /* uint64_t: those of them that were taken back */
    struct list trades;                /* struct state_of */
    struct event fill; /* the record before, when it is one, else of no quantity ... */
    bool fill_buys;    /* ... and its side */
    uint64_t slot;
    bool failed; /* the sums no longer mean anything; one line has said why */
};

static void *list_add(struct list *list, size_t size)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 256 : 2 * list->capacity;
        list->items = xrealloc(list->items, list->capacity * size);
    }
    return (char *)list->items + size * list->count++;
}

static void broken(struct fold *fold, const char *what)
{
    if (!fold->failed) {
        checks_fail(fold->checks, "ledger: slot %" PRIu64 " of the log: %s", fold->slot, what);
    }
    fold->failed = true;
}

static void add(struct fold *fold, int64_t *sum_e9, int64_t value_e9)
{
    if (money_add(*sum_e9, value_e9, sum_e9) != ERR_OK) {
        broken(fold, "a sum does not fit 64 bits");
    }
}

static void subtract(struct fold *fold, int64_t *sum_e9, int64_t value_e9)
{
    if (money_sub(*sum_e9, value_e9, sum_e9) != ERR_OK) {
        broken(fold, "a sum does not fit 64 bits");
    }
}

/* Shares that no trade could give or take are in no posting of a position: by the executions they
 * are the account's beside ours. */
static void take_bust_posting(struct fold *fold, const struct event *record)
{
    const struct event_posting *posting = &record->posting;
    if (posting->credit == ACCOUNT_COMMISSION) {
        subtract(fold, &fold->tally->commission_e9, posting->amount_e9);
    }
    if (posting->debit == ACCOUNT_POSITIONS || posting->credit == ACCOUNT_POSITIONS) {
        return;
    }
    if (record->instrument >= fold->preamble->instrument_count) {
        broken(fold, "a bust of no instrument");
        return;
    }
    fold->moved = true;
    subtract(fold, &fold->traded_e9[record->instrument], posting->qty_e9);
}

static void take_posting(struct fold *fold, const struct event *record)
{
    const struct event_posting *posting = &record->posting;
    fold->tally->postings++;
    if (posting->amount_e9 < 0 || posting->debit == posting->credit ||
        posting->debit >= ACCOUNT_COUNT || posting->credit >= ACCOUNT_COUNT) {
        broken(fold, "a posting is negative, moves nothing or names no account");
        return;
    }
    add(fold, &fold->balance_e9[posting->debit], posting->amount_e9);
    subtract(fold, &fold->balance_e9[posting->credit], posting->amount_e9);
    if (record->flags == POSTING_TAKES_BACK) {
        take_bust_posting(fold, record);
    }
    bool of_position = posting->debit == ACCOUNT_POSITIONS || posting->credit == ACCOUNT_POSITIONS;
    if (posting->qty_e9 == 0 || (record->flags == POSTING_TAKES_BACK && !of_position)) {
        return;
    }
    if (!of_position || record->instrument >= fold->preamble->instrument_count) {
        broken(fold, "a posting moves shares of no instrument");
        return;
    }
    add(fold, &fold->posted_e9[record->instrument], posting->qty_e9);
}

static void take_order(struct fold *fold, const struct event *record)
{
    if (record->order.action == ORDER_ACTION_CANCEL) {
        return; /* it names an order that is there already */
    }
    struct claim *claim = list_add(&fold->claims, sizeof *claim);
    *claim = (struct claim){record->order.order_id, record->order.qty_e9, 0, record->instrument};
    fold->tally->orders++;
}

/* Shares and cash that so much of a fill moves. */
static void move(struct fold *fold, const struct event *fill, bool buys, int64_t qty_e9)
{
    int64_t value_e9;
    if (money_notional(fill->report.price_e9, qty_e9, ROUND_DOWN, &value_e9) != ERR_OK) {
        broken(fold, "a fill has a quantity or a price that cannot be");
        return;
    }
    fold->moved = true;
    add(fold, &fold->traded_e9[fill->instrument], buys ? qty_e9 : -qty_e9);
    add(fold, &fold->cash_made_e9, buys ? -value_e9 : value_e9);
}

/* A broker outside filled more than was ordered: what is said right behind the fill to be no
 * order's is no trade's, either. */
static void take_surplus(struct fold *fold, const struct event *notice)
{
    const struct event_report *report = &fold->fill.report;
    int64_t surplus_e9 = notice->notice.qty_e9;
    if (surplus_e9 <= 0 || surplus_e9 > report->qty_e9 ||
        notice->notice.trade_id != order_id_trade(report->order_id)) {
        broken(fold, "a surplus that is none of the fill before it");
        return;
    }
    struct claim *claim = (struct claim *)fold->claims.items + fold->claims.count - 1;
    claim->filled_e9 -= surplus_e9;
    move(fold, &fold->fill, !fold->fill_buys, report->qty_e9);
    move(fold, &fold->fill, fold->fill_buys, report->qty_e9 - surplus_e9);
    if (surplus_e9 == report->qty_e9) {
        subtract(fold, &fold->tally->commission_e9, report->commission_e9);
        add(fold, &fold->cash_made_e9, report->commission_e9);
    }
}

static void take_fill(struct fold *fold, const struct event *record)
{
    const struct event_report *report = &record->report;
    const struct known_order *order = lookup_order(fold->lookup, report->order_id);
    fold->tally->fills++;
    if (order == NULL || record->instrument >= fold->preamble->instrument_count) {
        broken(fold, "a fill of an order or instrument that the log does not know");
        return;
    }
    if (report->qty_e9 <= 0 || report->price_e9 <= 0 || report->commission_e9 < 0) {
        broken(fold, "a fill has a quantity, price or commission that cannot be");
        return;
    }
    struct claim *claim = list_add(&fold->claims, sizeof *claim);
    *claim = (struct claim){report->order_id, 0, report->qty_e9, record->instrument};
    *(uint64_t *)list_add(&fold->execs, sizeof(uint64_t)) = report->exec_id;
    add(fold, &fold->tally->commission_e9, report->commission_e9);
    subtract(fold, &fold->cash_made_e9, report->commission_e9);
    move(fold, record, order->buys, report->qty_e9);
    fold->fill = *record;
    fold->fill_buys = order->buys;
}

/* The execution is none any more: shares, cash and what its order filled go back. */
static void take_bust(struct fold *fold, const struct event *record)
{
    const struct event_report *report = &record->report;
    const struct known_order *order = lookup_order(fold->lookup, report->order_id);
    if (order == NULL || record->instrument >= fold->preamble->instrument_count ||
        report->qty_e9 < 0 || report->commission_e9 < 0) {
        broken(fold, "a bust of an order or instrument that the log does not know");
        return;
    }
    struct claim *claim = list_add(&fold->claims, sizeof *claim);
    *claim = (struct claim){report->order_id, 0, -report->qty_e9, record->instrument};
    *(uint64_t *)list_add(&fold->busts, sizeof(uint64_t)) = report->exec_id;
    fold->tally->fills--;
    add(fold, &fold->cash_made_e9, report->commission_e9);
    move(fold, record, !order->buys, report->qty_e9);
}

/* Cash that moved without an execution, and the shares of a split. */
static void take_cash(struct fold *fold, const struct event *record)
{
    add(fold, &fold->cash_made_e9, record->account_cash.amount_e9);
    if (record->account_cash.qty_e9 == 0) {
        return;
    }
    if (record->instrument >= fold->preamble->instrument_count) {
        broken(fold, "a split of an instrument that the log does not know");
        return;
    }
    fold->moved = true;
    add(fold, &fold->traded_e9[record->instrument], record->account_cash.qty_e9);
}

/* A split gives orders their new measure, and with it what they have filled. */
static void take_action(struct fold *fold, const struct event *record)
{
    const struct event_action *split = &record->action;
    struct claim *claims = fold->claims.items;
    if (split->split_new <= 0 || split->split_old <= 0 || split->cash_e9 < 0) {
        broken(fold, "a corporate action that cannot be");
        return;
    }
    for (size_t i = 0; i < fold->claims.count && split->split_new != split->split_old; i++) {
        if (claims[i].instrument == record->instrument &&
            (money_mul_div(claims[i].ordered_e9, split->split_new, split->split_old, ROUND_UP,
                           &claims[i].ordered_e9) != ERR_OK ||
             money_mul_div(claims[i].filled_e9, split->split_new, split->split_old, ROUND_DOWN,
                           &claims[i].filled_e9) != ERR_OK)) {
            broken(fold, "a quantity that a split takes beyond 64 bits");
        }
    }
}

static uint32_t count_held(const struct fold *fold)
{
    uint32_t held = 0;
    for (uint32_t id = 0; id < fold->preamble->instrument_count; id++) {
        held += fold->traded_e9[id] != 0 ? 1 : 0;
    }
    return held;
}

static void take_slice(struct fold *fold, const struct event *record)
{
    fold->held = fold->moved ? count_held(fold) : fold->held;
    fold->moved = false;
    fold->tally->points++;
    fold->tally->evaluations += record->slice.evaluations;
    fold->tally->last = record->slice;
    if (record->slice.cash_e9 != fold->balance_e9[ACCOUNT_CASH]) {
        broken(fold, "the slice's cash is not what the postings come to");
    }
    if (record->slice.fills != fold->tally->fills || record->slice.orders != fold->tally->orders) {
        broken(fold, "the slice counts other orders or fills than the log holds");
    }
    if (record->slice.positions != fold->held) {
        broken(fold, "the slice counts other positions than the fills come to");
    }
}

static void take_trade(struct fold *fold, const struct event *record)
{
    if (record->slots < 2) {
        return;
    }
    struct trade_detail detail;
    memcpy(&detail, record + 1, sizeof detail);
    struct state_of *state = list_add(&fold->trades, sizeof *state);
    *state = (struct state_of){.trade_id = record->trade.trade_id,
                               .sequence = fold->trades.count,
                               .closed = record->flags == TRADE_CLOSED,
                               .won = record->trade.realized_e9 > detail.commission_e9};
}

/* Records that count only. */
static void count(struct tally *tally, const struct event *record)
{
    if (record->kind == EVENT_SLICE_END || record->kind == EVENT_LOG_SLICE_REF) {
        tally->slices = record->slice_end.slice + 1;
    } else if (record->kind == EVENT_DECISION) {
        tally->decisions += record->decision.order_id != 0 ? 1 : 0;
        tally->refused += record->decision.order_id == 0 ? 1 : 0;
    }
    tally->rejected += record->kind == EVENT_REJECTED ? 1 : 0;
    tally->bars += record->kind == EVENT_BAR ? 1 : 0;
    tally->last_ns = record->ts_ns > tally->last_ns ? record->ts_ns : tally->last_ns;
    tally->ended = record->kind == EVENT_LOG_END;
}

static void take(struct fold *fold, const struct event *record)
{
    struct tally *tally = fold->tally;
    if (record->kind == EVENT_NOTICE && record->flags == NOTICE_SURPLUS) {
        take_surplus(fold, record);
    }
    fold->fill = (struct event){0};
    if (record->kind == EVENT_POSTING) {
        take_posting(fold, record);
    } else if (record->kind == EVENT_ORDER) {
        take_order(fold, record);
    } else if (record->kind == EVENT_FILL) {
        take_fill(fold, record);
    } else if (record->kind == EVENT_BUSTED) {
        take_bust(fold, record);
    } else if (record->kind == EVENT_ACCOUNT_CASH) {
        take_cash(fold, record);
    } else if (record->kind == EVENT_ACTION) {
        take_action(fold, record);
    } else if (record->kind == EVENT_SLICE) {
        take_slice(fold, record);
    } else if (record->kind == EVENT_DEPOSIT) {
        add(fold, &tally->deposited_e9, record->deposit.amount_e9);
        add(fold, &fold->balance_e9[ACCOUNT_CASH], record->deposit.amount_e9);
        subtract(fold, &fold->balance_e9[ACCOUNT_CAPITAL], record->deposit.amount_e9);
    } else if (record->kind == EVENT_TRADE) {
        take_trade(fold, record);
    }
    count(tally, record);
}

static int compare_claims(const void *left, const void *right)
{
    const struct claim *a = left;
    const struct claim *b = right;
    return (a->order_id > b->order_id) - (a->order_id < b->order_id);
}

static int compare_ids(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void sort(struct list *list, size_t size, int (*compare)(const void *, const void *))
{
    if (list->count > 1) {
        qsort(list->items, list->count, size, compare);
    }
}

static int compare_states(const void *left, const void *right)
{
    const struct state_of *a = left;
    const struct state_of *b = right;
    int by_id = (a->trade_id > b->trade_id) - (a->trade_id < b->trade_id);
    return by_id != 0 ? by_id : (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

static void count_trades(struct fold *fold)
{
    sort(&fold->trades, sizeof(struct state_of), compare_states);
    const struct state_of *states = fold->trades.items;
    for (size_t i = 0; i < fold->trades.count; i++) {
        bool last = i + 1 == fold->trades.count || states[i + 1].trade_id != states[i].trade_id;
        fold->tally->trades_closed += last && states[i].closed ? 1 : 0;
        fold->tally->trades_won += last && states[i].closed && states[i].won ? 1 : 0;
    }
}

/* What was taken back was executed, and is taken back once. */
static bool busts_differ(struct fold *fold)
{
    sort(&fold->busts, sizeof(uint64_t), compare_ids);
    const uint64_t *busts = fold->busts.items;
    for (size_t i = 0; i < fold->busts.count; i++) {
        bool twice = i > 0 && busts[i] == busts[i - 1];
        if (twice || fold->execs.count == 0 ||
            bsearch(&busts[i], fold->execs.items, fold->execs.count, sizeof(uint64_t),
                    compare_ids) == NULL) {
            checks_fail(fold->checks, "fills: execution %" PRIu64 " was taken back %s", busts[i],
                        twice ? "twice" : "and never came");
            return false;
        }
    }
    return true;
}

static bool executions_differ(struct fold *fold)
{
    sort(&fold->execs, sizeof(uint64_t), compare_ids);
    const uint64_t *execs = fold->execs.items;
    for (size_t i = 1; i < fold->execs.count; i++) {
        if (execs[i] == execs[i - 1]) {
            checks_fail(fold->checks, "fills: execution %" PRIu64 " came twice", execs[i]);
            return false;
        }
    }
    return true;
}

/* The claims of one order id: NULL, or what is wrong with them. */
static const char *claims_fault(const struct claim *claims, size_t count)
{
    uint32_t orders = 0;
    int64_t left_e9 = 0;
    for (size_t i = 0; i < count; i++) {
        orders += claims[i].ordered_e9 != 0 ? 1 : 0;
        if (money_add(left_e9, claims[i].ordered_e9, &left_e9) != ERR_OK ||
            money_sub(left_e9, claims[i].filled_e9, &left_e9) != ERR_OK) {
            return "has quantities that do not fit 64 bits";
        }
    }
    return orders != 1 ? "was used twice" : left_e9 < 0 ? "was filled beyond its quantity" : NULL;
}

static void check_orders(struct fold *fold)
{
    if (!executions_differ(fold) || !busts_differ(fold)) {
        return;
    }
    sort(&fold->claims, sizeof(struct claim), compare_claims);
    const struct claim *claims = fold->claims.items;
    size_t next;
    for (size_t i = 0; i < fold->claims.count; i = next) {
        next = i + 1;
        while (next < fold->claims.count && claims[next].order_id == claims[i].order_id) {
            next++;
        }
        const char *fault = claims_fault(claims + i, next - i);
        if (fault != NULL) {
            checks_fail(fold->checks, "orders: id %" PRIu64 " %s", claims[i].order_id, fault);
            return;
        }
    }
    checks_pass(fold->checks,
                "orders: %" PRIu64 ", no id used twice, none filled beyond its quantity; %" PRIu64
                " fills, none twice",
                fold->tally->orders, fold->tally->fills);
}

static void check_positions(struct fold *fold)
{
    for (uint32_t id = 0; id < fold->preamble->instrument_count; id++) {
        if (fold->posted_e9[id] != fold->traded_e9[id]) {
            char posted[MONEY_TEXT_SIZE];
            char traded[MONEY_TEXT_SIZE];
            (void)money_format(fold->posted_e9[id], posted);
            (void)money_format(fold->traded_e9[id], traded);
            checks_fail(fold->checks, "positions: %s is %s by the ledger, %s by the fills",
                        lookup_symbol(fold->lookup, id), posted, traded);
            return;
        }
    }
    checks_pass(fold->checks, "positions: %u held, ledger and fills agree", count_held(fold));
}

/* A notional that is no whole billionth may be rounded either way, so one billionth per fill, and
 * as much again where it was taken back. */
static void check_balance(struct fold *fold)
{
    int64_t total_e9 = 0;
    for (uint32_t account = 0; account < ACCOUNT_COUNT; account++) {
        add(fold, &total_e9, fold->balance_e9[account]);
    }
    int64_t expected_e9 = fold->tally->deposited_e9;
    add(fold, &expected_e9, fold->cash_made_e9);
    int64_t off_e9 = fold->balance_e9[ACCOUNT_CASH];
    subtract(fold, &off_e9, expected_e9);
    if (total_e9 != 0) {
        broken(fold, "the accounts do not sum to zero");
    }
    uint64_t size = off_e9 < 0 ? 0 - (uint64_t)off_e9 : (uint64_t)off_e9;
    if (size > fold->tally->fills + 2 * fold->busts.count) {
        broken(fold, "cash is not deposits and fills less commissions");
    }
    if (!fold->failed) {
        char cash[MONEY_TEXT_SIZE];
        (void)money_format(fold->balance_e9[ACCOUNT_CASH], cash);
        checks_pass(fold->checks,
                    "ledger: %" PRIu64 " postings sum to zero; cash %s, and at each of %" PRIu64
                    " slices as it says",
                    fold->tally->postings, cash, fold->tally->points);
    }
}

void verify_ledger(struct checks *checks, struct log_reader *reader,
                   const struct preamble *preamble, struct tally *tally)
{
    struct fold fold = {.checks = checks, .preamble = preamble, .tally = tally};
    *tally = (struct tally){0};
    struct problem problem;
    if (lookup_create(preamble, &fold.lookup, &problem) != ERR_OK) {
        checks_fail(checks, "ledger: the log's config does not read: %s", problem.text);
        return;
    }
    fold.posted_e9 = xcalloc(preamble->instrument_count + 1, sizeof(int64_t));
    fold.traded_e9 = xcalloc(preamble->instrument_count + 1, sizeof(int64_t));
    log_reader_rewind(reader);
    const struct event *record;
    while ((record = log_reader_next(reader)) != NULL) {
        lookup_take(fold.lookup, record);
        take(&fold, record);
        fold.slot += record->slots;
    }
    tally->cash_e9 = fold.balance_e9[ACCOUNT_CASH]; /* a broker may report behind the last slice */
    count_trades(&fold);
    check_balance(&fold);
    check_positions(&fold);
    check_orders(&fold);
    free(fold.posted_e9);
    free(fold.traded_e9);
    free(fold.claims.items);
    free(fold.execs.items);
    free(fold.busts.items);
    free(fold.trades.items);
    lookup_destroy(fold.lookup);
}
