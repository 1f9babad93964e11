"""Helpers for the OpenAPI document: authentication, and the problems that an operation may return."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from icontrol.kernel.json_types import components, schema_of
from icontrol.kernel.problem_json import CONTENT_TYPE, ProblemJSON

ENVIRONMENT = OpenApiParameter("environment", str, description="Environment key; left out: the default one.")
APPLICATION = OpenApiParameter("application", str, description="Application key; left out: the default one.")
BOTH = [APPLICATION, ENVIRONMENT]
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag that was read; without it 428, an old one 412."
)
LIMIT = OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 200}, description="50 if left out.")
BEFORE = OpenApiParameter("before", {"type": "integer", "minimum": 1}, description="Only entries older than this one.")

MEANING = {
    304: "Not changed since the ETag in If-None-Match.",
    400: "The request could not be read; `problems` lists all that is wrong with it.",
    401: "Nobody is logged in, or the token is not valid.",
    403: "The role may not do this.",
    404: "There is no such thing.",
    409: "What is there now does not allow it.",
    410: "It was there and is over.",
    412: "Somebody wrote after this caller had read; `etag` is the current one.",
    413: "The body is too large.",
    415: "The body is not of a type that is read here.",
    422: "The request was read and its content is refused; `problems` lists them all.",
    426: "The client is below the minimum version.",
    428: "The caller must name what it has read.",
    429: "Too many requests; Retry-After says for how long.",
    503: "The database is away; writing does not work.",
}
#: Problems of every author call.
LOGIN = (401, 403, 404)
#: Problems of reading a body.
BODY = (400, 413, 415, 422)


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "releases.access.authentication.TokenAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "API token (`manage.py create_token`)."}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "releases.access.authentication.PersonAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "Session of a person who logged in at /login; writes also send X-CSRFToken.",
        }


def problems(*statuses: int, shape: Any = ProblemJSON) -> dict[Any, OpenApiResponse]:
    """``application/problem+json`` for each status."""
    return {
        (status, CONTENT_TYPE): OpenApiResponse(schema_of(shape), description=MEANING[status])
        for status in sorted(statuses)
    }


def answers(shape: Any, *refusals: int, status: int = 200) -> dict[Any, Any]:
    """The answer of an author call, with its refusals: the common ones and the given ones."""
    return {status: schema_of(shape), **problems(*LOGIN, *refusals, 503)}


def answer_header(name: str, description: str, *statuses: int, kind: Any = str) -> OpenApiParameter:
    """A header of the answers with these statuses."""
    return OpenApiParameter(
        name, kind, OpenApiParameter.HEADER, description=description, response=list(statuses) or [200]
    )


def shapes(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Adds the schemas of answers, and marks that bodies refuse unknown fields."""
    for body in result["components"]["schemas"].values():
        body["additionalProperties"] = False
    result["components"]["schemas"] = dict(sorted({**result["components"]["schemas"], **components()}.items()))
    return result


def summaries(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Gives each operation a summary: the first clause of its description."""
    for operations in result["paths"].values():
        for operation in operations.values():
            clause = _CLAUSE.match(" ".join(operation["description"].split()))
            operation.setdefault("summary", clause[1] if clause else operation["description"])
    return result


#: Up to the first full stop before a space or the end.
_CLAUSE = re.compile(r"(.+?)(?:[.;:]|(?<=[?]))(?: |$)")
ETAG = answer_header("ETag", "What the next write names in If-Match.")
