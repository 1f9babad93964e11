"""Our flags as features of Unleash, which its stock clients evaluate to the answers that our engine gives. Pure.

``docs/reference/unleash.md`` documents the mapping of flags and operators. A flag that cannot be expressed exactly is
exported as a feature that is off; its description says why.
"""

from __future__ import annotations

from configs.exporters.unleash.features import Export, document, features, is_on
from configs.exporters.unleash.reasons import REASONS

__all__ = ["REASONS", "Export", "document", "features", "is_on"]
