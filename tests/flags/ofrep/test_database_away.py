"""Without a database flags are evaluated from the last release that this process saw, else 503."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection

from tests.flags.ofrep.helpers import Ofrep, ok, refused


@contextmanager
def away() -> Iterator[None]:
    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        raise OperationalError("the connection is lost")

    with connection.execute_wrapper(fail):
        yield


def test_the_last_release_seen_is_evaluated_and_marked(ofrep: Ofrep) -> None:
    ofrep.publish()
    before = ofrep.all()
    with away():
        stale = ofrep.all()
        assert (stale.content, stale["ETag"]) == (before.content, before["ETag"]) and "X-Config-Stale" in stale
        unchanged = ofrep.all(if_none_match=before["ETag"])
        assert unchanged.status_code == 304 and "X-Config-Stale" in unchanged
        one = ofrep.one("testers", {"targetingKey": "hooli"})
        assert ok(one)["value"] is True and "X-Config-Stale" in one


def test_a_process_that_saw_nothing_says_so(ofrep: Ofrep) -> None:
    ofrep.publish()
    with away():
        for answer, key in ((ofrep.all(), None), (ofrep.one("banner"), "banner")):
            body = refused(answer, 503, "db.unavailable", "GENERAL", key=key)
            assert answer["Retry-After"] == str(body["retryAfter"])
