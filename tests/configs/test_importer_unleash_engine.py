"""Imported flags answer as Unleash's own engine does: generated files, generated contexts, both engines asked.

Left out of the comparison is what Unleash decides at random, the inputs on which the two differ on purpose
(``docs/howto/from-unleash.md``; the values generated are those that both read alike), and what the report names: the
variants that are dealt anew, and the flags that are off because they need one of several variants.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from configs.importers.unleash import convert
from tests.configs.unleash_files import NOW, Unleash, client, compiled, constraint, is_on

NAMES = ("userId", "sessionId", "plan", "version", "seats", "remoteAddress", "currentTime")
VALUES: dict[str, list[str]] = {
    "userId": [f"u{number}" for number in range(20)],
    "sessionId": [f"s{number}" for number in range(20)],
    "plan": ["free", "pro", "PRO-yearly", "é", "team"],
    "version": ["1.0.0", "1.2.3", "1.2.3-rc.1", "2.0.0", "nonsense"],
    "seats": ["1", "12", "12.0", "-3", "1e3", "many"],
    "remoteAddress": ["10.0.0.7", "192.0.2.1", "2001:db8::1", "nowhere"],
    "currentTime": ["2022-01-29T13:00:00.000Z", "2022-01-30T13:00:00Z", "2022-01-29T15:30:00+02:00"],
}
READABLE = {name: [value for value in values if value[0] not in "nm"] for name, values in VALUES.items()}
FEATURES = ("a", "b", "c")


@st.composite
def constraints(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["IN", "STR", "NUM", "DATE", "SEMVER", "REGEX", "IN_CIDR"]))
    more = {"inverted": draw(st.booleans())}
    match kind:
        case "IN":
            name = draw(st.sampled_from(NAMES))
            values = draw(st.lists(st.sampled_from(VALUES[name]), max_size=3))
            return constraint(name, draw(st.sampled_from(["IN", "NOT_IN"])), *values, **more)
        case "STR":
            ending = draw(st.sampled_from(["STARTS_WITH", "ENDS_WITH", "CONTAINS"]))
            values = draw(st.lists(st.sampled_from(["p", "PR", "ly", "É", "1"]), min_size=1, max_size=2))
            return constraint("plan", f"STR_{ending}", *values, caseInsensitive=draw(st.booleans()), **more)
        case "NUM":
            operator = draw(st.sampled_from(["EQ", "GT", "GTE", "LT", "LTE"]))
            return constraint("seats", f"NUM_{operator}", draw(st.sampled_from(READABLE["seats"])), **more)
        case "DATE":
            operator = draw(st.sampled_from(["AFTER", "BEFORE"]))
            return constraint("currentTime", f"DATE_{operator}", draw(st.sampled_from(VALUES["currentTime"])), **more)
        case "SEMVER":
            operator = draw(st.sampled_from(["EQ", "GT", "GTE", "LT", "LTE"]))
            return constraint("version", f"SEMVER_{operator}", draw(st.sampled_from(READABLE["version"])), **more)
        case "REGEX":
            pattern = draw(st.sampled_from(["^p", "(?i)pro", "r(o|e)+", "^$"]))
            return constraint("plan", "REGEX", pattern, caseInsensitive=draw(st.booleans()), **more)
    values = draw(
        st.lists(st.sampled_from(["10.0.0.0/8", "192.0.2.1", "2001:db8::/32", "bad"]), min_size=1, max_size=2)
    )
    return constraint("remoteAddress", "IN_CIDR", *values, **more)


@st.composite
def variants(draw: st.DrawFn, stickiness: str | None) -> list[dict[str, Any]]:
    names = draw(st.lists(st.sampled_from(["red", "green", "blue"]), max_size=3, unique=True))
    weights = draw(st.sampled_from([(1, 1, 1), (500, 300, 200), (1000, 0, 0), (0, 0, 1), (33, 33, 34)]))
    more: dict[str, Any] = {} if stickiness is None else {"stickiness": stickiness}
    made = [{"name": name, "weight": weight, **more} for name, weight in zip(names, weights, strict=False)]
    return made if any(one["weight"] for one in made) else []


@st.composite
def strategies(draw: st.DrawFn, group: str, stickiness: str) -> dict[str, Any]:
    percent = str(draw(st.sampled_from([0, 1, 25, 50, 99, 100])))
    name, parameters = draw(
        st.sampled_from(
            [
                ("default", {}),
                ("flexibleRollout", {"rollout": percent, "stickiness": stickiness, "groupId": group}),
                ("flexibleRollout", {"rollout": percent, "stickiness": stickiness, "groupId": group}),
                ("flexibleRollout", {"rollout": percent, "groupId": group}),
                ("gradualRolloutUserId", {"percentage": percent, "groupId": group}),
                ("gradualRolloutSessionId", {"percentage": percent, "groupId": group}),
                ("userWithId", {"userIds": "u1, u2,u3"}),
                ("remoteAddress", {"IPs": "10.0.0.0/8, bad"}),
                ("flexibleRollout", {"rollout": "half"}),
                ("homemade", {"x": "y"}),
            ]
        )
    )
    return {
        "name": name,
        "parameters": parameters,
        "constraints": draw(st.lists(constraints(), max_size=2)),
        "segments": draw(st.sampled_from([[], [], [], [1], [1, 2], [2, 404]])),
        "variants": draw(st.one_of(st.just([]), variants(None))),
    }


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    made = []
    for place, name in enumerate(FEATURES):
        sticky = draw(st.sampled_from(["default", "userId", "sessionId", "plan"]))
        group = draw(st.sampled_from(["g", name]))
        common = draw(st.one_of(st.just([]), variants(sticky)))
        one = strategies(group, draw(st.sampled_from([sticky, "default"])))
        overrides = {"contextName": "plan", "values": draw(st.lists(st.sampled_from(VALUES["plan"]), max_size=2))}
        parents = [{"feature": parent} for parent in FEATURES[:place]]
        if common:
            common[0]["overrides"] = [overrides]
        for parent in parents:
            parent |= draw(st.sampled_from([{}, {"enabled": False}, {"variants": ["red"]}, {"enabled": True}]))
        made.append(
            {
                "name": name,
                "enabled": draw(st.sampled_from([True, True, True, False])),
                "strategies": draw(st.lists(one, max_size=3)),
                "variants": common,
                "dependencies": draw(st.sampled_from([[], [], parents[:1], parents])),
            }
        )
    segments = [{"id": number, "constraints": draw(st.lists(constraints(), max_size=2))} for number in (1, 2)]
    return client(*made, segments=segments)


@st.composite
def contexts(draw: st.DrawFn) -> dict[str, Any]:
    """With what every stickiness hashes: who has none of it is drawn at random."""
    wanted = {"userId", "sessionId", "plan"} | draw(st.sets(st.sampled_from(NAMES)))
    return {name: draw(st.sampled_from(VALUES[name])) for name in sorted(wanted)}


@given(files(), st.lists(contexts(), min_size=8, max_size=8))
def test_imported_flags_answer_as_unleash_does(content: dict[str, Any], asked: list[dict[str, Any]]) -> None:
    theirs, (flags, ours) = Unleash(content), compiled(content)
    report = convert(content).report
    apart = {entry.target for entry in report if "differently" in entry.message["en"]}
    limited = {entry.target for entry in report if "it needs one of" in entry.message["en"]}
    for attributes in asked:
        for feature in content["features"]:
            name = feature["name"]
            parents = {f"featureFlags/{parent['feature']}" for parent in feature["dependencies"]}
            if parents & (apart | limited) or f"featureFlags/{name}" in limited:
                continue
            found = ours.evaluate(name, attributes, now=NOW)
            on = is_on(flags[name], found)
            named = found.variant if on and found.variant != "on" else None
            expected = theirs.answer(name, attributes)
            assert on == expected[0], (name, attributes, flags[name])
            assert named == expected[1] or f"featureFlags/{name}" in apart, (name, attributes, flags[name])
