"""The kinds of releases, their words, and which are emergencies."""

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
#: What takes back or forces off: at 3 a.m. nobody has to be waited for.
EMERGENCIES = frozenset({"rollback", "undo", "kill", "lift"})
