/* csv_foreign_table.c: the formats that we know. The first one that fits a header is taken. */
#include "data/csv_foreign.h"

#include <stddef.h>

#define PRICES "open=Open,high=High,low=Low,close=Close"

static const struct foreign_format yahoo = {
    .name = "Yahoo CSV",
    .adjustment = "adjusted for splits; Adj Close, for dividends too, is not used",
    .columns = "time=Date," PRICES ",volume=Volume",
    .needs = "Adj Close",
    .others = "Adj Close,Dividends,Stock Splits,Capital Gains",
};

static const char yfinance_adjustment[] =
    "as yfinance was asked; by default adjusted for splits and dividends";

static const struct foreign_format yfinance_daily = {
    .name = "Yahoo CSV",
    .adjustment = yfinance_adjustment,
    .columns = "time=Date," PRICES ",volume=Volume",
    .needs = "Dividends",
    .others = "Dividends,Stock Splits,Capital Gains",
};

static const struct foreign_format yfinance_intraday = {
    .name = "Yahoo CSV",
    .adjustment = yfinance_adjustment,
    .columns = "time=Datetime," PRICES ",volume=Volume",
    .others = "Adj Close,Dividends,Stock Splits,Capital Gains",
};

/* Both write this header. */
static const struct foreign_format yahoo_or_stooq = {
    .name = "Yahoo or Stooq CSV",
    .adjustment = "adjusted for splits (Yahoo) or for splits and dividends (Stooq)",
    .columns = "time=Date," PRICES ",volume=Volume",
    .rounds = true,
};

static const char stooq_adjustment[] = "adjusted for splits and dividends";

static const struct foreign_format stooq_intraday = {
    .name = "Stooq CSV",
    .adjustment = stooq_adjustment,
    .columns = "date=Date,time=Time," PRICES ",volume=Volume",
    .asks_zone = true,
    .rounds = true,
};

#define STOOQ_PRICES "open=<OPEN>,high=<HIGH>,low=<LOW>,close=<CLOSE>,volume=<VOL>"

static const struct foreign_format stooq_text = {
    .name = "Stooq text",
    .adjustment = stooq_adjustment,
    .columns = "symbol=<TICKER>,period=<PER>,date=<DATE>,time=<TIME>," STOOQ_PRICES,
    .others = "<OPENINT>",
    .asks_zone = true,
    .rounds = true,
    .exchange_ending = true,
};

static const struct foreign_format stooq_daily_text = {
    .name = "Stooq text",
    .adjustment = stooq_adjustment,
    .columns = "symbol=<TICKER>,period=<PER>,date=<DATE>," STOOQ_PRICES,
    .others = "<OPENINT>",
    .rounds = true,
    .exchange_ending = true,
};

static const struct foreign_format nasdaq = {
    .name = "Nasdaq.com CSV",
    .adjustment = "adjusted for splits, not for dividends",
    .columns = "time=Date,open=Open,high=High,low=Low,close=Close/Last,volume=Volume",
};

#define TRADING_VIEW_PRICES "time=time,open=open,high=high,low=low,close=close"

static const char trading_view_adjustment[] =
    "adjusted for splits, and for dividends if the chart was set so";

static const struct foreign_format trading_view = {
    .name = "TradingView CSV",
    .adjustment = trading_view_adjustment,
    .columns = TRADING_VIEW_PRICES ",volume=Volume",
    .any_others = true,
};

static const struct foreign_format trading_view_lower_case = {
    .name = "TradingView CSV",
    .adjustment = trading_view_adjustment,
    .columns = TRADING_VIEW_PRICES ",volume=volume",
    .any_others = true,
};

const struct foreign_format *const foreign_formats[] = {
    &yahoo,
    &yfinance_daily,
    &yfinance_intraday,
    &yahoo_or_stooq,
    &stooq_intraday,
    &stooq_text,
    &stooq_daily_text,
    &nasdaq,
    &trading_view,
    &trading_view_lower_case,
    NULL,
};

/* Its exports are always UTC, and an import is told so. */
const struct foreign_format foreign_ninja_trader = {
    .name = "NinjaTrader text",
    .adjustment = "as the data provider gives them",
    .columns = "time=time,open=open,high=high,low=low,close=close,volume=volume",
    .zone = "UTC",
    .ends = true,
};

const struct foreign_format foreign_by_columns = {
    .name = "CSV by --columns",
    .adjustment = "not said by the file",
    .any_others = true,
};
