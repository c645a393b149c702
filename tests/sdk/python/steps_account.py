"""steps_account.py: account, configurations, clock, calendar, assets, activities, watchlists."""
import datetime
from decimal import Decimal

from alpaca.trading.enums import AccountStatus, AssetClass, AssetStatus
from alpaca.trading.requests import (
    CreateWatchlistRequest,
    GetAssetsRequest,
    GetCalendarRequest,
    GetPortfolioHistoryRequest,
    UpdateWatchlistRequest,
)

from harness import expect, expect_equal
from world import SYMBOLS, WRONG, fresh_id


def adds_up(account):
    parts = sum(
        Decimal(x) for x in (account.cash, account.long_market_value, account.short_market_value)
    )
    expect(abs(parts - Decimal(account.equity)) < Decimal("0.005"), "equity", account.equity, parts)


def account_read(world):
    account = world.trading.get_account()
    expect_equal(account.status, AccountStatus.ACTIVE, "status")
    expect_equal(account.currency, "USD", "currency")
    expect_equal(Decimal(account.cash), Decimal(100000), "cash")
    expect_equal(Decimal(account.last_equity), Decimal(100000), "last_equity")
    expect(int(account.multiplier) >= 2, "multiplier", account.multiplier)
    expect(account.shorting_enabled is True, "shorting_enabled")
    expect(Decimal(account.buying_power) >= Decimal(account.cash), "buying_power")
    for flag in ("trading_blocked", "transfers_blocked", "account_blocked"):
        expect(getattr(account, flag) is False, flag)
    expect(account.trade_suspended_by_user is False, "trade_suspended_by_user")
    expect(account.created_at is not None and account.account_number, "created_at, account_number")
    adds_up(account)


def account_wrong_secret(world):
    world.refused(world.trading_client(WRONG).get_account, 401, 40110000)


def configurations_read(world):
    found = world.trading.get_account_configurations()
    expect(found.fractional_trading is True, "fractional_trading")
    expect(found.no_shorting is False and found.suspend_trade is False, "no_shorting, suspend_trade")
    expect(found.max_margin_multiplier in ("1", "2", "4"), found.max_margin_multiplier)
    expect(found.trade_confirm_email.value in ("all", "none"), "trade_confirm_email")
    expect(found.ptp_no_exception_entry in (True, False), "ptp_no_exception_entry")


def configurations_change(world):
    before = world.trading.get_account_configurations()
    changed = before.model_copy(update={"no_shorting": True})
    answer = world.trading.set_account_configurations(changed)
    expect(answer.no_shorting is True, "the answer has no_shorting")
    expect(world.trading.get_account_configurations().no_shorting is True, "it is kept")
    expect(world.trading.get_account().shorting_enabled is False, "the account says so")
    world.trading.set_account_configurations(before)
    expect_equal(world.trading.get_account_configurations(), before, "configurations put back")


def clock_read(world):
    clock = world.trading.get_clock()
    expect(clock.is_open is True, "is_open")
    expect(clock.timestamp < clock.next_close < clock.next_open, clock)
    expect(clock.timestamp.utcoffset() in (datetime.timedelta(hours=-5), datetime.timedelta(hours=-4)),
           "New York offset", clock.timestamp.utcoffset())


def calendar_read(world):
    today = world.trading.get_clock().timestamp.date()
    request = GetCalendarRequest(start=today - datetime.timedelta(days=9), end=today)
    days = world.trading.get_calendar(request)
    expect(4 <= len(days) <= 8, "sessions in ten days:", len(days))
    expect_equal([d.date for d in days], sorted(d.date for d in days), "order of the days")
    expect_equal(days[-1].date, today, "last day")
    expect(all(d.date.weekday() < 5 for d in days), "no weekends")
    expect_equal(days[-1].open.strftime("%H:%M"), "09:30", "open")
    expect(days[-1].open < days[-1].close, "open before close")


def assets_list(world):
    request = GetAssetsRequest(status=AssetStatus.ACTIVE, asset_class=AssetClass.US_EQUITY)
    assets = world.trading.get_all_assets(request)
    missing = set(SYMBOLS) - {a.symbol for a in assets}
    expect(not missing, "missing:", sorted(missing))
    expect(all(a.status == AssetStatus.ACTIVE for a in assets), "only active ones")
    expect_equal(len({a.id for a in assets}), len(assets), "different ids")


def asset_by_symbol(world):
    asset = world.trading.get_asset("AAPL")
    expect_equal(asset.symbol, "AAPL", "symbol")
    expect_equal(asset.asset_class, AssetClass.US_EQUITY, "class")
    for flag in ("tradable", "marginable", "shortable", "easy_to_borrow", "fractionable"):
        expect(getattr(asset, flag) is True, flag)
    expect(asset.name, "name")


def asset_by_id(world):
    asset = world.trading.get_asset("AAPL")
    expect_equal(world.trading.get_asset(asset.id), asset, "asset by id")


def asset_unknown(world):
    world.refused(lambda: world.trading.get_asset("ZZZZ"), 404, 40410000, "asset not found")


def account_after(world):
    account = world.trading.get_account()
    expect_equal(Decimal(account.long_market_value), Decimal(0), "long_market_value")
    expect_equal(Decimal(account.short_market_value), Decimal(0), "short_market_value")
    expect_equal(Decimal(account.cash), Decimal(account.equity), "cash and equity")
    expect(Decimal(95000) < Decimal(account.equity) < Decimal(105000), "equity", account.equity)
    adds_up(account)


def ledger_agrees(world):
    account = world.trading.get_account()
    found = [
        a for a in world.admin.ledger() if a["account_number"] == account.account_number
    ]
    expect_equal(len(found), 1, "the account in the ledger")
    expect_equal(Decimal(found[0]["cash"]), Decimal(account.cash), "cash")
    expect_equal(found[0]["positions"], [], "positions")


def portfolio_history(world):
    history = world.trading.get_portfolio_history(
        GetPortfolioHistoryRequest(period="1D", timeframe="1Min")
    )
    expect(len(history.timestamp) >= 1, "not empty")
    for name in ("equity", "profit_loss", "profit_loss_pct"):
        expect_equal(len(getattr(history, name)), len(history.timestamp), name)
    expect_equal(history.timestamp, sorted(set(history.timestamp)), "times in order")
    expect_equal(history.timeframe, "1Min", "timeframe")
    expect_equal(history.base_value, 100000, "base_value")
    for equity, profit in zip(history.equity, history.profit_loss):
        expect(abs(equity - 100000 - profit) < 0.01, "profit", profit, "equity", equity)


def symbols_of(watchlist):
    return sorted(asset.symbol for asset in watchlist.assets)


def watchlist_create(world):
    name = "liquid " + fresh_id()[:8]
    request = CreateWatchlistRequest(name=name, symbols=["AAPL", "MSFT"])
    world.watchlist = world.trading.create_watchlist(request)
    expect_equal(world.watchlist.name, name, "name")
    expect_equal(symbols_of(world.watchlist), ["AAPL", "MSFT"], "symbols")
    expect_equal(world.watchlist.account_id, world.trading.get_account().id, "account_id")
    world.refused(lambda: world.trading.create_watchlist(request), 422, 40010001, "unique")


def watchlist_list(world):
    lists = world.trading.get_watchlists()
    expect(world.watchlist.id in [w.id for w in lists], "it is in the list")
    found = world.trading.get_watchlist_by_id(world.watchlist.id)
    expect_equal(symbols_of(found), ["AAPL", "MSFT"], "symbols")


def watchlist_add(world):
    found = world.trading.add_asset_to_watchlist_by_id(world.watchlist.id, "NVDA")
    expect_equal(symbols_of(found), ["AAPL", "MSFT", "NVDA"], "symbols")


def watchlist_remove(world):
    found = world.trading.remove_asset_from_watchlist_by_id(world.watchlist.id, "MSFT")
    expect_equal(symbols_of(found), ["AAPL", "NVDA"], "symbols")


def watchlist_update(world):
    name = "renamed " + fresh_id()[:8]
    request = UpdateWatchlistRequest(name=name, symbols=["SPY", "QQQ"])
    found = world.trading.update_watchlist_by_id(world.watchlist.id, request)
    expect_equal(found.name, name, "name")
    expect_equal(symbols_of(found), ["QQQ", "SPY"], "symbols")


def watchlist_delete(world):
    identity = world.watchlist.id
    world.trading.delete_watchlist_by_id(identity)
    world.refused(lambda: world.trading.get_watchlist_by_id(identity), 404, 40410000)


STEPS = [
    account_read, account_wrong_secret, configurations_read, configurations_change, clock_read,
    calendar_read, assets_list, asset_by_symbol, asset_by_id, asset_unknown, account_after,
    ledger_agrees, portfolio_history, watchlist_create, watchlist_list, watchlist_add,
    watchlist_remove, watchlist_update, watchlist_delete,
]
