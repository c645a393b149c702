/* served_exchange.h: the served exchange within a program that also trades on it: it listens on
 * loopback, and time moves by its operator's face alone. */
#ifndef CMD_SERVED_EXCHANGE_H
#define CMD_SERVED_EXCHANGE_H

#include <stdint.h>

#include "data/bars.h"
#include "exchange/exchange.h"
#include "market/calendar.h"
#include "net/loop.h"
#include "sys/problem.h"

struct served_exchange;

/* From before the first of the bars, which outlive it; any key pair opens the one account. */
enum err served_exchange_open(struct loop *loop, const struct bars *bars, enum calendar_id calendar,
                              const struct exchange_plan *exchange, struct served_exchange **out,
                              struct problem *problem);
void served_exchange_close(struct served_exchange *served);

uint16_t served_exchange_port(const struct served_exchange *served);
uint16_t served_exchange_admin_port(const struct served_exchange *served);

#endif
