"""A hostile corpus of work: documents of the usual size that are nested, chained, wide or long.

What is counted is not time but calls of functions, so a busy machine changes nothing: a document made to be work may
take some times what an ordinary one of its size takes, not a thousand times.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from configs.demo import demo_snapshot
from configs.exporters.unleash import REASONS, document, features
from configs.exporters.unleash.conditions import MOST_IN_ALL, MOST_TEXT
from configs.snapshot.canonical import canonical
from configs.snapshot.diff import diff
from configs.validation.check import check_snapshot
from flags.engine import attributes_of, compile_flags
from icontrol.kernel.problems import errors
from releases.delivery.public_form import render

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CONTEXT = {"tenant": "acme", "x": "a" * 1_000, "groups": ["a"] * 100, "clientVersion": "1.4.2"}
LARGEST = 262_144
#: Calls for each byte of a hostile document, beside those for each byte of the demo.
MOST_TIMES = 12


def flag(key: str, *conditions: Any, **more: Any) -> dict[str, Any]:
    rules = [{"id": "r", "conditions": list(conditions), "variant": "on"}]
    return {"key": key, "type": "boolean", "state": "ON", "defaultVariant": "off", "rules": rules, **more}


def asks(value: str, operator: str = "in", attribute: str = "x") -> dict[str, Any]:
    return {"attribute": attribute, "operator": operator, "values": [value]}


def uses(*names: str) -> list[dict[str, Any]]:
    return [{"segment": name} for name in names]


def nested(levels: int, inner: Any) -> Any:
    for _ in range(levels):
        inner = {"not": {"all": [inner]}}
    return inner


CORPUS: dict[str, Callable[[], dict[str, Any]]] = {
    "segments that double": lambda: {
        "segments": [{"id": f"s{n}", "conditions": uses(f"s{n + 1}", f"s{n + 1}")} for n in range(60)]
        + [{"id": "s60", "conditions": []}],
        "featureFlags": [flag(f"f{n}", *uses(f"s{n}")) for n in range(60)],
    },
    "segments that double negated": lambda: {
        "segments": [{"id": f"s{n}", "conditions": [{"not": one} for one in uses(f"s{n + 1}") * 2]} for n in range(60)]
        + [{"id": "s60", "conditions": [asks("a")]}],
        "featureFlags": [flag(f"f{n}", *uses(f"s{n}")) for n in range(60)],
    },
    "one large segment for all": lambda: {
        "segments": [{"id": "s", "conditions": [asks(f"v{n}") for n in range(1_500)]}],
        "featureFlags": [flag(f"f{n}", *uses("s")) for n in range(900)],
    },
    "one segment of alternatives for all": lambda: {
        "segments": [{"id": "s", "conditions": [{"any": [asks(f"v{n}") for n in range(90)]}]}],
        "featureFlags": [flag(f"f{n}", *uses("s")) for n in range(900)],
    },
    "a chain of flags": lambda: {
        "featureFlags": [flag(f"f{n}", prerequisites=[{"flag": f"f{n + 1}"}]) for n in range(1_500)] + [flag("f1500")]
    },
    "flags that need all before them": lambda: {
        "featureFlags": [
            flag(f"f{n}", prerequisites=[{"flag": f"f{other}"} for other in range(max(0, n - 50), n)])
            for n in range(200)
        ]
    },
    "many questions in one rule": lambda: {"featureFlags": [flag("f", *[asks(f"v{n}") for n in range(1_900)])]},
    "many questions, and alternatives": lambda: {
        "featureFlags": [flag("f", {"any": [asks(f"w{n}") for n in range(90)]}, *[asks(f"v{n}") for n in range(1_800)])]
    },
    "many rules of one question": lambda: {
        "featureFlags": [
            {
                **flag("f"),
                "rules": [{"id": f"r{n}", "conditions": [asks(f"v{n}")], "variant": "off"} for n in range(1_500)],
            }
        ]
    },
    "deep conditions": lambda: {"featureFlags": [flag(f"f{n}", nested(11, asks("a"))) for n in range(400)]},
    "long values": lambda: {"featureFlags": [flag(f"f{n}", asks("a" * 500 + str(n), "contains")) for n in range(300)]},
    "many values": lambda: {"featureFlags": [flag("f", {**asks(""), "values": [f"value-{n}" for n in range(15_000)]})]},
    "names that are nearly right": lambda: {
        "segments": [{"id": f"segment-of-customers-{n:04}", "conditions": []} for n in range(1_000)],
        "featureFlags": [flag(f"f{n}", *uses(f"segment-of-customer-{n:04}")) for n in range(1_000)],
    },
    "a circle of segments": lambda: {
        "segments": [
            {"id": f"s{n}", "conditions": uses(*(f"s{(n + k) % 500}" for k in range(1, 9)))} for n in range(500)
        ],
        "featureFlags": [flag("f", *uses("s0"))],
    },
    "tokens of brackets": lambda: {
        "uiTokens": [
            {"key": f"t{n}", "category": "shadow", "value": "calc(" * 680 + "1px" + ")" * 680} for n in range(60)
        ]
    },
}


def calls(work: Callable[[], Any]) -> int:
    """Functions called, those in C too."""
    count = 0

    def counted(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def everything(content: dict[str, Any]) -> Callable[[], Any]:
    def work() -> None:
        check_snapshot(content, now=NOW)
        flags = compile_flags(content, environment="production")
        flags.evaluate_all(CONTEXT, NOW)
        for key in list(flags)[:3]:
            flags.explain(key, CONTEXT, NOW)
            attributes_of(content, key)
        render(content)
        features(content, environment="production")
        diff({}, content)

    return work


def per_byte(content: dict[str, Any]) -> float:
    size = len(canonical(content))
    assert size <= LARGEST
    return calls(everything(content)) / size


@pytest.fixture(scope="module")
def ordinary() -> float:
    everything(demo_snapshot())()  # what is made once for a process
    return per_byte(demo_snapshot())


@pytest.mark.parametrize("name", CORPUS)
def test_no_document_is_much_more_work_than_its_size(name: str, ordinary: float) -> None:
    content = CORPUS[name]()
    assert per_byte(content) <= MOST_TIMES * ordinary, per_byte(content) / ordinary


def test_the_corpus_is_hostile_and_not_only_wrong() -> None:
    """Some of it passes the checks: what is refused there is never evaluated for clients."""
    accepted = [name for name, make in CORPUS.items() if not errors(check_snapshot(make()))]
    assert len(accepted) >= 6


LONG_LIST = [f"tenant-{number:06d}" for number in range(2_000)]


def of_one_list(*conditions: Any, flags: int) -> dict[str, Any]:
    rules = [{"id": "r", "conditions": list(conditions), "variant": "on"}]
    one = {"type": "boolean", "state": "ON", "defaultVariant": "off", "rules": rules}
    return {
        "segments": [{"id": "s", "conditions": [{"attribute": "tenant", "operator": "in", "values": LONG_LIST}]}],
        "featureFlags": [{"key": f"f{number}", **one} for number in range(flags)],
    }


ANY_PLAN = {"any": [{"attribute": "plan", "operator": "in", "values": [str(number)]} for number in range(90)]}


@pytest.mark.parametrize(
    ("content", "inline"),
    [
        (of_one_list({"segment": "s"}, flags=900), True),
        (of_one_list({"attribute": "tenant", "operator": "in", "values": LONG_LIST}, ANY_PLAN, flags=5), False),
        (
            {
                "featureFlags": [
                    {
                        "key": f"f{number}",
                        "type": "string",
                        "state": "ON",
                        "variants": [{"key": "off", "value": ""}, {"key": "on", "value": "x" * 30_000}],
                        "offVariant": "off",
                        "defaultVariant": "off",
                        "rules": [{"id": "r", "conditions": [ANY_PLAN], "variant": "on"}],
                    }
                    for number in range(5)
                ]
            },
            False,
        ),
    ],
    ids=["a segment of many flags", "beside alternatives", "payloads"],
)
def test_a_text_is_not_written_out_until_nobody_can_read_it(content: dict[str, Any], inline: bool) -> None:
    assert not errors(check_snapshot(content))
    export = features(content, inline=inline)
    assert 0 < len(export.reasons) < len(content["featureFlags"])
    assert all(why == (REASONS["long"],) for why in export.reasons.values()) and "f0" not in export.reasons
    written = len(canonical(document(export, inline=inline)))
    assert MOST_TEXT / 2 < written < 1.5 * MOST_TEXT


def test_where_a_list_is_written_once_there_is_room_for_all() -> None:
    content = of_one_list({"segment": "s"}, flags=900)
    export = features(content)
    assert export.reasons == {} and len(canonical(document(export))) < 3 * len(canonical(content))


def test_the_room_grows_with_what_is_written_out() -> None:
    """A large snapshot without repetition is expressed as a whole."""
    content = of_one_list({"segment": "s"}, flags=1)
    content["segments"][0]["conditions"][0]["values"] = [f"{number:060d}" for number in range(100_000)]
    export = features(content, inline=True)
    assert export.reasons == {} and len(canonical(document(export, inline=True))) > 1.4 * MOST_TEXT


def test_an_export_is_not_larger_than_clients_can_read() -> None:
    content = CORPUS["one segment of alternatives for all"]()
    export = features(content)
    assert sum(len(feature["strategies"]) for feature in export.features) <= MOST_IN_ALL
    # In the order of the snapshot, as many as there is room for; the others say why.
    assert len(export.reasons) == 900 - MOST_IN_ALL // 90
    assert "f0" not in export.reasons and export.reasons["f899"][0] == REASONS["many"]
