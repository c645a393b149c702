// StepsGroups.java: orders that belong together: bracket, one cancels other, one triggers other.

import java.util.List;
import java.util.Map;
import net.jacobpeterson.alpaca.model.endpoint.orders.Order;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderClass;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderSide;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderStatus;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderTimeInForce;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderType;

final class StepsGroups {
    private StepsGroups() {}

    static void add(Map<String, Harness.Step> steps) {
        steps.put("bracket_resting", StepsGroups::bracketResting);
        steps.put("bracket_entered", StepsGroups::bracketEntered);
        steps.put("bracket_child_canceled", w -> {
            w.cancel(w.target.getId());
            w.waitStatus(w.stop.getId(), OrderStatus.CANCELED);
        });
        steps.put("bracket_one_child", StepsGroups::bracketOneChild);
        steps.put("bracket_wrong_sides", StepsGroups::bracketWrongSides);
        steps.put("oco_order", StepsGroups::ocoOrder);
        steps.put("oco_canceled", w -> {
            w.cancel(w.order.getId());
            w.waitStatus(w.stop.getId(), OrderStatus.CANCELED);
        });
        steps.put("oto_order", StepsGroups::otoOrder);
    }

    /** Two shares of NVDA at the market. */
    private static Ticket bracket(World w, double share) throws Exception {
        return Ticket.market(OrderSide.BUY, "NVDA", 2)
                .lasting(OrderTimeInForce.GOOD_UNTIL_CANCELLED)
                .bracket(w.quote("NVDA").getAskPrice(), share);
    }

    private static void targetAndStop(World w, String id) throws Exception {
        List<Order> legs = w.api.orders().get(id, true).getLegs();
        Harness.expectEqual(legs.size(), 2, "legs");
        for (Order leg : legs) {
            if (leg.getType() == OrderType.LIMIT) {
                w.target = leg;
            } else {
                w.stop = leg;
            }
        }
        Harness.expect(w.target != null && w.stop.getType() == OrderType.STOP, "target and stop");
    }

    private static void onlyStop(World w, String id) throws Exception {
        List<Order> legs = w.api.orders().get(id, true).getLegs();
        Harness.expect(legs.size() == 1 && legs.get(0).getType() == OrderType.STOP,
                "the stop is the only leg", legs);
        w.stop = legs.get(0);
    }

    private static void bracketResting(World w) throws Exception {
        Ticket ticket = w.restingTicket("NVDA", 2).lasting(OrderTimeInForce.GOOD_UNTIL_CANCELLED);
        Order order = w.submit(ticket.bracket(ticket.limitPrice, 0.1));
        Harness.expectEqual(order.getOrderClass(), OrderClass.BRACKET, "order_class");
        Harness.expectEqual(order.getLegs().size(), 2, "legs");
        w.waitStatus(order.getId(), OrderStatus.NEW);
        targetAndStop(w, order.getId());
        for (Order leg : List.of(w.target, w.stop)) {
            Harness.expectEqual(leg.getStatus(), OrderStatus.HELD, "status of the leg");
            Harness.expectEqual(leg.getSide(), OrderSide.SELL, "side of the leg");
            Harness.expectNumber(leg.getQuantity(), 2, "qty of the leg");
        }
        w.cancel(order.getId());
        w.waitStatus(w.target.getId(), OrderStatus.CANCELED);
        w.waitStatus(w.stop.getId(), OrderStatus.CANCELED);
    }

    private static void bracketEntered(World w) throws Exception {
        Order order = w.submit(bracket(w, 0.1));
        w.waitStatus(order.getId(), OrderStatus.FILLED);
        targetAndStop(w, order.getId());
        Order target = w.waitStatus(w.target.getId(), OrderStatus.NEW);
        Harness.expectEqual(target.getType(), OrderType.LIMIT, "target");
        Order stop = w.waitStatus(
                w.stop.getId(), OrderStatus.NEW, OrderStatus.HELD, OrderStatus.ACCEPTED);
        Harness.expect(Harness.number(stop.getStopPrice()) > 0, "stop_price");
    }

    private static void bracketOneChild(World w) throws Exception {
        Ticket ticket = Ticket.market(OrderSide.BUY, "NVDA", 1);
        ticket.orderClass = OrderClass.BRACKET;
        ticket.stopLoss = World.below(w.quote("NVDA").getBidPrice(), 0.1);
        w.refused(() -> w.submit(ticket), 422, 40010001, "bracket orders require take_profit");
    }

    private static void bracketWrongSides(World w) throws Exception {
        Ticket ticket = bracket(w, -0.2);
        String message = w.refused(() -> w.submit(ticket), 422, 42210000, "")
                .get("message").getAsString();
        Harness.expect(message.contains("take_profit") || message.contains("stop_loss"), message);
    }

    private static void ocoOrder(World w) throws Exception {
        var quote = w.quote("AAPL");
        double target = World.above(quote.getAskPrice(), 0.1);
        Order order = w.api.orders().requestOCOOrder("AAPL", 3, OrderSide.SELL,
                OrderTimeInForce.GOOD_UNTIL_CANCELLED, null, target,
                World.below(quote.getBidPrice(), 0.1), null);
        w.order = w.waitStatus(order.getId(), OrderStatus.NEW);
        Harness.expectEqual(order.getOrderClass(), OrderClass.ONE_CANCELS_OTHER, "order_class");
        Harness.expectEqual(order.getType(), OrderType.LIMIT, "type");
        Harness.expectNumber(order.getLimitPrice(), target, "limit_price");
        onlyStop(w, order.getId());
    }

    private static void otoOrder(World w) throws Exception {
        Ticket ticket = Ticket.market(OrderSide.BUY, "NVDA", 1);
        ticket.orderClass = OrderClass.ONE_TRIGGERS_OTHER;
        ticket.stopLoss = World.below(w.quote("NVDA").getBidPrice(), 0.1);
        Order order = w.submit(ticket);
        Harness.expectEqual(order.getOrderClass(), OrderClass.ONE_TRIGGERS_OTHER, "order_class");
        w.waitStatus(order.getId(), OrderStatus.FILLED);
        onlyStop(w, order.getId());
        Order stop = w.waitStatus(w.stop.getId(), OrderStatus.NEW);
        Harness.expectNumber(stop.getStopPrice(), ticket.stopLoss, "stop_price");
        w.cancel(stop.getId());
    }
}
