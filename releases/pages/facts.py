"""What the pages show about environments and releases, computed from the ledger each time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, Subquery

from configs import states
from configs.models import ConfigVersion
from configs.snapshot.diff import Change, diff, grouped
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import Text, both, same
from releases.gate.decision import Policy
from releases.gate.policy_fields import POLICY_FIELDS
from releases.ledger.chain import nothing
from releases.models import Environment, Release

#: Lines on a page: all that a config may have within its caps, but for what nobody reads. A history's entry has fewer.
LINES_SHOWN = 10_000
IN_HISTORY = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One difference: ``kind`` is added, removed, changed or moved."""

    kind: str
    sentence: Text


@dataclass(frozen=True, slots=True)
class Group:
    title: Text
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Difference:
    """Sentences under headings. ``removed`` is separate and never cut; ``more`` counts the other lines omitted from a
    very long page, ``counts`` all lines by kind.
    """

    groups: Sequence[Group] = ()
    removed: Sequence[Group] = ()
    more: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.counts)

    @property
    def count(self) -> int:
        return sum(self.counts.values())


KINDS_OF_LINES = ("removed", "added", "changed", "moved")


def limited(groups: Iterable[Group], most: int = LINES_SHOWN) -> Difference:
    groups = list(groups)
    counts = Counter(line.kind for group in groups for line in group.lines)
    kept, more, room = [], 0, most
    for group in _only(groups, lambda line: line.kind != "removed"):
        lines = group.lines[:room]
        more += len(group.lines) - len(lines)
        room -= len(lines)
        if lines:
            kept.append(Group(group.title, lines))
    removed = _only(groups, lambda line: line.kind == "removed")
    return Difference(kept, removed, more, {kind: counts[kind] for kind in KINDS_OF_LINES if counts[kind]})


def _only(groups: Iterable[Group], wanted: Callable[[Line], bool]) -> list[Group]:
    found = [Group(group.title, [line for line in group.lines if wanted(line)]) for group in groups]
    return [group for group in found if group.lines]


def config_groups(changes: Sequence[Change]) -> list[Group]:
    return [
        Group(title, [Line(change.kind, change.sentence) for change in members])
        for _, title, members in grouped(changes)
    ]


def difference(a: Any, b: Any, most: int = LINES_SHOWN) -> Difference:
    """From snapshot ``a`` to snapshot ``b``, in sentences."""
    return limited(config_groups(diff(a, b)), most)


# Releases -------------------------------------------------------------------------------------------------------------


def newest_releases() -> dict[int, Release]:
    """environment id → newest release, with environment and version but without the snapshot. Two queries."""
    newest = Release.objects.filter(environment=OuterRef("pk")).order_by("-serial").values("pk")[:1]
    ids = [pk for pk in Environment.objects.values_list(Subquery(newest), flat=True) if pk is not None]
    releases = Release.objects.filter(pk__in=ids).select_related("environment__application", "config_version")
    return {release.environment_id: release for release in releases.defer("config_version__extra_schema")}


def live_in() -> dict[int, list[str]]:
    """version id → keys of the environments in which it is live."""
    found: dict[int, list[str]] = {}
    for release in sorted(newest_releases().values(), key=lambda release: release.environment_id):
        if release.config_version_id is not None:
            found.setdefault(release.config_version_id, []).append(release.environment.key)
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """An environment as its newest release leaves it."""

    head: Release

    @property
    def environment(self) -> Environment:
        return self.head.environment

    @property
    def live(self) -> ConfigVersion | None:
        return self.head.config_version

    @property
    def policy(self) -> Policy:
        return Policy.from_json(self.head.policy_set["default"])


def policies_of(release: Release) -> list[tuple[str, Policy]]:
    """By platform; the default one first."""
    ours = [(name, Policy.from_json(policy)) for name, policy in release.policy_set.items()]
    return sorted(ours, key=lambda pair: _default_first(pair[0]))


def _default_first(platform: str) -> tuple[bool, str]:
    return platform != "default", platform


#: Platforms and killed flags that a card names; other pages have all.
PLATFORMS_NAMED, FLAGS_NAMED = 4, 5


class StandingCard:
    """What the card of an environment shows of its standing."""

    __slots__ = ()
    standing: Standing

    @property
    def environment(self) -> Environment:
        return self.standing.environment

    @property
    def head(self) -> Release:
        return self.standing.head

    @property
    def policies(self) -> list[tuple[str, Policy]]:
        return policies_of(self.head)

    @property
    def shown_policies(self) -> list[tuple[str, Policy]]:
        return self.policies[:PLATFORMS_NAMED]

    @property
    def more_policies(self) -> int:
        return len(self.policies[PLATFORMS_NAMED:])

    @property
    def waiting(self) -> list[str]:
        """Platforms under maintenance."""
        return [name for name, policy in self.policies if policy.maintenance]

    @property
    def all_wait(self) -> bool:
        return len(self.waiting) == len(self.policies)

    @property
    def killed(self) -> list[str]:
        return self.head.killed[:FLAGS_NAMED]

    @property
    def more_killed(self) -> int:
        return len(self.head.killed[FLAGS_NAMED:])


def standings_of(environments: Iterable[Environment]) -> list[Standing]:
    newest = newest_releases()
    return [Standing(newest.get(environment.pk) or nothing(environment)) for environment in environments]


def standings(application_id: int | None = None) -> list[Standing]:
    """For all environments or one application's; the default one first."""
    environments = Environment.objects.select_related("application").order_by("application_id", "-is_default", "pk")
    if application_id is not None:
        environments = environments.filter(application_id=application_id)
    return standings_of(environments)


def waiting(application_id: int | None = None) -> list[ConfigVersion]:
    """Previews and drafts of all applications or one, without content."""
    found = ConfigVersion.objects.filter(state__in=(states.DRAFT, states.PREVIEW)).select_related("application")
    if application_id is not None:
        found = found.filter(application_id=application_id)
    return list(found.defer("extra_schema", "application__extra_schema").order_by("application_id", "pk"))


def environments_of(application_id: int) -> list[Environment]:
    """Of one application, the default one first."""
    found = Environment.objects.filter(application_id=application_id).select_related("application")
    return list(found.order_by("-is_default", "pk"))


def choose(environments: Sequence[Environment], key: str | None) -> Environment:
    """The named environment; without a name the first, which is the default."""
    for environment in environments:
        if key in (None, "", environment.key):
            return environment
    application = environments[0].application.key if environments else "–"
    raise Refusal("environment.unknown", application=application, environment=(key or "–")[:80])


def release_groups(before: Release, after: Release) -> Difference:
    """All changes that clients can notice between two releases of one environment: config, version policy, kill
    switches.
    """
    a, b = before.config_version, after.config_version
    groups: list[Group] = []
    if (a.pk if a else None) != (b.pk if b else None):
        none = both("none")
        step = both("{a} → {b}", a=a.version if a else none, b=b.version if b else none)
        groups.append(Group(both("Config version"), [Line("changed", step)]))
        groups += config_groups(diff(a.readable if a else {}, b.readable if b else {}))
    groups += policy_groups(before.policy_set, after.policy_set)
    lines = _switches(before.killed, after.killed)
    if lines:
        groups.append(Group(both("Kill switches"), lines))
    return limited(groups)


def _switches(before: Sequence[str], after: Sequence[str]) -> list[Line]:
    engaged = [Line("added", both("{flag} is forced off", flag=flag)) for flag in after if flag not in before]
    lifted = [
        Line("removed", both("{flag} is no longer forced off", flag=flag)) for flag in before if flag not in after
    ]
    return engaged + lifted


def policy_groups(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Group]:
    """One group per platform whose policy differs; ``default`` first."""
    groups = []
    for platform in sorted({*before, *after}, key=_default_first):
        title = both("Version policy, {p}", p=platform)
        if platform not in after:
            lines = [Line("removed", both("{p}: own policy removed", p=platform))]
        else:
            was = before.get(platform, Policy().as_json())
            lines = [
                _policy_line(field, was.get(field), after[platform].get(field))
                for field in POLICY_FIELDS
                if was.get(field) != after[platform].get(field)
            ]
            if platform not in before:
                lines.insert(0, Line("added", both("{p}: own policy", p=platform)))
        if lines:
            groups.append(Group(title, lines))
    return groups


def _policy_line(field: str, before: Any, after: Any) -> Line:
    sentence = both(
        "{field}: {before} → {after}", field=POLICY_FIELDS[field].name, before=_value(before), after=_value(after)
    )
    return Line("changed", sentence)


def _value(value: Any) -> Text:
    match value:
        case True:
            return both("yes")
        case False:
            return both("no")
        case None | "" | [] | ():
            return both("none")
        case str():
            return both("“{v}”", v=value)
        case list():
            return same(", ".join(map(str, value)))
        case dict() if not value:
            return both("none")
        case dict():
            return same(", ".join(f"{key}: {text}" for key, text in value.items()))
    return same(json.dumps(value))
