// StepsOrders.java: single orders of every type, and what the trading stream says of them.

import static net.jacobpeterson.alpaca.model.endpoint.streaming.trade.enums.TradeUpdateEvent.FILL;
import static net.jacobpeterson.alpaca.model.endpoint.streaming.trade.enums.TradeUpdateEvent.PARTIAL_FILL;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import net.jacobpeterson.alpaca.AlpacaAPI;
import net.jacobpeterson.alpaca.model.endpoint.orders.Order;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderSide;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderStatus;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderTimeInForce;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderType;
import net.jacobpeterson.alpaca.model.endpoint.streaming.enums.StreamingMessageType;
import net.jacobpeterson.alpaca.model.endpoint.streaming.trade.TradeUpdate;
import net.jacobpeterson.alpaca.model.endpoint.streaming.trade.TradeUpdateMessage;
import net.jacobpeterson.alpaca.model.endpoint.streaming.trade.enums.TradeUpdateEvent;
import net.jacobpeterson.alpaca.websocket.AlpacaWebsocket;

final class StepsOrders {
    private StepsOrders() {}

    static void add(Map<String, Harness.Step> steps) {
        steps.put("trading_stream_wrong_secret", StepsOrders::tradingStreamWrongSecret);
        steps.put("trading_stream_listens", StepsOrders::tradingStreamListens);
        steps.put("market_order_accepted", StepsOrders::marketOrderAccepted);
        steps.put("market_order_events", StepsOrders::marketOrderEvents);
        steps.put("order_by_id", StepsOrders::orderById);
        steps.put("order_by_client_id", w -> Harness.expectEqual(
                w.api.orders().getByClientID(w.clientId).getId(), w.order.getId(), "id"));
        steps.put("order_by_client_id_unknown", w ->
                w.refused(() -> w.api.orders().getByClientID(freshId()), 404, 40410000, ""));
        steps.put("client_id_twice", StepsOrders::clientIdTwice);
        steps.put("limit_order_rests", StepsOrders::limitOrderRests);
        steps.put("limit_order_replaced", StepsOrders::limitOrderReplaced);
        steps.put("replaced_order_names_successor", StepsOrders::replacedOrderNamesSuccessor);
        steps.put("replaced_event", StepsOrders::replacedEvent);
        steps.put("order_canceled", StepsOrders::orderCanceled);
        steps.put("cancel_twice", w ->
                w.refused(() -> cancel(w, w.order.getId()), 422, 42210000, ""));
        steps.put("cancel_unknown", w -> w.refused(() -> cancel(w, freshId()), 404, 40410000, ""));
        steps.put("limit_order_fills", StepsOrders::limitOrderFills);
        steps.put("partial_fill", StepsOrders::partialFill);
        steps.put("stop_order", StepsOrders::stopOrder);
        steps.put("stop_limit_order", StepsOrders::stopLimitOrder);
        steps.put("trailing_stop_percent", StepsOrders::trailingStopPercent);
        steps.put("trailing_stop_price", StepsOrders::trailingStopPrice);
        steps.put("tif_gtc", StepsOrders::tifGtc);
        steps.put("tif_ioc_fills", StepsOrders::tifIocFills);
        steps.put("tif_ioc_cancels", w -> canceledAtOnce(w, OrderTimeInForce.IMMEDIATE_OR_CANCEL));
        steps.put("tif_fok_cancels", w -> canceledAtOnce(w, OrderTimeInForce.FILL_OR_KILL));
        steps.put("tif_cls", StepsOrders::tifCls);
        steps.put("fractional_order", w -> Harness.expectEqual(
                w.market("AMZN", 0.123456789, OrderSide.BUY).getFilledQuantity(), "0.123456789",
                "filled_qty"));
        steps.put("notional_order", StepsOrders::notionalOrder);
        steps.put("extended_hours_limit", StepsOrders::extendedHoursLimit);
    }

    static String freshId() {
        return UUID.randomUUID().toString();
    }

    private static Object cancel(World w, String id) throws Exception {
        w.api.orders().cancel(id);
        return null;
    }

    private static void tradingStreamWrongSecret(World w) throws Exception {
        AlpacaAPI api = w.client(World.WRONG);
        ((AlpacaWebsocket<?, ?, ?>) api.streaming()).setAutomaticallyReconnect(false);
        var authorized = api.streaming().getAuthorizationFuture();
        api.streaming().connect();
        Harness.expectEqual(
                authorized.get(Harness.DEADLINE_MS, TimeUnit.MILLISECONDS), false, "authorized");
        api.streaming().disconnect();
    }

    private static void tradingStreamListens(World w) throws Exception {
        var stream = w.api.streaming();
        stream.setListener((type, message) -> {
            if (message instanceof TradeUpdateMessage update) {
                w.updates.add(update.getData());
            }
        });
        var authorized = stream.getAuthorizationFuture();
        stream.connect();
        Harness.expectEqual(
                authorized.get(Harness.DEADLINE_MS, TimeUnit.MILLISECONDS), true, "authorized");
        stream.streams(StreamingMessageType.TRADE_UPDATES);
        Harness.waitUntil(() -> stream.streams().contains(StreamingMessageType.TRADE_UPDATES),
                "listening");
        Order order = w.rest(w.restingTicket("IWM", 1));
        w.waitEvent(order.getId(), TradeUpdateEvent.NEW);
        w.cancel(order.getId());
        w.waitEvent(order.getId(), TradeUpdateEvent.CANCELED);
    }

    private static void marketOrderAccepted(World w) throws Exception {
        Ticket ticket = Ticket.market(OrderSide.BUY, "AAPL", 10);
        ticket.clientId = w.clientId = freshId();
        Order order = w.submit(ticket);
        w.order = order;
        Harness.expect(List.of(OrderStatus.PENDING_NEW, OrderStatus.ACCEPTED, OrderStatus.NEW,
                OrderStatus.FILLED, OrderStatus.PARTIALLY_FILLED).contains(order.getStatus()), order);
        Harness.expectEqual(order.getClientOrderId(), w.clientId, "client_order_id");
        Harness.expectEqual(order.getSymbol(), "AAPL", "symbol");
        Harness.expectEqual(order.getSide(), OrderSide.BUY, "side");
        Harness.expectEqual(order.getType(), OrderType.MARKET, "type");
        Harness.expectEqual(order.getTimeInForce(), OrderTimeInForce.DAY, "time_in_force");
        Harness.expectNumber(order.getQuantity(), 10, "qty");
        Harness.expectEqual(
                order.getAssetId(), w.api.assets().getBySymbol("AAPL").getId(), "asset_id");
        Harness.expect(order.getLegs() == null && order.getNotional() == null
                && order.getLimitPrice() == null && order.getStopPrice() == null, order);
        Harness.expectEqual(order.getExtendedHours(), false, "extended_hours");
    }

    // Quantity and id of an execution this SDK's model does not hold: the order in the event does.
    private static void marketOrderEvents(World w) throws Exception {
        TradeUpdate fresh = w.waitEvent(w.order.getId(), TradeUpdateEvent.NEW);
        TradeUpdate fill = w.waitEvent(w.order.getId(), FILL);
        Harness.expect(!fresh.getTimestamp().isAfter(fill.getTimestamp()), "new before fill");
        Harness.expectNumber(fill.getPositionQuantity(), 10, "position_qty");
        Harness.expect(Harness.number(fill.getPrice()) > 0, "price", fill.getPrice());
        Harness.expectEqual(fill.getOrder().getStatus(), OrderStatus.FILLED, "status in the event");
        Harness.expectNumber(fill.getOrder().getFilledQuantity(), 10, "filled_qty in the event");
    }

    private static void orderById(World w) throws Exception {
        Order order = w.waitStatus(w.order.getId(), OrderStatus.FILLED);
        double worth = 0;
        double before = 0;
        for (TradeUpdate fill : w.updatesOf(order.getId(), FILL, PARTIAL_FILL)) {
            double filled = Harness.number(fill.getOrder().getFilledQuantity());
            worth += (filled - before) * Harness.number(fill.getPrice());
            before = filled;
        }
        Harness.expectEqual(before, 10.0, "filled on the stream");
        Harness.expect(
                Harness.near(Harness.number(order.getAverageFillPrice()), worth / before, 0.0001),
                "filled_avg_price", order.getAverageFillPrice());
        Harness.expectNumber(order.getFilledQuantity(), 10, "filled_qty");
        Harness.expect(!order.getSubmittedAt().isAfter(order.getFilledAt()), "times");
    }

    private static void clientIdTwice(World w) throws Exception {
        Ticket ticket = Ticket.market(OrderSide.BUY, "AAPL", 1);
        ticket.clientId = w.clientId;
        w.refused(() -> w.submit(ticket), 422, 40010001, "client_order_id must be unique");
    }

    private static void limitOrderRests(World w) throws Exception {
        w.order = w.rest(w.restingTicket("MSFT", 3));
        w.waitEvent(w.order.getId(), TradeUpdateEvent.NEW);
        Harness.expectEqual(w.order.getType(), OrderType.LIMIT, "type");
        Harness.expectNumber(w.order.getFilledQuantity(), 0, "filled_qty");
        Harness.expectEqual(w.order.getAverageFillPrice(), null, "filled_avg_price");
    }

    private static void limitOrderReplaced(World w) throws Exception {
        Order old = w.order;
        double price = World.below(Harness.number(old.getLimitPrice()), 0.05);
        Order order = w.api.orders().replace(old.getId(), 5, null, price, null, null, null);
        Harness.expect(!order.getId().equals(old.getId()), "a new id");
        Harness.expectEqual(order.getReplaces(), old.getId(), "replaces");
        Harness.expectNumber(order.getQuantity(), 5, "qty");
        Harness.expectNumber(order.getLimitPrice(), price, "limit_price");
        w.replaced = old;
        w.order = w.waitStatus(order.getId(), OrderStatus.NEW);
    }

    private static void replacedOrderNamesSuccessor(World w) throws Exception {
        Order old = w.waitStatus(w.replaced.getId(), OrderStatus.REPLACED);
        Harness.expectEqual(old.getReplacedBy(), w.order.getId(), "replaced_by");
        Harness.expect(old.getReplacedAt() != null, "replaced_at");
        w.refused(() -> w.api.orders().replace(old.getId(), 7, null, null, null, null, null),
                422, 42210000, "");
    }

    private static void replacedEvent(World w) throws Exception {
        TradeUpdate update = w.waitEvent(w.replaced.getId(), TradeUpdateEvent.REPLACED);
        Harness.expectEqual(
                update.getOrder().getReplacedBy(), w.order.getId(), "replaced_by in the event");
        w.waitEvent(w.order.getId(), TradeUpdateEvent.NEW);
    }

    private static void orderCanceled(World w) throws Exception {
        Order order = w.cancel(w.order.getId());
        Harness.expect(order.getCanceledAt() != null, "canceled_at");
        TradeUpdate update = w.waitEvent(order.getId(), TradeUpdateEvent.CANCELED);
        Harness.expectEqual(
                update.getOrder().getStatus(), OrderStatus.CANCELED, "status in the event");
    }

    private static void limitOrderFills(World w) throws Exception {
        double price = World.above(w.quote("MSFT").getAskPrice(), 0.01);
        Order sent = w.submit(Ticket.limit(OrderSide.BUY, "MSFT", 4, price));
        Order order = w.waitStatus(sent.getId(), OrderStatus.FILLED);
        Harness.expect(Harness.number(order.getAverageFillPrice()) <= price, order);
    }

    // A little more than the offer shows.
    private static void partialFill(World w) throws Exception {
        var quote = w.quote(World.THIN);
        double qty = quote.getAskSize() + 7;
        Order order = w.submit(Ticket.limit(
                OrderSide.BUY, World.THIN, qty, World.above(quote.getAskPrice(), 0.05)));
        TradeUpdate partial = w.waitEvent(order.getId(), PARTIAL_FILL);
        Harness.expectEqual(
                partial.getOrder().getStatus(), OrderStatus.PARTIALLY_FILLED, "status in the event");
        w.admin.advance(60);
        w.waitEvent(order.getId(), FILL);
        double before = 0;
        for (TradeUpdate update : w.updatesOf(order.getId(), FILL, PARTIAL_FILL)) {
            double filled = Harness.number(update.getOrder().getFilledQuantity());
            Harness.expect(filled > before, "filled_qty in the event", filled, "before", before);
            Harness.expectNumber(update.getPositionQuantity(), filled, "position_qty");
            before = filled;
        }
        Harness.expectEqual(before, qty, "quantity of all parts");
    }

    interface Check {
        void look(Order order) throws Exception;
    }

    /** The order rests, check looks at it, it is canceled. */
    static void restsAndGoes(World w, Ticket ticket, Check check) throws Exception {
        Order sent = w.submit(ticket);
        try {
            check.look(w.waitStatus(sent.getId(), OrderStatus.NEW, OrderStatus.ACCEPTED));
        } finally {
            w.cancel(sent.getId());
        }
    }

    private static Ticket sellTwo(OrderType type) {
        return new Ticket(type, OrderSide.SELL, "AAPL", 2.0);
    }

    private static void stopOrder(World w) throws Exception {
        Ticket ticket = sellTwo(OrderType.STOP);
        ticket.stopPrice = World.below(w.quote("AAPL").getBidPrice(), 0.1);
        restsAndGoes(w, ticket, order -> {
            Harness.expectEqual(order.getType(), OrderType.STOP, "type");
            Harness.expectNumber(order.getStopPrice(), ticket.stopPrice, "stop_price");
            Harness.expectEqual(order.getLimitPrice(), null, "limit_price");
        });
    }

    private static void stopLimitOrder(World w) throws Exception {
        Ticket ticket = sellTwo(OrderType.STOP_LIMIT);
        ticket.stopPrice = World.below(w.quote("AAPL").getBidPrice(), 0.1);
        ticket.limitPrice = World.below(ticket.stopPrice, 0.01);
        restsAndGoes(w, ticket, order -> {
            Harness.expectEqual(order.getType(), OrderType.STOP_LIMIT, "type");
            Harness.expectNumber(order.getStopPrice(), ticket.stopPrice, "stop_price");
            Harness.expectNumber(order.getLimitPrice(), ticket.limitPrice, "limit_price");
        });
    }

    private static void trailingStopPercent(World w) throws Exception {
        Ticket ticket = sellTwo(OrderType.TRAILING_STOP);
        ticket.trailPercent = 5.0;
        restsAndGoes(w, ticket, order -> {
            Harness.expectEqual(order.getType(), OrderType.TRAILING_STOP, "type");
            Harness.expectNumber(order.getTrailPercent(), 5, "trail_percent");
            Harness.expectEqual(order.getTrailPrice(), null, "trail_price");
            double stop = Harness.number(order.getHighWaterMark()) * 0.95;
            Harness.expect(Harness.near(Harness.number(order.getStopPrice()), stop, 0.011), order);
        });
    }

    private static void trailingStopPrice(World w) throws Exception {
        Ticket ticket = sellTwo(OrderType.TRAILING_STOP).lasting(OrderTimeInForce.GOOD_UNTIL_CANCELLED);
        ticket.trailPrice = 8.5;
        restsAndGoes(w, ticket, order -> {
            Harness.expectNumber(order.getTrailPrice(), 8.5, "trail_price");
            Harness.expectEqual(order.getTrailPercent(), null, "trail_percent");
            double stop = Harness.number(order.getHighWaterMark()) - 8.5;
            Harness.expect(Harness.near(Harness.number(order.getStopPrice()), stop, 1e-6), order);
        });
    }

    // When it expires this SDK's model does not hold.
    private static void tifGtc(World w) throws Exception {
        Ticket ticket = w.restingTicket("SPY", 1).lasting(OrderTimeInForce.GOOD_UNTIL_CANCELLED);
        restsAndGoes(w, ticket, order -> Harness.expectEqual(
                order.getTimeInForce(), OrderTimeInForce.GOOD_UNTIL_CANCELLED, "time_in_force"));
    }

    private static void tifIocFills(World w) throws Exception {
        double price = World.above(w.quote("QQQ").getAskPrice(), 0.01);
        Ticket ticket = Ticket.limit(OrderSide.BUY, "QQQ", 1, price);
        Order sent = w.submit(ticket.lasting(OrderTimeInForce.IMMEDIATE_OR_CANCEL));
        w.waitStatus(sent.getId(), OrderStatus.FILLED);
    }

    private static void canceledAtOnce(World w, OrderTimeInForce timeInForce) throws Exception {
        double price = World.below(w.quote("QQQ").getBidPrice(), 0.1);
        Ticket ticket = Ticket.limit(OrderSide.BUY, "QQQ", 1, price).lasting(timeInForce);
        Order order = w.waitStatus(w.submit(ticket).getId(), OrderStatus.CANCELED);
        Harness.expectNumber(order.getFilledQuantity(), 0, "filled_qty");
        w.waitEvent(order.getId(), TradeUpdateEvent.CANCELED);
    }

    private static void tifCls(World w) throws Exception {
        double price = World.below(w.quote("SPY").getBidPrice(), 0.1);
        Ticket ticket = Ticket.limit(OrderSide.BUY, "SPY", 1, price).lasting(OrderTimeInForce.CLS);
        restsAndGoes(w, ticket, order -> Harness.expectEqual(
                order.getTimeInForce(), OrderTimeInForce.CLS, "time_in_force"));
    }

    private static void notionalOrder(World w) throws Exception {
        Ticket ticket = new Ticket(OrderType.MARKET, OrderSide.BUY, "AMZN", null);
        ticket.notional = 250.0;
        Order sent = w.submit(ticket);
        Harness.expectNumber(sent.getNotional(), 250, "notional");
        Harness.expectEqual(sent.getQuantity(), null, "qty");
        Order order = w.waitStatus(sent.getId(), OrderStatus.FILLED);
        double worth = Harness.number(order.getFilledQuantity())
                * Harness.number(order.getAverageFillPrice());
        Harness.expect(Harness.near(worth, 250, 0.01), "worth", worth);
    }

    private static void extendedHoursLimit(World w) throws Exception {
        Ticket ticket = w.restingTicket("SPY", 1);
        ticket.extendedHours = true;
        restsAndGoes(w, ticket, order ->
                Harness.expectEqual(order.getExtendedHours(), true, "extended_hours"));
    }
}
