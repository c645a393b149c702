/* ledger.c: the account by double entry; see ledger.h. */
#include "core/ledger.h"

#include "base/check.h"
#include "base/hot.h"
#include "base/money.h"

const char *account_text(uint16_t account)
{
    static const char *const texts[] = {
#define X(name, text) text,
        ACCOUNT_LIST(X)
#undef X
    };
    return account < ACCOUNT_COUNT ? texts[account] : "unknown";
}

void ledger_init(struct ledger *ledger, struct arena *arena, uint32_t instrument_count)
{
    *ledger = (struct ledger){
        .instrument_count = instrument_count,
        .positions = arena_take(arena, instrument_count, sizeof(struct position)),
    };
}

/* Moves the position of a posting: debiting POSITIONS adds cost, crediting it takes cost away. */
static enum err move_position(struct ledger *ledger, uint32_t instrument,
                              const struct event_posting *posting)
{
    CHECK(instrument < ledger->instrument_count); /* CHECK-LINE */
    struct position *position = &ledger->positions[instrument];
    int64_t cost_e9;
    int64_t qty_e9;
    bool adds = posting->debit == ACCOUNT_POSITIONS;
    enum err cost_err = adds ? money_add(position->cost_e9, posting->amount_e9, &cost_e9)
                             : money_sub(position->cost_e9, posting->amount_e9, &cost_e9);
    enum err qty_err = money_add(position->qty_e9, posting->qty_e9, &qty_e9);
    if (cost_err != ERR_OK || qty_err != ERR_OK) {
        return ERR_RANGE;
    }
    ledger->held += (qty_e9 != 0 ? 1U : 0U) - (position->qty_e9 != 0 ? 1U : 0U);
    position->cost_e9 = cost_e9;
    position->qty_e9 = qty_e9;
    position->whole = qty_e9 % MONEY_E9 == 0 ? qty_e9 / MONEY_E9 : 0;
    return ERR_OK;
}

enum err ledger_post(struct ledger *ledger, uint32_t instrument,
                     const struct event_posting *posting)
{
    CHECK(posting->debit < ACCOUNT_COUNT && posting->credit < ACCOUNT_COUNT); /* CHECK-LINE */
    CHECK(posting->debit != posting->credit && posting->amount_e9 >= 0);      /* CHECK-LINE */
    int64_t debit_e9;
    int64_t credit_e9;
    enum err debit_err =
        money_add(ledger->balance_e9[posting->debit], posting->amount_e9, &debit_e9);
    enum err credit_err =
        money_sub(ledger->balance_e9[posting->credit], posting->amount_e9, &credit_e9);
    if (debit_err != ERR_OK || credit_err != ERR_OK) {
        return ERR_RANGE;
    }
    bool moves = posting->debit == ACCOUNT_POSITIONS || posting->credit == ACCOUNT_POSITIONS;
    if (moves && move_position(ledger, instrument, posting) != ERR_OK) {
        return ERR_RANGE;
    }
    ledger->balance_e9[posting->debit] = debit_e9;
    ledger->balance_e9[posting->credit] = credit_e9;
    return ERR_OK;
}

struct money_result position_value_any(const struct position *position, int64_t price_e9)
{
    return money_notional_any(price_e9, position->qty_e9, ROUND_EVEN);
}

RARELY static int64_t cost_of_part_e9(int64_t held_cost_e9, int64_t held_qty_e9, int64_t qty_e9)
{
    int64_t cost_e9 = 0;
    enum err err = money_mul_div(held_cost_e9, qty_e9, held_qty_e9, ROUND_EVEN, &cost_e9);
    CHECK(err == ERR_OK); /* CHECK-LINE: a part is not larger than the whole */
    return cost_e9;
}

int64_t ledger_cost_leaving_e9(int64_t held_cost_e9, int64_t held_qty_e9, int64_t qty_e9)
{
    CHECK(qty_e9 > 0 && qty_e9 <= held_qty_e9); /* CHECK-LINE */
    return qty_e9 == held_qty_e9 ? held_cost_e9
                                 : cost_of_part_e9(held_cost_e9, held_qty_e9, qty_e9);
}

bool ledger_is_balanced(const struct ledger *ledger)
{
    __int128 balances = 0;
    for (size_t i = 0; i < ACCOUNT_COUNT; i++) {
        balances += ledger->balance_e9[i];
    }
    __int128 costs = 0;
    __int128 values = 0;
    uint32_t held = 0;
    for (uint32_t i = 0; i < ledger->instrument_count; i++) {
        costs += ledger->positions[i].cost_e9;
        values += ledger->positions[i].value_e9;
        held += ledger->positions[i].qty_e9 != 0 ? 1 : 0;
    }
    return balances == 0 && costs == ledger->balance_e9[ACCOUNT_POSITIONS] &&
           values == ledger->value_e9 && held == ledger->held;
}
