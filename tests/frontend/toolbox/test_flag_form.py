"""The form of a flag in a real browser: what somebody does there stands in the draft, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from configs.demo import demo_snapshot
from configs.drafts import draft_of
from tests.browsers import chromium, complaints_of, served, until
from tests.factories import World
from tests.releases.admin_pages import staff

pytestmark = pytest.mark.slow

SAVED = "document.querySelector('tb-app-view')?.draft.state === 'saved'"


def flag_of(snapshot: dict[str, Any], key: str) -> dict[str, Any]:
    [found] = [flag for flag in snapshot["featureFlags"] if flag["key"] == key]
    return found


def test_a_flag_goes_to_ten_percent_in_staging_only_gets_a_rule_and_is_tried(committed_world: World) -> None:
    world = committed_world
    world.release(demo_snapshot(), confirm=("release.grows", "release.shrinks"))
    editor = staff("editor", name="ed")
    with served() as address, chromium() as browser:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en")
        context.add_cookies([{"name": "sessionid", "value": editor.client.cookies["sessionid"].value, "url": address}])
        complaints = complaints_of(context)
        page = context.new_page()
        page.goto(f"{address}/toolbox/icontrol/#/featureFlags/express_delivery")
        page.wait_for_selector("tb-flag")
        page.keyboard.press("Control+e")
        page.get_by_role("button", name="staging").click()
        states = page.get_by_role("group", name="State", exact=True)
        states.get_by_role("button", name="Rollout").click()
        percent = page.get_by_label("Rollout in percent")
        percent.fill("10")
        percent.press("Tab")
        page.get_by_role("button", name="Give staging its own rules").click()
        page.get_by_role("button", name="Rule", exact=True).click()
        value = page.get_by_label("Add to Values of Tenant").last
        value.fill("acme, globex")
        value.press("Enter")
        until(page, SAVED)
        page.locator("[data-attribute=tenant]").fill("acme")
        until(page, "document.querySelectorAll('tb-flag-test .steps li').length > 1")
        answer, steps = page.locator(".answer").inner_text(), page.locator(".steps").inner_text()
        page.get_by_role("switch", name="rule-1 counts").click()
        until(page, "document.querySelector('.rule.off')")
        until(page, SAVED)
        assert complaints == []
    before = flag_of(demo_snapshot(), "express_delivery")
    after = flag_of(draft_of(world.application).document, "express_delivery")
    own = after.pop("environments")
    assert after == {name: value for name, value in before.items() if name != "environments"}
    assert own.keys() == before.get("environments", {}).keys() | {"staging"}
    assert (own["staging"]["state"], own["staging"]["rollout"]) == ("ROLLOUT", 1000)
    assert own["staging"]["rules"][-1] == {
        "id": "rule-1",
        "conditions": [{"attribute": "tenant", "operator": "in", "values": ["acme", "globex"]}],
        "variant": "on",
        "disabled": True,
    }
    assert "“acme”" in steps and "rule-1" in steps and answer.startswith("on")
