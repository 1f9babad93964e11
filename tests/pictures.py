"""``make screenshots``: the pages that the READMEs show, in both languages, from a server with the demo."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

# Only now, because the apps must be loaded.
# isort: split
from playwright.sync_api import Page  # noqa: E402

from tests.browsers import chromium  # noqa: E402
from tests.e2e.test_story import Shell  # noqa: E402
from tests.icontrol.test_serve import ROOT, free_port, get, serving  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
PASSWORD = "only-for-pictures-1"
#: Name → where.
PAGES = {
    "toolbox": "/toolbox#/pages/orders",
    "control-plane": "/cp",
    "app": "/app?version=1.2.0#/orders",
}


def log_in(page: Page, address: str) -> None:
    page.goto(f"{address}/login")
    page.locator("[name=username]").fill("admin")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url("**/cp")


def main() -> None:
    with tempfile.TemporaryDirectory() as data, chromium() as browser:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "icontrol.settings",
            "ICONTROL_DATA": f"{data}/data",
            "ICONTROL_ADMIN_PASSWORD": PASSWORD,
            "PORT": str(free_port()),
        }
        address = f"http://127.0.0.1:{environment['PORT']}"
        with serving(environment, Path(data, "log")) as process:
            get(process, int(environment["PORT"]), "/readyz")
            manage = Shell(environment)
            manage("set", "pages/orders", 'title={"en": "Purchases", "fr": "Achats"}')
            manage("publish", "draft", "--reason", "A clearer word / Un mot plus clair")
            manage("set", "featureFlags/express_delivery", "state=ROLLOUT", "rollout=10%")
            for language in ("en", "fr"):
                context = browser.new_context(locale=language, viewport={"width": 1440, "height": 900})
                page = context.new_page()
                log_in(page, address)
                for name, where in PAGES.items():
                    page.goto(address + where)
                    page.wait_for_load_state("networkidle")
                    if name == "toolbox":
                        page.get_by_role("button", name="Ctrl E").click()
                        page.get_by_role("button", name=re.compile("^(No, thanks|Non, merci)$")).click()
                        page.mouse.move(0, 0)
                    file = PICTURES / f"{name}.{language}.png"
                    page.screenshot(path=file, animations="disabled")
                    file.chmod(0o644)
                context.close()


if __name__ == "__main__":
    main()
