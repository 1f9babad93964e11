"""The database file is removed or replaced under a running server: nothing is acknowledged that would be lost."""

from __future__ import annotations

import json
import os
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from configs.models import Application
from icontrol.kernel.databases.sqlite3.base import DatabaseWrapper, Replaced, opened
from icontrol.kernel.outages import Outage, outage_of, rest
from tests.factories import World
from tests.flags.test_usage_processes import manage
from tests.icontrol.test_serve import ROOT, free_port, get, serving
from tests.releases.api.helpers import Api, ok, refused

pytestmark = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="a server of PostgreSQL minds its own files")
CONFIG = "/api/config/published"


@pytest.fixture
def api(committed_world: World) -> Api:
    committed_world.release()
    made = Api(committed_world)
    made.secret("admin")
    return made


@pytest.fixture(params=["removed", "replaced"])
def taken(request: pytest.FixtureRequest, api: Api) -> Iterator[None]:
    """The file is gone, or a copy of it (a backup, say) stands in its place."""
    file = Path(connection.settings_dict["NAME"])
    aside = file.with_name("aside")
    ok(api.ask(CONFIG))
    os.rename(file, aside)
    if request.param == "replaced":
        shutil.copy(aside, file)
    connection.close_if_unusable_or_obsolete()  # as before each request
    yield
    connection.close()
    os.rename(aside, file)


def test_nothing_is_written_and_clients_are_served(api: Api, taken: None) -> None:
    answer = api.ask(CONFIG)
    assert answer.status_code == 200 and "X-Config-Stale" in answer
    for resting in (True, False):
        if not resting:
            rest.over()
        refused(api("POST", "/api/config/rollback", {"reason": "x"}), 503, "db.replaced")
        ready = api.ask("/readyz")
        assert (ready.status_code, ready.content) == (503, b"database file removed or replaced\n")


def test_it_is_good_again_when_the_file_is_back(api: Api) -> None:
    file = Path(connection.settings_dict["NAME"])
    os.rename(file, file.with_name("aside"))
    connection.close_if_unusable_or_obsolete()
    assert api.ask("/readyz").status_code == 503
    os.rename(file.with_name("aside"), file)
    rest.over()
    assert api.ask("/readyz").status_code == 200


def test_a_transaction_that_had_begun_is_not_committed(api: Api) -> None:
    file = Path(connection.settings_dict["NAME"])
    aside = file.with_name("aside")
    with pytest.raises(Replaced) as caught, transaction.atomic():
        Application.objects.update(default_locale="fr")
        os.rename(file, aside)
    os.rename(aside, file)
    assert outage_of(caught.value) is Outage.REPLACED
    assert Application.objects.get().default_locale == "en"


@pytest.mark.django_db
def test_each_process_keeps_to_the_file_that_it_opened_first(tmp_path: Path) -> None:
    settings = {**connection.settings_dict, "NAME": str(tmp_path / "db.sqlite3"), "OPTIONS": {}}
    (tmp_path / "db.sqlite3").touch()
    wrapper = DatabaseWrapper(settings, "other")
    wrapper.connect()
    wrapper.close()
    (tmp_path / "new").touch()
    os.replace(tmp_path / "new", tmp_path / "db.sqlite3")
    with pytest.raises(Replaced):
        wrapper.connect()
    opened.pop(settings["NAME"])
    wrapper.connect()
    wrapper.close()


def test_under_a_running_server(process_environment: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    environment = {**process_environment, "PORT": str(port), "ICONTROL_WORKERS": "1"}
    manage(environment, "migrate", "--verbosity=0")
    manage(environment, "demo")
    token = json.loads(manage(environment, "create_token", "ops", "--role", "admin", "--days", "1", "--json"))["token"]
    file = Path(environment["ICONTROL_DATA"]) / "icontrol.sqlite3"

    def kill() -> tuple[int, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/config/rollback",
            b'{"reason": "x"}',
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    with serving(environment, tmp_path / "output", (str(ROOT / "manage.py"), "serve")) as process:
        assert get(process, port, "/readyz")[0] == 200
        assert get(process, port, "/meta/release")[0] == 200
        assert kill()[0] != 503
        file.unlink()
        status, body = kill()  # the very next request
        assert (status, body["code"]) == (503, "db.replaced")
        assert get(process, port, "/meta/release")[0] == 200
        assert get(process, port, "/readyz")[0] == 503
        assert not file.exists()  # and none is made
