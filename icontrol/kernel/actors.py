"""Who acts: a name for the ledger, and its permissions. API, admin and commands make actors; actions check them."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Permissions of staff roles. Each is also a Django permission: ``app_label.codename``.
VIEW = "releases.view_ledger"
EDIT = "configs.edit_draft"
PUBLISH = "releases.publish_release"
ADMINISTER = "releases.administer"
EVERYTHING = frozenset({VIEW, EDIT, PUBLISH, ADMINISTER})


@dataclass(frozen=True, slots=True)
class Actor:
    """``name`` is text, never a foreign key: ``user:ada``, ``token:ci``, ``cli:root``; it outlives the account.

    ``person`` is the primary key of the responsible account: the session's person or the token's owner; None for the
    console and the server. Tokens and links that an actor makes belong to that account.
    """

    name: str
    permissions: frozenset[str] = field(default=EVERYTHING)
    person: int | None = None

    def may(self, permission: str) -> bool:
        return permission in self.permissions


#: The server itself, for the first start and the demo.
SYSTEM = Actor("system")
