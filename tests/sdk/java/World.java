// World.java: the SDK's client on the exchange under test, its streams, and what steps hand on.

import com.google.gson.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import net.jacobpeterson.alpaca.AlpacaAPI;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.stock.historical.quote.StockQuote;
import net.jacobpeterson.alpaca.model.endpoint.orders.Order;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderSide;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderStatus;
import net.jacobpeterson.alpaca.model.endpoint.positions.Position;
import net.jacobpeterson.alpaca.model.endpoint.streaming.trade.TradeUpdate;
import net.jacobpeterson.alpaca.model.endpoint.streaming.trade.enums.TradeUpdateEvent;
import net.jacobpeterson.alpaca.model.endpoint.watchlist.Watchlist;
import net.jacobpeterson.alpaca.model.properties.DataAPIType;
import net.jacobpeterson.alpaca.model.properties.EndpointAPIType;
import net.jacobpeterson.alpaca.rest.AlpacaClientException;
import okhttp3.OkHttpClient;

final class World {
    static final String KEY = "PKSDKJAVA00000000001";
    static final String SECRET = "java-secret-of-the-conformance-run";
    static final String WRONG = "not-the-secret";
    static final List<String> SYMBOLS =
            List.of("AAPL", "AMZN", "IWM", "MSFT", "NVDA", "QQQ", "SPY", "TSLA");
    static final String THIN = "WEE"; // little of it is offered at a time

    final Harness.Admin admin = new Harness.Admin(System.getenv("EXCHANGE_ADMIN"));
    final Harness.Recorder recorder =
            new Harness.Recorder(System.getenv("EXCHANGE_HTTP"), System.getenv("SDK_RECORD"));
    final AlpacaAPI api = client(SECRET);
    final List<TradeUpdate> updates = new CopyOnWriteArrayList<>();

    Order order; // the order that the current group of steps is about
    Order replaced;
    Order target;
    Order stop;
    List<Order> resting;
    String clientId;
    Watchlist watchlist;
    DataStream stream;

    World() throws Exception {}

    AlpacaAPI client(String secret) {
        OkHttpClient http = new OkHttpClient.Builder().addInterceptor(recorder).build();
        return new AlpacaAPI(http, KEY, secret, null, EndpointAPIType.PAPER, DataAPIType.IEX);
    }

    // The stream of trade updates.

    List<TradeUpdate> updatesOf(String id, TradeUpdateEvent... events) {
        return updates.stream()
                .filter(u -> u.getOrder().getId().equals(id))
                .filter(u -> events.length == 0 || Arrays.asList(events).contains(u.getEvent()))
                .toList();
    }

    TradeUpdate waitEvent(String id, TradeUpdateEvent event) throws Exception {
        return Harness.waitFor(
                () -> updatesOf(id, event).stream().findFirst().orElse(null), "the event " + event);
    }

    // Orders.

    /** A price that far below or above another one, in whole cents. */
    static double below(double price, double share) {
        return cents(price * (1 - share), RoundingMode.FLOOR);
    }

    static double above(double price, double share) {
        return cents(price * (1 + share), RoundingMode.CEILING);
    }

    private static double cents(double price, RoundingMode mode) {
        return BigDecimal.valueOf(price).setScale(2, mode).doubleValue();
    }

    StockQuote quote(String symbol) throws Exception {
        StockQuote quote = api.stockMarketData().getLatestQuote(symbol).getQuote();
        Harness.expect(0 < quote.getBidPrice() && quote.getBidPrice() < quote.getAskPrice(), quote);
        return quote;
    }

    Order submit(Ticket ticket) throws Exception {
        return ticket.send(api.orders());
    }

    /** A limit order to buy a fifth below the market. */
    Ticket restingTicket(String symbol, double qty) throws Exception {
        return Ticket.limit(
                OrderSide.BUY, symbol, qty, below(quote(symbol).getBidPrice(), 0.2));
    }

    Order rest(Ticket ticket) throws Exception {
        return waitStatus(submit(ticket).getId(), OrderStatus.NEW);
    }

    /** A market order, until it is filled. */
    Order market(String symbol, double qty, OrderSide side) throws Exception {
        return waitStatus(
                submit(Ticket.market(side, symbol, qty)).getId(), OrderStatus.FILLED);
    }

    /** The order, as soon as it has one of these. */
    Order waitStatus(String id, OrderStatus... statuses) throws Exception {
        return Harness.waitFor(() -> {
            Order found = api.orders().get(id, false);
            return Arrays.asList(statuses).contains(found.getStatus()) ? found : null;
        }, "the order to be " + Arrays.toString(statuses));
    }

    Order cancel(String id) throws Exception {
        api.orders().cancel(id);
        return waitStatus(id, OrderStatus.CANCELED);
    }

    /**
     * A call that must be refused. The SDK tells status, code and message; the rest of the body is
     * that of the answer it got.
     */
    JsonObject refused(Callable<?> call, int status, int code, String text) throws Exception {
        Object answer;
        try {
            answer = call.call();
        } catch (AlpacaClientException error) {
            String said = error.getMessage(); // which is when the SDK reads the code
            Harness.expectEqual(error.getResponseStatusCode(), status, "status of " + said);
            if (code != 0) {
                Harness.expectEqual(error.getAPIResponseCode(), code, "code of " + said);
            }
            Harness.expect(said.contains(text), "message", said, "expected", text);
            return recorder.lastBody();
        }
        // What was taken by mistake must not stand in the way of the steps that follow.
        if (answer instanceof Order taken) {
            api.orders().cancel(taken.getId());
        }
        throw new Harness.Failed("expected " + status + " " + code + " " + text + "; it was accepted");
    }

    double positionQty(String symbol) throws Exception {
        for (Position position : api.positions().get()) {
            if (position.getSymbol().equals(symbol)) {
                return Harness.number(position.getQuantity());
            }
        }
        return 0;
    }

    ZonedDateTime now() throws Exception {
        return api.clock().get().getTimestamp();
    }
}
