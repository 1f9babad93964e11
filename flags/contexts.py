"""How a context is read, for OpenFeature clients and for staff who ask why."""

from __future__ import annotations

from typing import Any

from icontrol.kernel.refusals import Refusal


def context_of(value: Any) -> dict[str, Any]:
    """The attributes in a sent value; none for ``None``. ``targetingKey`` is the tenant unless ``tenant`` is given.

    :class:`Refusal` if it is not an object or its ``targetingKey`` is not a string.
    """
    if value is None:
        return {}
    target = value.get("targetingKey") if isinstance(value, dict) else 0
    if target is None:
        return dict(value)
    if not isinstance(target, str):
        raise Refusal("evaluation.bad_context")
    return {**value, "tenant": target} if value.get("tenant") is None else dict(value)
