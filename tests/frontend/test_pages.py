"""Every page in the real Chromium, on a desk and on a phone: axe has nothing to say, the console neither, no policy is
violated, nothing has to be scrolled sideways at 320 pixels. On the phone everything is folded out and opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Error, Page, Response

from configs.demo import demo_snapshot
from tests.browsers import chromium, complaints_of, served
from tests.clients import with_packages
from tests.factories import World
from tests.frontend.javascript import HERE
from tests.house.routes import is_page, path, routes
from tests.house.test_roles import PARAMETERS, values
from tests.releases.admin_pages import staff

pytestmark = pytest.mark.slow

__all__ = ["values"]

#: Pages that are not for one's eyes: files, and what only forwards.
NOT_SEEN = {"admin/jsi18n/", "admin/autocomplete/", "admin/r/<path:content_type_id>/<path:object_id>/", "admin/<url>"}
#: What a browser says of an answer that shows nothing.
NO_PAGE = ("Download is starting", "net::ERR_HTTP_RESPONSE_CODE_FAILURE")
#: What the walk of the URLconf does not find.
MORE = ("preview/<str:token>",)
#: Forms of the Toolbox, while the draft is edited.
FORMS = ("pages/orders", "tables/orders", "tabs/orders.open", "featureFlags/chat_support", "uiTokens/color", "theme")
#: Pages for those who have not logged in.
OUTSIDE = ("", "login", "cp/incident/login")

AXE = """async where => {
  const rules = {'target-size': {enabled: true}};
  const place = where ? document.querySelector(where) : document;
  const {violations} = await axe.run(place, {resultTypes: ['violations'], rules, preload: false});
  const told = text => text.split('\\n').slice(1, 3).join(';').slice(0, 240);
  return violations.flatMap(({id, nodes}) => nodes.slice(0, 3).map(node =>
    `${id}: ${node.target.join(' ')} ${node.html.slice(0, 160)} | ${told(node.failureSummary)}`));
}"""
WIDER = """() => {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth) return [];
  const sticksOut = one => one.getBoundingClientRect().right > page.clientWidth + 1;
  const found = [...document.body.querySelectorAll('*')].filter(sticksOut);
  return [`${page.scrollWidth} px wide: ` + found.slice(0, 3).map(one => `${one.tagName}.${one.className}`).join(', ')];
}"""
UNFOLD = "document.querySelectorAll('details').forEach(one => { one.open = true; })"
DIALOGS = "[...document.querySelectorAll('dialog[id]:not([open])')].map(one => one.id)"
OPEN = "id => document.getElementById(id).showModal()"
CLOSE = "id => document.getElementById(id).close()"
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
class Variant:
    name: str
    width: int
    scheme: Any
    language: str

    @property
    def is_phone(self) -> bool:
        return self.width < 500


VARIANTS = (Variant("desk", 1440, "light", "en"), Variant("phone", 390, "dark", "fr"))


class Reader:
    """Goes through pages and notes what is wrong with each."""

    def __init__(self, address: str, variant: Variant, context: BrowserContext) -> None:
        self.address, self.variant, self.context = address, variant, context
        self.complaints = complaints_of(context)
        context.add_init_script(path=with_packages(HERE, "axe") / "node_modules" / "axe-core" / "axe.min.js")
        context.on("response", self.note)
        self.page: Page = context.new_page()
        self.seen: set[str] = set()
        self.wrong: list[str] = []

    def note(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type in ("stylesheet", "script", "image", "font"):
            self.complaints.append(f"{response.status} {response.url}")

    def read(self, place: str) -> None:
        try:
            answer = self.page.goto(self.address + place)
        except Error as error:
            assert any(kind in str(error) for kind in NO_PAGE), error
            self.page.close()  # it would interrupt the next one
            self.page = self.context.new_page()
            return
        if answer is None or "html" not in answer.headers.get("content-type", "") or self.page.url in self.seen:
            return
        self.seen.add(self.page.url)
        found = [f"status {answer.status}"] if answer.status >= 500 else []
        found += self.page.evaluate(UNDEFINED)
        if "#/" in place:
            self.page.get_by_role("button", name="Ctrl E").click()
            found += self.page.evaluate(UNDEFINED)
        if self.variant.is_phone:
            found += self.opened()
        else:
            found += self.page.evaluate(AXE, None)
        found += self.complaints
        self.complaints.clear()
        self.wrong += [f"{self.variant.name} {place} {one}" for one in found]

    def opened(self) -> list[str]:
        self.page.set_viewport_size({"width": 320, "height": 800})
        found = self.page.evaluate(WIDER)
        self.page.evaluate(UNFOLD)
        found += [f"unfolded: {one}" for one in self.page.evaluate(WIDER)]
        self.page.set_viewport_size({"width": self.variant.width, "height": 800})
        found += self.page.evaluate(AXE, None)
        for dialog in self.page.evaluate(DIALOGS):
            self.page.evaluate(OPEN, dialog)
            found += [f"{dialog}: {one}" for one in self.page.evaluate(AXE, f"#{dialog}")]
            self.page.evaluate(CLOSE, dialog)
        return found


@pytest.fixture
def places(transactional_db: None, values: dict[str, Any], world: World) -> list[str]:  # noqa: F811
    """The world with one of everything, and the demo live in it."""
    world.release(demo_snapshot(), confirm=("release.grows", "release.shrinks"))
    walked = [route for route in routes() if is_page(route) and route not in NOT_SEEN and "logout" not in route]
    found = [path(PARAMETERS.get(route, route), {**values, "admin": "configs"}) for route in [*walked, *MORE]]
    return found + [f"/toolbox/icontrol/?{number}#/{form}" for number, form in enumerate(FORMS)]


@pytest.fixture
def readers(request: pytest.FixtureRequest) -> Iterator[tuple[Reader, Reader]]:
    """Somebody who has not logged in, and an admin."""
    variant: Variant = request.param
    with served() as address, chromium() as browser:
        both = []
        for client in (None, staff("admin", name="walker").client):
            context = browser.new_context(
                viewport={"width": variant.width, "height": 900},
                color_scheme=variant.scheme,
                locale=variant.language,
            )
            if client is not None:
                session = client.cookies["sessionid"].value
                context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
            both.append(Reader(address, variant, context))
        yield both[0], both[1]


@pytest.mark.parametrize("readers", VARIANTS, ids=lambda variant: variant.name, indirect=True)
def test_nothing_is_wrong_with_any_page(places: list[str], readers: tuple[Reader, Reader]) -> None:
    outside, inside = readers
    for place in OUTSIDE:
        outside.read(f"/{place}")
    for place in places:
        inside.read(place)
    assert len(inside.seen) > 40
    wrong = outside.wrong + inside.wrong
    assert not wrong, "\n".join(wrong)
