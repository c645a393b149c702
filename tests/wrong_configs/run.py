"""Runs every case of cases.txt through the program: `run.py BELLWETHER CASES`, in an empty folder.

Each must be refused by `validate`, `backtest` and `run` with status 2, in the very same words: at the
place of the caret, with the text beside it (which names the key) and with the remedy; and nothing
may have been started: no folder, no log, no file. Prints one line per case.
"""

import os
import subprocess
import sys


class Case:
    def __init__(self, name):
        self.name = name
        self.lines = []  # (kind, text): kind is "-", "+" or "="
        self.expected = None  # (index into lines, column, text)
        self.remedy = None


def read_cases(path):
    base, cases = [], []
    with open(path, encoding="utf-8") as file:
        for line in file.read().split("\n"):
            if line.startswith("--- "):
                cases.append(Case(line[4:]))
            elif not cases:
                if base or line == "=== base":
                    base.append(line)
            elif line[:2] in ("- ", "+ ", "= "):
                cases[-1].lines.append((line[0], line[2:]))
            elif line.startswith("? "):
                cases[-1].remedy = line[2:]
            elif line.lstrip().startswith("^ "):
                column = line.index("^") - 1
                cases[-1].expected = (len(cases[-1].lines) - 1, column, line.split("^ ", 1)[1])
    return base[1:], cases


def build(base, case):
    """The text of the case, and the line (from 1) at which it must be refused."""
    if all(kind == "+" for kind, _ in case.lines):
        return [text for _, text in case.lines], case.expected[0] + 1
    result, rest = [], [line for line in base]
    while rest and rest[-1] == "":
        rest.pop()
    at = None
    for index, (kind, text) in enumerate(case.lines):
        if kind == "+":
            result.append(text)
        else:
            place = rest.index(text)
            result += rest[:place]
            rest = rest[place + 1:]
            if kind == "=":
                result.append(text)
        if index == case.expected[0]:
            at = len(result)
    return result + rest, at


def judge(program, base, case):
    """None, or what is wrong."""
    text, line = build(base, case)
    with open("wrong.yaml", "w", encoding="utf-8") as file:
        file.write("\n".join(text) + "\n")
    _, column, message = case.expected
    for command in (["validate", "-c", "wrong.yaml"], ["backtest", "-c", "wrong.yaml"],
                    ["run", "-c", "wrong.yaml", "--once"]):
        done = subprocess.run([program] + command, capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL)
        said = done.stderr
        first, _, rest = said.partition("\n")
        if done.returncode != 2:
            return f"{command[0]}: status {done.returncode}, expected 2\n{said}{done.stdout}"
        if not first.startswith(f"bellwether: wrong.yaml:{line}:{column}: error: "):
            return f"{command[0]}: not at line {line}, column {column}\n{said}"
        if message not in first:
            return f"{command[0]}: does not say: {message}\n{said}"
        if case.remedy not in rest.partition("\nhint: ")[2]:
            return f"{command[0]}: has no hint: {case.remedy}\n{said}"
        if done.stdout != "" or os.listdir(".") != ["wrong.yaml"]:
            return f"{command[0]}: something was started: {os.listdir('.')}\n{done.stdout}"
    return None


def main():
    program, path = sys.argv[1:]
    base, cases = read_cases(path)
    failed = 0
    names = set()
    for case in cases:
        if case.expected is None or not case.remedy or case.name in names:
            fault = "the case lacks a caret or a hint, or its name is taken"
        else:
            try:
                fault = judge(program, base, case)
            except ValueError as error:  # lines out of the base's order, or not in it
                fault = str(error)
        names.add(case.name)
        print(("ok " if fault is None else "not ok ") + case.name)
        if fault is not None:
            failed += 1
            print("\n".join("    | " + line for line in fault.split("\n")))
    with open("wrong.yaml", "w", encoding="utf-8") as file:
        file.write("\n".join(base))
    right = subprocess.run([program, "validate", "-c", "wrong.yaml"], capture_output=True,
                           text=True, timeout=60)
    # The actions file of the right one is not there: that is seen when it is opened, not before.
    good = "actions.csv" in right.stderr and "wrong.yaml:" not in right.stderr
    print(("ok " if good else "not ok ") + "the right one passes")
    return 1 if failed > 0 or not good or len(cases) < 150 else 0


if __name__ == "__main__":
    sys.exit(main())
