// steps_account.go: account, configurations, clock, calendar, assets, activities, watchlists.
package main

import (
	"regexp"
	"slices"
	"sort"
	"time"

	"github.com/alpacahq/alpaca-trade-api-go/v3/alpaca"
	"github.com/shopspring/decimal"
)

var accountSteps = map[string]step{
	"account_read":          accountRead,
	"account_wrong_secret":  accountWrongSecret,
	"configurations_read":   configurationsRead,
	"configurations_change": configurationsChange,
	"clock_read":            clockRead,
	"calendar_read":         calendarRead,
	"assets_list":           assetsList,
	"asset_by_symbol":       assetBySymbol,
	"asset_by_id":           assetByID,
	"asset_unknown":         assetUnknown,
	"account_after":         accountAfter,
	"ledger_agrees":         ledgerAgrees,
	"activities_fills":      activitiesFills,
	"activities_pages":      activitiesPages,
	"portfolio_history":     portfolioHistory,
	"watchlist_create":      watchlistCreate,
	"watchlist_list":        watchlistList,
	"watchlist_add":         watchlistAdd,
	"watchlist_remove":      watchlistRemove,
	"watchlist_update":      watchlistUpdate,
	"watchlist_delete":      watchlistDelete,
	"response_headers":      responseHeaders,
}

var hundredThousand = number(100000)

func addsUp(account *alpaca.Account) {
	parts := account.Cash.Add(account.LongMarketValue).Add(account.ShortMarketValue)
	expect(near(parts, account.Equity, 0.005), "equity", account.Equity, "parts", parts)
}

func accountRead(w *world) {
	account := must(w.trading.GetAccount())
	expectEqual(account.Status, "ACTIVE", "status")
	expectEqual(account.Currency, "USD", "currency")
	expect(account.Cash.Equal(hundredThousand), "cash", account.Cash)
	expect(account.LastEquity.Equal(hundredThousand), "last_equity", account.LastEquity)
	expect(account.Multiplier.GreaterThanOrEqual(number(2)), "multiplier", account.Multiplier)
	expect(account.ShortingEnabled, "shorting_enabled")
	expect(account.BuyingPower.GreaterThanOrEqual(account.Cash), "buying_power")
	expect(!account.TradingBlocked && !account.TransfersBlocked && !account.AccountBlocked, "blocked")
	expect(!account.TradeSuspendedByUser, "trade_suspended_by_user")
	expect(!account.CreatedAt.IsZero() && account.AccountNumber != "", "created_at, account_number")
	addsUp(account)
}

func accountWrongSecret(w *world) {
	_, err := w.tradingClient(wrong).GetAccount()
	refused(err, 401, 40110000, "")
}

// Of the configurations this SDK's model holds four.
func configurationsRead(w *world) {
	found := must(w.trading.GetAccountConfigurations())
	expect(!found.NoShorting && !found.TradeSuspendedByUser, "no_shorting, suspend_trade")
	expect(slices.Contains([]alpaca.TradeConfirmEmail{alpaca.None, alpaca.All}, found.TradeConfirmEmail),
		"trade_confirm_email", found.TradeConfirmEmail)
}

func configurationsChange(w *world) {
	before := must(w.trading.GetAccountConfigurations())
	request := alpaca.UpdateAccountConfigurationsRequest{
		DtbpCheck: string(before.DTBPCheck), TradeConfirmEmail: string(before.TradeConfirmEmail),
		NoShorting: true, FractionalTrading: true,
	}
	expect(must(w.trading.UpdateAccountConfigurations(request)).NoShorting, "in the answer")
	expect(must(w.trading.GetAccountConfigurations()).NoShorting, "kept")
	expect(!must(w.trading.GetAccount()).ShortingEnabled, "shorting_enabled of the account")
	request.NoShorting = false
	must(w.trading.UpdateAccountConfigurations(request))
	expectEqual(must(w.trading.GetAccountConfigurations()), before, "configurations put back")
}

func clockRead(w *world) {
	clock := must(w.trading.GetClock())
	expect(clock.IsOpen, "is_open")
	expect(clock.Timestamp.Before(clock.NextClose) && clock.NextClose.Before(clock.NextOpen), *clock)
}

func calendarRead(w *world) {
	now := w.now()
	days := must(w.trading.GetCalendar(alpaca.GetCalendarRequest{
		Start: now.AddDate(0, 0, -9), End: now,
	}))
	expect(len(days) >= 4 && len(days) <= 8, "sessions in ten days:", len(days))
	expect(sort.SliceIsSorted(days, func(i, j int) bool { return days[i].Date < days[j].Date }), "order")
	last := days[len(days)-1]
	expectEqual(last.Date, now.Format(time.DateOnly), "last day")
	for _, day := range days {
		weekday := must(time.Parse(time.DateOnly, day.Date)).Weekday()
		expect(weekday != time.Saturday && weekday != time.Sunday, "a weekend", day.Date)
	}
	expectEqual(last.Open, "09:30", "open")
	expect(last.Open < last.Close, "open before close")
}

func assetsList(w *world) {
	request := alpaca.GetAssetsRequest{Status: "active", AssetClass: "us_equity"}
	ids, names := map[string]bool{}, map[string]bool{}
	assets := must(w.trading.GetAssets(request))
	for _, asset := range assets {
		expectEqual(asset.Status, alpaca.AssetActive, "status")
		ids[asset.ID], names[asset.Symbol] = true, true
	}
	for _, symbol := range symbols {
		expect(names[symbol], "missing:", symbol)
	}
	expectEqual(len(ids), len(assets), "different ids")
}

func assetBySymbol(w *world) {
	asset := must(w.trading.GetAsset("AAPL"))
	expectEqual(asset.Symbol, "AAPL", "symbol")
	expectEqual(asset.Class, alpaca.USEquity, "class")
	expect(asset.Tradable && asset.Marginable && asset.Shortable, *asset)
	expect(asset.EasyToBorrow && asset.Fractionable && asset.Name != "", *asset)
}

func assetByID(w *world) {
	asset := must(w.trading.GetAsset("AAPL"))
	expectEqual(must(w.trading.GetAsset(asset.ID)), asset, "asset by id")
}

func assetUnknown(w *world) {
	_, err := w.trading.GetAsset("ZZZZ")
	refused(err, 404, 40410000, "asset not found")
}

func accountAfter(w *world) {
	account := must(w.trading.GetAccount())
	expect(account.LongMarketValue.IsZero() && account.ShortMarketValue.IsZero(), "market values")
	expect(account.Cash.Equal(account.Equity), "cash", account.Cash, "equity", account.Equity)
	expect(near(account.Equity, hundredThousand, 5000), "equity", account.Equity)
	addsUp(account)
}

func ledgerAgrees(w *world) {
	account := must(w.trading.GetAccount())
	found := slices.DeleteFunc(w.admin.ledger(), func(row ledgerRow) bool {
		return row.AccountNumber != account.AccountNumber
	})
	expectEqual(len(found), 1, "the account in the ledger")
	cash := must(decimal.NewFromString(found[0].Cash.String()))
	expect(cash.Equal(account.Cash), "cash", cash, "account", account.Cash)
	expectEqual(len(found[0].Positions), 0, "positions")
}

func (w *world) fills(size int, token, direction string) []alpaca.AccountActivity {
	return must(w.trading.GetAccountActivities(alpaca.GetAccountActivitiesRequest{
		ActivityTypes: []string{"FILL"}, PageSize: size, PageToken: token, Direction: direction,
	}))
}

func idsOf[T any](list []T, id func(T) string) []string {
	ids := make([]string, 0, len(list))
	for _, member := range list {
		ids = append(ids, id(member))
	}
	return ids
}

func activityID(activity alpaca.AccountActivity) string { return activity.ID }

var fillID = regexp.MustCompile(`^\d{17}::[0-9a-f-]{36}$`)

func activitiesFills(w *world) {
	fills := w.fills(100, "", "")
	expect(len(fills) >= 12, "fills:", len(fills))
	net, last := decimal.Zero, "9"
	for _, fill := range fills {
		expectEqual(fill.ActivityType, "FILL", "activity_type")
		expect(slices.Contains([]string{"fill", "partial_fill"}, fill.Type), "type", fill.Type)
		expect(slices.Contains([]string{"buy", "sell", "sell_short"}, fill.Side), "side", fill.Side)
		expect(fill.Price.IsPositive() && fill.Qty.IsPositive() && fill.OrderID != "", fill)
		expect(fillID.MatchString(fill.ID), "id", fill.ID)
		expect(fill.ID[:17] <= last, "newest first")
		last = fill.ID[:17]
		worth := fill.Price.Mul(fill.Qty)
		if fill.Side == "buy" {
			worth = worth.Neg()
		}
		net = net.Add(worth)
	}
	gained := must(w.trading.GetAccount()).Cash.Sub(hundredThousand)
	off := 0.05 + gained.Abs().InexactFloat64()/10
	expect(near(net, gained, off), "the fills made", net, "the account", gained)
}

func activitiesPages(w *world) {
	wanted := idsOf(w.fills(100, "", ""), activityID)
	found, token := []string{}, ""
	for {
		page := idsOf(w.fills(4, token, ""), activityID)
		expect(len(page) <= 4, "size of the page", len(page))
		found = append(found, page...)
		if len(page) < 4 {
			break
		}
		token = page[3]
	}
	expectEqual(found, wanted, "all pages")
	oldest := idsOf(w.fills(3, "", "asc"), activityID)
	slices.Reverse(oldest)
	expectEqual(oldest, wanted[len(wanted)-3:], "oldest first")
}

func portfolioHistory(w *world) {
	history := must(w.trading.GetPortfolioHistory(alpaca.GetPortfolioHistoryRequest{
		Period: "1D", TimeFrame: alpaca.Min1,
	}))
	count := len(history.Timestamp)
	expect(count >= 1, "not empty")
	lengths := []int{len(history.Equity), len(history.ProfitLoss), len(history.ProfitLossPct)}
	expectEqual(lengths, []int{count, count, count}, "lengths")
	expect(slices.IsSorted(history.Timestamp), "times in order")
	expectEqual(history.Timeframe, alpaca.Min1, "timeframe")
	expect(history.BaseValue.Equal(hundredThousand), "base_value", history.BaseValue)
	for i, equity := range history.Equity {
		profit := equity.Sub(hundredThousand)
		expect(near(profit, history.ProfitLoss[i], 0.01), "profit", history.ProfitLoss[i])
	}
}

func symbolsOf(list *alpaca.Watchlist) []string {
	found := idsOf(list.Assets, func(asset alpaca.Asset) string { return asset.Symbol })
	slices.Sort(found)
	return found
}

func watchlistCreate(w *world) {
	request := alpaca.CreateWatchlistRequest{
		Name: "liquid " + freshID()[:8], Symbols: []string{"AAPL", "MSFT"},
	}
	w.watchlist = must(w.trading.CreateWatchlist(request))
	expectEqual(w.watchlist.Name, request.Name, "name")
	expectEqual(symbolsOf(w.watchlist), request.Symbols, "symbols")
	expectEqual(w.watchlist.AccountID, must(w.trading.GetAccount()).ID, "account_id")
	_, err := w.trading.CreateWatchlist(request)
	refused(err, 422, 40010001, "unique")
}

func watchlistList(w *world) {
	lists := must(w.trading.GetWatchlists())
	ids := idsOf(lists, func(list alpaca.Watchlist) string { return list.ID })
	expect(slices.Contains(ids, w.watchlist.ID), "it is in the list")
	found := must(w.trading.GetWatchlist(w.watchlist.ID))
	expectEqual(symbolsOf(found), []string{"AAPL", "MSFT"}, "symbols")
}

func watchlistAdd(w *world) {
	request := alpaca.AddSymbolToWatchlistRequest{Symbol: "NVDA"}
	found := must(w.trading.AddSymbolToWatchlist(w.watchlist.ID, request))
	expectEqual(symbolsOf(found), []string{"AAPL", "MSFT", "NVDA"}, "symbols")
}

// The SDK's call tells no list: it is read again.
func watchlistRemove(w *world) {
	request := alpaca.RemoveSymbolFromWatchlistRequest{Symbol: "MSFT"}
	mustDo(w.trading.RemoveSymbolFromWatchlist(w.watchlist.ID, request))
	found := must(w.trading.GetWatchlist(w.watchlist.ID))
	expectEqual(symbolsOf(found), []string{"AAPL", "NVDA"}, "symbols")
}

func watchlistUpdate(w *world) {
	request := alpaca.UpdateWatchlistRequest{
		Name: "renamed " + freshID()[:8], Symbols: []string{"SPY", "QQQ"},
	}
	found := must(w.trading.UpdateWatchlist(w.watchlist.ID, request))
	expectEqual(found.Name, request.Name, "name")
	expectEqual(symbolsOf(found), []string{"QQQ", "SPY"}, "symbols")
}

func watchlistDelete(w *world) {
	mustDo(w.trading.DeleteWatchlist(w.watchlist.ID))
	_, err := w.trading.GetWatchlist(w.watchlist.ID)
	refused(err, 404, 40410000, "")
}

var digits = regexp.MustCompile(`^\d+$`)

func responseHeaders(w *world) {
	must(w.trading.GetClock())
	headers := w.recorder.headers
	expect(headers.Get("X-Request-ID") != "", "x-request-id")
	for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} {
		expect(digits.MatchString(headers.Get(name)), name, headers.Get(name))
	}
}
