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
        if (engine->halted[i]) {
            (void)fprintf(out, "halted %s\n", instruments[i].symbol);
        }
        if (engine->foreign_e9[i] != 0) {
            (void)fprintf(out, "foreign %s qty %" PRId64 "\n", instruments[i].symbol,
                          engine->foreign_e9[i]);
        }
    }
    for (uint32_t i = 0; i < engine->instrument_count; i++) {
        if (engine->surplus_e9[i] != 0) {
            (void)fprintf(out, "surplus %s qty %" PRId64 "\n", instruments[i].symbol,
                          engine->surplus_e9[i]);
        }
    }
    for (uint32_t i = 0; engine->outside && i < EXECUTIONS_KEPT; i++) {
        const struct execution *execution = &engine->executions[i];
        if (execution->exec_id != 0) {
            (void)fprintf(out,
                          "execution %" PRIu64 " order %" PRIu64 " %s at %" PRId64 " qty %" PRId64
                          "/%" PRId64 "/%" PRId64 " price %" PRId64 " commission %" PRId64 "\n",
                          execution->exec_id, execution->order_id,
                          instruments[execution->instrument].symbol, execution->ts_ns,
                          execution->qty_e9, execution->order_e9, execution->trade_e9,
                          execution->price_e9, execution->commission_e9);
        }
    }
    if (engine->shut != 0) {
        (void)fprintf(out, "shut %#" PRIx32 "\n", engine->shut);
    }
}

static void dump_order(const struct order *order, const char *role, FILE *out)
{
    (void)fprintf(out,
                  "  %s %" PRIu64 " %s qty %" PRId64 " filled %" PRId64 " reference %" PRId64 "\n",
                  role, order->id, order_state_text(order->state), order->qty_e9, order->filled_e9,
                  order->reference_price_e9);
}

static void dump_exits(const struct exits *exits, FILE *out)
{
    (void)fprintf(out,
                  "  exits target %" PRId64 " stop %" PRId64 " trail %" PRId64 " best %" PRId64
                  " atr %" PRId64 " bars %" PRIu32 " wish %s sent %s cause %s\n",
                  exits->target_e9, exits->stop_e9, exits->trail_e9, exits->best_e9, exits->atr_e9,
                  exits->bars, exit_cause_text(exits->wish), exit_cause_text(exits->sent),
                  exit_cause_text(exits->cause));
    (void)fprintf(out,
                  "  exits time %" PRId64 " flat %" PRId64 " patience %" PRId64 " retry %" PRId64
                  " frame %" PRId64 " attempts %u ended %u placed %" PRId64
                  " failures %u refusals %u fresh %d bare %d told %d\n",
                  exits->time_ns, exits->flat_ns, exits->patience_ns, exits->retry_ns,
                  exits->frame_end_ns, exits->attempts, exits->ended, exits->placed_ns,
                  exits->failures, exits->refusals, exits->fresh, exits->bare, exits->told);
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
    if (trade->busted) {
        (void)fprintf(out, "  busted\n");
    }
    dump_order(&trade->entry, "entry", out);
    dump_order(&trade->exit, "exit", out);
    dump_order(&trade->target, "target", out);
    dump_order(&trade->stop, "stop", out);
    dump_exits(&trade->exits, out);
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

/* What the Closer watches, and which seats a stop has disarmed. */
static void dump_closer(const struct engine *engine, const struct instrument *instruments,
                        FILE *out)
{
    (void)fprintf(out, "closer due %" PRId64 " turn %" PRId64 " timer %" PRId64 "\n",
                  engine->due_ns, engine->turn_ns, engine->timer_ns);
    for (uint32_t i = 0; i < engine->instrument_count; i++) {
        (void)fprintf(out, "band %s %" PRId64 "..%" PRId64, instruments[i].symbol,
                      engine->bands[i].low_e9, engine->bands[i].high_e9);
        for (uint32_t book = 0; book < engine->book_count; book++) {
            const struct seat *seat = &engine->seats[engine_place(engine, book, i)];
            (void)fprintf(out, " armed %d", seat->decide == seat->strategy);
        }
        (void)fprintf(out, "\n");
    }
}

static void dump_counters(const struct engine *engine, FILE *out)
{
    const struct engine_counters *counters = &engine->counters;
    (void)fprintf(out,
                  "counters bars %" PRIu64 " slices %" PRIu64 " evaluations %" PRIu64
                  " acted %" PRIu64 " refused %" PRIu64 " orders %" PRIu64
                  " session_entries %" PRIu64 " accepted %" PRIu64 " rejected %" PRIu64
                  " fills %" PRIu64 " cancels %" PRIu64 " unprotected %" PRIu64 " given_up %" PRIu64
                  " filled %d\n",
                  counters->bars, counters->slices, counters->evaluations, counters->acted,
                  counters->refused, counters->orders, counters->session_entries,
                  counters->accepted, counters->rejected, counters->fills, counters->cancels,
                  counters->unprotected, counters->given_up, engine->filled ? 1 : 0);
    (void)fprintf(out,
                  "missing %" PRIu64 " surpluses %" PRIu64 " not_closed %" PRIu64 " busts %" PRIu64
                  " outside %d\n",
                  counters->missing, counters->surpluses, counters->not_closed, counters->busts,
                  engine->outside ? 1 : 0);
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
                  " decision_hash %016" PRIx64 " fault %s state %s\n",
                  engine->equity_e9, engine->peak_equity_e9, engine->max_drawdown_e9,
                  engine->decision_hash, engine_fault_text(engine->fault),
                  engine_state_text(engine->state));
}

void dump_engine(const struct engine *engine, const struct instrument *instruments, FILE *out)
{
    dump_account(engine, instruments, out);
    dump_books(engine, instruments, out);
    if (engine->closes) {
        dump_closer(engine, instruments, out);
    }
    dump_counters(engine, out);
}
