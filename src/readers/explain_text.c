/* explain_text.c: an explanation in plain words, 80 columns or little more. */
#include <inttypes.h>
#include <stdio.h>

#include "base/money.h"
#include "core/trades.h"
#include "readers/explain.h"
#include "readers/explain_words.h"

static void line(FILE *out, const char *label)
{
    (void)fprintf(out, "  %-10s ", label);
}

static void print_heading(const struct explanation *explanation, const char *run, FILE *out)
{
    const struct lookup *lookup = explanation->lookup;
    char asked[SHOWN_SIZE];
    char shown[SHOWN_SIZE];
    (void)fprintf(out, "why %s at %s, run %s\n", lookup_symbol(lookup, explanation->instrument),
                  explain_time(explanation->asked_ns, asked), run);
    (void)fprintf(out, "  SIMULATED  fills by our own exchange%s\n",
                  lookup_market_is_simulated(lookup) ? ", and the market itself is made up" : "");
    if (explanation->asked_ns != explanation->bar_ns) {
        line(out, "time");
        (void)fprintf(out, "no bar ended just then; the one before it ended at %s\n",
                      explain_time(explanation->bar_ns, shown));
    }
}

static void print_bar(const struct explanation *explanation, FILE *out)
{
    const struct event_bar *bar = &explanation->bar.bar;
    char from[SHOWN_SIZE];
    char to[SHOWN_SIZE];
    char count[SHOWN_SIZE];
    char open[MONEY_TEXT_SIZE];
    char high[MONEY_TEXT_SIZE];
    char low[MONEY_TEXT_SIZE];
    char close[MONEY_TEXT_SIZE];
    (void)money_format(bar->open_e9, open);
    (void)money_format(bar->high_e9, high);
    (void)money_format(bar->low_e9, low);
    (void)money_format(bar->close_e9, close);
    line(out, "bar");
    (void)fprintf(out, "%s to %s, number %s of the symbol\n",
                  explain_time(explanation->bar.src_ns, from),
                  explain_time(explanation->bar_ns, to), text_grouped(explanation->bars, count));
    line(out, "");
    (void)fprintf(out, "open %s, high %s, low %s, close %s, volume %" PRId64 "\n", open, high, low,
                  close, bar->volume);
    line(out, "account");
    (void)fprintf(out, "equity %s, cash %s\n", text_dollars(explanation->equity_e9, false, from),
                  text_dollars(explanation->cash_e9, false, to));
}

static void print_series(const struct explain_book *book, FILE *out)
{
    for (uint32_t i = 0; i < book->series_count; i++) {
        const struct explain_series *series = &book->series[i];
        char value[MONEY_TEXT_SIZE];
        (void)money_format(series->value_e9, value);
        line(out, i == 0 ? "series" : "");
        (void)fprintf(out, "%s = %s\n", series->name,
                      series->full ? value : "not yet: too few finished bars");
    }
}

static void print_holding(const struct explain_book *book, FILE *out)
{
    char qty[MONEY_TEXT_SIZE];
    char cost[SHOWN_SIZE];
    char since[SHOWN_SIZE];
    int64_t average_e9 = 0;
    line(out, "held");
    if (book->held_qty_e9 == 0) {
        (void)fprintf(out, "%s\n",
                      book->holding == HOLDING_PENDING ? "nothing yet: an order is on its way"
                                                       : "nothing");
        return;
    }
    (void)money_format(book->held_qty_e9, qty);
    (void)money_mul_div(book->held_cost_e9, MONEY_E9, book->held_qty_e9, ROUND_EVEN, &average_e9);
    (void)fprintf(out, "%s shares since %s at %s on average%s\n", qty,
                  explain_time(book->held_since_ns, since), text_dollars(average_e9, false, cost),
                  book->holding == HOLDING_PENDING ? "; an order is on its way" : "");
}

static void print_answer(const struct explanation *explanation, const struct explain_book *book,
                         FILE *out)
{
    if (book->outcome == EXPLAIN_OUTSIDE) {
        line(out, "answer");
        (void)fprintf(out, "not asked: this strategy trades other symbols of the run\n");
        return;
    }
    if (book->outcome == EXPLAIN_NO_BAR) {
        line(out, "answer");
        (void)fprintf(out, "not asked: this bar finished none of its frame; %" PRIu64 " so far\n",
                      book->bars);
        return;
    }
    line(out, "warm-up");
    if (book->outcome == EXPLAIN_WARMING_UP) {
        (void)fprintf(out,
                      "still running: %" PRIu64 " of %" PRIu64
                      " finished bars; the strategy was not asked\n",
                      book->bars, book->warmup_bars + 1);
        return;
    }
    (void)fprintf(out, "over: %" PRIu64 " finished bars, asked from number %" PRIu64 " on\n",
                  book->bars, book->warmup_bars + 1);
    line(out, "answer");
    bool plain_hold = book->said.act == ACT_HOLD && book->said.reason == 0;
    (void)fprintf(out, "%s: %s", explain_act((uint8_t)book->said.act),
                  plain_hold
                      ? "no reason to act"
                      : lookup_reason(explanation->lookup, book->book, (uint8_t)book->said.reason));
    if (book->said.act != ACT_HOLD) {
        (void)fprintf(out, " (strength %.0f %%, confidence %.0f %%)",
                      (double)book->said.strength_ppm / 1e4,
                      (double)book->said.confidence_ppm / 1e4);
    }
    (void)fputc('\n', out);
}

/* What came of the answer, in a sentence. */
static void print_outcome(const struct explain_book *book, FILE *out)
{
    const char *text = "";
    switch (book->outcome) {
    case EXPLAIN_OUTSIDE:
    case EXPLAIN_NO_BAR:
    case EXPLAIN_WARMING_UP:
        return;
    case EXPLAIN_HOLD:
        text = "nothing to do";
        break;
    case EXPLAIN_HELD_ALREADY:
        text = "nothing to do: the book holds the symbol, and a trade is opened once";
        break;
    case EXPLAIN_NOTHING_TO_SELL:
        text = "nothing to do: the book holds nothing that could be sold";
        break;
    case EXPLAIN_ORDER_PENDING:
        text = "nothing to do: an order of this trade is on its way";
        break;
    case EXPLAIN_REFUSED:
        line(out, "outcome");
        (void)fprintf(out, "refused by %s: %s\n", verdict_text(book->decision.decision.verdict),
                      verdict_help(book->decision.decision.verdict));
        return;
    case EXPLAIN_ORDERED:
        text = "an order was sent";
        break;
    case EXPLAIN_OUTCOME_COUNT:
        return;
    }
    line(out, "outcome");
    (void)fprintf(out, "%s\n", text);
}

static void print_gate(const char *label, uint8_t verdict, const struct gate_use *use, FILE *out)
{
    char value[SHOWN_SIZE];
    char limit[SHOWN_SIZE];
    line(out, label);
    (void)fprintf(out, "%-24s %-8s %s, allowed %s %s\n", verdict_text(verdict),
                  use->passes ? "passes" : "REFUSES", explain_measure(verdict, use->value, value),
                  gate_rule_text(verdict_rule(verdict)),
                  explain_measure(verdict, use->limit, limit));
}

static void print_gates(const struct explain_book *book, FILE *out)
{
    char price[SHOWN_SIZE];
    char worth[SHOWN_SIZE];
    char qty[MONEY_TEXT_SIZE];
    int64_t worth_e9 = 0;
    if (!book->gated) {
        return;
    }
    (void)money_format(book->qty_e9, qty);
    bool known = money_notional(book->price_e9, book->qty_e9, ROUND_EVEN, &worth_e9) == ERR_OK;
    line(out, "size");
    (void)fprintf(out, "%s shares at %s, the last close: %s\n", qty,
                  text_dollars(book->price_e9, false, price),
                  known ? text_dollars(worth_e9, false, worth) : "worth more than can be computed");
    for (uint8_t i = 0; i < GATE_COUNT; i++) {
        print_gate(i == 0 ? "gates" : "", (uint8_t)(GATE_FIRST + i), &book->gates[i], out);
    }
}

/* An exit that was refused meets no gate of entries. */
static void print_refused_exit(const struct explain_book *book, FILE *out)
{
    const struct event_decision *decision = &book->decision.decision;
    if (book->outcome == EXPLAIN_REFUSED && !book->gated) {
        struct gate_use use = {false, decision->value, decision->limit};
        print_gate("gate", decision->verdict, &use, out);
    }
}

static void print_fill(const struct explain_order *order, const struct event *fill, FILE *out)
{
    const struct event_order *terms = &order->request.head.order;
    bool buys = order->request.legs[0].ratio > 0;
    int64_t slippage_e9 =
        explain_slippage_e9(buys, terms->reference_price_e9, fill->report.price_e9);
    char qty[MONEY_TEXT_SIZE];
    char price[MONEY_TEXT_SIZE];
    char reference[MONEY_TEXT_SIZE];
    char far[SHOWN_SIZE];
    char when[SHOWN_SIZE];
    char delay[SHOWN_SIZE];
    struct figure seconds = {(double)(fill->ts_ns - order->request.head.ts_ns) / 1e9, NULL};
    (void)money_format(fill->report.qty_e9, qty);
    (void)money_format(fill->report.price_e9, price);
    (void)money_format(terms->reference_price_e9, reference);
    line(out, "");
    (void)fprintf(out, "filled %s at %s, %s, %s after the decision\n", qty, price,
                  explain_time(fill->ts_ns, when), text_duration(seconds, delay));
    line(out, "");
    (void)fprintf(out, "%s the reference price %s",
                  explain_slippage(slippage_e9, terms->reference_price_e9, far), reference);
    (void)fprintf(out, ", commission %s\n", text_dollars(fill->report.commission_e9, false, delay));
}

static void print_bust(const struct event *bust, FILE *out)
{
    char qty[MONEY_TEXT_SIZE];
    char price[MONEY_TEXT_SIZE];
    char when[SHOWN_SIZE];
    (void)money_format(bust->report.qty_e9, qty);
    (void)money_format(bust->report.price_e9, price);
    line(out, "");
    (void)fprintf(out, "%s of the fills at %s taken back by the exchange %s\n", qty, price,
                  explain_time(bust->ts_ns, when));
}

static void print_report(const struct explain_order *order, const struct event *report, FILE *out)
{
    char when[SHOWN_SIZE];
    if (report->kind == EVENT_FILL) {
        print_fill(order, report, out);
        return;
    }
    if (report->kind == EVENT_BUSTED) {
        print_bust(report, out);
        return;
    }
    bool says_why = report->kind == EVENT_REJECTED || report->kind == EVENT_CANCELED ||
                    report->kind == EVENT_CANCEL_REJECTED;
    line(out, "");
    (void)fprintf(out, "%s %s%s%s\n", event_kind_text(report->kind),
                  explain_time(report->ts_ns, when), says_why ? ": " : "",
                  says_why ? reject_reason_text(report->flags) : "");
}

static void print_orders(const struct explain_book *book, FILE *out)
{
    for (uint32_t i = 0; i < book->order_count; i++) {
        const struct explain_order *order = &book->orders[i];
        const struct event_order *terms = &order->request.head.order;
        char qty[MONEY_TEXT_SIZE];
        (void)money_format(terms->qty_e9, qty);
        line(out, "order");
        (void)fprintf(out, "%" PRIu64 " (%s): %s %s, %s, %s\n", terms->order_id,
                      order_role_text(order->request.head.flags),
                      order->request.legs[0].ratio > 0 ? "buy" : "sell", qty,
                      order_type_text(terms->type), time_in_force_text(terms->time_in_force));
        for (size_t k = 0; k < order->report_count; k++) {
            print_report(order, &order->reports[k], out);
        }
        if (order->report_count == 0) {
            line(out, "");
            (void)fprintf(out, "the log ends before the exchange answered\n");
        }
    }
}

static void print_trade(const struct explain_book *book, FILE *out)
{
    char when[SHOWN_SIZE];
    char result[SHOWN_SIZE];
    if (book->trade_id == 0 || book->trade.kind == EVENT_NONE) {
        return;
    }
    line(out, "trade");
    if (book->trade.flags == TRADE_CLOSED) {
        (void)fprintf(out, "%" PRIu64 ": in the end closed at %s, result %s after commissions\n",
                      book->trade_id, explain_time(book->trade_detail.closed_ns, when),
                      text_dollars(money_sub_capped(book->trade.trade.realized_e9,
                                                    book->trade_detail.commission_e9),
                                   true, result));
        return;
    }
    (void)fprintf(out, "%" PRIu64 ": in the end %s\n", book->trade_id,
                  book->trade.flags == TRADE_VOID ? "void: its entry never filled"
                                                  : trade_state_text(book->trade.flags));
}

static void print_book(const struct explanation *explanation, const struct explain_book *book,
                       FILE *out)
{
    (void)fprintf(out, "book %u %s\n", (unsigned)book->book,
                  lookup_strategy(explanation->lookup, book->book));
    print_series(book, out);
    print_holding(book, out);
    print_answer(explanation, book, out);
    print_gates(book, out);
    print_refused_exit(book, out);
    print_outcome(book, out);
    print_orders(book, out);
    print_trade(book, out);
}

void explain_print(const struct explanation *explanation, const char *run, FILE *out)
{
    print_heading(explanation, run, out);
    print_bar(explanation, out);
    for (uint32_t i = 0; i < explanation->book_count; i++) {
        print_book(explanation, &explanation->books[i], out);
    }
}
