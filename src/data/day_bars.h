/* day_bars.h: daily bars in the hours of their exchange.
 *
 * A file gives a daily bar a date only, so its reader makes it the UTC day. Where the exchange has
 * hours, the bar is its regular session: from the open, at which an order of the day before
 * fills, to the close, at which the day is known. */
#ifndef DATA_DAY_BARS_H
#define DATA_DAY_BARS_H

#include "data/bars.h"
#include "market/calendar.h"

/* Bars of a day become the sessions of their dates; dates without a session stay UTC days. Other
 * bars, and those of a calendar that never closes, are left alone. The data hash stays that of the
 * files. ERR_FORMAT when two bars of a symbol come to one session; `*bars` is then as it was. */
enum err bars_take_sessions(struct bars *bars, enum calendar_id calendar, struct problem *problem);

#endif
