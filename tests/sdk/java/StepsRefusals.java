// StepsRefusals.java: orders that break a rule.

import java.util.Map;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderSide;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderTimeInForce;
import net.jacobpeterson.alpaca.model.endpoint.orders.enums.OrderType;

final class StepsRefusals {
    private StepsRefusals() {}

    static void add(Map<String, Harness.Step> steps) {
        steps.put("tif_opg_refused", w -> refused(w,
                lower(w, "SPY", 1).lasting(OrderTimeInForce.OPG),
                403, 40310000, "opg orders must be submitted"));
        steps.put("fractional_not_gtc", w -> refused(w,
                lower(w, "AMZN", 0.5).lasting(OrderTimeInForce.GOOD_UNTIL_CANCELLED),
                422, 42210000, "fractional orders must be DAY orders"));
        steps.put("extended_hours_market", StepsRefusals::extendedHoursMarket);
        steps.put("sub_penny", StepsRefusals::subPenny);
        steps.put("negative_quantity", w -> refused(w, Ticket.market(OrderSide.BUY, "SPY", -1),
                422, 40010001, "qty must be > 0"));
        steps.put("limit_without_price", w -> refused(w,
                new Ticket(OrderType.LIMIT, OrderSide.BUY, "SPY", 1.0),
                422, 40010001, "limit orders require a limit price"));
        steps.put("unknown_symbol", w -> refused(w, Ticket.market(OrderSide.BUY, "ZZZZ", 1),
                422, 42210000, "asset \"ZZZZ\" not found"));
    }

    private static void refused(World w, Ticket ticket, int status, int code, String text)
            throws Exception {
        w.refused(() -> w.submit(ticket), status, code, text);
    }

    private static Ticket lower(World w, String symbol, double qty) throws Exception {
        double price = World.below(w.quote(symbol).getBidPrice(), 0.1);
        return Ticket.limit(OrderSide.BUY, symbol, qty, price);
    }

    private static void extendedHoursMarket(World w) throws Exception {
        Ticket ticket = Ticket.market(OrderSide.BUY, "SPY", 1);
        ticket.extendedHours = true;
        refused(w, ticket, 422, 42210000, "extended hours order must be");
    }

    private static void subPenny(World w) throws Exception {
        Ticket ticket = lower(w, "SPY", 1);
        ticket.limitPrice += 0.005;
        refused(w, ticket, 422, 42210000,
                "sub-penny increment does not fulfill minimum pricing criteria");
    }
}
