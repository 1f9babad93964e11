"""Where assets stand, what may be kept for ever, and what may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.test import Client

from icontrol import assets
from tests.frontend.javascript import SDK

MODULE = "frontend/lib.js"


def got(client: Client, address: str) -> tuple[int, str, bytes]:
    answer = client.get(address)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    answer.close()
    return answer.status_code, answer.headers.get("Cache-Control", ""), body


@pytest.mark.django_db  # closing an answer looks at the connections
def test_only_the_address_of_this_release_may_be_kept(client: Client) -> None:
    address = static(MODULE)
    assert address == f"/static/{assets.tree()}/{MODULE}" and len(assets.tree()) == 16
    status, cache, body = got(client, address)
    assert (status, cache) == (200, "max-age=31536000, public, immutable") and body.startswith(b"// What all modules")
    for other in (f"/static/{'0' * 16}/{MODULE}", f"/static/{MODULE}"):
        assert got(client, other) == (200, "no-cache", body)
    first = client.get(address)
    first.close()
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["../settings.py", f"{'0' * 16}/{MODULE}", "frontend/vendor/checksums.json", "", "x" * 16]
)
def test_nothing_else_is_there(client: Client, name: str) -> None:
    assert got(client, f"/static/{assets.tree()}/{name}")[0] == 404


@pytest.mark.django_db
def test_the_sdk_is_served_and_its_package_is_not(client: Client) -> None:
    for name in ("icontrol.js", "client.js", "update-modal.js"):
        assert got(client, f"/static/frontend/sdk/{name}")[2] == (SDK / name).read_bytes()
    assert got(client, "/static/frontend/sdk/package.json")[0] == 404


def test_the_hash_is_that_of_names_and_contents(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> None:
    def tree_of(**files: str) -> str:
        for old in tmp_path.iterdir():
            old.unlink()
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        return assets.tree.__wrapped__()

    settings.STATICFILES_DIRS = [tmp_path]
    finder = finders.FileSystemFinder()
    monkeypatch.setattr(assets, "get_finders", lambda: [finder])
    trees = [tree_of(a="1", b="2"), tree_of(a="2", b="2"), tree_of(a="1", c="2"), tree_of(a="1")]
    assert len(set(trees)) == 4 and tree_of(a="1", b="2") == trees[0]


@pytest.mark.django_db
def test_at_the_desk_an_edit_is_there_at_once(settings: Any) -> None:
    settings.WHITENOISE_AUTOREFRESH = True
    assert static(MODULE) == f"/static/{MODULE}"
    assert got(Client(), static(MODULE))[:2] == (200, "no-cache")
