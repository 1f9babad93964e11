"""The log's format: one event, one line."""

from __future__ import annotations

import logging
import re
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock

# What would end a line or drive a terminal: control characters and Unicode's own line ends.
CONTROL = {code: f"\\x{code:02x}" for code in [*range(32), *range(127, 160)]} | {
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    ord("\t"): "\\t",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


MINUTE = 60.0
LONGEST_LINE = 200
#: The token in the address of a preview link: who reads the log must not be able to open the preview.
PREVIEW_TOKEN = re.compile(r"(?<=/preview/)[A-Za-z0-9_-]{20,}")


class NotMeant(logging.Filter):
    """Without the 503s: maintenance is an answer that every polling client gets, and a database that is away is
    logged where it is noticed."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) != 503


class Counted(logging.Filter):
    """What strangers can repeat at will: one short line a minute and logger, without the traceback; the rest is counted
    and told with the next line. ``clock``: seconds that never go back."""

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

    So a line that a stranger smuggles into a message cannot pass for an event of its own. Tokens of preview links
    are left out.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def format(self, record: logging.LogRecord) -> str:
        return PREVIEW_TOKEN.sub("…", super().format(record).translate(CONTROL))
