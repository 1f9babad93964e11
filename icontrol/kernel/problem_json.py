"""Every refusal over HTTP is ``application/problem+json`` (RFC 9457), made here. Pure: the reader's language is given.

What Django needs of it, :mod:`icontrol.kernel.responses` makes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, NotRequired, TypedDict

from icontrol.kernel.answers import Answer
from icontrol.kernel.problems import FindingJSON, as_json
from icontrol.kernel.refusals import Refusal, define
from icontrol.kernel.texts import Text, pick

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


class ProblemJSON(TypedDict):
    """RFC 9457. Some codes carry more members, such as ``etag`` or ``serial``; see the reference of errors."""

    type: Annotated[str, "urn:icontrol:problem:<code>; stable."]
    title: str
    status: int
    code: Annotated[str, "Stable; what programs look at."]
    detail: Annotated[str, "What and why, in the reader's language."]
    next: Annotated[str, "What to do now."]
    messages: Annotated[Text, "The detail in both languages."]
    problems: NotRequired[list[FindingJSON]]


def body_of(refusal: Refusal, language: str) -> dict[str, Any]:
    """The problem's members: RFC 9457's, the code, the next step, both languages, and what machines need."""
    body: ProblemJSON = {
        "type": f"urn:icontrol:problem:{refusal.code}",
        "title": pick(refusal.title, language),
        "status": refusal.status,
        "code": refusal.code,
        "detail": pick(refusal.detail, language),
        "next": pick(refusal.next, language),
        "messages": refusal.detail,
    }
    if refusal.problems:
        body["problems"] = as_json(refusal.problems)
    return {**refusal.extra, **body}


def answer(
    refusal: Refusal, language: str, *, extra: Mapping[str, Any] | None = None, content_type: str = CONTENT_TYPE
) -> Answer:
    """``extra``: members of this kind of answer, at top level. They never replace those of the problem."""
    headers = [("Content-Type", content_type), ("Cache-Control", "no-store"), ("Content-Language", language)]
    if etag := refusal.extra.get("etag"):
        headers.append(("ETag", etag))
    if retry := refusal.extra.get("retryAfter"):
        headers.append(("Retry-After", str(retry)))
    if refusal.status == 401:
        headers.append(("WWW-Authenticate", 'Bearer realm="icontrol"'))
    body = json.dumps({**(extra or {}), **body_of(refusal, language)}, ensure_ascii=False)
    return Answer(refusal.status, tuple(headers), body.encode())
