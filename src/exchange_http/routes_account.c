#include "exchange_http/routes_account.h"

#include "exchange_http/events.h"

static const struct route rows[] = {
    {"GET",    "/v2/clock",                              serve_clock,              BUDGET_TRADING},
    {"GET",    "/v3/clock",                              serve_clocks,             BUDGET_TRADING},
    {"GET",    "/v2/calendar",                           serve_calendar,           BUDGET_TRADING},
    {"GET",    "/v3/calendar/{}",                        serve_market_calendar,    BUDGET_TRADING},
    {"GET",    "/v2/assets",                             serve_assets,             BUDGET_TRADING},
    {"GET",    "/v2/assets/{}",                          serve_asset,              BUDGET_TRADING},
    {"GET",    "/v2/options/contracts",                  serve_contracts,          BUDGET_TRADING},
    {"GET",    "/v2/options/contracts/{}",               serve_contract,           BUDGET_TRADING},
    {"GET",    "/v2/account/activities",                 serve_activities,         BUDGET_TRADING},
    {"GET",    "/v2/account/activities/{}",              serve_activities_of_type, BUDGET_TRADING},
    {"GET",    "/v2/events/trades",                      serve_trade_events,       BUDGET_TRADING},
    {"GET",    "/v2beta1/events/activities",             serve_activity_events,    BUDGET_TRADING},
    {"GET",    "/v2/account/portfolio/history",          serve_history,            BUDGET_TRADING},
    {"GET",    "/v2/corporate_actions/announcements",    serve_announcements,      BUDGET_TRADING},
    {"GET",    "/v2/corporate_actions/announcements/{}", serve_announcement,       BUDGET_TRADING},
    {"GET",    "/v2/watchlists",                         serve_watchlists,         BUDGET_TRADING},
    {"POST",   "/v2/watchlists",                         serve_watchlist_create,   BUDGET_TRADING},
    {"GET",    "/v2/watchlists/{}",                      serve_watchlist,          BUDGET_TRADING},
    {"PUT",    "/v2/watchlists/{}",                      serve_watchlist_update,   BUDGET_TRADING},
    {"POST",   "/v2/watchlists/{}",                      serve_watchlist_add,      BUDGET_TRADING},
    {"DELETE", "/v2/watchlists/{}",                      serve_watchlist_delete,   BUDGET_TRADING},
    {"DELETE", "/v2/watchlists/{}/{}",                   serve_watchlist_remove,   BUDGET_TRADING},
    {"GET",    "/v2/watchlists:by_name",                 serve_watchlist,          BUDGET_TRADING},
    {"PUT",    "/v2/watchlists:by_name",                 serve_watchlist_update,   BUDGET_TRADING},
    {"POST",   "/v2/watchlists:by_name",                 serve_watchlist_add,      BUDGET_TRADING},
    {"DELETE", "/v2/watchlists:by_name",                 serve_watchlist_delete,   BUDGET_TRADING},
};

const struct route_table account_routes = {rows, sizeof rows / sizeof rows[0]};
