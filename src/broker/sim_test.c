/* sim_test.c: reports wait in order; after a crash the logged ones are not handed out again, and
 * one that the exchange does not give is noticed. */
#include "broker/sim.h"

#include <criterion/criterion.h>
#include <stddef.h>
#include <string.h>

#include "base/money.h"
#include "base/utc.h"

#define USD(amount)    ((int64_t)(amount)*MONEY_E9)
#define SHARES(amount) ((int64_t)(amount)*MONEY_E9)

enum { INSTRUMENTS = 2 };

static const int64_t start_ns = 100 * NS_PER_DAY;

static struct broker *make(void)
{
    return sim_create(&(struct exchange_plan){.instrument_count = INSTRUMENTS,
                                              .orders_max = 4,
                                              .cash_e9 = USD(10000),
                                              .commission_e9 = USD(1)});
}

/* The minute with that number, both instruments at one price. */
static void give_slice(struct broker *broker, int64_t minute, int64_t price_e9)
{
    struct event bars[INSTRUMENTS];
    for (uint32_t i = 0; i < INSTRUMENTS; i++) {
        bars[i] = (struct event){
            .ts_ns = start_ns + (minute + 1) * NS_PER_MIN,
            .src_ns = start_ns + minute * NS_PER_MIN,
            .kind = EVENT_BAR,
            .version = 1,
            .slots = 1,
            .instrument = i,
            .bar = {price_e9, price_e9, price_e9, price_e9, 1}
        };
    }
    struct slice slice = {
        .bars = bars,
        .count = INSTRUMENTS,
        .end = {.ts_ns = bars[0].ts_ns, .kind = EVENT_SLICE_END}
    };
    broker->ops->on_slice(broker, &slice);
}

/* Sends buys of one share of each instrument, ids `first` and `first` + 1, at the minute's start.
 */
static void send_two(struct broker *broker, uint64_t first, int64_t minute)
{
    struct order_request requests[INSTRUMENTS];
    const struct order_request *sends[INSTRUMENTS];
    for (uint32_t i = 0; i < INSTRUMENTS; i++) {
        requests[i] = (struct order_request){
            .head = {.kind = EVENT_ORDER,
                     .version = 1,
                     .slots = 2,
                     .instrument = i,
                     .order = {.order_id = first + i,
                               .qty_e9 = SHARES(1),
                               .type = ORDER_TYPE_MARKET,
                               .leg_count = 1}},
            .legs = {{.instrument = i, .ratio = 1}         },
        };
        sends[i] = &requests[i];
    }
    struct output output = {.sends = sends, .send_count = INSTRUMENTS};
    broker->ops->carry_out(broker, &output, start_ns + minute * NS_PER_MIN);
}

static void assert_next(struct broker *broker, uint8_t kind, uint64_t order_id)
{
    cr_assert_gt(broker->waiting, 0);
    const struct event *report = broker->ops->next_report(broker);
    cr_assert_eq(report->kind, kind, "%s", event_kind_text(report->kind));
    cr_assert_eq(report->report.order_id, order_id);
}

Test(sim, hands_reports_out_in_order)
{
    struct broker *broker = make();
    give_slice(broker, 0, USD(10));
    cr_assert_eq(broker->waiting, 0);
    send_two(broker, 1, 1);
    cr_assert_eq(broker->waiting, 2);
    assert_next(broker, EVENT_ACCEPTED, 1);
    assert_next(broker, EVENT_ACCEPTED, 2);
    cr_assert_eq(broker->waiting, 0);
    give_slice(broker, 1, USD(11));
    cr_assert_eq(broker->waiting, 2);
    assert_next(broker, EVENT_FILL, 1);
    assert_next(broker, EVENT_FILL, 2);
    cr_assert_eq(broker->waiting, 0);
    cr_assert(sim_is_as_logged(broker));
    broker->ops->destroy(broker);
}

/* As much as can wait at once, many times over: the queue begins anew each time. */
Test(sim, has_room_for_a_round_of_everything)
{
    struct broker *broker = make();
    give_slice(broker, 0, USD(10));
    for (int64_t minute = 1; minute < 500; minute++) {
        uint64_t first = (uint64_t)minute * 10;
        send_two(broker, first, minute);
        send_two(broker, first + 2, minute);
        for (uint64_t i = 0; i < 4; i++) {
            assert_next(broker, EVENT_ACCEPTED, first + i);
        }
        give_slice(broker, minute, USD(1));
        assert_next(broker, EVENT_FILL, first);
        assert_next(broker, EVENT_FILL, first + 2);
        assert_next(broker, EVENT_FILL, first + 1);
        assert_next(broker, EVENT_FILL, first + 3);
        cr_assert_eq(broker->waiting, 0);
    }
    broker->ops->destroy(broker);
}

/* ---- after a crash ---- */

/* The reports of two orders accepted and filled, as a log would hold them. */
static void logged_reports(struct event logged[4])
{
    struct broker *broker = make();
    give_slice(broker, 0, USD(10));
    send_two(broker, 1, 1);
    logged[0] = *broker->ops->next_report(broker);
    logged[1] = *broker->ops->next_report(broker);
    give_slice(broker, 1, USD(11));
    logged[2] = *broker->ops->next_report(broker);
    logged[3] = *broker->ops->next_report(broker);
    broker->ops->destroy(broker);
}

/* The same market again, with so many of the reports logged. */
static void run_again(struct broker *broker, const struct event logged[4], int count)
{
    give_slice(broker, 0, USD(10));
    send_two(broker, 1, 1);
    for (int i = 0; i < count && i < 2; i++) {
        sim_expect(broker, &logged[i]);
    }
    for (int i = 2; i < count; i++) {
        sim_expect(broker, &logged[i]); /* fills are logged before their slice */
    }
}

Test(sim, does_not_hand_out_what_is_logged)
{
    struct event logged[4];
    logged_reports(logged);
    for (int count = 0; count <= 4; count++) {
        struct broker *broker = make();
        run_again(broker, logged, count);
        cr_assert_eq(broker->waiting, count < 2 ? 2U - (uint32_t)count : 0U, "%d logged", count);
        for (int i = count; i < 2; i++) {
            assert_next(broker, EVENT_ACCEPTED, (uint64_t)i + 1);
        }
        give_slice(broker, 1, USD(11));
        for (int i = count < 2 ? 2 : count; i < 4; i++) {
            assert_next(broker, EVENT_FILL, (uint64_t)i - 1);
        }
        cr_assert_eq(broker->waiting, 0, "%d logged", count);
        cr_assert(sim_is_as_logged(broker), "%d logged", count);
        broker->ops->destroy(broker);
    }
}

/* When we received a report is ours to say, not the exchange's. */
Test(sim, knows_a_report_that_was_received_later)
{
    struct event logged[4];
    logged_reports(logged);
    logged[0].ts_ns += 5 * NS_PER_S;
    struct broker *broker = make();
    run_again(broker, logged, 1);
    cr_assert_eq(broker->waiting, 1);
    cr_assert(sim_is_as_logged(broker));
    broker->ops->destroy(broker);
}

Test(sim, notices_a_report_that_the_exchange_does_not_give)
{
    static const struct {
        const char *what;
        size_t offset;
    } cases[] = {
        {"its time",       offsetof(struct event, src_ns)              },
        {"its kind",       offsetof(struct event, kind)                },
        {"its reason",     offsetof(struct event, flags)               },
        {"its instrument", offsetof(struct event, instrument)          },
        {"its order",      offsetof(struct event, report.order_id)     },
        {"its execution",  offsetof(struct event, report.exec_id)      },
        {"its quantity",   offsetof(struct event, report.qty_e9)       },
        {"its price",      offsetof(struct event, report.price_e9)     },
        {"its commission", offsetof(struct event, report.commission_e9)},
    };
    struct event logged[4];
    logged_reports(logged);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct event forged[4];
        memcpy(forged, logged, sizeof forged);
        ((unsigned char *)&forged[3])[cases[i].offset] ^= 1;
        struct broker *broker = make();
        run_again(broker, forged, 4);
        cr_assert(sim_is_as_logged(broker), "%s: not known yet", cases[i].what);
        give_slice(broker, 1, USD(11));
        cr_assert_not(sim_is_as_logged(broker), "%s", cases[i].what);
        broker->ops->destroy(broker);
    }
}

/* More reports are logged than there was room for at first. */
Test(sim, expects_any_number_of_reports)
{
    struct broker *first = make();
    struct broker *again = make();
    give_slice(first, 0, USD(10));
    give_slice(again, 0, USD(10));
    for (int64_t minute = 1; minute < 300; minute++) {
        send_two(first, (uint64_t)minute * 10, minute);
        send_two(again, (uint64_t)minute * 10, minute);
        for (int i = 0; i < 4; i++) {
            if (i == 2) {
                give_slice(first, minute, USD(1));
            }
            sim_expect(again, first->ops->next_report(first));
        }
        give_slice(again, minute, USD(1));
        cr_assert_eq(again->waiting, 0);
        cr_assert(sim_is_as_logged(again));
    }
    first->ops->destroy(first);
    again->ops->destroy(again);
}
