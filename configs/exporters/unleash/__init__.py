"""Our flags as features of Unleash, which its stock clients evaluate to the answers that our engine gives. Pure.

``docs/reference/unleash.md`` says what that means, flag by flag and operator by operator. What cannot be said exactly
is not said at all: such a feature is off, and its description says why.
"""

from __future__ import annotations

from configs.exporters.unleash.features import Export, document, features, is_on
from configs.exporters.unleash.reasons import REASONS

__all__ = ["REASONS", "Export", "document", "features", "is_on"]
