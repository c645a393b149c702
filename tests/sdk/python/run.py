"""run.py: the conformance steps with alpaca-py. Where the exchange is comes from the environment:
EXCHANGE_HTTP and EXCHANGE_ADMIN (host:port), SDK_RECORD (a file for every answer, optional)."""
import logging
import os
import sys
import warnings

import steps_account
import steps_data
import steps_orders
import steps_positions
from harness import run
from world import World


def main():
    warnings.filterwarnings("ignore")
    logging.disable(logging.NOTSET)
    logging.getLogger("alpaca.trading.stream").setLevel(logging.CRITICAL)
    modules = (steps_account, steps_orders, steps_positions, steps_data)
    steps = {step.__name__: step for module in modules for step in module.STEPS}
    world = World(
        os.environ["EXCHANGE_HTTP"], os.environ["EXCHANGE_ADMIN"], os.environ.get("SDK_RECORD")
    )
    failures = run(steps, world)
    sys.stdout.flush()
    # The SDK's streams run in threads that know no end of their own.
    os._exit(1 if failures else 0)


if __name__ == "__main__":
    main()
