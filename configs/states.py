"""The states of a config version and the moves between them. Data: transitions, triggers and docs all read it."""

from __future__ import annotations

from configs.texts import Text, both

DRAFT, PREVIEW, PUBLISHED, WITHDRAWN = "draft", "preview", "published", "withdrawn"

STATES: dict[str, Text] = {
    DRAFT: both("draft", "brouillon"),
    PREVIEW: both("preview", "aperçu"),
    PUBLISHED: both("published", "publiée"),
    WITHDRAWN: both("withdrawn", "retirée"),
}

#: Who answers for a version in this state (STYLE: every state has an owner).
OWNERS: dict[str, str] = {DRAFT: "editor", PREVIEW: "editor", PUBLISHED: "publisher", WITHDRAWN: "editor"}

#: (from, action, to). A published version that is released again stays published: that is no move.
MOVES: tuple[tuple[str, str, str], ...] = (
    (DRAFT, "preview", PREVIEW),
    (DRAFT, "publish", PUBLISHED),
    (PREVIEW, "publish", PUBLISHED),
    (PREVIEW, "withdraw", WITHDRAWN),
)


def sources(action: str) -> list[str]:
    return [source for source, name, _ in MOVES if name == action]
