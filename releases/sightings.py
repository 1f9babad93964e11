"""Which foreign clients an environment has, so that whoever publishes hears which flags they cannot follow.

A client is written down at most once an hour by each server process, and forgotten after thirty days. Names come from
strangers: their number is bounded, and those beyond it are one client called ``others``.
"""

from __future__ import annotations

import datetime as dt
import logging
from threading import Lock
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from configs.exporters import unleash
from configs.problems import Problem, pointer
from configs.texts import Text, both
from releases.delivery import Live
from releases.models import ClientSighting, Environment

logger = logging.getLogger("icontrol.sightings")
UNLEASH = "unleash"
FORGOTTEN_AFTER = dt.timedelta(days=30)
WRITTEN_EVERY = dt.timedelta(hours=1)
MOST_NAMES = 50
LONGEST_NAME = 100
OTHERS = "others"


class _Written:
    """What this process has written within the hour."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._at: dict[tuple[int, str], dict[str, dt.datetime]] = {}

    def due(self, live: Live, kind: str, name: str, now: dt.datetime) -> str | None:
        """The name to write down, or ``None`` when there is nothing to write."""
        with self._lock:
            names = self._at.setdefault((live.environment_id, kind), {})
            for old in [known for known, at in names.items() if now - at >= WRITTEN_EVERY]:
                del names[old]
            if name not in names and len(names) >= MOST_NAMES:
                name = OTHERS
            if name in names:
                return None
            names[name] = now
            return name

    def clear(self) -> None:
        with self._lock:
            self._at.clear()


written = _Written()


def saw(live: Live, kind: str, name: str, *, now: dt.datetime) -> None:
    """A client of this kind asked. Never fails: who asks is to get an answer."""
    name = "".join(char for char in name if char.isprintable()).strip()[:LONGEST_NAME] or "–"
    due = None if live.stale else written.due(live, kind, name, now)
    if due is None:
        return
    try:
        with transaction.atomic():
            _write(live, kind, due, now)
    except (OperationalError, InterfaceError) as error:
        logger.warning("a client was not written down: %s", error)


def _write(live: Live, kind: str, name: str, now: dt.datetime) -> None:
    known = ClientSighting.objects.filter(environment=live.environment_id, kind=kind)
    known.filter(last_seen_at__lt=now - FORGOTTEN_AFTER).delete()
    if known.filter(name=name).update(last_seen_at=now):
        return
    name = name if known.count() < MOST_NAMES else OTHERS
    ClientSighting.objects.bulk_create(
        [ClientSighting(environment_id=live.environment_id, kind=kind, name=name, last_seen_at=now)],
        update_conflicts=True,
        unique_fields=["environment", "kind", "name"],
        update_fields=["last_seen_at"],
    )


def warnings(environment: Environment, snapshot: dict[str, Any], *, now: dt.datetime) -> list[Problem]:
    """What of a valid snapshot the clients seen here cannot follow: one warning for each flag."""
    since = now - FORGOTTEN_AFTER
    if not ClientSighting.objects.filter(environment=environment, kind=UNLEASH, last_seen_at__gte=since).exists():
        return []
    reasons = unleash.features(snapshot, environment=environment.key).reasons
    return [
        Problem(
            pointer(["featureFlags", at]),
            "flag.not_for_unleash",
            _sentence(flag["key"], reasons[flag["key"]]),
            "warning",
        )
        for at, flag in enumerate(snapshot.get("featureFlags", []))
        if flag["key"] in reasons
    ]


def _sentence(key: str, reasons: tuple[Text, ...]) -> Text:
    return both(
        "Clients with an Unleash SDK ask here, and to those that evaluate by themselves “{key}” is off. {why}",
        "Des clients avec un SDK Unleash interrogent cet environnement, et pour ceux qui évaluent eux-mêmes « {key} »"
        " est éteint. {why}",
        key=key,
        why=both(" ".join(reason["en"] for reason in reasons), " ".join(reason["fr"] for reason in reasons)),
    )
