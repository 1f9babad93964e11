"""Chooses a reader's language from the available ones: RFC 4647 "lookup", for the gate, texts and pages."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

MAX_HEADER = 500
RANGE = re.compile(
    r"(\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)(?:[ \t]*;[ \t]*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?", re.ASCII
)


def choose(accepted: str, available: Collection[str], *fallbacks: str) -> str:
    """One of the ``available`` tags, for this ``Accept-Language`` (which may be a single tag).

    Each range, best first, is shortened until it is available: ``zh-Hans-CN``, ``zh-Hans``, ``zh``. Then the
    ``fallbacks``, in the same way; then the first available. A refused tag (``q=0``) is used only when there is no
    other. Raises ``ValueError`` when none is available.
    """
    wanted, refused = _ranges(accepted[: MAX_HEADER + 1])  # bounds the cached key too
    tags = {tag.lower(): tag for tag in available}
    acceptable = {tag: name for tag, name in tags.items() if not _refuses(wanted, refused, tag)} or tags
    for language in (*wanted, *(fallback.lower() for fallback in fallbacks)):
        for tag in _shorter(language):
            if tag in acceptable:
                return acceptable[tag]
    for name in acceptable.values():
        return name
    raise ValueError("There is no language to choose from.")


@lru_cache(maxsize=1024)
def _ranges(header: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The ranges of an ``Accept-Language``, best first, and the refused ones. Invalid parts are ignored."""
    if len(header) > MAX_HEADER:
        header = header[:MAX_HEADER].rpartition(",")[0]  # the last one may be cut off
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        if found := RANGE.fullmatch(part.strip(" \t")):
            weights.setdefault(found[1], float(found[2] or 1))
    wanted = sorted((language for language, weight in weights.items() if weight), key=lambda name: -weights[name])
    return tuple(wanted), frozenset(weights).difference(wanted)


def _refuses(wanted: Collection[str], refused: Collection[str], tag: str) -> bool:
    """Whether the narrowest range that covers the tag is refused: ``de-AT, de;q=0`` accepts only ``de-AT``."""
    narrowest = next((wider for wider in (*_shorter(tag), "*") if wider in refused or wider in wanted), None)
    return narrowest in refused


def _shorter(tag: str) -> Iterator[str]:
    """The tag, then without its last subtag, and so on; a single letter (``x``, ``u``) is removed with the subtag after
    it.
    """
    while tag:
        yield tag
        tag = tag.rpartition("-")[0]
        if tag[-2:-1] == "-":
            tag = tag[:-2]
