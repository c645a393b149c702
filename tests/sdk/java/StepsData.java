// StepsData.java: the latest of everything, and history. This SDK knows pages, and no order of them.

import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.common.historical.bar.enums.BarTimePeriod;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.stock.historical.bar.StockBar;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.stock.historical.bar.enums.BarAdjustment;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.stock.historical.bar.enums.BarFeed;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.stock.historical.quote.StockQuote;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.stock.historical.snapshot.Snapshot;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.stock.historical.trade.StockTrade;

final class StepsData {
    private StepsData() {}

    static void add(Map<String, Harness.Step> steps) {
        steps.put("latest_quote_one", w -> checkQuote(w, w.quote("AAPL")));
        steps.put("latest_trade_one", w ->
                checkTrade(w.api.stockMarketData().getLatestTrade("AAPL").getTrade()));
        steps.put("snapshot_one", w ->
                checkSnapshot(w, w.api.stockMarketData().getSnapshot("AAPL")));
        steps.put("snapshots", StepsData::snapshots);
        steps.put("bars_one_pages", StepsData::barsOnePages);
        steps.put("bars_many_pages", StepsData::barsManyPages);
        steps.put("bars_daily", StepsData::barsDaily);
        steps.put("quotes_history", StepsData::quotesHistory);
        steps.put("trades_history", StepsData::tradesHistory);
        steps.put("bars_bad_timeframe", w -> {
            ZonedDateTime start = daysAgo(w, 1);
            w.refused(() -> bars(w, "SPY", start, 1, null, null, 99, BarTimePeriod.MINUTE),
                    400, 0, "");
        });
        steps.put("bars_unknown_symbol", StepsData::barsUnknownSymbol);
    }

    static void checkQuote(World w, StockQuote quote) throws Exception {
        Harness.expect(0 < quote.getBidPrice() && quote.getBidPrice() < quote.getAskPrice(), quote);
        Harness.expect(quote.getBidSize() > 0 && quote.getAskSize() > 0, "sizes", quote);
        Duration age = Duration.between(quote.getTimestamp(), w.now());
        Harness.expect(age.toSeconds() > -60 && age.toHours() < 7, "age", age);
    }

    private static void checkTrade(StockTrade trade) {
        Harness.expect(trade.getPrice() > 0 && trade.getSize() > 0, "price, size", trade);
        Harness.expect(trade.getTradeID() != null && trade.getExchange() != null
                && trade.getTape() != null, "id, exchange, tape", trade);
    }

    static void checkBar(StockBar bar) {
        Harness.expect(bar.getLow() > 0 && bar.getLow() <= Math.min(bar.getOpen(), bar.getClose()),
                "low", bar);
        Harness.expect(bar.getHigh() >= Math.max(bar.getOpen(), bar.getClose()), "high", bar);
        Harness.expect(bar.getVolume() > 0 && bar.getTradeCount() > 0, "volume, count", bar);
        Harness.expect(bar.getLow() <= bar.getVwap() && bar.getVwap() <= bar.getHigh(), "vwap", bar);
    }

    private static void checkSnapshot(World w, Snapshot snapshot) throws Exception {
        checkTrade(snapshot.getLatestTrade());
        checkQuote(w, snapshot.getLatestQuote());
        checkBar(snapshot.getMinuteBar());
        checkBar(snapshot.getDailyBar());
        checkBar(snapshot.getPrevDailyBar());
        ZonedDateTime day = snapshot.getDailyBar().getTimestamp();
        Harness.expect(snapshot.getPrevDailyBar().getTimestamp().isBefore(day), "days");
        Harness.expect(!day.isAfter(snapshot.getMinuteBar().getTimestamp()), "day and minute");
    }

    private static void snapshots(World w) throws Exception {
        Map<String, Snapshot> found = w.api.stockMarketData().getSnapshots(World.SYMBOLS);
        Harness.expectEqual(found.keySet(), Set.copyOf(World.SYMBOLS), "symbols");
        for (Snapshot snapshot : found.values()) {
            checkSnapshot(w, snapshot);
        }
    }

    // History.

    /** Midnight in New York or an hour beside it, some days back. */
    private static ZonedDateTime daysAgo(World w, int days) throws Exception {
        return w.now().withZoneSameInstant(ZoneOffset.UTC)
                .truncatedTo(ChronoUnit.DAYS).plusHours(5).minusDays(days);
    }

    private static List<StockBar> bars(World w, String symbol, ZonedDateTime start, int days,
            Integer limit, String[] token, int count, BarTimePeriod period) throws Exception {
        var answer = w.api.stockMarketData().getBars(symbol, start, start.plusDays(days), limit,
                token == null ? null : token[0], count, period, BarAdjustment.RAW, BarFeed.IEX);
        if (token != null) {
            token[0] = answer.getNextPageToken();
        }
        return answer.getBars() == null ? List.of() : answer.getBars();
    }

    private static void rising(List<ZonedDateTime> times, boolean strictly) {
        for (int i = 1; i < times.size(); i++) {
            int order = times.get(i - 1).compareTo(times.get(i));
            Harness.expect(order < 0 || (!strictly && order == 0), "order of times", times.get(i));
        }
    }

    private static void checkMinutes(List<StockBar> bars) {
        rising(bars.stream().map(StockBar::getTimestamp).toList(), true);
        for (StockBar bar : bars) {
            Harness.expectEqual(bar.getTimestamp().getSecond(), 0, "whole minutes");
            checkBar(bar);
        }
    }

    private static void barsOnePages(World w) throws Exception {
        ZonedDateTime start = daysAgo(w, 5);
        List<StockBar> whole = bars(w, "AAPL", start, 5, 50, null, 1, BarTimePeriod.MINUTE);
        Harness.expectEqual(whole.size(), 50, "as many as asked for");
        checkMinutes(whole);
        List<StockBar> parts = new ArrayList<>();
        String[] token = {null};
        for (int size : new int[] {20, 20, 10}) {
            parts.addAll(bars(w, "AAPL", start, 5, size, token, 1, BarTimePeriod.MINUTE));
        }
        Harness.expectEqual(parts, whole, "in pages and at once");
    }

    private static void barsManyPages(World w) throws Exception {
        ZonedDateTime start = daysAgo(w, 5);
        Map<String, List<StockBar>> found = new HashMap<>();
        int pages = 0;
        String token = null;
        do {
            var answer = w.api.stockMarketData().getBars(List.of("AAPL", "MSFT", "SPY"), start,
                    start.plusDays(3), 20, token, 15, BarTimePeriod.MINUTE, BarAdjustment.RAW,
                    BarFeed.IEX);
            answer.getBars().forEach((symbol, bars) ->
                    found.computeIfAbsent(symbol, name -> new ArrayList<>()).addAll(bars));
            token = answer.getNextPageToken();
            pages++;
        } while (token != null);
        Harness.expect(pages >= 2, "pages:", pages);
        Harness.expectEqual(found.keySet(), Set.of("AAPL", "MSFT", "SPY"), "symbols");
        for (List<StockBar> bars : found.values()) {
            checkMinutes(bars);
            Harness.expectEqual(bars.size(), found.get("AAPL").size(), "equally many");
        }
    }

    private static void barsDaily(World w) throws Exception {
        List<StockBar> bars =
                bars(w, "SPY", daysAgo(w, 9), 9, null, null, 1, BarTimePeriod.DAY);
        Harness.expect(bars.size() >= 4 && bars.size() <= 8, "days:", bars.size());
        for (StockBar bar : bars) {
            LocalTime clock = bar.getTimestamp()
                    .withZoneSameInstant(ZoneId.of("America/New_York")).toLocalTime();
            Harness.expectEqual(clock, LocalTime.MIDNIGHT, "midnight in New York");
            checkBar(bar);
        }
    }

    private static void quotesHistory(World w) throws Exception {
        ZonedDateTime start = daysAgo(w, 5);
        List<StockQuote> quotes = new ArrayList<>();
        String token = null;
        for (int size : new int[] {40, 40, 10}) {
            var answer = w.api.stockMarketData().getQuotes(
                    "AAPL", start, start.plusDays(3), size, token);
            quotes.addAll(answer.getQuotes());
            token = answer.getNextPageToken();
        }
        Harness.expectEqual(quotes.size(), 90, "as many as asked for");
        rising(quotes.stream().map(StockQuote::getTimestamp).toList(), false);
        Harness.expectEqual(new HashSet<>(quotes).size(), 90, "different quotes");
        for (StockQuote quote : quotes) {
            Harness.expect(quote.getBidPrice() < quote.getAskPrice(), "bid below ask", quote);
        }
    }

    private static void tradesHistory(World w) throws Exception {
        ZonedDateTime start = daysAgo(w, 5);
        List<StockTrade> trades = new ArrayList<>();
        String token = null;
        for (int size : new int[] {40, 40, 10}) {
            var answer = w.api.stockMarketData().getTrades(
                    "AAPL", start, start.plusDays(3), size, token);
            trades.addAll(answer.getTrades());
            token = answer.getNextPageToken();
        }
        Harness.expectEqual(trades.size(), 90, "as many as asked for");
        rising(trades.stream().map(StockTrade::getTimestamp).toList(), false);
        Set<Long> ids = new HashSet<>();
        for (StockTrade trade : trades) {
            checkTrade(trade);
            ids.add(trade.getTradeID());
        }
        Harness.expectEqual(ids.size(), 90, "different ids");
    }

    private static void barsUnknownSymbol(World w) throws Exception {
        ZonedDateTime start = daysAgo(w, 1);
        var many = w.api.stockMarketData().getBars(List.of("ZZZZ"), start, start.plusDays(1), null,
                null, 1, BarTimePeriod.MINUTE, BarAdjustment.RAW, BarFeed.IEX);
        Harness.expect(many.getBars() == null || many.getBars().isEmpty(), many.getBars());
        List<StockBar> one = bars(w, "ZZZZ", start, 1, null, null, 1, BarTimePeriod.MINUTE);
        Harness.expectEqual(one.size(), 0, "bars of one");
    }
}
