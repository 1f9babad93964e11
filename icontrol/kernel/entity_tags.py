"""Entity tags: how HTTP names the revisions that actions know, also after proxies have had them in hand."""

from __future__ import annotations

import re

_TAG = re.compile(r'(W/)?"[^"]*"')
#: What servers that compress add inside the quotes, each of those on the way: Apache's ``"x-gzip"`` and ``"x-br"``,
#: Jetty's ``"x--gzip"``, others' ``"x;gzip"``.
_ADDED = re.compile('([-;]{1,2}(gzip|br|zstd|deflate)){1,4}"$')


def entity_tag(revision: str) -> str:
    """The strong one, quotes included."""
    return f'"{revision}"'


def named(header: str) -> frozenset[str]:
    """The tags of an If-Match or If-None-Match as we made them; ``*`` stays. To be compared weakly: nginx and HAProxy
    weaken what they compress."""
    if header.strip() == "*":
        return frozenset("*")
    tags = filter(_TAG.fullmatch, map(str.strip, header.split(",")))
    return frozenset(_ADDED.sub('"', tag.removeprefix("W/")) for tag in tags)


def revisions(header: str | None) -> frozenset[str]:
    """What an If-Match says was read. ``*`` says nothing: it matches whatever is there."""
    return frozenset(tag.strip('"') for tag in named(header or "") if tag != "*")
