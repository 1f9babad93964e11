"""Dates and times that people type, in their own time zone or in UTC."""

from __future__ import annotations

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils.dateparse import parse_date
from django.utils.timezone import get_current_timezone, get_current_timezone_name

from releases.lookup import moment


@cache
def zones() -> list[str]:
    """Names to choose from: regions, and UTC."""
    return ["UTC", *sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))]


def zone_named(name: str) -> dt.tzinfo:
    """The zone; the server's for an unknown name."""
    return ZoneInfo(name) if name in zones() else get_current_timezone()


def name_of(name: str) -> str:
    return name if name in zones() else get_current_timezone_name()


def parse(text: str, zone: str) -> dt.datetime | None:
    """RFC 3339, or a date and time (or a date: its beginning) in the zone. None: no such time.

    Of an hour that a change of clocks repeats the first is meant.
    """
    text = text.strip()
    if len(text) == 10:
        try:
            day = parse_date(text)
        except ValueError:
            day = None
        text = f"{text}T00:00" if day else ""
    try:
        typed = dt.datetime.fromisoformat(text) if text.isascii() and len(text) <= 40 else None
    except ValueError:
        typed = None
    if typed is None or typed.tzinfo is not None:
        return moment(text) if text else None
    at = moment(f"{text}Z")  # its checks of what a time may be
    return at and at.replace(tzinfo=zone_named(zone))
