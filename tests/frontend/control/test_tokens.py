"""What programs and guests hold: API tokens, client keys, links to previews."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from releases.access import actions as access
from releases.access.authentication import actor_of_user
from releases.models import ApiToken, ClientKey, PreviewLink
from tests.factories import ADA, World, snapshot
from tests.releases.admin_pages import Staff, staff


@pytest.fixture
def root(world: World) -> Staff:
    return staff("admin", name="root.a")


def test_a_token_is_shown_once_and_works_until_it_is_revoked(world: World, root: Staff) -> None:
    world.release(snapshot("home"))
    page = root.submit("/cp/tokens/create", name="ci", role="viewer", days="7")
    (shown,) = page.all("pre", id="secret")
    program, bearer = Client(), {"Authorization": f"Bearer {shown.text}"}
    assert program.get("/api/releases", headers=bearer).status_code == 200
    assert "no-store" in page.response["Cache-Control"]
    token = ApiToken.objects.get()
    assert (token.name, token.role, token.created_by) == ("ci", "viewer", "user:root.a")
    assert (token.expires_at - timezone.now()).days in (6, 7)
    for place in ("/cp/tokens", "/cp/edits", f"/admin/releases/apitoken/{token.pk}/change/"):
        html = root.open(place).html
        assert "ci" in html and shown.text not in html and token.token_hash not in html
    page = root.submit(f"/cp/tokens/{token.pk}/revoke", reason="leaked")
    assert "“ci” is revoked." in page.text
    assert program.get("/api/releases", headers=bearer).status_code == 401
    token.refresh_from_db()
    entry = token.history.order_by("-history_id")[0]
    assert (token.revoked_by, entry.history_change_reason) == ("user:root.a", "leaked")
    again = root.post(f"/cp/tokens/{token.pk}/revoke", reason="again")
    assert again.refusal == "token.unknown" and not again.has_form
    assert root.open("/cp/tokens/999/revoke").refusal == "token.unknown"


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
    page = root.submit("/cp/tokens/create", **{"name": "new", "role": "editor", "days": "30", **typed})
    assert (page.status >= 400, page.refusal, page.has_form) == (True, refusal, True)
    assert page.filled()["days"] == typed.get("days", "30")
    assert ApiToken.objects.count() == 1


def test_the_list_says_why_a_token_no_longer_works(world: World, root: Staff) -> None:
    now, owner = timezone.now(), staff("admin", name="ada")
    access.create_token(name="old", role="viewer", days=1, actor=ADA, now=now - dt.timedelta(days=9))
    access.create_token(name="strong", role="admin", actor=actor_of_user(owner.user), now=now)
    access.create_token(name="fine", role="viewer", actor=ADA, now=now)
    owner.user.groups.set([Group.objects.get(name="editor")])
    page = root.open("/cp/tokens")
    assert "expired" in page.text and "its owner may less" in page.text and "never used" in page.text
    assert "old" not in root.open("/cp/tokens?state=active").text
    assert "fine" not in root.open("/cp/tokens?state=ended").text
    assert "Ask for less" in root.open("/cp/tokens?q=nothing").text


def test_empty_lists_say_what_to_do_next(world: World, root: Staff) -> None:
    assert "Create one for your pipeline" in root.open("/cp/tokens").text
    assert "Create one, and put it into" in root.open("/cp/icontrol/production/keys").text
    assert "Send a draft to preview first" in root.open("/cp/links").text


def test_a_client_key(world: World, root: Staff) -> None:
    keys = "/cp/icontrol/staging/keys"
    page = root.submit(f"{keys}/create", name="web", surface="APP")
    key = ClientKey.objects.get()
    assert (key.environment, key.name, key.surface) == (world.staging, "web", "APP")
    assert key.key in root.open(keys).text and key.key in page.text  # public: it may be read again
    assert key.key not in root.open("/cp/icontrol/production/keys").text
    assert root.open(f"/cp/icontrol/production/keys/{key.pk}/revoke").status == 404
    page = root.post(f"{keys}/{key.pk}/revoke", reason="")
    assert page.refusal == "reason.required" and ClientKey.objects.get().revoked_at is None
    root.submit(f"{keys}/{key.pk}/revoke", reason="retired")
    assert ClientKey.objects.get().revoked_at is not None and not root.open(f"{keys}/{key.pk}/revoke").has_form


def test_a_preview_link_opens_the_preview_and_is_revoked_by_an_editor(world: World) -> None:
    editor, create = staff("editor"), "/cp/links/create?application=icontrol"
    assert editor.open(create).refusal == "preview.none"
    world.edit(snapshot("home"))
    world.preview()
    assert create in editor.open("/cp/links").links
    assert editor.submit(create, hours="24", reason=" ").refusal == "reason.required"
    page = editor.submit(create, hours="24", reason="for QA")
    (shown,) = page.all("pre", id="secret")
    assert shown.text.startswith("http://127.0.0.1:8000/preview/")
    assert any(one.attributes["src"].startswith("data:image/svg+xml") for one in page.all("img"))
    path = shown.text.removeprefix("http://127.0.0.1:8000")
    assert Client().get(path).status_code == 200
    link = PreviewLink.objects.get()
    assert (link.created_by, link.expires_at - link.created_at) == ("user:editor", dt.timedelta(hours=24))
    revoke = f"/cp/links/{link.pk}/revoke"
    assert revoke in editor.open("/cp/links").places
    assert editor.submit(revoke, reason=" ").refusal == "reason.required"
    editor.submit(revoke, reason="QA is done")
    assert Client().get(path).status_code == 410
    assert "The link was revoked by user:editor." in editor.open("/cp/links").text
    assert "QA is done" in editor.open("/cp/edits?kind=link").text
