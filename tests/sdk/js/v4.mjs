// v4.mjs: @alpacahq/alpaca-trade-api 4 in the words of the steps. Its models have names in camel
// case and real dates; `plain` turns the names back and refuses a date that is none.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

import { Failed, inTime } from "./harness.mjs";

const KEY = "PKSDKJSFOUR000000001";
const SECRET = "js-four-secret-of-the-conformance-run";

const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

function checked(date) {
  if (Number.isNaN(date.getTime())) {
    throw new Failed("the SDK could not read a time");
  }
  return date;
}

function plain(model) {
  if (model instanceof Date) {
    return checked(model);
  }
  if (Array.isArray(model)) {
    return model.map(plain);
  }
  if (model === null || typeof model !== "object") {
    return model;
  }
  return Object.fromEntries(Object.entries(model).map(([k, v]) => [snake(k), plain(v)]));
}

function camelKeys(value) {
  if (value === null || typeof value !== "object" || value instanceof Date) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [camel(k), camelKeys(v)]));
}

/** Replacements are made of strings. */
const strings = (value) =>
  Object.fromEntries(Object.entries(value).map(([k, v]) => [camel(k), String(v)]));

const quoteOf = (q, symbol = q.symbol) => ({
  symbol, bid: q.bidPrice, ask: q.askPrice, bid_size: q.bidSize, ask_size: q.askSize,
  time: checked(q.timestamp),
});
const tradeOf = (t, symbol = t.symbol) => ({
  symbol, price: t.price, size: t.size, id: t.id, exchange: t.exchange, tape: t.tape,
  time: checked(t.timestamp),
});
const barOf = (b, symbol = b.symbol) => ({
  symbol, open: b.open, high: b.high, low: b.low, close: b.close,
  volume: b.volume, count: b.tradeCount, vwap: b.vwap, time: checked(b.timestamp),
});

export class Sdk {
  static async load({ modules, http, recorder }) {
    const require = createRequire(`${modules}/package.json`);
    const path = require.resolve("@alpacahq/alpaca-trade-api");
    return new Sdk(await import(pathToFileURL(path)), http, recorder);
  }

  constructor(module, http, recorder) {
    this.module = module;
    this.http = http;
    this.recorder = recorder;
    this.alpaca = this.client(SECRET);
    this.trading = this.alpaca.trading;
    this.data = this.alpaca.marketData;
  }

  client(secret) {
    // Its hosts are fixed; where the requests go is up to its fetch.
    const fetchApi = async (input, init) => {
      const asked = new URL(input instanceof Request ? input.url : String(input));
      const url = `http://${this.http}${asked.pathname}${asked.search}`;
      const answer = await fetch(url, init);
      const body = await answer.clone().text();
      const type = answer.headers.get("content-type") ?? "";
      this.recorder.record(init?.method ?? "GET", url, answer.status, type, body);
      return answer;
    };
    return new this.module.Alpaca({ keyId: KEY, secret, fetchApi, rateLimit: false, retry: false });
  }

  /** A refusal; null when it is no answer of the exchange. */
  async error(error) {
    if (!(error instanceof this.module.ApiError)) {
      return null;
    }
    const { status, code, message } = error;
    return { status, code, message, body: await error.response.json() };
  }

  async account() { return plain(await this.trading.account.getAccount()); }
  async accountWith(secret) {
    return plain(await this.client(secret).trading.account.getAccount());
  }
  async configurations() {
    return plain(await this.trading.accountConfigurations.getAccountConfig());
  }
  async configure(changes) {
    const accountConfigurations = camelKeys(changes);
    return plain(
      await this.trading.accountConfigurations.patchAccountConfig({ accountConfigurations }),
    );
  }
  async clock() { return plain(await this.trading.clock.legacyClock()); }
  async calendar(start, end) {
    const days = plain(await this.trading.calendar.legacyCalendar({ start, end }));
    return days.map((day) => ({ ...day, date: day.date.toISOString().slice(0, 10) }));
  }
  async assets() {
    return plain(
      await this.trading.assets.getV2Assets({ status: "active", assetClass: "us_equity" }),
    );
  }
  async asset(symbolOrAssetId) {
    const found = plain(await this.trading.assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId }));
    const { _class, ...more } = found;
    return { ...more, class: _class };
  }

  /** By the builder of its kind; by the general one where that asks for more than is given. */
  async submit(order) {
    const { type, order_class: orderClass, ...more } = order;
    const input = camelKeys(more);
    const orders = this.trading.orders;
    const builder = builderOf(order);
    if (builder) {
      return plain(await orders[builder](input));
    }
    return plain(await orders.submit({ ...input, type, ...(orderClass && { orderClass }) }));
  }
  async replace(orderId, changes) {
    const patchOrderRequest = strings(changes);
    return plain(await this.trading.orders.patchOrderByOrderId({ orderId, patchOrderRequest }));
  }
  cancel(orderId) { return this.trading.orders.deleteOrderByOrderID({ orderId }); }
  async cancelAll() { return plain(await this.trading.orders.deleteAllOrders()); }
  async order(orderId) { return plain(await this.trading.orders.getOrderByOrderID({ orderId })); }
  async nested(orderId) {
    return plain(await this.trading.orders.getOrderByOrderID({ orderId, nested: true }));
  }
  async orderByClientId(clientOrderId) {
    return plain(await this.trading.orders.getOrderByClientOrderId({ clientOrderId }));
  }
  async orders({ after, until, symbols, ...more }) {
    // Its dates end with the millisecond: what is after a time is after the end of that.
    const next = (t) => new Date(t.getTime() + 1).toISOString();
    return plain(
      await this.trading.orders.getAllOrders({
        ...more,
        ...(symbols && { symbols: symbols.join(",") }),
        ...(after && { after: next(after) }),
        ...(until && { until: until.toISOString() }),
      }),
    );
  }

  async positions() { return plain(await this.trading.positions.getAllOpenPositions()); }
  async position(symbolOrAssetId) {
    return plain(await this.trading.positions.getOpenPosition({ symbolOrAssetId }));
  }
  async closePart(symbolOrAssetId, part) {
    return plain(await this.trading.positions.deleteOpenPosition({ symbolOrAssetId, ...part }));
  }
  async closeAll() { return plain(await this.trading.closeAllPositions({ cancelOrders: true })); }

  async activities({ type, page, token, direction }) {
    const asked = { activityTypes: [type], pageSize: page, pageToken: token, direction };
    return plain(await this.trading.accountActivities.getAccountActivities(asked));
  }
  async activitiesByType(activityType) {
    const asked = { activityType };
    return plain(await this.trading.accountActivities.getAccountActivitiesByActivityType(asked));
  }
  async portfolioHistory(request) {
    return plain(await this.trading.portfolioHistory.getAccountPortfolioHistory(request));
  }

  async watchlists() { return plain(await this.trading.watchlists.getWatchlists()); }
  async watchlist(watchlistId) {
    return plain(await this.trading.watchlists.getWatchlistById({ watchlistId }));
  }
  async createWatchlist(name, symbols) {
    const createWatchlistRequest = { name, symbols };
    return plain(await this.trading.watchlists.postWatchlist({ createWatchlistRequest }));
  }
  async addToWatchlist(watchlistId, symbol) {
    const asked = { watchlistId, addAssetToWatchlistRequest: { symbol } };
    return plain(await this.trading.watchlists.addAssetToWatchlist(asked));
  }
  async removeFromWatchlist(watchlistId, symbol) {
    return plain(await this.trading.watchlists.removeAssetFromWatchlist({ watchlistId, symbol }));
  }
  async updateWatchlist(watchlistId, name, symbols) {
    const asked = { watchlistId, updateWatchlistRequest: { name, symbols } };
    return plain(await this.trading.watchlists.updateWatchlistById(asked));
  }
  deleteWatchlist(watchlistId) {
    return this.trading.watchlists.deleteWatchlistById({ watchlistId });
  }
  byName() {
    const lists = this.trading.watchlists;
    return {
      read: async (name) => plain(await lists.getWatchlistByName({ name })),
      add: async (name, symbol) =>
        plain(
          await lists.addAssetToWatchlistByName({ name, addAssetToWatchlistRequest: { symbol } }),
        ),
      update: async (name, updateWatchlistRequest) =>
        plain(await lists.updateWatchlistByName({ name, updateWatchlistRequest })),
      remove: (name) => lists.deleteWatchlistByName({ name }),
    };
  }

  // The raw forms, each by its own path, in the SDK's canonical shapes.

  async latestQuote(symbol) {
    const found = await this.data.stocks.stockLatestQuoteSingle({ symbol });
    return this.quote(found.quote, found.symbol);
  }
  async latestTrade(symbol) {
    const found = await this.data.stocks.stockLatestTradeSingle({ symbol });
    return this.trade(found.trade, found.symbol);
  }
  async latestBar(symbol) {
    const found = await this.data.stocks.stockLatestBarSingle({ symbol });
    return this.bar(found.bar, found.symbol);
  }
  async latestQuotes(symbols) {
    const found = await this.data.stocks.stockLatestQuotes({ symbols: symbols.join(",") });
    return this.#each(found.quotes, (q, symbol) => this.quote(q, symbol));
  }
  async latestTrades(symbols) {
    const found = await this.data.stocks.stockLatestTrades({ symbols: symbols.join(",") });
    return this.#each(found.trades, (t, symbol) => this.trade(t, symbol));
  }
  async latestBars(symbols) {
    const found = await this.data.stocks.stockLatestBars({ symbols: symbols.join(",") });
    return this.#each(found.bars, (b, symbol) => this.bar(b, symbol));
  }
  async snapshot(symbol) {
    const found = await this.data.stocks.stockSnapshotSingle({ symbol });
    return this.#snapshot(found, found.symbol);
  }
  async snapshots(symbols) {
    const found = await this.data.stocks.stockSnapshots({ symbols: symbols.join(",") });
    return this.#each(found, (s, symbol) => this.#snapshot(s, symbol));
  }

  quote(q, symbol) { return quoteOf(this.module.marketDataShapes.toStockQuote(q, symbol)); }
  trade(t, symbol) { return tradeOf(this.module.marketDataShapes.toStockTrade(t, symbol)); }
  bar(b, symbol) { return barOf(this.module.marketDataShapes.toBar(b, symbol)); }
  #snapshot(s, symbol) {
    return {
      symbol,
      trade: this.trade(s.latestTrade, symbol),
      quote: this.quote(s.latestQuote, symbol),
      minute: this.bar(s.minuteBar, symbol),
      day: this.bar(s.dailyBar, symbol),
      day_before: this.bar(s.prevDailyBar, symbol),
    };
  }
  #each(map, of) {
    return Object.fromEntries(Object.entries(map).map(([s, value]) => [s, of(value, s)]));
  }

  /** Its limit is the size of a page; its iterators go on to the end. */
  async #first(iterator, limit) {
    const found = [];
    for await (const item of iterator) {
      if (limit !== undefined && found.length >= limit) {
        break;
      }
      found.push(item);
    }
    return found;
  }
  async bars(symbol, { limit, page, ...asked }) {
    const all = this.data.iterateStockBarSingle({ symbol, ...asked, limit: page ?? limit });
    return (await this.#first(all, limit)).map((b) => this.bar(b, symbol));
  }
  async quotes(symbol, { limit, page, ...asked }) {
    const all = this.data.iterateStockQuoteSingle({ symbol, ...asked, limit: page ?? limit });
    return (await this.#first(all, limit)).map((q) => this.quote(q, symbol));
  }
  async trades(symbol, { limit, page, ...asked }) {
    const all = this.data.iterateStockTradeSingle({ symbol, ...asked, limit: page ?? limit });
    return (await this.#first(all, limit)).map((t) => this.trade(t, symbol));
  }
  async barsOf(symbols, { limit, page, ...asked }) {
    const all = this.data.iterateStockBars({ symbols, ...asked, limit: page ?? limit });
    const found = {};
    for (const { symbol, value } of await this.#first(all, limit)) {
      (found[symbol] ??= []).push(this.bar(value, symbol));
    }
    return found;
  }

  async headers() {
    const answer = await this.module.withResponse(this.trading.account.getAccountRaw());
    return Object.fromEntries(answer.headers);
  }

  tradingStream(secret, onUpdate) {
    const stream = this.client(secret).trading.stream({ url: `ws://${this.http}/stream` });
    stream.onTradeUpdate((u) => onUpdate({ ...plain(u), order: plain(u.order) }));
    return {
      connect: async () => {
        const heard = new Promise((resolve) => stream.on("subscription", resolve));
        stream.onConnect(() => stream.subscribeTradeUpdates());
        stream.connect();
        const result = await inTime(stream.whenAuthenticated(), "authorization");
        if (!result.authenticated) {
          return result.message === "auth failed" ? "unauthorized" : result.message;
        }
        const streams = await inTime(heard, "the answer to listen");
        return streams.includes("trade_updates") ? "authorized" : `listening to ${streams}`;
      },
      close: () => stream.disconnect(),
    };
  }

  dataStream(secret) {
    const url = `ws://${this.http}/v2/iex`;
    return new DataStream(this.client(secret).marketData.stockStream({ url }));
  }

  right() { return SECRET; }
}

function builderOf(order) {
  if (order.order_class === "bracket") {
    return order.take_profit && order.stop_loss ? "bracket" : null;
  }
  if (order.order_class) {
    return order.order_class;
  }
  if (order.type === "limit" && order.limit_price === undefined) {
    return null;
  }
  return {
    market: "market", limit: "limit", stop: "stop", stop_limit: "stopLimit",
    trailing_stop: "trailingStop",
  }[order.type];
}

class DataStream {
  constructor(stream) {
    this.stream = stream;
    this.errors = [];
    this.received = { quotes: [], trades: [], bars: [] };
    stream.onQuote((q) => this.received.quotes.push(quoteOf(q)));
    stream.onTrade((t) => this.received.trades.push(tradeOf(t)));
    stream.onBar((b) => this.received.bars.push(barOf(b)));
    stream.onError((error) => this.errors.push(error));
    this.confirmed = { quotes: [], trades: [], bars: [] };
    stream.on("subscription", (confirmed) => {
      this.confirmed = confirmed;
    });
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

  /** What the exchange confirmed last: each time another object. */
  subscriptions() { return this.confirmed; }

  close() { this.stream.disconnect(); }
}
