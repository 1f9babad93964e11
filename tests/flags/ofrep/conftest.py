from __future__ import annotations

from collections.abc import Iterator

import pytest

from flags.limiting import limiter
from tests.factories import World
from tests.flags.ofrep.helpers import Ofrep


@pytest.fixture
def ofrep(world: World) -> Ofrep:
    return Ofrep(world)


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    limiter.clear()
    yield
    limiter.clear()
