"""Confirmations that a publish, a rollback or an undo needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from icontrol.kernel.texts import Text


class ConfirmationJSON(TypedDict):
    code: str
    message: Text


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A finding that a person may accept by sending its code in ``confirm``."""

    code: str
    message: Text

    def as_json(self) -> ConfirmationJSON:
        return {"code": self.code, "message": self.message}
