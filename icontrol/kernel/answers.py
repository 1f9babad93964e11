"""An HTTP answer, independent of framework and server."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Answer:
    """Headers as sent, each name once. The sender adds Content-Length and CORS."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def adding(self, *headers: tuple[str, str]) -> Answer:
        return replace(self, headers=(*self.headers, *headers))
