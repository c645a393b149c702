// steps_orders.mjs: orders of every type and class, and what the trading stream says of them.
import { expect, expectEqual } from "./harness.mjs";
import { ON_ITS_WAY, THIN, WRONG, above, below, freshId, near } from "./world.mjs";

export async function trading_stream_wrong_secret({ sdk }) {
  const stream = sdk.tradingStream(WRONG, () => {});
  try {
    expectEqual(await stream.connect(), "unauthorized", "the answer");
  } finally {
    stream.close();
  }
}

export async function trading_stream_listens(world) {
  const { sdk } = world;
  world.tradingStream = sdk.tradingStream(sdk.right(), (update) => world.updates.push(update));
  expectEqual(await world.tradingStream.connect(), "authorized", "the answer");
  const order = await world.rest("IWM");
  await world.waitEvent(order.id, "new");
  await world.cancel(order.id);
  await world.waitEvent(order.id, "canceled");
}

export async function market_order_accepted(world) {
  world.clientId = freshId();
  const order = await world.sdk.submit({
    symbol: "AAPL", qty: 10, side: "buy", type: "market", time_in_force: "day",
    client_order_id: world.clientId,
  });
  world.order = order;
  expect([...ON_ITS_WAY, "filled", "partially_filled"].includes(order.status), order.status);
  const { client_order_id, symbol, side, type, order_type, time_in_force } = order;
  expectEqual(client_order_id, world.clientId, "client_order_id");
  expectEqual([symbol, side, type], ["AAPL", "buy", "market"], "what");
  expectEqual([order_type, time_in_force], ["market", "day"], "order_type, time_in_force");
  expectEqual(Number(order.qty), 10, "qty");
  expectEqual(order.asset_id, (await world.sdk.asset("AAPL")).id, "asset_id");
  for (const name of ["legs", "notional", "limit_price", "stop_price"]) {
    expect(order[name] === null || order[name] === undefined, name, order[name]);
  }
  expectEqual(order.extended_hours, false, "extended_hours");
}

const sum = (fills) => fills.reduce((total, fill) => total + Number(fill.qty), 0);

export async function market_order_events(world) {
  const { id } = world.order;
  const fresh = await world.waitEvent(id, "new");
  const fill = await world.waitEvent(id, "fill");
  expect(fresh.timestamp <= fill.timestamp, "new before fill");
  const fills = world.updatesOf(id, "fill", "partial_fill");
  expectEqual(sum(fills), 10, "quantity of the fills");
  expectEqual(Number(fill.position_qty), 10, "position_qty");
  expect(Number(fill.price) > 0 && fill.execution_id, "price, execution_id");
  expectEqual(new Set(fills.map((f) => f.execution_id)).size, fills.length, "different executions");
  expectEqual(fill.order.status, "filled", "status in the event");
  expectEqual(Number(fill.order.filled_qty), 10, "filled_qty in the event");
}

export async function order_by_id(world) {
  const order = await world.waitStatus(world.order.id, "filled");
  const fills = world.updatesOf(order.id, "fill", "partial_fill");
  const worth = fills.reduce((total, f) => total + Number(f.qty) * Number(f.price), 0);
  expect(near(order.filled_avg_price, worth / sum(fills), 0.0001), "filled_avg_price");
  expectEqual(Number(order.filled_qty), 10, "filled_qty");
  expect(new Date(order.submitted_at) <= new Date(order.filled_at), "times");
}

export async function order_by_client_id(world) {
  const found = await world.sdk.orderByClientId(world.clientId);
  expectEqual(found.id, world.order.id, "id");
}

export async function order_by_client_id_unknown(world) {
  await world.refused(() => world.sdk.orderByClientId(freshId()), 404, 40410000);
}

export async function client_id_twice(world) {
  const order = {
    symbol: "AAPL", qty: 1, side: "buy", type: "market", time_in_force: "day",
    client_order_id: world.clientId,
  };
  await world.refused(
    () => world.sdk.submit(order), 422, 40010001, "client_order_id must be unique",
  );
}

export async function limit_order_rests(world) {
  world.order = await world.rest("MSFT", { qty: 3 });
  await world.waitEvent(world.order.id, "new");
  expectEqual(world.order.type, "limit", "type");
  expectEqual(Number(world.order.filled_qty), 0, "filled_qty");
  expectEqual(world.order.filled_avg_price ?? null, null, "filled_avg_price");
}

export async function limit_order_replaced(world) {
  const old = world.order;
  const price = below(Number(old.limit_price), 0.05);
  const order = await world.sdk.replace(old.id, { qty: 5, limit_price: price });
  expect(order.id !== old.id, "a new id");
  expectEqual(order.replaces, old.id, "replaces");
  expectEqual([Number(order.qty), Number(order.limit_price)], [5, price], "qty, limit_price");
  world.replaced = old;
  world.order = await world.waitStatus(order.id, "new");
}

export async function replaced_order_names_successor(world) {
  const old = await world.waitStatus(world.replaced.id, "replaced");
  expectEqual(old.replaced_by, world.order.id, "replaced_by");
  expect(old.replaced_at, "replaced_at");
  await world.refused(() => world.sdk.replace(old.id, { qty: 7 }), 422, 42210000);
}

export async function replaced_event(world) {
  const update = await world.waitEvent(world.replaced.id, "replaced");
  expectEqual(update.order.replaced_by, world.order.id, "replaced_by in the event");
  await world.waitEvent(world.order.id, "new");
}

export async function order_canceled(world) {
  const order = await world.cancel(world.order.id);
  expect(order.canceled_at, "canceled_at");
  const update = await world.waitEvent(order.id, "canceled");
  expectEqual(update.order.status, "canceled", "status in the event");
}

export async function cancel_twice(world) {
  await world.refused(() => world.sdk.cancel(world.order.id), 422, 42210000);
}

export async function cancel_unknown(world) {
  await world.refused(() => world.sdk.cancel(freshId()), 404, 40410000);
}

const limitBuy = (symbol, price, more = {}) => ({
  symbol, qty: 1, side: "buy", type: "limit", time_in_force: "day", limit_price: price, ...more,
});

export async function limit_order_fills(world) {
  const limit = above((await world.quote("MSFT")).ask, 0.01);
  const sent = await world.sdk.submit(limitBuy("MSFT", limit, { qty: 4 }));
  const order = await world.waitStatus(sent.id, "filled");
  expect(Number(order.filled_avg_price) <= limit, order.filled_avg_price, "limit", limit);
}

/** A little more than the offer shows. */
export async function partial_fill(world) {
  const quote = await world.quote(THIN);
  const qty = quote.ask_size + 7;
  const price = above(quote.ask, 0.05);
  const order = await world.sdk.submit(limitBuy(THIN, price, { qty }));
  const partial = await world.waitEvent(order.id, "partial_fill");
  expectEqual(partial.order.status, "partially_filled", "status in the event");
  expect(Number(partial.qty) > 0 && Number(partial.qty) < qty, "quantity of the part", partial.qty);
  await world.admin.advance(60);
  await world.waitEvent(order.id, "fill");
  const fills = world.updatesOf(order.id, "fill", "partial_fill");
  expectEqual(sum(fills), qty, "quantity of all parts");
  let running = 0;
  for (const update of fills) {
    running += Number(update.qty);
    expectEqual(Number(update.order.filled_qty), running, "filled_qty in the event");
    expectEqual(Number(update.position_qty), running, "position_qty");
  }
}

/** The order rests, check looks at it, it is canceled. */
async function restsAndGoes(world, order, check) {
  const sent = await world.sdk.submit(order);
  try {
    check(await world.waitStatus(sent.id, "new", "accepted"));
  } finally {
    await world.cancel(sent.id);
  }
}

const sellTwo = (type, more) => ({
  symbol: "AAPL", qty: 2, side: "sell", type, time_in_force: "day", ...more,
});

export async function stop_order(world) {
  const stop = below((await world.quote("AAPL")).bid, 0.1);
  await restsAndGoes(world, sellTwo("stop", { stop_price: stop }), (order) => {
    expectEqual([order.type, Number(order.stop_price)], ["stop", stop], "type, stop_price");
    expectEqual(order.limit_price ?? null, null, "limit_price");
  });
}

export async function stop_limit_order(world) {
  const stop = below((await world.quote("AAPL")).bid, 0.1);
  const limit = below(stop, 0.01);
  const asked = sellTwo("stop_limit", { stop_price: stop, limit_price: limit });
  await restsAndGoes(world, asked, (order) => {
    const { type, stop_price, limit_price } = order;
    expectEqual([type, Number(stop_price), Number(limit_price)], ["stop_limit", stop, limit], "order");
  });
}

export async function trailing_stop_percent(world) {
  await restsAndGoes(world, sellTwo("trailing_stop", { trail_percent: 5 }), (order) => {
    expectEqual([order.type, Number(order.trail_percent)], ["trailing_stop", 5], "type, percent");
    expectEqual(order.trail_price ?? null, null, "trail_price");
    expect(near(order.stop_price, Number(order.hwm) * 0.95, 0.011), order.hwm, order.stop_price);
  });
}

export async function trailing_stop_price(world) {
  const asked = sellTwo("trailing_stop", { trail_price: 8.5, time_in_force: "gtc" });
  await restsAndGoes(world, asked, (order) => {
    expectEqual(Number(order.trail_price), 8.5, "trail_price");
    expectEqual(order.trail_percent ?? null, null, "trail_percent");
    expect(near(Number(order.hwm) - 8.5, order.stop_price, 1e-6), order.hwm, order.stop_price);
  });
}

export async function tif_gtc(world) {
  const order = await world.rest("SPY", { time_in_force: "gtc" });
  try {
    expectEqual(order.time_in_force, "gtc", "time_in_force");
    const days = (new Date(order.expires_at) - new Date(order.created_at)) / 86_400_000;
    expect(days > 88 && days < 92, "expires after days:", days);
  } finally {
    await world.cancel(order.id);
  }
}

export async function tif_ioc_fills(world) {
  const price = above((await world.quote("QQQ")).ask, 0.01);
  const order = await world.sdk.submit(limitBuy("QQQ", price, { time_in_force: "ioc" }));
  await world.waitStatus(order.id, "filled");
}

async function canceledAtOnce(world, tif) {
  const price = below((await world.quote("QQQ")).bid, 0.1);
  const sent = await world.sdk.submit(limitBuy("QQQ", price, { time_in_force: tif }));
  const order = await world.waitStatus(sent.id, "canceled");
  expectEqual(Number(order.filled_qty), 0, "filled_qty");
  await world.waitEvent(order.id, "canceled");
}

export const tif_ioc_cancels = (world) => canceledAtOnce(world, "ioc");
export const tif_fok_cancels = (world) => canceledAtOnce(world, "fok");

export async function tif_opg_refused(world) {
  const price = below((await world.quote("SPY")).bid, 0.1);
  await world.refused(
    () => world.sdk.submit(limitBuy("SPY", price, { time_in_force: "opg" })),
    403, 40310000, "opg orders must be submitted",
  );
}

export async function tif_cls(world) {
  const price = below((await world.quote("SPY")).bid, 0.1);
  const sent = await world.sdk.submit(limitBuy("SPY", price, { time_in_force: "cls" }));
  const order = await world.waitStatus(sent.id, "accepted", "new");
  expectEqual(order.time_in_force, "cls", "time_in_force");
  await world.cancel(order.id);
}

export async function fractional_order(world) {
  const order = await world.market("AMZN", 0.123456789);
  expectEqual(order.filled_qty, "0.123456789", "filled_qty");
}

export async function notional_order(world) {
  const sent = await world.sdk.submit({
    symbol: "AMZN", notional: 250, side: "buy", type: "market", time_in_force: "day",
  });
  expectEqual([Number(sent.notional), sent.qty ?? null], [250, null], "notional, qty");
  const order = await world.waitStatus(sent.id, "filled");
  expect(near(Number(order.filled_qty) * Number(order.filled_avg_price), 250, 0.01), "worth");
}

export async function fractional_not_gtc(world) {
  const price = below((await world.quote("AMZN")).bid, 0.1);
  await world.refused(
    () => world.sdk.submit(limitBuy("AMZN", price, { qty: 0.5, time_in_force: "gtc" })),
    422, 42210000, "fractional orders must be DAY orders",
  );
}

export async function extended_hours_limit(world) {
  const order = await world.rest("SPY", { extended_hours: true });
  try {
    expectEqual(order.extended_hours, true, "extended_hours");
  } finally {
    await world.cancel(order.id);
  }
}

const marketBuy = (symbol, more = {}) => ({
  symbol, qty: 1, side: "buy", type: "market", time_in_force: "day", ...more,
});

export async function extended_hours_market(world) {
  await world.refused(
    () => world.sdk.submit(marketBuy("SPY", { extended_hours: true })),
    422, 42210000, "extended hours order must be",
  );
}

export async function sub_penny(world) {
  const price = Number((below((await world.quote("SPY")).bid, 0.1) + 0.005).toFixed(3));
  await world.refused(
    () => world.sdk.submit(limitBuy("SPY", price)),
    422, 42210000, "sub-penny increment does not fulfill minimum pricing criteria",
  );
}

export async function negative_quantity(world) {
  await world.refused(
    () => world.sdk.submit(marketBuy("SPY", { qty: -1 })), 422, 40010001, "qty must be > 0",
  );
}

export async function limit_without_price(world) {
  await world.refused(
    () => world.sdk.submit(limitBuy("SPY", undefined)),
    422, 40010001, "limit orders require a limit price",
  );
}

export async function unknown_symbol(world) {
  await world.refused(
    () => world.sdk.submit(marketBuy("ZZZZ")), 422, 42210000, 'asset "ZZZZ" not found',
  );
}

/** A bracket on two shares of NVDA: the entry a limit at `entry`, or at the market without one. */
async function bracket(world, entry, share = 0.1) {
  const base = entry ?? (await world.quote("NVDA")).ask;
  return {
    symbol: "NVDA", qty: 2, side: "buy", time_in_force: "gtc", order_class: "bracket",
    take_profit: { limit_price: above(base, share) },
    stop_loss: { stop_price: below(base, share) },
    ...(entry === undefined ? { type: "market" } : { type: "limit", limit_price: entry }),
  };
}

/** Target and stop of a nested order, now. */
async function legsOf(world, orderId) {
  const { legs } = await world.sdk.nested(orderId);
  expect(legs, "legs");
  return ["limit", "stop"].map((type) => legs.find((leg) => leg.type === type));
}

export async function bracket_resting(world) {
  const entry = below((await world.quote("NVDA")).bid, 0.2);
  const order = await world.sdk.submit(await bracket(world, entry));
  expectEqual(order.order_class, "bracket", "order_class");
  expectEqual(order.legs?.length, 2, "legs");
  await world.waitStatus(order.id, "new");
  const legs = await legsOf(world, order.id);
  for (const { status, side, symbol, qty } of legs) {
    expectEqual([status, side, symbol, Number(qty)], ["held", "sell", "NVDA", 2], "leg");
  }
  await world.cancel(order.id);
  for (const leg of legs) {
    await world.waitStatus(leg.id, "canceled");
  }
}

export async function bracket_entered(world) {
  const order = await world.sdk.submit(await bracket(world));
  await world.waitStatus(order.id, "filled");
  [world.target, world.stop] = await legsOf(world, order.id);
  expectEqual((await world.waitStatus(world.target.id, "new")).type, "limit", "target");
  const stop = await world.waitStatus(world.stop.id, "new", "held", "accepted");
  expect(Number(stop.stop_price) > 0, "stop_price");
}

export async function bracket_child_canceled(world) {
  await world.cancel(world.target.id);
  await world.waitStatus(world.stop.id, "canceled");
}

export async function bracket_one_child(world) {
  const stop = below((await world.quote("NVDA")).bid, 0.1);
  const order = marketBuy("NVDA", { order_class: "bracket", stop_loss: { stop_price: stop } });
  await world.refused(
    () => world.sdk.submit(order), 422, 40010001, "bracket orders require take_profit",
  );
}

export async function bracket_wrong_sides(world) {
  const order = await bracket(world, undefined, -0.2);
  const body = await world.refused(() => world.sdk.submit(order), 422, 42210000);
  expect(/take_profit|stop_loss/.test(body.message), body);
}

export async function oco_order(world) {
  const quote = await world.quote("AAPL");
  const target = above(quote.ask, 0.1);
  const order = await world.sdk.submit({
    symbol: "AAPL", qty: 3, side: "sell", type: "limit", time_in_force: "gtc", order_class: "oco",
    take_profit: { limit_price: target },
    stop_loss: { stop_price: below(quote.bid, 0.1) },
  });
  world.order = await world.waitStatus(order.id, "new");
  expectEqual([order.order_class, order.type], ["oco", "limit"], "order_class, type");
  expectEqual(Number(order.limit_price), target, "limit_price");
  const [other, stop] = await legsOf(world, order.id);
  expect(other === undefined && stop !== undefined, "the stop is the only leg");
  world.stop = stop;
}

export async function oco_canceled(world) {
  await world.cancel(world.order.id);
  await world.waitStatus(world.stop.id, "canceled");
}

export async function oto_order(world) {
  const stop = below((await world.quote("NVDA")).bid, 0.1);
  const order = await world.sdk.submit(
    marketBuy("NVDA", { order_class: "oto", stop_loss: { stop_price: stop } }),
  );
  expectEqual(order.order_class, "oto", "order_class");
  await world.waitStatus(order.id, "filled");
  const [target, leg] = await legsOf(world, order.id);
  expect(target === undefined && leg !== undefined, "the stop is the only leg");
  expectEqual(Number((await world.waitStatus(leg.id, "new")).stop_price), stop, "stop_price");
  await world.cancel(leg.id);
}
