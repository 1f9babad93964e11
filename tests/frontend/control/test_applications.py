"""Applications, environments and the schema of extra sections in the control plane."""

from __future__ import annotations

import pytest

from configs.models import Application
from releases.models import Environment
from tests.factories import World
from tests.releases.admin_pages import Staff, staff


@pytest.fixture
def root(world: World) -> Staff:
    return staff("admin", name="root.a")


def test_an_application_and_its_first_environment(world: World, root: Staff) -> None:
    page = root.submit("/cp/applications/create", key="shop", name="The shop", default_locale="fr")
    assert "Application shop created." in page.text and "It has no environment yet" in page.text
    shop = Application.objects.get(key="shop")
    page = root.submit("/cp/environments/create", application=shop.pk, key="Lab 1")
    assert page.refusal == "name.malformed" and page.filled()["key"] == "Lab 1"
    root.submit("/cp/environments/create", application=shop.pk, key="lab")
    lab = Environment.objects.get(key="lab")
    assert lab.is_default and "/cp/shop/lab/keys" in root.open("/cp/applications").places
    assert "user:root.a" in root.open("/cp/edits?kind=environment").text
    assert root.submit("/cp/applications/create", key="shop", name="x").refusal == "name.taken"


def test_what_may_be_renamed(world: World, root: Staff) -> None:
    target = "/cp/applications/icontrol/settings"
    assert "key" not in root.open(target).filled()
    assert root.submit(target, name="Renamed", reason=" ").refusal == "reason.required"
    root.submit(target, name="Renamed", reason="a better name")
    world.application.refresh_from_db()
    assert (world.application.name, world.application.key) == ("Renamed", "icontrol")
    assert "→ Renamed" in root.open("/cp/edits?kind=application").text


def test_the_schema_of_the_extra_sections(world: World, root: Staff) -> None:
    target = "/cp/applications/icontrol/schema"
    for typed, code in (("{", "json.refused"), ("[]", "schema.invalid"), ('{"type": 7}', "schema.invalid")):
        page = root.submit(target, schema=typed, reason="sections")
        assert page.refusal == code and page.filled()["schema"] == typed
    two = '{"type": "object", "properties": {"a": {"type": 7}, "b": {"minLength": "x"}}}'
    problems = [item.text for item in root.submit(target, schema=two, reason="sections").all("li")]
    assert sum("/properties/a" in text for text in problems) and sum("/properties/b" in text for text in problems)
    sections = '{"type": "object", "properties": {"banners": {"type": "array"}}}'
    root.submit(target, schema=sections, reason="sections")
    application = Application.objects.get()
    assert "banners" in application.extra_schema
    entry = application.history.order_by("-history_id")[0]
    assert (entry.history_user_id, entry.history_change_reason) == ("user:root.a", "sections")
    # Somebody else's form, opened before that: what was read stays what was read, however often it is sent.
    for _ in range(2):
        page = root.post(target, schema="{}", reason="mine", etag='"older"')
        assert page.refusal == "schema.stale" and 'value="&quot;older&quot;"' in page.html
    assert root.post(target, schema="{}", reason="mine").status == 428
    assert "banners" in Application.objects.get().extra_schema
