"""What to do next, where the catalogue of refusals speaks of HTTP or of commands: on pages it is a page."""

from __future__ import annotations

from icontrol.kernel.refusals import Refusal
from icontrol.kernel.texts import Text, both

_AGAIN = both("Load the page again and repeat the step.", "Rechargez la page et recommencez.")
_FLAGS = both(
    "The list of the environment's flags shows those that are live, and those that are forced off.",
    "La liste des drapeaux de l'environnement montre ceux qui sont en ligne et ceux qui sont coupés.",
)
_LATER = both(
    "Nothing was changed. Load the page again in a while.", "Rien n'a changé. Rechargez la page dans un moment."
)

NEXT: dict[str, Text] = {
    "draft.stale": both(
        "Look at the draft's history, then open this page again and decide anew.",
        "Regardez l'historique du brouillon, puis rouvrez cette page et décidez à nouveau.",
    ),
    "draft.precondition_required": _AGAIN,
    "publish.precondition_required": _AGAIN,
    "policy.precondition_required": _AGAIN,
    "http.bad_request": _AGAIN,
    "http.method_not_allowed": _AGAIN,
    "http.not_found": both("Begin at the first page.", "Partez de la page d'accueil."),
    "publish.needs_confirmation": both("Read each finding and tick it.", "Lisez chaque constat et cochez-le."),
    "environment.unknown": both(
        "The list of environments shows those that there are.", "La liste des environnements montre ceux qui existent."
    ),
    "release.unknown": both("The ledger lists them.", "Le registre les énumère."),
    "version.unknown": both(
        "The list of config versions shows those that there are.",
        "La liste des versions de config montre celles qui existent.",
    ),
    "history.unknown": both("The version's history lists them.", "L'historique de la version les énumère."),
    "flag.unknown": _FLAGS,
    "kill.unknown_flag": _FLAGS,
    "lift.not_engaged": _FLAGS,
    "evaluation.bad_context": both(
        "Give targetingKey as a text, between quotation marks.",
        "Donnez targetingKey comme un texte, entre guillemets droits.",
    ),
    "policy.unsatisfiable": both(
        "Raise the latest version, or lower the minimum version.",
        "Relevez la dernière version ou abaissez la version minimale.",
    ),
    "rollback.damaged": both(
        "Roll back to another version, and verify the ledger on the page of its checkpoints.",
        "Revenez à une autre version, et vérifiez le registre sur la page de ses points de contrôle.",
    ),
    "content.damaged": both(
        "If it is live, roll back to another version or publish one; else tell the operator, who restores a backup.",
        "S'il est en ligne, revenez à une autre version ou publiez-en une ; sinon prévenez l'exploitant, qui "
        "restaure une sauvegarde.",
    ),
    "password.temporary": both("Choose another one here.", "Choisissez-en un autre ici."),
    "preview_link.lifetime": both("Choose a shorter time.", "Choisissez une durée plus courte."),
    "db.unavailable": _LATER,
    "db.read_only": _LATER,
    "db.damaged": both("Nothing was changed. Tell the operator.", "Rien n'a changé. Prévenez l'exploitant."),
}


def remedy(refusal: Refusal) -> Text:
    return NEXT.get(refusal.code, refusal.next)
