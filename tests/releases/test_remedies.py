"""Refusals name a way out that the door has at which they are read."""

from __future__ import annotations

import re

import pytest

from icontrol.kernel import problem_json
from icontrol.kernel.refusals import CATALOGUE, Refusal
from icontrol.kernel.texts import Text
from releases.management import output
from releases.pages.remedies import NEXT, remedy
from tests.factories import World, flag, snapshot
from tests.releases.admin_pages import staff
from tests.releases.commands import manage

#: What only programs can do, and what shells can as well: French sentences are looked at, because English ones may use
#: such words as words.
HTTP = r"/api/|/readyz|\b(GET|PUT|POST|PATCH|DELETE)\b|If-Match|ETag|Accept|Content-Type|Allow|Retry-After"
FOREIGN = re.compile(HTTP + r"|--\w|\bttl\b|\bconfirm\b|\blatest\b|create_environment|verify_ledger|SemVer")
#: Refusals of doors that pages do not have.
ELSEWHERE = {
    "command.unusable",  # commands
    "evaluation.too_many",  # clients
    "gate.maintenance",
    "gate.malformed_version",
    "gate.update_required",
    "http.unsupported_media_type",  # the API
}
#: Refusals that only those who send requests meet.
OF_REQUESTS = re.compile(r"(http|gate|evaluation)[.].*")


def test_every_next_step_is_one_of_pages() -> None:
    foreign = {code for code, kind in CATALOGUE.items() if FOREIGN.search(kind.next["fr"])}
    assert foreign - ELSEWHERE - NEXT.keys() == set()
    assert set(NEXT) <= set(CATALOGUE) and foreign >= ELSEWHERE
    for step in NEXT.values():
        assert not FOREIGN.search(step["fr"])


def test_the_catalogue_speaks_for_all_doors() -> None:
    spoken = re.compile(HTTP)
    foreign = {
        code
        for code, kind in CATALOGUE.items()
        if any(spoken.search(text["fr"]) for text in (kind.title, kind.detail, kind.next))
    }
    assert {code for code in foreign if not OF_REQUESTS.fullmatch(code)} == set()
    for step in output.NEXT.values():
        assert not spoken.search(step["fr"])


@pytest.mark.parametrize("table", [NEXT, output.NEXT, problem_json.NEXT])
def test_a_door_says_otherwise_only_what_there_is_and_what_is_other(table: dict[str, Text]) -> None:
    assert table and set(table) <= set(CATALOGUE)
    assert {code for code, step in table.items() if step == CATALOGUE[code].next} == set()


def test_the_same_refusal_has_the_next_step_of_the_door_at_which_it_is_read(world: World) -> None:
    world.release(snapshot(featureFlags=[flag("a")]))
    for options in ((), ("--json",)):
        slip = manage("kill", "nosuch", "--reason", "x", *options)
        assert slip.code == 2 and output.NEXT["kill.unknown_flag"]["en"] in slip.err + slip.out
        assert "/api/" not in slip.err + slip.out
    refusal = Refusal("kill.unknown_flag", environment="production", flag="nosuch", near="")
    assert "/api/config/published" in problem_json.body_of(refusal, "en")["next"]


def test_a_command_says_how_a_command_makes_what_is_missing(world: World) -> None:
    slip = manage("set", "featureFlags/none", "state=ON")
    assert slip.code == 2 and slip.err.endswith("Next: Check the name, or create it with --new.\n")


def test_what_the_catalogue_says_is_the_rule() -> None:
    assert remedy(Refusal("flag.unknown", where="x", flag="y")) == NEXT["flag.unknown"]
    assert remedy(Refusal("name.taken", name="x"))["en"] == "Choose another."


@pytest.mark.parametrize(
    ("language", "step"),
    [("en", "The list of the environment's flags"), ("fr", "La liste des drapeaux de l'environnement")],
)
def test_pages_show_it(world: World, language: str, step: str) -> None:
    world.release(snapshot(featureFlags=[flag("a")]))
    person = staff("publisher", language=language)
    for door in ("", "/kill", "/lift"):
        page = person.open(f"/cp/icontrol/production/flags/moon{door}")
        assert step in page.text and "/api/" not in page.text
