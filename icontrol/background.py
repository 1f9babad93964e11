"""Small writes that no request waits for: collected in memory, written every few seconds by a thread of the process.

Who has something to write registers a writer and calls :func:`wake` when something has come together. Only servers
switch the thread on (:func:`start`); everywhere else, and in tests, :func:`flush` writes here and now. What an orderly
stop finds in memory is written; ``kill -9`` loses one interval.
"""

from __future__ import annotations

import logging
import os
import random
import threading
from collections.abc import Callable
from multiprocessing.util import Finalize

from django.db import connection

from icontrol.outages import outage_of

logger = logging.getLogger("icontrol.background")
INTERVAL = 10  # seconds, give or take a fifth: processes that start together drift apart


class Background:
    def __init__(self) -> None:
        self.writers: list[Callable[[bool], None]] = []
        self.is_on = False
        self.forget()

    def forget(self) -> None:
        """As in a new process."""
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """There is something to write."""
        if not self.is_on or self._thread is not None:
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="background", daemon=True)
                # The one hook that also runs at the end of a server's worker process, where atexit does not.
                Finalize(None, self._write, (True,), exitpriority=0)
                self._thread.start()

    def flush(self) -> None:
        for writer in self.writers:
            writer(True)

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(INTERVAL * random.uniform(0.8, 1.2))
            self._write(False)

    def _write(self, final: bool) -> None:
        """Nobody hears what a writer raises, and nobody else closes this thread's connection."""
        for writer in self.writers:
            try:
                writer(final)
            except Exception as error:
                if outage_of(error) is None:
                    logger.exception("what waits in memory could not be written")
                else:
                    logger.warning("the database does not take what waits in memory: %s", error)
        connection.close()


_background = Background()
os.register_at_fork(after_in_child=_background.forget)
wake, flush = _background.wake, _background.flush


def register(writer: Callable[[bool], None]) -> None:
    """``writer`` takes what there is out of its memory and writes it; it bounds its memory by itself. Called with
    False it may wait for more, with True it is asked for the last time."""
    _background.writers.append(writer)


def start() -> None:
    """What a server calls at its start."""
    _background.is_on = True
