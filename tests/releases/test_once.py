"""What is made of a release is made once, however many ask for it at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from icontrol.kernel.refusals import Refusal
from releases.delivery import representations
from releases.delivery.representations import Live

MANY = 8


@pytest.fixture
def live() -> Live:
    return Live("app", "production", 1, "en", 1, "1.0.0", "d", {}, (), "h", {})


class Gate:
    """Work that goes on when it is told to."""

    def __init__(self, result: Callable[[], Any]) -> None:
        self.result, self.calls = result, 0
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self) -> Any:
        self.calls += 1
        self.begun.set()
        assert self.go.wait(30)
        return self.result()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(MANY) as threads:
        yield threads


def waiting(pool: ThreadPoolExecutor, live: Live, work: Gate, monkeypatch: pytest.MonkeyPatch) -> list[Future[Any]]:
    """One that computes, and others that are seen to wait for it."""
    waiters = threading.Semaphore(0)
    wait = Future.result

    def counted(self: Future[Any], timeout: float | None = None) -> Any:
        waiters.release()
        return wait(self, timeout)

    asked = [pool.submit(live.once, "it", work)]
    assert work.begun.wait(30)
    with monkeypatch.context() as patched:
        patched.setattr(Future, "result", counted)
        asked += [pool.submit(live.once, "it", work) for _ in range(MANY - 1)]
        for _ in range(MANY - 1):
            assert waiters.acquire(timeout=30)
    return asked


def test_one_computes_and_the_others_wait(
    live: Live, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = object()
    work = Gate(lambda: made)
    asked = waiting(pool, live, work, monkeypatch)
    work.go.set()
    assert {id(one.result(30)) for one in asked} == {id(made)}
    assert live.once("it", work) is made
    assert work.calls == 1


def test_an_error_is_everybody_s_and_the_next_one_tries_anew(
    live: Live, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> Any:
        raise TimeoutError("of the work itself")

    work = Gate(fail)
    asked = waiting(pool, live, work, monkeypatch)
    work.go.set()
    for one in asked:
        with pytest.raises(TimeoutError, match="itself"):
            one.result(30)
    assert work.calls == 1
    assert live.once("it", lambda: "made") == "made"


def test_nobody_waits_without_end(live: Live, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(representations, "MOST_WAITED", 0.01)
    work = Gate(lambda: "made")
    asked = waiting(pool, live, work, monkeypatch)
    for one in asked[1:]:
        with pytest.raises(Refusal) as refused:
            one.result(30)
        assert refused.value.code == "release.preparing" and refused.value.status == 503
    work.go.set()
    assert asked[0].result(30) == "made"
