"""The checkpoint file: a line per release after its commit, gaps filled after a comparison, no publish undone."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from icontrol.kernel import triggers
from icontrol.kernel.refusals import Refusal
from releases.flag_life import NO_CHANGES
from releases.ledger import checkpoints
from releases.ledger.checkpoints import Line, parse, record, record_all
from releases.ledger.verify import verify
from releases.models import Environment, Release
from releases.proposals import propose, release
from tests.factories import ADA, World, make_world, snapshot

LOGGER = "icontrol.checkpoints"


def expected(*environments: Environment) -> list[str]:
    return [
        f"icontrol {environment.key} {serial} {sha}"
        for environment in environments
        for serial, sha in Release.objects.filter(environment=environment)
        .order_by("serial")
        .values_list("serial", "hash")
    ]


def lines(path: Path) -> list[str]:
    return path.read_text("ascii").splitlines()


def levels(caplog: pytest.LogCaptureFixture) -> list[int]:
    return [entry.levelno for entry in caplog.records if entry.name == LOGGER]


def without_file(settings: Any, monkeypatch: pytest.MonkeyPatch, work: Any) -> None:
    """As if the process had died between each commit and its line."""
    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "record", lambda environment: True)
        work()


def test_each_release_has_its_line_once_it_is_committed(committed_world: World, checkpoint_file: Path) -> None:
    world = committed_world
    world.edit()
    acts: list[Callable[[], Release]] = [world.publish, lambda: world.policy(latest="2.0.0"), world.undo]
    for act in acts:
        release = act()
        assert lines(checkpoint_file)[-1] == f"icontrol production {release.serial} {release.hash}"
    assert lines(checkpoint_file) == expected(world.production)
    assert checkpoint_file.read_bytes().endswith(b"\n")


def test_a_transaction_that_is_rolled_back_writes_no_line(committed_world: World, checkpoint_file: Path) -> None:
    world = committed_world
    head = world.release(snapshot("home"))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        proposal = propose(head, "kill", kill_switches='["x"]')
        assert release(proposal, flags=NO_CHANGES, reason="never", actor=ADA, now=world.tick()).changed
        raise ZeroDivisionError
    with pytest.raises(Refusal):
        world.publish()
    assert lines(checkpoint_file) == expected(world.production) and len(lines(checkpoint_file)) == 1


def test_two_environments_share_the_file(committed_world: World, checkpoint_file: Path) -> None:
    world = committed_world
    world.release(snapshot("home"))
    world.publish("1.0.0", environment=world.staging)
    world.release(snapshot("home", "shop"))
    world.publish("1.0.1", environment=world.staging)
    assert [line.split()[1:3] for line in lines(checkpoint_file)] == [
        ["production", "1"],
        ["staging", "1"],
        ["production", "2"],
        ["staging", "2"],
    ]
    assert sorted(lines(checkpoint_file)) == sorted(expected(world.production, world.staging))


def test_gaps_are_filled_by_the_next_append(
    committed_world: World, checkpoint_file: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = committed_world
    world.release(snapshot("home"))
    without_file(settings, monkeypatch, lambda: (world.policy(latest="2.0.0"), world.policy(latest="2.1.0")))
    assert len(lines(checkpoint_file)) == 1
    world.undo()
    assert lines(checkpoint_file) == expected(world.production) and len(lines(checkpoint_file)) == 4


def test_gaps_are_filled_at_start(
    committed_world: World, checkpoint_file: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = committed_world

    def publish_both() -> None:
        world.release(snapshot("home"))
        world.publish("1.0.0", environment=world.staging)

    without_file(settings, monkeypatch, publish_both)
    assert not checkpoint_file.exists()
    assert record_all()
    assert lines(checkpoint_file) == expected(world.production, world.staging)
    before = checkpoint_file.read_bytes()
    assert record_all()
    assert checkpoint_file.read_bytes() == before  # a second start writes nothing


@pytest.mark.parametrize("how", ["append", "start"])
@pytest.mark.parametrize("left", ["nothing", "another environment"])
def test_a_file_that_was_removed_does_not_come_back_silently(
    committed_world: World, checkpoint_file: Path, caplog: pytest.LogCaptureFixture, how: str, left: str
) -> None:
    """Somebody cuts the tail and removes the lines that would tell: the next append or start must not hide it."""
    world = committed_world
    world.release(snapshot("home"))
    world.publish("1.0.0", environment=world.staging)
    for latest in ("2.0.0", "2.1.0"):
        world.policy(latest=latest)
    with triggers.lifted(connection):
        Release.objects.filter(environment=world.production, serial=3)._raw_delete("default")
    others = [line for line in lines(checkpoint_file) if "staging" in line]
    checkpoint_file.write_text("".join(f"{line}\n" for line in others) if left != "nothing" else "")
    if how == "append":
        world.policy(latest="3.0.0")
    assert record_all() and levels(caplog) == [logging.CRITICAL]
    environments = list(Environment.objects.select_related("application"))

    def found() -> list[tuple[str, str, str]]:
        return [(one.severity, one.code, one.place) for one in verify(environments, own=checkpoint_file)]

    told = [("warning", "checkpoint.anew", "icontrol/production")]
    assert found() == told
    world.policy(latest="3.1.0")
    assert found() == told  # also later
    assert None not in checkpoints.newest(checkpoint_file, 9)
    assert checkpoints.renew(world.now) is not None
    assert found() == []


@pytest.mark.parametrize(
    "wrong",
    [
        f"icontrol production 2 {'e' * 64}\n",  # another hash
        f"icontrol production 9 {'e' * 64}\n",  # beyond what the database has
    ],
)
def test_a_contradiction_stops_the_file_and_not_the_publish(
    committed_world: World, checkpoint_file: Path, caplog: pytest.LogCaptureFixture, wrong: str
) -> None:
    world = committed_world
    world.release(snapshot("home"))
    world.policy(latest="2.0.0")
    kept = lines(checkpoint_file)[0] + "\n" + wrong
    checkpoint_file.write_text(kept)
    assert not record_all()
    release = world.policy(latest="2.1.0")
    assert world.head() == release and release.serial == 3
    assert checkpoint_file.read_text() == kept
    assert levels(caplog) == [logging.CRITICAL, logging.CRITICAL]
    assert wrong.split()[3] in caplog.text and "verify_ledger" in caplog.text


def test_a_contradiction_in_one_environment_leaves_the_others_alone(
    committed_world: World, checkpoint_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = committed_world
    checkpoint_file.write_text(f"icontrol production 9 {'e' * 64}\n")
    world.release(snapshot("home"))
    world.publish("1.0.0", environment=world.staging)
    assert lines(checkpoint_file)[1:] == expected(world.staging)
    assert levels(caplog) == [logging.CRITICAL]


def test_a_cut_tail_that_grows_again_is_noticed_by_the_next_append(
    committed_world: World, checkpoint_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    world = committed_world
    world.release(snapshot("home"))
    world.policy(latest="2.0.0")
    before = checkpoint_file.read_text()
    with triggers.lifted(connection):
        Release.objects.filter(serial=2)._raw_delete("default")
    world.policy(latest="3.0.0")
    assert checkpoint_file.read_text() == before
    assert levels(caplog) == [logging.CRITICAL]
    found = list(verify(Environment.objects.select_related("application"), own=checkpoint_file))
    assert [finding.code for finding in found] == ["checkpoint.contradiction"]


@pytest.mark.parametrize("left", [0, 1, 25, 85])
def test_a_torn_last_line_stays_on_its_own_and_is_written_again(
    committed_world: World, checkpoint_file: Path, left: int
) -> None:
    world = committed_world
    world.release(snapshot("home"))
    world.policy(latest="2.0.0")
    first, second = lines(checkpoint_file)
    checkpoint_file.write_text(f"{first}\n{second[:left]}")
    assert parse(second[:left].encode()) is None
    world.policy(latest="2.1.0")
    written = [line for line in lines(checkpoint_file) if line != second[:left]]
    assert written == expected(world.production)


def test_a_line_that_lacks_only_its_newline_counts(committed_world: World, checkpoint_file: Path) -> None:
    world = committed_world
    world.release(snapshot("home"))
    checkpoint_file.write_text(checkpoint_file.read_text().rstrip("\n"))
    world.policy(latest="2.0.0")
    assert [line for line in lines(checkpoint_file) if line] == expected(world.production)


@pytest.mark.parametrize("obstacle", ["a directory", "no directory", "no space"])
def test_a_file_that_cannot_be_written_never_undoes_a_publish(
    committed_world: World, checkpoint_file: Path, settings: Any, caplog: pytest.LogCaptureFixture, obstacle: str
) -> None:
    world = committed_world
    if obstacle == "a directory":
        checkpoint_file.mkdir()
    elif obstacle == "no directory":
        settings.ICONTROL_CHECKPOINTS = Path("/dev/null/ledger.txt")
    elif not os.access("/dev/full", os.W_OK):
        pytest.skip("there is no /dev/full here")
    else:
        checkpoint_file.symlink_to("/dev/full")
    release = world.release(snapshot("home"))
    assert world.head() == release and world.draft.version == "1.0.1"
    assert levels(caplog) == [logging.ERROR]
    assert "icontrol/production" in caplog.text
    assert not record_all()
    if obstacle == "a directory":
        checkpoint_file.rmdir()
    else:
        checkpoint_file.unlink(missing_ok=True)
    settings.ICONTROL_CHECKPOINTS = checkpoint_file
    assert record_all()
    assert lines(checkpoint_file) == expected(world.production)


@pytest.mark.parametrize("error", [DatabaseError("the connection is gone"), RuntimeError("our mistake")])
def test_nothing_that_goes_wrong_after_the_commit_reaches_the_caller(
    committed_world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def fail(*args: Any) -> bool:
        raise error

    monkeypatch.setattr(checkpoints, "_fill", fail)
    release = committed_world.release(snapshot("home"))
    assert committed_world.head() == release
    assert [entry.levelno for entry in caplog.records] == [logging.ERROR]


def test_a_long_file_is_read_from_its_end(
    committed_world: World, checkpoint_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment's last line is far from the end; blocks cut lines at every place."""
    world = committed_world
    world.release(snapshot("home"))
    first = checkpoint_file.read_text()
    other = f"icontrol staging 1 {'a' * 64}\n"
    for block, after in [(7, 3), (64, 40), (len(first), 10), (4096, 2000)]:
        monkeypatch.setattr(checkpoints, "BLOCK", block)
        checkpoint_file.write_text(f"icontrol production 1 {'b' * 64}\n" * 5 + first + other * after)
        assert record(world.production)
        with checkpoint_file.open("rb") as file:
            assert checkpoints._last_line(file, world.staging) == Line("icontrol", "staging", 1, "a" * 64)
            assert checkpoints._last_line(file, world.production) == parse(first.encode())


def test_the_end_of_a_long_file_is_all_that_is_read(
    committed_world: World, checkpoint_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = committed_world
    world.release(snapshot("home"))
    last = checkpoint_file.read_bytes()
    checkpoint_file.write_bytes(f"icontrol staging 1 {'a' * 64}\n".encode() * 100_000 + last)
    read: list[int] = []

    class Counting:
        def __init__(self) -> None:
            self.file = checkpoint_file.open("rb")

        def seek(self, *where: int) -> int:
            return self.file.seek(*where)

        def read(self, size: int) -> bytes:
            read.append(size)
            return self.file.read(size)

    counting = Counting()
    assert checkpoints._last_line(counting, world.production) == parse(last)  # type: ignore[arg-type]
    counting.file.close()
    assert sum(read) <= checkpoints.BLOCK


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"icontrol production 1",
        b"icontrol production 1 " + b"a" * 63,
        b"icontrol production 1 " + b"a" * 65,
        b"icontrol production 1 " + b"A" * 64,
        b"icontrol production 0 " + b"a" * 64,
        b"icontrol production -1 " + b"a" * 64,
        b"icontrol production 01 " + b"a" * 64,
        b"icontrol production " + b"9" * 5000 + b" " + b"a" * 64,
        "icontrol production ١ ".encode() + b"a" * 64,
        b"icontrol  production 1 " + b"a" * 64,
        b"icontrol production 1 " + b"a" * 64 + b" more",
        b"icontrol production 1 " + b"a" * 64 + b"\r\n",
        b"\xff\xfe\x00",
        b"\x00" * 100,
    ],
)
def test_what_is_no_line_is_none(raw: bytes) -> None:
    assert parse(raw) is None


def test_a_line_is_read_back_as_written() -> None:
    assert parse(b"icontrol production 12 " + b"0a" * 32 + b"\n") == Line("icontrol", "production", 12, "0a" * 32)


def test_a_file_full_of_rubbish_is_kept_and_written_after(committed_world: World, checkpoint_file: Path) -> None:
    rubbish = b"\x00\xff\r\n" * 1000 + b"icontrol production 12"
    checkpoint_file.write_bytes(rubbish)
    committed_world.release(snapshot("home"))
    assert checkpoint_file.read_bytes() == rubbish + f"\n{expected(committed_world.production)[0]}\n".encode()


def test_applications_keep_their_lines_apart(committed_world: World, checkpoint_file: Path) -> None:
    other = make_world(key="other", is_default=False)
    committed_world.release(snapshot("home"))
    other.release(snapshot("home"))
    other.policy(latest="2.0.0")
    assert [line.split()[:3] for line in lines(checkpoint_file)] == [
        ["icontrol", "production", "1"],
        ["other", "production", "1"],
        ["other", "production", "2"],
    ]


def test_the_hook_is_the_one_of_the_commit(committed_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is asked for when the release can be read by everybody, not before."""
    seen: list[bool] = []

    def look(environment: Environment) -> bool:
        seen.append(connection.in_atomic_block)
        return True

    monkeypatch.setattr(checkpoints, "record", look)
    committed_world.release(snapshot("home"))
    assert seen == [False]
