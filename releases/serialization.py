"""Drafts, versions and releases as JSON values: the API's answers and the commands' ``--json`` are the same."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from configs.models import Application, ConfigVersion
from configs.policies import problems_of
from configs.snapshot.diff import diff, grouped
from configs.snapshot.reading import NAMED_BY, objects
from flags.engine import Effects
from icontrol.kernel.problems import as_json
from releases.ledger.summary import summary
from releases.models import Environment, Release
from releases.publishing import Published


def instant(at: dt.datetime | None) -> str | None:
    return at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z") if at else None


def named(environment: Environment) -> dict[str, Any]:
    """What every answer begins with: where. Left out in the request, it is the default one, and the reader sees it."""
    return {"application": environment.application.key, "environment": environment.key}


def show_application(application: Application) -> dict[str, Any]:
    environments = sorted(application.environments.all(), key=lambda one: (not one.is_default, one.pk))
    return {
        "key": application.key,
        "name": application.name,
        "defaultLanguage": application.default_locale,
        "isDefault": application.is_default,
        "highestVersion": application.highest_version,
        "environments": [environment.key for environment in environments],
        "extraSchema": json.loads(application.extra_schema),
        "createdAt": instant(application.created_at),
    }


def show_draft(draft: ConfigVersion, environment: Environment, now: dt.datetime) -> dict[str, Any]:
    """The draft with its problems, as they are now."""
    document = draft.document
    return {
        **named(environment),
        "version": draft.version,
        "channel": "draft",
        "createdAt": instant(draft.created_at),
        "editedAt": instant(draft.edited_at),
        "editedBy": draft.edited_by,
        "snapshot": document,
        "digest": draft.digest,
        "basedOn": draft.based_on.version if draft.based_on else None,
        "problems": as_json(problems_of(draft.application, document, draft.schema, now)),
    }


def show_object(
    draft: ConfigVersion, environment: Environment, section: str, name: str, now: dt.datetime
) -> dict[str, Any]:
    """One object of the draft (null where there is none), with what is told of the draft itself."""
    facts = show_draft(draft, environment, now)
    items = [item for _, item in objects(facts.pop("snapshot"), section) if item.get(NAMED_BY[section]) == name]
    return {**facts, "section": section, "name": name, "object": items[0] if items else None}


def show_version(version: ConfigVersion, *, with_snapshot: bool = True) -> dict[str, Any]:
    shown = {
        "application": version.application.key,
        "version": version.version,
        "channel": version.state,
        "createdAt": instant(version.created_at),
        "createdBy": version.created_by,
        "previewedAt": instant(version.previewed_at),
        "publishedAt": instant(version.published_at),
        "publishedBy": version.published_by,
        "withdrawnAt": instant(version.withdrawn_at),
        "digest": version.digest,
    }
    return {**shown, "snapshot": version.document} if with_snapshot else shown


def show_entry(row: Any) -> dict[str, Any]:
    """One entry of the draft's history."""
    return {
        "id": row.history_id,
        "version": row.version,
        "at": instant(row.history_date),
        "actor": row.history_user_id,
        "what": row.history_change_reason,
        "digest": row.digest,
    }


def show_release(release: Release) -> dict[str, Any]:
    version = release.config_version
    return {
        **named(release.environment),
        "serial": release.serial,
        "kind": release.kind,
        "summary": summary(release),
        "version": version.version if version else None,
        "digest": version.digest if version else None,
        "policies": release.policy_set,
        "killSwitches": release.killed,
        "actor": release.actor,
        "reason": release.reason,
        "createdAt": instant(release.created_at),
        "format": release.format,
        "previousHash": release.previous_hash,
        "hash": release.hash,
    }


def show_published(done: Published) -> dict[str, Any]:
    return {**show_release(done.release), "warnings": as_json(done.warnings)}


def show_rollback(release: Release) -> dict[str, Any]:
    return {**show_release(release), "carriedOver": ["policies", "killSwitches"]}


def show_switched(release: Release, key: str, affects: Effects, *, changed: bool, dry_run: bool) -> dict[str, Any]:
    """``changed``: this release was appended for it; else it is the newest, and the switch stood so already. On a dry
    run it is the newest, and ``changed`` says whether another one would be appended."""
    return {
        **show_release(release),
        "flag": key,
        "changed": changed,
        "affects": {"on": list(affects.on), "off": list(affects.off)},
        "dryRun": dry_run,
    }


def show_policy(environment: Environment, head: Release) -> dict[str, Any]:
    """The version policy of every platform, as the newest release has it."""
    return {
        **named(environment),
        "serial": head.serial,
        "policies": head.policy_set,
    }


def show_diff(environment: Environment, a: ConfigVersion, b: ConfigVersion) -> dict[str, Any]:
    """What leads from one version to another."""
    changes = diff(a.document, b.document)
    return {
        **named(environment),
        "from": {"version": a.version, "channel": a.state, "digest": a.digest},
        "to": {"version": b.version, "channel": b.state, "digest": b.digest},
        "changes": [change.as_json() for change in changes],
        "groups": [
            {"id": group, "title": title, "changes": [change.id for change in members]}
            for group, title, members in grouped(changes)
        ],
    }
