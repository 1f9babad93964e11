"""What the pages and answers about flags refuse."""

from __future__ import annotations

from configs.refusals import define

define(
    "flag.unknown",
    404,
    title=("No such flag", "Drapeau inconnu"),
    detail=("{where} has no flag “{flag}”.", "{where} n'a pas de drapeau « {flag} »."),
    next=("GET /api/flags lists those that are live.", "GET /api/flags énumère ceux qui sont en ligne."),
)
