"""The refusals of flags: pages, API and evaluations in every protocol."""

from __future__ import annotations

from icontrol.kernel.refusals import define

define(
    "flag.unknown",
    404,
    title="No such flag",
    detail="{where} has no flag “{flag}”.",
    next="Look for the key among the flags that are live.",
)
define(
    "evaluation.bad_context",
    400,
    title="Unusable context",
    detail="`context` must be an object, and its `targetingKey` a string.",
    next="Correct the evaluation context.",
)
define(
    "evaluation.too_many",
    429,
    title="Too many evaluations",
    detail="More than {limit} requests a minute came from this address.",
    next="Wait as long as Retry-After says.",
)
