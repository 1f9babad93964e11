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

from releases.api.schema import document as document_of
from tests.house.routes import is_page, methods, routes
from tests.releases.api.helpers import PROBLEM

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = sorted((ROOT / "tests" / "golden").glob("*.json"))
JSON = "application/json"
#: Golden document → operation that answered it; problems of author calls are of one shape.
ANSWERED = {
    "diff": "diffVersions",
    "draft": "replaceDraft",
    "flag": "readFlag",
    "flag_explained": "explainFlag",
    "flags": "listFlags",
    "history": "listDraftHistory",
    "kill": "killFlag",
    "lift": "liftFlag",
    "meta_release": "askGate",
    "plan": "publish",
    "policy": "readPolicy",
    "preview": "sendToPreview",
    "preview_link": "createPreviewLink",
    "preview_links": "listPreviewLinks",
    "problem": "publish",
    "problem_410": "openPreview",
    "published": "publish",
    "published_config": "readPublishedConfig",
    "registry": "readRegistry",
    "release": "readRelease",
    "releases": "listReleases",
    "rolled_back": "rollBack",
    "unleash_features": "unleashFeatures",
    "unleash_frontend": "unleashFrontend",
    "versions": "listVersions",
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    plain: dict[str, Any] = json.loads(json.dumps(made))
    return plain


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def test_it_is_valid_and_without_a_warning() -> None:
    said = io.StringIO()
    with redirect_stderr(said):
        call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())
    assert said.getvalue() == ""


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


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.stem)
def test_answers_are_as_it_says(document: dict[str, Any], file: Path) -> None:
    golden = json.loads(file.read_text(encoding="utf-8"))
    status, body = golden["status"], golden["body"]
    base = file.stem if file.stem in ANSWERED else file.stem.rpartition("_")[0]
    while base not in ANSWERED:
        base = base.rpartition("_")[0]
    by_name = {operation["operationId"]: operation for _, _, operation in operations(document)}
    operation = by_name[ANSWERED[base]]
    assert str(status) in operation["responses"]
    if status == 304:
        assert body is None and "content" not in operation["responses"]["304"]
        return
    media_type = PROBLEM if status >= 400 else JSON
    schema = schema_of(document, operation, status, media_type)
    jsonschema_rs.Draft202012Validator(schema).validate(body)
    # Nothing in an answer that the document does not name. (Problems may carry more.)
    if status < 400 and "$ref" in schema:
        shape = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        for option in [shape] if "properties" in shape else []:
            assert set(body) == set(option["properties"])


def test_a_shape_that_is_not_so_is_noticed(document: dict[str, Any]) -> None:
    by_name = {operation["operationId"]: operation for _, _, operation in operations(document)}
    validator = jsonschema_rs.Draft202012Validator(schema_of(document, by_name["readRegistry"], 200, JSON))
    golden = json.loads((ROOT / "tests" / "golden" / "registry.json").read_text(encoding="utf-8"))["body"]
    validator.validate(golden)
    assert not validator.is_valid({**golden, "latest_version": 1})
    assert not validator.is_valid({name: value for name, value in golden.items() if name != "channels"})


def test_it_is_served_from_the_file_that_is_checked(client: Client) -> None:
    answer = client.get("/api/schema", {"format": "json", "lang": "fr"}, headers={"accept": "text/html"})
    assert answer.content == (settings.BASE_DIR / "docs/reference/openapi.yaml").read_bytes()
    assert answer["Content-Type"] == "application/yaml"
    etag = answer["ETag"]
    for tag in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = client.get("/api/schema", headers={"if-none-match": tag})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)


def test_no_request_makes_it_anew(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
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
