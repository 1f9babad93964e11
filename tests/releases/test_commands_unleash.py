"""``import_config --from unleash``: into the draft, beside what is there."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from configs.models import ConfigVersion
from releases.models import Release
from tests.configs.unleash_files import client, constraint, default, feature, rollout, variant
from tests.factories import World, flag, snapshot
from tests.releases.commands import done, manage

CONTENT = client(
    feature("checkout", rollout(25, segments=[1]), project="shop"),
    feature("banner", variants=[variant("red", 1, "#f00"), variant("blue", 1, "#00f")]),
    segments=[{"id": 1, "name": "beta", "constraints": [constraint("plan", "IN", "beta")]}],
)

#: As js-yaml writes it for Unleash's server.
STATE = """\
version: 3
features:
  - name: hero
    description: null
    createdAt: 2023-02-01T08:00:00.000Z
    archived: false
    variants: []
strategies: []
featureStrategies:
  - id: 4d9dc7a6
    featureName: hero
    environment: production
    strategyName: flexibleRollout
    parameters:
      rollout: '20'
      groupId: hero
      stickiness: userId
    constraints: []
featureEnvironments:
  - enabled: true
    featureName: hero
    environment: production
segments: []
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "features.json"
    path.write_text(json.dumps(CONTENT))
    return path


def test_flags_and_segments_come_in_and_the_rest_of_the_draft_stays(world: World, file: Path) -> None:
    world.edit(snapshot("home", featureFlags=[flag("ours"), {**flag("checkout"), "owner": "shop"}]))
    before = world.draft.document
    planned = done("import_config", "--from", "unleash", file, "--dry-run")
    assert world.draft.document == before and "would change" in planned.out
    said = done("import_config", "--from", "unleash", file)
    assert "Mapped (3)" in said.out and "Left out (2)" in said.out and "policy" not in said.out
    after = world.draft.document
    assert after["pages"] == before["pages"] and Release.objects.count() == 0
    assert [item["key"] for item in after["featureFlags"]] == ["banner", "checkout", "ours"]
    assert after["featureFlags"][1]["owner"] == "shop" and after["featureFlags"][1]["rules"][0]["rollout"] == 2500
    assert [item["id"] for item in after["segments"]] == ["beta"]
    history = ConfigVersion.history.count()
    assert "Rien ne change" in done("import_config", "--from", "unleash", file, "--language", "fr").out
    again = done("import_config", "--from", "unleash", file, "--json").json
    assert again["changed"] is False and again["changes"] == [] and len(again["report"]) == 8
    assert ConfigVersion.history.count() == history
    done("preview", "--reason", "fit to publish")


def test_a_file_comes_through_standard_input_and_may_be_wordy(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    wordy = client(
        feature("f", default(), lastSeenAt="x" * 60_000), *[feature(f"f{n}", noise="x" * 60_000) for n in range(20)]
    )
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps(wordy).encode())))
    assert "has changed" in done("import_config", "--from", "unleash", "-").out
    assert len(world.draft.document["featureFlags"]) == 21


def test_a_state_may_be_yaml(world: World, tmp_path: Path) -> None:
    path = tmp_path / "state.yml"
    path.write_text(STATE)
    assert "Mapped (1)" in done("import_config", "--from", "unleash", path).out
    (made,) = world.draft.document["featureFlags"]
    assert (made["key"], made["state"], made["rollout"], made["bucketBy"]) == ("hero", "ROLLOUT", 2000, "userId")


@pytest.mark.parametrize(
    ("text", "refusal", "pointer"),
    [
        ("{", "json.refused", ""),
        ("a: *b", "json.refused", "Line 1"),
        (STATE.replace("enabled: true", "enabled: yes"), "import.refused", "unleash#/featureEnvironments/0/enabled"),
        ("[]", "import.refused", "unleash#"),
        ('{"features": [{"name": "f", "enabled": "yes"}]}', "import.refused", "unleash#/features/0/enabled"),
        (json.dumps({"features": ["x" * 60_000] * 80}), "json.refused", ""),
    ],
    ids=["syntax", "alias", "yes", "list", "shape", "size"],
)
def test_what_is_no_unleash_file_is_refused(
    world: World, tmp_path: Path, text: str, refusal: str, pointer: str
) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(text)
    refused = manage("import_config", "--from", "unleash", path)
    assert refused.code == 2 and f"[{refusal}]" in refused.err and pointer in refused.err
    assert world.draft.edits == 0
    assert manage("import_config", "--from", "unleash", tmp_path / "absent.json").code == 2
