/* signals_run_test.c: what one strategy ordered, read back as signals, is ordered again: the same
 * orders at the same bars, and the same money at the end. */
#include "driver/driver_test.h"
#include "strategy/signals_file.h"
#include "strategy/table.h"

static struct records run_orders(const struct stage *stage, int64_t *equity_e9)
{
    char *dir = xasprintf("%s/log", stage->folder);
    struct run run;
    run_whole(stage, &(struct run_options){.log_dir = dir}, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    *equity_e9 = driver_engine(run.driver)->equity_e9;
    run_finish(&run);
    struct records all = records_read(dir);
    struct records orders = {0};
    for (size_t at = 0; at < all.count; at += record_at(&all, at)->slots) {
        if (record_at(&all, at)->kind == EVENT_ORDER) {
            records_add(&orders, record_at(&all, at));
        }
    }
    records_finish(&all);
    folder_remove(dir);
    return orders;
}

static int by_instrument(const void *a, const void *b)
{
    const struct signal *left = a;
    const struct signal *right = b;
    if (left->instrument != right->instrument) {
        return left->instrument < right->instrument ? -1 : 1;
    }
    return (left->ts_ns > right->ts_ns) - (left->ts_ns < right->ts_ns);
}

Test(signals_run, orders_become_signals_become_orders)
{
    struct stage stage;
    stage_init(&stage, COMMON_SETUP(5000, 42, 3));
    int64_t first_e9;
    struct records first = run_orders(&stage, &first_e9);
    cr_assert_gt(first.count, 200);
    struct signal *signals = xcalloc(first.count, sizeof *signals);
    struct signal_list list = {signals, 0};
    for (size_t at = 0; at < first.count; at += record_at(&first, at)->slots) {
        const struct event *order = record_at(&first, at);
        signals[list.count++] = (struct signal){.ts_ns = order->ts_ns,
                                                .profit_e9 = SIGNAL_UNKNOWN_PROFIT,
                                                .confidence_ppm = SIGNAL_UNKNOWN,
                                                .instrument = order->instrument,
                                                .buys = order->flags == ORDER_ROLE_ENTRY};
    }
    qsort(signals, list.count, sizeof *signals, by_instrument);
    struct book_config *book = &stage.config.books[0];
    book->strategy = &strategy_signals_file;
    book->data = &list;
    for (size_t i = 0; book->strategy->parameters[i].name != NULL; i++) {
        book->parameters[i] = book->strategy->parameters[i].fallback;
    }
    int64_t second_e9;
    struct records second = run_orders(&stage, &second_e9);
    cr_assert_eq(second.count, first.count);
    cr_assert_eq(memcmp(second.slots, first.slots, first.count * EVENT_SIZE), 0);
    cr_assert_eq(second_e9, first_e9);
    records_finish(&first);
    records_finish(&second);
    free(signals);
    stage_finish(&stage);
}
