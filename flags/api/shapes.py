"""What the answers about flags look like, for the OpenAPI document (see :mod:`releases.api.shapes`)."""

from __future__ import annotations

from rest_framework import serializers

from flags.engine import Reason
from flags.explaining import CHANNELS
from flags.overview import STALE
from releases.api.shapes import Both, Shape, anything, moment, text

STATES = ["ON", "OFF", "ROLLOUT", "FORCE_OFF"]


class Stale(Shape):
    """Why it may be time to remove the flag."""

    code = serializers.ChoiceField(list(STALE))
    message = Both()


class Since(Shape):
    """The release that brought the flag to this environment."""

    version = text()
    at = moment()


class Evaluations(Shape):
    last24Hours = serializers.IntegerField()
    last30Days = serializers.IntegerField()


class FlagFields(Shape):
    key = text()
    type = serializers.ChoiceField(["boolean", "string", "integer", "number", "object"])
    state = serializers.ChoiceField(STATES)
    effectiveState = serializers.ChoiceField(STATES, help_text="FORCE_OFF while its kill switch is engaged.")
    killed = serializers.BooleanField()
    owner = text(allow_null=True)
    description = text(allow_null=True)
    firstReleased = Since()
    expiresAt = text(allow_null=True)
    lastEvaluatedAt = moment(allow_null=True, help_text="The beginning of the hour.")
    evaluations = Evaluations()
    shareOn = serializers.FloatField(
        allow_null=True,
        help_text="Of the last 30 days' evaluations, those that served another variant than the off one.",
    )
    stale = Stale(many=True)


class Flags(Shape):
    """The live flags of an environment."""

    application = text()
    environment = text()
    serial = serializers.IntegerField()
    version = text()
    flags = FlagFields(many=True)
    killedButGone = serializers.ListField(
        child=text(), help_text="Kill switches that are engaged though the live config has no such flag."
    )


class VariantCount(Shape):
    variant = text(
        allow_blank=True, help_text="Empty: a damaged flag that has none. `?`: on, and the client did not tell which."
    )
    last30Days = serializers.IntegerField()


class DayCounts(Shape):
    day = serializers.DateField(help_text="UTC.")
    variants = serializers.DictField(child=serializers.IntegerField())


class HourCounts(Shape):
    hour = moment()
    variants = serializers.DictField(child=serializers.IntegerField())


class Counts(Shape):
    """Evaluations; days and hours without any are left out."""

    variants = VariantCount(many=True)
    days = DayCounts(many=True)
    hours = HourCounts(many=True, help_text="The last 48.")


class FlagDetail(FlagFields):
    """One live flag with its counts."""

    application = text()
    environment = text()
    serial = serializers.IntegerField()
    version = text()
    counts = Counts()


class Explained(Shape):
    """One evaluation and how it came about."""

    application = text()
    environment = text()
    channel = serializers.ChoiceField(CHANNELS)
    version = text()
    flag = text()
    value = anything(allow_null=True)
    variant = text(allow_null=True)
    reason = serializers.ChoiceField([reason.value for reason in Reason])
    ruleId = text(allow_null=True)
    bucket = serializers.IntegerField(allow_null=True)
    steps = Both(many=True)
