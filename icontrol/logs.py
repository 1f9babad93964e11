"""The log's format: one event, one line."""

from __future__ import annotations

import logging
import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock

# Characters that end a line or control a terminal: control characters and Unicode line ends.
CONTROL = {code: f"\\x{code:02x}" for code in [*range(32), *range(127, 160)]} | {
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    ord("\t"): "\\t",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


MINUTE = 60.0
LONGEST_LINE = 200
#: The token in the URL of a preview link: readers of the log must not be able to open the preview.
PREVIEW_TOKEN = re.compile(r"(?<=/preview/)[A-Za-z0-9_-]{20,}")


class NotMeant(logging.Filter):
    """Filters out 503s: during maintenance every polling client gets one, and an unavailable database is logged where
    it is noticed.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) != 503


class Counted(logging.Filter):
    """For events that strangers can repeat at will: one short line per minute and logger, without traceback; the next
    line has the number of the rest. ``clock``: monotonic seconds.
    """

    def __init__(self, name: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(name)
        self.clock = clock
        self._lock = Lock()
        self._told: dict[str, float] = {}
        self._more: Counter[str] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        now = self.clock()
        with self._lock:
            if now - self._told.get(record.name, -MINUTE) < MINUTE:
                self._more[record.name] += 1
                return False
            self._told[record.name] = now
            more = self._more.pop(record.name, 0)
        record.exc_info = record.exc_text = None
        message = record.getMessage()
        message = message if len(message) <= LONGEST_LINE else f"{message[:LONGEST_LINE]}…"
        record.msg, record.args = f"{message} ({more} more since the line before)" if more else message, ()
        return True


class OneLine(logging.Formatter):
    """``2026-11-23T08:00:00.123Z WARNING releases.live message``; a traceback follows on the same line, escaped.

    So a line break in a stranger's input cannot fake an event. Tokens of preview links are removed.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def format(self, record: logging.LogRecord) -> str:
        return PREVIEW_TOKEN.sub("…", super().format(record).translate(CONTROL))
