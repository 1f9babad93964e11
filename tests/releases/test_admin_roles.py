"""Who sees what in Django's admin, and who may do what: for every role and every page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from configs.models import ConfigVersion
from releases.access import actions as access
from releases.models import ApiToken, AuditEvent, ClientKey, PreviewLink, Release
from tests.factories import ADA, World, flag, snapshot
from tests.releases.admin_pages import Page, Staff, staff

ROLES = ("viewer", "editor", "publisher", "admin")
FROM = {role: frozenset(ROLES[ROLES.index(role) :]) for role in ROLES}
NOBODY: frozenset[str] = frozenset()

#: Page → the roles that may open it. Every name in the admin's URLconf has a row here.
OPENS: dict[str, frozenset[str]] = {
    "index": FROM["viewer"] | {"none"},
    "jsi18n": FROM["viewer"] | {"none"},
    "auth_user_change": FROM["admin"],
    "auth_user_changelist": FROM["admin"],
    "auth_user_history": FROM["admin"],
    "configs_application_change": FROM["admin"],
    "configs_application_changelist": FROM["admin"],
    "configs_application_history": FROM["admin"],
    "configs_configversion_change": FROM["viewer"],
    "configs_configversion_changelist": FROM["viewer"],
    "configs_configversion_history": FROM["viewer"],
    "configs_configversion_preview": FROM["editor"],
    "configs_configversion_publish": FROM["publisher"],
    "configs_configversion_restore": FROM["editor"],
    "configs_configversion_restore_entry": FROM["editor"],
    "configs_configversion_rollback": FROM["publisher"],
    "configs_configversion_withdraw": FROM["editor"],
    "releases_auditevent_change": FROM["admin"],
    "releases_auditevent_changelist": FROM["admin"],
    "releases_apitoken_change": FROM["admin"],
    "releases_apitoken_changelist": FROM["admin"],
    "releases_apitoken_history": FROM["admin"],
    "releases_clientkey_change": FROM["admin"],
    "releases_clientkey_changelist": FROM["admin"],
    "releases_clientkey_history": FROM["admin"],
    "releases_environment_change": FROM["viewer"],
    "releases_environment_changelist": FROM["viewer"],
    "releases_environment_history": FROM["viewer"],
    "releases_previewlink_change": FROM["editor"],
    "releases_previewlink_changelist": FROM["editor"],
    "releases_previewlink_history": FROM["editor"],
    "releases_release_change": FROM["viewer"],
    "releases_release_changelist": FROM["viewer"],
}
#: Django's own, which need no row: they answer a form of the admin, or lead elsewhere.
ASIDE = {"login", "logout", "autocomplete", "view_on_site", "app_list"}


def names() -> set[str]:
    def walk(patterns: list[Any]) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns)
            elif isinstance(pattern, URLPattern) and pattern.name:
                yield pattern.name

    resolvers = [found for found in get_resolver().url_patterns if isinstance(found, URLResolver)]
    return set(walk(next(found for found in resolvers if found.namespace == "admin").url_patterns))


@pytest.fixture
def arguments(world: World) -> dict[str, tuple[Any, ...]]:
    """A world in which every page has something to show, and what its address needs."""
    world.release(snapshot("home", featureFlags=[flag("checkout", "ON")]))
    world.release(snapshot("home", "shop", featureFlags=[flag("checkout", "ON")]))
    world.edit()
    world.preview()
    live = ConfigVersion.objects.get(version="1.0.0")
    access.create_token(name="ci", role="viewer", actor=ADA, now=world.tick())
    access.create_client_key(world.production, name="web", actor=ADA, now=world.tick())
    access.create_preview_link(world.application, reason="look", actor=ADA, now=world.tick())
    User.objects.create_user("somebody")
    things = {
        "auth_user": User.objects.get(username="somebody").pk,
        "configs_application": world.application.pk,
        "configs_configversion": live.pk,
        "releases_apitoken": ApiToken.objects.get().pk,
        "releases_auditevent": AuditEvent.objects.latest("pk").pk,
        "releases_clientkey": ClientKey.objects.get().pk,
        "releases_environment": world.production.pk,
        "releases_previewlink": PreviewLink.objects.get().pk,
        "releases_release": Release.objects.order_by("pk").last().pk,  # type: ignore[union-attr]
    }
    found: dict[str, tuple[Any, ...]] = {}
    for name in OPENS:
        is_list = name.endswith(("_changelist", "_create", "_add")) or name.count("_") < 2
        model = next((key for key in things if name.startswith(f"{key}_")), None)
        found[name] = () if is_list or model is None else (things[model],)
    found["configs_configversion_restore_entry"] = (
        live.pk,
        ConfigVersion.history.order_by("history_id").first().history_id,
    )
    return found


def test_every_page_has_a_row_and_every_row_a_page() -> None:
    assert names() - ASIDE == set(OPENS)


def test_nothing_is_deleted_and_no_version_is_added() -> None:
    assert not [name for name in names() if "delete" in name]
    assert not [name for name in names() if name.endswith("_add")]


@pytest.mark.slow
@pytest.mark.parametrize("role", ["none", *ROLES])
def test_which_role_opens_which_page(role: str, arguments: dict[str, tuple[Any, ...]]) -> None:
    person = staff(None if role == "none" else role)
    for name, roles in OPENS.items():
        page = person.get(name, *arguments[name])
        if role in roles:
            assert page.status == 200, (name, page.text)
        else:
            assert (page.status, page.refusal) == (403, "permission.denied"), name


@pytest.mark.slow
def test_a_french_abbreviation_is_on_no_english_page(arguments: dict[str, tuple[Any, ...]]) -> None:
    english, french = staff("admin"), staff("admin", language="fr", name="fr")
    assert "n°" in french.open("/cp").text
    assert [name for name in OPENS if "n°" in english.get(name, *arguments[name]).text] == []


def test_a_stranger_is_asked_to_log_in(arguments: dict[str, tuple[Any, ...]]) -> None:
    User.objects.create_user("outsider", password="correct-horse-1")  # has an account, but is no staff
    for client in (Client(), Client()):
        for name, given in arguments.items():
            url = reverse(f"admin:{name}", args=given)
            response = client.get(url)
            assert response.status_code == 302 and response["Location"].startswith("/admin/login/"), name
        client.login(username="outsider", password="correct-horse-1")


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_a_forged_form_changes_nothing_for_who_may_not(role: str, arguments: dict[str, tuple[Any, ...]]) -> None:
    person, before = staff(role), counts()
    for name, roles in OPENS.items():
        if role in roles or not name.startswith(("configs_", "releases_")):
            continue
        page = person.send(name, *arguments[name], reason="because", environment="production", serial="3")
        assert page.refusal == "permission.denied", name
    assert counts() == before


def counts() -> list[int]:
    return [model.objects.count() for model in (Release, ApiToken, ClientKey, PreviewLink, User)] + [
        ConfigVersion.history.count(),
        ApiToken.objects.filter(revoked_at=None).count(),
    ]


def moves_offered(page: Page) -> set[str]:
    """The moves whose buttons a page shows."""
    return {
        name
        for name in ("preview", "publish", "rollback", "withdraw", "restore")
        for link in page.links
        if link.partition("?")[0].endswith(f"/{name}")
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("version", "role", "offered"),
    [
        ("draft", "editor", {"preview"}),
        ("draft", "publisher", {"preview", "publish"}),
        ("preview", "editor", {"withdraw", "restore"}),
        ("preview", "publisher", {"publish", "withdraw", "restore"}),
        ("withdrawn", "editor", {"restore"}),
        ("withdrawn", "publisher", {"restore"}),
        ("older", "viewer", set()),
        ("older", "editor", {"restore"}),
        ("older", "publisher", {"publish", "rollback", "restore"}),
        ("live", "publisher", {"publish", "restore"}),  # in staging: promotion
        ("live everywhere", "admin", {"restore"}),
    ],
)
def test_a_button_is_there_when_its_move_is_possible(world: World, version: str, role: str, offered: set[str]) -> None:
    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    world.edit()
    world.preview()
    names = {"older": "1.0.0", "live": "1.0.1", "live everywhere": "1.0.1", "preview": "1.0.2", "draft": "1.0.3"}
    if version == "live everywhere":
        world.publish("1.0.1", environment=world.staging)
    if version == "withdrawn":
        world.edit()
        world.preview()  # withdraws the older one
        names["withdrawn"] = "1.0.2"
    page = staff(role).open(f"/cp/icontrol/production/versions/{names[version]}")
    assert moves_offered(page) == offered


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_drafts_and_previews_are_for_editors(world: World, role: str) -> None:
    world.release(snapshot("home"))
    world.edit()
    person, draft = staff(role), world.draft
    listed = person.get("configs_configversion_changelist").text
    page = person.get("configs_configversion_change", draft.pk)
    history = person.get("configs_configversion_history", draft.pk)
    assert "1.0.0" in listed
    if role == "editor":
        assert "1.0.1" in listed and page.status == history.status == 200
    else:
        assert "1.0.1" not in listed
        assert page.refusal == history.refusal == "permission.denied"


@pytest.mark.parametrize(
    ("role", "choices"),
    [
        ("viewer", set()),
        ("editor", {"move_preview", "move_withdraw", "move_restore"}),
        ("publisher", {"move_preview", "move_withdraw", "move_restore", "move_publish", "move_rollback"}),
    ],
)
def test_list_actions_by_role(world: World, role: str, choices: set[str]) -> None:
    world.release(snapshot("home"))
    page = staff(role).get("configs_configversion_changelist")
    assert {option.attributes["value"] for option in page.all("option")} - {""} == choices


def test_djangos_permission_alone_shows_nothing(world: World) -> None:
    """A group that somebody made by hand has Django's permission to see a model, and not the one of the house."""
    person = staff(None)
    person.user.user_permissions.set(
        Permission.objects.filter(codename__startswith="view_").exclude(codename="view_ledger")
    )
    page = person.get("index")
    assert not [link for link in page.links if link.startswith(("/admin/configs/", "/admin/releases/", "/admin/auth/"))]
    assert person.get("releases_release_changelist").refusal == "permission.denied"


def test_a_refusal_is_a_sentence_in_the_readers_language(world: World) -> None:
    world.edit()
    for language, words in (("en", "the role “publisher” is needed"), ("fr", "le rôle « publisher » est requis")):
        person = staff("editor", language=language, name=f"editor-{language}")
        page = person.get("configs_configversion_publish", world.draft.pk)
        assert page.status == 403 and words in page.text


@pytest.mark.slow
@pytest.mark.parametrize("number", ["0", "999999", "9" * 30, "x", "-1", "1%00"])
def test_addresses_of_nothing(world: World, number: str) -> None:
    world.release(snapshot("home"))
    person = staff("admin")
    for model in ("configs/configversion", "releases/release", "releases/environment", "auth/user"):
        for page in ("change", "history", "publish", "undo", "policy", "password"):
            assert person.open(f"/admin/{model}/{number}/{page}/").status in (302, 404)


def test_nobody_is_locked_in(person: Staff) -> None:
    """Logging out and the language switch are on every page, for everybody."""
    page = person.get("index")
    actions = {form.attributes.get("action") for form in page.all("form")}
    assert {"/logout", "/i18n/setlang/"} <= actions
    person.client.post("/i18n/setlang/", {"language": "fr", "next": "/admin/"})
    assert "Entrées du registre" in person.get("index").text


@pytest.fixture
def person(world: World) -> Staff:
    return staff("viewer")
