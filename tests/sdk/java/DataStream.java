// DataStream.java: the SDK's stream of market data, and what came on it.

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import net.jacobpeterson.alpaca.AlpacaAPI;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.common.realtime.MarketDataMessage;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.common.realtime.control.ErrorMessage;
import net.jacobpeterson.alpaca.model.endpoint.marketdata.common.realtime.enums.MarketDataMessageType;
import net.jacobpeterson.alpaca.websocket.AlpacaWebsocket;
import net.jacobpeterson.alpaca.websocket.marketdata.MarketDataWebsocketInterface;

final class DataStream {
    final MarketDataWebsocketInterface socket;
    final List<MarketDataMessage> received = new CopyOnWriteArrayList<>();

    DataStream(AlpacaAPI api) {
        socket = api.stockMarketDataStreaming();
        ((AlpacaWebsocket<?, ?, ?>) socket).setAutomaticallyReconnect(false);
        socket.subscribeToControl(MarketDataMessageType.SUCCESS, MarketDataMessageType.ERROR,
                MarketDataMessageType.SUBSCRIPTION);
        socket.setListener((type, message) -> received.add(message));
    }

    /** Connects; whether the exchange let it in. */
    boolean connect() throws Exception {
        var authorized = socket.getAuthorizationFuture();
        socket.connect();
        return authorized.get(Harness.DEADLINE_MS, TimeUnit.MILLISECONDS);
    }

    <T> List<T> of(Class<T> kind) {
        return received.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    <T> T waitNext(Class<T> kind, int before) throws Exception {
        return Harness.waitFor(() -> of(kind).size() > before ? of(kind).get(before) : null,
                kind.getSimpleName());
    }

    ErrorMessage waitError(int code) throws Exception {
        return Harness.waitFor(() -> of(ErrorMessage.class).stream()
                .filter(error -> error.getCode() == code).findFirst().orElse(null), "error " + code);
    }
}
