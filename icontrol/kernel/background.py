"""Small writes for which no request should wait: a thread of the server process does them, one after the other.

They are recurring facts (which client asked, when a token was last used), so a full queue drops and counts them. An
orderly stop writes what is left. Outside a server there is no thread: the work is done at once.

Counters in memory are written periodically: their owner registers with ``regularly`` and calls ``wake`` when there is
something to write.
"""

from __future__ import annotations

import logging
import os
import queue
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.util import Finalize

from django.db import connection
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from icontrol.kernel.outages import outage_of

logger = logging.getLogger("icontrol.background")
MOST = 1_000
#: The system's generator: forks do not share its state, and a seeded `random` is not disturbed.
SPREAD = random.SystemRandom()
Work = Callable[[], None]


@dataclass(slots=True)
class Regular:
    """Runs every ``every`` seconds, plus or minus a fifth, so that processes that start together drift apart."""

    work: Work
    every: float
    due: float = 0  # monotonic clock

    def again(self, now: float) -> None:
        self.due = now + self.every * SPREAD.uniform(0.8, 1.2)


class Background(Collector):
    def __init__(self) -> None:
        self.serving = False
        self.regular: list[Regular] = []
        self.forget()

    def forget(self) -> None:
        """Reset as in a new process. A fork calls this: the parent does the queued work."""
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._doing = threading.Lock()
        self._asked = threading.Event()
        self._queue: queue.Queue[Work] = queue.Queue(MOST)
        self.dropped = 0

    def later(self, work: Work) -> None:
        """Queue ``work``. Never fails and never waits. ``work`` opens its own transaction."""
        if not self.serving:
            self._do(work)
            return
        try:
            self._queue.put_nowait(work)
        except queue.Full:
            self.dropped += 1
        self._asked.set()
        self.wake()

    def regularly(self, work: Work, *, every: float) -> None:
        """Register work to run in a server periodically, from the first :meth:`wake` on, and at its end."""
        self.regular.append(Regular(work, every))

    def wake(self) -> None:
        """Start the periodic work."""
        if self.serving and self._thread is None:
            self._begin()

    def flush(self) -> None:
        """Do the queued work now, in this thread."""
        for regular in self.regular:  # first: it holds more than the queue
            self._do(regular.work)
        self._do_what_waits()

    def collect(self) -> Iterator[Metric]:
        metric = CounterMetricFamily(
            "icontrol_background_dropped", "Small writes that were not done, for want of room.", labels=["process"]
        )
        metric.add_metric([str(os.getpid())], self.dropped)
        yield metric

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="background", daemon=True)
                # The one hook that also runs at the end of a server's worker process, where atexit does not.
                Finalize(None, self._end, exitpriority=0)
                self._thread.start()

    def _run(self) -> None:
        for regular in self.regular:
            regular.again(time.monotonic())
        while True:
            due = min((regular.due for regular in self.regular), default=None)
            self._asked.wait(None if due is None else max(0, due - time.monotonic()))
            self._asked.clear()
            self._do_what_waits()
            for regular in self.regular:
                if regular.due <= time.monotonic():
                    self._do(regular.work)
                    regular.again(time.monotonic())
            connection.close()

    def _end(self) -> None:
        self.flush()
        connection.close()

    def _do_what_waits(self) -> None:
        """Takes and runs work under one lock, so an empty queue means that all is done."""
        with suppress(queue.Empty):
            while True:
                with self._doing:
                    self._try(self._queue.get_nowait())

    def _do(self, work: Work) -> None:
        with self._doing:
            self._try(work)

    def _try(self, work: Work) -> None:
        try:
            work()
        except Exception as error:
            self.dropped += 1
            if outage_of(error) is None:
                logger.exception("a background write failed")
            else:
                logger.warning("a background write was dropped: %s", error)


background = Background()
os.register_at_fork(after_in_child=background.forget)


def write_in_background() -> None:
    """Start the thread. A server calls this at its start."""
    background.serving = True
