"""The log's format: one event, one line."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime

# What would end a line or drive a terminal: control characters and Unicode's own line ends.
CONTROL = {code: f"\\x{code:02x}" for code in [*range(32), *range(127, 160)]} | {
    ord("\n"): "\\n",
    ord("\r"): "\\r",
    ord("\t"): "\\t",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


#: The token in the address of a preview link: who reads the log must not be able to open the preview.
PREVIEW_TOKEN = re.compile(r"(?<=/preview/)[A-Za-z0-9_-]{20,}")


class NotMeant(logging.Filter):
    """Without the 503s: maintenance is an answer that every polling client gets, and a database that is away is
    logged where it is noticed."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) != 503


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
