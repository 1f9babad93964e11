"""Reads pages in the real Chromium, on a desk and on a phone, light and dark, and notes what is wrong."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Error, Page, Response

from tests.browsers import chromium, complaints_of, served
from tests.clients import with_packages
from tests.frontend.javascript import HERE

LANGUAGES = ("en", "fr")
NARROWEST = 320
HEIGHT = 900
#: What a browser says of an answer that shows nothing.
NO_PAGE = ("Download is starting", "net::ERR_HTTP_RESPONSE_CODE_FAILURE")
#: What a scheme changes is colours: in the second one only their rules run.
COLOURS = ("color-contrast", "link-in-text-block")

AXE = """async ([where, only]) => {
  await new Promise(requestAnimationFrame);
  document.getAnimations().filter(one => one instanceof CSSTransition).forEach(one => one.finish());
  const chosen = only.length ? {runOnly: {type: 'rule', values: only}} : {rules: {'target-size': {enabled: true}}};
  const place = where ? document.querySelector(where) : document;
  const {violations} = await axe.run(place, {resultTypes: ['violations'], preload: false, ...chosen});
  // axe knows no role of a summary, so it does not measure it.
  const targets = only.length ? [] : [...(where ? place : document).querySelectorAll('summary')];
  const isSmall = one => {
    const {width, height} = one.getBoundingClientRect();
    return one.checkVisibility() && Math.min(width, height) < 24;
  };
  const small = targets.filter(isSmall).map(one => `target-size: ${one.outerHTML.slice(0, 160)}`);
  const told = text => text.split('\\n').slice(1, 3).join(';').slice(0, 240);
  const found = violations.flatMap(({id, nodes}) => nodes.slice(0, 3).map(node =>
    `${id}: ${node.target.join(' ')} ${node.html.slice(0, 160)} | ${told(node.failureSummary)}`));
  return [...small.slice(0, 3), ...found];
}"""
#: A dialog does not let the page grow: what is wider than it is cut off, or its body is scrolled.
WIDER = """where => {
  const page = document.documentElement;
  const opened = where ? [...document.querySelectorAll(`${where}, ${where} .b`)] : [];
  const theirs = opened.flatMap(one => [...one.shadowRoot?.querySelectorAll('dialog') ?? []]);
  const inside = where ? [...document.querySelectorAll(`${where} *`)] : [];
  const left = inside.filter(one => one.checkVisibility() && one.getBoundingClientRect().left < -1).slice(0, 3);
  const cut = left.map(one => `${one.tagName}.${one.className} begins left of the page`);
  const wide = [page, ...opened, ...theirs].filter(box => box.scrollWidth > box.clientWidth).map(box => {
    const end = Math.min(page.clientWidth, box.getBoundingClientRect().right);
    const found = [...box.querySelectorAll('*')].filter(one => one.getBoundingClientRect().right > end + 1);
    const named = found.slice(0, 3).map(one => `${one.tagName}.${one.className}`).join(', ');
    return `${box.tagName} ${box.scrollWidth} px wide: ${named}`;
  });
  return [...cut, ...wide];
}"""
#: All but menus, which cover what is below them.
UNFOLD = "document.querySelectorAll('details:not(.menu)').forEach(one => { one.open = true; })"
MENUS = "[...document.querySelectorAll('details.menu')].map(one => one.checkVisibility() ? one.textContent : '')"
OPEN_MENU = (
    """at => document.querySelectorAll('details.menu').forEach((one, number) => { one.open = number === at; })"""
)
#: Waits until live parts are there; those whose module does not come.
UNDEFINED = """async () => {
  const names = [...new Set([...document.querySelectorAll(':not(:defined)')].map(one => one.localName))];
  const late = name => new Promise(done => setTimeout(() => done(`nobody defines ${name}`), 10000));
  const defined = name => customElements.whenDefined(name).then(() => '');
  const found = await Promise.all(names.map(name => Promise.race([defined(name), late(name)])));
  if (names.length) await new Promise(done => setTimeout(done, 300));
  return found.filter(Boolean);
}"""


@dataclass(frozen=True)
class Look:
    width: int
    scheme: Literal["light", "dark"]
    #: Rules of axe; none: all.
    only: tuple[str, ...] = ()


#: In an order that changes one thing at a time.
LOOKS = (
    Look(1440, "light"),
    Look(1440, "dark", COLOURS),
    Look(390, "dark"),
    Look(390, "light", COLOURS),
)


class Reader:
    """Goes through pages and notes what is wrong with each."""

    def __init__(self, address: str, context: BrowserContext) -> None:
        self.address, self.context = address, context
        self.complaints = complaints_of(context)
        context.add_init_script(path=with_packages(HERE, "axe") / "node_modules" / "axe-core" / "axe.min.js")
        context.on("response", self.note)
        self.page: Page = context.new_page()
        self.seen: set[str] = set()
        self.menus: set[str] = {""}
        self.wrong: list[str] = []

    def note(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type in ("stylesheet", "script", "image", "font"):
            self.complaints.append(f"{response.status} {response.url}")

    def go(self, place: str) -> Response | None:
        """``None``: there is no page."""
        self.page.set_viewport_size({"width": LOOKS[0].width, "height": HEIGHT})
        self.page.emulate_media(color_scheme=LOOKS[0].scheme)
        try:
            answer = self.page.goto(self.address + place)
        except Error as error:
            assert any(kind in str(error) for kind in NO_PAGE), error
            self.page.close()  # it would interrupt the next one
            self.page = self.context.new_page()
            return None
        is_page = answer is not None and "html" in answer.headers.get("content-type", "")
        self.wrong += [f"{place} {one}" for one in (self.page.evaluate(UNDEFINED) if is_page else [])]
        return answer if is_page else None

    def edit(self, place: str) -> None:
        """In the Toolbox."""
        self.page.get_by_role("button", name="Ctrl E").click()
        self.wrong += [f"{place} {one}" for one in self.page.evaluate(UNDEFINED)]

    def read(self, place: str) -> None:
        """The page, all of it unfolded, and those of its menus that no page before had."""
        answer = self.go(place)
        if answer is None or self.page.url in self.seen:
            return
        self.seen.add(self.page.url)
        if answer.status >= 500:
            self.wrong.append(f"{place} status {answer.status}")
        if "#/" in place:
            self.edit(place)
        self.wrong += [f"{place} folded: {one}" for one in self.wider(None)]
        self.page.evaluate(UNFOLD)
        self.look(place)
        for at, text in enumerate(self.page.evaluate(MENUS)):
            if text not in self.menus:
                self.menus.add(text)
                self.page.evaluate(OPEN_MENU, at)
                self.look(f"{place} menu {at}", "details.menu[open]")
        self.page.evaluate(OPEN_MENU, -1)

    def look(self, what: str, where: str | None = None) -> None:
        """``where``: only there, a selector."""
        for look in LOOKS:
            self.page.set_viewport_size({"width": look.width, "height": HEIGHT})
            self.page.emulate_media(color_scheme=look.scheme)
            found = self.page.evaluate(AXE, [where, look.only])
            self.wrong += [f"{what} {look.width} {look.scheme}: {one}" for one in found]
        self.wrong += [f"{what}: {one}" for one in [*self.wider(where), *self.complaints]]
        self.complaints.clear()

    def wider(self, where: str | None) -> list[str]:
        self.page.set_viewport_size({"width": NARROWEST, "height": HEIGHT})
        found: list[str] = self.page.evaluate(WIDER, where)
        return found


def reader(browser: Browser, address: str, language: str, session: str | None) -> Reader:
    """``session``: the cookie of who has logged in."""
    context = browser.new_context(locale=language)
    if session is not None:
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    return Reader(address, context)


@contextlib.contextmanager
def readers(language: str, session: str) -> Iterator[tuple[Reader, Reader]]:
    """Somebody who has not logged in, and who has."""
    with served() as address, chromium() as browser:
        yield reader(browser, address, language, None), reader(browser, address, language, session)
