/* explain_words.h: the words and units that explanations, decisions and signals share. */
#ifndef READERS_EXPLAIN_WORDS_H
#define READERS_EXPLAIN_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/utc.h"
#include "core/gates.h"
#include "market/event.h"
#include "readers/lookup.h"
#include "readers/result_text.h"
#include "sys/json_writer.h"

/* "buy", "sell", "hold"; "unknown" for a code that is none. */
const char *explain_act(uint8_t act);

/* "2024-01-02 09:31 New York", the seconds only where they are not zero; `text` has SHOWN_SIZE. */
const char *explain_time(int64_t ts_ns, char text[SHOWN_SIZE]);

/* A gate's number in its unit: "$10,025.00", "12", "100 shares", "45 s", "35.0 bps". */
const char *explain_measure(uint8_t verdict, int64_t value, char text[SHOWN_SIZE]);

/* {"gate":"max-order-notional","passed":false,"value":10025,"rule":"at most","limit":50000,
 * "unit":"money"}; durations in seconds; money, prices and shares as JSON numbers or, with
 * `decimal`, as decimal text. */
void explain_gate_json(struct json_writer *json, uint8_t verdict, const struct gate_use *use,
                       bool decimal);

/* How far a fill went against the order, from its reference price, in e9 of money a share: above
 * zero is worse than the reference. */
int64_t explain_slippage_e9(bool buys, int64_t reference_e9, int64_t price_e9);

/* The same as "2.5 bps worse than", "1.2 bps better than" or "at" the reference. */
const char *explain_slippage(int64_t slippage_e9, int64_t reference_e9, char text[SHOWN_SIZE]);

#endif
