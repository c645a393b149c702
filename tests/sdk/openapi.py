"""openapi.py FOLDER ANSWERS: holds each recorded answer against the schema that the vendor's
description in FOLDER gives for its operation and status.

A deviation is (operation and status, place in the body, rule). Those of openapi_deviations.txt, each
with its reason, are allowed. One TAP line for each operation and status that was answered.
"""
import collections
import fnmatch
import json
import pathlib
import re
import sys
import urllib.parse

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

import description

ALLOWED = pathlib.Path(__file__).with_name("openapi_deviations.txt")
FORMATS = FormatChecker(["date", "uuid"])
KINDS = ("application/json", "text/event-stream")
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$")


@FORMATS.checks("date-time")
def is_date_time(value):
    return not isinstance(value, str) or DATE_TIME.match(value) is not None


class Description:
    def __init__(self, folder):
        self.documents = description.load(folder)
        self.registry = Registry().with_resources(
            (f"urn:{name}", Resource(contents=document, specification=DRAFT202012))
            for name, document in self.documents.items()
        )
        self.operations = sorted(
            ((method, path, name, operation, description.matcher(path))
             for name, method, path, operation in description.operations(self.documents)),
            key=lambda o: (o[1].count("{"), o[1]),
        )
        self.validators = {}

    def find(self, method, path):
        for operation in self.operations:
            if operation[0] == method and operation[4].match(path):
                return operation
        return None

    def validator(self, operation, status):
        """The validator of an answer: None where no body is described; KeyError for a status that
        the description does not know."""
        method, path, name, content, _ = operation
        key = (method, path, status)
        if key not in self.validators:
            at = ["paths", path, method.lower(), "responses", status]
            answer = content["responses"][status]
            if "$ref" in answer:
                at = answer["$ref"].removeprefix("#/").split("/")
                answer = self.documents[name]
                for part in at:
                    answer = answer[part]
            kind = next((k for k in KINDS if "schema" in answer.get("content", {}).get(k, {})), None)
            if kind is None:
                self.validators[key] = None
            else:
                at += ["content", kind, "schema"]
                self.validators[key] = Draft202012Validator(
                    {"$ref": f"urn:{name}#" + urllib.parse.quote(description.pointer(*at))},
                    registry=self.registry, format_checker=FORMATS,
                )
        return self.validators[key]


def body_of(answer):
    """Of server-sent events the list of them, as the description has it."""
    if not answer["type"].startswith("text/event-stream"):
        return json.loads(answer["body"])
    return [json.loads(line.removeprefix("data: "))
            for line in answer["body"].splitlines() if line.startswith("data: ")]


def place(error):
    """Where in the body, with `*` for the members of lists and of maps by symbol."""
    parts = ["*" if isinstance(p, int) or re.fullmatch(r"[A-Z]{1,5}", p) else p
             for p in error.absolute_path]
    return ".".join(parts) or "(whole)"


def leaves(error):
    """Of a choice between schemas the errors of the branch that came nearest."""
    if error.validator in ("oneOf", "anyOf") and error.context:
        branches = collections.defaultdict(list)
        for inner in error.context:
            branches[inner.schema_path[0]].append(inner)
        for inner in min(branches.values(), key=len):
            yield from leaves(inner)
    else:
        yield error


def deviations(known, operation, answer):
    """(place, rule, example) of each deviation of one answer."""
    status = str(answer["status"])
    if status not in operation[3]["responses"]:
        yield "(status)", "undescribed", answer["body"][:100]
        return
    validator = known.validator(operation, status)
    if validator is None:
        return
    try:
        body = body_of(answer)
    except ValueError:
        yield "(whole)", "not JSON", answer["body"][:100]
        return
    for error in validator.iter_errors(body):
        for leaf in leaves(error):
            yield place(leaf), leaf.validator, leaf.message[:160]


def read_allowed():
    """[pattern of the operation, pattern of the place, pattern of the rule, reason]."""
    lines = [line for line in ALLOWED.read_text().splitlines() if line and not line.startswith("#")]
    rows = [[part.strip() for part in line.split("|")] for line in lines]
    for row in rows:
        if len(row) != 4 or not row[3]:
            sys.exit(f"{ALLOWED.name}: four columns, the last one the reason: {row}")
    return rows


def main(folder, answers):
    known, allowed = Description(folder), read_allowed()
    seen, found, unknown = collections.Counter(), {}, collections.Counter()
    used = set()
    for line in open(answers, encoding="utf-8"):
        answer = json.loads(line)
        path = urllib.parse.unquote(urllib.parse.urlsplit(answer["url"]).path)
        operation = known.find(answer["method"], path)
        if operation is None:
            unknown[f"{answer['method']} {path}"] += 1
            continue
        name = f"{operation[0]} {operation[1]} {answer['status']}"
        seen[name] += 1
        for where, rule, example in deviations(known, operation, answer):
            row = next((i for i, (o, p, r, _) in enumerate(allowed)
                        if fnmatch.fnmatchcase(name, o.replace("[", "[[]"))
                        and fnmatch.fnmatchcase(where, p) and fnmatch.fnmatchcase(rule, r)), None)
            if row is None:
                found.setdefault(name, {}).setdefault((where, rule), example)
            else:
                used.add(row)
    for name, count in sorted(seen.items()):
        if name not in found:
            print(f"ok answers {name}: {count} as described")
        for (where, rule), example in found.get(name, {}).items():
            print(f"not ok answers {name}: {where} | {rule} | {example}")
    for name, count in sorted(unknown.items()):
        print(f"not ok answers {name}: {count}, and no such operation is described")
    total = len({name.rsplit(" ", 1)[0] for name in seen})
    print(f"# {sum(seen.values())} answers of {total} operations held against the description")
    for i, row in enumerate(allowed):
        if i not in used:
            print(f"# allowed but not seen: {' | '.join(row[:3])}")
    return 1 if found or unknown else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
