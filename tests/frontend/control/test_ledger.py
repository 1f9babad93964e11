"""The ledger in sentences, its filters, its files, and one release."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from frontend.control import export
from frontend.control.export import cell
from icontrol.kernel.actors import Actor
from tests.factories import World, flag, snapshot
from tests.frontend.control.pages import HERE, get
from tests.releases.admin_pages import Staff, staff

LEDGER = f"{HERE}/releases"
FORMULA = '=HYPERLINK("http://evil","x")'
FLAGS = [flag("search", "ON"), flag("s", "ON")]


@pytest.fixture
def live(world: World) -> World:
    world.release(snapshot("home", featureFlags=FLAGS), reason="first")
    world.release(snapshot("home", "shop", featureFlags=FLAGS), actor=Actor("token:ci"))
    world.kill("search")
    world.lift("search")
    world.rollback()
    world.policy(latest="2.0.0")
    world.undo()
    return world


@pytest.fixture
def ada(live: World) -> Staff:
    return staff("publisher", name="ada.p")


def said(who: Staff, **query: Any) -> list[str]:
    page = get(who, LEDGER, **query)
    links = [element for element in page.all("a") if element.attributes["href"].startswith(f"{LEDGER}/")]
    return [" ".join(element.text.split()) for element in links]


def test_rows_say_what_was_done(live: World, ada: Staff) -> None:
    assert said(ada) == [
        "ada undid release 6",
        "ada changed the version policy",
        "ada rolled back to 1.0.0",
        "ada lifted the kill switch of search",
        "ada killed search",
        "ci (token) published 1.0.1",
        "ada published 1.0.0",
    ]
    french = staff("viewer", language="fr")
    assert said(french)[2:4] == ["ada est revenu à 1.0.0", "ada a levé le coupe-circuit de search"]


@pytest.mark.parametrize(
    ("query", "serials"),
    [
        ({"kind": "kill"}, [3]),
        ({"kind": ["kill", "lift"]}, [4, 3]),
        ({"kind": "nonsense"}, [7, 6, 5, 4, 3, 2, 1]),
        ({"person": "CI"}, [2]),
        ({"flag": "search"}, [4, 3, 1]),  # it came with the first
        ({"flag": "s"}, [1]),  # not part of another key
        ({"flag": "%"}, []),
        ({"words": "first"}, [1]),
        ({"words": "1.0.1"}, [4, 3, 2]),
        ({"since": "2026-11-22T12:00:05", "until": "2026-11-22T12:00:06", "zone": "UTC"}, [4, 3]),
        ({"since": "2026-11-22T13:00:05", "until": "2026-11-22T13:00:06", "zone": "Europe/Paris"}, [4, 3]),
        ({"kind": "publish", "person": "ada", "words": "\0"}, [1]),
    ],
)
def test_filters(live: World, ada: Staff, query: dict[str, Any], serials: list[int]) -> None:
    shown = json.loads(b"".join(ada.client.get(f"{LEDGER}.json", query)))
    assert [release["serial"] for release in shown["releases"]] == serials and shown["complete"]
    assert len(said(ada, **query)) == len(serials)


def test_a_time_that_is_none_is_told_at_its_field(live: World, ada: Staff) -> None:
    page = get(ada, LEDGER, since="yesterday")
    assert page.status == 200 and "This is not a time." in page.text


def test_a_file_for_spreadsheets_begins_no_formula(live: World, ada: Staff) -> None:
    live.release(snapshot("home"), confirm=["release.contains_rolled_back", "release.shrinks"], reason=FORMULA)
    live.policy(latest="3.0.0")
    text = b"".join(ada.client.get(f"{LEDGER}.csv")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["serial"] for row in rows] == ["9", "8", "7", "6", "5", "4", "3", "2", "1"]
    assert rows[1]["reason"] == f"'{FORMULA}"
    assert all(cell(f"{sign}1").startswith("'") for sign in "=+-@\t\r") and cell(None) == "" and cell(7) == "7"


def test_a_file_has_a_bound(live: World, ada: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST", 5)
    monkeypatch.setattr(export, "PIECE", 2)
    shown = json.loads(b"".join(ada.client.get(f"{LEDGER}.json")))
    assert [release["serial"] for release in shown["releases"]] == [7, 6, 5, 4, 3] and not shown["complete"]


def test_long_ledgers_come_in_pages(world: World) -> None:
    for number in range(52):
        world.policy(latest=f"1.0.{number + 1}")
    viewer = staff("viewer")
    page = get(viewer, LEDGER, kind="policy")
    assert "?kind=policy&before=3" in page.links
    assert len(said(viewer, kind="policy", before=3)) == 2


def test_a_release_says_what_it_changed_and_what_takes_it_back(live: World, ada: Staff) -> None:
    page = get(ada, f"{LEDGER}/2")
    assert "ci (token) published 1.0.1. “go”" in page.text and "Page “Shop” (shop) added" in page.text
    assert {f"{LEDGER}/1", f"{LEDGER}/3", f"{HERE}/versions/1.0.1/rollback", f"{HERE}/then?serial=2"} <= page.links
    assert page.off == [
        "Undo this release: The newest release of production is 7 (undone, by user:ada); only that one can be undone."
    ]
    assert f"{HERE}/undo" in get(ada, f"{LEDGER}/7").links
    assert get(ada, f"{LEDGER}/99").refusal == "release.unknown"
