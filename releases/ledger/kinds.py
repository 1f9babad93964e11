"""The kinds of releases, their names, and which are emergencies."""

from __future__ import annotations

from icontrol.kernel.texts import Text, both

RELEASE_KINDS: dict[str, Text] = {
    "publish": both("published", context="kind of release"),
    "rollback": both("rolled back"),
    "undo": both("undone"),
    "policy": both("version policy"),
    "kill": both("kill switch engaged"),
    "lift": both("kill switch lifted"),
}
#: Kinds that take back or force off: these wait for nobody.
EMERGENCIES = frozenset({"rollback", "undo", "kill", "lift"})
