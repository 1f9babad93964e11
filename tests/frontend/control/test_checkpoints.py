"""The page of the checkpoints: the file's newest lines, and the verification of the whole ledger when asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from icontrol.kernel import triggers
from releases.ledger import checkpoints
from releases.models import Release
from tests.factories import World, snapshot
from tests.frontend.control.pages import get, send
from tests.releases.admin_pages import Staff, staff

PAGE = "/cp/checkpoints"


@pytest.fixture
def root(world: World) -> Staff:
    return staff("admin", name="root.a")


@pytest.mark.slow
def test_checkpoints_are_verified_when_asked_and_the_answer_is_kept(
    world: World, root: Staff, checkpoint_file: Path
) -> None:
    world.release(snapshot("home"))
    release = Release.objects.get()
    checkpoint_file.write_text(f"icontrol production 1 {release.hash}\n")
    page = get(root, PAGE)
    assert "Not verified yet" in page.text and release.hash in page.text
    assert "The ledger passed verification" in send(root, PAGE).text
    page = get(root, PAGE)
    assert (
        "The ledger passed verification" in page.text
        and "user:root.a" in page.text
        and "not verified since" not in page.text
    )
    checkpoint_file.write_text(f"icontrol production 1 {'0' * 64}\ntorn")
    world.policy(latest="1.1.0")
    page = get(root, PAGE)  # looks at nothing but the newest lines
    assert "The ledger passed verification" in page.text and "not verified since: 1" in page.text
    assert "Not a checkpoint line." in page.text
    page = send(root, PAGE)
    assert "The ledger failed verification" in page.text and "checkpoint.contradiction" in page.text
    assert "checkpoint.contradiction" in get(root, PAGE).text
    with triggers.lifted(connection), connection.cursor() as cursor:
        cursor.execute("UPDATE releases_release SET reason = 'another'")
    assert "ledger.edited" in send(root, PAGE).text


def test_a_checkpoint_file_that_cannot_be_read_is_a_finding(world: World, root: Staff, checkpoint_file: Path) -> None:
    world.release(snapshot("home"))
    checkpoint_file.mkdir()  # as root a file without rights could be read
    for page in (get(root, PAGE), send(root, PAGE)):
        assert "The file cannot be read" in page.text
    assert "checkpoint.unreadable" in page.text and "The ledger failed verification" in page.text


@pytest.mark.parametrize("text", ["", "{", "[]", '{"at": 1}', '{"findings": [{}]}'])
def test_a_verdict_that_cannot_be_read_is_none(world: World, root: Staff, checkpoint_file: Path, text: str) -> None:
    checkpoint_file.with_name(f"{checkpoint_file.name}.verified.json").write_text(text)
    assert "Not verified yet" in get(root, PAGE).text


def test_a_verdict_that_cannot_be_kept_is_shown(world: World, root: Staff, checkpoint_file: Path) -> None:
    checkpoint_file.with_name(f"{checkpoint_file.name}.verified.json").mkdir()
    assert "The ledger passed verification" in send(root, PAGE).text


def test_the_newest_lines_are_read_from_the_end(checkpoint_file: Path) -> None:
    assert checkpoints.newest(checkpoint_file, 3) == []
    checkpoint_file.write_text("".join(f"icontrol production {n} {'a' * 64}\n" for n in range(1, 2001)))
    lines = checkpoints.newest(checkpoint_file, 3)
    assert [line.serial for line in lines if line] == [1998, 1999, 2000]
    everything = checkpoints.newest(checkpoint_file, 5000)  # one block of them, none torn by its beginning
    assert None not in everything and 500 < len(everything) < 2000
