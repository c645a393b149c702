/* alpaca_served_test.h: the served exchange, for a test that has an engine too: their words for the
 * events of an order are different ones, so the exchange lives in a file of its own
 * (alpaca_served_far_test.c). */
#ifndef BROKER_ALPACA_SERVED_TEST_H
#define BROKER_ALPACA_SERVED_TEST_H

#include <stdbool.h>
#include <stdint.h>

#include "net/loop.h"

struct far;

/* Monday at 10:00 in New York, AAPL at 201.30 and SPY at 501.30, a cent more each minute; one
 * account of $100,000. `faults`: a script, or NULL. Its time moves by far_advance() alone. */
struct far *far_start(struct loop *loop, const char *faults);
void far_stop(struct far *far);

uint16_t far_port(const struct far *far);
int64_t far_now_ns(const struct far *far);

/* Until then, or until something happens in the market. */
void far_advance(struct far *far, int64_t to_ns);

/* What is true of the account. */
int64_t far_cash_e9(const struct far *far);
int64_t far_qty_e9(const struct far *far, uint32_t instrument);
uint32_t far_order_count(const struct far *far); /* in all, children included */
uint32_t far_open_count(const struct far *far);
uint32_t far_fill_count(const struct far *far);

#endif
