"""How the Toolbox feels with a large draft, in a real Chromium, for ``python -m tests.bench``. Prints one line of JSON.

500 pages, 2 000 columns and 300 flags. First paint and the time until the form can be used, from the address on; and of
each key pressed in a form the time until the next frame is painted.
"""

from __future__ import annotations

import json
import shutil
from typing import Any

from tests.bench.beside import PASSWORD, Server, running  # isort: skip  (sets Django up)

from playwright.sync_api import Page, sync_playwright

from tests.bench.ledgers import progress

PAGES, TABLES, COLUMNS, FLAGS = 500, 40, 50, 300
KEYS = "the quick brown fox jumps over the lazy dog"
#: Form → its address and the field that is typed into.
FORMS = {
    "page": ("#/pages/page-250", "[data-path^='title'] input"),
    "table": (
        "#/tables/table-20",
        "[data-path='columns/25/key'] input, input[data-path='columns/25/key']",
    ),
    "flag": ("#/featureFlags/flag-150", "[data-path='owner'] input"),
}
#: From when a key was pressed until the frame with it is painted.
LISTEN = """
window.keyTimes = [];
document.addEventListener('keydown', event => {
  requestAnimationFrame(() => {
    const painted = new MessageChannel();
    painted.port1.onmessage = () => keyTimes.push(performance.now() - event.timeStamp);
    painted.port2.postMessage(0);
  });
}, true);
"""


def large_draft() -> dict[str, Any]:
    shown = {"visible": True}
    columns = [
        {**shown, "id": f"c{number}", "key": f"k{number}", "label": f"C {number}", "type": "text", "order": number}
        for number in range(COLUMNS)
    ]
    return {
        "pages": [
            {
                **shown,
                "id": f"page-{number}",
                "title": f"P {number}",
                "path": f"/{number}",
                "order": number,
                "roles": [],
            }
            for number in range(PAGES)
        ],
        "tables": [
            {**shown, "id": f"table-{number}", "pageId": f"page-{number}", "columns": columns, "actions": []}
            for number in range(TABLES)
        ],
        "tabs": [],
        "featureFlags": [
            {"key": f"flag-{number}", "state": "OFF", "type": "boolean", "owner": "web"} for number in range(FLAGS)
        ],
    }


def opened(page: Page, server: Server, address: str, field: str) -> dict[str, float]:
    """Seconds until something is painted, and until the draft's form can be typed into."""
    page.goto("about:blank")
    page.goto(f"http://127.0.0.1:{server.port}/toolbox/icontrol/{address}", wait_until="commit")
    page.locator(".side a").first.wait_for()
    found = page.locator(field).first
    if not found.is_visible() or not found.is_editable():  # at first it shows what is live
        page.keyboard.press("Control+e")
    found.click()
    ready = page.evaluate("performance.now()")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return {"paint": paint / 1000, "ready": ready / 1000}


def typed(page: Page, field: str) -> list[float]:
    """Seconds of each key."""
    page.locator(field).first.click()
    page.evaluate("keyTimes.length = 0")
    for key in KEYS:
        page.keyboard.press("Space" if key == " " else key)
        page.wait_for_timeout(120)  # as somebody types
    times = page.evaluate("keyTimes")
    return sorted(time / 1000 for time in times)


def main() -> None:
    program = shutil.which("chromium")
    if program is None:
        print(json.dumps(None))
        return
    with running(ICONTROL_SNAPSHOT_MAX_BYTES=str(2**20)) as server, sync_playwright() as playwright:
        server.save(json.dumps(large_draft()).encode())
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.add_init_script(LISTEN)
        page.goto(f"http://127.0.0.1:{server.port}/login")
        page.fill("input[name=username]", "admin")
        page.fill("input[name=password]", PASSWORD)
        page.click("main button")
        found: dict[str, dict[str, float]] = {}
        for name, (address, field) in FORMS.items():
            progress(f"the Toolbox: {name}")
            found[name] = opened(page, server, address, field)
            keys = typed(page, field)
            found[name] |= {"p50": keys[len(keys) // 2], "p95": keys[int(len(keys) * 0.95)]}
        browser.close()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
