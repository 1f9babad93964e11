"""What people do, in the real Chromium, on a server that runs as it does for everybody, with its demo.

The whole story; and what must work without JavaScript, without a mouse, on a bad network, and while the server is away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browsers import PATIENCE_SECONDS, chromium, complaints_of
from tests.e2e.test_story import Shell
from tests.icontrol.test_serve import free_port, get, serving

pytestmark = pytest.mark.slow

PASSWORD = "quite-a-good-one"
expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@dataclass
class Site:
    """A running server, a browser, and who sits in front of it."""

    environment: dict[str, str]
    browser: Browser
    complaints: list[list[str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.environment['PORT']}"

    @property
    def manage(self) -> Shell:
        return Shell(self.environment)

    def context(self, *, noisy: bool = False, **options: Any) -> BrowserContext:
        """Somebody else's browser. ``noisy``: it will lose the server, and say so."""
        context = self.browser.new_context(**{"locale": "en", "base_url": self.address, **options})
        complaints = complaints_of(context)
        if not noisy:
            self.complaints.append(complaints)
        return context

    def admin(self, *, noisy: bool = False, **options: Any) -> Page:
        """The first account, logged in."""
        page = self.context(noisy=noisy, **options).new_page()
        page.goto("/login")
        page.get_by_label("Username").fill("admin")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page).to_have_url(re.compile("/cp$"))
        return page

    def app(self, version: str = "1.2.0", **options: Any) -> Page:
        """An app of that version, with the config that is live."""
        page = self.context(**options).new_page()
        page.goto(f"/app?version={version}")
        expect(page.locator("app-runtime nav").first).to_be_visible()
        return page


@pytest.fixture
def place(process_environment: dict[str, str]) -> dict[str, str]:
    return {**process_environment, "PORT": str(free_port()), "ICONTROL_ADMIN_PASSWORD": PASSWORD}


@pytest.fixture
def site(place: dict[str, str], tmp_path: Path) -> Iterator[Site]:
    with serving(place, tmp_path / "server.log") as process, chromium() as browser:
        assert get(process, int(place["PORT"]), "/readyz")[0] == 200
        found = Site(place, browser)
        found.manage("policy", "--poll-after", "1", "--reason", "Tests wait for nobody")
        yield found
        assert [one for complaints in found.complaints for one in complaints] == []


def kill(page: Page, beginning: str) -> None:
    """With the keys alone: three letters, Enter, Enter."""
    page.goto("/cp/incident")
    page.keyboard.type(beginning)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Kill")).to_be_focused()
    page.keyboard.press("Enter")


def test_the_whole_story(site: Site) -> None:
    ada, app = site.admin(), site.app("1.0.0")
    navigation = app.locator("app-runtime nav")
    orders = navigation.get_by_role("link", name="Orders today")
    expect(orders).to_have_count(0)

    # Edited in the Toolbox: kept by itself, and seen by no client.
    ada.goto("/toolbox#/pages/orders")
    ada.get_by_role("button", name="Edit").click()
    ada.get_by_label("Title of the page, English").fill("Orders today")
    expect(ada.locator(".saved.saved")).to_have_text("Saved")

    # A preview, through a link, on somebody else's phone.
    ada.get_by_role("button", name="Preview", exact=True).click()
    asked = ada.get_by_role("dialog", name="Preview")
    asked.get_by_label("What is to be looked at?").fill("The word in the menu")
    asked.get_by_role("button", name="Send to preview").click()
    asked.get_by_label("Who is it for, and why?").fill("QA")
    asked.get_by_role("button", name="Make the link").click()
    address = asked.get_by_label("Preview link").input_value()
    qa = site.context(viewport={"width": 390, "height": 800}).new_page()
    qa.goto(address)
    expect(qa.get_by_text("Not published: no client shows this yet.")).to_be_visible()
    expect(qa.locator("#changes").get_by_text("Orders today").first).to_be_visible()
    expect(orders).to_have_count(0)
    ada.keyboard.press("Escape")

    # Published as it was read: the open app has it by itself.
    ada.get_by_role("button", name="Review and publish").click()
    review = ada.get_by_role("dialog", name="Publish 1 change to production?")
    expect(review.get_by_text("Orders today").first).to_be_visible()
    review.get_by_label("Why? It stands in the ledger.").fill("A clearer word")
    review.get_by_role("button", name="Publish", exact=True).click()
    expect(ada.get_by_role("dialog", name="Published")).to_be_visible()
    expect(orders).to_be_visible()
    expect(app.get_by_text("is live: the app shows it now.")).to_be_visible()

    # And back, from the control plane.
    ada.goto("/cp")
    ada.get_by_role("link", name="Roll back").first.click()
    ada.get_by_label("Reason").fill("The old word was better known")
    ada.get_by_role("button", name="Roll back").click()
    expect(ada.locator("main").get_by_role("status")).to_be_visible()
    expect(orders).to_have_count(0)

    # A flag is killed.
    kill(ada, "chat_sup")
    expect(ada.get_by_text("“chat_support” is forced off in production")).to_be_visible()

    # The gate shuts old apps out; an update lets them in.
    gate = ("--min-supported", "1.1.0", "--latest", "1.2.0", "--url", "", "--reason", "1.0 cannot read the tabs")
    site.manage("policy", *gate)
    blocked = app.get_by_role("alertdialog")
    expect(blocked).to_be_visible()
    blocked.get_by_role("button", name="Update").click()
    expect(app).to_have_url(re.compile("version=1.2.0"))
    expect(blocked).to_have_count(0)
    expect(navigation.first).to_be_visible()


def edited(site: Site, title: str, **options: Any) -> Page:
    """The orders page in the Toolbox, with its English title typed."""
    page = site.admin(**options)
    page.goto("/toolbox#/pages/orders")
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Title of the page, English")).to_be_editable()
    if not title:
        return page
    page.get_by_label("Title of the page, English").fill(title)
    expect(page.locator(".saved.saved")).to_have_text("Saved")
    return page


def test_two_editors_in_conflict(site: Site) -> None:
    """What differs is put together; of one field both have typed, somebody decides: nobody is overwritten."""
    bob = edited(site, "", noisy=True)
    title = bob.get_by_label("Title of the page, English")
    bob.context.set_offline(True)
    title.fill("Orders by Bob")
    bob.get_by_label("Title of the page, French").fill("Commandes de Bob")
    expect(bob.locator(".saved.offline")).to_be_visible()
    ada = edited(site, "Orders by Ada")
    bob.context.set_offline(False)
    conflict = bob.get_by_role("group", name="Orders")
    expect(conflict.get_by_text("“Orders by Ada”").first).to_be_visible()
    conflict.get_by_role("button", name="Take theirs").click()
    expect(title).to_have_value("Orders by Ada")
    expect(bob.locator(".saved.saved")).to_have_text("Saved")
    ada.reload()
    ada.get_by_role("button", name="Edit").click()
    expect(ada.get_by_label("Title of the page, French")).to_have_value("Commandes de Bob")
    expect(ada.get_by_label("Title of the page, English")).to_have_value("Orders by Ada")


def test_the_control_plane_without_javascript(site: Site) -> None:
    """Every change of state is a plain form."""
    site.manage("set", "pages/orders", 'title={"en": "Purchases", "fr": "Achats"}')
    ada = site.admin(java_script_enabled=False)
    ada.get_by_role("link", name="Send to preview").click()
    ada.get_by_label("Reason").fill("Look")
    ada.locator("form.confirm button").click()
    expect(ada.locator("main").get_by_role("status")).to_be_visible()
    for heading, reason in (("Publish", "Better words"), ("Roll back", "Worse words")):
        ada.goto("/cp")
        ada.get_by_role("link", name=re.compile(f"^{heading}")).first.click()
        ada.get_by_label("Reason").fill(reason)
        ada.locator("form.confirm button").click()
        expect(ada.locator("main").get_by_role("status")).to_be_visible()
    ada.goto("/cp/icontrol/production/releases")
    for reason in ("Better words", "Worse words"):
        expect(ada.get_by_text(reason).first).to_be_visible()


def test_the_control_plane_with_the_keys_alone(site: Site) -> None:
    """By Tab and Enter from the login to a rollback; what has the focus is seen, and nothing traps it."""
    site.manage("set", "pages/orders", 'title={"en": "Purchases", "fr": "Achats"}')
    site.manage("publish", "draft", "--reason", "Better words")
    ada = site.context().new_page()
    ada.goto("/login")
    tab_to(ada, "Username")
    ada.keyboard.type("admin")
    tab_to(ada, "Password")
    ada.keyboard.type(PASSWORD)
    ada.keyboard.press("Enter")
    expect(ada).to_have_url(re.compile("/cp$"))
    ada.keyboard.press("Tab")
    expect(ada.get_by_role("link", name="Skip to the content")).to_be_focused()
    ada.keyboard.press("Enter")
    tab_to(ada, "Roll back")
    ada.keyboard.press("Enter")
    expect(ada.get_by_label("Reason")).to_be_visible()
    tab_to(ada, "Reason")
    ada.keyboard.type("Worse words")
    ada.keyboard.press("Enter")
    expect(ada.locator("main").get_by_role("status")).to_be_visible()
    expect(ada.get_by_text("Worse words").first).to_be_visible()


NAME = """() => {
  const one = document.activeElement;
  if (one.tabIndex < 0) return ['', true];
  const seen = getComputedStyle(one);
  const name = (one.labels?.[0]?.innerText || one.getAttribute('aria-label') || one.innerText || '').trim();
  return [name, seen.outlineStyle !== 'none' || seen.boxShadow !== 'none'];
}"""


def tab_to(page: Page, beginning: str) -> None:
    for _ in range(60):
        name, is_seen = page.evaluate(NAME)
        assert is_seen, name
        if name.startswith(beginning):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {beginning!r} by Tab")


def test_the_incident_page_on_a_bad_phone_network(site: Site) -> None:
    """50 kB/s with 800 ms for each round trip: seven keys, and few bytes."""
    page = site.admin(viewport={"width": 360, "height": 700})
    page.goto("about:blank")  # what the page after the login still loads is not counted
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    slow = {"offline": False, "latency": 800, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
    network.send("Network.emulateNetworkConditions", slow)
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    loaded: list[float] = []
    network.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    page.goto("/cp/incident")
    assert 1_000 < sum(loaded) < 15_000
    loaded.clear()
    kill(page, "chat_")
    expect(page.get_by_text("“chat_support” is forced off in production")).to_be_visible()
    assert sum(loaded) < 3 * 15_000, "the page, the question, the page"
