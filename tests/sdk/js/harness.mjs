// harness.mjs: runs the steps of steps.txt in their order and prints one TAP line for each.
//
// A step is a function name(world). It throws Failed (or anything else) when what it asks for does
// not hold, and NotInSdk when the SDK has no call for it.
import { appendFileSync, readFileSync } from "node:fs";
import { request } from "node:http";

export const DEADLINE_MS = 5000; // within this whatever the exchange owes us must have come
const PAUSE_MS = 20;

export class Failed extends Error {}
export class NotInSdk extends Error {}

export function expect(condition, ...what) {
  if (!condition) {
    throw new Failed(what.map((w) => (typeof w === "string" ? w : JSON.stringify(w))).join(" "));
  }
}

export function expectEqual(got, wanted, what) {
  const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];
  expect(a === b, `${what}: ${a}, expected ${b}`);
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The first true result of found(), which may be a promise. */
export async function waitFor(found, what, deadlineMs = DEADLINE_MS) {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const result = await found();
    if (result) {
      return result;
    }
    if (Date.now() > end) {
      throw new Failed(`waited ${deadlineMs / 1000} s for ${what}`);
    }
    await sleep(PAUSE_MS);
  }
}

/** What the promise says, or a failure when it says nothing in time. */
export function inTime(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Failed(`waited for ${what}`)), DEADLINE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The other face of the exchange, which no real one has: see README.md. */
export class Admin {
  constructor(address) {
    [this.host, this.port] = address.split(":");
  }

  advance(seconds) {
    return this.#ask("POST", "/advance", { seconds });
  }

  ledger() {
    return this.#ask("GET", "/ledger");
  }

  #ask(method, path, body) {
    const text = body === undefined ? "" : JSON.stringify(body);
    const headers = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) };
    const options = { host: this.host, port: this.port, method, path, headers };
    return new Promise((resolve, reject) => {
      const sent = request(options, (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("end", () => {
          const said = Buffer.concat(parts).toString();
          if (answer.statusCode >= 300) {
            reject(new Failed(`${method} ${path}: ${answer.statusCode} ${said}`));
          } else {
            resolve(JSON.parse(said || "null"));
          }
        });
      });
      sent.on("error", reject);
      sent.end(text);
    });
  }
}

/** Every answer, one JSON line each, for the check against the vendor's description. */
export class Recorder {
  constructor(sdk, path) {
    this.sdk = sdk;
    this.path = path;
    this.count = 0;
  }

  record(method, url, status, type, body) {
    this.count += 1;
    if (this.path) {
      const line = { sdk: this.sdk, method, url, status, type, body };
      appendFileSync(this.path, JSON.stringify(line) + "\n");
    }
  }
}

function readSteps() {
  return readFileSync(new URL("../steps.txt", import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line && !line.startsWith("#"))
    .map((line) => {
      const bar = line.indexOf("|");
      return [line.slice(0, bar).trim(), line.slice(bar + 1).trim()];
    });
}

/** The line of ours that threw it. */
function where(error) {
  const line = /\/tests\/sdk\/js\/((?!harness)[a-z0-9_]+\.mjs:\d+)/.exec(error.stack ?? "");
  return line ? ` (${line[1]})` : "";
}

const oneLine = (text) => String(text).replace(/\s+/g, " ").replaceAll("#", "").slice(0, 300);

/** Runs them all; the number that failed. */
export async function run(steps, world) {
  const listed = readSteps();
  const keys = new Set(listed.map(([key]) => key));
  const unknown = Object.keys(steps).filter((key) => !keys.has(key));
  if (unknown.length > 0) {
    throw new Error(`steps that steps.txt does not list: ${unknown}`);
  }
  console.log(`1..${listed.length}`);
  let failures = 0;
  for (const [index, [key, title]] of listed.entries()) {
    const number = index + 1;
    try {
      if (!steps[key]) {
        throw new NotInSdk();
      }
      await steps[key](world);
      console.log(`ok ${number} ${title}`);
    } catch (error) {
      if (error instanceof NotInSdk) {
        console.log(`ok ${number} ${title} # n/a in this SDK`);
        continue;
      }
      failures += 1;
      const name = error instanceof Failed ? "" : `${error.name}: `;
      console.log(`not ok ${number} ${title} - ${oneLine(name + error.message)}${where(error)}`);
    }
  }
  return failures;
}
