"""The page of the API documentation: everything of the OpenAPI document, as plain HTML."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from django.test import Client

from frontend.shell.api_docs import docs, kind_of
from releases.api.schema import document
from tests.releases.admin_pages import Page


@pytest.fixture(scope="module")
def openapi() -> Any:
    return yaml.load(document()[0], Loader=yaml.CSafeLoader)


@pytest.mark.django_db
def test_everybody_reads_every_operation_and_every_body(openapi: Any) -> None:
    page = Page(Client().get("/api/docs"))
    assert page.status == 200 and not list(page.all("script"))
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    for item in openapi["paths"].values():
        for operation in item.values():
            assert operation["operationId"] in ids
    for name, schema in openapi["components"]["schemas"].items():
        assert f"body-{name}" in ids
        assert all(member in page.text for member in schema.get("properties", {}))
    assert {link.removeprefix("#") for link in page.links if link.startswith("#")} <= set(ids)


def test_examples_are_those_of_the_document(openapi: Any) -> None:
    publish = next(one for group in docs().operations.values() for one in group if one.id == "publish")
    assert (publish.method, publish.path, publish.is_public) == ("POST", "/api/config/publish", False)
    assert publish.body is not None
    examples = {name: json.loads(text) for name, text in publish.body.examples}
    assert examples["plan"] == openapi["components"]["examples"]["plan.request"]["value"]
    assert {"200", "409", "428"} <= {answer.status for answer in publish.answers}
    gate = next(one for group in docs().operations.values() for one in group if one.path == "/meta/release")
    assert gate.is_public and "X-Client-Version" in {member.name for member in gate.parameters}


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "string"),
        ({"type": ["string", "null"]}, "string or null"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Release"}}, "array of Release"),
        ({"enum": ["ON", None]}, '"ON" or null'),
        ({"oneOf": [{"$ref": "#/a/Plan"}, {"type": "null"}]}, "Plan or null"),
        ({}, "anything"),
    ],
)
def test_what_a_member_is_stands_there_in_words(schema: dict[str, Any], words: str) -> None:
    assert kind_of(schema) == words
