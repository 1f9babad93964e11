"""Converts answers to Django responses, and exceptions to refusals."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from rest_framework import exceptions
from rest_framework.views import APIView, set_rollback

from icontrol.kernel import problem_json
from icontrol.kernel.answers import Answer
from icontrol.kernel.outages import Outage, outage_of, rest
from icontrol.kernel.problems import Problem, pointer
from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import Text, both, joined, same

logger = logging.getLogger("icontrol.problem")


def language() -> str:
    """The language of the current request, if we have texts in it."""
    return "fr" if (get_language() or "").startswith("fr") else "en"


def response_of(answer: Answer) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers))
    if all(name != "Content-Type" for name, _ in answer.headers):
        del response["Content-Type"]  # Django has a default
    return response


def response(refusal: Refusal, *, extra: Mapping[str, Any] | None = None) -> HttpResponse:
    """The problem in the language of the request."""
    return response_of(problem_json.answer(refusal, language(), extra=extra))


#: DRF's error code of a field → sentence.
FIELD_SENTENCES: dict[str, Text] = {
    "required": both("This field is required."),
    "null": both("null is not allowed here."),
    "blank": both("It must not be empty."),
    "unknown": both("There is no such field."),
    "invalid": both("Not a valid value."),
    "invalid_choice": both("Not one of the choices."),
    "not_a_list": both("A list is required."),
    "empty": both("The list is empty; name something or leave it out."),
    "max_length": both("Too long."),
    "min_value": both("Too small."),
    "max_value": both("Too large."),
}


def _field_problems(detail: Any, path: tuple[str | int, ...] = ()) -> list[Problem]:
    if isinstance(detail, dict):
        found = []
        for key, value in detail.items():
            inner = path if key == "non_field_errors" else (*path, key)
            found += _field_problems(value, inner)
        return found
    if isinstance(detail, list):
        found = []
        for index, value in enumerate(detail):
            nested = isinstance(value, dict | list)
            found += _field_problems(value, (*path, index) if nested else path)
        return found
    code = getattr(detail, "code", "invalid")
    message = FIELD_SENTENCES.get(code) or same(str(detail))
    return [Problem(pointer(path), f"body.{code}", message)]


def to_refusal(error: BaseException) -> Refusal | None:
    """The refusal for an exception; None for our own bugs."""
    if outage := outage_of(error):
        return _unavailable(outage, error)
    match error:
        case Refusal():
            return error
        case exceptions.ValidationError():
            problems = _field_problems(error.detail)
            return Refusal("body.invalid", problems=problems, count=len(problems))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return Refusal("http.not_authenticated")
        case exceptions.PermissionDenied() | PermissionDenied():
            return Refusal("http.forbidden")
        case exceptions.NotFound() | Http404():
            return Refusal("http.not_found")
        case exceptions.UnsupportedMediaType():
            return not_read(("application/json",))
        case RequestDataTooBig():
            return Refusal("http.too_large")
        case exceptions.APIException() | SuspiciousOperation():
            return Refusal("http.bad_request")
        case DataError() | OverflowError():
            # A value that no column accepts (such as a NUL in a session cookie): PostgreSQL refuses it; SQLite finds
            # nothing or, for a number, fails.
            logger.warning("the database refused a value: %s", error)
            return Refusal("http.bad_request")
    return None


def _unavailable(outage: Outage, error: BaseException) -> Refusal:
    logger.error("%s: %s", outage.value, error)
    if outage in (Outage.AWAY, Outage.DAMAGED, Outage.REPLACED):
        rest.begin(outage)  # the next requests need not wait to find out
    return Refusal(outage.value, extra={"retryAfter": 5})


def not_read(types: Sequence[str]) -> Refusal:
    """415: the body has none of these media types."""
    return Refusal("http.unsupported_media_type", types=joined(map(same, types), both(" or ")))


def media_types(view: APIView) -> list[str]:
    """Media types of the bodies that a view reads for this method."""
    return [parser.media_type for parser in view.get_parsers()]


def handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler."""
    if isinstance(error, exceptions.MethodNotAllowed):
        answer = response(Refusal("http.method_not_allowed", method=context["request"].method))
        answer["Allow"] = ", ".join(context["view"].allowed_methods)
        return answer
    if isinstance(error, exceptions.UnsupportedMediaType):
        types = media_types(context["view"])
        answer = response(not_read(types))
        answer["Accept-Patch" if context["request"].method == "PATCH" else "Accept"] = ", ".join(types)
        return answer
    refusal = to_refusal(error)
    if refusal is None:
        return None
    set_rollback()
    return response(refusal)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    refusal = to_refusal(exception) if exception is not None else None
    return response(refusal or Refusal("http.bad_request"))


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    return response(Refusal("http.forbidden"))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return response(Refusal("http.not_found"))


def server_error(request: HttpRequest) -> HttpResponse:
    """Also for pages: an unavailable database is not our bug. Django calls this while it handles the error."""
    error = sys.exception()
    refusal = to_refusal(error) if error is not None else None
    return response(refusal or Refusal("http.internal"))
