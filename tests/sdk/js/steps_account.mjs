// steps_account.mjs: account, configurations, clock, calendar, assets, activities, watchlists.
import { expect, expectEqual } from "./harness.mjs";
import { SYMBOLS, WRONG, freshId, near } from "./world.mjs";

const DAY_MS = 86_400_000;

function addsUp(account) {
  const parts =
    Number(account.cash) + Number(account.long_market_value) + Number(account.short_market_value);
  expect(near(parts, account.equity, 0.005), "equity", account.equity, parts);
}

export async function account_read({ sdk }) {
  const account = await sdk.account();
  expectEqual(account.status, "ACTIVE", "status");
  expectEqual(account.currency, "USD", "currency");
  expectEqual(Number(account.cash), 100000, "cash");
  expectEqual(Number(account.last_equity), 100000, "last_equity");
  expect(Number(account.multiplier) >= 2, "multiplier", account.multiplier);
  expectEqual(account.shorting_enabled, true, "shorting_enabled");
  expect(Number(account.buying_power) >= Number(account.cash), "buying_power");
  const flags = ["trading_blocked", "transfers_blocked", "account_blocked", "trade_suspended_by_user"];
  for (const flag of flags) {
    expectEqual(account[flag], false, flag);
  }
  expect(account.created_at && account.account_number, "created_at, account_number");
  addsUp(account);
}

export async function account_wrong_secret(world) {
  await world.refused(() => world.sdk.accountWith(WRONG), 401, 40110000);
}

export async function configurations_read({ sdk }) {
  const found = await sdk.configurations();
  expectEqual(found.fractional_trading, true, "fractional_trading");
  expectEqual([found.no_shorting, found.suspend_trade], [false, false], "no_shorting, suspend_trade");
  expect(["1", "2", "4"].includes(found.max_margin_multiplier), found.max_margin_multiplier);
  expect(["all", "none"].includes(found.trade_confirm_email), "trade_confirm_email");
  expect([true, false].includes(found.ptp_no_exception_entry), "ptp_no_exception_entry");
}

export async function configurations_change({ sdk }) {
  const before = await sdk.configurations();
  expectEqual((await sdk.configure({ no_shorting: true })).no_shorting, true, "in the answer");
  expectEqual((await sdk.configurations()).no_shorting, true, "kept");
  expectEqual((await sdk.account()).shorting_enabled, false, "shorting_enabled of the account");
  await sdk.configure({ no_shorting: false });
  expectEqual(await sdk.configurations(), before, "configurations put back");
}

export async function clock_read({ sdk }) {
  const clock = await sdk.clock();
  expectEqual(clock.is_open, true, "is_open");
  expect(clock.timestamp < clock.next_close && clock.next_close < clock.next_open, clock);
}

export async function calendar_read({ sdk }) {
  const now = (await sdk.clock()).timestamp;
  const days = await sdk.calendar(new Date(now - 9 * DAY_MS), now);
  expect(days.length >= 4 && days.length <= 8, "sessions in ten days:", days.length);
  const dates = days.map((day) => day.date);
  expectEqual(dates, [...dates].sort(), "order of the days");
  expectEqual(dates.at(-1), now.toISOString().slice(0, 10), "last day");
  expect(dates.every((d) => ![0, 6].includes(new Date(d).getUTCDay())), "no weekends");
  expectEqual(days.at(-1).open, "09:30", "open");
  expectEqual(days.at(-1).session_open, "0400", "session_open");
}

export async function assets_list({ sdk }) {
  const assets = await sdk.assets();
  const symbols = new Set(assets.map((asset) => asset.symbol));
  expectEqual(SYMBOLS.filter((symbol) => !symbols.has(symbol)), [], "missing");
  expect(assets.every((asset) => asset.status === "active"), "only active ones");
  expectEqual(new Set(assets.map((asset) => asset.id)).size, assets.length, "different ids");
}

export async function asset_by_symbol({ sdk }) {
  const asset = await sdk.asset("AAPL");
  expectEqual([asset.symbol, asset.class], ["AAPL", "us_equity"], "symbol, class");
  for (const flag of ["tradable", "marginable", "shortable", "easy_to_borrow", "fractionable"]) {
    expectEqual(asset[flag], true, flag);
  }
  expect(asset.name, "name");
}

export async function asset_by_id({ sdk }) {
  const asset = await sdk.asset("AAPL");
  expectEqual(await sdk.asset(asset.id), asset, "asset by id");
}

export async function asset_unknown(world) {
  await world.refused(() => world.sdk.asset("ZZZZ"), 404, 40410000, "asset not found");
}

export async function account_after({ sdk }) {
  const account = await sdk.account();
  expectEqual(Number(account.long_market_value), 0, "long_market_value");
  expectEqual(Number(account.short_market_value), 0, "short_market_value");
  expectEqual(account.cash, account.equity, "cash and equity");
  const equity = Number(account.equity);
  expect(equity > 95000 && equity < 105000, "equity", account.equity);
  addsUp(account);
}

export async function ledger_agrees({ sdk, admin }) {
  const account = await sdk.account();
  const found = (await admin.ledger()).filter((a) => a.account_number === account.account_number);
  expectEqual(found.length, 1, "the account in the ledger");
  expectEqual(Number(found[0].cash), Number(account.cash), "cash");
  expectEqual(found[0].positions, [], "positions");
}

const allFills = (sdk) => sdk.activities({ type: "FILL", page: 100 });

export async function activities_fills({ sdk }) {
  const fills = await allFills(sdk);
  expect(fills.length >= 12, "fills:", fills.length);
  let net = 0;
  for (const fill of fills) {
    expectEqual(fill.activity_type, "FILL", "activity_type");
    expect(["fill", "partial_fill"].includes(fill.type), "type", fill.type);
    expect(["buy", "sell", "sell_short"].includes(fill.side), "side", fill.side);
    expect(Number(fill.price) > 0 && Number(fill.qty) > 0 && fill.symbol && fill.order_id, fill);
    expect(/^\d{17}::[0-9a-f-]{36}$/.test(fill.id), "id", fill.id);
    net += Number(fill.price) * Number(fill.qty) * (fill.side === "buy" ? -1 : 1);
  }
  const times = fills.map((fill) => fill.id.slice(0, 17));
  expectEqual(times, [...times].sort().reverse(), "newest first");
  const gained = Number((await sdk.account()).cash) - 100000;
  expect(near(net, gained, 0.05 + Math.abs(gained) / 10), "the fills made", net, "the account", gained);
}

export async function activities_pages({ sdk }) {
  const wanted = (await allFills(sdk)).map((fill) => fill.id);
  const found = [];
  for (;;) {
    const page = await sdk.activities({ type: "FILL", page: 4, token: found.at(-1) });
    expect(page.length <= 4, "size of the page", page.length);
    found.push(...page.map((fill) => fill.id));
    if (page.length < 4) {
      break;
    }
  }
  expectEqual(found, wanted, "all pages");
  const oldest = await sdk.activities({ type: "FILL", page: 3, direction: "asc" });
  expectEqual(oldest.map((fill) => fill.id), wanted.slice(-3).reverse(), "oldest first");
}

export async function activities_by_type({ sdk }) {
  const found = (await sdk.activitiesByType("FILL")).map((fill) => fill.id);
  expectEqual(found, (await allFills(sdk)).map((fill) => fill.id), "ids");
}

export async function portfolio_history({ sdk }) {
  const history = await sdk.portfolioHistory({ period: "1D", timeframe: "1Min" });
  const times = history.timestamp;
  expect(times.length >= 1, "not empty");
  for (const name of ["equity", "profit_loss", "profit_loss_pct"]) {
    expectEqual(history[name].length, times.length, name);
  }
  expectEqual(times, [...new Set(times)].sort((a, b) => a - b), "times in order");
  expectEqual(history.timeframe, "1Min", "timeframe");
  expectEqual(history.base_value, 100000, "base_value");
  history.equity.forEach((equity, i) => {
    expect(near(equity - 100000, history.profit_loss[i], 0.01), "profit", i);
  });
}

const symbolsOf = (watchlist) => watchlist.assets.map((asset) => asset.symbol).sort();

export async function watchlist_create(world) {
  const { sdk } = world;
  const name = `liquid ${freshId().slice(0, 8)}`;
  world.watchlist = await sdk.createWatchlist(name, ["AAPL", "MSFT"]);
  expectEqual(world.watchlist.name, name, "name");
  expectEqual(symbolsOf(world.watchlist), ["AAPL", "MSFT"], "symbols");
  expectEqual(world.watchlist.account_id, (await sdk.account()).id, "account_id");
  await world.refused(() => sdk.createWatchlist(name, []), 422, 40010001, "unique");
}

export async function watchlist_list({ sdk, watchlist }) {
  const lists = await sdk.watchlists();
  expect(lists.some((list) => list.id === watchlist.id), "it is in the list");
  expectEqual(symbolsOf(await sdk.watchlist(watchlist.id)), ["AAPL", "MSFT"], "symbols");
}

export async function watchlist_add({ sdk, watchlist }) {
  const found = await sdk.addToWatchlist(watchlist.id, "NVDA");
  expectEqual(symbolsOf(found), ["AAPL", "MSFT", "NVDA"], "symbols");
}

export async function watchlist_remove({ sdk, watchlist }) {
  const found = await sdk.removeFromWatchlist(watchlist.id, "MSFT");
  expectEqual(symbolsOf(found), ["AAPL", "NVDA"], "symbols");
}

export async function watchlist_update(world) {
  const name = `renamed ${freshId().slice(0, 8)}`;
  const found = await world.sdk.updateWatchlist(world.watchlist.id, name, ["SPY", "QQQ"]);
  expectEqual(found.name, name, "name");
  expectEqual(symbolsOf(found), ["QQQ", "SPY"], "symbols");
}

export async function watchlist_by_name(world) {
  const lists = world.sdk.byName();
  const name = `by name ${freshId().slice(0, 8)}`;
  await world.sdk.createWatchlist(name, ["SPY"]);
  expectEqual(symbolsOf(await lists.read(name)), ["SPY"], "read");
  expectEqual(symbolsOf(await lists.add(name, "IWM")), ["IWM", "SPY"], "added to");
  const changed = await lists.update(name, { name: `${name} 2`, symbols: ["QQQ"] });
  expectEqual([changed.name, ...symbolsOf(changed)], [`${name} 2`, "QQQ"], "changed");
  await lists.remove(`${name} 2`);
  await world.refused(() => lists.read(`${name} 2`), 404, 40410000);
}

export async function watchlist_delete(world) {
  const { id } = world.watchlist;
  await world.sdk.deleteWatchlist(id);
  await world.refused(() => world.sdk.watchlist(id), 404, 40410000);
}

export async function response_headers({ sdk }) {
  const headers = await sdk.headers();
  expect(headers["x-request-id"], "x-request-id");
  for (const name of ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]) {
    expect(/^\d+$/.test(headers[name]), name, headers[name]);
  }
}
