"""What the answers look like, for the OpenAPI document only: views answer plain values, and a test compares the two.

Fields without ``required=False`` are in every answer; ``allow_null`` says that null may stand there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from configs.states import STATES
from releases.gate.policy_fields import FIELDS, MAX_SECONDS, Field
from releases.ledger.kinds import KINDS


class Shape(serializers.Serializer[Any]):
    """An object in an answer. Read only: requests have their own forms (:mod:`releases.api.parsing`)."""


def text(**kwargs: Any) -> serializers.CharField:
    return serializers.CharField(**kwargs)


def moment(**kwargs: Any) -> serializers.DateTimeField:
    return serializers.DateTimeField(**kwargs)


def anything(**kwargs: Any) -> serializers.JSONField:
    return serializers.JSONField(**kwargs)


class Both(Shape):
    """A sentence in both languages."""

    en = text()
    fr = text()


class Finding(Shape):
    """One thing that is wrong in a document."""

    pointer = text(allow_blank=True, help_text="JSON Pointer (RFC 6901); empty: the whole document.")
    code = text()
    severity = serializers.ChoiceField(["error", "warning"])
    message = Both()


class Problem(Shape):
    """RFC 9457. Some codes carry more members, such as ``etag`` or ``serial``; see the reference of errors."""

    type = text(help_text="urn:icontrol:problem:<code>; stable.")
    title = text()
    status = serializers.IntegerField()
    code = text(help_text="Stable; what programs look at.")
    detail = text(help_text="What and why, in the reader's language.")
    next = text(help_text="What to do now.")
    messages = Both(help_text="The detail in both languages.")
    problems = Finding(many=True, required=False)


class GateFields(Shape):
    """The gate's answer to one client."""

    latest = text()
    minSupported = text()
    message = text(allow_blank=True)
    url = text(allow_blank=True)
    publishedConfigVersion = text(allow_null=True)
    requiresUpdate = serializers.BooleanField()
    policyStatus = serializers.ChoiceField(
        ["OK", "UNKNOWN", "SOFT_BLOCK", "HARD_BLOCK", "MAINTENANCE", "MALFORMED"],
    )
    updateAvailable = serializers.BooleanField()
    serial = serializers.IntegerField()
    platform = text()
    clientVersion = text(allow_null=True)
    safeMode = serializers.BooleanField()
    capabilities = serializers.ListField(child=text())
    pollAfter = serializers.IntegerField(help_text="Seconds.")


class GateProblem(Problem, GateFields):
    """A problem with the gate's fields at top level."""


def _policy_field(field: Field) -> serializers.Field:
    match field.kind:
        case "choice":
            return serializers.ChoiceField(list(field.choices), required=False)
        case "switch":
            return serializers.BooleanField(required=False)
        case "seconds":
            return serializers.IntegerField(required=False, min_value=1, max_value=MAX_SECONDS)
        case "names":
            return serializers.ListField(child=text(), required=False)
        case "text":
            said = f"{field.name['en'].capitalize()}: a string, or one per language."
            return anything(required=False, help_text=said)
    return text(required=False, allow_blank=field.kind == "address")


class Policy(Shape):
    """The version policy of one platform; what is left out has its default."""

    def get_fields(self) -> dict[str, serializers.Field]:
        return {key: _policy_field(field) for key, field in FIELDS.items()}


SNAPSHOT = {
    "type": "object",
    "additionalProperties": {},
    "description": "A config document: pages, tabs, tables, featureFlags, uiTokens … "
    "(configs/schema/snapshot.schema.json describes it).",
}


@extend_schema_field(SNAPSHOT)
class Snapshot(serializers.DictField):
    """A config document inside another answer."""


#: An object of a section.
OBJECT = {
    "type": "object",
    "additionalProperties": {},
    "description": "A flag, a page, a segment … as the draft has it.",
}


@extend_schema_field(OBJECT)
class NamedObject(serializers.DictField):
    """An object of a section inside another answer."""


class DraftFacts(Shape):
    """The one draft of an application, without its content."""

    application = text()
    environment = text()
    version = text()
    channel = serializers.ChoiceField(["draft"])
    createdAt = moment()
    editedAt = moment(allow_null=True)
    editedBy = text(allow_blank=True)
    digest = text()
    basedOn = text(allow_null=True)
    problems = Finding(many=True)


class Draft(DraftFacts):
    """The one draft of an application."""

    snapshot = Snapshot()


class DraftObject(DraftFacts):
    """One object of the draft."""

    section = text()
    name = text()
    object = NamedObject(allow_null=True, help_text="null: it is not there any more.")


class VersionFacts(Shape):
    """A config version without its content."""

    application = text()
    version = text()
    channel = serializers.ChoiceField(list(STATES))
    createdAt = moment()
    createdBy = text()
    previewedAt = moment(allow_null=True)
    publishedAt = moment(allow_null=True)
    publishedBy = text(allow_blank=True)
    withdrawnAt = moment(allow_null=True)
    digest = text()


class NamedVersion(VersionFacts):
    """The same as an answer of its own, which names the environment."""

    environment = text()


class Version(NamedVersion):
    """A config version with its content."""

    snapshot = Snapshot()


class ListedVersion(VersionFacts):
    id = serializers.IntegerField(help_text="For `before`.")


class Versions(Shape):
    application = text()
    environment = text()
    versions = ListedVersion(many=True)


class HistoryEntry(Shape):
    id = serializers.IntegerField()
    version = text()
    at = moment()
    actor = text(allow_blank=True)
    what = text(allow_null=True)
    digest = text()


class History(Shape):
    application = text()
    environment = text()
    entries = HistoryEntry(many=True)


class Release(Shape):
    """One row of the ledger."""

    application = text()
    environment = text()
    serial = serializers.IntegerField()
    kind = serializers.ChoiceField(list(KINDS))
    summary = Both(help_text="What it did, against the release before it.")
    version = text(allow_null=True)
    digest = text(allow_null=True)
    policies = serializers.DictField(child=Policy())
    killSwitches = serializers.ListField(child=text())
    actor = text()
    reason = text()
    createdAt = moment()
    format = serializers.IntegerField()
    previousHash = text()
    hash = text()


class PublishedRelease(Release):
    warnings = Finding(many=True)


class RolledBack(Release):
    carriedOver = serializers.ListField(child=text(), help_text="What came over from the release before.")


class Releases(Shape):
    application = text()
    environment = text()
    releases = Release(many=True)


def from_to(name: str, make: Callable[[], serializers.Field]) -> type[Shape]:
    """A shape with the members ``from``, which is a word of Python, and ``to``."""
    return type(name, (Shape,), {"from": make(), "to": make()})


Step = from_to("Step", serializers.IntegerField)


class Change(from_to("Change", lambda: anything(required=False, allow_null=True))):  # type: ignore[misc]
    """One difference. ``from`` and ``to`` are left out where there was or is nothing."""

    id = text()
    kind = serializers.ChoiceField(["added", "removed", "changed", "moved"])
    group = text()
    path = serializers.ListField(child=text(allow_blank=True))
    position = Step(required=False)
    sentence = Both()


class ChangeGroup(Shape):
    id = text()
    title = Both()
    changes = serializers.ListField(child=text(), help_text="Ids of changes.")


class Side(Shape):
    version = text()
    channel = serializers.ChoiceField(list(STATES))
    digest = text()


class Diff(from_to("Diff", Side)):  # type: ignore[misc]
    application = text()
    environment = text()
    changes = Change(many=True)
    groups = ChangeGroup(many=True)


class Confirmation(Shape):
    code = text()
    message = Both()


class Plan(Shape):
    """The answer to ``dryRun``: every check at once, nothing written."""

    application = text()
    environment = text()
    dryRun = serializers.BooleanField()
    version = text()
    digest = text()
    liveVersion = text(allow_null=True)
    serial = serializers.IntegerField()
    publishable = serializers.BooleanField()
    proposal = text(
        allow_null=True,
        help_text="Names what would be appended: another one as soon as content, policy, a kill switch or the newest "
        "release differs. null: not publishable.",
    )
    problems = Finding(many=True)
    policies = serializers.DictField(child=Policy())
    policyProblems = Finding(many=True)
    confirmations = Confirmation(many=True)
    missingChanges = serializers.ListField(child=text())
    changes = Change(many=True)


class Channels(Shape):
    draft = text()
    preview = text(allow_null=True)
    published = text(allow_null=True)


class Registry(Shape):
    latest_version = text()
    min_supported_version = text()
    published_config_version = text(allow_null=True)
    draft_config_version = text()
    channels = Channels()


class Policies(Shape):
    application = text()
    environment = text()
    serial = serializers.IntegerField()
    policies = serializers.DictField(child=Policy())


class Link(Shape):
    """A link that opens one frozen preview."""

    id = serializers.IntegerField()
    version = text()
    reason = text()
    createdAt = moment()
    createdBy = text()
    expiresAt = moment()
    open = serializers.BooleanField()
    why = Both(allow_null=True, help_text="Why it no longer opens; null while it does.")


class NamedLink(Link):
    """The same as an answer of its own, which says where."""

    application = text()
    environment = text()


class NewLink(NamedLink):
    url = serializers.URLField(help_text="Shown this once; only a hash of it is kept.")


class Links(Shape):
    application = text()
    environment = text()
    links = Link(many=True)


class Application(Shape):
    """A client product."""

    key = text()
    name = text()
    defaultLanguage = text()
    isDefault = serializers.BooleanField(help_text="Clients without a key get its default environment.")
    highestVersion = text()
    environments = serializers.ListField(child=text(), help_text="Keys; the first is the default one.")
    extraSchema = anything(help_text="JSON Schema of the extra sections; {}: there are none.")
    createdAt = moment()


class Applications(Shape):
    applications = Application(many=True)
