"""world.py: the SDK's clients on the exchange under test, its streams, and what steps hand on."""
import asyncio
import json
import logging
import threading
import uuid
from decimal import ROUND_DOWN, ROUND_UP, Decimal

from alpaca.common.exceptions import APIError
from alpaca.data.enums import DataFeed
from alpaca.data.historical import StockHistoricalDataClient
from alpaca.data.live import StockDataStream
from alpaca.data.requests import StockLatestQuoteRequest
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, TimeInForce
from alpaca.trading.requests import LimitOrderRequest, MarketOrderRequest
from alpaca.trading.stream import TradingStream

from harness import Admin, Failed, Recorder, expect, expect_equal, wait_for

KEY = "PKSDKPYTHON000000001"
SECRET = "python-secret-of-the-conformance-run"
WRONG = "not-the-secret"
SYMBOLS = ["AAPL", "AMZN", "IWM", "MSFT", "NVDA", "QQQ", "SPY", "TSLA"]
THIN = "WEE"  # little of it is offered at a time
ON_ITS_WAY = {"pending_new", "accepted", "new"}
CENT = Decimal("0.01")


def cents(price, rounding=ROUND_DOWN):
    return float(Decimal(str(price)).quantize(CENT, rounding))


def below(price, share):
    return cents(price * (1 - share), ROUND_DOWN)


def above(price, share):
    return cents(price * (1 + share), ROUND_UP)


class Background:
    """One of the SDK's streams in a thread of its own, as its users run it."""

    def __init__(self, stream):
        self.stream = stream
        self.thread = threading.Thread(target=stream.run, daemon=True)

    def start(self):
        self.thread.start()

    def stop(self):
        self.stream.stop()


class LogLines(logging.Handler):
    """What the SDK says only to its log: the errors on the data stream."""

    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


class World:
    def __init__(self, http, admin, record):
        self.http = http
        self.admin = Admin(admin)
        self.recorder = Recorder("alpaca-py", record)
        self.trading = self.trading_client(SECRET)
        self.data = StockHistoricalDataClient(KEY, SECRET, url_override=f"http://{http}")
        self.watch(self.data)
        self.updates = []
        self.log = LogLines()
        logger = logging.getLogger("alpaca.data.live.websocket")
        logger.addHandler(self.log)
        logger.setLevel(logging.INFO)
        logger.propagate = False
        self.trading_stream = None
        self.data_stream = None
        self.order = None  # the order that the current group of steps is about
        self.watchlist = None

    def watch(self, client):
        client._session.hooks["response"].append(self.recorder.hook)

    def trading_client(self, secret):
        client = TradingClient(KEY, secret, paper=True, url_override=f"http://{self.http}")
        self.watch(client)
        return client

    # Streams.

    def make_trading_stream(self, secret):
        return TradingStream(KEY, secret, paper=True, url_override=f"ws://{self.http}/stream")

    def make_data_stream(self, secret):
        return StockDataStream(
            KEY, secret, feed=DataFeed.IEX, url_override=f"ws://{self.http}/v2/iex"
        )

    @staticmethod
    def sign_in(stream):
        """Connects and signs in with the SDK's own handshake; raises what it raises."""

        async def attempt():
            try:
                await asyncio.wait_for(stream._start_ws(), 5)
            finally:
                await stream.close()

        asyncio.run(attempt())

    def updates_of(self, order_id, *events):
        return [
            u
            for u in list(self.updates)
            if str(u.order.id) == str(order_id) and (not events or event_name(u) in events)
        ]

    def wait_event(self, order_id, event):
        try:
            return wait_for(lambda: self.updates_of(order_id, event), event)[0]
        except Failed as error:
            seen = [event_name(u) for u in self.updates_of(order_id)]
            raise Failed(f"no event {event} for the order; seen: {seen}") from error

    # Orders.

    def quote(self, symbol):
        request = StockLatestQuoteRequest(symbol_or_symbols=symbol)
        quote = self.data.get_stock_latest_quote(request)[symbol]
        expect(0 < quote.bid_price < quote.ask_price, "quote", quote.bid_price, quote.ask_price)
        return quote

    def submit(self, request):
        return self.trading.submit_order(request)

    def rest(self, symbol, qty=1, side=OrderSide.BUY, **more):
        """A limit order a fifth away from the market, until it works."""
        quote = self.quote(symbol)
        price = below(quote.bid_price, 0.2) if side == OrderSide.BUY else above(quote.ask_price, 0.2)
        more.setdefault("time_in_force", TimeInForce.DAY)
        order = self.submit(
            LimitOrderRequest(symbol=symbol, qty=qty, side=side, limit_price=price, **more)
        )
        return self.wait_status(order.id, "new")

    def market(self, symbol, qty, side=OrderSide.BUY):
        """A market order, until it is filled."""
        order = self.submit(
            MarketOrderRequest(
                symbol=symbol, qty=qty, side=side, time_in_force=TimeInForce.DAY
            )
        )
        return self.wait_status(order.id, "filled")

    def wait_status(self, order_id, *statuses):
        """The order, as soon as it has one of these."""
        last = []

        def look():
            order = self.trading.get_order_by_id(order_id)
            last[:] = [order.status.value]
            return order if order.status.value in statuses else None

        try:
            return wait_for(look, statuses)
        except Failed as error:
            raise Failed(f"order is {last}, expected {statuses}") from error

    def cancel(self, order_id):
        self.trading.cancel_order_by_id(order_id)
        return self.wait_status(order_id, "canceled")

    def refused(self, call, status, code=None, text=""):
        """The decoded refusal of a call that must be refused."""
        try:
            answer = call()
        except APIError as error:
            body = json.loads(str(error))
            expect_equal(error.status_code, status, f"status of {body}")
            if code is not None:
                expect_equal(body.get("code"), code, f"code of {body}")
            expect(text in body["message"], f"message {body['message']!r}, expected {text!r}")
            return body
        # What was taken by mistake must not stand in the way of the steps that follow.
        order_id = getattr(answer, "id", None)
        if order_id and hasattr(answer, "client_order_id"):
            try:
                self.trading.cancel_order_by_id(order_id)
            except APIError:
                pass
        raise Failed(f"expected {status} {code or ''} {text}; it was accepted")

    def position_qty(self, symbol):
        for position in self.trading.get_all_positions():
            if position.symbol == symbol:
                return Decimal(position.qty)
        return Decimal(0)


def event_name(update):
    return getattr(update.event, "value", update.event)


def fresh_id():
    return str(uuid.uuid4())
