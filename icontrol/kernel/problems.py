"""Findings in a document: where, what, and a sentence in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, TypedDict

from icontrol.kernel.texts import Text

Severity = Literal["error", "warning"]


class FindingJSON(TypedDict):
    """One problem in a document."""

    pointer: Annotated[str, "JSON Pointer (RFC 6901); empty: the whole document."]
    code: str
    severity: Severity
    message: Text


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. ``pointer`` is a JSON Pointer (RFC 6901) into the document, ``""`` for the whole document.

    ``target`` is ``(section, id)`` when the finding is a reference to a missing object.
    """

    pointer: str
    code: str
    message: Text
    severity: Severity = "error"
    target: tuple[str, str] | None = None

    def as_json(self) -> FindingJSON:
        return {"pointer": self.pointer, "code": self.code, "severity": self.severity, "message": self.message}


def pointer(path: Iterable[str | int]) -> str:
    """``["pages", 0, "a/b"]`` → ``/pages/0/a~1b``."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def errors(problems: Sequence[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity == "error"]


def as_json(problems: Iterable[Problem]) -> list[FindingJSON]:
    return [problem.as_json() for problem in problems]
