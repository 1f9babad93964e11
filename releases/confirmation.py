"""What a person must say yes to before a publish, a rollback or an undo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from icontrol.kernel.texts import Text


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A finding that a person may accept by sending its code in ``confirm``."""

    code: str
    message: Text

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "message": dict(self.message)}
