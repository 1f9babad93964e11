"""What a context means, whoever hands it in: an OpenFeature client, or a member of the staff who asks why."""

from __future__ import annotations

from typing import Any

from icontrol.kernel.refusals import Refusal


def context_of(value: Any) -> dict[str, Any]:
    """The attributes in a value that was sent; none for ``None``. ``targetingKey`` is the tenant unless one is named.

    :class:`Refusal` for what is no object, or names a ``targetingKey`` that is no string.
    """
    if value is None:
        return {}
    target = value.get("targetingKey") if isinstance(value, dict) else 0
    if target is None:
        return dict(value)
    if not isinstance(target, str):
        raise Refusal("evaluation.bad_context")
    return {**value, "tenant": target} if value.get("tenant") is None else dict(value)
