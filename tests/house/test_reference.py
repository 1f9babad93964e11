"""The reference says what the program says: refusals and OpenAPI."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings

import configs
import flags
import icontrol
import releases
from icontrol.kernel.refusals import CATALOGUE, Definition
from icontrol.kernel.responses import FIELD_SENTENCES
from tests.examples import SETTINGS
from tests.house.errors_page import page
from tests.lint import DOCUMENTS

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
APPS = ("configs", "flags", "frontend", "releases", "icontrol")
#: The server's entry points act when they are imported.
ENTRIES = {"icontrol.asgi", "icontrol.wsgi"}


@pytest.fixture(scope="module", autouse=True)
def everything_imported() -> None:
    """Codes that a module defines late count too."""
    for package in (configs, flags, releases, icontrol):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name not in ENTRIES and ".migrations." not in module.name:
                importlib.import_module(module.name)


def trees() -> Iterator[ast.AST]:
    for app in APPS:
        for file in (ROOT / app).rglob("*.py"):
            yield ast.parse(file.read_text(encoding="utf-8"))


# Refusals -------------------------------------------------------------------------------------------------------------


def test_the_page_of_refusals_is_the_generated_one() -> None:
    """``make docs`` writes it."""
    assert (REFERENCE / "errors.md").read_text(encoding="utf-8") == page()


def test_every_code_is_on_the_page_with_its_status_and_titles_and_no_other() -> None:
    text = (REFERENCE / "errors.md").read_text(encoding="utf-8")
    told = re.findall(r"^### `([^`]+)` · (\d+)\n\n- \*\*(.+?)\*\* .*\n- \*\*(.+?)\*\* ", text, re.MULTILINE)
    wanted = [(kind.code, str(kind.status), kind.title["en"], kind.title["fr"]) for kind in CATALOGUE.values()]
    assert sorted(told) == sorted(wanted)


def test_every_status_is_in_the_reference_of_http() -> None:
    told = re.findall(r"^\| ([\d, ]+) \|", (REFERENCE / "http.md").read_text(encoding="utf-8"), re.MULTILINE)
    statuses = {int(status) for row in told for status in row.split(",")}
    assert statuses == {200, 201, 202, 304, 405} | {kind.status for kind in CATALOGUE.values()}


def used() -> set[str]:
    """Strings of the source that are codes, but for where they are defined."""
    found: set[str] = set()
    for tree in trees():
        defining = {
            id(node.args[0])
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("define", "_http") and node.args
        }
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in defining
        }
    return found


def test_no_code_is_without_use() -> None:
    assert CATALOGUE.keys() - used() == set()


def test_every_refusal_in_the_source_is_in_the_catalogue() -> None:
    raised = {
        node.args[0].value
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "Refusal"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(raised) > 40
    assert raised - CATALOGUE.keys() == set()


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=lambda kind: kind.code)
def test_a_refusal_says_what_why_and_what_next_in_both_languages(kind: Definition) -> None:
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", kind.code)
    assert 400 <= kind.status < 600
    for text in (kind.title, kind.detail, kind.next):
        english, french = (
            {name for _, name, _, _ in string.Formatter().parse(text[lang]) if name} for lang in ("en", "fr")
        )
        assert english == french
        assert text["en"].strip() and text["fr"].strip()
    for sentence in (*kind.detail.values(), *kind.next.values()):
        assert str(sentence).rstrip("}»”").endswith((".", "why")), sentence
    assert kind.title["en"] != kind.title["fr"] or kind.title["en"] == "Maintenance"
    assert not str(kind.title["en"]).endswith(".")


def test_what_is_wrong_with_a_field_has_words_in_both_languages() -> None:
    """Whatever a field of our forms can complain about; Django's sentences know one language at a time."""
    from releases.api import parsing

    codes: set[str] = set()
    for form in vars(parsing).values():
        if isinstance(form, type) and issubclass(form, parsing.Body):
            for field in form().fields.values():
                codes |= set(field.error_messages)
                codes |= set(getattr(field, "child", field).error_messages)
                codes |= {str(getattr(validator, "code", "invalid")) for validator in field.validators}
    unreachable = {
        "max_string_length",  # numbers come as numbers
        "min_length",  # no form asks for it
        "null_characters_not_allowed",  # the strict reader refuses them first
        "surrogate_characters_not_allowed",
    }
    assert codes - unreachable <= FIELD_SENTENCES.keys()


# OpenAPI --------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_openapi_document_is_the_generated_one() -> None:
    """``make docs`` writes it."""
    with patched_settings(SETTINGS):
        made: Any = json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))
    assert yaml.safe_load((REFERENCE / "openapi.yaml").read_text(encoding="utf-8")) == made


def test_lint_compares_all_generated_documents() -> None:
    assert {path.name for _, path, _ in DOCUMENTS} >= {"openapi.yaml", "states.md", "errors.md"}
    for _, path, _ in DOCUMENTS:
        assert (ROOT / path).is_file()
