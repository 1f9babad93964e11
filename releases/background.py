"""Small writes that nobody who reads should wait for: a thread of the server process does them, one after the other.

They are facts that come again (which client asked, when a token was last used), so a queue that is full drops them and
counts. An orderly stop writes what is left. Outside a server there is no thread: the work is done at once.

What is counted in memory is written once a minute: its owner adds itself to ``each_minute`` and calls ``wake``.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.util import Finalize

from django.db import connection
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from icontrol.outages import outage_of

logger = logging.getLogger("icontrol.background")
MOST = 1_000
MINUTE = 60  # seconds
Work = Callable[[], None]


class Background(Collector):
    def __init__(self) -> None:
        self.serving = False
        self.each_minute: list[Work] = []
        self.forget()

    def forget(self) -> None:
        """As in a new process. A fork begins with this: what waits is the parent's to do."""
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._doing = threading.Lock()
        self._queue: queue.Queue[Work] = queue.Queue(MOST)
        self.dropped = 0

    def later(self, work: Work) -> None:
        """Never fails and never waits. ``work`` opens its own transaction and stands alone."""
        if not self.serving:
            self._do(work)
            return
        try:
            self._queue.put_nowait(work)
        except queue.Full:
            self.dropped += 1
        self.wake()

    def wake(self) -> None:
        """The work of each minute has something to do."""
        if self.serving and self._thread is None:
            self._begin()

    def flush(self) -> None:
        """Do what waits, now and here."""
        with suppress(queue.Empty):
            while True:
                self._do(self._queue.get_nowait())
        for work in self.each_minute:
            self._do(work)

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
        minute = time.monotonic()
        while True:
            with suppress(queue.Empty):
                self._do(self._queue.get(timeout=MINUTE))
            if time.monotonic() - minute >= MINUTE:
                minute = time.monotonic()
                for work in self.each_minute:
                    self._do(work)
            if self._queue.empty():
                connection.close()

    def _end(self) -> None:
        self.flush()
        with self._doing:  # what the thread had begun
            connection.close()

    def _do(self, work: Work) -> None:
        with self._doing:
            try:
                work()
            except Exception as error:
                self.dropped += 1
                if outage_of(error) is None:
                    logger.exception("a small write failed")
                else:
                    logger.warning("a small write was not done: %s", error)


background = Background()
os.register_at_fork(after_in_child=background.forget)


def write_in_background() -> None:
    """What a server calls at its start."""
    background.serving = True
