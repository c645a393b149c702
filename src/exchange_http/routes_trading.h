/* routes_trading.h: the handlers of orders, positions and the account. */
#ifndef EXCHANGE_HTTP_ROUTES_TRADING_H
#define EXCHANGE_HTTP_ROUTES_TRADING_H

#include "exchange_http/call.h"

call_handler serve_order_submit, serve_order, serve_order_by_client; /* serve_orders.c */
call_handler serve_order_replace, serve_order_cancel, serve_orders_cancel;
call_handler serve_orders;                                         /* serve_order_list.c */
call_handler serve_positions, serve_position;                      /* serve_positions.c */
call_handler serve_position_close, serve_positions_close;          /* the same */
call_handler serve_exercise;                                       /* the same */
call_handler serve_account, serve_settings, serve_settings_change; /* serve_account.c */

#endif
