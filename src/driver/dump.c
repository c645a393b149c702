/* dump.c: see dump.h. A dump that leaves out a field hides its differences, so every field of the
 * state that lasts is here; numbers are raw. */
#include "driver/dump.h"

#include <inttypes.h>

static void dump_account(const struct engine *engine, const struct instrument *instruments,
                         FILE *out)
{
    const struct ledger *ledger = &engine->ledger;
    for (uint16_t i = 0; i < ACCOUNT_COUNT; i++) {
        (void)fprintf(out, "account %s %" PRId64 "\n", account_text(i), ledger->balance_e9[i]);
    }
    (void)fprintf(out, "account value %" PRId64 " held %" PRIu32 "\n", ledger->value_e9,
                  ledger->held);
    for (uint32_t i = 0; i < engine->instrument_count; i++) {
        const struct position *position = &ledger->positions[i];
        (void)fprintf(out,
                      "position %s qty %" PRId64 " cost %" PRId64 " value %" PRId64 " live %u\n",
                      instruments[i].symbol, position->qty_e9, position->cost_e9,
                      position->value_e9, engine->live[i]);
    }
}

static void dump_order(const struct order *order, const char *role, FILE *out)
{
    (void)fprintf(out,
                  "  %s %" PRIu64 " %s qty %" PRId64 " filled %" PRId64 " reference %" PRId64 "\n",
                  role, order->id, order_state_text(order->state), order->qty_e9, order->filled_e9,
                  order->reference_price_e9);
}

static void dump_trade(const struct trade *trade, const struct instrument *instruments, FILE *out)
{
    const struct trade_detail *detail = &trade->detail;
    (void)fprintf(out,
                  "trade %" PRIu64 " book %d %s %s qty %" PRId64 " cost %" PRId64
                  " realized %" PRId64 " exits %" PRIu32 " won %d\n",
                  trade->id, trade->book, instruments[trade->instrument].symbol,
                  trade_state_text(trade->state), trade->qty_e9, trade->cost_e9, trade->realized_e9,
                  trade->exit_attempts, trade->counted_won);
    (void)fprintf(out,
                  "  opened %" PRId64 " closed %" PRId64 " in %" PRId64 "/%" PRId64 " out %" PRId64
                  "/%" PRId64 " commission %" PRId64 "\n",
                  detail->opened_ns, detail->closed_ns, detail->entry_qty_e9,
                  detail->entry_value_e9, detail->exit_qty_e9, detail->exit_value_e9,
                  detail->commission_e9);
    dump_order(&trade->entry, "entry", out);
    dump_order(&trade->exit, "exit", out);
}

static void dump_books(const struct engine *engine, const struct instrument *instruments, FILE *out)
{
    for (uint32_t i = 0; i < engine->book_count; i++) {
        const struct book *book = &engine->books[i];
        (void)fprintf(out,
                      "book %" PRIu32 " %s acted %" PRIu64 " refused %" PRIu64 " closed %" PRIu64
                      " won %" PRIu64 " realized %" PRId64 " commission %" PRId64 "\n",
                      i + 1, book->plan.strategy->name, book->acted, book->refused,
                      book->trades_closed, book->trades_won, book->realized_e9,
                      book->commission_e9);
    }
    for (size_t i = 0; i < (size_t)engine->book_count * engine->instrument_count; i++) {
        if (engine->trades[i].id != 0) {
            dump_trade(&engine->trades[i], instruments, out);
        }
    }
}

static void dump_counters(const struct engine *engine, FILE *out)
{
    const struct engine_counters *counters = &engine->counters;
    (void)fprintf(out,
                  "counters bars %" PRIu64 " slices %" PRIu64 " evaluations %" PRIu64
                  " acted %" PRIu64 " refused %" PRIu64 " orders %" PRIu64
                  " session_entries %" PRIu64 " accepted %" PRIu64 " rejected %" PRIu64
                  " fills %" PRIu64 " filled %d\n",
                  counters->bars, counters->slices, counters->evaluations, counters->acted,
                  counters->refused, counters->orders, counters->session_entries,
                  counters->accepted, counters->rejected, counters->fills, engine->filled ? 1 : 0);
    for (uint8_t i = 0; i < VERDICT_COUNT; i++) {
        (void)fprintf(out, "refused %s %" PRIu64 "\n", verdict_text(i), counters->refused_by[i]);
    }
    (void)fprintf(out,
                  "next_trade %" PRIu64 " last_exec %" PRIu64 " exposed %" PRIu32 " ts %" PRId64
                  " session %" PRId64 "..%" PRId64 " session_equity %" PRId64 "\n",
                  engine->next_trade_id, engine->last_exec_id, engine->exposed_count, engine->ts_ns,
                  engine->session.open_ns, engine->session.close_ns, engine->session_equity_e9);
    (void)fprintf(out,
                  "equity %" PRId64 " peak %" PRId64 " max_drawdown %" PRId64
                  " decision_hash %016" PRIx64 " fault %s\n",
                  engine->equity_e9, engine->peak_equity_e9, engine->max_drawdown_e9,
                  engine->decision_hash, engine_fault_text(engine->fault));
}

void dump_engine(const struct engine *engine, const struct instrument *instruments, FILE *out)
{
    dump_account(engine, instruments, out);
    dump_books(engine, instruments, out);
    dump_counters(engine, out);
}
