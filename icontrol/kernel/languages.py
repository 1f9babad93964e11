"""Which of the languages that are there a reader gets: RFC 4647, "lookup", for the gate, for texts and for pages."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

MAX_HEADER = 500
RANGE = re.compile(
    r"(\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)(?:[ \t]*;[ \t]*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?", re.ASCII
)


def choose(accepted: str, available: Collection[str], *fallbacks: str) -> str:
    """One of the ``available`` tags, for a reader who sent this ``Accept-Language`` (one tag is one, too).

    Each range, best first, loses one subtag after another until it is there: ``zh-Hans-CN``, ``zh-Hans``, ``zh``. Then
    the ``fallbacks``, in the same way; then the first that is there. What the reader refuses (``q=0``) is taken only
    when nothing else is there. Raises ``ValueError`` when nothing is there at all.
    """
    wanted, refused = _ranges(accepted[: MAX_HEADER + 1])  # what is beyond is not remembered either
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
    """The ranges of an ``Accept-Language``, best first, and those that are refused. What cannot be read is left out."""
    if len(header) > MAX_HEADER:
        header = header[:MAX_HEADER].rpartition(",")[0]  # the last one may have been cut
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        if found := RANGE.fullmatch(part.strip(" \t")):
            weights.setdefault(found[1], float(found[2] or 1))
    wanted = sorted((language for language, weight in weights.items() if weight), key=lambda name: -weights[name])
    return tuple(wanted), frozenset(weights).difference(wanted)


def _refuses(wanted: Collection[str], refused: Collection[str], tag: str) -> bool:
    """Whether the narrowest range that the tag is in is a refused one: ``de-AT, de;q=0`` takes Austria's alone."""
    narrowest = next((wider for wider in (*_shorter(tag), "*") if wider in refused or wider in wanted), None)
    return narrowest in refused


def _shorter(tag: str) -> Iterator[str]:
    """The tag, and it without its last subtag, and so on; a single letter (``x``, ``u``) goes with what followed."""
    while tag:
        yield tag
        tag = tag.rpartition("-")[0]
        if tag[-2:-1] == "-":
            tag = tag[:-2]
