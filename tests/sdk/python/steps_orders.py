"""steps_orders.py: orders of every type and class, and what the trading stream says of them."""
from decimal import Decimal

from alpaca.trading.enums import OrderClass, OrderSide, OrderType, TimeInForce
from alpaca.trading.requests import (
    GetOrderByIdRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    OrderRequest,
    ReplaceOrderRequest,
    StopLimitOrderRequest,
    StopLossRequest,
    StopOrderRequest,
    TakeProfitRequest,
    TrailingStopOrderRequest,
)

from harness import Failed, expect, expect_equal, wait_for
from world import ON_ITS_WAY, SECRET, THIN, WRONG, Background, above, below, fresh_id

BUY, SELL, DAY = OrderSide.BUY, OrderSide.SELL, TimeInForce.DAY


def trading_stream_wrong_secret(world):
    try:
        world.sign_in(world.make_trading_stream(WRONG))
    except ValueError as error:
        expect_equal(str(error), "failed to authenticate", "what the SDK says")
        return
    raise Failed("it was let in")


def trading_stream_listens(world):
    stream = world.make_trading_stream(SECRET)

    async def take(update):
        world.updates.append(update)

    stream.subscribe_trade_updates(take)
    world.trading_stream = Background(stream)
    world.trading_stream.start()
    wait_for(lambda: stream._running, "authorization")
    # The SDK does not show the answer to `listen`: the first order proves that it was heard.
    order = world.rest("IWM")
    world.wait_event(order.id, "new")
    world.cancel(order.id)
    world.wait_event(order.id, "canceled")



def market_order_accepted(world):
    world.client_id = fresh_id()
    order = world.submit(
        MarketOrderRequest(
            symbol="AAPL", qty=10, side=BUY, time_in_force=DAY, client_order_id=world.client_id
        )
    )
    world.order = order
    expect(order.status.value in ON_ITS_WAY | {"filled", "partially_filled"}, order.status)
    expect_equal(order.client_order_id, world.client_id, "client_order_id")
    expect_equal((order.symbol, order.side, order.type), ("AAPL", BUY, OrderType.MARKET), "what")
    expect_equal(order.order_type, OrderType.MARKET, "order_type")
    expect_equal(Decimal(order.qty), Decimal(10), "qty")
    expect_equal(order.time_in_force, DAY, "time_in_force")
    expect_equal(order.asset_id, world.trading.get_asset("AAPL").id, "asset_id")
    expect(order.legs is None and order.notional is None, "legs, notional")
    expect(order.limit_price is None and order.stop_price is None, "limit_price, stop_price")
    expect(order.extended_hours is False, "extended_hours")


def market_order_events(world):
    new = world.wait_event(world.order.id, "new")
    fill = world.wait_event(world.order.id, "fill")
    expect(new.timestamp <= fill.timestamp, "new before fill")
    fills = world.updates_of(world.order.id, "fill", "partial_fill")
    expect_equal(sum(f.qty for f in fills), 10.0, "quantity of the fills")
    expect_equal(fill.position_qty, 10.0, "position_qty")
    expect(fill.price > 0 and fill.execution_id is not None, "price, execution_id")
    expect_equal(len({f.execution_id for f in fills}), len(fills), "different executions")
    expect_equal(fill.order.status.value, "filled", "status in the event")
    expect_equal(Decimal(fill.order.filled_qty), Decimal(10), "filled_qty in the event")


def order_by_id(world):
    order = world.wait_status(world.order.id, "filled")
    fills = world.updates_of(order.id, "fill", "partial_fill")
    average = sum(f.qty * f.price for f in fills) / sum(f.qty for f in fills)
    expect(abs(float(order.filled_avg_price) - average) < 0.0001, order.filled_avg_price, average)
    expect_equal(Decimal(order.filled_qty), Decimal(10), "filled_qty")
    expect(order.submitted_at <= order.filled_at, "times")


def order_by_client_id(world):
    found = world.trading.get_order_by_client_id(world.client_id)
    expect_equal(found.id, world.order.id, "id")


def order_by_client_id_unknown(world):
    world.refused(lambda: world.trading.get_order_by_client_id(fresh_id()), 404, 40410000)


def client_id_twice(world):
    request = MarketOrderRequest(
        symbol="AAPL", qty=1, side=BUY, time_in_force=DAY, client_order_id=world.client_id
    )
    world.refused(lambda: world.submit(request), 422, 40010001, "client_order_id must be unique")


def limit_order_rests(world):
    world.order = world.rest("MSFT", qty=3)
    world.wait_event(world.order.id, "new")
    expect_equal(world.order.type, OrderType.LIMIT, "type")
    expect_equal(Decimal(world.order.filled_qty), Decimal(0), "filled_qty")
    expect(world.order.filled_avg_price is None, "filled_avg_price")


def limit_order_replaced(world):
    old = world.order
    price = below(float(old.limit_price), 0.05)
    new = world.trading.replace_order_by_id(old.id, ReplaceOrderRequest(qty=5, limit_price=price))
    expect(new.id != old.id, "a new id")
    expect_equal(new.replaces, old.id, "replaces")
    expect_equal(Decimal(new.qty), Decimal(5), "qty")
    expect_equal(Decimal(new.limit_price), Decimal(str(price)), "limit_price")
    world.replaced, world.order = old, world.wait_status(new.id, "new")


def replaced_order_names_successor(world):
    old = world.wait_status(world.replaced.id, "replaced")
    expect_equal(old.replaced_by, world.order.id, "replaced_by")
    expect(old.replaced_at is not None, "replaced_at")
    world.refused(
        lambda: world.trading.replace_order_by_id(old.id, ReplaceOrderRequest(qty=7)), 422, 42210000
    )


def replaced_event(world):
    update = world.wait_event(world.replaced.id, "replaced")
    expect_equal(update.order.replaced_by, world.order.id, "replaced_by in the event")
    world.wait_event(world.order.id, "new")


def order_canceled(world):
    order = world.cancel(world.order.id)
    expect(order.canceled_at is not None, "canceled_at")
    update = world.wait_event(order.id, "canceled")
    expect_equal(update.order.status.value, "canceled", "status in the event")


def cancel_twice(world):
    world.refused(lambda: world.trading.cancel_order_by_id(world.order.id), 422, 42210000)


def cancel_unknown(world):
    world.refused(lambda: world.trading.cancel_order_by_id(fresh_id()), 404, 40410000)


def limit_order_fills(world):
    limit = above(world.quote("MSFT").ask_price, 0.01)
    order = world.submit(
        LimitOrderRequest(symbol="MSFT", qty=4, side=BUY, time_in_force=DAY, limit_price=limit)
    )
    order = world.wait_status(order.id, "filled")
    expect(float(order.filled_avg_price) <= limit, order.filled_avg_price, "limit", limit)


def partial_fill(world):
    """A little more than the offer shows."""
    quote = world.quote(THIN)
    qty = int(quote.ask_size) + 7
    order = world.submit(
        LimitOrderRequest(
            symbol=THIN, qty=qty, side=BUY, time_in_force=DAY,
            limit_price=above(quote.ask_price, 0.05),
        )
    )
    partial = world.wait_event(order.id, "partial_fill")
    expect_equal(partial.order.status.value, "partially_filled", "status in the event")
    expect(0 < partial.qty < qty, "quantity of the part", partial.qty)
    world.admin.advance(60)
    world.wait_event(order.id, "fill")
    fills = world.updates_of(order.id, "fill", "partial_fill")
    expect_equal(sum(f.qty for f in fills), float(qty), "quantity of all parts")
    running = 0.0
    for update in fills:
        running += update.qty
        expect_equal(float(update.order.filled_qty), running, "filled_qty in the event")
        expect_equal(update.position_qty, running, "position_qty")


def rests_and_goes(world, request, check):
    """The order rests, `check` looks at it, it is canceled."""
    order = world.submit(request)
    try:
        check(world.wait_status(order.id, "new", "accepted"))
    finally:
        world.cancel(order.id)


def stop_order(world):
    stop = below(world.quote("AAPL").bid_price, 0.1)

    def check(order):
        expect_equal(order.type, OrderType.STOP, "type")
        expect_equal(Decimal(order.stop_price), Decimal(str(stop)), "stop_price")
        expect(order.limit_price is None, "limit_price")

    rests_and_goes(
        world,
        StopOrderRequest(symbol="AAPL", qty=2, side=SELL, time_in_force=DAY, stop_price=stop),
        check,
    )


def stop_limit_order(world):
    stop = below(world.quote("AAPL").bid_price, 0.1)
    limit = below(stop, 0.01)

    def check(order):
        expect_equal(order.type, OrderType.STOP_LIMIT, "type")
        expect_equal(Decimal(order.stop_price), Decimal(str(stop)), "stop_price")
        expect_equal(Decimal(order.limit_price), Decimal(str(limit)), "limit_price")

    rests_and_goes(
        world,
        StopLimitOrderRequest(
            symbol="AAPL", qty=2, side=SELL, time_in_force=DAY, stop_price=stop, limit_price=limit
        ),
        check,
    )


def trailing_stop_percent(world):
    def check(order):
        expect_equal(order.type, OrderType.TRAILING_STOP, "type")
        expect_equal(Decimal(order.trail_percent), Decimal(5), "trail_percent")
        expect(order.trail_price is None, "trail_price")
        expect(order.hwm is not None and order.stop_price is not None, "hwm, stop_price")
        expect(abs(float(order.stop_price) - float(order.hwm) * 0.95) < 0.011, order.hwm, order.stop_price)

    rests_and_goes(
        world,
        TrailingStopOrderRequest(
            symbol="AAPL", qty=2, side=SELL, time_in_force=DAY, trail_percent=5
        ),
        check,
    )


def trailing_stop_price(world):
    def check(order):
        expect_equal(Decimal(order.trail_price), Decimal("8.5"), "trail_price")
        expect(order.trail_percent is None, "trail_percent")
        expect_equal(Decimal(order.hwm) - Decimal("8.5"), Decimal(order.stop_price), "stop_price")

    rests_and_goes(
        world,
        TrailingStopOrderRequest(
            symbol="AAPL", qty=2, side=SELL, time_in_force=TimeInForce.GTC, trail_price=8.5
        ),
        check,
    )


def tif_gtc(world):
    order = world.rest("SPY", time_in_force=TimeInForce.GTC)
    try:
        expect_equal(order.time_in_force, TimeInForce.GTC, "time_in_force")
        days = (order.expires_at - order.created_at).days
        expect(88 <= days <= 91, "expires after days:", days)
    finally:
        world.cancel(order.id)


def limit_with(world, symbol, price, tif):
    return world.submit(
        LimitOrderRequest(symbol=symbol, qty=1, side=BUY, time_in_force=tif, limit_price=price)
    )


def tif_ioc_fills(world):
    price = above(world.quote("QQQ").ask_price, 0.01)
    world.wait_status(limit_with(world, "QQQ", price, TimeInForce.IOC).id, "filled")


def canceled_at_once(world, tif):
    order = limit_with(world, "QQQ", below(world.quote("QQQ").bid_price, 0.1), tif)
    order = world.wait_status(order.id, "canceled")
    expect_equal(Decimal(order.filled_qty), Decimal(0), "filled_qty")
    world.wait_event(order.id, "canceled")


def tif_ioc_cancels(world):
    canceled_at_once(world, TimeInForce.IOC)


def tif_fok_cancels(world):
    canceled_at_once(world, TimeInForce.FOK)


def tif_opg_refused(world):
    price = below(world.quote("SPY").bid_price, 0.1)
    world.refused(
        lambda: limit_with(world, "SPY", price, TimeInForce.OPG),
        403, 40310000, "opg orders must be submitted",
    )


def tif_cls(world):
    order = limit_with(world, "SPY", below(world.quote("SPY").bid_price, 0.1), TimeInForce.CLS)
    order = world.wait_status(order.id, "accepted", "new")
    expect_equal(order.time_in_force, TimeInForce.CLS, "time_in_force")
    world.cancel(order.id)


def fractional_order(world):
    order = world.market("AMZN", 0.123456789)
    expect_equal(Decimal(order.filled_qty), Decimal("0.123456789"), "filled_qty")


def notional_order(world):
    order = world.submit(
        MarketOrderRequest(symbol="AMZN", notional=250, side=BUY, time_in_force=DAY)
    )
    expect_equal(Decimal(order.notional), Decimal(250), "notional")
    expect(order.qty is None, "qty", order.qty)
    order = world.wait_status(order.id, "filled")
    worth = Decimal(order.filled_qty) * Decimal(order.filled_avg_price)
    expect(abs(worth - 250) < Decimal("0.01"), "worth", worth)


def fractional_not_gtc(world):
    request = LimitOrderRequest(
        symbol="AMZN", qty=0.5, side=BUY, time_in_force=TimeInForce.GTC,
        limit_price=below(world.quote("AMZN").bid_price, 0.1),
    )
    world.refused(
        lambda: world.submit(request), 422, 42210000, "fractional orders must be DAY orders"
    )


def extended_hours_limit(world):
    order = world.rest("SPY", extended_hours=True)
    try:
        expect(order.extended_hours is True, "extended_hours")
    finally:
        world.cancel(order.id)


def extended_hours_market(world):
    request = MarketOrderRequest(
        symbol="SPY", qty=1, side=BUY, time_in_force=DAY, extended_hours=True
    )
    world.refused(lambda: world.submit(request), 422, 42210000, "extended hours order must be")


def sub_penny(world):
    price = below(world.quote("SPY").bid_price, 0.1) + 0.005
    world.refused(
        lambda: limit_with(world, "SPY", round(price, 3), DAY),
        422, 42210000, "sub-penny increment does not fulfill minimum pricing criteria",
    )


def negative_quantity(world):
    request = MarketOrderRequest(symbol="SPY", qty=-1, side=BUY, time_in_force=DAY)
    world.refused(lambda: world.submit(request), 422, 40010001, "qty must be > 0")


def limit_without_price(world):
    request = OrderRequest(
        symbol="SPY", qty=1, side=BUY, time_in_force=DAY, type=OrderType.LIMIT
    )
    world.refused(
        lambda: world.submit(request), 422, 40010001, "limit orders require a limit price"
    )


def unknown_symbol(world):
    request = MarketOrderRequest(symbol="ZZZZ", qty=1, side=BUY, time_in_force=DAY)
    world.refused(lambda: world.submit(request), 422, 42210000, 'asset "ZZZZ" not found')


def bracket(world, entry, target_share=0.1, stop_share=0.1):
    """A bracket on two shares of NVDA: the entry a limit at `entry`, or at the market if None."""
    quote = world.quote("NVDA")
    base = entry or quote.ask_price
    exits = {
        "order_class": OrderClass.BRACKET,
        "take_profit": TakeProfitRequest(limit_price=above(base, target_share)),
        "stop_loss": StopLossRequest(stop_price=below(base, stop_share)),
    }
    common = {"symbol": "NVDA", "qty": 2, "side": BUY, "time_in_force": TimeInForce.GTC, **exits}
    if entry is None:
        return MarketOrderRequest(**common)
    return LimitOrderRequest(limit_price=entry, **common)


def legs_of(world, order_id):
    """Target and stop of a nested order, now."""
    order = world.trading.get_order_by_id(order_id, GetOrderByIdRequest(nested=True))
    expect(order.legs is not None, "legs")
    by_type = {leg.type: leg for leg in order.legs}
    return by_type.get(OrderType.LIMIT), by_type.get(OrderType.STOP)


def bracket_resting(world):
    order = world.submit(bracket(world, below(world.quote("NVDA").bid_price, 0.2)))
    expect_equal(order.order_class, OrderClass.BRACKET, "order_class")
    expect_equal(len(order.legs or []), 2, "legs")
    world.wait_status(order.id, "new")
    target, stop = legs_of(world, order.id)
    for leg in (target, stop):
        expect_equal((leg.status.value, leg.side, leg.symbol), ("held", SELL, "NVDA"), "leg")
        expect_equal(Decimal(leg.qty), Decimal(2), "quantity of the leg")
    world.cancel(order.id)
    for leg in (target, stop):
        world.wait_status(leg.id, "canceled")


def bracket_entered(world):
    order = world.submit(bracket(world, None))
    world.wait_status(order.id, "filled")
    target, stop = legs_of(world, order.id)
    world.target, world.stop = target, stop
    expect_equal(world.wait_status(target.id, "new").type, OrderType.LIMIT, "target")
    expect(world.wait_status(stop.id, "new", "held", "accepted").stop_price is not None, "stop")


def bracket_child_canceled(world):
    world.cancel(world.target.id)
    world.wait_status(world.stop.id, "canceled")


def bracket_one_child(world):
    request = MarketOrderRequest(
        symbol="NVDA", qty=1, side=BUY, time_in_force=DAY, order_class=OrderClass.BRACKET,
        stop_loss=StopLossRequest(stop_price=below(world.quote("NVDA").bid_price, 0.1)),
    )
    world.refused(
        lambda: world.submit(request), 422, 40010001, "bracket orders require take_profit"
    )


def bracket_wrong_sides(world):
    request = bracket(world, None, target_share=-0.2, stop_share=-0.2)
    body = world.refused(lambda: world.submit(request), 422, 42210000)
    expect("take_profit" in body["message"] or "stop_loss" in body["message"], body)


def oco_order(world):
    quote = world.quote("AAPL")
    order = world.submit(
        LimitOrderRequest(
            symbol="AAPL", qty=3, side=SELL, time_in_force=TimeInForce.GTC,
            order_class=OrderClass.OCO,
            take_profit=TakeProfitRequest(limit_price=above(quote.ask_price, 0.1)),
            stop_loss=StopLossRequest(stop_price=below(quote.bid_price, 0.1)),
        )
    )
    world.order = world.wait_status(order.id, "new")
    expect_equal(order.order_class, OrderClass.OCO, "order_class")
    expect_equal(order.type, OrderType.LIMIT, "the order is the target")
    expect_equal(Decimal(order.limit_price), Decimal(str(above(quote.ask_price, 0.1))), "limit_price")
    target, world.stop = legs_of(world, order.id)
    expect(target is None and world.stop is not None, "the stop is the only leg")


def oco_canceled(world):
    world.cancel(world.order.id)
    world.wait_status(world.stop.id, "canceled")


def oto_order(world):
    stop = below(world.quote("NVDA").bid_price, 0.1)
    order = world.submit(
        MarketOrderRequest(
            symbol="NVDA", qty=1, side=BUY, time_in_force=DAY, order_class=OrderClass.OTO,
            stop_loss=StopLossRequest(stop_price=stop),
        )
    )
    expect_equal(order.order_class, OrderClass.OTO, "order_class")
    world.wait_status(order.id, "filled")
    target, leg = legs_of(world, order.id)
    expect(target is None and leg is not None, "the stop is the only leg")
    expect_equal(Decimal(world.wait_status(leg.id, "new").stop_price), Decimal(str(stop)), "stop")
    world.cancel(leg.id)


STEPS = [
    trading_stream_wrong_secret, trading_stream_listens, market_order_accepted,
    market_order_events, order_by_id, order_by_client_id, order_by_client_id_unknown,
    client_id_twice, limit_order_rests, limit_order_replaced, replaced_order_names_successor,
    replaced_event, order_canceled, cancel_twice, cancel_unknown, limit_order_fills, partial_fill,
    stop_order, stop_limit_order, trailing_stop_percent, trailing_stop_price, tif_gtc,
    tif_ioc_fills, tif_ioc_cancels, tif_fok_cancels, tif_opg_refused, tif_cls, fractional_order,
    notional_order, fractional_not_gtc, extended_hours_limit, extended_hours_market, sub_penny,
    negative_quantity, limit_without_price, unknown_symbol, bracket_resting, bracket_entered,
    bracket_child_canceled, bracket_one_child, bracket_wrong_sides, oco_order, oco_canceled,
    oto_order,
]
