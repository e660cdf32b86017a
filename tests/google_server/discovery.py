"""The published discovery document as a judge: is this request, is this answer, what Google describes?

The document is the one that google-api-python-client carries; nothing of the API is described here anew.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import googleapiclient

_DOCUMENT = Path(googleapiclient.__file__).parent / "discovery_cache/documents/calendar.v3.json"
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}


class Method:
    """One method of the API, such as `events.insert`."""

    def __init__(self, name: str, described: dict[str, Any], base: str, shared: dict[str, Any]) -> None:
        self.name = name
        self.http_method: str = described["httpMethod"]
        self.scopes: set[str] = set(described.get("scopes", ()))
        self.request: str | None = described.get("request", {}).get("$ref")
        self.response: str | None = described.get("response", {}).get("$ref")
        self.parameters: dict[str, Any] = described.get("parameters", {})
        self.query = shared | {n: p for n, p in self.parameters.items() if p["location"] == "query"}
        template = re.escape(base + described["path"]).replace(r"\{", "{").replace(r"\}", "}")
        self._path = re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", template) + "$")

    def matches(self, http_method: str, raw_path: str) -> dict[str, str] | None:
        found = self._path.match(raw_path) if http_method == self.http_method else None
        return {name: unquote(value) for name, value in found.groupdict().items()} if found else None


class Discovery:
    """The document: finds the method of a request and lists what is wrong with requests and answers."""

    def __init__(self) -> None:
        document = json.loads(_DOCUMENT.read_text(encoding="utf-8"))
        self.schemas: dict[str, Any] = document["schemas"]
        self.methods = [
            Method(f"{group}.{name}", described, document["basePath"], document["parameters"])
            for group, resource in document["resources"].items()
            for name, described in resource["methods"].items()
        ]

    def method(self, http_method: str, raw_path: str) -> tuple[Method, dict[str, str]] | None:
        for method in self.methods:
            if (found := method.matches(http_method, raw_path)) is not None:
                return method, found
        return None

    def query_problems(self, method: Method, given: list[tuple[str, str]]) -> list[str]:
        """What is wrong with the query string."""
        names = [name for name, _ in given]
        problems = [
            f"{method.name}: {name} is given more than once"
            for name in sorted(set(names))
            if names.count(name) > 1 and not method.query.get(name, {}).get("repeated")
        ]
        for name, text in given:
            described = method.query.get(name)
            if described is None:
                problems.append(f"{method.name}: no parameter {name!r}")
                continue
            problems += self._text_problems(f"{method.name}: {name}", text, described)
        missing = [n for n, p in method.query.items() if p.get("required") and n not in names]
        return problems + [f"{method.name}: {name} is missing" for name in missing]

    def body_problems(self, method: Method, body: Any) -> list[str]:
        """What is wrong with a request's body; a patch may leave anything out and set fields to null."""
        if method.request is None:
            return [] if body is None else [f"{method.name}: takes no body"]
        if not isinstance(body, dict):
            return [f"{method.name}: the body is no JSON object"]
        required = [
            name
            for name, described in self.schemas[method.request]["properties"].items()
            if f"calendar.{method.name}" in described.get("annotations", {}).get("required", ())
        ]
        problems = [f"{method.name}: {name} is missing" for name in required if name not in body]
        nulls = method.http_method == "PATCH"
        return problems + self._problems({"$ref": method.request}, body, method.name, nulls=nulls)

    def answer_problems(self, method: Method, answer: Any) -> list[str]:
        """What is wrong with an answer to a request that succeeded."""
        if method.response is None:
            return [] if answer is None else [f"{method.name}: is answered without a body"]
        return self._problems({"$ref": method.response}, answer, f"{method.name} answer", nulls=False)

    def _problems(self, described: dict[str, Any], value: Any, where: str, *, nulls: bool) -> list[str]:
        if value is None and nulls:
            return []
        if "$ref" in described:
            described = self.schemas[described["$ref"]]
        kind = described.get("type", "any")
        if kind == "any":
            return []
        if not isinstance(value, _TYPES[kind]) or (kind in ("integer", "number") and isinstance(value, bool)):
            return [f"{where}: {value!r} is no {kind}"]
        if kind == "array":
            return [
                problem
                for place, entry in enumerate(value)
                for problem in self._problems(described["items"], entry, f"{where}[{place}]", nulls=False)
            ]
        if kind == "object":
            problems = []
            properties, others = described.get("properties", {}), described.get("additionalProperties")
            for name, entry in value.items():
                if (inner := properties.get(name, others)) is None:
                    problems.append(f"{where}: no field {name!r}")
                else:
                    problems += self._problems(inner, entry, f"{where}.{name}", nulls=nulls)
            return problems
        return self._text_problems(where, value, described) if kind == "string" else []

    @staticmethod
    def _text_problems(where: str, text: str, described: dict[str, Any]) -> list[str]:
        if "enum" in described and text not in described["enum"]:
            return [f"{where}: {text!r} is none of {described['enum']}"]
        kind, form = described["type"], described.get("format")
        try:
            if kind == "boolean" and text not in ("true", "false"):
                raise ValueError
            if kind == "integer":
                number = int(text)
                low, high = int(described.get("minimum", number)), int(described.get("maximum", number))
                if not low <= number <= high:
                    raise ValueError
            if form == "date-time":
                parsed = datetime.fromisoformat(text)
                if described.get("location") == "query" and parsed.tzinfo is None:
                    raise ValueError  # "with mandatory time zone offset"
            if form == "date":
                date.fromisoformat(text)
        except ValueError:
            return [f"{where}: {text!r} is no {form or kind}"]
        return []
