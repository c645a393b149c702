/* file_symbol.h: the symbol that a file's name tells, where its rows tell none.
 *
 *   AAPL.csv  aapl_us_d.csv (Stooq)  aapl.us.txt  "NASDAQ_AAPL, 1D.csv" (TradingView)
 *   AAPL.Last.txt (NinjaTrader)  MSFT.csv.gz */
#ifndef DATA_FILE_SYMBOL_H
#define DATA_FILE_SYMBOL_H

#include <stdbool.h>

#include "market/instrument.h"

/* False when the name is no symbol, like HistoricalData_1700000000.csv. */
bool file_symbol(const char *path, struct instrument *instrument);

#endif
