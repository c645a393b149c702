#include "exchange_http/routes_trading.h"

#include "exchange_http/routes.h"

static const struct route rows[] = {
    {"GET",    "/v2/account",                      serve_account,         BUDGET_TRADING},
    {"GET",    "/v2/account/configurations",       serve_settings,        BUDGET_TRADING},
    {"PATCH",  "/v2/account/configurations",       serve_settings_change, BUDGET_TRADING},
    {"GET",    "/v2/orders",                       serve_orders,          BUDGET_TRADING},
    {"POST",   "/v2/orders",                       serve_order_submit,    BUDGET_TRADING},
    {"DELETE", "/v2/orders",                       serve_orders_cancel,   BUDGET_TRADING},
    {"GET",    "/v2/orders:by_client_order_id",    serve_order_by_client, BUDGET_TRADING},
    {"GET",    "/v2/orders/{}",                    serve_order,           BUDGET_TRADING},
    {"PATCH",  "/v2/orders/{}",                    serve_order_replace,   BUDGET_TRADING},
    {"DELETE", "/v2/orders/{}",                    serve_order_cancel,    BUDGET_TRADING},
    {"GET",    "/v2/positions",                    serve_positions,       BUDGET_TRADING},
    {"DELETE", "/v2/positions",                    serve_positions_close, BUDGET_TRADING},
    {"GET",    "/v2/positions/{}",                 serve_position,        BUDGET_TRADING},
    {"DELETE", "/v2/positions/{}",                 serve_position_close,  BUDGET_TRADING},
    {"POST",   "/v2/positions/{}/exercise",        serve_exercise,        BUDGET_TRADING},
    {"POST",   "/v2/positions/{}/do-not-exercise", serve_exercise,        BUDGET_TRADING},
};

const struct route_table trading_routes = {rows, sizeof rows / sizeof rows[0]};
