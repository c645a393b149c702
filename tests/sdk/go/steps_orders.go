// steps_orders.go: single orders of every type, and what the stream of trade updates says of them.
package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/alpacahq/alpaca-trade-api-go/v3/alpaca"
	"github.com/shopspring/decimal"
)

var orderSteps = map[string]step{
	"trading_stream_wrong_secret":    tradingStreamWrongSecret,
	"trading_stream_listens":         tradingStreamListens,
	"market_order_accepted":          marketOrderAccepted,
	"market_order_events":            marketOrderEvents,
	"order_by_id":                    orderByID,
	"order_by_client_id":             orderByClientID,
	"order_by_client_id_unknown":     orderByClientIDUnknown,
	"client_id_twice":                clientIDTwice,
	"limit_order_rests":              limitOrderRests,
	"limit_order_replaced":           limitOrderReplaced,
	"replaced_order_names_successor": replacedOrderNamesSuccessor,
	"replaced_event":                 replacedEvent,
	"order_canceled":                 orderCanceled,
	"cancel_twice":                   cancelTwice,
	"cancel_unknown":                 cancelUnknown,
	"limit_order_fills":              limitOrderFills,
	"partial_fill":                   partialFill,
	"stop_order":                     stopOrder,
	"stop_limit_order":               stopLimitOrder,
	"trailing_stop_percent":          trailingStopPercent,
	"trailing_stop_price":            trailingStopPrice,
	"tif_gtc":                        tifGTC,
	"tif_ioc_fills":                  tifIOCFills,
	"tif_ioc_cancels":                func(w *world) { canceledAtOnce(w, alpaca.IOC) },
	"tif_fok_cancels":                func(w *world) { canceledAtOnce(w, alpaca.FOK) },
	"tif_cls":                        tifCLS,
	"fractional_order":               fractionalOrder,
	"notional_order":                 notionalOrder,
	"extended_hours_limit":           extendedHoursLimit,
}

func tradingStreamWrongSecret(w *world) {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	err := w.tradingClient(wrong).StreamTradeUpdates(ctx, func(alpaca.TradeUpdate) {},
		alpaca.StreamTradeUpdatesRequest{})
	expect(err != nil && strings.Contains(err.Error(), "(HTTP 401)"), "the answer:", err)
}

func tradingStreamListens(w *world) {
	w.listen()
	// The SDK does not say when it has begun to listen: the first order that is told of does.
	var order *alpaca.Order
	waitFor(func() bool {
		order = w.rest(w.restingRequest("IWM", 1))
		w.cancel(order.ID)
		time.Sleep(2 * pause)
		return len(w.updatesOf(order.ID, "new")) > 0
	}, "the first update")
	w.waitEvent(order.ID, "canceled")
}

func marketOrderAccepted(w *world) {
	w.clientID = freshID()
	request := simple(alpaca.Market, alpaca.Buy, "AAPL", 10)
	request.ClientOrderID = w.clientID
	order := w.submit(request)
	w.order = order
	expect(slices.Contains(append(onItsWay, "filled", "partially_filled"), order.Status), order.Status)
	expectEqual(order.ClientOrderID, w.clientID, "client_order_id")
	expectEqual(order.Symbol, "AAPL", "symbol")
	expectEqual(order.Side, alpaca.Buy, "side")
	expectEqual(order.Type, alpaca.Market, "type")
	expectEqual(order.TimeInForce, alpaca.Day, "time_in_force")
	expect(order.Qty.Equal(number(10)), "qty", order.Qty)
	expectEqual(order.AssetID, must(w.trading.GetAsset("AAPL")).ID, "asset_id")
	expect(order.Legs == nil && order.Notional == nil, "legs, notional")
	expect(order.LimitPrice == nil && order.StopPrice == nil, "limit_price, stop_price")
	expect(!order.ExtendedHours, "extended_hours")
}

func sum(fills []alpaca.TradeUpdate) decimal.Decimal {
	total := decimal.Zero
	for _, fill := range fills {
		total = total.Add(*fill.Qty)
	}
	return total
}

func marketOrderEvents(w *world) {
	fresh, fill := w.waitEvent(w.order.ID, "new"), w.waitEvent(w.order.ID, "fill")
	expect(!fresh.Timestamp.After(*fill.Timestamp), "new before fill")
	fills := w.updatesOf(w.order.ID, "fill", "partial_fill")
	expect(sum(fills).Equal(number(10)), "quantity of the fills", sum(fills))
	expect(fill.PositionQty.Equal(number(10)), "position_qty", fill.PositionQty)
	expect(fill.Price.IsPositive() && fill.ExecutionID != "", "price, execution_id")
	expect(fill.EventID != "" && !fill.At.IsZero(), "event_id, at")
	executions := idsOf(fills, func(u alpaca.TradeUpdate) string { return u.ExecutionID })
	slices.Sort(executions)
	expectEqual(len(slices.Compact(executions)), len(fills), "different executions")
	expectEqual(fill.Order.Status, "filled", "status in the event")
	expect(fill.Order.FilledQty.Equal(number(10)), "filled_qty in the event")
}

func orderByID(w *world) {
	order := w.waitStatus(w.order.ID, "filled")
	worth, fills := decimal.Zero, w.updatesOf(order.ID, "fill", "partial_fill")
	for _, fill := range fills {
		worth = worth.Add(fill.Qty.Mul(*fill.Price))
	}
	expect(len(fills) > 0, "no fills on the stream")
	average := worth.Div(sum(fills))
	expect(near(*order.FilledAvgPrice, average, 0.0001), "filled_avg_price", order.FilledAvgPrice)
	expect(order.FilledQty.Equal(number(10)), "filled_qty", order.FilledQty)
	expect(!order.SubmittedAt.After(*order.FilledAt), "times")
}

func orderByClientID(w *world) {
	found := must(w.trading.GetOrderByClientOrderID(w.clientID))
	expectEqual(found.ID, w.order.ID, "id")
}

func orderByClientIDUnknown(w *world) {
	_, err := w.trading.GetOrderByClientOrderID(freshID())
	refused(err, 404, 40410000, "")
}

func clientIDTwice(w *world) {
	request := simple(alpaca.Market, alpaca.Buy, "AAPL", 1)
	request.ClientOrderID = w.clientID
	w.refusedOrder(request, 422, 40010001, "client_order_id must be unique")
}

func limitOrderRests(w *world) {
	w.order = w.rest(w.restingRequest("MSFT", 3))
	w.waitEvent(w.order.ID, "new")
	expectEqual(w.order.Type, alpaca.Limit, "type")
	expect(w.order.FilledQty.IsZero() && w.order.FilledAvgPrice == nil, "filled")
}

func limitOrderReplaced(w *world) {
	old := w.order
	price := below(old.LimitPrice.InexactFloat64(), 0.05)
	order := must(w.trading.ReplaceOrder(old.ID, alpaca.ReplaceOrderRequest{
		Qty: pointer(5), LimitPrice: &price, TimeInForce: alpaca.Day,
	}))
	expect(order.ID != old.ID, "a new id")
	expect(order.Replaces != nil && *order.Replaces == old.ID, "replaces", order.Replaces)
	expect(order.Qty.Equal(number(5)) && order.LimitPrice.Equal(price), "qty, limit_price")
	w.replaced = old
	w.order = w.waitStatus(order.ID, "new")
}

func replacedOrderNamesSuccessor(w *world) {
	old := w.waitStatus(w.replaced.ID, "replaced")
	expect(old.ReplacedBy != nil && *old.ReplacedBy == w.order.ID, "replaced_by", old.ReplacedBy)
	expect(old.ReplacedAt != nil, "replaced_at")
	_, err := w.trading.ReplaceOrder(old.ID, alpaca.ReplaceOrderRequest{
		Qty: pointer(7), TimeInForce: alpaca.Day,
	})
	refused(err, 422, 42210000, "")
}

func replacedEvent(w *world) {
	update := w.waitEvent(w.replaced.ID, "replaced")
	expect(update.Order.ReplacedBy != nil && *update.Order.ReplacedBy == w.order.ID, "replaced_by")
	w.waitEvent(w.order.ID, "new")
}

func orderCanceled(w *world) {
	order := w.cancel(w.order.ID)
	expect(order.CanceledAt != nil, "canceled_at")
	update := w.waitEvent(order.ID, "canceled")
	expectEqual(update.Order.Status, "canceled", "status in the event")
}

func cancelTwice(w *world) {
	refused(w.trading.CancelOrder(w.order.ID), 422, 42210000, "")
}

func cancelUnknown(w *world) {
	refused(w.trading.CancelOrder(freshID()), 404, 40410000, "")
}

func limitOrderFills(w *world) {
	price := above(w.quote("MSFT").AskPrice, 0.01)
	order := w.waitStatus(w.submit(limit(alpaca.Buy, "MSFT", 4, price)).ID, "filled")
	expect(order.FilledAvgPrice.LessThanOrEqual(price), order.FilledAvgPrice, "limit", price)
}

// A little more than the offer shows.
func partialFill(w *world) {
	quote := w.quote(thin)
	qty := float64(quote.AskSize) + 7
	order := w.submit(limit(alpaca.Buy, thin, qty, above(quote.AskPrice, 0.05)))
	partial := w.waitEvent(order.ID, "partial_fill")
	expectEqual(partial.Order.Status, "partially_filled", "status in the event")
	expect(partial.Qty.IsPositive() && partial.Qty.LessThan(number(qty)), "part", partial.Qty)
	w.admin.advance(60)
	w.waitEvent(order.ID, "fill")
	fills := w.updatesOf(order.ID, "fill", "partial_fill")
	expect(sum(fills).Equal(number(qty)), "quantity of all parts", sum(fills))
	running := decimal.Zero
	for _, update := range fills {
		running = running.Add(*update.Qty)
		expect(update.Order.FilledQty.Equal(running), "filled_qty in the event", running)
		expect(update.PositionQty.Equal(running), "position_qty", running)
	}
}

// restsAndGoes: the order rests, check looks at it, it is canceled.
func restsAndGoes(w *world, request alpaca.PlaceOrderRequest, check func(*alpaca.Order)) {
	sent := w.submit(request)
	defer w.cancel(sent.ID)
	check(w.waitStatus(sent.ID, "new", "accepted"))
}

func stopOrder(w *world) {
	request := simple(alpaca.Stop, alpaca.Sell, "AAPL", 2)
	stop := below(w.quote("AAPL").BidPrice, 0.1)
	request.StopPrice = &stop
	restsAndGoes(w, request, func(order *alpaca.Order) {
		expectEqual(order.Type, alpaca.Stop, "type")
		expect(order.StopPrice.Equal(stop) && order.LimitPrice == nil, "prices")
	})
}

func stopLimitOrder(w *world) {
	request := simple(alpaca.StopLimit, alpaca.Sell, "AAPL", 2)
	stop := below(w.quote("AAPL").BidPrice, 0.1)
	price := below(stop.InexactFloat64(), 0.01)
	request.StopPrice, request.LimitPrice = &stop, &price
	restsAndGoes(w, request, func(order *alpaca.Order) {
		expectEqual(order.Type, alpaca.StopLimit, "type")
		expect(order.StopPrice.Equal(stop) && order.LimitPrice.Equal(price), "prices")
	})
}

func trailingStopPercent(w *world) {
	request := simple(alpaca.TrailingStop, alpaca.Sell, "AAPL", 2)
	request.TrailPercent = pointer(5)
	restsAndGoes(w, request, func(order *alpaca.Order) {
		expectEqual(order.Type, alpaca.TrailingStop, "type")
		expect(order.TrailPercent.Equal(number(5)) && order.TrailPrice == nil, "trail")
		expect(near(*order.StopPrice, order.HWM.Mul(number(0.95)), 0.011), order.HWM, order.StopPrice)
	})
}

func trailingStopPrice(w *world) {
	request := simple(alpaca.TrailingStop, alpaca.Sell, "AAPL", 2)
	request.TrailPrice, request.TimeInForce = pointer(8.5), alpaca.GTC
	restsAndGoes(w, request, func(order *alpaca.Order) {
		expect(order.TrailPrice.Equal(number(8.5)) && order.TrailPercent == nil, "trail")
		expect(order.HWM.Sub(number(8.5)).Equal(*order.StopPrice), order.HWM, order.StopPrice)
	})
}

// When it expires this SDK's model does not hold.
func tifGTC(w *world) {
	request := w.restingRequest("SPY", 1)
	request.TimeInForce = alpaca.GTC
	restsAndGoes(w, request, func(order *alpaca.Order) {
		expectEqual(order.TimeInForce, alpaca.GTC, "time_in_force")
	})
}

func tifIOCFills(w *world) {
	request := limit(alpaca.Buy, "QQQ", 1, above(w.quote("QQQ").AskPrice, 0.01))
	request.TimeInForce = alpaca.IOC
	w.waitStatus(w.submit(request).ID, "filled")
}

func canceledAtOnce(w *world, tif alpaca.TimeInForce) {
	request := limit(alpaca.Buy, "QQQ", 1, below(w.quote("QQQ").BidPrice, 0.1))
	request.TimeInForce = tif
	order := w.waitStatus(w.submit(request).ID, "canceled")
	expect(order.FilledQty.IsZero(), "filled_qty", order.FilledQty)
	w.waitEvent(order.ID, "canceled")
}

func tifCLS(w *world) {
	request := limit(alpaca.Buy, "SPY", 1, below(w.quote("SPY").BidPrice, 0.1))
	request.TimeInForce = alpaca.CLS
	restsAndGoes(w, request, func(order *alpaca.Order) {
		expectEqual(order.TimeInForce, alpaca.CLS, "time_in_force")
	})
}

func fractionalOrder(w *world) {
	order := w.market("AMZN", 0.123456789, alpaca.Buy)
	expectEqual(order.FilledQty.String(), "0.123456789", "filled_qty")
}

func notionalOrder(w *world) {
	request := simple(alpaca.Market, alpaca.Buy, "AMZN", 0)
	request.Qty, request.Notional = nil, pointer(250)
	sent := w.submit(request)
	expect(sent.Notional.Equal(number(250)) && sent.Qty == nil, "notional, qty")
	order := w.waitStatus(sent.ID, "filled")
	expect(near(order.FilledQty.Mul(*order.FilledAvgPrice), number(250), 0.01), "worth")
}

func extendedHoursLimit(w *world) {
	request := w.restingRequest("SPY", 1)
	request.ExtendedHours = true
	restsAndGoes(w, request, func(order *alpaca.Order) {
		expect(order.ExtendedHours, "extended_hours")
	})
}
