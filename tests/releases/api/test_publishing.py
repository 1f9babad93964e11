"""Publish, promote, roll back, undo and policy over HTTP, and what clients get afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories import flag, snapshot, tag
from tests.releases.api.helpers import Api, ok, refused

PUBLISH, ROLLBACK, UNDO, POLICY = "/api/config/publish", "/api/config/rollback", "/api/releases/undo", "/api/policy"
CONFIG = "/api/config/published"


def publish(api: Api, body: dict[str, Any], **headers: Any) -> Any:
    return api("POST", PUBLISH, {"reason": "go", **body}, role="publisher", **headers)


def live(api: Api, environment: str = "production") -> list[str]:
    body = ok(api("GET", f"/api/config/versions/live?environment={environment}"))
    return [page["id"] for page in body["snapshot"]["pages"]]


def serials(api: Api) -> list[int]:
    return [release["serial"] for release in ok(api("GET", "/api/releases"))["releases"]]


# What was read is named -----------------------------------------------------------------------------------------------


def test_publishing_names_what_was_read(api: Api) -> None:
    draft = api.world.edit(snapshot("home"))
    for body, headers in (({}, {}), ({"version": "1.0.0"}, {}), ({}, {"if_match": "*"})):
        refusal = refused(publish(api, body, **headers), 428, "publish.unread")
        assert (refusal["etag"], refusal["digest"]) == (tag(draft), draft.digest)
    refused(publish(api, {}, if_match='"1.0.0/0"'), 412, "draft.stale")
    refused(publish(api, {"digest": "0" * 64}), 409, "publish.digest_unknown")
    refused(publish(api, {"version": "9.9.9"}), 404, "version.unknown")
    refused(publish(api, {"version": "one"}), 400, "version.malformed")
    assert serials(api) == []


def test_by_if_match(api: Api) -> None:
    draft = api.world.edit(snapshot("home"))
    body = ok(publish(api, {}, if_match=tag(draft)))
    assert (body["serial"], body["kind"], body["version"], body["digest"]) == (1, "publish", "1.0.0", draft.digest)
    assert body["actor"].startswith("token:publisher") and body["reason"] == "go" and body["warnings"] == []
    assert (body["application"], body["environment"]) == ("icontrol", "production")
    assert live(api) == ["home"]


@pytest.mark.parametrize("also", [{}, {"version": "1.0.0"}])
def test_by_digest(api: Api, also: dict[str, Any]) -> None:
    draft = api.world.edit(snapshot("home"))
    assert ok(publish(api, {"digest": draft.digest, **also}))["version"] == "1.0.0"


def test_by_version_once_it_is_frozen(api: Api) -> None:
    api.world.edit(snapshot("home"))
    preview = api.world.preview()
    refused(publish(api, {"version": "1.0.0", "digest": "0" * 64}), 409, "publish.version_differs")
    refused(publish(api, {"version": "1.0.0"}, if_match='"1.0.0/9"'), 409, "publish.version_differs")
    assert ok(publish(api, {"version": "1", "digest": preview.digest}))["version"] == "1.0.0"


def test_the_draft_was_renamed_meanwhile(api: Api) -> None:
    draft = api.world.edit(snapshot("home"))
    api("POST", "/api/config/draft/rename", {"version": "2.0.0"}, if_match=tag(draft))
    body = refused(publish(api, {"version": "2.0.0"}, if_match=tag(draft)), 412, "draft.stale")
    assert body["etag"] == '"2.0.0/2"'


def test_what_is_live_already(api: Api) -> None:
    draft = api.world.edit(snapshot("home"))
    ok(publish(api, {}, if_match=tag(draft)))
    for body, headers in (
        ({}, {"if_match": tag(draft)}),  # the same request once more
        ({"version": "1.0.0"}, {}),
        ({"digest": draft.digest}, {}),
        ({}, {"if_match": api.etag()}),  # the next draft, unchanged
    ):
        refusal = refused(publish(api, body, **headers), 409, "release.nothing_to_publish")
        assert (refusal["serial"], refusal["liveVersion"]) == (1, "1.0.0")
    assert serials(api) == [1]


def test_a_withdrawn_version(api: Api) -> None:
    api.world.edit(snapshot("home"))
    api.world.preview()
    api("POST", "/api/config/preview/withdraw", {"reason": "no"})
    refused(publish(api, {"version": "1.0.0"}), 409, "version.withdrawn")


def test_the_serial_that_was_read(api: Api) -> None:
    api.world.release(snapshot("home"))
    draft = api.world.edit(snapshot("home", "more"))
    body = refused(publish(api, {"expectedSerial": 0}, if_match=tag(draft)), 409, "publish.conflict")
    assert (body["serial"], body["expectedSerial"], body["appendedBy"]) == (1, 0, "user:ada")
    assert "user:ada" in body["detail"]
    assert ok(publish(api, {"expectedSerial": 1}, if_match=tag(draft)))["serial"] == 2
    refused(api("POST", ROLLBACK, {"reason": "x", "expectedSerial": 1}), 409, "publish.conflict")


def test_problems_keep_a_draft_from_going_out(api: Api) -> None:
    draft = api.world.edit(
        snapshot("home", tabs=[{"id": "t", "pageId": "no", "label": "T", "visible": True, "order": 1}])
    )
    body = refused(publish(api, {}, if_match=tag(draft)), 422, "snapshot.invalid")
    assert [problem["pointer"] for problem in body["problems"]] == ["/tabs/0/pageId"]
    refused(api.ask(CONFIG), 404, "release.none")


def test_a_reason_is_needed_and_kept(api: Api) -> None:
    draft = api.world.edit(snapshot("home"))
    for reason in ("", "  ", "x" * 501):
        refused(publish(api, {"reason": reason}, if_match=tag(draft)), 422, "reason.required")
    assert ok(publish(api, {"reason": "  for   the fair "}, if_match=tag(draft)))["reason"] == "for the fair"


def test_findings_need_a_yes_each(api: Api) -> None:
    api.world.release(snapshot("a", "b", "c", "d"))
    draft = api.world.edit(snapshot("a"))
    body = refused(publish(api, {}, if_match=tag(draft)), 409, "publish.needs_confirmation")
    assert [entry["code"] for entry in body["confirmations"]] == ["release.shrinks"]
    assert set(body["confirmations"][0]["message"]) == {"en", "fr"}
    refused(
        publish(api, {"confirm": ["release.grows"]}, if_match=tag(draft)),
        409,
        "publish.needs_confirmation",
    )
    ok(publish(api, {"confirm": ["release.shrinks"]}, if_match=tag(draft)))
    assert live(api) == ["a"]


# Dry run, picked changes ----------------------------------------------------------------------------------------------


def test_a_dry_run_answers_every_check_and_writes_nothing(api: Api) -> None:
    api.world.release(snapshot("a", "b", "c", "d"))
    tab = {"id": "t", "pageId": "no", "label": "T", "visible": True, "order": 1}
    draft = api.world.edit(snapshot("a", tabs=[tab]))
    body = ok(publish(api, {"dryRun": True, "reason": ""}, if_match=tag(draft)))
    assert (body["dryRun"], body["version"], body["liveVersion"], body["serial"]) == (True, "1.0.1", "1.0.0", 1)
    assert body["publishable"] is False
    assert [problem["pointer"] for problem in body["problems"]] == ["/tabs/0/pageId"]
    assert [entry["code"] for entry in body["confirmations"]] == ["release.shrinks"]
    assert {"pages/b", "pages/c", "pages/d", "tabs/t"} <= {change["id"] for change in body["changes"]}
    assert serials(api) == [1] and api.etag() == tag(draft)
    refused(publish(api, {"dryRun": True}), 428, "publish.unread")


def test_one_fix_goes_out_while_the_rest_stays(api: Api) -> None:
    api.world.release(snapshot("home", featureFlags=[flag("a"), flag("b")]))
    api.world.edit(snapshot("home", featureFlags=[flag("a", "ON"), flag("b", "ON")]))
    etag = api.etag()
    changes = [change["id"] for change in ok(api("GET", "/api/config/diff"))["changes"]]
    assert changes == ["featureFlags/a/state", "featureFlags/b/state"]
    plan = ok(publish(api, {"changes": changes[:1], "dryRun": True}, if_match=etag))
    assert [change["id"] for change in plan["changes"]] == changes[:1]
    body = ok(publish(api, {"changes": changes[:1]}, if_match=etag))
    assert body["version"] == plan["version"] == "1.0.2"
    assert [item["state"] for item in ok(api.ask(CONFIG))["featureFlags"]] == ["ON", "OFF"]
    assert [change["id"] for change in ok(api("GET", "/api/config/diff"))["changes"]] == changes[1:]
    ok(publish(api, {}, if_match=api.etag()))  # the rest needs no yes
    assert [item["state"] for item in ok(api.ask(CONFIG))["featureFlags"]] == ["ON", "ON"]


def test_picks_that_cannot_be(api: Api) -> None:
    tab = {"id": "t", "pageId": "shop", "label": "T", "visible": True, "order": 1}
    draft = api.world.edit(snapshot("home"))
    refused(publish(api, {"changes": ["pages/home"]}, if_match=tag(draft)), 409, "publish.changes_need_live")
    ok(publish(api, {}, if_match=tag(draft)))
    etag = tag(api.world.edit(snapshot("home", "shop", tabs=[tab])))
    refused(publish(api, {"changes": ["pages/shop"]}), 428, "publish.unread")
    body = refused(
        publish(api, {"changes": ["pages/none", "pages/shop"]}, if_match=etag), 422, "publish.unknown_changes"
    )
    assert body["unknown"] == ["pages/none"]
    body = refused(publish(api, {"changes": ["tabs/t"]}, if_match=etag), 422, "publish.missing_dependencies")
    assert body["missingChanges"] == ["pages/shop"]
    # Whoever ticks nothing does not mean everything.
    body = refused(publish(api, {"changes": []}, if_match=etag), 400, "body.invalid")
    assert body["problems"][0]["pointer"] == "/changes"
    assert serials(api) == [1]


# Policy in the same release -------------------------------------------------------------------------------------------


def test_a_publish_may_set_the_default_policy(api: Api) -> None:
    draft = api.world.edit(snapshot("home"))
    body = ok(publish(api, {"latestVersion": "2.0", "minSupportedVersion": "1.5.0"}, if_match=tag(draft)))
    assert (body["policies"]["default"]["latest"], body["policies"]["default"]["minSupported"]) == ("2.0.0", "1.5.0")
    assert api.ask(x_client_version="1.4.0").status_code == 426
    draft = api.world.edit(snapshot("home", "more"))
    refused(publish(api, {"minSupportedVersion": "3.0.0"}, if_match=tag(draft)), 422, "policy.unsatisfiable")
    refused(publish(api, {"latestVersion": "two"}, if_match=tag(draft)), 422, "policy.invalid")
    assert serials(api) == [1]


@pytest.mark.parametrize(("latest", "after"), [("0.5.0", "1.0.0"), ("2.0.0", "2.0.0")])
def test_bump_latest_raises_and_never_lowers(api: Api, latest: str, after: str) -> None:
    api.world.policy(latest=latest)
    draft = api.world.edit(snapshot("home"))
    body = ok(publish(api, {"bumpLatest": True}, if_match=tag(draft)))
    assert body["policies"]["default"]["latest"] == after


# Promotion ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["body", "query"])
def test_promotion_is_publishing_elsewhere_by_name(api: Api, where: str) -> None:
    draft = api.world.edit(snapshot("home"))
    staged = api(
        "POST",
        PUBLISH + ("?environment=staging" if where == "query" else ""),
        {"reason": "try", **({"environment": "staging"} if where == "body" else {})},
        if_match=tag(draft),
    )
    assert (ok(staged)["environment"], ok(staged)["serial"]) == ("staging", 1)
    refused(api.ask(CONFIG), 404, "release.none")
    diff = ok(api("GET", "/api/config/diff?from=1.0.0&to=live&environment=staging"))
    assert (diff["environment"], diff["changes"]) == ("staging", [])
    promoted = ok(publish(api, {"version": "1.0.0"}))
    assert (promoted["environment"], promoted["serial"], promoted["digest"]) == ("production", 1, draft.digest)
    refused(publish(api, {"version": "1.0.0", "environment": "nope"}), 404, "environment.unknown")


# Rollback, undo -------------------------------------------------------------------------------------------------------


def test_rollback_walks_back_and_says_what_came_along(api: Api) -> None:
    refused(api("POST", ROLLBACK, {"reason": "oops"}), 404, "release.none")
    for pages in (["a"], ["a", "b"], ["a", "b", "c"]):
        api.world.release(snapshot(*pages))
    body = ok(api("POST", ROLLBACK, {"reason": "oops"}, role="publisher"))
    assert (body["kind"], body["serial"], body["version"]) == ("rollback", 4, "1.0.1")
    assert body["carriedOver"] == ["policies", "killSwitches"]
    assert live(api) == ["a", "b"]
    assert ok(api("POST", ROLLBACK, {"reason": "oops"}))["version"] == "1.0.0"
    refused(api("POST", ROLLBACK, {"reason": "oops"}), 409, "rollback.nothing_before")
    refused(api("POST", ROLLBACK, {"reason": "oops", "toVersion": "1.0.0"}), 409, "rollback.already_live")
    assert ok(api("POST", ROLLBACK, {"reason": "oops", "toVersion": "1.0.2"}))["version"] == "1.0.2"
    assert ok(api("POST", ROLLBACK, {"reason": "oops", "toSerial": 2}))["version"] == "1.0.1"
    refused(api("POST", ROLLBACK, {"reason": "x", "toSerial": 99}), 404, "release.unknown")
    refused(api("POST", ROLLBACK, {"reason": "x", "toVersion": "9.9.9"}), 404, "version.unknown")
    refused(api("POST", ROLLBACK, {"reason": "x", "toVersion": "v1"}), 400, "version.malformed")
    refused(api("POST", ROLLBACK, {"reason": "x", "toVersion": "1.0.3"}), 409, "rollback.never_live")
    refused(api("POST", ROLLBACK, {"reason": "x", "environment": "staging"}), 404, "release.none")


def test_undo_takes_the_newest_back_and_only_that(api: Api) -> None:
    refused(api("POST", UNDO, {"serial": 1, "reason": "x"}), 404, "release.none")
    api.world.release(snapshot("a"))
    refused(api("POST", UNDO, {"serial": 1, "reason": "x"}), 409, "undo.nothing_before")
    api.world.policy(minSupported="2.0.0", latest="2.0.0")
    assert api.ask(x_client_version="1.0.0").status_code == 426
    body = refused(api("POST", UNDO, {"serial": 1, "reason": "x"}), 409, "undo.not_newest")
    assert body["serial"] == 2
    body = ok(api("POST", UNDO, {"serial": 2, "reason": "wrong minimum"}, role="publisher"))
    assert (body["kind"], body["serial"], body["policies"]["default"]["minSupported"]) == ("undo", 3, "0.0.0")
    assert api.ask(x_client_version="1.0.0").status_code == 200
    api.world.release(snapshot("a", "b"))
    ok(api("POST", UNDO, {"serial": 4, "reason": "x"}))
    assert live(api) == ["a"]


# Policy ---------------------------------------------------------------------------------------------------------------


def test_the_policy_is_written_on_what_was_read(api: Api) -> None:
    first = api("GET", POLICY, role="viewer")
    assert ok(first)["serial"] == 0 and ok(first)["policies"]["default"]["minSupported"] == "0.0.0"
    wanted = {"policies": {"default": {"latest": "2.0.0", "minSupported": "1.0"}}, "reason": "start"}
    body = refused(api("PUT", POLICY, wanted), 428, "policy.unread")
    assert body["etag"] == first["ETag"]
    refused(api("PUT", POLICY, wanted, if_match="*"), 428, "policy.unread")
    done = api("PUT", POLICY, wanted, if_match=first["ETag"], role="publisher")
    assert ok(done)["policies"]["default"]["minSupported"] == "1.0.0" and ok(done)["serial"] == 1
    assert done["ETag"] == api.etag(POLICY) != first["ETag"]
    stale = api("PUT", POLICY, wanted, if_match=first["ETag"])
    body = refused(stale, 412, "policy.stale")
    assert body["etag"] == stale["ETag"] == done["ETag"] and body["serial"] == 1
    assert "token:publisher" in body["detail"]
    refused(api("PUT", POLICY, wanted, if_match=done["ETag"]), 409, "policy.unchanged")
    assert api("PUT", POLICY, {**wanted, "policies": {"default": {}}}, if_match=f"W/{done['ETag']}").status_code == 200


def test_a_publish_in_between_does_not_make_the_policy_stale(api: Api) -> None:
    etag = api.etag(POLICY)
    api.world.release()
    answer = api("PUT", POLICY, {"policies": {"default": {"latest": "2.0.0"}}, "reason": "x"}, if_match=etag)
    assert ok(answer)["serial"] == 2


def test_a_policy_with_problems(api: Api) -> None:
    policies = {"ios": {"latest": "x", "wrong": 1}, "A b": []}
    body = refused(
        api("PUT", POLICY, {"policies": policies, "reason": "x"}, if_match=api.etag(POLICY)), 422, "policy.invalid"
    )
    assert {"", "/ios/latest", "/ios/wrong", "/A b"} <= {problem["pointer"] for problem in body["problems"]}
    impossible = {"default": {"latest": "2.9.1", "minSupported": "3.0.0"}}
    answer = api("PUT", POLICY, {"policies": impossible, "reason": "x"}, if_match=api.etag(POLICY))
    body = refused(answer, 422, "policy.unsatisfiable")
    assert "3.0.0" in body["detail"] and "2.9.1" in body["detail"] and "3.0.0" in body["messages"]["fr"]
    odd: Any
    for odd, code in (([], 422), ("x", 422), (1, 422), (None, 400)):
        assert api("PUT", POLICY, {"policies": odd, "reason": "x"}, if_match=api.etag(POLICY)).status_code == code
    assert serials(api) == []
