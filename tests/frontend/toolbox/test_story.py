"""The Toolbox in a real browser: two people at once, one change published of two, a preview, what is in use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from configs.demo import demo_snapshot
from configs.drafts import draft_of
from releases.ledger.chain import head_of
from tests.browsers import chromium, complaints_of, served, until
from tests.factories import World
from tests.releases.admin_pages import Staff, staff

pytestmark = pytest.mark.slow

DRAFT = "document.querySelector('tb-app-view').draft"
SAVED = f"{DRAFT}.state === 'saved' && !{DRAFT}.unsaved"
TITLE = f"{DRAFT}.edited.pages.find(page => page.id === 'orders').title"


class Desk:
    """A browser in which people have pages open; what a page complains of is kept."""

    def __init__(self, browser: Any, address: str) -> None:
        self.browser, self.address = browser, address
        self.complaints: list[list[str]] = []

    def open(self, person: Staff, place: str) -> Any:
        context = self.browser.new_context(viewport={"width": 1440, "height": 900}, locale="en")
        cookie = {"name": "sessionid", "value": person.client.cookies["sessionid"].value, "url": self.address}
        context.add_cookies([cookie])
        self.complaints.append(complaints_of(context))
        page = context.new_page()
        page.goto(f"{self.address}/toolbox/icontrol/#/{place}")
        page.wait_for_selector(".edit h1")
        page.keyboard.press("Control+e")
        page.wait_for_selector("tb-acts .saved")
        return page


@pytest.fixture
def desk(committed_world: World) -> Iterator[Desk]:
    committed_world.release(demo_snapshot(), confirm=("release.grows", "release.shrinks"))
    with served() as address, chromium() as browser:
        found = Desk(browser, address)
        yield found
        # A refused save (412) is a line in the browser's console, and how the merge begins.
        told = [line for lines in found.complaints for line in lines if "412" not in line]
        assert told == []


def change_title(page: Any, language: str, text: str) -> None:
    """As somebody who edits the item's JSON would; the forms have tests of their own."""
    page.evaluate(
        """([language, text]) => document.querySelector('tb-app-view').draft.change('Title', copy => {
          copy.pages.find(page => page.id === 'orders').title[language] = text;
        })""",
        [language, text],
    )


def title_of(world: World) -> dict[str, str]:
    [page] = [page for page in draft_of(world.application).document["pages"] if page["id"] == "orders"]
    found: dict[str, str] = page["title"]
    return found


def test_two_people_edit_one_page_and_nobody_overwrites_anybody(committed_world: World, desk: Desk) -> None:
    ada = desk.open(staff("editor", name="ada"), "pages/orders")
    grace = desk.open(staff("editor", name="grace"), "pages/orders")
    change_title(ada, "en", "Sales")
    until(ada, SAVED)
    change_title(grace, "fr", "Ventes")
    until(grace, SAVED)
    assert title_of(committed_world) == {"en": "Sales", "fr": "Ventes"}
    grace.get_by_text("ada saved meanwhile").wait_for()
    # Who did nothing sees it within seconds, and who else is here.
    until(ada, f"{TITLE}.fr === 'Ventes'")
    ada.get_by_text("grace here too").wait_for()

    change_title(ada, "en", "A")
    until(ada, SAVED)
    change_title(grace, "en", "G")
    grace.get_by_role("heading", name="ada changed the same field as you").wait_for()
    assert title_of(committed_world)["en"] == "A"
    grace.get_by_role("button", name="Keep yours").click()
    until(grace, SAVED)
    assert title_of(committed_world)["en"] == "G"


def test_one_of_two_changes_is_published_and_taken_back(committed_world: World, desk: Desk) -> None:
    page = desk.open(staff("publisher", name="pat"), "pages/orders")
    change_title(page, "en", "Sales")
    change_title(page, "fr", "Ventes")
    page.get_by_role("button", name="Review and publish").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="title (French)").uncheck()
    dialog.get_by_role("heading", name="Publish 1 change to production?").wait_for()
    dialog.get_by_text("1 change stays in the draft.").wait_for()
    elsewhere = dialog.get_by_role("link", name="staging")
    assert elsewhere.get_attribute("href") == f"/cp/icontrol/staging/versions/{committed_world.draft.version}/publish"
    publish = dialog.get_by_role("button", name="Publish", exact=True)
    until(page, "document.querySelector('tb-review footer .btn:last-child').getAttribute('aria-disabled') === 'false'")
    publish.click()
    dialog.get_by_text("A reason is needed.").wait_for()
    dialog.get_by_label("Why? It stands in the ledger.").fill("The English title")
    publish.click()
    dialog.get_by_role("heading", name="Published").wait_for()
    head = head_of(committed_world.production)
    assert head.config_version is not None
    [live] = [item for item in head.config_version.document["pages"] if item["id"] == "orders"]
    assert (live["title"], head.reason) == ({"en": "Sales", "fr": "Commandes"}, "The English title")
    until(page, f"{DRAFT}.difference.count === 1")
    dialog.get_by_role("button", name="Undo").click()
    dialog.get_by_label("Why is it taken back?").fill("Too early")
    dialog.get_by_role("button", name="Take release").click()
    dialog.get_by_role("heading", name="Taken back").wait_for()
    assert head_of(committed_world.production).serial == head.serial + 1
    dialog.get_by_role("button", name="Go on").click()
    # The draft holds what was taken back: publishing is not the first thing that is offered.
    page.get_by_role("button", name="Review and publish").click()
    dialog.get_by_text("rolled back or undone here").wait_for()
    assert "p" not in (publish.get_attribute("class") or "").split()


def test_a_preview_is_sent_linked_and_withdrawn(committed_world: World, desk: Desk) -> None:
    page = desk.open(staff("editor", name="ed"), "pages/orders")
    change_title(page, "en", "Sales")
    page.get_by_role("button", name="Preview").first.click()
    dialog = page.get_by_role("dialog")
    until(page, "document.activeElement.matches('tb-preview input')")  # who types at once does not close it
    page.keyboard.type("The new title")
    dialog.get_by_role("button", name="Send to preview").click()
    dialog.get_by_label("Who is it for, and why?").fill("For QA")
    dialog.get_by_role("button", name="Make the link").click()
    url = dialog.get_by_label("Preview link").input_value()
    assert "/preview/" in url
    dialog.get_by_role("button", name="Withdraw", exact=True).click()
    dialog.get_by_label("Why is it withdrawn?").fill("Enough")
    dialog.get_by_role("button", name="Withdraw the preview").click()
    dialog.get_by_text("A preview is the draft, frozen").wait_for()


def test_what_is_in_use_says_what_breaks_before_it_goes(committed_world: World, desk: Desk) -> None:
    page = desk.open(staff("editor", name="ed"), "pages/orders")
    page.get_by_role("button", name="Remove", exact=True).first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("heading", name="is in use").wait_for()
    dialog.get_by_role("button", name="Remove it all the same").click()
    page.get_by_role("heading", name="Removed from the draft").wait_for()
    until(page, SAVED)
    page.get_by_role("link", name="Go to the first problem").wait_for()
    page.keyboard.press("Control+z")
    page.get_by_role("heading", name="Orders").first.wait_for()


def test_keys_find_items_and_go_through_the_tour(committed_world: World, desk: Desk) -> None:
    page = desk.open(staff("editor", name="ed"), "pages/orders")
    page.keyboard.press("Control+k")
    page.keyboard.type("refunds v2")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="refunds_v2").wait_for()
    page.keyboard.press("Control+k")
    page.keyboard.type("tour")
    page.keyboard.press("Enter")
    for _ in range(4):
        page.get_by_role("button", name="Next").press("Enter")
    page.get_by_role("button", name="Begin").press("Enter")
    page.wait_for_selector(".tour", state="detached")
