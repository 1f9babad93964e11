"""The files that people have of Unleash: whatever the form, the same content becomes the same flags, or is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from configs.importers import ImportRefused
from configs.importers.unleash import convert
from configs.importers.yaml_text import json_or_yaml
from tests.configs.unleash_files import client, constraint, default, feature, flags_of, rollout, variant

CSV = variant("a", 500, "007,1.50", "csv")
FEATURES = [
    feature("plain", default(), description="On"),
    feature("quarter", rollout(25, "g"), default(constraint("plan", "IN", "pro"), title="Pro")),
    feature("dealt", rollout(50, variants=[CSV, variant("b", 500, "x")]), variants=[]),
    feature("common", rollout(100, stickiness="userId"), variants=[variant("c", 1000, "[1]", "json")]),
    feature("empty"),
    feature("child", default(), dependencies=[{"feature": "plain", "enabled": True}]) | {"enabled": False},
]
Content = dict[str, Any]


def administered(source: Content, *environments: str, **without: Any) -> Content:
    """As ``/api/admin/projects/default/features/NAME`` answers, strategies in the order of its database."""
    strategies = [one | {"id": f"{n}", "sortOrder": n} for n, one in enumerate(source["strategies"])][::-1]
    place = {"enabled": source["enabled"], "type": "development", "sortOrder": 1, "strategies": strategies}
    place |= {"variants": source.get("variants", []), "lastSeenAt": None}
    return {
        **{name: source[name] for name in ("name", "description", "dependencies") if name in source},
        "type": "release",
        "project": "default",
        "stale": False,
        "archived": False,
        "favorite": False,
        "environments": [{"name": name, **place} for name in environments],
    }


def admin_list(features: list[Content], *environments: str) -> Content:
    listed = [administered(source, *(environments or ("production",))) for source in features]
    return {"version": 2, "features": listed}


def export(features: list[Content], *environments: str) -> Content:
    """As ``/api/admin/features-batch/export`` answers."""
    names = environments or ("production",)
    return {
        "features": [
            {"name": one["name"], "description": one.get("description"), "type": "release", "project": "default"}
            for one in features
        ],
        "featureStrategies": [
            strategy | {"featureName": one["name"], "environment": name, "id": f"{place}", "sortOrder": place}
            for one in features
            for name in names
            for place, strategy in enumerate(one["strategies"])
        ][::-1],
        "featureEnvironments": [
            {"featureName": one["name"], "environment": name, "name": one["name"], "enabled": one["enabled"]}
            | {"variants": one.get("variants", [])}
            for one in features
            for name in names
        ],
        "contextFields": [{"name": "plan", "stickiness": False, "sortOrder": 2, "legalValues": []}],
        "featureTags": [{"featureName": "plain", "tagType": "simple", "tagValue": "shop"}],
        "tagTypes": [{"name": "simple", "description": "", "icon": "#"}],
        "segments": [],
        "dependencies": [
            {"feature": one["name"], "dependencies": one["dependencies"]} for one in features if "dependencies" in one
        ],
    }


def wrapped(content: Content) -> Content:
    """The body that ``/api/admin/features-batch/import`` takes."""
    return {"project": "shop", "environment": "development", "data": content}


def through_yaml(content: Content) -> Content:
    unshared = json.loads(json.dumps(content))  # else PyYAML writes aliases
    found: Content = json_or_yaml(yaml.safe_dump(unshared, sort_keys=False).encode(), max_bytes=10**6)
    return found


FORMS: dict[str, Callable[..., Content]] = {
    "admin list": admin_list,
    "export": export,
    "import": lambda features, *names: wrapped(export(features, *names)),
    "import of a list": lambda features, *names: wrapped(admin_list(features, *names)),
    "yaml": lambda features, *names: through_yaml(export(features, *names)),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_what_the_clients_got(form: str) -> None:
    expected = convert(client(*FEATURES))
    found = convert(FORMS[form](FEATURES))
    assert flags_of(found) == flags_of(expected)
    assert not [entry for entry in found.report if entry.kind == "warning"]
    inside = "unleash#/data" if form.startswith("import") else "unleash#/"
    of_the_wrapping = ("unleash#/project", "unleash#/environment")
    assert all(entry.source.startswith(inside) or entry.source in of_the_wrapping for entry in found.report)


def test_one_feature_gives_what_the_list_gave() -> None:
    expected = flags_of(convert(client(*FEATURES[:-1])))
    for source in FEATURES[:-1]:
        assert flags_of(convert(administered(source, "production"))) == {source["name"]: expected[source["name"]]}
        assert flags_of(convert(source)) == {source["name"]: expected[source["name"]]}


@pytest.mark.parametrize("form", FORMS)
def test_several_environments_are_those_of_an_export(form: str) -> None:
    found = convert(FORMS[form](FEATURES, "Dev", "production"))
    assert flags_of(found) == flags_of(convert(export(FEATURES, "Dev", "production")))
    assert flags_of(found)["plain"]["environments"] == {"dev": {"state": "ON"}, "production": {"state": "ON"}}
    assert any("Dev → dev, production" in entry.message["en"] for entry in found.report)


def test_a_feature_that_an_environment_does_not_list_is_off_there() -> None:
    both = [administered(FEATURES[0], "dev", "production"), administered(FEATURES[4], "dev")]
    states = flags_of(convert({"features": both}))["empty"]["environments"]
    assert {name: own["state"] for name, own in states.items()} == {"dev": "ON", "production": "OFF"}


def bare(**more: Any) -> Content:
    """A place as the lists of newer versions have it."""
    return {"name": "production", "enabled": True, "type": "production", "sortOrder": 2, **more}


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ({"environments": [bare(hasStrategies=True, hasEnabledStrategies=True)]}, False),
        ({"environments": [bare()]}, False),
        ({"environments": [bare(strategies=None)]}, False),
        ({"environments": [bare(hasStrategies=False, variantCount=2)]}, False),
        ({"environments": [bare(strategies=[default()], variantCount=2)]}, False),
        ({"environments": [bare(hasStrategies=False, variantCount=0)]}, True),
        ({"environments": [bare(strategies=[default()], hasStrategies=True)]}, True),
        # What an admin's token gets from /api/client/features.
        ({"enabled": True}, False),
        ({"enabled": False}, False),
        ({"enabled": True, "strategies": []}, True),
        ({"enabled": True, "strategies": [default()], "environments": [bare(hasStrategies=True)]}, True),
    ],
)
def test_what_a_list_does_not_say_is_named_and_not_imported(source: Content, told: bool) -> None:
    content = {"version": 1, "features": [{"name": "checkout", **source}, feature("beside", default())]}
    found = convert(content)
    warned = [entry for entry in found.report if entry.kind == "warning"]
    assert ("checkout" in flags_of(found)) is told and flags_of(found)["beside"]["state"] == "ON"
    assert len(warned) == (0 if told else 1)
    if told:
        assert flags_of(found)["checkout"]["state"] == "ON"
    else:
        (entry,) = warned
        assert entry.source == "unleash#/features/0" and "“checkout” was not imported" in entry.message["en"]
        assert "« checkout » n'a pas été importée" in entry.message["fr"]


def test_the_environments_that_say_nothing_are_named() -> None:
    places = [bare(hasStrategies=True), bare(strategies=[default()]) | {"name": "dev"}]
    (warned,) = [
        entry
        for entry in convert({"features": [{"name": "f", "environments": places}]}).report
        if entry.kind == "warning"
    ]
    assert "strategies (production) are" in warned.message["en"]


def test_a_segment_of_which_an_export_tells_only_the_name_turns_its_flags_off() -> None:
    content = export([feature("f", default(segments=[1]))]) | {"segments": [{"id": 1, "name": "beta"}]}
    found = convert(content)
    assert flags_of(found)["f"]["state"] == "OFF"
    assert [entry.target for entry in found.report if entry.kind == "warning"] == ["featureFlags/f"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"data": []}, [("unleash#/data", "import.shape")]),
        ({"data": {}}, [("unleash#/data", "import.missing")]),
        (
            {"data": {"features": [{"name": 1}]}},
            [("unleash#/data/features/0", "import.missing"), ("unleash#/data/features/0/name", "import.shape")],
        ),
        ({"name": "f"}, [("unleash#", "import.missing")]),
        ({"name": "f", "environments": [{}]}, [("unleash#/environments/0", "import.missing")] * 2),
        (
            {"name": "f", "environments": [bare(strategies=[]), bare(strategies=[])]},
            [("unleash#/environments/1", "import.duplicate")],
        ),
        ({"features": ["f"]}, [("unleash#/features/0", "import.shape")]),
    ],
)
def test_what_has_none_of_the_forms_is_refused(content: Any, expected: list[tuple[str, str]]) -> None:
    with pytest.raises(ImportRefused) as caught:
        convert(content)
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == expected
