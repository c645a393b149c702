"""steps_positions.py: positions, refusals for want of shares or money, lists of orders."""
import datetime
import time
from decimal import Decimal

from alpaca.common.enums import Sort
from alpaca.trading.enums import OrderClass, OrderSide, PositionSide, QueryOrderStatus, TimeInForce
from alpaca.trading.requests import (
    ClosePositionRequest,
    GetOrdersRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    StopLossRequest,
    TakeProfitRequest,
)

from harness import expect, expect_equal, wait_for
from world import above, below

BUY, SELL, DAY = OrderSide.BUY, OrderSide.SELL, TimeInForce.DAY


def positions_list(world):
    positions = {p.symbol: p for p in world.trading.get_all_positions()}
    expect({"AAPL", "MSFT", "AMZN"} <= set(positions), "positions in", sorted(positions))
    worth = sum(Decimal(p.market_value) for p in positions.values())
    account = world.trading.get_account()
    value = Decimal(account.long_market_value)
    expect(abs(worth - value) < value / 100, "market values", worth, "account", value)
    for position in positions.values():
        product = Decimal(position.qty) * Decimal(position.current_price)
        expect(abs(product - Decimal(position.market_value)) < Decimal("0.02"), position.symbol)
        profit = Decimal(position.market_value) - Decimal(position.cost_basis)
        expect(abs(profit - Decimal(position.unrealized_pl)) < Decimal("0.02"), "unrealized_pl")


def position_one(world):
    position = world.trading.get_open_position("AAPL")
    expect_equal(Decimal(position.qty), Decimal(10), "qty")
    expect_equal(Decimal(position.qty_available), Decimal(10), "qty_available")
    expect_equal(position.side, PositionSide.LONG, "side")
    order = world.trading.get_order_by_client_id(world.client_id)
    expect_equal(Decimal(position.avg_entry_price), Decimal(order.filled_avg_price), "entry")
    cost = Decimal(position.qty) * Decimal(position.avg_entry_price)
    expect(abs(cost - Decimal(position.cost_basis)) < Decimal("0.01"), "cost_basis")
    by_id = world.trading.get_open_position(position.asset_id)
    expect_equal(by_id.symbol, "AAPL", "by asset id")


def position_unknown(world):
    world.refused(
        lambda: world.trading.get_open_position("TSLA"), 404, 40410000, "position does not exist"
    )


def sell_limit(world, symbol, qty, share):
    quote = world.quote(symbol)
    return world.submit(
        LimitOrderRequest(
            symbol=symbol, qty=qty, side=SELL, time_in_force=DAY,
            limit_price=above(quote.ask_price, share),
        )
    )


def quantity_held(world):
    order = sell_limit(world, "AAPL", 8, 0.1)
    try:
        world.wait_status(order.id, "new")
        expect_equal(
            Decimal(world.trading.get_open_position("AAPL").qty_available), Decimal(2), "available"
        )
        body = world.refused(
            lambda: sell_limit(world, "AAPL", 5, 0.1), 403, 40310000, "insufficient qty available"
        )
        for key, value in (("existing_qty", 10), ("held_for_orders", 8), ("available", 2)):
            expect_equal(Decimal(body[key]), Decimal(value), key)
        expect_equal(body["symbol"], "AAPL", "symbol")
        expect_equal(body["related_orders"], [str(order.id)], "related_orders")
    finally:
        world.cancel(order.id)


def buying_power(world):
    quote = world.quote("SPY")
    price = below(quote.bid_price, 0.01)
    request = LimitOrderRequest(
        symbol="SPY", qty=5000, side=BUY, time_in_force=DAY, limit_price=price
    )
    power = world.trading.get_account().buying_power
    body = world.refused(lambda: world.submit(request), 403, 40310000, "insufficient buying power")
    expect(abs(Decimal(body["buying_power"]) - Decimal(power)) < 2000, body, power)
    expect_equal(Decimal(body["cost_basis"]), Decimal(str(price)) * 5000, "cost_basis")


def wash_trade(world):
    order = sell_limit(world, "AAPL", 1, 0.1)
    try:
        world.wait_status(order.id, "new")
        crossing = LimitOrderRequest(
            symbol="AAPL", qty=1, side=BUY, time_in_force=DAY,
            limit_price=above(float(order.limit_price), 0.01),
        )
        body = world.refused(lambda: world.submit(crossing), 403, 40310000, "wash trade")
        expect_equal(body["existing_order_id"], str(order.id), "existing_order_id")
        expect_equal(body["reject_reason"], "opposite side limit order exists", "reject_reason")
        market = MarketOrderRequest(symbol="AAPL", qty=1, side=BUY, time_in_force=DAY)
        body = world.refused(lambda: world.submit(market), 403, 40310000, "wash trade")
        expect_equal(body["existing_order_id"], str(order.id), "existing_order_id")
    finally:
        world.cancel(order.id)


def orders(world, **filters):
    return world.trading.get_orders(GetOrdersRequest(**filters))


def orders_open(world):
    expect_equal(orders(world, status=QueryOrderStatus.OPEN), [], "open before")
    world.resting = []
    for symbol in ("SPY", "QQQ", "IWM"):
        world.resting.append(world.rest(symbol))
        time.sleep(0.03)  # so that each has a time of its own
    found = orders(world, status=QueryOrderStatus.OPEN)
    expect_equal({o.id for o in found}, {o.id for o in world.resting}, "open")


def orders_closed(world):
    found = orders(world, status=QueryOrderStatus.CLOSED, limit=5)
    expect_equal(len(found), 5, "as many as asked for")
    for order in found:
        expect(order.status.value in ("filled", "canceled", "replaced", "expired"), order.status)


def orders_direction(world):
    oldest = orders(world, status=QueryOrderStatus.ALL, direction=Sort.ASC, limit=500)
    newest = orders(world, status=QueryOrderStatus.ALL, direction=Sort.DESC, limit=500)
    times = [o.submitted_at for o in oldest]
    expect_equal(times, sorted(times), "oldest first")
    expect_equal({o.id for o in oldest}, {o.id for o in newest}, "the same orders")
    expect_equal(newest[0].id, world.resting[2].id, "newest first")
    first_page = orders(world, status=QueryOrderStatus.ALL, limit=2)
    expect_equal([o.id for o in first_page], [o.id for o in newest[:2]], "newest first is usual")


def orders_after_until(world):
    first, second, third = world.resting
    # Its times end with the microsecond: what is after a time is after the end of that.
    after = first.submitted_at + datetime.timedelta(microseconds=1)
    found = orders(world, status=QueryOrderStatus.ALL, after=after, until=third.submitted_at)
    expect_equal([o.id for o in found], [second.id], "between the first and the third")


def orders_by_symbol(world):
    found = orders(world, status=QueryOrderStatus.OPEN, symbols=["SPY", "IWM"])
    expect_equal({o.symbol for o in found}, {"SPY", "IWM"}, "symbols")


def orders_nested(world):
    quote = world.quote("TSLA")
    entry = below(quote.bid_price, 0.2)
    order = world.submit(
        LimitOrderRequest(
            symbol="TSLA", qty=1, side=BUY, time_in_force=DAY, limit_price=entry,
            order_class=OrderClass.BRACKET,
            take_profit=TakeProfitRequest(limit_price=above(entry, 0.1)),
            stop_loss=StopLossRequest(stop_price=below(entry, 0.1)),
        )
    )
    world.wait_status(order.id, "new")
    nested = orders(world, status=QueryOrderStatus.OPEN, symbols=["TSLA"], nested=True)
    expect_equal([o.id for o in nested], [order.id], "nested rows")
    expect_equal(len(nested[0].legs), 2, "legs")
    flat = orders(world, status=QueryOrderStatus.OPEN, symbols=["TSLA"], nested=False)
    expect_equal(
        {o.id for o in flat}, {order.id} | {leg.id for leg in nested[0].legs}, "flat rows"
    )
    world.cancel(order.id)


def cancel_all(world):
    answers = {a.id: a.status for a in world.trading.cancel_orders()}
    expect_equal(answers, {o.id: 200 for o in world.resting}, "answers")
    for order in world.resting:
        world.wait_status(order.id, "canceled")
    expect_equal(orders(world, status=QueryOrderStatus.OPEN), [], "open after")
    expect_equal(world.trading.cancel_orders(), [], "nothing left to cancel")


def close_part_quantity(world):
    order = world.trading.close_position("AAPL", ClosePositionRequest(qty="2"))
    expect_equal((order.side, order.symbol, Decimal(order.qty)), (SELL, "AAPL", Decimal(2)), "order")
    world.wait_status(order.id, "filled")
    expect_equal(world.position_qty("AAPL"), Decimal(8), "what is left")


def close_part_percentage(world):
    order = world.trading.close_position("AAPL", ClosePositionRequest(percentage="50"))
    world.wait_status(order.id, "filled")
    expect_equal(world.position_qty("AAPL"), Decimal(4), "what is left")


def short_sale(world):
    world.market("TSLA", 5, SELL)
    position = world.trading.get_open_position("TSLA")
    expect_equal(position.side, PositionSide.SHORT, "side")
    expect_equal(Decimal(position.qty), Decimal(-5), "qty")
    expect(Decimal(position.market_value) < 0 > Decimal(position.cost_basis), "values below zero")
    expect(Decimal(world.trading.get_account().short_market_value) < 0, "short_market_value")


def close_all(world):
    held = {p.symbol for p in world.trading.get_all_positions()}
    world.rest("SPY")
    answers = world.trading.close_all_positions(cancel_orders=True)
    expect_equal({a.symbol: a.status for a in answers}, {s: 200 for s in held}, "answers")
    world.admin.advance(180)  # one of them is larger than what a quote shows
    for answer in answers:
        world.wait_status(answer.body.id, "filled")
    wait_for(lambda: not world.trading.get_all_positions(), "no position")
    expect_equal(orders(world, status=QueryOrderStatus.OPEN), [], "open orders")


STEPS = [
    positions_list, position_one, position_unknown, quantity_held, buying_power, wash_trade,
    orders_open, orders_closed, orders_direction, orders_after_until, orders_by_symbol,
    orders_nested, cancel_all, close_part_quantity, close_part_percentage, short_sale, close_all,
]
