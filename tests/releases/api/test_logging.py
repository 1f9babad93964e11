"""What the log gets: our own mistakes, and never an answer that polling clients bring about."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection

from releases.access import actions as access
from tests.releases.api.helpers import Api


@pytest.fixture
def quiet(api: Api, caplog: pytest.LogCaptureFixture) -> Api:
    api.world.release()
    api.world.policy(minSupported="2.0.0", latest="2.0.0")
    caplog.clear()
    return api


def test_refusals_are_answers(quiet: Api, caplog: pytest.LogCaptureFixture) -> None:
    quiet.ask(x_client_version="1.0.0")
    quiet.ask(x_client_version="v1")
    quiet.ask("/nowhere")
    quiet("PUT", "/api/config/draft", b"{", role="editor")
    quiet("GET", "/api/config/draft", role="anonymous")
    quiet.world.policy(maintenance=True)
    for _ in range(3):
        assert quiet.ask().status_code == 503
    assert caplog.records == []


def test_a_database_that_is_away_is_told_where_it_is_noticed(quiet: Api, caplog: pytest.LogCaptureFixture) -> None:
    def gone(*args: Any) -> Any:
        raise OperationalError("the connection is lost")

    with connection.execute_wrapper(gone):
        assert quiet.ask("/preview/abc").status_code == 503
        for _ in range(3):
            assert quiet.ask().status_code == 503
    assert [(record.name, record.levelname) for record in caplog.records] == [
        ("icontrol.problem", "ERROR"),  # once, however many clients ask
    ]


def test_our_mistakes_are_told_once_with_the_traceback(
    quiet: Api, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise ValueError("planted")

    monkeypatch.setattr(access, "open_preview_link", broken)
    quiet.client.raise_request_exception = False
    answer = quiet.ask("/preview/abc")
    assert (answer.status_code, answer.json()["code"]) == (500, "http.internal")
    assert "planted" not in answer.content.decode()
    assert [record.name for record in caplog.records] == ["django.request"]
    assert caplog.records[0].exc_info and "planted" in str(caplog.records[0].exc_info[1])
