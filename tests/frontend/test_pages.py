"""Every page and everything that opens in one, in the real Chromium: {1440, 390} × {light, dark} × {fr, en}. axe has
nothing to say, targets included, the console neither, no policy is violated, and nothing has to be scrolled sideways at
320 pixels.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from configs.demo import demo_snapshot
from tests.browsers import until
from tests.factories import World
from tests.frontend.reading import LANGUAGES, Reader, readers
from tests.house.routes import is_page, path, routes
from tests.house.test_roles import PARAMETERS, values
from tests.releases.admin_pages import staff

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("DATABASE_URL" in os.environ, reason="a page looks the same with each database"),
]

__all__ = ["values"]

#: Pages that are not for one's eyes: files, and what only forwards.
NOT_SEEN = {"admin/jsi18n/", "admin/autocomplete/", "admin/r/<path:content_type_id>/<path:object_id>/", "admin/<url>"}
#: What the walk of the URLconf does not find.
MORE = ("preview/<str:token>",)
#: Forms of the Toolbox, while the draft is edited.
FORMS = ("pages/orders", "tables/orders", "tabs/orders.open", "featureFlags/chat_support", "uiTokens/color", "theme")
#: Pages for those who have not logged in.
OUTSIDE = ("", "login", "cp/incident/login")

TOOLBOX, APP = "/toolbox/icontrol/#/pages/orders", "/app#/orders"
#: Where → what is opened there, one after the other: its name, what opens it, where it is then seen.
OPENED = {
    TOOLBOX: [
        ("live as JSON", "ask('file')", "tb-file dialog"),
        ("items", "view.draft.edit(true); view.view = 'items'", ".side"),
        ("how it looks", "view.view = 'preview'", ".see"),
        ("raw JSON", "view.view = 'edit'; view.raw = true", ".edit tb-json"),
        ("palette", "view.raw = false; ask('palette')", "tb-palette [role=option]"),
        ("nothing found", "await type('tb-palette input', 'zzzz')", "tb-palette dialog"),
        ("draft as JSON", "ask('file')", "tb-file footer"),
        ("no JSON", "await type('tb-file textarea', '{'); await press('tb-file footer .p')", "tb-file .err"),
        ("new page", "open('tb-add', 'pages'); await type('#new-id', 'orders')", "tb-add .err"),
        ("new tab", "close(); await press('tb-page .pills > .btn'); await type('tb-ask .mono', '%')", "tb-ask .err"),
        (
            "ids",
            "open('tb-ids:has(dialog)'); await type('.paste[open] textarea', 'a, a, b c')",
            ".paste[open] .cleaned",
        ),
        ("in use", "open('tb-remove', 'pages', 'orders')", "tb-remove dialog"),
        ("tour", "ask('tour')", "tb-tour .tour"),
        ("the tour goes on", "await press('.tour .p')", "tb-tour .tour"),
        ("conflict", "await press('.tour .lnk'); conflict('mine', 'theirs')", ".conflicts"),
        ("notices", "conflict(); view.notice = 'x'; view.session.signedOut = true; view.requestUpdate()", ".edit"),
        (
            "problems",
            "view.draft.remove('pages', 'orders', 'x'); (await soon('.problems')).open = true",
            ".problems ul",
        ),
        ("not publishable", "ask('review')", "tb-review .callout.e"),
        ("preview", "close(); view.draft.undo(); rename('Sales'); ask('preview')", "tb-preview .btn.d"),
        ("preview anew", "await press('tb-preview .b > .row .btn')", "tb-preview form"),
        ("link", "await send('tb-preview')", "tb-preview [name=ttl]"),
        ("link is made", "await send('tb-preview')", "tb-preview .qr"),
        ("withdraw", "await press('tb-preview .btn.d')", "tb-preview form"),
        ("review", "ask('review')", "tb-review .diff li"),
        ("no reason", "await press('tb-review footer .btn:last-child')", "tb-review .err"),
        (
            "published",
            "await type('#reason', 'x'); await press('tb-review footer .btn:last-child')",
            "tb-review .callout.g",
        ),
        ("undo", "await press('tb-review footer .d')", "tb-review form .d"),
    ],
    APP: [
        ("window", "await press('[data-pick=\"tables/orders/actions/refund\"]')", ".app-dialog"),
        ("menu", "close(); await press('.app-burger')", ".app-nav"),
        ("flags", "(await soon('.app-state .menu')).open = true", ".app-state .menu-body"),
        ("news", "(await soon('app-client')).notice = 'x'", ".app-news"),
        ("update", "gate('HARD_BLOCK')", "icontrol-update-modal"),
        ("maintenance", "gate('MAINTENANCE')", "icontrol-update-modal"),
        ("may update", "gate('SOFT_BLOCK')", "icontrol-update-modal"),
    ],
    "/cp": [("keys", "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '?', bubbles: true}))", "dialog")],
}
#: What the scripts there are written in.
WORDS = """
  const soon = async where => {
    for (let tries = 0; tries < 500; tries++) {
      const found = document.querySelector(where);
      if (found) return found;
      await new Promise(done => setTimeout(done, 20));
    }
    throw new Error(`${where} does not come`);
  };
  const close = () => document.querySelectorAll('dialog[open]').forEach(one => one.close());
  const press = async where => (await soon(where)).click();
  const type = async (where, text) => {
    const field = await soon(where);
    field.value = text;
    field.dispatchEvent(new InputEvent('input', {bubbles: true}));
  };
  const send = async where => {
    await type(`${where} [name=reason]`, 'x');
    (await soon(`${where} form`)).requestSubmit();
  };
  const view = document.querySelector('#tb') && await soon('tb-app-view');
  const ask = name => { close(); view.session.ask(name); };
  const open = (where, ...what) => { close(); view.querySelector(where).open(...what); };
  const rename = en => view.draft.change('x', copy => { copy.pages.find(one => one.id === 'orders').title.en = en; });
  const conflict = (mine, theirs) => {
    view.draft.others = 'grace';
    view.draft.conflicts = mine ? [{path: ['pages', 'orders', 'title', 'en'], mine, theirs}] : [];
    view.requestUpdate();
  };
  const gate = policyStatus => {
    const gate = {policyStatus, requiresUpdate: true, message: '', url: '', minSupported: '2.0.0'};
    const client = {gate, clientVersion: '1.0.0', refresh: async () => {}, subscribe: () => () => {}};
    document.querySelector('icontrol-update-modal').client = client;
  };
"""


@pytest.fixture
def places(transactional_db: None, values: dict[str, Any], world: World) -> list[str]:  # noqa: F811
    """The world with one of everything, and the demo live in it."""
    world.release(demo_snapshot(), confirm=("release.grows", "release.shrinks"))
    walked = [route for route in routes() if is_page(route) and route not in NOT_SEEN and "logout" not in route]
    found = [path(PARAMETERS.get(route, route), {**values, "admin": "configs"}) for route in [*walked, *MORE]]
    return found + [f"/toolbox/icontrol/?{number}#/{form}" for number, form in enumerate(FORMS)]


@pytest.fixture(params=LANGUAGES)
def both(request: pytest.FixtureRequest, places: list[str]) -> Iterator[tuple[Reader, Reader]]:
    """Somebody who has not logged in, and an admin."""
    with readers(request.param, staff("admin", name="walker").client.cookies["sessionid"].value) as found:
        yield found


def test_nothing_is_wrong_with_any_page(places: list[str], both: tuple[Reader, Reader]) -> None:
    outside, inside = both
    for place in OUTSIDE:
        outside.read(f"/{place}")
    for place in places:
        inside.read(place)
    assert len(inside.seen) > 40
    wrong = outside.wrong + inside.wrong
    assert not wrong, "\n".join(wrong)


def test_nothing_is_wrong_with_what_opens_in_a_page(both: tuple[Reader, Reader]) -> None:
    _, inside = both
    for place, opened in OPENED.items():
        assert inside.go(place)
        for name, script, where in opened:
            inside.page.set_viewport_size({"width": 1440, "height": 900})
            inside.page.evaluate(f"async () => {{ {WORDS} {script}; }}")
            until(inside.page, f"document.querySelector({where!r})?.checkVisibility()")
            is_dialog = inside.page.evaluate("document.querySelector('dialog[open]') !== null")
            inside.look(f"{place} {name}", "dialog[open]" if is_dialog else where)
    assert not inside.wrong, "\n".join(inside.wrong)
