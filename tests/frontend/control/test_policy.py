"""The version policy's page: what is stored fills the form, what is typed becomes the policy, and nothing gets lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from releases.actions import set_policy
from releases.gate.decision import Policy
from releases.gate.policy_fields import MAX_LOCALES, MAX_PLATFORMS
from releases.ledger.chain import NO_POLICY
from releases.models import Release
from releases.policies import policy_revision
from tests.factories import ADA, World
from tests.frontend.control.pages import HERE, ControlPage, get, send
from tests.releases.admin_pages import Staff, staff
from tests.releases.test_impact import seen

PAGE = f"{HERE}/policy"
WAIT = {"en": "Back\nsoon.", "nl": "Even geduld."}
FULL = {
    "default": {
        "latest": "2.1.0",
        "minSupported": "1.4.0",
        "enforcement": "soft",
        "message": {"en": "Update,\nplease. ", "fr": "Mettez à jour.", "de": "Bitte aktualisieren."},
        "url": "https://example.com/get",
        "maintenance": True,
        "maintenanceMessage": WAIT,
        "retryAfter": 30,
        "safeMode": True,
        "capabilities": ["orders", "stock"],
        "pollAfter": 15,
        "scheme": "semver",
    },
    "ios": {**Policy().as_json(), "latest": "3.0.0", "message": "for everybody", "url": "itms-apps://x/1"},
    "desktop.py": {**Policy().as_json(), "latest": "1.0rc1", "scheme": "pep440"},
}


@pytest.fixture
def ada(world: World) -> Staff:
    return staff("publisher", name="ada.p")


def put(world: World, policies: Any) -> Release:
    head = world.head()
    return set_policy(
        world.production,
        policies,
        read={policy_revision(head.policies if head else NO_POLICY)},
        reason="put",
        actor=ADA,
        now=world.tick(),
    )


def fill(who: Staff, **typed: Any) -> ControlPage:
    """Fill in the form, and save what the page after it says; the page one is led to, or that of a refusal."""
    page = get(who, PAGE)
    return save(who, send(who, PAGE, **{**page.filled(), **typed}), **typed)


def save(who: Staff, review: ControlPage, **typed: Any) -> ControlPage:
    if "policies" not in review.filled():
        return review  # the form, with a refusal
    sent = {
        **review.filled(),
        "reason": typed.get("reason", ""),
        "confirmed": typed.get("confirmed", ""),
        "step": "save",
    }
    return ControlPage(who.client.post(PAGE, sent, follow=True))


def in_force() -> Any:
    return Release.objects.order_by("-serial")[0].policy_set


def test_a_form_that_is_sent_as_it_stands_changes_nothing(world: World, ada: Staff) -> None:
    put(world, FULL)
    page = fill(ada, reason="no change")
    assert page.refusal == "policy.unchanged"
    assert Release.objects.count() == 1


def test_the_first_policy(world: World, ada: Staff) -> None:
    typed = {"p-default-latest": "1.2", "p-default-minSupported": "1.1", "p-default-message_fr": "À jour ?"}
    page = fill(ada, reason="begin", **typed)
    assert "The version policy of production is changed (release 1)." in page.text
    default = in_force()["default"]
    assert (default["latest"], default["minSupported"], default["message"]) == ("1.2.0", "1.1.0", {"fr": "À jour ?"})
    release = Release.objects.get()
    assert (release.kind, release.actor, release.reason, release.environment) == (
        "policy",
        "user:ada.p",
        "begin",
        world.production,
    )


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ({"p-default-enforcement": "hard"}, "enforcement", "hard"),
        ({"p-default-message_de": ""}, "message", {"en": "Update,\nplease. ", "fr": "Mettez à jour."}),
        ({"p-default-maintenanceMessage_fr": "Patience."}, "maintenanceMessage", {**WAIT, "fr": "Patience."}),
        ({"p-default-maintenanceMessage_nl": "", "p-default-maintenanceMessage_en": ""}, "maintenanceMessage", {}),
        ({"p-default-capabilities": "orders\r\n\r\n returns \r\n"}, "capabilities", ["orders", "returns"]),
        ({"p-default-retryAfter": "86400"}, "retryAfter", 86400),
        ({"p-default-url": ""}, "url", ""),
    ],
)
def test_one_field(world: World, ada: Staff, typed: dict[str, str], field: str, value: Any) -> None:
    put(world, FULL)
    fill(ada, reason="one", **typed)
    assert in_force() == {**FULL, "default": {**FULL["default"], field: value}}


def test_switches_that_are_turned_off(world: World, ada: Staff) -> None:
    put(world, FULL)
    typed = get(ada, PAGE).filled()
    for name in ("p-default-maintenance", "p-default-safeMode"):
        assert typed.pop(name) == "on"
    save(ada, send(ada, PAGE, **typed), reason="back")
    assert (in_force()["default"]["maintenance"], in_force()["default"]["safeMode"]) == (False, False)


def test_a_message_for_everybody_becomes_one_per_language_when_a_second_is_written(world: World, ada: Staff) -> None:
    put(world, FULL)
    fill(ada, reason="fr", **{"p-ios-message_fr": "pour tous"})
    assert in_force()["ios"]["message"] == {"en": "for everybody", "fr": "pour tous"}


def test_a_platform_is_added_in_two_steps_and_removed_with_a_box(world: World, ada: Staff) -> None:
    put(world, {"default": {"latest": "2.0.0", "minSupported": "1.0.0"}})
    read = get(ada, PAGE).filled()
    page = send(ada, PAGE, **{**read, "p-default-latest": "2.5.0", "new_platform": "Android"})
    assert page.status == 200 and Release.objects.count() == 1  # fields only
    typed = page.filled()
    assert typed["platform"] == ["default", "android"]
    assert (typed["p-default-latest"], typed["p-android-latest"]) == ("2.5.0", "2.0.0")
    save(ada, send(ada, PAGE, **{**typed, "p-android-minSupported": "1.5.0"}), reason="soon")
    assert in_force()["android"]["minSupported"] == "1.5.0" and in_force()["default"]["latest"] == "2.5.0"
    fill(ada, reason="gone", **{"p-android-remove": "on"})
    assert list(in_force()) == ["default"]


@pytest.mark.parametrize("name", ["default", "a b", "é", "x" * 33, "-x", "<i data-xss>"])
def test_a_platform_that_cannot_be_added(world: World, ada: Staff, name: str) -> None:
    read = get(ada, PAGE).filled()
    page = send(ada, PAGE, **{**read, "new_platform": name})
    assert page.status == 422 and page.filled()["new_platform"] == name.lower()
    assert page.filled()["platform"] == "default"


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ({"p-default-minSupported": "9.0.0"}, "policy.unsatisfiable", "Nobody can install 9.0.0"),
        ({"p-default-latest": "v1"}, "policy.invalid", "v1"),
        ({"p-default-url": "javascript:alert(1)"}, "policy.invalid", "an absolute address"),
        ({"p-default-capabilities": "a\na"}, "policy.invalid", "It is already in the list."),
        ({"p-default-message_fr": "x" * 2001}, "policy.invalid", "At most 2000 characters."),
        ({"p-default-maintenanceMessage_fr": "x" * 2001}, "policy.invalid", "At most 2000 characters."),
        ({"p-default-retryAfter": "0"}, None, "greater than or equal to 1"),
        ({"p-default-retryAfter": "soon"}, None, "Enter a whole number."),
        ({"p-default-enforcement": "maybe"}, None, "Select a valid choice."),
        ({"reason": ""}, "reason.required", "A reason is missing"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    world: World, ada: Staff, typed: dict[str, str], code: str | None, words: str
) -> None:
    put(world, FULL)
    page = fill(ada, **{"reason": "try", "p-default-pollAfter": "16", **typed})
    assert (page.status, page.refusal) == (422, code)
    name, value = next(iter(typed.items()))
    assert words in page.text and page.filled().get(name, value) == value
    if name.startswith("p-"):
        (error,) = (element for element in page.all("div") if element.attributes.get("class") == "err")
        assert error.attributes["id"].startswith(f"id_{name}")
    assert in_force() == FULL


def test_who_changed_it_meanwhile_is_named_and_the_typed_form_stays(world: World, ada: Staff) -> None:
    put(world, {"default": {"latest": "2.0.0", "minSupported": "1.0.0"}})
    read = get(ada, PAGE).filled()
    put(world, {"default": {"latest": "2.0.0", "minSupported": "1.8.0"}, "ios": {"latest": "1.0.0"}})
    typed = {**read, "p-default-latest": "2.2.0"}
    page = send(ada, PAGE, **typed)
    assert (page.status, page.refusal) == (412, "policy.stale") and "user:ada changed it" in page.text
    assert Release.objects.count() == 2
    # What pressing the button again would do is said: it would take the other's change back.
    assert "minimum version: “1.8.0” → “1.0.0”" in page.text and "ios: own policy removed" in page.text
    save(ada, send(ada, PAGE, **page.filled()), reason="newer")
    assert (in_force()["default"]["latest"], in_force()["default"]["minSupported"]) == ("2.2.0", "1.0.0")


@pytest.mark.parametrize("etag", [None, "", "*", '"x"'])
def test_without_the_etag_that_was_read_nothing_is_saved(world: World, ada: Staff, etag: str | None) -> None:
    read = {**get(ada, PAGE).filled(), "p-default-latest": "1.0.0"}
    read.pop("etag") if etag is None else read.update(etag=etag)
    assert send(ada, PAGE, **read).refusal in ("policy.none_yet", "policy.unread")
    assert not Release.objects.exists()


@pytest.mark.parametrize("platform", [[], ["ios"], ["default", "../x"], ["default", "<i data-xss>"], ["default"] * 50])
def test_forged_platforms(world: World, ada: Staff, platform: list[str]) -> None:
    read = {**get(ada, PAGE).filled(), "platform": platform}
    page = send(ada, PAGE, **read)
    assert page.status in (409, 422)
    assert not Release.objects.exists()


def test_a_viewer_reads_it_and_has_no_button(world: World) -> None:
    put(world, FULL)
    page = get(staff("viewer"), PAGE)
    assert page.filled()["p-ios-latest"] == "3.0.0"
    assert all("disabled" in fields.attributes for fields in page.all("fieldset", class_="platform"))
    assert not [button for button in page.all("button") if "See what clients will notice" in button.text]
    assert send(staff("viewer", name="v2"), PAGE, **page.filled()).status == 403


def test_in_french(world: World) -> None:
    eve = staff("publisher", language="fr")
    page = fill(eve, **{"p-default-minSupported": "3.0.0", "reason": "essai"})
    assert "Personne ne peut installer 3.0.0 : la version la plus récente est 0.0.0." in page.text
    assert "Politique de version de production" in page.text


@pytest.mark.slow
def test_the_widest_form_that_our_caps_allow_can_be_sent(world: World, ada: Staff) -> None:
    """32 platforms with two messages in 32 languages each."""
    texts = {f"a{chr(97 + number % 26)}{chr(97 + number // 26)}": "x" for number in range(MAX_LOCALES)}
    wide = {**Policy().as_json(), "message": texts, "maintenanceMessage": texts}
    put(world, dict.fromkeys(("default", *(f"p{number}" for number in range(1, MAX_PLATFORMS))), wide))
    page = fill(ada, reason="wide", **{"p-default-latest": "1.0.0"})
    assert page.status == 200 and in_force()["default"]["latest"] == "1.0.0"
    assert in_force()["p31"]["message"] == texts


# What clients will notice ---------------------------------------------------------------------------------------------


@pytest.fixture
def fleet(world: World) -> World:
    put(world, {"default": {"latest": "3.0.0"}})
    world.now = timezone.now()
    seen(world, 4_185, "3.0.0", "web", "acme")
    seen(world, 530, "2.9.0", "ios", "acme")
    seen(world, 101, "1.4.0", "ios", "old-one", "old-two", "<b>three")
    return world


def test_nothing_is_saved_before_a_page_has_said_what_clients_will_notice(fleet: World, ada: Staff) -> None:
    form = get(ada, PAGE)
    assert "≈ 4 816 going on (100.0 %)" in form.text
    page = send(ada, PAGE, **{**form.filled(), "p-default-minSupported": "2.0.0"})
    assert page.status == 200 and Release.objects.count() == 1
    assert "This blocks about 101 of 4816 clients seen in 24 hours (2.1 %)." in page.text
    assert all(tenant in page.text for tenant in ("old-one", "old-two", "<b>three")) and "acme" not in page.text
    assert "minimum version: “0.0.0” → “2.0.0”" in page.text
    assert "confirmed" not in page.filled()
    back = send(ada, PAGE, **{**page.filled(), "step": "edit"})
    assert back.filled()["p-default-minSupported"] == "2.0.0" and Release.objects.count() == 1
    assert save(ada, page, reason="").refusal == "reason.required"
    done = save(ada, page, reason="the old ones go")
    assert "The version policy of production is changed (release 2)." in done.text
    assert "101 blocked (2.1 %)" in get(ada, PAGE).text


@pytest.mark.parametrize("change", [{"p-default-minSupported": "3.0.0"}, {"p-default-maintenance": "on"}])
def test_more_than_a_tenth_of_the_clients_needs_a_typed_name(fleet: World, ada: Staff, change: dict[str, str]) -> None:
    page = send(ada, PAGE, **{**get(ada, PAGE).filled(), **change})
    for typed in ("", "yes", "staging"):
        refused = save(ada, page, reason="x", confirmed=typed)
        assert (refused.status, refused.refusal) == (409, "policy.needs_confirmation")
        assert refused.filled()["reason"] == "x"
    assert Release.objects.count() == 1
    assert "(release 2)" in save(ada, page, reason="x", confirmed="production").text


def test_a_minimum_that_nobody_has_yet_is_warned_of(fleet: World, ada: Staff) -> None:
    typed = {"p-default-minSupported": "3.1.0", "p-default-latest": "3.1.0"}
    page = send(ada, PAGE, **{**get(ada, PAGE).filled(), **typed})
    assert "No client seen on default has 3.1.0 or newer; the newest is 3.0.0." in page.text


@pytest.mark.parametrize("policies", ["", "{", "[]", "{}", '{"default": {"latest": "v"}}', "x" * 10**5])
def test_a_forged_page_saves_nothing(fleet: World, ada: Staff, policies: str) -> None:
    page = send(ada, PAGE, policies=policies, step="save", reason="x", etag="x")
    assert page.status in (400, 422) and Release.objects.count() == 1
    assert send(ada, PAGE, policies=policies, step="edit").status in (400, 422)
