// steps_data.go: the latest of everything, and history.
package main

import (
	"time"

	"github.com/alpacahq/alpaca-trade-api-go/v3/marketdata"
)

var dataSteps = map[string]step{
	"latest_quote_one":    func(w *world) { checkQuote(w, w.quote("AAPL")) },
	"latest_quotes":       latestQuotes,
	"latest_trade_one":    latestTradeOne,
	"latest_trades":       latestTrades,
	"latest_bar_one":      latestBarOne,
	"latest_bars":         latestBars,
	"snapshot_one":        snapshotOne,
	"snapshots":           snapshots,
	"bars_one_pages":      barsOnePages,
	"bars_many_pages":     barsManyPages,
	"bars_daily":          barsDaily,
	"bars_descending":     barsDescending,
	"quotes_history":      quotesHistory,
	"trades_history":      tradesHistory,
	"bars_bad_timeframe":  barsBadTimeframe,
	"bars_unknown_symbol": barsUnknownSymbol,
}

func checkQuote(w *world, quote marketdata.Quote) {
	expect(0 < quote.BidPrice && quote.BidPrice < quote.AskPrice, "bid, ask", quote)
	expect(quote.BidSize > 0 && quote.AskSize > 0, "sizes", quote)
	age := w.now().Sub(quote.Timestamp)
	expect(-time.Minute < age && age < 7*time.Hour, "age", age)
}

func checkTrade(trade marketdata.Trade) {
	expect(trade.Price > 0 && trade.Size > 0, "price, size", trade)
	expect(trade.ID != 0 && trade.Exchange != "" && trade.Tape != "", "id, exchange, tape", trade)
}

func checkBar(bar marketdata.Bar) {
	expect(bar.Low > 0 && bar.Low <= min(bar.Open, bar.Close), "low", bar)
	expect(bar.High >= max(bar.Open, bar.Close), "high", bar)
	expect(bar.Volume > 0 && bar.TradeCount > 0, "volume, count", bar)
	expect(bar.Low <= bar.VWAP && bar.VWAP <= bar.High, "vwap", bar)
}

// each checks the entry of every symbol, and that there are no others.
func each[T any](found map[string]T, check func(T)) {
	expectEqual(len(found), len(symbols), "symbols")
	for _, symbol := range symbols {
		entry, ok := found[symbol]
		expect(ok, "missing:", symbol)
		check(entry)
	}
}

func latestQuotes(w *world) {
	found := must(w.data.GetLatestQuotes(symbols, marketdata.GetLatestQuoteRequest{}))
	each(found, func(quote marketdata.Quote) { checkQuote(w, quote) })
}

func latestTradeOne(w *world) {
	checkTrade(*must(w.data.GetLatestTrade("AAPL", marketdata.GetLatestTradeRequest{})))
}

func latestTrades(w *world) {
	each(must(w.data.GetLatestTrades(symbols, marketdata.GetLatestTradeRequest{})), checkTrade)
}

func latestBarOne(w *world) {
	checkBar(*must(w.data.GetLatestBar("AAPL", marketdata.GetLatestBarRequest{})))
}

func latestBars(w *world) {
	each(must(w.data.GetLatestBars(symbols, marketdata.GetLatestBarRequest{})), checkBar)
}

func checkSnapshot(w *world, snapshot *marketdata.Snapshot) {
	checkTrade(*snapshot.LatestTrade)
	checkQuote(w, *snapshot.LatestQuote)
	for _, bar := range []*marketdata.Bar{snapshot.MinuteBar, snapshot.DailyBar, snapshot.PrevDailyBar} {
		checkBar(*bar)
	}
	expect(snapshot.PrevDailyBar.Timestamp.Before(snapshot.DailyBar.Timestamp), "days")
	expect(!snapshot.DailyBar.Timestamp.After(snapshot.MinuteBar.Timestamp), "day and minute")
}

func snapshotOne(w *world) {
	checkSnapshot(w, must(w.data.GetSnapshot("AAPL", marketdata.GetSnapshotRequest{})))
}

func snapshots(w *world) {
	found := must(w.data.GetSnapshots(symbols, marketdata.GetSnapshotRequest{}))
	each(found, func(snapshot *marketdata.Snapshot) { checkSnapshot(w, snapshot) })
}

// History.

// daysAgo is midnight in New York or an hour beside it, some days back.
func (w *world) daysAgo(days int) time.Time {
	return w.now().UTC().Truncate(24*time.Hour).Add(5*time.Hour).AddDate(0, 0, -days)
}

// pagesOf runs the call, which must take more than one request.
func pagesOf[T any](w *world, call func() (T, error)) T {
	before := w.recorder.count
	result := must(call())
	expect(w.recorder.count-before >= 2, "pages:", w.recorder.count-before)
	return result
}

// rising: each time is later than the one before it, or the same where that may be.
func rising(count int, at func(int) time.Time, strictly bool) {
	for i := 1; i < count; i++ {
		expect(at(i-1).Before(at(i)) || (!strictly && at(i-1).Equal(at(i))), "order of times", at(i))
	}
}

func checkMinutes(bars []marketdata.Bar) {
	rising(len(bars), func(i int) time.Time { return bars[i].Timestamp }, true)
	for _, bar := range bars {
		expect(bar.Timestamp.Equal(bar.Timestamp.Truncate(time.Minute)), "whole minutes")
		checkBar(bar)
	}
}

func barsOnePages(w *world) {
	ask := marketdata.GetBarsRequest{
		TimeFrame: marketdata.OneMin, Start: w.daysAgo(5), TotalLimit: 50,
	}
	whole := must(w.data.GetBars("AAPL", ask))
	expectEqual(len(whole), 50, "as many as asked for")
	checkMinutes(whole)
	ask.PageLimit = 20
	parts := pagesOf(w, func() ([]marketdata.Bar, error) { return w.data.GetBars("AAPL", ask) })
	expectEqual(parts, whole, "in pages and at once")
}

func barsManyPages(w *world) {
	start := w.daysAgo(5)
	found := pagesOf(w, func() (map[string][]marketdata.Bar, error) {
		return w.data.GetMultiBars([]string{"AAPL", "MSFT", "SPY"}, marketdata.GetBarsRequest{
			TimeFrame: marketdata.NewTimeFrame(15, marketdata.Min), Start: start,
			End: start.AddDate(0, 0, 3), PageLimit: 20,
		})
	})
	expectEqual(len(found), 3, "symbols")
	for _, bars := range found {
		checkMinutes(bars)
		expectEqual(len(bars), len(found["AAPL"]), "equally many")
	}
}

func barsDaily(w *world) {
	bars := must(w.data.GetBars("SPY", marketdata.GetBarsRequest{
		TimeFrame: marketdata.OneDay, Start: w.daysAgo(9),
	}))
	expect(len(bars) >= 4 && len(bars) <= 8, "days:", len(bars))
	newYork := must(time.LoadLocation("America/New_York"))
	for _, bar := range bars {
		expectEqual(bar.Timestamp.In(newYork).Format(time.TimeOnly), "00:00:00", "midnight in New York")
		checkBar(bar)
	}
}

func barsDescending(w *world) {
	bars := must(w.data.GetBars("SPY", marketdata.GetBarsRequest{
		TimeFrame: marketdata.NewTimeFrame(5, marketdata.Min), Start: w.daysAgo(5),
		Sort: marketdata.SortDesc, TotalLimit: 7,
	}))
	expectEqual(len(bars), 7, "as many as asked for")
	rising(7, func(i int) time.Time { return bars[6-i].Timestamp }, true)
	for _, bar := range bars {
		expect(bar.Timestamp.Equal(bar.Timestamp.Truncate(5*time.Minute)), "five minutes")
	}
}

func quotesHistory(w *world) {
	quotes := pagesOf(w, func() ([]marketdata.Quote, error) {
		return w.data.GetQuotes("AAPL", marketdata.GetQuotesRequest{
			Start: w.daysAgo(5), TotalLimit: 90, PageLimit: 40,
		})
	})
	expectEqual(len(quotes), 90, "as many as asked for")
	rising(90, func(i int) time.Time { return quotes[i].Timestamp }, false)
	for _, quote := range quotes {
		expect(0 < quote.BidPrice && quote.BidPrice < quote.AskPrice, "bid below ask", quote)
	}
}

func tradesHistory(w *world) {
	trades := pagesOf(w, func() ([]marketdata.Trade, error) {
		return w.data.GetTrades("AAPL", marketdata.GetTradesRequest{
			Start: w.daysAgo(5), TotalLimit: 90, PageLimit: 40,
		})
	})
	expectEqual(len(trades), 90, "as many as asked for")
	rising(90, func(i int) time.Time { return trades[i].Timestamp }, false)
	ids := map[int64]bool{}
	for _, trade := range trades {
		checkTrade(trade)
		ids[trade.ID] = true
	}
	expectEqual(len(ids), 90, "different ids")
}

func barsBadTimeframe(w *world) {
	_, err := w.data.GetBars("SPY", marketdata.GetBarsRequest{
		TimeFrame: marketdata.NewTimeFrame(99, marketdata.Min), Start: w.daysAgo(1),
	})
	refused(err, 400, 0, "")
}

func barsUnknownSymbol(w *world) {
	bars := must(w.data.GetMultiBars([]string{"ZZZZ"}, marketdata.GetBarsRequest{
		TimeFrame: marketdata.OneMin, Start: w.daysAgo(1),
	}))
	expectEqual(len(bars), 0, "symbols with bars")
}
