"""Forked children of the warm test process: started in milliseconds, and as dead as any process when killed."""

from __future__ import annotations

import json
import os
import signal
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from django.db import connection, connections

#: A child that hangs is ended by the system, so that a deadlock is a failure and not a stopped suite.
PATIENCE_SECONDS = 120

#: Sends one JSON value to the parent, at once.
Tell = Callable[[Any], None]


@dataclass
class Child:
    """A process that does ``work(tell)`` with database connections of its own, and is gone at the end of ``with``."""

    work: Callable[[Tell], None]
    pid: int = 0
    status: int | None = None
    _pipe: int = -1
    _heard: bytes = b""

    def __enter__(self) -> Self:
        connections.close_all()  # a connection must not be shared
        self._pipe, mouth = os.pipe()
        with warnings.catch_warnings():
            # Python 3.12 warns of threads; the children use none of the parent's.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if self.pid == 0:
            self._live(mouth)
        os.close(mouth)
        return self

    def _live(self, mouth: int) -> None:
        code = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(PATIENCE_SECONDS)
            self.work(lambda value: _write(mouth, json.dumps(value).encode() + b"\n"))
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)  # past everything that the parent wants done at its own end

    def hear(self) -> Any:
        """The next value that the child told; None when it is gone."""
        while b"\n" not in self._heard:
            more = os.read(self._pipe, 65536)
            if not more:
                return None
            self._heard += more
        line, _, self._heard = self._heard.partition(b"\n")
        return json.loads(line)

    def all(self) -> list[Any]:
        """Everything that it tells until it ends."""
        return list(iter(self.hear, None))

    @property
    def was_killed(self) -> bool:
        """Ended by SIGKILL, not by itself and not by the alarm."""
        return self.status is not None and os.WIFSIGNALED(self.status) and os.WTERMSIG(self.status) == signal.SIGKILL

    def wait(self) -> int:
        if self.status is None:
            self.status = os.waitpid(self.pid, 0)[1]
        return self.status

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.status is None and kind is not None:
            os.kill(self.pid, signal.SIGKILL)
        os.close(self._pipe)
        self.wait()


def _write(mouth: int, data: bytes) -> None:
    while data:
        data = data[os.write(mouth, data) :]


@dataclass
class Gate:
    """Opens for all children at the same moment: they wait for the end of a pipe that the parent closes."""

    ends: tuple[int, int] = field(default_factory=os.pipe)

    def wait(self) -> None:
        os.close(self.ends[1])
        os.read(self.ends[0], 1)

    def open(self) -> None:
        for end in self.ends:
            os.close(end)


def race(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """What each work returned (JSON values), all started at once in processes that are connected already."""
    gate = Gate()

    def run(work: Callable[[], Any], tell: Tell) -> None:
        connection.ensure_connection()
        tell("ready")
        gate.wait()
        tell(["result", work()])

    children = [Child(lambda tell, work=work: run(work, tell)) for work in works]  # type: ignore[misc]
    entered: list[Child] = []
    try:
        for child in children:
            entered.append(child.__enter__())
        assert [child.hear() for child in entered] == ["ready"] * len(entered)
        gate.open()
        results = [child.all() for child in entered]
    finally:
        for child in entered:
            child.__exit__(None, None, None)
    assert all(len(told) == 1 for told in results), f"a child ended without a result: {results}"
    return [told[0][1] for told in results]
