"""What a release did, in one sentence, for pages, API and commands."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from icontrol.kernel.texts import Text, both, joined, same
from releases.gate.decision import DEFAULT, Policy
from releases.gate.policy_fields import POLICY_FIELDS, of_kind
from releases.models import Release

#: Parts of a sentence; the release's page has all.
PARTS_SHOWN = 4

#: Fields left out of list rows.
LONG = of_kind("text", "address", "names")
NONE = both("none")


def summary(release: Release) -> Text:
    """“1.0.0 → 1.0.1; latest version 1.0.0 → 1.0.1”, “checkout forced off”: compared with the previous release.

    For rows of a list, :func:`precede` them first.
    """
    parts = list(_parts(release, release.predecessor))
    shown, more = parts[:PARTS_SHOWN], len(parts) - PARTS_SHOWN
    if more > 0:
        shown.append(both("{more} more", more=more))
    if not shown:
        shown.append(both("nothing changed"))
    return joined(shown, both("; "))


def _parts(release: Release, before: Release | None) -> Iterator[Text]:
    killed, were_killed = release.killed, before.killed if before else []
    for flag in killed:
        if flag not in were_killed:
            yield both("{flag} forced off", flag=flag)
    for flag in were_killed:
        if flag not in killed:
            yield both("{flag} no longer forced off", flag=flag)
    if release.config_version_id != (before.config_version_id if before else None):
        yield both("{a} → {b}", a=_version(before), b=_version(release))
    if before is None or release.policies != before.policies:
        yield from _policies(before.policy_set if before else {DEFAULT: Policy().as_json()}, release.policy_set)


def _policies(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Text]:
    """Minimums first, because they block clients."""
    steps = []
    for platform in sorted({*before, *after}, key=lambda name: (name != DEFAULT, name)):
        place = same("") if platform == DEFAULT else both("{p}: ", p=platform)
        if platform not in after:
            steps.append((0, both("{p}own policy removed", p=place)))
            continue
        was = {**Policy().as_json(), **before.get(platform, {})}
        if platform not in before:
            steps.append((0, both("{p}own policy", p=place)))
        for field, new in after[platform].items():
            if was.get(field) != new:
                steps.append((field != "minSupported", _field(place, field, was.get(field), new)))
    yield from (text for _, text in sorted(steps, key=lambda step: step[0]))


def _field(place: Text, field: str, old: Any, new: Any) -> Text:
    name = POLICY_FIELDS[field].name if field in POLICY_FIELDS else same(field)
    if field in LONG:
        return both("{p}{name} changed", p=place, name=name)
    return both("{p}{name} {a} → {b}", p=place, name=name, a=_value(old), b=_value(new))


def _value(value: Any) -> Text:
    match value:
        case True:
            return both("on", context="switch")
        case False:
            return both("off", context="switch")
        case str():
            return same(str(value))
    return same(json.dumps(value))


def _version(release: Release | None) -> Any:
    return release.config_version.version if release and release.config_version else NONE


def precede(releases: Sequence[Release]) -> Sequence[Release]:
    """Set each release's predecessor: one query for any number of rows."""
    known = {(release.environment_id, release.serial): release for release in releases}
    missing: dict[int, list[int]] = {}
    for environment, serial in known:
        if (environment, serial - 1) not in known:
            missing.setdefault(environment, []).append(serial - 1)
    if missing:
        wanted = reduce(or_, (Q(environment=key, serial__in=serials) for key, serials in missing.items()))
        found = Release.objects.filter(wanted).select_related("config_version")
        known |= {(release.environment_id, release.serial): release for release in found}
    for release in releases:
        release.predecessor = known.get((release.environment_id, release.serial - 1))
    return releases
