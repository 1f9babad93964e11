"""The log: one event, one line."""

from __future__ import annotations

import logging
import re
import sys

from hypothesis import given
from hypothesis import strategies as st

from icontrol.logs import OneLine

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARNING releases\.live ")


def record(message: str, *, error: BaseException | None = None) -> logging.LogRecord:
    raised = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("releases.live", logging.WARNING, __file__, 1, "%s", (message,), raised)


@given(st.text())
def test_whatever_is_logged_stays_on_one_line(message: str) -> None:
    line = OneLine().format(record(message))
    assert len(line.splitlines()) == 1
    assert LINE.match(line)


def test_a_traceback_follows_on_the_same_line() -> None:
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        line = OneLine().format(record("it broke", error=sys.exception()))
    assert len(line.splitlines()) == 1
    assert "it broke\\nTraceback" in line and "ValueError: first\\nsecond" in line
