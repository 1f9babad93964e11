"""What the answers look like, for the OpenAPI document only."""

from __future__ import annotations

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from flags.engine import Reason
from releases.api.shapes import Problem, Shape, anything, text

REASONS = [str(reason) for reason in Reason if reason is not Reason.ERROR]
#: The protocol's, but for TARGETING_KEY_MISSING: who lacks what is hashed gets the off variant, and UNKNOWN.
ERROR_CODES = ["PARSE_ERROR", "INVALID_CONTEXT", "FLAG_NOT_FOUND", "GENERAL"]

#: What a client may send. Members that are not known are ignored: the protocol may grow.
REQUEST = {
    "type": "object",
    "properties": {
        "context": {
            "type": ["object", "null"],
            "properties": {"targetingKey": {"type": ["string", "null"]}},
            "description": "Attributes of whoever asks; `targetingKey` is the tenant unless `tenant` is there.",
            "examples": [{"targetingKey": "acme", "plan": "pro"}],
        }
    },
}


class EvaluationMetadata(Shape):
    ruleId = text(required=False, help_text="The rule that decided.")


class SetMetadata(Shape):
    serial = serializers.IntegerField(help_text="Number of the release.")
    version = text(required=False, help_text="Config version that is live; absent when nothing was published.")


class OneEvaluationMetadata(SetMetadata, EvaluationMetadata):
    pass


class BulkEvaluation(Shape):
    """A flag's value for this context, among others."""

    key = text()
    value = anything(help_text="Of the flag's type; a `number` always has a decimal point.")
    reason = serializers.ChoiceField(REASONS)
    variant = text()
    metadata = EvaluationMetadata()


class OneEvaluation(BulkEvaluation):
    """A flag's value for this context."""

    metadata = OneEvaluationMetadata()


class EvaluationFailure(Shape):
    """A flag that cannot be evaluated."""

    key = text()
    errorCode = serializers.ChoiceField(["GENERAL"])
    errorDetails = text()


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="BulkEntry",
        serializers=[BulkEvaluation, EvaluationFailure],
        resource_type_field_name=None,
    )
)
class _Entry(serializers.DictField):
    pass


class BulkEvaluations(Shape):
    """All flags, in the order of the snapshot."""

    flags = serializers.ListField(child=_Entry())
    metadata = SetMetadata(required=False, help_text="Absent before the first release.")


class EvaluationProblem(Problem):
    """A problem with OFREP's members."""

    errorCode = serializers.ChoiceField(ERROR_CODES)
    errorDetails = text(help_text="The detail, and the first problem.")


class OneEvaluationProblem(EvaluationProblem):
    """A problem with OFREP's members."""

    key = text(allow_blank=True)
