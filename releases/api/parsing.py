"""Request parsing: strict JSON bodies, strict fields, no coercion, unknown fields refused by name."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from configs.snapshot.canonical import NotStrictJSON, parse_strict
from icontrol.kernel.json_types import schema_of
from icontrol.kernel.refusals import Refusal
from releases.access.actions import LINK_TTL_MAX
from releases.gate.policy_fields import PolicyJSON


class StrictJSONParser(BaseParser):
    """``application/json`` with our strict parser; the body may be twice as large as a snapshot."""

    media_type = "application/json"
    doubles = False

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        cap = 2 * settings.ICONTROL_SNAPSHOT_MAX_BYTES
        data = stream.read(cap + 1)
        if len(data) > cap:
            raise Refusal("http.too_large")
        try:
            return parse_strict(data, doubles=self.doubles)
        except NotStrictJSON as error:
            raise Refusal("json.refused", problems=error.problems) from None


class ContextParser(StrictJSONParser):
    """For values that are compared and never stored: a large integer is read as a double."""

    doubles = True


class MergePatchParser(StrictJSONParser):
    media_type = "application/merge-patch+json"


def document(request: Request) -> Any:
    """The body as a JSON value. A missing body is not ``{}``: an empty request must not empty a draft."""
    if request.stream is None:
        return StrictJSONParser().parse(BytesIO())
    return request.data


class TextField(serializers.CharField):
    """A JSON string; nothing is converted."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Number(serializers.IntegerField):
    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Flag(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return bool(data)


# Reads and documents a request body. An unknown field is a problem: ``confrim`` must not be ignored.
class Body(serializers.Serializer[Any]):
    def to_internal_value(self, data: Any) -> Any:
        unknown = {
            name: [serializers.ErrorDetail("unknown", code="unknown")]
            for name in (data if isinstance(data, dict) else ())
            if name not in self.fields
        }
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            detail = error.detail if isinstance(error.detail, dict) else {}
            raise serializers.ValidationError({**detail, **unknown}) from None
        if unknown:
            raise serializers.ValidationError(unknown)
        return value


class Reason(TextField):
    """A reason. The action decides whether it is required and which characters are allowed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Why; kept in the audit.")
        super().__init__(max_length=2000, trim_whitespace=False, allow_blank=True, **kwargs)


def perhaps_why() -> Reason:
    """An optional reason, for edits of the draft."""
    return Reason(required=False, default="", help_text="Why; stands in the history.")


class ReasonBody(Body):
    environment = TextField(required=False, max_length=63, help_text="Environment key; left out: the default one.")
    reason = Reason()


class PreviewBody(Body):
    reason = Reason()


class WithdrawBody(PreviewBody):
    version = TextField(
        required=False, max_length=64, help_text="The preview that was read; left out: whichever there is."
    )


class PublishBody(ReasonBody):
    reason = Reason(required=False, default="", help_text="Why; kept in the audit. Needed unless `dryRun` is given.")
    version = TextField(required=False, max_length=64)
    digest = TextField(required=False, max_length=64, help_text="SHA-256 (hex) of the snapshot that was read.")
    # An empty list is refused: selecting nothing must not mean everything.
    changes = serializers.ListField(
        child=TextField(max_length=2000),
        required=False,
        allow_empty=False,
        max_length=5000,
        help_text="Ids from the draft's diff against live; only these go out.",
    )
    bumpLatest = Flag(required=False, default=False)
    latestVersion = TextField(required=False, max_length=64)
    minSupportedVersion = TextField(required=False, max_length=64)
    confirm = serializers.ListField(child=TextField(max_length=100), required=False, default=list, max_length=20)
    expectedSerial = Number(required=False, min_value=0)
    dryRun = Flag(required=False, default=False)


class RollbackBody(ReasonBody):
    toVersion = TextField(required=False, max_length=64)
    toSerial = Number(required=False, min_value=1)
    expectedSerial = Number(required=False, min_value=0)


class UndoBody(ReasonBody):
    serial = Number(min_value=1)


@extend_schema_field(schema_of(dict[str, PolicyJSON]))
class PolicySet(serializers.JSONField):
    """Any JSON: the gate's check reports all problems, in both languages."""


class PolicyBody(ReasonBody):
    policies = PolicySet(
        help_text='{"default": {…}, "ios": {…}}; each stands alone, what it leaves out has its default.'
    )
    confirm = serializers.ListField(child=TextField(max_length=100), required=False, default=list, max_length=20)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string"},
            {"type": "object", "properties": {"history": {"type": "integer", "minimum": 1}}, "required": ["history"]},
        ]
    }
)
class Target(serializers.Field):
    """The target of a revert: a version's name or a history entry's number."""

    default_error_messages = {"invalid": "neither"}

    def to_internal_value(self, data: Any) -> str | int:
        if isinstance(data, str):
            return data
        number = data.get("history") if isinstance(data, dict) and len(data) == 1 else None
        if type(number) is not int or number < 1:
            self.fail("invalid")
        return number


class RevertBody(Body):
    environment = TextField(
        required=False, max_length=63, help_text="Whose `live` is meant; left out: the default one."
    )
    to = Target(help_text='"live", "preview", a version, or {"history": id}.')
    reason = perhaps_why()


class RenameBody(Body):
    version = TextField(max_length=64)
    reason = perhaps_why()


class RevokeBody(Body):
    reason = Reason()


class LinkBody(Body):
    ttl = Number(
        required=False,
        min_value=60,
        max_value=int(LINK_TTL_MAX.total_seconds()),
        help_text="Seconds; a day if left out, a week at most.",
    )
    reason = Reason()


class ApplicationBody(Body):
    key = TextField(max_length=63, help_text="a-z, 0-9 and hyphens; for ever.")
    name = TextField(required=False, max_length=200, help_text="For people; left out: the key.")
    defaultLanguage = TextField(
        required=False, default="en", max_length=16, help_text="For texts that are missing in the reader's language."
    )
    isDefault = Flag(required=False, default=False, help_text="Clients without a key get this one from now on.")
    reason = perhaps_why()


class ApplicationSettingsBody(Body):
    name = TextField(required=False, max_length=200)
    defaultLanguage = TextField(required=False, max_length=16)
    isDefault = Flag(required=False)
    reason = Reason()


class ExtraSchemaBody(Body):
    schema = serializers.JSONField(help_text="JSON Schema of an object; its properties are the extra sections.")
    reason = Reason()


def an_object(data: Any) -> dict[str, Any]:
    """The body, which must be a JSON object."""
    if not isinstance(data, dict):
        raise serializers.ValidationError({"non_field_errors": [serializers.ErrorDetail("object", code="invalid")]})
    return data


def body(request: Request, form: type[Body]) -> dict[str, Any]:
    """The validated body; else a refusal with all its problems."""
    serializer = form(data=an_object(request.data))
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def number(text: str | None, *, name: str, default: int, least: int, most: int) -> int:
    """A whole number from the query string: ASCII digits only."""
    if text is None or text == "":
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 18 and least <= int(text) <= most):
        raise serializers.ValidationError({name: [serializers.ErrorDetail("number", code="invalid")]})
    return int(text)
