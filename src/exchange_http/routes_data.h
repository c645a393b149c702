/* routes_data.h: the handlers of market data, for the table in routes_data.c. */
#ifndef EXCHANGE_HTTP_ROUTES_DATA_H
#define EXCHANGE_HTTP_ROUTES_DATA_H

#include "exchange_http/call.h"

/* Histories: of several symbols, or of the one that the path names. */
call_handler serve_bars;
call_handler serve_quotes;
call_handler serve_trades;
call_handler serve_auctions;

/* The last of each, in both forms. */
call_handler serve_latest_bars;
call_handler serve_latest_quotes;
call_handler serve_latest_trades;
call_handler serve_snapshots;

/* Words for codes. */
call_handler serve_conditions;
call_handler serve_exchanges;

call_handler serve_most_actives;
call_handler serve_movers;
call_handler serve_corporate_actions;
call_handler serve_news;

#endif
