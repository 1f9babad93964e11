"""Versions of clients and of configs: SemVer 2.0.0, read strictly and compared by the ``semver`` library.

The library implements grammar and precedence (build metadata does not count). This module decides which texts reach it:
short, ASCII only, and short numeric forms completed with zeros.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from semver import Version

from flags.engine.values import dotted_of
from icontrol.kernel.texts import both

__all__ = ["MAX_LENGTH", "Dotted", "MalformedVersion", "Version", "highest", "next_patch", "parse", "parse_dotted"]

#: Characters of a version, before and after it is completed.
MAX_LENGTH = 64
#: Stricter than the library's pattern (some releases accept other scripts' digits and a trailing newline).
LETTERS = re.compile(rf"[0-9A-Za-z.+-]{{1,{MAX_LENGTH}}}")
SHORT = re.compile(r"[0-9]+(\.[0-9]+)?")


class MalformedVersion(ValueError):
    """The text is not a version. ``sentence`` says so in French and English, with the text shown in ASCII."""

    def __init__(self, text: str) -> None:
        shown = ascii(text[:MAX_LENGTH])[1:-1] + ("…" if len(text) > MAX_LENGTH else "")
        self.sentence = both(
            "“{shown}” is not a version such as 1.4.2 (at most {cap} characters).", shown=shown, cap=MAX_LENGTH
        )
        super().__init__(self.sentence["en"])


def parse(text: str) -> Version:
    """Parse ``text``; :class:`MalformedVersion` for anything that is not SemVer 2.0.0.

    ``1`` and ``1.4`` are completed with zeros; ``1.4-rc.1`` is not, because it is ambiguous. The completed form must
    fit in 64 characters too, so ``parse(str(parse(x)))`` never fails.
    """
    short = SHORT.fullmatch(text)
    complete = text + (".0" if short[1] else ".0.0") if short else text
    if not LETTERS.fullmatch(complete):
        raise MalformedVersion(text)
    try:
        return Version.parse(complete)
    except ValueError:
        raise MalformedVersion(text) from None


@dataclass(frozen=True, order=True, slots=True)
class Dotted:
    """A version of the scheme ``dotted``. ``text`` has at least three numbers; a fourth only if it is not zero."""

    numbers: tuple[int, ...]
    build: tuple[Any, ...]
    text: str = field(compare=False)

    def __str__(self) -> str:
        return self.text


def parse_dotted(text: str) -> Dotted:
    """For platforms that count builds: ``v1.4.2.17+45``, compared as in the flags' conditions.

    :class:`MalformedVersion` for everything else, and when the completed form is longer than 64 characters.
    """
    key = dotted_of(text)
    if key is None:
        raise MalformedVersion(text)
    numbers, build = key
    name = ".".join(map(str, numbers if numbers[3] else numbers[:3]))
    if build:
        name += "+" + ".".join(word or str(number) for _, number, word in build)
    if len(name) > MAX_LENGTH:
        raise MalformedVersion(text)
    return Dotted(numbers, build, name)


def next_patch(version: Version | str) -> str:
    """The name of the next version: patch + 1, without pre-release and build parts.

    ``1.4.0-rc.1`` gives ``1.4.1``. :class:`MalformedVersion` when the result would be longer than 64 characters.
    """
    current = parse(version) if isinstance(version, str) else version
    return str(parse(str(current.bump_patch())))


def highest(versions: Iterable[Version | str]) -> Version | None:
    """The version with the highest precedence, the first of equals; ``None`` if the input is empty."""
    return max((parse(v) if isinstance(v, str) else v for v in versions), default=None)
