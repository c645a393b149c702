"""steps_data.py: the latest of everything, history, and the data stream."""
import datetime
from zoneinfo import ZoneInfo

from alpaca.common.enums import Sort
from alpaca.data.enums import DataFeed
from alpaca.data.requests import (
    StockBarsRequest,
    StockLatestBarRequest,
    StockLatestQuoteRequest,
    StockLatestTradeRequest,
    StockQuotesRequest,
    StockSnapshotRequest,
    StockTradesRequest,
)
from alpaca.data.timeframe import TimeFrame, TimeFrameUnit

from harness import Failed, NotInSdk, expect, expect_equal, wait_for
from world import SECRET, SYMBOLS, WRONG, Background

NEW_YORK = ZoneInfo("America/New_York")
MINUTE = datetime.timedelta(minutes=1)
PAGE = 10_000  # what alpaca-py asks for at a time; it cannot be told otherwise


def now(world):
    return world.trading.get_clock().timestamp


def check_quote(world, quote, symbol):
    expect_equal(quote.symbol, symbol, "symbol")
    expect(0 < quote.bid_price < quote.ask_price, "bid, ask", quote.bid_price, quote.ask_price)
    expect(quote.bid_size > 0 and quote.ask_size > 0, "sizes")
    age = now(world) - quote.timestamp
    expect(-MINUTE < age < datetime.timedelta(hours=7), "age", age)


def check_trade(trade, symbol):
    expect_equal(trade.symbol, symbol, "symbol")
    expect(trade.price > 0 and trade.size > 0, "price, size")
    expect(trade.id is not None and trade.exchange is not None and trade.tape, "id, exchange, tape")


def check_bar(bar, symbol):
    expect_equal(bar.symbol, symbol, "symbol")
    expect(0 < bar.low <= min(bar.open, bar.close), "low")
    expect(bar.high >= max(bar.open, bar.close), "high")
    expect(bar.volume > 0 and bar.trade_count > 0, "volume, trade_count")
    expect(bar.low <= bar.vwap <= bar.high, "vwap")


def latest_quote_one(world):
    """alpaca-py asks for one symbol as for several; the answer is a dictionary all the same."""
    found = world.data.get_stock_latest_quote(StockLatestQuoteRequest(symbol_or_symbols="AAPL"))
    expect_equal(list(found), ["AAPL"], "symbols")
    check_quote(world, found["AAPL"], "AAPL")


def latest_quotes(world):
    found = world.data.get_stock_latest_quote(
        StockLatestQuoteRequest(symbol_or_symbols=SYMBOLS, feed=DataFeed.IEX)
    )
    expect_equal(sorted(found), SYMBOLS, "symbols")
    for symbol, quote in found.items():
        check_quote(world, quote, symbol)


def latest_trade_one(world):
    found = world.data.get_stock_latest_trade(StockLatestTradeRequest(symbol_or_symbols="AAPL"))
    check_trade(found["AAPL"], "AAPL")


def latest_trades(world):
    found = world.data.get_stock_latest_trade(StockLatestTradeRequest(symbol_or_symbols=SYMBOLS))
    expect_equal(sorted(found), SYMBOLS, "symbols")
    for symbol, trade in found.items():
        check_trade(trade, symbol)


def latest_bar_one(world):
    found = world.data.get_stock_latest_bar(StockLatestBarRequest(symbol_or_symbols="AAPL"))
    check_bar(found["AAPL"], "AAPL")


def latest_bars(world):
    found = world.data.get_stock_latest_bar(StockLatestBarRequest(symbol_or_symbols=SYMBOLS))
    expect_equal(sorted(found), SYMBOLS, "symbols")
    for symbol, bar in found.items():
        check_bar(bar, symbol)


def check_snapshot(world, snapshot, symbol):
    check_trade(snapshot.latest_trade, symbol)
    check_quote(world, snapshot.latest_quote, symbol)
    for bar in (snapshot.minute_bar, snapshot.daily_bar, snapshot.previous_daily_bar):
        check_bar(bar, symbol)
    days = (snapshot.previous_daily_bar.timestamp, snapshot.daily_bar.timestamp)
    expect(days[0] < days[1] <= snapshot.minute_bar.timestamp, "times", days)


def snapshot_one(world):
    found = world.data.get_stock_snapshot(StockSnapshotRequest(symbol_or_symbols="AAPL"))
    check_snapshot(world, found["AAPL"], "AAPL")


def snapshots(world):
    found = world.data.get_stock_snapshot(StockSnapshotRequest(symbol_or_symbols=SYMBOLS))
    expect_equal(sorted(found), SYMBOLS, "symbols")
    for symbol, snapshot in found.items():
        check_snapshot(world, snapshot, symbol)


# History.


def days_ago(world, days):
    midnight = now(world).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - datetime.timedelta(days=days)


def pages_of(world, call):
    """The result of the call, which must have taken more than one request."""
    before = world.recorder.count
    result = call()
    pages = world.recorder.count - before
    expect(pages >= 2, "pages:", pages)
    return result


def in_order(points):
    times = [p.timestamp for p in points]
    expect_equal(times, sorted(times), "order of times")


def check_minutes(bars, symbol):
    times = [b.timestamp for b in bars]
    expect_equal(times, sorted(set(times)), "each minute once, in order")
    expect(all(t.second == 0 and t.microsecond == 0 for t in times), "whole minutes")
    for bar in bars:
        check_bar(bar, symbol)


def bars_one_pages(world):
    raise NotInSdk()  # there is no form for one symbol, nor a size of a page


def bars_many_pages(world):
    request = StockBarsRequest(
        symbol_or_symbols=SYMBOLS, timeframe=TimeFrame.Minute, start=days_ago(world, 9)
    )
    found = pages_of(world, lambda: world.data.get_stock_bars(request)).data
    expect_equal(sorted(found), SYMBOLS, "symbols")
    expect(sum(len(bars) for bars in found.values()) > PAGE, "more than a page")
    for symbol, bars in found.items():
        check_minutes(bars, symbol)
    counts = {len(bars) for bars in found.values()}
    expect_equal(len(counts), 1, f"symbols with equally many minutes; {counts}")


def bars_daily(world):
    request = StockBarsRequest(
        symbol_or_symbols="SPY", timeframe=TimeFrame.Day, start=days_ago(world, 9)
    )
    bars = world.data.get_stock_bars(request).data["SPY"]
    expect(4 <= len(bars) <= 8, "days:", len(bars))
    for bar in bars:
        local = bar.timestamp.astimezone(NEW_YORK)
        expect_equal((local.hour, local.minute), (0, 0), "midnight in New York")
        check_bar(bar, "SPY")


def bars_descending(world):
    request = StockBarsRequest(
        symbol_or_symbols="SPY", timeframe=TimeFrame(5, TimeFrameUnit.Minute), sort=Sort.DESC,
        start=days_ago(world, 5), limit=7,
    )
    bars = world.data.get_stock_bars(request).data["SPY"]
    times = [b.timestamp for b in bars]
    expect_equal(len(times), 7, "as many as asked for")
    expect_equal(times, sorted(times, reverse=True), "newest first")
    expect(all(t.minute % 5 == 0 for t in times), "five minutes")


def all_points(found):
    """By symbol, as far as the limit goes: the first symbols, all of them but the last whole."""
    expect_equal(list(found), SYMBOLS[: len(found)], "symbols, in order")
    expect_equal(sum(len(points) for points in found.values()), PAGE + 500, "as many as asked for")


def quotes_history(world):
    request = StockQuotesRequest(
        symbol_or_symbols=SYMBOLS, start=days_ago(world, 5), limit=PAGE + 500
    )
    found = pages_of(world, lambda: world.data.get_stock_quotes(request)).data
    all_points(found)
    for quotes in found.values():
        in_order(quotes)
        expect(all(0 < q.bid_price < q.ask_price for q in quotes), "bid below ask")


def trades_history(world):
    request = StockTradesRequest(
        symbol_or_symbols=SYMBOLS, start=days_ago(world, 5), limit=PAGE + 500
    )
    found = pages_of(world, lambda: world.data.get_stock_trades(request)).data
    all_points(found)
    for symbol, trades in found.items():
        in_order(trades)
        check_trade(trades[0], symbol)


def bars_bad_timeframe(world):
    frame = TimeFrame(59, TimeFrameUnit.Minute)
    frame.amount_value = 99  # its constructor would refuse
    request = StockBarsRequest(symbol_or_symbols="SPY", timeframe=frame)
    world.refused(lambda: world.data.get_stock_bars(request), 400)


def bars_unknown_symbol(world):
    request = StockBarsRequest(
        symbol_or_symbols=["ZZZZ"], timeframe=TimeFrame.Minute, start=days_ago(world, 1)
    )
    expect_equal(world.data.get_stock_bars(request).data, {}, "bars")


# The stream.


def refused_stream(world, stream, text):
    try:
        world.sign_in(stream)
    except ValueError as error:
        expect_equal(str(error), text, "what the SDK says")
        return
    raise Failed("it was let in")


def data_stream_wrong_key(world):
    refused_stream(world, world.make_data_stream(WRONG), "auth failed")


class Received:
    """What the data stream brought, by kind."""

    def __init__(self):
        self.quotes, self.trades, self.bars = [], [], []

    async def quote(self, quote):
        self.quotes.append(quote)

    async def trade(self, trade):
        self.trades.append(trade)

    async def bar(self, bar):
        self.bars.append(bar)


def subscribed(world, text):
    """Waits until the SDK logged a confirmation that holds `text`."""
    wait_for(lambda: any("subscribed to" in l and text in l for l in world.log.lines), text)


def data_stream_quotes(world):
    world.received = Received()
    stream = world.make_data_stream(SECRET)
    stream.subscribe_quotes(world.received.quote, "AAPL", "MSFT")
    world.data_stream = Background(stream)
    world.data_stream.start()
    subscribed(world, "quotes: ['AAPL', 'MSFT']")
    world.admin.advance(60)
    wait_for(lambda: len(world.received.quotes) >= 2, "quotes")
    for quote in list(world.received.quotes):
        expect(quote.symbol in ("AAPL", "MSFT"), "symbol", quote.symbol)
        expect(0 < quote.bid_price < quote.ask_price, "bid below ask")
        expect(quote.timestamp.tzinfo is not None, "a time with its zone")


def data_stream_trades(world):
    world.data_stream.stream.subscribe_trades(world.received.trade, "AAPL")
    subscribed(world, "trades: ['AAPL']")
    world.admin.advance(60)
    wait_for(lambda: world.received.trades, "trades")
    check_trade(world.received.trades[0], "AAPL")


def data_stream_bars(world):
    world.data_stream.stream.subscribe_bars(world.received.bar, "SPY")
    subscribed(world, "bars: ['SPY']")
    world.admin.advance(120)
    bar = wait_for(lambda: world.received.bars, "a bar")[0]
    check_bar(bar, "SPY")
    expect_equal(bar.timestamp.second, 0, "a whole minute")
    request = StockBarsRequest(
        symbol_or_symbols="SPY", timeframe=TimeFrame.Minute, start=bar.timestamp, end=bar.timestamp
    )
    history = world.data.get_stock_bars(request).data["SPY"]
    expect_equal(len(history), 1, "bars of that minute")
    for name in ("open", "high", "low", "close", "volume", "trade_count"):
        expect_equal(getattr(bar, name), getattr(history[0], name), f"{name}, stream and history")


def data_stream_unsubscribe(world):
    world.data_stream.stream.unsubscribe_quotes("AAPL", "MSFT")
    wait_for(lambda: "quotes" not in confirmations(world)[-1], "confirmation")
    quotes, trades = len(world.received.quotes), len(world.received.trades)
    world.admin.advance(60)
    wait_for(lambda: len(world.received.trades) > trades, "trades")
    expect_equal(len(world.received.quotes), quotes, "quotes")


def confirmations(world):
    return [line for line in world.log.lines if line.startswith("subscribed to")]


def data_stream_symbol_limit(world):
    """Thirty symbols at a time, trades and quotes together, is what the free plan gives."""
    names = ["A" + chr(65 + i // 6) + chr(65 + i % 6) for i in range(31)]
    world.data_stream.stream.subscribe_quotes(world.received.quote, *names)
    text = "error: symbol limit exceeded (405)"
    wait_for(lambda: text in world.log.lines, text)
    trades = len(world.received.trades)
    world.admin.advance(60)
    wait_for(lambda: len(world.received.trades) > trades, "the old subscription to go on")


def data_stream_second(world):
    refused_stream(world, world.make_data_stream(SECRET), "connection limit exceeded")


STEPS = [
    latest_quote_one, latest_quotes, latest_trade_one, latest_trades, latest_bar_one, latest_bars,
    snapshot_one, snapshots, bars_one_pages, bars_many_pages, bars_daily, bars_descending,
    quotes_history, trades_history, bars_bad_timeframe, bars_unknown_symbol,
    data_stream_wrong_key, data_stream_quotes, data_stream_trades, data_stream_bars,
    data_stream_unsubscribe, data_stream_symbol_limit, data_stream_second,
]
