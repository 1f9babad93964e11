"""Payloads that came from Unleash: its clients get them as they were, type and text or none, and everybody else the
value."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from configs.exporters.unleash import REASONS, document, features
from configs.importers.unleash import convert
from configs.validation.check import check_snapshot
from flags.models import UNTOLD
from flags.unleash.requests import counts
from tests.configs.unleash_files import Unleash, client, constraint, default, feature, flags_of, rollout, variant
from tests.factories import snapshot
from tests.releases.api.helpers import Api, ok

#: Each is of one feature; a text that is None has no payload.
PAYLOADS: dict[str, list[tuple[str, str | None]]] = {
    "arr": [("json", '["x","y"]'), ("json", "[]")],
    "bare": [("string", None), ("string", "x")],
    "csv": [("csv", "a,b"), ("csv", "c, d")],
    "mixed": [("string", "123"), ("json", '{"hello":"world"}'), ("number", "1.50")],
    "num": [("number", "007"), ("number", "1.50"), ("number", "1e3")],
    "odd": [("colour", "red"), ("json", "{"), ("string", ""), ("number", "٣")],
    "spaced": [("json", '{ "b": 1.0, "a": [] }'), ("json", "{}")],
    "twice": [("json", '{"a": 1, "a": 2}')],
    "wide": [("number", "12345678901234567890")],
}
#: What the engine serves of them: numbers and objects where all are, else the texts.
VALUES: dict[str, list[Any]] = {
    "arr": ['["x","y"]', "[]"],
    "bare": ["bare-0", "x"],
    "csv": ["a,b", "c, d"],
    "mixed": ["123", '{"hello":"world"}', "1.50"],
    "num": [7, 1.5, 1000],
    "odd": ["red", "{", "", "٣"],
    "spaced": [{"b": 1, "a": []}, {}],
    "twice": ['{"a": 1, "a": 2}'],
    "wide": ["12345678901234567890"],
}


def variants(name: str, payloads: list[tuple[str, str | None]]) -> list[dict[str, Any]]:
    """Of one feature. Each has a user, whose number is its place."""
    weight = 1000 // len(payloads)
    return [variant(f"{name}-{place}", weight, text, kind) for place, (kind, text) in enumerate(payloads)]


def state(payloads: dict[str, list[tuple[str, str | None]]]) -> dict[str, Any]:
    return client(
        *(
            feature(name, rollout(100, name, stickiness="userId", variants=variants(name, of_it)))
            for name, of_it in payloads.items()
        )
    )


def told(content: dict[str, Any], name: str, user: str) -> Any:
    found = Unleash(content).engine.get_variant(name, {"userId": user}).variant
    return found.enabled, found.name, found.payload


def test_every_variant_has_the_value_and_nothing_contradicts_it() -> None:
    imported = convert(state(PAYLOADS))
    assert not [problem for problem in check_snapshot(imported.snapshot) if problem.severity == "error"]
    flags = flags_of(imported)
    assert {name: [one["value"] for one in flag["variants"][:-1]] for name, flag in flags.items()} == VALUES


texts = st.text(max_size=8) | st.sampled_from(["007", "1.50", "[1]", "{}", '{"a": 1.0}', "a,b", "-0", "1e400", "null"])
made = st.lists(st.tuples(st.sampled_from(["string", "json", "csv", "number"]), st.none() | texts), min_size=1)


@given(st.fixed_dictionaries({"f": made.map(lambda listed: listed[:5])}))
def test_unleash_s_clients_get_type_and_text_as_they_were(payloads: dict[str, Any]) -> None:
    before = state(payloads)
    after = document(features(convert(before).snapshot))
    again = document(features(convert(after).snapshot))
    for user in map(str, range(8)):
        assert told(after, "f", user) == told(again, "f", user) == told(before, "f", user)


def test_over_http(api: Api) -> None:
    before = state(PAYLOADS)
    api.world.release(snapshot("home", **convert(before).snapshot))
    listed = ok(api.ask("/unleash/api/client/features"))
    served = {
        toggle["name"]: toggle["variant"]
        for toggle in ok(api.ask("/unleash/api/frontend?userId=7&properties[tenant]=acme"))["toggles"]
    }
    assert served.keys() == PAYLOADS.keys()
    for name, answer in served.items():
        expected = told(before, name, "7")
        assert told(listed, name, "7") == expected
        assert (answer["enabled"], answer["name"], answer.get("payload")) == expected
    # The value, for everybody else.
    body = ok(api("POST", "/ofrep/v1/evaluate/flags", {"context": {"userId": "7"}}, role="anonymous"))
    for answer in body["flags"]:
        place = int(answer["variant"].rpartition("-")[2])
        assert answer["value"] == VALUES[answer["key"]][place]
    # And our own clients need no payloads.
    published = ok(api.ask("/api/config/published"))
    published = published.get("snapshot", published)
    assert all("payload" not in one for flag in published["featureFlags"] for one in flag["variants"])


def test_who_had_no_variant_beside_some_still_has_none(api: Api) -> None:
    named = default(constraint("userId", "IN", "7"), variants=[variant("v", 1000, "x")])
    before = client(
        feature("f", named, default()),
        feature("child", default(), dependencies=[{"feature": "f", "enabled": True}]),
        feature("picky", default(), dependencies=[{"feature": "f", "enabled": True, "variants": ["v", "other"]}]),
    )
    imported = convert(before)
    assert flags_of(imported)["f"]["variants"][-1] == {"key": "on", "value": "", "name": None}
    api.world.release(snapshot("home", **imported.snapshot))
    listed = ok(api.ask("/unleash/api/client/features"))
    for user in ("7", "8"):
        toggles = ok(api.ask(f"/unleash/api/frontend?userId={user}"))["toggles"]
        answer = next(toggle["variant"] for toggle in toggles if toggle["name"] == "f")
        assert told(listed, "f", user) == told(before, "f", user)
        assert (answer["enabled"], answer["name"], answer.get("payload")) == told(before, "f", user)
        assert {toggle["name"] for toggle in toggles} == {"f", "child", "picky"}
        assert all(Unleash(listed).answer(name, {"userId": user})[0] for name in ("child", "picky"))


def test_names_that_cannot_be_keys_are_those_that_clients_get(api: Api) -> None:
    """Of two variants of one name the strategies decide."""
    names = [variant("Variant A", 500, "1"), variant("Variant-A", 500, "2"), variant("größe ", 0, "3")]
    before = client(
        feature("f", rollout(100, "f", stickiness="userId", variants=names)),
        feature(
            "g",
            default(constraint("userId", "IN", "7"), variants=[variant("v", 1000, "x")]),
            default(variants=[variant("v", 1000, "y")]),
        ),
        feature("child", default(), dependencies=[{"feature": "f", "variants": ["Variant A"]}]),
        feature("both", default(), dependencies=[{"feature": "g", "variants": ["v"]}]),
    )
    imported = convert(before)
    assert not [problem for problem in check_snapshot(imported.snapshot) if problem.severity == "error"]
    keys = {one["key"]: one.get("name", one["key"]) for one in flags_of(imported)["f"]["variants"][:-1]}
    assert keys == {"Variant-A-2": "Variant A", "Variant-A": "Variant-A", "gr-e-": "größe "}
    warned = [entry.target for entry in imported.report if "still get its name" in entry.message["en"]]
    assert warned == ["featureFlags/f", "featureFlags/f", "featureFlags/g"]
    again = document(features(convert(document(features(imported.snapshot))).snapshot))
    api.world.release(snapshot("home", **imported.snapshot))
    listed = ok(api.ask("/unleash/api/client/features"))
    seen = set()
    for user in map(str, range(4, 12)):
        toggles = ok(api.ask(f"/unleash/api/frontend?userId={user}"))["toggles"]
        served = {toggle["name"]: toggle["variant"] for toggle in toggles}
        for name in ("f", "g"):
            expected = told(before, name, user)
            assert told(listed, name, user) == told(again, name, user) == expected
            assert (True, served[name]["name"], served[name]["payload"]) == expected
            seen.add((expected[1], expected[2]["value"]))
        for name in ("child", "both"):
            assert (name in served) is Unleash(before).answer(name, {"userId": user})[0]
            assert Unleash(listed).answer(name, {"userId": user}) == Unleash(before).answer(name, {"userId": user})
    assert seen == {("Variant A", "1"), ("Variant-A", "2"), ("v", "x"), ("v", "y")}
    published = ok(api.ask("/api/config/published"))
    published = published.get("snapshot", published)
    assert all(set(one) == {"key", "value"} for flag in published["featureFlags"] for one in flag.get("variants", ()))
    toggles = {"f": {"yes": 6, "no": 0, "variants": {"Variant A": 4, "Variant-A": 1}}}
    found = counts({"bucket": {"toggles": toggles}}, imported.snapshot)
    assert found == {("f", "Variant-A-2"): 4, ("f", "Variant-A"): 1, ("f", UNTOLD): 1}


def test_what_clients_do_not_answer_alike_is_not_asked() -> None:
    """For Node a parent without a variant has none of those wanted, for the others any."""
    named = default(constraint("userId", "IN", "7"), variants=[variant("v", 500, "x"), variant("w", 500, "x")])
    content = convert(client(feature("f", named, default()), feature("child", default()))).snapshot
    child = next(one for one in content["featureFlags"] if one["key"] == "child")
    for wanted, reasons in (("v", (REASONS["need_variant"],)), ("on", (REASONS["need_variant"],)), (None, None)):
        child["prerequisites"] = [{"flag": "f"} | ({"variant": wanted} if wanted else {})]
        assert features(content).reasons.get("child") == reasons


def test_reports_count_who_was_on_without_a_variant() -> None:
    content = convert(client(feature("f", default(variants=[variant("v", 1000, "x")]), default()))).snapshot
    toggle = {"yes": 7, "no": 2, "variants": {"v": 3, "disabled": 5}}
    found = counts({"bucket": {"toggles": {"f": toggle}}}, content)
    assert found == {("f", "v"): 3, ("f", "on"): 3, ("f", "off"): 2, ("f", UNTOLD): 1}
