"""The forms in a real browser, under the policy of the pages: by keyboard, with what is live beside each field."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browsers import chromium, complaints_of, until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
ASSETS = ROOT / "frontend" / "static" / "frontend"
SNAPSHOT = json.loads((ROOT / "configs" / "demo" / "demo.json").read_text(encoding="utf-8"))["snapshot"]
CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; "
CSP += "require-trusted-types-for 'script'; trusted-types lit-html"
HTML = """<!doctype html><html lang="en"><title>Forms</title>
<link rel="stylesheet" href="/ui.css"><link rel="stylesheet" href="/toolbox-forms.css">
<main></main><script type="module" src="/boot.js"></script></html>"""
BOOT = """
import {Draft} from './toolbox/draft.js';
import {formOf} from './toolbox/registry.js';
import './toolbox/forms.js';
import {findingsOf} from './toolbox/check.js';
const snapshot = await (await fetch('/snapshot')).json();
const answer = {snapshot, etag: '"1"', version: 'd', digest: '', problems: [], offers: [], editedBy: ''};
const door = {load: async () => answer, save: async () => { throw new TypeError('nobody answers'); }};
const draft = new Draft({live: structuredClone(snapshot), answer, door});
draft.where = {application: 'shop', environment: 'production', environments: [], language: 'en', may: ['edit']};
draft.edit(true);
window.draft = draft;
window.openForm = (section, itemId) => {
  const form = document.createElement(formOf(section));
  Object.assign(form, {draft, section, itemId});
  document.querySelector('main').replaceChildren(form);
};
window.said = () => [...document.querySelectorAll('body > [role=status]')].map(one => one.textContent).join(' ').trim();
window.ready = () => findingsOf('pages', {}) !== null;
"""

#: What is pressed is at least 24 pixels wide and high; words of a sentence may be links.
SMALL = """[...document.querySelectorAll('main :is(button, input:not(.vh), select, textarea, a[href], summary)')]
  .filter(one => one.checkVisibility() && getComputedStyle(one).display !== 'inline')
  .filter(one => one.offsetWidth < 24 || one.offsetHeight < 24).map(one => one.outerHTML.slice(0, 200))"""


class Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}
    made = {
        "/": ("text/html; charset=utf-8", HTML),
        "/boot.js": ("text/javascript", BOOT),
        "/snapshot": ("application/json", json.dumps(SNAPSHOT)),
    }

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments, directory=str(ASSETS))

    def do_GET(self) -> None:
        if self.path not in self.made:
            return super().do_GET()
        kind, text = self.made[self.path]
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())
        return None

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CSP)
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with chromium() as browser:
            context = browser.new_context(viewport={"width": 900, "height": 800})
            complaints = complaints_of(context)
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/")
            until(page, "window.ready && window.ready()")
            yield page
            assert not complaints
    finally:
        server.shutdown()
        server.server_close()


def opened(page: Page, section: str, item: str) -> None:
    page.evaluate("([section, item]) => openForm(section, item)", [section, item])


def columns(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "[...draft.find('tables', 'orders').columns].sort((a, b) => a.order - b.order).map(one => one.id)"
    )
    return found


def test_a_column_moves_by_keyboard_and_it_is_said(page: Page) -> None:
    opened(page, "pages", "orders")
    before = columns(page)
    page.focus(f'[data-move="{before[1]}"] .grip')
    page.keyboard.press("ArrowDown")
    until(page, "said().includes('position 3 of')")
    assert columns(page) == [before[0], before[2], before[1], *before[3:]]
    assert page.evaluate("document.activeElement.closest('[data-move]').dataset.move") == before[1]
    page.keyboard.press("Home")
    until(page, "said().includes('position 1 of')")
    assert columns(page) == [before[1], before[0], *before[2:]]
    assert page.get_attribute(f'[data-move="{before[1]}"]', "data-mark") == "moved"
    # Only what moved is told as moved, and undo takes one move back.
    assert page.locator('tb-columns [data-mark="moved"]').count() == 1
    page.evaluate("draft.undo(), draft.undo()")
    assert columns(page) == before


def test_a_colour_is_judged_told_against_what_is_live_and_restored(page: Page) -> None:
    opened(page, "uiTokens", "color")
    place = page.locator('[data-path="color.text.light/value"]')
    field = place.locator('input[type="text"]')
    assert place.locator(".was").count() == 0
    field.fill("#999999")
    assert "Contrast with color.background: 2.6:1, too little to be read" in place.inner_text()
    assert "Live: “#141a26”" in place.inner_text()
    field.fill("url(x)")
    assert field.get_attribute("aria-invalid") == "true"
    assert "cannot go into a stylesheet" in place.inner_text()
    described = (field.get_attribute("aria-describedby") or "").split()
    assert described and all(page.evaluate("id => !!document.getElementById(id)", one) for one in described)
    place.get_by_role("button", name="Restore").press("Enter")
    assert field.input_value() == "#141a26"
    assert place.locator(".was").count() == 0
    assert page.evaluate("draft.find('uiTokens', 'color.text.light').value") == "#141a26"


def test_what_the_schema_refuses_is_said_while_it_is_typed(page: Page) -> None:
    opened(page, "pages", "orders")
    place = page.locator('[data-path="path"]')
    place.locator("input").fill("no slash")
    assert "is not an address" in place.inner_text()
    place.locator("input").fill("/orders")
    assert place.locator(".err").count() == 0


def test_a_title_that_is_typed_is_one_step_of_undo(page: Page) -> None:
    opened(page, "pages", "orders")
    field = page.locator('[data-path="title/en"]')
    before = field.input_value()
    field.press("End")
    page.keyboard.type(" and more")
    assert page.evaluate("draft.find('pages', 'orders').title.en") == f"{before} and more"
    assert page.evaluate("draft.undoName") == f"Title of the page of {before}"
    page.evaluate("draft.undo()")
    assert field.input_value() == before


def test_pasted_tenants_are_cleaned_and_what_was_cleaned_is_said(page: Page) -> None:
    opened(page, "pages", "orders")
    page.get_by_role("button", name="Only these").click()
    tenants = page.locator('[data-path="tenants"]')
    tenants.get_by_role("button", name="Paste or upload").click()
    dialog = page.locator("dialog[open]")
    dialog.locator("textarea").fill("\ufeffacme, globex \ninitech\u200b;acme\n")
    said = dialog.locator(".cleaned").inner_text()
    assert (
        "1 entry had blanks" in said
        and "2 entries had characters that nobody sees" in said
        and "1 duplicate: acme" in said
    )
    dialog.get_by_role("button", name="Take 3 entries").click()
    assert page.evaluate("draft.find('pages', 'orders').tenants") == ["acme", "globex", "initech"]
    tenants.get_by_role("button", name="Remove globex").press("Enter")
    assert page.evaluate("draft.find('pages', 'orders').tenants") == ["acme", "initech"]


def test_a_new_column_has_an_id_of_its_own(page: Page) -> None:
    opened(page, "tables", "orders")
    page.get_by_role("button", name="Column", exact=True).click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Label").fill("Référence")
    assert dialog.locator("input.mono").input_value() == "reference"
    dialog.locator("input.mono").fill("ref")
    assert "“ref” is taken." in dialog.inner_text()
    assert dialog.get_by_role("button", name="Add").is_disabled()
    dialog.locator("input.mono").fill("reference")
    page.keyboard.press("Enter")
    assert columns(page)[-1] == "reference"
    assert page.locator('[data-move="reference"]').get_attribute("data-mark") == "added"


def test_a_new_table_is_called_as_its_page_unless_somebody_types(page: Page) -> None:
    opened(page, "pages", "orders")
    page.get_by_role("button", name="Table ").click()
    dialog = page.locator("dialog[open]")
    suggested = dialog.get_by_label("Name in code").input_value()
    assert suggested.startswith("orders")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("late")
    page.keyboard.press("Enter")
    assert page.evaluate("draft.find('tables', 'late').pageId") == "orders"


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_no_form_is_wider_than_the_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    first = {
        section: (items[0].get("id") or items[0].get("key"))
        for section, items in SNAPSHOT.items()
        if isinstance(items, list)
    }
    places = [
        *first.items(),
        ("layout", ""),
        ("theme", ""),
        *(("uiTokens", one) for one in ("color", "shadow", "radius", "spacing")),
    ]
    for section, item in places:
        if section not in ("featureFlags", "segments"):
            opened(page, section, item)
            until(page, "document.querySelector('main > *').children.length")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (section, item)
            assert page.evaluate(SMALL) == [], (section, item)
