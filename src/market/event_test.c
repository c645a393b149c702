/* event_test.c: names of kinds, their groups, and which bars may be traded on. */
#include "market/event.h"

#include <criterion/criterion.h>

#include "base/money.h"
#include "market/order.h"

#define E9 MONEY_E9

/* Version 14 tears wide tables apart. */
/* clang-format off */
static const struct {
    const char *what;
    struct event_bar bar; /* open, high, low, close in e9, volume */
    const char *want;     /* NULL: a good bar */
} cases[] = {
    {"usual", {10 * E9, 12 * E9, 9 * E9, 11 * E9, 100}, NULL},
    {"all the same", {10 * E9, 10 * E9, 10 * E9, 10 * E9, 0}, NULL},
    {"smallest", {1, 1, 1, 1, 0}, NULL},
    {"largest", {PRICE_E9_MAX, PRICE_E9_MAX, PRICE_E9_MAX, PRICE_E9_MAX, 1000000000000}, NULL},
    {"open at low, close at high", {9 * E9, 12 * E9, 9 * E9, 12 * E9, 1}, NULL},
    {"open zero", {0, 12 * E9, 9 * E9, 11 * E9, 1}, "a price is not positive"},
    {"high zero", {10 * E9, 0, 9 * E9, 11 * E9, 1}, "a price is not positive"},
    {"low zero", {10 * E9, 12 * E9, 0, 11 * E9, 1}, "a price is not positive"},
    {"close negative", {10 * E9, 12 * E9, 9 * E9, -1, 1}, "a price is not positive"},
    {"high too high", {E9, PRICE_E9_MAX + 1, E9, E9, 1}, "a price is above 9,000,000"},
    {"open too high", {PRICE_E9_MAX + 1, E9, E9, E9, 1}, "a price is above 9,000,000"},
    {"low too high", {E9, E9, PRICE_E9_MAX + 1, E9, 1}, "a price is above 9,000,000"},
    {"close too high", {E9, E9, E9, INT64_MAX, 1}, "a price is above 9,000,000"},
    {"high below low", {10 * E9, 9 * E9, 11 * E9, 10 * E9, 1}, "high is below low"},
    {"open above high", {12 * E9 + 1, 12 * E9, 9 * E9, 11 * E9, 1}, "open lies outside low..high"},
    {"open below low", {9 * E9 - 1, 12 * E9, 9 * E9, 11 * E9, 1}, "open lies outside low..high"},
    {"close above high", {10 * E9, 12 * E9, 9 * E9, 12 * E9 + 1, 1},
     "close lies outside low..high"},
    {"close below low", {10 * E9, 12 * E9, 9 * E9, 9 * E9 - 1, 1}, "close lies outside low..high"},
    {"volume negative", {10 * E9, 12 * E9, 9 * E9, 11 * E9, -1}, "volume is negative"},
    {"volume too large", {10 * E9, 12 * E9, 9 * E9, 11 * E9, 1000000000001},
     "volume is above 1,000,000,000,000"},
};
/* clang-format on */

Test(event, a_bad_bar_is_named_by_its_fault)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *fault = event_bar_fault(&cases[i].bar);
        if (cases[i].want == NULL) {
            cr_expect_null(fault, "%s: %s", cases[i].what, fault);
        } else {
            cr_assert_not_null(fault, "%s", cases[i].what);
            cr_expect_str_eq(fault, cases[i].want, "%s", cases[i].what);
        }
    }
}

Test(event, every_kind_has_a_name_of_its_own)
{
    static const uint8_t kinds[] = {
#define X(name, code, text) code,
        EVENT_KIND_LIST(X)
#undef X
    };
    size_t count = sizeof kinds / sizeof kinds[0];
    for (size_t i = 0; i < count; i++) {
        cr_expect_str_neq(event_kind_text(kinds[i]), "unknown");
        for (size_t j = 0; j < i; j++) {
            cr_expect_neq(kinds[i], kinds[j]);
            cr_expect_str_neq(event_kind_text(kinds[i]), event_kind_text(kinds[j]));
        }
    }
    cr_expect_str_eq(event_kind_text(EVENT_BAR), "bar");
    cr_expect_str_eq(event_kind_text(EVENT_NONE), "none");
    cr_expect_str_eq(event_kind_text(200), "unknown");
}

Test(event, a_kind_is_input_or_output_or_the_logs_own)
{
    for (int kind = 0; kind < 256; kind++) {
        bool input = event_is_input((uint8_t)kind);
        bool output = event_is_output((uint8_t)kind);
        bool known = strcmp(event_kind_text((uint8_t)kind), "unknown") != 0;
        cr_expect_not(input && output, "%d", kind);
        cr_expect(known || (!input && !output), "%d", kind);
        cr_expect(!event_is_report((uint8_t)kind) || input, "%d", kind);
    }
    cr_expect(event_is_input(EVENT_BAR) && event_is_input(EVENT_FILL));
    cr_expect(event_is_output(EVENT_DEPOSIT) && event_is_output(EVENT_SLICE));
    cr_expect_not(event_is_input(EVENT_LOG_START) || event_is_output(EVENT_LOG_START));
}

/* The end of a slice as a record, and back: all of the slice but its bars. */
Test(event, a_slice_is_known_from_its_end)
{
    struct event bars[3] = {0};
    for (uint32_t i = 0; i < 3; i++) {
        bars[i].ts_ns = 1234567890123;
        bars[i].instrument = i;
    }
    struct slice slice = slice_of(bars, bars + 3, 77);
    cr_expect_eq(slice.bars, bars);
    cr_expect_eq(slice.count, 3);
    cr_expect_eq(slice.expected, 3);
    cr_expect_eq(slice.ts_ns, 1234567890123);
    cr_expect_eq(slice.ordinal, 77);
    slice.expected = 5;
    const struct event end = slice_end_event(&slice);
    cr_expect_eq(end.ts_ns, slice.ts_ns);
    cr_expect_eq(end.src_ns, slice.ts_ns);
    cr_expect_eq(end.kind, EVENT_SLICE_END);
    cr_expect_eq(end.version, 1);
    cr_expect_eq(end.slots, 1);
    cr_expect_eq(end.flags, 0);
    cr_expect_eq(end.instrument, INSTRUMENT_NONE);
    cr_expect_eq(end.slice_end.slice, 77);
    cr_expect_eq(end.slice_end.expected, 5);
    cr_expect_eq(end.slice_end.seen, 3);
    for (size_t i = 0; i < sizeof end.slice_end.unused / sizeof end.slice_end.unused[0]; i++) {
        cr_expect_eq(end.slice_end.unused[i], 0);
    }
    struct slice back = {.bars = bars, .count = 3};
    slice_from_end(&back, &end);
    cr_expect_eq(back.bars, bars);
    cr_expect_eq(back.count, 3);
    cr_expect_eq(back.ts_ns, slice.ts_ns);
    cr_expect_eq(back.ordinal, 77);
    cr_expect_eq(back.expected, 5);
}

Test(order, an_id_tells_its_trade_and_role)
{
    uint64_t id = order_id_make(UINT64_C(1) << 47, ORDER_ROLE_EXIT, 4095);
    cr_expect_eq(order_id_trade(id), UINT64_C(1) << 47);
    cr_expect_eq(order_id_role(id), ORDER_ROLE_EXIT);
    cr_expect_neq(order_id_make(1, ORDER_ROLE_ENTRY, 0), order_id_make(1, ORDER_ROLE_EXIT, 0));
    cr_expect_neq(order_id_make(1, ORDER_ROLE_ENTRY, 0), order_id_make(1, ORDER_ROLE_ENTRY, 1));
    cr_expect_eq(order_id_role(order_id_make(7, ORDER_ROLE_ENTRY, 4095)), ORDER_ROLE_ENTRY);
}

Test(order, every_reason_to_reject_has_a_text)
{
    static const uint8_t reasons[] = {
#define X(name, text) REJECT_##name,
        REJECT_REASON_LIST(X)
#undef X
    };
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        cr_expect_str_neq(reject_reason_text(reasons[i]), "unknown reason");
    }
    cr_expect_str_eq(reject_reason_text(REJECT_NONE), "none");
    cr_expect_str_eq(reject_reason_text(255), "unknown reason");
}
