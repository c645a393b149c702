#include "exchange_http/routes_data.h"

#include "exchange_http/events.h"
#include "exchange_http/routes.h"

static const struct route rows[] = {
    {"GET", "/v2/stocks/bars",                       serve_bars,              BUDGET_DATA},
    {"GET", "/v2/stocks/{}/bars",                    serve_bars,              BUDGET_DATA},
    {"GET", "/v2/stocks/quotes",                     serve_quotes,            BUDGET_DATA},
    {"GET", "/v2/stocks/{}/quotes",                  serve_quotes,            BUDGET_DATA},
    {"GET", "/v2/stocks/trades",                     serve_trades,            BUDGET_DATA},
    {"GET", "/v2/stocks/{}/trades",                  serve_trades,            BUDGET_DATA},
    {"GET", "/v2/stocks/auctions",                   serve_auctions,          BUDGET_DATA},
    {"GET", "/v2/stocks/{}/auctions",                serve_auctions,          BUDGET_DATA},
    {"GET", "/v2/stocks/bars/latest",                serve_latest_bars,       BUDGET_DATA},
    {"GET", "/v2/stocks/{}/bars/latest",             serve_latest_bars,       BUDGET_DATA},
    {"GET", "/v2/stocks/quotes/latest",              serve_latest_quotes,     BUDGET_DATA},
    {"GET", "/v2/stocks/{}/quotes/latest",           serve_latest_quotes,     BUDGET_DATA},
    {"GET", "/v2/stocks/trades/latest",              serve_latest_trades,     BUDGET_DATA},
    {"GET", "/v2/stocks/{}/trades/latest",           serve_latest_trades,     BUDGET_DATA},
    {"GET", "/v2/stocks/snapshots",                  serve_snapshots,         BUDGET_DATA},
    {"GET", "/v2/stocks/{}/snapshot",                serve_snapshots,         BUDGET_DATA},
    {"GET", "/v2/stocks/meta/conditions/{}",         serve_conditions,        BUDGET_DATA},
    {"GET", "/v2/stocks/meta/exchanges",             serve_exchanges,         BUDGET_DATA},
    {"GET", "/v1beta1/screener/stocks/most-actives", serve_most_actives,      BUDGET_DATA},
    {"GET", "/v1beta1/screener/stocks/movers",       serve_movers,            BUDGET_DATA},
    {"GET", "/v1/corporate-actions",                 serve_corporate_actions, BUDGET_DATA},
    {"GET", "/v1beta1/events/corporate-actions",     serve_action_events,     BUDGET_DATA},
    {"GET", "/v1beta1/news",                         serve_news,              BUDGET_DATA},
};

const struct route_table data_routes = {rows, sizeof rows / sizeof rows[0]};
