"""Golden wire documents (``tests/golden``): a difference there is a decision about the API.

``GOLDEN=write pytest tests/releases/api/test_golden.py`` writes them anew. Times and hashes are made equal first.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any

import pytest

from configs.snapshot.canonical import NotStrictJSON, parse_strict
from flags import usage
from releases.access import actions as access
from releases.delivery import polls
from releases.delivery.live import read_live
from tests.examples import GOLDEN
from tests.factories import ADA, NOON, flag, snapshot
from tests.releases.api.helpers import Api

SHOWN = (
    "Cache-Control",
    "Content-Language",
    "Content-Type",
    "ETag",
    "Retry-After",
    "Vary",
    "X-Config-Digest",
    "X-Config-Version",
    "X-Release-Environment",
    "X-Release-Serial",
)


def normal(value: Any) -> Any:
    """Without what differs from run to run: times, digests and hashes, token names, secrets, keys of rows."""
    if isinstance(value, dict):
        return {name: 1 if name == "id" and isinstance(item, int) else normal(item) for name, item in value.items()}
    if isinstance(value, list):
        return [normal(item) for item in value]
    if isinstance(value, str):
        value = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00| UTC)?", "<time>", value)
        value = re.sub(r"\A\d{4}-\d\d-\d\d\Z", "<day>", value)
        value = re.sub(r"\b[0-9a-f]{64}\b", "<sha-256>", value)
        value = re.sub(r'"[0-9a-f]{32}"', '"<etag>"', value)
        value = re.sub(r"/preview/[A-Za-z0-9_-]{43}", "/preview/<token>", value)
        value = re.sub(r"\Adata:image/svg.*", "data:<picture>", value)
        value = re.sub(r"/links/\d+/", "/links/1/", value)
        return re.sub(r"\b(token:\w+)-\d+", r"\1", value)
    return value


def asked(response: Any) -> dict[str, Any]:
    """The request, without who it was; a body that is no good JSON as text, shortened."""
    sent = response.asked
    request = {"method": sent["method"], "path": normal(sent["path"])}
    if headers := {name.title(): normal(value) for name, value in sent["headers"].items() if name != "authorization"}:
        request["headers"] = headers
    if "data" in sent:
        try:
            body = normal(parse_strict(sent["data"]))
        except NotStrictJSON:
            body = sent["data"][:80].decode()
        request |= {"type": sent["type"], "body": body}
    return request


def body_of(response: Any) -> Any:
    if not response.content:
        return None
    if response["Content-Type"].startswith("text/plain"):
        # Without what differs from run to run: moments, and what this process counted before.
        return re.sub(r"^\w+(_timestamp_seconds\b|\{process=).*\n", "", response.text, flags=re.MULTILINE)
    return normal(json.loads(response.content))


def wire(response: Any) -> dict[str, Any]:
    headers = {name: normal(response[name]) for name in SHOWN if name in response}
    if "Vary" in headers:
        headers["Vary"] = ", ".join(sorted(headers["Vary"].split(", "), key=str.lower))
    return {
        "request": asked(response),
        "status": response.status_code,
        "headers": headers,
        "body": body_of(response),
    }


def small_world(api: Api) -> None:
    """Everything that a config can hold, once."""
    content = snapshot("home", "orders", "orders-archive")
    content["pages"][1] |= {"surface": "CP", "permissions": ["orders:read"], "flag": "archive", "roles": ["clerk"]}
    content["pages"][2] |= {"path": None, "visible": False, "surface": "CP", "tenants": ["acme"]}
    content |= {
        "tabs": [{"id": "all", "pageId": "orders", "label": {"en": "All", "fr": "Tout"}, "visible": True, "order": 1}],
        "tables": [
            {
                "id": "orders",
                "pageId": "orders",
                "tabId": "all",
                "visible": True,
                "columns": [
                    {"id": "total", "key": "total", "label": "Total", "type": "money", "visible": True, "order": 1}
                ],
                "actions": [{"id": "csv", "label": "CSV", "type": "exportCsv", "visible": True, "roles": ["clerk"]}],
            }
        ],
        "featureFlags": [
            flag("archive", "ROLLOUT", rollout=2500, owner="ada", description="not for clients"),
            flag("banner", "ON"),
        ],
        "segments": [
            {
                "id": "staff",
                "private": True,
                "conditions": [{"attribute": "tenant", "operator": "equals", "values": ["acme"]}],
            }
        ],
        "uiTokens": [{"key": "accent", "value": "#2b6bff", "category": "color", "mode": "light"}],
        "layout": {"menuOrder": ["home", "orders"]},
        "roles": [{"id": "clerk", "permissions": ["orders:read"]}],
        "permissions": [{"id": "orders:read"}],
        "plans": [{"id": "free", "pages": ["home"], "limits": {"users": 3}}],
    }
    api.world.release(content)
    message = {"en": "Please update.", "fr": "Mettez à jour."}
    api.world.policy(minSupported="1.5.0", latest="2.0.0", message=message, url="https://get.example/", pollAfter=30)


def clients_seen(api: Api) -> Any:
    """Five polls a minute before the hour's end, so that no clock makes them two periods."""
    polls.forget()
    api.ask(x_client_version="1.9.0", x_client_platform="ios", x_tenant="acme")
    api.ask(x_client_version="1.9", x_client_platform="iOS", x_tenant="acme")
    api.ask(x_client_version="1.4.9", x_client_platform="ios", x_tenant="globex")
    api.ask(x_client_version="v1")
    api.ask()
    polls.flush()
    return api("GET", "/api/clients?hours=24")


def documents(api: Api) -> dict[str, Any]:
    small_world(api)
    usage.record_many(read_live(None), {("archive", "on"): 1, ("archive", "off"): 3, ("banner", "on"): 2})
    usage.flush()
    draft = "/api/config/draft"
    made: dict[str, Any] = {
        "meta_release_200": api.ask(x_client_version="1.9.0", accept_language="fr"),
        "meta_release_304": api.ask(if_none_match="*"),
        "meta_release_400": api.ask(x_client_version="v1"),
        "meta_release_401": api.ask(x_client_key="pk_unknown"),
        "meta_release_426": api.ask(x_client_version="1.4.9", accept_language="fr"),
        "published_config": api.ask("/api/config/published"),
        "published_config_surface": api.ask("/api/config/published?surface=APP"),
        "published_config_426": api.ask("/api/config/published", x_client_version="1.4.9"),
        "unleash_features": api.ask("/unleash/api/client/features", unleash_client_spec="5.2.0"),
        "unleash_frontend": api.ask("/unleash/api/frontend?properties[tenant]=acme"),
        "registry": api("GET", "/api/registry"),
        "release": api("GET", "/api/releases/1"),
        "releases": api("GET", "/api/releases?limit=1"),
        "policy": api("GET", "/api/policy"),
        "clients": clients_seen(api),
        "flags": api("GET", "/api/flags"),
        "flag": api("GET", "/api/flags/archive"),
        "flag_explained": api("POST", "/api/flags/archive/explain", {"context": {"tenant": "acme"}}),
        "problem_401": api("GET", draft, role="anonymous"),
        "problem_403": api("GET", draft, role="viewer", accept_language="fr"),
        "problem_404": api("GET", "/api/config/versions/9.9.9"),
        "problem_428": api("PUT", draft, {}),
        "problem_412": api("PUT", draft, {}, if_match='"0.9.0/1"'),
        "problem_409": api("POST", "/api/config/publish", {"version": "1.0.0", "reason": "again"}),
        "problem_400": api("PUT", draft, b'{"a": 1, "a": 2}', if_match='"1.0.1/0"'),
    }
    content = api.world.draft.document
    content["pages"][0]["title"]["fr"] = "Accueil"
    content["pages"][0]["order"], content["pages"][1]["order"] = 1, 0
    content["tabs"] += [{"id": "gone", "pageId": "nowhere", "label": "Gone", "visible": True, "order": 2}]
    content["featureFlags"] = [flag("archive", "ON"), flag("banner", "OFF")]
    content |= {section: [] for section in ("tables", "segments", "uiTokens", "plans")}
    made |= {
        "draft": api("PUT", draft, content, role="editor", if_match=api.etag()),
        "diff": api("GET", "/api/config/diff"),
        "history": api("GET", "/api/config/draft/history?limit=1"),
        "problem_422": api("POST", "/api/config/preview", {"reason": "look"}, if_match=api.etag()),
        "problem_400_body": api("POST", "/api/config/publish", {"digest": 1, "confrim": []}),
        "plan": api("POST", "/api/config/publish", {"dryRun": True}, if_match=api.etag()),
    }
    content["tabs"].pop()
    api("PUT", draft, content, if_match=api.etag())
    made["problem_409_confirm"] = api("POST", "/api/config/publish", {"reason": "go"}, if_match=api.etag())
    made["preview"] = api("POST", "/api/config/preview", {"reason": "look"}, role="editor", if_match=api.etag())
    made["preview_link"] = api("POST", "/api/config/preview/links", {"reason": "for QA", "ttl": 3600}, role="editor")
    made["versions"] = api("GET", "/api/config/versions?limit=2")
    yes = {"version": "1.0.1", "reason": "go", "confirm": ["release.shrinks"]}
    made["published"] = api("POST", "/api/config/publish", yes, role="publisher")
    made["preview_links"] = api("GET", "/api/config/preview/links")
    made["problem_410"] = api.ask(made["preview_link"].json()["url"].partition("8000")[2])
    made["rolled_back"] = api("POST", "/api/config/rollback", {"reason": "oops"}, role="publisher")
    api.world.policy(maintenance=True, maintenanceMessage={"en": "Back soon."}, retryAfter=600)
    made["meta_release_503"] = api.ask(x_client_version="1.4.9")
    kill, lift = "/api/flags/banner/kill", "/api/flags/banner/lift"
    made |= {
        "kill": api("POST", kill, {"reason": "it burns"}, role="publisher"),
        "kill_unchanged": api("POST", kill, {"reason": "me too"}, role="publisher"),
        "kill_404": api("POST", "/api/flags/baner/kill", {"reason": "it burns"}, accept_language="fr"),
        "published_config_killed": api.ask("/api/config/published"),
        "lift_404": api("POST", "/api/flags/baner/lift", {"reason": "repaired"}),
        "lift": api("POST", lift, {"reason": "repaired"}, role="publisher"),
    }
    return made


def more_documents(api: Api) -> dict[str, Any]:
    """What the story above did not ask for, so that every operation has an answer."""
    draft, flags, preview = "/api/config/draft", "/api/config/draft/featureFlags", "/api/config/preview"
    merge = {"content_type": "application/merge-patch+json"}
    banner = flag("banner", "ON")
    new_flag = flag("new-export", "OFF", owner="billing", description="The new CSV export")
    new_application = {"key": "atelier", "name": "Atelier", "defaultLanguage": "fr", "reason": "second product"}
    extra = {"type": "object", "properties": {"opening": {"type": "object", "properties": {"hours": {}}}}}
    report = {"appName": "web", "instanceId": "web-1", "sdkVersion": "unleash-client-node:6.12.0"}
    started = {"strategies": ["default"], "started": "2026-11-22T12:00:00Z", "interval": 60000}
    counted = {"toggles": {"banner": {"yes": 3, "no": 0}}}
    bucket = {"bucket": {"start": "2026-11-22T12:00:00Z", "stop": "2026-11-22T12:01:00Z", **counted}}
    unleash = "/unleash/api"
    made: dict[str, Any] = {
        "livez": api.ask("/livez"),
        "readyz": api.ask("/readyz"),
        "metrics": api("GET", "/metrics", role="viewer"),
        "config": api.ask("/api/config", x_client_version="2.0.0"),
        "version": api("GET", "/api/config/versions/1.0.0", role="viewer"),
        "application_created": api("POST", "/api/applications", new_application),
        "applications": api("GET", "/api/applications", role="viewer"),
        "application": api("GET", "/api/applications/atelier", role="viewer"),
        "application_changed": api("PATCH", "/api/applications/atelier", {"name": "Atelier Nord", "reason": "moved"}),
        "unleash_registered": api("POST", f"{unleash}/client/register", report | started, role="anonymous"),
        "unleash_counted": api("POST", f"{unleash}/client/metrics", report | bucket, role="anonymous"),
        "unleash_frontend_post": api(
            "POST", f"{unleash}/frontend", {"context": {"properties": {"tenant": "acme"}}}, role="anonymous"
        ),
        "unleash_frontend_registered": api(
            "POST", f"{unleash}/frontend/client/register", report | started, role="anonymous"
        ),
        "unleash_frontend_counted": api(
            "POST", f"{unleash}/frontend/client/metrics", report | bucket, role="anonymous"
        ),
    }
    etag = api.etag("/api/applications/atelier")
    schema = {"schema": extra, "reason": "opening hours"}
    made["extra_schema"] = api("PUT", "/api/applications/atelier/schema", schema, if_match=etag)
    policies = {"policies": {"default": {"minSupported": "1.5.0", "latest": "2.0.0"}}, "reason": "we are back"}
    etag = api.etag("/api/policy")
    made["policy_replaced"] = api("PUT", "/api/policy", policies, role="publisher", if_match=etag)
    undo = {"serial": made["policy_replaced"].json()["serial"], "reason": "too early"}
    made["undone"] = api("POST", "/api/releases/undo", undo, role="publisher")
    small = snapshot("home", featureFlags=[banner])
    for name, method, path, *body in (
        ("draft_posted", "POST", draft, small),
        ("draft_read", "GET", draft),
        ("object_made", "PUT", f"{flags}/new-export", new_flag),
        ("object", "GET", f"{flags}/new-export"),
        ("object_removed", "DELETE", f"{flags}/new-export"),
        ("draft_renamed", "POST", f"{draft}/rename", {"version": "1.1.0", "reason": "more than a fix"}),
    ):
        if_match = None if method == "GET" else api.etag()
        made[name] = api(method, path, *body, role="editor", if_match=if_match)
    theme, rollout = {"theme": {"mode": "dark"}}, {"state": "ROLLOUT", "rollout": 1000}
    made["draft_patched"] = api("PATCH", draft, theme, role="editor", if_match=api.etag(), **merge)
    made["object_patched"] = api("PATCH", f"{flags}/banner", rollout, role="editor", if_match=api.etag(), **merge)
    made["draft_reverted"] = api(
        "POST", f"{draft}/revert", {"to": "live", "reason": "start again"}, role="editor", if_match=api.etag()
    )
    api("POST", preview, {"reason": "look"}, if_match=api.etag())
    made["preview_read"] = api("GET", preview, role="editor")
    link = api("POST", f"{preview}/links", {"reason": "for Camille"}).json()
    made["preview_opened"] = api.ask(link["url"].partition("8000")[2])
    revoke = f"{preview}/links/{link['id']}/revoke"
    made["preview_link_revoked"] = api("POST", revoke, {"reason": "seen"}, role="editor")
    made["preview_withdrawn"] = api("POST", f"{preview}/withdraw", {"reason": "not good yet"}, role="editor")
    return made


def test_the_documents_are_as_they_were(api: Api) -> None:
    answers = documents(api)
    made = {name: wire(response) for name, response in (answers | more_documents(api)).items()}
    texts = {name: json.dumps(value, ensure_ascii=False, indent=2) + "\n" for name, value in made.items()}
    if os.environ.get("GOLDEN") == "write":
        for file in GOLDEN.glob("*.json"):
            file.unlink()
        for name, text in texts.items():
            (GOLDEN / f"{name}.json").write_text(text, encoding="utf-8")
        pytest.fail("the golden documents were written; read the difference and run again")
    kept = {file.stem: file.read_text(encoding="utf-8") for file in GOLDEN.glob("*.json")}
    assert set(kept) == set(texts)
    for name, text in texts.items():
        assert json.loads(text) == json.loads(kept[name]), name
        assert text == kept[name], name  # the order of members too


def test_times_and_hashes_are_of_one_form_everywhere(api: Api) -> None:
    """What the golden documents leave out: times are UTC with a Z, hashes are hex."""
    small_world(api)
    access.create_client_key(api.world.production, name="web", actor=ADA, now=NOON)
    release = api("GET", "/api/releases/1").json()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", release["createdAt"])
    assert re.fullmatch(r"[0-9a-f]{64}", release["hash"]) and release["previousHash"] == "0" * 64
