"""An app that stays open while its config is published, killed, blocked and cut off; and a preview on a phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import chromium, complaints_of, until
from tests.e2e.test_story import Http, Shell
from tests.icontrol.test_serve import free_port, get, serving

pytestmark = pytest.mark.slow

WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
PICKED = """() => {
  window.picked = [];
  const runtime = document.querySelector('app-runtime');
  runtime.addEventListener('pick', event => window.picked.push(event.detail));
  runtime.editing = true;
  runtime.marks = new Set(['pages/orders']);
}"""


def cells(page: Page) -> list[str]:
    return page.locator("tbody tr:first-child td").all_inner_texts()


def test_the_story(process_environment: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    environment = {**process_environment, "PORT": str(port)}
    manage = Shell(environment)
    base = f"http://127.0.0.1:{port}"
    log = tmp_path / "server.log"
    with chromium() as browser:
        context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 800})
        complaints = complaints_of(context)
        page = context.new_page()
        with serving(environment, log) as process:
            assert get(process, port, "/readyz")[0] == 200
            manage("policy", "--poll-after", "1", "--url", "", "--reason", "A quick test")

            # The app is made of the demo, as who sees most of it; tables are alive.
            page.goto(f"{base}/app")
            page.get_by_role("link", name="Orders").first.click()
            expect(page.get_by_role("heading", name="Orders", level=2)).to_be_visible()
            assert page.url.endswith("#/orders") and "Orders" in page.title()
            first = cells(page)
            assert first[0] == "#2041" and first[4].startswith("€")
            page.get_by_role("button", name="Refund").click()
            expect(page.get_by_role("dialog", name="Refund")).to_be_visible()
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_have_count(0)
            with page.expect_download() as download:
                page.get_by_role("button", name="Export as CSV").click()
            assert download.value.suggested_filename == "orders.csv"

            # As a seller there is less; the address says who looks.
            page.get_by_label("Role").select_option("seller")
            expect(page.get_by_role("button", name="Refund")).to_have_count(0)
            assert "role=seller" in page.url
            page.get_by_label("Role").select_option("admin")

            # What is published appears by itself, and so does a kill.
            manage("set", "pages/orders", 'title={"en": "Purchases", "fr": "Achats"}')
            manage("set", "featureFlags/refunds_v2", "state=ON", "rollout=null")
            manage("publish", "draft", "--reason", "Better words")
            expect(page.get_by_role("heading", name="Purchases")).to_be_visible()
            expect(page.get_by_text("Version 1.0.1 is live: the app shows it now.")).to_be_visible()
            expect(page.get_by_role("button", name="Returns")).to_be_visible()
            manage("kill", "refunds_v2", "--reason", "It loses returns")
            expect(page.get_by_role("button", name="Returns")).to_have_count(0)

            # Editing: a click says what was clicked, and does nothing else.
            page.evaluate(PICKED)
            page.get_by_role("link", name="Purchases has problems").click()
            page.get_by_role("columnheader", name="Total").get_by_role("button").press("Enter")
            page.get_by_role("button", name="Refund").click()
            assert page.evaluate("window.picked") == [
                {"section": "pages", "id": "orders", "part": None},
                {"section": "tables", "id": "orders", "part": {"list": "columns", "id": "total"}},
                {"section": "tables", "id": "orders", "part": {"list": "actions", "id": "refund"}},
            ]
            assert page.get_by_role("dialog").count() == 0

            # The minimum is raised while the app runs: it is blocked until it is updated.
            manage("policy", "--min-supported", "3.0.0", "--latest", "3.1.0", "--reason", "2.x loses orders")
            update = page.get_by_role("button", name="Update")
            expect(update).to_be_visible()
            update.click()
            until(page, "location.search.includes('version=3.1.0')")
            expect(page.get_by_role("heading", name="Purchases")).to_be_visible()
            expect(update).to_have_count(0)

            # A link to the preview opens on a phone, in French.
            manage("set", "pages/orders", 'title={"en": "All orders", "fr": "Toutes les commandes"}')
            manage("preview", "--reason", "For Camille")
            author = Http(port, manage("create_token", "story", "--role", "editor").strip())
            status, _, link = author("POST", "/api/config/preview/links", {"reason": "QA"})
            assert status == 201
            phone = browser.new_context(locale="fr-FR", viewport={"width": 320, "height": 640})
            their = complaints_of(phone)
            seen = phone.new_page()
            seen.goto(link["url"] + "#/orders")
            expect(seen.get_by_role("heading", name="Aperçu de 1.0.2")).to_be_visible()
            expect(seen.get_by_role("heading", name="Toutes les commandes", level=2)).to_be_visible()
            expect(seen.get_by_text(re.compile(r"«\sAchats\s» → «\sToutes les commandes\s»"))).to_be_visible()
            assert not seen.evaluate(WIDER) and not their
            seen.locator("header .menu > summary").click()
            seen.locator("button[name=theme][value=dark]").click()
            until(seen, "document.documentElement.dataset.theme === 'dark'")
            expect(seen.get_by_role("heading", name="Aperçu de 1.0.2")).to_be_visible()
            phone.close()
            page.set_viewport_size({"width": 320, "height": 640})
            assert not page.evaluate(WIDER)

        # Without the server the app goes on with what it has, says so, and comes back by itself.
        expect(page.get_by_text("Offline: 1.0.1, the last that came")).to_be_visible()
        page.get_by_role("button", name="Menu").click()
        page.get_by_role("link", name="Customers").click()
        expect(page.get_by_role("heading", name="Customers", level=2)).to_be_visible()
        with serving(environment, log) as process:
            assert get(process, port, "/readyz")[0] == 200
            expect(page.get_by_text("Offline:")).to_have_count(0)
        assert not complaints
