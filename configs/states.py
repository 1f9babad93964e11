"""The states of a config version and the moves between them. Data: transitions, triggers and docs all read it."""

from __future__ import annotations

from icontrol.kernel.texts import Text, both

DRAFT, PREVIEW, PUBLISHED, WITHDRAWN = "draft", "preview", "published", "withdrawn"

STATES: dict[str, Text] = {
    DRAFT: both("draft"),
    PREVIEW: both("preview"),
    PUBLISHED: both("published"),
    WITHDRAWN: both("withdrawn"),
}

#: Who answers for a version in this state (STYLE: every state has an owner).
OWNERS: dict[str, str] = {DRAFT: "editor", PREVIEW: "editor", PUBLISHED: "publisher", WITHDRAWN: "editor"}

#: (from, action, to). A published version that is released again stays published: that is no move.
TRANSITIONS: tuple[tuple[str, str, str], ...] = (
    (DRAFT, "preview", PREVIEW),
    (DRAFT, "publish", PUBLISHED),
    (PREVIEW, "publish", PUBLISHED),
    (PREVIEW, "withdraw", WITHDRAWN),
)

#: Columns of a version that never change once it has left the draft state.
FROZEN = (
    "id",
    "application_id",
    "version",
    "content_id",
    "extra_schema",
    "based_on_id",
    "edits",
    "created_at",
    "created_by",
    "edited_at",
    "edited_by",
)
#: ``x_at`` and ``x_by`` are set once, by the move to that state.
SET_ONCE = ("previewed", "published", "withdrawn")


def sources(action: str) -> list[str]:
    return [source for source, name, _ in TRANSITIONS if name == action]
