"""The kinds of releases, and their words."""

from __future__ import annotations

from icontrol.kernel.texts import Text, both

KINDS: dict[str, Text] = {
    "publish": both("published", "publication"),
    "rollback": both("rolled back", "retour"),
    "undo": both("undone", "annulation"),
    "policy": both("version policy", "politique de version"),
    "kill": both("kill switch engaged", "coupe-circuit actionné"),
    "lift": both("kill switch lifted", "coupe-circuit levé"),
}
