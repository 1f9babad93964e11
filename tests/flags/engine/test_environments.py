"""One flag, several environments: what an environment has of its own takes the place of the flag's."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from flags.engine import compile_flags, resolved
from flags.engine.environments import OWN, environments_of, overridden

NOW = datetime(2026, 11, 28, tzinfo=UTC)
RULES = [{"id": "acme", "conditions": [{"attribute": "tenant", "operator": "in", "values": ["acme"]}], "variant": "on"}]
FLAG = {
    "key": "search",
    "type": "boolean",
    "state": "OFF",
    "rules": RULES,
    "environments": {"staging": {"state": "ON", "rules": []}, "beta": {"state": "ROLLOUT", "rollout": 0}},
}
SNAPSHOT = {"featureFlags": [FLAG, {"key": "other", "type": "boolean", "state": "ON"}]}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["featureFlags", "environments", "staging", "rules", "disabled", "key"]), inner, max_size=3
        )
    ),
)


def served(environment: str, tenant: str) -> Any:
    return compile_flags(SNAPSHOT, environment=environment).evaluate("search", {"tenant": tenant}, now=NOW).value


def test_each_environment_has_its_own_answer() -> None:
    assert [served(name, tenant) for name in ("staging", "beta", "production", "") for tenant in ("acme", "hooli")] == [
        *(True, True),
        *(True, False),  # rolled out to nobody, and the flag's own rules
        *(False, False),
        *(False, False),
    ]


def test_what_others_have_is_gone_and_nothing_was_changed() -> None:
    before = copy.deepcopy(SNAPSHOT)
    for environment in ("staging", "beta", "production"):
        flags = resolved(SNAPSHOT, environment)["featureFlags"]
        assert all("environments" not in flag for flag in flags)
        own = FLAG["environments"].get(environment, {})  # type: ignore[attr-defined]
        assert {name: flags[0][name] for name in own} == own
        assert flags[1] == SNAPSHOT["featureFlags"][1]
    assert before == SNAPSHOT and environments_of(SNAPSHOT) == ["beta", "staging"]
    plain = {"featureFlags": [SNAPSHOT["featureFlags"][1]]}
    assert resolved(plain, "staging") is plain


def test_only_what_an_environment_may_have_is_taken() -> None:
    flag = {**FLAG, "environments": {"staging": {"state": "ON", "key": "other", "type": "string"}}}
    assert resolved({"featureFlags": [flag]}, "staging")["featureFlags"][0] == {
        "key": "search",
        "type": "boolean",
        "state": "ON",
        "rules": RULES,
    }
    assert set(OWN) == {"state", "rollout", "rules"}


def test_a_disabled_rule_is_gone_where_flags_are_evaluated_and_keeps_its_place_where_they_are_checked() -> None:
    off, on = {"id": "off", "disabled": True}, {"id": "on", "disabled": False}
    flag = {"key": "it", "rules": [off, on], "environments": {"staging": {"rules": [on, off, 5]}}}
    snapshot = {"featureFlags": [flag]}
    assert resolved(snapshot, "production")["featureFlags"][0]["rules"] == [on]
    assert resolved(snapshot, "staging")["featureFlags"][0]["rules"] == [on, 5]
    assert overridden(snapshot, "staging")["featureFlags"][0]["rules"] == [on, off, 5]
    assert flag["rules"] == [off, on]


@given(st.dictionaries(st.just("featureFlags"), anything))
def test_it_is_total(snapshot: dict[str, Any]) -> None:
    environments_of(snapshot)
    once = resolved(snapshot, "staging")
    assert resolved(once, "staging") == once
