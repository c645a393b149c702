// world.mjs: the SDK under test behind its adapter, and what steps hand on.
import { randomUUID } from "node:crypto";

import { Admin, Failed, expect, expectEqual, waitFor } from "./harness.mjs";

export const WRONG = "not-the-secret";
export const SYMBOLS = ["AAPL", "AMZN", "IWM", "MSFT", "NVDA", "QQQ", "SPY", "TSLA"];
export const THIN = "WEE"; // little of it is offered at a time
export const ON_ITS_WAY = ["pending_new", "accepted", "new"];

export const below = (price, share) => Math.floor(price * (1 - share) * 100) / 100;
export const above = (price, share) => Math.ceil(price * (1 + share) * 100) / 100;
export const freshId = () => randomUUID();
export const near = (a, b, by) => Math.abs(Number(a) - Number(b)) < by;

export class World {
  constructor(sdk, admin) {
    this.sdk = sdk;
    this.admin = new Admin(admin);
    this.updates = [];
    this.order = null; // the order that the current group of steps is about
    this.watchlist = null;
  }

  updatesOf(orderId, ...events) {
    return this.updates.filter(
      (u) => u.order.id === orderId && (events.length === 0 || events.includes(u.event)),
    );
  }

  async waitEvent(orderId, event) {
    try {
      return (await waitFor(() => this.updatesOf(orderId, event)[0], event));
    } catch {
      const seen = this.updatesOf(orderId).map((u) => u.event);
      throw new Failed(`no event ${event} for the order; seen: ${seen}`);
    }
  }

  async quote(symbol) {
    const quote = await this.sdk.latestQuote(symbol);
    expect(quote.bid > 0 && quote.bid < quote.ask, "quote", quote);
    return quote;
  }

  /** The order, as soon as it has one of these. */
  async waitStatus(orderId, ...statuses) {
    let last;
    try {
      return await waitFor(async () => {
        const order = await this.sdk.order(orderId);
        last = order.status;
        return statuses.includes(order.status) && order;
      }, statuses);
    } catch (error) {
      throw last === undefined ? error : new Failed(`order is ${last}, expected ${statuses}`);
    }
  }

  /** A limit order a fifth away from the market, until it works. */
  async rest(symbol, more = {}) {
    const quote = await this.quote(symbol);
    const order = await this.sdk.submit({
      symbol,
      qty: 1,
      side: "buy",
      type: "limit",
      time_in_force: "day",
      limit_price: below(quote.bid, 0.2),
      ...more,
    });
    return this.waitStatus(order.id, "new");
  }

  /** A market order, until it is filled. */
  async market(symbol, qty, side = "buy") {
    const order = await this.sdk.submit({
      symbol, qty, side, type: "market", time_in_force: "day",
    });
    return this.waitStatus(order.id, "filled");
  }

  async cancel(orderId) {
    await this.sdk.cancel(orderId);
    return this.waitStatus(orderId, "canceled");
  }

  /** The decoded refusal of a call that must be refused. */
  async refused(call, status, code, text = "") {
    let answer;
    try {
      answer = await call();
    } catch (error) {
      const said = await this.sdk.error(error);
      if (said === null) {
        throw error;
      }
      expectEqual(said.status, status, `status of ${JSON.stringify(said.body)}`);
      if (code !== undefined && said.code !== undefined) {
        expectEqual(said.code, code, `code of ${JSON.stringify(said.body)}`);
      }
      expect(said.message.includes(text), `message "${said.message}", expected "${text}"`);
      return said.body;
    }
    // What was taken by mistake must not stand in the way of the steps that follow.
    if (answer?.id && answer.client_order_id) {
      await this.sdk.cancel(answer.id).catch(() => {});
    }
    throw new Failed(`expected ${status} ${code ?? ""} ${text}; it was accepted`);
  }

  async positionQty(symbol) {
    const found = (await this.sdk.positions()).find((p) => p.symbol === symbol);
    return found ? Number(found.qty) : 0;
  }
}
