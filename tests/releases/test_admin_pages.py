"""What the admin's pages show: who, when, what, in sentences, escaped, in both languages, at a constant price."""

from __future__ import annotations

import itertools

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from configs import history
from configs.actions import create_application, rename_draft, revert_draft
from configs.drafts import draft_of
from configs.models import Application, ConfigVersion
from icontrol.kernel.actors import Actor
from releases.access import actions as access
from releases.lookup import find_stored
from releases.models import Release
from releases.pages.notes import note
from tests.factories import ADA, World, flag, snapshot
from tests.releases.admin_pages import Page, Staff, staff

#: Each would make an element with this attribute if it got into a page unescaped, wherever that is.
MARK = "data-xss"
CORPUS = (
    f"<i {MARK}>",
    f'"><i {MARK}>',
    f"'><i {MARK} x='",
    f"</textarea><i {MARK}>",
    f"</title></script></pre><i {MARK}>",
    f"--><i {MARK}>",
    f"{{{{ '<i {MARK}>'|safe }}}}{{0}}{{x.__class__}}%s%(x)s",
)


@pytest.fixture
def root(world: World) -> Staff:
    return staff("admin", name="root.a")


# Escaping -------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(("hostile", "language"), list(zip(CORPUS, itertools.cycle(["en", "fr"]), strict=False)))
def test_what_people_type_is_text_on_every_page(world: World, hostile: str, language: str) -> None:
    root = staff("admin", language=language, name="root.a")
    content = snapshot("home", featureFlags=[flag("a", description=hostile)])
    content["pages"][0]["title"] = {"en": hostile, "fr": hostile}
    world.edit(snapshot("home"))
    world.publish(reason=hostile, actor=Actor(f"token:{hostile}"))
    world.edit({**content, hostile: [hostile]})
    unknown = world.draft
    world.edit(content)
    world.preview()
    world.policy(message={"en": hostile, "fr": hostile}, capabilities=[hostile])
    world.publish("1.0.1", reason=hostile)
    access.create_token(name=hostile, role="viewer", actor=ADA, now=world.tick())
    access.create_client_key(world.production, name=hostile, actor=ADA, now=world.tick())
    world.edit()
    world.preview()
    access.create_preview_link(world.application, reason=hostile, actor=ADA, now=world.tick())

    def pk(version: str) -> int:
        return ConfigVersion.objects.get(version=version).pk

    one = pk("1.0.0")
    here, there = "/cp/icontrol/production", "/cp/icontrol/staging"
    pages = {
        "/cp": 1,
        f"{here}/versions": 1,
        f"{there}/versions/1.0.1": 1,
        f"{here}/versions/1.0.0/rollback": 1,
        f"{here}/versions/1.0.0/restore": 1,
        f"{there}/versions/1.0.2/publish": 1,
        f"{here}/compare?from=1.0.0&to=1.0.1": 1,
        f"{here}/undo": 1,
        f"{here}/releases": 1,
        f"{here}/releases/1": 1,
        f"{here}/then": 1,
        f"{here}/policy": 1,
        f"{here}/flags": 1,
        f"{here}/flags/a": 1,
        f"{here}/keys": 1,
        "/cp/tokens": 1,
        "/cp/links": 1,
        "/cp/edits": 1,
        "/cp/incident": 1,
        "/admin/configs/configversion/": 1,
        f"/admin/configs/configversion/{pk('1.0.1')}/change/?environment=staging": 1,
        f"/admin/configs/configversion/{unknown.pk}/history/": 1,
        f"/admin/configs/configversion/{one}/rollback/": 1,
        f"/admin/configs/configversion/{one}/restore/": 1,
        f"/admin/configs/configversion/{pk('1.0.2')}/publish/?environment=staging": 1,
        "/admin/releases/release/": 1,
        f"/admin/releases/release/{Release.objects.earliest('pk').pk}/change/": 1,
        f"/admin/releases/release/{Release.objects.latest('pk').pk}/change/": 1,
        "/admin/releases/apitoken/": 1,
        "/admin/releases/clientkey/": 1,
        "/admin/releases/previewlink/": 1,
    }
    for url, is_shown in pages.items():
        page = root.open(url)
        assert page.status == 200 or not is_shown, url
        assert not [element for element in page.elements if MARK in element.attributes], url
        assert MARK in page.html or not is_shown, url  # it is there, as text
    # What comes back from a refused form.
    read = root.open(f"/admin/configs/configversion/{one}/rollback/").filled()
    page = root.send("configs_configversion_rollback", one, **{**read, "serial": "1", "reason": hostile})
    assert page.filled()["reason"] == hostile
    page = root.send("configs_configversion_rollback", one, **{**read, "reason": hostile})
    assert page.status == 302
    for url in (f"/admin/?x={hostile}", f"/admin/configs/configversion/{one}/publish/?environment={hostile}"):
        page = root.open(url)
        assert not [element for element in page.elements if MARK in element.attributes], url


def test_the_check_of_this_file_can_fail() -> None:
    for hostile in CORPUS[:6]:
        response = Client().get("/livez")
        response.headers["Content-Type"], response.content = (
            "text/html",
            f"<body><p title='{hostile}'>{hostile}'></p>".encode(),
        )
        assert [element for element in Page(response).elements if MARK in element.attributes], hostile
    response.content = b'<body><p style="color:red">'
    with pytest.raises(AssertionError):
        Page(response)


# What is shown --------------------------------------------------------------------------------------------------------


def test_details_are_facts_and_lead_to_the_control_plane(world: World, root: Staff) -> None:
    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    version, release = ConfigVersion.objects.get(version="1.0.1"), Release.objects.get(serial=2)
    page = root.get("configs_configversion_change", version.pk)
    assert version.digest in page.text and "Based on 1.0.0" in page.text
    assert "/cp/icontrol/production/versions/1.0.1" in page.links
    page = root.get("releases_release_change", release.pk)
    assert release.hash in page.text and "1.0.0 → 1.0.1" in page.text
    assert "/cp/icontrol/production/releases/2" in page.links
    assert "/cp/icontrol/staging/versions" in root.get("releases_environment_change", world.staging.pk).links
    assert {"/cp", "/cp/incident"} <= root.get("index").links


def test_somebody_without_a_role_sees_nothing(world: World) -> None:
    world.release(snapshot("home"))
    page = staff(None).get("index")
    assert page.status == 200 and "1.0.0" not in page.text


def test_the_list_of_versions(world: World, root: Staff) -> None:
    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    world.publish("1.0.0", environment=world.staging)
    lines = [" ".join(row.text.split()) for row in root.get("configs_configversion_changelist").all("tr")]
    rows = [line for line in lines if line.startswith("1.0.")]
    digest = ConfigVersion.objects.get(version="1.0.1").digest
    assert rows[1].startswith(f"1.0.1 published production {digest[:10]} user:ada 2026-11-22 12:00")
    assert rows[2].startswith("1.0.0 published staging")
    only = root.get("configs_configversion_changelist", state="draft").text
    assert "1.0.2" in only and "1.0.0 published" not in only


def test_the_history_of_a_draft_is_told_in_sentences(world: World, root: Staff) -> None:
    world.release(snapshot("home", featureFlags=[flag("a")]))
    world.edit(snapshot("home", featureFlags=[flag("a", "ON")]))
    world.edit(snapshot("home", "shop", featureFlags=[flag("a", "ON")]), actor=Actor("user:bob"))
    page = root.get("configs_configversion_history", world.draft.pk)
    entries = entries_of(page)
    assert "user:bob · edit" in entries[0] and "Page “Shop” (shop) added" in entries[0]
    assert "user:ada · edit" in entries[1] and "Flag a, state: OFF → ON" in entries[1]
    assert "opened from 1.0.0" in entries[2] and "Differences" not in entries[2]
    french = staff("admin", language="fr", name="fr").get("configs_configversion_history", world.draft.pk).text
    assert "user:bob · modification" in french and "ouverte depuis 1.0.0" in french


def entries_of(page: Page) -> list[str]:
    return [" ".join(item.text.split()) for item in page.all("li") if "user:" in item.text]


def test_the_first_entry_is_compared_with_what_the_version_is_based_on(world: World, root: Staff) -> None:
    world.edit(snapshot("home", featureFlags=[flag("a")]))
    first = world.preview()
    world.edit(snapshot("home", "shop", featureFlags=[flag("a")]))
    alone = entries_of(root.get("configs_configversion_history", first.pk))[-2:]
    assert "Nothing to compare with: 0 entries." in alone[-1]
    assert "Nothing to compare with: 2 entries." in alone[0] and "added" not in alone[0]
    based = entries_of(root.get("configs_configversion_history", world.draft.pk))
    assert "Page “Shop” (shop) added" in based[0] and "Home" not in based[0]
    assert "opened from 1.0.0" in based[1] and "added" not in based[1]


def test_a_reader_learns_nothing_of_a_base_that_was_never_published(world: World) -> None:
    world.edit(snapshot("home", "secret"))
    world.preview()
    version = world.release(snapshot("home", "shop")).config_version
    assert version is not None
    (entry,) = entries_of(staff("viewer").get("configs_configversion_history", version.pk))
    assert "Nothing to compare with: 2 entries." in entry and "ecret" not in entry
    (_, *_, opened) = entries_of(staff("editor").get("configs_configversion_history", version.pk))
    assert "opened from 1.0.0" in opened and "Nothing to compare" not in opened


@pytest.mark.parametrize(
    ("stored", "french"),
    [
        ("edit", "modification"),
        ("created", "création"),
        ("opened from 1.0.0", "ouverte depuis 1.0.0"),
        ("rebased on 1.0.1", "rebasée sur 1.0.1"),
        ("renamed from 1.0.1", "renommée, auparavant 1.0.1"),
        ("replaced by 1.0.2-rc.1", "remplacée par 1.0.2-rc.1"),
        ("revert to 1.0.0", "rétablissement de 1.0.0"),
        ("revert to live (1.0.0)", "rétablissement de la version en ligne (1.0.0)"),
        ("revert to preview (1.0.0)", "rétablissement de l'aperçu (1.0.0)"),
        ("revert to history entry 3", "rétablissement de l'entrée 3 de l'historique"),
        ("revert to 1.0.0: edit of {0}", "rétablissement de 1.0.0 : edit of {0}"),
        ("edit: of the shop page", "modification : of the shop page"),
        ("renumbered after 1.0.4: 1.0.3 → 1.0.5", "renumérotée après 1.0.4 : 1.0.3 → 1.0.5"),
        ("revert to history entry 3: x: y", "rétablissement de l'entrée 3 de l'historique : x: y"),
        # reasons of people, which only begin like a note
        ("edit of the shop page", "edit of the shop page"),
        ("created too early", "created too early"),
        ("revert to the old menu", "revert to the old menu"),
        ("replaced by something better", "replaced by something better"),
    ],
)
def test_a_note_is_whole_in_each_language(stored: str, french: str) -> None:
    assert note(stored) == {"en": stored, "fr": french}


def test_every_note_that_actions_leave_is_known(world: World) -> None:
    world.release(snapshot("home"))
    world.edit()
    edited = history.entries(world.application)[0]
    for source in ("live", edited.history_id, "1.0.0"):
        world.edit()
        stored = find_stored(world.production, source)
        revert_draft(world.application, stored, read={world.draft.revision}, actor=ADA, now=world.tick())
    rename_draft(world.application, "1.1.0", read={world.draft.revision}, actor=ADA, now=world.tick())
    world.edit(snapshot("home", "fix", "rest"))
    world.pick("pages/fix")
    world.preview()
    world.edit()
    world.preview()
    given = {"look", "go", "one fix"}
    left = set(ConfigVersion.history.values_list("history_change_reason", flat=True)) - given
    left |= set(Application.history.values_list("history_change_reason", flat=True))
    assert len(left) >= 9
    assert not [text for text in left if note(text)["fr"] == text]


def test_long_histories_and_ledgers_come_in_pages(world: World, root: Staff) -> None:
    for number in range(12):
        world.edit(actor=Actor(f"user:n{number}"))
    first = root.get("configs_configversion_history", world.draft.pk)
    second = root.get("configs_configversion_history", world.draft.pk, p="2")
    assert "?p=2" in first.links and "user:n11" in first.text and "user:n1 ·" not in first.text
    assert "user:n1 ·" in second.text and "added" in second.text and "Nothing to compare" not in first.text
    assert root.get("configs_configversion_history", world.draft.pk, p="x'").status == 200


def test_the_ledger_is_filtered_by_environment_and_kind(world: World, root: Staff) -> None:
    world.release(snapshot("home"))
    world.policy(latest="1.2.0")
    world.publish("1.0.0", environment=world.staging)
    listed = root.get("releases_release_changelist").text
    assert "production no. 1" in listed and "production no. 2" in listed and "staging no. 1" in listed
    listed = root.get("releases_release_changelist", kind="policy").text
    assert "production no. 2" in listed and "production no. 1 " not in listed and "staging no. 1" not in listed
    listed = root.get("releases_release_changelist", environment__id__exact=world.staging.pk).text
    assert "staging no. 1" in listed and "production no. 2" not in listed
    assert root.get("releases_release_changelist", q="\0<'").status == 200


@pytest.mark.slow
@pytest.mark.parametrize("value", ["", "0", "-1", "9" * 30, "x", "\uff11", "%00", "'\"<"])
def test_a_list_filters_by_what_it_offers_and_by_nothing_else(world: World, root: Staff, value: str) -> None:
    world.release(snapshot("home"))
    offered = {
        "configs_configversion": ("state", "application__id__exact"),
        "releases_release": ("kind", "environment__id__exact"),
        "releases_apitoken": ("role__exact",),
        "releases_clientkey": ("environment__id__exact",),
        "auth_user": ("is_active__exact", "groups__id__exact"),
    }
    secret = (
        "token_hash__startswith",
        "password__startswith",
        "config_version__snapshot__contains",
        "created_at__year",
    )
    for name, lookups in offered.items():
        for lookup in ("p", "o", "q", "e", "all", *lookups):
            assert root.get(f"{name}_changelist", **{lookup: value}).status in (200, 302), (name, lookup)
        for lookup in secret:
            assert root.get(f"{name}_changelist", **{lookup: value}).status == 400, (name, lookup)


def test_an_application_without_an_environment_has_readable_versions(world: World, root: Staff) -> None:
    other = create_application(key="other", name="Other", actor=ADA, now=world.tick())
    page = root.get("configs_configversion_change", draft_of(other).pk)
    assert page.status == 200 and "other" in page.text
    assert root.get("configs_configversion_publish", draft_of(other).pk).refusal == "environment.unknown"
    listed = root.get("configs_configversion_changelist").text
    assert "icontrol 1.0.0" in listed or "1.0.0 icontrol" in listed  # several applications: each row says whose


@pytest.mark.parametrize(
    "name", ["releases_release", "configs_configversion", "releases_auditevent", "releases_apitoken", "auth_user"]
)
def test_a_search_has_a_bound_on_its_words(world: World, root: Staff, name: str) -> None:
    def status(words: int) -> int:
        address = reverse(f"admin:{name}_changelist")
        return root.client.get(address, {"q": "a " * words}).status_code

    assert (status(50), status(51), status(1100)) == (200, 400, 400)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["index", "configs_configversion_changelist", "releases_release_changelist", "releases_environment_changelist"],
)
def test_a_list_costs_the_same_for_one_and_for_many(world: World, root: Staff, name: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert root.get(name).status == 200
        snapshots = [query for query in captured if '"configs_snapshot"."deflated"' in query["sql"]]
        # The first page finds for each environment the version to go back to; a list would read megabytes.
        assert name == "index" or not snapshots
        return len(captured)

    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    queries()  # caches of content types
    few = queries()
    for number in range(8):
        world.release(snapshot("home", "shop", f"n{number}"), confirm=["release.shrinks"])
        world.policy(latest=f"1.0.{number + 1}")
    assert queries() == few


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "index",
        "configs_configversion_changelist",
        "configs_configversion_change",
        "configs_configversion_publish",
        "releases_release_changelist",
        "releases_environment_changelist",
        "releases_clientkey_changelist",
    ],
)
def test_a_page_costs_the_same_for_one_and_for_ten_environments(world: World, root: Staff, name: str) -> None:
    given = () if name.endswith(("x", "list", "create")) else (world.draft.pk,)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert root.get(name, *given).status == 200
        return len(captured)

    world.release(snapshot("home"))
    world.release(snapshot("home", "shop"))
    given = (world.draft.pk,) if given else ()
    world.edit()
    world.preview()
    access.create_client_key(world.production, name="web", actor=ADA, now=world.tick())
    queries()  # caches of content types
    few = queries()
    for number in range(9):
        line = access.create_environment(world.application, key=f"line-{number}", actor=ADA, now=world.tick())
        world.publish("1.0.0", environment=line)
        world.publish("1.0.1", environment=line)
        access.create_client_key(line, name="web", actor=ADA, now=world.tick())
    assert queries() == few


def test_the_language_is_chosen_by_the_reader(world: World) -> None:
    world.release(snapshot("home"))
    eve = staff("viewer", language="fr")
    page = eve.get("configs_configversion_changelist")
    assert next(page.all("html")).attributes["lang"] == "fr"
    for words in ("Versions de config", "En ligne dans", "Empreinte", "publiée"):
        assert words in page.text
    assert "Registre" in eve.open("/cp").text and "Environnement" in eve.get("releases_environment_changelist").text
    eve.client.post("/i18n/setlang/", {"language": "en", "next": "/admin/"})
    assert "Config versions" in eve.get("configs_configversion_changelist").text


def test_fields_have_labels_and_pages_one_heading(world: World, root: Staff) -> None:
    world.release(snapshot("home"))
    world.edit(snapshot("home", "shop"))
    for name, given in (
        ("configs_configversion_publish", (world.draft.pk,)),
        ("configs_configversion_change", (world.draft.pk,)),
    ):
        page = root.get(name, *given)
        assert len(list(page.all("h1"))) == 1, name
        ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
        assert len(ids) == len(set(ids)), name
        labelled = {label.attributes.get("for") for label in page.all("label")}
        wrapped = {box.attributes.get("name") for box in page.all("input", type="checkbox")}
        for element in page.elements:
            if element.tag in ("input", "select", "textarea") and element.attributes.get("type") not in (
                "hidden",
                "submit",
            ):
                given_id = element.attributes.get("id")
                assert (
                    given_id in labelled
                    or element.attributes.get("name") in wrapped
                    or ("aria-label" in element.attributes)
                ), (name, element)
