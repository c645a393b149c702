#!/usr/bin/env python3
"""metrics_format.py FILE...: the text format of Prometheus (version 0.0.4), read strictly, and the
rules of naming that `promtool check metrics` holds metrics to. Prints what is wrong, and with
`value NAME{LABELS}` before the files the value of that series."""

import math
import re
import sys

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"')
TYPES = {"counter", "gauge", "summary", "histogram", "untyped"}
NOT_BASE = {"milliseconds", "microseconds", "nanoseconds", "minutes", "hours", "days", "cents", "kilobytes"}
SHORT = {"s", "ms", "us", "ns", "sec", "usd", "b", "kb", "mb"}


class Wrong(Exception):
    pass


def parse_labels(text):
    """`text` stands behind the brace; returns the labels and what follows the closing brace."""
    labels = {}
    while True:
        found = LABEL.match(text)
        if found is None:
            raise Wrong("a label is not NAME=\"VALUE\"")
        if found[1] in labels:
            raise Wrong(f"label {found[1]} is there twice")
        if found[1].startswith("__"):
            raise Wrong(f"label {found[1]} is reserved")
        labels[found[1]] = found[2]
        text = text[found.end():]
        if text.startswith("}"):
            return labels, text[1:]
        if not text.startswith(","):
            raise Wrong("labels are parted by commas")
        text = text[1:]


def parse_sample(line):
    found = NAME.match(line)
    if found is None:
        raise Wrong("a sample begins with its name")
    rest = line[found.end():]
    labels = {}
    if rest.startswith("{"):
        labels, rest = parse_labels(rest[1:])
    number = re.fullmatch(r" ([+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|Inf)|NaN)", rest)
    if number is None:
        raise Wrong("a value is one blank and a number")
    return found[0], labels, float(number[1])


def base_of(name, kind):
    for suffix in ("_sum", "_count") if kind == "summary" else ():
        if name.endswith(suffix):
            return name[: -len(suffix)]
    return name


class Page:
    def __init__(self):
        self.families = {}  # name -> (help, type)
        self.samples = {}  # family -> [(name, labels, value)]
        self.order = []  # of the families, as they come
        self.help = None

    def take_comment(self, line):
        words = line.split(" ", 3)
        if len(words) < 4 or words[0] != "#" or words[1] not in ("HELP", "TYPE"):
            raise Wrong("a comment is # HELP NAME TEXT or # TYPE NAME TYPE")
        _, what, name, text = words
        if not NAME.fullmatch(name):
            raise Wrong(f"{name} is no name")
        if what == "HELP":
            if name in self.families or self.help is not None:
                raise Wrong(f"{name} is described twice, or a TYPE is missing before")
            self.help = (name, text)
            return
        if self.help is None or self.help[0] != name:
            raise Wrong(f"the HELP of {name} does not stand before its TYPE")
        if text not in TYPES:
            raise Wrong(f"{text} is no type")
        self.families[name] = (self.help[1], text)
        self.samples[name] = []
        self.order.append(name)
        self.help = None

    def take_sample(self, line):
        name, labels, value = parse_sample(line)
        if self.help is not None or not self.order:
            raise Wrong(f"{name} comes before its TYPE")
        family = self.order[-1]
        if base_of(name, self.families[family][1]) != family:
            raise Wrong(f"{name} stands among the samples of {family}")
        series = (name, tuple(sorted(labels.items())))
        if any(series == (n, tuple(sorted(l.items()))) for n, l, _ in self.samples[family]):
            raise Wrong(f"{line} is there twice")
        self.samples[family].append((name, labels, value))


def check_name(name, kind):
    words = name.split("_")
    if name != name.lower() or not name.startswith("bellwether_"):
        raise Wrong(f"{name}: small letters, and bellwether_ first")
    if (kind == "counter") != name.endswith("_total"):
        raise Wrong(f"{name}: counters end in _total, and nothing else does")
    if kind not in ("summary", "histogram") and name.endswith(("_sum", "_count", "_bucket")):
        raise Wrong(f"{name}: only summaries have that ending")
    if set(words) & (NOT_BASE | SHORT | TYPES):
        raise Wrong(f"{name}: base units in whole words, and no type in the name")


def check_summary(name, samples):
    parts = {}
    for sample, labels, value in samples:
        key = tuple(sorted((k, v) for k, v in labels.items() if k != "quantile"))
        part = parts.setdefault(key, {"quantiles": []})
        if sample == name:
            part["quantiles"].append((float(labels["quantile"]), value))
        else:
            part[sample[len(name):]] = value
    for key, part in parts.items():
        values = [value for _, value in part["quantiles"]]
        ranks = [rank for rank, _ in part["quantiles"]]
        if "_sum" not in part or "_count" not in part or not values:
            raise Wrong(f"{name}{key}: quantiles, _sum and _count belong together")
        if ranks != sorted(ranks) or not all(0 <= rank <= 1 for rank in ranks):
            raise Wrong(f"{name}{key}: quantiles lie between 0 and 1")
        if values != sorted(values) or part["_sum"] < 0 or part["_count"] < 1:
            raise Wrong(f"{name}{key}: quantiles rise, and there was something to sum up")


def check_family(page, name):
    text, kind = page.families[name]
    samples = page.samples[name]
    check_name(name, kind)
    if not text.strip() or not samples:
        raise Wrong(f"{name} has no help or no sample")
    if kind == "counter" and not all(value >= 0 and math.isfinite(value) for _, _, value in samples):
        raise Wrong(f"{name}: a counter counts from 0")
    if kind == "summary":
        check_summary(name, samples)


def read_page(text):
    page = Page()
    if not text.endswith("\n"):
        raise Wrong("the last line has no end")
    for number, line in enumerate(text[:-1].split("\n"), 1):
        try:
            if line.startswith("#"):
                page.take_comment(line)
            else:
                page.take_sample(line)
        except Wrong as wrong:
            raise Wrong(f"line {number}: {wrong}") from None
    for name in page.order:
        check_family(page, name)
    return page


def main(arguments):
    wanted = None
    if arguments[0] == "value":
        wanted, arguments = arguments[1], arguments[2:]
    for path in arguments:
        with open(path, encoding="utf-8", newline="") as file:
            page = read_page(file.read())
        if wanted is None:
            print(f"{path}: {len(page.order)} metrics, {sum(map(len, page.samples.values()))} samples")
            continue
        name, labels, _ = parse_sample(wanted + " 0")
        for samples in page.samples.values():
            for sample, has, value in samples:
                if sample == name and has == labels:
                    print(f"{value:g}")
                    return
        raise Wrong(f"{path} has no {wanted}")


try:
    main(sys.argv[1:])
except Wrong as error:
    sys.exit(f"{error}")
