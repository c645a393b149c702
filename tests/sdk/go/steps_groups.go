// steps_groups.go: orders that belong together: bracket, one cancels other, one triggers other.
package main

import (
	"strings"

	"github.com/alpacahq/alpaca-trade-api-go/v3/alpaca"
	"github.com/shopspring/decimal"
)

var groupSteps = map[string]step{
	"bracket_resting":        bracketResting,
	"bracket_entered":        bracketEntered,
	"bracket_child_canceled": bracketChildCanceled,
	"bracket_one_child":      bracketOneChild,
	"bracket_wrong_sides":    bracketWrongSides,
	"oco_order":              ocoOrder,
	"oco_canceled":           ocoCanceled,
	"oto_order":              otoOrder,
}

// bracket is one on two shares of NVDA at the market, its exits a share above and below.
func (w *world) bracket(share float64) alpaca.PlaceOrderRequest {
	request := simple(alpaca.Market, alpaca.Buy, "NVDA", 2)
	request.TimeInForce = alpaca.GTC
	return withExits(request, w.quote("NVDA").AskPrice, share)
}

func withExits(request alpaca.PlaceOrderRequest, base, share float64) alpaca.PlaceOrderRequest {
	target, stop := above(base, share), below(base, share)
	request.OrderClass = alpaca.Bracket
	request.TakeProfit = &alpaca.TakeProfit{LimitPrice: &target}
	request.StopLoss = &alpaca.StopLoss{StopPrice: &stop}
	return request
}

func stopOnly(price decimal.Decimal) *alpaca.StopLoss { return &alpaca.StopLoss{StopPrice: &price} }

// legsOf finds the legs of one of the symbol's orders: this SDK nests them in lists only.
func (w *world) legsOf(id, symbol string) (legs []alpaca.Order) {
	orders := must(w.trading.GetOrders(alpaca.GetOrdersRequest{
		Status: "all", Limit: 500, Nested: true, Symbols: []string{symbol},
	}))
	for _, order := range orders {
		if order.ID == id {
			return order.Legs
		}
	}
	fail("the order is not in the list")
	return nil
}

func (w *world) targetAndStop(id, symbol string) (both [2]alpaca.Order) {
	legs := w.legsOf(id, symbol)
	expectEqual(len(legs), 2, "legs")
	for _, leg := range legs {
		if leg.Type == alpaca.Limit {
			both[0] = leg
		} else {
			both[1] = leg
		}
	}
	expect(both[0].ID != "" && both[1].Type == alpaca.Stop, "a target and a stop")
	return both
}

func bracketResting(w *world) {
	request := w.restingRequest("NVDA", 2)
	request.TimeInForce = alpaca.GTC
	order := w.submit(withExits(request, request.LimitPrice.InexactFloat64(), 0.1))
	expectEqual(order.OrderClass, alpaca.Bracket, "order_class")
	expectEqual(len(order.Legs), 2, "legs")
	w.waitStatus(order.ID, "new")
	legs := w.targetAndStop(order.ID, "NVDA")
	for _, leg := range legs {
		expectEqual(leg.Status, "held", "status of the leg")
		expectEqual(leg.Side, alpaca.Sell, "side of the leg")
		expect(leg.Qty.Equal(number(2)), "qty of the leg", leg.Qty)
	}
	w.cancel(order.ID)
	for _, leg := range legs {
		w.waitStatus(leg.ID, "canceled")
	}
}

func bracketEntered(w *world) {
	order := w.submit(w.bracket(0.1))
	w.waitStatus(order.ID, "filled")
	w.legs = w.targetAndStop(order.ID, "NVDA")
	expectEqual(w.waitStatus(w.legs[0].ID, "new").Type, alpaca.Limit, "target")
	expect(w.waitStatus(w.legs[1].ID, "new", "held", "accepted").StopPrice.IsPositive(), "stop_price")
}

func bracketChildCanceled(w *world) {
	w.cancel(w.legs[0].ID)
	w.waitStatus(w.legs[1].ID, "canceled")
}

func bracketOneChild(w *world) {
	request := simple(alpaca.Market, alpaca.Buy, "NVDA", 1)
	request.OrderClass = alpaca.Bracket
	request.StopLoss = stopOnly(below(w.quote("NVDA").BidPrice, 0.1))
	w.refusedOrder(request, 422, 40010001, "bracket orders require take_profit")
}

func bracketWrongSides(w *world) {
	body := w.refusedOrder(w.bracket(-0.2), 422, 42210000, "")
	expect(strings.Contains(body.Message, "take_profit") || strings.Contains(body.Message, "stop_loss"),
		body.Message)
}

func ocoOrder(w *world) {
	quote := w.quote("AAPL")
	request := simple(alpaca.Limit, alpaca.Sell, "AAPL", 3)
	request.TimeInForce, request.OrderClass = alpaca.GTC, alpaca.OCO
	target := above(quote.AskPrice, 0.1)
	request.TakeProfit = &alpaca.TakeProfit{LimitPrice: &target}
	request.StopLoss = stopOnly(below(quote.BidPrice, 0.1))
	order := w.submit(request)
	w.order = w.waitStatus(order.ID, "new")
	expectEqual(order.OrderClass, alpaca.OCO, "order_class")
	expectEqual(order.Type, alpaca.Limit, "type")
	expect(order.LimitPrice.Equal(target), "limit_price", order.LimitPrice)
	legs := w.legsOf(order.ID, "AAPL")
	expect(len(legs) == 1 && legs[0].Type == alpaca.Stop, "the stop is the only leg")
	w.legs[1] = legs[0]
}

func ocoCanceled(w *world) {
	w.cancel(w.order.ID)
	w.waitStatus(w.legs[1].ID, "canceled")
}

func otoOrder(w *world) {
	stop := below(w.quote("NVDA").BidPrice, 0.1)
	request := simple(alpaca.Market, alpaca.Buy, "NVDA", 1)
	request.OrderClass, request.StopLoss = alpaca.OTO, stopOnly(stop)
	order := w.submit(request)
	expectEqual(order.OrderClass, alpaca.OTO, "order_class")
	w.waitStatus(order.ID, "filled")
	legs := w.legsOf(order.ID, "NVDA")
	expect(len(legs) == 1 && legs[0].Type == alpaca.Stop, "the stop is the only leg")
	expect(w.waitStatus(legs[0].ID, "new").StopPrice.Equal(stop), "stop_price")
	w.cancel(legs[0].ID)
}
