"""The OpenAPI document: clean, complete, and true of the answers in ``tests/golden``."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings

from releases.api.schema import document as document_of
from tests.examples import SETTINGS, WHOLE, golden, operation_of
from tests.house.routes import is_page, methods, routes
from tests.lint import OPENAPI
from tests.releases.api.helpers import PROBLEM

DOCUMENTS = dict(golden())
JSON = "application/json"
#: (component, member) that no golden document has: the findings of two refusals, and components that stand in a list
#: which is empty there (the tests of flags see them).
UNSEEN = {
    ("GateProblem", "problems"),
    ("OneEvaluationProblem", "problems"),
    ("UnleashVariant", "payload"),
    ("Payload", "*"),
    ("EvaluationFailure", "*"),
    ("Stale", "*"),
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """With everything where it belongs, and nothing shared."""
    return made_with(WHOLE)


def made_with(hooks: dict[str, Any]) -> dict[str, Any]:
    with patched_settings(hooks):
        made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    plain: dict[str, Any] = json.loads(json.dumps(made))
    return plain


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


@pytest.mark.slow
def test_it_is_valid_and_without_a_warning() -> None:
    said = io.StringIO()
    with redirect_stderr(said):
        call_command(*OPENAPI, stdout=io.StringIO())
    assert said.getvalue() == ""


def test_what_is_shared_is_the_same(document: dict[str, Any]) -> None:
    shared = made_with(SETTINGS)
    parts = {name: shared["components"].pop(name) for name in ("examples", "headers", "parameters", "responses")}

    def whole(value: Any) -> Any:
        if isinstance(value, list):
            return [whole(item) for item in value]
        if not isinstance(value, dict):
            return value
        kind, _, name = str(value.get("$ref", "")).removeprefix("#/components/").partition("/")
        return whole(parts[kind][name]) if kind in parts else {key: whole(item) for key, item in value.items()}

    assert shared["paths"] != document["paths"]
    assert whole(shared) == document


def test_every_route_of_the_api_is_in_it(document: dict[str, Any]) -> None:
    told = [(method, path.count("{"), path.split("{")[0]) for method, path, _ in operations(document)]
    real = [
        (method, route.count("<"), f"/{route.split('<')[0]}")
        for route, view in routes().items()
        if not is_page(route) and not route.startswith(("api/schema", "api/docs"))
        for method in methods(view)
    ]
    assert sorted(told) == sorted(real)


def test_operations_have_a_name_of_their_own_and_words(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    for method, path, operation in operations(document):
        assert operation.get("description"), (method, path)
        summary = operation.get("summary", "")
        assert 8 <= len(summary) <= 110 and not summary.endswith((".", ";", ":")), (method, path, summary)
        assert operation["description"].replace("\n", " ").startswith(summary)


def test_who_may_ask_is_told(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert schemes["bearer"] | {"description": ""} == {"type": "http", "scheme": "bearer", "description": ""}
    assert (schemes["session"]["in"], schemes["session"]["name"]) == ("cookie", "sessionid")
    public = {path for _, path, operation in operations(document) if "security" not in operation}
    assert public == {
        "/api/config",
        "/api/config/published",
        "/meta/release",
        "/preview/{token}",
        "/livez",
        "/readyz",
        "/unleash/api/client/features",
        "/unleash/api/client/metrics",
        "/unleash/api/client/register",
        "/unleash/api/frontend",
        "/unleash/api/frontend/client/metrics",
        "/unleash/api/frontend/client/register",
        "/ofrep/v1/evaluate/flags",
        "/ofrep/v1/evaluate/flags/{key}",
    }
    for _, path, operation in operations(document):
        if path not in public:
            assert operation["security"] == [{"bearer": []}, {"session": []}]
            assert {"401", "403"} <= operation["responses"].keys()


def test_refusals_are_problems(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        statuses = operation["responses"]
        for status, response in statuses.items():
            if int(status) >= 400 and path != "/readyz":
                # OFREP describes these two, and as plain JSON.
                plain = path.startswith("/ofrep/") and status in ("400", "404")
                assert list(response["content"]) == [JSON if plain else PROBLEM], (method, path, status)
        if "requestBody" in operation and not path.startswith("/ofrep/"):
            assert {"400", "413", "415", "422"} <= statuses.keys(), (method, path)
        headers = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}
        if "If-Match" in headers:
            assert {"412", "428"} <= statuses.keys(), (method, path)


def schema_of(document: dict[str, Any], operation: dict[str, Any], status: int, media_type: str) -> dict[str, Any]:
    schema = operation["responses"][str(status)]["content"][media_type]["schema"]
    return {**schema, "components": document["components"]}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_answers_are_as_it_says(document: dict[str, Any], name: str) -> None:
    """Nothing in an answer that the document does not name. (Problems may carry more.)"""
    document = closed(document)
    status, body = DOCUMENTS[name]["status"], DOCUMENTS[name]["body"]
    operation, _ = operation_of(document, DOCUMENTS[name]["request"])
    response = operation["responses"][str(status)]
    if body is None:
        assert "content" not in response
        return
    schema = schema_of(document, operation, status, DOCUMENTS[name]["headers"]["Content-Type"].split(";")[0])
    jsonschema_rs.Draft202012Validator(schema).validate(body)


def closed(document: dict[str, Any]) -> dict[str, Any]:
    """Our objects have the members that the document names and no others."""
    schemas = {
        name: {**shape, "additionalProperties": False}
        if "properties" in shape and not name.endswith("Problem")
        else shape
        for name, shape in document["components"]["schemas"].items()
    }
    return {**document, "components": {"schemas": schemas}}


def answered(document: dict[str, Any], schema: dict[str, Any], value: Any) -> Iterator[tuple[str, str]]:
    """(component, member) of all that stands in an answer."""
    for option in schema.get("oneOf", ()):
        inside = {**option, "components": document["components"]}
        if jsonschema_rs.Draft202012Validator(inside).is_valid(value):
            yield from answered(document, option, value)
    if isinstance(value, list):
        for item in value:
            yield from answered(document, schema.get("items", {}), item)
    if not isinstance(value, dict):
        return
    name = schema.get("$ref", "").rpartition("/")[2]
    shape = document["components"]["schemas"].get(name, schema)
    for member, item in value.items():
        yield name, member
        inner = shape.get("properties", {}).get(member) or shape.get("additionalProperties")
        yield from answered(document, inner if isinstance(inner, dict) else {}, item)


def test_what_an_answer_may_have_some_answer_has(document: dict[str, Any]) -> None:
    seen: set[tuple[str, str]] = set()
    strict = closed(document)
    for example in DOCUMENTS.values():
        operation, _ = operation_of(document, example["request"])
        for one in operation["responses"][str(example["status"])].get("content", {}).values():
            seen |= set(answered(strict, one["schema"], example["body"]))
    names = {name for name, _ in seen}
    promised = {
        (name, member)
        for name, shape in document["components"]["schemas"].items()
        if not name.endswith("Body")
        for member in (shape.get("properties", {}) if name in names else ["*"])
    }
    assert promised - seen == UNSEEN


def examples_of(operation: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Any]]:
    """(schema, example) of the parameters, the body and the answers."""
    told = [*operation.get("parameters", ()), *operation.get("requestBody", {}).get("content", {}).values()]
    for response in operation["responses"].values():
        told += response.get("content", {}).values()
    for one in told:
        for example in one.get("examples", {}).values():
            yield one["schema"], example["value"]


def test_every_operation_has_an_example_of_what_is_asked_and_answered(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            assert parameter["in"] != "path" or parameter.get("examples"), (method, path, parameter["name"])
            assert parameter["name"] != "If-Match" or parameter.get("examples"), (method, path)
        if "requestBody" in operation:
            assert any(one.get("examples") for one in operation["requestBody"]["content"].values()), (method, path)
        good = [response for status, response in operation["responses"].items() if status.startswith("2")]
        assert any(one.get("examples") for response in good for one in response.get("content", {}).values()) or not any(
            "content" in response for response in good
        ), (method, path)


def test_examples_are_as_the_document_says(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        for schema, example in examples_of(operation):
            complete = {**schema, "components": document["components"]}
            validator = jsonschema_rs.Draft202012Validator(complete, validate_formats=True)
            assert validator.is_valid(example), (method, path, list(validator.iter_errors(example)))


def test_a_shape_that_is_not_so_is_noticed(document: dict[str, Any]) -> None:
    by_name = {operation["operationId"]: operation for _, _, operation in operations(document)}
    validator = jsonschema_rs.Draft202012Validator(schema_of(document, by_name["readRegistry"], 200, JSON))
    registry = DOCUMENTS["registry"]["body"]
    validator.validate(registry)
    assert not validator.is_valid({**registry, "latest_version": 1})
    assert not validator.is_valid({name: value for name, value in registry.items() if name != "channels"})
    strict = jsonschema_rs.Draft202012Validator(schema_of(closed(document), by_name["readRegistry"], 200, JSON))
    strict.validate(registry)
    assert not strict.is_valid({**registry, "channels": {**registry["channels"], "live": "1.0.0"}})


def test_it_is_served_from_the_file_that_is_checked(client: Client) -> None:
    answer = client.get("/api/schema", {"format": "json", "lang": "fr"}, headers={"accept": "text/html"})
    assert answer.content == (settings.BASE_DIR / "docs/reference/openapi.yaml").read_bytes()
    assert answer["Content-Type"] == "application/yaml"
    etag = answer["ETag"]
    for tag in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = client.get("/api/schema", headers={"if-none-match": tag})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)


def test_no_request_makes_it_anew(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.get("/api/schema")  # what a process reads once, it has read
    made: list[Any] = []
    monkeypatch.setattr(SchemaGenerator, "get_schema", lambda *_, **__: made.append(1))

    def read(path: Path) -> bytes:
        made.append(path)
        return b"openapi"

    monkeypatch.setattr(Path, "read_bytes", read)
    document_of.cache_clear()
    try:
        assert {client.get("/api/schema").content for _ in range(5)} == {b"openapi"}
        assert [str(path) for path in made] == [str(settings.BASE_DIR / "docs/reference/openapi.yaml")]
    finally:
        document_of.cache_clear()
