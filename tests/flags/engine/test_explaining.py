"""Why a flag came out as it did, in the words that people read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from flags.engine import compile_flags
from tests.flags.engine import reference

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PRO = {"attribute": "plan", "operator": "in", "values": ["pro", "team"]}
VIP = {"attribute": "vip", "operator": "exists"}
STAFF = {"attribute": "email", "operator": "endsWith", "values": ["@acme.com"], "ignoreCase": True}
PAID = {"id": "paid", "conditions": [PRO, {"any": [{"segment": "outsiders"}, VIP]}], "variant": "on"}
SOME = {"id": "some", "conditions": [PRO], "variant": "on", "rollout": 1}
SPLIT = {"id": "all", "split": [{"variant": "on", "weight": 10_000}]}


def flag(key: str, state: str = "ON", **more: Any) -> dict[str, Any]:
    return {"key": key, "type": "boolean", "state": state, **more}


CONTENT: dict[str, Any] = {
    "segments": [
        {"id": "staff", "private": True, "conditions": [STAFF]},
        {"id": "outsiders", "conditions": [{"not": {"segment": "staff"}}]},
    ],
    "featureFlags": [
        flag("plain"),
        flag("off", "OFF"),
        flag("cut", "FORCE_OFF"),
        flag("needs-off", prerequisites=[{"flag": "plain"}, {"flag": "off", "variant": "on"}]),
        flag("later", enabledFrom="2027-01-01T00:00:00Z"),
        flag("over", enabledUntil="2026-01-01T00:00:00Z"),
        flag("rules", "ROLLOUT", rollout=1250, rules=[PAID, SOME]),
        flag("split", rules=[SPLIT]),
        flag("former", "ROLLOUT", rollout=1250, bucketing={"algorithm": "fnv1a", "seed": ""}),
        flag("damaged", rules=[{"id": "r", "conditions": [{"segment": "nowhere"}]}]),
    ],
}
FLAGS = compile_flags(CONTENT)


def told(key: str, context: dict[str, Any], language: str = "en", flags: Any = FLAGS) -> list[str]:
    return [step[language] for step in flags.explain(key, context, NOW).steps]


@pytest.mark.parametrize(
    ("key", "en", "fr"),
    [
        ("plain", "The flag is on, without rules.", "Le drapeau est actif, sans règles."),
        ("off", "The flag is off.", "Le drapeau est inactif."),
        ("cut", "The flag is forced off for everybody.", "Le drapeau est coupé pour tous (FORCE_OFF)."),
        (
            "later",
            "The flag is on from 2027-01-01T00:00:00+00:00 only; it is 2026-11-22T12:00:00+00:00.",
            "Le drapeau n'est actif qu'à partir du 2027-01-01T00:00:00+00:00 ;"
            " nous sommes le 2026-11-22T12:00:00+00:00.",
        ),
        (
            "over",
            "The flag is off from 2026-01-01T00:00:00+00:00 on; it is 2026-11-22T12:00:00+00:00.",
            "Le drapeau est inactif à partir du 2026-01-01T00:00:00+00:00 ; nous sommes le 2026-11-22T12:00:00+00:00.",
        ),
        (
            "damaged",
            "The flag is damaged, and therefore off: There is no segment “nowhere”.",
            "Le drapeau est endommagé, donc inactif : Le segment « nowhere » n'existe pas.",
        ),
    ],
)
def test_the_state_comes_first(key: str, en: str, fr: str) -> None:
    assert told(key, {})[0] == en
    assert told(key, {}, "fr")[0] == fr
    assert len(told(key, {})) == 2


def test_a_kill_switch_is_told_from_a_state() -> None:
    killed = compile_flags(CONTENT, killed={"plain"})
    assert told("plain", {}, flags=killed)[0] == "A kill switch is engaged: the flag is off for everybody."


def test_prerequisites_are_told_up_to_the_one_that_is_not_met() -> None:
    assert told("needs-off", {}) == [
        "The flag “plain” must serve anything but “off”; it serves “on”: met.",
        "The flag “off” must serve “on”; it serves “off”: so this flag is off.",
        "Result: “off”, which is “false” (DISABLED).",
    ]


def test_rules_conditions_and_segments_are_told_with_what_the_context_says() -> None:
    bucket = reference.bucket("rules", "acme")
    assert told("rules", {"plan": "pro", "email": "Ada@ACME.com", "tenant": "acme"}) == [
        "Rule “paid”: “plan” is “pro” or “team”? Yes (“plan” is “pro”).",
        "Rule “paid”: (segment “outsiders” or “vip” is present)? No (“vip” is missing).",
        "Segment “outsiders”: not segment “staff”? No.",
        "Segment “staff”: “email” ends with “@acme.com” (in any case)? Yes (“email” is “Ada@ACME.com”).",
        "Rule “some”: “plan” is “pro” or “team”? Yes (“plan” is “pro”).",
        f"Rule “some” does not apply: “tenant” is “acme”, bucket {bucket}, not below 1 (0.01 %).",
        f"No rule decides. Rollout: “tenant” is “acme”, bucket {bucket}, not below 1250 (12.5 %).",
        "Result: “off”, which is “false” (SPLIT).",
    ]
    french = told("rules", {"plan": "pro", "tenant": "acme"}, "fr")
    assert french[:2] == [
        "Règle « paid » : « plan » vaut « pro » ou « team » ? Oui (« plan » vaut « pro »).",
        "Règle « paid » : (segment « outsiders » ou « vip » est présent) ? Oui (« vip » est absent).",
    ]
    assert french[-2:] == ["Règle « paid » : sert « on ».", "Résultat : « on », soit « true » (TARGETING_MATCH)."]


def test_a_missing_attribute_is_named() -> None:
    assert told("rules", {})[-2] == "No rule decides. Rollout: “tenant” is missing, so there is no bucket."
    assert told("split", {})[1] == "Rule “all” does not apply: “tenant” is missing, so there is no bucket."
    assert told("split", {"tenant": ""})[1] == "Rule “all” does not apply: “tenant” is “”, so there is no bucket."


def test_of_several_attributes_those_tried_are_told() -> None:
    own = {"id": "own", "rollout": 1, "bucketBy": ["user", "session"], "seed": "s", "variant": "on"}
    flags = compile_flags({"featureFlags": [flag("a", "ROLLOUT", rollout=10_000, rules=[own])]})
    bucket = reference.bucket("a", "acme")
    assert told("a", {"session": "s-1", "tenant": "acme"}, flags=flags)[1:3] == [
        f"Rule “own” does not apply: “user” is missing, “session” is “s-1”, bucket {reference.bucket('s', 's-1')}, "
        "not below 1 (0.01 %).",
        f"No rule decides. Rollout: “tenant” is “acme”, bucket {bucket}, below 10000 (100 %).",
    ]
    ours = told("a", {"user": "ada", "session": "s-1"}, flags=flags)
    assert f"“user” is “ada”, bucket {reference.bucket('s', 'ada')}, not" in ours[1]
    assert told("a", {}, flags=flags)[1] == (
        "Rule “own” does not apply: “user” is missing, “session” is missing, so there is no bucket."
    )


def test_the_bucket_of_a_split_is_told() -> None:
    bucket = reference.split_bucket("split", "acme")
    assert told("split", {"tenant": "acme"})[:2] == [
        "Rule “all”: matches everybody.",
        f"Rule “all” serves “on”, bucket {bucket} of its split.",
    ]


def test_the_rounding_of_the_former_algorithm_is_told() -> None:
    tenant = next(f"t{n}" for n in range(10_000) if reference.fnv1a_bucket("former", "", f"t{n}") == 1200)
    step = f"Rollout: “tenant” is “{tenant}”, bucket 1200, below 1300 (13 %)."
    assert told("former", {"tenant": tenant}) == [step, "Result: “on”, which is “true” (SPLIT)."]


def test_the_environment_told_is_the_server_s() -> None:
    asks = {"attribute": "environment", "operator": "equals", "values": ["production"]}
    flag = {
        "key": "a",
        "type": "boolean",
        "state": "ON",
        "rules": [{"id": "r", "conditions": [asks], "variant": "off"}],
    }
    flags = compile_flags({"featureFlags": [flag]}, environment="production")
    assert told("a", {"environment": "staging"}, flags=flags)[0].endswith("Yes (“environment” is “production”).")


def test_what_is_quoted_is_short_and_printable() -> None:
    values = [f"value-{number}" for number in range(200)]
    asks = {"attribute": "x", "operator": "notIn", "values": values}
    flags = compile_flags({"featureFlags": [flag("a", rules=[{"id": "r", "conditions": [asks]}])]})
    step = told("a", {"x": "\x1b[2J\n" + "y" * 10_000}, flags=flags)[0]
    assert step.startswith(
        "Rule “r”: “x” is none of “value-0”, “value-1”, “value-2”, “value-3”, “value-4”, 195 others?"
        " Yes (“x” is “�[2J�yyy"
    )
    assert len(step) < 250 and step.isprintable()
