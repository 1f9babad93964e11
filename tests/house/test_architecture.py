"""What the pages for contributors name is there: files, functions, targets and the picture of the imports."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.architecture_page import PAGE, PICTURE, ROOT, picture, room_of

CONTRIBUTING = PAGE.with_name("contributing.md")
FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|\w+[.]toml|[A-Z]+[.]md)`")
#: A file, or several, and a name that stands in each.
NAMED = re.compile(r"((?:`[\w/]+[.]py`(?:, )?)+): `(\w+)`")


@pytest.mark.parametrize("page", [PAGE, CONTRIBUTING], ids=lambda page: page.name)
def test_what_a_page_names_is_there(page: Path) -> None:
    named = FILE.findall(page.read_text(encoding="utf-8"))
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_answers_of_the_table_stand_in_their_files() -> None:
    answers = NAMED.findall(PAGE.read_text(encoding="utf-8"))
    assert len(answers) > 8
    for files, name in answers:
        for file in re.findall(r"`(.+?)`", files):
            text = (ROOT / file).read_text(encoding="utf-8")
            assert re.search(rf"(def|class) {name}\b|\b{name}\(", text), (file, name)


def test_every_target_of_make_that_is_named_is_one() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    text = PAGE.read_text(encoding="utf-8") + CONTRIBUTING.read_text(encoding="utf-8")
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.M)) <= targets


def test_every_decision_is_in_the_index_once() -> None:
    decisions = PAGE.with_name("adr")
    listed = re.findall(r"^- \[[^]]+\]\((.+?)\)$", (decisions / "README.md").read_text(encoding="utf-8"), re.M)
    assert sorted(listed) == sorted(page.name for page in decisions.glob("*.md") if page.name != "README.md")


def test_the_picture_is_the_one_that_the_imports_draw() -> None:
    assert PICTURE.findall(PAGE.read_text(encoding="utf-8")) == [picture()]


def test_every_module_has_a_room() -> None:
    assert room_of("releases.gate.decision") == "gate" and room_of("flags.engine.flag") == "engine"
    with pytest.raises(LookupError):
        room_of("tests.house")
