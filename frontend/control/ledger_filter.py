"""What somebody looks for in the ledger: by kind, person, flag, time, words of the reason, and version."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from frontend.control.times import parse
from releases.ledger.kinds import RELEASE_KINDS
from releases.models import Environment, FlagLife, Release

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """As typed; a time that is none is told in ``wrong`` and not looked for."""

    kinds: tuple[str, ...] = ()
    person: str = ""
    flag: str = ""
    words: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    wrong: tuple[str, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, query: Any) -> Filter:
        """From the address (a ``QueryDict``)."""
        zone = query.get("zone", "")
        since, until = (parse(query.get(name, ""), zone) for name in ("since", "until"))
        wrong = [name for name, at in (("since", since), ("until", until)) if query.get(name) and at is None]
        kinds = tuple(kind for kind in RELEASE_KINDS if kind in query.getlist("kind"))
        typed = {name: query.get(name, "").replace("\0", "").strip()[:LONGEST] for name in ("person", "flag", "words")}
        texts = {name: query.get(name, "")[:40] for name in ("since", "until", "zone")}
        given = {"kind": list(kinds), **typed, **texts}
        return cls(kinds=kinds, **typed, since=since, until=until, wrong=tuple(wrong), given=given)

    @property
    def is_empty(self) -> bool:
        return not (self.kinds or self.person or self.flag or self.words or self.since or self.until)

    def apply(self, environment: Environment) -> QuerySet[Release]:
        """Newest first."""
        found = Release.objects.filter(environment=environment)
        if self.kinds:
            found = found.filter(kind__in=self.kinds)
        if self.person:
            found = found.filter(actor__icontains=self.person)
        if self.words:
            said = Q(reason__icontains=self.words) | Q(config_version__version__icontains=self.words)
            found = found.filter(said | Q(pk__in=_came_or_went(environment, "policies", self.words)))
        if self.since:
            found = found.filter(created_at__gte=self.since)
        if self.until:
            found = found.filter(created_at__lte=self.until)
        if self.flag:
            found = found.filter(pk__in=_of_flag(environment, self.flag))
        return found.select_related("config_version").defer("config_version__extra_schema").order_by("-serial")


def _of_flag(environment: Environment, key: str) -> QuerySet[Any, Any]:
    """Releases that killed or lifted the flag, and those with which it came and went."""
    lives = FlagLife.objects.filter(environment=environment, key=key)
    came = Q(serial__in=lives.values("from_serial")) | Q(serial__in=lives.exclude(to_serial=None).values("to_serial"))
    switched = Q(pk__in=_came_or_went(environment, "kill_switches", key))
    return Release.objects.filter(switched | came, environment=environment).values("pk")


def _came_or_went(environment: Environment, fact: str, word: str) -> QuerySet[Any, Any]:
    """Releases whose fact (JSON) holds this text as a value, and the one before does not, or the other way round: not
    those that carried it over.
    """
    quoted = json.dumps(word, ensure_ascii=False)
    ours = Release.objects.filter(environment=environment)
    before = ours.filter(serial=OuterRef("serial") - 1).values(fact)
    rows = ours.annotate(before=Coalesce(Subquery(before), Value("", TextField())))
    now, then = Q(**{f"{fact}__contains": quoted}), Q(before__contains=quoted)
    return rows.filter((now & ~then) | (then & ~now)).values("pk")
