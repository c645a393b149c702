// steps_data.mjs: the latest of everything, history, and the data stream.
import { expect, expectEqual, waitFor } from "./harness.mjs";
import { SYMBOLS, WRONG } from "./world.mjs";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

async function checkQuote({ sdk }, quote, symbol) {
  expectEqual(quote.symbol, symbol, "symbol");
  expect(quote.bid > 0 && quote.bid < quote.ask, "bid, ask", quote);
  expect(quote.bid_size > 0 && quote.ask_size > 0, "sizes");
  const age = (await sdk.clock()).timestamp - quote.time;
  expect(age > -60_000 && age < 7 * HOUR_MS, "age", age);
}

function checkTrade(trade, symbol) {
  expectEqual(trade.symbol, symbol, "symbol");
  expect(trade.price > 0 && trade.size > 0, "price, size");
  expect(trade.id !== undefined && trade.exchange && trade.tape, "id, exchange, tape", trade);
}

function checkBar(bar, symbol) {
  expectEqual(bar.symbol, symbol, "symbol");
  expect(bar.low > 0 && bar.low <= Math.min(bar.open, bar.close), "low", bar);
  expect(bar.high >= Math.max(bar.open, bar.close), "high", bar);
  expect(bar.volume > 0 && bar.count > 0, "volume, count", bar);
  expect(bar.low <= bar.vwap && bar.vwap <= bar.high, "vwap", bar);
}

export async function latest_quote_one(world) {
  await checkQuote(world, await world.sdk.latestQuote("AAPL"), "AAPL");
}

export async function latest_quotes(world) {
  const found = await world.sdk.latestQuotes(SYMBOLS);
  expectEqual(Object.keys(found).sort(), SYMBOLS, "symbols");
  for (const symbol of SYMBOLS) {
    await checkQuote(world, found[symbol], symbol);
  }
}

export async function latest_trade_one({ sdk }) {
  checkTrade(await sdk.latestTrade("AAPL"), "AAPL");
}

export async function latest_trades({ sdk }) {
  const found = await sdk.latestTrades(SYMBOLS);
  expectEqual(Object.keys(found).sort(), SYMBOLS, "symbols");
  SYMBOLS.forEach((symbol) => checkTrade(found[symbol], symbol));
}

export async function latest_bar_one({ sdk }) {
  checkBar(await sdk.latestBar("AAPL"), "AAPL");
}

export async function latest_bars({ sdk }) {
  const found = await sdk.latestBars(SYMBOLS);
  expectEqual(Object.keys(found).sort(), SYMBOLS, "symbols");
  SYMBOLS.forEach((symbol) => checkBar(found[symbol], symbol));
}

async function checkSnapshot(world, snapshot, symbol) {
  expectEqual(snapshot.symbol, symbol, "symbol");
  checkTrade(snapshot.trade, symbol);
  await checkQuote(world, snapshot.quote, symbol);
  const { minute, day, day_before } = snapshot;
  [minute, day, day_before].forEach((bar) => checkBar(bar, symbol));
  expect(day_before.time < day.time && day.time <= minute.time, "times", snapshot);
}

export async function snapshot_one(world) {
  await checkSnapshot(world, await world.sdk.snapshot("AAPL"), "AAPL");
}

export async function snapshots(world) {
  const found = await world.sdk.snapshots(SYMBOLS);
  expectEqual(Object.keys(found).sort(), SYMBOLS, "symbols");
  for (const symbol of SYMBOLS) {
    await checkSnapshot(world, found[symbol], symbol);
  }
}

// History.

/** Midnight in New York or an hour beside it, some days back. */
async function daysAgo({ sdk }, days) {
  const now = (await sdk.clock()).timestamp;
  return new Date(Math.floor(+now / DAY_MS) * DAY_MS + 5 * HOUR_MS - days * DAY_MS);
}

/** The result of the call, which must have taken more than one request. */
async function pagesOf(world, call) {
  const before = world.recorder.count;
  const result = await call();
  const pages = world.recorder.count - before;
  expect(pages >= 2, "pages:", pages);
  return result;
}

function inOrder(points) {
  const times = points.map((point) => +point.time);
  expectEqual(times, [...times].sort((a, b) => a - b), "order of times");
}

function checkMinutes(bars, symbol) {
  inOrder(bars);
  expectEqual(new Set(bars.map((bar) => +bar.time)).size, bars.length, "each minute once");
  expect(bars.every((bar) => bar.time % 60_000 === 0), "whole minutes");
  bars.forEach((bar) => checkBar(bar, symbol));
}

export async function bars_one_pages(world) {
  const asked = { timeframe: "1Min", start: await daysAgo(world, 5) };
  const whole = await world.sdk.bars("AAPL", { ...asked, limit: 50 });
  expectEqual(whole.length, 50, "as many as asked for");
  checkMinutes(whole, "AAPL");
  const parts = await pagesOf(world, () => world.sdk.bars("AAPL", { ...asked, limit: 50, page: 20 }));
  expectEqual(parts, whole, "in pages and at once");
}

export async function bars_many_pages(world) {
  const start = await daysAgo(world, 5);
  const end = new Date(+start + 3 * DAY_MS);
  const found = await pagesOf(world, () =>
    world.sdk.barsOf(["AAPL", "MSFT", "SPY"], { timeframe: "15Min", start, end, page: 20 }),
  );
  expectEqual(Object.keys(found).sort(), ["AAPL", "MSFT", "SPY"], "symbols");
  for (const [symbol, bars] of Object.entries(found)) {
    checkMinutes(bars, symbol);
  }
  expectEqual(new Set(Object.values(found).map((bars) => bars.length)).size, 1, "equally many");
}

export async function bars_daily(world) {
  const start = await daysAgo(world, 9);
  const bars = await world.sdk.bars("SPY", { timeframe: "1Day", start });
  expect(bars.length >= 4 && bars.length <= 8, "days:", bars.length);
  const clock = new Intl.DateTimeFormat("en-GB", {
    timeZone: "America/New_York", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  for (const bar of bars) {
    expectEqual(clock.format(bar.time), "00:00", "midnight in New York");
    checkBar(bar, "SPY");
  }
}

export async function bars_descending(world) {
  const start = await daysAgo(world, 5);
  const bars = await world.sdk.bars("SPY", { timeframe: "5Min", start, sort: "desc", limit: 7 });
  const times = bars.map((bar) => +bar.time);
  expectEqual(times.length, 7, "as many as asked for");
  expectEqual(times, [...times].sort((a, b) => b - a), "newest first");
  expect(times.every((t) => t % 300_000 === 0), "five minutes");
}

export async function quotes_history(world) {
  const asked = { start: await daysAgo(world, 5), limit: 90, page: 40 };
  const quotes = await pagesOf(world, () => world.sdk.quotes("AAPL", asked));
  expectEqual(quotes.length, 90, "as many as asked for");
  inOrder(quotes);
  expect(quotes.every((q) => q.bid > 0 && q.bid < q.ask), "bid below ask");
}

export async function trades_history(world) {
  const asked = { start: await daysAgo(world, 5), limit: 90, page: 40 };
  const trades = await pagesOf(world, () => world.sdk.trades("AAPL", asked));
  expectEqual(trades.length, 90, "as many as asked for");
  inOrder(trades);
  trades.forEach((trade) => checkTrade(trade, "AAPL"));
  expectEqual(new Set(trades.map((trade) => trade.id)).size, 90, "different ids");
}

export async function bars_bad_timeframe(world) {
  const start = await daysAgo(world, 1);
  await world.refused(() => world.sdk.bars("SPY", { timeframe: "99Min", start }), 400);
}

export async function bars_unknown_symbol(world) {
  const start = await daysAgo(world, 1);
  expectEqual(await world.sdk.barsOf(["ZZZZ"], { timeframe: "1Min", start }), {}, "bars");
  expectEqual(await world.sdk.bars("ZZZZ", { timeframe: "1Min", start }), [], "bars of one");
}

// The stream.

async function connectAnew({ sdk }, secret) {
  const stream = sdk.dataStream(secret);
  try {
    return await stream.connect();
  } finally {
    stream.close();
  }
}

export async function data_stream_wrong_key(world) {
  expectEqual(await connectAnew(world, WRONG), "auth failed", "the answer");
}

/** Does it, and waits until the exchange confirmed. */
async function confirmed(stream, change, what) {
  const before = stream.subscriptions();
  change();
  await waitFor(() => stream.subscriptions() !== before, `a confirmation of ${what}`);
  return stream.subscriptions();
}

export async function data_stream_quotes(world) {
  const stream = world.sdk.dataStream(world.sdk.right());
  world.stream = stream;
  expectEqual(await stream.connect(), "authenticated", "the answer");
  const said = await confirmed(stream, () => stream.subscribe("quotes", ["AAPL", "MSFT"]), "quotes");
  expectEqual([...said.quotes].sort(), ["AAPL", "MSFT"], "confirmed quotes");
  await world.admin.advance(60);
  await waitFor(() => stream.received.quotes.length >= 2, "quotes");
  for (const quote of stream.received.quotes) {
    expect(["AAPL", "MSFT"].includes(quote.symbol), "symbol", quote.symbol);
    await checkQuote(world, quote, quote.symbol);
  }
}

export async function data_stream_trades(world) {
  const { stream } = world;
  const said = await confirmed(stream, () => stream.subscribe("trades", ["AAPL"]), "trades");
  expectEqual(said.trades, ["AAPL"], "confirmed trades");
  await world.admin.advance(60);
  await waitFor(() => stream.received.trades.length > 0, "trades");
  checkTrade(stream.received.trades[0], "AAPL");
}

export async function data_stream_bars(world) {
  const { stream } = world;
  await confirmed(stream, () => stream.subscribe("bars", ["SPY"]), "bars");
  await world.admin.advance(120);
  await waitFor(() => stream.received.bars.length > 0, "a bar");
  const bar = stream.received.bars[0];
  checkBar(bar, "SPY");
  expectEqual(bar.time % 60_000, 0, "a whole minute");
  const asked = { timeframe: "1Min", start: bar.time, end: bar.time };
  expectEqual(await world.sdk.bars("SPY", asked), [bar], "stream and history");
}

export async function data_stream_unsubscribe(world) {
  const { stream } = world;
  const change = () => stream.unsubscribe("quotes", ["AAPL", "MSFT"]);
  expectEqual((await confirmed(stream, change, "unsubscribe")).quotes, [], "confirmed quotes");
  const { quotes, trades } = stream.received;
  const [quotesBefore, tradesBefore] = [quotes.length, trades.length];
  await world.admin.advance(60);
  await waitFor(() => trades.length > tradesBefore, "trades");
  expectEqual(quotes.length, quotesBefore, "quotes");
}

/** Thirty symbols at a time, trades and quotes together, is what the free plan gives. */
export async function data_stream_symbol_limit(world) {
  const { stream } = world;
  const letter = (n) => String.fromCharCode(65 + n);
  const names = Array.from({ length: 31 }, (_, i) => `A${letter(Math.floor(i / 6))}${letter(i % 6)}`);
  stream.subscribe("quotes", names);
  await waitFor(() => stream.errors.includes("symbol limit exceeded"), "symbol limit exceeded");
  const { trades } = stream.received;
  const before = trades.length;
  await world.admin.advance(60);
  await waitFor(() => trades.length > before, "the old subscription to go on");
}

export async function data_stream_second(world) {
  const answer = await connectAnew(world, world.sdk.right());
  expectEqual(answer, "connection limit exceeded", "the answer");
}
