/* routes_account.h: what lies around orders: clock, calendar, assets, activities, portfolio
 * history, watchlists, announcements. Their handlers, and their rows for the table of all routes.
 */
#ifndef EXCHANGE_HTTP_ROUTES_ACCOUNT_H
#define EXCHANGE_HTTP_ROUTES_ACCOUNT_H

#include "exchange_http/routes.h"

call_handler serve_clock, serve_clocks;                   /* serve_clock.c */
call_handler serve_calendar, serve_market_calendar;       /* serve_calendar.c */
call_handler serve_assets, serve_asset;                   /* serve_assets.c */
call_handler serve_contracts, serve_contract;             /* serve_assets.c */
call_handler serve_activities, serve_activities_of_type;  /* serve_activities.c */
call_handler serve_history;                               /* serve_history.c */
call_handler serve_announcements, serve_announcement;     /* serve_announcements.c */
call_handler serve_watchlists, serve_watchlist_create;    /* serve_watchlists.c */
call_handler serve_watchlist, serve_watchlist_update;     /* by {id}, or by ?name= */
call_handler serve_watchlist_add, serve_watchlist_delete; /* the same */
call_handler serve_watchlist_remove;

#endif
