"""Fixtures for every test, and the two rules of the house: no network, no timing."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.db import connection
from django.test import TransactionTestCase

from flags import usage
from icontrol.kernel import triggers
from icontrol.kernel.outages import rest
from releases.access import audit
from releases.delivery import polls
from releases.delivery.clients_seen import written
from releases.delivery.live import seen
from tests.databases import fresh
from tests.factories import World, make_world
from tests.settings import remove_data

# No deadline: a slow machine is not a bug.
hypothesis.settings.register_profile("icontrol", deadline=None, print_blob=True)
hypothesis.settings.load_profile("icontrol")


def pytest_unconfigure() -> None:
    remove_data()


class NetworkIsOff(Exception):
    """A test tried to reach another machine."""


@pytest.fixture(autouse=True, scope="session")
def network_is_off() -> Iterator[None]:
    """Only this machine can be reached. (The database driver has its own sockets and is not concerned.)"""

    class Guarded(socket.socket):
        def connect(self, address: Any, /) -> None:
            refuse_others(self, address)
            super().connect(address)

        def connect_ex(self, address: Any, /) -> int:
            refuse_others(self, address)
            return super().connect_ex(address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", Guarded)
        yield


def refuse_others(connecting: socket.socket, address: Any) -> None:
    if connecting.family not in (socket.AF_INET, socket.AF_INET6) or address[0] == "localhost":
        return
    try:
        if ipaddress.ip_address(address[0]).is_loopback:
            return
    except ValueError:
        pass
    connecting.close()
    raise NetworkIsOff(f"tests do not reach {address[0]}")


@pytest.fixture
def process_environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """For a process of its own (``manage.py …``): an empty data directory and an empty database of the suite's kind."""
    environment = {**os.environ, "ICONTROL_DATA": str(tmp_path / "data"), "DJANGO_SETTINGS_MODULE": "icontrol.settings"}
    url = os.environ.get("DATABASE_URL")
    if url is None:
        yield environment
        return
    with fresh(url) as database:
        yield {**environment, "DATABASE_URL": database}


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Each test is a new process as far as delivered releases, the counters of flags and the clients that were seen are
    concerned."""
    seen.clear()
    rest.over()
    written.clear()
    audit.counted.forget()
    yield
    seen.clear()
    rest.over()
    usage.counter.forget()
    usage.allowance.clear()
    polls.forget()
    written.clear()


@pytest.fixture
def checkpoint_file(settings: Any, tmp_path: Path) -> Path:
    settings.ICONTROL_CHECKPOINTS = tmp_path / "ledger.txt"
    return tmp_path / "ledger.txt"


@pytest.fixture
def world(db: None, checkpoint_file: Path) -> World:
    return make_world()


@pytest.fixture
def committed_world(transactional_db: None, checkpoint_file: Path) -> World:
    """For tests in which several connections or processes take part: what is done is committed."""
    return make_world()


@pytest.fixture(autouse=True, scope="session")
def flush_may_empty_the_ledger() -> Iterator[None]:
    """Transactional tests empty all tables at their end; the triggers, which forbid just that, are lifted for it."""
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(case: TransactionTestCase) -> None:
        with triggers.lifted(connection):
            flush(case)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield
