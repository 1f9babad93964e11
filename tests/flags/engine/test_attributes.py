"""Which attributes count for a flag."""

from __future__ import annotations

from typing import Any

import pytest

from flags.engine import attributes_of


def asks(name: str) -> dict[str, Any]:
    return {"attribute": name, "operator": "exists"}


CONTENT: dict[str, Any] = {
    "segments": [
        {"id": "outer", "conditions": [asks("country"), {"any": [{"not": {"segment": "inner"}}, asks("age")]}]},
        {"id": "inner", "conditions": [asks("email"), {"segment": "outer"}]},
    ],
    "featureFlags": [
        {"key": "plain", "state": "ON"},
        {"key": "share", "state": "ROLLOUT"},
        {"key": "by", "state": "ROLLOUT", "bucketBy": ["userId", "tenant"]},
        {"key": "by-unused", "state": "ON", "bucketBy": "userId", "rules": [{"conditions": [asks("plan")]}]},
        {"key": "rule-share", "state": "ON", "rules": [{"rollout": 5}, {"split": [], "bucketBy": "seat"}]},
        {"key": "nested", "state": "ON", "rules": [{"conditions": [{"segment": "outer"}, asks("country")]}]},
        {"key": "needs", "state": "ON", "prerequisites": [{"flag": "by"}, {"flag": "circle"}]},
        {"key": "circle", "state": "ON", "prerequisites": [{"flag": "needs"}, {"flag": "moon"}]},
        {"key": "here", "state": "ON", "rules": [{"conditions": [asks("environment"), asks("plan")]}]},
    ],
}


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("plain", []),
        ("share", ["tenant"]),
        ("by", ["userId", "tenant"]),
        ("by-unused", ["plan"]),
        ("rule-share", ["tenant", "seat"]),
        ("nested", ["country", "age", "email"]),
        ("needs", ["userId", "tenant"]),
        ("circle", ["userId", "tenant"]),
        ("here", ["plan"]),
        ("moon", []),
    ],
)
def test_what_a_flag_asks(key: str, names: list[str]) -> None:
    assert attributes_of(CONTENT, key) == names
