"""Requests generated from the OpenAPI document, by everybody: no server error, and no answer that it does not tell of.

The seed is fixed (``derandomize``), so every run sends the same requests. Each role has a test of its own, so that they
run side by side.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
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

from configs.policies import schema_etag
from releases import access
from releases.api import ledger
from releases.ledger import NO_POLICY
from releases.policies import policy_etag
from tests.factories import ADA, flag, snapshot
from tests.releases.api.helpers import ROLES, Api

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: What one role sends at least, and what all of them do together.
CASES_PER_ROLE = 450
CASES = 2000
#: Of one operation and mode; an operation without parameters has one case only.
EXAMPLES = 10


def test_all_roles_together_send_enough() -> None:
    assert len(ROLES) * CASES_PER_ROLE >= CASES


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
    for name in ("X-Client-Key", "X-API-Key"):
        case.headers.pop(name, None)
    for name in case.path_parameters:
        case.path_parameters[name] = known[name]
    if case.path.startswith("/api/applications/"):
        case.path_parameters["key"] = api.world.application.key
    if case.method in ("PUT", "PATCH", "POST", "DELETE"):
        head = api.world.head()
        api.world.application.refresh_from_db()
        etags = {
            "/api/policy": policy_etag(head.policies if head else NO_POLICY),
            "/api/applications/{key}/schema": schema_etag(api.world.application),
        }
        return {"If-Match": etags.get(case.path, api.world.draft.etag)}
    return {}


def send(api: Api, role: str, only: str | None = None) -> Counter[int]:
    """Status → how many answers had it, over all operations (or one), with data as it should and should not be."""
    document: Any = json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))
    schema = schemathesis.openapi.from_dict(document)
    schema.app = get_wsgi_application()
    link, token = access.create_preview_link(api.world.application, reason="look", actor=ADA, now=timezone.now())
    known = {"version": "1.0.0", "serial": 2, "id": link.pk, "token": token, "key": "search"}
    known |= {"section": "featureFlags", "name": "search"}
    who = {} if role == "anonymous" else {"Authorization": f"Bearer {api.secret(role)}"}
    sent: Counter[int] = Counter()
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]
        if only not in (None, operation.path):
            continue
        for mode in GenerationMode:

            @settings(
                max_examples=EXAMPLES,
                derandomize=True,
                database=None,
                deadline=None,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(mode))
            def ask(case: Case) -> None:
                headers = {**helped(api, case, sent.total(), known), **who, "Accept-Encoding": "identity"}
                response = case.call(headers=headers)
                sent[response.status_code] += 1
                case.validate_response(response, checks=CHECKS, headers=headers)

            with suppress(Unsatisfiable):  # without a parameter there is nothing to get wrong
                ask()
    return sent


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("role", ROLES)
def test_generated_requests(full: Api, role: str, capsys: pytest.CaptureFixture[str]) -> None:
    sent = send(full, role)
    statuses = ", ".join(f"{count} × {status}" for status, count in sorted(sent.items()))
    with capsys.disabled():
        print(f"\nschemathesis as {role}: {sent.total()} cases, 0 server errors ({statuses})", file=sys.stderr)
    assert sent.total() >= CASES_PER_ROLE
    assert not [status for status in sent if status >= 500]
    assert sent[200] >= 25  # it is not refusals only


def wrong_shape(environment: Any) -> Any:
    return {"latest_version": 1}


def breaks(environment: Any) -> Any:
    raise ValueError("planted")


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("fault", [wrong_shape, breaks])
def test_a_planted_fault_is_found(full: Api, monkeypatch: pytest.MonkeyPatch, fault: Any) -> None:
    monkeypatch.setattr(ledger, "registry", fault)
    with pytest.raises(FailureGroup):
        send(full, "admin", only="/api/registry")
