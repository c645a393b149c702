/* result_print.c: a run's result for people: plain text, 80 columns, no colour.
 *
 * Money is rounded to cents for the eye; every digit stands in result.json. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "readers/result.h"

/* "-9,223,372,036,854,775,808" and its NUL, or the same with cents. */
#define SHOWN_SIZE 40

/* 1234567 as "1,234,567". */
static const char *grouped(uint64_t value, char text[SHOWN_SIZE])
{
    char digits[SHOWN_SIZE];
    size_t length = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, value);
    char *out = text;
    for (size_t i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            *out++ = ',';
        }
        *out++ = digits[i];
    }
    *out = '\0';
    return text;
}

/* "$1,234.56", with a sign before the dollar when negative or asked for. */
static const char *dollars(int64_t value_e9, bool plus, char text[SHOWN_SIZE])
{
    int64_t cents = 0;
    /* A hundred times a value over a billion always fits. */
    (void)money_mul_div(value_e9, 100, MONEY_E9, ROUND_EVEN, &cents);
    uint64_t size = cents < 0 ? 0 - (uint64_t)cents : (uint64_t)cents;
    const char *sign = cents < 0 ? "-" : plus && cents > 0 ? "+" : "";
    char whole[SHOWN_SIZE];
    (void)snprintf(text, SHOWN_SIZE, "%s$%.27s.%02u", sign, grouped(size / 100, whole),
                   (unsigned)(size % 100));
    return text;
}

/* part / whole as "+1.23 %"; empty when there is no such share. */
static const char *percent(int64_t part_e9, int64_t whole_e9, char text[SHOWN_SIZE])
{
    int64_t hundredths = 0;
    text[0] = '\0';
    if (whole_e9 > 0 &&
        money_mul_div(part_e9, 10000, whole_e9, ROUND_EVEN, &hundredths) == ERR_OK) {
        uint64_t size = hundredths < 0 ? 0 - (uint64_t)hundredths : (uint64_t)hundredths;
        (void)snprintf(text, SHOWN_SIZE, "%s%" PRIu64 ".%02u %%",
                       hundredths < 0   ? "-"
                       : hundredths > 0 ? "+"
                                        : "",
                       size / 100, (unsigned)(size % 100));
    }
    return text;
}

/* "2019-02-11 14:30", the seconds only where they are not zero. */
static const char *minute(int64_t ts_ns, char text[UTC_TEXT_SIZE])
{
    size_t length = utc_format(ts_ns, text);
    text[10] = ' ';
    bool whole = length == 20 && strcmp(text + 16, ":00Z") == 0;
    text[whole ? 16 : 19] = '\0';
    return text;
}

static void print_source(const struct run_result *result, FILE *out)
{
    char first[UTC_TEXT_SIZE];
    char last[UTC_TEXT_SIZE];
    char bars[SHOWN_SIZE];
    char slices[SHOWN_SIZE];
    const char *label = "traded";
    for (const char *line = result->source; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        size_t word = strncmp(line, "file ", 5) == 0 ? 5 : 0;
        /* How bad rows were treated is told below, by their count. */
        if (strncmp(line, "skip-bad", length) != 0) {
            (void)fprintf(out, "  %-10s %.*s\n", label, (int)(length - word), line + word);
            label = "";
        }
        line += length + (line[length] == '\n' ? 1 : 0);
    }
    if (result->bars > 0) {
        (void)fprintf(out, "  %-10s %s to %s UTC\n", "period", minute(result->first_ns, first),
                      minute(result->last_ns, last));
    }
    (void)fprintf(out, "  %-10s %s in %s slices%s\n", "bars", grouped(result->bars, bars),
                  grouped(result->slices, slices),
                  result->stopped ? "; stopped before the end of the data" : "");
    if (result->bars_skipped > 0) {
        (void)fprintf(out, "  %-10s %s bad row%s left out of the data\n", "skipped",
                      grouped(result->bars_skipped, bars), result->bars_skipped == 1 ? "" : "s");
    }
}

/* Why an account that could have traded did not, in the order in which it would have to. */
static void print_why_idle(const struct run_result *result, FILE *out)
{
    const char *why = "the orders were not filled before the data ended";
    if (result->bars == 0) {
        why = "there were no bars";
    } else if (result->evaluations == 0) {
        why = "still warming up: no strategy had enough finished bars";
    } else if (result->decisions == 0 && result->refused == 0) {
        why = "no signal: every evaluation said hold";
    } else if (result->orders == 0) {
        why = "every entry was refused by a gate (below)";
    } else if (result->rejected >= result->orders) {
        why = "the exchange rejected every order";
    }
    (void)fprintf(out, "  %-10s %s\n", "no trades", why);
}

static void print_activity(const struct run_result *result, FILE *out)
{
    char a[SHOWN_SIZE];
    char b[SHOWN_SIZE];
    char c[SHOWN_SIZE];
    (void)fprintf(out, "  %-10s %s evaluated, %s acted on, %s refused\n", "decisions",
                  grouped(result->evaluations, a), grouped(result->decisions, b),
                  grouped(result->refused, c));
    (void)fprintf(out, "  %-10s %s, %s fills, %s rejected by the exchange\n", "orders",
                  grouped(result->orders, a), grouped(result->fills, b),
                  grouped(result->rejected, c));
    if (result->fills == 0) {
        print_why_idle(result, out);
    } else {
        /* A trade that came to exactly nothing is no win. */
        (void)fprintf(out, "  %-10s %s closed, %s won", "trades", grouped(result->trades_closed, a),
                      grouped(result->trades_won, b));
        (void)fprintf(out, ", %s not won, %s open\n",
                      grouped(result->trades_closed - result->trades_won, a),
                      grouped(result->trades_open, b));
    }
    for (uint32_t i = 0; i < result->refusal_count; i++) {
        if (result->refusals[i].count > 0) {
            (void)fprintf(out, "  %-10s %s times by %s\n", "refused",
                          grouped(result->refusals[i].count, a), result->refusals[i].gate);
        }
    }
}

static void print_money(const struct run_result *result, FILE *out)
{
    char a[SHOWN_SIZE];
    char b[SHOWN_SIZE];
    int64_t gain_e9 = 0;
    (void)fprintf(out, "  %-10s %s at the start, %s at the end\n", "cash",
                  dollars(result->initial_cash_e9, false, a),
                  dollars(result->final_cash_e9, false, b));
    (void)fprintf(out, "  %-10s %s, commission %s\n", "realized",
                  dollars(result->realized_e9, true, a), dollars(result->commission_e9, false, b));
    (void)fprintf(out, "  %-10s %s", "equity", dollars(result->final_equity_e9, false, a));
    if (money_sub(result->final_equity_e9, result->initial_cash_e9, &gain_e9) == ERR_OK) {
        (void)fprintf(out, "  result %s  %s", dollars(gain_e9, true, a),
                      percent(gain_e9, result->initial_cash_e9, b));
    }
    (void)fprintf(out, "\n  %-10s %s at most, of the equity at slice ends\n", "drawdown",
                  dollars(result->max_drawdown_e9, false, a));
}

static void print_identity(const struct run_result *result, const char *run_dir, FILE *out)
{
    char slots[SHOWN_SIZE];
    (void)fprintf(out, "  %-10s %016" PRIx64 " (of all decisions)\n", "hash",
                  result->decision_hash);
    (void)fprintf(out, "  %-10s %s\n", "config", result->config_path);
    (void)fprintf(out, "  %-10s engine %.3f s of processor, whole command %.3f s\n", "time",
                  result->engine_cpu_s, result->process_s);
    if (result->log_slots > 0) {
        (void)fprintf(out, "  %-10s %s slots, chain %016" PRIx64 "\n", "log",
                      grouped(result->log_slots, slots), result->log_chain);
    }
    if (run_dir != NULL) {
        (void)fprintf(out, "  %-10s %s\n", "folder", run_dir);
    }
}

void result_print(const struct run_result *result, const char *run_dir, FILE *out)
{
    (void)fprintf(out, "%s%s%s\n", run_mode_text(result->mode),
                  result->run_id[0] != '\0' ? " " : "", result->run_id);
    if (result->simulated) {
        (void)fprintf(out, "  SIMULATED  fills by our own exchange%s\n",
                      result->simulated_data ? ", and the market itself is made up" : "");
    }
    print_source(result, out);
    print_activity(result, out);
    print_money(result, out);
    print_identity(result, run_dir, out);
}
