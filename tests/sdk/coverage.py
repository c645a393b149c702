"""coverage.py FOLDER ROUTES: which of the operations that concern shares are served.

FOLDER holds the vendor's description; ROUTES what `bellwether exchange --routes --json` printed: an
array, or lines, of {"method": ..., "path": ...}. operations.txt says which operations are about
something else, and why each of the rest that is not served is not.
"""
import collections
import fnmatch
import json
import pathlib
import re
import sys

import description

REASONS = pathlib.Path(__file__).with_name("operations.txt")
WANTED = 0.95


def shape(path):
    """A path whatever its parameters are called."""
    return re.sub(r"\{[^}]*\}|:[a-z_]+(?=/|$)(?<!:by_name)(?<!:by_client_order_id)", "{}", path)


def read_routes(file):
    text = pathlib.Path(file).read_text()
    try:
        rows = json.loads(text)
        rows = rows if isinstance(rows, list) else [rows]
    except ValueError:
        rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    return {(row["method"].upper(), shape(row["path"])) for row in rows}


def is_served(served, method, path):
    """By a route of the same shape, or by one that writes out what the template leaves open."""
    pattern = description.matcher(path)
    return any(m == method and (p == shape(path) or "{" not in p and pattern.match(p))
               for m, p in served)


def read_reasons():
    """kind -> [(pattern, reason)]."""
    kinds = collections.defaultdict(list)
    for line in REASONS.read_text().splitlines():
        if line and not line.startswith("#"):
            kind, pattern, reason = (part.strip() for part in line.split("|", 2))
            kinds[kind].append((pattern, reason))
    return kinds


def reason_for(name, rows):
    return next((reason for pattern, reason in rows if fnmatch.fnmatchcase(name, pattern)), None)


def main(folder, file):
    served, reasons = read_routes(file), read_reasons()
    count, missing, failures = 0, [], 0
    for _, method, path, _ in description.operations(description.load(folder)):
        name = f"{method} {path}"
        if reason_for(name, reasons["elsewhere"]):
            continue
        count += 1
        if not is_served(served, method, path):
            missing.append(name)
    for name in missing:
        reason = reason_for(name, reasons["missing"])
        if reason is None:
            failures += 1
            print(f"not ok operation {name}: not served, and operations.txt gives no reason")
        else:
            print(f"# not served: {name}: {reason}")
    share = (count - len(missing)) / count
    verdict = "ok" if share >= WANTED else "not ok"
    print(f"{verdict} operations on shares served: {count - len(missing)} of {count} ({share:.1%})")
    return 1 if failures or share < WANTED else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
