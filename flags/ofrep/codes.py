"""Refusals of the evaluation routes."""

from __future__ import annotations

from icontrol.kernel.refusals import define

define(
    "evaluation.not_an_object",
    400,
    title=("Not an evaluation request", "Pas une demande d'évaluation"),
    detail=(
        "The body must be a JSON object; its member `context` has what is known of whoever asks.",
        "Le corps doit être un objet JSON ; son membre `context` dit ce qu'on sait de qui demande.",
    ),
    next=("Send what an OFREP provider sends.", "Envoyez ce qu'envoie un fournisseur OFREP."),
)
define(
    "evaluation.damaged_flag",
    400,
    title=("The flag is damaged", "Le drapeau est défectueux"),
    detail=(
        "The flag “{key}” cannot be evaluated, so it is off for everybody.",
        "Le drapeau « {key} » ne peut pas être évalué ; il est donc inactif pour tous.",
    ),
    next=(
        "Use your default; whoever owns the flag must repair and publish it.",
        "Utilisez votre valeur par défaut ; son propriétaire doit le réparer et le publier.",
    ),
)
define(
    "evaluation.no_such_flag",
    404,
    title=("No such flag", "Drapeau inconnu"),
    detail=("{environment} has no flag “{key}”.", "{environment} n'a pas de drapeau « {key} »."),
    next=(
        "Check the spelling, and whether the flag was published there.",
        "Vérifiez l'orthographe, et que le drapeau y est publié.",
    ),
)
