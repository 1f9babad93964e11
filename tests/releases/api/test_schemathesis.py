"""Requests generated from the OpenAPI document: no server error, and no answer that it does not tell of.

Each operation is mostly asked by those who may, in turn; everybody else asks it once or twice, and is refused. The seed
is fixed (``derandomize``), so every run sends the same requests. Four tests share the operations
among them, so that they run side by side.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from configs.policies import schema_revision
from releases.access import actions as access
from releases.api import common, ledger
from releases.ledger.chain import NO_POLICY
from releases.policies import policy_revision
from tests.factories import ADA, flag, snapshot, tag
from tests.house.test_roles import API, CLIENTS, table
from tests.releases.api.helpers import ROLES, Api

pytestmark = pytest.mark.slow

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: Of one operation and mode, by those who may; an operation without parameters has one case only.
EXAMPLES = 24
#: How somebody is refused who may not. Everybody who may not asks once per operation and mode, and is answered so.
REFUSED = (401, 403)
#: Tests that share the operations among them, what each of them sends at least, and which part of it is let in: not
#: answered 401 or 403.
SHARES = 4
CASES = 500
LET_IN = 0.8


def who_may() -> dict[tuple[str, str], dict[str, int]]:
    """(method, path with nameless parameters) → role → 401, 403, or what else the role gets by an empty request."""
    return {
        (method, "/" + re.sub(r"<[^>]*>", "{}", route)): dict(zip(ROLES, map(int, statuses), strict=True))
        for (method, route), statuses in (table(API) | table(CLIENTS)).items()
    }


@pytest.fixture
def full(api: Api) -> Api:
    """Something of everything, so that what is generated finds something to do."""
    flags = {"featureFlags": [flag("search", "ON"), flag("quarter", "ROLLOUT", rollout=2500)]}
    api.world.release(snapshot("home", **flags))
    api.world.policy(minSupported="1.0.0", latest="2.0.0")
    api.world.release(snapshot("home", "shop", **flags))
    api.world.edit(snapshot("home", "shop", "news", **flags))
    api.world.preview()
    return api


@pytest.fixture
def one_connection() -> Iterator[None]:
    """A server closes its connection after each request; here it holds the test's transaction.

    (Django's test client connects the signals again after each of its requests, so it is not used beside.)
    """
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def helped(api: Api, case: Case, number: int, known: dict[str, Any]) -> dict[str, str]:
    """Every other case gets past the first refusals: existing names, the current ETag. Returns headers to add."""
    if number % 2:
        return {}
    for name in ("application", "environment"):
        case.query.pop(name, None)
    for name in ("X-Client-Key", "X-API-Key", "Authorization"):
        case.headers.pop(name, None)
    for name in case.path_parameters:
        case.path_parameters[name] = known[name]
    if case.path.startswith("/api/applications/"):
        case.path_parameters["key"] = api.world.application.key
    if case.method in ("PUT", "PATCH", "POST", "DELETE"):
        head = api.world.head()
        api.world.application.refresh_from_db()
        etags = {
            "/api/policy": policy_revision(head.policies if head else NO_POLICY),
            "/api/applications/{key}/schema": schema_revision(api.world.application),
        }
        return {"If-Match": etags.get(case.path, tag(api.world.draft))}
    return {}


def send(api: Api, operations: Callable[[int, str], bool]) -> Counter[int]:
    """Status → how many answers had it, over the operations chosen by number and path, with data right and wrong."""
    document: Any = json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))
    schema = schemathesis.openapi.from_dict(document)
    schema.app = get_wsgi_application()
    link, token = access.create_preview_link(api.world.application, reason="look", actor=ADA, now=timezone.now())
    known = {"version": "1.0.0", "serial": 2, "id": link.pk, "token": token, "key": "search"}
    known |= {"section": "featureFlags", "name": "search"}
    matrix = who_may()
    bearers = {role: {"Authorization": f"Bearer {api.secret(role)}"} for role in ROLES[1:]} | {"anonymous": {}}
    sent: Counter[int] = Counter()

    def ask(operation: Any, mode: GenerationMode, examples: int, roles: list[str], wanted: set[int]) -> None:
        numbers = count()

        @settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(mode))
        def one(case: Case) -> None:
            number = next(numbers)
            # Each role in turn, with and without help.
            who = bearers[roles[number // 2 % len(roles)]]
            headers = {**helped(api, case, number, known), **who, "Accept-Encoding": "identity"}
            response = case.call(headers=headers)
            sent[response.status_code] += 1
            case.validate_response(response, checks=CHECKS, headers=headers)
            assert not wanted or response.status_code in wanted

        with suppress(Unsatisfiable):  # without a parameter there is nothing to get wrong
            one()

    for number, result in enumerate(schema.get_all_operations()):
        operation: Any = result.ok()  # type: ignore[union-attr]
        if not operations(number, operation.path):
            continue
        statuses = matrix[operation.method.upper(), re.sub(r"{[^}]*}", "{}", operation.path)]
        admitted = [role for role in ROLES if statuses[role] not in REFUSED]
        for mode in GenerationMode:
            ask(operation, mode, EXAMPLES, admitted, set())
            for role in [role for role in ROLES if role not in admitted]:
                ask(operation, mode, 1, [role], {statuses[role]})
    return sent


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("share", range(SHARES))
def test_generated_requests(full: Api, share: int, capsys: pytest.CaptureFixture[str]) -> None:
    sent = send(full, lambda number, _: number % SHARES == share)
    statuses = ", ".join(f"{times} × {status}" for status, times in sorted(sent.items()))
    let_in = 1 - sum(sent[status] for status in REFUSED) / sent.total()
    with capsys.disabled():
        said = f"schemathesis, share {share + 1} of {SHARES}: {sent.total()} cases, {let_in:.0%} let in"
        print(f"\n{said}, 0 server errors ({statuses})", file=sys.stderr)
    assert sent.total() >= CASES
    assert not [status for status in sent if status >= 500]
    assert let_in >= LET_IN
    assert sent[200] >= CASES / 5  # it is not refusals only


def wrong_shape(*_: Any) -> Any:
    return {"latest_version": 1}


def breaks(*_: Any) -> Any:
    raise ValueError("planted")


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("fault", [wrong_shape, breaks])
def test_a_planted_fault_is_found(full: Api, monkeypatch: pytest.MonkeyPatch, fault: Any) -> None:
    monkeypatch.setattr(ledger, "show_registry", fault)
    with pytest.raises(FailureGroup):
        send(full, lambda _, path: path == "/api/registry")


@pytest.mark.usefixtures("one_connection")
def test_a_door_left_open_is_found(full: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "check_permission", lambda *_: None)
    with pytest.raises(AssertionError):
        send(full, lambda _, path: path == "/api/config/draft/history")
