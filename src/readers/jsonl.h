/* jsonl.h: the three streams of a run, one JSON object a line, numbers with their exact digits.
 *
 * equity.jsonl and updates.jsonl hold the same lines: INIT for the deposit, then one per finished
 * slice, TRADE when something was traded in it, else TICK:
 *   {"timestamp":"2019-02-11T14:31:00Z","update_type":"TICK","mode":"backtest","simulated":true,
 *    "cash":99000.5,"portfolio_value":100010.25,"buying_power":99000.5,"positions":1,
 *    "trades_executed":3}
 * trades.jsonl: one line per fill and one per order that the exchange rejected:
 *   {"timestamp":...,"signal_timestamp":...,"order_id":69632,"symbol":"S000","side":"buy","qty":10,
 *    "filled_price":99.95,"commission":0,"status":"filled","strategy":"ma_crossover","trade_id":1}
 * A rejection has filled_price null, status "rejected" and, behind trade_id, its reason. */
#ifndef READERS_JSONL_H
#define READERS_JSONL_H

#include "readers/lookup.h"

struct jsonl;

/* Makes the three files anew in `run_dir`. The lookup is borrowed. */
enum err jsonl_create(const char *run_dir, const struct lookup *lookup, enum run_mode mode,
                      struct jsonl **jsonl, struct problem *problem);

/* Adds the record's line, if it has one. A failure is kept for jsonl_close(). */
void jsonl_take(struct jsonl *jsonl, const struct event *record);

/* Writes what has gathered, so that whoever follows the files sees it. */
void jsonl_flush(struct jsonl *jsonl);

/* Writes the rest, closes and frees; returns the first failure. */
enum err jsonl_close(struct jsonl *jsonl, struct problem *problem);

#endif
