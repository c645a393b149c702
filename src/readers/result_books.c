/* result_books.c: see result_books.h. */
#include "readers/result_books.h"

#include <inttypes.h>
#include <string.h>

#include "readers/result_metrics.h"
#include "readers/result_text.h"

enum { LINE_COLUMNS = 80, LIST_INDENT = 13 };

/* "    wanted   358 fast crossed above slow, 123 ...", broken between its items. */
struct list {
    FILE *out;
    const char *label;
    int column; /* 0: no item yet */
};

static void list_add(struct list *list, uint64_t count, const char *what, const char *note)
{
    char grouped[SHOWN_SIZE];
    char item[2 * SHOWN_SIZE];
    int length = snprintf(item, sizeof item, "%s %s%s", text_grouped(count, grouped), what, note);
    if (list->column == 0) {
        (void)fprintf(list->out, "    %-9s", list->label);
        list->column = LIST_INDENT;
    } else if (list->column + 2 + length >= LINE_COLUMNS) {
        (void)fprintf(list->out, ",\n%*s", LIST_INDENT, "");
        list->column = LIST_INDENT;
    } else {
        (void)fputs(", ", list->out);
        list->column += 2;
    }
    (void)fputs(item, list->out);
    list->column += length;
}

static void list_end(const struct list *list)
{
    if (list->column > 0) {
        (void)fputc('\n', list->out);
    }
}

static void print_wanted(const struct run_metrics *metrics, uint16_t book, FILE *out)
{
    struct list list = {out, "wanted", 0};
    for (uint32_t i = 0; i < metrics->signal_count; i++) {
        if (metrics->signals[i].book == book) {
            list_add(&list, metrics->signals[i].count, metrics->signals[i].reason, "");
        }
    }
    list_end(&list);
}

static void print_refused(const struct run_metrics *metrics, uint16_t book, FILE *out)
{
    struct list list = {out, "refused", 0};
    for (uint32_t i = 0; i < metrics->refusal_count; i++) {
        const struct refusal_row *row = &metrics->refusals[i];
        if (row->book == book) {
            list_add(&list, row->count, row->reason, row->by_exchange ? " (exchange)" : "");
        }
    }
    list_end(&list);
}

/* Why a strategy has no fill, in the order in which it would have to get there. */
static const char *why_idle(const struct run_result *result,
                            const struct strategy_metrics *strategy)
{
    bool cold = (result->books_cold & UINT64_C(1) << (strategy->book - 1U)) != 0;
    if (strategy->acted > 0) {
        return "its orders were not filled";
    }
    if (strategy->refused > 0) {
        return "every entry was refused";
    }
    return cold ? "still warming up: it was never asked" : "it gave no signal";
}

static void print_outcome(const struct run_result *result, const struct strategy_metrics *strategy,
                          FILE *out)
{
    const struct activity_metrics *activity = &strategy->activity;
    char closed[SHOWN_SIZE];
    char net[SHOWN_SIZE];
    (void)fprintf(out, "  strategy %u %s: ", (unsigned)strategy->book, strategy->name);
    if (activity->fills == 0 && activity->trades_closed == 0) {
        (void)fprintf(out, "no trades, %s\n", why_idle(result, strategy));
    } else {
        (void)fprintf(out, "%s closed, result %s\n", text_grouped(activity->trades_closed, closed),
                      text_amount(activity->net_result, true, net));
    }
}

void result_print_books(const struct run_result *result, FILE *out)
{
    const struct run_metrics *metrics = result->metrics;
    for (uint32_t i = 0; i < metrics->strategy_count; i++) {
        print_outcome(result, &metrics->strategies[i], out);
        print_wanted(metrics, metrics->strategies[i].book, out);
        print_refused(metrics, metrics->strategies[i].book, out);
    }
}
