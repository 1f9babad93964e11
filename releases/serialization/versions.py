"""Applications, drafts, versions, links to previews and differences as JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Annotated, Any, Literal, TypedDict, cast

from configs.models import Application, ConfigVersion
from configs.policies import problems_of
from configs.snapshot.diff import ChangeJSON, diff, grouped
from configs.snapshot.traversal import NAMED_BY, objects
from configs.states import DRAFT, STATES
from icontrol.kernel.actors import Actor
from icontrol.kernel.json_types import Keywords, Moment
from icontrol.kernel.problems import FindingJSON, as_json
from icontrol.kernel.texts import Text
from releases.access import actions as access
from releases.ledger.chain import head_of
from releases.models import Environment, PreviewLink
from releases.offers import OffersJSON, of_version, show_offers
from releases.serialization import WhereJSON, instant, named
from releases.serialization.qr import qr

Channel = Annotated[str, Keywords(enum=list(STATES))]
Snapshot = Annotated[
    dict[str, Any],
    "A config document: pages, tabs, tables, featureFlags, uiTokens … "
    "(configs/schema/snapshot.schema.json describes it).",
]
NamedObject = Annotated[dict[str, Any], "A flag, a page, a segment … as the draft has it."]


class ApplicationJSON(TypedDict):
    """A client product."""

    key: str
    name: str
    defaultLanguage: str
    isDefault: Annotated[bool, "Clients without a key get its default environment."]
    highestVersion: str
    environments: Annotated[list[str], "Keys; the first is the default one."]
    extraSchema: Annotated[Any, "JSON Schema of the extra sections; {}: there are none."]
    createdAt: Moment


class ApplicationsJSON(TypedDict):
    applications: list[ApplicationJSON]


def show_applications(applications: Iterable[Application]) -> ApplicationsJSON:
    return {"applications": [show_application(application) for application in applications]}


def show_application(application: Application) -> ApplicationJSON:
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


class DraftFactsJSON(WhereJSON, OffersJSON):
    """The one draft of an application, without its content."""

    version: str
    channel: Literal["draft"]
    createdAt: Moment
    editedAt: Moment | None
    editedBy: str
    digest: str
    basedOn: str | None
    problems: list[FindingJSON]


class DraftJSON(DraftFactsJSON):
    """The one draft of an application."""

    snapshot: Snapshot


class DraftObjectJSON(DraftFactsJSON):
    """One object of the draft."""

    section: str
    name: str
    object: Annotated[NamedObject | None, "null: it is not there any more."]


def show_draft(
    draft: ConfigVersion, environment: Environment, now: dt.datetime, actor: Actor | None = None
) -> DraftJSON:
    """The draft with its current problems and, if ``actor`` is given, the offers."""
    document = draft.document
    problems = problems_of(draft.application, document, draft.schema, now)
    offers = of_version(actor, draft, [head_of(environment)], problems) if actor else None
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
        "problems": as_json(problems),
        **show_offers(offers),
    }


def show_object(
    draft: ConfigVersion, environment: Environment, section: str, name: str, now: dt.datetime, actor: Actor
) -> DraftObjectJSON:
    """One object of the draft (null if there is none), with the draft's own facts."""
    shown = show_draft(draft, environment, now, actor)
    facts = cast(DraftFactsJSON, {key: value for key, value in shown.items() if key != "snapshot"})
    items = [item for _, item in objects(shown["snapshot"], section) if item.get(NAMED_BY[section]) == name]
    return {**facts, "section": section, "name": name, "object": items[0] if items else None}


class VersionFactsJSON(TypedDict):
    """A config version without its content."""

    application: str
    version: str
    channel: Channel
    createdAt: Moment
    createdBy: str
    previewedAt: Moment | None
    publishedAt: Moment | None
    publishedBy: str
    withdrawnAt: Moment | None
    digest: str


class NamedVersionJSON(VersionFactsJSON):
    """The same as a top-level answer, with the environment."""

    environment: str


class VersionJSON(NamedVersionJSON, OffersJSON):
    """A config version with its content."""

    snapshot: Snapshot


class ListedVersionJSON(VersionFactsJSON):
    id: Annotated[int, "For `before`."]


class VersionsJSON(WhereJSON):
    versions: list[ListedVersionJSON]


def show_version(version: ConfigVersion) -> VersionFactsJSON:
    return {
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


def show_named(version: ConfigVersion, environment: Environment) -> NamedVersionJSON:
    return {**named(environment), **show_version(version)}


def show_content(
    version: ConfigVersion, environment: Environment, now: dt.datetime, actor: Actor | None = None
) -> VersionJSON:
    """With offers, if ``actor`` is given."""
    document, offers = version.document, None
    if actor:
        is_draft = version.state == DRAFT  # the others were checked when they left the draft
        problems = problems_of(version.application, document, version.schema, now) if is_draft else ()
        offers = of_version(actor, version, [head_of(environment)], problems)
    return {**show_named(version, environment), "snapshot": document, **show_offers(offers)}


def show_versions(versions: Iterable[ConfigVersion], environment: Environment) -> VersionsJSON:
    return {
        **named(environment),
        "versions": [{"id": version.pk, **show_version(version)} for version in versions],
    }


class HistoryEntryJSON(TypedDict):
    id: int
    version: str
    at: Moment
    actor: str
    what: str | None
    digest: str


class HistoryJSON(WhereJSON):
    entries: list[HistoryEntryJSON]


def show_entry(row: Any) -> HistoryEntryJSON:
    """One entry of the draft's history."""
    return {
        "id": row.history_id,
        "version": row.version,
        "at": instant(row.history_date),
        "actor": row.history_user_id,
        "what": row.history_change_reason,
        "digest": row.digest,
    }


def show_history(rows: Iterable[Any], environment: Environment) -> HistoryJSON:
    return {**named(environment), "entries": [show_entry(row) for row in rows]}


class LinkJSON(TypedDict):
    """A link that opens one frozen preview."""

    id: int
    version: str
    reason: str
    createdAt: Moment
    createdBy: str
    expiresAt: Moment
    open: bool
    why: Annotated[Text | None, "Why it no longer opens; null while it does."]


class LinksJSON(WhereJSON):
    links: list[LinkJSON]


class NamedLinkJSON(WhereJSON, LinkJSON):
    """The same as a top-level answer, with the place."""


class NewLinkJSON(NamedLinkJSON):
    url: Annotated[str, Keywords(format="uri"), "Shown this once; only a hash of it is kept."]
    qr: Annotated[str, "The same as a picture for phones: an SVG in a `data:` address."]


def show_link(link: PreviewLink, now: dt.datetime) -> LinkJSON:
    why = access.why_dead(link, now)
    return {
        "id": link.pk,
        "version": link.config_version.version,
        "reason": link.reason,
        "createdAt": instant(link.created_at),
        "createdBy": link.created_by,
        "expiresAt": instant(link.expires_at),
        "open": why is None,
        "why": why,
    }


def show_links(links: Iterable[PreviewLink], environment: Environment, now: dt.datetime) -> LinksJSON:
    return {**named(environment), "links": [show_link(link, now) for link in links]}


def show_named_link(link: PreviewLink, environment: Environment, now: dt.datetime) -> NamedLinkJSON:
    return {**named(environment), **show_link(link, now)}


def show_new_link(link: PreviewLink, url: str, environment: Environment, now: dt.datetime) -> NewLinkJSON:
    return {**show_named_link(link, environment, now), "url": url, "qr": qr(url)}


class SideJSON(TypedDict):
    version: str
    channel: Channel
    digest: str


class ChangeGroupJSON(TypedDict):
    id: str
    title: Text
    changes: Annotated[list[str], "Ids of changes."]


SidesJSON = TypedDict("SidesJSON", {"from": SideJSON, "to": SideJSON})


class DiffJSON(WhereJSON, SidesJSON):
    """The changes from one version to another."""

    changes: list[ChangeJSON]
    groups: list[ChangeGroupJSON]


def show_diff(environment: Environment, a: ConfigVersion, b: ConfigVersion) -> DiffJSON:
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
