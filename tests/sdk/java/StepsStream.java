// StepsStream.java: the data stream.

import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.common.historical.bar.enums.BarTimePeriod;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.common.realtime.control.SubscriptionsMessage;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.stock.historical.bar.StockBar;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.stock.historical.bar.enums.BarAdjustment;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.stock.historical.bar.enums.BarFeed;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.stock.realtime.bar.StockBarMessage;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.stock.realtime.quote.StockQuoteMessage;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.stock.realtime.trade.StockTradeMessage;

final class StepsStream {
    private StepsStream() {}

    static void add(Map<String, Harness.Step> steps) {
        steps.put("data_stream_wrong_key", w -> {
            DataStream stream = new DataStream(w.client(World.WRONG));
            Harness.expectEqual(stream.connect(), false, "authorized");
            Harness.expectEqual(stream.waitError(402).getMessage(), "auth failed", "the answer");
            stream.socket.disconnect();
        });
        steps.put("data_stream_quotes", StepsStream::quotes);
        steps.put("data_stream_trades", StepsStream::trades);
        steps.put("data_stream_bars", StepsStream::bars);
        steps.put("data_stream_unsubscribe", StepsStream::unsubscribe);
        steps.put("data_stream_symbol_limit", StepsStream::symbolLimit);
        steps.put("data_stream_second", w -> {
            DataStream second = new DataStream(w.client(World.SECRET));
            second.socket.connect();
            Harness.expectEqual(second.waitError(406).getMessage(), "connection limit exceeded",
                    "the answer");
            second.socket.disconnect();
        });
    }

    interface Change {
        void make() throws Exception;
    }

    /** Does it, and waits until the exchange confirmed. */
    private static SubscriptionsMessage confirmed(World w, Change change) throws Exception {
        int before = w.stream.of(SubscriptionsMessage.class).size();
        change.make();
        return w.stream.waitNext(SubscriptionsMessage.class, before);
    }

    private static void quotes(World w) throws Exception {
        w.stream = new DataStream(w.api);
        Harness.expectEqual(w.stream.connect(), true, "authorized");
        var said = confirmed(
                w, () -> w.stream.socket.subscribe(null, List.of("AAPL", "MSFT"), null));
        Harness.expectEqual(Set.copyOf(said.getQuotes()), Set.of("AAPL", "MSFT"), "confirmed quotes");
        w.admin.advance(60);
        w.stream.waitNext(StockQuoteMessage.class, 1);
        for (StockQuoteMessage quote : w.stream.of(StockQuoteMessage.class)) {
            Harness.expect(Set.of("AAPL", "MSFT").contains(quote.getSymbol()), quote);
            Harness.expect(0 < quote.getBidPrice() && quote.getBidPrice() < quote.getAskPrice()
                    && quote.getBidSize() > 0 && quote.getAskSize() > 0, quote);
            Duration age = Duration.between(quote.getTimestamp(), w.now());
            Harness.expect(age.toSeconds() > -60 && age.toHours() < 7, "age", age);
        }
    }

    private static void trades(World w) throws Exception {
        var said = confirmed(w, () -> w.stream.socket.subscribe(List.of("AAPL"), null, null));
        Harness.expectEqual(said.getTrades(), List.of("AAPL"), "confirmed trades");
        w.admin.advance(60);
        StockTradeMessage trade = w.stream.waitNext(StockTradeMessage.class, 0);
        Harness.expect(trade.getSymbol().equals("AAPL") && trade.getPrice() > 0
                && trade.getSize() > 0, "trade", trade);
        Harness.expect(trade.getTradeID() != null && trade.getExchange() != null
                && trade.getTape() != null, "id, exchange, tape", trade);
    }

    private static void bars(World w) throws Exception {
        confirmed(w, () -> w.stream.socket.subscribe(null, null, List.of("SPY")));
        w.admin.advance(120);
        StockBarMessage told = w.stream.waitNext(StockBarMessage.class, 0);
        Harness.expectEqual(told.getSymbol(), "SPY", "symbol");
        Harness.expectEqual(told.getTimestamp().getSecond(), 0, "a whole minute");
        ZonedDateTime time = told.getTimestamp().withZoneSameInstant(ZoneOffset.UTC);
        List<StockBar> history = w.api.stockMarketData().getBars("SPY", time, time, null, null, 1,
                BarTimePeriod.MINUTE, BarAdjustment.RAW, BarFeed.IEX).getBars();
        Harness.expectEqual(history.size(), 1, "bars of that minute");
        StockBar bar = history.get(0);
        StepsData.checkBar(bar);
        Harness.expect(bar.getTimestamp().isEqual(told.getTimestamp()), "time", bar);
        Harness.expectEqual(
                List.of(told.getOpen(), told.getHigh(), told.getLow(), told.getClose(),
                        told.getVolume(), told.getTradeCount(), told.getVwap()),
                List.of(bar.getOpen(), bar.getHigh(), bar.getLow(), bar.getClose(),
                        bar.getVolume(), bar.getTradeCount(), bar.getVwap()),
                "stream and history");
    }

    private static void unsubscribe(World w) throws Exception {
        var said = confirmed(
                w, () -> w.stream.socket.unsubscribe(null, List.of("AAPL", "MSFT"), null));
        Harness.expectEqual(said.getQuotes(), List.of(), "confirmed quotes");
        int quotes = w.stream.of(StockQuoteMessage.class).size();
        int trades = w.stream.of(StockTradeMessage.class).size();
        w.admin.advance(60);
        w.stream.waitNext(StockTradeMessage.class, trades);
        Harness.expectEqual(w.stream.of(StockQuoteMessage.class).size(), quotes, "quotes");
    }

    // Thirty symbols at a time, trades and quotes together, is what the free plan gives.
    private static void symbolLimit(World w) throws Exception {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 31; i++) {
            names.add("A" + (char) ('A' + i / 6) + (char) ('A' + i % 6));
        }
        w.stream.socket.subscribe(null, names, null);
        Harness.expectEqual(
                w.stream.waitError(405).getMessage(), "symbol limit exceeded", "the answer");
        int before = w.stream.of(StockTradeMessage.class).size();
        w.admin.advance(60);
        w.stream.waitNext(StockTradeMessage.class, before);
    }
}
