"""The importer of the product's files: complete, repeatable, and plain about what it refuses.

That nothing is dropped silently is shown by changing the input: whatever is changed or added must change the result,
be refused, or be covered by a line of the report that says that it was left out.
"""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from configs.importers import ImportRefused
from configs.importers.icontrol import convert, read
from configs.importers.icontrol.files import SHAPES, STRUCTURE
from configs.importers.shapes import child
from configs.snapshot.canonical import canonical
from configs.validation.check import check_snapshot
from icontrol.kernel.problems import errors
from releases.gate.policy_fields import policy_problems
from tests.configs.icontrol_files import REAL, REPOSITORY, Edit, Files, edited, either, lines, real_files, small

PAGE = REPOSITORY / "docs" / "reference" / "import-icontrol.md"


def walk(value: Any, at: str) -> Iterator[tuple[str, Any, Any, Any]]:
    """(pointer, container, key, value) of everything in a document."""
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    for key, inner in pairs:
        yield child(at, key), value, key, inner
        if isinstance(inner, dict | list):
            yield from walk(inner, child(at, key))


def everything(files: Files) -> Iterator[tuple[str, Any, Any, Any]]:
    for name, content in files.items():
        yield from walk(content, f"{name}#")


def covered(at: str, sources: set[str]) -> bool:
    """Whether ``at`` or something above it is in ``sources``."""
    file, _, path = at.partition("#")
    steps = path.split("/")
    return any(f"{file}#" + "/".join(steps[:length]) in sources for length in range(1, len(steps) + 1))


def changed(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return value + "x"
        case list():
            return ["x"]
        case dict():
            return {"x": 1}
    return "x"


@either
def test_every_leaf_is_mapped_or_left_out_in_the_report(make: Callable[[], Files]) -> None:
    files = make()
    told = {entry.source for entry in convert(files).report if entry.kind in ("mapped", "left_out")}

    silent = [at for at, _, _, value in everything(files) if value in ([], {}) or not isinstance(value, dict | list)]
    assert len(silent) > 50
    assert [at for at in silent if not covered(at, told)] == []


@either
def test_a_changed_leaf_changes_the_result_unless_it_is_left_out(make: Callable[[], Files]) -> None:
    files = make()
    before = convert(files)
    # A page that does not exist is left out of its plan with a warning.
    left = set(lines(before, "left_out")) | {at for at in lines(before, "warning") if "/enabled_pages/" in at}

    unnoticed = []
    for at, container, key, value in everything({name: files[name] for name in files if name != STRUCTURE}):
        if isinstance(value, dict | list) and value:
            continue
        container[key] = changed(value)
        try:
            after = convert(files)
        except ImportRefused as refusal:
            noticed = any(covered(at, {problem.pointer}) for problem in refusal.problems)
        else:
            noticed = (after.snapshot, after.policies) != (before.snapshot, before.policies)
        container[key] = value
        if not noticed and not covered(at, left):
            unnoticed.append(at)
    assert unnoticed == []


@either
def test_an_added_member_is_used_refused_or_reported_by_its_own_pointer(make: Callable[[], Files]) -> None:
    files = make()
    before = convert(files)
    roots = [(f"{name}#", content) for name, content in files.items() if name != STRUCTURE]
    inside = [
        (at, value) for root, content in roots for at, _, _, value in walk(content, root) if isinstance(value, dict)
    ]

    silent = []
    for at, value in roots + inside:
        value["zzz"] = 1
        try:
            after = convert(files)
        except ImportRefused as refusal:
            noticed = any(problem.pointer == f"{at}/zzz" for problem in refusal.problems)
        else:
            noticed = after.snapshot != before.snapshot or f"{at}/zzz" in lines(after, "left_out")
        del value["zzz"]
        if not noticed:
            silent.append(at)
    assert silent == []


@either
def test_every_line_speaks_both_languages(make: Callable[[], Files]) -> None:
    for entry in convert(make()).report:
        assert entry.message["en"] and entry.message["fr"]
        assert entry.message["en"] != entry.message["fr"]
        assert "{" not in entry.message["en"] + entry.message["fr"]
        assert (entry.target == "") == (entry.kind == "left_out")


@either
def test_the_result_is_fit_for_preview_and_its_policy_for_the_gate(make: Callable[[], Files]) -> None:
    imported = convert(make())

    assert errors(check_snapshot(imported.snapshot)) == []
    assert policy_problems(imported.policies) == []


def test_a_second_import_is_identical_whatever_the_order_of_the_members(tmp_path: Path) -> None:
    def backwards(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: backwards(value[key]) for key in reversed(value)}
        return [backwards(item) for item in value] if isinstance(value, list) else value

    for name, content in small().items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")

    first, second, turned = read(tmp_path), read(tmp_path), convert(backwards(small()))

    assert first == second
    assert canonical(first.snapshot) == canonical(turned.snapshot)
    assert first.policies == turned.policies
    assert Counter(map(str, first.report)) == Counter(map(str, turned.report))


def test_the_input_is_left_as_it_was() -> None:
    files = small()
    convert(files)
    assert files == small()


# Refusals --------------------------------------------------------------------------------------------------------


def refused(edit: Edit) -> list[tuple[str, str]]:
    with pytest.raises(ImportRefused) as caught:
        edited(edit)
    return [(problem.pointer, problem.code) for problem in caught.value.problems]


def test_what_is_missing_or_unreadable_is_told_at_once(tmp_path: Path) -> None:
    for name, content in small().items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "rbac.json").unlink()
    (tmp_path / "brand.default.json").write_text('{"a": 1, "a": 2}', encoding="utf-8")
    (tmp_path / "ROUTE_CATALOG.json").write_bytes(b"\xff")
    (tmp_path / "design.tokens.json").unlink()
    (tmp_path / "design.tokens.json").mkdir()

    with pytest.raises(ImportRefused) as caught:
        read(tmp_path)

    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [
        ("ROUTE_CATALOG.json#", "json.encoding"),
        ("brand.default.json#", "json.duplicate_key"),
        ("design.tokens.json#", "import.unreadable"),
        ("rbac.json#", "import.file_missing"),
    ]
    assert all(problem.message["en"] and problem.message["fr"] for problem in caught.value.problems)


@pytest.mark.parametrize("name", ["absent", "file"])
def test_a_directory_is_needed(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ImportRefused) as caught:
        read(tmp_path / name)
    assert [problem.code for problem in caught.value.problems] == ["import.directory"]


def test_wrong_shapes_are_told_at_once() -> None:
    def edit(files: Files) -> None:
        files["ROUTE_CATALOG.json"]["routes"][0]["path"] = 7
        del files["ROUTE_CATALOG.json"]["routes"][1]["route_id"]
        files["TENANT_FEATURE_MATRIX.json"]["templates"] = []
        files["feature_flags.default.json"]["flags"]["a/b"] = {"state": "MAYBE"}
        files["rbac.json"]["rules"][0]["can"] = "*"
        files["design.tokens.json"]["base"]["radius"] = True
        files["version_policy.default.json"] = None

    assert refused(edit) == [
        ("ROUTE_CATALOG.json#/routes/0/path", "import.shape"),
        ("ROUTE_CATALOG.json#/routes/1", "import.missing"),
        ("TENANT_FEATURE_MATRIX.json#/templates", "import.shape"),
        ("design.tokens.json#/base/radius", "import.shape"),
        ("feature_flags.default.json#/flags/a~1b/state", "import.shape"),
        ("rbac.json#/rules/0/can", "import.shape"),
        ("version_policy.default.json#", "import.shape"),
    ]


def test_what_makes_no_sense_is_told_at_once() -> None:
    def edit(files: Files) -> None:
        del files["ROUTE_CATALOG.json"]["routes"][3]["nav_visibility"]["tab_order"]
        files["feature_flags.default.json"]["flags"]["steam"]["rollout"] = 100.5
        files["version_policy.default.json"]["min_version"] = "v1"
        files["TENANT_FEATURE_MATRIX.json"]["templates"]["MUG"]["plan"] = "JUG"
        files["design.tokens.json"]["presets"]["china"]["id"] = "tin"

    assert refused(edit) == [
        ("feature_flags.default.json#/flags/steam/rollout", "import.range"),
        ("ROUTE_CATALOG.json#/routes/3/nav_visibility", "import.missing"),
        ("version_policy.default.json#/min_version", "import.version"),
        ("TENANT_FEATURE_MATRIX.json#/templates/MUG/plan", "import.contradiction"),
        ("design.tokens.json#/presets/china/id", "import.contradiction"),
    ]


@pytest.mark.parametrize("junk", [None, [], "text", 1, {}])
def test_a_file_of_something_else_is_refused_not_crashed_on(junk: Any) -> None:
    for name in SHAPES:
        if name == STRUCTURE and junk == {}:
            continue
        files = small() | {name: copy.deepcopy(junk)}
        with pytest.raises(ImportRefused) as caught:
            convert(files)
        assert {problem.pointer for problem in caught.value.problems} == {f"{name}#"}


# The real files, and what the documentation says of them ---------------------------------------------------------


@real_files
def test_the_documentation_counts_right() -> None:
    imported = read(REAL)
    told = {name: int(number) for name, number in re.findall(r"^\| `(\w+)` \| (\d+) \|", PAGE.read_text(), re.M)}

    sections = {name: len(items) for name, items in imported.snapshot.items() if isinstance(items, list)}
    assert told == sections | Counter(entry.kind for entry in imported.report)


@real_files
def test_the_real_files() -> None:
    imported = read(REAL)
    snapshot = imported.snapshot
    pages, tabs = snapshot["pages"], snapshot["tabs"]

    assert Counter(page["surface"] for page in pages) == {"CP": 34, "APP": 16}
    assert [page["id"] for page in pages if page["path"] is None] == ["notfound_cp"]
    assert [page["id"] for page in pages if not page["visible"]] == ["client_catalog_app"]
    assert sum(count == 2 for count in Counter(page["path"] for page in pages).values()) == 5
    assert Counter(tab["pageId"] for tab in tabs) == {"dashboard_cp": 6, "system_cp": 10}
    assert len({tab["targetPageId"] for tab in tabs}) == 14
    assert {flag["state"] for flag in snapshot["featureFlags"]} == {"OFF"}
    assert "undefined" in {flag["key"] for flag in snapshot["featureFlags"]}
    modes = Counter(token.get("mode") for token in snapshot["uiTokens"])
    assert (modes["light"] + modes["dark"], modes[None]) == (58, 30)
    assert [len(plan["pages"]) for plan in snapshot["plans"]] == [35, 35, 35]
    assert imported.policies["default"] == {
        "latest": "0.0.0",
        "minSupported": "0.0.0",
        "message": "",
        "safeMode": False,
        "capabilities": [],
    }
    text = " ".join(lines(imported, "warning").values())
    assert "cp.settings" in text
    assert any(entry.message["en"].startswith("15 pages are in no plan") for entry in imported.report)
    assert any(
        entry.message["en"].startswith("8 permissions that pages require are granted by nothing but the * of DEVELOPER")
        for entry in imported.report
    )
    assert sum(entry.kind == "warning" and entry.target.startswith("tabs/") for entry in imported.report) == 6


@real_files
def test_importing_the_real_files_twice_gives_the_same() -> None:
    assert canonical(read(REAL).snapshot) == canonical(read(REAL).snapshot)
