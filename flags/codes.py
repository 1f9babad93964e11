"""What the pages and answers about flags refuse, and evaluations by whichever protocol."""

from __future__ import annotations

from icontrol.kernel.refusals import define

define(
    "flag.unknown",
    404,
    title=("No such flag", "Drapeau inconnu"),
    detail=("{where} has no flag “{flag}”.", "{where} n'a pas de drapeau « {flag} »."),
    next=("GET /api/flags lists those that are live.", "GET /api/flags énumère ceux qui sont en ligne."),
)
define(
    "evaluation.bad_context",
    400,
    title=("Unusable context", "Contexte inutilisable"),
    detail=(
        "`context` must be an object, and its `targetingKey` a string.",
        "`context` doit être un objet, et son `targetingKey` une chaîne.",
    ),
    next=("Correct the evaluation context.", "Corrigez le contexte d'évaluation."),
)
define(
    "evaluation.too_many",
    429,
    title=("Too many evaluations", "Trop d'évaluations"),
    detail=(
        "More than {limit} requests a minute came from this address.",
        "Plus de {limit} requêtes par minute sont venues de cette adresse.",
    ),
    next=("Wait as long as Retry-After says.", "Attendez le temps indiqué par Retry-After."),
)
