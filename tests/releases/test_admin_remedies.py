"""Refusals on pages name a way out that pages have."""

from __future__ import annotations

import re

import pytest

from configs.refusals import CATALOGUE, Refusal
from releases.admin.remedies import NEXT, remedy
from tests.factories import World, flag, snapshot
from tests.releases.admin_pages import staff

#: What only programs and shells can do, as French sentences have it: English ones may use such words as words.
FOREIGN = re.compile(
    r"/api/|/readyz|GET |If-Match|ETag|--\w|\bttl\b|\bconfirm\b|\blatest\b|Accept|Content-Type|Allow|Retry-After"
    r"|create_environment|verify_ledger|SemVer"
)
#: Refusals of doors that pages do not have.
ELSEWHERE = {
    "command.unusable",  # commands
    "evaluation.too_many",  # clients
    "gate.maintenance",
    "gate.malformed_version",
    "gate.update_required",
    "http.not_acceptable",  # the API
    "http.unsupported_media_type",
}


def test_every_next_step_is_one_of_pages() -> None:
    foreign = {code for code, kind in CATALOGUE.items() if FOREIGN.search(kind.next["fr"])}
    assert foreign - ELSEWHERE - NEXT.keys() == set()
    assert set(NEXT) <= set(CATALOGUE) and foreign >= ELSEWHERE
    for step in NEXT.values():
        assert not FOREIGN.search(step["fr"])


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
