"""Every refusal over HTTP is ``application/problem+json`` (RFC 9457), in the reader's language, made here."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from rest_framework import exceptions
from rest_framework.views import APIView, set_rollback

from icontrol.kernel.outages import Outage, outage_of, rest
from icontrol.kernel.problems import Problem, as_json, pointer
from icontrol.kernel.refusals import Refusal, define
from icontrol.kernel.texts import Text, both, pick

logger = logging.getLogger("icontrol.problem")
CONTENT_TYPE = "application/problem+json"


def _http(code: str, status: int, title: tuple[str, str], detail: tuple[str, str], next: tuple[str, str]) -> None:
    define(code, status, title=title, detail=detail, next=next)


_http(
    "http.not_authenticated",
    401,
    ("Who are you?", "Qui êtes-vous ?"),
    ("This needs a login or a valid API token.", "Il faut une connexion ou un jeton d'API valide."),
    (
        "Send Authorization: Bearer …, or log in at /admin/.",
        "Envoyez Authorization: Bearer … ou connectez-vous sur /admin/.",
    ),
)
_http(
    "http.forbidden",
    403,
    ("Refused", "Refusé"),
    (
        "This request is not accepted (session without CSRF token, or not allowed).",
        "Requête refusée (session sans jeton CSRF, ou non autorisée).",
    ),
    (
        "Programs use an API token; pages send X-CSRFToken.",
        "Les programmes utilisent un jeton d'API ; les pages envoient X-CSRFToken.",
    ),
)
_http(
    "http.csrf",
    403,
    ("The form is no longer valid", "Le formulaire n'est plus valable"),
    (
        "It was open for too long, you logged in or out meanwhile, or cookies are off. Nothing was changed.",
        "Il est resté ouvert trop longtemps, vous vous êtes connecté ou déconnecté entre-temps, ou les cookies sont "
        "désactivés. Rien n'a changé.",
    ),
    ("Load the page again and repeat the step.", "Rechargez la page et recommencez."),
)
_http(
    "http.not_found",
    404,
    ("Nothing here", "Rien ici"),
    ("There is nothing at this address.", "Il n'y a rien à cette adresse."),
    ("/api/docs lists what there is.", "/api/docs énumère ce qui existe."),
)
_http(
    "http.method_not_allowed",
    405,
    ("Not with this method", "Pas avec cette méthode"),
    ("This address does not take {method}.", "Cette adresse n'accepte pas {method}."),
    ("The Allow header lists the methods.", "L'en-tête Allow énumère les méthodes."),
)
_http(
    "http.not_acceptable",
    406,
    ("No such form", "Forme indisponible"),
    ("The answer is JSON only.", "La réponse n'existe qu'en JSON."),
    ("Send Accept: application/json.", "Envoyez Accept: application/json."),
)
_http(
    "http.too_large",
    413,
    ("Too large", "Trop grand"),
    ("The request body is too large.", "Le corps de la requête est trop grand."),
    ("Send less.", "Envoyez moins."),
)
_http(
    "http.headers_too_large",
    431,
    ("A header is too large", "Un en-tête est trop grand"),
    ("A header has more than {cap} characters.", "Un en-tête a plus de {cap} caractères."),
    ("Send shorter headers.", "Envoyez des en-têtes plus courts."),
)
_http(
    "http.unsupported_media_type",
    415,
    ("Not a type that is read here", "Type non accepté ici"),
    ("The body must be {types}.", "Le corps doit être {types}."),
    ("Set Content-Type to what the body is.", "Indiquez dans Content-Type ce qu'est le corps."),
)
_http(
    "http.multipart",
    415,
    ("No files here", "Pas de fichiers ici"),
    ("multipart bodies are not read here.", "Les corps multipart ne sont pas lus ici."),
    (
        "Send application/json to the API; pages send application/x-www-form-urlencoded.",
        "Envoyez application/json à l'API ; les pages envoient application/x-www-form-urlencoded.",
    ),
)
_http(
    "http.bad_request",
    400,
    ("Not understood", "Incompréhensible"),
    ("The request could not be read.", "La requête n'a pas pu être lue."),
    ("Check the request against /api/docs.", "Comparez la requête à /api/docs."),
)
_http(
    "body.invalid",
    400,
    ("The request has problems", "La requête a des problèmes"),
    (
        "{count} problem(s) in the request; nothing was changed.",
        "{count} problème(s) dans la requête ; rien n'a changé.",
    ),
    ("See the problems; each names its place.", "Voyez les problèmes ; chacun indique sa place."),
)
_http(
    "http.too_slow",
    408,
    ("Too slow", "Trop lent"),
    ("The request body was not whole within {seconds} seconds.", "Le corps n'était pas complet en {seconds} secondes."),
    ("Send it again.", "Envoyez-le à nouveau."),
)
_http(
    "http.busy",
    503,
    ("Busy", "Occupé"),
    ("Too many requests of this kind wait already.", "Trop de requêtes de cette sorte attendent déjà."),
    ("Send it again in a moment.", "Envoyez-la à nouveau dans un instant."),
)
_http(
    "http.internal",
    500,
    ("Our mistake", "Notre erreur"),
    ("Something failed here; it is in the log.", "Quelque chose a échoué ici ; c'est dans le journal."),
    ("Nothing half-done was kept. Tell the operator.", "Rien d'à moitié fait n'a été gardé. Prévenez l'exploitant."),
)


def language() -> str:
    return "fr" if (get_language() or "").startswith("fr") else "en"


def body_of(refusal: Refusal) -> dict[str, Any]:
    """The problem's members: RFC 9457's, the code, the next step, both languages, and what machines need."""
    reader = language()
    body: dict[str, Any] = {
        "type": f"urn:icontrol:problem:{refusal.code}",
        "title": pick(refusal.title, reader),
        "status": refusal.status,
        "code": refusal.code,
        "detail": pick(refusal.detail, reader),
        "next": pick(refusal.next, reader),
        "messages": dict(refusal.detail),
    }
    if refusal.problems:
        body["problems"] = as_json(refusal.problems)
    return {**refusal.extra, **body}


def response(refusal: Refusal, *, extra: dict[str, Any] | None = None) -> HttpResponse:
    answer = HttpResponse(
        json.dumps({**(extra or {}), **body_of(refusal)}, ensure_ascii=False),
        status=refusal.status,
        content_type=CONTENT_TYPE,
    )
    answer["Cache-Control"] = "no-store"
    if etag := refusal.extra.get("etag"):
        answer["ETag"] = etag
    if retry := refusal.extra.get("retryAfter"):
        answer["Retry-After"] = str(retry)
    if refusal.status == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="icontrol"'
    return answer


#: DRF's codes of a wrong field → sentence.
FIELD_SENTENCES: dict[str, Text] = {
    "required": both("This field is required.", "Ce champ est obligatoire."),
    "null": both("null is not allowed here.", "null n'est pas permis ici."),
    "blank": both("It must not be empty.", "Il ne doit pas être vide."),
    "unknown": both("There is no such field.", "Ce champ n'existe pas."),
    "invalid": both("Not a valid value.", "Valeur invalide."),
    "invalid_choice": both("Not one of the choices.", "Ne fait pas partie des choix."),
    "not_a_list": both("A list is needed.", "Il faut une liste."),
    "empty": both("An empty list; name something or leave it out.", "Liste vide ; nommez un élément ou omettez-la."),
    "max_length": both("Too long.", "Trop long."),
    "min_value": both("Too small.", "Trop petit."),
    "max_value": both("Too large.", "Trop grand."),
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
    message = FIELD_SENTENCES.get(code) or both("{m}", "{m}", m=str(detail))
    return [Problem(pointer(path), f"body.{code}", message)]


def to_refusal(error: BaseException) -> Refusal | None:
    """Every exception that stands for an answer, as a refusal; None for our own mistakes."""
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
        case exceptions.NotAcceptable():
            return Refusal("http.not_acceptable")
        case exceptions.UnsupportedMediaType():
            return not_read(("application/json",))
        case RequestDataTooBig():
            return Refusal("http.too_large")
        case exceptions.APIException() | SuspiciousOperation():
            return Refusal("http.bad_request")
        case DataError() | OverflowError():
            # A text that no column takes (a NUL in a session cookie, say): PostgreSQL refuses, SQLite finds nothing
            # or, for a number, cannot even be asked.
            logger.warning("the database refused a value: %s", error)
            return Refusal("http.bad_request")
    return None


def _unavailable(outage: Outage, error: BaseException) -> Refusal:
    logger.error("%s: %s", outage.value, error)
    if outage in (Outage.AWAY, Outage.DAMAGED, Outage.REPLACED):
        rest.begin(outage)  # the next ones need not wait to find out
    return Refusal(outage.value, extra={"retryAfter": 5})


def not_read(types: Sequence[str]) -> Refusal:
    """415: the body is of none of these media types."""
    return Refusal("http.unsupported_media_type", types=both(" or ".join(types), " ou ".join(types)))


def media_types(view: APIView) -> list[str]:
    """Of the bodies that a view reads by the method of its request."""
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
    """Also for pages: a database that is away is no mistake of ours. Django calls this while it handles the error."""
    error = sys.exception()
    refusal = to_refusal(error) if error is not None else None
    return response(refusal or Refusal("http.internal"))
