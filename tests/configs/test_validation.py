from __future__ import annotations

import copy
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from configs.validation.check import MOST_LISTED, MOST_PLACES, TOP_LEVEL, check_snapshot
from configs.validation.schemas import MOST_TOLD
from icontrol.kernel.problems import Problem, errors
from tests.configs.snapshots import GONE, REFERENCE, example, example_with

HALF = "\ud800"
PAGE = {"id": "new", "title": "New", "path": "#/new", "visible": True, "order": 9, "roles": []}
FLAG = "/featureFlags/2"
RULE = f"{FLAG}/rules/0"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
LIVE_KEY = "sk_live_" + "a1B2" * 6

Found = list[tuple[str, str]]

#: What is changed in the example → (pointer, code) of every problem that follows, in the order of the document.
WRONG: list[tuple[dict[str, Any], Found]] = [
    # Keywords of the schema
    ({"/theme": []}, [("/theme", "schema.type")]),
    ({"/pages/0/visible": "yes"}, [("/pages/0/visible", "schema.type")]),
    ({"/pages/0/path": 5}, [("/pages/0/path", "schema.type")]),
    ({"/pages/0/flag": None}, [("/pages/0/flag", "schema.type")]),
    ({"/tabs/0/label": GONE, "/tabs/0/order": GONE}, [("/tabs/0", "schema.required")] * 2),
    ({"/tabs/0/a~b": 1}, [("/tabs/0/a~0b", "schema.additionalProperties")]),
    ({"/tables/0/columns/0/type": "number"}, [("/tables/0/columns/0/type", "schema.enum")]),
    ({"/tables/0/columns/1/width": "wide"}, [("/tables/0/columns/1/width", "schema.pattern")]),
    ({"/layout/widths/sidebar": "1px;"}, [("/layout/widths/sidebar", "schema.pattern")]),
    ({"/pages/1/moduleId": "a b"}, [("/pages/1/moduleId", "schema.pattern")]),
    ({"/pages/1/moduleId": "a" * 129}, [("/pages/1/moduleId", "schema.pattern")]),
    ({"/pages/1/moduleId": "a\n"}, [("/pages/1/moduleId", "schema.pattern")]),
    ({"/pages/1/tenants": "some"}, [("/pages/1/tenants", "schema.pattern")]),
    ({"/pages/1/tenants": ["acme", "acme"]}, [("/pages/1/tenants", "schema.uniqueItems")]),
    ({"/pages/0/title": "  "}, [("/pages/0/title", "schema.pattern")]),
    ({"/pages/0/title": {}}, [("/pages/0/title", "schema.minProperties")]),
    ({"/pages/0/title": {"en": "a", "Français": "b"}}, [("/pages/0/title/Français", "schema.propertyNames")]),
    ({"/pages/0/title/fr": 5}, [("/pages/0/title/fr", "schema.type")]),
    ({"/featureFlags/1/rollout": 10_001}, [("/featureFlags/1/rollout", "schema.maximum")]),
    ({"/featureFlags/1/rollout": -1}, [("/featureFlags/1/rollout", "schema.minimum")]),
    ({"/featureFlags/1/rollout": 12.5}, [("/featureFlags/1/rollout", "schema.type")]),
    ({"/featureFlags/1/rollout": GONE}, [("/featureFlags/1", "schema.required")]),
    ({"/featureFlags/1/owner": "a" * 201}, [("/featureFlags/1/owner", "schema.maxLength")]),
    ({"/featureFlags/1/expiresAt": "tomorrow"}, [("/featureFlags/1/expiresAt", "schema.pattern")]),
    ({f"{RULE}/split": [{"variant": "small", "weight": 10_000}]}, [(RULE, "schema.not")]),
    ({f"{FLAG}/rules/1/split": []}, [(f"{FLAG}/rules/1/split", "schema.minItems")]),
    ({f"{RULE}/conditions/0/any": [{"segment": "staff"}]}, [(f"{RULE}/conditions/0", "schema.oneOf")]),
    ({f"{RULE}/conditions/0": {}}, [(f"{RULE}/conditions/0", "schema.oneOf")]),
    ({f"{RULE}/conditions/0": {"attribute": "plan"}}, [(f"{RULE}/conditions/0", "schema.required")]),
    (
        {f"{RULE}/conditions/0": {"attribute": "plan", "operator": "in"}},
        [(f"{RULE}/conditions/0", "schema.required")],
    ),
    (
        {f"{RULE}/conditions/0": {"attribute": "plan", "operator": "exists", "values": ["a"]}},
        [(f"{RULE}/conditions/0", "schema.not")],
    ),
    ({"/uiTokens/7/value": ""}, [("/uiTokens/7/value", "schema.minLength")]),
    ({"/uiTokens/7/value": None}, [("/uiTokens/7/value", "schema.type")]),
    ({"/uiTokens/0/cssVar": "accent"}, [("/uiTokens/0/cssVar", "schema.pattern")]),
    (
        {"/roles/0/permissions/0": "read orders"},
        [("/roles/0/permissions/0", "reference.missing"), ("/roles/0/permissions/0", "schema.pattern")],
    ),
    # Addresses
    *(
        ({"/pages/0/path": path}, [("/pages/0/path", "schema.pattern")])
        for path in ("", "home", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a b", "/a\n", '/"', "/<")
    ),
    # Ids
    ({"/pages/-": {**PAGE, "id": "home"}}, [("/pages/3/id", "id.duplicate")]),
    ({"/uiTokens/1/key": "accent"}, [("/uiTokens/1/key", "id.duplicate")]),
    ({"/tables/0/columns/1/id": "ref"}, [("/tables/0/columns/1/id", "id.duplicate")]),
    ({f"{FLAG}/rules/1/id": "testers"}, [(f"{FLAG}/rules/1/id", "id.duplicate")]),
    ({f"{FLAG}/variants/-": {"key": "small", "value": 50}}, [(f"{FLAG}/variants/2/key", "id.duplicate")]),
    # Addresses of two pages
    ({"/pages/-": {**PAGE, "path": "#/home", "surface": "APP"}}, [("/pages/3/path", "path.duplicate")]),
    ({"/pages/-": {**PAGE, "path": "#/home"}}, [("/pages/3/path", "path.duplicate")]),
    (
        {"/pages/0/surface": GONE, "/pages/-": {**PAGE, "path": "#/home", "surface": "APP"}},
        [("/pages/3/path", "path.duplicate")],
    ),
    # References
    ({"/pages/0/roles": ["boss"]}, [("/pages/0/roles/0", "reference.missing")]),
    ({"/pages/0/permissions": ["read:all"]}, [("/pages/0/permissions/0", "reference.missing")]),
    ({"/pages/0/flag": "gone"}, [("/pages/0/flag", "reference.missing")]),
    ({"/tabs/0/flag": "gone"}, [("/tabs/0/flag", "reference.missing")]),
    ({"/tabs/1/targetPageId": "gone"}, [("/tabs/1/targetPageId", "reference.missing")]),
    ({"/tabs/1/pageId": "gone"}, [("/tabs/1/pageId", "reference.missing")]),
    ({"/tables/0/tabId": "gone"}, [("/tables/0/tabId", "reference.missing")]),
    ({"/tables/0/pageId": "home"}, [("/tables/0/tabId", "reference.mismatch")]),
    (
        {"/tables/0/pageId": "gone"},
        [("/tables/0/pageId", "reference.missing"), ("/tables/0/tabId", "reference.mismatch")],
    ),
    ({"/tables/0/actions/0/roles": ["boss"]}, [("/tables/0/actions/0/roles/0", "reference.missing")]),
    ({"/tables/0/actions/0/config/pageId": "gone"}, [("/tables/0/actions/0/config/pageId", "reference.missing")]),
    ({"/roles/0/permissions/-": "write:orders"}, [("/roles/0/permissions/1", "reference.missing")]),
    ({"/plans/0/pages/-": "gone"}, [("/plans/0/pages/2", "reference.missing")]),
    ({"/plans/0/roles/-": "boss"}, [("/plans/0/roles/2", "reference.missing")]),
    ({"/layout/menuOrder/-": "gone"}, [("/layout/menuOrder/2", "reference.missing")]),
    ({f"{RULE}/conditions/0/segment": "gone"}, [(f"{RULE}/conditions/0/segment", "reference.missing")]),
    (
        {f"{FLAG}/rules/1/conditions/1/any/1/not": {"segment": "gone"}},
        [(f"{FLAG}/rules/1/conditions/1/any/1/not/segment", "reference.missing")],
    ),
    (
        {"/segments/0/conditions/0/all/0/segment": "gone"},
        [("/segments/0/conditions/0/all/0/segment", "reference.missing")],
    ),
    (
        {"/permissions": GONE},
        [("/pages/1/permissions/0", "reference.missing"), ("/roles/0/permissions/0", "reference.missing")],
    ),
    (
        {"/segments/0/conditions": GONE, "/segments/0/private": True},
        [("/segments/0", "segment.conditions_missing")],
    ),
    (
        {"/segments/1/conditions/0": {"segment": "testers"}},
        [("/segments/0/conditions/0/all/0/segment", "segment.cycle")],
    ),
    # Flags
    ({f"{FLAG}/variants": GONE}, [(FLAG, "flag.variants_missing")]),
    ({f"{FLAG}/offVariant": GONE}, [(FLAG, "flag.variant_unknown")]),
    ({f"{FLAG}/defaultVariant": "huge"}, [(f"{FLAG}/defaultVariant", "flag.variant_unknown")]),
    ({f"{RULE}/variant": "huge"}, [(f"{RULE}/variant", "flag.variant_unknown")]),
    (
        {f"{FLAG}/rules/1/split/0/variant": "huge"},
        [(f"{FLAG}/rules/1/split/0/variant", "flag.variant_unknown")],
    ),
    ({f"{FLAG}/rules/1/split/0/weight": 7499}, [(f"{FLAG}/rules/1/split", "flag.variant_weights")]),
    ({f"{FLAG}/variants/0/value": "25"}, [(f"{FLAG}/variants/0/value", "flag.value_type")]),
    ({f"{FLAG}/variants/0/payload": {"value": "26"}}, [(f"{FLAG}/variants/0/payload/value", "flag.payload")]),
    (
        {"/featureFlags/1/prerequisites/0/flag": "gone"},
        [("/featureFlags/1/prerequisites/0/flag", "flag.prerequisite_missing")],
    ),
    (
        {"/featureFlags/1/prerequisites/0/variant": "maybe"},
        [("/featureFlags/1/prerequisites/0/variant", "flag.variant_unknown")],
    ),
    (
        {"/featureFlags/0/prerequisites": [{"flag": "refunds"}]},
        [("/featureFlags/1/prerequisites/0/flag", "flag.prerequisite_cycle")],
    ),
    (
        {"/featureFlags/1/enabledUntil": "2026-12-01T09:00:00+01:00"},
        [("/featureFlags/1/enabledUntil", "flag.window_empty")],
    ),
    ({"/featureFlags/1/expiresAt": "2027-02-30"}, [("/featureFlags/1/expiresAt", "date.invalid")]),
    ({f"{FLAG}/variants/0/value": 5}, [(f"{FLAG}/variants/0/value", "schema.minimum")]),
    ({f"{FLAG}/schema/$ref": "#"}, [(f"{FLAG}/schema/$ref", "schema.additionalProperties")]),
    (
        {f"{FLAG}/rules/1/conditions/0/values/0": "v1.4"},
        [(f"{FLAG}/rules/1/conditions/0/values/0", "condition.value")],
    ),
    (
        {"/segments/1/conditions/0": {"attribute": "ip", "operator": "inCidr", "values": ["10.0.0.0/99"]}},
        [("/segments/1/conditions/0/values/0", "condition.value")],
    ),
    (
        {
            "/segments/1/conditions/0": {
                "attribute": "x",
                "operator": "matches",
                "values": [f"a{n}" for n in range(201)],
            }
        },
        [("", "condition.patterns_many")],
    ),
    ({f"{FLAG}/rules/0/conditions": [{"segment": "staff"}] * 2001}, [(FLAG, "flag.damaged")]),
    (
        {
            f"{FLAG}/rules/0/conditions": [
                {"attribute": "x", "operator": "matches", "values": [f"(a|b)*a(a|b){{{n}}}c" for n in range(870, 900)]}
            ]
        },
        [(FLAG, "snapshot.too_much_work")],
    ),
    (
        {"/segments/1/conditions/0": {"attribute": "x", "operator": "in", "values": ["acme "]}},
        [("/segments/1/conditions/0/values/0", "condition.value_odd")],
    ),
    # Tokens
    ({"/uiTokens/0/value": "12px"}, [("/uiTokens/0/value", "token.value")]),
    ({"/uiTokens/7/value": "a}b"}, [("/uiTokens/7/value", "token.unsafe")]),
    # Sections
    ({"/policies": []}, [("/policies", "section.unknown")]),
    # Limits
    ({"/pages/0/order": 2**53}, [("/pages/0/order", "number.unsafe")]),
    ({"/theme/__proto__": {}}, [("/theme/__proto__", "key.forbidden")]),
    ({"/theme/constructor": {}}, [("/theme/constructor", "key.forbidden")]),
    ({"/theme/prototype": {}}, [("/theme/prototype", "key.forbidden")]),
    ({"/theme/motto": "a" * 65_537}, [("/theme/motto", "string.too_long")]),
    ({"/theme/motto": "a\0"}, [("/theme/motto", "string.nul")]),
    ({"/theme/motto": HALF}, [("/theme/motto", "string.surrogate")]),
    ({"/theme/words": dict.fromkeys(map(str, range(3_001)))}, [("/theme/words", "snapshot.too_many_keys")]),
    ({"/theme/motto": ["a" * 60_000] * 5}, [("", "snapshot.too_large")]),
    # Warnings
    ({"/pages/0/title": {"fr": "Accueil"}}, [("/pages/0/title", "text.untranslated")]),
    ({"/theme/brand/name": {"fr": "A", "en": " "}}, [("/theme/brand/name", "text.untranslated")]),
    ({"/tables/0/actions/0/config/key": LIVE_KEY}, [("/tables/0/actions/0/config/key", "secret.suspected")]),
    ({"/featureFlags/0/owner": GONE}, [("/featureFlags/0", "flag.owner_missing")]),
    ({"/featureFlags/1/expiresAt": "2026-11-01"}, [("/featureFlags/1/expiresAt", "flag.expired")]),
    ({f"{FLAG}/state": "OFF"}, [(f"{FLAG}/rules", "flag.rules_idle")]),
    ({f"{RULE}/conditions": []}, [(f"{FLAG}/rules/1", "flag.rule_unreachable")]),
]


def nested(levels: int) -> Any:
    value: Any = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


def found(problems: list[Problem]) -> Found:
    return [(problem.pointer, problem.code) for problem in problems]


def test_the_documented_example_has_no_problem_and_uses_every_section() -> None:
    assert check_snapshot(example(), now=NOW) == []
    assert {name: type(section) for name, section in example().items()} == TOP_LEVEL


def test_a_missing_section_is_an_empty_one() -> None:
    assert check_snapshot({}) == []


@pytest.mark.parametrize(("changes", "expected"), WRONG)
def test_each_mistake_is_found_where_it_is(changes: dict[str, Any], expected: Found) -> None:
    assert found(check_snapshot(example_with(changes), now=NOW)) == expected


def test_all_mistakes_are_told_at_once_in_the_order_of_the_document() -> None:
    document = example()
    document["pages"] += [{**PAGE, "id": f"p{number}", "path": f"/{number}", "visible": 1} for number in range(9)]
    document["tabs"][0]["pageId"] = "gone"
    document["uiTokens"][0]["value"] = "x"
    document["zoo"] = []
    assert found(check_snapshot(document)) == [
        *((f"/pages/{number}/visible", "schema.type") for number in range(3, 12)),
        ("/tables/0/tabId", "reference.mismatch"),
        ("/tabs/0/pageId", "reference.missing"),
        ("/uiTokens/0/value", "token.value"),
        ("/zoo", "section.unknown"),
    ]


@pytest.mark.parametrize("document", [None, True, 1, 1.5, "pages", [], [{}]])
def test_what_is_not_an_object_is_one_problem(document: Any) -> None:
    assert found(check_snapshot(document)) == [("", "schema.type")]


def test_a_missing_reference_names_its_target_and_the_likely_one() -> None:
    [problem] = check_snapshot(example_with({"/pages/0/roles": ["managr"]}))
    assert problem.target == ("roles", "managr")
    assert problem.message == {
        "en": "There is no role “managr” (did you mean “manager”?).",
        "fr": "Le rôle « managr » n'existe pas (vouliez-vous dire « manager » ?).",
    }


def test_a_mistyped_member_is_named_with_the_likely_one() -> None:
    [problem] = check_snapshot(example_with({"/tabs/1/targetPage": "home"}))
    assert problem.message["en"] == "“targetPage” is not known here (did you mean “targetPageId”?)."


def test_warnings_are_few_and_documented_as_such() -> None:
    warnings = {
        problem.code
        for changes, _ in WRONG
        for problem in check_snapshot(example_with(changes), now=NOW)
        if problem.severity == "warning"
    }
    warnings.add("flag.environment_unknown")  # tests/releases/api/test_environments.py
    advice = {
        "condition.value_odd",
        "flag.environment_unknown",
        "flag.owner_missing",
        "flag.expired",
        "flag.rules_idle",
        "flag.rule_unreachable",
    }
    assert warnings == {"text.untranslated", "secret.suspected"} | advice
    text = REFERENCE.read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z_.]+)` \| warning \|", text, re.MULTILINE)) == warnings


def test_the_default_language_decides_what_is_untranslated() -> None:
    document = example_with({"/pages/0/title": {"fr": "Accueil"}})
    assert found(check_snapshot(document, default_locale="fr")) == []
    assert {code for _, code in found(check_snapshot(document, default_locale="de"))} == {"text.untranslated"}


def test_a_pattern_of_permissions_refers_to_nothing() -> None:
    assert check_snapshot(example_with({"/roles/0/permissions": ["*", "none:*"]})) == []


def test_one_address_on_two_surfaces_and_none_on_many_pages() -> None:
    more = [{**PAGE, "path": "#/home", "surface": "CP"}, {**PAGE, "id": "x", "path": None}]
    assert check_snapshot(example_with({"/pages": [*example()["pages"], *more]})) == []


@pytest.mark.parametrize(("levels", "fits"), [(32, True), (33, False), (100_000, False)])
def test_depth_is_checked_without_recursion(levels: int, fits: bool) -> None:
    codes = {problem.code for problem in check_snapshot({"theme": nested(levels - 1)})}
    assert codes == (set() if fits else {"snapshot.too_deep"})


def test_the_size_is_that_of_compact_utf8() -> None:
    document = {"theme": {"a": "é" * 50, "b": [1, 2]}}
    size = len(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())
    assert check_snapshot(document, max_bytes=size) == []
    assert found(check_snapshot(document, max_bytes=size - 1)) == [("", "snapshot.too_large")]


@pytest.mark.parametrize(
    ("number", "safe"),
    [
        (2**53 - 1, True),
        (-(2**53) + 1, True),
        (2**53, False),
        (-(2**53), False),
        pytest.param(10**5000, False, id="five-thousand-digits"),
        (1e16, False),
        (1e21, True),
        (float("inf"), False),
        (float("nan"), False),
        (0.1, True),
        (True, True),
    ],
)
def test_numbers_that_clients_would_read_differently(number: Any, safe: bool) -> None:
    assert ("number.unsafe" not in {p.code for p in check_snapshot({"theme": {"n": number}})}) == safe


def test_the_places_of_mistakes_are_bounded_as_a_text() -> None:
    """Each place repeats the keys above it: a thousand suspected secrets below three long ones made 200 MB."""
    key = "k" * 65_000
    secret = "sk_live_" + "a1" * 12
    problems = check_snapshot({"layout": {key: {key + "2": {key + "3": [secret] * 1010}}}})
    assert 1 < len(problems) < 10 and found(problems)[-1] == ("", "problems.more")
    assert sum(len(problem.pointer) for problem in problems) <= MOST_PLACES


def test_too_many_mistakes_are_summed_up_and_errors_come_first() -> None:
    document = {
        "pages": [{**PAGE, "id": f"p{n}", "path": f"/{n}", "title": {"fr": "x"}} for n in range(MOST_LISTED)],
        "tabs": [{"id": f"t{n}", "pageId": "gone", "label": "x", "visible": True, "order": 1} for n in range(20)],
    }
    problems = check_snapshot(document)
    assert len(errors(problems)) == 20
    assert found(problems)[-1] == ("", "problems.more")
    assert len(problems) == MOST_LISTED + 1 and problems[-1].severity == "warning"

    document["pages"] = [{} for _ in range(MOST_TOLD)]
    codes = {problem.code for problem in check_snapshot(document)}
    assert codes == {"schema.many", "problems.more"}


def documented_codes() -> set[str]:
    table = REFERENCE.read_text(encoding="utf-8").split("## Codes")[1].split("## Example")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {code for row in rows for code in re.findall(r"`([a-z_]+\.[A-Za-z_]+)`", row)}


def test_every_code_is_documented_and_every_documented_code_occurs() -> None:
    documents = [example_with(changes) for changes, _ in WRONG]
    documents += [{"theme": nested(40)}, {"pages": [{}] * 1_500}]
    schemas: list[dict[str, Any]] = [{"type": 5}, {"properties": {"pages": {}}}, {"$ref": "#"}]
    seen = {problem.code for document in documents for problem in check_snapshot(document, now=NOW)}
    seen |= {problem.code for schema in schemas for problem in check_snapshot({}, extra_schema=schema)}
    own = {f"e{number}": {"state": "ON"} for number in range(17)}
    many = {"featureFlags": [{"key": "a", "type": "boolean", "state": "ON", "environments": own}]}
    seen |= {problem.code for problem in check_snapshot(many, environments=set)}
    assert seen == documented_codes()


def test_every_sentence_is_in_both_languages_and_holds_no_open_field() -> None:
    for changes, _ in WRONG:
        for problem in check_snapshot(example_with(changes), now=NOW):
            assert problem.message["en"].endswith(".") and problem.message["fr"].endswith(".")
            assert problem.message["en"] != problem.message["fr"]


def test_the_document_is_not_changed() -> None:
    document = example()
    schema: dict[str, Any] = {"properties": {"extra": {}}}
    before = copy.deepcopy((document, schema))
    check_snapshot(document, extra_schema=schema)
    assert (document, schema) == before
