"""Who else is in the Toolbox."""

from __future__ import annotations

from frontend.toolbox.presence import LEFT, MOST, SHOWN, Presence
from tests.factories import World
from tests.releases.admin_pages import staff

ADDRESS = "/toolbox/icontrol/here"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_others_are_named_with_their_item_and_oneself_is_not() -> None:
    found = Presence(Clock())
    assert found.here(1, "ada", "a", "pages/home") == []
    assert found.here(1, "grace", "b", "pages/help") == [("ada", "pages/home")]
    assert found.here(1, "ada", "c", "") == [("grace", "pages/help")]
    assert found.here(2, "alan", "d", "") == []


def test_who_says_nothing_has_left() -> None:
    clock = Clock()
    found = Presence(clock)
    found.here(1, "ada", "a", "pages/home")
    clock.now = LEFT
    assert found.here(1, "grace", "b", "") == [("ada", "pages/home")]
    clock.now = LEFT + 1
    assert found.here(1, "grace", "b", "") == []


def test_however_many_pages_there_are_few_are_kept_and_fewer_told() -> None:
    found = Presence(Clock())
    for number in range(3 * MOST):
        found.here(1, f"p{number}", "a", "")
    assert len(found._seen) == MOST
    assert len(found.here(1, "ada", "a", "")) == SHOWN


def test_the_answer_tells_the_draft_and_the_release(world: World) -> None:
    world.release()
    editor, other = staff("editor"), staff("publisher")
    etag = editor.client.get("/api/config/draft").headers["ETag"]
    assert editor.client.post(ADDRESS, {"page": "a", "item": "pages/home"}).json() == {
        "etag": etag,
        "serial": 1,
        "people": [],
    }
    told = other.client.post(ADDRESS, {"page": "b", "item": ""}).json()
    assert told["people"] == [{"name": "editor", "item": "pages/home"}]
    world.edit()
    assert other.client.post(ADDRESS, {"page": "b", "item": ""}).json()["etag"] != etag


def test_what_a_page_says_of_itself_is_bounded(world: World) -> None:
    client = staff("editor").client
    for wrong in (
        {},
        {"page": "A b"},
        {"page": "a" * 37},
        {"page": "a", "item": "x" * 201},
        {"page": "a", "item": "\n"},
    ):
        answer = client.post(ADDRESS, wrong)
        assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert staff("viewer").client.post(ADDRESS, {"page": "a", "item": ""}).status_code == 403
