// v3.mjs: @alpacahq/alpaca-trade-api 3 in the words of the steps. Trading calls answer the JSON as
// it came, data calls objects with names of the SDK's own, which are turned into ours here.
import { createRequire } from "node:module";

import { NotInSdk, inTime } from "./harness.mjs";

const KEY = "PKSDKJSTHREE00000001";
const SECRET = "js-three-secret-of-the-conformance-run";

const time = (value) => new Date(value);

const quoteOf = (q, symbol = q.Symbol) => ({
  symbol, bid: q.BidPrice, ask: q.AskPrice, bid_size: q.BidSize, ask_size: q.AskSize,
  time: time(q.Timestamp),
});
const tradeOf = (t, symbol = t.Symbol) => ({
  symbol, price: t.Price, size: t.Size, id: t.ID, exchange: t.Exchange, tape: t.Tape,
  time: time(t.Timestamp),
});
const barOf = (b, symbol = b.Symbol) => ({
  symbol, open: b.OpenPrice, high: b.HighPrice, low: b.LowPrice, close: b.ClosePrice,
  volume: b.Volume, count: b.TradeCount, vwap: b.VWAP, time: time(b.Timestamp),
});
const snapshotOf = (s) => ({
  symbol: s.symbol,
  trade: tradeOf(s.LatestTrade, s.symbol),
  quote: quoteOf(s.LatestQuote, s.symbol),
  minute: barOf(s.MinuteBar, s.symbol),
  day: barOf(s.DailyBar, s.symbol),
  day_before: barOf(s.PrevDailyBar, s.symbol),
});
const options = ({ start, end, timeframe, limit, page, sort }) => {
  const all = {
    start: start?.toISOString(), end: end?.toISOString(), timeframe, limit, pageLimit: page, sort,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
};
const byKey = (map, of) =>
  Object.fromEntries([...map].map(([symbol, value]) => [symbol, of(value, symbol)]));

async function all(generator, of, symbol) {
  const found = [];
  for await (const item of generator) {
    found.push(of(item, symbol));
  }
  return found;
}

export class Sdk {
  constructor({ modules, http, tls, recorder }) {
    const require = createRequire(`${modules}/package.json`);
    this.Alpaca = require("@alpacahq/alpaca-trade-api");
    const axios = createRequire(require.resolve("@alpacahq/alpaca-trade-api"))("axios");
    const note = (answer) => {
      const { config, headers, status, data, request } = answer;
      const body = typeof data === "string" ? data : JSON.stringify(data);
      const url = `http://${http}${request.path}`;
      recorder.record(config.method.toUpperCase(), url, status, headers["content-type"] ?? "", body);
    };
    axios.interceptors.response.use(
      (answer) => (note(answer), answer),
      (error) => {
        if (error.response) {
          note(error.response);
        }
        return Promise.reject(error);
      },
    );
    this.http = http;
    this.tls = tls;
    this.alpaca = this.client(SECRET);
  }

  client(secretKey) {
    return new this.Alpaca({
      keyId: KEY, secretKey, paper: true, feed: "iex",
      baseUrl: `http://${this.http}`,
      dataBaseUrl: `http://${this.http}`,
      dataStreamUrl: `https://${this.tls}`, // its data streams know nothing but TLS
    });
  }

  /** A refusal; null when it is no answer of the exchange. */
  error(error) {
    if (error.response) {
      const { status, data } = error.response;
      return { status, code: data.code, message: data.message ?? "", body: data };
    }
    // The data calls keep no more than this.
    const said = /^code: (\d+), message: (.*)$/s.exec(error.message);
    return said && { status: Number(said[1]), message: said[2], body: { message: said[2] } };
  }

  account() { return this.alpaca.getAccount(); }
  accountWith(secret) { return this.client(secret).getAccount(); }
  configurations() { return this.alpaca.getAccountConfigurations(); }
  configure(changes) { return this.alpaca.updateAccountConfigurations(changes); }
  async clock() {
    const c = await this.alpaca.getClock();
    return {
      timestamp: time(c.timestamp), is_open: c.is_open,
      next_open: time(c.next_open), next_close: time(c.next_close),
    };
  }
  calendar(start, end) { return this.alpaca.getCalendar({ start, end }); }
  assets() { return this.alpaca.getAssets({ status: "active", asset_class: "us_equity" }); }
  asset(symbol) { return this.alpaca.getAsset(symbol); }

  submit(order) { return this.alpaca.createOrder(order); }
  replace(id, changes) { return this.alpaca.replaceOrder(id, changes); }
  cancel(id) { return this.alpaca.cancelOrder(id); }
  cancelAll() { return this.alpaca.cancelAllOrders(); }
  order(id) { return this.alpaca.getOrder(id); }
  /** Its call for one order cannot ask for the legs; the list can. */
  async nested(id) {
    const orders = await this.alpaca.getOrders({ status: "all", nested: true, limit: 500 });
    return orders.find((order) => order.id === id);
  }
  orderByClientId(id) { return this.alpaca.getOrderByClientId(id); }
  orders({ symbols, after, until, ...more }) {
    return this.alpaca.getOrders({
      ...more, symbols: symbols?.join(","),
      after: after && String(after), until: until && String(until),
    });
  }

  positions() { return this.alpaca.getPositions(); }
  position(symbol) { return this.alpaca.getPosition(symbol); }
  closePart() { throw new NotInSdk(); }
  async closeAll() {
    await this.cancelAll(); // it cannot ask for both at once
    return this.alpaca.closeAllPositions();
  }

  activities({ type, page, token, direction }) {
    return this.alpaca.getAccountActivities({
      activityTypes: type, pageSize: page, pageToken: token, direction,
    });
  }
  activitiesByType() { throw new NotInSdk(); }
  portfolioHistory(request) { return this.alpaca.getPortfolioHistory(request); }

  watchlists() { return this.alpaca.getWatchlists(); }
  watchlist(id) { return this.alpaca.getWatchlist(id); }
  createWatchlist(name, symbols) { return this.alpaca.addWatchlist(name, symbols); }
  addToWatchlist(id, symbol) { return this.alpaca.addToWatchlist(id, symbol); }
  removeFromWatchlist(id, symbol) { return this.alpaca.deleteFromWatchlist(id, symbol); }
  updateWatchlist(id, name, symbols) { return this.alpaca.updateWatchlist(id, { name, symbols }); }
  deleteWatchlist(id) { return this.alpaca.deleteWatchlist(id); }
  byName() { throw new NotInSdk(); }

  // Single forms leave the symbol out: it is the one that was asked for.
  async latestQuote(symbol) { return quoteOf(await this.alpaca.getLatestQuote(symbol), symbol); }
  async latestTrade(symbol) { return tradeOf(await this.alpaca.getLatestTrade(symbol), symbol); }
  async latestBar(symbol) { return barOf(await this.alpaca.getLatestBar(symbol), symbol); }
  async latestQuotes(symbols) { return byKey(await this.alpaca.getLatestQuotes(symbols), quoteOf); }
  async latestTrades(symbols) { return byKey(await this.alpaca.getLatestTrades(symbols), tradeOf); }
  async latestBars(symbols) { return byKey(await this.alpaca.getLatestBars(symbols), barOf); }
  async snapshot(symbol) { return snapshotOf(await this.alpaca.getSnapshot(symbol)); }
  async snapshots(symbols) {
    const found = await this.alpaca.getSnapshots(symbols);
    return Object.fromEntries(found.map((s) => [s.symbol, snapshotOf(s)]));
  }

  bars(symbol, asked) { return all(this.alpaca.getBarsV2(symbol, options(asked)), barOf, symbol); }
  quotes(symbol, asked) {
    return all(this.alpaca.getQuotesV2(symbol, options(asked)), quoteOf, symbol);
  }
  trades(symbol, asked) {
    return all(this.alpaca.getTradesV2(symbol, options(asked)), tradeOf, symbol);
  }
  async barsOf(symbols, asked) {
    const found = await this.alpaca.getMultiBarsV2(symbols, options(asked));
    return byKey(found, (bars, symbol) => bars.map((bar) => barOf(bar, symbol)));
  }

  async headers() { return (await this.alpaca.httpRequest("/account")).headers; }

  tradingStream(secret, onUpdate) {
    const stream = this.client(secret).trade_ws;
    return {
      connect: () => {
        const said = new Promise((resolve) => {
          stream.onConnect(() => resolve("authorized"));
          stream.onError((error) => resolve(error));
        });
        stream.connect();
        return inTime(said, "authorization").then((result) => {
          if (result === "authorized") {
            stream.subscribe(["trade_updates"]);
          }
          return result === "bad key id or secret" ? "unauthorized" : result;
        });
      },
      close: () => stream.disconnect(),
      listen: stream.onOrderUpdate((u) => onUpdate({ ...u, timestamp: time(u.timestamp) })),
    };
  }

  dataStream(secret) { return new DataStream(this.client(secret).data_stream_v2); }

  right() { return SECRET; }
}

class DataStream {
  constructor(stream) {
    this.stream = stream;
    this.errors = [];
    this.received = { quotes: [], trades: [], bars: [] };
    stream.onStockQuote((q) => this.received.quotes.push(quoteOf(q)));
    stream.onStockTrade((t) => this.received.trades.push(tradeOf(t)));
    stream.onStockBar((b) => this.received.bars.push(barOf(b)));
    stream.onError((error) => this.errors.push(error));
  }

  /** "authenticated", or the error. */
  connect() {
    const said = new Promise((resolve) => {
      this.stream.onConnect(() => resolve("authenticated"));
      this.stream.onError((error) => resolve(error));
    });
    this.stream.connect();
    return inTime(said, "an answer to auth");
  }

  subscribe(kind, symbols) {
    const name = { quotes: "Quotes", trades: "Trades", bars: "Bars" }[kind];
    this.stream[`subscribeFor${name}`](symbols);
  }

  unsubscribe(kind, symbols) {
    const name = { quotes: "Quotes", trades: "Trades", bars: "Bars" }[kind];
    this.stream[`unsubscribeFrom${name}`](symbols);
  }

  /** The SDK's own list; each confirmation of the exchange puts another object in its place. */
  subscriptions() { return this.stream.getSubscriptions(); }

  close() { this.stream.disconnect(); }
}
