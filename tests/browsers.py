"""The system's Chromium, through Playwright: nothing is fetched, and what a console complains of is collected."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Iterator

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections
from django.test.testcases import QuietWSGIRequestHandler
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, sync_playwright

# Not a measure of speed: how long a page that hangs may hold the suite up.
PATIENCE_SECONDS = 60


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Without Chromium a loud skip; where CI is set, a failure."""
    program = shutil.which("chromium")
    if program is None:
        obstacle = "NOT RUN: chromium not found (Debian: apt-get install chromium)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(obstacle)
    options = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in the thread of the test, which Django takes for a mistake.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=program, args=options)
        try:
            yield browser
        finally:
            browser.close()
            # Beside Playwright's loop this thread has connections of its own, which nobody could reach afterwards.
            for connection in connections.all(initialized_only=True):
                if not connection.in_atomic_block:
                    connection.close()


def complaints_of(context: BrowserContext) -> list[str]:
    """What the consoles of its pages will complain of: policies, scripts that fail. Refused requests are the tests'
    own matter.
    """
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            found.append(f"{message.page.url if message.page else ''}: {message.text}")

    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    context.on("console", note)
    context.on("weberror", lambda error: found.append(f"{error.page.url if error.page else ''}: {error.error}"))
    return found


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The program in threads of this process, with the test's own database; its address. (Django's live server hides
    our way of serving assets.)
    """
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler)
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def until(page: Page, expression: str) -> None:
    """Until the expression is true, also in a page that comes after this one. (Playwright's own way needs ``eval``,
    which our policies forbid.)
    """
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        with contextlib.suppress(Error):  # between two pages there is none
            if page.evaluate(f"!!({expression})"):
                return
        assert time.monotonic() < end, expression
        page.wait_for_timeout(50)
