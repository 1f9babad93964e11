"""The log: one event, one line."""

from __future__ import annotations

import importlib
import io
import logging
import re
import sys
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from icontrol.logs import LONGEST_LINE, MINUTE, Counted, OneLine

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


# Floods ---------------------------------------------------------------------------------------------------------------


def test_a_flood_is_a_line_a_minute_and_nothing_is_lost() -> None:
    now = [1000.0]
    counted, lines = Counted(clock=lambda: now[0]), []
    for name in ("a", "b"):
        for second in range(int(2.5 * MINUTE)):
            now[0] = 1000.0 + second
            entry = logging.LogRecord(name, logging.ERROR, __file__, 1, "x%s", ("y" * 999,), None)
            if counted.filter(entry):
                lines.append(entry.getMessage())
    assert [line[:2] for line in lines] == ["xy"] * 6
    assert all(len(line) < LONGEST_LINE + 50 for line in lines)
    assert [line.partition("(")[2] for line in lines] == ["", *["59 more since the line before)"] * 2] * 2


def test_every_suspicion_of_django_has_the_filter(settings: Any) -> None:
    """Django logs each by its class; ``django.security`` as a whole cannot have it, filters are not inherited."""
    importlib.import_module("django.contrib.sessions.exceptions")
    importlib.import_module("django.contrib.admin.exceptions")
    found, classes = set(), [SuspiciousOperation]
    while classes:
        one = classes.pop()
        classes += one.__subclasses__()
        found |= {one.__name__} if one.__module__.startswith("django.") else set()
    assert found == set(settings.SUSPICIOUS)
    loggers = settings.LOGGING["loggers"]
    assert all(loggers[f"django.security.{name}"]["filters"] == ["counted"] for name in found)


def test_a_bad_host_and_a_form_without_a_token_are_no_tracebacks(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    logger, lines = logging.getLogger("django.security.DisallowedHost"), io.StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(OneLine())
    fresh = Counted()
    logging.getLogger().addHandler(handler)
    kept, logger.filters = logger.filters, [fresh]
    try:
        for _ in range(20):
            assert Client().get("/livez", headers={"host": "evil.example"}).status_code == 400
            assert Client(enforce_csrf_checks=True).post("/i18n/setlang/").status_code == 403
    finally:
        logging.getLogger().removeHandler(handler)
        logger.filters = kept
    (line,) = [line for line in lines.getvalue().splitlines() if "audit" not in line]
    assert "evil.example" in line and "Traceback" not in line
