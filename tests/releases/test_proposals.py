"""One gate before every append: what a proposal is named by, and that nothing goes past it."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from configs.models import ConfigVersion
from icontrol.kernel.entity_tags import entity_tag
from icontrol.kernel.refusals import Refusal
from releases import actions, proposals
from releases.flag_life import NO_CHANGES
from releases.ledger.kinds import RELEASE_KINDS
from releases.models import Release
from releases.policies import policy_revision, stored_policies
from releases.proposals import Proposal, propose
from releases.publishing import Selection
from releases.serialization.releases import show_plan
from tests.factories import ADA, World, actor, flag, snapshot, tag
from tests.releases.admin_pages import staff
from tests.releases.api.helpers import Api, ok
from tests.releases.commands import manage

ROOT = Path(__file__).parents[2]
APPS = ("configs", "flags", "frontend", "icontrol", "releases")


@pytest.fixture
def live(world: World) -> World:
    """Two versions, one kill; the draft has a third page, and each kind of release is possible."""
    flags = [flag("a", "ON"), flag("b", "ON")]
    world.release(snapshot("home", featureFlags=flags))
    world.release(snapshot("home", "shop", featureFlags=flags))
    world.kill("b")
    world.edit(snapshot("home", "shop", "news", featureFlags=flags))
    return world


@pytest.fixture
def proposed(monkeypatch: pytest.MonkeyPatch) -> list[Proposal]:
    """What comes to the gate. It refuses all of it, so every door finds the same state."""
    found: list[Proposal] = []

    def refuse(proposal: Proposal, **_: Any) -> None:
        found.append(proposal)
        raise Refusal("write.conflict")

    monkeypatch.setattr(proposals, "release", refuse)
    return found


def test_every_door_proposes_the_same(live: World, proposed: list[Proposal]) -> None:
    api, person = Api(live), staff("publisher", name="ada.p")
    draft, head = live.draft, live.head()
    older = ConfigVersion.objects.get(version="1.0.0").pk
    policies = {"default": {**head.policy_set["default"], "latest": "9.0.0"}}
    page: dict[str, Any] = {"environment": "production", "serial": head.serial, "reason": "x"}
    form = {
        "policies": json.dumps(policies),
        "etag": entity_tag(policy_revision(head.policies)),
        "reason": "x",
        "step": "save",
    }
    read = {"etag": tag(draft), "digest": draft.digest}
    doors: dict[str, list[Callable[[], Any]]] = {
        "publish": [
            lambda: api("POST", "/api/config/publish", {"reason": "x"}, if_match=tag(draft)),
            lambda: person.send("configs_configversion_publish", draft.pk, **page, **read),
            lambda: manage("publish", "draft", "--reason", "x"),
        ],
        "rollback": [
            lambda: api("POST", "/api/config/rollback", {"reason": "x"}),
            lambda: person.send("configs_configversion_rollback", older, **page),
            lambda: manage("rollback", "--reason", "x"),
        ],
        "undo": [
            lambda: api("POST", "/api/releases/undo", {"serial": head.serial, "reason": "x"}),
            lambda: person.post("/cp/icontrol/production/undo", **page),
            lambda: manage("undo", "newest", "--reason", "x"),
        ],
        "policy": [
            lambda: api(
                "PUT",
                "/api/policy",
                {"policies": policies, "reason": "x"},
                if_match=entity_tag(policy_revision(head.policies)),
            ),
            lambda: person.post("/cp/icontrol/production/policy", **form),
            lambda: manage("policy", "--latest", "9.0.0", "--reason", "x"),
        ],
        "kill": [
            lambda: api("POST", "/api/flags/a/kill", {"reason": "x"}),
            lambda: person.post("/cp/icontrol/production/flags/a/kill", **page),
            lambda: manage("kill", "a", "--reason", "x"),
        ],
        "lift": [
            lambda: api("POST", "/api/flags/b/lift", {"reason": "x"}),
            lambda: person.post("/cp/icontrol/production/flags/b/lift", **page),
            lambda: manage("lift", "b", "--reason", "x"),
        ],
    }
    assert doors.keys() == RELEASE_KINDS.keys()
    for kind, ways in doors.items():
        proposed.clear()
        answers = [way() for way in ways]
        assert [proposal.kind for proposal in proposed] == [kind] * 3, answers
        assert len({proposal.digest for proposal in proposed}) == 1
    assert live.head().serial == head.serial


def test_a_dry_run_names_what_a_publish_then_appends(live: World, monkeypatch: pytest.MonkeyPatch) -> None:
    api, etag = Api(live), tag(live.draft)
    named = ok(api("POST", "/api/config/publish", {"dryRun": True, "bumpLatest": True}, if_match=etag))["proposal"]
    appended: list[str] = []
    release = proposals.release

    def watched(proposal: Proposal, **more: Any) -> Any:
        appended.append(proposal.digest)
        return release(proposal, **more)

    monkeypatch.setattr(proposals, "release", watched)
    ok(api("POST", "/api/config/publish", {"reason": "x", "bumpLatest": True}, if_match=etag))
    assert appended == [named]


def test_what_cannot_be_published_has_no_name(live: World) -> None:
    live.edit(snapshot("home", featureFlags=[flag("a", "MAYBE")]))
    plan = actions.plan_publish(live.production, Selection(read={live.draft.revision}), actor=ADA, now=live.tick())
    assert show_plan(plan, live.production)["proposal"] is None


def test_every_change_of_what_clients_get_is_another_proposal(live: World) -> None:
    """Content, policy, kills, kind, base and place; of the same things it is always the same one."""
    head, staging = live.head(), live.head(live.staging)
    one, two = ConfigVersion.objects.filter(state="published").order_by("pk")
    other = stored_policies({"default": {"latest": "9.0.0"}})
    base = Release.objects.get(environment=live.production, serial=head.serial - 1)
    found = [
        propose(head, "publish", config_version=one),
        propose(head, "publish", config_version=two),
        propose(head, "publish", config_version=live.draft),
        propose(head, "rollback", config_version=one),
        propose(head, "policy", policies=other),
        propose(head, "policy", policies=head.policies),
        propose(head, "kill", kill_switches="[]"),
        propose(head, "kill", kill_switches='["a","b"]'),
        propose(staging, "publish", config_version=one, policies=head.policies, kill_switches=head.kill_switches),
        propose(base, "publish", config_version=one, policies=head.policies, kill_switches=head.kill_switches),
    ]
    digests = [proposal.digest for proposal in found]
    assert len(set(digests)) == len(found)
    assert digests[0] == propose(live.head(), "publish", config_version=one, policies=head.policies).digest
    before = propose(head, "publish", config_version=live.draft).digest
    live.edit(snapshot("home", "else"))
    assert propose(head, "publish", config_version=live.draft).digest != before


def test_the_gate_asks_again_who_and_why(live: World) -> None:
    """Also of an action that would forget to."""
    kill = propose(live.head(), "kill", kill_switches='["a","b"]')
    for who, why, code in (("editor", "x", "permission.denied"), ("publisher", " ", "reason.required")):
        with pytest.raises(Refusal) as refusal:
            proposals.release(kill, flags=NO_CHANGES, reason=why, actor=actor(who), now=live.tick())
        assert refusal.value.code == code
    same = proposals.release(propose(live.head(), "kill"), flags=NO_CHANGES, reason="x", actor=ADA, now=live.tick())
    assert not same.changed and same.release == live.head()


def calls(tree: ast.AST, *names: str) -> list[str]:
    """Names by which a module calls one of these as a plain name or as a member of ``chain``, ``objects`` or so."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            text = ast.unparse(node.func)
            found += [text for name in names if text == name or text.endswith(f".{name}")]
    return found


def test_nothing_goes_past_the_gate() -> None:
    """``append`` of the ledger has one caller, and rows of the ledger are made in its module only."""
    appending, making = [], []
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            place = path.relative_to(ROOT).as_posix()
            if not any(
                isinstance(node, ast.ImportFrom) and node.module == "releases.models" for node in ast.walk(tree)
            ):
                continue  # another Release, or none
            appending += [place for name in calls(tree, "append") if name in ("append", "chain.append")]
            making += [place for _ in calls(tree, "Release", "Release.objects.create", "Release.objects.bulk_create")]
    assert appending == ["releases/proposals.py"]
    assert set(making) == {"releases/ledger/chain.py"}
