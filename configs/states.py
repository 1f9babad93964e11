"""The states of a config version and the moves between them, as data for transitions, triggers and docs."""

from __future__ import annotations

from icontrol.kernel.texts import Text, both

DRAFT, PREVIEW, PUBLISHED, WITHDRAWN = "draft", "preview", "published", "withdrawn"

STATES: dict[str, Text] = {
    DRAFT: both("draft"),
    PREVIEW: both("preview"),
    PUBLISHED: both("published"),
    WITHDRAWN: both("withdrawn"),
}

#: Who is responsible for a version in this state.
OWNERS: dict[str, str] = {DRAFT: "editor", PREVIEW: "editor", PUBLISHED: "publisher", WITHDRAWN: "editor"}

#: (from, action, to). Releasing a published version again is no move: it stays published.
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
