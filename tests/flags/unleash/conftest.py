from __future__ import annotations

import pytest

from tests.factories import World
from tests.releases.api.helpers import Api


@pytest.fixture
def api(world: World) -> Api:
    return Api(world)
