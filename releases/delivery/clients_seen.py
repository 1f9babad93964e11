"""Records the third-party clients of an environment, so that publishers are warned about flags that these cannot
evaluate.

Each server process records a client at most once an hour; :mod:`releases.housekeeping` deletes it after thirty days.
Names come from strangers, so their number is bounded, in all and per address; the rest are recorded as one client,
``others``.
"""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any

from django.db import transaction

from configs.exporters import unleash
from flags.engine import resolved
from icontrol.kernel.background import background
from icontrol.kernel.problems import Problem, pointer
from icontrol.kernel.texts import Text, both, joined, same
from releases.delivery.representations import Live
from releases.models import ClientSighting, Environment

UNLEASH = "unleash"
FORGOTTEN_AFTER = dt.timedelta(days=30)
WRITTEN_EVERY = dt.timedelta(hours=1)
MOST_NAMES = 50
#: Names per address, and addresses remembered, in a process.
MOST_OF_ADDRESS = 20
ADDRESSES = 1_000
LONGEST_NAME = 100
OTHERS = "others"
#: Flags that a warning lists; it counts the rest.
FLAGS_NAMED = 8


class _Written:
    """What this process has written within the hour."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._at: dict[tuple[int, str], dict[str, dt.datetime]] = {}
        self._brought: OrderedDict[tuple[int, str, str], set[str]] = OrderedDict()

    def due(self, live: Live, kind: str, name: str, address: str, now: dt.datetime) -> str | None:
        """The name to record, or ``None`` if none is due."""
        with self._lock:
            names = self._at.setdefault((live.environment_id, kind), {})
            for old in [known for known, at in names.items() if now - at >= WRITTEN_EVERY]:
                del names[old]
            if name not in names and (len(names) >= MOST_NAMES or not self._may_bring(live, kind, name, address)):
                name = OTHERS
            if name in names:
                return None
            names[name] = now
            return name

    def _may_bring(self, live: Live, kind: str, name: str, address: str) -> bool:
        brought = self._brought.setdefault((live.environment_id, kind, address), set())
        self._brought.move_to_end((live.environment_id, kind, address))
        while len(self._brought) > ADDRESSES:
            self._brought.popitem(last=False)
        if name not in brought and len(brought) >= MOST_OF_ADDRESS:
            return False
        brought.add(name)
        return True

    def clear(self) -> None:
        with self._lock:
            self._at.clear()
            self._brought.clear()


written = _Written()


def saw(live: Live, kind: str, name: str, *, address: str = "", now: dt.datetime) -> None:
    """Record in the background that a client of this kind asked."""
    name = "".join(char for char in name if char.isprintable()).strip()[:LONGEST_NAME] or "–"
    due = None if live.stale is not None else written.due(live, kind, name, address, now)
    if due is not None:
        background.later(lambda: _write(live, kind, due, now))


@transaction.atomic
def _write(live: Live, kind: str, name: str, now: dt.datetime) -> None:
    known = ClientSighting.objects.filter(environment=live.environment_id, kind=kind)
    if known.filter(name=name).update(last_seen_at=now):
        return
    name = name if known.count() < MOST_NAMES else OTHERS
    ClientSighting.objects.bulk_create(
        [ClientSighting(environment_id=live.environment_id, kind=kind, name=name, last_seen_at=now)],
        update_conflicts=True,
        unique_fields=["environment", "kind", "name"],
        update_fields=["last_seen_at"],
    )


def warnings(
    environment: Environment, snapshot: Mapping[str, Any], live: Mapping[str, Any], *, now: dt.datetime
) -> list[Problem]:
    """The flags of a valid snapshot that clients seen here cannot evaluate. ``live``: what they have now.

    New or changed flags, and flags that they could evaluate until now: one warning per reason. All others, repeated at
    each publish: one warning.
    """
    since = now - FORGOTTEN_AFTER
    if not ClientSighting.objects.filter(environment=environment, kind=UNLEASH, last_seen_at__gte=since).exists():
        return []
    snapshot, live = resolved(snapshot, environment.key), resolved(live, environment.key)
    # Some clients seen here may not know segments.
    reasons, before = (
        unleash.features(each, environment=environment.key, inline=True).reasons for each in (snapshot, live)
    )
    flags, had = ({flag["key"]: flag for flag in each.get("featureFlags", [])} for each in (snapshot, live))
    places = {key: at for at, key in enumerate(flags)}
    because: dict[str, tuple[Text, list[str]]] = {}
    unchanged = []
    for key in flags:
        if key in before and key in reasons and flags[key] == had[key]:
            unchanged.append(key)
            continue
        for why in reasons.get(key, ()):
            because.setdefault(why["en"], (why, []))[1].append(key)
    found = [_warning(places, keys, same(""), why) for why, keys in because.values()]
    if unchanged:
        found.append(_warning(places, unchanged, both(", as they were before"), same("")))
    return found


def _warning(places: dict[str, int], keys: list[str], how: Text, why: Text) -> Problem:
    more = len(keys) - FLAGS_NAMED
    sentence = both(
        "Off for clients that evaluate locally with an Unleash SDK{how}: {flags}{more}. {why}",
        how=how,
        flags=joined((both("“{key}”", key=key) for key in keys[:FLAGS_NAMED]), both(", ")),
        more=both(" and {n} more", n=more) if more > 0 else same(""),
        why=why,
    )
    place = pointer(["featureFlags", *([places[keys[0]]] if len(keys) == 1 else [])])
    return Problem(
        place, "flag.not_for_unleash", {"en": sentence["en"].strip(), "fr": sentence["fr"].strip()}, "warning"
    )
