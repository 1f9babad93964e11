"""Shapes of foreign JSON files: reports every deviation and every unexpected member at once.

JSON Schema could check this, but it only accepts or rejects unknown members; an importer must read the rest of the file
and *name* what it did not understand.
"""

from __future__ import annotations

from typing import Any

from icontrol.kernel.problems import Problem
from icontrol.kernel.texts import Text, both, joined

#: A shape is a Python type, ``None``, a frozenset of allowed strings, ``[shape]`` (a list of it), ``{"*": shape}`` (an
#: object with any keys), ``{"key": shape, "optional?": shape}`` (an object with these), a tuple (any of them, at most
#: one of each JSON type), or ``ANY``.
Shape = Any
ANY = object()

NAMES: dict[type, Text] = {
    str: both("a string"),
    bool: both("true or false"),
    int: both("a whole number"),
    float: both("a number"),
    dict: both("an object"),
    list: both("a list"),
    type(None): both("null"),
}


def child(at: str, key: str | int) -> str:
    """The pointer of a member; ``at`` is ``FILE#POINTER``."""
    return at + "/" + str(key).replace("~", "~0").replace("/", "~1")


class Checker:
    """Collects ``problems`` (wrong or missing) and ``unknown`` (pointers of members that no shape mentions)."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.unknown: list[str] = []

    def check(self, value: Any, shape: Shape, at: str) -> None:
        if shape is ANY:
            return
        options = shape if isinstance(shape, tuple) else (shape,)
        fitting = next((option for option in options if _fits(value, option)), ANY)
        if fitting is ANY:
            self._wrong(value, options, at)
        elif isinstance(fitting, list):
            for index, item in enumerate(value):
                self.check(item, fitting[0], child(at, index))
        elif isinstance(fitting, dict):
            self._object(value, fitting, at)

    def _object(self, value: dict[str, Any], shape: dict[str, Shape], at: str) -> None:
        known = {name.removesuffix("?"): inner for name, inner in shape.items()}
        for name in shape:
            if name != "*" and not name.endswith("?") and name not in value:
                self.report(
                    at,
                    "import.missing",
                    both("The member “{name}” is missing.", name=name),
                )
        for name, item in value.items():
            if name in known or "*" in known:
                self.check(item, known.get(name, known.get("*")), child(at, name))
            else:
                self.unknown.append(child(at, name))

    def _wrong(self, value: Any, options: tuple[Shape, ...], at: str) -> None:
        allowed = sorted({name for option in options if isinstance(option, frozenset) for name in option})
        if allowed and isinstance(value, str):
            message = both("“{value}” is not one of: {allowed}.", value=value[:80], allowed=", ".join(allowed))
        else:
            names = [NAMES[_json_type(option)] for option in options]
            message = both(
                "Expected {expected}, found {found}.",
                expected=joined(names, both(" or ")),
                found=NAMES[type(value)],
            )
        self.report(at, "import.shape", message)

    def report(self, at: str, code: str, message: Text) -> None:
        self.problems.append(Problem(at, code, message))


def _json_type(option: Shape) -> type:
    if isinstance(option, frozenset):
        return str
    if option is None or isinstance(option, list | dict):
        return type(option)
    assert isinstance(option, type)
    return option


def _fits(value: Any, option: Shape) -> bool:
    if isinstance(option, frozenset):
        return isinstance(value, str) and value in option
    if option is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is _json_type(option)
