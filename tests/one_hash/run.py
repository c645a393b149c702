"""Runs every case of cases.txt with every build: `run.py FOLDER BUILD...`.

FOLDER/BUILD/bellwether are the builds; the work is done in FOLDER/cases. The first build makes the
synthetic markets, and each other must make the same. It runs each case once with a log, and that
must hold what the case is about. Then every build runs the case as it is and with the C library held
to an old processor, and must come to the same decisions, fills and money; and every build must
replay the first one's run, record by record; that one's ledger and files are verified, too. Prints
one line per case.
"""

import concurrent.futures
import json
import os
import shutil
import sqlite3
import subprocess
import sys

OLD_PROCESSOR = "glibc.cpu.hwcaps=-FMA,-AVX2_Usable,-FMA_Usable,-AVX2,-FMA4"
MARKETS = {
    "minutes": ["--sessions", "8", "--symbols", "3", "--seed", "42"],
    "days": ["--sessions", "500", "--symbols", "4", "--seed", "42", "--bar", "1d"],
}
COMPARED = ["decision_hash", "evaluations", "decisions", "refused", "rejected", "orders", "fills",
            "trades_closed", "final_cash", "final_equity", "max_drawdown"]
FILLS_MIN = 4
ACTIONS = """date,symbol,split,cash
2024-01-04,AAPL,2:1,0.24
2024-01-05,QQQ,,0.8
2024-01-08,SPY,3:2,
"""


class Fault(Exception):
    pass


class Case:
    def __init__(self, name):
        self.name = name
        self.data = "minutes"
        self.exchange = None
        self.account = []
        self.holds = []
        self.books = []

    def take(self, line):
        key, _, value = line.partition(": ")
        if line.startswith("- "):
            self.books.append("  " + line)
        elif key == "data" and value in MARKETS:
            self.data = value
        elif key == "exchange":
            self.exchange = line
        elif key == "account":
            self.account.append(value)
        elif key == "holds":
            self.holds = value.split(", ")
        elif line != "":
            raise SystemExit(f"cases.txt: what is `{line}`?")

    def config(self, base, files):
        heads = [line.partition(":")[0] for line in base]
        text = [line for line in self.account if line.partition(":")[0] not in heads]
        for line in base:
            head = line.partition(":")[0]
            given = [other for other in self.account if other.partition(":")[0] == head]
            if head == "exchange" and self.exchange is not None:
                line = self.exchange
            text.append(given[0] if given else line)
            if line == "strategies:":
                text += self.books
        whole = "\n".join(text) + "\n"
        for word, path in files.items():
            whole = whole.replace(word, path)
        return whole


def read_cases(path):
    base, cases = None, []
    with open(path, encoding="utf-8") as file:
        for line in file.read().split("\n"):
            if line == "=== base":
                base = []
            elif line.startswith("--- "):
                cases.append(Case(line[4:]))
            elif cases:
                cases[-1].take(line)
            elif base is not None and line != "":
                base.append(line)
    return base, cases


def call(command, tunables=""):
    environment = {**os.environ, "GLIBC_TUNABLES": tunables}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment,
                          stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise Fault(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def outcome(text):
    result = json.loads(text)
    return {key: result[key] for key in COMPARED}


def words_of(journal):
    """All that a log holds, as the words of `holds`."""
    words = set()
    database = sqlite3.connect(journal)
    for query in ("SELECT DISTINCT type FROM orders", "SELECT DISTINCT time_in_force FROM orders",
                  "SELECT DISTINCT role FROM orders", "SELECT DISTINCT kind FROM reports",
                  "SELECT DISTINCT strategy FROM fills",
                  "SELECT 'partial' FROM fills GROUP BY order_id HAVING count(*) > 1 LIMIT 1"):
        words.update(row[0] for row in database.execute(query))
    database.close()
    return words


class Matrix:
    def __init__(self, folder, builds):
        self.programs = {build: os.path.join(folder, build, "bellwether") for build in builds}
        self.first = self.programs[builds[0]]
        self.folder = os.path.join(folder, "cases")

    def path(self, name):
        return os.path.join(self.folder, name)

    def make_markets(self):
        """Each build's must be the same as the first's, byte for byte."""
        for name, options in MARKETS.items():
            made = {}
            for build, program in self.programs.items():
                path = self.path(f"{name}-{build}.bwbars")
                call([program, "data", "synth", "--market", *options, "--out", path])
                with open(path, "rb") as file:
                    made[build] = file.read()
                os.replace(path, self.path(name + ".bwbars"))
            first = next(iter(made.values()))
            others = [build for build, data in made.items() if data != first]
            if others:
                raise Fault(f"the market {name} is another one from {', '.join(others)}")

    def write_config(self, number, text):
        path = self.path(f"{number:02d}.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def judge(self, case, config):
        """What the case comes to; Fault when not all builds agree."""
        data = self.path(case.data + ".bwbars")
        run = config[:-len(".yaml")]
        want = outcome(call([self.first, "backtest", "-c", config, "--data", data, "--json",
                             "--out", run]))
        call([self.first, "verify", run])
        missing = set(case.holds) - words_of(os.path.join(run, "journal.db"))
        if missing or want["fills"] < FILLS_MIN:
            raise Fault(f"{want['fills']} fills; its log lacks: {', '.join(sorted(missing))}")
        for build, program in self.programs.items():
            for tunables in ("", OLD_PROCESSOR):
                got = outcome(call([program, "backtest", "-c", config, "--data", data, "--json",
                                    "--no-run-dir"], tunables))
                if got != want:
                    differ = [f"{key}: {got[key]}, not {want[key]}" for key in COMPARED
                              if got[key] != want[key]]
                    raise Fault(f"{build} ({tunables or 'this processor'}): {'; '.join(differ)}")
            call([program, "replay", run, "--verify"])
        return want


def main():
    folder, builds = os.path.abspath(sys.argv[1]), sys.argv[2:]
    base, cases = read_cases(os.path.join(os.path.dirname(__file__), "cases.txt"))
    matrix = Matrix(folder, builds)
    shutil.rmtree(matrix.folder, ignore_errors=True)
    os.makedirs(matrix.folder)
    matrix.make_markets()
    print(f"ok {len(MARKETS)} synthetic markets, the same from all builds")
    signals, actions = matrix.path("signals.jsonl"), matrix.path("actions.csv")
    with open(actions, "w", encoding="utf-8") as file:
        file.write(ACTIONS)
    files = {"SIGNALS": signals, "ACTIONS": actions}
    configs = [matrix.write_config(i, case.config(base, files)) for i, case in enumerate(cases)]
    call([matrix.first, "data", "signals", "-c", configs[0], "--data",
          matrix.path("minutes.bwbars"), "--out", signals])
    failed, fills = 0, 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        waiting = [pool.submit(matrix.judge, *pair) for pair in zip(cases, configs)]
        for case, future in zip(cases, waiting):
            try:
                want = future.result()
                fills += want["fills"]
                print(f"ok {case.name}: {want['decision_hash']}, {want['fills']} fills", flush=True)
            except (Fault, OSError, ValueError, KeyError, sqlite3.Error,
                    subprocess.TimeoutExpired) as fault:
                failed += 1
                print(f"not ok {case.name}")
                print("\n".join("    | " + line for line in str(fault).split("\n")), flush=True)
    if failed == 0:
        print(f"# {len(cases)} more configs, {fills} fills: one hash each from {len(builds)} "
              "builds on two kinds of processor, replayed by all")
    return 1 if failed > 0 else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Fault as fault:
        print(f"not ok one hash per config: {fault}")
        sys.exit(1)
