// run.mjs: the conformance steps with a JavaScript SDK. `node run.mjs 3|4`; where the exchange is
// comes from the environment: EXCHANGE_HTTP, EXCHANGE_ADMIN, EXCHANGE_TLS (host:port); SDK_MODULES
// is the folder that the SDK is installed in, SDK_RECORD a file for every answer (optional).
import { Recorder, run } from "./harness.mjs";
import * as account from "./steps_account.mjs";
import * as data from "./steps_data.mjs";
import * as orders from "./steps_orders.mjs";
import * as positions from "./steps_positions.mjs";
import { World } from "./world.mjs";

const { EXCHANGE_HTTP, EXCHANGE_ADMIN, EXCHANGE_TLS, SDK_MODULES, SDK_RECORD } = process.env;
const version = process.argv[2];
const recorder = new Recorder(`js v${version}`, SDK_RECORD);
const place = { modules: SDK_MODULES, http: EXCHANGE_HTTP, tls: EXCHANGE_TLS, recorder };

async function load() {
  if (version === "3") {
    const { Sdk } = await import("./v3.mjs");
    return new Sdk(place);
  }
  const { Sdk } = await import("./v4.mjs");
  return Sdk.load(place);
}

const world = new World(await load(), EXCHANGE_ADMIN);
world.recorder = recorder;
const failures = await run({ ...account, ...orders, ...positions, ...data }, world);
// The SDK's streams keep the loop alive.
process.exit(failures > 0 ? 1 : 0);
