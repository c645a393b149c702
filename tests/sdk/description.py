"""description.py: the vendor's OpenAPI files (trading-api.yaml, market-data-api.yaml)."""
import pathlib
import re

import yaml

FILES = {"trading": "trading-api.yaml", "data": "market-data-api.yaml"}
METHODS = ("get", "post", "put", "patch", "delete")


def pointer(*parts):
    """A JSON pointer to a place in a document."""
    return "/" + "/".join(str(p).replace("~", "~0").replace("/", "~1") for p in parts)


def null_allowed(node):
    """OpenAPI 3.0's `nullable` in the words of JSON Schema, in place."""
    if isinstance(node, dict):
        if node.get("nullable") is True and isinstance(node.get("type"), str):
            node["type"] = [node["type"], "null"]
            if isinstance(node.get("enum"), list):
                node["enum"].append(None)
        for value in node.values():
            null_allowed(value)
    elif isinstance(node, list):
        for value in node:
            null_allowed(value)


def load(folder):
    """name -> document."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    documents = {}
    for name, file in FILES.items():
        # Times stay text, as in the JSON that they describe.
        text = (pathlib.Path(folder) / file).read_text(encoding="utf-8")
        documents[name] = yaml.load(text, Loader=without_times(loader))
        null_allowed(documents[name])
    return documents


def without_times(base):
    class Loader(base):
        pass

    Loader.yaml_implicit_resolvers = {
        first: [(tag, rule) for tag, rule in rules if not tag.endswith("timestamp")]
        for first, rules in base.yaml_implicit_resolvers.items()
    }
    return Loader


def operations(documents):
    """(document, METHOD, path template, operation), all of them."""
    for name, document in documents.items():
        for path, item in document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield name, method.upper(), path, item[method]


def matcher(path):
    """A path template as a pattern; the plainer of two templates that match is the right one."""
    return re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path)) + "$")
