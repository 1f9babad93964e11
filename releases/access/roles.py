"""Staff roles: each has all permissions of the one before, and more."""

from __future__ import annotations

from icontrol.kernel.actors import ADMINISTER, EDIT, PUBLISH, VIEW

#: role → permissions, from the lowest role to the highest.
ROLES: dict[str, frozenset[str]] = {
    "viewer": frozenset({VIEW}),
    "editor": frozenset({VIEW, EDIT}),
    "publisher": frozenset({VIEW, EDIT, PUBLISH}),
    "admin": frozenset({VIEW, EDIT, PUBLISH, ADMINISTER}),
}
ROLE_CHOICES = [(role, role) for role in ROLES]

#: Django permissions of a role. Only actions write, so content models get ``view`` alone.
SEEN = {
    "viewer": ("configs.view_configversion", "releases.view_release", "releases.view_environment"),
    "editor": ("releases.view_previewlink",),
    "admin": (
        "auth.view_user",
        "auth.add_user",
        "auth.change_user",
        "auth.view_group",
        "configs.view_application",
        "releases.view_apitoken",
        "releases.view_clientkey",
    ),
}


def group_permissions(role: str) -> set[str]:
    """Django permission names of the role's group."""
    ladder = list(ROLES)
    seen = {name for step in ladder[: ladder.index(role) + 1] for name in SEEN.get(step, ())}
    return seen | ROLES[role]
