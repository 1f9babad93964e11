"""Nothing that a client can send is a 500, and every refusal has the form that OFREP's clients read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from icontrol.kernel.refusals import CATALOGUE
from tests.flags.ofrep.helpers import ALL, PROBLEM, Ofrep, ok
from tests.releases.api import hostile

PATHS = [ALL, f"{ALL}/banner", f"{ALL}/nothing"]
#: Numbers that a snapshot must not hold, and a context may: they mean a double.
NUMBERS = {"1e22 in digits", "2**53", "2**63"}


@pytest.fixture
def live(ofrep: Ofrep) -> Ofrep:
    ofrep.publish()
    return ofrep


def check(answer: Any) -> Any:
    if answer.status_code in (200, 304):
        return None
    assert 400 <= answer.status_code < 500, answer.content[:300]
    assert answer["Content-Type"] == ("application/json" if answer.status_code in (400, 404) else PROBLEM)
    body = json.loads(answer.content)
    assert CATALOGUE[body["code"]].status == body["status"] == answer.status_code
    if answer.status_code != 405:
        assert body["errorCode"] and body["errorDetails"]
    return body


@pytest.mark.parametrize("path", PATHS)
def test_bodies_that_are_no_json(live: Ofrep, path: str) -> None:
    for name, data in hostile.NOT_JSON:
        body = check(live.post(path, data))
        if name in NUMBERS:
            assert body is None or body["errorCode"] == "FLAG_NOT_FOUND"
        elif len(data) > 65_536:
            assert (body["status"], body["code"]) == (413, "http.too_large"), name
        else:
            assert (body["status"], body["errorCode"]) == (400, "PARSE_ERROR"), name
            assert body["problems"], name


@pytest.mark.parametrize("path", PATHS)
def test_contexts_that_hold_anything(live: Ofrep, path: str) -> None:
    for name, data in hostile.NOT_JSON:
        if len(data) < 60_000:
            body = check(live.post(path, b'{"context": ' + data + b"}"))
            assert name in NUMBERS or body["errorCode"] == "PARSE_ERROR", name
    for data in hostile.ODD_JSON:
        check(live.post(path, data))
        check(live.post(path, b'{"context": ' + data + b"}"))
        check(live.post(path, b'{"context": {"tenant": ' + data + b', "targetingKey": "x"}}'))


@pytest.mark.parametrize("levels", [30, 31, 1000])
def test_depth(live: Ofrep, levels: int) -> None:
    body = check(live.post(ALL, b'{"context": {"x": ' + b"[" * levels + b"]" * levels + b"}}"))
    assert (body is None) if levels == 30 else (body["problems"][0]["code"] == "json.too_deep")


@pytest.mark.parametrize(
    "number", ["9007199254740993", "-1e300", "1e20", "100000000000000000000", "9" * 300, "-0", "0.1e-400", "1e-5000"]
)
def test_any_number_that_is_a_double(live: Ofrep, number: str) -> None:
    data = f'{{"context": {{"tenant": {number}, "clientVersion": {number}}}}}'.encode()
    assert ok(live.post(ALL, data))["flags"]


def test_content_types(live: Ofrep) -> None:
    for kind in hostile.CONTENT_TYPES:
        for data in (b"", b"{}", b"reason=x", b"--x\r\n"):
            for path in PATHS:
                check(live.post(path, data, kind.encode().decode("latin-1")))


@pytest.mark.parametrize(
    "header", ["X-API-Key", "Authorization", "If-None-Match", "Accept-Language", "Origin", "Cookie"]
)
def test_headers(live: Ofrep, header: str) -> None:
    name = header.lower().replace("-", "_")
    for value in [*hostile.VALUES, *hostile.COOKIES]:
        for path in PATHS:
            check(live.post(path, b"{}", **{name: value.encode().decode("latin-1")}))


@pytest.mark.parametrize("segment", hostile.SEGMENTS)
def test_keys(live: Ofrep, segment: str) -> None:
    check(live.post(f"{ALL}/{segment}", b"{}"))
    check(live.post(f"{ALL}/banner/{segment}", b"{}"))


def test_methods(live: Ofrep) -> None:
    for method in ("GET", "TRACE", "CONNECT", "get", "post", "G\xcbT", "X" * 500):
        for path in PATHS:
            check(live.client.generic(method, path, b"{}", "application/json"))
