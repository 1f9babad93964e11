"""The name that was meant is found, and looking for it has a bound, whatever a document holds."""

from __future__ import annotations

import difflib
from typing import Any

import pytest

from configs.validation.check import check_snapshot
from configs.validation.suggestions import LONGEST, MOST_COMPARED, MOST_LOOKS, alike


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Lengths of the texts that were compared letter by letter."""
    lengths: list[int] = []
    ratio = difflib.SequenceMatcher.real_quick_ratio

    def counted(self: Any) -> float:
        lengths.append(max(len(self.a), len(self.b)))
        return ratio(self)

    monkeypatch.setattr(difflib.SequenceMatcher, "real_quick_ratio", counted)
    return lengths


@pytest.mark.parametrize("meant", ["checkout", "newCheckout", "Rabais d'été"])
@pytest.mark.parametrize("typo", [lambda name: "x" + name, lambda name: name + "s", str.lower])
def test_the_name_that_was_meant_is_found_among_thousands(meant: str, typo: Any) -> None:
    known = [f"other-{number}" for number in range(3_000)] + [meant]
    assert alike(typo(meant), known)[:1] == [meant]


def test_nothing_like_it_is_nothing() -> None:
    assert alike("zzz", ["checkout"]) == alike("", ["checkout"]) == alike("checkout", []) == []


@pytest.mark.parametrize("length", [12, LONGEST, LONGEST + 1, 120])
def test_a_document_of_near_misses_is_bounded_work(compared: list[int], length: int) -> None:
    """Pages that name roles, tabs that name pages, flags that name flags, and members that nobody knows."""
    names = [f"{number:04}".ljust(length, "x") for number in range(800)]
    wrong = ["y" + name[1:] for name in names]
    content = {
        "roles": [{"id": name} for name in names],
        "pages": [
            {"id": name, "title": "t", "visible": True, "order": 1, "path": None, "roles": [miss], "visibel": 1}
            for name, miss in zip(names, wrong, strict=True)
        ],
        "featureFlags": [
            {"key": name, "state": "ON", "type": "boolean", "defaultVariant": miss, "prerequisites": [{"flag": miss}]}
            for name, miss in zip(names, wrong, strict=True)
        ],
    }
    assert len(check_snapshot(content, max_bytes=10**7)) > 1_000
    assert 0 < len(compared) <= MOST_LOOKS * MOST_COMPARED
    assert max(compared) <= LONGEST
