"""Staff roles: each has all permissions of the one before, and more."""

from __future__ import annotations

from icontrol.kernel.actors import ADMINISTER, EDIT, PUBLISH, VIEW
from icontrol.kernel.texts import Text, both

#: role → permissions, from the lowest role to the highest.
ROLES: dict[str, frozenset[str]] = {
    "viewer": frozenset({VIEW}),
    "editor": frozenset({VIEW, EDIT}),
    "publisher": frozenset({VIEW, EDIT, PUBLISH}),
    "admin": frozenset({VIEW, EDIT, PUBLISH, ADMINISTER}),
}
#: What each role may do besides what the one before may.
MAY: dict[str, tuple[Text, ...]] = {
    "viewer": (
        both("see what is live, the ledger, the flags and the version policy"),
        both("see which clients ask, and how often flags are evaluated"),
    ),
    "editor": (
        both("edit the draft and restore older content into it"),
        both("send the draft to preview and make links to the preview"),
    ),
    "publisher": (
        both("publish, roll back and undo"),
        both("kill flags and lift kill switches"),
        both("change the version policy and switch maintenance on and off"),
    ),
    "admin": (
        both("create accounts, change roles, set passwords and end somebody's access"),
        both("create and revoke API tokens and client keys"),
        both("create applications and environments, and describe extra sections"),
        both("read the audit of logins"),
    ),
}
ROLE_CHOICES = [(role, role) for role in ROLES]

#: Django permissions of a role. Only actions write, so content models get ``view`` alone.
SEEN = {
    "viewer": ("configs.view_configversion", "releases.view_release", "releases.view_environment"),
    "editor": ("releases.view_previewlink",),
    "admin": (
        "auth.view_user",
        "configs.view_application",
        "releases.view_apitoken",
        "releases.view_clientkey",
    ),
}


def role_with(permissions: frozenset[str]) -> str:
    """The highest role that these permissions make up; empty if they make up none."""
    return next((role for role in reversed(ROLES) if ROLES[role] <= permissions), "")


def group_permissions(role: str) -> set[str]:
    """Django permission names of the role's group."""
    ladder = list(ROLES)
    seen = {name for step in ladder[: ladder.index(role) + 1] for name in SEEN.get(step, ())}
    return seen | ROLES[role]
