"""The kinds of releases, and their words."""

from __future__ import annotations

from icontrol.kernel.texts import Text, both

KINDS: dict[str, Text] = {
    "publish": both("published", context="kind of release"),
    "rollback": both("rolled back"),
    "undo": both("undone"),
    "policy": both("version policy"),
    "kill": both("kill switch engaged"),
    "lift": both("kill switch lifted"),
}
