// steps_positions.go: positions, refusals for want of shares or money, lists of orders.
package main

import (
	"slices"
	"sort"
	"time"

	"github.com/alpacahq/alpaca-trade-api-go/v3/alpaca"
	"github.com/shopspring/decimal"
)

var positionSteps = map[string]step{
	"positions_list":        positionsList,
	"position_one":          positionOne,
	"position_unknown":      positionUnknown,
	"quantity_held":         quantityHeld,
	"buying_power":          buyingPower,
	"wash_trade":            washTrade,
	"orders_open":           ordersOpen,
	"orders_closed":         ordersClosed,
	"orders_direction":      ordersDirection,
	"orders_after_until":    ordersAfterUntil,
	"orders_by_symbol":      ordersBySymbol,
	"orders_nested":         ordersNested,
	"cancel_all":            cancelAll,
	"close_part_quantity":   closePartQuantity,
	"close_part_percentage": closePartPercentage,
	"short_sale":            shortSale,
	"close_all":             closeAll,
}

func positionsList(w *world) {
	worth, held := decimal.Zero, []string{}
	for _, p := range must(w.trading.GetPositions()) {
		held = append(held, p.Symbol)
		worth = worth.Add(*p.MarketValue)
		expect(near(p.Qty.Mul(*p.CurrentPrice), *p.MarketValue, 0.02), "market_value", p.Symbol)
		expect(near(p.MarketValue.Sub(p.CostBasis), *p.UnrealizedPL, 0.02), "unrealized_pl", p.Symbol)
	}
	for _, symbol := range []string{"AAPL", "MSFT", "AMZN"} {
		expect(slices.Contains(held, symbol), "positions in", held)
	}
	value := must(w.trading.GetAccount()).LongMarketValue
	expect(near(worth, value, value.InexactFloat64()/100), "market values", worth, "account", value)
}

func positionOne(w *world) {
	position := must(w.trading.GetPosition("AAPL"))
	ten := number(10)
	expect(position.Qty.Equal(ten) && position.QtyAvailable.Equal(ten), "qty", *position)
	expectEqual(position.Side, "long", "side")
	order := must(w.trading.GetOrderByClientOrderID(w.clientID))
	expect(position.AvgEntryPrice.Equal(*order.FilledAvgPrice), "avg_entry_price")
	cost := position.Qty.Mul(position.AvgEntryPrice)
	expect(near(cost, position.CostBasis, 0.01), "cost_basis", position.CostBasis)
	expectEqual(must(w.trading.GetPosition(position.AssetID)).Symbol, "AAPL", "by asset id")
}

func positionUnknown(w *world) {
	_, err := w.trading.GetPosition("TSLA")
	refused(err, 404, 40410000, "position does not exist")
}

func (w *world) sellRequest(qty float64) alpaca.PlaceOrderRequest {
	return limit(alpaca.Sell, "AAPL", qty, above(w.quote("AAPL").AskPrice, 0.1))
}

func quantityHeld(w *world) {
	order := w.submit(w.sellRequest(8))
	defer w.cancel(order.ID)
	w.waitStatus(order.ID, "new")
	available := must(w.trading.GetPosition("AAPL")).QtyAvailable
	expect(available.Equal(number(2)), "qty_available", available)
	body := w.refusedOrder(w.sellRequest(5), 403, 40310000, "insufficient qty available")
	expect(body.ExistingQty.Equal(number(10)) && body.HeldForOrders.Equal(number(8)), body)
	expect(body.Available.Equal(number(2)) && body.Symbol == "AAPL", body)
	expectEqual(body.RelatedOrders, []string{order.ID}, "related_orders")
}

func buyingPower(w *world) {
	price := below(w.quote("SPY").BidPrice, 0.01)
	power := must(w.trading.GetAccount()).BuyingPower
	request := limit(alpaca.Buy, "SPY", 5000, price)
	body := w.refusedOrder(request, 403, 40310000, "insufficient buying power")
	expect(near(body.BuyingPower, power, 2000), body.BuyingPower, power)
	expect(near(body.CostBasis, price.Mul(number(5000)), 0.001), body.CostBasis, price)
}

func washTrade(w *world) {
	order := w.submit(w.sellRequest(1))
	defer w.cancel(order.ID)
	w.waitStatus(order.ID, "new")
	price := above(order.LimitPrice.InexactFloat64(), 0.01)
	body := w.refusedOrder(limit(alpaca.Buy, "AAPL", 1, price), 403, 40310000, "wash trade")
	expectEqual(body.ExistingOrderID, order.ID, "existing_order_id")
	expectEqual(body.RejectReason, "opposite side limit order exists", "reject_reason")
	body = w.refusedOrder(simple(alpaca.Market, alpaca.Buy, "AAPL", 1), 403, 40310000, "wash trade")
	expectEqual(body.ExistingOrderID, order.ID, "existing_order_id")
}

func (w *world) orders(request alpaca.GetOrdersRequest) []alpaca.Order {
	return must(w.trading.GetOrders(request))
}

func orderID(order alpaca.Order) string { return order.ID }

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

func (w *world) restingIDs() []string {
	return sorted(idsOf(w.resting, func(order *alpaca.Order) string { return order.ID }))
}

// This SDK asks in whole seconds: each order gets seconds of its own.
func ordersOpen(w *world) {
	expectEqual(len(w.orders(alpaca.GetOrdersRequest{Status: "open"})), 0, "open before")
	w.resting = nil
	for _, symbol := range []string{"SPY", "QQQ", "IWM"} {
		w.resting = append(w.resting, w.rest(w.restingRequest(symbol, 1)))
		w.admin.advance(2)
	}
	found := w.orders(alpaca.GetOrdersRequest{Status: "open"})
	expectEqual(sorted(idsOf(found, orderID)), w.restingIDs(), "open")
}

func ordersClosed(w *world) {
	found := w.orders(alpaca.GetOrdersRequest{Status: "closed", Limit: 5})
	expectEqual(len(found), 5, "as many as asked for")
	closed := []string{"filled", "canceled", "replaced", "expired"}
	for _, order := range found {
		expect(slices.Contains(closed, order.Status), order.Status)
	}
}

func ordersDirection(w *world) {
	all := alpaca.GetOrdersRequest{Status: "all", Direction: "asc", Limit: 500}
	oldest := w.orders(all)
	all.Direction = "desc"
	newest := w.orders(all)
	expect(sort.SliceIsSorted(oldest, func(i, j int) bool {
		return oldest[i].SubmittedAt.Before(oldest[j].SubmittedAt)
	}), "oldest first")
	ids := idsOf(newest, orderID)
	expectEqual(ids[0], w.resting[2].ID, "newest first")
	page := w.orders(alpaca.GetOrdersRequest{Status: "all", Limit: 2})
	expectEqual(idsOf(page, orderID), ids[:2], "newest first is usual")
	expectEqual(sorted(idsOf(oldest, orderID)), sorted(ids), "the same orders")
}

func ordersAfterUntil(w *world) {
	found := w.orders(alpaca.GetOrdersRequest{
		Status: "all", After: w.resting[0].SubmittedAt.Add(time.Second),
		Until: w.resting[2].SubmittedAt,
	})
	expectEqual(idsOf(found, orderID), []string{w.resting[1].ID}, "between the first and the third")
}

func ordersBySymbol(w *world) {
	found := w.orders(alpaca.GetOrdersRequest{Status: "open", Symbols: []string{"SPY", "IWM"}})
	names := idsOf(found, func(order alpaca.Order) string { return order.Symbol })
	expectEqual(sorted(names), []string{"IWM", "SPY"}, "symbols")
}

func ordersNested(w *world) {
	request := w.restingRequest("TSLA", 1)
	order := w.submit(withExits(request, request.LimitPrice.InexactFloat64(), 0.1))
	w.waitStatus(order.ID, "new")
	ask := alpaca.GetOrdersRequest{Status: "open", Symbols: []string{"TSLA"}, Nested: true}
	nested := w.orders(ask)
	expectEqual(idsOf(nested, orderID), []string{order.ID}, "nested rows")
	expectEqual(len(nested[0].Legs), 2, "legs")
	ask.Nested = false
	wanted := sorted(append(idsOf(nested[0].Legs, orderID), order.ID))
	expectEqual(sorted(idsOf(w.orders(ask), orderID)), wanted, "flat rows")
	w.cancel(order.ID)
}

// The SDK's call tells nothing of the single orders.
func cancelAll(w *world) {
	mustDo(w.trading.CancelAllOrders())
	for _, order := range w.resting {
		w.waitStatus(order.ID, "canceled")
	}
	expectEqual(len(w.orders(alpaca.GetOrdersRequest{Status: "open"})), 0, "open after")
	mustDo(w.trading.CancelAllOrders())
}

func closePartQuantity(w *world) {
	order := must(w.trading.ClosePosition("AAPL", alpaca.ClosePositionRequest{Qty: number(2)}))
	expectEqual(order.Side, alpaca.Sell, "side")
	expect(order.Symbol == "AAPL" && order.Qty.Equal(number(2)), "order", order.Symbol, order.Qty)
	w.waitStatus(order.ID, "filled")
	expect(w.positionQty("AAPL").Equal(number(8)), "what is left")
}

func closePartPercentage(w *world) {
	order := must(w.trading.ClosePosition("AAPL", alpaca.ClosePositionRequest{Percentage: number(50)}))
	w.waitStatus(order.ID, "filled")
	expect(w.positionQty("AAPL").Equal(number(4)), "what is left")
}

func shortSale(w *world) {
	w.market("TSLA", 5, alpaca.Sell)
	position := must(w.trading.GetPosition("TSLA"))
	expectEqual(position.Side, "short", "side")
	expect(position.Qty.Equal(number(-5)), "qty", position.Qty)
	expect(position.MarketValue.IsNegative() && position.CostBasis.IsNegative(), "values below zero")
	expect(must(w.trading.GetAccount()).ShortMarketValue.IsNegative(), "short_market_value")
}

func closeAll(w *world) {
	held := idsOf(must(w.trading.GetPositions()), func(p alpaca.Position) string { return p.Symbol })
	w.rest(w.restingRequest("SPY", 1))
	orders := must(w.trading.CloseAllPositions(alpaca.CloseAllPositionsRequest{CancelOrders: true}))
	closing := idsOf(orders, func(order alpaca.Order) string { return order.Symbol })
	expectEqual(sorted(closing), sorted(held), "orders")
	w.admin.advance(180) // one of them is larger than what a quote shows
	for _, order := range orders {
		w.waitStatus(order.ID, "filled")
	}
	waitFor(func() bool { return len(must(w.trading.GetPositions())) == 0 }, "no position")
	expectEqual(len(w.orders(alpaca.GetOrdersRequest{Status: "open"})), 0, "open orders")
}
