"""Feature flags, evaluated: pure Python that knows neither the database nor the web, nor anything else of the house.

``compile_flags(snapshot)`` once per release, then ``FlagSet.evaluate`` for every question. The language of flags is
told in ``docs/reference/flags.md``; ``tests/vectors/flags.json`` says the same in examples for any language.
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
