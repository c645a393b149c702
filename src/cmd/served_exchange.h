/* served_exchange.h: the served exchange within a program that also trades on it: it listens on
 * loopback, and time moves by its operator's face alone. */
#ifndef CMD_SERVED_EXCHANGE_H
#define CMD_SERVED_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "data/bars.h"
#include "exchange/exchange.h"
#include "market/calendar.h"
#include "net/loop.h"
#include "sys/problem.h"

struct served_exchange;

struct served_exchange_plan {
    struct loop *loop;
    const struct bars *bars; /* outlive it; it begins before the first of them */
    enum calendar_id calendar;
    const struct exchange_plan *exchange;
    bool ticks;         /* quotes and trades along the bars, instead of the bars themselves */
    const char *faults; /* a script (docs/exchange.md); NULL: none */
};

/* Any key pair opens the one account. */
enum err served_exchange_open(const struct served_exchange_plan *plan, struct served_exchange **out,
                              struct problem *problem);
void served_exchange_close(struct served_exchange *served);

uint16_t served_exchange_port(const struct served_exchange *served);
uint16_t served_exchange_admin_port(const struct served_exchange *served);

/* An execution by the account's own books. */
struct served_fill {
    uint32_t instrument;
    bool sells;
    int64_t qty_e9;
    int64_t price_e9;
    int64_t ts_ns;
};

/* The account's: false when none was opened, or there is no such execution. */
bool served_exchange_fill(const struct served_exchange *served, uint32_t index,
                          struct served_fill *fill);
bool served_exchange_cash_e9(const struct served_exchange *served, int64_t *cash_e9);
int64_t served_exchange_qty_e9(const struct served_exchange *served, uint32_t instrument);

/* How often anything of the script has struck. */
uint64_t served_exchange_strikes(const struct served_exchange *served);

#endif
