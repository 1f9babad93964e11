"""What is offered succeeds, and what is not is refused with the code that the offer named: for each role, in each
state, over HTTP and on the pages."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from configs.drafts import version_of
from configs.models import ConfigVersion, Snapshot
from icontrol.front_door.pools import Pools
from icontrol.kernel import triggers
from icontrol.kernel.entity_tags import entity_tag
from releases.ledger.chain import head_of
from releases.ledger.kinds import EMERGENCIES, RELEASE_KINDS
from releases.offers import OF_STATE, of_environments, of_version
from releases.policies import CONFIRMABLE, policy_revision
from tests.factories import World, actor, flag, make_world, snapshot, tag
from tests.releases.admin_pages import Staff, staff
from tests.releases.api.helpers import Api, code, ok

_number = itertools.count(1)


def pages(*names: str, **more: Any) -> Any:
    """A content that no other world has, because contents are stored once."""
    content = snapshot(*names, **more)
    content["pages"][0]["title"]["en"] = f"Home {next(_number)}"
    return content


def one(world: World) -> None:
    world.release(pages("home"))


def two(world: World) -> None:
    one(world)
    world.release(pages("home", "shop"))


def taken_back(world: World) -> None:
    two(world)
    world.rollback()


def previewed(world: World) -> None:
    one(world)
    world.edit(pages("home", "news"))
    world.preview()


def withdrawn(world: World) -> None:
    previewed(world)
    world.edit(pages("home"))
    world.preview()  # of 1.0.2; 1.0.1 is withdrawn


def broken(world: World) -> None:
    one(world)
    world.edit(pages("home", featureFlags=[flag("a", "MAYBE")]))


def damaged(world: World) -> None:
    two(world)
    with triggers.lifted(connection):
        content = version_of(world.application, "1.0.0").content_id
        Snapshot.objects.filter(pk=content).update(deflated=Snapshot.of("{}").deflated)


def flags(world: World) -> None:
    world.release(pages("home", featureFlags=[flag("a", "ON")]))


def killed(world: World) -> None:
    flags(world)
    world.kill("a")


DRAFT, PREVIEW, POLICY, FLAG = "/api/config/draft", "/api/config/preview", "/api/policy", "/api/flags/a"
VERSION = "/api/config/versions/{}"
FIRST, SECOND, THIRD = (VERSION.format(f"1.0.{number}") for number in range(3))

#: state → (how it is reached, the answers whose offers are tried, those of a publisher that are refused)
STATES: dict[str, tuple[Callable[[World], Any], tuple[str, ...], dict[str, set[str]]]] = {
    "empty": (lambda _: None, (DRAFT, POLICY), {POLICY: {"release.none"}}),
    "edited": (lambda world: world.edit(pages("home")), (DRAFT,), {}),
    "policy first": (
        lambda world: world.policy(latest="2.0.0"),
        (POLICY,),
        {POLICY: {"release.none", "undo.nothing_before"}},
    ),
    "one release": (
        one,
        (DRAFT, FIRST, POLICY),
        {
            DRAFT: {"release.nothing_to_publish"},
            FIRST: {"release.nothing_to_publish", "rollback.already_live"},
            POLICY: {"rollback.nothing_before", "undo.nothing_before"},
        },
    ),
    "two releases": (two, (FIRST, POLICY), {}),
    "taken back": (
        taken_back,
        (FIRST, SECOND, POLICY),
        {FIRST: {"release.nothing_to_publish", "rollback.already_live"}, POLICY: {"rollback.nothing_before"}},
    ),
    "preview": (previewed, (PREVIEW, DRAFT, VERSION.format("draft")), {}),
    "withdrawn": (withdrawn, (SECOND, THIRD), {}),
    "broken": (
        broken,
        (DRAFT, VERSION.format("draft")),
        {DRAFT: {"snapshot.invalid"}, VERSION.format("draft"): {"snapshot.invalid"}},
    ),
    "damaged": (damaged, (POLICY,), {POLICY: {"rollback.damaged"}}),
    "flag": (flags, (FLAG,), {}),
    "killed": (killed, (FLAG,), {}),
}


@dataclass
class Try:
    """One offer of one answer, in a world of its own."""

    api: Api
    person: Staff
    role: str
    path: str
    offer: dict[str, Any]

    @property
    def world(self) -> World:
        return self.api.world

    @property
    def action(self) -> str:
        return str(self.offer["action"])

    def named(self) -> ConfigVersion | None:
        name = self.offer["version"]
        return version_of(self.world.application, name) if name else None

    def over_http(self) -> str | None:
        """The code of the refusal; None: done."""
        world, version = self.world, self.named()
        head, draft = world.head(), world.draft
        confirm = list(CONFIRMABLE)
        body: dict[str, Any] = {"reason": "x"}
        call: tuple[str, str, dict[str, Any], str | None]
        match self.action:
            case "publish" if version and version.state == "draft":
                call = "POST", "/api/config/publish", {**body, "confirm": confirm}, tag(draft)
            case "publish" if version:
                call = "POST", "/api/config/publish", {**body, "confirm": confirm, "version": version.version}, None
            case "rollback":
                to = {} if self.path == POLICY or not version else {"toVersion": version.version}
                call = "POST", "/api/config/rollback", {**body, **to}, None
            case "undo":
                call = "POST", "/api/releases/undo", {**body, "serial": max(head.serial, 1)}, None
            case "policy":
                call = "PUT", "/api/policy", {**body, "policies": {"default": {"latest": "7.0.0"}}}, head_etag(world)
            case "kill" | "lift":
                call = "POST", f"/api/flags/a/{self.action}", body, None
            case "preview":
                call = "POST", "/api/config/preview", body, tag(draft)
            case "preview_link":
                call = "POST", "/api/config/preview/links", body, None
            case "withdraw":
                call = "POST", "/api/config/preview/withdraw", body, None
            case "revert" if version:
                call = "POST", "/api/config/draft/revert", {**body, "to": version.version}, tag(draft)
        method, path, sent, if_match = call
        path += f"?application={world.application.key}"
        answer = self.api(method, path, sent, role=self.role, if_match=if_match)
        return None if answer.status_code in (200, 201) else code(answer)

    def on_a_page(self) -> str | None:
        """The same; the page would send what it showed."""
        world, version = self.world, self.named()
        head, draft = world.head(), world.draft
        typed: dict[str, Any] = {
            "environment": "production",
            "serial": head.serial,
            "reason": "x",
            "confirm": CONFIRMABLE,
            "etag": tag(draft),
        }
        match self.action:
            case "policy":
                policies = {"default": {**head.policy_set["default"], "latest": "7.0.0"}}
                typed = {"policies": json.dumps(policies), "etag": entity_tag(policy_revision(head.policies))}
                url = f"/cp/{world.application.key}/production/policy"
                page = self.person.post(url, **typed, reason="x", confirmed="production", step="save")
            case "undo":
                page = self.person.post(f"/cp/{world.application.key}/production/undo", **typed)
            case "kill" | "lift":
                url = f"/cp/{world.application.key}/production/flags/a/{self.action}"
                page = self.person.post(url, **typed)
            case "preview_link":
                url = f"{reverse('control-link-create')}?application={world.application.key}"
                page = self.person.post(url, hours=24, reason="x")
            case _:
                assert version is not None
                name = {"revert": "restore"}.get(self.action, self.action)
                typed["digest"] = version.digest
                page = self.person.send(f"configs_configversion_{name}", version.pk, **typed)
        assert page.refusal is not None or page.status in (200, 302), page.text
        return page.refusal


def head_etag(world: World) -> str:
    return entity_tag(policy_revision(world.head().policies))


def fresh(state: str) -> Api:
    world = make_world(key=f"w{next(_number)}", is_default=False)
    STATES[state][0](world)
    return Api(world)


def offers_in(state: str, role: str, person: Staff) -> Iterator[Try]:
    """What the answers offer to a role; nothing where it may not read the answer."""
    api = fresh(state)
    for path in STATES[state][1]:
        answer = api("GET", f"{path}?application={api.world.application.key}", role=role)
        if answer.status_code == 403:
            assert code(answer) == "permission.denied"
            continue
        for offer in ok(answer)["offers"]:
            yield Try(api, person, role, path, offer)


@pytest.mark.slow
@pytest.mark.parametrize("role", ["viewer", "editor", "publisher"])
@pytest.mark.parametrize("state", STATES)
def test_what_is_offered_succeeds_and_what_is_not_is_refused_as_it_says(db: None, state: str, role: str) -> None:
    person = staff(role)
    refused: dict[str, set[str]] = {}
    found = list(offers_in(state, role, person))
    for attempt in found:
        offer = attempt.offer
        assert (offer["code"] is None) == (offer["reason"] is None) == offer["offered"]
        assert offer["emergency"] == (attempt.action in ("rollback", "undo", "kill", "lift"))
        if not offer["offered"]:
            refused.setdefault(attempt.path, set()).add(offer["code"])
            assert attempt.over_http() == offer["code"], attempt
            if offer["version"] or attempt.action != "rollback":  # the pages go back to a version that they name
                assert attempt.on_a_page() == offer["code"], attempt
            continue
        for door in (Try.over_http, Try.on_a_page):
            assert door(replace(attempt, api=fresh(state))) is None, attempt
    if role == "publisher":
        assert refused == STATES[state][2]
    else:
        released = {attempt.path for attempt in found if attempt.action in RELEASE_KINDS}
        assert {path for path, codes in refused.items() if "permission.denied" in codes} == released


def test_every_action_and_every_refusal_is_tried() -> None:
    """So that a new one gets a state above."""
    assert {action for actions in OF_STATE.values() for action in actions} | {"undo", "policy", "kill", "lift"} == {
        *RELEASE_KINDS,
        "preview",
        "preview_link",
        "withdraw",
        "revert",
    }


@pytest.mark.parametrize("path", ["/meta/release", "/api/config", "/api/config/published"])
def test_clients_are_offered_nothing(world: World, path: str) -> None:
    world.release(snapshot("home"))
    assert "offers" not in ok(Api(world).ask(path))


def test_offers_cost_the_same_for_one_environment_and_for_many(world: World) -> None:
    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    world.publish("1.0.1", environment=world.staging)

    def queries(*heads: Any) -> list[int]:
        found, version = [], ConfigVersion.objects.get(version="1.0.0")
        for ask in (of_environments, lambda actor, heads: of_version(actor, version, heads)):
            with CaptureQueriesContext(connection) as captured:
                ask(actor("publisher"), heads)
            found.append(len(captured))
        return found

    both = head_of(world.production), head_of(world.staging)
    assert queries(both[0]) == queries(*both) == [3, 2]  # the second looks whether the content is damaged


def test_emergencies_have_threads_of_their_own() -> None:
    routes = {
        "rollback": reverse("rollback"),
        "undo": reverse("undo"),
        "kill": reverse("flag-kill", args=["a"]),
        "lift": reverse("flag-lift", args=["a"]),
    }
    assert routes.keys() == EMERGENCIES <= RELEASE_KINDS.keys()
    pools = Pools()
    assert {pools.choose("POST", path) for path in routes.values()} == {pools.emergencies}
    pools.close()
