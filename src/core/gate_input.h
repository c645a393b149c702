/* gate_input.h: what the gates look at, read from the engine's state for one entry that might be
 * made: by the engine before it makes it, by others to show how much of each limit is in use. */
#ifndef CORE_GATE_INPUT_H
#define CORE_GATE_INPUT_H

#include "core/engine.h"

/* An entry that might be made. */
struct gate_order {
    uint32_t book; /* index from 0 */
    uint32_t instrument;
    int64_t ts_ns; /* of the slice that it is decided on */
    int64_t qty_e9;
    int64_t reference_price_e9;
    int64_t limit_price_e9; /* 0: none */
    int64_t stop_price_e9;  /* of the plan; 0: none */
    uint8_t type;           /* enum order_type */
    uint8_t time_in_force;  /* enum time_in_force */
};

/* Fills all of the input; what cannot be computed is negative, which the gates refuse. */
void gate_input_fill(const struct engine *engine, const struct gate_order *order,
                     struct gate_input *input);

#endif
