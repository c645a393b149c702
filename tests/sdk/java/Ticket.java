// Ticket.java: what an order is to be, with names for the SDK's sixteen arguments.

import net.jacobpeterson.alpaca.model.endpoint.orders.Order;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderClass;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderSide;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderTimeInForce;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderType;
import net.jacobpeterson.alpaca.rest.AlpacaClientException;
import net.jacobpeterson.alpaca.rest.endpoint.orders.OrdersEndpoint;

final class Ticket {
    final OrderSide side;
    final OrderType type;
    final String symbol;
    Double qty;
    Double notional;
    OrderTimeInForce timeInForce = OrderTimeInForce.DAY;
    Double limitPrice;
    Double stopPrice;
    Double trailPrice;
    Double trailPercent;
    Boolean extendedHours;
    String clientId;
    OrderClass orderClass;
    Double takeProfit;
    Double stopLoss;

    Ticket(OrderType type, OrderSide side, String symbol, Double qty) {
        this.type = type;
        this.side = side;
        this.symbol = symbol;
        this.qty = qty;
    }

    static Ticket market(OrderSide side, String symbol, double qty) {
        return new Ticket(OrderType.MARKET, side, symbol, qty);
    }

    static Ticket limit(OrderSide side, String symbol, double qty, double price) {
        Ticket ticket = new Ticket(OrderType.LIMIT, side, symbol, qty);
        ticket.limitPrice = price;
        return ticket;
    }

    Ticket lasting(OrderTimeInForce timeInForce) {
        this.timeInForce = timeInForce;
        return this;
    }

    /** A bracket whose exits are a share above and below. */
    Ticket bracket(double base, double share) {
        orderClass = OrderClass.BRACKET;
        takeProfit = World.above(base, share);
        stopLoss = World.below(base, share);
        return this;
    }

    Order send(OrdersEndpoint orders) throws AlpacaClientException {
        return orders.requestOrder(symbol, qty, notional, side, type, timeInForce, limitPrice,
                stopPrice, trailPrice, trailPercent, extendedHours, clientId, orderClass, takeProfit,
                stopLoss, null);
    }
}
