"""harness.py: runs the steps of steps.txt in their order and prints one TAP line for each.

A step is a function `name(world)`. It raises Failed (or anything else) when what it asks for does
not hold, and NotInSdk when the SDK has no call for it.
"""
import json
import os
import pathlib
import time
import traceback
import urllib.request

DEADLINE_S = 5.0  # within this whatever the exchange owes us must have come
PAUSE_S = 0.02


class Failed(Exception):
    pass


class NotInSdk(Exception):
    pass


def expect(condition, *what):
    if not condition:
        raise Failed(" ".join(str(w) for w in what))


def expect_equal(got, wanted, what):
    expect(got == wanted, f"{what}: {got!r}, expected {wanted!r}")


def wait_for(found, what, deadline_s=DEADLINE_S):
    """The first true result of `found()`."""
    end = time.monotonic() + deadline_s
    while True:
        result = found()
        if result:
            return result
        if time.monotonic() > end:
            raise Failed(f"waited {deadline_s:g} s for {what}")
        time.sleep(PAUSE_S)


class Admin:
    """The other face of the exchange, which no real one has: see README.md."""

    def __init__(self, address):
        self.address = address

    def _request(self, path, body=None):
        request = urllib.request.Request(
            f"http://{self.address}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def advance(self, seconds):
        return self._request("/advance", {"seconds": seconds})

    def ledger(self):
        return self._request("/ledger")


class Recorder:
    """Every answer, one JSON line each, for the check against the vendor's description."""

    def __init__(self, sdk, path):
        self.sdk = sdk
        self.count = 0
        self.file = open(path, "a", encoding="utf-8") if path else None

    def hook(self, response, *_args, **_kwargs):
        self.count += 1
        if self.file:
            line = {
                "sdk": self.sdk,
                "method": response.request.method,
                "url": response.request.url,
                "status": response.status_code,
                "type": response.headers.get("Content-Type", ""),
                "body": response.text,
            }
            self.file.write(json.dumps(line) + "\n")
            self.file.flush()


def read_steps():
    path = pathlib.Path(__file__).resolve().parent.parent / "steps.txt"
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return [tuple(part.strip() for part in line.split("|", 1)) for line in lines]


def where(error):
    """The line of ours that raised it."""
    here = [f for f in traceback.extract_tb(error.__traceback__) if "/tests/sdk/" in f.filename]
    return f" ({os.path.basename(here[-1].filename)}:{here[-1].lineno})" if here else ""


def one_line(text):
    return " ".join(str(text).split()).replace("#", "")[:300]


def run(steps, world):
    """Runs them all; the number that failed."""
    listed = read_steps()
    unknown = set(steps) - {key for key, _ in listed}
    if unknown:
        raise SystemExit(f"steps that steps.txt does not list: {sorted(unknown)}")
    print(f"1..{len(listed)}", flush=True)
    failures = 0
    for number, (key, title) in enumerate(listed, 1):
        try:
            if key not in steps:
                raise NotInSdk()
            steps[key](world)
            line = f"ok {number} {title}"
        except NotInSdk:
            line = f"ok {number} {title} # n/a in this SDK"
        except Exception as error:  # pylint: disable=broad-except
            failures += 1
            name = "" if isinstance(error, Failed) else f"{type(error).__name__}: "
            line = f"not ok {number} {title} - {one_line(name + str(error))}{where(error)}"
        print(line, flush=True)
    return failures
