"""The control plane in a real browser: live parts, shortcuts, the viewer's time zone; and without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext

from tests.browsers import chromium, complaints_of, served, until
from tests.factories import World, flag, snapshot
from tests.frontend.control.pages import HERE
from tests.releases.admin_pages import staff

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def address(world: World) -> Iterator[str]:
    with served() as found:
        yield found


@pytest.fixture
def world(committed_world: World) -> World:
    committed_world.release(snapshot("home", featureFlags=[flag("search", "ON")]))
    committed_world.release(snapshot("home", "shop", featureFlags=[flag("search", "ON")]))
    return committed_world


def logged_in(browser: Browser, address: str, **options: Any) -> BrowserContext:
    session = staff("publisher", name="ada.p").client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(locale="en", base_url=address, **options)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
    return context


def test_with_javascript(world: World, address: str, browser: Browser) -> None:
    context = logged_in(browser, address, timezone_id="Asia/Tokyo")
    complaints = complaints_of(context)
    page = context.new_page()
    page.goto("/cp")
    world.kill("search")
    until(page, "document.getElementById('live').textContent.includes('killed search')")
    page.keyboard.press("?")
    until(page, "document.querySelector('dialog[open]')?.textContent.includes('Ledger')")
    page.keyboard.press("Escape")
    until(page, "!document.querySelector('dialog')")
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url(f"**{HERE}/releases")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "words"
    page.goto(f"{HERE}/then?at=2026-11-22T12:00:03&zone=UTC")
    assert page.input_value("#zone") == "UTC" and page.input_value("#at") == "2026-11-22T12:00:03"
    page.goto(f"{HERE}/then")
    assert page.input_value("#zone") == "Asia/Tokyo"
    context.close()
    assert complaints == []


def test_without_javascript(world: World, address: str, browser: Browser) -> None:
    context = logged_in(browser, address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/cp")
    page.click("text=Roll back to 1.0.0")
    page.fill("#reason", "the shop breaks")
    page.click("button:has-text('Roll back to 1.0.0')")
    page.wait_for_url(f"**{HERE}/releases/3")
    assert "1.0.0 is live in production (release 3)." in page.inner_text("main")
    page.goto(f"{HERE}/then")
    page.fill("#at", "2026-11-22T12:00:04")
    page.click("text=What did clients get?")
    assert "1.0.1" in page.inner_text("main") or "1.0.0" in page.inner_text("main")
    with page.expect_download() as download:
        page.click("text=Download what clients got")
    assert download.value.suggested_filename.endswith(".json")
    context.close()
