"""Entity tags: revisions in HTTP, including tags that proxies have modified."""

from __future__ import annotations

import re

_TAG = re.compile(r'(W/)?"[^"]*"')
#: Suffixes that compressing servers add inside the quotes, possibly several: Apache's ``"x-gzip"`` and ``"x-br"``,
#: Jetty's ``"x--gzip"``, others' ``"x;gzip"``.
_ADDED = re.compile('([-;]{1,2}(gzip|br|zstd|deflate)){1,4}"$')


def entity_tag(revision: str) -> str:
    """The strong entity tag, with quotes."""
    return f'"{revision}"'


def named(header: str) -> frozenset[str]:
    """The tags of an If-Match or If-None-Match as we issued them; ``*`` is kept. Compare them weakly: nginx and HAProxy
    weaken the tags of answers that they compress.
    """
    if header.strip() == "*":
        return frozenset("*")
    tags = filter(_TAG.fullmatch, map(str.strip, header.split(",")))
    return frozenset(_ADDED.sub('"', tag.removeprefix("W/")) for tag in tags)


def revisions(header: str | None) -> frozenset[str]:
    """The revisions that an If-Match names. ``*`` names none: it matches anything."""
    return frozenset(tag.strip('"') for tag in named(header or "") if tag != "*")
