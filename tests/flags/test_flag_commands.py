"""``manage.py flags`` and ``manage.py flag``."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace

import pytest
from django.utils import timezone

from flags import usage
from releases.delivery.live import read_live
from tests.factories import World, flag, snapshot
from tests.releases.commands import done, manage

RULE = {
    "id": "pro",
    "conditions": [{"attribute": "plan", "operator": "equals", "values": ["pro"]}],
    "variant": "on",
}


@pytest.fixture
def flagged(world: World) -> World:
    world.now = timezone.now()
    world.release(
        snapshot(
            featureFlags=[
                flag("search", "ROLLOUT", rollout=0, rules=[RULE], owner="ada"),
                flag("banner", "ON", expiresAt="2026-01-01"),
            ]
        )
    )
    return world


def test_the_table(flagged: World) -> None:
    usage.record_many(read_live(None), {("search", "on"): 1, ("search", "off"): 3})
    usage.flush()
    said = done("flags").out
    assert "search  ROLLOUT  ada" in said and "25.0%" in said and "Its expiry date has passed." in said
    assert "asks for all flags at once" in said
    french = done("flags", "--stale", "--language", "fr").out
    assert "banner" in french and "search" not in french and "Sa date d'expiration est passée." in french
    found = done("flags", "--json").json
    assert [one["key"] for one in found["flags"]] == ["banner", "search"] and found["environment"] == "production"
    assert [one["key"] for one in done("flags", "--json", "--stale").json["flags"]] == ["banner"]


def test_an_empty_environment_and_one_without_flags(flagged: World) -> None:
    nothing = manage("flags", "--environment", "staging")
    assert nothing.code == 2 and "release.none" in nothing.err
    flagged.release(snapshot(), environment=flagged.staging, confirm=["release.shrinks"])
    assert "no flags" in done("flags", "--environment", "staging").out


def test_why_does_this_tenant_see_it(flagged: World, monkeypatch: pytest.MonkeyPatch) -> None:
    said = done("flag", "search", "--tenant", "acme", "--context", '{"plan": "pro"}').out
    assert "Rule “pro”" in said and "Result: “on”" in said
    assert "Résultat" in done("flag", "search", "--tenant", "acme", "--language", "fr").out
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b'{"plan": "pro"}')))
    found = done("flag", "search", "--context", "-", "--json").json
    assert (found["variant"], found["ruleId"], found["channel"]) == ("on", "pro", "live")


def test_the_context_means_what_it_means_to_openfeature_s_clients(
    flagged: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = '{"targetingKey": "acme", "plan": "pro", "seats": 12345678901234567890}'
    assert done("flag", "search", "--context", large, "--json").json["variant"] == "on"
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(large.encode())))
    assert done("flag", "search", "--context", "-", "--json").json["variant"] == "on"
    # Who has a tenant has a bucket.
    assert done("flag", "search", "--context", '{"targetingKey": "acme"}', "--json").json["reason"] == "SPLIT"
    wrong = manage("flag", "search", "--context", '{"targetingKey": 5}')
    assert wrong.code == 2 and "evaluation.bad_context" in wrong.err


def test_the_draft_can_be_asked_before_it_is_published(flagged: World) -> None:
    flagged.edit(snapshot(featureFlags=[flag("later", "ON")]))
    unknown = manage("flag", "later")
    assert unknown.code == 2 and "flag.unknown" in unknown.err
    assert done("flag", "later", "--draft", "--json").json["channel"] == "draft"


@pytest.mark.parametrize("given", ["[]", "5", "{", '{"a": NaN}', "nothing"])
def test_a_context_that_is_none(flagged: World, given: str) -> None:
    assert manage("flag", "search", "--context", given).code == 2
