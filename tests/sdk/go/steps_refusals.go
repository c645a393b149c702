// steps_refusals.go: orders that break a rule.
package main

import "github.com/alpacahq/alpaca-trade-api-go/v3/alpaca"

var refusalSteps = map[string]step{
	"tif_opg_refused":       tifOPGRefused,
	"fractional_not_gtc":    fractionalNotGTC,
	"extended_hours_market": extendedHoursMarket,
	"sub_penny":             subPenny,
	"negative_quantity":     negativeQuantity,
	"limit_without_price":   limitWithoutPrice,
	"unknown_symbol":        unknownSymbol,
}

func tifOPGRefused(w *world) {
	request := limit(alpaca.Buy, "SPY", 1, below(w.quote("SPY").BidPrice, 0.1))
	request.TimeInForce = alpaca.OPG
	w.refusedOrder(request, 403, 40310000, "opg orders must be submitted")
}

func fractionalNotGTC(w *world) {
	request := limit(alpaca.Buy, "AMZN", 0.5, below(w.quote("AMZN").BidPrice, 0.1))
	request.TimeInForce = alpaca.GTC
	w.refusedOrder(request, 422, 42210000, "fractional orders must be DAY orders")
}

func extendedHoursMarket(w *world) {
	request := simple(alpaca.Market, alpaca.Buy, "SPY", 1)
	request.ExtendedHours = true
	w.refusedOrder(request, 422, 42210000, "extended hours order must be")
}

func subPenny(w *world) {
	price := below(w.quote("SPY").BidPrice, 0.1).Add(number(0.005))
	w.refusedOrder(limit(alpaca.Buy, "SPY", 1, price), 422, 42210000,
		"sub-penny increment does not fulfill minimum pricing criteria")
}

func negativeQuantity(w *world) {
	w.refusedOrder(simple(alpaca.Market, alpaca.Buy, "SPY", -1), 422, 40010001, "qty must be > 0")
}

func limitWithoutPrice(w *world) {
	w.refusedOrder(simple(alpaca.Limit, alpaca.Buy, "SPY", 1), 422, 40010001,
		"limit orders require a limit price")
}

func unknownSymbol(w *world) {
	w.refusedOrder(simple(alpaca.Market, alpaca.Buy, "ZZZZ", 1), 422, 42210000,
		`asset "ZZZZ" not found`)
}
