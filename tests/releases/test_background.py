"""Reading does not write: what it wants written is done by a thread, and a lock held elsewhere keeps nobody waiting."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection

from icontrol.kernel import background
from icontrol.kernel.background import MOST, Background
from releases.access import actions as access
from releases.delivery import clients_seen
from releases.models import ClientSighting
from tests.factories import ADA, NOON, World
from tests.flags.test_usage_processes import manage
from tests.releases.api.helpers import Api, ok

FEATURES = "/unleash/api/client/features"


@pytest.fixture
def here() -> Background:
    """One that serves, without its thread: nothing is done before ``flush``."""
    made = Background()
    made.serving = True
    made._begin = lambda: None  # type: ignore[method-assign]
    return made


def writes(statements: list[str]) -> list[str]:
    return [sql for sql in statements if not sql.startswith(("SELECT", "PRAGMA"))]


def test_who_polls_waits_for_no_write(world: World, here: Background, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients_seen, "background", here)
    world.release()
    key = access.create_client_key(world.production, name="web", actor=ADA, now=NOON).key
    api, seen = Api(world), []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        ok(api.ask(FEATURES, authorization=key, unleash_appname="shop"))
    assert seen and writes(seen) == []
    assert not ClientSighting.objects.exists()
    here.flush()
    assert ClientSighting.objects.get().name.startswith("shop")


def test_it_is_bounded(here: Background) -> None:
    done: list[int] = []
    for number in range(MOST + 7):
        here.later(lambda number=number: done.append(number))  # type: ignore[misc]
    here.flush()
    assert (len(done), here.dropped) == (MOST, 7)
    assert {sample.value for metric in here.collect() for sample in metric.samples} == {7.0}


def test_one_failure_is_its_own(here: Background, caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    def away() -> None:
        raise OperationalError("the connection is lost")

    def mistake() -> None:
        raise ValueError("ours")

    for work in (away, mistake, lambda: done.append("last")):
        here.later(work)
    here.flush()
    assert (done, here.dropped) == (["last"], 2)
    assert [(record.levelname, bool(record.exc_info)) for record in caplog.records] == [
        ("WARNING", False),
        ("ERROR", True),
    ]


def test_a_thread_does_it(transactional_db: None) -> None:
    made = Background()
    made.serving = True
    done = threading.Event()
    made.later(done.set)
    assert done.wait(30)


def test_without_a_server_it_is_done_at_once() -> None:
    done: list[str] = []
    background.background.later(lambda: done.append("now"))
    assert done == ["now"]


@pytest.mark.slow
def test_a_process_that_ends_in_order_has_done_all(process_environment: dict[str, str], tmp_path: Path) -> None:
    """Each writes a line, the first so late that the others wait behind it."""
    path = tmp_path / "done"
    program = (
        "import time; from icontrol.kernel import background; background.write_in_background()\n"
        f"def write(n):\n    time.sleep(n == 0); open({str(path)!r}, 'a').write(str(n))\n"
        "for n in range(5): background.background.later(lambda n=n: write(n))"
    )
    manage(process_environment, "shell", "--no-imports", "-c", program)
    assert sorted(path.read_text()) == list("01234")


def test_nothing_is_taken_before_it_is_begun(transactional_db: None) -> None:
    """Or a process that ends just then finds nothing that waits, and what was taken is never done."""
    made, done = Background(), threading.Event()
    made.serving = True
    with made._doing:
        made.later(done.set)
        assert not done.wait(0.3) and made._queue.qsize() == 1
    assert done.wait(30)


def test_regular_work_is_done_again_and_again_each_at_its_pace_and_at_the_end(transactional_db: None) -> None:
    made, often, seldom = Background(), threading.Semaphore(0), threading.Event()
    made.serving = True
    made.regularly(often.release, every=0.05)
    made.regularly(seldom.set, every=3600)
    made.wake()
    for _ in range(3):
        assert often.acquire(timeout=30)
    assert not seldom.is_set()
    made.flush()
    assert seldom.is_set()
    made.regular.clear()  # the thread has nothing to do any more


def test_regular_work_comes_before_what_waits(here: Background) -> None:
    done: list[str] = []
    here.later(lambda: done.append("comes again"))
    here.regularly(lambda: done.append("counted"), every=3600)
    here.flush()
    assert done == ["counted", "comes again"]
