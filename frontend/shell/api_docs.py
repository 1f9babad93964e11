"""The documentation of the REST API, made from the OpenAPI document: plain HTML in the frame of the faces."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from frontend.shell.frame import render
from icontrol.kernel.localized import text_lazy
from releases.api.schema import document

METHODS = ("get", "post", "put", "patch", "delete")
#: What a body may say besides its members, and how that is written.
LIMITS = {"maxLength": "≤ {} characters", "minimum": "≥ {}", "maximum": "≤ {}", "maxItems": "≤ {} items"}


@dataclass(frozen=True, slots=True)
class Member:
    """A parameter, or a member of a body. ``where``: header, path or query."""

    name: str
    kind: str
    is_required: bool
    text: str
    where: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A body: what it may be by name, and examples as JSON."""

    names: list[str]
    type: str
    examples: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    text: str
    body: Shape | None


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    text: str
    is_public: bool
    parameters: list[Member]
    body: Shape | None
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class Docs:
    version: str
    #: By group.
    operations: dict[str, list[Operation]]
    #: Members by name of the body.
    schemas: dict[str, list[Member]]


class _Reader:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    def resolve(self, thing: Any) -> Any:
        while isinstance(thing, dict) and "$ref" in thing:
            found: Any = self.document
            for step in thing["$ref"].removeprefix("#/").split("/"):
                found = found[step.replace("~1", "/").replace("~0", "~")]
            thing = found
        return thing

    def read(self) -> Docs:
        groups: dict[str, list[Operation]] = {}
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    operation = item[method]
                    groups.setdefault(operation["tags"][0], []).append(self._operation(method, path, operation))
        schemas = self.document["components"]["schemas"]
        return Docs(
            str(self.document["info"]["version"]),
            groups,
            {name: list(self._members(schema)) for name, schema in sorted(schemas.items())},
        )

    def _operation(self, method: str, path: str, given: Mapping[str, Any]) -> Operation:
        parameters = [self.resolve(parameter) for parameter in given.get("parameters", ())]
        answers = ((status, self.resolve(answer)) for status, answer in given["responses"].items())
        return Operation(
            given["operationId"],
            method.upper(),
            path,
            given.get("summary", ""),
            given.get("description", ""),
            not given.get("security") or {} in given["security"],
            [
                Member(
                    parameter["name"],
                    kind_of(parameter.get("schema", {})),
                    bool(parameter.get("required")),
                    parameter.get("description", ""),
                    parameter["in"],
                )
                for parameter in parameters
            ],
            self._shape(self.resolve(given.get("requestBody", {})).get("content", {})),
            [Answer(status, found["description"], self._shape(found.get("content", {}))) for status, found in answers],
        )

    def _shape(self, content: Mapping[str, Any]) -> Shape | None:
        for kind, media in content.items():
            examples = [
                (name, self._example(self.resolve(example))) for name, example in media.get("examples", {}).items()
            ]
            return Shape(list(_named(media.get("schema", {}))), kind, examples)
        return None

    @staticmethod
    def _example(example: Mapping[str, Any]) -> str:
        value = example.get("value")
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)

    def _members(self, schema: Mapping[str, Any]) -> Iterator[Member]:
        for part in (schema, *map(self.resolve, schema.get("allOf", ()))):
            required = part.get("required", ())
            for name, given in part.get("properties", {}).items():
                yield Member(name, kind_of(given), name in required, _text_of(given))


def _named(schema: Mapping[str, Any]) -> Iterator[str]:
    """Names of the bodies that a schema allows."""
    if "$ref" in schema:
        yield schema["$ref"].rpartition("/")[2]
    for part in (*schema.get("oneOf", ()), *schema.get("anyOf", ()), *schema.get("allOf", ())):
        yield from _named(part)
    if "items" in schema:
        yield from _named(schema["items"])


def kind_of(schema: Mapping[str, Any]) -> str:
    """In words: ``string or null``, ``array of Release``, ``"ON" or "OFF"``."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return _either(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    for word in ("oneOf", "anyOf", "allOf"):
        if word in schema:
            return _either(kind_of(part) for part in schema[word])
    if schema.get("type") == "array":
        return f"array of {kind_of(schema.get('items', {}))}"
    kinds = schema.get("type", "anything")
    return _either(kinds if isinstance(kinds, list) else [kinds])


def _either(words: Iterable[str]) -> str:
    return " or ".join(dict.fromkeys(words))


def _text_of(schema: Mapping[str, Any]) -> str:
    told = [str(schema.get("description", "")).rstrip(".")]
    told += [words.format(schema[name]) for name, words in LIMITS.items() if name in schema]
    if "default" in schema:
        told.append(f"default {json.dumps(schema['default'], ensure_ascii=False)}")
    return "; ".join(word for word in told if word)


@lru_cache(maxsize=1)
def docs() -> Docs:
    """Read once: it takes a second."""
    return _Reader(yaml.load(document()[0], Loader=yaml.CSafeLoader)).read()


def page(request: HttpRequest) -> HttpResponseBase:
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    return render(
        request,
        "frontend/shell/api_docs.html",
        text_lazy("API documentation"),
        docs=SimpleLazyObject(docs),
        schema_url=reverse("schema"),
    )
