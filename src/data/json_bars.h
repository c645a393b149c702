/* json_bars.h: bars in JSON.
 *
 * JSONL, a bar on each line:
 *   {"symbol":"SPY","timestamp":"2019-02-11T14:30:00Z","open":271.19,"high":271.34,"low":271.07,
 *    "close":271.34,"volume":1488804}
 * and the answers of Alpaca's API, one or many pages behind each other:
 *   {"bars":[{"t":"2019-02-11T14:30:00Z","o":271.19,"h":...}],"symbol":"SPY","next_page_token":null}
 *   {"bars":{"SPY":[{"t":...}],"QQQ":[...]},"next_page_token":null} */
#ifndef DATA_JSON_BARS_H
#define DATA_JSON_BARS_H

#include "data/bar_builder.h"

/* Whether the text begins like a JSON object; nothing is taken of it. */
bool json_bars_are(const struct text_input *input);

/* Reads all of the builder's input and makes the data set of it; notes in `file` what it was taken
 * for. */
enum err json_bars_read(struct bar_builder *builder, struct import_file *file, struct bars *bars);

#endif
