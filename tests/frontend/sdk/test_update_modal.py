"""``<icontrol-update-modal>`` in a real browser, under the strictest Content-Security-Policy and Trusted Types."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.frontend.browser import Page, page
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
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with page(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture
def app(browser: Page) -> Iterator[App]:
    found = App()
    yield found
    found.over.set()
    found.server.shutdown()
    found.server.server_close()
    assert browser.complaints == []


def visit(browser: Page, app: App, path: str = "/", **gate: Any) -> None:
    app.gate = gate or OK
    browser.run("window.ready = false")
    browser.send("Page.navigate", url=app.address + path)
    browser.wait("!!window.ready")


def test_a_hard_block_blocks_until_the_gate_opens(browser: Page, app: App) -> None:
    visit(browser, app, **BLOCK)
    assert browser.run("shown() && part('dialog').matches(':modal')")
    assert browser.run("part('h2').textContent") == "Update needed"
    assert browser.run("modal.shadowRoot.activeElement.textContent") == "Update"
    for _ in range(3):
        browser.press("Escape", 27)
    browser.run("part('dialog').requestClose?.()")
    browser.wait("shown()")
    browser.press("Tab", 9)
    assert browser.run("document.activeElement.id") != "work"
    tree = browser.send("Accessibility.getFullAXTree")["nodes"]
    (node,) = (one for one in tree if one["role"]["value"] == "alertdialog")
    assert node["name"]["value"] == "Update needed"
    assert node["description"]["value"] == "This version of the app is no longer supported. Update to go on."
    app.gate = OK
    browser.run("ask()")
    assert not browser.run("shown()")
    assert browser.run("document.activeElement.id") == "work", "who was typing goes on"


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
    assert browser.run("part('h2').textContent") == "Maintenance en cours"
    assert browser.run("part('#message').textContent") == "De retour à <b>15 h</b>."
    assert browser.run("part('dialog button').textContent") == "Vérifier à nouveau"
    app.gate = OK
    browser.run("new Promise((go) => setTimeout(go, 1100))")
    browser.run("part('dialog button').click()")
    browser.wait("!shown()")


def test_a_soft_block_is_a_banner_that_stays_away_until_something_is_new(browser: Page, app: App) -> None:
    soft: dict[str, Any] = {
        "policyStatus": "SOFT_BLOCK",
        "requiresUpdate": False,
        "message": "",
        "url": "",
        "latest": "2.0.0",
    }
    visit(browser, app, **soft)
    assert not browser.run("shown()")
    assert browser.run("part('[role=status] p').textContent") == "A newer version of the app is available."
    assert browser.run("document.activeElement.id") == "work"
    browser.run("[...modal.shadowRoot.querySelectorAll('[role=status] button')].at(-1).click()")
    browser.run("ask()")
    assert browser.run("part('[role=status] p')") is None
    app.gate = {**soft, "message": "2.1 is here."}
    browser.run("ask()")
    assert browser.run("part('[role=status] p').textContent") == "2.1 is here."


def test_update_reloads_past_the_caches_once(browser: Page, app: App) -> None:
    visit(browser, app, **BLOCK)
    browser.run("sessionStorage.clear()")
    browser.run("modal.show({...client.gate})")
    browser.run("caches.open('old').then((cache) => cache.put('/x', new Response('x')))")
    browser.run("window.mayGo = () => false")
    browser.run("part('dialog button').click()")
    browser.wait("part('dialog [role=status]').textContent.startsWith('Your work could not be saved')")
    browser.run("window.mayGo = async () => { sessionStorage.saved = 'yes' }")
    app.pages.clear()
    browser.run("window.before = true")
    browser.run("part('dialog button').click()")
    browser.wait("!window.before && !!window.ready")
    assert len(app.pages) == 2, "once past the cache, once to show it"
    assert browser.run("[sessionStorage.saved, shown()]") == ["yes", True]
    assert browser.run("caches.keys()") == []
    assert browser.run("part('dialog [role=status]').textContent").startswith("The new version is not here yet")
    assert browser.run("part('dialog button').textContent") == "Check again"
    browser.run("part('dialog button').click()")
    browser.run("ask()")
    assert len(app.pages) == 2, "it cannot loop"


def test_update_leads_to_the_address_but_never_runs_one(browser: Page, app: App) -> None:
    visit(browser, app, **BLOCK)
    for address, leads_to in (("javascript:window.ran = true", "/"), ("/store", "/store")):
        browser.run("sessionStorage.clear()")
        browser.run("window.before = true")
        browser.run(f"showUpdateModal('Old.', {address!r}).shadowRoot.querySelector('dialog button').click()")
        browser.wait("!window.before && window.ready")
        assert browser.run("[location.pathname, window.ran]") == [leads_to, None]


@pytest.mark.parametrize("url", ["/", "/#new", "{here}", "/store"])
def test_an_address_of_the_app_itself_is_loaded_past_the_caches_once(browser: Page, app: App, url: str) -> None:
    address = url.format(here=app.address + "/")
    visit(browser, app, **BLOCK)
    app.gate = {**BLOCK, "url": address}
    browser.run("sessionStorage.clear()")
    browser.run(f"modal.show({{...client.gate, url: {address!r}}})")
    browser.run("caches.open('old').then((cache) => cache.put('/x', new Response('x')))")
    app.pages.clear()
    browser.run("window.before = true")
    browser.run("part('dialog button').click()")
    browser.wait("!window.before && !!window.ready")
    assert len(app.pages) == 2, "once past the cache, once to show it"
    assert browser.run("location.href") == app.address + (url if url.startswith("/") else "/")
    assert browser.run("caches.keys()") == []
    assert browser.run("part('dialog button').textContent") == "Check again", "it cannot loop"


def test_a_block_without_a_minimum_cannot_loop(browser: Page, app: App) -> None:
    visit(browser, app)
    browser.run("sessionStorage.clear()")
    browser.run("window.before = true")
    browser.run("showUpdateModal('Old.').shadowRoot.querySelector('dialog button').click()")
    browser.wait("!window.before && !!window.ready")
    assert browser.run("showUpdateModal('Old.').shadowRoot.querySelector('dialog button').textContent") == "Check again"


def test_a_banner_saves_once_and_says_itself_that_it_could_not(browser: Page, app: App) -> None:
    visit(browser, app, **{**BLOCK, "policyStatus": "SOFT_BLOCK", "requiresUpdate": False})
    browser.run(
        "window.saves = 0, window.mayGo = () => { saves++; return new Promise((_, no) => { window.fail = no; }); }"
    )
    press = "part('div[role=status] button')"
    browser.run(f"{press}.click()")
    assert browser.run(f"{press}.disabled")
    browser.run("modal.show({...client.gate, message: 'Newer still.'})")
    assert browser.run(f"{press}.disabled"), "also when it is drawn anew"
    browser.run(f"{press}.disabled = false, {press}.click()")
    assert browser.run("saves") == 1
    browser.run("fail(new Error('full'))")
    browser.wait("part('div[role=status]').textContent.includes('Your work could not be saved')")
    assert browser.run(f"[{press}.disabled, shown(), part('dialog [role=status]').textContent]") == [False, False, ""]


def test_a_page_that_never_comes_past_the_cache_is_not_waited_for(browser: Page, app: App) -> None:
    visit(browser, app, **BLOCK)
    browser.run("sessionStorage.clear()")
    browser.run("modal.show({...client.gate})")
    app.hangs = True
    browser.run("window.before = true")
    browser.run("part('dialog button').click()")
    browser.wait("!window.before && !!window.ready")
