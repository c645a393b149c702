// steps_stream.go: the data stream.
package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/alpacahq/alpaca-trade-api-go/v3/marketdata"
	"github.com/alpacahq/alpaca-trade-api-go/v3/marketdata/stream"
)

var streamSteps = map[string]step{
	"data_stream_wrong_key":    dataStreamWrongKey,
	"data_stream_quotes":       dataStreamQuotes,
	"data_stream_trades":       dataStreamTrades,
	"data_stream_bars":         dataStreamBars,
	"data_stream_unsubscribe":  dataStreamUnsubscribe,
	"data_stream_symbol_limit": dataStreamSymbolLimit,
	"data_stream_second":       dataStreamSecond,
}

// lines is the SDK's log: some answers it only tells there.
type lines struct {
	mutex sync.Mutex
	all   []string
}

func (l *lines) add(format string, v ...any) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.all = append(l.all, fmt.Sprintf(format, v...))
}

func (l *lines) Infof(format string, v ...any)  { l.add(format, v...) }
func (l *lines) Warnf(format string, v ...any)  { l.add(format, v...) }
func (l *lines) Errorf(format string, v ...any) { l.add(format, v...) }

func (l *lines) has(text string) bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return slices.ContainsFunc(l.all, func(line string) bool { return strings.Contains(line, text) })
}

// dataStream is the SDK's client, and what came.
type dataStream struct {
	*stream.StocksClient
	log    *lines
	mutex  sync.Mutex
	quotes []stream.Quote
	trades []stream.Trade
	bars   []stream.Bar
}

func (w *world) newStream(secret string) *dataStream {
	s := &dataStream{log: &lines{}}
	s.StocksClient = stream.NewStocksClient(marketdata.IEX,
		stream.WithBaseURL("ws://"+w.http+"/v2"), stream.WithCredentials(key, secret),
		stream.WithLogger(s.log), stream.WithReconnectSettings(1, time.Millisecond))
	return s
}

// keep is a handler that adds to a list.
func keep[T any](s *dataStream, list *[]T) func(T) {
	return func(member T) {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		*list = append(*list, member)
	}
}

func received[T any](s *dataStream, list *[]T) []T {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return slices.Clone(*list)
}

func dataStreamWrongKey(w *world) {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	err := w.newStream(wrong).Connect(ctx)
	expect(errors.Is(err, stream.ErrInvalidCredentials), "the answer:", err)
}

// The SDK's calls return when the exchange has confirmed.
func dataStreamQuotes(w *world) {
	s := w.newStream(secret)
	w.stream = s
	mustDo(s.Connect(context.Background()))
	mustDo(s.SubscribeToQuotes(keep(s, &s.quotes), "AAPL", "MSFT"))
	w.admin.advance(60)
	waitFor(func() bool { return len(received(s, &s.quotes)) >= 2 }, "quotes")
	for _, quote := range received(s, &s.quotes) {
		expect(quote.Symbol == "AAPL" || quote.Symbol == "MSFT", "symbol", quote.Symbol)
		expect(0 < quote.BidPrice && quote.BidPrice < quote.AskPrice, "bid, ask", quote)
		expect(quote.BidSize > 0 && quote.AskSize > 0, "sizes", quote)
		age := w.now().Sub(quote.Timestamp)
		expect(-time.Minute < age && age < 7*time.Hour, "age", age)
	}
}

func dataStreamTrades(w *world) {
	s := w.stream
	mustDo(s.SubscribeToTrades(keep(s, &s.trades), "AAPL"))
	w.admin.advance(60)
	waitFor(func() bool { return len(received(s, &s.trades)) > 0 }, "trades")
	trade := received(s, &s.trades)[0]
	expect(trade.Symbol == "AAPL" && trade.Price > 0 && trade.Size > 0, "trade", trade)
	expect(trade.ID != 0 && trade.Exchange != "" && trade.Tape != "", "id, exchange, tape", trade)
}

func dataStreamBars(w *world) {
	s := w.stream
	mustDo(s.SubscribeToBars(keep(s, &s.bars), "SPY"))
	w.admin.advance(120)
	waitFor(func() bool { return len(received(s, &s.bars)) > 0 }, "a bar")
	bar := received(s, &s.bars)[0]
	expectEqual(bar.Symbol, "SPY", "symbol")
	expect(bar.Timestamp.Equal(bar.Timestamp.Truncate(time.Minute)), "a whole minute")
	history := must(w.data.GetBars("SPY", marketdata.GetBarsRequest{
		TimeFrame: marketdata.OneMin, Start: bar.Timestamp, End: bar.Timestamp,
	}))
	expectEqual(len(history), 1, "bars of that minute")
	checkBar(history[0])
	told := marketdata.Bar{
		Timestamp: history[0].Timestamp, Open: bar.Open, High: bar.High, Low: bar.Low,
		Close: bar.Close, Volume: bar.Volume, TradeCount: bar.TradeCount, VWAP: bar.VWAP,
	}
	expect(bar.Timestamp.Equal(history[0].Timestamp), "time")
	expectEqual(told, history[0], "stream and history")
}

func dataStreamUnsubscribe(w *world) {
	s := w.stream
	mustDo(s.UnsubscribeFromQuotes("AAPL", "MSFT"))
	quotes, trades := len(received(s, &s.quotes)), len(received(s, &s.trades))
	w.admin.advance(60)
	waitFor(func() bool { return len(received(s, &s.trades)) > trades }, "trades")
	expectEqual(len(received(s, &s.quotes)), quotes, "quotes")
}

// Thirty symbols at a time, trades and quotes together, is what the free plan gives.
func dataStreamSymbolLimit(w *world) {
	s := w.stream
	names := make([]string, 31)
	for i := range names {
		names[i] = "A" + string(rune('A'+i/6)) + string(rune('A'+i%6))
	}
	err := s.SubscribeToQuotes(keep(s, &s.quotes), names...)
	expect(errors.Is(err, stream.ErrSymbolLimitExceeded), "the answer:", err)
	before := len(received(s, &s.trades))
	w.admin.advance(60)
	waitFor(func() bool { return len(received(s, &s.trades)) > before }, "the old subscription to go on")
}

// The SDK tries again for long; its log has the answer.
func dataStreamSecond(w *world) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	second := w.newStream(secret)
	go func() { _ = second.Connect(ctx) }()
	waitFor(func() bool { return second.log.has("connection limit exceeded") }, "the answer")
}
