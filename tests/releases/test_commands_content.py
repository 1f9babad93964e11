"""Import, export, version policy and verification at the console."""

from __future__ import annotations

import hashlib
import io
import json
import shlex
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from configs.models import ConfigVersion
from releases.gate.decision import Policy
from releases.ledger import checkpoints
from releases.management.commands.policy import Command as PolicyCommand
from releases.management.policies import as_options, given_fields
from releases.models import Release
from tests.configs.icontrol_files import REAL, real_files, small
from tests.factories import World, flag, snapshot
from tests.releases.commands import done, manage
from tests.releases.test_verify import by_hand

# --- import and export ------------------------------------------------------------------------------------------------


def test_what_is_exported_has_its_digest_and_can_be_imported(world: World, tmp_path: Path) -> None:
    world.release(snapshot("home", theme={"brand": {"name": "Café “Süd”"}}))
    text = done("export_config").out
    assert hashlib.sha256(text.encode()).hexdigest() == world.head().config_version.digest  # type: ignore[union-attr]
    world.edit(snapshot("home", "shop"))
    assert done("export_config", "--live").out == done("export_config", "1.0.0").out == text
    assert done("export_config", "--draft").out != text
    file = tmp_path / "live.json"
    said = done("export_config", "--output", file)
    assert file.read_bytes() == text.encode() and str(file) in said.out
    done("import_config", file)
    assert done("export_config", "--draft").out == text
    edits = world.draft.edits
    assert "Nothing changes" in done("import_config", file).out
    assert "Rien ne change" in done("import_config", file, "--language", "fr").out
    assert done("import_config", file, "--json").json["changed"] is False
    assert world.draft.edits == edits and Release.objects.count() == 1


def test_an_app_can_start_with_what_clients_get(world: World, client: Client) -> None:
    hidden = {"id": "staff", "conditions": [{"attribute": "email", "operator": "exists"}], "private": True}
    own = {"environments": {"production": {"state": "OFF"}, "elsewhere": {"state": "OFF"}}}
    flags = [flag("shop", "ON", description="not for clients"), flag("fine", "ON", **own)]
    world.release(snapshot("home", featureFlags=flags, segments=[hidden]))
    done("kill", "shop", "--reason", "on fire")
    made = json.loads(done("export_config", "--live", "--to", "clients").out)
    told = client.get("/api/config/published")
    assert made["document"] == told.json()
    assert made == made | {"version": "1.0.0", "serial": 2, "etag": told["ETag"]}
    assert f"{made['application']}/{made['environment']}" == told["X-Release-Environment"]
    draft = json.loads(done("export_config", "--draft", "--to", "clients").out)
    assert (draft["serial"], draft["version"]) == (0, "1.0.1")


def test_flags_can_be_taken_to_unleash(world: World, tmp_path: Path) -> None:
    world.release(snapshot("home", featureFlags=[flag("shop", "ON"), flag("fine", "ROLLOUT", rollout=1)]))
    said = done("export_config", "--to", "unleash")
    made = {feature["name"]: feature["enabled"] for feature in json.loads(said.out)["features"]}
    assert made == {"fine": False, "shop": True}
    assert "1 of 2 flags" in said.err and "Off in the file: fine. A share is not a whole percentage" in said.err
    file = tmp_path / "unleash.json"
    french = done("export_config", "1.0.0", "--to", "unleash", "--output", file, "--language", "fr")
    assert json.loads(file.read_text()) == json.loads(said.out) and french.out == ""
    assert "Inactif dans le fichier : fine." in french.err
    done("kill", "fine", "--reason", "on fire")
    killed = done("export_config", "--to", "unleash")
    assert "1 of 2 flags" in killed.err and "Off in the file" not in killed.err
    assert "Without its content in the file, as it is off anyway: fine. A share is not a whole" in killed.err


def test_a_snapshot_comes_through_standard_input(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    data = json.dumps(snapshot("piped")).encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    assert "has changed" in done("import_config", "-").out
    assert [page["id"] for page in world.draft.document["pages"]] == ["piped"]


def test_a_half_right_snapshot_is_kept_and_its_problems_are_listed(world: World, tmp_path: Path) -> None:
    file = tmp_path / "draft.json"
    file.write_text(json.dumps(snapshot("home", tabs=[{"id": "t", "pageId": "nowhere"}])))
    result = done("import_config", file)
    assert "/tabs/0/pageId" in result.out and "error(s) to repair" in result.out
    assert done("status", "--json").json["draft"]["errors"] > 0
    assert "erreur(s) à corriger" in done("import_config", file, "--language", "fr").out


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ('{"pages": [], "pages": []}', "json.refused"),
        ('{"pages": NaN}', "json.refused"),
        ("[" * 100_000, "json.refused"),
        ("\ufeff{}", "json.refused"),
        ("", "json.refused"),
        ('{"a": "' + "x" * 600_000 + '"}', "json.refused"),
        ("[]", "draft.shape"),
        ('{"pages": {}}', "draft.shape"),
        (json.dumps({"x": [{"y": "z" * 60_000} for _ in range(5)]}), "draft.too_large"),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_snapshot_is_refused(world: World, tmp_path: Path, text: str, refusal: str) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(text)
    refused = manage("import_config", file)
    assert refused.code == 2 and f"[{refusal}]" in refused.err
    assert world.draft.edits == 0
    assert manage("import_config", file, "--dry-run").code == 2


def write(files: dict[str, Any], directory: Path) -> Path:
    for name, content in files.items():
        (directory / name).write_text(json.dumps(content))
    return directory


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_report_names_everything_that_was_left_and_why(world: World, tmp_path: Path, language: str) -> None:
    directory = write(small(), tmp_path)
    entries = done("import_config", "--from", "icontrol", directory, "--json", "--dry-run").json["report"]
    said = done("import_config", "--from", "icontrol", directory, "--dry-run", "--language", language).out
    titles = {
        "en": {"mapped": "Mapped", "derived": "Derived", "warning": "Warnings", "left_out": "Left out"},
        "fr": {"mapped": "Repris", "derived": "Déduit", "warning": "Avertissements", "left_out": "Non repris"},
    }[language]
    for kind, title in titles.items():
        mine = [entry for entry in entries if entry["kind"] == kind]
        assert mine and f"{title} ({len(mine)})\n" in said
        for entry in mine:
            assert entry["message"][language] in said
            assert kind == "mapped" or f"  {entry['source']}" in said
    every = done("import_config", "--from", "icontrol", directory, "--dry-run", "-v", 2).out
    assert all(f"  {entry['source']}" in every for entry in entries)


def test_all_problems_of_the_files_are_told(world: World, tmp_path: Path) -> None:
    files = small()
    files["ROUTE_CATALOG.json"]["routes"][0]["status"] = 7
    files["feature_flags.default.json"]["flags"]["steam"] = {"state": "MAYBE"}
    refused = manage("import_config", "--from", "icontrol", write(files, tmp_path))
    assert refused.code == 2 and "[import.refused]" in refused.err
    assert "ROUTE_CATALOG.json#/routes/0/status" in refused.err
    assert "feature_flags.default.json#/flags/steam/state" in refused.err
    assert world.draft.edits == 0


def test_the_printed_policy_command_brings_the_imported_policy_into_force(world: World, tmp_path: Path) -> None:
    files = small()
    files["version_policy.default.json"] |= {
        "status": "MAINTENANCE", "min_version": "1.5.0", "latest_version": "2.0.0", "message": "-Don't “panic”\nnow",
        "safe_mode": True, "capabilities": ["a b", "-c"],
    }  # fmt: skip
    directory = write(files, tmp_path)
    place = ("--application", "icontrol", "--environment", "staging")
    first = done("import_config", "--from", "icontrol", directory, *place)
    assert Release.objects.count() == 0
    # As a shell would take it apart: the command is one line of a script, though the message has two.
    start = first.out.index("  manage.py policy")
    printed = shlex.split(first.out[start : first.out.index("--reason", start) + len("--reason Imported")])
    assert printed[:6] == ["manage.py", "policy", *place]
    done(*printed[1:])
    head = world.head(world.staging)
    assert head is not None
    policy = head.policy_set["default"]
    assert (policy["latest"], policy["minSupported"], policy["maintenance"]) == ("2.0.0", "1.5.0", True)
    assert (policy["maintenanceMessage"], policy["capabilities"]) == ("-Don't “panic”\nnow", ["a b", "-c"])
    history = ConfigVersion.history.count()
    again = done("import_config", "--from", "icontrol", directory, *place)
    assert "is in force in icontrol/staging already" in again.out and "Nothing changes" in again.out
    assert done("import_config", "--from", "icontrol", directory, *place, "--json").json["policyCommands"] == []
    assert ConfigVersion.history.count() == history


@pytest.mark.parametrize(
    ("minimum", "imported", "english", "french"),
    [
        ("1.0.0", "0.0.0", "falls from 1.0.0 to 0.0.0; those from 0.0.0 up to 1.0.0", "descend de 1.0.0 à 0.0.0"),
        ("1.0.0", "1.5.0", "rises from 1.0.0 to 1.5.0; those below 1.5.0", "passe de 1.0.0 à 1.5.0"),
        ("1.0.0", "1.0.0", "the minimum stays 1.0.0", "le minimum reste 1.0.0"),
        (None, "0.0.0", "the minimum stays 0.0.0", "le minimum reste 0.0.0"),
    ],
)
def test_it_says_in_words_what_the_imported_policy_would_change(
    world: World, tmp_path: Path, minimum: str | None, imported: str, english: str, french: str
) -> None:
    if minimum:
        world.policy(minSupported=minimum, latest="2.0.0")
    files = small()
    files["version_policy.default.json"] |= {"min_version": imported, "latest_version": "3.0.0"}
    directory = write(files, tmp_path)
    said = done("import_config", "--from", "icontrol", directory).out
    assert english in said and f"default: latest {'2.0.0' if minimum else '0.0.0'} → 3.0.0" in said
    assert french in done("import_config", "--from", "icontrol", directory, "--language", "fr").out


@real_files
def test_the_products_own_files(world: World) -> None:
    result = done("import_config", "--from", "icontrol", REAL, "--json").json
    assert len(result["snapshot"]["pages"]) == 50 and result["changed"] is True
    kinds = [entry["kind"] for entry in result["report"]]
    assert {kind: kinds.count(kind) for kind in kinds} == {"mapped": 217, "derived": 7, "warning": 11, "left_out": 21}
    text = done("export_config", "--draft").out
    done("import_config", "--from", "icontrol", REAL)
    assert done("export_config", "--draft").out == text
    done("preview", "--reason", "fit to publish")


# --- version policy ---------------------------------------------------------------------------------------------------


def policies(world: World) -> dict[str, Any]:
    head = world.head()
    assert head is not None
    return head.policy_set


def test_options_change_their_fields_and_no_others(world: World) -> None:
    world.policy(latest="2.0.0", minSupported="1.0.0", capabilities=["x"], url="https://example.com/")
    before = policies(world)["default"]
    said = done("policy", "--min-supported", "1.4", "--maintenance", "on", "--retry-after", 30, "--reason", "x").out
    assert "minSupported 1.0.0 → 1.4.0" in said and "maintenance false → true" in said
    after = policies(world)["default"]
    assert after == {**before, "minSupported": "1.4.0", "maintenance": True, "retryAfter": 30}
    done("policy", "--maintenance", "off", "--capability", "a", "--capability", "b", "--url", "", "--reason", "x")
    after = policies(world)["default"]
    assert (after["maintenance"], after["capabilities"], after["url"]) == (False, ["a", "b"], "")
    done("policy", "--capability", "", "--reason", "x")
    assert policies(world)["default"]["capabilities"] == []


def test_a_platform_of_its_own(world: World) -> None:
    world.policy(latest="2.0.0")
    done("policy", "--platform", "cli", "--scheme", "pep440", "--latest", "3.0rc1", "--reason", "a Python client")
    assert policies(world)["default"]["latest"] == "2.0.0"
    assert policies(world)["cli"] == {**Policy().as_json(), "scheme": "pep440", "latest": "3.0rc1"}
    assert "cli:" in done("policy", "--platform", "cli").out
    assert "default:" not in done("policy", "--platform", "cli").out


@pytest.mark.parametrize(("flag", "field"), [("--message", "message"), ("--maintenance-message", "maintenanceMessage")])
def test_a_message_in_one_language_keeps_the_others(world: World, flag: str, field: str) -> None:
    done("policy", flag, "Update", "--reason", "x")
    done("policy", f"{flag}-fr", "Mettez à jour", "--reason", "x")
    assert policies(world)["default"][field] == {"en": "Update", "fr": "Mettez à jour"}
    done("policy", f"{flag}-en", "", "--reason", "x")
    assert policies(world)["default"][field] == {"fr": "Mettez à jour"}
    done("policy", flag, "", "--reason", "x")
    assert policies(world)["default"][field] == ""


def test_a_file_replaces_the_policies_of_all_platforms(world: World, tmp_path: Path) -> None:
    done("policy", "--platform", "ios", "--latest", "1.0.0", "--reason", "x")
    file = tmp_path / "policies.json"
    file.write_text('{"default": {"latest": "1.2"}, "android": {}}')
    said = done("policy", "--file", file, "--reason", "x").out
    assert set(policies(world)) == {"default", "android"}
    assert "ios: removed" in said and "android: added" in said
    file.write_text('{"default": {"latest": 1}, "iOS": {"minimum": "1.0.0"}}')
    refused = manage("policy", "--file", file, "--reason", "x")
    assert refused.code == 2
    for place in ("/default/latest", "/iOS", "/iOS/minimum"):
        assert f"  {place}  " in refused.err
    file.write_text("{")
    assert "[json.refused]" in manage("policy", "--file", file, "--reason", "x").err


# Before Python 3.13 argparse drops a value that is "--", whatever option it belongs to.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20).filter(
    lambda text: text != "--"
)
MESSAGE = TEXT | st.fixed_dictionaries({}, optional={"en": TEXT.filter(bool), "fr": TEXT.filter(bool)}).filter(bool)
POLICIES = st.fixed_dictionaries(
    {},
    optional={
        "latest": st.just("2.0.0"),
        "minSupported": st.sampled_from(["1.0.0", "1.0.0-rc.1"]),
        "enforcement": st.sampled_from(["hard", "soft"]),
        "message": MESSAGE,
        "maintenanceMessage": MESSAGE,
        "url": st.sampled_from(["", "https://example.com/?a=b"]),
        "maintenance": st.booleans(),
        "retryAfter": st.integers(1, 86_400),
        "safeMode": st.booleans(),
        "capabilities": st.lists(TEXT.filter(bool), unique=True, max_size=4),
        "pollAfter": st.integers(1, 86_400),
        "scheme": st.sampled_from(["semver", "pep440"]),
    },
)


@given(POLICIES)
def test_printed_options_read_back_as_the_policy(policy: dict[str, Any]) -> None:
    command = ["policy", *as_options(policy, "ios")]
    assert shlex.split(shlex.join(command)) == command
    options = vars(PolicyCommand().create_parser("manage.py", "policy").parse_args(command[1:]))
    assert options["platform"] == "ios"
    assert given_fields(options, {}) == policy


# --- the ledger -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr"])
def test_verification_ends_with_2_only_where_trust_is_lost(world: World, tmp_path: Path, language: str) -> None:
    world.release(snapshot("home", featureFlags=[flag("a")]))
    world.release()
    checkpoints.record_all(acknowledged=True)
    assert done("verify_ledger", "--json").json == {
        "environments": ["icontrol/production", "icontrol/staging"],
        "releases": 2,
        "intact": True,
        "checkpoints": "compared",
        "findings": [],
    }
    copy = tmp_path / "copy.txt"
    copy.write_bytes((tmp_path / "ledger.txt").read_bytes().splitlines(keepends=True)[0])
    gap = done("verify_ledger", "--against", copy, "--language", language)
    assert "[checkpoint.behind]" in gap.out and gap.err == ""
    with by_hand():
        Release.objects.filter(serial=1).update(reason="another")
    lost = manage("verify_ledger", "--language", language)
    assert lost.code == 2 and "[ledger.edited]" in lost.err
    assert ("1 error(s)" if language == "en" else "1 erreur(s)") in lost.out
    assert manage("verify_ledger", "--environment", "production").code == 2
    assert done("verify_ledger", "--environment", "staging").err == ""
    told = manage("verify_ledger", "--json")
    assert told.code == 2 and told.json["intact"] is False


def test_a_database_that_was_emptied_is_not_intact(db: None, checkpoint_file: Path) -> None:
    assert done("verify_ledger").code == 0
    checkpoint_file.write_text(f"icontrol production 1 {'a' * 64}\n")
    assert manage("verify_ledger").code == 2


@pytest.mark.parametrize("loss", ["all", "the newest line"])
def test_lines_that_are_missing_end_with_2_unless_they_are_left_out(
    world: World, checkpoint_file: Path, loss: str
) -> None:
    world.release()
    world.policy(latest="2.0.0")
    checkpoints.record_all()
    if loss == "all":
        checkpoint_file.unlink()
    else:
        checkpoint_file.write_text(checkpoint_file.read_text().splitlines(keepends=True)[0])
    missed = manage("verify_ledger")
    assert missed.code == 2 and "--renew-checkpoints" in missed.err
    left_out = done("verify_ledger", "--no-checkpoints")
    assert left_out.err == "" and f"{checkpoint_file} was not compared" in left_out.out
    assert done("verify_ledger", "--no-checkpoints", "--json").json["checkpoints"] == "not compared"
    assert f"{checkpoint_file} a été" in done("verify_ledger", "--renew-checkpoints", "--language", "fr").out
    assert done("verify_ledger", "--json").json["checkpoints"] == "compared"


def test_a_file_that_contradicts_is_kept_and_written_anew(world: World, checkpoint_file: Path) -> None:
    world.release()
    old = f"icontrol production 9 {'a' * 64}\n"
    checkpoint_file.write_text(old)
    assert manage("verify_ledger").code == 2
    assert manage("verify_ledger", "--renew-checkpoints", "--environment", "production").code == 2
    told = done("verify_ledger", "--renew-checkpoints", "--json").json
    assert told["checkpoints"] == "renewed"
    [aside] = [file for file in checkpoint_file.parent.iterdir() if file != checkpoint_file and file.is_file()]
    assert aside.read_text() == old
    assert done("verify_ledger").err == ""


def test_a_ledger_that_was_edited_gets_no_new_file(world: World, checkpoint_file: Path) -> None:
    world.release()
    checkpoints.record_all()
    before = checkpoint_file.read_text()
    with by_hand():
        Release.objects.update(reason="another")
    told = manage("verify_ledger", "--renew-checkpoints", "--json")
    assert told.code == 2 and told.json["checkpoints"] == "not compared"
    assert checkpoint_file.read_text() == before and len(list(checkpoint_file.parent.iterdir())) == 1


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_for_terminals(world: World) -> None:
    world.release()
    checkpoints.record_all()
    assert done("verify_ledger").err == ""
    terminal = Terminal()
    call_command("verify_ledger", stdout=io.StringIO(), stderr=terminal)
    assert terminal.getvalue() == "\r1/1\n"
