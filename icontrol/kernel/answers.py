"""An answer over HTTP before a framework or a server has it in hand."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Answer:
    """Headers as they go out, each name once. Whoever sends it adds what belongs to the way: Content-Length, CORS."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def adding(self, *headers: tuple[str, str]) -> Answer:
        return replace(self, headers=(*self.headers, *headers))
