// StepsPositions.java: positions, refusals for want of shares or money, lists of orders.

import com.google.gson.JsonObject;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import net.jacobpeterson.alpaca.model.endpoint.common.enums.SortDirection;
import net.jacobpeterson.alpaca.model.endpoint.orders.CancelledOrder;
import net.jacobpeterson.alpaca.model.endpoint.orders.Order;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.CurrentOrderStatus;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderSide;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderStatus;
import net.jacobpeterson.alpaca.model.endpoint.positions.ClosePositionOrder;
import net.jacobpeterson.alpaca.model.endpoint.positions.Position;

final class StepsPositions {
    private StepsPositions() {}

    static void add(Map<String, Harness.Step> steps) {
        steps.put("positions_list", StepsPositions::positionsList);
        steps.put("position_one", StepsPositions::positionOne);
        steps.put("position_unknown", w -> w.refused(() -> w.api.positions().getBySymbol("TSLA"),
                404, 40410000, "position does not exist"));
        steps.put("quantity_held", StepsPositions::quantityHeld);
        steps.put("buying_power", StepsPositions::buyingPower);
        steps.put("wash_trade", StepsPositions::washTrade);
        steps.put("orders_open", StepsPositions::ordersOpen);
        steps.put("orders_closed", StepsPositions::ordersClosed);
        steps.put("orders_direction", StepsPositions::ordersDirection);
        steps.put("orders_after_until", StepsPositions::ordersAfterUntil);
        steps.put("orders_by_symbol", StepsPositions::ordersBySymbol);
        steps.put("orders_nested", StepsPositions::ordersNested);
        steps.put("cancel_all", StepsPositions::cancelAll);
        steps.put("close_part_quantity", StepsPositions::closePartQuantity);
        steps.put("close_part_percentage", w -> {
            Order order = w.api.positions().close("AAPL", null, 50.0);
            w.waitStatus(order.getId(), OrderStatus.FILLED);
            Harness.expectEqual(w.positionQty("AAPL"), 4.0, "what is left");
        });
        steps.put("short_sale", StepsPositions::shortSale);
        steps.put("close_all", StepsPositions::closeAll);
    }

    private static void positionsList(World w) throws Exception {
        double worth = 0;
        Set<String> held = new HashSet<>();
        for (Position p : w.api.positions().get()) {
            double value = Harness.number(p.getMarketValue());
            double profit = value - Harness.number(p.getCostBasis());
            held.add(p.getSymbol());
            worth += value;
            Harness.expect(Harness.near(value, Harness.number(p.getQuantity())
                    * Harness.number(p.getCurrentPrice()), 0.02), "market_value", p);
            Harness.expect(Harness.near(profit, Harness.number(p.getUnrealizedProfitLoss()), 0.02),
                    "unrealized_pl", p);
        }
        Harness.expect(held.containsAll(List.of("AAPL", "MSFT", "AMZN")), "positions in", held);
        double value = Harness.number(w.api.account().get().getLongMarketValue());
        Harness.expect(Harness.near(worth, value, value / 100), "market values", worth, value);
    }

    private static void positionOne(World w) throws Exception {
        Position position = w.api.positions().getBySymbol("AAPL");
        Harness.expectNumber(position.getQuantity(), 10, "qty");
        Harness.expectNumber(position.getQuantityAvailable(), 10, "qty_available");
        Harness.expectEqual(position.getSide(), "long", "side");
        String price = w.api.orders().getByClientID(w.clientId).getAverageFillPrice();
        Harness.expectNumber(position.getAverageEntryPrice(), Harness.number(price), "avg_entry_price");
        double cost = 10 * Harness.number(position.getAverageEntryPrice());
        Harness.expect(Harness.near(cost, Harness.number(position.getCostBasis()), 0.01), "cost_basis");
        Harness.expectEqual(
                w.api.positions().getBySymbol(position.getAssetId()).getSymbol(), "AAPL", "by id");
    }

    private static Ticket sell(World w, double qty) throws Exception {
        return Ticket.limit(
                OrderSide.SELL, "AAPL", qty, World.above(w.quote("AAPL").getAskPrice(), 0.1));
    }

    private static void quantityHeld(World w) throws Exception {
        StepsOrders.restsAndGoes(w, sell(w, 8), order -> {
            Harness.expectNumber(w.api.positions().getBySymbol("AAPL").getQuantityAvailable(), 2,
                    "qty_available");
            Ticket ticket = sell(w, 5);
            JsonObject body = w.refused(
                    () -> w.submit(ticket), 403, 40310000, "insufficient qty available");
            Harness.expectNumber(body.get("existing_qty").getAsString(), 10, "existing_qty");
            Harness.expectNumber(body.get("held_for_orders").getAsString(), 8, "held_for_orders");
            Harness.expectNumber(body.get("available").getAsString(), 2, "available");
            Harness.expectEqual(body.get("symbol").getAsString(), "AAPL", "symbol");
            Harness.expectEqual(body.get("related_orders").getAsJsonArray().get(0).getAsString(),
                    order.getId(), "related_orders");
        });
    }

    private static void buyingPower(World w) throws Exception {
        double price = World.below(w.quote("SPY").getBidPrice(), 0.01);
        double power = Harness.number(w.api.account().get().getBuyingPower());
        JsonObject body = w.refused(
                () -> w.submit(Ticket.limit(OrderSide.BUY, "SPY", 5000, price)),
                403, 40310000, "insufficient buying power");
        Harness.expect(Harness.near(body.get("buying_power").getAsDouble(), power, 2000), body);
        Harness.expect(Harness.near(body.get("cost_basis").getAsDouble(), price * 5000, 0.001), body);
    }

    private static void washTrade(World w) throws Exception {
        StepsOrders.restsAndGoes(w, sell(w, 1), order -> {
            double price = World.above(Harness.number(order.getLimitPrice()), 0.01);
            JsonObject body = w.refused(
                    () -> w.submit(Ticket.limit(OrderSide.BUY, "AAPL", 1, price)),
                    403, 40310000, "wash trade");
            Harness.expectEqual(body.get("existing_order_id").getAsString(), order.getId(), "id");
            Harness.expectEqual(body.get("reject_reason").getAsString(),
                    "opposite side limit order exists", "reject_reason");
            body = w.refused(() -> w.submit(Ticket.market(OrderSide.BUY, "AAPL", 1)),
                    403, 40310000, "wash trade");
            Harness.expectEqual(body.get("existing_order_id").getAsString(), order.getId(), "id");
        });
    }

    private static Set<String> ids(List<Order> orders) {
        return orders.stream().map(Order::getId).collect(Collectors.toSet());
    }

    private static List<Order> open(World w, Boolean nested, List<String> symbols) throws Exception {
        return w.api.orders().get(
                CurrentOrderStatus.OPEN, null, null, null, null, nested, symbols);
    }

    private static void ordersOpen(World w) throws Exception {
        Harness.expectEqual(open(w, null, null).size(), 0, "open before");
        w.resting = new ArrayList<>();
        for (String symbol : List.of("SPY", "QQQ", "IWM")) {
            w.resting.add(w.rest(w.restingTicket(symbol, 1)));
            Thread.sleep(30); // so that each has a time of its own
        }
        Harness.expectEqual(ids(open(w, null, null)), ids(w.resting), "open");
    }

    private static void ordersClosed(World w) throws Exception {
        List<Order> found = w.api.orders().get(
                CurrentOrderStatus.CLOSED, 5, null, null, null, null, null);
        Harness.expectEqual(found.size(), 5, "as many as asked for");
        for (Order order : found) {
            Harness.expect(List.of(OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.REPLACED,
                    OrderStatus.EXPIRED).contains(order.getStatus()), order.getStatus());
        }
    }

    private static void ordersDirection(World w) throws Exception {
        List<Order> oldest = w.api.orders().get(CurrentOrderStatus.ALL, 500, null, null,
                SortDirection.ASCENDING, null, null);
        List<Order> newest = w.api.orders().get(CurrentOrderStatus.ALL, 500, null, null,
                SortDirection.DESCENDING, null, null);
        ZonedDateTime last = null;
        for (Order order : oldest) {
            Harness.expect(last == null || !last.isAfter(order.getSubmittedAt()), "oldest first");
            last = order.getSubmittedAt();
        }
        Harness.expectEqual(ids(oldest), ids(newest), "the same orders");
        Harness.expectEqual(newest.get(0).getId(), w.resting.get(2).getId(), "newest first");
        List<Order> page = w.api.orders().get(
                CurrentOrderStatus.ALL, 2, null, null, null, null, null);
        Harness.expectEqual(page, newest.subList(0, 2), "newest first is usual");
    }

    private static void ordersAfterUntil(World w) throws Exception {
        List<Order> found = w.api.orders().get(CurrentOrderStatus.ALL, null,
                w.resting.get(0).getSubmittedAt(), w.resting.get(2).getSubmittedAt(), null, null, null);
        Harness.expectEqual(ids(found), Set.of(w.resting.get(1).getId()), "between the two");
    }

    private static void ordersBySymbol(World w) throws Exception {
        Set<String> found = open(w, null, List.of("SPY", "IWM")).stream()
                .map(Order::getSymbol).collect(Collectors.toSet());
        Harness.expectEqual(found, Set.of("SPY", "IWM"), "symbols");
    }

    private static void ordersNested(World w) throws Exception {
        Ticket ticket = w.restingTicket("TSLA", 1);
        Order order = w.rest(ticket.bracket(ticket.limitPrice, 0.1));
        List<Order> nested = open(w, true, List.of("TSLA"));
        Harness.expectEqual(ids(nested), Set.of(order.getId()), "nested rows");
        Set<String> wanted = new HashSet<>(ids(nested.get(0).getLegs()));
        Harness.expectEqual(wanted.size(), 2, "legs");
        wanted.add(order.getId());
        Harness.expectEqual(ids(open(w, false, List.of("TSLA"))), wanted, "flat rows");
        w.cancel(order.getId());
    }

    private static void cancelAll(World w) throws Exception {
        List<CancelledOrder> answers = w.api.orders().cancelAll();
        Set<String> canceled = new HashSet<>();
        for (CancelledOrder answer : answers) {
            Harness.expectEqual(answer.getStatus(), 200, "status");
            canceled.add(answer.getId());
        }
        Harness.expectEqual(canceled, ids(w.resting), "answers");
        for (Order order : w.resting) {
            w.waitStatus(order.getId(), OrderStatus.CANCELED);
        }
        Harness.expectEqual(open(w, null, null).size(), 0, "open after");
        Harness.expectEqual(w.api.orders().cancelAll().size(), 0, "nothing left to cancel");
    }

    private static void closePartQuantity(World w) throws Exception {
        Order order = w.api.positions().close("AAPL", 2.0, null);
        Harness.expectEqual(order.getSide(), OrderSide.SELL, "side");
        Harness.expectEqual(order.getSymbol(), "AAPL", "symbol");
        Harness.expectNumber(order.getQuantity(), 2, "qty");
        w.waitStatus(order.getId(), OrderStatus.FILLED);
        Harness.expectEqual(w.positionQty("AAPL"), 8.0, "what is left");
    }

    private static void shortSale(World w) throws Exception {
        w.market("TSLA", 5, OrderSide.SELL);
        Position position = w.api.positions().getBySymbol("TSLA");
        Harness.expectEqual(position.getSide(), "short", "side");
        Harness.expectNumber(position.getQuantity(), -5, "qty");
        Harness.expect(Harness.number(position.getMarketValue()) < 0
                && Harness.number(position.getCostBasis()) < 0, "values below zero", position);
        Harness.expect(Harness.number(w.api.account().get().getShortMarketValue()) < 0,
                "short_market_value");
    }

    private static void closeAll(World w) throws Exception {
        Set<String> held = w.api.positions().get().stream()
                .map(Position::getSymbol).collect(Collectors.toSet());
        w.rest(w.restingTicket("SPY", 1));
        Set<String> closing = new HashSet<>();
        List<ClosePositionOrder> answers = w.api.positions().closeAll(true);
        for (ClosePositionOrder answer : answers) {
            Harness.expectEqual(answer.getStatus(), 200, "status");
            closing.add(answer.getSymbol());
        }
        Harness.expectEqual(closing, held, "answers");
        w.admin.advance(180); // one of them is larger than what a quote shows
        for (ClosePositionOrder answer : answers) {
            w.waitStatus(answer.getOrder().getId(), OrderStatus.FILLED);
        }
        Harness.waitUntil(() -> w.api.positions().get().isEmpty(), "no position");
        Harness.expectEqual(open(w, null, null).size(), 0, "open orders");
    }
}
