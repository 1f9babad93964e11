"""The commands that release, take back and look: answers, refusals, exit codes, both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from configs.models import ConfigVersion
from releases.ledger.chain import head_of
from releases.models import ClientKey, Environment, Release
from tests.factories import World, flag, snapshot
from tests.releases.commands import done, manage

FLAGS = [flag("a"), flag("b")]


@pytest.fixture
def live(world: World) -> World:
    """1.0.0 live in production (release 1), a policy (2), and an edited draft 1.0.1."""
    world.release(snapshot("home", "shop", "about", featureFlags=FLAGS))
    world.policy(latest="2.0.0", minSupported="1.0.0")
    world.edit(snapshot("home", "shop", "about", featureFlags=[flag("a", "ON", owner="x"), flag("b", "ON", owner="x")]))
    return world


def everything(world: World) -> tuple[Any, ...]:
    """What a dry run must leave alone."""
    return (
        Release.objects.count(),
        list(ConfigVersion.objects.order_by("pk").values_list("version", "state", "content", "edits", "based_on")),
        ConfigVersion.history.count(),
    )


# --- what they do -----------------------------------------------------------------------------------------------------


def test_publishing_the_draft_by_word_by_number_and_as_preview(live: World) -> None:
    result = done("publish", "draft", "--reason", " on  we go ")
    head = live.head()
    assert head is not None and live.live == "1.0.1"
    assert (head.serial, head.kind, head.reason) == (3, "publish", "on we go")
    assert re.fullmatch(r"cli(:.+)?", head.actor)
    assert "1.0.1 is live in icontrol/production: release 3." in result.out
    live.edit()
    done("publish", "1.0.2", "--reason", "go")
    assert live.live == "1.0.2"
    live.edit()
    done("preview", "--reason", "look")
    done("publish", "preview", "--reason", "go")
    assert live.live == "1.0.3"


def test_promotion_names_the_version_and_the_environment(live: World) -> None:
    done("publish", "1.0.0", "--environment", "staging", "--reason", "promoted")
    head = live.head(live.staging)
    assert head is not None and head.config_version is not None
    assert (head.serial, head.config_version.version) == (1, "1.0.0")
    assert live.live == "1.0.0"


def test_one_fix_alone_by_its_id(live: World) -> None:
    listed = done("diff", "--ids").out
    assert "[featureFlags/a/state]" in listed and "[featureFlags/b/state]" in listed
    done("publish", "draft", "--change", "featureFlags/a/state", "--reason", "the fix")
    head = live.head()
    assert head is not None and head.config_version is not None
    states = {item["key"]: item["state"] for item in head.config_version.document["featureFlags"]}
    assert states == {"a": "ON", "b": "OFF"}
    assert manage("publish", "draft", "--change", "featureFlags/zzz", "--reason", "x").code == 2


def test_publish_sets_the_client_versions_in_the_same_release(live: World) -> None:
    done("publish", "draft", "--latest", "3.0.0", "--min-supported", "2.5.0", "--reason", "go")
    head = live.head()
    assert head is not None and head.serial == 3
    assert (head.policy_set["default"]["latest"], head.policy_set["default"]["minSupported"]) == ("3.0.0", "2.5.0")
    live.edit()
    live.policy(latest="0.1.0", minSupported="0.1.0")
    done("publish", "draft", "--bump-latest", "--reason", "go")
    assert head_of(live.production).policy_set["default"]["latest"] == "1.0.2"


def test_a_yes_is_asked_for_and_taken(live: World) -> None:
    live.edit(snapshot("other"))
    refused = manage("publish", "draft", "--reason", "go")
    assert refused.code == 3 and refused.out == ""
    assert "release.shrinks" in refused.err and "add --confirm release.shrinks" in refused.err
    done("publish", "draft", "--reason", "go", "--confirm", "release.shrinks", "--confirm", "release.grows")
    assert live.live == "1.0.1"


def test_rollback_undo_and_back_again(live: World) -> None:
    done("publish", "draft", "--reason", "go")
    result = done("rollback", "--reason", "oops", "--expected-serial", 3)
    assert live.live == "1.0.0" and "1.0.0 is live again in icontrol/production: release 4." in result.out
    assert "policy" in result.out.lower()
    result = done("undo", "newest", "--reason", "no, it was right")
    assert live.live == "1.0.1"
    assert "Release 4 of icontrol/production" in result.out and "“oops”" in result.out
    done("rollback", "1.0.0", "--reason", "by name")
    done("rollback", "--to-serial", 5, "--reason", "by serial")
    assert live.live == "1.0.1"
    done("undo", 7, "--reason", "named")
    assert live.live == "1.0.0"


def test_preview_and_withdraw(live: World) -> None:
    result = done("preview", "--reason", "look")
    assert "1.0.1 is the preview of icontrol; the draft is 1.0.2 now." in result.out
    assert "1.0.1 is withdrawn" in done("withdraw", "--reason", "no").out
    assert ConfigVersion.objects.get(version="1.0.1").state == "withdrawn"
    assert manage("withdraw", "--reason", "again").code == 2


@pytest.mark.parametrize("to", ["live", "1.0.0", "history"])
def test_the_draft_is_brought_back(live: World, to: str) -> None:
    first = ConfigVersion.history.filter(version="1.0.1").order_by("history_id").first()
    named = f"history:{first.history_id}" if to == "history" else to
    assert named in done("history").out or to != "history"
    result = done("revert_draft", named, "--reason", "start again")
    assert "start again" in done("history").out
    assert live.draft.digest == ConfigVersion.objects.get(version="1.0.0").digest
    assert "has changed in 4 place(s)" in result.out and live.live == "1.0.0"
    assert "Nothing changes" in done("revert_draft", named).out


def test_status_says_what_is_live_who_when_why(live: World) -> None:
    said = done("status").out
    assert re.search(r"live +1\.0\.0, since release 1 \(published 2026-11-22 12:00:\d\d UTC by user:ada: “go”\)", said)
    assert "minimum 1.0.0 (hard), latest 2.0.0" in said
    assert "icontrol/production (default)" in said and "icontrol/staging" in said
    did = r"minimum version 0\.0\.0 → 1\.0\.0; latest version 0\.0\.0 → 2\.0\.0"
    assert re.search(rf"^ +2 .* version policy +1\.0\.0 +{did} +user:ada +policy$", said, re.MULTILINE)
    assert re.search(r"^ +1 .* published +1\.0\.0 +none → 1\.0\.0 +user:ada +go$", said, re.MULTILINE)
    assert "nothing" in said.partition("icontrol/staging")[2]
    assert "production" not in done("status", "--environment", "staging").out
    assert "en ligne" in done("status", "--language", "fr").out
    assert done("status", "--releases", 0, "--json").json["environments"][0]["releases"] == []
    assert done("status", "--releases", "9" * 30).out == said and done("history", "--limit", -1).out == ""


def test_a_dry_run_of_an_undo_changes_nothing(live: World) -> None:
    before = everything(live)
    said = done("undo", "newest", "--dry-run").out
    assert (
        "Release 2 of icontrol/production would be undone" in said and "what release 1 gave them, live: 1.0.0." in said
    )
    assert "serait annulée" in done("undo", 2, "--dry-run", "--language", "fr").out
    told = done("undo", 2, "--dry-run", "--json").json
    assert (told["dryRun"], told["undone"], told["like"]["serial"], told["like"]["version"]) == (True, 2, 1, "1.0.0")
    assert manage("undo", 1, "--dry-run").code == 3
    assert everything(live) == before


def test_status_as_it_was(live: World) -> None:
    done_at = [row.created_at.isoformat() for row in Release.objects.order_by("pk")]
    live.kill("a")
    live.publish()
    first, policy = (done("status", "--at", at) for at in done_at)
    assert "minimum 0.0.0" in first.out and "As served at" in first.out and "draft" not in first.out
    assert "minimum 1.0.0 (hard), latest 2.0.0" in policy.out and "killed" not in policy.out
    now = done("status", "--at", "2090-01-01T00:00:00Z", "--json").json["environments"][0]
    assert (now["live"], now["killSwitches"], now["since"]["summary"]["en"]) == ("1.0.1", ["a"], "1.0.0 → 1.0.1")
    assert now == done("status", "--json").json["environments"][0]
    before = done("status", "--at", "2001-01-01", "--json").json["environments"][0]
    assert (before["live"], before["serial"], before["releases"]) == (None, 0, [])
    for text in ("", "yesterday", "2026-13-01T00:00:00Z", "1" * 5000):
        refused = manage("status", "--at", text)
        assert refused.code == 2 and "is not a time such as" in refused.err
    assert "n'est pas un horodatage" in manage("status", "--at", "hier", "--language", "fr").err


def test_environments_keys_tokens(live: World, client: Client) -> None:
    done("create_environment", "integration", "--reason", "for the partners")
    made = Environment.history.get(key="integration")
    assert made.history_change_reason == "created: for the partners"
    assert manage("create_environment", "integration").code == 3
    assert manage("create_environment", "No Name").code == 2
    done("publish", "1.0.0", "--environment", "integration", "--reason", "its first")
    key = done("create_client_key", "the web", "--environment", "integration", "--surface", "APP")
    assert ClientKey.history.get().history_change_reason == "created"
    assert re.fullmatch(r"pk_[\w-]{20,}\n", key.out) and "icontrol/integration" in key.err
    answer = client.get("/meta/release", headers={"X-Client-Key": key.out.strip()})
    assert answer.json()["serial"] == 1
    assert client.get("/meta/release").json()["serial"] == 2


def test_standard_output_of_create_token_is_the_token(live: World, client: Client) -> None:
    result = done("create_token", "ci", "--role", "viewer", "--days", 2, "--language", "fr")
    assert re.fullmatch(r"ict_[\w-]{40,}\n", result.out)
    assert "Jeton ci : rôle viewer" in result.err
    bearer = {"Authorization": f"Bearer {result.out.strip()}"}
    assert client.get("/api/releases", headers=bearer).status_code == 200
    assert manage("create_token", "ci", "--role", "viewer").code == 3
    assert manage("create_token", "other", "--role", "root").code == 2
    assert manage("create_token", "other").code == 2
    done("revoke_token", "ci", "--reason", "lost")
    assert client.get("/api/releases", headers=bearer).status_code == 401
    assert manage("revoke_token", "ci", "--reason", "lost").code == 2


def test_the_demo_is_made_once(db: None, checkpoint_file: object) -> None:
    assert manage("status").code == 2
    assert len(done("demo", "--json").json["made"]) == 5
    assert done("demo", "--json").json == {"made": []}
    assert Release.objects.count() == 2


def test_the_demo_never_takes_a_draft_or_a_new_environment(world: World) -> None:
    world.edit()
    assert "not published" in done("demo").out
    assert Release.objects.count() == 0
    world.publish()
    world.edit()
    done("create_environment", "integration")
    assert done("demo", "--json").json == {"made": []}
    assert Release.objects.count() == 1


# --- what they refuse -------------------------------------------------------------------------------------------------

REFUSALS = [
    (("publish", "draft"), 2, "reason.required"),
    (("publish", "9.9.9", "--reason", "x"), 2, "version.unknown"),
    (("publish", "nonsense", "--reason", "x"), 2, "version.malformed"),
    (("publish", "1.0.0", "--reason", "x"), 3, "release.nothing_to_publish"),
    (("publish", "preview", "--reason", "x"), 2, "preview.none"),
    (("publish", "draft", "--reason", "x", "--expected-serial", "1"), 3, "publish.conflict"),
    (("publish", "draft", "--reason", "x", "--digest", "0" * 64), 3, "publish.digest_unknown"),
    (("publish", "draft", "--reason", "x", "--environment", "moon"), 2, "environment.unknown"),
    (("publish", "draft", "--reason", "x", "--application", "moon"), 2, "application.unknown"),
    (("rollback", "--reason", "x"), 3, "rollback.nothing_before"),
    (("rollback", "1.0.0", "--reason", "x"), 3, "rollback.already_live"),
    (("rollback", "--to-serial", "99", "--reason", "x"), 2, "release.unknown"),
    (("rollback", "--reason", "x", "--environment", "staging"), 2, "release.none"),
    (("rollback", "--reason", "x", "--expected-serial", "7"), 3, "publish.conflict"),
    (("rollback", "--dry-run"), 3, "rollback.nothing_before"),
    (("rollback", "--dry-run", "--expected-serial", "7"), 3, "publish.conflict"),
    (("undo", "1", "--reason", "x"), 3, "undo.not_newest"),
    (("undo", "2"), 2, "reason.required"),
    (("undo", "newest", "--reason", "x", "--environment", "staging"), 2, "release.none"),
    (("policy", "--min-supported", "9.0.0", "--reason", "x"), 2, "policy.unsatisfiable"),
    (("policy", "--min-supported", "9.0.0", "--dry-run"), 2, "policy.unsatisfiable"),
    (("policy", "--latest", "2.0.0", "--reason", "x"), 3, "policy.unchanged"),
    (("policy", "--latest", "2.0.0", "--dry-run"), 3, "policy.unchanged"),
    (("policy", "--latest", "v3", "--retry-after", "0", "--reason", "x"), 2, "policy.invalid"),
    (("policy", "--reason", "x"), 2, "command.unusable"),
    (("policy", "--platform", "ios"), 2, "command.unusable"),
    (("policy", "--file", "-", "--latest", "3.0.0", "--reason", "x"), 2, "command.unusable"),
    (("revert_draft", "9.9.9"), 2, "version.unknown"),
    (("revert_draft", "history:999999"), 2, "history.unknown"),
    (("revert_draft", "history:"), 2, "command.unusable"),
    (("revert_draft", "history:１"), 2, "command.unusable"),
    (("diff", "live", "preview"), 2, "preview.none"),
    (("diff", "--environment", "staging"), 2, "release.none"),
    (("export_config", "9.9.9"), 2, "version.unknown"),
    (("export_config", "--output", "/no/such/place"), 2, "command.unusable"),
    (("import_config", "/no/such/file"), 2, "command.unusable"),
    (("import_config", "--from", "icontrol", "/no/such/place"), 2, "import.refused"),
    (("verify_ledger", "--against", "/no/such/file"), 2, "command.unusable"),
    (("preview",), 2, "reason.required"),
    (("preview", "--reason", "\udcff"), 2, "command.unusable"),
    (("create_client_key", "web", "--surface", "S" * 65), 2, "label.malformed"),
    (("revert_draft", "history:999999999999999999"), 2, "history.unknown"),
    (("rollback", "--to-serial", "9" * 30, "--reason", "x"), 2, "release.unknown"),
    (("undo", "9" * 30, "--reason", "x"), 3, "undo.not_newest"),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code", "refusal"),
    REFUSALS,
    ids=lambda value: " ".join(value)[:50] if isinstance(value, tuple) else None,
)
def test_refusals_have_a_code_words_in_both_languages_and_no_effect(
    live: World, arguments: tuple[str, ...], code: int, refusal: str
) -> None:
    before = everything(live)
    english, french = manage(*arguments), manage(*arguments, "--language", "fr")
    assert (english.code, french.code) == (code, code)
    assert english.err.startswith("Refused: ") and f"[{refusal}]" in english.err and "\nNext: " in english.err
    assert french.err.startswith("Refusé : ") and f"[{refusal}]" in french.err and "\nQue faire : " in french.err
    assert english.err.splitlines()[1] != french.err.splitlines()[1]
    assert english.out == french.out == ""
    # At a console nobody sends an If-Match.
    for word in ("GET /", "POST /", "If-Match", "ETag"):
        assert word not in english.err
    # With --json the same as the API's problem document, and stderr as before.
    problem = manage(*arguments, "--json")
    assert (problem.code, problem.err) == (code, english.err)
    assert problem.json["type"] == f"urn:icontrol:problem:{refusal}"
    assert everything(live) == before


@pytest.mark.parametrize("arguments", [
    ("undo",), ("undo", "-1"), ("undo", "1.0"), ("undo", "１"), ("publish",), ("policy", "--maintenance", "perhaps"),
    ("export_config", "--live", "--draft"), ("export_config", "1.0.0", "--draft"), ("publish", "draft", "--env", "x"),
    ("import_config", "--from", "elsewhere", "x"), ("status", "--language", "de"),
])  # fmt: skip
def test_wrong_arguments_end_with_2(live: World, arguments: tuple[str, ...]) -> None:
    assert manage(*arguments).code == 2


def test_all_problems_are_told_each_with_its_place(live: World) -> None:
    content = snapshot("home", featureFlags=[flag("a", "PERHAPS"), flag("a")])
    content["pages"][0]["visible"] = "yes"
    live.edit(content)
    for arguments in (
        ("preview", "--reason", "x"),
        ("publish", "draft", "--reason", "x", "--confirm", "release.shrinks"),
    ):
        refused = manage(*arguments)
        assert refused.code == 2 and "[snapshot.invalid]" in refused.err
        for place in ("/pages/0/visible", "/featureFlags/0/state", "/featureFlags/1/key"):
            assert f"  {place}  " in refused.err


# --- dry runs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("arguments", [
    ("publish", "draft"), ("publish", "draft", "--change", "featureFlags/a/state"), ("rollback", "1.0.0"),
    ("rollback",), ("policy", "--min-supported", "1.5.0"), ("revert_draft", "1.0.0"), ("import_config", "FILE"),
])  # fmt: skip
def test_a_dry_run_says_what_would_be_and_changes_nothing(
    live: World, arguments: tuple[str, ...], language: str, tmp_path: Any
) -> None:
    live.publish()
    live.edit()
    live.edit(snapshot("home", "shop", "about", featureFlags=[flag("a"), flag("b", "ON")]))
    (tmp_path / "new.json").write_text('{"pages": []}')
    arguments = tuple(str(tmp_path / "new.json") if part == "FILE" else part for part in arguments)
    before = everything(live)
    result = done(*arguments, "--dry-run", "--language", language)
    assert ("nothing was changed" if language == "en" else "rien n'a été modifié") in result.out
    answer = done(*arguments, "--dry-run", "--json").json
    assert answer["dryRun"] is True and answer["changes"]
    assert everything(live) == before


def test_a_dry_run_ends_as_the_publication_would(live: World) -> None:
    ready = done("publish", "draft", "--dry-run")
    hint = re.search(r"--digest ([0-9a-f]{64}) --expected-serial (\d+)", ready.out)
    assert hint is not None and hint.groups() == (live.draft.digest, "2")
    live.edit(snapshot("other"))
    asked = manage("publish", "draft", "--dry-run", "--json")
    assert asked.code == 3 and "--confirm release.shrinks" in asked.err
    assert asked.json["publishable"] is True  # one object, the plan
    assert done("publish", "draft", "--dry-run", "--confirm", "release.shrinks").code == 0
    live.edit({"pages": [{"id": "half"}]})
    wrong = manage("publish", "draft", "--dry-run", "--confirm", "release.shrinks")
    assert wrong.code == 2 and "/pages/0" in wrong.err
    # What was looked at is not what is there now.
    assert manage("publish", "draft", "--reason", "x", "--digest", hint[1]).code == 3


# --- the same JSON as the API -----------------------------------------------------------------------------------------


def test_json_is_what_the_api_answers(live: World, client: Client) -> None:
    bearer = {"Authorization": f"Bearer {live.token('publisher')}"}

    def api(path: str) -> Any:
        answer = client.get(path, headers=bearer)
        assert answer.status_code == 200
        found = answer.json()
        found.pop("offers", None)  # a command offers nothing
        return found

    assert done("diff", "--json").json == api("/api/config/diff")
    assert done("policy", "--json").json == api("/api/policy")
    # Commands that take no environment name none: an application has one draft, one preview, one history.
    assert {**done("history", "--json").json, "environment": "production"} == api("/api/config/draft/history")
    assert done("export_config", "--json").json == api("/api/config/versions/live")
    plan = client.post(
        "/api/config/publish",
        {"digest": live.draft.digest, "dryRun": True},
        content_type="application/json",
        headers=bearer,
    ).json()
    told = done("publish", "draft", "--dry-run", "--json").json
    assert {key: told[key] for key in plan} == plan and told["environment"] == "production"
    published = done("publish", "draft", "--reason", "go", "--json").json
    assert published == {**api("/api/releases/3"), "warnings": []}
    rolled = done("rollback", "--reason", "x", "--json").json
    assert rolled == {**api("/api/releases/4"), "carriedOver": ["policies", "killSwitches"]}
    assert done("undo", 4, "--reason", "x", "--json").json == api("/api/releases/5")
    live.edit()
    previewed = done("preview", "--reason", "x", "--json").json
    assert {**previewed, "environment": "production"} == api("/api/config/preview")
    withdrawn = done("withdraw", "--reason", "x", "--json").json
    assert withdrawn["channel"] == "withdrawn" and "snapshot" not in withdrawn
    reverted = done("revert_draft", "live", "--json").json
    draft = api("/api/config/draft")
    assert {key: reverted[key] for key in draft} == draft and reverted["changed"] is True
    status = done("status", "--json").json
    assert status["environments"][0]["since"] == api("/api/releases/5")
    assert status["draft"]["version"] == draft["version"] and status["preview"] is None


# --- races ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "reader", "refusal"),
    [
        (("preview", "--reason", "x"), "preview.draft_of", "draft.stale"),
        (("revert_draft", "live"), "revert_draft.draft_of", "draft.stale"),
        (("import_config", "FILE"), "import_config.draft_of", "draft.stale"),
        (("publish", "draft", "--reason", "x"), "publish.find_version", "draft.stale"),
    ],
)
def test_who_saves_the_draft_after_it_was_read_wins(
    live: World, command: tuple[str, ...], reader: str, refusal: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """The other one comes exactly between the command's reading and its action."""
    module, _, name = reader.partition(".")
    path = f"releases.management.commands.{module}"
    real = getattr(__import__(path, fromlist=[name]), name)

    def read(*arguments: Any) -> Any:
        found = real(*arguments)
        live.edit()
        return found

    (tmp_path / "new.json").write_text("{}")
    monkeypatch.setattr(f"{path}.{name}", read)
    refused = manage(*(str(tmp_path / "new.json") if part == "FILE" else part for part in command))
    assert refused.code == 3 and f"[{refusal}]" in refused.err and "user:ada" in refused.err
    assert live.live == "1.0.0"


def test_who_changes_the_policy_after_it_was_read_wins(live: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(environment: Any) -> Release | None:
        found = head_of(environment)
        live.policy(latest="2.1.0")
        return found

    monkeypatch.setattr("releases.management.commands.policy.head_of", read)
    refused = manage("policy", "--latest", "2.2.0", "--reason", "x")
    assert refused.code == 3 and "[policy.stale]" in refused.err
