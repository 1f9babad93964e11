"""Refusals name a way out that the door has at which they are read."""

from __future__ import annotations

import re

import pytest

from icontrol.kernel.refusals import CATALOGUE, Refusal
from releases.admin.remedies import NEXT, remedy
from releases.management import words
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
    "http.not_acceptable",  # the API
    "http.unsupported_media_type",
    "section.unknown",  # single objects: the API and commands
    "object.unknown",
}
#: Refusals that commands never meet: of those who send requests, or who must say what they have read.
OF_REQUESTS = re.compile(r"(http|gate|evaluation)[.].*|password[.]temporary|.*[.]precondition_required")


def test_every_next_step_is_one_of_pages() -> None:
    foreign = {code for code, kind in CATALOGUE.items() if FOREIGN.search(kind.next["fr"])}
    assert foreign - ELSEWHERE - NEXT.keys() == set()
    assert set(NEXT) <= set(CATALOGUE) and foreign >= ELSEWHERE
    for step in NEXT.values():
        assert not FOREIGN.search(step["fr"])


def test_every_next_step_on_the_command_line_is_one_of_a_shell() -> None:
    spoken = re.compile(HTTP)
    foreign = {code for code, kind in CATALOGUE.items() if spoken.search(kind.next["fr"])}
    assert {code for code in foreign - words.NEXT.keys() if not OF_REQUESTS.fullmatch(code)} == set()
    assert set(words.NEXT) <= set(CATALOGUE)
    for step in words.NEXT.values():
        assert not spoken.search(step["fr"])


def test_a_command_says_how_a_command_makes_what_is_missing(world: World) -> None:
    slip = manage("set", "featureFlags/none", "state=ON")
    assert slip.code == 2 and slip.err.endswith("Next: Check the name, or make it with --new.\n")


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
    for name in ("flags_flags_flag", "releases_environment_kill", "releases_environment_lift"):
        page = person.get(name, world.production.pk, "moon")
        assert step in page.text and "/api/" not in page.text
