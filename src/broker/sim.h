/* sim.h: our own exchange in process as a broker: the default, and what fills backtests. */
#ifndef BROKER_SIM_H
#define BROKER_SIM_H

#include "broker/broker.h"
#include "exchange/exchange.h"

/* The caller ends it with ops->destroy(). */
struct broker *sim_create(const struct exchange_plan *plan);

/* Recovery: the log holds this report, so the exchange, run again, must give the same one, and it
 * is not handed out a second time. Reports are expected in the log's order. */
void sim_expect(struct broker *broker, const struct event *logged);

/* Whether every report so far was the expected one. */
bool sim_is_as_logged(const struct broker *broker);

#endif
