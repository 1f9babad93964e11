"""Who acts: a name for the ledger and what that name may do. Doors make actors; actions ask them."""

from __future__ import annotations

from dataclasses import dataclass, field

#: What a staff role may do (DESIGN §7). Each is also a Django permission: ``app_label.codename``.
VIEW = "releases.view_ledger"
EDIT = "configs.edit_draft"
PUBLISH = "releases.publish_release"
ADMINISTER = "releases.administer"
EVERYTHING = frozenset({VIEW, EDIT, PUBLISH, ADMINISTER})


@dataclass(frozen=True, slots=True)
class Actor:
    """``name`` is text, never a foreign key: ``user:ada``, ``token:ci``, ``cli:root``; it outlives the account.

    ``person`` is the primary key of the account that answers for it: of a session's person, of a token's owner; None
    for the console and the server. What an actor makes for others to use (tokens, links) belongs to that account.
    """

    name: str
    permissions: frozenset[str] = field(default=EVERYTHING)
    person: int | None = None

    def may(self, permission: str) -> bool:
        return permission in self.permissions


#: The server itself: first start and demo.
SYSTEM = Actor("system")
