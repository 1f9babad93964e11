"""Counting evaluations: nothing is lost, nothing is counted twice, and memory has a bound."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DataError, InterfaceError, OperationalError, connection

from flags import usage
from flags.models import Usage
from flags.usage import HOUR, new_counter
from icontrol.kernel import counters
from icontrol.kernel.background import Background, background
from releases.delivery.live import read_live
from releases.delivery.representations import Live, flags_of
from tests.factories import NOON, World, flag, snapshot
from tests.faults.processes import race

FLAGS = [flag("search", "ON"), flag("export", "OFF"), flag("refunds", "ROLLOUT", rollout=5000)]
NOW = int(NOON.timestamp())
THIS_HOUR = NOW // HOUR


@pytest.fixture(autouse=True)
def one_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test counts in two hours because it ran when one began."""
    monkeypatch.setattr(usage.counter, "clock", lambda: NOW)


@pytest.fixture
def live(world: World) -> Live:
    world.release(snapshot(featureFlags=FLAGS))
    return read_live(None)


@pytest.fixture
def committed_live(committed_world: World) -> Live:
    committed_world.release(snapshot(featureFlags=FLAGS))
    return read_live(None)


def rows(*fields: str) -> list[Any]:
    return sorted(Usage.objects.values_list(*(fields or ("flag", "variant", "count"))))


def everything(live: Live, tenant: str = "acme") -> None:
    usage.record_all(live, flags_of(live).evaluate_all({"tenant": tenant}, NOON))


def test_each_way_of_counting_adds_to_the_same_rows(live: Live, world: World) -> None:
    usage.record_many(live, {("search", "on"): 1})
    usage.record_many(live, {("search", "on"): 40, ("search", "off"): 2, ("export", "off"): 0, ("refunds", "on"): -3})
    everything(live)
    assert rows() == []  # nothing is written on the way
    usage.flush()
    served = flags_of(live).evaluate("refunds", {"tenant": "acme"}, now=NOON).variant
    assert rows() == sorted([("export", "off", 1), ("refunds", served, 1), ("search", "off", 2), ("search", "on", 42)])
    usage.record_many(live, {("search", "on"): 1})
    usage.flush()
    usage.flush()
    assert ("search", "on", 43) in rows()
    assert usage.counter.recorded == 47 and usage.counter.dropped == 0
    assert set(rows("environment")) == {(world.production.pk,)}


def test_environments_and_hours_are_kept_apart(live: Live, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [NOW]
    monkeypatch.setattr(usage.counter, "clock", lambda: now[0])
    usage.record_many(live, {("search", "on"): 1})
    now[0] += HOUR
    usage.record_many(live, {("search", "on"): 1})
    usage.counter.add(world.staging.pk, [("search", "on")], 1)
    usage.flush()
    assert rows("environment", "hour", "count") == sorted(
        [
            (world.production.pk, THIS_HOUR, 1),
            (world.production.pk, THIS_HOUR + 1, 1),
            (world.staging.pk, THIS_HOUR + 1, 1),
        ]
    )


def test_a_damaged_flag_without_a_variant_is_counted_too(live: Live) -> None:
    usage.record_many(live, {("search", None): 2, ("search", ""): 3})
    usage.flush()
    assert rows() == [("search", "", 5)]


def test_more_rows_than_one_statement_takes(live: Live) -> None:
    many: dict[tuple[str, str | None], int] = {
        (f"flag-{number}", "on"): number for number in range(1, 2 * counters.PARAMETERS_A_STATEMENT // 5 + 2)
    }
    for _ in range(2):
        usage.record_many(live, many)
        usage.flush()
    assert rows() == sorted((name, "on", 2 * count) for (name, _), count in many.items())


def test_a_report_that_lies_does_not_break_the_others(live: Live) -> None:
    for _ in range(3):
        usage.record_many(live, {("search", "on"): 10**40, ("export", "off"): 1})
        usage.flush()
    assert rows() == [("export", "off", 3), ("search", "on", 3 * usage.MOST_REPORTED)]


def test_an_address_claims_no_more_than_can_be_true(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it claims, for however many flags and in however many reports; others and later minutes are free."""
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    most = usage.MOST_OF_ADDRESS
    full: dict[tuple[str, str | None], int] = {("search", "on"): 10**9, ("export", "off"): 10**9}
    for _ in range(most // usage.MOST_REPORTED):
        usage.record_many(live, full, address="192.0.2.1")
    assert usage.counter.recorded == most
    assert usage.counter.dropped == most  # two flags a report
    usage.record_many(live, {("search", "on"): 1}, address="192.0.2.2")
    assert usage.counter.recorded == most + 1
    now[0] += 60
    usage.record_many(live, {("search", "on"): 1}, address="192.0.2.1")
    assert usage.counter.recorded == most + 2


# When the database does not take it -----------------------------------------------------------------------------------


def failing(error: Exception) -> Callable[..., Any]:
    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_an_outage_loses_nothing_and_is_told_once(
    live: Live, kind: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    everything(live)
    with connection.execute_wrapper(failing(kind("the connection is lost"))):
        usage.flush()
        everything(live)
        usage.flush()
    everything(live)
    usage.flush()
    usage.flush()
    assert sum(count for *_, count in rows()) == 9
    assert (usage.counter.recorded, usage.counter.dropped, usage.counter.failures) == (9, 0, 2)
    told = [record.levelno for record in caplog.records if record.name == "icontrol.usage"]
    assert told == [logging.ERROR, logging.WARNING]


def test_what_the_database_will_never_take_is_dropped_and_told(live: Live) -> None:
    everything(live)
    with connection.execute_wrapper(failing(DataError("value too long"))), pytest.raises(DataError):
        usage.flush()
    assert (usage.counter.dropped, usage.counter.failures) == (3, 1)
    everything(live)
    usage.flush()
    assert sum(count for *_, count in rows()) == 3


def test_memory_has_a_bound_and_what_is_dropped_is_counted(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "MOST", 2)
    usage.record_many(live, {("search", "on"): 5, ("export", "off"): 5})
    usage.record_many(live, {("search", "on"): 2, ("refunds", "on"): 7})
    usage.record_many(live, {("refunds", "off"): 1})
    everything(live)
    assert usage.counter.dropped == 7 + 1 + 1
    with connection.execute_wrapper(failing(OperationalError("away"))):
        usage.flush()
    usage.flush()
    assert rows() == [("export", "off", 6), ("search", "on", 8)]
    assert usage.counter.recorded + usage.counter.dropped == 5 + 5 + 2 + 7 + 1 + 3


def test_a_process_without_a_server_starts_no_thread(live: Live) -> None:
    everything(live)
    assert background._thread is None


def test_many_counters_are_written_before_their_time_and_once(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the background's queue, which is not filled with what waits in it already."""
    made = Background()
    made.serving = True
    made._begin = lambda: None  # type: ignore[method-assign]
    monkeypatch.setattr(counters, "background", made)
    monkeypatch.setattr(counters, "LARGE", 3)
    usage.record_many(live, {("search", "on"): 1})
    assert made._queue.qsize() == 0
    everything(live)
    everything(live)
    assert made._queue.qsize() == 1
    made.flush()
    assert sum(count for *_, count in rows()) == 7
    everything(live)
    everything(live)
    assert made._queue.qsize() == 1


# At once --------------------------------------------------------------------------------------------------------------


def test_threads_of_one_process_add_up(live: Live) -> None:
    flags = flags_of(live)

    def work() -> None:
        for _ in range(500):
            usage.record_all(live, flags.evaluate_all({"tenant": "acme"}, NOON))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    usage.flush()
    assert sum(count for *_, count in rows()) == 4 * 500 * 3


def test_processes_that_flush_at_once_add_up(committed_live: Live) -> None:
    """Neither a locked database nor a deadlock: every batch is taken at the first try."""

    def work(backwards: bool) -> Callable[[], int]:
        def act() -> int:
            counter = new_counter()
            counter.clock = lambda: NOW
            names = [(f"flag-{number}", "on") for number in range(300)]
            for _ in range(20):
                counter.add(committed_live.environment_id, names[::-1] if backwards else names, len(names))
                counter.flush()
            return counter.failures

        return act

    assert race([work(number % 2 == 0) for number in range(6)]) == [0] * 6
    assert rows() == sorted((f"flag-{number}", "on", 6 * 20) for number in range(300))


def test_a_forked_process_leaves_the_counts_to_its_parent(committed_live: Live) -> None:
    everything(committed_live)

    def child() -> int:
        everything(committed_live)
        usage.flush()
        return usage.counter.recorded

    assert race([child, child]) == [3, 3]
    usage.flush()
    assert sum(count for *_, count in rows()) == 3 * 3


def test_prometheus_hears_of_it(live: Live) -> None:
    everything(live)
    counts = {metric.name: metric.samples[0].value for metric in usage.counter.collect()}
    assert counts == {
        "icontrol_flag_usage_recorded": 3,
        "icontrol_flag_usage_dropped": 0,
        "icontrol_flag_usage_flush_failures": 0,
    }


def test_the_hours_are_those_of_the_clock(live: Live) -> None:
    before = int(dt.datetime.now(dt.UTC).timestamp()) // HOUR
    counter = new_counter()
    counter.add(live.environment_id, [("search", "on")], 1)
    counter.flush()
    after = int(dt.datetime.now(dt.UTC).timestamp()) // HOUR
    assert before <= Usage.objects.get().hour <= after
