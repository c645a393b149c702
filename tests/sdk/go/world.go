// world.go: the SDK's clients on the exchange under test, and what steps hand on.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/alpacahq/alpaca-trade-api-go/v3/alpaca"
	"github.com/alpacahq/alpaca-trade-api-go/v3/marketdata"
	"github.com/shopspring/decimal"
)

const (
	key    = "PKSDKGO0000000000001"
	secret = "go-secret-of-the-conformance-run"
	wrong  = "not-the-secret"
	thin   = "WEE" // little of it is offered at a time
)

var (
	symbols  = []string{"AAPL", "AMZN", "IWM", "MSFT", "NVDA", "QQQ", "SPY", "TSLA"}
	onItsWay = []string{"pending_new", "accepted", "new"}
)

type world struct {
	http     string
	admin    admin
	recorder *recorder
	trading  *alpaca.Client
	data     *marketdata.Client

	mutex   sync.Mutex
	updates []alpaca.TradeUpdate

	order     *alpaca.Order // the order that the current group of steps is about
	replaced  *alpaca.Order
	clientID  string
	legs      [2]alpaca.Order // target and stop
	resting   []*alpaca.Order
	watchlist *alpaca.Watchlist
	stream    *dataStream
}

func newWorld() *world {
	w := &world{
		http:     os.Getenv("EXCHANGE_HTTP"),
		admin:    admin{os.Getenv("EXCHANGE_ADMIN")},
		recorder: &recorder{},
	}
	if path := os.Getenv("SDK_RECORD"); path != "" {
		w.recorder.file = must(os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644))
	}
	w.trading = w.tradingClient(secret)
	w.data = marketdata.NewClient(marketdata.ClientOpts{
		APIKey: key, APISecret: secret, BaseURL: "http://" + w.http, Feed: marketdata.IEX,
		HTTPClient: w.recorder.client(),
	})
	return w
}

func (w *world) tradingClient(secret string) *alpaca.Client {
	return alpaca.NewClient(alpaca.ClientOpts{
		APIKey: key, APISecret: secret, BaseURL: "http://" + w.http, HTTPClient: w.recorder.client(),
	})
}

func number(value float64) decimal.Decimal { return decimal.NewFromFloat(value) }

func pointer(value float64) *decimal.Decimal {
	exact := number(value)
	return &exact
}

// below and above: a price that far from another one, in whole cents.
func below(price, share float64) decimal.Decimal {
	return number(price).Mul(number(1 - share)).RoundFloor(2)
}

func above(price, share float64) decimal.Decimal {
	return number(price).Mul(number(1 + share)).RoundCeil(2)
}

// near: no further apart than that.
func near(a, b decimal.Decimal, by float64) bool {
	return a.Sub(b).Abs().LessThanOrEqual(number(by))
}

func freshID() string {
	var bits [16]byte
	must(rand.Read(bits[:]))
	bits[6], bits[8] = bits[6]&0x0f|0x40, bits[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", bits[:4], bits[4:6], bits[6:8], bits[8:10], bits[10:])
}

// The stream of trade updates: server-sent events.

func (w *world) listen() {
	go func() {
		err := w.trading.StreamTradeUpdates(context.Background(), func(update alpaca.TradeUpdate) {
			w.mutex.Lock()
			defer w.mutex.Unlock()
			w.updates = append(w.updates, update)
		}, alpaca.StreamTradeUpdatesRequest{})
		fmt.Fprintln(os.Stderr, "the stream of trade updates ended:", err)
	}()
}

func (w *world) updatesOf(id string, events ...string) (found []alpaca.TradeUpdate) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, update := range w.updates {
		if update.Order.ID == id && (len(events) == 0 || slices.Contains(events, update.Event)) {
			found = append(found, update)
		}
	}
	return found
}

func (w *world) waitEvent(id, event string) alpaca.TradeUpdate {
	waitFor(func() bool { return len(w.updatesOf(id, event)) > 0 }, "the event "+event)
	return w.updatesOf(id, event)[0]
}

// Orders.

func (w *world) quote(symbol string) marketdata.Quote {
	quote := must(w.data.GetLatestQuote(symbol, marketdata.GetLatestQuoteRequest{}))
	expect(quote != nil, "no quote of", symbol)
	expect(0 < quote.BidPrice && quote.BidPrice < quote.AskPrice, "quote", *quote)
	return *quote
}

func simple(kind alpaca.OrderType, side alpaca.Side, symbol string, qty float64) alpaca.PlaceOrderRequest {
	return alpaca.PlaceOrderRequest{
		Symbol: symbol, Qty: pointer(qty), Side: side, Type: kind, TimeInForce: alpaca.Day,
	}
}

func limit(side alpaca.Side, symbol string, qty float64, price decimal.Decimal) alpaca.PlaceOrderRequest {
	request := simple(alpaca.Limit, side, symbol, qty)
	request.LimitPrice = &price
	return request
}

func (w *world) submit(request alpaca.PlaceOrderRequest) *alpaca.Order {
	return must(w.trading.PlaceOrder(request))
}

// resting is a limit order to buy a fifth below the market.
func (w *world) restingRequest(symbol string, qty float64) alpaca.PlaceOrderRequest {
	return limit(alpaca.Buy, symbol, qty, below(w.quote(symbol).BidPrice, 0.2))
}

func (w *world) rest(request alpaca.PlaceOrderRequest) *alpaca.Order {
	return w.waitStatus(w.submit(request).ID, "new")
}

// market is a market order, until it is filled.
func (w *world) market(symbol string, qty float64, side alpaca.Side) *alpaca.Order {
	return w.waitStatus(w.submit(simple(alpaca.Market, side, symbol, qty)).ID, "filled")
}

// waitStatus returns the order, as soon as it has one of these.
func (w *world) waitStatus(id string, statuses ...string) (order *alpaca.Order) {
	waitFor(func() bool {
		order = must(w.trading.GetOrder(id))
		return slices.Contains(statuses, order.Status)
	}, "the order to be "+strings.Join(statuses, " or "))
	return order
}

func (w *world) cancel(id string) *alpaca.Order {
	mustDo(w.trading.CancelOrder(id))
	return w.waitStatus(id, "canceled")
}

// refusal is the body of a refusal.
type refusal struct {
	Code            int             `json:"code"`
	Message         string          `json:"message"`
	BuyingPower     decimal.Decimal `json:"buying_power"`
	CostBasis       decimal.Decimal `json:"cost_basis"`
	ExistingQty     decimal.Decimal `json:"existing_qty"`
	HeldForOrders   decimal.Decimal `json:"held_for_orders"`
	Available       decimal.Decimal `json:"available"`
	Symbol          string          `json:"symbol"`
	RelatedOrders   []string        `json:"related_orders"`
	ExistingOrderID string          `json:"existing_order_id"`
	RejectReason    string          `json:"reject_reason"`
}

// refused is for the error of a call that must be refused; code 0 is any.
func refused(err error, status, code int, text string) (body refusal) {
	var said *alpaca.APIError
	if err == nil {
		fail("expected", status, code, text, "; it was accepted")
	}
	expect(errors.As(err, &said), "not a refusal of the exchange:", err)
	expectEqual(said.StatusCode, status, "status of "+said.Body)
	if code != 0 {
		expectEqual(said.Code, code, "code of "+said.Body)
	}
	expect(strings.Contains(said.Message, text), "message", said.Message, "expected", text)
	mustDo(json.Unmarshal([]byte(said.Body), &body))
	return body
}

// refusedOrder: what was taken by mistake must not stand in the way of the steps that follow.
func (w *world) refusedOrder(request alpaca.PlaceOrderRequest, status, code int, text string) refusal {
	order, err := w.trading.PlaceOrder(request)
	if err == nil {
		_ = w.trading.CancelOrder(order.ID)
	}
	return refused(err, status, code, text)
}

func (w *world) positionQty(symbol string) decimal.Decimal {
	for _, position := range must(w.trading.GetPositions()) {
		if position.Symbol == symbol {
			return position.Qty
		}
	}
	return decimal.Zero
}

func (w *world) now() time.Time { return must(w.trading.GetClock()).Timestamp }
