/* words.h: numbers as the terminal view writes them: short, with their units, always signed where a
 * sign matters. Each returns `text`. */
#ifndef MONITOR_WORDS_H
#define MONITOR_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORDS_SIZE 48

/* "191.35", below a dollar "0.4321"; with thousands separators. */
const char *words_price(int64_t price_e9, char text[WORDS_SIZE]);

/* "$99,871.25"; with `plus` "+$12.00". */
const char *words_dollars(int64_t amount_e9, bool plus, char text[WORDS_SIZE]);

/* Whole dollars: "$44,312". */
const char *words_round_dollars(int64_t amount_e9, char text[WORDS_SIZE]);

/* "+1.23%"; empty when the whole is not above 0. */
const char *words_percent(int64_t part_e9, int64_t whole_e9, char text[WORDS_SIZE]);

/* Shares: "100", "0.25". */
const char *words_quantity(int64_t qty_e9, char text[WORDS_SIZE]);

/* "1,234,567" */
const char *words_count(uint64_t count, char text[WORDS_SIZE]);

/* "260x", "0.5x", "max". */
const char *words_speed(double speed, char text[WORDS_SIZE]);

/* New York's wall: "10:43", "10:43:30" only when the seconds are not 0; "Tue 2024-01-02". */
const char *words_time(int64_t ts_ns, char text[WORDS_SIZE]);
const char *words_date(int64_t ts_ns, char text[WORDS_SIZE]);

/* What a gate refused and by which numbers: "order $44,312 > limit $20,000". */
void words_refusal(uint8_t verdict, int64_t value, int64_t limit, char *text, size_t size);

#endif
