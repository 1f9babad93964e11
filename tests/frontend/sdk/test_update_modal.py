"""``<icontrol-update-modal>`` in a real browser, under the strictest Content-Security-Policy and Trusted Types."""

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
from tests.frontend.javascript import SDK

pytestmark = pytest.mark.slow

CSP = "default-src 'none'; script-src 'self'; connect-src 'self'; "
CSP += "require-trusted-types-for 'script'; trusted-types 'none'"
HTML = '<!doctype html><html lang="{}"><title>App</title><input id="work"><script type="module" src="/app.js"></script>'
APP = """
import { createClient } from "/icontrol.js";
import { showUpdateModal } from "/update-modal.js";
const client = createClient({ baseUrl: location.origin, clientVersion: "1.0.0", storage: null });
const modal = document.createElement("icontrol-update-modal");
modal.client = client;
modal.onBeforeUpdate = () => window.mayGo?.();
document.body.append(modal);
document.querySelector("input").focus();
await client.refresh();
const part = (what) => modal.shadowRoot.querySelector(what);
Object.assign(window, { client, modal, part, showUpdateModal });
window.shown = () => part("dialog").open;
window.ready = true;
window.ask = async () => { await new Promise((go) => setTimeout(go, 1100)); await client.refresh(); };
"""
BLOCK: dict[str, Any] = {
    "policyStatus": "HARD_BLOCK",
    "requiresUpdate": True,
    "message": "",
    "url": "",
    "minSupported": "2.0.0",
}
OK: dict[str, Any] = {"policyStatus": "OK", "requiresUpdate": False, "message": "", "url": ""}


class App:
    """Serves the page, the SDK and a gate that says what ``gate`` says."""

    gate: dict[str, Any] = OK
    #: Whether a page is sent as if its body never ended, when it is asked for past the cache.
    hangs = False

    def __init__(self) -> None:
        app = self
        self.pages: list[str] = []
        self.over = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.partition("?")[0].lstrip("/")
                if name in ("", "fr", "store"):
                    app.pages.append(name)
                    if app.hangs and self.headers["Sec-Fetch-Mode"] != "navigate":
                        app.over.wait()
                        return
                    self.answer(200, "text/html", HTML.format(name if name == "fr" else "en").encode())
                elif name == "meta/release":
                    told = {**app.gate, "publishedConfigVersion": None, "pollAfter": 3600}
                    status = {"HARD_BLOCK": 426, "MAINTENANCE": 503}.get(told["policyStatus"], 200)
                    self.answer(status, "application/json", json.dumps(told).encode())
                elif name == "app.js":
                    self.answer(200, "text/javascript", APP.encode())
                else:
                    file = SDK / Path(name).name
                    there = file.is_file()
                    self.answer(200 if there else 404, "text/javascript", file.read_bytes() if there else b"")

            def answer(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", CSP)
                self.send_header("X-Release-Environment", "shop/production")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    with chromium() as browser:
        context = browser.new_context(locale="en")
        complaints = complaints_of(context)
        yield context.new_page()
        assert complaints == []


@pytest.fixture
def app() -> Iterator[App]:
    found = App()
    yield found
    found.over.set()
    found.server.shutdown()
    found.server.server_close()


def visit(browser: Page, app: App, path: str = "/", **gate: Any) -> None:
    app.gate = gate or OK
    browser.goto(app.address + path)
    until(browser, "!!window.ready")


def test_a_hard_block_blocks_until_the_gate_opens(browser: Page, app: App) -> None:
    visit(browser, app, **BLOCK)
    assert browser.evaluate("shown() && part('dialog').matches(':modal')")
    assert browser.evaluate("part('h2').textContent") == "Update needed"
    facts = browser.evaluate("[...part('dl').children].map((one) => one.textContent)")
    assert facts == ["Your version", "1.0.0", "Oldest that works", "2.0.0"]
    assert browser.evaluate("modal.shadowRoot.activeElement.textContent") == "Update"
    for _ in range(3):
        browser.keyboard.press("Escape")
    browser.evaluate("part('dialog').requestClose?.()")
    until(browser, "shown()")
    browser.keyboard.press("Tab")
    assert browser.evaluate("document.activeElement.id") != "work"
    tree = browser.context.new_cdp_session(browser).send("Accessibility.getFullAXTree")["nodes"]
    (node,) = (one for one in tree if one["role"]["value"] == "alertdialog")
    assert node["name"]["value"] == "Update needed"
    assert node["description"]["value"] == "This version of the app is no longer supported. Update to go on."
    app.gate = OK
    browser.evaluate("ask()")
    assert not browser.evaluate("shown()")
    assert browser.evaluate("document.activeElement.id") == "work", "who was typing goes on"


def test_maintenance_offers_no_update_and_asks_again(browser: Page, app: App) -> None:
    visit(
        browser,
        app,
        "/fr",
        policyStatus="MAINTENANCE",
        requiresUpdate=False,
        message="De retour à <b>15 h</b>.",
        url="",
    )
    assert browser.evaluate("part('h2').textContent") == "Maintenance en cours"
    assert browser.evaluate("part('#message').textContent") == "De retour à <b>15 h</b>."
    assert browser.evaluate("part('dialog button').textContent") == "Vérifier à nouveau"
    app.gate = OK
    browser.evaluate("new Promise((go) => setTimeout(go, 1100))")
    browser.evaluate("part('dialog button').click()")
    until(browser, "!shown()")


def test_a_soft_block_is_a_banner_that_stays_away_until_something_is_new(browser: Page, app: App) -> None:
    soft: dict[str, Any] = {
        "policyStatus": "SOFT_BLOCK",
        "requiresUpdate": False,
        "message": "",
        "url": "",
        "latest": "2.0.0",
    }
    visit(browser, app, **soft)
    assert not browser.evaluate("shown()")
    assert browser.evaluate("part('[role=status] p').textContent") == "A newer version of the app is available."
    assert browser.evaluate("document.activeElement.id") == "work"
    browser.evaluate("[...modal.shadowRoot.querySelectorAll('[role=status] button')].at(-1).click()")
    browser.evaluate("ask()")
    assert browser.evaluate("part('[role=status] p')") is None
    app.gate = {**soft, "message": "2.1 is here."}
    browser.evaluate("ask()")
    assert browser.evaluate("part('[role=status] p').textContent") == "2.1 is here."


def test_update_reloads_past_the_caches_once(browser: Page, app: App) -> None:
    visit(browser, app, **BLOCK)
    browser.evaluate("sessionStorage.clear()")
    browser.evaluate("modal.show({...client.gate})")
    browser.evaluate("caches.open('old').then((cache) => cache.put('/x', new Response('x')))")
    browser.evaluate("void (window.mayGo = () => false)")
    browser.evaluate("part('dialog button').click()")
    until(browser, "part('dialog [role=status]').textContent.startsWith('Your work could not be saved')")
    browser.evaluate("void (window.mayGo = async () => { sessionStorage.saved = 'yes' })")
    app.pages.clear()
    browser.evaluate("window.before = true")
    browser.evaluate("part('dialog button').click()")
    until(browser, "!window.before && !!window.ready")
    assert len(app.pages) == 2, "once past the cache, once to show it"
    assert browser.evaluate("[sessionStorage.saved, shown()]") == ["yes", True]
    assert browser.evaluate("caches.keys()") == []
    assert browser.evaluate("part('dialog [role=status]').textContent").startswith("The new version is not here yet")
    assert browser.evaluate("part('dialog button').textContent") == "Check again"
    browser.evaluate("part('dialog button').click()")
    browser.evaluate("ask()")
    assert len(app.pages) == 2, "it cannot loop"


def test_update_leads_to_the_address_but_never_runs_one(browser: Page, app: App) -> None:
    visit(browser, app, **BLOCK)
    for address, leads_to in (("javascript:window.ran = true", "/"), ("/store", "/store")):
        browser.evaluate("sessionStorage.clear()")
        browser.evaluate("window.before = true")
        browser.evaluate(f"showUpdateModal('Old.', {address!r}).shadowRoot.querySelector('dialog button').click()")
        until(browser, "!window.before && window.ready")
        assert browser.evaluate("[location.pathname, window.ran]") == [leads_to, None]


@pytest.mark.parametrize("url", ["/", "/#new", "{here}", "/store"])
def test_an_address_of_the_app_itself_is_loaded_past_the_caches_once(browser: Page, app: App, url: str) -> None:
    address = url.format(here=app.address + "/")
    visit(browser, app, **BLOCK)
    app.gate = {**BLOCK, "url": address}
    browser.evaluate("sessionStorage.clear()")
    browser.evaluate(f"modal.show({{...client.gate, url: {address!r}}})")
    browser.evaluate("caches.open('old').then((cache) => cache.put('/x', new Response('x')))")
    app.pages.clear()
    browser.evaluate("window.before = true")
    browser.evaluate("part('dialog button').click()")
    until(browser, "!window.before && !!window.ready")
    assert len(app.pages) == 2, "once past the cache, once to show it"
    assert browser.evaluate("location.href") == app.address + (url if url.startswith("/") else "/")
    assert browser.evaluate("caches.keys()") == []
    assert browser.evaluate("part('dialog button').textContent") == "Check again", "it cannot loop"


def test_a_block_without_a_minimum_cannot_loop(browser: Page, app: App) -> None:
    visit(browser, app)
    browser.evaluate("sessionStorage.clear()")
    browser.evaluate("window.before = true")
    browser.evaluate("showUpdateModal('Old.').shadowRoot.querySelector('dialog button').click()")
    until(browser, "!window.before && !!window.ready")
    assert (
        browser.evaluate("showUpdateModal('Old.').shadowRoot.querySelector('dialog button').textContent")
        == "Check again"
    )


def test_a_banner_saves_once_and_says_itself_that_it_could_not(browser: Page, app: App) -> None:
    visit(browser, app, **{**BLOCK, "policyStatus": "SOFT_BLOCK", "requiresUpdate": False})
    browser.evaluate(
        "window.saves = 0;"
        "void (window.mayGo = () => { saves++; return new Promise((_, no) => { window.fail = no; }); })"
    )
    press = "part('div[role=status] button')"
    browser.evaluate(f"{press}.click()")
    assert browser.evaluate(f"{press}.disabled")
    browser.evaluate("modal.show({...client.gate, message: 'Newer still.'})")
    assert browser.evaluate(f"{press}.disabled"), "also when it is drawn anew"
    browser.evaluate(f"{press}.disabled = false, {press}.click()")
    assert browser.evaluate("saves") == 1
    browser.evaluate("fail(new Error('full'))")
    until(browser, "part('div[role=status]').textContent.includes('Your work could not be saved')")
    assert browser.evaluate(f"[{press}.disabled, shown(), part('dialog [role=status]').textContent]") == [
        False,
        False,
        "",
    ]


def test_a_page_that_never_comes_past_the_cache_is_not_waited_for(browser: Page, app: App) -> None:
    visit(browser, app, **BLOCK)
    browser.evaluate("sessionStorage.clear()")
    browser.evaluate("modal.show({...client.gate})")
    app.hangs = True
    browser.evaluate("window.before = true")
    browser.evaluate("part('dialog button').click()")
    until(browser, "!window.before && !!window.ready")
