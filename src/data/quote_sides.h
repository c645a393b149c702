/* quote_sides.h: from updates of one side to whole quotes.
 *
 * Files of ticks tell the best bid or the best ask as it changes, one side a row. Both sides
 * together, each as it was told last, are the quote; that of an instant is what its last row left.
 * A new price that crosses the other side's older one ends that: whoever stood there is gone until
 * the file says so again. */
#ifndef DATA_QUOTE_SIDES_H
#define DATA_QUOTE_SIDES_H

#include <stdint.h>

#include "market/event.h"

/* Joins QUOTE records in place; each has QUOTE_ROW_BID or QUOTE_ROW_ASK in its flags where it tells
 * one side only. Records of one instrument are in order of time; ts_ns is set. Returns how many
 * quotes there are: those that repeat the one before are left out. */
uint64_t quotes_join_sides(struct event *records, uint64_t count, uint32_t instrument_count);

#endif
