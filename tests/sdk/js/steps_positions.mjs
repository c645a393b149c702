// steps_positions.mjs: positions, refusals for want of shares or money, lists of orders.
import { expect, expectEqual, waitFor } from "./harness.mjs";
import { above, below, near } from "./world.mjs";

export async function positions_list({ sdk }) {
  const positions = await sdk.positions();
  const symbols = positions.map((p) => p.symbol);
  expect(["AAPL", "MSFT", "AMZN"].every((s) => symbols.includes(s)), "positions in", symbols);
  const worth = positions.reduce((total, p) => total + Number(p.market_value), 0);
  const value = (await sdk.account()).long_market_value;
  expect(near(worth, value, Number(value) / 100), "market values", worth, "account", value);
  for (const p of positions) {
    expect(near(Number(p.qty) * Number(p.current_price), p.market_value, 0.02), p.symbol);
    const profit = Number(p.market_value) - Number(p.cost_basis);
    expect(near(profit, p.unrealized_pl, 0.02), "unrealized_pl");
  }
}

export async function position_one(world) {
  const position = await world.sdk.position("AAPL");
  const { qty, qty_available, side, avg_entry_price, cost_basis, asset_id } = position;
  expectEqual([Number(qty), Number(qty_available), side], [10, 10, "long"], "qty, available, side");
  const order = await world.sdk.orderByClientId(world.clientId);
  expectEqual(Number(avg_entry_price), Number(order.filled_avg_price), "avg_entry_price");
  expect(near(Number(qty) * Number(avg_entry_price), cost_basis, 0.01), "cost_basis");
  expectEqual((await world.sdk.position(asset_id)).symbol, "AAPL", "by asset id");
}

export async function position_unknown(world) {
  await world.refused(() => world.sdk.position("TSLA"), 404, 40410000, "position does not exist");
}

async function sellLimit(world, symbol, qty, share) {
  const { ask } = await world.quote(symbol);
  return world.sdk.submit({
    symbol, qty, side: "sell", type: "limit", time_in_force: "day", limit_price: above(ask, share),
  });
}

export async function quantity_held(world) {
  const order = await sellLimit(world, "AAPL", 8, 0.1);
  try {
    await world.waitStatus(order.id, "new");
    expectEqual(Number((await world.sdk.position("AAPL")).qty_available), 2, "qty_available");
    const body = await world.refused(
      () => sellLimit(world, "AAPL", 5, 0.1), 403, 40310000, "insufficient qty available",
    );
    const { existing_qty, held_for_orders, available, symbol, related_orders } = body;
    expectEqual([existing_qty, held_for_orders, available].map(Number), [10, 8, 2], "quantities");
    expectEqual([symbol, related_orders], ["AAPL", [order.id]], "symbol, related_orders");
  } finally {
    await world.cancel(order.id);
  }
}

export async function buying_power(world) {
  const price = below((await world.quote("SPY")).bid, 0.01);
  const power = (await world.sdk.account()).buying_power;
  const order = {
    symbol: "SPY", qty: 5000, side: "buy", type: "limit", time_in_force: "day", limit_price: price,
  };
  const body = await world.refused(
    () => world.sdk.submit(order), 403, 40310000, "insufficient buying power",
  );
  expect(near(body.buying_power, power, 2000), body, power);
  expect(near(body.cost_basis, price * 5000, 0.001), body, price);
}

export async function wash_trade(world) {
  const order = await sellLimit(world, "AAPL", 1, 0.1);
  const buy = { symbol: "AAPL", qty: 1, side: "buy", time_in_force: "day" };
  try {
    await world.waitStatus(order.id, "new");
    const price = above(Number(order.limit_price), 0.01);
    const crossing = { ...buy, type: "limit", limit_price: price };
    let body = await world.refused(() => world.sdk.submit(crossing), 403, 40310000, "wash trade");
    expectEqual(body.existing_order_id, order.id, "existing_order_id");
    expectEqual(body.reject_reason, "opposite side limit order exists", "reject_reason");
    const market = { ...buy, type: "market" };
    body = await world.refused(() => world.sdk.submit(market), 403, 40310000, "wash trade");
    expectEqual(body.existing_order_id, order.id, "existing_order_id");
  } finally {
    await world.cancel(order.id);
  }
}

const idsOf = (orders) => orders.map((order) => order.id);
const sorted = (list) => [...list].sort();
const openOrders = (sdk, more = {}) => sdk.orders({ status: "open", ...more });

export async function orders_open(world) {
  expectEqual(await openOrders(world.sdk), [], "open before");
  world.resting = [];
  for (const symbol of ["SPY", "QQQ", "IWM"]) {
    world.resting.push(await world.rest(symbol));
    // So that each has a time of its own.
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  const found = await openOrders(world.sdk);
  expectEqual(sorted(idsOf(found)), sorted(idsOf(world.resting)), "open");
}

export async function orders_closed({ sdk }) {
  const found = await sdk.orders({ status: "closed", limit: 5 });
  expectEqual(found.length, 5, "as many as asked for");
  for (const { status } of found) {
    expect(["filled", "canceled", "replaced", "expired"].includes(status), status);
  }
}

export async function orders_direction({ sdk, resting }) {
  const oldest = await sdk.orders({ status: "all", direction: "asc", limit: 500 });
  const newest = await sdk.orders({ status: "all", direction: "desc", limit: 500 });
  const times = oldest.map((order) => +new Date(order.submitted_at));
  expectEqual(times, [...times].sort((a, b) => a - b), "oldest first");
  expectEqual(sorted(idsOf(oldest)), sorted(idsOf(newest)), "the same orders");
  expectEqual(newest[0].id, resting[2].id, "newest first");
  const firstPage = await sdk.orders({ status: "all", limit: 2 });
  expectEqual(idsOf(firstPage), idsOf(newest.slice(0, 2)), "newest first is usual");
}

export async function orders_after_until({ sdk, resting }) {
  const [first, second, third] = resting;
  const found = await sdk.orders({
    status: "all", after: first.submitted_at, until: third.submitted_at,
  });
  expectEqual(idsOf(found), [second.id], "between the first and the third");
}

export async function orders_by_symbol({ sdk }) {
  const found = await openOrders(sdk, { symbols: ["SPY", "IWM"] });
  expectEqual(sorted(found.map((order) => order.symbol)), ["IWM", "SPY"], "symbols");
}

export async function orders_nested(world) {
  const { sdk } = world;
  const entry = below((await world.quote("TSLA")).bid, 0.2);
  const order = await sdk.submit({
    symbol: "TSLA", qty: 1, side: "buy", type: "limit", time_in_force: "day", limit_price: entry,
    order_class: "bracket",
    take_profit: { limit_price: above(entry, 0.1) },
    stop_loss: { stop_price: below(entry, 0.1) },
  });
  await world.waitStatus(order.id, "new");
  const nested = await openOrders(sdk, { symbols: ["TSLA"], nested: true });
  expectEqual(idsOf(nested), [order.id], "nested rows");
  expectEqual(nested[0].legs.length, 2, "legs");
  const flat = await openOrders(sdk, { symbols: ["TSLA"], nested: false });
  expectEqual(sorted(idsOf(flat)), sorted([order.id, ...idsOf(nested[0].legs)]), "flat rows");
  await world.cancel(order.id);
}

export async function cancel_all(world) {
  const answers = (await world.sdk.cancelAll()).map(({ id, status }) => ({ id, status }));
  const wanted = world.resting.map(({ id }) => ({ id, status: 200 }));
  const byId = (a, b) => (a.id < b.id ? -1 : 1);
  expectEqual(answers.sort(byId), wanted.sort(byId), "answers");
  for (const order of world.resting) {
    await world.waitStatus(order.id, "canceled");
  }
  expectEqual(await openOrders(world.sdk), [], "open after");
  expectEqual(await world.sdk.cancelAll(), [], "nothing left to cancel");
}

export async function close_part_quantity(world) {
  const order = await world.sdk.closePart("AAPL", { qty: 2 });
  expectEqual([order.side, order.symbol, Number(order.qty)], ["sell", "AAPL", 2], "order");
  await world.waitStatus(order.id, "filled");
  expectEqual(await world.positionQty("AAPL"), 8, "what is left");
}

export async function close_part_percentage(world) {
  const order = await world.sdk.closePart("AAPL", { percentage: 50 });
  await world.waitStatus(order.id, "filled");
  expectEqual(await world.positionQty("AAPL"), 4, "what is left");
}

export async function short_sale(world) {
  await world.market("TSLA", 5, "sell");
  const position = await world.sdk.position("TSLA");
  expectEqual([position.side, Number(position.qty)], ["short", -5], "side, qty");
  const { market_value, cost_basis } = position;
  expect(Number(market_value) < 0 && Number(cost_basis) < 0, "values below zero");
  expect(Number((await world.sdk.account()).short_market_value) < 0, "short_market_value");
}

export async function close_all(world) {
  const held = (await world.sdk.positions()).map((p) => p.symbol);
  await world.rest("SPY");
  const answers = await world.sdk.closeAll();
  expectEqual(sorted(answers.map((a) => `${a.symbol} ${a.status}`)),
    sorted(held.map((symbol) => `${symbol} 200`)), "answers");
  await world.admin.advance(180); // one of them is larger than what a quote shows
  for (const { body } of answers) {
    await world.waitStatus(body.id, "filled");
  }
  await waitFor(async () => (await world.sdk.positions()).length === 0, "no position");
  expectEqual(await openOrders(world.sdk), [], "open orders");
}
