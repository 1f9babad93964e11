"""Refusals of the evaluation routes."""

from __future__ import annotations

from icontrol.kernel.refusals import define

define(
    "evaluation.not_an_object",
    400,
    title="Not an evaluation request",
    detail="The body must be a JSON object; its member `context` describes who is asking.",
    next="Send what an OFREP provider sends.",
)
define(
    "evaluation.damaged_flag",
    400,
    title="The flag is damaged",
    detail="The flag “{key}” cannot be evaluated, so it is off for everybody.",
    next="Use your default; the owner of the flag must repair and publish it.",
)
define(
    "evaluation.no_such_flag",
    404,
    title="No such flag",
    detail="{environment} has no flag “{key}”.",
    next="Check the spelling, and whether the flag was published there.",
)
