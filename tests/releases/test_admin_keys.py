"""Tokens, client keys, links, environments, schema and people in Django's admin."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from configs.models import Application
from releases.access import actions as access
from releases.models import ApiToken, ClientKey, Environment, PreviewLink
from tests.factories import ADA, World, snapshot
from tests.releases.admin_pages import Staff, staff


@pytest.fixture
def root(world: World) -> Staff:
    return staff("admin", name="root.a")


# What programs hold ---------------------------------------------------------------------------------------------------


def test_a_token_is_shown_once_and_works_until_it_is_revoked(world: World, root: Staff) -> None:
    world.release(snapshot("home"))
    page = root.fill("releases_apitoken_create", name="ci", role="viewer", days="7")
    (shown,) = page.all("pre", id="secret")
    program, bearer = Client(), {"Authorization": f"Bearer {shown.text}"}
    assert program.get("/api/releases", headers=bearer).status_code == 200
    assert "no-store" in page.response["Cache-Control"]
    token = ApiToken.objects.get()
    assert (token.name, token.role, token.created_by) == ("ci", "viewer", "user:root.a")
    assert (token.expires_at - timezone.now()).days in (6, 7)
    for name in ("change", "history"):
        html = root.get(f"releases_apitoken_{name}", token.pk).html
        assert shown.text not in html and token.token_hash not in html
    assert shown.text not in root.get("releases_apitoken_changelist").html

    page = root.fill("releases_apitoken_revoke", token.pk, reason="leaked")
    assert "“ci” is revoked." in page.text
    assert program.get("/api/releases", headers=bearer).status_code == 401
    token.refresh_from_db()
    assert (token.revoked_by, token.history.order_by("-history_id")[0].history_change_reason) == (
        "user:root.a",
        "leaked",
    )
    page = root.get("releases_apitoken_revoke", token.pk)
    assert not page.has_form
    assert root.send("releases_apitoken_revoke", token.pk, reason="again").refusal == "token.unknown"


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ({"name": "ci"}, "name.taken"),
        ({"name": "a\x07b"}, "label.malformed"),
        ({"name": ""}, None),
        ({"days": "367"}, None),
        ({"role": "root"}, None),
    ],
)
def test_a_token_that_is_not_made(world: World, root: Staff, typed: dict[str, str], refusal: str | None) -> None:
    access.create_token(name="ci", role="viewer", actor=ADA, now=world.tick())
    page = root.fill("releases_apitoken_create", **{"name": "new", "role": "editor", "days": "30", **typed})
    assert (page.status >= 400, page.refusal, page.has_form) == (True, refusal, True)
    assert page.filled()["days"] == typed.get("days", "30")
    assert ApiToken.objects.count() == 1


def test_a_client_key(world: World, root: Staff) -> None:
    page = root.fill("releases_clientkey_create", name="web", environment=world.staging.pk, surface="APP")
    key = ClientKey.objects.get()
    assert (key.environment, key.name, key.surface) == (world.staging, "web", "APP")
    assert key.key in page.text  # public: it may be read again
    page = root.send("releases_clientkey_revoke", key.pk, reason="")
    assert page.refusal == "reason.required" and ClientKey.objects.get().revoked_at is None
    root.fill("releases_clientkey_revoke", key.pk, reason="retired")
    assert ClientKey.objects.get().revoked_at is not None


def test_a_preview_link_opens_the_preview_and_is_revoked_by_an_editor(world: World) -> None:
    editor = staff("editor")
    assert editor.get("releases_previewlink_create").refusal == "preview.none"
    world.edit(snapshot("home"))
    world.preview()
    assert editor.fill("releases_previewlink_create", hours="24", reason=" ").refusal == "reason.required"
    page = editor.fill("releases_previewlink_create", hours="24", reason="for QA")
    (shown,) = page.all("pre", id="secret")
    assert shown.text.startswith("http://127.0.0.1:8000/preview/")
    path = shown.text.removeprefix("http://127.0.0.1:8000")
    assert Client().get(path).status_code == 200
    link = PreviewLink.objects.get()
    assert (link.created_by, link.expires_at - link.created_at) == ("user:editor", dt.timedelta(hours=24))
    assert "open" in editor.get("releases_previewlink_changelist").text
    assert editor.fill("releases_previewlink_revoke", link.pk, reason=" ").refusal == "reason.required"
    editor.fill("releases_previewlink_revoke", link.pk, reason="QA is done")
    assert "QA is done" in editor.get("releases_previewlink_history", link.pk).text
    assert Client().get(path).status_code == 410
    assert "The link was revoked by user:editor." in editor.get("releases_previewlink_changelist").text


def test_an_environment(world: World, root: Staff) -> None:
    page = root.fill("releases_environment_create", application=world.application.pk, key="Lab 1")
    assert page.refusal == "name.malformed" and page.filled()["key"] == "Lab 1"
    root.fill("releases_environment_create", application=world.application.pk, key="lab")
    lab = Environment.objects.get(key="lab")
    assert not lab.is_default and Environment.objects.get(key="production").is_default
    assert "user:root.a" in root.get("releases_environment_history", lab.pk).text


def test_the_schema_of_the_extra_sections(world: World, root: Staff) -> None:
    target = world.application.pk
    for typed, code in (("{", "json.refused"), ("[]", "schema.invalid"), ('{"type": 7}', "schema.invalid")):
        page = root.fill("configs_application_schema", target, schema=typed, reason="sections")
        assert page.refusal == code and page.filled()["schema"] == typed
    root.fill(
        "configs_application_schema",
        target,
        schema='{"type": "object", "properties": {"banners": {"type": "array"}}}',
        reason="sections",
    )
    application = Application.objects.get()
    assert "banners" in application.extra_schema
    entry = application.history.order_by("-history_id")[0]
    assert (entry.history_user_id, entry.history_change_reason) == ("user:root.a", "sections")
    # Somebody else's form, opened before that: what was read stays what was read, however often it is sent.
    for _ in range(2):
        page = root.send("configs_application_schema", target, schema="{}", reason="mine", etag='"older"')
        assert page.refusal == "schema.stale" and 'value="&quot;older&quot;"' in page.html
    assert root.send("configs_application_schema", target, schema="{}", reason="mine").status == 428
    assert "banners" in Application.objects.get().extra_schema


# People ---------------------------------------------------------------------------------------------------------------


def history_of(username: str) -> list[tuple[str, str | None]]:
    user = User.objects.get(username=username)
    rows = user.history.order_by("history_id")  # type: ignore[attr-defined]
    return [(row.history_user_id, row.history_change_reason) for row in rows]


def test_an_account_is_made_given_a_role_and_deactivated_with_the_actors_name(world: World, root: Staff) -> None:
    editor = Group.objects.get(name="editor").pk
    typed = {"username": "new.one", "usable_password": "true", "is_staff": "on", "groups": [editor]}
    page = root.send("auth_user_add", **typed, password1="correct-horse-9", password2="correct-horse-9")
    assert page.status == 302, page.text
    made = User.objects.get(username="new.one")
    assert made.is_staff and [group.name for group in made.groups.all()] == ["editor"]
    browser = Client()
    assert browser.login(username="new.one", password="correct-horse-9")

    publisher = Group.objects.get(name="publisher").pk
    root.send("auth_user_change", made.pk, username="new.one", is_staff="on", groups=[publisher])  # not active
    made.refresh_from_db()
    assert not made.is_active and browser.get("/admin/").status_code == 302
    assert {who for who, _ in history_of("new.one")} == {"user:root.a"}
    page = root.get("auth_user_history", made.pk)
    assert (
        "groups: editor → none" in page.text
        and "groups: none → publisher" in page.text
        and "active: yes → no" in page.text
    )
    assert (
        "groupes : aucun → publisher" in staff("admin", language="fr", name="fr").get("auth_user_history", made.pk).text
    )


def test_a_password_is_set_with_the_actors_name(world: World, root: Staff) -> None:
    User.objects.create_user("forgetful", password="correct-horse-1")
    pk = User.objects.get(username="forgetful").pk
    typed = {"usable_password": "true", "password1": "battery-staple-2", "password2": "battery-staple-2"}
    assert root.send("auth_user_password_change", pk, **typed).status == 302
    assert User.objects.get(pk=pk).check_password("battery-staple-2")
    assert history_of("forgetful")[-1] == ("user:root.a", "password changed")
    page = root.get("auth_user_history", pk)
    assert "battery" not in page.html and "pbkdf2" not in page.html and "md5$" not in page.html


def test_ones_own_password(world: World) -> None:
    eve = staff("viewer", name="eve")
    typed = {"old_password": "correct-horse-1", "new_password1": "battery-staple-2"}
    assert eve.post("/account", **typed, new_password2="battery-staple-2").status == 302
    assert history_of("eve")[-1][0] == "user:eve"


def test_only_a_superuser_changes_a_superuser(world: World, root: Staff) -> None:
    boss = User.objects.create_superuser("boss", password="correct-horse-1")
    root.send("auth_user_change", boss.pk, username="boss", is_staff="on")
    typed = {"usable_password": "true", "password1": "battery-staple-2", "password2": "battery-staple-2"}
    assert root.send("auth_user_password_change", boss.pk, **typed).status == 403
    boss.refresh_from_db()
    assert boss.is_active and boss.check_password("correct-horse-1")
    page = root.get("auth_user_change", boss.pk)
    assert page.status == 200 and not list(page.all("input", name="username"))


@pytest.mark.parametrize("forged", [{"is_superuser": "on"}, {"user_permissions": ["1", "2"]}])
def test_a_form_gives_no_more_than_a_role(world: World, root: Staff, forged: dict[str, str]) -> None:
    user = User.objects.create_user("plain", is_staff=True)
    root.send("auth_user_change", user.pk, username="plain", is_active="on", is_staff="on", **forged)
    user.refresh_from_db()
    assert not user.is_superuser and not user.user_permissions.exists()


def test_a_role_that_a_superuser_changes_has_the_name_in_its_history(world: World) -> None:
    boss = staff(None, name="boss")
    User.objects.filter(pk=boss.user.pk).update(is_superuser=True)
    group = Group.objects.get(name="viewer")
    first = group.permissions.first()
    assert first is not None
    assert boss.send("auth_group_change", group.pk, name="viewer", permissions=[first.pk]).status == 302
    assert group.permissions.count() == 1
    rows = group.history.order_by("-history_id")  # type: ignore[attr-defined]
    assert rows[0].history_user_id == "user:boss"
