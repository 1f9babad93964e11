"""The flag engine: pure Python that imports no database, no web framework and no other package of this project.

Call ``compile_flags(snapshot)`` once per release, then ``FlagSet.evaluate`` for every evaluation.
``docs/reference/flags.md`` documents the language of flags; ``tests/vectors/flags.json`` has examples for any
implementation.
"""

from __future__ import annotations

from flags.engine.attributes import attributes_of, hashed_attributes
from flags.engine.compiling import compile_flags, is_off, off_variant
from flags.engine.effects import Effects, effects_of_switch
from flags.engine.environments import resolved
from flags.engine.evaluation import Context, Evaluation, Explanation, FlagNotFound, Reason
from flags.engine.flagset import FlagSet
from flags.engine.operators import unreadable

__all__ = [
    "Context",
    "Effects",
    "Evaluation",
    "Explanation",
    "FlagNotFound",
    "FlagSet",
    "Reason",
    "attributes_of",
    "compile_flags",
    "effects_of_switch",
    "hashed_attributes",
    "is_off",
    "off_variant",
    "resolved",
    "unreadable",
]
